/* The kill switch at the admin door: what is written, by whom, against which state, and what is said
 * when the list is full, not kept or lost.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/revocations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "platforms/sim/sim_store.h"
#include "unity.h"

enum { MAX = 4, NOW = 1800000000 };

static struct port_store store;
static struct pn_shared *shared;
static struct pn_install install;
static struct pn_audit_writer writer;
static struct pn_admin admin;
static struct pn_admin_revocations revocations;
static struct pn_revoked_place places[2 * 256];
static uint8_t records[256 * PN_REVOCATION_BYTES];
static char body[PN_ADMIN_BYTES + 1];
static char told[512];
static unsigned told_count;
static const struct pn_now now = { .mono_us = 1, .unix_ms = (int64_t)NOW * 1000 };
static const uint8_t seed[16] = { 1 };

static void tell(void *context, const struct pn_revocation_told *t)
{
    static const char *const acts[] = { "revoked", "lifted", "begun" };
    const struct pn_operator *who = pn_admin_operator(context);

    TEST_ASSERT_NOT_NULL(who);
    told_count++;
    snprintf(told, sizeof told, "%s %.*s %.*s by %.*s%s", acts[t->act],
             t->entry ? (int)t->entry->name.len : 0,
             t->entry ? (const char *)t->entry->name.at : "",
             t->entry ? (int)t->entry->reason.len : 0,
             t->entry ? (const char *)t->entry->reason.at : "", (int)who->name.len,
             (const char *)who->name.at, t->result == PN_REVOCATION_KEPT ? "" : " unkept");
}

static bool start(uint32_t max)
{
    memset(&revocations, 0, sizeof revocations);
    memset(places, 0, sizeof places);
    memset(&shared->revoked, 0, sizeof shared->revoked);
    pn_revoked_set_init(&shared->revoked, places, max, seed);
    pn_json_keys_init(&revocations.keys, revocations.places, PN_REVOCATION_KEYS, seed);
    revocations.told = tell;
    revocations.context = &admin;
    revocations.list = (struct pn_revocations){ .records = records, .max = max };
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&install.slots, &store));
    return pn_revocations_open(&revocations.list, &install.slots, &shared->revoked);
}

void setUp(void)
{
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
    memset(&install, 0, sizeof install);
    memset(&writer, 0, sizeof writer);
    sim_store_init(&store);
    TEST_ASSERT_TRUE(start(MAX));
    admin =
        (struct pn_admin){ .shared = shared,
                           .install = &install,
                           .audit = &writer,
                           .revocations = &revocations,
                           .who = { PN_SLICE("olga"), PN_OPERATOR_OPERATOR, PN_OPERATOR_BY_KEY } };
    told_count = 0;
    told[0] = '\0';
}

void tearDown(void)
{
    free(shared);
}

static struct pn_admin_answer ask(const char *method, const char *path, const char *match,
                                  const char *text)
{
    static uint8_t answer[PN_ADMIN_BYTES];
    struct pn_writer w = pn_writer(answer, sizeof answer);
    struct pn_h1_head head = { 0 };
    char request[512];
    char *sent = malloc(strlen(text) + 1); /* its exact size: overruns are seen */

    int len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: a\r\n%s%s%s\r\n", method,
                       path, match ? "If-Match: " : "", match ? match : "", match ? "\r\n" : "");
    TEST_ASSERT_EQUAL(PN_DONE,
                      pn_h1_request_parse(&head, pn_slice((uint8_t *)request, (size_t)len)));
    memcpy(sent, text, strlen(text));
    struct pn_admin_answer a =
        pn_admin_answer(&admin, &head, pn_slice(sent, strlen(text)), &now, &w);
    free(sent);
    TEST_ASSERT_FALSE(w.full);
    memcpy(body, a.body.at, a.body.len);
    body[a.body.len] = '\0';
    return a;
}

static uint16_t revoke(const char *text)
{
    return ask("POST", "/v1/revocations", "*", text).status;
}

