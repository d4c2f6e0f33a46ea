/* The policy that a command was given, and what decisions by it are called.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/decision_words.h"
#include "tools/print_bytes.h"
#include "unity.h"

static struct arena arena;
static struct diagnostics diagnostics;
static struct policy_source source;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
    diag_free(&diagnostics);
}

static enum policy_load load(const char *below)
{
    return policy_load("test", arena_format(&arena, "%s/%s", PN_SOURCE_DIR, below), &arena,
                       &diagnostics, &source);
}

static void test_folder(void)
{
    struct pn_policy policy;

    TEST_ASSERT_EQUAL(POLICY_LOADED, load("policy/examples/support-desk"));
    TEST_ASSERT_TRUE(source.is_folder);
    TEST_ASSERT_EQUAL(0, source.sealed.len);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, source.body));
}

static void test_body_file(void)
{
    char path[] = "/tmp/postern-load-XXXXXX";
    int file = mkstemp(path);

    TEST_ASSERT_EQUAL(5, write(file, "bytes", 5));
    close(file);
    TEST_ASSERT_EQUAL(POLICY_LOADED, policy_load("test", path, &arena, &diagnostics, &source));
    unlink(path);
    TEST_ASSERT_FALSE(source.is_folder);
    TEST_ASSERT_TRUE(text_is(source.body, "bytes"));
}

static void test_failures(void)
{
    TEST_ASSERT_EQUAL(POLICY_UNREADABLE, load("policy/examples/no-such-bundle"));
}

/* Their rules are the same, the mode is Cerbos's. */
static void test_cerbos_folder(void)
{
    struct pn_policy policy;

    TEST_ASSERT_EQUAL(POLICY_LOADED, load("policy/examples/support-desk/policies"));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, source.body));
    TEST_ASSERT_EQUAL(PN_MODE_CERBOS54, policy.mode);
    TEST_ASSERT_EQUAL(0, diagnostics.error_count);
    TEST_ASSERT_NOT_NULL(strstr(diagnostics.list.items[0].message, "mode cerbos54"));
}

/* A file whose content is no policy, in a folder of its own. */
static void test_broken_folder(void)
{
    char folder[] = "/tmp/postern-load-XXXXXX";

    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    const char *path = arena_format(&arena, "%s/a.yaml", folder);
    FILE *file = fopen(path, "w");
    fputs("resourcePolicy: [", file);
    fclose(file);
    TEST_ASSERT_EQUAL(POLICY_WRONG, policy_load("test", folder, &arena, &diagnostics, &source));
    TEST_ASSERT_EQUAL(1, diagnostics.error_count);
    unlink(path);
    rmdir(folder);
}

static void test_words(void)
{
    enum pn_outcome outcome = PN_DENY;

    for (enum pn_outcome o = PN_DENY; o <= PN_ALLOW; o++) {
        const char *word = outcome_word(o);
        TEST_ASSERT_TRUE(outcome_of_word(pn_slice(word, strlen(word)), &outcome));
        TEST_ASSERT_EQUAL(o, outcome);
    }
    TEST_ASSERT_FALSE(outcome_of_word(PN_SLICE("denied"), &outcome));
    TEST_ASSERT_EQUAL_STRING("EFFECT_DENY", effect_word(PN_STEP_UP));
    TEST_ASSERT_EQUAL_STRING("EFFECT_ALLOW", effect_word(PN_REDACT));
}

static void test_print(void)
{
    struct bytes out = { 0 };

    print_bytes(&out, "%d ", 7);
    print_json(&out, "is ", PN_SLICE("a\"b"));
    print_json_words(&out, ", ", "c");
    TEST_ASSERT_TRUE(text_is(bytes_slice(&out), "7 is \"a\\\"b\", \"c\""));
    bytes_free(&out);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_folder);
    RUN_TEST(test_body_file);
    RUN_TEST(test_failures);
    RUN_TEST(test_cerbos_folder);
    RUN_TEST(test_broken_folder);
    RUN_TEST(test_words);
    RUN_TEST(test_print);
    return UNITY_END();
}
