/* see action_cost.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/action_cost.h"

#include "policy/dispatch.h"
#include "policy/record.h"

struct finding {
    struct arena *arena;
    const struct pn_policy *policy;
    struct action_costs *costs;
    struct rule_needs *needs; /* of the row at hand */
    struct rule_cost *alone;  /* of each rule */
    struct action_cost row;
};

bool rule_cost_is_more(const struct rule_cost *a, const struct rule_cost *b)
{
    return a->steps != b->steps ? a->steps > b->steps : a->predicates > b->predicates;
}

static void add_rule(struct finding *f, uint16_t rule)
{
    if (f->row.dearest == PN_NONE16 || rule_cost_is_more(&f->alone[rule], &f->row.dearest_cost)) {
        f->row.dearest = rule;
        f->row.dearest_cost = f->alone[rule];
    }
    rule_needs_add(f->policy, rule, f->needs);
}

static void add_list(struct finding *f, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        add_rule(f, pn_load16(pn_record(f->policy, PN_POLICY_SECTION_RULE_LISTS, 2, first + i)));
    }
}

static void begin(struct finding *f, struct pn_slice action)
{
    memset(f->needs, 0, sizeof *f->needs);
    f->row.action = action;
    f->row.dearest = PN_NONE16;
    f->row.dearest_cost = (struct rule_cost){ 0 };
}

static void end(struct finding *f)
{
    f->row.cost = rule_needs_cost(f->policy, f->needs);
    LIST_PUSH(f->arena, &f->costs->actions, f->row);
}

static void exact_action(struct finding *f, const uint8_t *kind, const uint8_t *action)
{
    struct pn_slice name = pn_string(f->policy, pn_load32(action + PN_ACTION_NAME));
    struct pn_dispatch dispatch = pn_dispatch_in(f->policy, kind, name);
    struct pn_rule_list list;

    begin(f, name);
    while (pn_dispatch_next(&dispatch, &list)) {
        for (uint32_t i = 0; i < list.count; i++) add_rule(f, pn_load16(list.at + 2 * (size_t)i));
    }
    end(f);
}

/* The pattern as it was written, as far as the policy knows: a table has its text. */
static struct pn_slice pattern_text(struct finding *f, const uint8_t *glob)
{
    struct pn_slice prefix = pn_string(f->policy, pn_load32(glob + PN_GLOB_PREFIX));
    struct pn_slice rest = PN_SLICE("*");

    if (glob[PN_GLOB_REST] == PN_GLOB_ANY && prefix.len > 0) rest = PN_SLICE("**");
    if (glob[PN_GLOB_REST] == PN_GLOB_BY_DFA) {
        rest =
            pn_string(f->policy, pn_load32(pn_record(f->policy, PN_POLICY_SECTION_DFAS,
                                                     PN_DFA_BYTES, pn_load32(glob + PN_GLOB_DFA)) +
                                           PN_DFA_TEXT));
    }
    const char *text = arena_format(f->arena, "%.*s%.*s", (int)prefix.len, (const char *)prefix.at,
                                    (int)rest.len, (const char *)rest.at);
    return pn_slice(text, strlen(text));
}

static void pattern(struct finding *f, const uint8_t *kind, uint16_t position)
{
    uint32_t globs = pn_load32(kind + PN_KIND_GLOBS);
    const uint8_t *glob =
        pn_record(f->policy, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, globs + position);

    begin(f, pattern_text(f, glob));
    for (;;) {
        add_list(f, pn_load32(glob + PN_GLOB_RULES), pn_load32(glob + PN_GLOB_COUNT));
        uint16_t up = pn_load16(glob + PN_GLOB_UP);
        if (up == PN_NONE16) break;
        glob = pn_record(f->policy, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, globs + up);
    }
    end(f);
}

static void kind_rows(struct finding *f, const uint8_t *kind)
{
    struct pn_slice name = pn_string(f->policy, pn_load32(kind + PN_KIND_NAME));

    f->row.kind = arena_format(f->arena, "%.*s", (int)name.len, (const char *)name.at);
    for (uint32_t i = 0; i < pn_load32(kind + PN_KIND_ACTION_COUNT); i++) {
        exact_action(f, kind,
                     pn_record(f->policy, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES,
                               pn_load32(kind + PN_KIND_ACTIONS) + i));
    }
    for (uint32_t i = 0; i < pn_load32(kind + PN_KIND_GLOB_COUNT); i++) {
        pattern(f, kind, (uint16_t)i);
    }
}

