/* JSON Schemas of a bundle: what values pass, what is told of those that do not, what is refused.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "policy/check_input.h"
#include "policy/schema.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

enum { FAILURES_MAX = 16 };

static struct bundle_folder folder;
static struct pn_policy policy;
static struct pn_check_input input;
static struct pn_policy_scratch scratch;
static struct pn_decision decision;
static struct pn_json_key places[512];
static struct pn_json_keys keys;
static char *request;
static const char *told; /* "path:keyword" of each failure, with a space between */

void setUp(void)
{
    const uint8_t seed[16] = { 1 };

    pn_json_keys_init(&keys, places, 512, seed);
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "bundle.yaml", "name: x\nschema_enforcement: reject\n");
    bundle_folder_write(
        &folder, "policies/a.yaml",
        "apiVersion: api.cerbos.dev/v1\n"
        "resourcePolicy:\n"
        "  resource: doc\n"
        "  version: default\n"
        "  schemas:\n"
        "    resourceSchema: {ref: cerbos:///r.json, ignoreWhen: {actions: [skip]}}\n"
        "  rules:\n"
        "    - {actions: ['*'], effect: EFFECT_ALLOW, roles: ['*']}\n");
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
    free(request);
    request = NULL;
}

static bool build(const char *schema)
{
    bundle_folder_write(&folder, "policies/_schemas/r.json", schema);
    if (!bundle_folder_compile(&folder)) return false;
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    return true;
}

static void ask(const char *action, const char *attributes)
{
    static const char form[] = "{\"principal\":{\"id\":\"u\",\"roles\":[\"r\"],\"attr\":{}},"
                               "\"resource\":{\"kind\":\"doc\",\"id\":\"1\",\"attr\":%s},"
                               "\"actions\":[\"%s\"]}";
    size_t len = sizeof form + strlen(attributes) + strlen(action);

    free(request);
    request = malloc(len);
    snprintf(request, len, form, attributes, action);
    TEST_ASSERT_EQUAL_MESSAGE(
        PN_DONE, pn_check_input_read(&input, &policy, &keys, pn_slice(request, strlen(request))),
        request);
}

/* As in the gateway, where nobody has all attributes as one text. */
static void take_apart(void)
{
    for (uint16_t i = 0; i < policy.slot_count; i++) {
        struct pn_slice path = pn_policy_slot_path(&policy, i);
        if (pn_slice_equal(path, PN_SLICE("R.attr"))) input.slots[i] = pn_value_of(PN_ABSENT);
    }
}

static bool check(void)
{
    static struct pn_schema_failure failures[FAILURES_MAX];
    static uint8_t paths[1024];
    static char words[1024];
    struct pn_schema_report report = { .failures = failures,
                                       .max = FAILURES_MAX,
                                       .text = pn_writer(paths, sizeof paths) };
    const struct pn_facts *facts = pn_check_input_facts(&input, &policy, 0, 0);
    const uint8_t *binding = pn_schema_binding(&policy, facts, &scratch);
    size_t len = 0;

    TEST_ASSERT_NOT_NULL(binding);
    bool good = pn_schema_check(&policy, facts, binding, PN_SIDE_RESOURCE, &report);
    TEST_ASSERT_EQUAL(good, report.total == 0);
    words[0] = 0;
    for (uint16_t i = 0; i < report.count; i++) {
        struct pn_slice keyword = pn_schema_keyword(failures[i].op);
        len += (size_t)snprintf(words + len, sizeof words - len, "%s%.*s:%.*s", i > 0 ? " " : "",
                                SLICE_ARGS(failures[i].path), SLICE_ARGS(keyword));
    }
    told = words;
    return good;
}

/* --- what passes --- */

struct row {
    const char *schema, *value, *told; /* "": it passes */
};

