/* What a policy file says of itself, what it costs, and where it is broken.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdio.h>
#include <stdlib.h>

#include "policy/check_input.h"
#include "test/core/seal/sealed.h"
#include "test/tools/compile/policy_text.h"
#include "tools/inspect/inspection.h"
#include "tools/inspect/policy_report.h"
#include "tools/inspect/section_kind.h"
#include "tools/seal_make.h"
#include "unity.h"
#include "yyjson.h"

/* Something of nearly everything that a body can hold. */
static const char *const files[] = {
    "apiVersion: api.cerbos.dev/v1\n"
    "resourcePolicy:\n"
    "  resource: k\n"
    "  importDerivedRoles: [d]\n"
    "  rules:\n"
    "    - {name: plain, actions: [read], effect: EFFECT_ALLOW, roles: [r, s]}\n"
    "    - {name: two, actions: [read, write], effect: EFFECT_ALLOW, roles: [r],\n"
    "       condition: {match: {expr: 'R.attr.a == 1 && R.attr.b in [\"x\", \"y\", 3]'}}}\n"
    "    - {name: same, actions: [read], effect: EFFECT_DENY, roles: [s],\n"
    "       condition: {match: {expr: 'R.attr.a == 1 || R.attr.c.matches(\"^a+b\")'}}}\n"
    "    - {name: code, actions: ['w*'], effect: EFFECT_DENY, derivedRoles: [boss],\n"
    "       condition: {match: {expr: 'R.attr.l.exists(x, x + 1 > R.attr.a)'}},\n"
    "       output: {when: {ruleActivated: '{\"reason\": \"no \" + R.attr.c, \"ttl\": \"5m\"}'}}}\n"
    "    - {name: all, actions: ['*'], effect: EFFECT_DENY, roles: ['*'],\n"
    "       condition: {match: {expr: 'R.attr.a == 1 ? R.attr.d : R.attr.e'}}}\n",
    "apiVersion: api.cerbos.dev/v1\nderivedRoles:\n  name: d\n  definitions:\n"
    "    - {name: boss, parentRoles: [r], condition: {match: {expr: 'P.attr.boss'}}}\n",
    "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: other\n  rules:\n"
    "    - {name: z, actions: [a, b], effect: EFFECT_ALLOW, roles: [t]}\n",
};

static struct policy_text policy;
static struct inspection inspection;
static struct bytes out;
static struct pn_keyset keys;

void setUp(void)
{
    sealed_crypto_init();
    keys = (struct pn_keyset){ 0 };
    TEST_ASSERT_TRUE_MESSAGE(policy_text_compile(&policy, PN_MODE_EDGE, files, 3),
                             policy_text_messages(&policy));
}

void tearDown(void)
{
    bytes_free(&out);
    inspection_free(&inspection);
    policy_text_free(&policy);
}

static void inspect(struct pn_slice file)
{
    inspection_free(&inspection);
    inspection_make(&inspection, file, &keys);
}

/* --- sizes --- */

static void test_every_section_has_a_name(void)
{
    for (unsigned i = 1; i <= PN_POLICY_SECTION_ENGINE_LAST; i++) {
        TEST_ASSERT_NOT_NULL(section_kind_of(i));
    }
    for (unsigned i = PN_POLICY_SECTION_SCHEMA_BINDINGS; i <= PN_POLICY_SECTION_SCHEMA_WORDS; i++) {
        TEST_ASSERT_NOT_NULL(section_kind_of(i));
    }
    TEST_ASSERT_NULL(section_kind_of(0));
    TEST_ASSERT_NULL(section_kind_of(63));
    for (int fault = 1; fault < PN_POLICY_FAULT_COUNT; fault++) {
        const uint8_t *sections = fault_sections((enum pn_policy_fault)fault);
        bool nowhere = fault == PN_POLICY_BAD_CBOR || fault == PN_POLICY_BAD_SECTION_UNKNOWN ||
                       fault == PN_POLICY_BAD_SECTION_MISSING ||
                       fault == PN_POLICY_BAD_SECTION_SIZE || fault == PN_POLICY_BAD_LIMIT;
        TEST_ASSERT_TRUE(nowhere == (*sections == 0)); /* a new fault has its sections */
        for (; *sections != 0; sections++) TEST_ASSERT_NOT_NULL(section_kind_of(*sections));
    }
}

