/* What rules say: outputs, reasons and remediations that are computed, as JSON; whole maps of
 * attributes as values.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core/base/bytes.h"
#include "policy/policy_output.h"
#include "test/tools/compile/policy_text.h"
#include "unity.h"

enum { MEMORY_BYTES = 16384, KEYS_MAX = 256 };

static struct policy_text p;
static struct pn_check_input input;
static struct pn_policy_scratch scratch;
static uint64_t memory[MEMORY_BYTES / 8];
static uint8_t room[8192];

void setUp(void)
{
}

void tearDown(void)
{
    policy_text_free(&p);
    p = (struct policy_text){ 0 };
}

static void compile(enum pn_mode mode, const char *expr)
{
    static char text[16384];
    const char *file = text;

    snprintf(text, sizeof text,
             "apiVersion: api.cerbos.dev/v1\n"
             "resourcePolicy:\n"
             "  resource: k\n"
             "  version: default\n"
             "  variables: {local: {good: R.attr.n, bad: R.attr.missing}}\n"
             "  constants: {local: {one: 1}}\n"
             "  rules:\n"
             "    - actions: [act]\n"
             "      name: x\n"
             "      effect: EFFECT_DENY\n"
             "      roles: ['*']\n"
             "      output:\n"
             "        when:\n"
             "          ruleActivated: |-\n"
             "            %s\n",
             expr);
    TEST_ASSERT_TRUE_MESSAGE(policy_text_compile(&p, mode, &file, 1), policy_text_messages(&p));
}

static const char usual[] =
    "{\"principal\":{\"id\":\"sue\",\"roles\":[\"r\",\"s\"],\"attr\":{\"team\":\"t\"}},"
    "\"resource\":{\"kind\":\"k\",\"id\":\"i\",\"attr\":{\"n\":901,\"f\":1.5,\"key\":\"n\","
    "\"list\":[1,\"a\",{\"b\":2}],\"text\":\"\\u0022\\n\",\"arguments\":{\"amount\":7}}},"
    "\"actions\":[\"act\"],\"auxData\":{\"jwt\":{\"acr\":\"mfa\"}}}";

/* The decision on a request, and what the rule said last. */
static struct pn_decision decide(const char *request, const struct pn_facts **facts)
{
    static const uint8_t seed[16] = { 1 };
    static struct pn_json_key places[KEYS_MAX];
    struct pn_json_keys keys;
    struct pn_decision decision;

    pn_json_keys_init(&keys, places, KEYS_MAX, seed);
    TEST_ASSERT_EQUAL(
        PN_DONE, pn_check_input_read(&input, &p.policy, &keys, pn_slice(request, strlen(request))));
    *facts = pn_check_input_facts(&input, &p.policy, 0, 1800000000000); /* 2027-01-15T08:00:00Z */
    scratch = (struct pn_policy_scratch){ .values = pn_scratch(memory, MEMORY_BYTES) };
    pn_policy_decide(&p.policy, *facts, &scratch, &decision);
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
    TEST_ASSERT_EQUAL(PN_WHY_RULE, decision.why);
    TEST_ASSERT_GREATER_THAN(0, decision.output_count);
    return decision;
}

static void expect_output(const char *request, const char *wanted, const char *what)
{
    struct pn_writer w = pn_writer(room, sizeof room - 1);
    const struct pn_facts *facts;
    struct pn_decision decision = decide(request, &facts);
    struct pn_output_source source = { &p.policy, facts, &scratch, decision.outputs[0] };

    if (wanted == NULL) {
        TEST_ASSERT_FALSE_MESSAGE(pn_output_write(&source, &w), what);
        TEST_ASSERT_EQUAL_MESSAGE(0, w.len, what);
        return;
    }
    TEST_ASSERT_TRUE_MESSAGE(pn_output_write(&source, &w), what);
    room[w.len] = 0;
    TEST_ASSERT_FALSE(w.full);
    TEST_ASSERT_EQUAL_STRING_MESSAGE(wanted, (const char *)room, what);
}

struct row {
    const char *expr;
    const char *json; /* NULL: an error, which has no value */
};

#define NO_FORM "\"<failed to convert evaluation to protobuf value>\""

/* As the real Cerbos 0.51 answers, but for the order in maps, which is ours, and NaN and the
 * infinities, which it answers with a failure of the whole request. */
