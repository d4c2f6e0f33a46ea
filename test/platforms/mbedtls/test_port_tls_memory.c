/* SPDX-License-Identifier: Apache-2.0 */
/* test_port_tls_memory.c - handshakes that run out of memory at each allocation, and arenas that are
 * full: refused, counted, and nothing is left behind. */
/* label: unit slow */
/* timeout: 300 */
/* cost: 15 */
#include <mbedtls/platform.h>
#include <stdio.h>
#include <string.h>

#include "platforms/mbedtls/hooks.h"
#include "port/port_crypto.h"
#include "test/tls/certificates.h"
#include "test/tls/tls_wire.h"
#include "unity.h"

enum { ARENA_BYTES = 1 << 20, EACH_UP_TO = 300 };

static _Alignas(max_align_t) uint8_t process_arena[1 << 16], memory[ARENA_BYTES],
    roots_memory[8192];
static struct tls_wire w;
static struct port_tls *tls;
static struct port_tls_trust roots;
static struct port_tls_config *server, *client;
static enum port_tls_pair_verdict why;

/* The allocation with this number fails, counted down; 0: none. */
static unsigned fails_in, taken, failed;

static void *take(size_t count, size_t bytes)
{
    taken++;
    if (fails_in > 0 && --fails_in == 0) {
        failed++;
        return NULL;
    }
    return pn_hooks_take(count, bytes);
}

static void open_engine(size_t bytes)
{
    memset(memory, 0, sizeof memory);
    struct port_tls_setup setup = { .net = w.net };
    struct port_tls_pair pair = certificates_pair("desk");
    struct port_tls_server_setup desk = { .pairs = &pair, .pair_count = 1 };

    tls = port_tls_init(memory, bytes, &setup);
    TEST_ASSERT_NOT_NULL(tls);
    roots.roots[0] = port_tls_roots_make(tls, certificates_text("root.pem"), roots_memory);
    server = port_tls_server(tls, &desk, &why);
    client = port_tls_client(tls, &roots, NULL, &why);
    TEST_ASSERT_NOT_NULL(server);
    TEST_ASSERT_NOT_NULL(client);
}

void setUp(void)
{
    tls_wire_open(&w);
    open_engine(sizeof memory);
}

void tearDown(void)
{
    tls_wire_shut(&w);
}

static uint32_t level(void)
{
    return port_tls_counts(tls)->arena_bytes;
}

static bool proves; /* the client has a certificate that the server asks for */

/* One whole life of a connection, resumption included: as far as it gets. */
static bool lives(uint16_t saved)
{
    tls_wire_begin(&w, server, client, "desk.example", saved);
    tls_wire_shake(&w);
    bool stands = w.server_step == PORT_TLS_DONE && w.client_step == PORT_TLS_DONE;
    struct port_tls_peer peer;
    if (stands && proves) TEST_ASSERT_TRUE(port_tls_peer(w.server, &peer) && peer.trusts == 1);
    if (stands) stands = tls_wire_talk(&w, w.server, w.client, 5000);
    if (stands) stands = tls_wire_talk(&w, w.client, w.server, 5000);
    tls_wire_end(&w);
    return stands;
}

static void fail_nth(unsigned n, uint16_t saved, bool *over)
{
    uint32_t before = level();

    fails_in = n;
    failed = 0;
    (void)lives(saved);
    fails_in = 0;
    *over = failed == 0;
    port_tls_forget(tls, saved);
    if (saved != PORT_TLS_UNSAVED) before = 0; /* what was saved before is gone too */
    if (before > 0) TEST_ASSERT_EQUAL_UINT32_MESSAGE(before, level(), "something was left behind");
    TEST_ASSERT_EQUAL(0, port_tls_counts(tls)->sessions);
}

/* Each of the first, then in growing steps: a handshake makes thousands, most of them numbers in one
 * multiplication. */
static unsigned next_of(unsigned n)
{
    return n < EACH_UP_TO ? n + 1 : n + 1 + n / 97;
}

static void test_each_allocation_fails(void)
{
    bool over = false;
    unsigned tries = 0;

    TEST_ASSERT_TRUE(lives(PORT_TLS_UNSAVED));
    for (unsigned n = 1; !over; n = next_of(n), tries++) fail_nth(n, PORT_TLS_UNSAVED, &over);
    printf("%u allocations failed in turn\n", tries);
    TEST_ASSERT_TRUE(tries > EACH_UP_TO);
    TEST_ASSERT_TRUE(lives(PORT_TLS_UNSAVED));
}

/* The same where the client proves itself, though it need not: nobody is let in unproven for want of
 * memory. */