static void test_sizes_add_up(void)
{
    struct pn_slice body = bytes_slice(&policy.body), bytes;
    size_t at = 0, sum = 0, count = 0;
    uint64_t number;

    while (body_section_next(body, &at, &number, &bytes)) {
        TEST_ASSERT_TRUE(pn_slice_equal(bytes, policy.policy.blob.section[number]));
        sum += bytes.len;
        count++;
    }
    TEST_ASSERT_EQUAL(body.len, at);
    report_sections_json(&out, body);
    yyjson_doc *doc = yyjson_read((char *)out.at, out.len, 0);
    TEST_ASSERT_EQUAL(count, yyjson_arr_size(yyjson_doc_get_root(doc)));
    size_t told = 0;
    for (size_t i = 0; i < count; i++) {
        yyjson_val *row = yyjson_arr_get(yyjson_doc_get_root(doc), i);
        told += yyjson_get_uint(yyjson_obj_get(row, "bytes"));
    }
    TEST_ASSERT_EQUAL(sum, told);
    yyjson_doc_free(doc);
}

/* --- costs --- */

static const struct action_cost *cost_of(const char *kind, const char *action)
{
    for (size_t i = 0; i < inspection.costs.actions.count; i++) {
        const struct action_cost *row = &inspection.costs.actions.items[i];
        if (strcmp(row->kind, kind) == 0 && text_is(row->action, action)) return row;
    }
    TEST_FAIL_MESSAGE(action);
    return NULL;
}

static void test_costs(void)
{
    inspect(bytes_slice(&policy.body));
    TEST_ASSERT_TRUE(inspection_is_good(&inspection));
    const struct action_cost *read = cost_of("k", "read"), *write = cost_of("k", "write");

    /* plain, two, same, all: a == 1 is one predicate for three rules, beside in, matches, d, e */
    TEST_ASSERT_EQUAL(4, read->cost.rules);
    TEST_ASSERT_EQUAL(5, read->cost.predicates);
    TEST_ASSERT_EQUAL(0, read->cost.steps);
    TEST_ASSERT_EQUAL(0, read->cost.stack);
    TEST_ASSERT_TRUE(text_is(pn_policy_rule_source(&policy.policy, read->dearest), "0.yaml:14"));

    /* two, code, all: a, in, d, e, P.attr.boss of the derived role, and the loop */
    TEST_ASSERT_EQUAL(3, write->cost.rules);
    TEST_ASSERT_EQUAL(6, write->cost.predicates);
    TEST_ASSERT_GREATER_THAN(1000, write->cost.steps);
    TEST_ASSERT_GREATER_THAN(3, write->cost.stack);
    TEST_ASSERT_EQUAL(write->cost.stack * sizeof(struct pn_value), write->cost.scratch_bytes);
    TEST_ASSERT_TRUE(text_is(pn_policy_rule_source(&policy.policy, write->dearest), "0.yaml:11"));
    TEST_ASSERT_EQUAL(write->cost.steps, write->dearest_cost.steps);

    /* a pattern has the rules of the wider one too */
    TEST_ASSERT_EQUAL(2, cost_of("k", "w*")->cost.rules);
    TEST_ASSERT_EQUAL(1, cost_of("k", "*")->cost.rules);
    TEST_ASSERT_EQUAL(0, cost_of("other", "a")->cost.predicates);

    TEST_ASSERT_EQUAL(2, inspection.costs.policies.count);
    TEST_ASSERT_TRUE(text_is(inspection.costs.policies.items[0].file, "0.yaml"));
    TEST_ASSERT_EQUAL(5, inspection.costs.policies.items[0].cost.rules);
    TEST_ASSERT_EQUAL(7, inspection.costs.policies.items[0].cost.predicates);
    TEST_ASSERT_EQUAL(32, inspection.costs.policies.items[1].cost.bytes);
}

