/* What a record looks like, and that it stays one well-formed line whatever went into it.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit.h"
#include "core/base/step.h"
#include "unity.h"
#include "yyjson.h"

#include <stdio.h>
#include <stdlib.h>

#define TIME_MS INT64_C(1795217718042) /* 2026-11-20T23:35:18.042Z */

static const struct pn_audit_id id = { 0x9F31C0AA, 2, 0x1A };
static uint8_t identity[32] = { 0xB1, 0x0B, 1, 2, 3, 4, 5, 6, 7 };
static uint8_t mac[32] = { 0xAA, 0xBB };
static char text[PN_AUDIT_BODY_BYTES + 3];

void setUp(void)
{
}

void tearDown(void)
{
}

/* The members in braces, from an exact-size block so that an overrun is seen. */
static const char *shown(struct pn_writer *w, size_t bytes_max)
{
    TEST_ASSERT_FALSE_MESSAGE(w->full, "a record must always fit");
    TEST_ASSERT_TRUE(w->len <= bytes_max);
    snprintf(text, sizeof text, "{%.*s}", (int)w->len, (const char *)w->at);
    free(w->at);
    return text;
}

static const char *decision(const struct pn_audit_decision *d)
{
    struct pn_writer w = pn_writer(malloc(PN_AUDIT_BODY_BYTES), PN_AUDIT_BODY_BYTES);

    pn_audit_write_decision(&w, &id, d);
    return shown(&w, PN_AUDIT_BODY_BYTES);
}

static const char *end(const struct pn_audit_end *e)
{
    struct pn_writer w = pn_writer(malloc(PN_AUDIT_END_BYTES), PN_AUDIT_END_BYTES);

    pn_audit_write_end(&w, &id, e);
    return shown(&w, PN_AUDIT_END_BYTES);
}

static const char *event(const struct pn_audit_event *e)
{
    struct pn_writer w = pn_writer(malloc(PN_AUDIT_BODY_BYTES), PN_AUDIT_BODY_BYTES);

    pn_audit_write_event(&w, &id, e);
    return shown(&w, PN_AUDIT_BODY_BYTES);
}

static void valid(const char *json)
{
    yyjson_doc *doc = yyjson_read(json, strlen(json), 0);

    TEST_ASSERT_NOT_NULL_MESSAGE(doc, json);
    for (const char *at = json; *at != '\0'; at++) {
        TEST_ASSERT_TRUE_MESSAGE((uint8_t)*at >= 0x20, "no control character, no line feed");
    }
    yyjson_doc_free(doc);
}

