#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `postern revoke` against a gateway: who may, what is refused, what survives restarts, kill -9 in the
# middle of writes, damage and a list that is full, and what is on record of it.
# label: unit slow
# timeout: 600
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/test/tools/seal/gate.sh"

key signer
"$postern" policy build "$root/policy/examples/support-desk" -o body
sign now signer --sequence 1
"$postern" admin key new --name olga --role operator >olga
"$postern" admin key new --name vera --role viewer >vera
free_port && listen_port=$port
free_port && admin=http://127.0.0.1:$port admin_port=$port
cat >device.yaml <<END
listen: ['127.0.0.1:$listen_port']
admin:
  at: 127.0.0.1:$admin_port
  operators:
$(sed -n 's/^  \( *\(- name\|role\|key_sha256\): .*\)/    \1/p' olga vera)
state: state
policy: {keys: [signer.pub], file: now.blob}
limits: {revocations_max: 12}
credentials:
$(for name in openai-main openai-mini crm tickets payments payroll; do echo "  $name: {file: secret}"; done)
END
echo none >secret
head -1 olga >olga.key
head -1 vera >vera.key
revoke() { "$postern" revoke --admin "127.0.0.1:$admin_port" --key olga.key "$@" >said 2>&1; }
expect() { grep -q -e "$1" said || fail "no $1 in $(cat said)"; }
refused() { # STATUS TEXT ARGUMENTS
    want=$1 text=$2 got=0
    shift 2
    revoke "$@" || got=$?
    [ "$got" = "$want" ] || fail "$*: exit status $got for $want: $(cat said)"
    expect "$text"
}
call() { # STATUS of a request for the models by the tier-1 agent
    got=$(curl -s -o answer -w '%{http_code}' -H 'Authorization: Bearer sk-postern-demo-tier-1' \
        "http://127.0.0.1:$listen_port/v1/models")
    [ "$got" = "$1" ] || fail "a call: $got for $1: $(cat answer)"
}

# Called wrongly, or nobody there
refused 2 'say why with --reason' task T-1
refused 2 'the kind is task' tasks T-1 --reason r
refused 2 'say the kind, and the name' task --reason r
refused 2 'takes 2026-12-31' task T-1 --reason r --until soon
refused 2 'id of an entry' --lift one
refused 2 'is for tokens' task --from - --reason r
refused 2 'text or json' --list --output yaml
refused 1 'Connection refused' --list
start
call 200

# Who may
if "$postern" revoke --admin "127.0.0.1:$admin_port" --list >said 2>&1; then fail 'nobody listed'; fi
expect 'refused, 401'
"$postern" revoke --admin "127.0.0.1:$admin_port" --key vera.key --list >said 2>&1 || fail 'a viewer reads'
if "$postern" revoke --admin "127.0.0.1:$admin_port" --key vera.key task T-1001 --reason r >said 2>&1; then
    fail 'a viewer revoked'
fi
expect 'refused, 403'
POSTERN_ADMIN_KEY=$(cat olga.key) "$postern" revoke --admin "127.0.0.1:$admin_port" --list >said 2>&1 ||
    fail 'the key may be in the environment'
refused 1 'unencrypted' --admin "192.0.2.1:$admin_port" --list

# Nothing yet
revoke --list || fail "$(cat said)"
[ "$(cat said)" = '0 of 12 entries are taken' ] || fail "$(cat said)"

# Revoked and lifted, with a record of both
revoke task T-1001 --reason 'refunds in a loop' || fail "$(cat said)"
expect '"id":1,"kind":"task","name":"T-1001","reason":"refunds in a loop","by":"olga"'
call 403
grep -q '"code":"revoked"' answer || fail "$(cat answer)"
curl -s -o answer -H 'Authorization: Bearer sk-postern-demo-tier-1' -H 'Content-Type: application/json' \
    -d '{"model":"gpt-4o","messages":[]}' "http://127.0.0.1:$listen_port/v1/chat/completions"
grep -q '"code":"revoked"' answer || fail "$(cat answer)"
recorded '"event":"revoked","detail":"task T-1001, entry 1","who":{"id":"olga","proof":"admin_key"'
recorded '"reason":"refunds in a loop"'
restart
call 403
refused 1 'refused, 404' --lift 7
revoke --lift 1 || fail "$(cat said)"
call 200
recorded '"event":"revocation_lifted","detail":"task T-1001, entry 1","who":{"id":"olga"'

