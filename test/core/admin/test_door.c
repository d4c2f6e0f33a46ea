/* Who comes in at the admin door, each reason for which it stays shut, and floods of wrong attempts.
 * links: sim
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/admin/admin.h"
#include "platforms/sim/sim.h"
#include "port/port_crypto.h"
#include "unity.h"

#define ANA_KEY "postern_admin_ana"
#define BO_KEY  "postern_admin_bo"

static struct pn_door_rules rules;
static struct pn_door door;
static struct port_net_addr from;
static struct pn_operator who;
static uint32_t mono_s;

static struct pn_door_operator keyed(const char *name, enum pn_operator_role role, const char *key)
{
    struct pn_door_operator o = { .name = pn_slice(name, strlen(name)),
                                  .role = (uint8_t)role,
                                  .by_key = 1 };

    port_sha256(key, strlen(key), o.key_digest);
    return o;
}

void setUp(void)
{
    rules = (struct pn_door_rules){ .operator_count = 3,
                                    .hosts = { PN_SLICE("gate.example") },
                                    .host_count = 1,
                                    .origins = { PN_SLICE("https://console.example") },
                                    .origin_count = 1 };
    rules.operators[0] = keyed("ana", PN_OPERATOR_OPERATOR, ANA_KEY);
    rules.operators[1] = keyed("bo", PN_OPERATOR_VIEWER, BO_KEY);
    rules.operators[2] = (struct pn_door_operator){ .name = PN_SLICE("cy"),
                                                    .role = PN_OPERATOR_ADMIN,
                                                    .certificate = PN_SLICE("cy.ops.example") };
    door = (struct pn_door){ .rules = &rules, .at = sim_addr("127.0.0.1", 9901) };
    from = sim_addr("10.0.0.5", 4000);
    mono_s = 600;
}

void tearDown(void)
{
}

/* From an exact-size buffer. */
static enum pn_denial visit(const char *request, const char *fields,
                            const struct pn_peer_cert *cert)
{
    struct pn_h1_head head = { 0 };
    char text[16384];
    int len = snprintf(text, sizeof text, "%s HTTP/1.1\r\n%s\r\n", request, fields);
    uint8_t *exact = malloc((size_t)len);

    memcpy(exact, text, (size_t)len);
    TEST_ASSERT_EQUAL_MESSAGE(PN_DONE, pn_h1_request_parse(&head, pn_slice(exact, (size_t)len)),
                              text);
    struct pn_visit v = { .head = &head,
                          .from = &from,
                          .cert = cert,
                          .needs = pn_admin_needs(&head),
                          .unix_s = 1800000000,
                          .mono_s = mono_s };
    enum pn_denial denial = pn_door_enter(&door, &v, &who);
    free(exact);
    return denial;
}

#define LOCAL "Host: 127.0.0.1:9901\r\n"
#define ANA   "Authorization: Bearer " ANA_KEY "\r\n"
#define BO    "Authorization: Bearer " BO_KEY "\r\n"

struct row {
    const char *request, *fields;
    enum pn_denial denial;
    const char *who;
};