/* No decision evaluates more predicates than its action is said to. */
static void test_costs_are_a_bound(void)
{
    static const char *const actions[] = { "read", "write", "wait", "x" };
    static const char *const rows[] = { "read", "write", "w*", "*" };
    static struct pn_check_input input;
    static struct pn_policy_scratch scratch;
    static uint64_t memory[4096];
    static const uint8_t seed[16] = { 1 };
    struct pn_json_key places[64];
    struct pn_json_keys table;
    struct pn_decision decision;

    inspect(bytes_slice(&policy.body));
    pn_json_keys_init(&table, places, 64, seed);
    for (size_t i = 0; i < 4; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"principal\":{\"id\":\"u\",\"roles\":[\"r\",\"s\"],\"attr\":{\"boss\":true}},"
                 "\"resource\":{\"kind\":\"k\",\"id\":\"i\",\"attr\":{\"a\":2,\"b\":\"x\",\"c\":"
                 "\"zz\",\"d\":true,\"e\":false,\"l\":[1]}},\"actions\":[\"%s\"]}",
                 actions[i]);
        TEST_ASSERT_EQUAL(PN_DONE, pn_check_input_read(&input, &policy.policy, &table,
                                                       pn_slice(text, strlen(text))));
        scratch = (struct pn_policy_scratch){ .values = pn_scratch(memory, sizeof memory) };
        pn_policy_decide(&policy.policy, pn_check_input_facts(&input, &policy.policy, 0, 0),
                         &scratch, &decision);
        unsigned known = 0;
        for (unsigned k = 0; k < policy.policy.predicate_count; k++) {
            known += (scratch.known[k / 64] >> k % 64 & 1) != 0;
        }
        TEST_ASSERT_LESS_OR_EQUAL(cost_of("k", rows[i])->cost.predicates, known);
        TEST_ASSERT_GREATER_THAN(0, known);
    }
}

static void test_scopes_count_by_themselves(void)
{
    static const char *const layered[] = {
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  rules:\n"
        "    - {actions: [a], effect: EFFECT_ALLOW, roles: [r]}\n",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  scope: acme\n  rules:\n"
        "    - {actions: [a], effect: EFFECT_ALLOW, roles: [r],\n"
        "       condition: {match: {expr: 'R.attr.x'}}}\n",
        "apiVersion: api.cerbos.dev/v1\nprincipalPolicy:\n  principal: sue\n  rules:\n"
        "    - {resource: k, actions: [{action: a, effect: EFFECT_DENY}, {action: 'b*', effect: "
        "EFFECT_ALLOW}]}\n",
        "apiVersion: api.cerbos.dev/v1\nrolePolicy:\n  role: clerk\n  rules:\n"
        "    - {resource: k, allowActions: [a, b]}\n",
    };
    unsigned acme = 0, principal = 0, role = 0;

    policy_text_free(&policy);
    TEST_ASSERT_TRUE_MESSAGE(policy_text_compile(&policy, PN_MODE_CERBOS54, layered, 4),
                             policy_text_messages(&policy));
    inspect(bytes_slice(&policy.body));
    for (size_t i = 0; i < inspection.costs.actions.count; i++) {
        const struct action_cost *row = &inspection.costs.actions.items[i];
        acme += text_is(row->scope, "acme") && row->cost.predicates == 1;
        principal += strcmp(row->kind, "principal sue") == 0 && row->cost.rules == 2;
        role += strcmp(row->kind, "role clerk") == 0;
    }
    TEST_ASSERT_EQUAL(1, acme);
    TEST_ASSERT_EQUAL(1, principal);
    TEST_ASSERT_EQUAL(1, role);
    report_costs_text(&out, &inspection.policy, &inspection.costs);
    bytes_append_u8(&out, 0);
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "k a in acme"));
}

