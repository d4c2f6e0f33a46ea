/* What lint finds: for each name a bundle that has it and its twin that has not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test/tools/bundle/bundle_folder.h"
#include "tools/lint/lint.h"
#include "unity.h"
#include "yyjson.h"

static struct bundle_folder folder;
static struct lint lint;
static char tools_path[96]; /* beside the folder: "<folder>-tools.json" */

void setUp(void)
{
    bundle_folder_make(&folder);
    snprintf(tools_path, sizeof tools_path, "%s-tools.json", folder.path);
}

void tearDown(void)
{
    lint_free(&lint);
    unlink(tools_path);
    bundle_folder_remove(&folder);
}

/* What stands in policies/a.yaml before a row's rules: five lines. */
#define HEAD(resource) \
    "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: " resource "\n" \
    "  version: default\n  rules:\n"
#define RULE(effect, roles, condition) \
    "  - {actions: ['tools/call/a'], effect: EFFECT_" effect ", roles: [" roles "], " \
    "condition: {match: " condition "}}\n"
#define OUTPUT(effect, output) \
    "  - {actions: ['tools/call/a'], effect: EFFECT_" effect ", roles: [r], " \
    "output: {when: {ruleActivated: '" output "'}}}\n"

#define EDGE   "name: t\nmode: edge\nexpires: 30d\n"
#define CERBOS "name: t\nmode: cerbos54\nexpires: 30d\n"

struct row {
    const char *name;
    const char *place;   /* "FILE:LINE:COLUMN: SEVERITY" of the finding */
    const char *bundle;  /* bundle.yaml */
    const char *has;     /* policies/a.yaml that has it */
    const char *has_not; /* and that has not */
};