static const struct row rows[] = {
    /* open to all, whatever they say */
    { "GET /livez", "Host: evil.example\r\nOrigin: http://evil.example\r\n", PN_DENIAL_NONE, "" },
    { "GET /readyz?verbose", "Host: evil.example\r\n", PN_DENIAL_NONE, "" },
    { "PUT /livez", LOCAL, PN_DENIAL_UNPROVEN, "" },
    /* viewers */
    { "GET /metrics", LOCAL, PN_DENIAL_UNPROVEN, "" },
    { "GET /metrics", LOCAL BO, PN_DENIAL_NONE, "bo" },
    { "GET /version", LOCAL BO, PN_DENIAL_NONE, "bo" },
    { "GET /v1/policy", LOCAL BO, PN_DENIAL_NONE, "bo" },
    { "GET /v1/keys", LOCAL BO, PN_DENIAL_NONE, "bo" },
    { "GET /v1/inventory", LOCAL BO, PN_DENIAL_NONE, "bo" },
    { "GET /v1/inventory", LOCAL, PN_DENIAL_UNPROVEN, "" },
    { "GET /nowhere", LOCAL BO, PN_DENIAL_NONE, "bo" },
    { "GET /nowhere", LOCAL, PN_DENIAL_UNPROVEN, "" },
    /* operators */
    { "PUT /v1/policy", LOCAL BO, PN_DENIAL_ROLE, "bo" },
    { "DELETE /v1/policy", LOCAL BO, PN_DENIAL_ROLE, "bo" },
    { "PUT /v1/keys", LOCAL BO, PN_DENIAL_ROLE, "bo" },
    { "PUT /v1/time", LOCAL BO, PN_DENIAL_ROLE, "bo" },
    { "GET /v1/time", LOCAL BO, PN_DENIAL_ROLE, "bo" },
    { "PUT /v1/policy", LOCAL ANA, PN_DENIAL_NONE, "ana" },
    { "GET /v1/time", LOCAL ANA, PN_DENIAL_NONE, "ana" },
    { "GET /metrics", LOCAL ANA, PN_DENIAL_NONE, "ana" },
    /* what it is called */
    { "GET /metrics", "Host: localhost\r\n" ANA, PN_DENIAL_NONE, "ana" },
    { "GET /metrics", "Host: LOCALHOST:1\r\n" ANA, PN_DENIAL_NONE, "ana" },
    { "GET /metrics", "Host: [::1]:9901\r\n" ANA, PN_DENIAL_NONE, "ana" },
    { "GET /metrics", "Host: gate.example\r\n" ANA, PN_DENIAL_NONE, "ana" },
    { "GET /metrics", "Host: Gate.Example:443\r\n" ANA, PN_DENIAL_NONE, "ana" },
    { "GET /metrics", "Host: 10.0.0.1\r\n" ANA, PN_DENIAL_HOST, "" },
    { "GET /metrics", "Host: evil.example\r\n" ANA, PN_DENIAL_HOST, "" },
    { "GET /metrics", "Host: gate.example.evil.example\r\n" ANA, PN_DENIAL_HOST, "" },
    { "GET /metrics", "Host: 127.0.0.1.evil.example\r\n" ANA, PN_DENIAL_HOST, "" },
    { "GET /metrics", "Host: localhost.evil.example:9901\r\n" ANA, PN_DENIAL_HOST, "" },
    { "GET /metrics", "Host: 127.1\r\n" ANA, PN_DENIAL_HOST, "" },
    { "GET /metrics", "Host: 2130706433\r\n" ANA, PN_DENIAL_HOST, "" },
    /* from which page */
    { "PUT /v1/policy", LOCAL ANA "Origin: https://console.example\r\n", PN_DENIAL_NONE, "ana" },
    { "PUT /v1/policy", LOCAL ANA "Origin: http://console.example\r\n", PN_DENIAL_ORIGIN, "" },
    { "GET /metrics", LOCAL ANA "Origin: null\r\n", PN_DENIAL_ORIGIN, "" },
    { "GET /metrics", LOCAL ANA "Origin: \r\n", PN_DENIAL_ORIGIN, "" },
    { "GET /metrics", LOCAL ANA "Origin: https://console.example.evil\r\n", PN_DENIAL_ORIGIN, "" },
    /* forged, short and long proofs */
    { "GET /metrics", LOCAL "authorization: bEARER " ANA_KEY "\r\n", PN_DENIAL_NONE, "ana" },
    { "GET /metrics", LOCAL "Authorization: Bearer " ANA_KEY "x\r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "Authorization: Bearer postern_admin_an\r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "Authorization: Bearer  " ANA_KEY "\r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "Authorization: Bearer\r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "Authorization: \r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "Authorization: " ANA_KEY "\r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "Authorization: Basic YW5hOng=\r\n", PN_DENIAL_UNKNOWN, "" },
    { "GET /metrics", LOCAL "x-api-key: " ANA_KEY "\r\n", PN_DENIAL_UNPROVEN, "" },
    { "GET /metrics?key=" ANA_KEY, LOCAL, PN_DENIAL_UNPROVEN, "" },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t before = door.denied[rows[i].denial];
        door.attempts = (struct pn_attempts){ 0 };
        enum pn_denial denial = visit(rows[i].request, rows[i].fields, NULL);
        char what[400];
        snprintf(what, sizeof what, "%s %s", rows[i].request, rows[i].fields);
        TEST_ASSERT_EQUAL_STRING_MESSAGE((const char *)pn_denial_name(rows[i].denial).at,
                                         (const char *)pn_denial_name(denial).at, what);
        TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(rows[i].who), who.name.len, what);
        TEST_ASSERT_TRUE(pn_slice_equal(pn_slice(rows[i].who, strlen(rows[i].who)), who.name));
        TEST_ASSERT_EQUAL_UINT32(before + 1, door.denied[denial]);
    }
}

