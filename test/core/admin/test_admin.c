/* The operator's questions: each path and method, readiness in each state, and metrics that a
 * scraper can read.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/admin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "platforms/sim/sim.h"
#include "unity.h"

static struct pn_shared *shared;
static struct pn_install install;
static struct pn_audit_writer writer;
static struct pn_stats stats[2];
static const struct pn_stats *const stats_of[] = { &stats[0], &stats[1] };
static struct pn_limits limits;
static struct pn_system system_facts;
static struct pn_admin admin;
static char body[PN_ADMIN_BYTES + 1];
static const struct pn_now now = { .mono_us = 1, .unix_ms = 1800000000000 };

void setUp(void)
{
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
    install = (struct pn_install){ .shared = shared };
    memset(&writer, 0, sizeof writer);
    memset(stats, 0, sizeof stats);
    pn_limits_default(&limits);
    system_facts = (struct pn_system){ .limits = &limits };
    admin = (struct pn_admin){ .shared = shared,
                               .system = &system_facts,
                               .install = &install,
                               .audit = &writer,
                               .stats = stats_of,
                               .worker_count = 2,
                               .version = PN_SLICE("1.2.3") };
}

void tearDown(void)
{
    free(shared);
}

static struct pn_admin_answer ask(const char *method, const char *path)
{
    static uint8_t answer[PN_ADMIN_BYTES];
    struct pn_writer w = pn_writer(answer, sizeof answer);
    struct pn_h1_head head = { 0 };
    char request[256];

    int len = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: a\r\n\r\n", method, path);
    TEST_ASSERT_EQUAL(PN_DONE,
                      pn_h1_request_parse(&head, pn_slice((uint8_t *)request, (size_t)len)));
    struct pn_admin_answer a = pn_admin_answer(&admin, &head, PN_SLICE(""), &now, &w);
    TEST_ASSERT_FALSE(w.full);
    memcpy(body, a.body.at, a.body.len);
    body[a.body.len] = '\0';
    return a;
}

static void put_in_force(int64_t expires_unix)
{
    struct pn_active *a = &shared->generations[1];

    memset(a->identity, 0xAB, sizeof a->identity);
    a->sequence = 42;
    a->issued_unix = 1800000000 - 60;
    a->expires_unix = expires_unix;
    pn_shared_publish(shared, 1);
}

struct path_row {
    const char *method, *path;
    uint16_t status;
    const char *text;
};

static void test_credentials_are_counted(void)
{
    uint32_t reloads = 3, failures = 2;

    ask("GET", "/metrics");
    TEST_ASSERT_NULL(strstr(body, "postern_credentials"));
    admin.credential_reloads = &reloads;
    admin.credential_failures = &failures;
    ask("GET", "/metrics");
    admin.credential_reloads = NULL;
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_credentials_reloaded_total 3\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_credentials_reload_failed_total 2\n"));
}

static const struct path_row paths[] = {
    { "GET", "/livez", 200, "alive\n" },
    { "GET", "/healthz", 200, "alive\n" },
    { "GET", "/health/liveliness", 200, "alive\n" },
    { "GET", "/readyz", 503, "[-] policy no_policy\n" },
    { "GET", "/readyz?verbose", 503, "not ready\n" },
    { "GET", "/health/readiness", 503, "not ready\n" },
    { "GET", "/version", 200, "postern 1.2.3\n" },
    { "GET", "/metrics", 200, "# TYPE postern_requests_total counter\n" },
    { "GET", "/v1/policy", 200, "\"state\":\"no_policy\"" },
    { "GET", "/v1/keys", 200,
      "{\"key_set\":0,\"lost\":false,\"threshold\":0,\"keys\":[],\"revoked\":[]}\n" },
    { "GET", "/v1/system", 200, "{\"version\":\"1.2.3\",\"pid\":0,\"uptime_s\":0," },
    { "PUT", "/v1/system", 405, "" },
    { "GET", "/v1/inventory", 200, "{\"policy\":null,\"models\":[],\"servers\":[]}\n" },
    { "PUT", "/v1/inventory", 405, "" },
    { "PUT", "/v1/keys", 405, "" },
    { "GET", "/v1/time", 200, "{\"passed\":0,\"nonce\":\"" },
    { "PUT", "/v1/time", 422, "\"reason\":\"seal_empty\"" },
    { "POST", "/v1/time", 405, "" },
    { "GET", "/", 404, "" },
    { "GET", "/livez/", 404, "" },
    { "GET", "/v1/chat/completions", 404, "" },
    { "PUT", "/nowhere", 404, "" },
    { "PUT", "/livez", 405, "" },
    { "POST", "/v1/policy", 405, "" },
    { "DELETE", "/v1/policy", 405, "" },
    { "HEAD", "/metrics", 405, "" },
};

static void test_paths_and_methods(void)
{
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct pn_admin_answer a = ask(paths[i].method, paths[i].path);
        TEST_ASSERT_EQUAL_UINT16_MESSAGE(paths[i].status, a.status, paths[i].path);
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(body, paths[i].text), body);
        TEST_ASSERT_EQUAL(paths[i].status == 405, a.allow.len > 0);
    }
}

static void test_readiness(void)
{
    put_in_force(1800000000 + 10);
    TEST_ASSERT_EQUAL_UINT16(200, ask("GET", "/readyz").status);
    TEST_ASSERT_EQUAL_STRING("[+] policy\n[+] audit\n[+] serving\n[+] revocations\nready\n", body);
    atomic_store(&writer.shared.fault, 1);
    TEST_ASSERT_EQUAL_UINT16(503, ask("GET", "/readyz").status);
    TEST_ASSERT_NOT_NULL(strstr(body, "[-] audit audit_unavailable\n"));
    atomic_store(&writer.shared.fault, 0);
    atomic_store(&shared->draining, 1);
    TEST_ASSERT_EQUAL_UINT16(503, ask("GET", "/readyz").status);
    TEST_ASSERT_NOT_NULL(strstr(body, "[-] serving draining\n"));
    TEST_ASSERT_EQUAL_UINT16(200, ask("GET", "/livez").status);
    atomic_store(&shared->draining, 0);
    put_in_force(1800000000);
    TEST_ASSERT_EQUAL_UINT16(503, ask("GET", "/readyz").status);
    TEST_ASSERT_NOT_NULL(strstr(body, "[-] policy policy_expired\n"));
}

static const char *text_at(yyjson_doc *doc, const char *pointer)
{
    return yyjson_get_str(yyjson_doc_ptr_get(doc, pointer));
}

static void test_the_system_as_a_document(void)
{
    system_facts = (struct pn_system){ .limits = &limits,
                                       .pid = 7,
                                       .workers = 2,
                                       .uid = 65534,
                                       .open_files_max = 1024,
                                       .locked_bytes_max = UINT64_MAX,
                                       .sandbox = PN_SANDBOX_BEST_EFFORT,
                                       .privileges = PN_GUARD_ON,
                                       .landlock = PN_GUARD_PARTIAL,
                                       .landlock_abi = 2,
                                       .broad_count = 9, /* of which some are named */
                                       .broad = { PN_SLICE("/etc/\"a"), PN_SLICE("/b") },
                                       .seccomp = PN_GUARD_UNAVAILABLE,
                                       .core_dumps = PN_CORE_DUMPS_ON };
    ask("GET", "/v1/system");
    yyjson_doc *doc = yyjson_read(body, strlen(body), 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, body);
    TEST_ASSERT_EQUAL_STRING("best-effort", text_at(doc, "/sandbox/mode"));
    TEST_ASSERT_EQUAL_STRING("on", text_at(doc, "/sandbox/privileges_dropped"));
    TEST_ASSERT_EQUAL_STRING("partial", text_at(doc, "/sandbox/landlock"));
    TEST_ASSERT_EQUAL_STRING("unavailable", text_at(doc, "/sandbox/seccomp"));
    TEST_ASSERT_EQUAL_STRING("/etc/\"a", text_at(doc, "/sandbox/landlock_broad/0"));
    TEST_ASSERT_EQUAL_STRING("/b", text_at(doc, "/sandbox/landlock_broad/1"));
    TEST_ASSERT_EQUAL_STRING("on", text_at(doc, "/core_dumps"));
    TEST_ASSERT_EQUAL_INT(65534, yyjson_get_int(yyjson_doc_ptr_get(doc, "/uid")));
    TEST_ASSERT_EQUAL_INT(1024, yyjson_get_int(yyjson_doc_ptr_get(doc, "/limits/open_files_max")));
    TEST_ASSERT_TRUE(yyjson_is_null(yyjson_doc_ptr_get(doc, "/limits/locked_bytes_max")));
    TEST_ASSERT_EQUAL_UINT64(limits.connections_max,
                             yyjson_get_uint(yyjson_doc_ptr_get(doc, "/limits/connections_max")));
    TEST_ASSERT_EQUAL_UINT64(limits.drain_ms,
                             yyjson_get_uint(yyjson_doc_ptr_get(doc, "/limits/drain_ms")));
    yyjson_doc_free(doc);
    system_facts.sandbox = PN_SANDBOX_STRICT;
    ask("GET", "/v1/system");
    TEST_ASSERT_NOT_NULL(strstr(body, "\"mode\":\"strict\""));
}