static void test_each_allocation_fails_mutual(void)
{
    struct port_tls_pair pair = certificates_pair("desk"), own = certificates_pair("agent");
    struct port_tls_server_setup asks = {
        .pairs = &pair, .pair_count = 1, .trust = &roots, .clients = PORT_TLS_CLIENTS_OPTIONAL
    };
    bool over = false;

    proves = true;
    server = port_tls_server(tls, &asks, &why);
    client = port_tls_client(tls, &roots, &own, &why);
    TEST_ASSERT_NOT_NULL(server);
    TEST_ASSERT_NOT_NULL(client);
    TEST_ASSERT_TRUE(lives(PORT_TLS_UNSAVED));
    for (unsigned n = 1; !over; n = next_of(n)) fail_nth(n, PORT_TLS_UNSAVED, &over);
    TEST_ASSERT_TRUE(lives(PORT_TLS_UNSAVED));
    proves = false;
}

static void test_each_allocation_fails_resumed(void)
{
    bool over = false;

    uint32_t before = level();
    for (unsigned n = 1; !over; n = next_of(n)) {
        TEST_ASSERT_TRUE(lives(3));
        fail_nth(n, 3, &over);
        TEST_ASSERT_EQUAL_UINT32(before, level());
    }
    TEST_ASSERT_TRUE(port_tls_counts(tls)->resumed > 0);
}

static void test_records_allocate_nothing(void)
{
    tls_wire_begin(&w, server, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.server, w.client, 100));
    taken = 0;
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.server, w.client, 40000));
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.client, w.server, 40000));
    TEST_ASSERT_EQUAL(0, taken);
    tls_wire_end(&w);
}

/* As many sessions as fit, one more is refused by its name, and later ones are as before. */
static void test_full_arena(void)
{
    uint32_t before = level();
    struct port_tls_session *held[64];
    unsigned count = 0;

    while (count < 64 && (held[count] = port_tls_accept(server, 0)) != NULL) count++;
    TEST_ASSERT_TRUE(count > 4 && count < 64);
    TEST_ASSERT_EQUAL(1, port_tls_counts(tls)->failed[PORT_TLS_MEMORY]);
    for (unsigned i = 0; i < count; i++) port_tls_end(held[i]);
    TEST_ASSERT_EQUAL_UINT32(before, level());
    TEST_ASSERT_TRUE(lives(PORT_TLS_UNSAVED));
}

/* The handshake itself runs out. */
static void test_tight_arenas(void)
{
    unsigned refused = 0, stood = 0;

    for (size_t bytes = 60000; bytes < 200000; bytes += 4000) {
        memset(memory, 0, sizeof memory);
        struct port_tls_setup setup = { .net = w.net };
        struct port_tls_pair pair = certificates_pair("desk");
        struct port_tls_server_setup desk = { .pairs = &pair, .pair_count = 1 };
        tls = port_tls_init(memory, bytes, &setup);
        if (!tls || !(server = port_tls_server(tls, &desk, &why)) ||
            !(client = port_tls_client(tls, &roots, NULL, &why))) {
            continue;
        }
        uint32_t before = level();
        if (lives(PORT_TLS_UNSAVED)) stood++;
        else refused++;
        TEST_ASSERT_EQUAL_UINT32(before, level());
        const struct port_tls_counts *c = port_tls_counts(tls);
        if (refused > 0 && stood == 0) {
            TEST_ASSERT_TRUE(c->failed[PORT_TLS_MEMORY] + c->upstream_failed[PORT_TLS_MEMORY] > 0);
        }
    }
    TEST_ASSERT_TRUE(refused > 0);
    TEST_ASSERT_TRUE(stood > 0);
}

static void test_level_after_many(void)
{
    for (int i = 0; i < 200; i++) TEST_ASSERT_TRUE(lives(2));
    uint32_t peak = port_tls_counts(tls)->arena_bytes_peak, at = level();
    for (int i = 0; i < 400; i++) TEST_ASSERT_TRUE(lives(2));
    /* Numbers in the middle of a multiplication differ by a block or two. */
    TEST_ASSERT_UINT32_WITHIN(peak / 50, peak, port_tls_counts(tls)->arena_bytes_peak);
    TEST_ASSERT_EQUAL_UINT32(at, level());
}

int main(void)
{
    UNITY_BEGIN();
    if (!certificates_make(PN_SOURCE_DIR)) return 77;
    if (port_crypto_init(process_arena, sizeof process_arena) != PORT_CRYPTO_GOOD) return 1;
    mbedtls_platform_set_calloc_free(take, pn_hooks_give);
    RUN_TEST(test_each_allocation_fails);
    RUN_TEST(test_each_allocation_fails_mutual);
    RUN_TEST(test_each_allocation_fails_resumed);
    RUN_TEST(test_records_allocate_nothing);
    RUN_TEST(test_full_arena);
    RUN_TEST(test_tight_arenas);
    RUN_TEST(test_level_after_many);
    certificates_remove();
    return UNITY_END();
}