static void test_a_key_as_long_as_a_head_allows(void)
{
    char fields[8000], key[7000];

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    snprintf(fields, sizeof fields, LOCAL "Authorization: Bearer %s\r\n", key);
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", fields, NULL));
}

static void test_a_digest_of_nothing_is_no_key(void)
{
    rules.operators[1].by_key = 0;
    port_sha256(BO_KEY, strlen(BO_KEY), rules.operators[1].key_digest);
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL BO, NULL));
}

static void test_without_operators_everybody_is_one_here(void)
{
    rules.operator_count = 0;
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("PUT /v1/policy", LOCAL, NULL));
    TEST_ASSERT_EQUAL(PN_OPERATOR_ADMIN, who.role);
    TEST_ASSERT_EQUAL(PN_OPERATOR_BY_LOOPBACK, who.proof);
    TEST_ASSERT_EQUAL(PN_DENIAL_HOST, visit("GET /metrics", "Host: evil.example\r\n", NULL));
    TEST_ASSERT_EQUAL(PN_DENIAL_ORIGIN,
                      visit("PUT /v1/policy", LOCAL "Origin: http://evil.example\r\n", NULL));
}

struct called {
    const char *at, *host;
    enum pn_denial denial;
};

static const struct called calls[] = {
    { "0.0.0.0", "Host: 10.1.2.3:9901\r\n", PN_DENIAL_NONE },
    { "0.0.0.0", "Host: localhost\r\n", PN_DENIAL_HOST },
    { "::", "Host: [fd00::1]:9901\r\n", PN_DENIAL_NONE },
    { "10.0.0.9", "Host: 10.0.0.9:9901\r\n", PN_DENIAL_NONE },
    { "10.0.0.9", "Host: 10.0.0.8:9901\r\n", PN_DENIAL_HOST },
    { "10.0.0.9", "Host: 127.0.0.1\r\n", PN_DENIAL_HOST },
    { "10.0.0.9", "Host: localhost\r\n", PN_DENIAL_HOST },
    { "fd00::1", "Host: [FD00::1]\r\n", PN_DENIAL_NONE },
    { "fd00::1", "Host: [fd00::2]\r\n", PN_DENIAL_HOST },
    { "::1", "Host: localhost:9901\r\n", PN_DENIAL_NONE },
};

static void test_what_other_listeners_are_called(void)
{
    char fields[200];

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        door.at = sim_addr(calls[i].at, 9901);
        snprintf(fields, sizeof fields, "%s" ANA, calls[i].host);
        TEST_ASSERT_EQUAL_MESSAGE(calls[i].denial, visit("GET /metrics", fields, NULL), fields);
    }
}

/* --- certificates --- */

static struct port_tls_text text(const char *s)
{
    return (struct port_tls_text){ (const uint8_t *)s, strlen(s) };
}

static struct pn_peer_cert certificate(void)
{
    static const struct pn_slice domains[] = { PN_SLICE_INIT(""), PN_SLICE_INIT("ops.example") };

