/* see blob.h: sentences of faults, apart from the names: a device may do without them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/blob.h"

static const struct pn_slice sentences[PN_POLICY_FAULT_COUNT] = {
    [PN_POLICY_GOOD] = PN_SLICE_INIT("The policy is good."),
#define PN_POLICY_FAULT(symbol, name, sentence) [PN_POLICY_BAD_##symbol] = PN_SLICE_INIT(sentence),
#include "policy/policy_fault.def"
#undef PN_POLICY_FAULT
#define PN_FEATURE(bit, symbol, name, what) \
    [PN_POLICY_LACKS_##symbol] = \
        PN_SLICE_INIT("The policy needs " what ", which this engine is built without."),
#include "policy/feature.def"
#undef PN_FEATURE
};

struct pn_slice pn_policy_fault_sentence(enum pn_policy_fault fault)
{
    return sentences[fault];
}
