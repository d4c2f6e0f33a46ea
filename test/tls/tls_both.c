/* see tls_both.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tls/tls_both.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "port/port_crypto.h"
#include "unity.h"

enum { ARENA_BYTES = 4 << 20 };

static _Alignas(max_align_t) uint8_t process_arena[1 << 16], memory[ARENA_BYTES],
    roots_memory[2][8192];
static enum port_tls_pair_verdict why;

bool tls_both_prepare(const char *source)
{
    if (!certificates_make(source)) return false;
    if (port_crypto_init(process_arena, sizeof process_arena) != PORT_CRYPTO_GOOD) abort();
    return true;
}

struct port_tls_trust tls_both_trust(const struct tls_both *t, const char *name, uint8_t *at)
{
    return (struct port_tls_trust){ { port_tls_roots_make(t->tls, certificates_text(name), at) } };
}

void tls_both_open(struct tls_both *t)
{
    tls_wire_open(&t->wire);
    memset(memory, 0, sizeof memory);
    struct port_tls_setup setup = { .net = t->wire.net, .ticket_begin_s = (int64_t)time(NULL) };
    memset(setup.ticket_secret, 9, sizeof setup.ticket_secret);
    t->tls = port_tls_init(memory, sizeof memory, &setup);
    TEST_ASSERT_NOT_NULL(t->tls);
    t->roots = tls_both_trust(t, "root.pem", roots_memory[0]);
    t->rsa_roots = tls_both_trust(t, "rsa-root.pem", roots_memory[1]);
}

struct port_tls_config *tls_both_server(const struct tls_both *t, const char *name)
{
    struct port_tls_pair pair = certificates_pair(name);
    struct port_tls_server_setup setup = { .pairs = &pair, .pair_count = 1 };
    struct port_tls_config *made = port_tls_server(t->tls, &setup, &why);

    TEST_ASSERT_NOT_NULL_MESSAGE(made, name);
    return made;
}

struct port_tls_config *tls_both_client(const struct tls_both *t, const struct port_tls_trust *whom)
{
    struct port_tls_config *made = port_tls_client(t->tls, whom, NULL, &why);

    TEST_ASSERT_NOT_NULL(made);
    return made;
}

void tls_both_stand(struct tls_both *t)
{
    struct tls_wire *w = &t->wire;

    TEST_ASSERT_EQUAL_STRING("none", w->client ? port_tls_cause_name(port_tls_cause(w->client))
                                               : "no client");
    TEST_ASSERT_EQUAL(PORT_TLS_DONE, w->client_step);
    TEST_ASSERT_EQUAL(PORT_TLS_DONE, w->server_step);
    TEST_ASSERT_TRUE(tls_wire_talk(w, w->client, w->server, 1000));
    TEST_ASSERT_TRUE(tls_wire_talk(w, w->server, w->client, 50000));
}

void tls_both_text(const char *wanted, struct port_tls_text got)
{
    TEST_ASSERT_EQUAL(strlen(wanted), got.len);
    if (got.len > 0) TEST_ASSERT_EQUAL_MEMORY(wanted, got.at, got.len);
}
