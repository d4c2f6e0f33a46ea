/* SPDX-License-Identifier: Apache-2.0 */
/* test_port_tls.c - our server against our client: what stands, what is refused and why. */
#include <string.h>
#include <time.h>

#include "core/base/slice.h"
#include "port/port_crypto.h"
#include "test/tls/certificates.h"
#include "test/tls/tls_wire.h"
#include "unity.h"

enum { ARENA_BYTES = 4 << 20 };

static _Alignas(max_align_t) uint8_t process_arena[1 << 16], memory[ARENA_BYTES],
    roots_memory[3][8192];
static struct tls_wire w;
static struct port_tls *tls;
static struct port_tls_trust roots, rsa_roots;
static enum port_tls_pair_verdict why;

static struct port_tls_trust trust_of(const char *name, uint8_t *at)
{
    return (struct port_tls_trust){ { port_tls_roots_make(tls, certificates_text(name), at) } };
}

void setUp(void)
{
    tls_wire_open(&w);
    memset(memory, 0, sizeof memory);
    struct port_tls_setup setup = { .net = w.net, .ticket_begin_s = (int64_t)time(NULL) };
    memset(setup.ticket_secret, 9, sizeof setup.ticket_secret);
    tls = port_tls_init(memory, sizeof memory, &setup);
    TEST_ASSERT_NOT_NULL(tls);
    roots = trust_of("root.pem", roots_memory[0]);
    rsa_roots = trust_of("rsa-root.pem", roots_memory[1]);
}

void tearDown(void)
{
    tls_wire_shut(&w);
}

static struct port_tls_config *server_of(const char *name)
{
    struct port_tls_pair pair = certificates_pair(name);
    struct port_tls_server_setup setup = { .pairs = &pair, .pair_count = 1 };
    struct port_tls_config *made = port_tls_server(tls, &setup, &why);

    TEST_ASSERT_NOT_NULL_MESSAGE(made, name);
    return made;
}

static struct port_tls_config *client_of(const struct port_tls_trust *whom)
{
    struct port_tls_config *made = port_tls_client(tls, whom, NULL, &why);

    TEST_ASSERT_NOT_NULL(made);
    return made;
}

static void assert_stands(void)
{
    TEST_ASSERT_EQUAL_STRING("none", w.client ? port_tls_cause_name(port_tls_cause(w.client))
                                              : "no client");
    TEST_ASSERT_EQUAL(PORT_TLS_DONE, w.client_step);
    TEST_ASSERT_EQUAL(PORT_TLS_DONE, w.server_step);
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.client, w.server, 1000));
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.server, w.client, 50000));
}

static void is_text(const char *wanted, struct port_tls_text got)
{
    TEST_ASSERT_EQUAL(strlen(wanted), got.len);
    if (got.len > 0) TEST_ASSERT_EQUAL_MEMORY(wanted, got.at, got.len);
}

static void test_talks(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);

    tls_wire_begin(&w, server, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    assert_stands();
    struct port_tls_peer peer;
    TEST_ASSERT_TRUE(port_tls_peer(w.client, &peer));
    is_text("desk.example", peer.dns);
    TEST_ASSERT_EQUAL(2, peer.dns_count);
    is_text("desk", peer.common_name);
    TEST_ASSERT_EQUAL(PORT_TLS_USE_SIGNS, peer.uses);
    TEST_ASSERT_FALSE(port_tls_peer(w.server, &peer));
    tls_wire_end(&w);
    TEST_ASSERT_EQUAL(1, port_tls_counts(tls)->handshakes);
    TEST_ASSERT_EQUAL(1, port_tls_counts(tls)->upstream_done);
    TEST_ASSERT_EQUAL(0, port_tls_counts(tls)->sessions);
}