/* Each row's schema is asked about attribute `v`. */
static const struct row rows[] = {
    { "true", "1", "" },
    { "false", "1", "/v:false" },
    { "{}", "[1,{\"a\":null}]", "" },

    { "{\"type\":\"null\"}", "null", "" },
    { "{\"type\":\"null\"}", "0", "/v:type" },
    { "{\"type\":\"boolean\"}", "false", "" },
    { "{\"type\":\"boolean\"}", "\"false\"", "/v:type" },
    { "{\"type\":\"integer\"}", "7", "" },
    { "{\"type\":\"integer\"}", "7.0", "" },
    { "{\"type\":\"integer\"}", "7e2", "" },
    { "{\"type\":\"integer\"}", "1e300", "" },
    { "{\"type\":\"integer\"}", "7.5", "/v:type" },
    { "{\"type\":\"integer\"}", "\"7\"", "/v:type" },
    { "{\"type\":\"number\"}", "7.5", "" },
    { "{\"type\":\"string\"}", "\"\"", "" },
    { "{\"type\":\"array\"}", "[]", "" },
    { "{\"type\":\"array\"}", "{}", "/v:type" },
    { "{\"type\":\"object\"}", "{}", "" },
    { "{\"type\":[\"integer\",\"null\"]}", "null", "" },
    { "{\"type\":[\"integer\",\"null\"]}", "true", "/v:type" },
    /* Where the type is wrong nothing else is asked. */
    { "{\"type\":\"string\",\"enum\":[\"a\"]}", "1", "/v:type" },
    /* A number that nobody can hold exactly is wrong, whatever is asked. */
    { "{\"type\":\"number\"}", "99999999999999999999", "/v:cannot be judged" },

    { "{\"const\":5}", "5.0", "" },
    { "{\"const\":5}", "\"5\"", "/v:const" },
    { "{\"const\":null}", "null", "" },
    { "{\"const\":null}", "false", "/v:const" },
    { "{\"enum\":[\"a\",2.5,true]}", "2.5", "" },
    { "{\"enum\":[\"a\",2.5,true]}", "\"\\u0061\"", "" },
    { "{\"enum\":[\"a\",2.5,true]}", "false", "/v:enum" },
    { "{\"enum\":[\"a\",2.5,true]}", "[2.5]", "/v:enum" },

    { "{\"minLength\":2}", "\"\\u00e9\\u00e9\"", "" },
    { "{\"minLength\":2}", "\"\xF0\x9F\x98\x80\"", "/v:minLength" },
    { "{\"maxLength\":2}", "\"abc\"", "/v:maxLength" },
    { "{\"maxLength\":2}", "12345", "" },
    { "{\"pattern\":\"^[a-z]+$\"}", "\"abc\"", "" },
    { "{\"pattern\":\"^[a-z]+$\"}", "\"ab\\u0031\"", "/v:pattern" },
    { "{\"pattern\":\"b\"}", "\"abc\"", "" },

    { "{\"minimum\":0}", "0", "" },
    { "{\"minimum\":0}", "-0.5", "/v:minimum" },
    { "{\"maximum\":9007199254740993}", "9007199254740993", "" },
    { "{\"maximum\":9007199254740992}", "9007199254740993", "/v:maximum" },
    { "{\"exclusiveMinimum\":1}", "1", "/v:exclusiveMinimum" },
    { "{\"exclusiveMaximum\":1}", "1.0", "/v:exclusiveMaximum" },
    { "{\"exclusiveMaximum\":1}", "0.9", "" },
    { "{\"minimum\":0}", "\"-1\"", "" },

    { "{\"multipleOf\":3}", "9", "" },
    { "{\"multipleOf\":3}", "-10", "/v:multipleOf" },
    { "{\"multipleOf\":0.1}", "0.7", "" },
    { "{\"multipleOf\":0.1}", "0.75", "/v:multipleOf" },
    { "{\"multipleOf\":0.01}", "19.99", "" },
    { "{\"multipleOf\":0.01}", "12", "" },
    { "{\"multipleOf\":2.5}", "7.5", "" },
    { "{\"multipleOf\":2.5}", "8", "/v:multipleOf" },
    { "{\"multipleOf\":8}", "1e300", "" }, /* the double, not the decimal */
    { "{\"multipleOf\":7}", "1e300", "/v:multipleOf" },
    { "{\"multipleOf\":7}", "9223372036854775807", "" },
    { "{\"multipleOf\":3}", "9223372036854775807", "/v:multipleOf" },
    { "{\"multipleOf\":0.5}", "9007199254740993", "" },

    { "{\"minItems\":2}", "[1]", "/v:minItems" },
    { "{\"maxItems\":2}", "[1,[2,2],3]", "/v:maxItems" },
    { "{\"items\":{\"type\":\"string\"}}", "[\"a\",1,\"b\",null]", "/v/1:type /v/3:type" },
    { "{\"items\":false}", "[]", "" },
    { "{\"items\":false}", "[0]", "/v/0:false" },
    { "{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"number\"}]}", "[\"a\",\"b\",\"c\"]",
      "/v/1:type" },
    { "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"null\"}}", "[\"a\",null,1]",
      "/v/2:type" },
    { "{\"uniqueItems\":true,\"maxItems\":9,\"items\":{\"type\":[\"string\",\"number\"]}}",
      "[1,\"1\",2]", "" },
    { "{\"uniqueItems\":true,\"maxItems\":9,\"items\":{\"type\":[\"string\",\"number\"]}}",
      "[1,\"x\",1.0]", "/v:uniqueItems" },
    { "{\"uniqueItems\":true,\"maxItems\":9,\"items\":{\"enum\":[\"x\"]}}", "[\"x\",\"\\u0078\"]",
      "/v:uniqueItems" },

    { "{\"required\":[\"a\",\"b\"]}", "{\"b\":1,\"\\u0061\":null}", "" },
    { "{\"required\":[\"a\",\"b\"]}", "{\"A\":1,\"b\":1}", "/v:required" },
    { "{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"b\":1}", "" },
    { "{\"properties\":{\"a~b/c\":{\"type\":\"string\"}}}", "{\"a~b/c\":1}", "/v/a~0b~1c:type" },
    { "{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1}", "" },
    { "{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1,\"c\":1}",
      "/v:additionalProperties" },
    { "{\"additionalProperties\":{\"type\":\"string\"}}", "{\"a\":\"\",\"c\":1}", "/v/c:type" },
    { "{\"minProperties\":1}", "{}", "/v:minProperties" },
    { "{\"maxProperties\":1}", "{\"a\":1,\"b\":2}", "/v:maxProperties" },
    { "{\"properties\":{\"a\":{\"items\":{\"required\":[\"x\"]}}}}", "{\"a\":[{\"x\":1},{}]}",
      "/v/a/1:required" },

    { "{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "4", "/v:maximum" },
    { "{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":5}]}", "7", "" },
    { "{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":5}]}", "1", "/v:type /v:minimum" },
    { "{\"oneOf\":[{\"minimum\":3},{\"maximum\":5}]}", "7", "" },
    { "{\"oneOf\":[{\"minimum\":3},{\"maximum\":5}]}", "4", "/v:oneOf" },
    { "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "4", "/v:type /v:type" },
    { "{\"not\":{\"type\":\"string\"}}", "\"a\"", "/v:not" },
    { "{\"not\":{\"required\":[\"a\"]}}", "{\"b\":1}", "" },
    { "{\"$ref\":\"#/$defs/d\"}", "1", "/v:type" },
    { "{\"items\":{\"$ref\":\"#/$defs/d\"},\"maxItems\":1}", "[\"a\",2]", "/v:maxItems /v/1:type" },

    { "{\"format\":\"date\"}", "\"2024-02-29\"", "" },
    { "{\"format\":\"date\"}", "\"2023-02-29\"", "/v:format" },
    { "{\"format\":\"date\"}", "\"1900-02-29\"", "/v:format" },
    { "{\"format\":\"date\"}", "\"2000-02-29\"", "" },
    { "{\"format\":\"date\"}", "20240229", "" },
    { "{\"format\":\"date-time\"}", "\"2024-12-31T23:59:59.5+01:00\"", "" },
    { "{\"format\":\"date-time\"}", "\"2024-12-31 23:59:59Z\"", "/v:format" },
    { "{\"format\":\"time\"}", "\"24:00:00Z\"", "/v:format" },
    { "{\"format\":\"uuid\"}", "\"123e4567-e89b-12d3-a456-42661417400\"", "/v:format" },
    { "{\"format\":\"ipv4\"}", "\"10.0.0.255\"", "" },
    { "{\"format\":\"ipv4\"}", "\"10.0.0.256\"", "/v:format" },
};

