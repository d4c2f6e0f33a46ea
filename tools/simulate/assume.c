/* see assume.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/assume.h"

#include "policy/record.h"
#include "policy/value_module.h"

void assume(struct pn_assumed *assumed, uint16_t predicate, enum pn_truth value)
{
    uint64_t bit = (uint64_t)1 << predicate % 64;
    size_t word = predicate / 64;

    assumed->known[word] &= ~bit;
    assumed->is_true[word] &= ~bit;
    assumed->is_false[word] &= ~bit;
    assumed->is_faulty[word] &= ~bit;
    if (value == PN_UNDECIDED) return;
    assumed->known[word] |= bit;
    if (value == PN_TRUE) assumed->is_true[word] |= bit;
    else if (value == PN_FALSE) assumed->is_false[word] |= bit;
    else assumed->is_faulty[word] |= bit;
}

enum pn_truth assume_value(const struct pn_assumed *assumed, uint16_t predicate)
{
    uint64_t bit = (uint64_t)1 << predicate % 64;
    size_t word = predicate / 64;

    if ((assumed->known[word] & bit) == 0) return PN_UNDECIDED;
    if ((assumed->is_true[word] & bit) != 0) return PN_TRUE;
    return (assumed->is_false[word] & bit) != 0 ? PN_FALSE : PN_FAULTY;
}

void assume_begin(struct pn_assumed *assumed)
{
    memset(assumed->undecided, 0, sizeof assumed->undecided);
}

/* A derived role is decided by predicates that were asked for as well. Code that lists derived roles
 * may come to something else in each scope, so one value for it would be a guess. */
static bool can_be_assumed(const struct pn_policy *policy, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(policy, predicate);

    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_DERIVED) return false;
    if (at[PN_PREDICATE_KIND] != PN_PREDICATE_CODE || policy->layer_count == 0) return true;
    return !policy->value_module->asks_for_derived(policy, pn_load32(at + PN_PREDICATE_ARG));
}

uint16_t assume_next(const struct pn_policy *policy, const struct pn_assumed *assumed)
{
    uint16_t found = PN_NONE16;

    for (size_t word = 0; word < ((size_t)policy->predicate_count + 63) / 64; word++) {
        uint64_t bits = assumed->undecided[word];
        for (; bits != 0; bits &= bits - 1) {
            uint16_t predicate = (uint16_t)(word * 64 + (size_t)__builtin_ctzll(bits));
            if (can_be_assumed(policy, predicate)) return predicate;
            found = ASSUME_CANNOT;
        }
    }
    return found;
}