static const struct row rows[] = {
    { "build", "policies/a.yaml:6:100: error", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id =='}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id == \"x\"'}") },
    { "build-note", "policies/a.yaml:3:13: note", EDGE, HEAD("mcp:z"), HEAD("mcp:s") },

    { "deny-without-has", "policies/a.yaml:6:93: warning", CERBOS,
      HEAD("mcp:s") RULE("DENY", "r", "{expr: 'R.attr.arguments.n > 5'}"),
      HEAD("mcp:s")
          RULE("DENY", "r", "{expr: '!has(R.attr.arguments.n) || R.attr.arguments.n > 5'}") },
    { "deny-without-has", "policies/a.yaml:6:93: note", EDGE,
      HEAD("mcp:s") RULE("DENY", "r", "{expr: 'request.auxData.jwt.acr != \"mfa\"'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'request.auxData.jwt.acr != \"mfa\"'}") },
    { "deny-without-has", "policies/a.yaml:6:93: warning", CERBOS,
      HEAD("mcp:s") RULE("DENY", "r", "{expr: 'P.attr.team == R.id'}"),
      HEAD("mcp:s") RULE("DENY", "r", "{expr: 'R.attr.tool == R.id'}") },

    { "none-optional", "policies/a.yaml:6:107: warning", CERBOS,
      HEAD("mcp:s") RULE("ALLOW", "r", "{none: {of: [{expr: 'R.attr.arguments.f'}]}}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{any: {of: [{expr: 'R.attr.arguments.f'}]}}") },
    { "none-optional", "policies/a.yaml:6:107: note", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{none: {of: [{expr: 'R.attr.arguments.f'}]}}"),
      HEAD("mcp:s")
          RULE("ALLOW", "r",
               "{none: {of: [{expr: 'has(R.attr.arguments.f) && R.attr.arguments.f'}]}}") },

    { "allow-everyone", "policies/a.yaml:6:63: warning", EDGE,
      HEAD("mcp:s") "  - {actions: ['tools/call/a'], effect: EFFECT_ALLOW, roles: ['*']}\n",
      HEAD("mcp:s") "  - {actions: ['tools/call/a'], effect: EFFECT_DENY, roles: ['*']}\n" },
    { "allow-everyone", "policies/a.yaml:6:63: note", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "'*'", "{expr: 'R.id == \"x\"'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id == \"x\"'}") },

    /* A denial under fewer conditions, with wider actions, for all roles. */
    { "unreachable-rule", "policies/a.yaml:7:5: warning", EDGE,
      HEAD("mcp:s") "  - {actions: ['tools/call/*'], effect: EFFECT_DENY, roles: ['*'], "
                    "condition: {match: {expr: 'R.id == \"x\"'}}}\n" RULE(
                        "ALLOW", "r", "{expr: 'R.id == \"x\" && P.id == \"y\"'}"),
      HEAD("mcp:s") "  - {actions: ['tools/call/*'], effect: EFFECT_DENY, roles: ['*'], "
                    "condition: {match: {expr: 'R.id == \"x\"'}}}\n" RULE(
                        "ALLOW", "r", "{expr: 'R.id == \"z\" && P.id == \"y\"'}") },
    { "unreachable-rule", "policies/a.yaml:7:5: warning", CERBOS,
      HEAD("mcp:s") "  - {actions: ['**'], effect: EFFECT_DENY, roles: ['*']}\n"
                    "  - {actions: ['x:*'], effect: EFFECT_ALLOW, roles: [r]}\n",
      HEAD("mcp:s") "  - {actions: ['x:*'], effect: EFFECT_DENY, roles: ['*']}\n"
                    "  - {actions: ['x:**'], effect: EFFECT_ALLOW, roles: [r]}\n" },
    { "unreachable-rule", "policies/a.yaml:6:86: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: '1 > 2'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: '1 < 2'}") },
    { "unreachable-rule", "policies/a.yaml:7:5: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r, s",
                         "{any: {of: [{expr: 'R.id == \"x\"'}, "
                         "{expr: 'R.id == \"y\"'}]}}")
          RULE("ALLOW", "s", "{expr: 'R.id == \"y\"'}"),
      HEAD("mcp:s") RULE("ALLOW", "r, s",
                         "{any: {of: [{expr: 'R.id == \"x\"'}, "
                         "{expr: 'R.id == \"y\"'}]}}")
          RULE("ALLOW", "t", "{expr: 'R.id == \"y\"'}") },

    { "allow-and-deny", "policies/a.yaml:6:5: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id == \"x\"'}")
          RULE("DENY", "r", "{expr: 'R.id == \"x\"'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id == \"x\"'}")
          RULE("DENY", "r", "{expr: 'R.id != \"x\"'}") },
    { "allow-and-deny", "policies/a.yaml:6:5: warning", CERBOS,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id == \"x\"'}")
          RULE("DENY", "r", "{expr: 'R.id == \"x\"'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id == \"x\"'}")
          RULE("DENY", "s", "{expr: 'R.id == \"x\"'}") },

    { "literal-glob", "policies/a.yaml:6:16: warning", EDGE,
      HEAD("mcp:s") "  - {actions: ['get{a,b}'], effect: EFFECT_ALLOW, roles: [r]}\n",
      HEAD("mcp:s") "  - {actions: ['get{a,b}*'], effect: EFFECT_ALLOW, roles: [r]}\n" },
    { "role-pattern", "policies/a.yaml:6:50: warning", EDGE,
      HEAD("mcp:s") "  - {actions: [a], effect: EFFECT_ALLOW, roles: ['adm*']}\n",
      HEAD("mcp:s") "  - {actions: [a], effect: EFFECT_ALLOW, roles: [adm]}\n" },

    { "int-arithmetic", "policies/a.yaml:6:113: warning", CERBOS,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.n + 1 == 6'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.n + 1.0 == 6.0'}") },
    { "int-arithmetic", "policies/a.yaml:6:96: note", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: '1 - (R.attr.arguments.n * 2.0) == 6.0'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: '1 - int(R.attr.arguments.n) == 6'}") },

    { "regex-over-budget", "policies/a.yaml:6:107: error", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id.matches(\"a.{300}b\")'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id.matches(\"^a.{30}b\")'}") },

    { "step-up-terms", "policies/a.yaml:6:110: warning", EDGE,
      HEAD("mcp:s") OUTPUT("DENY", "{\"outcome\": \"step_up\", \"acr\": \"mfa\"}"),
      HEAD("mcp:s")
          OUTPUT("DENY", "{\"outcome\": \"step_up\", \"acr\": \"mfa\", \"ttl\": \"5m\"}") },
    { "step-up-terms", "policies/a.yaml:6:111: warning", EDGE,
      HEAD("mcp:s") OUTPUT("DENY", "{\"decision\": \"step_up\", \"ttl\": \"5m\"}"),
      HEAD("mcp:s") OUTPUT("DENY", "{\"decision\": \"deny\", \"reason\": \"no\"}") },
    { "redact-on-allow", "policies/a.yaml:6:111: warning", EDGE,
      HEAD("mcp:s") OUTPUT("ALLOW", "{\"outcome\": \"redact\", \"paths\": [\"arguments.x\"]}"),
      HEAD("mcp:s") OUTPUT("ALLOW", "{\"note\": \"redact\"}") },

    /* What the first lets through the second denies, which no predicate by itself tells. */
    { "shown-in-vain", "policies/a.yaml:6:16: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.n > 5'}")
          RULE("DENY", "r", "{expr: 'R.attr.arguments.n > 3'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.n > 5'}")
          RULE("DENY", "r", "{expr: 'R.attr.arguments.n > 7'}") },
    { "shown-in-vain", "policies/a.yaml:6:16: note", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r",
                         "{expr: 'R.attr.arguments.n in [1, 2] || R.attr.arguments.a || "
                         "R.attr.arguments.b || R.attr.arguments.c || R.attr.arguments.d || "
                         "R.attr.arguments.e || R.attr.arguments.f || R.attr.arguments.g || "
                         "R.attr.arguments.h || R.attr.arguments.i || R.attr.arguments.j || "
                         "R.attr.arguments.k || R.attr.arguments.l'}"),
      HEAD("mcp:s")
          RULE("ALLOW", "r", "{expr: 'R.attr.arguments.n in [1, 2] || R.attr.arguments.a'}") },
    { "contains-only", "policies/a.yaml:6:94: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.q.contains(\"select\")'}"),
      HEAD("mcp:s") RULE("ALLOW", "r",
                         "{expr: 'R.attr.arguments.q.contains(\"select\") && "
                         "size(R.attr.arguments.q) < 80'}") },
    { "contains-only", "policies/a.yaml:6:94: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.q.contains(\"select\")'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.tool.contains(\"select\")'}") },

    { "no-expiry", "bundle.yaml:1:1: warning", "name: t\n", HEAD("mcp:s"), NULL },

    { "kind-collision", "policies/a.yaml:3:13: warning", CERBOS, HEAD("mcp:pay-roll"),
      HEAD("mcp:pay_roll") },
    { "kind-collision", "policies/a.yaml:3:13: note", EDGE, HEAD("mcp:pay-roll"),
      HEAD("mcp:pay_roll") },

    { "unknown-tool", "policies/a.yaml:6:16: warning", EDGE,
      HEAD("mcp:s") "  - {actions: ['tools/call/aa'], effect: EFFECT_ALLOW, roles: [r]}\n",
      HEAD("mcp:s") "  - {actions: ['tools/call/a'], effect: EFFECT_ALLOW, roles: [r]}\n" },
    { "unknown-tool", "policies/a.yaml:6:16: warning", EDGE,
      HEAD("mcp:s") "  - {actions: ['tools/call/z*'], effect: EFFECT_ALLOW, roles: [r]}\n",
      HEAD("mcp:s") "  - {actions: ['tools/call/*', initialize], effect: EFFECT_ALLOW, roles: "
                    "[r]}\n" },
    { "tool-without-rule", "tools.json:2:11: note", EDGE,
      HEAD("mcp:s") "  - {actions: ['tools/call/b'], effect: EFFECT_ALLOW, roles: [r]}\n",
      HEAD("mcp:s") "  - {actions: ['tools/call/*'], effect: EFFECT_ALLOW, roles: [r]}\n" },
    { "unknown-argument", "policies/a.yaml:6:94: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.q == 1'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.n == 1'}") },
    { "unknown-argument", "policies/a.yaml:6:94: warning", EDGE,
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.deep.y == 1'}"),
      HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.attr.arguments.open.y == 1'}") },
};

