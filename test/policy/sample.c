/* see sample.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/sample.h"

#include <stdlib.h>

#include "policy/policy_explain.h"
#include "test/policy/value_spec.h"

static uint16_t predicate(struct pn_asm *a, uint8_t kind, uint8_t op, uint16_t slot, uint32_t arg)
{
    return pn_asm_predicate(a, kind, op, slot, PN_NONE16, arg, "a predicate");
}

static void add_predicates(struct pn_asm *a)
{
    uint16_t x = pn_asm_slot(a, "R.attr.arguments.x"), m = pn_asm_slot(a, "R.attr.arguments.m");
    uint16_t leaf = pn_asm_slot(a, "R.attr.arguments.m.leaf"), task = pn_asm_slot(a, "P.attr.task");
    uint32_t members[] = { pn_asm_text(a, "EUR"), pn_asm_text(a, "USD"), pn_asm_int(a, 1),
                           pn_asm_double(a, 2.5) };
    uint32_t text = members[0], number = members[2];

    pn_asm_slot(a, "J.acr");
    predicate(a, PN_PREDICATE_BOOL, 0, x, PN_NONE32);
    predicate(a, PN_PREDICATE_COMPARE, PN_GT, x, number);
    predicate(a, PN_PREDICATE_COMPARE, PN_EQ, x, pn_asm_null(a));
    predicate(a, PN_PREDICATE_IN_SET, 0, x, pn_asm_set(a, members, 2, 2, PN_SET_HAS_NULL));
    predicate(a, PN_PREDICATE_PREFIX, 0, x, text);
    predicate(a, PN_PREDICATE_SUFFIX, 0, x, text);
    predicate(a, PN_PREDICATE_CONTAINS, 0, x, text);
    predicate(a, PN_PREDICATE_MATCH, 0, x, pn_asm_dfa(a, "cus_", 6, 24, 1));
    predicate(a, PN_PREDICATE_MATCH, 0, x, pn_asm_dfa(a, "cus_", 6, 0, 2));
    predicate(a, PN_PREDICATE_TYPE, 0, x, PN_STRING);
    predicate(a, PN_PREDICATE_SIZE, PN_LE, x, number);
    predicate(a, PN_PREDICATE_MEMBER, 0, x, text);
    predicate(a, PN_PREDICATE_ROLE, 0, PN_NONE16, 1);
    predicate(a, PN_PREDICATE_NOW, PN_LT, PN_NONE16, number);
    predicate(a, PN_PREDICATE_DERIVED, 0, PN_NONE16, 0);
    pn_asm_predicate(a, PN_PREDICATE_COMPARE_SLOTS, PN_NE, x, task, PN_NONE32, "x != task");
    pn_asm_predicate(a, PN_PREDICATE_HAS, 0, leaf, m, PN_NONE32, "has(m.leaf)");
    pn_asm_predicate(a, PN_PREDICATE_MEMBER, 0, m, x, PN_NONE32, "x in m");
}

static const uint16_t choice[][2] = {
    { PN_OP_PUSH, 0 },  { PN_OP_IF_TRUE, 6 },     { PN_OP_PUSH, 15 },  { PN_OP_NOT, 0 },
    { PN_OP_PUSH, 16 }, { PN_OP_AND, 0 },         { PN_OP_SETTLE, 0 }, { PN_OP_OR, 0 },
    { PN_OP_PUSH, 1 },  { PN_OP_CONST, PN_TRUE }, { PN_OP_SELECT, 0 }
};

static void add_rules(struct pn_asm *a)
{
    const uint16_t yes[] = { 1, 3, 12, PN_NONE16 }, no[] = { 2, 9, PN_NONE16 };
    uint32_t terms[2] = { pn_asm_masks(a, yes, no), pn_asm_mask(a, 14, 17) };
    uint32_t any = pn_asm_any(a, terms, 2), all = pn_asm_program(a, choice, 11);
    uint32_t rest = pn_asm_mask(a, 4, 5);
    uint32_t output = pn_asm_output(a, "{\"reason\":\"why\"}", "why", "{}");
    uint32_t roles, owner;

    pn_asm_role(a, "admin");
    pn_asm_role(a, "user");
    roles = pn_asm_roles(a, 3);
    owner = pn_asm_roles(a, 4);
    pn_asm_derived(a, "owner", pn_asm_roles(a, 2), rest);
    pn_asm_on(a, "mcp:crm", "tools/call/lookup",
              pn_asm_rule(a, PN_ALLOW, roles, any, output, "one"));
    pn_asm_on(a, "mcp:crm", "tools/call/**",
              pn_asm_rule(a, PN_DENY, PN_NONE32, all, output, "two"));
    pn_asm_on(a, "mcp:crm", "tools/*", pn_asm_rule(a, PN_STEP_UP, owner, rest, PN_NONE32, "three"));
    pn_asm_on_dfa(a, "mcp:crm", "t", pn_asm_dfa(a, "ools/call/", 1, 0, 1),
                  pn_asm_rule(a, PN_REDACT, roles, terms[0], PN_NONE32, "four"));
    pn_asm_on(a, "llm", "completion", 0);
    pn_asm_unmet(a, 0, output);
}

struct pn_slice pn_sample_policy(struct pn_asm *a)
{
    pn_asm_begin(a);
    add_predicates(a);
    add_rules(a);
    pn_asm_self_test(a, "who has no role",
                     "{\"principal\":{\"id\":\"u\",\"roles\":[]},\"resource\":{\"kind\":\"llm\","
                     "\"id\":\"m\"},\"actions\":[\"completion\",\"embedding\"]}",
                     PN_DENY);
    return pn_asm_finish(a);
}

/* What the rules of a layered policy ask for. */
static uint32_t add_questions(struct pn_asm *a)
{
    uint16_t x = pn_asm_slot(a, "R.attr.arguments.x");

    pn_asm_slot(a, "P.id");
    predicate(a, PN_PREDICATE_BOOL, 0, x, PN_NONE32);
    predicate(a, PN_PREDICATE_DERIVED, 0, PN_NONE16, 0);
    predicate(a, PN_PREDICATE_COMPARE, PN_EQ, x, pn_asm_text(a, "EUR"));
    pn_asm_role(a, "admin");
    pn_asm_role(a, "user");
    return pn_asm_mask(a, 0, PN_NONE16);
}

