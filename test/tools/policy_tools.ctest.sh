#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# explain, lint, inspect, schema and the report of build at a shell: what they print, where it goes,
# and their exit status.
# label: unit slow
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
desk=$POSTERN_SRC/policy/examples/support-desk

# wants STATUS WORDS... -- COMMAND...: the status, and each of the words in what it prints.
wants() {
    wanted=$1
    shift
    : >words
    while [ "$1" != -- ]; do
        printf '%s\n' "$1" >>words
        shift
    done
    shift
    status=0
    "$POSTERN" policy "$@" >out 2>err </dev/null || status=$?
    [ $status = "$wanted" ] || { echo "policy $*: status $status, wanted $wanted"; cat out err; exit 1; }
    while IFS= read -r word; do
        grep -qF -- "$word" out err || { echo "policy $*: no '$word' in"; cat out err; exit 1; }
    done <words
    ! grep 'runtime error' err || exit 1
}
is_json() { python3 -m json.tool out >/dev/null || { echo 'no JSON:'; cat out; exit 1; }; }

cat >request.json <<'END'
{"principal": {"id": "t1", "roles": ["tier-1-support"], "attr": {"task": "T-1"}},
 "resource": {"kind": "mcp:payments", "id": "refund_issue", "attr": {"arguments":
   {"ticket_id": "T-1", "amount_cents": 900000}}},
 "actions": ["tools/call/refund_issue"]}
END
sed 's/900000/"much"/' request.json >odd.json
echo '{"principal": 1}' >broken.json

for command in explain lint inspect schema build; do
    wants 0 "postern policy $command" 'xit status' -- $command --help
    wants 2 'see postern policy' -- $command --no-such-option
done

# explain: a folder, a body and a sealed policy explain the same
wants 0 -- build "$desk" -o body
"$POSTERN" key new -o key >/dev/null
wants 0 -- sign body -k key.key -o blob
for policy in "$desk" body blob; do
    wants 0 'deny (EFFECT_DENY): resource.mcp:payments.vdefault#tier-1-refund-cap' \
        '(policies/payments.yaml:15)' 'true    R.attr.arguments.amount_cents > 5000' \
        'R.attr.arguments.amount_cents = 900000 (int)' -- explain "$policy" request.json
    cp out "said.$(basename "$policy")"
done
cmp said.body said.blob
cmp said.body said.support-desk
wants 0 'a condition is in error' '= "much" (string)' -- explain body odd.json
wants 0 'is unknown' 'condition: unknown' -- explain body request.json --phase list \
    --action tools/call/refund_issue
wants 0 '"decides":true' -- explain body request.json --output json
is_json
wants 1 'principal' -- explain body broken.json
wants 1 'No such file' -- explain body nowhere.json
wants 1 'the policy is refused' -- explain request.json request.json
wants 2 "there is no phase 'later'" -- explain body request.json --phase later
wants 2 "there is no output 'xml'" -- explain body request.json --output xml
wants 2 'name a policy and a request' -- explain body
cat request.json broken.json odd.json >stream
status=0
"$POSTERN" policy explain body - --output json <stream >out 2>err || status=$?
[ $status = 1 ] && [ "$(wc -l <out)" = 3 ] && sed -n 2p out | grep -q '^{"error":' ||
    { echo 'a stream of three:'; cat out err; exit 1; }
"$POSTERN" policy explain body - <request.json | cmp - said.body

# lint
wants 0 ' note: ' '[deny-without-has]' '0 errors, 0 warnings' -- lint "$desk"
cp -r "$desk" desk
sed -i '/^self_tests:/,$d' desk/bundle.yaml # they hold what is made wrong here
sed -i 's/roles: \[payroll-admin\]/roles: ["*"]/; s/expires/# &/' desk/policies/payroll.yaml desk/bundle.yaml
sed -i '/on_expiry/d' desk/bundle.yaml
wants 1 'desk/policies/payroll.yaml:10:15: warning:' '[allow-everyone]' \
    'desk/bundle.yaml:1:1: warning:' '[no-expiry]' '0 errors, 2 warnings' -- lint desk
wants 1 '"name":"allow-everyone"' '"line":10' -- lint desk --output json
is_json
echo '{"tools": [{"name": "refund_isue"}, {"name": "payment_lookup"}]}' >tools.json
wants 1 "has no tool 'refund_issue'; did you mean 'refund_isue'?" '[tool-without-rule]' -- \
    lint desk --tools payments=tools.json
wants 1 '[build]' -- lint nowhere
wants 2 'SERVER=FILE' -- lint desk --tools payments
wants 2 'name one bundle folder' -- lint
wants 0 'kind-collision' 'contains-only' -- lint --names

# inspect
wants 0 'signature: none' 'mode: edge' 'predicates: ' 'rules                            14       4096' \
    'mcp:payments tools/call/refund_issue' -- inspect body
wants 0 'sequence: ' 'signature: not checked' -- inspect blob
wants 0 'signature: good' -- inspect blob -k key.pub
wants 0 '"signature":"good"' '"limits":' -- inspect blob -k key.pub --output json
is_json
"$POSTERN" key new -o other >/dev/null
wants 1 'signature: refused' -- inspect blob -k other.pub
head -c 3000 body >cut
wants 1 'body: cbor: ' 'It can be read up to byte ' -- inspect cut
{ head -c 3000 blob && tail -c 2999 blob; } >longer
wants 1 'seal: ' -- inspect longer
wants 1 '"fault":' -- inspect request.json --output json
is_json
wants 1 'No such file' -- inspect nowhere
wants 2 'name one policy' -- inspect

# the report of build
wants 0 'string_bytes' 'policies/payments.yaml' 'mcp:crm tools/call/*' 'budget: 1024 predicates' -- \
    build "$desk" --report
wants 0 '"actions":' '"budget":' -- build "$desk" --report=json
is_json
wants 2 '--report is text or json' -- build "$desk" --report=xml

# A folder that is not there, or is no folder, is one mistake
for arguments in 'build nowhere' 'build body' 'lint nowhere' 'check nowhere request.json' \
    'explain nowhere request.json' 'inspect nowhere' 'test nowhere' 'diff nowhere body'; do
    # shellcheck disable=SC2086 # they are words
    wants 1 cannot -- $arguments
    [ "$(cat out err | grep -c ' error: \|cannot')" = 1 ] || { echo "policy $arguments"; cat out err; exit 1; }
done

# schema
wants 0 'policies/**/*.yaml' -- schema
wants 0 '"title": "policies/*.yaml"' -- schema --kind policy
is_json
wants 2 "did you mean 'policy'?" -- schema --kind polici
wants 0 -- schema --out schemas
for kind in bundle identity models policy servers test testdata; do
    "$POSTERN" policy schema --kind $kind | cmp - schemas/$kind.schema.json
done
wants 1 'request.json' -- schema --out request.json/x
wants 2 'one of --kind and --out' -- schema --kind policy --out x
echo 'all commands say what they are to say'
