/* see rule_cover.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/lint/rule_cover.h"

#include "policy/record.h"
#include "tools/compile/action_pattern.h"

enum { STATES_MAX = 4096 };

/* --- actions and roles --- */

bool pattern_matches(struct arena *arena, struct pn_slice pattern, struct pn_slice text)
{
    struct regex_error error;
    struct dfa dfa;

    if (!is_glob(pattern)) return pn_slice_equal(pattern, text);
    if (text_is(pattern, "*")) return true;
    const struct regex_node *tree = glob_parse(arena, pattern, &error);
    if (tree == NULL) return false;
    return dfa_build(arena, tree, DFA_WHOLE, STATES_MAX, &dfa) == DFA_BUILT &&
           dfa_matches(&dfa, text);
}

static bool is_plain(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("*?[{\\", text.at[i]) != NULL) return false;
    }
    return true;
}

/* A pattern that is a plain prefix and stars covers what goes on from that prefix. */
static bool prefix_covers(struct pn_slice outer, struct pn_slice inner)
{
    size_t stars = 0;

    while (stars < outer.len && outer.at[outer.len - 1 - stars] == '*') stars++;
    struct pn_slice prefix = pn_slice_head(outer, outer.len - stars);
    if (stars < 1 || stars > 2 || !is_plain(prefix) || !pn_slice_begins(inner, prefix))
        return false;
    struct pn_slice rest = pn_slice_from(inner, prefix.len);
    if (stars == 2) return true;
    for (size_t i = 0; i < rest.len; i++) {
        if (strchr(":[{\\", rest.at[i]) != NULL) return false;
        if (rest.at[i] == '*' && i + 1 < rest.len && rest.at[i + 1] == '*') return false;
    }
    return true;
}

static bool action_covers(struct arena *arena, struct pn_slice outer, struct pn_slice inner)
{
    if (pn_slice_equal(outer, inner)) return true;
    if (!is_glob(outer)) return false;
    if (text_is(outer, "*") || text_is(outer, "**")) return true;
    if (text_is(inner, "*")) return false;
    return is_glob(inner) ? prefix_covers(outer, inner) : pattern_matches(arena, outer, inner);
}

bool actions_covered(struct arena *arena, const struct rule_doc *outer,
                     const struct rule_doc *inner)
{
    for (size_t i = 0; i < inner->actions.count; i++) {
        bool covered = false;
        for (size_t k = 0; k < outer->actions.count && !covered; k++) {
            covered =
                action_covers(arena, outer->actions.items[k]->text, inner->actions.items[i]->text);
        }
        if (!covered) return false;
    }
    return true;
}

static bool names(struct yaml_node *const *list, size_t count, struct pn_slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (pn_slice_equal(list[i]->text, name)) return true;
    }
    return false;
}

bool roles_covered(const struct rule_doc *outer, const struct rule_doc *inner)
{
    if (names(outer->roles.items, outer->roles.count, PN_SLICE("*"))) return true;
    for (size_t i = 0; i < inner->roles.count; i++) {
        struct pn_slice role = inner->roles.items[i]->text;
        if (!names(outer->roles.items, outer->roles.count, role)) return false;
    }
    for (size_t i = 0; i < inner->derived_roles.count; i++) {
        struct pn_slice role = inner->derived_roles.items[i]->text;
        if (!names(outer->derived_roles.items, outer->derived_roles.count, role)) return false;
    }
    return true;
}

/* --- conditions --- */

/* A conjunction: a run of MASKS. */
struct term {
    uint32_t first;
    uint16_t count;
};

