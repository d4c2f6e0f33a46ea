/* The admin listener's few places.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/admin/admin_server.h"
#include "platforms/sim/sim.h"
#include "port/port_clock.h"
#include "port/port_crypto.h"
#include "unity.h"

enum { PORT = 9900, CLIENTS = 20, SOCKETS = 40 };

static struct sim *sim;
static struct port_net *net;
static struct pn_shared *shared;
static struct pn_admin admin;
static struct pn_admin_server *server;
static uint8_t body[256];
static struct pn_door_rules rules;
static struct pn_install install;
static struct pn_audit_writer writer;
static int told, told_last;
static char told_name[32];

static void denied(void *context, const struct pn_admin_denied *d)
{
    const struct pn_operator *who = pn_admin_operator(context);

    told++;
    told_last = (int)d->denial;
    snprintf(told_name, sizeof told_name, "%.*s", who ? (int)who->name.len : 0,
             who ? (const char *)who->name.at : "");
}

void setUp(void)
{
    told = told_last = 0;
    told_name[0] = '\0';
    rules = (struct pn_door_rules){ .operator_count = 0 };
    install = (struct pn_install){ .shared = NULL };
    struct port_net_addr at = sim_addr("127.0.0.1", PORT);
    size_t bytes = (port_net_bytes(SOCKETS) + 63) & ~(size_t)63;

    sim = sim_open(1);
    net = port_net_init(aligned_alloc(64, bytes), bytes, SOCKETS);
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
    install.shared = shared;
    admin = (struct pn_admin){ .shared = shared,
                               .install = &install,
                               .audit = &writer,
                               .version = PN_SLICE("1"),
                               .denied = denied,
                               .context = &admin,
                               .door = { .rules = &rules, .at = sim_addr("127.0.0.1", PORT) } };
    server = calloc(1, sizeof *server);
    pn_admin_server_init(server, &admin, net, port_net_listen(net, &at, 2 * CLIENTS),
                         pn_writer(body, sizeof body));
}

void tearDown(void)
{
    port_net_close_all(net);
    sim_shut(sim);
    free(net);
    free(shared);
    free(server);
}

static void step(void)
{
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };

    port_net_wait(net, 0);
    pn_admin_server_step(server, &now);
}

static void settle(void)
{
    sim_hold_clock(sim);
    for (int i = 0; i < 20; i++) step();
    sim_free_clock(sim);
}

static void connect_all(struct sim_conn **client)
{
    for (int i = 0; i < CLIENTS; i++) {
        client[i] = sim_connect(sim, PORT);
        TEST_ASSERT_NOT_NULL(client[i]);
    }
    settle();
}

static void test_with_all_places_taken_it_rests(void)
{
    struct sim_conn *client[CLIENTS];
    uint64_t before;

    connect_all(client);
    before = sim_now_ms(sim);
    for (int i = 0; i < 3; i++) {
        struct pn_now now = { port_clock_us(), port_clock_unix_ms() };
        port_net_wait(net, 1000);
        pn_admin_server_step(server, &now);
    }
    TEST_ASSERT_GREATER_OR_EQUAL_UINT64(before + 2000, sim_now_ms(sim));
}

static void test_who_waits_is_served_when_a_place_is_free(void)
{
    struct sim_conn *client[CLIENTS];

    connect_all(client);
    sim_push_text(client[16], "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    settle();
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client[16]).len);
    sim_close(client[3]);
    settle();
    TEST_ASSERT_GREATER_THAN_size_t(12, sim_sent(client[16]).len);
    TEST_ASSERT_EQUAL_MEMORY("HTTP/1.1 200", sim_sent(client[16]).at, 12);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client[16]));
}

/* --- the door --- */

static void add_operator(const char *name, enum pn_operator_role role, const char *key)
{
    struct pn_door_operator *o = &rules.operators[rules.operator_count++];

    *o = (struct pn_door_operator){ .name = pn_slice(name, strlen(name)),
                                    .role = (uint8_t)role,
                                    .by_key = 1 };
    port_sha256(key, strlen(key), o->key_digest);
}

/* What comes back on a new connection. */
static const char *talk(const char *request)
{
    static char text[70000];
    struct sim_conn *client = sim_connect(sim, PORT);

    sim_push(client, pn_slice(request, strlen(request)));
    settle();
    struct pn_slice sent = sim_sent(client);
    TEST_ASSERT_LESS_THAN_size_t(sizeof text, sent.len);
    memcpy(text, sent.at, sent.len);
    text[sent.len] = '\0';
    sim_close(client);
    settle();
    return text;
}

static void check_says(const char *text, const char *what)
{
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(text, what), text);
}

#define GET_POLICY "GET /v1/policy HTTP/1.1\r\nHost: 127.0.0.1\r\n"