static void decision_as_written(void)
{
    struct pn_audit_fact facts[] = {
        { .path = PN_SLICE("R.attr.arguments.amount_cents"), .value = pn_value_int(900000) },
        { .path = PN_SLICE("P.attr.task"),
          .value = pn_value_string(PN_SLICE("T-1")),
          .masked = true },
    };
    struct pn_audit_decision d = {
        .unix_ms = TIME_MS,
        .who = { .id = PN_SLICE("support-bot"),
                 .user = PN_SLICE("sue"),
                 .agent = PN_SLICE("support-bot"),
                 .team = PN_SLICE("support"),
                 .task = PN_SLICE("T-1"),
                 .key_id = PN_SLICE("k-tier1"),
                 .proof = PN_SLICE("api_key"),
                 .roles = PN_SLICE("tier-1-support,staff"),
                 .token_id = PN_SLICE("t-1"),
                 .spiffe_id = PN_SLICE("spiffe://a.example/bot"),
                 .issuer = PN_SLICE("https://login.example") },
        .client = { .user_agent = PN_SLICE("node"), .name = PN_SLICE("desk 1.0") },
        .surface = PN_SLICE("mcp"),
        .server = PN_SLICE("payments"),
        .session = PN_SLICE("0123456789abcdef0123456789abcdef"),
        .tool = PN_SLICE("refund_issue"),
        .method = PN_SLICE("tools/call"),
        .action = PN_SLICE("tools/call/refund_issue"),
        .args_mac = mac,
        .outcome = PN_SLICE("deny"),
        .rule = PN_SLICE("tier-1-refund-cap"),
        .reason = PN_SLICE("tier-1-support refund cap exceeded"),
        .error = PN_SLICE("denied_by_rule"),
        .policy = { identity, 7 },
        .facts = facts,
        .fact_count = 2,
    };

    TEST_ASSERT_EQUAL_STRING(
        "{\"kind\":\"decision\",\"time\":\"2026-11-20T23:35:18.042Z\",\"id\":\"9f31c0aa-2-1a\","
        "\"who\":{\"id\":\"support-bot\",\"user\":\"sue\",\"agent\":\"support-bot\",\"team\":"
        "\"support\","
        "\"task\":\"T-1\",\"key_id\":\"k-tier1\",\"issuer\":\"https://login.example\",\"proof\":\"api_key\","
        "\"roles\":[\"tier-1-support\",\"staff\"],\"token_id\":\"t-1\","
        "\"spiffe_id\":\"spiffe://a.example/bot\"},"
        "\"client\":{\"user_agent\":\"node\",\"name\":\"desk 1.0\"},"
        "\"surface\":\"mcp\",\"server\":\"payments\",\"session\":\"0123456789abcdef0123456789abcdef\",\"tool\":\"refund_issue\",\"method\":\"tools/"
        "call\","
        "\"action\":\"tools/call/refund_issue\",\"args_hmac\":\"hmac-sha256:"
        "aabb000000000000000000000000000000000000000000000000000000000000\","
        "\"outcome\":\"deny\",\"rule\":\"tier-1-refund-cap\","
        "\"reason\":\"tier-1-support refund cap exceeded\",\"error\":\"denied_by_rule\","
        "\"policy\":{\"id\":\"b10b010203040506\",\"sequence\":7},"
        "\"facts\":{\"R.attr.arguments.amount_cents\":900000,\"P.attr.task\":\"***\"},"
        "\"fact_states\":{\"P.attr.task\":\"masked\"}}",
        decision(&d));
}

static void what_is_unknown_is_left_out(void)
{
    struct pn_audit_decision d = { .unix_ms = -1,
                                   .outcome = PN_SLICE("refused"),
                                   .error = PN_SLICE("key_unknown") };

    TEST_ASSERT_EQUAL_STRING(
        "{\"kind\":\"decision\",\"id\":\"9f31c0aa-2-1a\",\"outcome\":\"refused\","
        "\"error\":\"key_unknown\"}",
        decision(&d));
}

static void end_as_written(void)
{
    struct pn_audit_end e = { .unix_ms = TIME_MS,
                              .status = 200,
                              .upstream = PN_SLICE("openai"),
                              .upstream_status = 200,
                              .latency_us = 1234,
                              .bytes_in = 99,
                              .bytes_out = 12345678901,
                              .how = PN_AUDIT_HOW_COMPLETE };
    struct pn_audit_end none = { .unix_ms = -1 };

    TEST_ASSERT_EQUAL_STRING("{\"kind\":\"end\",\"time\":\"2026-11-20T23:35:18.042Z\","
                             "\"id\":\"9f31c0aa-2-1a\",\"status\":200,\"upstream\":\"openai\","
                             "\"upstream_status\":200,\"latency_us\":1234,\"bytes_in\":99,"
                             "\"bytes_out\":12345678901,\"how\":\"done\"}",
                             end(&e));
    TEST_ASSERT_EQUAL_STRING(
        "{\"kind\":\"end\",\"id\":\"9f31c0aa-2-1a\",\"latency_us\":0,\"bytes_in\":0,"
        "\"bytes_out\":0,\"how\":\"cut\"}",
        end(&none));
}

