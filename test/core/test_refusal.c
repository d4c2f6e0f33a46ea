/* Every reason in every shape is a JSON document that says what it must and no more.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/refusal.h"

#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct pn_decision decision = {
    .outcome = PN_STEP_UP,
    .why = PN_WHY_RULE,
    .name = PN_SLICE_INIT("resource.mcp:payments.vdefault#refund-cap"),
    .reason = PN_SLICE_INIT("needs a \"lead\" \\ \n \xC3\xA4"),
    .remediation = PN_SLICE_INIT("{\"type\":\"step_up\"}"),
};

static yyjson_doc *body_of(const struct pn_refusal *r)
{
    uint8_t *room = malloc(PN_REFUSAL_BYTES);
    struct pn_writer w = pn_writer(room, PN_REFUSAL_BYTES);

    pn_refusal_body(&w, r);
    TEST_ASSERT_FALSE(w.full);
    yyjson_doc *doc = yyjson_read((const char *)w.at, w.len, 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, "not JSON");
    free(room);
    return doc;
}

static const char *text_at(const yyjson_doc *doc, const char *pointer)
{
    const char *text = yyjson_get_str(yyjson_doc_ptr_get((yyjson_doc *)(uintptr_t)doc, pointer));

    TEST_ASSERT_NOT_NULL_MESSAGE(text, pointer);
    return text;
}

static struct pn_refusal refusal(enum pn_reason reason, enum pn_refusal_shape shape)
{
    return (struct pn_refusal){ .reason = reason,
                                .shape = shape,
                                .rpc_id = PN_SLICE("\"i\\u0041\""),
                                .item = PN_SLICE("a\"tool"),
                                .subject = PN_SLICE("up\"stream"),
                                .decision_id = PN_SLICE("1-2-3"),
                                .json_offset = 17 };
}

static void check_openai(const yyjson_doc *doc, enum pn_reason reason)
{
    struct pn_slice name = pn_reason_name(reason);

    TEST_ASSERT_EQUAL_size_t(name.len, strlen(text_at(doc, "/error/code")));
    TEST_ASSERT_EQUAL_MEMORY(name.at, text_at(doc, "/error/code"), name.len);
    TEST_ASSERT_GREATER_THAN_size_t(10, strlen(text_at(doc, "/error/message")));
    TEST_ASSERT_NOT_NULL(strstr(text_at(doc, "/error/type"), "error"));
    TEST_ASSERT_EQUAL_STRING("1-2-3", text_at(doc, "/error/postern/decision_id"));
}

static void check_rpc(const yyjson_doc *doc)
{
    TEST_ASSERT_EQUAL_STRING("2.0", text_at(doc, "/jsonrpc"));
    TEST_ASSERT_EQUAL_STRING("iA", text_at(doc, "/id"));
}

static void check(enum pn_reason reason, enum pn_refusal_shape shape, const struct pn_decision *d)
{
    struct pn_refusal r = refusal(reason, shape);

    r.decision = d;
    yyjson_doc *doc = body_of(&r);
    uint16_t status = pn_refusal_status(&r);
    bool own_status = shape == PN_REFUSAL_OPENAI || shape == PN_REFUSAL_RPC_STATUS;
    TEST_ASSERT_EQUAL_UINT16(own_status ? pn_reason_status(reason) : 200, status);
    if (shape == PN_REFUSAL_OPENAI) check_openai(doc, reason);
    else check_rpc(doc);
    if (shape == PN_REFUSAL_TOOL_RESULT) {
        TEST_ASSERT_TRUE(yyjson_is_true(yyjson_doc_ptr_get(doc, "/result/isError")));
        text_at(doc, "/result/content/0/text");
        text_at(doc, "/result/_meta/dev.postern~1decision/reason_code");
    }
    yyjson_doc_free(doc);
}

static void test_every_reason_in_every_shape_is_json(void)
{
    for (int reason = 1; reason < PN_REASON_COUNT; reason++) {
        for (int shape = PN_REFUSAL_OPENAI; shape <= PN_REFUSAL_UNKNOWN_TOOL; shape++) {
            check((enum pn_reason)reason, (enum pn_refusal_shape)shape, NULL);
            check((enum pn_reason)reason, (enum pn_refusal_shape)shape, &decision);
        }
    }
}

static void test_a_decision_is_told_to_people_and_programs(void)
{
    struct pn_refusal r = refusal(PN_REASON_STEP_UP_REQUIRED, PN_REFUSAL_TOOL_RESULT);

    r.decision = &decision;
    yyjson_doc *doc = body_of(&r);
    const char *text = text_at(doc, "/result/content/0/text");
    TEST_ASSERT_NOT_NULL(strstr(text, "needs a \"lead\" \\ \n \xC3\xA4"));
    TEST_ASSERT_NOT_NULL(strstr(text, "{\"type\":\"step_up\"}"));
    TEST_ASSERT_EQUAL_STRING("refund-cap",
                             text_at(doc, "/result/_meta/dev.postern~1decision/rule"));
    TEST_ASSERT_EQUAL_STRING("step_up",
                             text_at(doc, "/result/_meta/dev.postern~1decision/outcome"));
    TEST_ASSERT_EQUAL_STRING("step_up",
                             text_at(doc, "/result/_meta/dev.postern~1decision/remediation/type"));
    yyjson_doc_free(doc);
}

/* Byte for byte what a server says of a tool it does not have. */
static void test_a_hidden_tool_gives_nothing_away(void)
{
    struct pn_refusal r = refusal(PN_REASON_TOOL_HIDDEN, PN_REFUSAL_UNKNOWN_TOOL);
    uint8_t room[PN_REFUSAL_BYTES];
    struct pn_writer w = pn_writer(room, sizeof room);

    r.decision = &decision;
    pn_refusal_body(&w, &r);
    TEST_ASSERT_EQUAL_MEMORY("{\"jsonrpc\":\"2.0\",\"id\":\"i\\u0041\",\"error\":{\"code\":-32602,"
                             "\"message\":\"Unknown tool: a\\\"tool\"}}",
                             w.at, w.len);
}

