/* see desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_clock.h"
#include "tools/bundle/bundle.h"
#include "unity.h"

static const uint16_t ports[DESK_UPSTREAMS] = { 9101, 9102, 9201, 9202, 9203, 9204 };

static const struct pn_credential credentials[] = {
    { PN_SLICE_INIT("openai-main"), PN_SLICE_INIT("sk-upstream-main") },
    { PN_SLICE_INIT("openai-mini"), PN_SLICE_INIT("sk-upstream-mini") },
    { PN_SLICE_INIT("crm"), PN_SLICE_INIT("secret-crm") },
    { PN_SLICE_INIT("tickets"), PN_SLICE_INIT("secret-tickets") },
    { PN_SLICE_INIT("payments"), PN_SLICE_INIT("secret-payments") },
    { PN_SLICE_INIT("payroll"), PN_SLICE_INIT("secret-payroll") },
};

static const uint8_t device_key[32] = { 2 };

static struct pn_now now(void)
{
    return (struct pn_now){ port_clock_us(), port_clock_unix_ms() };
}

void desk_install(struct desk *d, const char *folder)
{
    struct diagnostics diagnostics = { 0 };
    uint32_t place = pn_shared_free(&d->shared);
    struct pn_active *a = &d->shared.generations[place];

    bytes_free(&d->bodies[place]);
    if (compile_bundle(folder, &d->bodies[place], &diagnostics) != 0) {
        diag_print(&diagnostics, stderr);
        TEST_FAIL_MESSAGE("the bundle does not compile");
    }
    diag_free(&diagnostics);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&a->policy, bytes_slice(&d->bodies[place])));
    const struct pn_slice *section = a->policy.blob.section;
    a->routes = pn_route_table_of(section);
    a->keys = pn_key_table_of(section);
    a->issuers = pn_issuer_table_of(section);
    a->attachments = pn_attachment_table_of(section);
    TEST_ASSERT_TRUE(pn_issuer_table_check(&a->issuers, a->policy.role_count));
    TEST_ASSERT_TRUE(pn_attachment_table_check(&a->attachments));
    TEST_ASSERT_TRUE(pn_route_table_check(&a->routes));
    TEST_ASSERT_TRUE(pn_key_table_check(&a->keys, a->policy.slot_count));
    a->sequence = place + 1;
    a->identity[0] = (uint8_t)++d->installs;
    a->expires_unix = INT64_MAX;
    pn_shared_publish(&d->shared, place);
}

static void open_audit(struct desk *d)
{
    struct pn_audit_setup setup = { .port = &d->audit,
                                    .rings = &d->ring,
                                    .ring_count = 1,
                                    .spool_bytes = sizeof(struct pn_audit_spool) + (1u << 17),
                                    .batch = d->batch,
                                    .batch_bytes = sizeof d->batch,
                                    .nonce = 7,
                                    .sync = d->config.audit.sync_each ? PN_AUDIT_SYNC_EACH
                                                                      : PN_AUDIT_SYNC_NONE };

    sim_audit_init(&d->audit);
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, pn_audit_writer_open(&d->writer, &setup, port_clock_ms(),
                                                            port_clock_unix_ms()));
}

static void configure(struct desk *d)
{
    d->config = (struct pn_config){ .shared = &d->shared,
                                    .audit = { .ring = &d->ring },
                                    .credentials = &d->credentials,
                                    .boot_nonce = 7,
                                    .json_seed = { 1 },
                                    .device_key = device_key,
                                    .token_key = &d->token_key };
    pn_credentials_init(&d->credentials, credentials, 6);
    pn_limits_default(&d->config.limits);
    d->config.limits.connections_max = 64;
    d->config.limits.exchanges_max = 8;
    d->config.limits.body_bytes_max = 1 << 20;
    d->config.limits.body_bytes_total = 4 << 20;
}

/* Room for the gateway's connections, its listeners and what resolves names. */
static void open_net(struct desk *d)
{
    uint32_t sockets = d->config.limits.connections_max + 32;
    size_t bytes = port_net_bytes(sockets);

    d->net_memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    d->net = port_net_init(d->net_memory, bytes, sockets);
    d->config.net = d->net;
}

