/* see layers.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/layers.h"

#include "policy/compare.h"
#include "policy/dispatch.h"
#include "policy/layer_module.h"

static const uint8_t *scope_at(const struct pn_policy *p, uint16_t scope)
{
    return pn_record(p, PN_POLICY_SECTION_SCOPES, PN_SCOPE_BYTES, scope);
}

static const uint8_t *layer_at(const struct pn_policy *p, uint32_t layer)
{
    return pn_record(p, PN_POLICY_SECTION_LAYERS, PN_LAYER_BYTES, layer);
}

struct pn_slice pn_scope_name(const struct pn_policy *policy, uint16_t scope)
{
    return pn_string(policy, pn_load32(scope_at(policy, scope) + PN_SCOPE_NAME));
}

bool pn_scope_wants_consent(const struct pn_policy *policy, uint16_t scope)
{
    return (scope_at(policy, scope)[PN_SCOPE_FLAGS] & PN_SCOPE_CONSENT) != 0;
}

uint16_t pn_scope_above(const struct pn_policy *policy, uint16_t scope, enum pn_side side)
{
    return pn_load16(scope_at(policy, scope) + PN_SCOPE_PARENTS + 2 * (size_t)side);
}

static uint16_t scope_named(const struct pn_policy *p, struct pn_slice name)
{
    uint16_t first = 0, count = p->scope_count;

    while (count > 0) {
        uint16_t half = count / 2;
        int order = pn_slice_order(name, pn_scope_name(p, (uint16_t)(first + half)));
        if (order == 0) return (uint16_t)(first + half);
        if (order > 0) first = (uint16_t)(first + half + 1);
        count = order > 0 ? (uint16_t)(count - half - 1) : half;
    }
    return PN_NONE16;
}

/* What is before the last '.', empty at the top. */
static struct pn_slice name_above(struct pn_slice name)
{
    while (name.len > 0 && name.at[name.len - 1] != '.') name.len--;
    if (name.len > 0) name.len--;
    return name;
}

static uint16_t scope_of(const struct pn_policy *p, struct pn_slice name)
{
    if (name.len == 0) return pn_load16(scope_at(p, 0) + PN_SCOPE_DEFAULT);
    return pn_slice_equal(name, PN_SLICE(".")) ? 0 : scope_named(p, name);
}

static uint16_t chain_begin(const struct pn_policy *p, uint16_t scope, struct pn_slice name,
                            enum pn_side side)
{
    uint8_t flag = side == PN_SIDE_PRINCIPAL ? PN_SCOPE_HAS_PRINCIPAL : PN_SCOPE_HAS_RESOURCE;
    bool lenient = (scope_at(p, 0)[PN_SCOPE_FLAGS] & PN_SCOPE_LENIENT) != 0;

    while (lenient && scope == PN_NONE16) {
        name = name_above(name);
        scope = scope_named(p, name);
    }
    if (scope == PN_NONE16 || (scope_at(p, scope)[PN_SCOPE_FLAGS] & flag) != 0) return scope;
    return lenient ? pn_scope_above(p, scope, side) : (uint16_t)PN_NONE16;
}

static void take_kind(struct pn_layers *l, struct pn_slice kind, struct pn_policy_scratch *scratch)
{
    const struct pn_layer_module *module = l->policy->layer_module;

    l->kind = kind;
    if (module->kind_name == NULL) return;
    bool fits = kind.len <= sizeof scratch->kind;
    l->kind = pn_slice(scratch->kind, fits ? module->kind_name(kind, scratch->kind) : 0);
}

void pn_layers_begin(struct pn_layers *l, const struct pn_facts *facts,
                     struct pn_policy_scratch *scratch)
{
    const struct pn_policy *p = facts->policy;

    l->policy = p;
    l->action = facts->action;
    take_kind(l, facts->kind, scratch);
    for (int side = 0; side < PN_SIDE_COUNT; side++) {
        uint16_t scope = scope_of(p, facts->scope[side]);
        l->version[side] = facts->version[side];
        if (l->version[side].len == 0) {
            l->version[side] = pn_string(p, pn_load32(scope_at(p, 0) + PN_SCOPE_VERSION));
        }
        l->scope[side] = chain_begin(p, scope, facts->scope[side], (enum pn_side)side);
        if (side == PN_SIDE_RESOURCE) l->asked = scope;
    }
}

/* What a layer is found by. */
struct key {
    enum pn_layer_kind kind;
    uint16_t scope;
    struct pn_slice version;
    const struct pn_value *subject;
};