    return (struct pn_peer_cert){ .shown = true,
                                  .domains = domains,
                                  .domain_count = 2,
                                  .peer = { .dns = text("cy.ops.example"),
                                            .dns_count = 1,
                                            .trusts = 1,
                                            .uses = PORT_TLS_USE_SIGNS,
                                            .end_s = 1800000000 } };
}

static void test_certificates(void)
{
    struct pn_peer_cert cert = certificate();

    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("PUT /v1/policy", LOCAL, &cert));
    TEST_ASSERT_EQUAL(PN_OPERATOR_BY_CERTIFICATE, who.proof);
    TEST_ASSERT_EQUAL_MEMORY("cy", who.name.at, 2);
    cert.shown = false;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNPROVEN, visit("GET /metrics", LOCAL, &cert));
    cert = certificate();
    cert.peer.end_s--;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL, &cert));
    cert = certificate();
    cert.peer.trusts = 2; /* of a trust domain, and it is no SVID */
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL, &cert));
    cert = certificate();
    cert.peer.dns_count = 2;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL, &cert));
    cert = certificate();
    cert.peer.dns = text("cy.ops.example.evil");
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL, &cert));
    cert = certificate();
    cert.peer.dns_count = 0;
    cert.peer.common_name = cert.peer.dns;
    cert.peer.common_name_count = 1;
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL, &cert));
    cert.peer.common_name_count = 0;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL, &cert));
}

static void test_a_spiffe_identifier_is_a_name(void)
{
    struct pn_peer_cert cert = certificate();

    rules.operators[2].certificate = PN_SLICE("spiffe://ops.example/cy");
    cert.peer.uri = text("spiffe://ops.example/cy");
    cert.peer.uri_count = 1;
    cert.peer.trusts = 2;
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("PUT /v1/policy", LOCAL, &cert));
    cert.peer.trusts = 1;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("PUT /v1/policy", LOCAL, &cert));
    cert = certificate(); /* a name alone is no identifier */
    cert.peer.dns = text("spiffe://ops.example/cy");
    cert.peer.trusts = 2;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("PUT /v1/policy", LOCAL, &cert));
}

/* Of two proofs it is the one that was sent with the request, and no second try. */
static void test_a_key_goes_before_a_certificate(void)
{
    struct pn_peer_cert cert = certificate();

    TEST_ASSERT_EQUAL(PN_DENIAL_ROLE, visit("PUT /v1/policy", LOCAL BO, &cert));
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", &cert));
}

/* --- floods --- */

static void fail_once(void)
{
    (void)visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL);
}

static void test_an_address_has_so_many_attempts_a_minute(void)
{
    for (int i = 0; i < PN_ATTEMPTS_MAX; i++) {
        TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN,
                          visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("PUT /v1/policy", LOCAL ANA, NULL));
    TEST_ASSERT_EQUAL(PN_DENIAL_UNPROVEN, visit("GET /metrics", LOCAL, NULL));
    from = sim_addr("10.0.0.6", 4000);
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    from = sim_addr("10.0.0.5", 4001); /* another port is no other address */
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    mono_s += 60;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
}

/* 10,000 attempts from 2,500 addresses: nobody who knows a key is kept out, nothing grows, and who has
 * used up his attempts does not get them back. */
static void test_a_flood_of_addresses(void)
{
    struct port_net_addr first = from;

    for (int i = 0; i < PN_ATTEMPTS_MAX; i++) fail_once();
    for (int i = 0; i < 10000; i++) {
        from.ip[2] = (uint8_t)(1 + i % 2500 / 250);
        from.ip[3] = (uint8_t)(i % 250);
        fail_once();
        if (i % 100 == 0) TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL BO, NULL));
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    from = first;
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("PUT /v1/policy", LOCAL ANA, NULL));
    TEST_ASSERT_EQUAL_UINT32(10000 + PN_ATTEMPTS_MAX + 2,
                             door.denied[PN_DENIAL_UNKNOWN] + door.denied[PN_DENIAL_RATE]);
}