static void test_values(void)
{
    char schema[1024], attributes[512];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(schema, sizeof schema,
                 "{\"properties\":{\"v\":%s},\"$defs\":{\"d\":{\"type\":\"string\"}}}",
                 rows[i].schema);
        snprintf(attributes, sizeof attributes, "{\"w\":1,\"v\":%s}", rows[i].value);
        TEST_ASSERT_TRUE_MESSAGE(build(schema), bundle_folder_messages(&folder));
        for (int apart = 0; apart < 2; apart++) {
            ask("view", attributes);
            if (apart) take_apart();
            TEST_ASSERT_EQUAL_MESSAGE(rows[i].told[0] == 0, check(), schema);
            TEST_ASSERT_EQUAL_STRING_MESSAGE(rows[i].told, told, schema);
        }
    }
}

/* What a schema says of all attributes together. */
static void test_attributes_that_come_one_by_one(void)
{
    TEST_ASSERT_TRUE_MESSAGE(
        build("{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"additionalProperties\":false,"
              "\"allOf\":[{\"properties\":{\"c\":{\"type\":\"string\"}}}]}"),
        bundle_folder_messages(&folder));
    ask("view", "{\"a\":1,\"c\":2}");
    TEST_ASSERT_FALSE(check());
    TEST_ASSERT_EQUAL_STRING("/c:type :additionalProperties :required", told);
    ask("view", "{\"a\":1,\"c\":2}");
    take_apart(); /* then nothing is known of others */
    TEST_ASSERT_FALSE(check());
    TEST_ASSERT_EQUAL_STRING("/c:type :required", told);
    ask("view", "{\"a\":1,\"b\":null}");
    take_apart();
    TEST_ASSERT_TRUE(check());
}

