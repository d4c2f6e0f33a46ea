#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The admin door as operators and others meet it, with curl and with certificates made by openssl: who
# may do what, each refusal, floods, what the audit log says of it, and that no key is in it.
# label: e2e
# cost: 30
# timeout: 600
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}/test/tools/seal/gate.sh"
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }

operator() { # NAME ROLE: NAME.key, and a record for the device file
    "$postern" admin key new --name "$1" --role "$2" >made
    head -n 1 made >"$1.admin"
    tail -n 3 made | sed 's/^/  /' >>operators.yaml
}
door() { # MORE: the device file, with the operators in a file of their own
    device '{keys: [signer.pub]}'
    grep -v '^admin:' device.yaml >rest.yaml
    { cat rest.yaml; printf 'admin:\n  at: 127.0.0.1:%s\n%s\n' "$admin_port" "$1"; } >device.yaml
}
ask() { # STATUS TEXT CURL-ARGUMENTS: with status 000 the connection must not come about
    status=$1 text=$2
    shift 2
    got=$(curl -s -o answer -D heads -w '%{http_code}' "$@") || [ "$status" = 000 ] || fail "curl $*: $?"
    [ "$got" = "$status" ] || fail "$got for $status: $* $(cat answer)"
    [ "$status" = 000 ] || grep -q -e "$text" answer heads || fail "no $text in $(cat heads answer)"
}
as() { printf 'Authorization: Bearer %s' "$(cat "$1.admin")"; }

{
    key signer
    "$postern" policy build "$root/policy/examples/support-desk" -o body
    for n in 1 2 3; do sign p$n signer --sequence $n; done
    cp -r "$root/policy/examples/support-desk" many
    {
        printf 'model_list:\n'
        seq 2000 | sed 's/.*/  - {model_name: m&, owner: team & of many, litellm_params: {model: openai\/x&, api_key: credential:crm}}/'
    } >many/models.yaml
    "$postern" policy build many -o many.body
    body=many.body sign p4 signer --sequence 4
    body=
    sh "$root/test/tls/certificates.sh" .
} >made.log
printf 'operators:\n' >operators.yaml
operator ana operator
operator bo viewer
operator cy admin
grep -q '^postern_admin_[A-Za-z0-9_-]\{43\}$' ana.admin || fail 'an admin key is 256 bits'
[ "$(printf %s "$(cat ana.admin)" | sha256sum | cut -c 1-64)" = "$(awk '/key_sha256/ { print $2; exit }' operators.yaml)" ] ||
    fail 'what is kept of a key is its SHA-256'
"$postern" admin key new --role viewer >said 2>&1 && fail 'a key without a name'
"$postern" admin key new --name x --role root >said 2>&1 && fail 'a role that is none'

printf 'a long enough password\nrest' >password
"$postern" admin password new --name gil --role operator --file password | sed 's/^/  /' >>operators.yaml
printf 'short\n' | "$postern" admin password new --name gil --role operator --file - >said 2>&1 &&
    fail 'a password of five bytes'

# --- what cannot be meant ---
door '  operators_file: operators.yaml'
sed -i 's/  at: 127.0.0.1/  at: 0.0.0.0/' device.yaml
refused_at_start 'without tls: can be overheard'
door "  tls: {certificate: desk.pem, key: desk.key}"
sed -i 's/  at: 127.0.0.1/  at: 0.0.0.0/' device.yaml
refused_at_start 'asks nobody who he is'

# --- on loopback, where nobody is asked ---
device '{keys: [signer.pub]}'
start
ask 200 no_policy "$admin/v1/policy"
ask 421 host_unknown "$admin/v1/policy" -H 'Host: rebound.example'
ask 403 origin_refused "$admin/v1/policy" -H 'Origin: http://rebound.example' -T p1.blob
ask 428 if_match_missing "$admin/v1/policy" -T p1.blob
ask 412 if_match_stale "$admin/v1/policy" -T p1.blob -H 'If-Match: "other"'
tag() { curl -sI -X GET "$@" "$admin/v1/policy" | tr -d '\r' | sed -n 's/^etag: //p'; }
first=$(tag)
ask 200 '"sequence":1,' "$admin/v1/policy" -T p1.blob -H "If-Match: $first"
ask 412 if_match_stale "$admin/v1/policy" -T p2.blob -H "If-Match: $first"
[ "$(tr -d '\r' <heads | sed -n 's/^etag: //p')" = "$(tag)" ] || fail 'a late one is told what is there'
ask 200 '"sequence":1,' "$admin/v1/policy"
recorded '"event":"policy_installed","who":{"id":"local","proof":"loopback","roles":\["admin"\]}'
stop

# --- with operators ---
door "  operators_file: operators.yaml
  origins: ['https://console.example']
  hosts: [gate.example]"
