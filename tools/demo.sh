#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh [--once] - install what is needed, build Postern, and show the support desk at work:
# an allowed refund and a refused one, a refused model, and the audit records of all of it.
#
# With --once it checks each line it shows, stops, and fails if one is missing. Without, the gateway
# and the stand-in upstreams keep running until Ctrl-C, for you to try.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
once=
case ${1:-} in
--once) once=yes ;;
--help | -h)
    sed -n 's/^# \{0,1\}//p' "$0" | sed -n '3,8p'
    exit 0
    ;;
'') ;;
*)
    echo "demo.sh: unknown argument $1; there is only --once" >&2
    exit 2
    ;;
esac

say() { printf '\n== %s\n' "$*"; }
missing=0

. "$root/tools/check/install.sh"
# shellcheck disable=SC2046 # package names are words
install_packages "${TMPDIR:-/tmp}/postern-demo-apt.log" $(missing_release) \
    $(command -v curl >/dev/null || echo curl)
folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-demo-XXXXXX")
stand_ins= gateway=
stop() {
    trap - EXIT INT TERM
    [ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true
    [ -z "$gateway" ] || wait "$gateway" 2>/dev/null || true
    [ -z "$stand_ins" ] || kill "$stand_ins" 2>/dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'stop; exit 130' INT TERM

say "building the release binary"
cmake -S "$root" -B "$root/build" -G Ninja -DPOSTERN_VARIANT=release \
    ${POSTERN_DEPS_DIR:+"-DPOSTERN_DEPS_DIR=$POSTERN_DEPS_DIR"} >"$folder/build.log" 2>&1 &&
    ninja -C "$root/build" postern >>"$folder/build.log" 2>&1 || {
    cat "$folder/build.log"
    exit 1
}
postern=$root/build/postern
ls -l "$postern" | awk '{ printf "%s is %.1f MiB\n", $NF, $5 / 1048576 }'

. "$root/test/tools/support_desk.keys"
port=${POSTERN_PORT:-8080} admin=${POSTERN_ADMIN_PORT:-9901}

say "starting stand-in upstreams: two models, four MCP servers"
: >"$folder/stand-ins.log"
"$postern" demo >"$folder/stand-ins.log" 2>&1 &
stand_ins=$!
for _ in $(seq 300); do
    grep -q "payroll listens" "$folder/stand-ins.log" && break
    kill -0 "$stand_ins" 2>/dev/null || break
    sleep 0.2
done
cat "$folder/stand-ins.log"
grep -q "payroll listens" "$folder/stand-ins.log" || {
    echo "demo.sh: the stand-ins need the ports 9101, 9102 and 9201 to 9204 of 127.0.0.1; is another" \
        "demo running?" >&2
    exit 1
}

say "starting the gateway with policy/examples/support-desk"
OPENAI_MAIN=sk-main-held-by-the-device OPENAI_MINI=sk-mini-held-by-the-device CRM=crm-secret \
    TICKETS=tickets-secret PAYMENTS=payments-secret PAYROLL=payroll-secret TMPDIR=$folder \
    "$postern" serve --dev "$root/policy/examples/support-desk" --listen "127.0.0.1:$port" \
    --admin "127.0.0.1:$admin" >"$folder/gateway.log" 2>&1 &
gateway=$!
for _ in $(seq 240); do
    curl -sf "http://127.0.0.1:$admin/readyz" >/dev/null && break
    kill -0 "$gateway" 2>/dev/null || break
    ! grep -q 'there is no policy yet' "$folder/gateway.log" || break
    sleep 0.25
done
cat "$folder/gateway.log"
curl -sf "http://127.0.0.1:$admin/readyz" >/dev/null && kill -0 "$gateway" 2>/dev/null || {
    echo "demo.sh: the gateway did not start on the ports $port and $admin of 127.0.0.1; if they are" \
        "taken, set POSTERN_PORT and POSTERN_ADMIN_PORT to free ones" >&2
    exit 1
}
log=$(ls "$folder"/postern-dev-*/audit.jsonl)

# show WHAT EXPECTED ANSWER - print an answer and see that the expected words are in it.
show() {
    printf '%s\n' "$3"
    case $3 in
    *"$2"*) ;;
    *)
        printf 'MISSING: "%s" in %s\n' "$2" "$1"
        missing=$((missing + 1))
        ;;
    esac
}
post() { # PATH KEY BODY
    curl -s "http://127.0.0.1:$port$1" -H "Authorization: Bearer $2" -H 'Content-Type: application/json' \
        -H 'Accept: application/json, text/event-stream' -d "$3"
}
refund() { # KEY CENTS
    post /mcp/payments "$1" '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"refund_issue","arguments":{"ticket_id":"T-1001","amount_cents":'"$2"'}}}'
}
reached() { curl -s "http://127.0.0.1:$1/count"; }

say "a tier-1 agent refunds \$40: allowed, the payments server answers"
show "the allowed refund" "refund_issue done" "$(refund "$SUPPORT_DESK_TIER_1" 4000)"
before=$(reached 9203)

say "the same agent refunds \$9,000: refused, and told why"
show "the refused refund" "tier-1-support refund cap exceeded" "$(refund "$SUPPORT_DESK_TIER_1" 900000)"
after=$(reached 9203)
printf 'the payments server has counted %s, before it was %s\n' "$after" "$before"
if [ -z "$before" ] || [ "$after" != "$before" ]; then
    echo "MISSING: an unchanged count of the payments server"
    missing=$((missing + 1))
fi

say "a triage agent asks gpt-4o-mini, which it may, and gpt-4o, which it may not"
show "the allowed model" "gpt-4o-mini-2024-07-18" "$(post /v1/chat/completions "$SUPPORT_DESK_TRIAGE" '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]}')"
show "the refused model" "denied_by_default" "$(post /v1/chat/completions "$SUPPORT_DESK_TRIAGE" '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}')"

say "the audit log: who, what, outcome, rule"
for _ in $(seq 100); do # it is written a moment after the answers
    [ "$(grep -c '"kind":"decision"' "$log")" -lt 4 ] || break
    sleep 0.2
done
"$postern" audit show "$log" >"$folder/shown"
show "the audit log" "tier-1-refund-cap" "$(cat "$folder/shown")"
show "its verification" "WHOLE" "$("$postern" audit verify "$log" 2>&1)"

if [ "$missing" -gt 0 ]; then
    printf '\ndemo: %s expected lines are missing\n' "$missing"
    exit 1
fi
if [ -n "$once" ]; then
    printf '\ndemo: everything was as expected\n'
    exit 0
fi
cat <<EOF

The gateway runs on http://127.0.0.1:$port until Ctrl-C. Try:
  curl http://127.0.0.1:$port/v1/models -H "Authorization: Bearer $SUPPORT_DESK_TIER_1"
  curl http://127.0.0.1:$admin/metrics
  $postern audit show $log
EOF
wait "$gateway"