/* --- deciding --- */

#define CAP "{\"properties\":{\"arguments\":{\"properties\":{\"amount\":{\"maximum\":50}}}}}"

static void decide(void)
{
    pn_policy_decide(&policy, pn_check_input_facts(&input, &policy, 0, 0), &scratch, &decision);
}

static void test_a_rejected_call_is_denied_and_told_why(void)
{
    TEST_ASSERT_TRUE_MESSAGE(build(CAP), bundle_folder_messages(&folder));
    ask("view", "{\"arguments\":{\"amount\":51}}");
    decide();
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
    TEST_ASSERT_EQUAL(PN_WHY_SCHEMA, decision.why);
    TEST_ASSERT_EQUAL(PN_NONE16, decision.rule);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("R.attr/arguments/amount: maximum"), decision.reason));
    ask("view", "{\"arguments\":{\"amount\":50}}");
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    ask("skip", "{\"arguments\":{\"amount\":51}}");
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    ask("skipped", "{\"arguments\":{\"amount\":51}}");
    decide();
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
}

static void test_a_warning_changes_nothing(void)
{
    bundle_folder_write(&folder, "bundle.yaml", "name: x\nschema_enforcement: warn\n");
    TEST_ASSERT_TRUE_MESSAGE(build(CAP), bundle_folder_messages(&folder));
    ask("view", "{\"arguments\":{\"amount\":51}}");
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    TEST_ASSERT_TRUE(
        pn_slice_equal(PN_SLICE("R.attr/arguments/amount: maximum"), decision.warning));
    TEST_ASSERT_FALSE(check());
    ask("view", "{\"arguments\":{\"amount\":50}}");
    decide();
    TEST_ASSERT_EQUAL(0, decision.warning.len);
}