static void test_the_policy_as_a_document(void)
{
    put_in_force(1800000000 + 10);
    install.refusals = 1;
    install.last_refusal = (struct pn_install_result){ .verdict = PN_INSTALL_REFUSED,
                                                       .status = 422,
                                                       .name = PN_SLICE("upstream_tls"),
                                                       .sentence = PN_SLICE("A \"sentence\"."),
                                                       .detail_len = 2,
                                                       .detail_text = "u\"" };
    install.last_refusal_unix = 7;
    ask("GET", "/v1/policy");
    yyjson_doc *doc = yyjson_read(body, strlen(body), 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, body);
    TEST_ASSERT_EQUAL_STRING("active", yyjson_get_str(yyjson_doc_ptr_get(doc, "/state")));
    TEST_ASSERT_EQUAL_INT(42, yyjson_get_int(yyjson_doc_ptr_get(doc, "/sequence")));
    TEST_ASSERT_EQUAL_size_t(64, yyjson_get_len(yyjson_doc_ptr_get(doc, "/identity")));
    TEST_ASSERT_EQUAL_STRING("u\"",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/last_refusal/subject")));
    TEST_ASSERT_EQUAL_INT(7, yyjson_get_int(yyjson_doc_ptr_get(doc, "/last_refusal/at")));
    yyjson_doc_free(doc);
}

static void test_what_a_timestamp_says(void)
{
    put_in_force(1800000000 + 10);
    ask("GET", "/v1/policy");
    TEST_ASSERT_NULL(strstr(body, "newest"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\"stale\":false"));
    install.fresh.any = true;
    install.fresh.last.sequence = 43;
    ask("GET", "/v1/policy");
    TEST_ASSERT_NOT_NULL(strstr(body, "\"newest\":false,\"newest_sequence\":43"));
    ask("GET", "/metrics");
    TEST_ASSERT_NOT_NULL(strstr(body, "postern_policy_newest 0\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "postern_policy_stale 0\n"));
    install.fresh.last.sequence = 41;
    install.fresh.on_stale = PN_STALE_WARN;
    ask("GET", "/v1/policy");
    TEST_ASSERT_NOT_NULL(strstr(body, "\"newest\":true,\"newest_sequence\":41,\"stale\":true"));
    ask("GET", "/metrics");
    TEST_ASSERT_NOT_NULL(strstr(body, "postern_policy_stale 1\n"));
    atomic_store(&shared->stale, 1);
    TEST_ASSERT_EQUAL_UINT16(503, ask("GET", "/readyz").status);
    TEST_ASSERT_NOT_NULL(strstr(body, "[-] policy policy_stale\n"));
}

static void test_each_question_is_another(void)
{
    char first[sizeof body];

    ask("GET", "/v1/time");
    memcpy(first, body, sizeof first);
    ask("GET", "/v1/time");
    TEST_ASSERT_EQUAL_size_t(strlen(first), strlen(body));
    TEST_ASSERT_NOT_EQUAL(0, strcmp(first, body));
}

static void test_the_keys_as_a_document(void)
{
    struct pn_keyset *keys = &install.keyring.keys;

    *keys = (struct pn_keyset){ .version = 7, .count = PN_KEYSET_KEYS_MAX, .threshold = 2 };
    keys->revoked_count = PN_KEYSET_REVOKED_MAX;
    memset(keys->revoked, 0xCD, sizeof keys->revoked);
    memset(keys->keys[0].id, 0xAB, PN_KEY_ID_BYTES);
    keys->keys[0].roles = PN_KEY_ROOT;
    keys->keys[11].roles = PN_KEY_POLICY | PN_KEY_TIME;
    keys->keys[11].not_after_s = UINT64_C(1) << 40;
    TEST_ASSERT_EQUAL_UINT16(200, ask("GET", "/v1/keys").status);
    yyjson_doc *doc = yyjson_read(body, strlen(body), 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, body);
    TEST_ASSERT_EQUAL_INT(7, yyjson_get_int(yyjson_doc_ptr_get(doc, "/key_set")));
    TEST_ASSERT_EQUAL_INT(2, yyjson_get_int(yyjson_doc_ptr_get(doc, "/threshold")));
    TEST_ASSERT_EQUAL_size_t(64, yyjson_get_len(yyjson_doc_ptr_get(doc, "/identity")));
    TEST_ASSERT_EQUAL_size_t(12, yyjson_arr_size(yyjson_doc_ptr_get(doc, "/keys")));
    TEST_ASSERT_EQUAL_STRING("abababababababab",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/keys/0/id")));
    TEST_ASSERT_EQUAL_STRING("root", yyjson_get_str(yyjson_doc_ptr_get(doc, "/keys/0/roles/0")));
    TEST_ASSERT_NULL(yyjson_doc_ptr_get(doc, "/keys/0/until"));
    TEST_ASSERT_EQUAL_STRING("time", yyjson_get_str(yyjson_doc_ptr_get(doc, "/keys/11/roles/1")));
    TEST_ASSERT_EQUAL_UINT64(UINT64_C(1) << 40,
                             yyjson_get_uint(yyjson_doc_ptr_get(doc, "/keys/11/until")));
    TEST_ASSERT_EQUAL_size_t(16, yyjson_arr_size(yyjson_doc_ptr_get(doc, "/revoked")));
    TEST_ASSERT_EQUAL_STRING("cdcdcdcdcdcdcdcd",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/revoked/15")));
    yyjson_doc_free(doc);
    install.keyring.lost = true; /* then the version is the one below, and names nothing */
    ask("GET", "/v1/keys");
    TEST_ASSERT_NOT_NULL(strstr(body, "\"lost\":true"));
    TEST_ASSERT_NULL(strstr(body, "identity"));
}

static void test_rubbish_is_refused_and_told(void)
{
    static uint8_t answer[PN_ADMIN_BYTES], memory[256];
    struct pn_writer w = pn_writer(answer, sizeof answer);
    struct pn_h1_head head = { 0 };
    struct pn_slice request =
        PN_SLICE("PUT /v1/policy HTTP/1.1\r\nHost: a\r\nIf-Match: *\r\nContent-Length: 7\r\n\r\n");

    for (int i = 0; i < PN_POLICY_GENERATIONS; i++)
        install.memory[i] = pn_writer(memory, sizeof memory);
    TEST_ASSERT_EQUAL(PN_DONE, pn_h1_request_parse(&head, request));
    struct pn_admin_answer a = pn_admin_answer(&admin, &head, PN_SLICE("rubbish"), &now, &w);
    TEST_ASSERT_EQUAL_UINT16(422, a.status);
    yyjson_doc *doc = yyjson_read((const char *)a.body.at, a.body.len, 0);
    TEST_ASSERT_EQUAL_STRING("seal_unsigned",
                             yyjson_get_str(yyjson_doc_ptr_get(doc, "/error/reason")));
    yyjson_doc_free(doc);
}

static struct pn_admin_answer put_with(const char *tag)
{
    static uint8_t answer[PN_ADMIN_BYTES];
    struct pn_writer w = pn_writer(answer, sizeof answer);
    struct pn_h1_head head = { 0 };
    char request[256];

    int len = snprintf(request, sizeof request, "PUT /v1/policy HTTP/1.1\r\nHost: a\r\n%s%s%s\r\n",
                       tag ? "If-Match: " : "", tag ? tag : "", tag ? "\r\n" : "");
    TEST_ASSERT_EQUAL(PN_DONE,
                      pn_h1_request_parse(&head, pn_slice((uint8_t *)request, (size_t)len)));
    return pn_admin_answer(&admin, &head, PN_SLICE(""), &now, &w);
}

static void check_tag(const char *want)
{
    TEST_ASSERT_EQUAL_size_t(strlen(want), ask("GET", "/v1/policy").tag.len);
    TEST_ASSERT_EQUAL_MEMORY(want, admin.tag, strlen(want));
    TEST_ASSERT_EQUAL_MEMORY(want, ask("GET", "/v1/keys").tag.at, strlen(want));
}

/* Nobody writes over what he has not seen. */
static void test_a_write_names_what_it_replaces(void)
{
    static uint8_t memory[256];

    for (int i = 0; i < PN_POLICY_GENERATIONS; i++)
        install.memory[i] = pn_writer(memory, sizeof memory);
    check_tag("\"-0-0\"");
    TEST_ASSERT_EQUAL_UINT16(428, put_with(NULL).status);
    TEST_ASSERT_EQUAL_UINT16(412, put_with("\"-0-1\"").status);
    TEST_ASSERT_EQUAL_UINT16(422, put_with("\"-0-0\"").status);
    put_in_force(1800000000 + 10);
    check_tag("\"abababababababab-42-0\"");
    struct pn_admin_answer stale = put_with("\"-0-0\"");
    TEST_ASSERT_EQUAL_UINT16(412, stale.status);
    TEST_ASSERT_EQUAL_MEMORY("\"abababababababab-42-0\"", stale.tag.at, stale.tag.len);
    TEST_ASSERT_EQUAL_UINT16(422, put_with("\"abababababababab-42-0\"").status);
    install.keyring.keys.version = 7;
    TEST_ASSERT_EQUAL_UINT16(412, put_with("\"abababababababab-42-0\"").status);
    TEST_ASSERT_EQUAL_UINT16(422, put_with("*").status);
}

/* --- metrics, as a scraper reads them (text format 0.0.4) --- */

static bool is_name(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!isalpha((unsigned char)at[i]) && at[i] != '_' &&
            (i == 0 || !isdigit((unsigned char)at[i]))) {
            return false;
        }
    }
    return len > 0;
}

/* {name="value",...} */
static const char *skip_labels(const char *at)
{
    while (*at == '{' || *at == ',') {
        size_t name = strcspn(++at, "=");
        TEST_ASSERT_TRUE(is_name(at, name));
        at += name + 1;
        TEST_ASSERT_EQUAL('"', *at);
        at += 1 + strcspn(at + 1, "\"\\\n");
        TEST_ASSERT_EQUAL('"', *at++);
    }
    TEST_ASSERT_EQUAL('}', *at);
    return at + 1;
}

struct family {
    char name[96], type[16];
    int lines;
};

static void check_sample(const char *line, const struct family *family)
{
    size_t name = strcspn(line, "{ ");
    char *end;

    TEST_ASSERT_EQUAL_size_t(strlen(family->name), name);
    TEST_ASSERT_EQUAL_MEMORY_MESSAGE(family->name, line, name, line);
    const char *value = line[name] == '{' ? skip_labels(line + name) : line + name;
    TEST_ASSERT_EQUAL(' ', *value);
    strtod(value + 1, &end);
    TEST_ASSERT_EQUAL_MESSAGE('\0', *end, line);
}

static void check_type(const char *line, struct family *family)
{
    char name[96];

    TEST_ASSERT_EQUAL_MESSAGE(2, sscanf(line, "# TYPE %95s %15s", name, family->type), line);
    TEST_ASSERT_EQUAL_STRING(family->name, name); /* HELP stands before it */
    TEST_ASSERT_EQUAL(strcmp(family->type, "counter") == 0,
                      strcmp(name + strlen(name) - 6, "_total") == 0);
    TEST_ASSERT_TRUE(strcmp(family->type, "counter") == 0 || strcmp(family->type, "gauge") == 0);
}

/* Every line is of one of three kinds, families do not mix, and none comes twice. */
static int check_metrics(char *text)
{
    struct family family = { 0 };
    static char seen[65536];
    char mark[100];
    int families = 0;

    seen[0] = '\0';
    TEST_ASSERT_EQUAL('\n', text[strlen(text) - 1]);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "# HELP ", 7) == 0) {
            family = (struct family){ 0 };
            TEST_ASSERT_EQUAL(1, sscanf(line, "# HELP %95s", family.name));
            TEST_ASSERT_TRUE(is_name(family.name, strlen(family.name)));
            TEST_ASSERT_EQUAL_MEMORY("postern_", family.name, 8);
            snprintf(mark, sizeof mark, "|%s|", family.name);
            TEST_ASSERT_NULL_MESSAGE(strstr(seen, mark), mark);
            strcat(seen, mark);
            families++;
        } else if (line[0] == '#') {
            check_type(line, &family);
        } else {
            check_sample(line, &family);
            TEST_ASSERT_NOT_EQUAL('\0', family.type[0]);
        }
    }
    return families;
}

