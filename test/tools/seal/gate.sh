# SPDX-License-Identifier: Apache-2.0
# A gateway in a folder of its own for scripts of this folder, which source this file. `device.yaml`
# is written by `device`, the keys and policies by the script.
set -eu
root=${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}
postern=${POSTERN:-${POSTERN_BUILD:-$root/build}/postern}
[ -x "$postern" ] || { echo "skipped: $postern is not built"; exit 77; }
command -v curl >/dev/null || { echo 'skipped: no curl'; exit 77; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-seal-XXXXXX")
gate=
clean() {
    trap - EXIT
    [ -z "$gate" ] || kill -9 "$gate" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM
cd "$folder"

fail() {
    printf 'FAILED: %s\n' "$*"
    cat gate.log 2>/dev/null || true
    exit 1
}
free_port() {
    while :; do
        port=$(($(od -An -N2 -tu2 /dev/urandom) % 12000 + 20000))
        grep -q "$(printf ":%04X " $port)" /proc/net/tcp /proc/net/udp || return 0
    done
}
device() { # the section `policy` of the device file, in braces; with what the support desk refers to
    printf 'secret' >secret
    [ -n "${listen_port:-}" ] || { free_port && listen_port=$port; }
    [ -n "${admin:-}" ] || { free_port && admin=http://127.0.0.1:$port admin_port=$port; }
    cat >device.yaml <<END
listen: ['127.0.0.1:$listen_port']
admin: 127.0.0.1:$admin_port
state: state
policy: $1
credentials: {$(printf '%s: {file: secret}, ' openai-main openai-mini crm tickets payments payroll)}
END
}
start() {
    "$postern" serve --config device.yaml >>gate.log 2>&1 &
    gate=$!
    tries=0
    until curl -sf "$admin/livez" >/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 900 ] || fail 'it does not start'
        sleep 0.1
    done
}
stop() {
    kill "$gate"
    wait "$gate" || true
    gate=
}
restart() {
    stop
    start
}
put() { # FILE STATUS TEXT
    got=$(curl -s -o answer -w '%{http_code}' -H 'If-Match: *' -T "$1" "$admin/v1/policy")
    [ "$got" = "$2" ] || fail "$1: $got for $2: $(cat answer)"
    grep -q "$3" answer || fail "$1: no $3 in $(cat answer)"
}
says() { # PATH TEXT, of the admin listener
    curl -s "$admin$1" >answer
    grep -q -e "$2" answer || fail "no $2 in $(cat answer)"
}
within() { # TEXT FILE: is it there within a minute and a half?
    for _ in $(seq 450); do
        ! grep -q -e "$1" "$2" || return 0
        sleep 0.2
    done
    return 1
}
says_soon() { # the same, within a minute and a half
    for _ in $(seq 450); do
        curl -s "$admin$1" >answer
        ! grep -q -e "$2" answer || return 0
        sleep 0.2
    done
    fail "no $2 in $(cat answer)"
}
logged() { within "$1" gate.log || fail "no $1 in what it says"; }
recorded() { within "$1" state/audit.jsonl || fail "no $1 in $(cat state/audit.jsonl)"; }
refused_at_start() { # TEXT, of a device file that must not be served
    if timeout 90 "$postern" serve --config device.yaml >said 2>&1; then fail "served: $1"; fi
    grep -q -e "$1" said || fail "no $1 in $(cat said)"
}
damage() { # FILE: turn one bit of its 300th byte
    byte=$(od -An -j299 -N1 -tu1 "$1" | tr -d ' ')
    printf "\\$(printf '%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek=299 conv=notrunc 2>/dev/null
}
key() { "$postern" key new -o "$1"; }
sign() { # NAME KEY OPTIONS: seal the body as NAME.blob
    name=$1 signer=$2
    shift 2
    "$postern" policy sign "${body:-body}" -k "$signer.key" -o "$name.blob" "$@"
}
key_set() { # NAME "ROOTS" OPTIONS: write NAME.set and have the roots sign it
    name=$1 signers=$2
    shift 2
    "$postern" keyset new -o "$name.set" "$@"
    for signer in $signers; do "$postern" keyset sign "$name.set" -k "$signer.key"; done
}