static void test_denials_as_they_are_answered(void)
{
    const char *text;

    add_operator("ana", PN_OPERATOR_OPERATOR, "a");
    add_operator("bo", PN_OPERATOR_VIEWER, "b");
    text = talk(GET_POLICY "\r\n");
    check_says(text, "HTTP/1.1 401 Unauthorized\r\n");
    check_says(text, "\r\nwww-authenticate: Bearer realm=\"postern admin\"\r\n");
    check_says(text, "\r\ncache-control: no-store\r\n");
    check_says(text, "{\"error\":{\"reason\":\"proof_missing\",\"message\":\"");
    TEST_ASSERT_EQUAL(PN_DENIAL_UNPROVEN, told_last);
    TEST_ASSERT_EQUAL_STRING("", told_name);
    text = talk("PUT /v1/policy HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer b\r\n"
                "Content-Length: 5\r\n\r\nbytes");
    check_says(text, "HTTP/1.1 403 Forbidden\r\n");
    check_says(text, "role_insufficient");
    TEST_ASSERT_EQUAL_STRING("bo", told_name);
    text = talk("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    check_says(text, "HTTP/1.1 421 Misdirected Request\r\n");
    TEST_ASSERT_EQUAL(3, told);
    for (int i = 0; i < PN_ATTEMPTS_MAX; i++) talk(GET_POLICY "Authorization: Bearer x\r\n\r\n");
    text = talk(GET_POLICY "Authorization: Bearer x\r\n\r\n");
    check_says(text, "HTTP/1.1 429 Too Many Requests\r\n");
    check_says(text, "\r\nretry-after: 60\r\n");
    TEST_ASSERT_EQUAL(PN_ATTEMPTS_MAX, told);
    text = talk(GET_POLICY "Authorization: Bearer a\r\n\r\n");
    check_says(text, "HTTP/1.1 200 OK\r\n");
    check_says(text, "\r\netag: \"-0-0\"\r\n");
}

/* Nobody's body is waited for before he has come in. */
static void test_a_stranger_takes_no_body_buffer(void)
{
    add_operator("ana", PN_OPERATOR_OPERATOR, "a");
    struct sim_conn *stranger = sim_connect(sim, PORT);
    sim_push_text(stranger, "PUT /v1/policy HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: *\r\n"
                            "Expect: 100-continue\r\nContent-Length: 200\r\n\r\n");
    settle();
    TEST_ASSERT_EQUAL_MEMORY("HTTP/1.1 401", sim_sent(stranger).at, 12);
    TEST_ASSERT_NULL(server->body_owner);
    sim_push_text(stranger, "the body, which nobody reads");
    settle();
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) {
        for (size_t k = 0; k < sizeof server->conns[i].head_bytes; k++) {
            TEST_ASSERT_EQUAL_UINT8(0, server->conns[i].head_bytes[k]);
        }
    }
}

static bool holds(const uint8_t *bytes, size_t len, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= len; i++) {
        if (memcmp(bytes + i, text, strlen(text)) == 0) return true;
    }
    return false;
}

static void test_a_key_is_wiped_when_its_request_is_answered(void)
{
    add_operator("ana", PN_OPERATOR_OPERATOR, "very-secret");
    struct sim_conn *client = sim_connect(sim, PORT);
    sim_push_text(client, GET_POLICY "Authorization: Bearer very-secret\r\n\r\n");
    settle();
    TEST_ASSERT_EQUAL_MEMORY("HTTP/1.1 200", sim_sent(client).at, 12);
    TEST_ASSERT_FALSE(holds((const uint8_t *)server, sizeof *server, "very-secret"));
}

/* Between head and body of a request operators were replaced: who is gone does nothing any more, and what
 * he was called is not read. */
static void test_operators_who_are_replaced_while_a_body_comes(void)
{
    static const char head[] = "PUT /v1/policy HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: *\r\n"
                               "Authorization: Bearer a\r\nContent-Length: 4\r\n\r\n";
    struct pn_door_rules after = { .operator_count = 0 };
    char text[1024];

    for (int stays = 0; stays < 2; stays++) {
        char *name = strdup("ana"); /* as its file was read */
        rules.operator_count = 0;
        add_operator(name, PN_OPERATOR_OPERATOR, "a");
        admin.door.rules = &rules;
        struct sim_conn *client = sim_connect(sim, PORT);
        sim_push_text(client, head);
        settle();
        after = rules;
        after.operators[0].name = stays ? PN_SLICE("ana") : PN_SLICE("bo");
        if (!stays) after.operators[0].key_digest[0] ^= 1;
        pn_door_take(&admin.door, &after);
        free(name);
        sim_push_text(client, "none");
        settle();
        struct pn_slice sent = sim_sent(client);
        TEST_ASSERT_LESS_THAN_size_t(sizeof text, sent.len);
        memcpy(text, sent.at, sent.len);
        text[sent.len] = '\0';
        check_says(text,
                   stays ? "seal_body_oversize" /* of this gateway, for all */ : "HTTP/1.1 401 ");
        TEST_ASSERT_EQUAL(stays ? 0 : 1, told - (stays ? 1 : 0));
        TEST_ASSERT_NULL(server->body_owner);
        sim_close(client);
        settle();
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, told_last);
}

/* Strangers who only wait, on all places, keep nobody out for long. */
static void test_who_waits_is_not_kept_out_by_strangers(void)
{
    struct sim_conn *client[CLIENTS];

    connect_all(client);
    sim_push_text(client[16], GET_POLICY "\r\n");
    settle();
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client[16]).len);
    sim_advance(sim, PN_ADMIN_PATIENCE_MS + 1);
    settle();
    TEST_ASSERT_GREATER_THAN_size_t(12, sim_sent(client[16]).len);
    TEST_ASSERT_EQUAL_MEMORY("HTTP/1.1 200", sim_sent(client[16]).at, 12);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_denials_as_they_are_answered);
    RUN_TEST(test_a_stranger_takes_no_body_buffer);
    RUN_TEST(test_a_key_is_wiped_when_its_request_is_answered);
    RUN_TEST(test_operators_who_are_replaced_while_a_body_comes);
    RUN_TEST(test_who_waits_is_not_kept_out_by_strangers);
    RUN_TEST(test_with_all_places_taken_it_rests);
    RUN_TEST(test_who_waits_is_served_when_a_place_is_free);
    return UNITY_END();
}