static void test_rsa(void)
{
    tls_wire_begin(&w, server_of("rsa"), client_of(&rsa_roots), "rsa.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    assert_stands();
    tls_wire_end(&w);
}

static void test_cut_anywhere(void)
{
    static const size_t cuts[] = { 1, 2, 3, 5, 7, 64, 1000 };
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);

    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        w.cut = cuts[i];
        tls_wire_begin(&w, server, client, "desk.example", PORT_TLS_UNSAVED);
        tls_wire_shake(&w);
        assert_stands();
        tls_wire_end(&w);
    }
}

/* What is wrong, and how the client names it. */
static const struct {
    const char *pair, *host;
    enum port_tls_cause cause;
    int64_t days; /* by which the clock is wrong */
} refused[] = {
    { "desk", "desk.example", PORT_TLS_NO_CAUSE, 0 },
    { "desk", "DESK.example.", PORT_TLS_NO_CAUSE, 0 },
    { "desk", "127.0.0.1", PORT_TLS_NO_CAUSE, 0 },
    { "desk", "127.0.0.2", PORT_TLS_NAME, 0 },
    { "desk", "other.example", PORT_TLS_NAME, 0 },
    { "desk", "a.desk.example", PORT_TLS_NAME, 0 },
    { "wild", "a.wild.example", PORT_TLS_NO_CAUSE, 0 },
    { "wild", "wild.example", PORT_TLS_NAME, 0 },
    { "wild", "a.b.wild.example", PORT_TLS_NAME, 0 },
    { "stranger", "desk.example", PORT_TLS_UNTRUSTED, 0 },
    { "self", "desk.example", PORT_TLS_UNTRUSTED, 0 },
    { "expired", "desk.example", PORT_TLS_EXPIRED, 0 },
    { "desk", "desk.example", PORT_TLS_EXPIRED, 40 },
    { "desk", "desk.example", PORT_TLS_NOT_YET, -40 },
    { "desk-steep", "desk.example", PORT_TLS_NO_CAUSE, 0 },
    { "desk-deeper", "desk.example", PORT_TLS_UNFIT, 0 },
    { "desk-larger", "desk.example", PORT_TLS_UNFIT, 0 },
    { "desk-steeper", "desk.example", PORT_TLS_UNFIT, 0 },
    { "agent", "desk.example", PORT_TLS_ALERT, 0 }, /* the server does not use it for that */
};

static void test_what_is_refused(void)
{
    struct port_tls_config *client = client_of(&roots);
    int64_t now = 0;

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint32_t before = port_tls_counts(tls)->upstream_failed[refused[i].cause];
        struct port_tls_config *server = server_of(refused[i].pair);
        now = (int64_t)time(NULL) * 1000;
        sim_set_unix_ms(w.sim, now + refused[i].days * 86400000);
        tls_wire_begin(&w, server, client, refused[i].host, PORT_TLS_UNSAVED);
        tls_wire_shake(&w);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(port_tls_cause_name(refused[i].cause),
                                         port_tls_cause_name(port_tls_cause(w.client)),
                                         refused[i].host);
        if (refused[i].cause != PORT_TLS_NO_CAUSE) {
            TEST_ASSERT_EQUAL(PORT_TLS_FAULT, w.client_step);
            TEST_ASSERT_EQUAL(before + 1, port_tls_counts(tls)->upstream_failed[refused[i].cause]);
            TEST_ASSERT_EQUAL(PORT_NET_FAULT, port_tls_send(w.client, "x", 1));
        }
        tls_wire_end(&w);
        port_tls_config_drop(server);
    }
}

