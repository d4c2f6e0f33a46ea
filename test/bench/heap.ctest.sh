#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Nothing allocates after ready: the shipping objects with an allocator that aborts, driven through
# models, MCP, refusals, reloads and audit rotation; the anonymous mappings stay what they were.
# label: e2e
# lock: stand-ins
# timeout: 300
# cost: 48
set -eu
root=${POSTERN_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${POSTERN_BUILD:-$root/build}
postern=${POSTERN:-$build/postern} guard=$build/bench/postern-heap-guard
[ -x "$guard" ] || { echo "skipped: $guard is not built"; exit 77; }
command -v curl >/dev/null || { echo 'skipped: no curl'; exit 77; }
. "$root/test/tools/support_desk.keys"

folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-heap-XXXXXX")
gate= stand_ins=
stop() {
    trap - EXIT
    [ -z "$gate" ] || kill -9 "$gate" 2>/dev/null || true
    [ -z "$stand_ins" ] || kill "$stand_ins" 2>/dev/null || true
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
        port=$(($(od -An -N2 -tu2 /dev/urandom) % 12000 + 20000))
        grep -q "$(printf ":%04X " $port)" /proc/net/tcp /proc/net/udp || return 0
    done
}
retry() { # until COMMAND succeeds, a minute at most
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || return 1
        sleep 0.1
    done
}

# --- the support desk, and one model whose host has no address ---

cp -r "$root/policy/examples/support-desk" "$folder/bundle"
cat >>"$folder/bundle/models.yaml" <<EOF
  - model_name: lost
    litellm_params:
      model: openai/lost
      api_base: http://nowhere.invalid/v1
      api_key: credential:openai-main
EOF
sed -i 's/tier_models: .*/tier_models: [gpt-4o, gpt-4o-mini, lost]/' "$folder/bundle/policies/llm.yaml"
{
    "$postern" key new -o "$folder/signer"
    "$postern" policy build "$folder/bundle" -o "$folder/body"
    for n in 1 2 3; do
        "$postern" policy sign "$folder/body" -k "$folder/signer.key" -o "$folder/$n.blob" --sequence $n
    done
} >"$folder/policy.log" 2>&1 || { cat "$folder/policy.log"; fail "the policy"; }
cp "$folder/1.blob" "$folder/policy.blob"
free_port; admin=http://127.0.0.1:$port admin_port=$port
free_port; url=http://127.0.0.1:$port
cat >"$folder/device.yaml" <<EOF
listen: ["127.0.0.1:$port"]
admin: 127.0.0.1:$admin_port
workers: 2
state: state
policy: {file: policy.blob, keys: [signer.pub]}
credentials:
  openai-main: {env: SECRET}
  openai-mini: {env: SECRET}
  crm: {file: crm}
  tickets: {env: SECRET}
  payments: {env: SECRET}
  payroll: {vault: payroll}
vault: {file: vault, passphrase: {file: pass}}
audit: {file: audit.jsonl, facts: all}
limits: {resolve_ms: 300, idle_ms: 1000, upstream_idle_ms: 1000}
EOF
SECRET=held-by-the-device
export SECRET
echo $SECRET >"$folder/crm"
echo 'what opens the vault' >"$folder/pass"
"$postern" vault init "$folder/vault" --passphrase-file "$folder/pass"
"$postern" vault set "$folder/vault" payroll --passphrase-file "$folder/pass" <"$folder/crm"

"$postern" demo >"$folder/demo.log" 2>&1 &
stand_ins=$!
retry curl -sf -o /dev/null http://127.0.0.1:9204/count || { cat "$folder/demo.log"; fail "the stand-ins"; }

# --- the guard would tell ---

if HEAP_GUARD_TRY=1 timeout 100 "$guard" serve --config "$folder/device.yaml" >"$folder/gate.log" 2>&1; then
    fail "the guard let an allocation pass"
fi
grep -q 'heap guard: malloc() after ready' "$folder/gate.log" || fail "the guard did not tell"

# --- traffic ---

"$guard" serve --config "$folder/device.yaml" >"$folder/gate.log" 2>&1 &
gate=$!
retry curl -sf -o /dev/null "$admin/readyz" || fail "the gateway is not ready"
grep -q 'heap guard: armed' "$folder/gate.log" || fail "the guard is not armed"

# Address ranges without a file behind them; neighbours are one, whatever may be done with each.
anonymous() {
    awk '$5 == 0 && $6 !~ /vvar|vdso|vsyscall/ {
        split($1, r, "-")
        if (r[1] == end) { end = r[2]; next }
        if (end != "") print begin "-" end
        begin = r[1]; end = r[2]
    } END { print begin "-" end }' "/proc/$gate/maps"
}
anonymous >"$folder/maps.before"

# expect STATUS WORDS URL CURL-ARGUMENT...: one request
expect() {
    status=$1 words=$2
    shift 2
    got=$(curl -s -m 20 -D "$folder/head" -o "$folder/answer" -w '%{http_code}' "$@") || true
    [ "$got" = "$status" ] && { [ -z "$words" ] || grep -q -e "$words" "$folder/answer"; } && return 0
    cat "$folder/answer"
    fail "$got instead of $status with \"$words\": $*"
}
json='Content-Type: application/json'
both='Accept: application/json, text/event-stream'
llm() { # STATUS WORDS KEY BODY
    expect "$1" "$2" "$url/v1/chat/completions" -H "Authorization: Bearer $3" -H "$json" --data-binary "$4"
}
session=
mcp() { # STATUS WORDS SERVER BODY
    expect "$1" "$2" "$url/mcp/$3" -H "x-api-key: $SUPPORT_DESK_TIER_1" -H "$json" -H "$both" \
        ${session:+-H "Mcp-Session-Id: $session"} --data-binary "$4"
}
refund() { # STATUS WORDS CENTS
    mcp "$1" "$2" payments '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"refund_issue","arguments":{"ticket_id":"T-1001","amount_cents":'"$3"'}}}'
}
hello='"messages":[{"role":"user","content":"hello"}]'