/* Two tools; b takes whatever it is given. */
static const char manifest[] =
    "{\"result\": {\"tools\": [\n"
    " {\"name\": \"a\", \"inputSchema\": {\"type\": \"object\", \"properties\": {\n"
    "   \"n\": {\"type\": \"integer\"}, \"open\": {\"type\": \"object\"}, \"f\": {},\n"
    "   \"deep\": {\"type\": \"object\", \"properties\": {\"x\": {}}}}}},\n"
    " {\"name\": \"b\"}]}}\n";

static const char servers[] =
    "servers:\n"
    "  - {name: s, url: 'http://192.0.2.1/mcp', credential: 'credential:s'}\n"
    "  - {name: pay_roll, url: 'http://192.0.2.2/', credential: 'credential:p'}\n";

static void write_tools(const char *text)
{
    FILE *out = fopen(tools_path, "w");

    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0) abort();
}

static void run(const char *bundle, const char *policy)
{
    struct lint_tools_file tools = { "s=", tools_path };

    lint_free(&lint);
    write_tools(manifest);
    bundle_folder_write(&folder, "bundle.yaml", bundle);
    bundle_folder_write(&folder, "servers.yaml", servers);
    bundle_folder_write(&folder, "policies/a.yaml", policy);
    lint_bundle(&lint, folder.path, &tools, 1);
}