static void event_as_written(void)
{
    struct pn_audit_event e = { .unix_ms = TIME_MS,
                                .name = PN_AUDIT_EVENT_POLICY_REFUSED,
                                .detail = PN_SLICE("push"),
                                .reason = PN_SLICE("signature_invalid"),
                                .policy = { identity, 7 } };

    TEST_ASSERT_EQUAL_STRING(
        "{\"kind\":\"event\",\"time\":\"2026-11-20T23:35:18.042Z\","
        "\"id\":\"9f31c0aa-2-1a\",\"event\":\"policy_refused\",\"detail\":\"push\","
        "\"reason\":\"signature_invalid\","
        "\"policy\":{\"id\":\"b10b010203040506\",\"sequence\":7}}",
        event(&e));
}

static void event_of_an_operator(void)
{
    struct pn_audit_event e = { .unix_ms = TIME_MS,
                                .name = PN_AUDIT_EVENT_POLICY_INSTALLED,
                                .who = { .id = PN_SLICE("ana"),
                                         .proof = PN_SLICE("admin_key"),
                                         .roles = PN_SLICE("operator") },
                                .policy = { identity, 7 } };

    TEST_ASSERT_EQUAL_STRING(
        "{\"kind\":\"event\",\"time\":\"2026-11-20T23:35:18.042Z\","
        "\"id\":\"9f31c0aa-2-1a\",\"event\":\"policy_installed\","
        "\"who\":{\"id\":\"ana\",\"proof\":\"admin_key\",\"roles\":[\"operator\"]},"
        "\"policy\":{\"id\":\"b10b010203040506\",\"sequence\":7}}",
        event(&e));
}

static struct pn_value escaped(struct pn_slice s)
{
    struct pn_value v = pn_value_string(s);
    v.flags = PN_VALUE_ESCAPED;
    return v;
}

static struct pn_value json(enum pn_type type, struct pn_slice s)
{
    struct pn_value v = pn_value_string(s);
    v.type = (uint8_t)type;
    return v;
}

static void fact_values(void)
{
    static const double third = 1.0 / 3;
    struct {
        struct pn_value value;
        const char *shown, *state; /* NULL: it is whole */
    } rows[] = {
        { pn_value_of(PN_ABSENT), NULL, "absent" },
        { pn_value_of(PN_ERROR), "{\"error\":true}", "error" },
        { pn_value_of(PN_UNKNOWN), "{\"unknown\":true}", "unknown" },
        { pn_value_of(PN_LIST), "[]", "type" },
        { pn_value_of(PN_MAP), "{}", "type" },
        { pn_value_of(PN_NULL), "null", NULL },
        { pn_value_bool(true), "true", NULL },
        { pn_value_bool(false), "false", NULL },
        { pn_value_int(-5), "-5", NULL },
        { pn_value_int(INT64_MIN), "-9223372036854775808", NULL },
        { { .type = PN_DOUBLE, .as.d = 900000.0 }, "900000.0", NULL },
        { { .type = PN_DOUBLE, .as.d = -2.0 }, "-2.0", NULL },
        { { .type = PN_DOUBLE, .as.d = third }, "0.3333333333333333", NULL },
        { { .type = PN_DOUBLE, .as.d = 1e300 }, "1e300", NULL },
        { pn_value_string(PN_SLICE("a\"b\nc\x01\xff")), "\"a\\\"b\\nc\\u0001\xEF\xBF\xBD\"", NULL },
        { escaped(PN_SLICE("\\u0041\\n\\ud83d\\ude00")), "\"A\\n\xF0\x9F\x98\x80\"", NULL },
        { json(PN_LIST, PN_SLICE("[1,\n \"a b\\\" \", 2]")), "[1,\"a b\\\" \",2]", NULL },
        { json(PN_MAP, PN_SLICE("{ \"k\" : { } }")), "{\"k\":{}}", NULL },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_audit_fact fact = { .path = PN_SLICE("p"), .value = rows[i].value };
        struct pn_audit_decision d = { .unix_ms = -1, .facts = &fact, .fact_count = 1 };
        char want[200];
        int len = snprintf(
            want, sizeof want, "{\"kind\":\"decision\",\"id\":\"9f31c0aa-2-1a\",\"facts\":{%s%s}",
            rows[i].shown != NULL ? "\"p\":" : "", rows[i].shown != NULL ? rows[i].shown : "");

        snprintf(want + len, sizeof want - (size_t)len,
                 rows[i].state != NULL ? ",\"fact_states\":{\"p\":\"%s\"}}" : "}", rows[i].state);
        TEST_ASSERT_EQUAL_STRING(want, decision(&d));
        valid(text);
    }
}