/* Negative, zero or positive: the layer comes before, at or after the key. */
static int order_of(const struct pn_policy *p, const uint8_t *layer, const struct key *key)
{
    int order = (int)layer[PN_LAYER_KIND] - (int)key->kind;

    if (order == 0) order = (int)pn_load16(layer + PN_LAYER_SCOPE) - (int)key->scope;
    if (order == 0) {
        order = pn_slice_order(pn_string(p, pn_load32(layer + PN_LAYER_VERSION)), key->version);
    }
    if (order != 0 || key->subject == NULL) return order;
    struct pn_value subject = pn_value_string(pn_string(p, pn_load32(layer + PN_LAYER_SUBJECT)));
    return (int)pn_text_order(&subject, key->subject) - (int)PN_SAME;
}

const uint8_t *pn_layer_find(const struct pn_policy *policy, enum pn_layer_kind kind,
                             uint16_t scope, struct pn_slice version,
                             const struct pn_value *subject)
{
    struct key key = { kind, scope, version, subject };
    uint32_t first = 0, count = policy->layer_count;

    while (count > 0) {
        uint32_t half = count / 2;
        const uint8_t *layer = layer_at(policy, first + half);
        int order = order_of(policy, layer, &key);
        if (order == 0) return layer;
        if (order < 0) first += half + 1;
        count = order < 0 ? count - half - 1 : half;
    }
    return NULL;
}

const uint8_t *pn_layer_of_resource(const struct pn_layers *l, uint16_t scope)
{
    struct pn_value kind = pn_value_string(l->kind);

    return pn_layer_find(l->policy, PN_LAYER_RESOURCE, scope, l->version[PN_SIDE_RESOURCE], &kind);
}

static struct pn_value role_name(const struct pn_policy *p, uint16_t role)
{
    return pn_value_string(pn_string(p, pn_load32(pn_record(p, PN_POLICY_SECTION_ROLES, 4, role))));
}

const uint8_t *pn_layer_of_role(const struct pn_layers *l, uint16_t scope, uint16_t role)
{
    struct pn_value name = role_name(l->policy, role);

    return pn_layer_find(l->policy, PN_LAYER_ROLE, scope, l->version[PN_SIDE_RESOURCE], &name);
}

const uint8_t *pn_layer_of_principal(const struct pn_layers *l, const struct pn_facts *facts,
                                     uint16_t scope)
{
    uint16_t slot = l->policy->fact_slot[PN_FACT_PRINCIPAL_ID];

    if (slot == PN_NONE16 || facts->slots[slot].type != PN_STRING) return NULL;
    return pn_layer_find(l->policy, PN_LAYER_PRINCIPAL, scope, l->version[PN_SIDE_RESOURCE],
                         &facts->slots[slot]);
}

void pn_layers_add_parents(const struct pn_layers *l, uint16_t role, uint64_t *roles)
{
    struct pn_value name = role_name(l->policy, role);
    const uint8_t *layer = NULL;

    if (l->asked != PN_NONE16) {
        layer = pn_layer_find(l->policy, PN_LAYER_PARENTS, l->asked, pn_slice(NULL, 0), &name);
    }
    if (layer == NULL) return;
    const uint8_t *mask = pn_role_mask_at(l->policy, pn_load32(layer + PN_LAYER_ROLES));
    for (uint16_t i = 0; i < l->policy->role_words; i++) {
        roles[i] |= pn_load64(mask + 8 * (size_t)i);
    }
}

struct pn_entry_walk pn_entries_of(const struct pn_policy *policy, const uint8_t *layer)
{
    const uint8_t *first = pn_record(policy, PN_POLICY_SECTION_ENTRIES, PN_ENTRY_BYTES,
                                     pn_load32(layer + PN_LAYER_FIRST));

    return (struct pn_entry_walk){ first, pn_load32(layer + PN_LAYER_COUNT), PN_NONE16 };
}

static bool fits(const struct pn_layers *l, const uint8_t *index, struct pn_slice text)
{
    return pn_pattern_fits(
        l->policy,
        pn_record(l->policy, PN_POLICY_SECTION_PATTERNS, PN_PATTERN_BYTES, pn_load16(index)), text);
}

