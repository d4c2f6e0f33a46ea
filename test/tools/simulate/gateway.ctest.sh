#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: e2e
# lock: stand-ins
# timeout: 600
# cost: 48
#
# The log of a real gateway, simulated under another policy, against the log of the gateway under
# that policy with the same requests sent again. And what the commands answer and exit with.
set -eu
folder=$(mktemp -d)
gateway=
end() {
    [ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT INT TERM
. "$POSTERN_SRC/test/tools/support_desk.keys"
port=18091 admin=19981
fail() {
    echo "FAIL: $*" >&2
    exit 1
}
post() { # PATH KEY BODY
    curl -s -o "$folder/answer" "http://127.0.0.1:$port$1" -H "Authorization: Bearer $2" \
        -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d "$3" || true
}
call() { # SERVER KEY TOOL ARGUMENTS
    post "/mcp/$1" "$2" '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"'"$3"'","arguments":'"$4"'}}'
}
requests() {
    for key in "$SUPPORT_DESK_TIER_1" "$SUPPORT_DESK_TIER_2" "$SUPPORT_DESK_TRIAGE"; do
        for amount in 100 3600 4000.0 5000 5001 900000 '"40"' null '{"a":1}'; do
            call payments "$key" refund_issue '{"ticket_id":"T-1001","amount_cents":'"$amount"',"note":"x"}'
        done
        call payments "$key" refund_issue '{"ticket_id":"T-1002"}'
        call payments "$key" payment_lookup '{}'
        call crm "$key" customer_lookup '{"name":"ana"}'
        call payroll "$key" pay '{}'
        post /v1/chat/completions "$key" '{"model":"gpt-4o","messages":[]}'
        post /v1/chat/completions "$key" '{"model":"gpt-4o-mini","messages":[]}'
        post /v1/chat/completions "$key" '{"model":"gpt-9","messages":[]}'
    done
    post /mcp/crm sk-nobody '{"jsonrpc":"2.0","id":1,"method":"ping"}'
}
serve() { # BUNDLE LOG
    mkdir "$folder/run"
    # One worker: what two of them did at nearly the same time is in no certain order.
    printf 'workers: 1\nstate: %s\naudit: {file: %s}\n' "$folder/run" "$folder/run/audit.jsonl" >"$folder/device.yaml"
    OPENAI_MAIN=a OPENAI_MINI=b CRM=c TICKETS=d PAYMENTS=e PAYROLL=f \
        "$POSTERN" serve --dev "$1" --config "$folder/device.yaml" --listen "127.0.0.1:$port" --admin "127.0.0.1:$admin" >"$folder/gateway.log" 2>&1 &
    gateway=$!
    for _ in $(seq 240); do
        curl -sf "http://127.0.0.1:$admin/readyz" >/dev/null && break
        sleep 0.25
    done
    curl -sf "http://127.0.0.1:$admin/readyz" >/dev/null || fail "$(cat "$folder/gateway.log")"
    requests
    kill -TERM "$gateway"
    wait "$gateway" || true
    gateway=
    cp "$folder/run/audit.jsonl" "$2"
    rm -rf "$folder/run"
}
outcomes() { # LOG - number and outcome of each decision
    sed -n 's/.*"seq":\([0-9]*\),.*"kind":"decision".*"outcome":"\([a-z_]*\)".*/\1 \2/p' "$1"
}
expect() { # STATUS WORDS COMMAND...
    want=$1 words=$2
    shift 2
    status=0
    "$@" >"$folder/out" 2>"$folder/err" || status=$?
    [ "$status" = "$want" ] || fail "$*: exit $status, expected $want: $(cat "$folder/out" "$folder/err")"
    cat "$folder/out" "$folder/err" | grep -q -e "$words" || fail "$*: no '$words' in $(cat "$folder/out" "$folder/err")"
}

old=$POSTERN_SRC/policy/examples/support-desk
cp -r "$old" "$folder/new"
sed -i 's/amount_cents > 5000/amount_cents > 3500/' "$folder/new/policies/payments.yaml"
sed -i 's/triage_models: \[gpt-4o-mini\]/triage_models: [gpt-4o]/' "$folder/new/policies/llm.yaml"
sed -i 's/roles: \[payroll-admin\]/roles: [payroll-admin, tier-2-lead]/' "$folder/new/policies/payroll.yaml"
sed -i '/^self_tests:/,$d' "$folder/new/bundle.yaml" # they forbid what is tried out here
cp -r "$old" "$folder/asks-more"
sed -i '/^self_tests:/,$d' "$folder/asks-more/bundle.yaml"
sed -i 's/amount_cents > 5000/note == "x"/' "$folder/asks-more/policies/payments.yaml"

serve "$old" "$folder/old.jsonl"
serve "$folder/new" "$folder/new.jsonl"

# What changed, by what happened and by what was simulated.
outcomes "$folder/old.jsonl" >"$folder/old.txt"
outcomes "$folder/new.jsonl" >"$folder/new.txt"
[ "$(wc -l <"$folder/old.txt")" = 49 ] || fail "the log has $(wc -l <"$folder/old.txt") decisions"
paste -d' ' "$folder/old.txt" "$folder/new.txt" | awk '$2 != $4 { print $1, $2, $4 }' >"$folder/happened.txt"
expect 3 '"changed":' "$POSTERN" policy simulate --log "$folder/old.jsonl" --output json "$folder/new"
sed -n 's/.*"what":"changed","record":\([0-9]*\),.*"before":{"outcome":"\([a-z_]*\)".*"after":{"outcome":"\([a-z_]*\)".*/\1 \2 \3/p' \
    "$folder/out" >"$folder/simulated.txt"
[ -s "$folder/happened.txt" ] || fail "nothing changed"
diff "$folder/happened.txt" "$folder/simulated.txt" || fail "the simulation is not what happened"
echo "$(wc -l <"$folder/happened.txt") of 49 decisions change, as simulated"

# A policy as a body and sealed, and the other commands.
"$POSTERN" policy build -q "$folder/new" -o "$folder/new.body"
expect 3 'decisions: .* stay, .* change, 0 unknown' "$POSTERN" policy simulate --log "$folder/old.jsonl" "$folder/new.body"
expect 0 '48 stay, 0 change, 0 unknown' "$POSTERN" policy simulate --log "$folder/old.jsonl" "$old"
expect 4 'R.attr.arguments.note' "$POSTERN" policy simulate --log - "$folder/asks-more" <"$folder/old.jsonl"
expect 4 '"fact":"R.attr.arguments.note"' "$POSTERN" policy simulate --log "$folder/old.jsonl" --output json "$folder/asks-more"
expect 3 'change, 0 unknown' "$POSTERN" policy diff "$old" "$folder/new" --log "$folder/old.jsonl"
expect 3 'amount_cents > 3500 is true' "$POSTERN" policy diff "$old" "$folder/new"
expect 0 'every request was gone through' "$POSTERN" policy diff "$old" "$old"
expect 2 'name a log' "$POSTERN" policy simulate "$old"
expect 2 'see postern policy simulate' "$POSTERN" policy simulate --log a --limit x "$old"
expect 2 'name two policies' "$POSTERN" policy diff "$old"
expect 1 'cannot read' "$POSTERN" policy simulate --log "$folder/missing" "$old"
expect 1 'nowhere' "$POSTERN" policy simulate --log "$folder/old.jsonl" "$folder/nowhere"

# Lines that are no records are named and counted, and count for nothing.
{
    cat "$folder/old.jsonl"
    echo '{"v":1,"seq":7,"kind":"decis'
    printf '{"v":1,"seq":8,"ki'
} >"$folder/torn.jsonl"
lines=$(wc -l <"$folder/old.jsonl")
expect 4 "torn.jsonl:$((lines + 1)): not a record" "$POSTERN" policy simulate --log "$folder/torn.jsonl" "$old"
expect 4 "torn.jsonl:$((lines + 2)): the last line is not finished" "$POSTERN" policy simulate --log "$folder/torn.jsonl" "$old"
expect 1 "torn.jsonl:$((lines + 1)): not a record" "$POSTERN" policy simulate --strict --log "$folder/torn.jsonl" "$old"

echo done