/* Letters, quotes, controls, two-byte characters and broken bytes grow differently when escaped. */
static const char *const units[] = { "a", "\"", "\x01", "\xC3\xA9", "\xFF", "\xF0\x9F\x98\x80" };

static struct pn_slice filled(uint8_t *block, size_t len, const char *unit)
{
    for (size_t i = 0; i < len; i++) {
        block[i] = (uint8_t)unit[i % strlen(unit)];
    }
    return pn_slice(block, len);
}

static void everything_too_long(void)
{
    enum { LONG = 5000, FACTS = 40 };
    static uint8_t block[LONG];
    struct pn_audit_fact facts[FACTS];

    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        struct pn_slice s = filled(block, LONG, units[u]);
        struct pn_audit_decision d = {
            .unix_ms = TIME_MS,
            .who = { s, s, s, s, s, s, s, s, s, s, s },
            .client = { s, s },
            .surface = s,
            .server = s,
            .session = s,
            .model = s,
            .tool = u % 2 == 0 ? s : PN_SLICE(""),
            .method = s,
            .action = s,
            .args_mac = mac,
            .outcome = s,
            .rule = s,
            .reason = s,
            .error = s,
            .warning = s,
            .policy = { identity, UINT64_MAX },
            .facts = facts,
            .fact_count = FACTS,
        };
        struct pn_audit_end e = { .unix_ms = TIME_MS,
                                  .status = 65535,
                                  .upstream = s,
                                  .upstream_status = 65535,
                                  .latency_us = UINT32_MAX,
                                  .bytes_in = UINT64_MAX,
                                  .bytes_out = UINT64_MAX,
                                  .how = PN_AUDIT_HOW_CLIENT_GONE,
                                  .error = s };
        struct pn_audit_event v = { .unix_ms = TIME_MS,
                                    .name = PN_AUDIT_EVENT_SPOOL_RECOVERED,
                                    .detail = s,
                                    .reason = s,
                                    .policy = { identity, UINT64_MAX } };
        for (size_t i = 0; i < FACTS; i++) {
            facts[i] = (struct pn_audit_fact){ .path = s, .value = pn_value_string(s) };
        }
        valid(decision(&d));
        TEST_ASSERT_NOT_NULL(strstr(text, "\"facts_left_out\":"));
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(text, "\"facts\":{\""), "at least one fact has room");
        TEST_ASSERT_NOT_NULL(strstr(text, "\xE2\x80\xA6[+"));
        valid(end(&e));
        valid(event(&v));
    }
}

/* Every length around a field's bound: cut or not, never invalid, and what is gone is counted. */
static void cut_at_every_length(void)
{
    static uint8_t block[400];

    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t len = 1; len < sizeof block; len++) {
            struct pn_audit_fact fact = { .path = PN_SLICE("p"),
                                          .value = pn_value_string(filled(block, len, units[u])) };
            struct pn_audit_decision d = { .unix_ms = -1, .facts = &fact, .fact_count = 1 };
            const char *mark;
            size_t left_out = 0;

            valid(decision(&d));
            mark = strstr(text, "\xE2\x80\xA6[+");
            if (mark != NULL) left_out = strtoul(mark + 5, NULL, 10);
            TEST_ASSERT_TRUE(left_out < len);
            TEST_ASSERT_TRUE(strlen(text) <= PN_AUDIT_VALUE_BYTES + 90);
            if (u == 0 && len <= PN_AUDIT_VALUE_BYTES - 2) TEST_ASSERT_NULL(mark);
            if (u == 0 && len > PN_AUDIT_VALUE_BYTES - 2) TEST_ASSERT_NOT_NULL(mark);
        }
    }
}

