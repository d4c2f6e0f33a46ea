/* see lint.h: rules that never decide
 *
 * Rules of one resource policy are compared with each other. In `edge` the strictest outcome counts,
 * in `cerbos54` a denial within a role; in both a rule has nothing to say where another one matches
 * whenever it does and is at least as strict.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/record.h"
#include "tools/lint/rule_cover.h"

struct beside {
    struct lint *lint;
    const struct policy_doc *doc;
    uint32_t *conditions; /* by rule */
    enum pn_outcome *outcomes;
};

/* The outcome of a rule, out of the compiled policy. */
static enum pn_outcome outcome_of(struct lint *lint, const struct policy_doc *doc,
                                  const struct rule_doc *rule)
{
    const char *source = arena_format(lint->bundle.arena, "%s:%u", doc->file + lint->set.folder_len,
                                      rule->mark.line);

    for (uint16_t i = 0; i < lint->policy.rule_count; i++) {
        const uint8_t *at = pn_rule_at(&lint->policy, i);
        bool same = text_is(pn_policy_rule_source(&lint->policy, i), source);
        if (same && at[PN_RULE_EFFECT] == rule->allows) {
            return (enum pn_outcome)at[PN_RULE_OUTCOME];
        }
    }
    return rule->allows ? PN_ALLOW : PN_DENY;
}

static bool is_as_strict(const struct beside *b, size_t outer, size_t inner)
{
    enum pn_outcome strict = b->outcomes[outer], loose = b->outcomes[inner];
    bool tells = b->doc->rules.items[inner].activated != NULL;

    if (b->lint->bundle.mode == PN_MODE_CERBOS54) {
        bool denies = strict <= PN_STEP_UP, denied = loose <= PN_STEP_UP;
        return denies == denied ? outer < inner && !tells : denies;
    }
    return strict == loose ? outer < inner : strict < loose;
}

static bool is_covered(const struct beside *b, size_t outer, size_t inner)
{
    const struct rule_doc *rules = b->doc->rules.items;

    return roles_covered(&rules[outer], &rules[inner]) &&
           actions_covered(b->lint->bundle.arena, &rules[outer], &rules[inner]) &&
           condition_covered(&b->lint->policy, b->conditions[outer], b->conditions[inner]);
}

static const char *rule_text(struct arena *arena, const struct rule_doc *rule)
{
    if (rule->name.len == 0) return arena_format(arena, "the rule on line %u", rule->mark.line);
    return arena_format(arena, "'%.*s' on line %u", SLICE_ARGS(rule->name), rule->mark.line);
}

/* Told once a rule: one reason is enough. */
static void check_rule(const struct beside *b, size_t inner)
{
    struct lint *lint = b->lint;
    const struct rule_doc *rules = b->doc->rules.items;

    if (condition_never_holds(&lint->policy, b->conditions[inner])) {
        lint_find(lint, LINT_UNREACHABLE_RULE, LINT_WARNING, rules[inner].condition->mark,
                  "this condition never holds");
        return;
    }
    for (size_t outer = 0; outer < b->doc->rules.count; outer++) {
        if (outer == inner || !is_as_strict(b, outer, inner) || !is_covered(b, outer, inner))
            continue;
        const char *text = rule_text(lint->bundle.arena, &rules[outer]);
        bool opposite = rules[inner].allows && !rules[outer].allows && is_covered(b, inner, outer);
        if (opposite) {
            lint_find(lint, LINT_ALLOW_AND_DENY, LINT_WARNING, rules[inner].mark,
                      "this allows to the letter what %s does not: it never allows", text);
        } else {
            lint_find(lint, LINT_UNREACHABLE_RULE, LINT_WARNING, rules[inner].mark,
                      "this rule never decides: %s matches whenever it does", text);
        }
        return;
    }
}

static void check_policy(struct lint *lint, const struct policy_doc *doc)
{
    size_t count = doc->rules.count;
    struct beside b = { lint, doc, arena_take(lint->bundle.arena, (count + 1) * sizeof(uint32_t)),
                        arena_take(lint->bundle.arena, (count + 1) * sizeof(enum pn_outcome)) };

    for (size_t i = 0; i < count; i++) {
        const struct rule_doc *rule = &doc->rules.items[i];
        if (!condition_of_rule(lint, doc, rule, &b.conditions[i])) return;
        b.outcomes[i] = outcome_of(lint, doc, rule);
    }
    for (size_t i = 0; i < count; i++) check_rule(&b, i);
}

void lint_overlaps(struct lint *lint)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *doc = lint->set.docs.items[i];
        bool plain = doc->kind == POLICY_RESOURCE && doc->permissions != SCOPE_WANTS_CONSENT;
        if (plain && !doc->disabled) check_policy(lint, doc);
    }
}