static void test_arguments_that_are_not_known_yet_pass(void)
{
    TEST_ASSERT_TRUE_MESSAGE(build(CAP), bundle_folder_messages(&folder));
    ask("view", "{\"phase\":\"list\",\"arguments\":{\"amount\":51}}");
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
}

/* A path that does not fit is cut; the keyword is told all the same. */
static void test_a_long_path_is_cut(void)
{
    static char attributes[4096];
    static char name[1000];

    memset(name, 'n', sizeof name - 1);
    TEST_ASSERT_TRUE(build("{\"properties\":{\"a\":{\"additionalProperties\":{\"const\":1}}}}"));
    snprintf(attributes, sizeof attributes, "{\"a\":{\"%s\":2}}", name);
    ask("view", attributes);
    decide();
    TEST_ASSERT_EQUAL(PN_WHY_SCHEMA, decision.why);
    TEST_ASSERT_TRUE(decision.reason.len <= PN_POLICY_SCHEMA_TEXT_MAX);
    TEST_ASSERT_TRUE(pn_slice_begins(decision.reason, PN_SLICE("R.attr/a")));
    TEST_ASSERT_TRUE(decision.reason.len > 7);
    TEST_ASSERT_EQUAL_MEMORY(": const", decision.reason.at + decision.reason.len - 7, 7);
}

/* Steps are bounded: what is too much to look at is not as it should be. */
static void test_too_much_to_look_at_is_wrong(void)
{
    static char deep[4096], attributes[200000];
    size_t len = 1;

    /* Each level asks the one below three times, 59,049 times in all. */
    snprintf(
        deep, sizeof deep,
        "{\"properties\":{\"v\":{\"$ref\":\"#/$defs/a9\"}},\"$defs\":{\"a0\":{\"not\":{\"const\":1}}");
    for (int i = 1; i < 10; i++) {
        snprintf(
            deep + strlen(deep), sizeof deep - strlen(deep),
            ",\"a%d\":{\"allOf\":[{\"$ref\":\"#/$defs/a%d\"},{\"$ref\":\"#/$defs/a%d\"},{\"$ref\":"
            "\"#/$defs/a%d\"}]}",
            i, i - 1, i - 1, i - 1);
    }
    snprintf(deep + strlen(deep), sizeof deep - strlen(deep), "}}");
    TEST_ASSERT_FALSE(build(deep)); /* and by one level too deep */
    *strstr(deep, "a9\"}}") = 'b';
    TEST_ASSERT_FALSE(build(deep));
    memcpy(strstr(deep, "b9\"}}"), "a7", 2);
    TEST_ASSERT_TRUE_MESSAGE(build(deep), bundle_folder_messages(&folder));
    ask("view", "{\"v\":2}");
    TEST_ASSERT_TRUE(check());
    attributes[0] = 0;
    snprintf(attributes, sizeof attributes, "{\"v\":\"");
    len = strlen(attributes);
    memset(attributes + len, 'x', 100000);
    snprintf(attributes + len + 100000, 16, "\"}");
    ask("view", attributes);
    TEST_ASSERT_FALSE(check());
    TEST_ASSERT_NOT_NULL(strstr(told, "/v:cannot be judged"));
}

/* --- what is refused --- */

