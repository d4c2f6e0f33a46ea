/* What bundle.yaml sets about deciding: mode, globals, versions, scopes; and policies in either
 * spelling, switched off or on.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/bundle/bundle_folder.h"
#include "tools/policy_check.h"
#include "unity.h"

static struct bundle_folder folder;
static struct arena arena;
static struct bytes answer;

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
    arena_free(&arena);
    bytes_free(&answer);
}

#define API "apiVersion: api.cerbos.dev/v1\n"

static void compile(const char *settings)
{
    char text[512];

    snprintf(text, sizeof text, "name: x\n%s", settings);
    bundle_folder_write(&folder, "bundle.yaml", text);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
}

/* Is "view" of kind doc allowed to a user, given the rest of the resource? */
static bool allows(const char *resource)
{
    struct policy_question question = { .now_ms = 0 };
    char request[512];

    snprintf(request, sizeof request,
             "{\"principal\":{\"id\":\"a\",\"roles\":[\"user\",\"admin\"]},\"resource\":{\"kind\":"
             "\"doc\",\"id\":\"1\"%s},\"actions\":[\"view\"]}",
             resource);
    bytes_free(&answer);
    const char *error = policy_check(&arena, bytes_slice(&folder.body),
                                     pn_slice(request, strlen(request)), &question, &answer);
    TEST_ASSERT_NULL_MESSAGE(error, error);
    bytes_append_u8(&answer, 0);
    return strstr((const char *)answer.at, "\"view\":\"EFFECT_ALLOW\"") != NULL;
}

/* An allow for one role and a denial for another. */
static void test_modes(void)
{
    bundle_folder_write(&folder, "policies/a.yaml",
                        API "resourcePolicy: {resource: doc, rules: [{actions: [view], effect: "
                            "EFFECT_DENY, roles: [user]}, {actions: [view], effect: EFFECT_ALLOW, "
                            "roles: [admin]}]}\n");
    compile("");
    TEST_ASSERT_FALSE(allows(""));
    TEST_ASSERT_NOT_NULL(strstr((const char *)answer.at, "\"mode\":\"edge\""));
    compile("mode: edge\n");
    TEST_ASSERT_FALSE(allows(""));
    compile("mode: cerbos54\n");
    TEST_ASSERT_TRUE(allows(""));
    TEST_ASSERT_NOT_NULL(strstr((const char *)answer.at, "\"mode\":\"cerbos54\""));
}

static void test_globals(void)
{
    static const char *const modes[] = { "edge", "cerbos54" };
    char settings[256];

    bundle_folder_write(
        &folder, "policies/a.yaml",
        API
        "resourcePolicy: {resource: doc, rules: [{actions: [view], effect: EFFECT_ALLOW, roles: "
        "['*'], condition: {match: {expr: 'G.env == \"test\" && globals.limits.max == 5 && "
        "R.attr.x in G.list && !G.off'}}}]}\n");
    for (int i = 0; i < 2; i++) {
        snprintf(settings, sizeof settings,
                 "mode: %s\nglobals: {env: test, limits: {max: 5}, list: [1, 2], off: false}\n",
                 modes[i]);
        compile(settings);
        TEST_ASSERT_TRUE(allows(",\"attr\":{\"x\":2}"));
        TEST_ASSERT_FALSE(allows(",\"attr\":{\"x\":3}"));
    }
    bundle_folder_write(&folder, "bundle.yaml", "name: x\nglobals: {other: 1}\n");
    TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
    TEST_ASSERT_NOT_NULL(strstr(bundle_folder_messages(&folder), "env"));
}

/* Version v2 allows, the default denies; and so the scope acme, and the one at the top. */
static void write_places(void)
{
#define RULES(effect) "rules: [{actions: [view], effect: EFFECT_" effect ", roles: ['*']}]"
    bundle_folder_write(&folder, "policies/a.yaml",
                        API
                        "resourcePolicy: {resource: doc, version: default, " RULES("DENY") "}\n");
    bundle_folder_write(&folder, "policies/b.yaml",
                        API "resourcePolicy: {resource: doc, version: v2, " RULES("ALLOW") "}\n");
    bundle_folder_write(
        &folder, "policies/c.json",
        "{\"apiVersion\": \"api.cerbos.dev/v1\", \"resourcePolicy\": {\"resource\": "
        "\"doc\", \"version\": \"default\", \"scope\": \"acme\", \"rules\": [{"
        "\"actions\": [\"view\"], \"effect\": \"EFFECT_ALLOW\", \"roles\": [\"*\"]}]}}");
}