traffic() {
    llm 200 chat.completion "$SUPPORT_DESK_TIER_1" "{\"model\":\"gpt-4o\",$hello}"
    llm 200 'data: \[DONE\]' "$SUPPORT_DESK_TIER_1" "{\"model\":\"gpt-4o-mini\",\"stream\":true,$hello}"
    llm 403 denied "$SUPPORT_DESK_TRIAGE" "{\"model\":\"gpt-4o\",$hello}"
    llm 401 error wrong "{\"model\":\"gpt-4o\",$hello}"
    llm 400 json_ "$SUPPORT_DESK_TIER_1" '{"model":"gpt-4o","model":"gpt-4o-mini"}'
    llm 502 upstream_unresolved "$SUPPORT_DESK_TIER_1" "{\"model\":\"lost\",$hello}"
    llm 200 chat.completion "$SUPPORT_DESK_TIER_1" "@$folder/image"
    llm 413 body_too_large "$SUPPORT_DESK_TIER_1" "@$folder/large"
    expect 200 gpt-4o "$url/v1/models" -H "x-api-key: $SUPPORT_DESK_TIER_1"
    expect 404 error "$url/nothing"

    session=
    mcp 200 protocolVersion payments '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"heap","version":"1"}}}'
    session=$(tr -d '\r' <"$folder/head" | sed -n 's/^[Mm]cp-[Ss]ession-[Ii]d: *//p')
    [ -n "$session" ] || fail "no session"
    mcp 202 '' payments '{"jsonrpc":"2.0","method":"notifications/initialized"}'
    mcp 200 refund_issue payments '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'
    refund 200 'refund_issue done' 4000
    refund 200 'tier-1-support refund cap exceeded' 900000
    refund 200 isError '"4000"'
    mcp 200 -32602 payments '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"nothing","arguments":{}}}'
    expect 404 '' "$url/mcp/payments" -H "x-api-key: $SUPPORT_DESK_TIER_2" -H "$json" -H "$both" \
        -H "Mcp-Session-Id: $session" --data-binary '{"jsonrpc":"2.0","id":4,"method":"ping"}'
    expect 200 '' "$url/mcp/payments" -X DELETE -H "x-api-key: $SUPPORT_DESK_TIER_1" -H "Mcp-Session-Id: $session"
    session=
    mcp 403 denied_by_default payroll '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"heap","version":"1"}}}'

    for path in livez readyz metrics version v1/policy; do expect 200 '' "$admin/$path"; done
    # shellcheck disable=SC2046 # words
    curl -s -Z --parallel-max 50 -H "x-api-key: $SUPPORT_DESK_TIER_1" $(yes "$url/v1/models" | head -n 200) >/dev/null 2>&1
}
head -c 3000000 /dev/zero | tr '\0' A >"$folder/picture"
{ printf '{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,'; cat "$folder/picture"; printf '"}}]}]}'; } >"$folder/image"
cat "$folder/picture" "$folder/picture" "$folder/picture" >"$folder/large"

told() { grep -q "$1" "$folder/gate.log"; }
traffic
cp "$folder/2.blob" "$folder/policy.blob"
# sealed anew, so that the key is derived again while it serves
"$postern" vault rotate "$folder/vault" --passphrase-file "$folder/pass" --new-passphrase-file "$folder/pass"
kill -HUP $gate
retry told 'policy in force: sequence 2' || fail "no reload"
retry told 'credentials read again' || fail "no credentials read"
traffic
expect 200 '"sequence": *3' "$admin/v1/policy" -H 'If-Match: *' -X PUT --data-binary "@$folder/3.blob"
expect 409 seal_sequence_older "$admin/v1/policy" -H 'If-Match: *' -X PUT --data-binary "@$folder/2.blob"
expect 422 seal_unsigned "$admin/v1/policy" -H 'If-Match: *' -X PUT --data-binary "@$folder/body"
cp "$folder/image" "$folder/policy.blob"
kill -HUP $gate
retry told 'policy refused' || fail "no refusal"
kill -USR1 $gate
rotated() { [ "$(find "$folder" -name 'audit.jsonl*' | wc -l)" = 2 ]; }
retry rotated || fail "no rotation"
traffic
kill "$stand_ins"
wait "$stand_ins" 2>/dev/null || true
stand_ins=
llm 502 upstream_ "$SUPPORT_DESK_TIER_1" "{\"model\":\"gpt-4o\",$hello}"
sleep 1.2 # until idle connections have timed out
llm 403 denied "$SUPPORT_DESK_TRIAGE" "{\"model\":\"gpt-4o\",$hello}"

# --- what is left of it ---

anonymous >"$folder/maps.after"
changed=$(diff "$folder/maps.before" "$folder/maps.after" | grep -c '^[<>]') || true
kill $gate
status=0
wait $gate || status=$?
gate=
[ $status = 0 ] || fail "the gateway ended with status $status"
told 'heap guard: 0 calls from ready to the end' || fail "the guard did not see the end"
"$postern" audit verify "$folder"/audit.jsonl.* "$folder/audit.jsonl" || fail "the audit log"
echo 'heap_calls_after_ready: 0'
echo "anonymous_mappings_changed: $changed"
[ "$changed" = 0 ] || { diff "$folder/maps.before" "$folder/maps.after"; fail "mappings have changed"; }