static const struct row refusals[] = {
    { "{\"if\":{}}", "", "r.json:1:2: error: not supported: the keyword 'if'" },
    { "{\"patternProperties\":{}}", "", "the keyword 'patternProperties'" },
    { "{\"unevaluatedProperties\":false}", "", "the keyword 'unevaluatedProperties'" },
    { "{\"contains\":{}}", "", "the keyword 'contains'" },
    { "{\"requird\":[]}", "", "the keyword 'requird'; did you mean 'required'?" },
    { "{\n \"type\": \"text\"}", "", "r.json:2:10: error: a type is null, boolean" },
    { "{\"type\":[]}", "", "a type is null" },
    { "{\"enum\":[]}", "", "enum is a list of values" },
    { "{\"enum\":[[1]]}", "", "not supported: a list or map as const or in enum" },
    { "{\"const\":{}}", "", "not supported: a list or map as const or in enum" },
    { "{\"pattern\":\"(?=a)\"}", "", "in the pattern, at character" },
    { "{\"format\":\"email\"}", "", "not supported: formats but date-time" },
    { "{\"minLength\":-1}", "", "error:" },
    { "{\"minLength\":1.5}", "", "error:" },
    { "{\"minimum\":\"a\"}", "", "a bound is a number" },
    { "{\"multipleOf\":0}", "", "multipleOf is a positive decimal" },
    { "{\"multipleOf\":-1}", "", "multipleOf is a positive decimal" },
    { "{\"multipleOf\":1e3}", "", "multipleOf is a positive decimal" },
    { "{\"multipleOf\":0.0000000001}", "", "multipleOf is a positive decimal" },
    { "{\"uniqueItems\":true}", "", "state maxItems" },
    { "{\"uniqueItems\":true,\"maxItems\":257,\"items\":{\"const\":1}}", "", "state maxItems" },
    { "{\"uniqueItems\":true,\"maxItems\":9}", "", "unless items says" },
    { "{\"uniqueItems\":true,\"maxItems\":9,\"items\":{\"type\":\"array\"}}", "",
      "unless items says" },
    { "{\"items\":[{}]}", "", "write prefixItems" },
    { "{\"prefixItems\":{}}", "", "prefixItems is a list" },
    { "{\"required\":\"a\"}", "", "required is a list of names" },
    { "{\"properties\":[]}", "", "properties is a map of schemas" },
    { "{\"properties\":{\"a\":5}}", "", "a schema is a map, true or false" },
    { "{\"allOf\":[]}", "", "a list of schemas stands here" },
    { "{\"anyOf\":{}}", "", "a list of schemas stands here" },
    { "{\"$ref\":\"other.json\"}", "", "not supported: a $ref but to a place in this file" },
    { "{\"$ref\":\"#/$defs/none\"}", "", "there is nothing at this place" },
    { "{\"$ref\":\"#\"}", "", "a schema that refers to itself" },
    { "{\"properties\":{\"a\":{\"items\":{\"$ref\":\"#/properties/a\"}}}}", "",
      "a schema that refers to itself" },
    { "{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", "", "drafts but 2020-12" },
    { "{\"$dynamicRef\":\"#a\"}", "", "the keyword '$dynamicRef'" },
    { "[]", "", "a schema is a map, true or false" },
    { "{\"a\":1,\"a\":2}", "", "error:" },
};

static void test_what_is_not_supported_is_refused_by_name(void)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct row *row = &refusals[i];
        TEST_ASSERT_FALSE_MESSAGE(build(row->schema), row->schema);
        if (strstr(bundle_folder_messages(&folder), row->told) != NULL) continue;
        printf("%s\n", bundle_folder_messages(&folder));
        TEST_FAIL_MESSAGE(row->told);
    }
}

static void test_references_and_settings(void)
{
    static const char policy_form[] =
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: doc\n  version: default\n"
        "  schemas: {resourceSchema: {ref: '%s'}}\n  rules: []\n";
    static const char *const names[] = { "file:///r.json", "cerbos:///", "cerbos:///../x",
                                         "cerbos:///r.json#/a" };
    char text[512];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(text, sizeof text, policy_form, names[i]);
        bundle_folder_write(&folder, "policies/a.yaml", text);
        TEST_ASSERT_FALSE_MESSAGE(build("{}"), names[i]);
        TEST_ASSERT_NOT_NULL(
            strstr(bundle_folder_messages(&folder), "a schema is named cerbos:///"));
    }
    snprintf(text, sizeof text, policy_form, "cerbos:///none.json");
    bundle_folder_write(&folder, "policies/a.yaml", text);
    TEST_ASSERT_FALSE(build("{}"));
    TEST_ASSERT_NOT_NULL(strstr(bundle_folder_messages(&folder), "none.json"));
    bundle_folder_write(&folder, "bundle.yaml", "name: x\n");
    TEST_ASSERT_TRUE(build("{}"));
    TEST_ASSERT_NOT_NULL(
        strstr(bundle_folder_messages(&folder), "schema_enforcement in bundle.yaml is none"));
    bundle_folder_write(&folder, "bundle.yaml", "name: x\nschema_enforcement: maybe\n");
    TEST_ASSERT_FALSE(build("{}"));
}

