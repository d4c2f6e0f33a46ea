#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A gateway is told the time and which policy is the newest, by a key for it and once for each
# question. Without a word for too long it refuses calls; with one it serves them again.
# label: e2e
# timeout: 600
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/test/tools/seal/gate.sh"

{
    for name in signer clock stranger root1 root2; do key $name; done
    "$postern" policy build "$root/policy/examples/support-desk" -o body
    for n in 7 8; do sign p$n signer --sequence $n --expires 30d; done
    sign q8 signer --sequence 8 --expires 29d
    key_set 1 'root1 root2' --root root1.pub --root root2.pub --policy signer.pub \
        --time stranger.pub
} >made.log
ask() {
    curl -s "$admin/v1/time" >asked
    nonce=$(sed -n 's/.*"nonce":"\([0-9a-f]*\)".*/\1/p' asked)
    [ ${#nonce} = 32 ] || fail "no nonce: $(cat asked)"
}
answer() { # POLICY KEY OPTIONS: to the last question, in the file stamp
    newest=$1 signer=$2
    shift 2
    "$postern" policy timestamp "$newest.blob" -k "$signer.key" --nonce "$nonce" -o stamp "$@"
}
tell() { # STATUS TEXT: what the gateway says to the file stamp
    got=$(curl -s -o answer -w '%{http_code}' -T stamp "$admin/v1/time")
    [ "$got" = "$1" ] || fail "$got for $1: $(cat answer)"
    grep -q -e "$2" answer || fail "no $2 in $(cat answer)"
}

# Called wrongly
if "$postern" policy timestamp 2>said; then fail 'no policy is named'; fi
if "$postern" policy timestamp p7.blob -k clock.key --nonce 12 -o stamp 2>said; then
    fail 'a short nonce'
fi
grep -q '32 hexadecimal digits' said || fail "$(cat said)"
nonce=00112233445566778899aabbccddeeff
if answer /dev/null clock 2>said; then fail 'not a policy'; fi

device '{keys: [signer.pub], time_keys: [clock.pub], roots: [root1.pub, root2.pub], stale_after: 12s, on_stale: deny}'
start
put p7.blob 200 '"sequence":7,'
says /v1/policy '"stale":false'
answer p7 clock
tell 409 seal_time_nonce # nothing was asked
ask
answer p7 stranger
tell 422 seal_key_unknown
answer p7 signer
tell 422 seal_key_role
answer p7 clock
cp stamp recorded
tell 200 '"newest":true'
tell 409 seal_time_nonce # once
ask
cp recorded stamp
tell 409 seal_time_nonce # the answer to the question before
recorded '"event":"timestamp_refused","detail":"seal_time_nonce"'

# Frozen
says_soon /readyz 'policy_stale'
[ "$(curl -s -o answer -w '%{http_code}' -H 'authorization: Bearer x' \
    "http://127.0.0.1:$listen_port/v1/models")" = 503 ] || fail "served: $(cat answer)"
grep -q policy_stale answer || fail "$(cat answer)"
logged 'no timestamp has come for too long: every call is answered 503'
recorded '"event":"policy_stale"'
cp recorded stamp
tell 409 seal_time_nonce
says /readyz 'policy_stale'
ask
answer p7 clock
tell 200 '"stale":false'
says /readyz '^ready'

# Not the newest, then the newest, then another with its sequence
ask
answer p8 clock
tell 200 '"newest":false,"newest_sequence":8'
recorded '"event":"policy_outdated","detail":"sequence 8, '
put p8.blob 200 '"newest":true'
ask
answer q8 clock
tell 200 '"newest":false,"newest_sequence":8'

# A key set may take the key away and give it to another
put 1.set 200 '"key_set":1'
ask
answer p8 clock
tell 422 seal_key_unknown
answer p8 stranger
tell 200 '"newest":true'
passed() {
    [ "$(sed -n 's/.*"passed":\([0-9]*\).*/\1/p' "$1")" -gt 1700000000 ] || fail "$2: $(cat "$1")"
}
passed answer 'the time is not taken'
restart
ask
passed asked 'the time is lost'
echo 'it knows the time and whether its policy is the newest'