/* What a client sends is never mistaken for a mark of ours: the state tells. */
static void what_looks_like_a_mark_is_whole(void)
{
    struct pn_audit_fact facts[] = {
        { .path = PN_SLICE("a"), .value = pn_value_string(PN_SLICE("***")) },
        { .path = PN_SLICE("b"), .value = json(PN_MAP, PN_SLICE("{\"absent\":true}")) },
        { .path = PN_SLICE("c"), .value = pn_value_string(PN_SLICE("x\xE2\x80\xA6[+9]")) },
        { .path = PN_SLICE("d"), .value = pn_value_of(PN_ABSENT) },
        { .path = PN_SLICE("e"), .value = pn_value_of(PN_ABSENT), .masked = true },
    };
    struct pn_audit_decision d = { .unix_ms = -1, .facts = facts, .fact_count = 5 };

    TEST_ASSERT_EQUAL_STRING(
        "{\"kind\":\"decision\",\"id\":\"9f31c0aa-2-1a\",\"facts\":{\"a\":\"***\","
        "\"b\":{\"absent\":true},\"c\":\"x\xE2\x80\xA6[+9]\"},"
        "\"fact_states\":{\"d\":\"absent\",\"e\":\"absent\"}}",
        decision(&d));
}

/* A fact that needs a state is written with it or not at all, however little room there is. */
static void no_fact_without_its_state(void)
{
    enum { FACTS = 200 };
    static char paths[FACTS][64];
    struct pn_audit_fact facts[FACTS];
    struct pn_audit_decision d = { .unix_ms = -1, .facts = facts, .fact_count = FACTS };
    size_t masked = 0, marks = 0;

    for (size_t i = 0; i < FACTS; i++) {
        int len = snprintf(paths[i], sizeof paths[i], "R.attr.arguments.member_%zu", i);
        facts[i] = (struct pn_audit_fact){ .path = pn_slice(paths[i], (size_t)len),
                                           .value = pn_value_int((int64_t)i),
                                           .masked = i % 2 == 0 };
        if (i % 5 == 0) facts[i].value = pn_value_of(PN_ABSENT);
    }
    valid(decision(&d));
    for (const char *at = text; (at = strstr(at, "\"***\"")) != NULL; at++) marks++;
    for (const char *at = text; (at = strstr(at, "\"masked\"")) != NULL; at++) masked++;
    TEST_ASSERT_TRUE(marks > 5);
    TEST_ASSERT_EQUAL(marks, masked);
    TEST_ASSERT_NOT_NULL(strstr(text, "\"facts_left_out\":"));
}

static void long_escapes_and_maps_become_cut_texts(void)
{
    static char source[2000], map[2000];
    struct pn_audit_fact fact = { .path = PN_SLICE("p") };
    struct pn_audit_decision d = { .unix_ms = -1, .facts = &fact, .fact_count = 1 };

    for (size_t i = 0; i < 100; i++) {
        memcpy(source + i * 6, "\\u00e9", 6);
    }
    fact.value = escaped(pn_slice(source, 600)); /* 200 bytes unescaped: fits */
    TEST_ASSERT_NULL(strstr(decision(&d), "[+"));
    valid(text);
    for (size_t i = 100; i < 300; i++) {
        memcpy(source + i * 6, "\\u00e9", 6);
    }
    fact.value = escaped(pn_slice(source, 1800)); /* 600 bytes */
    TEST_ASSERT_NOT_NULL(strstr(decision(&d), "[+"));
    valid(text);
    memset(map, ' ', sizeof map);
    map[0] = '{';
    map[sizeof map - 1] = '}';
    fact.value =
        json(PN_MAP, pn_slice(map, sizeof map)); /* white space alone does not make it long */
    TEST_ASSERT_NOT_NULL(strstr(decision(&d), "\"p\":{}"));
    memcpy(map, "{\"k\":\"", 6);
    memset(map + 6, 'x', sizeof map - 8);
    memcpy(map + sizeof map - 2, "\"}", 2);
    fact.value = json(PN_MAP, pn_slice(map, sizeof map));
    TEST_ASSERT_NOT_NULL(strstr(decision(&d), "\"p\":\"{\\\"k\\\":\\\"xxx"));
    valid(text);
}