static void test_so_much_is_told(void)
{
    int told = 0;

    for (int i = 0; i < 100; i++) {
        enum pn_attempt_telling t = pn_attempts_tell(&door.attempts, &from, mono_s);
        told += t != PN_ATTEMPT_QUIET;
        TEST_ASSERT_EQUAL(i == PN_ATTEMPTS_MAX - 1, t == PN_ATTEMPT_TOLD_LAST);
    }
    TEST_ASSERT_EQUAL(PN_ATTEMPTS_MAX, told);
    for (int i = 0; i < 10000; i++) {
        from.ip[1] = (uint8_t)(i >> 8);
        from.ip[2] = (uint8_t)i;
        told += pn_attempts_tell(&door.attempts, &from, mono_s) != PN_ATTEMPT_QUIET;
    }
    TEST_ASSERT_LESS_OR_EQUAL(PN_ATTEMPTS_MAX + PN_ATTEMPT_SOURCES + PN_ATTEMPTS_OTHERS_MAX, told);
}

/* A network of IPv6 is one address. */
static void test_addresses_of_ipv6_count_by_their_network(void)
{
    from = sim_addr("2001:db8::1", 4000);
    for (int i = 0; i < PN_ATTEMPTS_MAX; i++) {
        from.ip[15] = (uint8_t)i;
        fail_once();
    }
    from = sim_addr("2001:db8::ffff:1", 4000);
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    from = sim_addr("2001:db8:0:1::1", 4000);
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
}

/* --- passwords --- */

#define DI_RIGHT "Authorization: Basic ZGk6Y29ycmVjdCBob3JzZQ==\r\n" /* di:correct horse */
#define DI_WRONG "Authorization: Basic ZGk6d3Jvbmc=\r\n"             /* di:wrong */

static uint64_t password_memory[131072 * 8 / 8];

/* Cheap here; what a device file may say is another matter. */
static void add_password(void)
{
    struct pn_door_operator *o = &rules.operators[rules.operator_count++];

    *o = (struct pn_door_operator){ .name = PN_SLICE("di"),
                                    .role = PN_OPERATOR_VIEWER,
                                    .by_password = 1,
                                    .password = { .cost = { 64, 1, 1 }, .salt_len = 8 } };
    struct port_argon2id_input input = { .password = PN_SLICE("correct horse"),
                                         .salt = pn_slice(o->password.salt, 8) };
    door.passwords.memory = password_memory;
    door.passwords.memory_bytes = pn_password_bytes(&rules);
    TEST_ASSERT_EQUAL_size_t(65536, door.passwords.memory_bytes);
    TEST_ASSERT_TRUE(port_argon2id(&o->password.cost, &input, password_memory, o->password.key));
}

static void test_a_password(void)
{
    static const char *const wrong[] = {
        "Authorization: Basic\r\n",
        "Authorization: Basic \r\n",
        DI_WRONG,
        "Authorization: Basic ZGk=\r\n",                         /* di */
        "Authorization: Basic ZGk6\r\n",                         /* di: */
        "Authorization: Basic Omp1c3Q=\r\n",                     /* :just */
        "Authorization: Basic YW5hOmNvcnJlY3QgaG9yc2U=\r\n",     /* ana, who has none */
        "Authorization: Basic bm9ib2R5OmNvcnJlY3QgaG9yc2U=\r\n", /* nobody */
        "Authorization: Basic ZGk6Y29ycmVjdCBob3JzZSA=\r\n",     /* a blank behind it */
        "Authorization: Basic ZGk6Y29ycmVjdCBob3JzZQ=\r\n",      /* badly padded */
        "Authorization: Basic ZGk6Y29ycmVjdCBob3JzZR==\r\n",     /* bits behind the end */
        "Authorization: Basic  ZGk6Y29ycmVjdCBob3JzZQ==\r\n",
        "Authorization: Bearer ZGk6Y29ycmVjdCBob3JzZQ==\r\n",
    };
    char fields[400];

    add_password();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        door.attempts = (struct pn_attempts){ 0 };
        mono_s++;
        snprintf(fields, sizeof fields, LOCAL "%s", wrong[i]);
        TEST_ASSERT_EQUAL_MESSAGE(PN_DENIAL_UNKNOWN, visit("GET /metrics", fields, NULL), wrong[i]);
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    TEST_ASSERT_EQUAL(PN_OPERATOR_BY_PASSWORD, who.proof);
    TEST_ASSERT_EQUAL_MEMORY("di", who.name.at, 2);
    TEST_ASSERT_EQUAL(PN_DENIAL_ROLE, visit("PUT /v1/policy", LOCAL DI_RIGHT, NULL));
}