/* Rules 0 to 4 of resources, 5 and 6 of the principal, 7 of the role. */
static void add_layered_rules(struct pn_asm *a, enum pn_mode mode, uint32_t flag)
{
    uint32_t admin = pn_asm_roles(a, 1), user = pn_asm_roles(a, 2), owner = pn_asm_roles(a, 4);
    uint32_t derived = pn_asm_mask(a, 1, PN_NONE16), eur = pn_asm_mask(a, 2, PN_NONE16);
    uint32_t output = pn_asm_output(a, "\"told\"", "", "");
    uint32_t either = mode == PN_MODE_EDGE ? owner : user;

    pn_asm_derived(a, "owner", user, flag);
    pn_asm_on(a, "doc0", "view", pn_asm_rule(a, PN_ALLOW, user, derived, output, "top"));
    pn_asm_on(a, "doc1", "view*", pn_asm_rule(a, PN_ALLOW, either, eur, output, "acme"));
    pn_asm_on(a, "doc1", "**", pn_asm_rule(a, PN_DENY, admin, flag, output, "acme deny"));
    pn_asm_on(a, "doc2", "view", pn_asm_rule(a, PN_ALLOW, PN_NONE32, flag, output, "hr"));
    pn_asm_on(a, "doc3", "view", pn_asm_rule(a, PN_ALLOW, user, PN_NONE32, output, "v2"));
    pn_asm_rule(a, PN_ALLOW, PN_NONE32, eur, output, "ann");
    pn_asm_rule(a, PN_DENY, PN_NONE32, flag, output, "ann in acme");
    pn_asm_rule(a, PN_ALLOW, PN_NONE32, flag, output, "a user's");
    for (uint16_t rule = 0; rule < 8; rule += 2) pn_asm_unmet(a, rule, output);
    if (mode == PN_MODE_EDGE) return;
    uint8_t *rule = a->section[PN_POLICY_SECTION_RULES].bytes + PN_RULE_BYTES;
    pn_store16(rule + PN_RULE_DERIVED, 1);
    pn_store16(rule + PN_RULE_MEMORY, 1);
}

static void add_layers(struct pn_asm *a)
{
    const uint8_t both = PN_SCOPE_HAS_PRINCIPAL | PN_SCOPE_HAS_RESOURCE;
    uint32_t admin = pn_asm_roles(a, 1), owner = pn_asm_roles(a, 4);
    uint32_t top = pn_asm_entry(a, "doc", "*", 5), acme = pn_asm_entry(a, "d*", "view", 6);
    uint32_t user = pn_asm_entry(a, "*", "view*", 7);

    pn_asm_entry(a, "doc", "**", 7);
    pn_asm_scope(a, "", both);
    pn_asm_scope(a, "acme", both | PN_SCOPE_CONSENT);
    pn_asm_scope(a, "acme.hr", PN_SCOPE_HAS_RESOURCE);
    const struct pn_asm_layer layers[] = {
        { PN_LAYER_PRINCIPAL, 0, "default", "ann", top, 1, 0, 0, PN_NONE32 },
        { PN_LAYER_PRINCIPAL, 1, "default", "ann", acme, 1, 0, 0, PN_NONE32 },
        { PN_LAYER_ROLE, 1, "default", "user", user, 2, 0, 0, PN_NONE32 },
        { PN_LAYER_RESOURCE, 0, "default", "doc", 0, 1, 0, 1, owner },
        { PN_LAYER_RESOURCE, 0, "v2", "doc", 3, 1, 4, 1, PN_NONE32 },
        { PN_LAYER_RESOURCE, 1, "default", "doc", 1, 1, 1, 2, owner },
        { PN_LAYER_RESOURCE, 2, "default", "doc", 2, 1, 3, 1, PN_NONE32 },
        { PN_LAYER_PARENTS, 1, "", "user", 0, 0, 0, 0, admin },
    };
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) pn_asm_layer(a, layers[i]);
}