start
ask 200 alive "$admin/livez"
ask 200 ready "$admin/readyz" -H 'Host: probe.example'
ask 401 'www-authenticate: Bearer' "$admin/v1/policy"
ask 401 proof_missing "$admin/metrics"
ask 401 proof_wrong "$admin/metrics" -H 'Authorization: Bearer postern_admin_0'
ask 401 proof_wrong "$admin/metrics" -H "Authorization: Bearer $(head -c 6000 /dev/zero | tr '\0' k)"
ask 431 '' "$admin/metrics" -H "Authorization: Bearer $(head -c 9000 /dev/zero | tr '\0' k)"
ask 401 proof_wrong "$admin/metrics" -u "ana:$(cat ana.admin)"
ask 400 '' "$admin/metrics" -H "$(as bo)" -H "$(as ana)"
ask 401 'www-authenticate: Basic' "$admin/metrics" -u 'gil:a long enough passwor'
ask 401 proof_wrong "$admin/metrics" -u 'nobody:a long enough password'
ask 200 postern_build_info "$admin/metrics" -u 'gil:a long enough password'
ask 200 postern_build_info "$admin/metrics" -H "$(as bo)"
ask 200 '"sequence":1,' "$admin/v1/policy" -H "$(as bo)" -H 'Host: gate.example'
ask 421 host_unknown "$admin/v1/policy" -H "$(as bo)" -H 'Host: other.example'
ask 403 role_insufficient "$admin/v1/policy" -H "$(as bo)" -T p2.blob -H 'If-Match: *'
ask 403 role_insufficient "$admin/v1/time" -H "$(as bo)"
ask 403 origin_refused "$admin/v1/policy" -H "$(as ana)" -H 'Origin: https://evil.example' -T p2.blob -H 'If-Match: *'
ask 428 if_match_missing "$admin/v1/policy" -H "$(as ana)" -H 'Origin: https://console.example' -T p2.blob
ask 200 '"sequence":2,' "$admin/v1/policy" -H "$(as ana)" -T p2.blob -H "If-Match: $(tag -H "$(as bo)")"
ask 200 '"nonce"' "$admin/v1/time" -H "$(as cy)"
ask 200 '"path":"/mcp/crm"' "$admin/v1/inventory" -H "$(as bo)"
grep -q '"since":{"sequence":1,"at":1[0-9]*,"or_earlier":true}' answer || fail "since when: $(cat answer)"
grep -qi '^transfer-encoding: chunked' heads && grep -qi '^etag: ' heads || fail 'how the inventory is sent'
ask 401 proof_missing "$admin/v1/inventory"
curl -s -H "$(as bo)" "$admin/v1/inventory" >answer
until [ -s state/inventory.since ]; do sleep 0.1; done
kill -9 "$gate"
wait "$gate" || true
start
curl -s -H "$(as bo)" "$admin/v1/inventory" >again
cmp answer again || fail 'a restart changes since when'
ask 505 '' "$admin/v1/inventory" -H "$(as bo)" --http1.0
recorded '"event":"policy_installed","who":{"id":"ana","proof":"admin_key","roles":\["operator"\]}'
recorded '"event":"admin_denied","detail":"127.0.0.1: GET /v1/policy","reason":"proof_missing"'
recorded '"event":"admin_denied","detail":"127.0.0.1: PUT /v1/policy","who":{"id":"bo","proof":"admin_key","roles":\["viewer"\]},"reason":"role_insufficient"'

# 200 wrong passwords from 5 addresses: few are verified, and who has come in before stays in
seq 200 | awk -v a="$admin" '{ printf "write-out=\"%%{http_code}\\n\"\ninterface=\"127.2.0.%d\"\nurl=\"%s/metrics\"\noutput=/dev/null\nuser=\"gil:wrong password %d\"\nnext\n", NR % 5 + 1, a, NR }' |
    sed '$d' >flood
curl -s -K flood >codes &
guess=$!
for _ in 1 2 3 4 5; do ask 200 postern_build_info "$admin/metrics" -u 'gil:a long enough password' --interface 127.2.0.7; done
ask 200 alive "$admin/livez"
wait $guess
[ "$(grep -c 200 codes)" = 0 ] && [ "$(grep -c '401\|429' codes)" = 200 ] &&
    [ "$(grep -c 401 codes)" -le 100 ] || fail 'wrong passwords'
before=$(grep -c 429 codes)
ask 200 postern_build_info "$admin/metrics" -u 'gil:a long enough password'

# 10,000 wrong keys from 250 addresses: who knows one is let in, and the log stays small
seq 10000 | awk -v a="$admin" '{ printf "write-out=\"%%{http_code}\\n\"\ninterface=\"127.1.0.%d\"\nurl=\"%s/metrics\"\noutput=/dev/null\nheader=\"Authorization: Bearer postern_admin_%d\"\nnext\n", NR % 250 + 1, a, NR }' |
    sed '$d' >flood
