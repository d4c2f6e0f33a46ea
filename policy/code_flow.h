/* code_flow.h - is a block of value code well formed, how deep and how dear is it?
 *
 * One walk over the instructions, in order, knows the depth of the stack at each of them, because
 * skips go forward and loops are nested whole. The compiler states what the walk measures and
 * opening a policy checks that it is so; both call this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_CODE_FLOW_H
#define PN_POLICY_CODE_FLOW_H

#include "core/base/slice.h"
#include "policy/policy.h"

struct pn_code_size {
    uint16_t stack; /* PN_BLOCK_STACK */
    uint32_t cost;  /* PN_BLOCK_COST */
};

/* Measure the instructions in `code` whose loops visit at most `loop_items` elements. Indexes into
 * other sections are not looked at; functions are those of `modules`.
 *
 *   true   well formed: it cannot leave the block, its stack or its loops; `size` is filled
 *   false  it could, or it is over PN_POLICY_CODE_MAX, PN_POLICY_VALUE_STACK_MAX,
 *          PN_POLICY_LOOP_DEPTH_MAX or PN_POLICY_BLOCK_COST_MAX */
bool pn_code_measure(const struct pn_modules *modules, struct pn_slice code, uint16_t loop_items,
                     struct pn_code_size *size);

/* Bits of enum pn_feature: the groups of functions that instructions call, or whose values are among
 * section CONSTANTS, given whole, or come from now(). */
uint32_t pn_code_features(struct pn_slice code, struct pn_slice constants);

#endif