/* Nobody has told the time. */
static void test_no_clock(void)
{
    sim_set_unix_ms(w.sim, -1);
    tls_wire_begin(&w, server_of("desk"), client_of(&roots), "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    TEST_ASSERT_EQUAL(PORT_TLS_NOT_YET, port_tls_cause(w.client));
    tls_wire_end(&w);
}

/* Nor is one valid then that is so since 1970. */
static void test_no_clock_1970(void)
{
    struct port_tls_trust pin = trust_of("ancient.pem", roots_memory[2]);
    struct port_tls_config *server = server_of("ancient"), *client = client_of(&pin);

    for (int i = 0; i < 2; i++) {
        sim_set_unix_ms(w.sim, i == 0 ? 86400000 : -1);
        tls_wire_begin(&w, server, client, "desk.example", PORT_TLS_UNSAVED);
        tls_wire_shake(&w);
        TEST_ASSERT_EQUAL_STRING(i == 0 ? "none" : "not_yet",
                                 port_tls_cause_name(port_tls_cause(w.client)));
        tls_wire_end(&w);
    }
}

/* A certificate that signed itself may be named as a root. */
static void test_pinned(void)
{
    struct port_tls_trust pin = trust_of("self.pem", roots_memory[2]);

    tls_wire_begin(&w, server_of("self"), client_of(&pin), "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    assert_stands();
    tls_wire_end(&w);
}

static void test_names_choose(void)
{
    struct port_tls_pair pairs[] = { certificates_pair("desk"), certificates_pair("wild") };
    struct port_tls_server_setup setup = { .pairs = pairs, .pair_count = 2 };
    struct port_tls_config *server = port_tls_server(tls, &setup, &why),
                           *client = client_of(&roots);
    static const char *hosts[] = { "desk.example", "a.wild.example", "desk.example" };

    for (int i = 0; i < 3; i++) {
        tls_wire_begin(&w, server, client, hosts[i], PORT_TLS_UNSAVED);
        tls_wire_shake(&w);
        assert_stands();
        tls_wire_end(&w);
    }
}

static void test_resumes(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);

    for (uint32_t i = 0; i < 3; i++) {
        tls_wire_begin(&w, server, client, "desk.example", 5);
        tls_wire_shake(&w);
        assert_stands();
        TEST_ASSERT_EQUAL(2 * i, port_tls_counts(tls)->resumed);
        tls_wire_end(&w);
    }
    /* For another host the number is another's. */
    port_tls_forget(tls, 5);
    tls_wire_begin(&w, server, client, "desk.example", 5);
    tls_wire_shake(&w);
    assert_stands();
    TEST_ASSERT_EQUAL(4, port_tls_counts(tls)->resumed);
    tls_wire_end(&w);
    /* Tickets end: two periods later the key is gone. */
    sim_set_unix_ms(w.sim, (int64_t)time(NULL) * 1000 + 3 * PORT_TLS_TICKET_S * 1000ll);
    tls_wire_begin(&w, server, client, "desk.example", 5);
    tls_wire_shake(&w);
    assert_stands();
    TEST_ASSERT_EQUAL(4, port_tls_counts(tls)->resumed);
    tls_wire_end(&w);
    port_tls_forget(tls, 5);
}

/* Connect to the upstream at a time; was it resumed? */
static bool is_resumed(struct port_tls_config *server, struct port_tls_config *client,
                       int64_t unix_ms)
{
    uint32_t before = port_tls_counts(tls)->resumed;

    sim_set_unix_ms(w.sim, unix_ms);
    tls_wire_begin(&w, server, client, "desk.example", 5);
    tls_wire_shake(&w);
    if (w.client_step == PORT_TLS_DONE) assert_stands();
    tls_wire_end(&w);
    return port_tls_counts(tls)->resumed != before;
}

/* Tickets that each make the next do not stand in for a certificate. */
static void test_verified_anew(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);
    int64_t now_ms = (int64_t)time(NULL) * 1000, hour_ms = 3600000;

    for (int hour = 0; hour < 50; hour++) {
        TEST_ASSERT_EQUAL(hour % 24 != 0, is_resumed(server, client, now_ms + hour * hour_ms));
    }
    TEST_ASSERT_FALSE(is_resumed(server, client, now_ms)); /* the clock went back */
    TEST_ASSERT_FALSE(is_resumed(server, client, -1));     /* and is not known */
    TEST_ASSERT_EQUAL(1, port_tls_counts(tls)->upstream_failed[PORT_TLS_NOT_YET]);
    port_tls_forget(tls, 5);
}

