/* From a kind and an action to rules: exact names, patterns, what does not match.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/dispatch.h"

#include <stdio.h>

#include "test/policy/assemble_body.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;

void setUp(void)
{
    pn_asm_begin(&a);
}

void tearDown(void)
{
}

static void open_policy(void)
{
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_asm_finish(&a));

    TEST_ASSERT_EQUAL_MESSAGE(PN_POLICY_GOOD, fault, (const char *)pn_policy_fault_name(fault).at);
}

static struct pn_slice text(const char *s)
{
    return pn_slice(s, strlen(s));
}

/* The rules found, as bits. */
static uint64_t rules_of(const char *kind, const char *action)
{
    struct pn_dispatch d = pn_dispatch_begin(&policy, text(kind), text(action));
    struct pn_rule_list list;
    uint64_t found = 0;

    while (pn_dispatch_next(&d, &list)) {
        for (uint32_t i = 0; i < list.count; i++)
            found |= (uint64_t)1 << pn_load16(list.at + 2 * i);
    }
    return found;
}

static void add_rules(int count)
{
    for (int i = 0; i < count; i++) pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "r");
}

struct glob_row {
    const char *pattern, *action;
    bool matches;
};

/* Cerbos's patterns: `*` stops at ':', `**` and a lone `*` do not, a literal has no other magic. */
static const struct glob_row globs[] = {
    { "g:*", "g:a", true },
    { "g:*", "g", false },
    { "g:*", "g:a:b", false },
    { "g:*", "g:", true },
    { "a:**", "a:x:y", true },
    { "a:**", "a:", true },
    { "a:**", "a", false },
    { "a:**", "ab:x", false },
    { "f*", "foo", true },
    { "f*", "f", true },
    { "f*", "f:oo", false },
    { "f*", "of", false },
    { "*", "anything:at/all", true },
    { "*", "", true },
    { "**", "anything:at/all", true },
    { "tools/call/*", "tools/call/refund_issue", true },
    { "tools/call/*", "tools/call/a/b", true },
    { "tools/call/*", "tools/list", false },
    { "d:[ab]", "d:a", false },
    { "d:[ab]", "d:[ab]", true },
    { "e:?", "e:z", false },
    { "e:?", "e:?", true },
    { "{b,c}:x", "b:x", false },
    { "Tools/call/x", "tools/call/x", false },
};

static void test_patterns_of_actions(void)
{
    for (size_t i = 0; i < sizeof globs / sizeof globs[0]; i++) {
        char message[128];
        pn_asm_begin(&a);
        add_rules(1);
        pn_asm_on(&a, "mcp:crm", globs[i].pattern, 0);
        open_policy();
        snprintf(message, sizeof message, "%s with %s", globs[i].pattern, globs[i].action);
        TEST_ASSERT_EQUAL_MESSAGE(globs[i].matches, rules_of("mcp:crm", globs[i].action), message);
        TEST_ASSERT_EQUAL_MESSAGE(0, rules_of("mcp:crn", globs[i].action), message);
    }
}

static void test_a_pattern_by_table(void)
{
    add_rules(1);
    pn_asm_on_dfa(&a, "mcp:crm", "tools/call/", pn_asm_dfa(&a, "get", 1, 3, 1), 0);
    open_policy();
    TEST_ASSERT_EQUAL(1, rules_of("mcp:crm", "tools/call/getabc"));
    TEST_ASSERT_EQUAL(0, rules_of("mcp:crm", "tools/call/get"));
    TEST_ASSERT_EQUAL(0, rules_of("mcp:crm", "tools/call/getabcd"));
    TEST_ASSERT_EQUAL(0, rules_of("mcp:crm", "tool/call/getabc"));
}

