/* see policy_report.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/policy_report.h"

#include "policy/record.h"
#include "tools/compile/diagnostics.h"
#include "tools/inspect/body_fault.h"
#include "tools/inspect/inspection_parts.h"
#include "tools/inspect/section_kind.h"
#include "tools/print_bytes.h"

static const char *section_name(uint64_t number)
{
    const struct section_kind *kind =
        number < PN_POLICY_SECTION_COUNT ? section_kind_of((unsigned)number) : NULL;

    return kind != NULL ? kind->name : "passed_over";
}

static size_t section_count(uint64_t number, size_t bytes)
{
    return number < PN_POLICY_SECTION_COUNT ? section_records((unsigned)number, bytes) : bytes;
}

void report_sections_text(struct bytes *out, struct pn_slice body)
{
    size_t at = 0, rest = body.len;
    uint64_t number;
    struct pn_slice bytes;

    print_bytes(out, "%-16s %10s %10s\n", "section", "bytes", "records");
    while (body_section_next(body, &at, &number, &bytes)) {
        print_bytes(out, "%-16s %10zu %10zu\n", section_name(number), bytes.len,
                    section_count(number, bytes.len));
        rest -= bytes.len;
    }
    print_bytes(out, "%-16s %10zu\n%-16s %10zu\n", "container", rest, "all", body.len);
}

void report_sections_json(struct bytes *out, struct pn_slice body)
{
    size_t at = 0;
    uint64_t number;
    struct pn_slice bytes;
    const char *between = "[";

    while (body_section_next(body, &at, &number, &bytes)) {
        print_bytes(out,
                    "%s{\"number\":%llu,\"name\":\"%s\",\"offset\":%zu,\"bytes\":%zu,"
                    "\"records\":%zu}",
                    between, (unsigned long long)number, section_name(number),
                    (size_t)(bytes.at - body.at), bytes.len, section_count(number, bytes.len));
        between = ",";
    }
    print_bytes(out, "%s]", *between == '[' ? "[" : "");
}

/* --- costs --- */

static void policy_rows_text(struct bytes *out, const struct action_costs *costs)
{
    print_bytes(out, "\n%-40s %6s %10s %8s %9s\n", "policy", "rules", "predicates", "bytes",
                "steps");
    for (size_t i = 0; i < costs->policies.count; i++) {
        const struct policy_cost *row = &costs->policies.items[i];
        print_bytes(out, "%-40.*s %6u %10u %8zu %9llu\n", SLICE_ARGS(row->file), row->cost.rules,
                    row->cost.predicates, row->cost.bytes, (unsigned long long)row->cost.steps);
    }
}

static const char *place_of(struct arena *arena, const struct action_cost *row)
{
    const char *what = row->action.len > 0
                           ? arena_format(arena, "%s %.*s", row->kind, SLICE_ARGS(row->action))
                           : row->kind;

    if (row->scope.len == 0) return what;
    return arena_format(arena, "%s in %.*s", what, SLICE_ARGS(row->scope));
}

static void action_rows_text(struct bytes *out, const struct pn_policy *policy,
                             const struct action_costs *costs)
{
    struct arena arena = { 0 };

    print_bytes(out, "\n%-40s %6s %10s %9s %6s %8s  %s\n", "worst case of", "rules", "predicates",
                "steps", "stack", "scratch", "most by");
    for (size_t i = 0; i < costs->actions.count; i++) {
        const struct action_cost *row = &costs->actions.items[i];
        struct pn_slice by = pn_policy_rule_source(policy, row->dearest);
        print_bytes(out, "%-40s %6u %10u %9llu %6u %8u  %.*s\n", place_of(&arena, row),
                    row->cost.rules, row->cost.predicates, (unsigned long long)row->cost.steps,
                    row->cost.stack, row->cost.scratch_bytes, SLICE_ARGS(by));
    }
    print_bytes(out, "budget: %u predicates, %u steps an expression, %u cells of stack\n",
                PN_POLICY_PREDICATES_MAX, PN_POLICY_BLOCK_COST_MAX, PN_POLICY_VALUE_STACK_MAX);
    arena_free(&arena);
}

static uint32_t dfa_count(const struct pn_policy *policy)
{
    return (uint32_t)(policy->blob.section[PN_POLICY_SECTION_DFAS].len / PN_DFA_BYTES);
}

static void pattern_rows_text(struct bytes *out, const struct pn_policy *policy)
{
    if (dfa_count(policy) == 0) return;
    print_bytes(out, "\n%-40s %7s %8s %8s\n", "pattern", "states", "classes", "bytes");
    for (uint32_t i = 0; i < dfa_count(policy); i++) {
        const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, i);
        print_bytes(out, "%-40.*s %7u %8u %8zu\n",
                    SLICE_ARGS(pn_string(policy, pn_load32(at + PN_DFA_TEXT))),
                    pn_load16(at + PN_DFA_STATES), pn_load16(at + PN_DFA_CLASSES),
                    dfa_table_bytes(policy, i));
    }
}

/* What a gateway of this machine kind holds for one decision. */
static size_t value_bytes(const struct pn_policy *policy)
{
    return policy->slot_count * sizeof(struct pn_value);
}

void report_costs_text(struct bytes *out, const struct pn_policy *policy,
                       const struct action_costs *costs)
{
    policy_rows_text(out, costs);
    pattern_rows_text(out, policy);
    action_rows_text(out, policy, costs);
    print_bytes(out, "memory: %zu bytes for the values of %u attributes, %zu for what is known\n",
                value_bytes(policy), policy->slot_count, sizeof(struct pn_policy_scratch));
}