static const char *all_findings(void)
{
    static char text[16384];
    size_t len = 0;

    text[0] = 0;
    for (size_t i = 0; i < lint.findings.count && len < sizeof text - 1024; i++) {
        const struct lint_finding *f = &lint.findings.items[i];
        len +=
            (size_t)snprintf(text + len, 1024, "%s:%u:%u: %s: %s [%s]\n",
                             f->mark.file + strlen(folder.path) + 1, f->mark.line, f->mark.column,
                             lint_severity_text(f->severity), f->sentence, lint_name_text(f->name));
    }
    return text;
}

static const struct lint_finding *found(const char *name)
{
    for (size_t i = 0; i < lint.findings.count; i++) {
        if (strcmp(lint_name_text(lint.findings.items[i].name), name) == 0)
            return &lint.findings.items[i];
    }
    return NULL;
}

static bool is_at(const struct lint_finding *f, const char *place)
{
    char text[256];

    snprintf(text, sizeof text, "%s:%u:%u: %s", f->mark.file + strlen(folder.path) + 1,
             f->mark.line, f->mark.column, lint_severity_text(f->severity));
    return strcmp(text, place) == 0;
}

static void test_rows(void)
{
    char message[20000];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        run(row->bundle, row->has);
        snprintf(message, sizeof message, "row %zu, %s at %s; found:\n%s", i, row->name, row->place,
                 all_findings());
        TEST_ASSERT_NOT_NULL_MESSAGE(found(row->name), message);
        TEST_ASSERT_TRUE_MESSAGE(is_at(found(row->name), row->place), message);
        run(row->has_not != NULL ? row->bundle : EDGE,
            row->has_not != NULL ? row->has_not : row->has);
        snprintf(message, sizeof message, "row %zu, not %s; found:\n%s", i, row->name,
                 all_findings());
        TEST_ASSERT_NULL_MESSAGE(found(row->name), message);
    }
}

/* A name that no row has is a name that nobody has seen. */
static void test_every_name_has_a_row(void)
{
    for (enum lint_name name = 0; name < LINT_NAME_COUNT; name++) {
        bool seen = false;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            seen = seen || strcmp(rows[i].name, lint_name_text(name)) == 0;
        }
        TEST_ASSERT_TRUE_MESSAGE(seen, lint_name_text(name));
        TEST_ASSERT_GREATER_THAN(20, strlen(lint_name_sentence(name)));
    }
}

