/* see opening.h: the tables that lead from a call to its rules.
 *
 * They are searched, so an order that is not what it claims to be would hide rules. It is checked
 * in full, and so is each pattern's way to its shorter fellows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/opening.h"

/* A list of rules ascends, so that it names each once. */
static bool list_is_sound(const struct pn_opening *o, const uint8_t *first_and_count)
{
    uint32_t first = pn_load32(first_and_count), count = pn_load32(first_and_count + 4);
    int32_t before = -1;

    for (uint32_t i = 0; i < count; i++) {
        int32_t rule =
            pn_load16(pn_record(o->policy, PN_POLICY_SECTION_RULE_LISTS, 2, (size_t)first + i));
        if (rule <= before || rule >= o->policy->rule_count) return false;
        before = rule;
    }
    return true;
}

/* Order of the strings that two records begin with. */
static int string_order(const struct pn_opening *o, const uint8_t *a, const uint8_t *b)
{
    return pn_slice_order(pn_string(o->policy, pn_load32(a)), pn_string(o->policy, pn_load32(b)));
}

static bool actions_are_sound(const struct pn_opening *o, uint32_t first, uint32_t count)
{
    const uint8_t *before = NULL;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at =
            pn_record(o->policy, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES, (size_t)first + i);
        if (before != NULL && string_order(o, before, at) >= 0) return false;
        if (!list_is_sound(o, at + PN_ACTION_RULES)) return false;
        before = at;
    }
    return true;
}

static bool glob_itself_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint32_t dfa = pn_load32(at + PN_GLOB_DFA);

    if (!list_is_sound(o, at + PN_GLOB_RULES)) return false;
    switch (at[PN_GLOB_REST]) {
    case PN_GLOB_ANY:
    case PN_GLOB_SEGMENT: return dfa == PN_NONE32;
    case PN_GLOB_BY_DFA: return dfa != PN_NONE32;
    default: return false;
    }
}

/* Where UP of glob `index` must lead: from its neighbour upwards to the first whose prefix fits. */
static uint32_t expected_up(const struct pn_opening *o, uint32_t first, uint32_t index)
{
    const uint8_t *all = pn_record(o->policy, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, first);
    struct pn_slice prefix =
        pn_string(o->policy, pn_load32(all + (size_t)PN_GLOB_BYTES * index + PN_GLOB_PREFIX));
    uint32_t up = index == 0 ? PN_NONE16 : index - 1;

    while (up != PN_NONE16) {
        const uint8_t *at = all + (size_t)PN_GLOB_BYTES * up;
        struct pn_slice other = pn_string(o->policy, pn_load32(at + PN_GLOB_PREFIX));
        if (pn_slice_begins(prefix, other)) break;
        up = pn_load16(at + PN_GLOB_UP);
    }
    return up;
}

static bool globs_are_sound(const struct pn_opening *o, uint32_t first, uint32_t count)
{
    const uint8_t *before = NULL;

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at =
            pn_record(o->policy, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, (size_t)first + i);
        if (!glob_itself_is_sound(o, at)) return false;
        if (before != NULL && string_order(o, before, at) > 0) return false;
        if (pn_load16(at + PN_GLOB_UP) != expected_up(o, first, i)) return false;
        before = at;
    }
    return true;
}

bool pn_dispatch_is_sound(const struct pn_opening *o)
{
    const uint8_t *before = NULL;

    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_KINDS]; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, i);
        /* With layers a kind has one record for each of its policies. */
        int order = before != NULL ? string_order(o, before, at) : -1;
        if (order > (o->policy->layer_count > 0 ? 0 : -1)) return false;
        if (!actions_are_sound(o, pn_load32(at + PN_KIND_ACTIONS),
                               pn_load32(at + PN_KIND_ACTION_COUNT))) {
            return false;
        }
        if (!globs_are_sound(o, pn_load32(at + PN_KIND_GLOBS),
                             pn_load32(at + PN_KIND_GLOB_COUNT))) {
            return false;
        }
        before = at;
    }
    return true;
}