static void test_resumed_until_its_end(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);
    int64_t end_ms = ((int64_t)time(NULL) + 30 * 86400) * 1000, hour_ms = 3600000;

    TEST_ASSERT_FALSE(is_resumed(server, client, end_ms - 2 * hour_ms));
    TEST_ASSERT_TRUE(is_resumed(server, client, end_ms - hour_ms));
    TEST_ASSERT_FALSE(is_resumed(server, client, end_ms + hour_ms / 2));
    TEST_ASSERT_EQUAL(1, port_tls_counts(tls)->upstream_failed[PORT_TLS_EXPIRED]);
    port_tls_forget(tls, 5);
}

/* What was withdrawn does not come back by a ticket that comes late. */
static void test_late_ticket(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);

    tls_wire_begin(&w, server, client, "desk.example", 5);
    tls_wire_shake(&w);
    TEST_ASSERT_EQUAL(PORT_TLS_DONE, w.client_step);
    port_tls_forget(tls, 5);
    roots.roots[0] = NULL;
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.server, w.client, 100)); /* the tickets come now */
    tls_wire_end(&w);
    tls_wire_begin(&w, server, client, "desk.example", 5);
    tls_wire_shake(&w);
    TEST_ASSERT_EQUAL(PORT_TLS_UNTRUSTED, port_tls_cause(w.client));
    tls_wire_end(&w);
    TEST_ASSERT_EQUAL(0, port_tls_counts(tls)->resumed);
}

/* Nor by a resumption that had begun. */
static void test_late_resumption(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);

    for (int i = 0; i < 3; i++) {
        tls_wire_begin(&w, server, client, "desk.example", 5);
        if (i == 1) port_tls_forget(tls, 5);
        tls_wire_shake(&w);
        TEST_ASSERT_EQUAL(i == 1 ? PORT_TLS_UNTRUSTED : PORT_TLS_NO_CAUSE,
                          port_tls_cause(w.client));
        if (i != 1) assert_stands();
        tls_wire_end(&w);
    }
    port_tls_forget(tls, 5);
}

/* --- clients with certificates --- */

static uint8_t client_roots[PORT_TLS_TRUSTS_MAX][8192];

/* A listener that believes in the roots of three names, by number. */
static struct port_tls_config *gate_of(struct port_tls_trust *trust, enum port_tls_clients clients)
{
    static const char *const names[] = { "root.pem", "domain-a.pem", "domain-b.pem" };
    struct port_tls_pair pair = certificates_pair("desk");
    struct port_tls_server_setup setup = {
        .pairs = &pair, .pair_count = 1, .trust = trust, .clients = clients
    };

    for (int i = 0; i < 3; i++) trust->roots[i] = trust_of(names[i], client_roots[i]).roots[0];
    struct port_tls_config *made = port_tls_server(tls, &setup, &why);
    TEST_ASSERT_NOT_NULL(made);
    return made;
}

/* Connect with the pair of that name, or none. What the server says is wrong; PORT_TLS_NO_CAUSE: both
 * sides talk, and `*peer` is what the server knows then. */
static enum port_tls_cause shown(struct port_tls_config *gate, const char *name,
                                 struct port_tls_peer *peer)
{
    struct port_tls_pair pair = name ? certificates_pair(name) : (struct port_tls_pair){ 0 };
    struct port_tls_config *client = port_tls_client(tls, &roots, name ? &pair : NULL, &why);
    static struct port_tls_peer none;