/* One that was right is known by the place of its operator: not any more, once others have it. */
static void test_other_rules_forget_who_was_known(void)
{
    struct pn_door_rules after;

    add_password();
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    after = rules;
    after.operators[3].password.key[0] ^= 1;
    pn_door_take(&door, &after);
    mono_s++;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    after.operator_count = 3; /* nobody has a password any more, and there is memory for one */
    pn_door_take(&door, &after);
    mono_s++;
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    pn_door_take(&door, &rules);
    mono_s++;
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
}

static void test_a_long_password_is_nobodys(void)
{
    char fields[8000];
    int len = sprintf(fields, LOCAL "Authorization: Basic ");

    add_password();
    for (int i = 0; i < 1028; i++) fields[len++] = 'Z';
    strcpy(fields + len, "\r\n");
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", fields, NULL));
    TEST_ASSERT_EQUAL_UINT32(0, door.passwords.turns.drawn);
}

static void test_passwords_are_verified_so_often(void)
{
    add_password();
    for (int i = 0; i < PN_PASSWORD_WORK_PER_S / 64; i++) {
        from.ip[3] = (uint8_t)(i / PN_ATTEMPTS_MAX);
        TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL DI_WRONG, NULL));
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL BO, NULL));
    mono_s++;
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
}

/* The costliest that a device file may name, too, but no second one. */
static void test_one_password_a_second_is_always_verified(void)
{
    void *memory = malloc(65536 * 1024);

    add_password();
    rules.operators[3].password.cost = (struct port_argon2id_cost){ 65536, 3, 1 };
    door.passwords.memory = memory;
    door.passwords.memory_bytes = pn_password_bytes(&rules);
    TEST_ASSERT_EQUAL(PN_DENIAL_UNKNOWN, visit("GET /metrics", LOCAL DI_WRONG, NULL));
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE, visit("GET /metrics", LOCAL DI_WRONG, NULL));
    free(memory);
}

/* Who has come in stays in, whatever others try and from where he comes; a new one waits. */
static void test_who_is_known_is_kept_out_by_no_flood(void)
{
    add_password();
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    for (int i = 0; i < 10000; i++) {
        if (i % 1000 == 0) mono_s++;
        from.ip[2] = (uint8_t)(1 + i % 2500 / 250);
        from.ip[3] = (uint8_t)(i % 250);
        TEST_ASSERT_NOT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_WRONG, NULL));
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    for (int i = 0; i < 20; i++) (void)visit("GET /metrics", LOCAL DI_WRONG, NULL);
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    mono_s += PN_PASSWORD_KNOWN_S - 1; /* each use counts from anew */
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
    mono_s += PN_PASSWORD_KNOWN_S;
    TEST_ASSERT_EQUAL_UINT32(0, door.passwords.known[1].until_s);
    for (int i = 0; i < PN_ATTEMPTS_MAX; i++) {
        mono_s++;
        (void)visit("GET /metrics", LOCAL DI_WRONG, NULL);
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE, visit("GET /metrics", LOCAL DI_RIGHT, NULL)); /* forgotten */
    mono_s += 60;
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
}

/* A thousand attempts a second from a hundred addresses, and from them first: who comes last with a right
 * password waits no longer than all of them take once. */