static void test_metrics_can_be_scraped(void)
{
    put_in_force(1800000000 + 10);
    for (int r = 1; r < PN_REASON_COUNT; r++) atomic_store(&stats[0].refused[r], UINT32_MAX);
    atomic_store(&stats[0].requests, UINT32_MAX);
    atomic_store(&stats[1].requests, 2);
    install.keyring.keys.version = 3;
    install.keyset_refusals = 5;
    admin.door.denied[PN_DENIAL_UNKNOWN] = 3;
    TEST_ASSERT_EQUAL_UINT16(200, ask("GET", "/metrics").status);
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_key_set_version 3\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_key_set_refusals_total 5\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_requests_total 4294967297\n")); /* the sum */
    TEST_ASSERT_NOT_NULL(
        strstr(body, "\npostern_refused_total{reason=\"key_missing\"} 4294967295\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_build_info{version=\"1.2.3\"} 1\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_policy_age_seconds 60\n"));
    TEST_ASSERT_NOT_NULL(strstr(body, "\npostern_admin_denied_total{reason=\"proof_wrong\"} 3\n"));
    TEST_ASSERT_GREATER_THAN_INT(15, check_metrics(body));
}

static void test_metrics_without_a_policy(void)
{
    TEST_ASSERT_EQUAL_UINT16(200, ask("GET", "/metrics").status);
    TEST_ASSERT_NULL(strstr(body, "policy_info"));
    check_metrics(body);
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_paths_and_methods);
    RUN_TEST(test_readiness);
    RUN_TEST(test_credentials_are_counted);
    RUN_TEST(test_the_system_as_a_document);
    RUN_TEST(test_the_policy_as_a_document);
    RUN_TEST(test_what_a_timestamp_says);
    RUN_TEST(test_each_question_is_another);
    RUN_TEST(test_the_keys_as_a_document);
    RUN_TEST(test_rubbish_is_refused_and_told);
    RUN_TEST(test_a_write_names_what_it_replaces);
    RUN_TEST(test_metrics_can_be_scraped);
    RUN_TEST(test_metrics_without_a_policy);
    sim_shut(sim);
    return UNITY_END();
}