static uint16_t revoke_task(const char *name)
{
    char text[600];

    snprintf(text, sizeof text, "{\"kind\":\"task\",\"name\":\"%s\",\"reason\":\"why\"}", name);
    return revoke(text);
}

static bool has(enum pn_revoked_kind kind, const char *name)
{
    return pn_revoked_has(&shared->revoked,
                          pn_revoked_mark_of(&shared->revoked, kind, pn_slice(name, strlen(name))));
}

static void expect(const char *part)
{
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(body, part), body);
}

static void test_revoking_listing_and_lifting(void)
{
    TEST_ASSERT_EQUAL_UINT16(200, revoke("{\"kind\":\"user\",\"name\":\"an\\u0061\",\"reason\":"
                                         "\"left \\\"us\\\"\",\"until\":1800000001}"));
    TEST_ASSERT_EQUAL_STRING("{\"id\":1,\"kind\":\"user\",\"name\":\"ana\",\"reason\":\"left \\\"us"
                             "\\\"\",\"by\":\"olga\",\"at\":1800000000,\"until\":1800000001}\n",
                             body);
    TEST_ASSERT_EQUAL_STRING("revoked ana left \"us\" by olga", told);
    TEST_ASSERT_TRUE(has(PN_REVOKED_USER, "ana"));
    TEST_ASSERT_TRUE(start(MAX)); /* it was in the store before that was said */
    TEST_ASSERT_TRUE(has(PN_REVOKED_USER, "ana"));
    TEST_ASSERT_EQUAL_UINT16(200, ask("GET", "/v1/revocations", NULL, "").status);
    yyjson_doc *doc = yyjson_read(body, strlen(body), 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, body);
    TEST_ASSERT_EQUAL_INT(1, yyjson_get_int(yyjson_doc_ptr_get(doc, "/count")));
    TEST_ASSERT_EQUAL_INT(MAX, yyjson_get_int(yyjson_doc_ptr_get(doc, "/max")));
    TEST_ASSERT_EQUAL_STRING("olga", yyjson_get_str(yyjson_doc_ptr_get(doc, "/revocations/0/by")));
    TEST_ASSERT_NULL(yyjson_doc_ptr_get(doc, "/next"));
    TEST_ASSERT_NULL(yyjson_doc_ptr_get(doc, "/fault"));
    yyjson_doc_free(doc);
    TEST_ASSERT_EQUAL_UINT16(200, ask("DELETE", "/v1/revocations/1", "*", "").status);
    expect("\"name\":\"ana\"");
    TEST_ASSERT_EQUAL_STRING("lifted ana left \"us\" by olga", told);
    TEST_ASSERT_FALSE(has(PN_REVOKED_USER, "ana"));
    TEST_ASSERT_EQUAL_UINT(2, told_count);
}

/* Of two who saw the same, the second is late. */
static void test_writes_say_what_they_replace(void)
{
    struct pn_admin_answer a = ask("GET", "/v1/revocations", NULL, "");
    static const char wish[] = "{\"kind\":\"task\",\"name\":\"T-1\",\"reason\":\"why\"}";
    char tag[32];

    snprintf(tag, sizeof tag, "%.*s", (int)a.tag.len, (const char *)a.tag.at);
    TEST_ASSERT_EQUAL_UINT16(428, ask("POST", "/v1/revocations", NULL, wish).status);
    expect("if_match_missing");
    TEST_ASSERT_EQUAL_UINT16(412, ask("POST", "/v1/revocations", "\"r9\"", wish).status);
    TEST_ASSERT_EQUAL_UINT(0, told_count);
    TEST_ASSERT_EQUAL_UINT16(200, ask("POST", "/v1/revocations", tag, wish).status);
    TEST_ASSERT_EQUAL_UINT16(412, ask("POST", "/v1/revocations", tag, wish).status);
    expect("if_match_stale");
    TEST_ASSERT_EQUAL_UINT16(412, ask("DELETE", "/v1/revocations/1", tag, "").status);
    TEST_ASSERT_EQUAL_UINT16(428, ask("DELETE", "/v1/revocations/1", NULL, "").status);
    a = ask("GET", "/v1/revocations", NULL, "");
    snprintf(tag, sizeof tag, "%.*s", (int)a.tag.len, (const char *)a.tag.at);
    TEST_ASSERT_EQUAL_UINT16(200, ask("DELETE", "/v1/revocations/1", tag, "").status);
}