/* Rules of a principal's or a role's policy, all together. */
static void subject_row(struct finding *f, const uint8_t *layer, const char *what)
{
    struct pn_slice name = pn_string(f->policy, pn_load32(layer + PN_LAYER_SUBJECT));

    f->row.kind = arena_format(f->arena, "%s %.*s", what, (int)name.len, (const char *)name.at);
    begin(f, pn_slice("", 0));
    for (uint32_t i = 0; i < pn_load32(layer + PN_LAYER_COUNT); i++) {
        const uint8_t *entry = pn_record(f->policy, PN_POLICY_SECTION_ENTRIES, PN_ENTRY_BYTES,
                                         pn_load32(layer + PN_LAYER_FIRST) + i);
        add_rule(f, pn_load16(entry + PN_ENTRY_RULE));
    }
    end(f);
}

static void layer_rows(struct finding *f, const uint8_t *layer)
{
    const uint8_t *scope = pn_record(f->policy, PN_POLICY_SECTION_SCOPES, PN_SCOPE_BYTES,
                                     pn_load16(layer + PN_LAYER_SCOPE));

    f->row.scope = pn_string(f->policy, pn_load32(scope + PN_SCOPE_NAME));
    f->row.version = pn_string(f->policy, pn_load32(layer + PN_LAYER_VERSION));
    switch ((enum pn_layer_kind)layer[PN_LAYER_KIND]) {
    case PN_LAYER_PRINCIPAL: subject_row(f, layer, "principal"); break;
    case PN_LAYER_ROLE: subject_row(f, layer, "role"); break;
    case PN_LAYER_RESOURCE:
        kind_rows(f, pn_record(f->policy, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES,
                               pn_load32(layer + PN_LAYER_FIRST)));
        break;
    case PN_LAYER_PARENTS: break;
    }
}

/* --- by file --- */

static struct pn_slice file_of(const struct pn_policy *policy, uint16_t rule)
{
    struct pn_slice source = pn_policy_rule_source(policy, rule);
    size_t end = source.len;

    while (end > 0 && source.at[end - 1] != ':') end--;
    return pn_slice_head(source, end > 0 ? end - 1 : 0);
}

static void policy_rows(struct finding *f)
{
    struct pn_slice file = pn_slice("", 0);

    for (uint16_t rule = 0; rule < f->policy->rule_count; rule++) {
        struct pn_slice next = file_of(f->policy, rule);
        if (rule > 0 && pn_slice_equal(next, file)) continue;
        file = next;
        memset(f->needs, 0, sizeof *f->needs);
        for (uint16_t k = rule; k < f->policy->rule_count; k++) {
            if (pn_slice_equal(file_of(f->policy, k), file)) rule_needs_add(f->policy, k, f->needs);
        }
        LIST_PUSH(f->arena, &f->costs->policies,
                  ((struct policy_cost){ file, rule_needs_cost(f->policy, f->needs) }));
    }
}

void action_costs_find(struct arena *arena, const struct pn_policy *policy,
                       struct action_costs *costs)
{
    struct finding f = { .arena = arena,
                         .policy = policy,
                         .costs = costs,
                         .needs = ARENA_NEW(arena, struct rule_needs),
                         .alone = arena_take(arena, (policy->rule_count + 1u) *
                                                        sizeof(struct rule_cost)) };
    size_t kinds = policy->blob.section[PN_POLICY_SECTION_KINDS].len / PN_KIND_BYTES;

    for (uint16_t rule = 0; rule < policy->rule_count; rule++) {
        memset(f.needs, 0, sizeof *f.needs);
        rule_needs_add(policy, rule, f.needs);
        f.alone[rule] = rule_needs_cost(policy, f.needs);
    }
    for (uint32_t i = 0; i < kinds && policy->layer_count == 0; i++) {
        kind_rows(&f, pn_record(policy, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, i));
    }
    for (uint32_t i = 0; i < policy->layer_count; i++) {
        layer_rows(&f, pn_record(policy, PN_POLICY_SECTION_LAYERS, PN_LAYER_BYTES, i));
    }
    policy_rows(&f);
}