static void test_versions_and_scopes(void)
{
    write_places();
    for (int cerbos = 0; cerbos < 2; cerbos++) {
        compile(cerbos ? "mode: cerbos54\n" : "");
        TEST_ASSERT_FALSE(allows(""));
        TEST_ASSERT_TRUE(allows(",\"policyVersion\":\"v2\""));
        TEST_ASSERT_FALSE(allows(",\"policyVersion\":\"v3\""));
        TEST_ASSERT_TRUE(allows(",\"scope\":\"acme\""));
        TEST_ASSERT_FALSE(allows(",\"scope\":\"acme.hr\""));
        TEST_ASSERT_FALSE(allows(",\"scope\":\".\""));
    }
}

static void test_defaults(void)
{
    write_places();
    for (int cerbos = 0; cerbos < 2; cerbos++) {
        char settings[128];
        const char *mode = cerbos ? "mode: cerbos54\n" : "";
        snprintf(settings, sizeof settings, "%sdefault_policy_version: v2\n", mode);
        compile(settings);
        TEST_ASSERT_TRUE(allows(""));
        TEST_ASSERT_FALSE(allows(",\"policyVersion\":\"default\""));
        snprintf(settings, sizeof settings, "%sdefault_scope: acme\n", mode);
        compile(settings);
        TEST_ASSERT_TRUE(allows(""));
        TEST_ASSERT_FALSE(allows(",\"scope\":\".\""));
        snprintf(settings, sizeof settings, "%slenient_scope_search: true\n", mode);
        compile(settings);
        TEST_ASSERT_TRUE(allows(",\"scope\":\"acme.hr.x\""));
        TEST_ASSERT_FALSE(allows(",\"scope\":\"beta\""));
    }
}

/* Without its default version a policy that is switched off leaves nothing to find. */
static void test_disabled(void)
{
    bundle_folder_write(&folder, "policies/d.yml",
                        API
                        "disabled: true\nresourcePolicy: {resource: doc, " RULES("ALLOW") "}\n");
    compile("");
    TEST_ASSERT_FALSE(allows(""));
    bundle_folder_write(&folder, "policies/a.yaml",
                        API "resourcePolicy: {resource: doc, " RULES("DENY") "}\n");
    compile("");
    TEST_ASSERT_FALSE(allows(""));
    bundle_folder_write(&folder, "policies/d.yml",
                        API
                        "disabled: false\nresourcePolicy: {resource: doc, " RULES("ALLOW") "}\n");
    TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
    TEST_ASSERT_NOT_NULL(
        strstr(bundle_folder_messages(&folder), "policies/a.yaml:2 has resourcePolicy for 'doc'"));
}

/* In mode cerbos54 two kinds that Cerbos would not tell apart are one. */
static void test_kinds_that_meet(void)
{
    bundle_folder_write(&folder, "policies/a.yaml",
                        API "resourcePolicy: {resource: 'a:b', " RULES("ALLOW") "}\n");
    bundle_folder_write(&folder, "policies/b.yaml",
                        API "resourcePolicy: {resource: a_b, " RULES("ALLOW") "}\n");
    compile("");
    bundle_folder_write(&folder, "bundle.yaml", "name: x\nmode: cerbos54\n");
    TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
    TEST_ASSERT_NOT_NULL(strstr(bundle_folder_messages(&folder), "has resourcePolicy for 'a:b'"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_modes);
    RUN_TEST(test_globals);
    RUN_TEST(test_versions_and_scopes);
    RUN_TEST(test_defaults);
    RUN_TEST(test_disabled);
    RUN_TEST(test_kinds_that_meet);
    return UNITY_END();
}
