/* see opening.h: roles and rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/condition.h"
#include "policy/opening.h"
#include "policy/value_module.h"

static bool role_names_ascend(const struct pn_opening *o)
{
    struct pn_slice before = { NULL, 0 };

    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_ROLES]; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_ROLES, 4, i);
        struct pn_slice name = pn_string(o->policy, pn_load32(at));
        if (pn_slice_order(before, name) >= 0) return false; /* so the empty name is none either */
        before = name;
    }
    return true;
}

/* Bits of `word` that a mask may have, given how many bits there are in all. */
static uint64_t bits_below(uint32_t bit_count, uint32_t word)
{
    if (bit_count <= word * 64) return 0;
    uint32_t left = bit_count - word * 64;
    return left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
}

static bool mask_stays_below(const struct pn_opening *o, uint32_t mask, uint32_t bit_count)
{
    const uint8_t *at =
        pn_record(o->policy, PN_POLICY_SECTION_ROLE_MASKS, (size_t)8 * o->policy->role_words, mask);

    for (uint32_t word = 0; word < o->policy->role_words; word++) {
        if ((pn_load64(at + 8 * (size_t)word) & ~bits_below(bit_count, word)) != 0) return false;
    }
    return true;
}

static bool masks_are_sound(const struct pn_opening *o)
{
    uint32_t bits = (uint32_t)o->policy->role_count + o->policy->derived_count;

    if (bits > 64u * o->policy->role_words) return false;
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_ROLE_MASKS]; i++) {
        if (!mask_stays_below(o, i, bits)) return false;
    }
    return true;
}

/* A derived role whose condition asks for a derived role could ask for itself. */
static bool asks_for_derived(const struct pn_policy *p, uint32_t condition)
{
    struct pn_condition_walk walk = { 0 };
    uint16_t predicate;

    while ((predicate = pn_condition_walk(p, condition, &walk)) != PN_NONE16) {
        const uint8_t *at = pn_predicate_at(p, predicate);
        if (at[PN_PREDICATE_KIND] == PN_PREDICATE_DERIVED) return true;
        if (at[PN_PREDICATE_KIND] == PN_PREDICATE_CODE &&
            p->value_module->asks_for_derived(p, pn_load32(at + PN_PREDICATE_ARG))) {
            return true;
        }
    }
    return false;
}

static bool derived_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint32_t parents = pn_load32(at + PN_DERIVED_PARENTS);

    if (parents != PN_NONE32 && !mask_stays_below(o, parents, o->policy->role_count)) return false;
    return !asks_for_derived(o->policy, pn_load32(at + PN_DERIVED_CONDITION));
}

bool pn_roles_are_sound(const struct pn_opening *o)
{
    if (!role_names_ascend(o) || !masks_are_sound(o)) return false;
    for (uint32_t i = 0; i < o->policy->derived_count; i++) {
        if (!derived_is_sound(
                o, pn_record(o->policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, i))) {
            return false;
        }
    }
    return true;
}

static bool effect_fits_outcome(const uint8_t *at)
{
    bool denies = at[PN_RULE_OUTCOME] == PN_DENY || at[PN_RULE_OUTCOME] == PN_STEP_UP;

    return at[PN_RULE_OUTCOME] <= PN_ALLOW && at[PN_RULE_EFFECT] == (denies ? 0 : 1);
}

/* A rule's derived role and its memory are for the ordered combiner. */
static bool order_is_sound(const struct pn_policy *p, const uint8_t *at)
{
    uint16_t derived = pn_load16(at + PN_RULE_DERIVED), memory = pn_load16(at + PN_RULE_MEMORY);

    if (p->mode != PN_MODE_CERBOS54) return derived == 0 && memory == 0;
    return derived <= p->derived_count && memory <= PN_POLICY_MEMORIES_MAX;
}

/* What a block computes has no text beside it. */
static bool output_is_sound(const uint8_t *at)
{
    static const uint8_t pairs[][2] = { { PN_OUTPUT_CODE, PN_OUTPUT_JSON },
                                        { PN_OUTPUT_REASON_CODE, PN_OUTPUT_REASON },
                                        { PN_OUTPUT_REMEDIATION_CODE, PN_OUTPUT_REMEDIATION } };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        bool computed = pn_load32(at + pairs[i][0]) != PN_NONE32;
        if (computed && pn_load32(at + pairs[i][1]) != 0) return false;
    }
    return true;
}

bool pn_outputs_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_OUTPUTS]; i++) {
        if (!output_is_sound(pn_record(o->policy, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, i))) {
            return false;
        }
    }
    return true;
}

bool pn_rules_are_sound(const struct pn_opening *o)
{
    for (uint16_t i = 0; i < o->policy->rule_count; i++) {
        const uint8_t *at = pn_rule_at(o->policy, i);
        if (!effect_fits_outcome(at) || !order_is_sound(o->policy, at)) return false;
    }
    return true;
}
