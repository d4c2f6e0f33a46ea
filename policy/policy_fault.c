/* see blob.h: names of faults.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/blob.h"

static const struct pn_slice names[PN_POLICY_FAULT_COUNT] = {
    [PN_POLICY_GOOD] = PN_SLICE_INIT("none"),
#define PN_POLICY_FAULT(symbol, name, sentence) [PN_POLICY_BAD_##symbol] = PN_SLICE_INIT(#name),
#include "policy/policy_fault.def"
#undef PN_POLICY_FAULT
#define PN_FEATURE(bit, symbol, name, what) \
    [PN_POLICY_LACKS_##symbol] = PN_SLICE_INIT("lacks_" #name),
#include "policy/feature.def"
#undef PN_FEATURE
};

struct pn_slice pn_policy_fault_name(enum pn_policy_fault fault)
{
    return names[fault];
}
