/* see tls_desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/tls_desk.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "port/port_crypto.h"
#include "unity.h"

enum { UPSTREAM_PORT = 9441, LISTEN_PORT = 9541, WIRES_MAX = 32 };

static const char *const roots[3] = { "root.pem", "domain-a.pem", "domain-b.pem" };
static const char *const pairs[TLS_PAIRS] = { "desk", "stranger", "wild", "expired", NULL };

static struct {
    struct pn_tls tls;
    struct pn_device device;
    const struct port_tls_roots *trusted[3];
    _Alignas(max_align_t) uint8_t roots[3][8192], arena[1 << 16], looks[1 << 18];
    struct sim_upstream *upstream[TLS_PAIRS];
    struct {
        struct sim_conn *up, *in;
    } wires[WIRES_MAX];
    unsigned wire_count, wires_carried;
} desk;

bool tls_desk_prepare(const char *source)
{
    struct port_tls_setup looks = { .net = NULL };

    if (!certificates_make(source)) return false;
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_crypto_init(desk.arena, sizeof desk.arena));
    struct port_tls *tls = port_tls_init(desk.looks, sizeof desk.looks, &looks);
    TEST_ASSERT_NOT_NULL(tls);
    for (int i = 0; i < 3; i++) {
        desk.trusted[i] = port_tls_roots_make(tls, certificates_text(roots[i]), desk.roots[i]);
    }
    return desk.trusted[0] && desk.trusted[1] && desk.trusted[2];
}

struct pn_tls *tls_desk_shared(void)
{
    return &desk.tls;
}

void tls_desk_configure(struct pn_config *config)
{
    memset(&desk.device, 0, sizeof desk.device);
    desk.tls =
        (struct pn_tls){ .device = &desk.device, .worker_count = 1, .ticket_begin_s = time(NULL) };
    desk.tls.sets[0].roots.roots[0] = desk.trusted[0];
    for (int i = 0; i < TLS_GARBAGE; i++) {
        desk.tls.sets[0].listeners[i].pairs[0] = certificates_pair(pairs[i]);
        desk.tls.sets[0].listeners[i].pair_count = 1;
    }
    config->tls = &desk.tls;
    config->limits.tls_arena_bytes = 4 << 20;
}

void tls_desk_configure_mutual(struct pn_config *config, const char *own)
{
    struct pn_device_tls *setting = &desk.device.tls[TLS_GOOD];

    tls_desk_configure(config);
    setting->clients = PORT_TLS_CLIENTS_OPTIONAL;
    setting->trust_count = 3;
    setting->trust_domains[1] = PN_SLICE("a.example");
    setting->trust_domains[2] = PN_SLICE("b.example");
    for (int i = 0; i < 3; i++) {
        desk.tls.sets[0].listeners[TLS_GOOD].trust.roots[i] = desk.trusted[i];
    }
    desk.device.own_count = 1;
    desk.tls.sets[0].own[0] = certificates_pair(own);
}

void tls_desk_listen(struct desk *d)
{
    desk.wire_count = 0;
    tls_desk_carries(UINT_MAX);
    sim_set_unix_ms(d->sim, (int64_t)time(NULL) * 1000);
    for (uint16_t i = 0; i < TLS_PAIRS; i++) {
        struct port_net_addr at = sim_addr("0.0.0.0", (uint16_t)(LISTEN_PORT + i));
        int32_t listener = port_net_listen(d->net, &at, 64);

        desk.upstream[i] = sim_listen(d->sim, sim_addr("127.0.0.1", (uint16_t)(UPSTREAM_PORT + i)));
        if (pairs[i]) pn_gateway_listen_tls(d->gateway, listener, i);
        else pn_gateway_listen(d->gateway, listener);
    }
}

struct sim_conn *tls_desk_connect(struct desk *d, enum tls_desk_pair pair)
{
    struct sim_conn *client = sim_connect(d->sim, (uint16_t)(LISTEN_PORT + (int)pair));

    TEST_ASSERT_NOT_NULL(client);
    desk_run(d);
    return client;
}

struct sim_conn *tls_desk_ask(struct desk *d, enum tls_desk_pair pair)
{
    static const char *const models[TLS_PAIRS] = { "good", "stranger", "misnamed", "expired",
                                                   "garbage" };
    char body[64];

    snprintf(body, sizeof body, "{\"model\":\"%s\",\"messages\":[]}", models[pair]);
    struct sim_conn *client = desk_ask(d, desk_post("/v1/chat/completions", TIER_1, body));
    tls_desk_carry(d);
    return client;
}

static void accept_wires(struct desk *d)
{
    for (uint16_t i = 0; i < TLS_PAIRS; i++) {
        struct sim_conn *up;
        while (desk.upstream[i] && desk.wire_count < desk.wires_carried &&
               (up = sim_accept(desk.upstream[i])) != NULL) {
            TEST_ASSERT_TRUE(desk.wire_count < WIRES_MAX);
            desk.wires[desk.wire_count].up = up;
            desk.wires[desk.wire_count++].in = sim_connect(d->sim, (uint16_t)(LISTEN_PORT + i));
        }
    }
}

static bool carry(struct sim_conn *from, struct sim_conn *to)
{
    uint8_t bytes[32768];
    size_t got = sim_take(from, bytes, sizeof bytes);

    if (got > 0) sim_push(to, pn_slice(bytes, got));
    return got > 0;
}

void tls_desk_carries(unsigned count)
{
    desk.wires_carried = count;
}

unsigned tls_desk_carry(struct desk *d)
{
    for (int quiet = 0; quiet < 3; quiet++) {
        desk_run(d);
        accept_wires(d);
        for (unsigned i = 0; i < desk.wire_count; i++) {
            if (carry(desk.wires[i].up, desk.wires[i].in)) quiet = 0;
            if (carry(desk.wires[i].in, desk.wires[i].up)) quiet = 0;
        }
    }
    return desk.wire_count;
}
