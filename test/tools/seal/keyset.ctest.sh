#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A stolen signing key is replaced on a running gateway: two root keys sign a key set, it is pushed
# by the door of policies, and the old key signs nothing any more, after a restart as before. Then a
# root is replaced, a key comes to its end, and the store loses its key set.
# label: e2e
# timeout: 600
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/test/tools/seal/gate.sh"

{
    for name in root1 root2 root3 root4 old new short; do key $name; done
    "$postern" policy build "$root/policy/examples/support-desk" -o body
    for n in 1 4; do sign old$n old --sequence $n; done
    for n in 2 3; do sign new$n new --sequence $n --key-set $n; done
    key_set 2 'root1 root2' --version 2 --root root1.pub --root root2.pub --root root3.pub \
        --policy old.pub --policy new.pub
    key_set 3 root3 --from 2.set --revoke old.pub
    cp 3.set half.set
    "$postern" keyset sign 3.set -k root2.key
    "$postern" keyset show 3.set --after 2.set
} >made.log

# A device file that cannot be meant
device '{keys: [old.pub], key_set: 2.set}'
refused_at_start 'device.yaml:4:36: error: a key set is believed when keys under policy.roots'
device '{keys: [old.pub], roots: [root1.pub], threshold: 2}'
refused_at_start 'device.yaml:4:58: error: from 1 to 1,'
device '{keys: [old.pub], roots: [root1.pub, root1.pub]}'
refused_at_start 'device.yaml:4:46: error: this root key is named twice'
device '{keys: [old.pub], roots: [old.pub]}'
refused_at_start 'a root key signs key sets and nothing else'

# Who may say what is believed
device '{keys: [old.pub], roots: [root1.pub, root2.pub, root3.pub]}'
start
says /v1/keys '"key_set":0,"lost":false,"threshold":2,'
put old1.blob 200 '"sequence":1,'
put new2.blob 422 seal_key_unknown
put 2.set 200 '"key_set":2'
put new3.blob 422 '"seal_keyset"'
put new2.blob 200 '"sequence":2,'
put half.set 422 seal_threshold
put 3.set 200 '"key_set":3'
says /v1/keys '"key_set":3,"lost":false,"identity":"[0-9a-f]*","threshold":2,'
says /v1/keys "\"revoked\":\[\"$(awk '/^postern-public/ { print $3 }' old.pub)\"\]"
says /metrics '^postern_key_set_version 3$'
says /metrics '^postern_key_set_refusals_total 1$'
put old4.blob 422 seal_key_revoked
says /v1/policy '"sequence":2,'
restart
says /v1/policy '"sequence":2,'
says /v1/policy '"key_set":3'
put 2.set 409 seal_keyset_older
put 3.set 200 '"sequence":2,'
logged 'key set unchanged: version 3'
put new3.blob 200 '"sequence":3,'
put old4.blob 422 seal_key_revoked
recorded '"event":"keyset_installed","detail":"version 3, identity [0-9a-f]*",.*"policy":'
recorded '"event":"keyset_refused","detail":"seal_threshold"'
[ "$(grep -c '"keyset_installed"' state/audit.jsonl)" = 2 ] || fail 'the same again is no change'

# A root is replaced, by a file of the device file that SIGHUP reads
{
    key_set 4 'root1 root2' --from 3.set --remove root3.pub --root root4.pub
    key_set 5 'root3 root1' --from 4.set
    key_set 6 root4 --from 4.set
} >>made.log
stop
device '{keys: [old.pub], roots: [root1.pub, root2.pub, root3.pub], key_set: in.set}'
cp 4.set in.set
start
says /v1/policy '"key_set":4'
put 5.set 422 seal_threshold
cp 6.set in.set
kill -HUP "$gate"
logged 'key set file in.set: key set refused (seal_threshold)'
"$postern" keyset sign in.set -k root1.key >>made.log
kill -HUP "$gate"
says_soon /v1/policy '"key_set":5'
says /v1/keys "$(awk '/^postern-public/ { print $3 }' root4.pub)\",\"roles\":\[\"root"
put 4.set 409 seal_keyset_older
cp 4.set in.set
restart
logged 'warning: key set file in.set: is older than what is in force, version 5'
says /v1/policy '"sequence":3,'

# A key comes to its end while its policy is in force
{
    key_set 7 'root1 root2' --from 4.set --version 7 --until 5s --policy short.pub
    sign short8 short --sequence 8
    sign short9 short --sequence 9
} >>made.log
put 7.set 200 '"key_set":7'
put short8.blob 200 '"sequence":8,'
says_soon /v1/policy '"sequence":3,'
put short9.blob 422 seal_key_expired
recorded '"event":"policy_withdrawn","detail":"seal_key_expired","policy":{"id":"[0-9a-f]*","sequence":3'
restart
says /v1/policy '"sequence":3,'

# The key set is damaged in the store: none but the roots is believed until it is back
stop
damage state/keys-a
damage state/keys-b
start
says /v1/policy '"state":"no_policy"'
says /v1/keys '"lost":true'
recorded '"event":"keyset_lost","detail":"version 7"'
put old4.blob 422 seal_key_unknown
put 2.set 409 seal_keyset_older
restart
says /v1/keys '"lost":true'
put 4.set 409 seal_keyset_older
stop
device '{keys: [old.pub], roots: [root1.pub, root2.pub, root4.pub]}'
start
put 7.set 200 '"sequence":3,'
restart
says /v1/policy '"sequence":3,'
says /v1/keys '"key_set":7,"lost":false'

# Killed while a key set comes in, at another moment each time: the old one or the new one
before=7
for n in 8 9 10 11 12 13; do
    key_set $n 'root1 root2' --from $before.set >>made.log
    curl -s -H 'If-Match: *' -T $n.set "$admin/v1/policy" >/dev/null 2>&1 &
    pusher=$!
    sleep 0.00$((n - 7))
    kill -9 "$gate"
    wait "$gate" "$pusher" || true
    start
    says /v1/keys "\"key_set\":\($before\|$n\),\"lost\":false"
    says /v1/policy '"sequence":3,'
    put $n.set 200 "\"key_set\":$n"
    before=$n
done
echo 'the old key signs nothing any more'