static void cost_json(struct bytes *out, const struct rule_cost *cost)
{
    print_bytes(out,
                "\"rules\":%u,\"predicates\":%u,\"steps\":%llu,\"stack_cells\":%u,"
                "\"scratch_bytes\":%u,\"bytes\":%zu",
                cost->rules, cost->predicates, (unsigned long long)cost->steps, cost->stack,
                cost->scratch_bytes, cost->bytes);
}

static void action_json(struct bytes *out, const struct pn_policy *policy,
                        const struct action_cost *row)
{
    print_json_words(out, "{\"kind\":", row->kind);
    if (row->action.len > 0) print_json(out, ",\"action\":", row->action);
    if (row->scope.len > 0) print_json(out, ",\"scope\":", row->scope);
    if (row->version.len > 0) print_json(out, ",\"version\":", row->version);
    print_bytes(out, ",");
    cost_json(out, &row->cost);
    if (row->dearest != PN_NONE16) {
        print_json(out, ",\"most\":{\"rule\":", pn_policy_rule_name(policy, row->dearest));
        print_json(out, ",\"source\":", pn_policy_rule_source(policy, row->dearest));
        print_bytes(out, ",");
        cost_json(out, &row->dearest_cost);
        print_bytes(out, "}");
    }
    print_bytes(out, "}");
}

static void pattern_json(struct bytes *out, const struct pn_policy *policy, uint32_t dfa)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, dfa);

    print_json(out, dfa > 0 ? ",{\"pattern\":" : "{\"pattern\":",
               pn_string(policy, pn_load32(at + PN_DFA_TEXT)));
    print_bytes(out, ",\"states\":%u,\"classes\":%u,\"bytes\":%zu}", pn_load16(at + PN_DFA_STATES),
                pn_load16(at + PN_DFA_CLASSES), dfa_table_bytes(policy, dfa));
}

void report_costs_json(struct bytes *out, const struct pn_policy *policy,
                       const struct action_costs *costs)
{
    print_bytes(out, "\"policies\":[");
    for (size_t i = 0; i < costs->policies.count; i++) {
        print_json(out, i > 0 ? ",{\"file\":" : "{\"file\":", costs->policies.items[i].file);
        print_bytes(out, ",");
        cost_json(out, &costs->policies.items[i].cost);
        print_bytes(out, "}");
    }
    print_bytes(out, "],\"patterns\":[");
    for (uint32_t i = 0; i < dfa_count(policy); i++) pattern_json(out, policy, i);
    print_bytes(out, "],\"actions\":[");
    for (size_t i = 0; i < costs->actions.count; i++) {
        print_bytes(out, i > 0 ? "," : "");
        action_json(out, policy, &costs->actions.items[i]);
    }
    print_bytes(out,
                "],\"memory\":{\"value_bytes\":%zu,\"known_bytes\":%zu},"
                "\"budget\":{\"predicates\":%u,\"steps_of_an_expression\":%u,"
                "\"stack_cells\":%u}",
                value_bytes(policy), sizeof(struct pn_policy_scratch), PN_POLICY_PREDICATES_MAX,
                PN_POLICY_BLOCK_COST_MAX, PN_POLICY_VALUE_STACK_MAX);
}

/* --- both --- */

static uint32_t features_of(const struct pn_policy *policy)
{
    return pn_load32(policy->blob.section[PN_POLICY_SECTION_HEADER].at + PN_HEADER_FEATURES);
}

void policy_report_text(struct bytes *out, const struct pn_policy *policy, struct pn_slice body)
{
    struct arena arena = { 0 };
    struct action_costs costs = { 0 };

    action_costs_find(&arena, policy, &costs);
    report_sections_text(out, body);
    print_bytes(out, "\nmodules that a device needs:");
    features_text(out, features_of(policy));
    print_bytes(out, "\n");
    report_costs_text(out, policy, &costs);
    arena_free(&arena);
}

void policy_report_line(struct bytes *out, const struct pn_policy *policy)
{
    struct arena arena = { 0 };
    struct action_costs costs = { 0 };
    const struct action_cost *worst = NULL;

    action_costs_find(&arena, policy, &costs);
    for (size_t i = 0; i < costs.actions.count; i++) {
        const struct action_cost *row = &costs.actions.items[i];
        if (worst == NULL || rule_cost_is_more(&row->cost, &worst->cost)) worst = row;
    }
    if (worst != NULL) {
        print_bytes(out, "at worst a decision evaluates %u of them and runs %llu steps: %s\n",
                    worst->cost.predicates, (unsigned long long)worst->cost.steps,
                    place_of(&arena, worst));
    }
    arena_free(&arena);
}

void policy_report_json(struct bytes *out, const struct pn_policy *policy, struct pn_slice body)
{
    struct arena arena = { 0 };
    struct action_costs costs = { 0 };

    action_costs_find(&arena, policy, &costs);
    print_bytes(out, "{\"bytes\":%zu,\"features\":", body.len);
    features_json(out, features_of(policy));
    print_bytes(out, ",\"sections\":");
    report_sections_json(out, body);
    print_bytes(out, ",");
    report_costs_json(out, policy, &costs);
    print_bytes(out, "}\n");
    arena_free(&arena);
}