    *peer = none;
    TEST_ASSERT_NOT_NULL(client);
    tls_wire_begin(&w, gate, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    if (w.server_step == PORT_TLS_DONE) {
        assert_stands();
        if (!port_tls_peer(w.server, peer)) TEST_ASSERT_NULL(name);
    }
    port_tls_config_drop(client);
    return port_tls_cause(w.server);
}

static const struct {
    const char *name;
    enum port_tls_cause cause;
    uint16_t trusts, uri_count;
    const char *uri;
    uint8_t uses;
} clients[] = {
    { "agent", PORT_TLS_NO_CAUSE, 1, 1, "spiffe://example.org/agent", PORT_TLS_USE_SIGNS },
    { "svid-a", PORT_TLS_NO_CAUSE, 2, 1, "spiffe://a.example/agents/one", PORT_TLS_USE_SIGNS },
    { "svid-b", PORT_TLS_NO_CAUSE, 4, 1, "spiffe://b.example/agents/one", PORT_TLS_USE_SIGNS },
    { "svid-wrong", PORT_TLS_NO_CAUSE, 4, 1, "spiffe://a.example/agents/one", PORT_TLS_USE_SIGNS },
    { "svid-two", PORT_TLS_NO_CAUSE, 2, 2, "spiffe://a.example/agents/one", PORT_TLS_USE_SIGNS },
    { "svid-ca", PORT_TLS_NO_CAUSE, 2, 1, "spiffe://a.example/agents/one",
      PORT_TLS_USE_SIGNS | PORT_TLS_USE_ISSUES },
    { "named", PORT_TLS_NO_CAUSE, 1, 0, "", PORT_TLS_USE_SIGNS },
    { "usage", PORT_TLS_NO_CAUSE, 2, 1, "spiffe://a.example/agents/one", 0 },
    { "svid-expired", PORT_TLS_EXPIRED, 0, 0, "", 0 },
    { "self", PORT_TLS_UNTRUSTED, 0, 0, "", 0 },
    { "stranger", PORT_TLS_UNTRUSTED, 0, 0, "", 0 },
    { "desk", PORT_TLS_UNFIT, 0, 0, "", 0 }, /* a server's */
    { "svid-a-deep", PORT_TLS_NO_CAUSE, 2, 1, "spiffe://a.example/agents/one", PORT_TLS_USE_SIGNS },
    { "svid-a-large", PORT_TLS_NO_CAUSE, 2, 1, "spiffe://a.example/agents/one",
      PORT_TLS_USE_SIGNS },
    { "svid-a-steep", PORT_TLS_NO_CAUSE, 2, 1, "spiffe://a.example/agents/one",
      PORT_TLS_USE_SIGNS },
    { "svid-a-deeper", PORT_TLS_UNFIT, 0, 0, "", 0 },
    { "svid-a-larger", PORT_TLS_UNFIT, 0, 0, "", 0 },
    { "svid-a-steeper", PORT_TLS_UNFIT, 0, 0, "", 0 },
};

static void test_clients_prove_themselves(void)
{
    static const enum port_tls_clients kinds[] = { PORT_TLS_CLIENTS_OPTIONAL,
                                                   PORT_TLS_CLIENTS_REQUIRED };
    struct port_tls_trust trust = { 0 };
    struct port_tls_peer peer;

    for (int k = 0; k < 2; k++) {
        struct port_tls_config *gate = gate_of(&trust, kinds[k]);
        for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
            uint32_t before = port_tls_counts(tls)->failed[clients[i].cause];
            TEST_ASSERT_EQUAL_STRING_MESSAGE(
                port_tls_cause_name(clients[i].cause),
                port_tls_cause_name(shown(gate, clients[i].name, &peer)), clients[i].name);
            TEST_ASSERT_EQUAL_MESSAGE(clients[i].trusts, peer.trusts, clients[i].name);
            TEST_ASSERT_EQUAL_MESSAGE(clients[i].uri_count, peer.uri_count, clients[i].name);
            TEST_ASSERT_EQUAL_MESSAGE(clients[i].uses, peer.uses, clients[i].name);
            is_text(clients[i].uri, peer.uri);
            tls_wire_end(&w);
            if (clients[i].cause == PORT_TLS_NO_CAUSE) continue;
            TEST_ASSERT_EQUAL(before + 1, port_tls_counts(tls)->failed[clients[i].cause]);
        }
        bool may_be_absent = kinds[k] == PORT_TLS_CLIENTS_OPTIONAL;
        TEST_ASSERT_EQUAL(may_be_absent ? PORT_TLS_NO_CAUSE : PORT_TLS_ABSENT,
                          shown(gate, NULL, &peer));
        TEST_ASSERT_EQUAL(0, peer.trusts);
        tls_wire_end(&w);
        port_tls_config_drop(gate);
    }
}

