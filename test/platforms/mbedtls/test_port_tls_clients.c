/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_port_tls_clients.c - clients with certificates: what they prove, and whom a listener believes. */
#include <string.h>

#include "platforms/mbedtls/tls_engine.h"
#include "test/tls/tls_both.h"
#include "unity.h"

static struct tls_both t;
static enum port_tls_pair_verdict why;

void setUp(void)
{
    tls_both_open(&t);
}

void tearDown(void)
{
    tls_wire_shut(&t.wire);
}

static uint8_t client_roots[PORT_TLS_TRUSTS_MAX][8192];

/* A listener that believes in the roots of three names, by number. */
static struct port_tls_config *gate_of(struct port_tls_trust *trust, enum port_tls_clients clients)
{
    static const char *const names[] = { "root.pem", "domain-a.pem", "domain-b.pem" };
    struct port_tls_pair pair = certificates_pair("desk");
    struct port_tls_server_setup setup = {
        .pairs = &pair, .pair_count = 1, .trust = trust, .clients = clients
    };

    for (int i = 0; i < 3; i++)
        trust->roots[i] = tls_both_trust(&t, names[i], client_roots[i]).roots[0];
    struct port_tls_config *made = port_tls_server(t.tls, &setup, &why);
    TEST_ASSERT_NOT_NULL(made);
    return made;
}

/* Connect with the pair of that name, or none. What the server says is wrong; PORT_TLS_NO_CAUSE: both
 * sides talk, and `*peer` is what the server knows then. */
static enum port_tls_cause shown(struct port_tls_config *gate, const char *name,
                                 struct port_tls_peer *peer)
{
    struct port_tls_pair pair = name ? certificates_pair(name) : (struct port_tls_pair){ 0 };
    struct port_tls_config *client = port_tls_client(t.tls, &t.roots, name ? &pair : NULL, &why);
    static struct port_tls_peer none;