kilobytes=$(awk '/^VmRSS/ { print $2 }' /proc/$gate/status)
curl -s -K flood >codes
wrong=$(grep -c 401 codes) late=$(grep -c 429 codes) # in one minute, or in some
[ $((wrong + late)) = 10000 ] && [ "$wrong" -ge 2500 ] && [ "$wrong" -le 7500 ] || fail "flood: $wrong $late"
ask 200 postern_build_info "$admin/metrics" -H "$(as bo)" --interface 127.1.0.7
grep -q "^postern_admin_denied_total{reason=\"attempts_exceeded\"} $((before + late))\$" answer || fail 'the flood is not counted'
for _ in $(seq 40); do # a minute may end among them
    got=$(curl -s -o answer -w '%{http_code}' "$admin/metrics" -H 'Authorization: Bearer x' --interface 127.1.0.7)
    [ "$got" != 429 ] || break
done
ask 429 'retry-after: 60' "$admin/metrics" -H 'Authorization: Bearer x' --interface 127.1.0.7
grew=$(($(awk '/^VmRSS/ { print $2 }' /proc/$gate/status) - kilobytes))
# A sanitizer's own memory grows with whatever it has seen; what is shipped is measured.
[ "${POSTERN##*/}" != postern ] || [ $grew -lt 1024 ] || fail "grew by $grew KB"
recorded '127.1.0.7: GET /metrics; further ones of this minute are only counted'
[ "$(grep -c '"admin_denied"' state/audit.jsonl)" -lt 8000 ] || fail 'a flood fills the log'
stop

# --- certificates ---
leaf_of() { # NAME AUTHORITY CN
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$3" -out "$1.csr"
    printf 'extendedKeyUsage=clientAuth\nkeyUsage=digitalSignature\n' >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.pem"
}
{
    leaf_of dee root dee.ops.example
    leaf_of eve root eve.ops.example
    leaf_of fay other-root dee.ops.example
} >>made.log 2>&1
printf '    - {name: dee, role: operator, certificate: dee.ops.example}\n' >>operators.yaml
cp root.pem ops.pem
door "  operators_file: operators.yaml
  tls: {certificate: desk.pem, key: desk.key, client_roots: ops.pem, clients: optional}"
