#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A stolen signing key is replaced on a running gateway: two root keys sign a key set, it is pushed
# by the door of policies, and the old key signs nothing any more, after a restart as before.
# label: e2e
# timeout: 60
set -eu
root=${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}
postern=${POSTERN:-${POSTERN_BUILD:-$root/build}/postern}
[ -x "$postern" ] || { echo "skipped: $postern is not built"; exit 77; }
command -v curl >/dev/null || { echo 'skipped: no curl'; exit 77; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-keyset-XXXXXX")
gate=
stop() {
    trap - EXIT
    [ -z "$gate" ] || kill -9 "$gate" 2>/dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM
fail() {
    printf 'FAILED: %s\n' "$*"
    cat "$folder/gate.log" 2>/dev/null || true
    exit 1
}
free_port() {
    while :; do
        port=$(($(od -An -N2 -tu2 /dev/urandom) % 20000 + 12000))
        grep -q "$(printf ':%04X ' $port)" /proc/net/tcp || return 0
    done
}
start() {
    "$postern" serve --config device.yaml >>gate.log 2>&1 &
    gate=$!
    tries=0
    until curl -sf "$admin/livez" >/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || fail 'it does not start'
        sleep 0.1
    done
}
restart() {
    kill "$gate"
    wait "$gate" || true
    start
}
put() { # FILE STATUS TEXT
    got=$(curl -s -o answer -w '%{http_code}' -T "$1" "$admin/v1/policy")
    [ "$got" = "$2" ] || fail "$1: $got for $2: $(cat answer)"
    grep -q "$3" answer || fail "$1: no $3 in $(cat answer)"
}
state() { # TEXT
    curl -s "$admin/v1/policy" >answer
    grep -q "$1" answer || fail "no $1 in $(cat answer)"
}

cd "$folder"
{
    for name in root1 root2 root3 old new; do "$postern" key new -o $name; done
    "$postern" policy build "$root/policy/examples/support-desk" -o body
    for n in 1 4; do "$postern" policy sign body -k old.key -o old$n.blob --sequence $n; done
    for n in 2 3; do
        "$postern" policy sign body -k new.key -o new$n.blob --sequence $n --key-set $n
    done
    "$postern" keyset new -o 2.set --version 2 --root root1.pub --root root2.pub \
        --root root3.pub --policy old.pub --policy new.pub
    "$postern" keyset sign 2.set -k root1.key
    "$postern" keyset sign 2.set -k root2.key
    "$postern" keyset new -o 3.set --from 2.set --revoke old.pub
    "$postern" keyset sign 3.set -k root3.key
    cp 3.set half.set
    "$postern" keyset sign 3.set -k root2.key
    "$postern" keyset show 3.set --after 2.set
} >made.log

free_port && admin=http://127.0.0.1:$port
cat >device.yaml <<EOF
admin: 127.0.0.1:$port
state: state
policy: {keys: [old.pub], roots: [root1.pub, root2.pub, root3.pub]}
EOF
free_port && echo "listen: ['127.0.0.1:$port']" >>device.yaml

start
put old1.blob 200 '"sequence":1,'
put new2.blob 422 seal_key_unknown
put 2.set 200 '"key_set":2'
put new3.blob 422 '"seal_keyset"'
put new2.blob 200 '"sequence":2,'
put half.set 422 seal_threshold
put 3.set 200 '"key_set":3'
put old4.blob 422 seal_key_revoked
state '"sequence":2,'
restart
state '"sequence":2,'
state '"key_set":3'
put 2.set 409 seal_keyset_older
put 3.set 200 '"sequence":2,'
put new3.blob 200 '"sequence":3,'
put old4.blob 422 seal_key_revoked
echo 'the old key signs nothing any more'