    *peer = none;
    TEST_ASSERT_NOT_NULL(client);
    tls_wire_begin(&t.wire, gate, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    if (t.wire.server_step == PORT_TLS_DONE) {
        tls_both_stand(&t);
        if (!port_tls_peer(t.wire.server, peer)) TEST_ASSERT_NULL(name);
    }
    port_tls_config_drop(client);
    return port_tls_cause(t.wire.server);
}

static const struct {
    const char *name;
    enum port_tls_cause cause;
    uint16_t trusts, uri_count;
    const char *uri;
    uint8_t uses;
} clients[] = {
    { "agent", PORT_TLS_NO_CAUSE, 1, 1, "spiffe://example.org/agent", PORT_TLS_USE_SIGNS },
    { "agent-behind", PORT_TLS_NO_CAUSE, 1, 1, "spiffe://example.org/agent", PORT_TLS_USE_SIGNS },
    { "agent-forged", PORT_TLS_UNTRUSTED, 0, 0, "", 0 },
    { "agent-renewed", PORT_TLS_NO_CAUSE, 1, 1, "spiffe://example.org/agent", PORT_TLS_USE_SIGNS },
    { "agent-lapsed", PORT_TLS_UNTRUSTED, 0, 0, "", 0 },
    { "agent-over", PORT_TLS_EXPIRED, 0, 0, "", 0 },
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

enum version { TLS_1_3, TLS_1_2 };

static void prove_themselves(enum version version)
{
    static const enum port_tls_clients kinds[] = { PORT_TLS_CLIENTS_OPTIONAL,
                                                   PORT_TLS_CLIENTS_REQUIRED };
    struct port_tls_trust trust = { 0 };
    struct port_tls_peer peer;

    for (int k = 0; k < 2; k++) {
        struct port_tls_config *gate = gate_of(&trust, kinds[k]);
        if (version == TLS_1_2)
            mbedtls_ssl_conf_max_tls_version(&gate->ssl, MBEDTLS_SSL_VERSION_TLS1_2);
        for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
            uint32_t before = port_tls_counts(t.tls)->failed[clients[i].cause];
            TEST_ASSERT_EQUAL_STRING_MESSAGE(
                port_tls_cause_name(clients[i].cause),
                port_tls_cause_name(shown(gate, clients[i].name, &peer)), clients[i].name);
            TEST_ASSERT_EQUAL_MESSAGE(clients[i].trusts, peer.trusts, clients[i].name);
            TEST_ASSERT_EQUAL_MESSAGE(clients[i].uri_count, peer.uri_count, clients[i].name);
            TEST_ASSERT_EQUAL_MESSAGE(clients[i].uses, peer.uses, clients[i].name);
            tls_both_text(clients[i].uri, peer.uri);
            tls_wire_end(&t.wire);
            if (clients[i].cause == PORT_TLS_NO_CAUSE) continue;
            TEST_ASSERT_EQUAL(before + 1, port_tls_counts(t.tls)->failed[clients[i].cause]);
        }
        bool may_be_absent = kinds[k] == PORT_TLS_CLIENTS_OPTIONAL;
        TEST_ASSERT_EQUAL(may_be_absent ? PORT_TLS_NO_CAUSE : PORT_TLS_ABSENT,
                          shown(gate, NULL, &peer));
        TEST_ASSERT_EQUAL(0, peer.trusts);
        tls_wire_end(&t.wire);
        port_tls_config_drop(gate);
    }
}

static void test_clients_prove_themselves(void)
{
    prove_themselves(TLS_1_3);
}

static void test_clients_of_tls_1_2_prove_themselves(void)
{
    prove_themselves(TLS_1_2);
}

/* A ticket of a listener that asks for no certificate opens no listener that does, and one that does
 * gives none: in the next session the client is asked again. */
static void test_tickets_prove_nobody(void)
{
    static const enum port_tls_clients kinds[] = { PORT_TLS_CLIENTS_OPTIONAL,
                                                   PORT_TLS_CLIENTS_REQUIRED };
    struct port_tls_trust trust = { 0 };
    struct port_tls_pair pair = certificates_pair("svid-a");
    struct port_tls_config *open = tls_both_server(&t, "desk");
    struct port_tls_config *bare = tls_both_client(&t, &t.roots);
    struct port_tls_config *proven = port_tls_client(t.tls, &t.roots, &pair, &why);
    struct port_tls_peer peer;

    for (int k = 0; k < 2; k++) {
        struct port_tls_config *gate = gate_of(&trust, kinds[k]);
        tls_wire_begin(&t.wire, open, bare, "desk.example", 2);
        tls_wire_shake(&t.wire);
        tls_both_stand(&t);
        tls_wire_end(&t.wire);
        uint32_t resumed = port_tls_counts(t.tls)->resumed;
        tls_wire_begin(&t.wire, gate, bare, "desk.example", 2);
        tls_wire_shake(&t.wire);
        TEST_ASSERT_EQUAL(kinds[k] == PORT_TLS_CLIENTS_REQUIRED ? PORT_TLS_ABSENT
                                                                : PORT_TLS_NO_CAUSE,
                          port_tls_cause(t.wire.server));
        TEST_ASSERT_FALSE(port_tls_peer(t.wire.server, &peer));
        tls_wire_end(&t.wire);
        for (int i = 0; i < 3; i++) {
            tls_wire_begin(&t.wire, gate, proven, "desk.example", 3);
            tls_wire_shake(&t.wire);
            tls_both_stand(&t);
            TEST_ASSERT_TRUE(port_tls_peer(t.wire.server, &peer));
            tls_both_text("spiffe://a.example/agents/one", peer.uri);
            tls_wire_end(&t.wire);
        }
        TEST_ASSERT_EQUAL(resumed, port_tls_counts(t.tls)->resumed);
        port_tls_forget(t.tls, 2);
        port_tls_forget(t.tls, 3);
        port_tls_config_drop(gate);
    }
}

/* Whom to believe is replaced under the configuration, also for a handshake that has begun. */
static void test_roots_are_replaced(void)
{
    struct port_tls_trust trust = { 0 };
    struct port_tls_config *gate = gate_of(&trust, PORT_TLS_CLIENTS_REQUIRED);
    struct port_tls_pair pair = certificates_pair("svid-a");
    struct port_tls_config *client = port_tls_client(t.tls, &t.roots, &pair, &why);
    struct port_tls_peer peer;

    TEST_ASSERT_EQUAL(PORT_TLS_NO_CAUSE, shown(gate, "svid-a", &peer));
    TEST_ASSERT_EQUAL(2, peer.trusts);
    /* Who stands there proves nothing any more when its root is gone, and again when it is back. */
    const struct port_tls_roots *domain_a = trust.roots[1];
    for (int i = 0; i < 2; i++) {
        trust.roots[1] = i == 0 ? NULL : domain_a;
        TEST_ASSERT_TRUE(port_tls_peer(t.wire.server, &peer));
        TEST_ASSERT_EQUAL(i == 0 ? 0 : 2, peer.trusts);
    }
    tls_wire_end(&t.wire);
    tls_wire_begin(&t.wire, gate, client, "desk.example", PORT_TLS_UNSAVED);
    trust.roots[1] = NULL;
    memset(client_roots[1], 0xEE, sizeof client_roots[1]);
    tls_wire_shake(&t.wire);
    TEST_ASSERT_EQUAL(PORT_TLS_UNTRUSTED, port_tls_cause(t.wire.server));
    tls_wire_end(&t.wire);
    trust.roots[7] = tls_both_trust(&t, "domain-a.pem", client_roots[7]).roots[0];
    TEST_ASSERT_EQUAL(PORT_TLS_NO_CAUSE, shown(gate, "svid-a", &peer));
    TEST_ASSERT_EQUAL(1 << 7, peer.trusts);
    tls_wire_end(&t.wire);
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
        made = port_tls_roots_make(t.tls, (struct port_tls_text){ text, a.len + cut }, at);
        TEST_ASSERT_NOT_NULL(made);
        TEST_ASSERT_EQUAL(1, port_tls_roots_count(made));
        TEST_ASSERT_EQUAL(1, port_tls_roots_left_out(made));
    }
    made = port_tls_roots_make(t.tls, (struct port_tls_text){ text, a.len + b.len }, at);
    TEST_ASSERT_EQUAL(2, port_tls_roots_count(made));
    TEST_ASSERT_EQUAL(0, port_tls_roots_left_out(made));
    for (size_t i = 100; i < 120; i++) text[i] = '!';
    made = port_tls_roots_make(t.tls, (struct port_tls_text){ text, a.len + b.len }, at);
    TEST_ASSERT_EQUAL(1, port_tls_roots_count(made));
    TEST_ASSERT_EQUAL(1, port_tls_roots_left_out(made));
    /* The last line of another stands in front. */
    made = port_tls_roots_make(t.tls, (struct port_tls_text){ text + 50, a.len - 50 + b.len }, at);
    TEST_ASSERT_EQUAL(1, port_tls_roots_left_out(made));
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_both_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_clients_prove_themselves);
    RUN_TEST(test_clients_of_tls_1_2_prove_themselves);
    RUN_TEST(test_tickets_prove_nobody);
    RUN_TEST(test_roots_are_replaced);
    RUN_TEST(test_roots_left_out);
    certificates_remove();
    return UNITY_END();
}
