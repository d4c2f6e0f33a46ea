/* see layer_module.h: scopes, and the policies that lie in them.
 *
 * Both are searched and climbed, so an order that is not what it claims to be, or a parent that is
 * not the nearest, would hide a policy. Each is compared with what it must be.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/layer_module.h"
#include "policy/layers.h"

static const uint8_t *scope_at(const struct pn_opening *o, uint32_t scope)
{
    return pn_record(o->policy, PN_POLICY_SECTION_SCOPES, PN_SCOPE_BYTES, scope);
}

static bool is_scope_of(const struct pn_opening *o, uint32_t scope, enum pn_side side)
{
    uint8_t flag = side == PN_SIDE_PRINCIPAL ? PN_SCOPE_HAS_PRINCIPAL : PN_SCOPE_HAS_RESOURCE;

    return (scope_at(o, scope)[PN_SCOPE_FLAGS] & flag) != 0;
}

/* Is scope `above` above the one named `name`? Everything is below the empty one. */
static bool is_above(struct pn_slice above, struct pn_slice name)
{
    if (above.len == 0) return name.len > 0;
    return pn_slice_begins(name, above) && name.len > above.len && name.at[above.len] == '.';
}

/* Names ascend, so the nearest scope above is the last one before it that is above at all. */
static bool parent_is_sound(const struct pn_opening *o, uint16_t scope, enum pn_side side)
{
    struct pn_slice name = pn_scope_name(o->policy, scope);
    uint16_t expected = PN_NONE16;

    for (uint16_t i = 0; i < scope; i++) {
        bool above = is_scope_of(o, i, side) && is_above(pn_scope_name(o->policy, i), name);
        if (above) expected = i;
    }
    return pn_scope_above(o->policy, scope, side) == expected;
}

static bool scope_is_sound(const struct pn_opening *o, uint16_t scope)
{
    const uint8_t *at = scope_at(o, scope);
    const uint8_t flags = PN_SCOPE_HAS_PRINCIPAL | PN_SCOPE_HAS_RESOURCE | PN_SCOPE_CONSENT;
    bool first = scope == 0;

    if ((at[PN_SCOPE_FLAGS] & ~(first ? flags | PN_SCOPE_LENIENT : flags)) != 0) return false;
    if (!first && !pn_all_zero(at + PN_SCOPE_DEFAULT, 6)) return false;
    if (pn_load16(at + PN_SCOPE_DEFAULT) >= o->policy->scope_count) return false;
    if (first) return pn_scope_name(o->policy, 0).len == 0;
    return pn_slice_order(pn_scope_name(o->policy, (uint16_t)(scope - 1)),
                          pn_scope_name(o->policy, scope)) < 0;
}

static bool scopes_are_sound(const struct pn_opening *o)
{
    for (uint16_t i = 0; i < o->policy->scope_count; i++) {
        if (!scope_is_sound(o, i)) return false;
    }
    for (uint16_t i = 0; i < o->policy->scope_count; i++) {
        if (!parent_is_sound(o, i, PN_SIDE_PRINCIPAL)) return false;
        if (!parent_is_sound(o, i, PN_SIDE_RESOURCE)) return false;
    }
    return true;
}

static bool pattern_is_sound(const uint8_t *at)
{
    bool by_dfa = at[PN_PATTERN_REST] == PN_GLOB_BY_DFA;

    return at[PN_PATTERN_REST] <= PN_GLOB_BY_DFA &&
           by_dfa == (pn_load32(at + PN_PATTERN_DFA) != PN_NONE32);
}

static bool entry_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    return pn_index_fits(o, PN_POLICY_SECTION_PATTERNS, pn_load16(at + PN_ENTRY_RESOURCE)) &&
           pn_index_fits(o, PN_POLICY_SECTION_PATTERNS, pn_load16(at + PN_ENTRY_ACTION)) &&
           pn_load16(at + PN_ENTRY_RULE) < o->policy->rule_count;
}

static bool entries_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_PATTERNS]; i++) {
        if (!pattern_is_sound(
                pn_record(o->policy, PN_POLICY_SECTION_PATTERNS, PN_PATTERN_BYTES, i))) {
            return false;
        }
    }
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_ENTRIES]; i++) {
        if (!entry_is_sound(o, pn_record(o->policy, PN_POLICY_SECTION_ENTRIES, PN_ENTRY_BYTES, i)))
            return false;
    }
    return true;
}