/* A ticket of a listener that asks for no certificate opens no listener that does, and one that does
 * gives none: in the next session the client is asked again. */
static void test_tickets_prove_nobody(void)
{
    static const enum port_tls_clients kinds[] = { PORT_TLS_CLIENTS_OPTIONAL,
                                                   PORT_TLS_CLIENTS_REQUIRED };
    struct port_tls_trust trust = { 0 };
    struct port_tls_pair pair = certificates_pair("svid-a");
    struct port_tls_config *open = server_of("desk");
    struct port_tls_config *bare = client_of(&roots);
    struct port_tls_config *proven = port_tls_client(tls, &roots, &pair, &why);
    struct port_tls_peer peer;

    for (int k = 0; k < 2; k++) {
        struct port_tls_config *gate = gate_of(&trust, kinds[k]);
        tls_wire_begin(&w, open, bare, "desk.example", 2);
        tls_wire_shake(&w);
        assert_stands();
        tls_wire_end(&w);
        uint32_t resumed = port_tls_counts(tls)->resumed;
        tls_wire_begin(&w, gate, bare, "desk.example", 2);
        tls_wire_shake(&w);
        TEST_ASSERT_EQUAL(kinds[k] == PORT_TLS_CLIENTS_REQUIRED ? PORT_TLS_ABSENT
                                                                : PORT_TLS_NO_CAUSE,
                          port_tls_cause(w.server));
        TEST_ASSERT_FALSE(port_tls_peer(w.server, &peer));
        tls_wire_end(&w);
        for (int i = 0; i < 3; i++) {
            tls_wire_begin(&w, gate, proven, "desk.example", 3);
            tls_wire_shake(&w);
            assert_stands();
            TEST_ASSERT_TRUE(port_tls_peer(w.server, &peer));
            is_text("spiffe://a.example/agents/one", peer.uri);
            tls_wire_end(&w);
        }
        TEST_ASSERT_EQUAL(resumed, port_tls_counts(tls)->resumed);
        port_tls_forget(tls, 2);
        port_tls_forget(tls, 3);
        port_tls_config_drop(gate);
    }
}

/* Whom to believe is replaced under the configuration, also for a handshake that has begun. */
static void test_roots_are_replaced(void)
{
    struct port_tls_trust trust = { 0 };
    struct port_tls_config *gate = gate_of(&trust, PORT_TLS_CLIENTS_REQUIRED);
    struct port_tls_pair pair = certificates_pair("svid-a");
    struct port_tls_config *client = port_tls_client(tls, &roots, &pair, &why);
    struct port_tls_peer peer;

    TEST_ASSERT_EQUAL(PORT_TLS_NO_CAUSE, shown(gate, "svid-a", &peer));
    TEST_ASSERT_EQUAL(2, peer.trusts);
    /* Who stands there proves nothing any more when its root is gone, and again when it is back. */
    const struct port_tls_roots *domain_a = trust.roots[1];
    for (int i = 0; i < 2; i++) {
        trust.roots[1] = i == 0 ? NULL : domain_a;
        TEST_ASSERT_TRUE(port_tls_peer(w.server, &peer));
        TEST_ASSERT_EQUAL(i == 0 ? 0 : 2, peer.trusts);
    }
    tls_wire_end(&w);
    tls_wire_begin(&w, gate, client, "desk.example", PORT_TLS_UNSAVED);
    trust.roots[1] = NULL;
    memset(client_roots[1], 0xEE, sizeof client_roots[1]);
    tls_wire_shake(&w);
    TEST_ASSERT_EQUAL(PORT_TLS_UNTRUSTED, port_tls_cause(w.server));
    tls_wire_end(&w);
    trust.roots[7] = trust_of("domain-a.pem", client_roots[7]).roots[0];
    TEST_ASSERT_EQUAL(PORT_TLS_NO_CAUSE, shown(gate, "svid-a", &peer));
    TEST_ASSERT_EQUAL(1 << 7, peer.trusts);
    tls_wire_end(&w);
}

