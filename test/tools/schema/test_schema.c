/* The schemas know the keys that the readers know, no more and no less.
 *
 * A reader that meets a key it does not know says which ones it knows; those are compared with the
 * properties of the schema. Who adds a key to a file adds it to tools/schema.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "test/tools/bundle/bundle_folder.h"
#include "tools/schema/schema_text.h"
#include "tools/suite/suite_doc.h"
#include "unity.h"
#include "yyjson.h"

static struct bundle_folder folder;

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

#define X         "qqqqqqqqqqqq: 1"
#define POLICY    "apiVersion: api.cerbos.dev/v1\n"
#define RESOURCE  POLICY "resourcePolicy: {resource: k, rules: ["
#define CONDITION "{actions: [a], effect: EFFECT_ALLOW, roles: [r], condition: "

struct row {
    const char *file, *text; /* with one unknown key */
    const char *schema;
    const char *properties; /* where the schema lists what may stand there */
};

static const struct row rows[] = {
    { "bundle.yaml", "name: t\n" X, "bundle", "/properties" },
    { "bundle.yaml", "name: t\ntargets: {" X "}", "bundle", "/properties/targets/properties" },
    { "bundle.yaml", "name: t\nself_tests: [{" X "}]", "bundle",
      "/properties/self_tests/items/properties" },
    { "identity.yaml", X, "identity", "/properties" },
    { "identity.yaml", "keys: [{" X "}]", "identity", "/properties/keys/items/properties" },
    { "identity.yaml", "certificates: [{" X "}]", "identity",
      "/properties/certificates/items/properties" },
    { "identity.yaml", "issuers: [{" X "}]", "identity", "/properties/issuers/items/properties" },
    { "identity.yaml", "issuers: [{issuer: i, audiences: [a], introspection: {" X "}}]", "identity",
      "/properties/issuers/items/properties/introspection/properties" },
    { "identity.yaml", "issuers: [{issuer: i, audiences: [a], claims: {" X "}}]", "identity",
      "/properties/issuers/items/properties/claims/properties" },
    { "identity.yaml", "attachments: [{" X "}]", "identity",
      "/properties/attachments/items/properties" },
    { "servers.yaml", X, "servers", "/properties" },
    { "servers.yaml", "servers: [{" X "}]", "servers", "/properties/servers/items/properties" },
    { "servers.yaml",
      "servers: [{name: s, url: 'http://192.0.2.1/', credential: {name: 'credential:x', " X "}}]",
      "servers", "/properties/servers/items/properties/credential/oneOf/1/properties" },
    { "servers.yaml",
      "servers: [{name: s, url: 'http://192.0.2.1/', assertion: {issuer: i, audience: a, " X "}}]",
      "servers", "/properties/servers/items/properties/assertion/properties" },
    { "servers.yaml",
      "servers: [{name: s, url: 'http://192.0.2.1/', credential_from: {client_id: c, " X "}}]",
      "servers", "/properties/servers/items/properties/credential_from/properties" },
    { "servers.yaml",
      "servers: [{name: s, url: 'http://192.0.2.1/', exchange: {client_id: c, " X "}}]", "servers",
      "/properties/servers/items/properties/exchange/properties" },
    { "policies/a.yaml", POLICY X, "policy", "/properties" },
    { "policies/a.yaml", POLICY "resourcePolicy: {" X "}", "policy",
      "/properties/resourcePolicy/properties" },
    { "policies/a.yaml", POLICY "derivedRoles: {" X "}", "policy",
      "/properties/derivedRoles/properties" },
    { "policies/a.yaml", POLICY "derivedRoles: {name: d, definitions: [{" X "}]}", "policy",
      "/properties/derivedRoles/properties/definitions/items/properties" },
    { "policies/a.yaml", POLICY "exportVariables: {" X "}", "policy",
      "/properties/exportVariables/properties" },
    { "policies/a.yaml", POLICY "exportConstants: {" X "}", "policy",
      "/properties/exportConstants/properties" },
    { "policies/a.yaml", POLICY "principalPolicy: {" X "}", "policy",
      "/properties/principalPolicy/properties" },
    { "policies/a.yaml", POLICY "principalPolicy: {principal: p, rules: [{" X "}]}", "policy",
      "/properties/principalPolicy/properties/rules/items/properties" },
    { "policies/a.yaml",
      POLICY "principalPolicy: {principal: p, rules: [{resource: k, actions: [{" X "}]}]}",
      "policy",
      "/properties/principalPolicy/properties/rules/items/properties/actions/items/properties" },
    { "policies/a.yaml", POLICY "rolePolicy: {" X "}", "policy",
      "/properties/rolePolicy/properties" },
    { "policies/a.yaml", POLICY "rolePolicy: {role: r, rules: [{" X "}]}", "policy",
      "/properties/rolePolicy/properties/rules/items/properties" },
    { "policies/a.yaml", POLICY "resourcePolicy: {resource: k, schemas: {" X "}}", "policy",
      "/properties/resourcePolicy/properties/schemas/properties" },
    { "policies/a.yaml",
      POLICY "resourcePolicy: {resource: k, schemas: {principalSchema: {" X "}}}", "policy",
      "/properties/resourcePolicy/properties/schemas/properties/principalSchema/properties" },
    { "policies/a.yaml", POLICY "resourcePolicy: {resource: k, variables: {" X "}}", "policy",
      "/definitions/variables/properties" },
    { "policies/a.yaml", POLICY "resourcePolicy: {resource: k, constants: {" X "}}", "policy",
      "/definitions/constants/properties" },
    { "policies/a.yaml", RESOURCE "{" X "}]}", "policy", "/definitions/rule/properties" },
    { "policies/a.yaml", RESOURCE CONDITION "{match: {" X "}}}]}", "policy",
      "/definitions/match/properties" },
    { "policies/a.yaml", RESOURCE CONDITION "{match: {any: {" X "}}}}]}", "policy",
      "/definitions/match/properties/any/properties" },
    { "policies/a.yaml",
      RESOURCE "{actions: [a], effect: EFFECT_DENY, roles: [r], output: {" X "}}]}", "policy",
      "/definitions/output/properties" },
    { "policies/a.yaml",
      RESOURCE "{actions: [a], effect: EFFECT_DENY, roles: [r], output: {when: {" X "}}}]}",
      "policy", "/definitions/output/properties/when/properties" },
};