static const char *const no_wishes[] = {
    "",
    "{",
    "[]",
    "{}",
    "{\"kind\":\"task\",\"name\":\"T\"}",
    "{\"kind\":\"task\",\"reason\":\"r\"}",
    "{\"name\":\"T\",\"reason\":\"r\"}",
    "{\"kind\":\"tasks\",\"name\":\"T\",\"reason\":\"r\"}",
    "{\"kind\":\"task\",\"name\":\"\",\"reason\":\"r\"}",
    "{\"kind\":\"task\",\"name\":7,\"reason\":\"r\"}",
    "{\"kind\":\"task\",\"name\":\"T\",\"reason\":\"\"}",
    "{\"kind\":\"task\",\"name\":\"T\\n\",\"reason\":\"r\"}",
    "{\"kind\":\"task\",\"name\":\"T\",\"reason\":\"r\\u007f\"}",
    "{\"kind\":\"task\",\"name\":\"T\",\"name\":\"U\",\"reason\":\"r\"}",
    "{\"kind\":\"task\",\"Name\":\"U\",\"name\":\"T\",\"reason\":\"r\"}",
    "{\"kind\":\"task\",\"name\":\"T\",\"reason\":\"r\",\"until\":1800000000}",
    "{\"kind\":\"task\",\"name\":\"T\",\"reason\":\"r\",\"until\":\"1800000001\"}",
    "{\"kind\":\"task\",\"name\":\"T\",\"reason\":\"r\",\"until\":null}",
    "{\"kind\":\"task\",\"name\":\"T\",\"reason\":\"r\",\"until\":1.5}",
    "{\"kind\":\"session\",\"name\":\"0123456789abcdef0123456789abcde\",\"reason\":\"r\"}",
};

static void test_what_is_no_wish(void)
{
    for (size_t i = 0; i < sizeof no_wishes / sizeof no_wishes[0]; i++) {
        TEST_ASSERT_EQUAL_UINT16_MESSAGE(422, revoke(no_wishes[i]), no_wishes[i]);
        expect("\"reason\":\"revocation_invalid\"");
    }
    TEST_ASSERT_EQUAL_UINT32(0, revocations.list.count);
    TEST_ASSERT_EQUAL_UINT(0, told_count);
}

static void test_texts_at_their_bounds(void)
{
    char name[PN_REVOKED_NAME_BYTES + 2], text[800];

    memset(name, 'n', sizeof name);
    name[PN_REVOKED_NAME_BYTES] = '\0';
    TEST_ASSERT_EQUAL_UINT16(200, revoke_task(name));
    name[PN_REVOKED_NAME_BYTES] = 'n';
    name[PN_REVOKED_NAME_BYTES + 1] = '\0';
    TEST_ASSERT_EQUAL_UINT16(422, revoke_task(name));
    for (size_t len = PN_REVOCATION_REASON_BYTES; len < PN_REVOCATION_REASON_BYTES + 2; len++) {
        name[len] = '\0';
        snprintf(text, sizeof text, "{\"kind\":\"key\",\"name\":\"k\",\"reason\":\"%s\"}", name);
        TEST_ASSERT_EQUAL_UINT16(len == PN_REVOCATION_REASON_BYTES ? 200 : 422, revoke(text));
        name[len] = 'n';
    }
}