static void test_an_absent_id_is_null(void)
{
    struct pn_refusal r = refusal(PN_REASON_RPC_INVALID, PN_REFUSAL_RPC_STATUS);

    r.rpc_id = PN_SLICE("");
    yyjson_doc *doc = body_of(&r);
    TEST_ASSERT_TRUE(yyjson_is_null(yyjson_doc_ptr_get(doc, "/id")));
    TEST_ASSERT_EQUAL_INT(-32600, yyjson_get_int(yyjson_doc_ptr_get(doc, "/error/code")));
    yyjson_doc_free(doc);
}

static void test_an_offence_in_json_is_located(void)
{
    struct pn_refusal r = refusal(PN_REASON_JSON_UTF8, PN_REFUSAL_OPENAI);
    yyjson_doc *doc = body_of(&r);

    TEST_ASSERT_NOT_NULL(strstr(text_at(doc, "/error/message"), " At byte 17."));
    yyjson_doc_free(doc);
}

static void test_who_may_come_again(void)
{
    TEST_ASSERT_TRUE(pn_refusal_is_passing(PN_REASON_EXCHANGES_FULL));
    TEST_ASSERT_TRUE(pn_refusal_is_passing(PN_REASON_UPSTREAM_RESET));
    TEST_ASSERT_TRUE(pn_refusal_is_passing(PN_REASON_UPSTREAM_TIMEOUT));
    TEST_ASSERT_FALSE(pn_refusal_is_passing(PN_REASON_DENIED_BY_RULE));
    TEST_ASSERT_FALSE(pn_refusal_is_passing(PN_REASON_JSON_SYNTAX));
    TEST_ASSERT_FALSE(pn_refusal_is_passing(PN_REASON_KEY_UNKNOWN));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_every_reason_in_every_shape_is_json);
    RUN_TEST(test_a_decision_is_told_to_people_and_programs);
    RUN_TEST(test_a_hidden_tool_gives_nothing_away);
    RUN_TEST(test_an_absent_id_is_null);
    RUN_TEST(test_an_offence_in_json_is_located);
    RUN_TEST(test_who_may_come_again);
    return UNITY_END();
}
