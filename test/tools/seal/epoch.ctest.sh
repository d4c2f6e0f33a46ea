#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A gateway never goes back: not by sequence, not below an epoch once it was raised, not by the
# policy in the other slot. Going back on purpose is a new signature; a reset of the device is the
# one way to forget how far it has come.
# label: e2e
# timeout: 600
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/test/tools/seal/gate.sh"

{
    key signer
    for name in root1 root2; do key $name; done
    "$postern" policy build "$root/policy/examples/support-desk" -o body
    for n in 1 2 3 6; do sign low$n signer --sequence $n --epoch 1; done
    sign another2 signer --sequence 2 --epoch 1 --expires 3d
    for n in 5 7; do sign mid$n signer --sequence $n --epoch 2; done
    sign last signer --sequence 9007199254740991 --epoch 2
    for n in 8 9; do sign high$n signer --sequence $n --epoch 3; done
    sign top signer --sequence 9007199254740991 --epoch 4294967295
    key_set 1 'root1 root2' --root root1.pub --root root2.pub --policy signer.pub --counters 3:7
    key_set 2 'root1 root2' --from 1.set --counters 3:8
} >made.log
device '{keys: [signer.pub], roots: [root1.pub, root2.pub]}'
start

# Sequence
put low2.blob 200 '"sequence":2,'
put low1.blob 409 seal_sequence_older
put another2.blob 409 seal_sequence_conflict
put low2.blob 200 '"sequence":2,'
restart
put low1.blob 409 seal_sequence_older
put another2.blob 409 seal_sequence_conflict
put low3.blob 200 '"sequence":3,' # the same body: back on purpose

# Epoch
put mid5.blob 200 '"sequence":5,'
put low6.blob 409 seal_epoch
restart
says /v1/policy '"sequence":5,'
put low6.blob 409 seal_epoch
stop
cp -r state kept
for slot in a b; do # the one in use is damaged, and the other one is of a lower epoch
    rm -rf state
    cp -r kept state
    damage state/slot-$slot
    start
    says /v1/policy '"state":"'
    ! grep -q '"sequence":3' answer || fail "a lower epoch is back: $(cat answer)"
    put low6.blob 409 seal_epoch
    put mid5.blob 200 '"sequence":5,'
    stop
done
start

# A policy with the greatest sequence that `policy sign` gives, and the way back
put last.blob 200 '"sequence":9007199254740991,'
put mid7.blob 409 seal_sequence_older
put 1.set 200 '"state":"no_policy"' # counts from 7 in epoch 3: what is in force is burned
put mid7.blob 409 seal_epoch
restart
says /v1/policy '"state":"no_policy"'
put last.blob 409 seal_epoch
put high8.blob 200 '"sequence":8,'
put top.blob 200 '"sequence":9007199254740991,'
put high9.blob 409 seal_epoch
put 2.set 200 '"key_set":2'
put high9.blob 200 '"sequence":9,'
put 1.set 409 seal_keyset_older

# A reset: the state folder is all that a device remembers
stop
rm -rf state
start
says /v1/policy '"state":"no_policy"'
says /v1/policy '"key_set":0'
put low1.blob 200 '"sequence":1,'
echo 'it never goes back'
