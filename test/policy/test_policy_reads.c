/* Which attributes may matter to a call, and decisions that take predicates for granted.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "policy/policy_reads.h"
#include "test/tools/compile/policy_text.h"
#include "unity.h"

#define HEAD \
    "apiVersion: api.cerbos.dev/v1\n" \
    "resourcePolicy:\n" \
    "  version: default\n" \
    "  resource: k\n"

static struct policy_text text;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_policy_scratch scratch;
static struct pn_facts facts;
static struct pn_decision decision;
static struct pn_assumed assumed;

void setUp(void)
{
    memset(&assumed, 0, sizeof assumed);
}

void tearDown(void)
{
    policy_text_free(&text);
}

static void decide(const char *const *files, size_t count, const char *action)
{
    policy_text_free(&text);
    bool compiled = policy_text_compile(&text, PN_MODE_EDGE, files, count);

    TEST_ASSERT_TRUE_MESSAGE(compiled, policy_text_messages(&text));
    pn_facts_begin(&facts, &text.policy, slots, PN_PHASE_LIST);
    for (uint16_t i = 0; i < text.policy.slot_count; i++) slots[i] = pn_value_of(PN_UNKNOWN);
    facts.assumed = &assumed;
    pn_facts_role(&facts, &text.policy, PN_SLICE("r"));
    pn_facts_call(&facts, &text.policy, PN_SLICE("k"), pn_slice(action, strlen(action)));
    pn_policy_decide(&text.policy, &facts, &scratch, &decision);
}

static bool reads(const struct pn_reads *found, const char *path)
{
    for (uint16_t i = 0; i < text.policy.slot_count; i++) {
        if (!pn_slice_equal(pn_policy_slot_path(&text.policy, i), pn_slice(path, strlen(path))))
            continue;
        return pn_reads_slot(found, i);
    }
    TEST_FAIL_MESSAGE(path);
    return false;
}

static void all_that_rules_of_the_call_could_read(void)
{
    static const char *const files[] = {
        HEAD "  importDerivedRoles: [d]\n"
             "  rules:\n"
             "    - actions: [act]\n"
             "      effect: EFFECT_ALLOW\n"
             "      roles: [r]\n"
             "      condition: {match: {expr: R.attr.a == 1 && R.attr.b == 2}}\n"
             "    - actions: [act]\n"
             "      effect: EFFECT_DENY\n"
             "      derivedRoles: [owner]\n"
             "    - actions: ['a*']\n"
             "      effect: EFFECT_DENY\n"
             "      roles: [other]\n"
             "      condition: {match: {expr: 'R.attr.e.filter(x, x > 1).size() > 1 || "
             "has(R.attr.f.g)'}}\n"
             "    - actions: [elsewhere]\n"
             "      effect: EFFECT_ALLOW\n"
             "      roles: [r]\n"
             "      condition: {match: {expr: R.attr.z == 1}}\n",
        "apiVersion: api.cerbos.dev/v1\n"
        "derivedRoles:\n"
        "  name: d\n"
        "  definitions:\n"
        "    - name: owner\n"
        "      parentRoles: [r]\n"
        "      condition: {match: {expr: R.attr.c == P.attr.d}}\n"
    };
    static const char *const yes[] = { "R.attr.a", "R.attr.b",   "R.attr.c", "P.attr.d",
                                       "R.attr.e", "R.attr.f.g", "R.attr.f" };
    struct pn_reads found;

    decide(files, 2, "act");
    pn_policy_reads(&text.policy, &facts, &scratch, &found);
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        TEST_ASSERT_TRUE_MESSAGE(reads(&found, yes[i]), yes[i]);
    }
    TEST_ASSERT_FALSE(reads(&found, "R.attr.z"));
    decide(files, 2, "elsewhere");
    pn_policy_reads(&text.policy, &facts, &scratch, &found);
    TEST_ASSERT_TRUE(reads(&found, "R.attr.z"));
    TEST_ASSERT_FALSE(reads(&found, "R.attr.a"));
}

static uint16_t predicate_named(const char *part)
{
    for (uint16_t i = 0; i < text.policy.predicate_count; i++) {
        char words[200];
        struct pn_slice is = pn_policy_predicate_text(&text.policy, i);
        snprintf(words, sizeof words, "%.*s", (int)is.len, (const char *)is.at);
        if (strstr(words, part) != NULL) return i;
    }
    TEST_FAIL_MESSAGE(part);
    return 0;
}

static void assume(const char *part, enum pn_truth value)
{
    uint16_t p = predicate_named(part);
    uint64_t bit = (uint64_t)1 << p % 64;

    assumed.known[p / 64] |= bit;
    if (value == PN_TRUE) assumed.is_true[p / 64] |= bit;
    if (value == PN_FALSE) assumed.is_false[p / 64] |= bit;
    if (value == PN_FAULTY) assumed.is_faulty[p / 64] |= bit;
}

/* With all slots unknown, what is assumed settles the matter, and what was asked is told. */
static void what_is_assumed_settles_it(void)
{
    static const char *const files[] = { HEAD "  rules:\n"
                                              "    - actions: [act]\n"
                                              "      effect: EFFECT_ALLOW\n"
                                              "      roles: [r]\n"
                                              "      condition: {match: {expr: R.attr.a == 1}}\n"
                                              "    - actions: [act]\n"
                                              "      effect: EFFECT_DENY\n"
                                              "      roles: [r]\n"
                                              "      condition: {match: {expr: R.attr.b > 2}}\n" };
    static const struct {
        enum pn_truth a, b;
        enum pn_outcome outcome;
        enum pn_why why;
    } rows[] = {
        { PN_TRUE, PN_FALSE, PN_ALLOW, PN_WHY_RULE },
        { PN_TRUE, PN_TRUE, PN_DENY, PN_WHY_RULE },
        { PN_TRUE, PN_FAULTY, PN_DENY, PN_WHY_ERROR },
        { PN_FALSE, PN_FALSE, PN_DENY, PN_WHY_DEFAULT },
        { PN_FAULTY, PN_FALSE, PN_DENY, PN_WHY_DEFAULT },
    };

    decide(files, 1, "act");
    TEST_ASSERT_NOT_EQUAL(0, assumed.undecided[0] & (uint64_t)1 << predicate_named("R.attr.a"));
    TEST_ASSERT_NOT_EQUAL(0, assumed.undecided[0] & (uint64_t)1 << predicate_named("R.attr.b"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(&assumed, 0, sizeof assumed);
        assume("R.attr.a", rows[i].a);
        assume("R.attr.b", rows[i].b);
        pn_policy_decide(&text.policy, &facts, &scratch, &decision);
        TEST_ASSERT_EQUAL(rows[i].outcome, decision.outcome);
        TEST_ASSERT_EQUAL(rows[i].why, decision.why);
        TEST_ASSERT_EQUAL(0, assumed.undecided[0]);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(all_that_rules_of_the_call_could_read);
    RUN_TEST(what_is_assumed_settles_it);
    return UNITY_END();
}