plain=$admin
admin="https://localhost:$admin_port"
sed -i 's/  at: 127.0.0.1/  at: 0.0.0.0/' device.yaml
"$postern" serve --config device.yaml >>gate.log 2>&1 &
gate=$!
logged 'ready:.*admin on 0.0.0.0'
within 'admin on 0.0.0.0' gate.log
tls() { status=$1 text=$2; shift 2; ask "$status" "$text" --cacert root.pem "$@"; }
for _ in $(seq 900); do curl -s --cacert root.pem "https://127.0.0.1:$admin_port/livez" >/dev/null && break || sleep 0.1; done
admin="https://127.0.0.1:$admin_port"
ask 000 '' "$plain/livez" --max-time 3
tls 200 alive "$admin/livez"
tls 401 proof_missing "$admin/v1/policy"
tls 200 '"sequence":2,' "$admin/v1/policy" -H "$(as bo)"
tls 200 '"sequence":2,' "$admin/v1/policy" --cert dee.pem --key dee.key
tls 200 '"sequence":2,' "$admin/v1/policy" -u 'gil:a long enough password'
tls 401 proof_wrong "$admin/v1/policy" --cert eve.pem --key eve.key
tls 000 '' "$admin/v1/policy" --cert fay.pem --key fay.key
tls 403 role_insufficient "$admin/v1/policy" --cert dee.pem --key dee.key -H "$(as bo)" -T p3.blob -H 'If-Match: *'
tls 421 host_unknown "https://localhost:$admin_port/v1/policy" --cert dee.pem --key dee.key
tls 200 '"sequence":3,' "$admin/v1/policy" --cert dee.pem --key dee.key -T p3.blob -H 'If-Match: *'
recorded '"event":"policy_installed","who":{"id":"dee","proof":"mtls","roles":\["operator"\]}'
recorded '"event":"admin_denied","detail":"127.0.0.1: a certificate ","reason":"proof_wrong"'
head -c 3000000 /dev/urandom >large.blob
tls 422 seal_ "$admin/v1/policy" --cert dee.pem --key dee.key -T large.blob -H 'If-Match: *'
head -c 5000000 /dev/urandom >larger.blob
tls 413 '' "$admin/v1/policy" --cert dee.pem --key dee.key -T larger.blob -H 'If-Match: *'
tls 401 proof_missing "$admin/v1/policy" -T large.blob -H 'If-Match: *'
# an inventory that fits no buffer, from the listener with TLS and byte by byte
tls 200 '"sequence":4,' "$admin/v1/policy" --cert dee.pem --key dee.key -T p4.blob -H 'If-Match: *'
tls 200 '"owner":"team 2000 of many"' "$admin/v1/inventory" --cert dee.pem --key dee.key
[ "$(tr ',' '\n' <answer | grep -c '"owner":"team ')" = 2000 ] || fail 'the inventory lacks some'
tail -c 4 answer | grep -q '}\]}' || fail 'the inventory has no end'
grep -q '"since":{"sequence":4,"at":1[0-9]*}' answer || fail 'what came later is not told'
cp answer whole
tls 200 '"owner":"team 2000 of many"' "$admin/v1/inventory" --cert dee.pem --key dee.key --limit-rate 2M --max-time 90
cmp whole answer || fail 'read slowly it is another'
# a root that is not believed any more
cp other-root.pem ops.pem.new
mv ops.pem.new ops.pem
logged 'certificates read again'
tls 200 '' "$admin/v1/policy" --cert fay.pem --key fay.key
tls 000 '' "$admin/v1/policy" --cert dee.pem --key dee.key
stop

# --- operators who come and go while it runs ---
admin=$plain
door '  operators_file: people/operators.yaml'
mkdir people
people() { # NAME...: the file has these alone, as whoever replaces it does
    { printf 'operators:\n' && for name in "$@"; do grep -A 2 "name: \"$name\"" operators.yaml; done; } >people/new
    mv people/new people/operators.yaml
}
people ana bo
stayed() { grep -c "$1" gate.log || true; }
start
ask 200 '"sequence":4,' "$admin/v1/policy" -H "$(as bo)"
ask 401 proof_wrong "$admin/v1/policy" -H "$(as cy)"
people ana cy gil
within 'operators read again: new: cy, gil; gone: bo' gate.log || fail 'the new file is not seen'
ask 401 proof_wrong "$admin/v1/policy" -H "$(as bo)"
ask 200 '"sequence":4,' "$admin/v1/policy" -H "$(as cy)"
ask 200 '"sequence":4,' "$admin/v1/policy" -u 'gil:a long enough password'
recorded '"event":"operators_changed","detail":"new: cy, gil; gone: bo"'
# a file that is none, or has nobody, shuts nobody out and lets nobody in
for wrong in 'operators: []' 'operators: [{name: x' 'nobody: 1' 'operators: [{name: bo, role: admin}]'; do
    before=$(stayed 'the operators before stay')
    printf '%s\n' "$wrong" >people/new
    mv people/new people/operators.yaml
    kill -HUP "$gate"
    for _ in $(seq 900); do [ "$(stayed 'the operators before stay')" -le "$before" ] || break; sleep 0.1; done
    [ "$(stayed 'the operators before stay')" -gt "$before" ] || fail "it was taken: $wrong"
    ask 200 '"sequence":4,' "$admin/v1/policy" -H "$(as cy)"
    ask 401 proof_missing "$admin/v1/policy"
done
recorded '"event":"operators_refused"'
grep -q 'error: no operator: nobody could come in' gate.log || fail 'it is not said what is wrong'
# a role is another with the next request
sed 's/role: .*/role: viewer/' operators.yaml >people/new
sed -i '/name: dee/d' people/new
mv people/new people/operators.yaml
within 'operators read again: new: bo; other: ana, cy, gil' gate.log || fail 'roles are not seen'
ask 403 role_insufficient "$admin/v1/policy" -H "$(as ana)" -T p4.blob -H 'If-Match: *'
stop
# those of the device file itself; the rest of it needs a restart
{ printf '  operators:\n' && sed -n '2,4p' operators.yaml | sed 's/^/  /'; } >inline
door "$(cat inline)"
start
ask 200 '"sequence":4,' "$admin/v1/policy" -H "$(as ana)"
sed -e 's/role: operator/role: viewer/' -e 's/^state: .*/&\nworkers: 2/' device.yaml >device.new
mv device.new device.yaml
kill -HUP "$gate"
within 'operators read again: other: ana' gate.log || fail 'those of the device file are not read'
grep -q 'restart to use more of it than its operators' gate.log || fail 'it is not said that the rest needs a restart'
ask 403 role_insufficient "$admin/v1/policy" -H "$(as ana)" -T p4.blob -H 'If-Match: *'
stop

# --- what is nowhere ---
for name in ana bo cy; do
    ! grep -rqF "$(cat $name.admin)" state gate.log operators.yaml || fail "the key of $name is written down"
done
! grep -rqF 'a long enough' state gate.log operators.yaml || fail 'the password is written down'
"$postern" audit verify state/audit.jsonl >said || fail "$(cat said)"
echo ok