static void roles_are_cut_at_a_name(void)
{
    struct pn_audit_decision d = { .unix_ms = -1 };
    char roles[1000] = "";

    for (int i = 0; i < 60; i++) {
        snprintf(roles + strlen(roles), sizeof roles - strlen(roles), "%srole-%02d", i ? "," : "",
                 i);
    }
    d.who.roles = pn_slice(roles, strlen(roles));
    valid(decision(&d));
    TEST_ASSERT_NOT_NULL(strstr(text, "\"roles\":[\"role-00\",\"role-01\""));
    TEST_ASSERT_NOT_NULL(strstr(text, "\",\"\xE2\x80\xA6[+"));
    d.who.roles = PN_SLICE("one");
    TEST_ASSERT_NOT_NULL(strstr(decision(&d), "\"roles\":[\"one\"]"));
}

static void masks(void)
{
    static const struct pn_slice list[] = { PN_SLICE_INIT("R.attr.arguments.iban"),
                                            PN_SLICE_INIT("P.attr.claims") };
    struct {
        const char *path;
        bool masked;
    } rows[] = {
        { "R.attr.arguments.iban", true },    { "R.attr.arguments.iban.last4", true },
        { "R.attr.arguments.iban[0]", true }, { "R.attr.arguments.iban_country", false },
        { "R.attr.arguments", true },         { "R.attr", true },
        { "R.attr.argument", false },         { "R.attr.arguments.amount", false },
        { "P.attr.claims.email", true },      { "P.attr.task", false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice path = pn_slice(rows[i].path, strlen(rows[i].path));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].masked, pn_audit_masked(list, 2, path), rows[i].path);
        TEST_ASSERT_FALSE(pn_audit_masked(list, 0, path));
    }
}

static void ids(void)
{
    struct {
        struct pn_audit_id id;
        const char *shown;
    } rows[] = {
        { { 0, 0, 0 }, "00000000-0-00" },
        { { 1, 63, 256 }, "00000001-63-0100" },
        { { UINT32_MAX, UINT32_MAX, UINT64_MAX }, "ffffffff-4294967295-ffffffffffffffff" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[PN_AUDIT_ID_BYTES];
        struct pn_slice s = pn_audit_id_text(&rows[i].id, out);
        TEST_ASSERT_EQUAL(strlen(rows[i].shown), s.len);
        TEST_ASSERT_EQUAL_MEMORY(rows[i].shown, s.at, s.len);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(decision_as_written);
    RUN_TEST(what_is_unknown_is_left_out);
    RUN_TEST(end_as_written);
    RUN_TEST(event_as_written);
    RUN_TEST(event_of_an_operator);
    RUN_TEST(fact_values);
    RUN_TEST(everything_too_long);
    RUN_TEST(cut_at_every_length);
    RUN_TEST(long_escapes_and_maps_become_cut_texts);
    RUN_TEST(what_looks_like_a_mark_is_whole);
    RUN_TEST(no_fact_without_its_state);
    RUN_TEST(roles_are_cut_at_a_name);
    RUN_TEST(masks);
    RUN_TEST(ids);
    return UNITY_END();
}
