/* Self-tests in a policy: each of their actions comes to what is said, or the first is named.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/self_test.h"

#include <stdlib.h>

#include "test/policy/sample.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_self_test_room *room;

/* Who has role "user" may view a doc before noon of 1970-01-01. */
void setUp(void)
{
    room = calloc(1, sizeof *room);
    pn_asm_begin(&a);
    pn_asm_role(&a, "user");
    uint16_t early = pn_asm_predicate(&a, PN_PREDICATE_NOW, PN_LT, PN_NONE16, PN_NONE16,
                                      pn_asm_int(&a, 43200000), "now() < noon");
    pn_asm_on(&a, "doc", "view",
              pn_asm_rule(&a, PN_ALLOW, pn_asm_roles(&a, 1), pn_asm_mask(&a, early, PN_NONE16),
                          PN_NONE32, "one"));
}

void tearDown(void)
{
    free(room);
}

static struct pn_self_test_result run(void)
{
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_finish(&a)));
    return pn_self_tests_run(&policy, room);
}

#define WHO(role) "{\"principal\":{\"id\":\"u\",\"roles\":[\"" role "\"]},"
#define VIEW      "\"resource\":{\"kind\":\"doc\",\"id\":\"1\"},\"actions\":[\"view\"]}"

struct row {
    const char *input;
    enum pn_outcome outcome;
    enum pn_self_test_verdict verdict;
    enum pn_reason reason;
};

static const struct row rows[] = {
    { WHO("user") VIEW, PN_ALLOW, PN_SELF_TEST_PASSED, PN_REASON_NONE },
    { WHO("guest") VIEW, PN_DENY, PN_SELF_TEST_PASSED, PN_REASON_NONE },
    { WHO("user") VIEW, PN_DENY, PN_SELF_TEST_FAILED, PN_REASON_NONE },
    { WHO("user") VIEW, PN_REDACT, PN_SELF_TEST_FAILED, PN_REASON_NONE },
    { WHO("guest") VIEW, PN_STEP_UP, PN_SELF_TEST_FAILED, PN_REASON_NONE },
    { WHO("user") "\"resource\":{\"kind\":\"doc\",\"id\":\"1\"},\"actions\":[\"view\",\"edit\"]}",
      PN_ALLOW, PN_SELF_TEST_FAILED, PN_REASON_NONE },
    { "", PN_DENY, PN_SELF_TEST_UNREADABLE, PN_REASON_JSON_TRUNCATED },
    { "{\"principal\":", PN_DENY, PN_SELF_TEST_UNREADABLE, PN_REASON_JSON_TRUNCATED },
    { WHO("user") VIEW "x", PN_DENY, PN_SELF_TEST_UNREADABLE, PN_REASON_NONE },
    { "{}", PN_DENY, PN_SELF_TEST_UNREADABLE, PN_REASON_FIELD_TYPE },
    { WHO("user") "\"resource\":{\"kind\":\"doc\"},\"actions\":[]}", PN_DENY,
      PN_SELF_TEST_UNREADABLE, PN_REASON_FIELD_TYPE },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tearDown();
        setUp();
        pn_asm_self_test(&a, "good", rows[0].input, PN_ALLOW);
        pn_asm_self_test(&a, "this", rows[i].input, rows[i].outcome);
        struct pn_self_test_result r = run();
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].verdict, r.verdict, rows[i].input);
        if (r.verdict == PN_SELF_TEST_PASSED) continue;
        TEST_ASSERT_EQUAL_UINT16(1, r.test);
        TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("this"), pn_self_test_at(&policy, 1).name));
        if (rows[i].reason != PN_REASON_NONE) TEST_ASSERT_EQUAL(rows[i].reason, r.reason);
    }
}

static void test_what_it_came_to_is_told(void)
{
    pn_asm_self_test(&a, "t", rows[5].input, PN_ALLOW);
    struct pn_self_test_result r = run();
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("edit"), r.action));
    TEST_ASSERT_EQUAL(PN_DENY, r.outcome);
}

static void test_the_time_is_its_own(void)
{
    uint8_t *now = a.section[PN_POLICY_SECTION_SELF_TESTS].bytes + PN_SELF_TEST_NOW;

    pn_asm_self_test(&a, "t", rows[0].input, PN_ALLOW);
    pn_store64(now, 43199999);
    TEST_ASSERT_EQUAL(PN_SELF_TEST_PASSED, run().verdict);
    pn_store64(now, 43200000);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_wrap(&a)));
    TEST_ASSERT_EQUAL(PN_SELF_TEST_FAILED, pn_self_tests_run(&policy, room).verdict);
}

static void test_none_pass(void)
{
    TEST_ASSERT_EQUAL(PN_SELF_TEST_PASSED, run().verdict);
    TEST_ASSERT_EQUAL_UINT16(0, pn_self_test_count(&policy));
}

/* As many keys as fit: the places do not run out before the text does. */
static void test_the_room_is_enough(void)
{
    static char input[PN_POLICY_TEST_BYTES_MAX + 1];
    size_t len = strlen(rows[0].input) - 1;

    memcpy(input, rows[0].input, len);
    for (unsigned i = 0; len + 9 < sizeof input; i++) { /* keys "AA", "AB", ... */
        const char key[] = { ',', '"', (char)('A' + i / 26), (char)('A' + i % 26), '"', ':', '0' };
        memcpy(input + len, key, sizeof key);
        len += sizeof key;
    }
    input[len++] = '}';
    input[len] = 0;
    pn_asm_self_test(&a, "t", input, PN_ALLOW);
    TEST_ASSERT_EQUAL(PN_SELF_TEST_PASSED, run().verdict);
}

static void test_the_sample_passes(void)
{
    pn_sample_policy(&a);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_wrap(&a)));
    TEST_ASSERT_EQUAL_UINT16(1, pn_self_test_count(&policy));
    TEST_ASSERT_EQUAL(PN_SELF_TEST_PASSED, pn_self_tests_run(&policy, room).verdict);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_what_it_came_to_is_told);
    RUN_TEST(test_the_time_is_its_own);
    RUN_TEST(test_none_pass);
    RUN_TEST(test_the_room_is_enough);
    RUN_TEST(test_the_sample_passes);
    return UNITY_END();
}