/* --- faults --- */

/* One record after the other is overwritten; what is found is that one. */
static void test_the_record_at_fault_is_found(void)
{
    static const uint8_t sections[] = { PN_POLICY_SECTION_CONSTANTS,  PN_POLICY_SECTION_SLOTS,
                                        PN_POLICY_SECTION_PREDICATES, PN_POLICY_SECTION_CONDITIONS,
                                        PN_POLICY_SECTION_RULES,      PN_POLICY_SECTION_STRINGS };
    struct pn_slice body = bytes_slice(&policy.body);
    uint8_t *copy = malloc(body.len);

    for (size_t i = 0; i < sizeof sections; i++) {
        size_t each = section_kind_of(sections[i])->record_bytes;
        struct pn_slice bytes = policy.policy.blob.section[sections[i]];
        for (size_t k = 1; k < bytes.len / each; k++) {
            size_t at = (size_t)(bytes.at - body.at) + k * each;
            memcpy(copy, body.at, body.len);
            memset(copy + at, 0xEE, each);
            struct body_fault f = body_fault_find(pn_slice(copy, body.len));
            TEST_ASSERT_EQUAL(sections[i], f.section);
            TEST_ASSERT_EQUAL(k, f.record);
            TEST_ASSERT_EQUAL(at, f.offset);
        }
    }
    free(copy);
}

static struct body_fault fault_of(const uint8_t *at, size_t len, const char *says)
{
    struct body_fault f = body_fault_find(pn_slice(at, len));

    out.len = 0;
    body_fault_write(&out, &f);
    bytes_append_u8(&out, 0);
    if (strstr((char *)out.at, says) == NULL) {
        printf("wanted: %s\ngot: %s\n", says, (char *)out.at);
        TEST_FAIL();
    }
    return f;
}

static void test_the_container(void)
{
    static const uint8_t unknown[] = { 0xA1, 0x00, 0x41, 0x00 };
    static const uint8_t missing[] = { 0xA1, 0x02, 0x41, 0x00 };
    static const uint8_t odd[] = { 0xA1, 0x03, 0x43, 0, 0, 0 };
    static uint8_t many[6 + 2 * 32] = { 0xA1, 0x01, 0x58, 64 };
    struct pn_slice body = bytes_slice(&policy.body);
    struct body_fault f = fault_of(body.at, body.len - 1, "It can be read up to byte ");

    TEST_ASSERT_EQUAL(PN_POLICY_BAD_CBOR, f.fault);
    TEST_ASSERT_LESS_THAN(body.len, f.offset);
    fault_of(body.at, 0, "It can be read up to byte 0.");
    fault_of((const uint8_t *)"hello", 5, "It can be read up to byte 0.");
    TEST_ASSERT_EQUAL(PN_POLICY_BAD_SECTION_UNKNOWN,
                      fault_of(unknown, sizeof unknown, "It is section 0.").fault);
    TEST_ASSERT_EQUAL(PN_POLICY_BAD_SECTION_MISSING,
                      fault_of(missing, sizeof missing, "It is section header.").fault);
    TEST_ASSERT_EQUAL(PN_POLICY_BAD_SECTION_SIZE,
                      fault_of(odd, sizeof odd, "It is section strings, at byte 3").fault);
    TEST_ASSERT_EQUAL(PN_POLICY_BAD_LIMIT,
                      fault_of(many, 4 + 64, "It has 2 records, at most 1 may be.").fault);
}