/* Of two roots one behind the other, how many are left out when that many bytes of the second are there. */
static void test_roots_left_out(void)
{
    static uint8_t text[4096], at[16384];
    struct port_tls_text a = certificates_text("domain-a.pem"), b = certificates_text("middle.pem");
    const struct port_tls_roots *made;

    memcpy(text, a.at, a.len);
    memcpy(text + a.len, b.at, b.len);
    for (size_t cut = 30; cut < b.len - 1; cut++) {
        made = port_tls_roots_make(tls, (struct port_tls_text){ text, a.len + cut }, at);
        TEST_ASSERT_NOT_NULL(made);
        TEST_ASSERT_EQUAL(1, port_tls_roots_count(made));
        TEST_ASSERT_EQUAL(1, port_tls_roots_left_out(made));
    }
    made = port_tls_roots_make(tls, (struct port_tls_text){ text, a.len + b.len }, at);
    TEST_ASSERT_EQUAL(2, port_tls_roots_count(made));
    TEST_ASSERT_EQUAL(0, port_tls_roots_left_out(made));
    for (size_t i = 100; i < 120; i++) text[i] = '!';
    made = port_tls_roots_make(tls, (struct port_tls_text){ text, a.len + b.len }, at);
    TEST_ASSERT_EQUAL(1, port_tls_roots_count(made));
    TEST_ASSERT_EQUAL(1, port_tls_roots_left_out(made));
    /* The last line of another stands in front. */
    made = port_tls_roots_make(tls, (struct port_tls_text){ text + 50, a.len - 50 + b.len }, at);
    TEST_ASSERT_EQUAL(1, port_tls_roots_left_out(made));
}

static void test_ends(void)
{
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);
    uint8_t byte;

    tls_wire_begin(&w, server, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    assert_stands();
    port_tls_shut(w.client);
    tls_wire_carry(&w);
    tls_wire_carry(&w);
    TEST_ASSERT_EQUAL(PORT_NET_EOF, port_tls_recv(w.server, &byte, 1));
    TEST_ASSERT_EQUAL(PORT_NET_EOF, port_tls_recv(w.server, &byte, 1));
    /* One direction is over, the other is not. */
    TEST_ASSERT_TRUE(tls_wire_talk(&w, w.server, w.client, 10));
    /* A connection that ends without a word was cut. */
    sim_close(w.client_end);
    tls_wire_carry(&w);
    TEST_ASSERT_EQUAL(PORT_NET_FAULT, port_tls_recv(w.client, &byte, 1));
    tls_wire_end(&w);
}