#define SUITE "name: t\ntests: []\n"
#define TESTS "name: t\ntests: [{name: a, input: {actions: [a]}, expected: ["

static const struct row test_rows[] = {
    { NULL, SUITE X, "test", "/properties" },
    { NULL, SUITE "options: {" X "}", "test", "/definitions/options/properties" },
    { NULL, SUITE "principals: {p: {" X "}}", "test",
      "/definitions/principals/additionalProperties/properties" },
    { NULL, SUITE "resources: {p: {" X "}}", "test",
      "/definitions/resources/additionalProperties/properties" },
    { NULL, SUITE "auxData: {p: {" X "}}", "test",
      "/definitions/auxData/additionalProperties/properties" },
    { NULL, "name: t\ntests: [{" X "}]", "test", "/definitions/test/properties" },
    { NULL, "name: t\ntests: [{name: a, expected: [], input: {" X "}}]", "test",
      "/definitions/test/properties/input/properties" },
    { NULL, TESTS "{" X "}]}]", "test", "/definitions/test/properties/expected/items/properties" },
    { NULL, TESTS "{outputs: [{" X "}]}]}]", "test",
      "/definitions/test/properties/expected/items/properties/outputs/items/properties" },
};

static yyjson_doc *schema_of(const char *name)
{
    for (const struct schema_text *s = schema_texts; s->name != NULL; s++) {
        if (strcmp(s->name, name) == 0)
            return yyjson_read((const char *)s->text.at, s->text.len, 0);
    }
    TEST_FAIL_MESSAGE(name);
    return NULL;
}

/* Keys that are read and have no meaning: an editor need not offer them. */
static bool is_left_out(const char *key, size_t len)
{
    static const char *const keys[] = { "apis", "script" };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i]) == len && memcmp(keys[i], key, len) == 0) return true;
    }
    return false;
}

/* "unknown key 'qqq' in a rule; known here: name, actions, ..." */
static void compare(const struct row *row, const char *messages)
{
    const char *known = strstr(messages, "known here: ");
    yyjson_doc *doc = schema_of(row->schema);
    yyjson_val *properties = yyjson_ptr_get(yyjson_doc_get_root(doc), row->properties);
    size_t count = 0;

    TEST_ASSERT_NOT_NULL_MESSAGE(known, messages);
    TEST_ASSERT_TRUE_MESSAGE(yyjson_is_obj(properties), row->properties);
    for (const char *at = known + strlen("known here: "); *at != 0 && *at != '\n';) {
        size_t len = strcspn(at, ",\n");
        bool there = yyjson_obj_getn(properties, at, len) != NULL;
        char message[512];
        snprintf(message, sizeof message, "%s%s: %.*s is %s", row->schema, row->properties,
                 (int)len, at, there ? "there" : "missing");
        TEST_ASSERT_TRUE_MESSAGE(there != is_left_out(at, len), message);
        count += there;
        at += len + strspn(at + len, ", ");
    }
    TEST_ASSERT_EQUAL_MESSAGE(count, yyjson_obj_size(properties), row->properties);
    yyjson_doc_free(doc);
}

static void test_bundle_files(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bundle_folder_remove(&folder);
        bundle_folder_make(&folder);
        bundle_folder_write(&folder, rows[i].file, rows[i].text);
        TEST_ASSERT_FALSE_MESSAGE(bundle_folder_compile(&folder), rows[i].text);
        compare(&rows[i], bundle_folder_messages(&folder));
    }
}

static void test_tests(void)
{
    static char messages[4096];

    for (size_t i = 0; i < sizeof test_rows / sizeof test_rows[0]; i++) {
        struct diagnostics diagnostics = { 0 };
        FILE *out = fmemopen(messages, sizeof messages - 1, "w");
        char path[128];
        bundle_folder_write(&folder, "notes.txt", test_rows[i].text);
        snprintf(path, sizeof path, "%s/notes.txt", folder.path);
        (void)suite_read(&diagnostics.arena, &diagnostics, path);
        memset(messages, 0, sizeof messages);
        diag_print(&diagnostics, out);
        fclose(out);
        compare(&test_rows[i], messages);
        diag_free(&diagnostics);
    }
}

static void test_every_schema_is_json(void)
{
    size_t count = 0;

    for (const struct schema_text *s = schema_texts; s->name != NULL; s++, count++) {
        yyjson_doc *doc = schema_of(s->name);
        TEST_ASSERT_NOT_NULL_MESSAGE(doc, s->name);
        yyjson_val *root = yyjson_doc_get_root(doc);
        TEST_ASSERT_NOT_NULL(yyjson_obj_get(root, "description"));
        TEST_ASSERT_EQUAL_STRING("http://json-schema.org/draft-07/schema#",
                                 yyjson_get_str(yyjson_obj_get(root, "$schema")));
        yyjson_doc_free(doc);
    }
    TEST_ASSERT_EQUAL(7, count);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_bundle_files);
    RUN_TEST(test_tests);
    RUN_TEST(test_every_schema_is_json);
    return UNITY_END();
}
