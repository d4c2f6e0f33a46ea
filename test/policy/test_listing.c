/* A listed tool is hidden exactly when every argument is refused: random policies in both modes,
 * with derived roles, scopes, step-ups and conditions of all kinds, are listed with their arguments
 * unknown, and then called with each combination of false, true and missing.
 * label: unit slow
 * timeout: 300
 * cost: 9
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/policy_explain.h"
#include "test/tools/compile/policy_text.h"
#include "unity.h"

enum { UNKNOWNS = 4, KNOWNS = 2, POLICIES = 400, TEXT_BYTES_MAX = 16384 };

static struct policy_text p;
static struct pn_policy_scratch scratch;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_facts facts;
static char text[3][TEXT_BYTES_MAX];
static size_t len;
static uint32_t seed;
static uint64_t memory[512];

void setUp(void)
{
}

void tearDown(void)
{
    policy_text_free(&p);
    p = (struct policy_text){ 0 };
}

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

static char *file;
#define SAY(...) (len += (size_t)snprintf(file + len, TEXT_BYTES_MAX - len, __VA_ARGS__))

/* An expression over booleans that are known and booleans that are not. */
static void say_expression(int depth)
{
    static const char *const joints[] = { " && ", " || " };

    if (depth == 0 || below(4) == 0) {
        bool known = below(4) == 0;
        SAY(known ? "P.attr.k%u" : "R.attr.arguments.a%u", below(known ? KNOWNS : UNKNOWNS));
        return;
    }
    switch (below(6)) {
    case 0:
        SAY("!(");
        say_expression(depth - 1);
        break;
    case 1:
        SAY("(");
        say_expression(depth - 1);
        SAY(" ? ");
        say_expression(depth - 1);
        SAY(" : ");
        say_expression(depth - 1);
        break;
    default:
        SAY("(");
        say_expression(depth - 1);
        SAY("%s", joints[below(2)]);
        say_expression(depth - 1);
    }
    SAY(")");
}

static void say_match(int depth)
{
    static const char *const words[] = { "all", "any", "none" };

    if (depth == 0 || below(2) == 0) {
        SAY("{expr: '");
        say_expression(2);
        SAY("'}");
        return;
    }
    SAY("{%s: {of: [", words[below(3)]);
    say_match(depth - 1);
    SAY(", ");
    say_match(depth - 1);
    SAY("]}}");
}

static void say_rule(enum pn_mode mode)
{
    static const char *const roles[] = { "roles: [r]", "roles: ['*']", "roles: [other]",
                                         "derivedRoles: [d]", "roles: [r]" };
    uint32_t outcome = below(5);

    SAY("    - actions: [%s]\n      %s\n", below(3) == 0 ? "'a*'" : "act", roles[below(5)]);
    SAY("      effect: %s\n", outcome < 2 ? "EFFECT_ALLOW" : "EFFECT_DENY");
    if (below(6) != 0) {
        SAY("      condition: {match: ");
        say_match(2);
        SAY("}\n");
    }
    if (outcome == 4 && mode == PN_MODE_EDGE) {
        SAY("      output: {when: {ruleActivated: '{\"outcome\": \"step_up\", \"acr\": \"mfa\"}'}}\n");
    }
}

static void say_resource(enum pn_mode mode, const char *scope)
{
    SAY("apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  version: default\n%s"
        "  importDerivedRoles: [ds]\n  rules:\n",
        scope);
    for (uint32_t rules = 1 + below(4); rules > 0; rules--) say_rule(mode);
}

static void say_derived(void)
{
    SAY("apiVersion: api.cerbos.dev/v1\nderivedRoles:\n  name: ds\n  definitions:\n"
        "    - name: d\n      parentRoles: [r]\n      condition: {match: ");
    say_match(1);
    SAY("}\n");
}

static void begin_file(int number)
{
    file = text[number];
    len = 0;
}

static void compile(enum pn_mode mode, bool scoped)
{
    static const char *const scopes[] = {
        "  scope: acme\n",
        "  scope: acme\n  scopePermissions: SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS\n"
    };
    const char *files[] = { text[0], text[1], text[2] };

    begin_file(0);
    say_derived();
    begin_file(1);
    say_resource(mode, "");
    begin_file(2);
    if (scoped) say_resource(mode, scopes[below(2)]);
    bool good = policy_text_compile(&p, mode, files, scoped ? 3 : 2);
    TEST_ASSERT_TRUE_MESSAGE(good, policy_text_messages(&p));
}

static const struct pn_value truths[] = {
    { .type = PN_BOOL, .as = { .b = false } },
    { .type = PN_BOOL, .as = { .b = true } },
    { .type = PN_ABSENT },
};