/* What a role inherits are roles, no derived ones. */
static bool parents_are_sound(const struct pn_opening *o, const uint8_t *layer)
{
    uint32_t mask = pn_load32(layer + PN_LAYER_ROLES);
    uint32_t roles = o->policy->role_count;

    if (mask == PN_NONE32 || pn_load32(layer + PN_LAYER_COUNT) != 0) return false;
    const uint8_t *at = pn_role_mask_at(o->policy, mask);
    for (uint32_t bit = roles; bit < 64u * o->policy->role_words; bit++) {
        if ((pn_load64(at + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) != 0) return false;
    }
    return true;
}

static bool run_is_sound(const struct pn_opening *o, const uint8_t *layer)
{
    uint32_t first = pn_load32(layer + PN_LAYER_FIRST), count = pn_load32(layer + PN_LAYER_COUNT);
    uint32_t rules = pn_load16(layer + PN_LAYER_RULES);
    uint32_t rule_count = pn_load16(layer + PN_LAYER_RULE_COUNT);

    switch ((enum pn_layer_kind)layer[PN_LAYER_KIND]) {
    case PN_LAYER_RESOURCE:
        return count == 1 && pn_run_fits(o, PN_POLICY_SECTION_KINDS, first, 1) &&
               pn_run_fits(o, PN_POLICY_SECTION_RULES, rules, rule_count);
    case PN_LAYER_PRINCIPAL:
    case PN_LAYER_ROLE:
        return rules + rule_count == 0 && pn_load32(layer + PN_LAYER_ROLES) == PN_NONE32 &&
               pn_run_fits(o, PN_POLICY_SECTION_ENTRIES, first, count);
    case PN_LAYER_PARENTS: return rules + rule_count == 0 && parents_are_sound(o, layer);
    }
    return false;
}

static int string_order(const struct pn_opening *o, const uint8_t *a, const uint8_t *b)
{
    return pn_slice_order(pn_string(o->policy, pn_load32(a)), pn_string(o->policy, pn_load32(b)));
}

static bool ascends(const struct pn_opening *o, const uint8_t *before, const uint8_t *at)
{
    int order = (int)before[PN_LAYER_KIND] - (int)at[PN_LAYER_KIND];

    if (order == 0) {
        order = (int)pn_load16(before + PN_LAYER_SCOPE) - (int)pn_load16(at + PN_LAYER_SCOPE);
    }
    if (order == 0) order = string_order(o, before + PN_LAYER_VERSION, at + PN_LAYER_VERSION);
    if (order == 0) order = string_order(o, before + PN_LAYER_SUBJECT, at + PN_LAYER_SUBJECT);
    return order < 0;
}

static bool layer_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    bool principal = at[PN_LAYER_KIND] == PN_LAYER_PRINCIPAL;
    uint16_t scope = pn_load16(at + PN_LAYER_SCOPE);

    if (at[PN_LAYER_KIND] > PN_LAYER_PARENTS || scope >= o->policy->scope_count) return false;
    if (!is_scope_of(o, scope, principal ? PN_SIDE_PRINCIPAL : PN_SIDE_RESOURCE)) return false;
    return run_is_sound(o, at);
}

static bool layers_are_sound(const struct pn_opening *o)
{
    const uint8_t *before = NULL;

    for (uint32_t i = 0; i < o->policy->layer_count; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_LAYERS, PN_LAYER_BYTES, i);
        if (!layer_is_sound(o, at)) return false;
        if (before != NULL && !ascends(o, before, at)) return false;
        before = at;
    }
    return true;
}

/* Whoever decides by layers finds the empty scope at least; in mode edge there is a layer too. */
bool pn_layers_are_sound(const struct pn_opening *o)
{
    const struct pn_policy *p = o->policy;

    if (p->scope_count == 0 || (p->mode == PN_MODE_EDGE && p->layer_count == 0)) return false;
    return scopes_are_sound(o) && entries_are_sound(o) && layers_are_sound(o);
}
