/* policy_reads.h - which attributes may matter to a call?
 *
 * Deciding stops as soon as the answer is certain, so which attributes it looked at says little
 * about which the rules could have looked at. Whoever records a call for another policy to decide
 * again wants the latter: every attribute that the condition of a rule that speaks of the call, or
 * of a derived role that such a rule names, can read, whether it was there or not. In a policy with
 * schemas that is every attribute.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_READS_H
#define PN_POLICY_READS_H

#include "policy/policy.h"

/* Bits: attributes by their slot, and predicates by their index. */
struct pn_reads {
    uint64_t slots[PN_POLICY_SLOTS_MAX / 64];
    uint64_t predicates[PN_POLICY_PREDICATES_MAX / 64];
};

static inline bool pn_reads_slot(const struct pn_reads *reads, uint16_t slot)
{
    return (reads->slots[slot / 64] >> slot % 64 & 1) != 0;
}

/* Fill `reads` for the call that `facts` were decided for, whose decision left `scratch`; the rules
 * it marked there may be more afterwards, nothing else changes. Time: a few instructions for each
 * rule that speaks of the call, and more for each predicate. */
void pn_policy_reads(const struct pn_policy *policy, const struct pn_facts *facts,
                     struct pn_policy_scratch *scratch, struct pn_reads *reads);

#endif