static void begin_facts(enum pn_phase phase, uint32_t knowns, bool scoped)
{
    char name[] = "k0";

    pn_facts_begin(&facts, &p.policy, slots, phase);
    pn_facts_call(&facts, &p.policy, PN_SLICE("k"), PN_SLICE("act"));
    pn_facts_role(&facts, &p.policy, PN_SLICE("r"));
    if (scoped) {
        pn_facts_side(&facts, &p.policy, PN_SIDE_RESOURCE, PN_SLICE(""), PN_SLICE("acme"));
    }
    for (int i = 0; i < KNOWNS; i++, knowns /= 3) {
        name[1] = (char)('0' + i);
        pn_facts_set_attr(&facts, &p.policy, PN_PLACE_PRINCIPAL, pn_slice(name, 2),
                          truths[knowns % 3]);
    }
}

static enum pn_outcome decided(struct pn_decision *decision)
{
    pn_policy_decide(&p.policy, &facts, &scratch, decision);
    return decision->outcome;
}

static bool some_call_is_let_through(uint32_t knowns, bool scoped)
{
    uint32_t ways = 1;
    struct pn_decision decision;
    char name[] = "a0";

    for (int i = 0; i < UNKNOWNS; i++) ways *= 3;
    for (uint32_t way = 0; way < ways; way++) {
        begin_facts(PN_PHASE_CALL, knowns, scoped);
        for (uint32_t i = 0, rest = way; i < UNKNOWNS; i++, rest /= 3) {
            name[1] = (char)('0' + i);
            pn_facts_set_attr(&facts, &p.policy, PN_PLACE_ARGUMENTS, pn_slice(name, 2),
                              truths[rest % 3]);
        }
        if (decided(&decision) != PN_DENY) return true;
    }
    return false;
}

static char what[3 * TEXT_BYTES_MAX + 64];

/* How many were hidden though rule by rule they looked possible is told, so that a test that tests
 * nothing shows. */
static void check_policy(bool scoped, uint32_t *shown, uint32_t *hidden)
{
    for (uint32_t knowns = 0; knowns < 9; knowns++) {
        struct pn_decision decision, again;
        bool possible = some_call_is_let_through(knowns, scoped);
        begin_facts(PN_PHASE_LIST, knowns, scoped);
        bool listed = decided(&decision) != PN_DENY;
        snprintf(what, sizeof what, "knowns %u listed %d\n%s\n%s\n%s", knowns, listed, text[0],
                 text[1], scoped ? text[2] : "");
        TEST_ASSERT_EQUAL_MESSAGE(possible, listed, what);
        (void)decided(&again);
        TEST_ASSERT_EQUAL_MEMORY(&decision, &again, sizeof again);
        *(listed ? shown : hidden) += 1;
    }
}

static void check_random(enum pn_mode mode, bool scoped)
{
    uint32_t shown = 0, hidden = 0;

    for (uint32_t i = 0; i < POLICIES; i++) {
        seed = 1000 * i + 10 * (uint32_t)mode + scoped;
        compile(mode, scoped);
        check_policy(scoped, &shown, &hidden);
        tearDown();
    }
    TEST_ASSERT_GREATER_THAN(POLICIES, shown);
    TEST_ASSERT_GREATER_THAN(POLICIES, hidden);
}

static void test_random_policies_of_edge(void)
{
    check_random(PN_MODE_EDGE, false);
}

static void test_random_policies_of_edge_in_scopes(void)
{
    check_random(PN_MODE_EDGE, true);
}

static void test_random_policies_of_cerbos(void)
{
    check_random(PN_MODE_CERBOS54, false);
}

static void test_random_policies_of_cerbos_in_scopes(void)
{
    check_random(PN_MODE_CERBOS54, true);
}

static bool is_listed(void)
{
    struct pn_decision decision;

    begin_facts(PN_PHASE_LIST, 0, false);
    return decided(&decision) != PN_DENY;
}

/* Allowed when all arguments are true, denied when all are: only trying them all tells. */
static void compile_all_and_not_all(enum pn_mode mode, int arguments)
{
    const char *files[] = { text[0] };

    begin_file(0);
    SAY("apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  version: default\n"
        "  rules:\n");
    for (int rule = 0; rule < 2; rule++) {
        SAY("    - actions: [act]\n      roles: [r]\n      effect: %s\n"
            "      condition: {match: {expr: '",
            rule == 0 ? "EFFECT_ALLOW" : "EFFECT_DENY");
        for (int i = 0; i < arguments; i++) SAY("%sR.attr.arguments.b%d", i > 0 ? " && " : "", i);
        SAY("'}}\n");
    }
    TEST_ASSERT_TRUE_MESSAGE(policy_text_compile(&p, mode, files, 1), policy_text_messages(&p));
}

