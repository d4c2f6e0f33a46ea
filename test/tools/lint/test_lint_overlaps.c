/* A rule that lint calls unreachable decides nothing: leaving it out changes no decision, in
 * either mode, whatever the roles and whether attributes are true, false, missing or no booleans.
 * timeout: 300
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "policy/check_input.h"
#include "test/tools/bundle/bundle_folder.h"
#include "tools/lint/lint.h"
#include "unity.h"

enum { POLICIES = 80, RULES_MAX = 5, REQUESTS_MAX = 1024 };

static struct bundle_folder folder;
static struct lint lint;
static uint32_t state;

void setUp(void)
{
    bundle_folder_make(&folder);
    state = 1;
}

void tearDown(void)
{
    lint_free(&lint);
    bundle_folder_remove(&folder);
}

static uint32_t dice(uint32_t sides)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % sides;
}

static const char *expr(void)
{
    static const char *const some[] = { "R.attr.x", "R.attr.y", "!R.attr.x", "R.attr.z",
                                        "!R.attr.z" };

    return some[dice(5)];
}

/* One rule a line, so that it can be left out by its line. */
static void write_rule(char *out, size_t max, unsigned number)
{
    static const char *const actions[] = { "a", "b", "a, b", "'a*'", "'*'" };
    static const char *const roles[] = { "r", "s", "r, s", "'*'" };
    static const char *const kinds[] = { "all", "any", "none" };
    int len = snprintf(out, max, "    - {name: n%u, actions: [%s], effect: EFFECT_%s, roles: [%s]",
                       number, actions[dice(5)], dice(2) ? "ALLOW" : "DENY", roles[dice(4)]);

    switch (dice(4)) {
    case 0: break;
    case 1:
        len += snprintf(out + len, max - (size_t)len, ", condition: {match: {expr: '%s'}}", expr());
        break;
    default:
        len += snprintf(out + len, max - (size_t)len,
                        ", condition: {match: {%s: {of: [{expr: '%s'}, {expr: '%s'}]}}}",
                        kinds[dice(3)], expr(), expr());
    }
    snprintf(out + len, max - (size_t)len, "}\n");
}

static char rules[RULES_MAX][512];
static unsigned rule_count;

static void write_policy(unsigned without)
{
    char text[4096] = "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  rules:\n";

    for (unsigned i = 0; i < rule_count; i++) {
        if (i != without) strcat(text, rules[i]);
    }
    if (rule_count == 1 && without == 0) strcat(text, "    []\n");
    bundle_folder_write(&folder, "policies/a.yaml", text);
}

struct answer {
    enum pn_outcome outcome;
    char name[64];
};

/* Every request: three attributes of four kinds each, three sets of roles, three actions. */
static size_t ask_all(struct answer *answers)
{
    static const char *const values[] = { "true", "false", NULL, "\"text\"" };
    static const char *const roles[] = { "\"r\"", "\"s\"", "\"r\",\"s\"" };
    static const uint8_t seed[16] = { 1 };
    static struct pn_check_input input;
    static struct pn_policy_scratch scratch;
    struct pn_json_key places[64];
    struct pn_json_keys keys;
    struct pn_policy policy;
    struct pn_decision decision;
    size_t count = 0;

    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    pn_json_keys_init(&keys, places, 64, seed);
    for (unsigned at = 0; at < 64 * 3; at++) {
        char text[512], attr[128] = "";
        for (unsigned k = 0; k < 3; k++) {
            const char *value = values[at >> 2 * k & 3];
            if (value == NULL) continue;
            snprintf(attr + strlen(attr), sizeof attr - strlen(attr), "%s\"%c\":%s",
                     attr[0] ? "," : "", "xyz"[k], value);
        }
        snprintf(text, sizeof text,
                 "{\"principal\":{\"id\":\"u\",\"roles\":[%s]},\"resource\":{\"kind\":\"k\",\"id\":"
                 "\"i\",\"attr\":{%s}},\"actions\":[\"a\",\"b\",\"ab\"]}",
                 roles[at / 64], attr);
        TEST_ASSERT_EQUAL(
            PN_DONE, pn_check_input_read(&input, &policy, &keys, pn_slice(text, strlen(text))));
        for (uint16_t action = 0; action < 3; action++) {
            struct answer *answer = &answers[count++];
            pn_policy_decide(&policy, pn_check_input_facts(&input, &policy, action, 0), &scratch,
                             &decision);
            answer->outcome = decision.outcome;
            snprintf(answer->name, sizeof answer->name, "%.*s", SLICE_ARGS(decision.name));
        }
    }
    return count;
}

/* Rules begin on line 5. */
static bool is_called_idle(unsigned rule)
{
    for (size_t i = 0; i < lint.findings.count; i++) {
        const struct lint_finding *f = &lint.findings.items[i];
        bool idle = f->name == LINT_UNREACHABLE_RULE || f->name == LINT_ALLOW_AND_DENY;
        if (idle && f->mark.line == 5 + rule) return true;
    }
    return false;
}

static unsigned check_policy(const char *bundle)
{
    static struct answer before[REQUESTS_MAX], after[REQUESTS_MAX];
    unsigned idle = 0;

    bundle_folder_write(&folder, "bundle.yaml", bundle);
    write_policy(RULES_MAX);
    lint_free(&lint);
    lint_bundle(&lint, folder.path, NULL, 0);
    TEST_ASSERT_EQUAL(0, lint.counts[LINT_ERROR]);
    size_t count = ask_all(before);
    for (unsigned rule = 0; rule < rule_count; rule++) {
        if (!is_called_idle(rule)) continue;
        char message[2048];
        snprintf(message, sizeof message, "%s%s", bundle, rules[rule]);
        idle++;
        write_policy(rule);
        TEST_ASSERT_EQUAL(count, ask_all(after));
        for (size_t i = 0; i < count; i++) {
            TEST_ASSERT_EQUAL_MESSAGE(before[i].outcome, after[i].outcome, message);
            TEST_ASSERT_EQUAL_STRING_MESSAGE(before[i].name, after[i].name, message);
        }
    }
    return idle;
}

static void test_leaving_them_out_changes_nothing(void)
{
    unsigned idle = 0;

    for (unsigned i = 0; i < POLICIES; i++) {
        rule_count = 2 + dice(RULES_MAX - 1);
        for (unsigned k = 0; k < rule_count; k++) write_rule(rules[k], sizeof rules[k], k);
        idle += check_policy("name: t\nmode: edge\n");
        idle += check_policy("name: t\nmode: cerbos54\n");
    }
    TEST_ASSERT_GREATER_THAN(POLICIES / 2, idle); /* or the test says little */
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_leaving_them_out_changes_nothing);
    return UNITY_END();
}