static const struct row forms[] = {
    /* Constant. */
    { "1", "1" },
    { "9007199254740991", "9007199254740991" },
    { "9007199254740992", "\"9007199254740992\"" },
    { "-9007199254740993", "\"-9007199254740993\"" },
    { "5u", "5" },
    { "18446744073709551615u", "\"18446744073709551615\"" },
    { "1.0", "1" },
    { "1e21", "1e+21" },
    { "1e-7", "1e-07" },
    { "0.000001", "0.000001" },
    { "0.0 / 0.0", "\"NaN\"" },
    { "-1.0 / 0.0", "\"-Infinity\"" },
    { "b'\\x00\\xff'", "\"AP8=\"" },
    { "timestamp('2026-11-20T23:35:18.5Z')", "\"2026-11-20T23:35:18.5Z\"" },
    { "duration('1500ms')", "\"1.5s\"" },
    { "duration('-1.5s')", "\"-1.5s\"" },
    { "[1, 'a', null, [true]]", "[1,\"a\",null,[true]]" },
    { "type(1)", NO_FORM },
    { "[type(1)]", NO_FORM },
    { "{1: 2}", NO_FORM },
    { "{'b': 1, 'a': {2u: 3}}", NO_FORM },
    { "hierarchy('a.b')", NO_FORM },
    { "spiffeID('spiffe://a/b')", NO_FORM },
    { "ip('10.0.0.1')", NO_FORM },
    /* Of the call. */
    { "R.attr.n", "901" },
    { "R.attr.f", "1.5" },
    { "R.attr.list", "[1,\"a\",{\"b\":2}]" },
    { "R.attr.text", "\"\\\"\\n\"" },
    { "string(R.attr.n)", "\"901\"" },
    { "R.attr.n > 900", "true" },
    { "V.good", "901" },
    { "C.one", "1" },
    { "[P.id, R.id, R.kind]", "[\"sue\",\"i\",\"k\"]" },
    { "{'amount': R.attr.arguments.amount, 'at': now()}",
      "{\"amount\":7,\"at\":\"2027-01-15T08:00:00Z\"}" },
    { "R.attr.list.map(x, type(x) == string ? x : 'other')", "[\"other\",\"a\",\"other\"]" },
    { "{R.attr.key: 1}", "{\"n\":1}" },
    { "R.attr.n > 900 ? 'much' : 'little'", "\"much\"" },
    { "runtime.effectiveDerivedRoles", "[]" },
    { "{'roles': P.roles}", "{\"roles\":[\"r\",\"s\"]}" },
    { "type(R.attr.n)", NO_FORM },
    { "{int(R.attr.n): 1}", NO_FORM },
    { "hierarchy(R.attr.key)", NO_FORM },
    /* Errors. */
    { "R.attr.missing", NULL },
    { "[R.attr.missing]", NULL },
    { "{'a': R.attr.missing}", NULL },
    { "int(R.attr.n) / 0", NULL },
    { "R.attr.key + 1", NULL },
    { "{'a': 1, R.attr.key: 1, 'n': 2}", NULL },
    { "lists.range(1000).map(i, R.attr.key + 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')", NULL },
};

static void test_forms(void)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        compile(PN_MODE_EDGE, forms[i].expr);
        expect_output(usual, forms[i].json, forms[i].expr);
        policy_text_free(&p);
        compile(PN_MODE_CERBOS54, forms[i].expr);
        expect_output(usual, forms[i].json, forms[i].expr);
        tearDown();
    }
}

/* Whole maps, in both modes. */
static const struct row wholes[] = {
    { "P.attr", "{\"team\":\"t\"}" },
    { "size(P.attr)", "1" },
    { "size(R.attr)", "6" },
    { "'n' in R.attr", "true" },
    { "'missing' in R.attr", "false" },
    { "R.attr.exists(k, k == 'f')", "true" },
    { "R.attr.all(k, v, k != v)", "true" },
    { "R.attr.filter(k, k.startsWith('k'))", "[\"key\"]" },
    { "R.attr.transformMap(k, v, k == 'n', v)", "{\"n\":901}" },
    { "P.attr == R.attr", "false" },
    { "P.attr == {'team': 't'}", "true" },
    { "R.attr[R.attr.key]", "901" },
    { "request.resource.attr['n']", "901" },
    { "has(R.attr) && has(P.attr) && has(P.roles)", "true" },
    { "type(R.attr) == map", "true" },
    { "request.auxData.jwt", "{\"acr\":\"mfa\"}" },
    { "size(request.auxData.jwt)", "1" },
    { "'acr' in request.auxData.jwt", "true" },
    { "has(request.auxData.jwt)", "true" },
    { "R.attr.arguments", "{\"amount\":7}" },
    { "R.attr.arguments.map(k, k)", "[\"amount\"]" },
    { "size(P.roles)", "2" },
    { "P.roles == ['r', 's']", "true" },
    { "P.roles.map(x, x + '1')", "[\"r1\",\"s1\"]" },
    { "hasIntersection(P.roles, ['q', 's'])", "true" },
    { "R.id in P.roles", "false" },
    { "cel.bind(a, R.attr, a.n)", "901" },
};