/* The whole id as a client sends it, or its end alone: the same session. */
static void test_a_session(void)
{
    static const char code[] = "0123456789abcdef0123456789abcdef";

    TEST_ASSERT_EQUAL_UINT16(200, revoke("{\"kind\":\"session\",\"name\":\"up-1.0123456789abcdef"
                                         "0123456789abcdef\",\"reason\":\"r\"}"));
    TEST_ASSERT_TRUE(has(PN_REVOKED_SESSION, code));
    TEST_ASSERT_EQUAL_UINT16(200, revoke("{\"kind\":\"session\",\"name\":\"0123456789abcdef"
                                         "0123456789abcdef\",\"reason\":\"r\"}"));
    TEST_ASSERT_EQUAL_UINT32(1, revocations.list.count);
}

static void expect_ready(const char *fault)
{
    char line[64];

    ask("GET", "/readyz", NULL, "");
    snprintf(line, sizeof line, "[%s] revocations%s%s\n", fault ? "-" : "+", fault ? " " : "",
             fault ? fault : "");
    expect(line);
}

static void test_full(void)
{
    expect_ready(NULL);
    for (int i = 0; i < MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "T-%d", i);
        TEST_ASSERT_EQUAL_UINT16(200, revoke_task(name));
    }
    expect_ready("revocations_full");
    TEST_ASSERT_EQUAL_UINT16(507, revoke_task("T-9"));
    expect("\"reason\":\"revocations_full\"");
    TEST_ASSERT_EQUAL_UINT(MAX, told_count);
    TEST_ASSERT_FALSE(has(PN_REVOKED_TASK, "T-9"));
    ask("GET", "/v1/revocations", NULL, "");
    expect("\"fault\":\"revocations_full\"");
    TEST_ASSERT_EQUAL_UINT16(200, ask("DELETE", "/v1/revocations/2", "*", "").status);
    expect_ready(NULL);
    TEST_ASSERT_EQUAL_UINT16(200, revoke_task("T-9"));
}

static void test_a_store_that_refuses(void)
{
    store.cut_at = store.steps;
    TEST_ASSERT_EQUAL_UINT16(507, revoke_task("T-1"));
    expect("\"reason\":\"revocations_unkept\"");
    TEST_ASSERT_EQUAL_STRING("revoked T-1 why by olga unkept", told);
    TEST_ASSERT_TRUE(has(PN_REVOKED_TASK, "T-1"));
    expect_ready("revocations_unkept");
    TEST_ASSERT_EQUAL_UINT16(507, ask("DELETE", "/v1/revocations/1", "*", "").status);
    TEST_ASSERT_EQUAL_UINT(1, told_count); /* it is not lifted */
    TEST_ASSERT_TRUE(has(PN_REVOKED_TASK, "T-1"));
    sim_store_boot(&store);
    TEST_ASSERT_TRUE(pn_revocations_keep(&revocations.list));
    expect_ready(NULL);
}

static void test_a_list_that_was_lost(void)
{
    TEST_ASSERT_EQUAL_UINT16(200, revoke_task("T-1"));
    TEST_ASSERT_EQUAL_UINT16(409, ask("DELETE", "/v1/revocations", "*", "").status);
    store.bytes[revocations.list.area][40] ^= 1;
    TEST_ASSERT_FALSE(start(MAX));
    expect_ready("revocations_lost");
    TEST_ASSERT_EQUAL_UINT16(503, revoke_task("T-2"));
    expect("\"reason\":\"revocations_lost\"");
    TEST_ASSERT_EQUAL_UINT16(503, ask("DELETE", "/v1/revocations/1", "*", "").status);
    TEST_ASSERT_EQUAL_UINT16(200, ask("DELETE", "/v1/revocations", "*", "").status);
    TEST_ASSERT_EQUAL_STRING("begun   by olga", told);
    expect_ready(NULL);
    TEST_ASSERT_TRUE(start(MAX));
}