/* Whatever byte is damaged, both forms are written and the JSON is JSON. */
static void test_any_damage_is_shown(void)
{
    struct pn_slice body = bytes_slice(&policy.body);
    uint8_t *copy = malloc(body.len);

    for (size_t at = 0; at < body.len; at += 7) {
        memcpy(copy, body.at, body.len);
        copy[at] ^= 0x81;
        inspect(pn_slice(copy, body.len));
        out.len = 0;
        inspection_write_json(&out, &inspection);
        yyjson_doc *doc = yyjson_read((char *)out.at, out.len, 0);
        TEST_ASSERT_NOT_NULL(doc);
        bool fault = yyjson_obj_get(yyjson_doc_get_root(doc), "fault") != NULL;
        TEST_ASSERT_EQUAL(inspection.fault.fault != PN_POLICY_GOOD, fault);
        yyjson_doc_free(doc);
        out.len = 0;
        inspection_write_text(&out, &inspection);
    }
    for (size_t len = 0; len < body.len; len += 11) {
        memcpy(copy, body.at, len);
        inspect(pn_slice(copy, len));
        TEST_ASSERT_FALSE(inspection_is_good(&inspection));
        inspection_write_text(&out, &inspection);
    }
    inspection_free(&inspection);
    inspection = (struct inspection){ 0 };
    free(copy);
}

/* --- seals --- */

static yyjson_val *json(yyjson_doc **doc)
{
    out.len = 0;
    inspection_write_json(&out, &inspection);
    *doc = yyjson_read((char *)out.at, out.len, 0);
    TEST_ASSERT_NOT_NULL(*doc);
    return yyjson_doc_get_root(*doc);
}

static void test_a_sealed_policy(void)
{
    static uint8_t room[65536];
    struct pn_writer w = pn_writer(room, sizeof room);
    struct pn_seal_wish wish = pn_seal_wish_dev(1800000000, 7, PN_MODE_EDGE);
    struct pn_key_pair pair, other;
    struct pn_seal seal;
    yyjson_doc *doc;

    TEST_ASSERT_TRUE(pn_key_pair_new(&pair) && pn_key_pair_new(&other));
    wish.epoch = 3;
    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                      pn_seal_make(&wish, bytes_slice(&policy.body), &pair, &w, &seal));

    inspect(pn_written(&w));
    TEST_ASSERT_TRUE(inspection_is_good(&inspection));
    TEST_ASSERT_EQUAL(SIGNATURE_UNCHECKED, inspection.signature);
    yyjson_val *root = json(&doc);
    TEST_ASSERT_EQUAL(7, yyjson_get_int(yyjson_ptr_get(root, "/seal/sequence")));
    TEST_ASSERT_EQUAL(3, yyjson_get_int(yyjson_ptr_get(root, "/seal/epoch")));
    TEST_ASSERT_EQUAL(64, yyjson_get_len(yyjson_ptr_get(root, "/seal/identity")));
    TEST_ASSERT_EQUAL_STRING("edge", yyjson_get_str(yyjson_ptr_get(root, "/header/mode")));
    TEST_ASSERT_EQUAL_STRING("value_code",
                             yyjson_get_str(yyjson_ptr_get(root, "/header/features/0")));
    TEST_ASSERT_EQUAL(6, yyjson_get_int(yyjson_ptr_get(root, "/limits/rules/used")));
    TEST_ASSERT_EQUAL(PN_POLICY_RULES_MAX,
                      yyjson_get_int(yyjson_ptr_get(root, "/limits/rules/max")));
    TEST_ASSERT_EQUAL(1, yyjson_get_int(yyjson_ptr_get(root, "/predicates/match")));
    TEST_ASSERT_EQUAL(2, yyjson_arr_size(yyjson_ptr_get(root, "/kinds")));
    yyjson_doc_free(doc);

    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add(&keys, other.xy, PN_KEY_POLICY));
    inspect(pn_written(&w));
    TEST_ASSERT_EQUAL(SIGNATURE_BAD, inspection.signature);
    TEST_ASSERT_FALSE(inspection_is_good(&inspection));
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add(&keys, pair.xy, PN_KEY_POLICY));
    inspect(pn_written(&w));
    TEST_ASSERT_EQUAL(SIGNATURE_GOOD, inspection.signature);
    TEST_ASSERT_TRUE(inspection_is_good(&inspection));

    room[w.len - 1] ^= 1;
    inspect(pn_written(&w));
    TEST_ASSERT_EQUAL(PN_SEAL_DIGEST, inspection.refusal);
    TEST_ASSERT_FALSE(inspection_is_good(&inspection));
    root = json(&doc);
    TEST_ASSERT_NOT_NULL(yyjson_ptr_get(root, "/seal/refused"));
    yyjson_doc_free(doc);
    room[w.len - 1] ^= 1;
    inspect(pn_slice(room, w.len - 1));
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_LENGTH, inspection.refusal);
    inspect(pn_slice(room, 9));
    TEST_ASSERT_NOT_EQUAL(PN_SEAL_ACCEPTED, inspection.refusal);
    out.len = 0;
    inspection_write_text(&out, &inspection);
    bytes_append_u8(&out, 0);
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "\nseal: "));
    pn_key_pair_wipe(&pair);
    pn_key_pair_wipe(&other);
}