static void test_a_new_one_has_its_turn_in_a_flood(void)
{
    struct port_net_addr mine = sim_addr("10.9.9.9", 4000), theirs = from;
    enum pn_denial denial = PN_DENIAL_RATE;
    uint32_t begun_s = mono_s, per_s = PN_PASSWORD_WORK_PER_S / 1024;

    add_password();
    rules.operators[3].password.cost.passes = 16;
    struct port_argon2id_input input = { .password = PN_SLICE("correct horse"),
                                         .salt = pn_slice(rules.operators[3].password.salt, 8) };
    TEST_ASSERT_TRUE(port_argon2id(&rules.operators[3].password.cost, &input, password_memory,
                                   rules.operators[3].password.key));
    while (denial == PN_DENIAL_RATE && mono_s < begun_s + 60) {
        for (int i = 0; i < 1000; i++) {
            from = theirs;
            from.ip[3] = (uint8_t)(i % 100);
            TEST_ASSERT_NOT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_WRONG, NULL));
        }
        from = mine;
        denial = visit("GET /metrics", LOCAL DI_RIGHT, NULL);
        if (denial == PN_DENIAL_RATE) {
            TEST_ASSERT_TRUE(door.wait_s > 0 && door.wait_s <= 1 + 100 / per_s);
        }
        mono_s++;
    }
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, denial);
    TEST_ASSERT_LESS_OR_EQUAL_UINT32(2 + 100 / per_s, mono_s - begun_s);
}

/* Wrong keys of so many addresses that they share their attempts keep out nobody's password. */
static void test_a_password_from_one_of_very_many_addresses(void)
{
    struct port_net_addr mine = sim_addr("10.9.9.9", 4000);

    add_password();
    for (int i = 0; i < 10000; i++) {
        from.ip[2] = (uint8_t)(1 + i % 2500 / 250);
        from.ip[3] = (uint8_t)(i % 250);
        fail_once();
    }
    from = mine;
    TEST_ASSERT_EQUAL(PN_DENIAL_RATE,
                      visit("GET /metrics", LOCAL "Authorization: Bearer x\r\n", NULL));
    TEST_ASSERT_EQUAL_UINT32(PN_DOOR_WAIT_S, door.wait_s);
    TEST_ASSERT_EQUAL(PN_DENIAL_NONE, visit("GET /metrics", LOCAL DI_RIGHT, NULL));
}

static void test_no_password_stays_in_memory(void)
{
    add_password();
    (void)visit("GET /metrics", LOCAL DI_RIGHT, NULL);
    for (size_t i = 0; i < sizeof door; i++) {
        TEST_ASSERT_FALSE(i + 7 <= sizeof door && memcmp((uint8_t *)&door + i, "correct", 7) == 0);
    }
    for (size_t i = 0; i < 65536 / 8; i++) TEST_ASSERT_EQUAL_UINT64(0, password_memory[i]);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_password);
    RUN_TEST(test_a_long_password_is_nobodys);
    RUN_TEST(test_other_rules_forget_who_was_known);
    RUN_TEST(test_passwords_are_verified_so_often);
    RUN_TEST(test_one_password_a_second_is_always_verified);
    RUN_TEST(test_who_is_known_is_kept_out_by_no_flood);
    RUN_TEST(test_a_new_one_has_its_turn_in_a_flood);
    RUN_TEST(test_a_password_from_one_of_very_many_addresses);
    RUN_TEST(test_no_password_stays_in_memory);
    RUN_TEST(test_rows);
    RUN_TEST(test_a_key_as_long_as_a_head_allows);
    RUN_TEST(test_a_digest_of_nothing_is_no_key);
    RUN_TEST(test_without_operators_everybody_is_one_here);
    RUN_TEST(test_what_other_listeners_are_called);
    RUN_TEST(test_certificates);
    RUN_TEST(test_a_spiffe_identifier_is_a_name);
    RUN_TEST(test_a_key_goes_before_a_certificate);
    RUN_TEST(test_an_address_has_so_many_attempts_a_minute);
    RUN_TEST(test_a_flood_of_addresses);
    RUN_TEST(test_so_much_is_told);
    RUN_TEST(test_addresses_of_ipv6_count_by_their_network);
    return UNITY_END();
}