/* --- what a device checks --- */

#define EVERYTHING \
    "{\"type\":\"object\",\"required\":[\"v\"],\"additionalProperties\":false,\"minProperties\":1," \
    "\"properties\":{\"v\":{\"enum\":[1,\"a\"],\"oneOf\":[{\"minimum\":2},{\"not\":{\"const\":3}}]}," \
    "\"w\":{\"prefixItems\":[true],\"items\":{\"pattern\":\"a\",\"format\":\"date\"},\"minItems\":1}," \
    "\"x\":{\"multipleOf\":0.5,\"anyOf\":[{\"maxLength\":3}]}}}"

static void test_a_device_without_the_module_refuses_it(void)
{
    TEST_ASSERT_TRUE_MESSAGE(build(EVERYTHING), bundle_folder_messages(&folder));
    static const struct pn_modules none, schemas = { .schemas = &pn_schema_module };

    TEST_ASSERT_EQUAL(PN_POLICY_LACKS_SCHEMAS,
                      pn_policy_open_with(&policy, bytes_slice(&folder.body), &none));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD,
                      pn_policy_open_with(&policy, bytes_slice(&folder.body), &schemas));
    TEST_ASSERT_NOT_NULL(policy.schema_module);
}

/* Every byte of the three sections, changed: it is refused, or decides without a fault. */
static void test_every_byte_changed(void)
{
    static const unsigned sections[] = { PN_POLICY_SECTION_SCHEMA_BINDINGS,
                                         PN_POLICY_SECTION_SCHEMA_NODES,
                                         PN_POLICY_SECTION_SCHEMA_WORDS };
    unsigned refused = 0;

    TEST_ASSERT_TRUE_MESSAGE(build(EVERYTHING), bundle_folder_messages(&folder));
    for (int s = 0; s < 3; s++) {
        TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
        struct pn_slice section = policy.blob.section[sections[s]];
        uint8_t *at = folder.body.at + (section.at - folder.body.at);
        TEST_ASSERT_TRUE(section.len > 0);
        for (size_t i = 0; i < 8 * section.len; i++) {
            at[i / 8] ^= (uint8_t)(1u << i % 8);
            enum pn_policy_fault fault = pn_policy_open(&policy, bytes_slice(&folder.body));
            if (fault != PN_POLICY_GOOD) {
                TEST_ASSERT_EQUAL(PN_POLICY_BAD_SCHEMA, fault);
                refused++;
            } else {
                ask("view", "{\"v\":[1,\"a\"],\"w\":[\"a\",2,\"b\"],\"x\":2.25,\"y\":{}}");
                decide();
            }
            at[i / 8] ^= (uint8_t)(1u << i % 8);
        }
    }
    TEST_ASSERT_TRUE(refused > 500);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_values);
    RUN_TEST(test_attributes_that_come_one_by_one);
    RUN_TEST(test_a_rejected_call_is_denied_and_told_why);
    RUN_TEST(test_a_warning_changes_nothing);
    RUN_TEST(test_arguments_that_are_not_known_yet_pass);
    RUN_TEST(test_a_long_path_is_cut);
    RUN_TEST(test_too_much_to_look_at_is_wrong);
    RUN_TEST(test_what_is_not_supported_is_refused_by_name);
    RUN_TEST(test_references_and_settings);
    RUN_TEST(test_a_device_without_the_module_refuses_it);
    RUN_TEST(test_every_byte_changed);
    return UNITY_END();
}