struct desk *desk_open_at(const char *folder, void (*change)(struct pn_config *config))
{
    return desk_open_seeded(folder, change, 1);
}

struct desk *desk_open_seeded(const char *folder, void (*change)(struct pn_config *config),
                              uint64_t seed)
{
    struct desk *d = calloc(1, sizeof *d);
    struct port_net_addr at = sim_addr("0.0.0.0", DESK_PORT);

    d->sim = sim_open(seed);
    pn_shared_init(&d->shared);
    pn_revoked_set_init(&d->shared.revoked, d->revoked, 8, (const uint8_t *)"0123456789abcdef");
    configure(d);
    if (change) change(&d->config);
    open_net(d);
    open_audit(d);
    d->gateway_memory = calloc(1, pn_gateway_bytes(&d->config));
    d->gateway = pn_gateway_init(d->gateway_memory, &d->config);
    pn_gateway_listen(d->gateway, port_net_listen(d->net, &at, 64));
    for (int i = 0; i < DESK_UPSTREAMS; i++) {
        d->upstream[i] = sim_listen(d->sim, sim_addr("127.0.0.1", ports[i]));
    }
    desk_install(d, folder);
    sim_hold_clock(d->sim);
    return d;
}

void desk_close(struct desk *d)
{
    port_net_close_all(d->net);
    sim_shut(d->sim);
    for (int g = 0; g < PN_POLICY_GENERATIONS; g++) bytes_free(&d->bodies[g]);
    free(d->gateway_memory);
    free(d->net_memory);
    free(d);
}

void desk_turn(struct desk *d)
{
    struct pn_now at = now();

    port_net_wait(d->net, 0);
    pn_gateway_step(d->gateway, &at);
    if (!d->writer_rests) pn_audit_writer_turn(&d->writer, port_clock_ms(), port_clock_unix_ms());
}

void desk_run(struct desk *d)
{
    for (int i = 0; i < 4 || (i < 20000 && !sim_idle(d->sim)); i++) desk_turn(d);
}

void desk_wait(struct desk *d, uint32_t ms)
{
    for (uint32_t past = 0; past < ms; past += ms < 50 ? ms : 50) {
        sim_advance(d->sim, ms < 50 ? ms : 50);
        for (int i = 0; i < 3; i++) desk_turn(d);
    }
    desk_run(d);
}

struct sim_conn *desk_ask(struct desk *d, const char *request)
{
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    TEST_ASSERT_NOT_NULL(client);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_run(d);
    return client;
}

struct sim_conn *desk_reached(struct desk *d, enum desk_upstream upstream)
{
    return sim_accept(d->upstream[upstream]);
}

bool desk_reaches(struct desk *d, const char *request, enum desk_upstream upstream)
{
    struct sim_conn *client = desk_ask(d, request);
    struct sim_conn *up = desk_reached(d, upstream);

    if (up != NULL) {
        TEST_ASSERT_NULL_MESSAGE(strstr(desk_text(up), "eyJ"), "a token went on");
        sim_close(up);
        desk_run(d);
    }
    sim_close(client);
    desk_run(d);
    return up != NULL;
}

const char *desk_text(struct sim_conn *conn)
{
    static char text[DESK_ANSWER_BYTES + 1];
    struct pn_slice sent = sim_sent(conn);

    TEST_ASSERT_LESS_OR_EQUAL(DESK_ANSWER_BYTES, sent.len);
    if (sent.len > 0) memcpy(text, sent.at, sent.len);
    text[sent.len] = '\0';
    return text;
}

const char *desk_heard(struct desk *d, enum desk_upstream upstream)
{
    static char texts[3][16384];
    static unsigned turn;
    char *text = texts[turn++ % 3];
    struct sim_conn *up = desk_reached(d, upstream);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, "the upstream was not reached");
    snprintf(text, sizeof texts[0], "%s", desk_text(up));
    sim_close(up);
    desk_run(d);
    return text;
}