static const uint8_t *condition_at(const struct pn_policy *policy, uint32_t condition)
{
    return pn_record(policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
}

static uint16_t term_count(const uint8_t *condition)
{
    switch ((enum pn_condition_kind)condition[PN_CONDITION_KIND]) {
    case PN_CONDITION_MASK: return 1;
    case PN_CONDITION_DNF: return pn_load16(condition + PN_CONDITION_COUNT);
    case PN_CONDITION_PROGRAM: break;
    }
    return 0;
}

static struct term term_at(const struct pn_policy *policy, const uint8_t *condition, uint16_t index)
{
    uint32_t first = pn_load32(condition + PN_CONDITION_FIRST);

    if (condition[PN_CONDITION_KIND] == PN_CONDITION_MASK) {
        return (struct term){ first, pn_load16(condition + PN_CONDITION_COUNT) };
    }
    const uint8_t *at =
        pn_record(policy, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES, first + index);
    return (struct term){ pn_load32(at + PN_CONJUNCTION_FIRST),
                          pn_load16(at + PN_CONJUNCTION_COUNT) };
}

static const uint8_t *mask_of(const struct pn_policy *policy, struct term term, uint32_t word)
{
    for (uint16_t i = 0; i < term.count; i++) {
        const uint8_t *mask =
            pn_record(policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, term.first + i);
        if (pn_load32(mask + PN_MASK_WORD) == word) return mask;
    }
    return NULL;
}

/* Whatever `outer` needs, `inner` needs too. */
static bool term_covers(const struct pn_policy *policy, struct term outer, struct term inner)
{
    for (uint16_t i = 0; i < outer.count; i++) {
        const uint8_t *want =
            pn_record(policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, outer.first + i);
        const uint8_t *have = mask_of(policy, inner, pn_load32(want + PN_MASK_WORD));
        if (have == NULL) return false;
        if ((pn_load64(want + PN_MASK_NEED_TRUE) & ~pn_load64(have + PN_MASK_NEED_TRUE)) != 0 ||
            (pn_load64(want + PN_MASK_NEED_FALSE) & ~pn_load64(have + PN_MASK_NEED_FALSE)) != 0) {
            return false;
        }
    }
    return true;
}

bool condition_covered(const struct pn_policy *policy, uint32_t outer, uint32_t inner)
{
    if (outer == PN_NONE32 || outer == inner) return true;
    if (inner == PN_NONE32) return false;
    const uint8_t *out = condition_at(policy, outer), *in = condition_at(policy, inner);
    if (term_count(out) == 0 || term_count(in) == 0) return false;
    for (uint16_t i = 0; i < term_count(in); i++) {
        bool covered = false;
        for (uint16_t k = 0; k < term_count(out) && !covered; k++) {
            covered = term_covers(policy, term_at(policy, out, k), term_at(policy, in, i));
        }
        if (!covered) return false;
    }
    return true;
}

bool condition_never_holds(const struct pn_policy *policy, uint32_t condition)
{
    if (condition == PN_NONE32) return false;
    const uint8_t *at = condition_at(policy, condition);
    if (at[PN_CONDITION_KIND] != PN_CONDITION_PROGRAM || pn_load16(at + PN_CONDITION_COUNT) != 1)
        return false;
    const uint8_t *step = pn_record(policy, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES,
                                    pn_load32(at + PN_CONDITION_FIRST));
    return step[PN_INSN_OP] == PN_OP_CONST && pn_load16(step + PN_INSN_ARG) == PN_FALSE;
}

static bool ends_with(struct pn_slice text, struct pn_slice end)
{
    return text.len >= end.len && pn_slice_equal(pn_slice_from(text, text.len - end.len), end);
}

bool condition_of_rule(struct lint *lint, const struct policy_doc *doc, const struct rule_doc *rule,
                       uint32_t *condition)
{
    struct arena *arena = lint->bundle.arena;
    const char *source =
        arena_format(arena, "%s:%u", doc->file + lint->set.folder_len, rule->mark.line);
    const char *name = rule->name.len > 0 ? arena_format(arena, "#%.*s", SLICE_ARGS(rule->name))
                                          : arena_format(arena, "rule-%03u", rule->number);

    for (uint16_t i = 0; i < lint->policy.rule_count; i++) {
        if (!text_is(pn_policy_rule_source(&lint->policy, i), source)) continue;
        if (!ends_with(pn_policy_rule_name(&lint->policy, i), pn_slice(name, strlen(name))))
            continue;
        *condition = pn_load32(pn_rule_at(&lint->policy, i) + PN_RULE_CONDITION);
        return true;
    }
    return false;
}