static void test_kinds_are_compared_byte_for_byte(void)
{
    add_rules(1);
    pn_asm_on(&a, "mcp:pay-roll", "tools/call/x", 0);
    open_policy();
    TEST_ASSERT_EQUAL(1, rules_of("mcp:pay-roll", "tools/call/x"));
    TEST_ASSERT_EQUAL(0, rules_of("mcp:pay_roll", "tools/call/x"));
    TEST_ASSERT_EQUAL(0, rules_of("mcp_pay/roll", "tools/call/x"));
    TEST_ASSERT_EQUAL(0, rules_of("mcp:pay-rol", "tools/call/x"));
    TEST_ASSERT_EQUAL(0, rules_of("", "tools/call/x"));
}

/* Exact names and all patterns that fit, however their prefixes are nested. */
static void test_all_that_match_are_found(void)
{
    static const char *const patterns[] = {
        "tools/call/lookup",  "tools/**",         "tools/call/*", "tools/call/look*",    "**",
        "tools/call/lookup*", "tools/call/loop*", "toolt/*",      "tools/call/lookup:*", "a*",
    };

    add_rules(10);
    for (uint16_t i = 0; i < 10; i++) pn_asm_on(&a, "mcp:crm", patterns[i], i);
    pn_asm_on(&a, "mcp:pay", "**", 9);
    open_policy();
    TEST_ASSERT_EQUAL_HEX(0x3F, rules_of("mcp:crm", "tools/call/lookup"));
    TEST_ASSERT_EQUAL_HEX(0x36 | 0x08, rules_of("mcp:crm", "tools/call/lookups"));
    TEST_ASSERT_EQUAL_HEX(0x112, rules_of("mcp:crm", "tools/call/lookup:x"));
    TEST_ASSERT_EQUAL_HEX(0x56, rules_of("mcp:crm", "tools/call/loops"));
    TEST_ASSERT_EQUAL_HEX(0x16, rules_of("mcp:crm", "tools/call/z"));
    TEST_ASSERT_EQUAL_HEX(0x10, rules_of("mcp:crm", "initialize"));
    TEST_ASSERT_EQUAL_HEX(0x10, rules_of("mcp:crm", "zzz"));
    TEST_ASSERT_EQUAL_HEX(0x210, rules_of("mcp:crm", "apple"));
    TEST_ASSERT_EQUAL_HEX(0x200, rules_of("mcp:pay", "tools/call/lookup"));
}

/* Against the plain way: try every pattern. */
static void test_many_patterns_against_a_linear_search(void)
{
    static char patterns[60][16];
    uint32_t seed = 12345;

    add_rules(60);
    for (uint16_t i = 0; i < 60; i++) {
        int len = 0;
        for (int k = 0; k < 4; k++) {
            seed = seed * 1103515245u + 12345u;
            if ((seed >> 16) % 3 == 0) break;
            patterns[i][len++] = (char)('a' + (seed >> 18) % 2);
        }
        memcpy(patterns[i] + len, "**", 3);
        pn_asm_on(&a, "k", patterns[i], i);
    }
    open_policy();
    for (int n = 0; n < 126; n++) {
        char action[8];
        int len = 0;
        uint64_t expect = 0;
        for (int bits = n + 2; bits > 1; bits >>= 1) action[len++] = (char)('a' + (bits & 1));
        action[len] = 0;
        for (int i = 0; i < 60; i++) {
            if (strncmp(action, patterns[i], strlen(patterns[i]) - 2) == 0)
                expect |= (uint64_t)1 << i;
        }
        TEST_ASSERT_EQUAL_HEX64_MESSAGE(expect, rules_of("k", action), action);
    }
}

static void test_a_policy_without_rules(void)
{
    open_policy();
    TEST_ASSERT_EQUAL(0, rules_of("llm", "completion"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_patterns_of_actions);
    RUN_TEST(test_a_pattern_by_table);
    RUN_TEST(test_kinds_are_compared_byte_for_byte);
    RUN_TEST(test_all_that_match_are_found);
    RUN_TEST(test_many_patterns_against_a_linear_search);
    RUN_TEST(test_a_policy_without_rules);
    return UNITY_END();
}