/* A list that is longer than an answer comes in parts, each entry once. */
static void test_a_long_list(void)
{
    enum { ENTRIES = 250 };
    char path[64] = "/v1/revocations";
    unsigned seen = 0, parts = 0;

    for (unsigned i = 1; i <= ENTRIES; i++) {
        struct pn_revocation e = { .id = i,
                                   .kind = PN_REVOKED_TASK,
                                   .name = pn_slice(body, PN_REVOKED_NAME_BYTES),
                                   .reason = pn_slice(body, PN_REVOCATION_REASON_BYTES) };
        memset(body, 'a', PN_REVOKED_NAME_BYTES);
        pn_revocation_write(records + (i - 1) * PN_REVOCATION_BYTES, &e);
    }
    revocations.list.count = ENTRIES;
    for (uint64_t next = 1; next != 0; parts++) {
        TEST_ASSERT_EQUAL_UINT16(200, ask("GET", path, NULL, "").status);
        yyjson_doc *doc = yyjson_read(body, strlen(body), 0);
        TEST_ASSERT_NOT_NULL(doc);
        yyjson_val *entries = yyjson_doc_ptr_get(doc, "/revocations");
        for (size_t i = 0; i < yyjson_arr_size(entries); i++) {
            yyjson_val *id = yyjson_obj_get(yyjson_arr_get(entries, i), "id");
            TEST_ASSERT_EQUAL_UINT64(++seen, yyjson_get_uint(id));
        }
        next = yyjson_get_uint(yyjson_doc_ptr_get(doc, "/next"));
        snprintf(path, sizeof path, "/v1/revocations?after=%u", (unsigned)next);
        yyjson_doc_free(doc);
    }
    TEST_ASSERT_EQUAL_UINT(ENTRIES, seen);
    TEST_ASSERT_TRUE(parts > 1);
}

static const struct {
    const char *method, *path;
    uint16_t status;
} paths[] = {
    { "GET", "/v1/revocations/1", 405 },    { "POST", "/v1/revocations/1", 405 },
    { "PUT", "/v1/revocations", 405 },      { "DELETE", "/v1/revocations/1", 404 },
    { "DELETE", "/v1/revocations/x", 404 }, { "DELETE", "/v1/revocations/", 404 },
    { "DELETE", "/v1/revocations/0", 404 }, { "DELETE", "/v1/revocations/4294967297", 404 },
    { "GET", "/v1/revocation", 404 },       { "GET", "/v1/revocationss", 404 },
};

static void test_paths_and_methods(void)
{
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct pn_admin_answer a = ask(paths[i].method, paths[i].path, "*", "");
        TEST_ASSERT_EQUAL_UINT16_MESSAGE(paths[i].status, a.status, paths[i].path);
        TEST_ASSERT_EQUAL(paths[i].status == 405, a.allow.len > 0);
    }
}

/* Viewers read; who changes anything is an operator. */
static void test_roles(void)
{
    static const struct {
        const char *request;
        enum pn_operator_role role;
    } rows[] = {
        { "GET /v1/revocations", PN_OPERATOR_VIEWER },
        { "POST /v1/revocations", PN_OPERATOR_OPERATOR },
        { "DELETE /v1/revocations", PN_OPERATOR_OPERATOR },
        { "DELETE /v1/revocations/1", PN_OPERATOR_OPERATOR },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_h1_head head = { 0 };
        char text[128];
        int len = snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: a\r\n\r\n", rows[i].request);
        TEST_ASSERT_EQUAL(PN_DONE,
                          pn_h1_request_parse(&head, pn_slice((uint8_t *)text, (size_t)len)));
        TEST_ASSERT_EQUAL(rows[i].role, pn_admin_needs(&head));
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_revoking_listing_and_lifting);
    RUN_TEST(test_writes_say_what_they_replace);
    RUN_TEST(test_what_is_no_wish);
    RUN_TEST(test_texts_at_their_bounds);
    RUN_TEST(test_a_session);
    RUN_TEST(test_full);
    RUN_TEST(test_a_store_that_refuses);
    RUN_TEST(test_a_list_that_was_lost);
    RUN_TEST(test_a_long_list);
    RUN_TEST(test_paths_and_methods);
    RUN_TEST(test_roles);
    return UNITY_END();
}