static void test_twelve_unknowns_are_tried_and_thirteen_are_not(void)
{
    for (int mode = 0; mode < 2; mode++) {
        compile_all_and_not_all((enum pn_mode)mode, PN_POLICY_UNKNOWNS_MAX);
        TEST_ASSERT_FALSE(is_listed());
        tearDown();
        compile_all_and_not_all((enum pn_mode)mode, PN_POLICY_UNKNOWNS_MAX + 1);
        TEST_ASSERT_TRUE(is_listed());
        tearDown();
    }
}

static void compile_two(const char *allow, const char *deny)
{
    const char *files[] = { text[0] };

    begin_file(0);
    SAY("apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  version: default\n"
        "  rules:\n    - actions: [act]\n      roles: [r]\n      effect: EFFECT_ALLOW\n"
        "      condition: {match: {expr: '%s'}}\n"
        "    - actions: [act]\n      roles: [r]\n      effect: EFFECT_DENY\n"
        "      condition: {match: {expr: '%s'}}\n",
        allow, deny);
    TEST_ASSERT_TRUE_MESSAGE(policy_text_compile(&p, PN_MODE_EDGE, files, 1),
                             policy_text_messages(&p));
}

/* Allowed and denied where of one pair just one holds: every way goes on to its last pair. */
static void compile_pairs(int pairs)
{
    char any[1024];
    size_t at = 0;

    for (int i = 0; i < pairs; i++) {
        at += (size_t)snprintf(any + at, sizeof any - at,
                               "%s(R.attr.arguments.a%d ? !R.attr.arguments.b%d : "
                               "R.attr.arguments.b%d)",
                               i > 0 ? " || " : "", i, i, i);
    }
    TEST_ASSERT_LESS_THAN(sizeof any, at);
    compile_two(any, any);
}

static void test_a_search_ends_after_so_many_decisions(void)
{
    compile_pairs(4);
    TEST_ASSERT_FALSE(is_listed());
    tearDown();
    compile_pairs(PN_POLICY_UNKNOWNS_MAX / 2);
    TEST_ASSERT_TRUE(is_listed());
}

static void test_code_is_an_unknown_of_its_own(void)
{
    compile_two("R.attr.arguments.n + 1 > 2", "R.attr.arguments.n + 1 > 2");
    TEST_ASSERT_FALSE(is_listed());
    tearDown();
    compile_two("R.attr.arguments.n + 1 > 2", "R.attr.arguments.n + 1 < 2");
    TEST_ASSERT_TRUE(is_listed());
}

/* They exclude each other, but predicates are taken one by one. */
static void test_what_predicates_have_to_do_with_each_other_is_not_seen(void)
{
    compile_two("R.attr.arguments.n > 5", "R.attr.arguments.n > 3");
    TEST_ASSERT_TRUE(is_listed());
}

static void test_a_hidden_tool_is_denied_by_default(void)
{
    struct pn_decision decision;

    compile_two("R.attr.arguments.b", "R.attr.arguments.b");
    begin_facts(PN_PHASE_LIST, 0, false);
    TEST_ASSERT_EQUAL(PN_DENY, decided(&decision));
    TEST_ASSERT_EQUAL(PN_WHY_DEFAULT, decision.why);
    TEST_ASSERT_EQUAL(PN_NONE16, decision.rule);
    TEST_ASSERT_FALSE(decision.optimistic);
}

static void test_a_shown_tool_says_what_it_rests_on(void)
{
    struct pn_decision decision;

    compile_two("R.attr.arguments.b", "R.attr.arguments.c");
    begin_facts(PN_PHASE_LIST, 0, false);
    TEST_ASSERT_EQUAL(PN_ALLOW, decided(&decision));
    TEST_ASSERT_TRUE(decision.optimistic);
    TEST_ASSERT_EQUAL(0, decision.rule);
    TEST_ASSERT_EQUAL_MESSAGE(0, scratch.is_true[0] | scratch.is_false[0] | scratch.is_faulty[0],
                              "guesses are not left for explanations");
}

int main(void)
{
    scratch.values = pn_scratch(memory, sizeof memory);
    UNITY_BEGIN();
    RUN_TEST(test_random_policies_of_edge);
    RUN_TEST(test_random_policies_of_edge_in_scopes);
    RUN_TEST(test_random_policies_of_cerbos);
    RUN_TEST(test_random_policies_of_cerbos_in_scopes);
    RUN_TEST(test_twelve_unknowns_are_tried_and_thirteen_are_not);
    RUN_TEST(test_a_search_ends_after_so_many_decisions);
    RUN_TEST(test_code_is_an_unknown_of_its_own);
    RUN_TEST(test_what_predicates_have_to_do_with_each_other_is_not_seen);
    RUN_TEST(test_a_hidden_tool_is_denied_by_default);
    RUN_TEST(test_a_shown_tool_says_what_it_rests_on);
    return UNITY_END();
}