struct pn_slice pn_sample_layers(struct pn_asm *a, enum pn_mode mode)
{
    pn_asm_begin(a);
    a->section[PN_POLICY_SECTION_HEADER].bytes[PN_HEADER_MODE] = (uint8_t)mode;
    add_layered_rules(a, mode, add_questions(a));
    add_layers(a);
    return pn_asm_finish(a);
}

static const char *const values[] = {
    "-",
    "!",
    "?",
    "null",
    "true",
    "false",
    "0",
    "1",
    "-9223372036854775808",
    "2.5",
    "1e300",
    "nan",
    "\"\"",
    "\"EUR\"",
    "\"\\u0045UR\"",
    "\"cus_abc123\"",
    "[]",
    "[\"EUR\",1,{\"a\":[]}]",
    "{}",
    "{\"EUR\":{\"x\":\"}\"},\"b\":1}",
};

static const struct {
    const char *kind, *action;
} calls[] = { { "mcp:crm", "tools/call/lookup" },
              { "mcp:crm", "tools/call/x" },
              { "mcp:crm", "t" },
              { "doc", "view" },
              { "doc", "viewer" },
              { "llm", "completion" },
              { "", "" } };

static struct pn_slice text(const char *s)
{
    return pn_slice(s, strlen(s));
}

static void explain(const struct pn_policy *policy, const struct pn_facts *facts,
                    struct pn_policy_scratch *scratch)
{
    struct pn_explain_rule rule = { 0 };

    while (pn_explain_rule_next(policy, facts, scratch, &rule)) {
        struct pn_explain_predicate p = { .predicate = 0 };
        while (pn_explain_predicate_next(policy, facts, scratch, &rule, &p)) {
            if (pn_policy_predicate_text(policy, p.predicate).len > 0xFFFFFF) abort();
        }
    }
}

static void decide_one(const struct pn_policy *policy, struct pn_facts *facts, size_t call)
{
    static struct pn_policy_scratch scratch;
    struct pn_decision decision;

    pn_facts_call(facts, policy, text(calls[call].kind), text(calls[call].action));
    pn_policy_decide(policy, facts, &scratch, &decision);
    bool ruleless = decision.why == PN_WHY_DEFAULT || decision.why == PN_WHY_SCHEMA;
    if ((decision.rule == PN_NONE16) != ruleless) abort();
    if (decision.rule == PN_NONE16 && decision.outcome != PN_DENY) abort();
    (void)pn_policy_rule_source(policy, decision.rule);
    for (int i = 0; i < decision.output_count; i++)
        (void)pn_policy_output(policy, decision.outputs[i]);
    explain(policy, facts, &scratch);
}

static void give_sides(const struct pn_policy *policy, struct pn_facts *facts, uint32_t seed)
{
    static const char *const scopes[] = { "", "acme", "acme.hr", "acme.x", "." };
    const char *scope = scopes[(seed >> 8) % 5], *version = (seed >> 12 & 3) == 0 ? "v2" : "";

    if ((seed >> 14 & 1) != 0) pn_facts_set_text(facts, policy, PN_FACT_PRINCIPAL_ID, text("ann"));
    if ((seed >> 21 & 1) != 0) pn_facts_role(facts, policy, PN_SLICE("admin"));
    pn_facts_side(facts, policy, PN_SIDE_RESOURCE, text(version), text(scope));
    pn_facts_side(facts, policy, PN_SIDE_PRINCIPAL, text(""), text(scopes[(seed >> 5) % 5]));
}

void pn_sample_decide(const struct pn_policy *policy, uint32_t seed)
{
    static struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_facts facts;

    for (size_t call = 0; call < sizeof calls / sizeof calls[0]; call++) {
        pn_facts_begin(&facts, policy, slots, (seed >> 16 & 1) ? PN_PHASE_LIST : PN_PHASE_CALL);
        for (uint16_t i = 0; i < policy->slot_count; i++) {
            seed = seed * 1103515245u + 12345u;
            slots[i] = pn_value_spec(values[(seed >> 16) % (sizeof values / sizeof values[0])]);
        }
        if ((seed >> 20 & 1) != 0) pn_facts_role(&facts, policy, PN_SLICE("user"));
        pn_facts_set_attr(&facts, policy, PN_PLACE_ARGUMENTS, PN_SLICE("x"),
                          pn_value_spec("\"EUR\""));
        give_sides(policy, &facts, seed);
        decide_one(policy, &facts, call);
    }
}