static void test_whole_maps(void)
{
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        compile(PN_MODE_EDGE, wholes[i].expr);
        expect_output(usual, wholes[i].json, wholes[i].expr);
        policy_text_free(&p);
        compile(PN_MODE_CERBOS54, wholes[i].expr);
        expect_output(usual, wholes[i].json, wholes[i].expr);
        tearDown();
    }
}

/* A request without attributes has empty maps, but for what is known anyway. */
static void test_maps_that_are_not_there(void)
{
    static const char bare[] = "{\"principal\":{\"id\":\"sue\",\"roles\":[\"r\"]},"
                               "\"resource\":{\"kind\":\"k\",\"id\":\"i\"},\"actions\":[\"act\"]}";

    compile(PN_MODE_EDGE, "[size(P.attr), size(request.auxData.jwt), has(request.auxData.jwt)]");
    expect_output(bare, "[0,0,false]", "empty");
    tearDown();
    compile(PN_MODE_EDGE, "R.attr");
    expect_output(bare, "{\"phase\":\"call\"}", "phase");
}

/* The gateway states facts one by one: the maps are built of them. */
static void test_maps_of_facts(void)
{
    static struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_decision decision;
    struct pn_facts facts;
    struct pn_writer w = pn_writer(room, sizeof room - 1);

    compile(PN_MODE_EDGE, "[P.attr, R.attr]");
    pn_facts_begin(&facts, &p.policy, slots, PN_PHASE_CALL);
    pn_facts_call(&facts, &p.policy, PN_SLICE("k"), PN_SLICE("act"));
    pn_facts_set_text(&facts, &p.policy, PN_FACT_PRINCIPAL_TASK, PN_SLICE("T-1"));
    pn_facts_set_text(&facts, &p.policy, PN_FACT_SERVER, PN_SLICE("crm"));
    pn_facts_set(&facts, &p.policy, PN_FACT_BUDGET_TOKENS_LEFT, pn_value_int(5));
    scratch = (struct pn_policy_scratch){ .values = pn_scratch(memory, MEMORY_BYTES) };
    pn_policy_decide(&p.policy, &facts, &scratch, &decision);
    struct pn_output_source source = { &p.policy, &facts, &scratch, decision.outputs[0] };
    TEST_ASSERT_TRUE(pn_output_write(&source, &w));
    room[w.len] = 0;
    TEST_ASSERT_EQUAL_STRING("[{\"task\":\"T-1\"},{\"server\":\"crm\",\"phase\":\"call\","
                             "\"budget\":{\"tokens_left\":5}}]",
                             (const char *)room);
}

/* While a tool is only listed its arguments are unknown, and so is the map that holds them. */
static void test_a_whole_map_is_unknown_while_listed(void)
{
    static struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_decision decision;
    struct pn_facts facts;

    TEST_ASSERT_TRUE(policy_text_allow_when(&p, "'amount' in R.attr"));
    pn_facts_begin(&facts, &p.policy, slots, PN_PHASE_LIST);
    pn_facts_role(&facts, &p.policy, PN_SLICE("r"));
    pn_facts_call(&facts, &p.policy, PN_SLICE("k"), PN_SLICE("act"));
    scratch = (struct pn_policy_scratch){ .values = pn_scratch(memory, MEMORY_BYTES) };
    pn_policy_decide(&p.policy, &facts, &scratch, &decision);
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    TEST_ASSERT_TRUE(decision.optimistic);
}

static void expect_words(const char *output, const char *reason, const char *remediation)
{
    struct pn_writer w = pn_writer(room, sizeof room);
    const struct pn_facts *facts;

    compile(PN_MODE_EDGE, output);
    struct pn_decision decision = decide(usual, &facts);
    pn_output_complete(&p.policy, facts, &scratch, &decision, &w);
    TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(pn_slice(reason, strlen(reason)), decision.reason),
                             output);
    TEST_ASSERT_TRUE_MESSAGE(
        pn_slice_equal(pn_slice(remediation, strlen(remediation)), decision.remediation), output);
    tearDown();
}