static bool role_knows(const struct pn_layers *l, const uint8_t *layer)
{
    struct pn_entry_walk walk = pn_entries_of(l->policy, layer);

    for (; walk.left > 0; walk.left--, walk.next += PN_ENTRY_BYTES) {
        if (fits(l, walk.next + PN_ENTRY_RESOURCE, l->kind)) return true;
    }
    return false;
}

bool pn_layers_role_knows(const struct pn_layers *l, uint16_t scope, const uint64_t *roles)
{
    for (uint16_t role = 0; role < l->policy->role_count; role++) {
        if (roles != NULL && (roles[role / 64] >> role % 64 & 1) == 0) continue;
        const uint8_t *layer = pn_layer_of_role(l, scope, role);
        if (layer != NULL && role_knows(l, layer)) return true;
    }
    return false;
}

bool pn_entry_next(const struct pn_layers *l, struct pn_entry_walk *walk, enum pn_layer_kind kind)
{
    while (walk->left > 0) {
        const uint8_t *entry = walk->next;
        walk->left--;
        walk->next += PN_ENTRY_BYTES;
        uint16_t rule = pn_load16(entry + PN_ENTRY_RULE);
        if (kind == PN_LAYER_ROLE && rule == walk->rule) continue; /* found already */
        if (!fits(l, entry + PN_ENTRY_RESOURCE, l->kind)) continue;
        if (!fits(l, entry + PN_ENTRY_ACTION, l->action)) continue;
        walk->rule = rule;
        return true;
    }
    return false;
}

static void mark(const struct pn_layers *l, struct pn_policy_scratch *scratch, const uint8_t *layer)
{
    const uint8_t *kind = pn_record(l->policy, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES,
                                    pn_load32(layer + PN_LAYER_FIRST));
    struct pn_dispatch dispatch = pn_dispatch_in(l->policy, kind, l->action);
    struct pn_rule_list list;

    while (pn_dispatch_next(&dispatch, &list)) {
        for (uint32_t i = 0; i < list.count; i++) {
            (void)pn_rule_is_new(scratch, pn_load16(list.at + 2 * (size_t)i));
        }
    }
}

uint16_t pn_layer_marked(const struct pn_policy_scratch *scratch, const uint8_t *layer,
                         uint16_t rule)
{
    uint32_t first = pn_load16(layer + PN_LAYER_RULES), at = rule < first ? first : rule;
    uint32_t end = first + pn_load16(layer + PN_LAYER_RULE_COUNT);

    while (at < end) {
        uint64_t bits = scratch->considered[at / 64] >> at % 64;
        if (bits != 0) {
            at += (uint32_t)__builtin_ctzll(bits);
            return at < end ? (uint16_t)at : (uint16_t)PN_NONE16;
        }
        at = (at / 64 + 1) * 64;
    }
    return PN_NONE16;
}

void pn_layers_prepare(const struct pn_layers *l, struct pn_eval *e)
{
    struct pn_policy_scratch *s = e->scratch;
    uint16_t scope = l->scope[PN_SIDE_RESOURCE];

    memset(s->considered, 0, ((size_t)l->policy->rule_count + 63) / 64 * 8);
    memset(s->remembered, 0, sizeof s->remembered);
    memset(s->held, 0, sizeof s->held);
    memset(s->derived_asked, 0, sizeof s->derived_asked);
    memcpy(s->roles, e->facts->roles, sizeof s->roles);
    for (uint16_t role = 0; role < l->policy->role_count; role++) {
        bool own = (e->facts->roles[role / 64] >> role % 64 & 1) != 0;
        if (own) pn_layers_add_parents(l, role, s->roles);
    }
    for (; scope != PN_NONE16; scope = pn_scope_above(l->policy, scope, PN_SIDE_RESOURCE)) {
        const uint8_t *layer = pn_layer_of_resource(l, scope);
        if (layer != NULL) mark(l, s, layer);
    }
    e->roles = s->roles;
    e->scoped = true;
    e->derived = PN_NONE32;
}

void pn_layers_enter(struct pn_eval *e, const uint8_t *layer)
{
    uint32_t derived = layer != NULL ? pn_load32(layer + PN_LAYER_ROLES) : PN_NONE32;

    if (derived == e->derived) return;
    e->derived = derived;
    pn_eval_forget_derived(e);
    if (derived == PN_NONE32) return;
    const uint8_t *mask = pn_role_mask_at(e->policy, derived);
    for (uint16_t i = 0; i < e->policy->role_words; i++) {
        e->scratch->derived_asked[i] |= pn_load64(mask + 8 * (size_t)i);
    }
}