static void test_reports(void)
{
    policy_report_json(&out, &policy.policy, bytes_slice(&policy.body));
    yyjson_doc *doc = yyjson_read((char *)out.at, out.len, 0);
    TEST_ASSERT_NOT_NULL(doc);
    yyjson_val *root = yyjson_doc_get_root(doc);
    TEST_ASSERT_EQUAL(policy.body.len, yyjson_get_uint(yyjson_obj_get(root, "bytes")));
    TEST_ASSERT_EQUAL_STRING("value_code", yyjson_get_str(yyjson_ptr_get(root, "/features/0")));
    TEST_ASSERT_EQUAL_STRING("resource.k.vdefault#code",
                             yyjson_get_str(yyjson_ptr_get(root, "/actions/1/most/rule")));
    TEST_ASSERT_EQUAL_STRING("^a+b", yyjson_get_str(yyjson_ptr_get(root, "/patterns/0/pattern")));
    TEST_ASSERT_EQUAL(policy.policy.slot_count * sizeof(struct pn_value),
                      yyjson_get_uint(yyjson_ptr_get(root, "/memory/value_bytes")));
    TEST_ASSERT_EQUAL(PN_POLICY_BLOCK_COST_MAX,
                      yyjson_get_int(yyjson_ptr_get(root, "/budget/steps_of_an_expression")));
    yyjson_doc_free(doc);
    out.len = 0;
    policy_report_text(&out, &policy.policy, bytes_slice(&policy.body));
    bytes_append_u8(&out, 0);
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "\nrules "));
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "\nmodules that a device needs: value_code"));
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "\nk w* "));
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "\n^a+b "));
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, "\nmemory: "));
    out.len = 0;
    policy_report_line(&out, &policy.policy);
    bytes_append_u8(&out, 0);
    TEST_ASSERT_NOT_NULL(
        strstr((char *)out.at, "at worst a decision evaluates 6 of them and runs "));
    TEST_ASSERT_NOT_NULL(strstr((char *)out.at, " steps: k write\n"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_every_section_has_a_name);
    RUN_TEST(test_sizes_add_up);
    RUN_TEST(test_costs);
    RUN_TEST(test_costs_are_a_bound);
    RUN_TEST(test_scopes_count_by_themselves);
    RUN_TEST(test_the_record_at_fault_is_found);
    RUN_TEST(test_the_container);
    RUN_TEST(test_any_damage_is_shown);
    RUN_TEST(test_a_sealed_policy);
    RUN_TEST(test_reports);
    return UNITY_END();
}