/* Both are constant or computed, each by itself; a text is said as it is, anything else as JSON. */
static void test_words(void)
{
    expect_words("{'reason': 'a', 'remediation': {'b': 1}}", "a", "{\"b\":1}");
    expect_words("{'reason': 'over ' + string(R.attr.n), 'remediation': {'b': 1}}", "over 901",
                 "{\"b\":1}");
    expect_words("{'reason': 'a', 'remediation': {'b': R.attr.n}}", "a", "{\"b\":901}");
    expect_words("{'reason': R.attr.n, 'remediation': R.attr.list}", "901", "[1,\"a\",{\"b\":2}]");
    expect_words("{'reason': V.good, 'ttl': '5m'}", "901", "");
    expect_words("{'reason': R.attr.missing, 'remediation': {'b': R.attr.missing}}", "", "");
    expect_words("{'reason': R.attr.missing, 'remediation': {'b': R.attr.n}}", "", "{\"b\":901}");
    expect_words("{'reason': R.attr.n > 900 ? 'much' : 'little'}", "much", "");
    expect_words("'not a map ' + R.attr.key", "", "");
    expect_words("{R.attr.key: 1, 'reason': 'b'}", "b", "");
}

/* What does not fit is left out, and the writer stays as it was. */
static void test_words_that_do_not_fit(void)
{
    const struct pn_facts *facts;

    for (size_t bytes = 0; bytes < 24; bytes++) {
        struct pn_writer w = pn_writer(room, bytes);
        compile(PN_MODE_EDGE, "{'reason': R.attr.key + 'o way', 'remediation': {'b': R.attr.n}}");
        struct pn_decision decision = decide(usual, &facts);
        pn_output_complete(&p.policy, facts, &scratch, &decision, &w);
        TEST_ASSERT_FALSE(w.full);
        TEST_ASSERT_EQUAL(bytes >= 6 ? 6 : 0, decision.reason.len);
        size_t left = bytes - decision.reason.len;
        TEST_ASSERT_EQUAL(left >= 9 ? 9 : 0, decision.remediation.len);
        tearDown();
    }
}

/* Without memory for values everything that builds one is an error, and nothing else happens. */
static void test_without_memory(void)
{
    struct pn_writer w = pn_writer(room, sizeof room);
    const struct pn_facts *facts;

    compile(PN_MODE_EDGE, "{'reason': 'a' + R.attr.key}");
    struct pn_decision decision = decide(usual, &facts);
    for (uint32_t bytes = 0; bytes < 512; bytes += 8) {
        scratch.values = pn_scratch(memory, bytes);
        decision.reason = pn_slice("", 0);
        pn_output_complete(&p.policy, facts, &scratch, &decision, &w);
        TEST_ASSERT_TRUE(decision.reason.len == 0 || decision.reason.len == 2);
        TEST_ASSERT_EQUAL(0, scratch.values.used);
    }
    TEST_ASSERT_EQUAL(2, decision.reason.len);
}

/* Texts and blocks of an output exclude each other, and a block exists. */
static void test_records(void)
{
    static const struct {
        uint8_t at;
        uint32_t value;
    } rows[] = {
        { PN_OUTPUT_JSON, 1 },        { PN_OUTPUT_REASON, 1 },
        { PN_OUTPUT_REMEDIATION, 1 }, { PN_OUTPUT_CODE, 3 },
        { PN_OUTPUT_REASON_CODE, 3 }, { PN_OUTPUT_REMEDIATION_CODE, 1000 },
        { PN_OUTPUT_ACR, 60000 },
    };
    struct pn_policy again;

    compile(PN_MODE_EDGE, "{'reason': 'a' + R.attr.key, 'remediation': {'b': R.attr.n}}");
    const uint8_t *outputs = p.policy.blob.section[PN_POLICY_SECTION_OUTPUTS].at;
    uint8_t *record = p.body.at + (outputs - p.body.at);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t before = pn_load32(record + rows[i].at);
        TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&again, bytes_slice(&p.body)));
        pn_store32(record + rows[i].at, rows[i].value);
        TEST_ASSERT_EQUAL(PN_POLICY_BAD_OUTPUT, pn_policy_open(&again, bytes_slice(&p.body)));
        pn_store32(record + rows[i].at, before);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_forms);
    RUN_TEST(test_whole_maps);
    RUN_TEST(test_maps_that_are_not_there);
    RUN_TEST(test_maps_of_facts);
    RUN_TEST(test_a_whole_map_is_unknown_while_listed);
    RUN_TEST(test_words);
    RUN_TEST(test_words_that_do_not_fit);
    RUN_TEST(test_without_memory);
    RUN_TEST(test_records);
    return UNITY_END();
}