static void test_record_waits(void)
{
    static uint8_t out[4000], in[4000];

    tls_wire_begin(&w, server_of("desk"), client_of(&roots), "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    assert_stands();
    sim_window(w.server_end, 100);
    TEST_ASSERT_EQUAL(sizeof out, port_tls_send(w.server, out, sizeof out));
    TEST_ASSERT_TRUE(port_tls_unsent(w.server));
    TEST_ASSERT_EQUAL(PORT_NET_AGAIN, port_tls_send(w.server, out, 1));
    size_t got = 0;
    for (int i = 0; i < 1000 && got < sizeof in; i++) {
        tls_wire_carry(&w);
        TEST_ASSERT_NOT_EQUAL(PORT_NET_FAULT, port_tls_flush(w.server));
        int32_t n = port_tls_recv(w.client, in + got, 100);
        TEST_ASSERT_TRUE(n >= 0);
        got += (size_t)n;
        if (got > 0 && got < sizeof in) TEST_ASSERT_TRUE(port_tls_pending(w.client) > 0);
    }
    TEST_ASSERT_EQUAL(sizeof in, got);
    TEST_ASSERT_FALSE(port_tls_unsent(w.server));
    tls_wire_end(&w);
}

static void test_garbage(void)
{
    static const char *said[] = { "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x02\x01\x00",
                                  "\x15\x03\x01\x00\x02\x02\x28" };
    static const size_t lens[] = { 18, 7, 7 };
    struct port_tls_config *server = server_of("desk"), *client = client_of(&roots);

    for (int i = 0; i < 3; i++) {
        tls_wire_begin(&w, server, client, "desk.example", PORT_TLS_UNSAVED);
        sim_push(w.server_end, pn_slice(said[i], lens[i]));
        sim_fin(w.server_end);
        tls_wire_carry(&w);
        for (int j = 0; j < 5 && w.server_step != PORT_TLS_FAULT; j++) {
            w.server_step = port_tls_handshake(w.server);
        }
        TEST_ASSERT_EQUAL(PORT_TLS_FAULT, w.server_step);
        TEST_ASSERT_NOT_EQUAL(PORT_TLS_NO_CAUSE, port_tls_cause(w.server));
        tls_wire_end(&w);
    }
}

static void test_pairs_are_checked(void)
{
    struct port_tls_pair desk = certificates_pair("desk"), wild = certificates_pair("wild");
    struct port_tls_pair_facts facts;
    struct {
        struct port_tls_pair pair;
        enum port_tls_pair_verdict verdict;
    } rows[] = {
        { desk, PORT_TLS_PAIR_GOOD },
        { { desk.chain, wild.key }, PORT_TLS_KEY_OTHER },
        { { desk.key, desk.key }, PORT_TLS_CHAIN_UNREADABLE },
        { { desk.chain, desk.chain }, PORT_TLS_KEY_UNREADABLE },
        { { { NULL, 0 }, desk.key }, PORT_TLS_CHAIN_UNREADABLE },
        { { desk.chain, { NULL, 0 } }, PORT_TLS_KEY_UNREADABLE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL(rows[i].verdict, port_tls_pair_check(tls, &rows[i].pair, &facts));
    }
    TEST_ASSERT_EQUAL(PORT_TLS_PAIR_GOOD, port_tls_pair_check(tls, &desk, &facts));
    int64_t now = (int64_t)time(NULL);
    TEST_ASSERT_TRUE(facts.begin_s <= now && facts.begin_s > now - 3600);
    TEST_ASSERT_INT64_WITHIN(3600, now + 30 * 86400, facts.end_s);
}

/* The old configuration serves its sessions on, and goes with them. */
static void test_replaced(void)
{
    struct port_tls_config *client = client_of(&roots);
    uint32_t level = port_tls_counts(tls)->arena_bytes;
    struct port_tls_config *old = server_of("desk");

    tls_wire_begin(&w, old, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&w);
    port_tls_config_drop(old);
    assert_stands();
    tls_wire_end(&w);
    TEST_ASSERT_EQUAL(level, port_tls_counts(tls)->arena_bytes);
}

int main(void)
{
    UNITY_BEGIN();
    if (!certificates_make(PN_SOURCE_DIR)) return 77;
    if (port_crypto_init(process_arena, sizeof process_arena) != PORT_CRYPTO_GOOD) return 1;
    RUN_TEST(test_talks);
    RUN_TEST(test_rsa);
    RUN_TEST(test_cut_anywhere);
    RUN_TEST(test_what_is_refused);
    RUN_TEST(test_no_clock);
    RUN_TEST(test_no_clock_1970);
    RUN_TEST(test_pinned);
    RUN_TEST(test_names_choose);
    RUN_TEST(test_resumes);
    RUN_TEST(test_verified_anew);
    RUN_TEST(test_resumed_until_its_end);
    RUN_TEST(test_late_ticket);
    RUN_TEST(test_late_resumption);
    RUN_TEST(test_clients_prove_themselves);
    RUN_TEST(test_tickets_prove_nobody);
    RUN_TEST(test_roots_are_replaced);
    RUN_TEST(test_roots_left_out);
    RUN_TEST(test_ends);
    RUN_TEST(test_record_waits);
    RUN_TEST(test_garbage);
    RUN_TEST(test_pairs_are_checked);
    RUN_TEST(test_replaced);
    certificates_remove();
    return UNITY_END();
}