void desk_answer(struct desk *d, struct sim_conn *up, const char *status, const char *body)
{
    char text[10000];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       status, strlen(body), body);

    TEST_ASSERT_LESS_THAN((int)sizeof text, len);
    sim_push(up, pn_slice(text, (size_t)len));
    desk_run(d);
}

const char *desk_log(struct desk *d)
{
    static char text[SIM_AUDIT_LOG_BYTES + 1];

    for (int i = 0; i < 4; i++) {
        pn_audit_writer_turn(&d->writer, port_clock_ms() + 1000, port_clock_unix_ms());
    }
    memcpy(text, d->audit.log, d->audit.log_len);
    text[d->audit.log_len] = '\0';
    return text;
}

const char *desk_post(const char *path, const char *fields, const char *body)
{
    static char request[65536];
    int len = snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
                       "%sContent-Length: %zu\r\n\r\n%s",
                       path, fields, strlen(body), body);

    TEST_ASSERT_LESS_THAN((int)sizeof request, len);
    return request;
}

void desk_expect(const char *text, const char *part)
{
    if (strstr(text, part)) return;
    fprintf(stderr, "expected: %s\nin: %.4000s\n", part, text);
    TEST_FAIL_MESSAGE("the expected text is missing");
}

void desk_nobody_asked(struct desk *d)
{
    for (int i = 0; i < DESK_UPSTREAMS; i++) {
        TEST_ASSERT_NULL(desk_reached(d, (enum desk_upstream)i));
    }
}

size_t desk_count(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) count++;
    return count;
}

static void check_pins(struct desk *d)
{
    for (int g = 0; g < PN_POLICY_GENERATIONS; g++) {
        for (int w = 0; w < PN_WORKERS_MAX; w++) {
            TEST_ASSERT_EQUAL_UINT32(0, atomic_load(&d->shared.pins[g][w]));
        }
    }
}

static void check_log(const char *log)
{
    TEST_ASSERT_EQUAL_size_t(desk_count(log, "\"kind\":\"decision\""),
                             desk_count(log, "\"kind\":\"end\""));
}

/* The listener and the bell of port_net stay. */
enum { SOCKETS_AT_REST = 2 };

void desk_check_rest(struct desk *d)
{
    const struct pn_limits *limits = &d->config.limits;
    const struct pn_stats *stats = pn_gateway_stats(d->gateway);

    desk_wait(d, limits->linger_ms + 100);
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
    TEST_ASSERT_EQUAL_UINT32(0, atomic_load(&stats->exchanges_open));
    check_pins(d);
    TEST_ASSERT_EQUAL_UINT64(0, d->gateway->body_bytes_held);
    TEST_ASSERT_EQUAL_UINT32(0, d->ring.reserved_bytes);
    TEST_ASSERT_NULL(d->gateway->turns);
    desk_wait(d, limits->idle_ms + limits->upstream_idle_ms + 100);
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_clients(d->gateway));
    TEST_ASSERT_EQUAL_UINT32(0, atomic_load(&stats->upstream_open));
    TEST_ASSERT_EQUAL_UINT32(SOCKETS_AT_REST, sim_sockets_held(d->sim));
    check_log(desk_log(d));
}

static struct pn_revoked_mark mark_of(struct desk *d, enum pn_revoked_kind kind, const char *name)
{
    return pn_revoked_mark_of(&d->shared.revoked, kind, pn_slice(name, strlen(name)));
}

void desk_revoke(struct desk *d, enum pn_revoked_kind kind, const char *name)
{
    pn_revoked_add(&d->shared.revoked, mark_of(d, kind, name));
}

void desk_lift(struct desk *d, enum pn_revoked_kind kind, const char *name)
{
    pn_revoked_remove(&d->shared.revoked, mark_of(d, kind, name));
}