# No policy makes a revoked call an allowed one
cp state/audit.jsonl audit.jsonl
grep -q '"error":"revoked"' audit.jsonl || fail "$(cat audit.jsonl)"
"$postern" policy simulate --log audit.jsonl "$root/policy/examples/support-desk" >said 2>&1 ||
    fail "simulate: $(cat said)"

# A token tells its id and its end
url() { base64 | tr -d '=\n' | tr '+/' '-_'; }
printf '%s.%s.%s\n' "$(printf '{"alg":"ES256"}' | url)" \
    "$(printf '{"jti":"id-\\u0031","exp":4000000000}' | url)" "$(printf sig | url)" >token
revoke token --from token --reason stolen || fail "$(cat said)"
expect '"kind":"token","name":"id-1","reason":"stolen","by":"olga","at":[0-9]*,"until":4000000000'
revoke agent "$(printf 'r\303\266bi \302\2332J')" --reason 'one; two' || fail "$(cat said)"
revoke --list || fail "$(cat said)"
expect '^ID  KIND   NAME      BY    SINCE                 UNTIL                 REASON$'
expect '^2   token  id-1      olga  20[0-9-]*T[0-9:]*Z  2096-10-02T07:06:40Z  stolen$'
expect '^3   agent  röbi ?2J  olga  20[0-9-]*T[0-9:]*Z  -                     one; two$'
expect '^2 of 12 entries are taken$'
revoke --lift 2 || fail "$(cat said)"
revoke --lift 3 || fail "$(cat said)"

# Killed in the middle of writing: what was answered is there
for round in 1 2 3; do
    : >kept
    (
        for i in 1 2 3; do
            if "$postern" revoke --admin "127.0.0.1:$admin_port" --key olga.key \
                agent "a-$round-$i" --reason r >/dev/null 2>&1; then echo "a-$round-$i" >>kept; fi
        done
    ) &
    writer=$!
    sleep "0.0$((round * 2))"
    kill -9 "$gate"
    wait "$gate" 2>/dev/null || true
    wait "$writer"
    start
    revoke --list --output json || fail "$(cat said)"
    while read -r name; do expect "\"$name\""; done <kept
    revoke --list || fail "$(cat said)"
    while read -r name; do expect "^[0-9][0-9]* *agent *$name  *olga  20"; done <kept
    says /readyz '+. revocations$'
done

# Full: nothing is dropped, and it is said
i=0
while revoke key "k-$i" --reason r; do
    i=$((i + 1))
    [ $i -le 12 ] || fail 'it takes more than its limit'
done
expect 'refused, 507: The list is full'
says /readyz '-. revocations revocations_full$'
call 200
revoke --list
expect '^12 of 12 entries are taken; revocations_full$'
revoke --list --output json
expect '"fault":"revocations_full"'
id=$(sed 's/.*"id":\([0-9]*\),"kind":"key","name":"k-0".*/\1/' said)
revoke --lift "$id" || fail "$(cat said)"
says /readyz '+. revocations$'

# Damaged while it is stopped: nobody is served until an operator says so
revoke user ana --reason r || fail "$(cat said)"
stop
cp -r state whole
damage state/revoked-a
damage state/revoked-b
start
says /readyz '-. revocations revocations_lost$'
call 503
grep -q '"code":"revocations_lost"' answer || fail "$(cat answer)"
recorded '"event":"revocations_lost"'
refused 1 'refused, 503' user ben --reason r
stop
rm -r state/revoked-a state/revoked-b
start
says /readyz '-. revocations revocations_lost$'
call 503
got=$(curl -s -o answer -w '%{http_code}' -X DELETE -H 'If-Match: *' \
    -H "Authorization: Bearer $(cat olga.key)" "$admin/v1/revocations")
[ "$got" = 200 ] || fail "an empty list: $got: $(cat answer)"
says /readyz '+. revocations$'
call 200
recorded '"event":"revocations_begun","who":{"id":"olga"'
stop
rm -r state
mv whole state
start
call 403
echo 'who is revoked stays so'
