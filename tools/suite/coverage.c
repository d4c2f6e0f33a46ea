/* see coverage.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/coverage.h"

static bool bit(const uint64_t *bits, uint16_t index)
{
    return (bits[index / 64] >> index % 64 & 1) != 0;
}

static void set(uint64_t *bits, uint16_t index)
{
    bits[index / 64] |= (uint64_t)1 << index % 64;
}

static void join(uint64_t *to, const uint64_t *from, const struct suite_policy *variant)
{
    for (uint16_t i = 0; i < variant->policy.predicate_count; i++) {
        uint16_t same = variant->predicate_of[i];
        if (same != PN_NONE16 && bit(from, i)) set(to, same);
    }
}

void coverage_note(struct coverage *coverage, const struct suite_policy *variant,
                   const struct pn_facts *facts, struct pn_policy_scratch *scratch)
{
    const struct pn_policy *policy = &variant->policy;
    struct pn_explain_rule rule = { 0 };

    coverage->decisions++;
    while (pn_explain_rule_next(policy, facts, scratch, &rule)) {
        struct pn_explain_predicate predicate = { 0 };
        uint16_t same = variant->rule_of[rule.rule];
        if (same != PN_NONE16) set(coverage->considered, same);
        if (same != PN_NONE16 && rule.matched) set(coverage->matched, same);
        if (rule.roles == PN_FALSE) continue;
        while (pn_explain_predicate_next(policy, facts, scratch, &rule, &predicate)) continue;
    }
    join(coverage->was_true, scratch->is_true, variant);
    join(coverage->was_false, scratch->is_false, variant);
    join(coverage->was_faulty, scratch->is_faulty, variant);
}

static struct coverage_rule *rule_named(struct coverage_table *table, struct pn_slice name,
                                        struct pn_slice source)
{
    for (size_t i = 0; i < table->rules.count; i++) {
        struct coverage_rule *rule = &table->rules.items[i];
        if (pn_slice_equal(rule->name, name) && pn_slice_equal(rule->source, source)) return rule;
    }
    return NULL;
}

static void add_rule(struct arena *arena, const struct coverage *coverage,
                     const struct pn_policy *policy, uint16_t index, struct coverage_table *table)
{
    struct coverage_rule rule = { pn_policy_rule_name(policy, index),
                                  pn_policy_rule_source(policy, index),
                                  bit(coverage->considered, index), bit(coverage->matched, index) };
    struct coverage_rule *known = rule_named(table, rule.name, rule.source);

    if (known == NULL) {
        LIST_PUSH(arena, &table->rules, rule);
    } else {
        known->considered |= rule.considered;
        known->matched |= rule.matched;
    }
}

/* By predicate: who reads it, empty as long as nobody is known. */
static void note_reader(const struct pn_policy *policy, uint32_t condition, struct pn_slice name,
                        struct pn_slice *reader)
{
    struct pn_condition_walk walk = { 0 };
    uint16_t found;

    if (condition == PN_NONE32) return;
    while ((found = pn_condition_walk(policy, condition, &walk)) != PN_NONE16) {
        if (reader[found].len == 0) reader[found] = name;
    }
}

static struct pn_slice derived_reader(struct arena *arena, const struct pn_policy *policy,
                                      uint16_t derived)
{
    struct pn_slice name = pn_policy_derived_name(policy, derived);
    const char *text = arena_format(arena, "derived role %.*s", SLICE_ARGS(name));

    return pn_slice(text, strlen(text));
}

static struct pn_slice *readers_of(struct arena *arena, const struct pn_policy *policy)
{
    struct pn_slice *reader = arena_take(arena, (policy->predicate_count + 1u) * sizeof *reader);

    for (uint16_t i = 0; i < policy->rule_count; i++) {
        note_reader(policy, pn_load32(pn_rule_at(policy, i) + PN_RULE_CONDITION),
                    pn_policy_rule_name(policy, i), reader);
    }
    for (uint16_t i = 0; i < policy->derived_count; i++) {
        const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, i);
        note_reader(policy, pn_load32(at + PN_DERIVED_CONDITION), derived_reader(arena, policy, i),
                    reader);
    }
    return reader;
}

static void add_predicates(struct arena *arena, const struct coverage *coverage,
                           const struct pn_policy *policy, struct coverage_table *table)
{
    const struct pn_slice *reader = readers_of(arena, policy);

    for (uint16_t i = 0; i < policy->predicate_count; i++) {
        struct coverage_predicate predicate = { pn_policy_predicate_text(policy, i), reader[i],
                                                bit(coverage->was_true, i),
                                                bit(coverage->was_false, i),
                                                bit(coverage->was_faulty, i) };
        LIST_PUSH(arena, &table->predicates, predicate);
        table->predicates_covered += coverage_of_predicate(&predicate) == NULL;
    }
}

void coverage_table(struct arena *arena, const struct coverage *coverage,
                    const struct pn_policy *policy, struct coverage_table *table)
{
    *table = (struct coverage_table){ 0 };
    for (uint16_t i = 0; i < policy->rule_count; i++) add_rule(arena, coverage, policy, i, table);
    add_predicates(arena, coverage, policy, table);
    for (size_t i = 0; i < table->rules.count; i++) {
        table->rules_covered += table->rules.items[i].matched;
    }
}

const char *coverage_of_rule(const struct coverage_rule *rule)
{
    if (rule->matched) return NULL;
    return rule->considered ? "never matched" : "never considered";
}

const char *coverage_of_predicate(const struct coverage_predicate *predicate)
{
    if (predicate->was_true && predicate->was_false) return NULL;
    if (predicate->was_true) return "never false";
    if (predicate->was_false) return "never true";
    return predicate->was_faulty ? "only ever in error" : "never evaluated";
}