/* Variables count as what they stand for, and what a macro binds is no attribute. */
static void test_variables_and_macros(void)
{
    run(CERBOS,
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: mcp:s\n"
        "  variables:\n    local:\n"
        "      big: R.attr.arguments.n > 5\n"
        "      there: has(R.attr.arguments.l)\n"
        "      self: V.self\n"
        "  rules:\n" RULE("DENY", "r", "{expr: 'V.big'}")
            RULE("DENY", "s", "{expr: 'V.there && R.attr.arguments.l.exists(R, R.x == 1)'}"));
    const struct lint_finding *f = found("deny-without-has");
    TEST_ASSERT_NOT_NULL(f);
    TEST_ASSERT_TRUE_MESSAGE(is_at(f, "policies/a.yaml:6:12: warning"), all_findings());
    TEST_ASSERT_NULL(strstr(all_findings(), "R.x"));
    TEST_ASSERT_NULL(strstr(all_findings(), "without R.attr.arguments.l"));
}

/* The named finding stands for the error and for the note at its place. */
static void test_said_once(void)
{
    run(EDGE, HEAD("mcp:s") RULE("ALLOW", "r", "{expr: 'R.id.matches(\"a.{300}b\")'}"));
    TEST_ASSERT_NULL_MESSAGE(found("build"), all_findings());
    TEST_ASSERT_EQUAL(1, lint.counts[LINT_ERROR]);
    run(EDGE, HEAD("mcp:s") "  - {actions: ['get{a}'], effect: EFFECT_ALLOW, roles: ['a*']}\n");
    TEST_ASSERT_NULL(strstr(all_findings(), "roles are no patterns: this one"));
    TEST_ASSERT_EQUAL(2, lint.counts[LINT_WARNING]);
}

static void test_json(void)
{
    struct bytes out = { 0 };

    run(CERBOS, HEAD("mcp:s") RULE("DENY", "r", "{expr: 'R.attr.arguments.n > 5'}"));
    lint_write_json(&out, &lint);
    yyjson_doc *doc = yyjson_read((char *)out.at, out.len, 0);
    TEST_ASSERT_NOT_NULL(doc);
    yyjson_val *root = yyjson_doc_get_root(doc);
    TEST_ASSERT_EQUAL(lint.counts[LINT_WARNING], yyjson_get_int(yyjson_obj_get(root, "warnings")));
    yyjson_val *findings = yyjson_obj_get(root, "findings");
    TEST_ASSERT_EQUAL(lint.findings.count, yyjson_arr_size(findings));
    for (size_t i = 0; i < lint.findings.count; i++) {
        yyjson_val *one = yyjson_arr_get(findings, i);
        TEST_ASSERT_EQUAL_STRING(lint_name_text(lint.findings.items[i].name),
                                 yyjson_get_str(yyjson_obj_get(one, "name")));
        TEST_ASSERT_EQUAL(lint.findings.items[i].mark.line,
                          yyjson_get_int(yyjson_obj_get(one, "line")));
        TEST_ASSERT_NOT_NULL(yyjson_get_str(yyjson_obj_get(one, "sentence")));
    }
    yyjson_doc_free(doc);
    out.len = 0;
    lint_write_text(&out, &lint);
    TEST_ASSERT_NOT_NULL(memmem(out.at, out.len, " warning: ", 10));
    TEST_ASSERT_NOT_NULL(memmem(out.at, out.len, "[deny-without-has]\n", 19));
    bytes_free(&out);
}

static void test_what_cannot_be_read(void)
{
    struct lint_tools_file tools = { "s=", "/nowhere/tools.json" };

    lint_bundle(&lint, "/nowhere/at/all", &tools, 1);
    TEST_ASSERT_NOT_NULL(found("build"));
    TEST_ASSERT_NULL(found("no-expiry"));
    TEST_ASSERT_GREATER_THAN(1, lint.counts[LINT_ERROR]);
    run(EDGE, HEAD("mcp:s"));
    lint_free(&lint);
    write_tools("{\"tools\": 3}");
    tools.path = tools_path;
    lint_bundle(&lint, folder.path, &tools, 1);
    TEST_ASSERT_TRUE_MESSAGE(is_at(found("build"), "tools.json:1:1: error"), all_findings());
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_every_name_has_a_row);
    RUN_TEST(test_variables_and_macros);
    RUN_TEST(test_said_once);
    RUN_TEST(test_json);
    RUN_TEST(test_what_cannot_be_read);
    return UNITY_END();
}
