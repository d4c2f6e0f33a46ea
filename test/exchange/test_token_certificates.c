/* POST /oauth/token from clients that show a certificate: one that may not be believed gets nobody a
 * token, whatever key is sent with it; one that may changes nothing but the record.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/gateway.h"
#include "test/exchange/mint.h"
#include "test/exchange/tls_desk.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

#define FORM MINT_TIER_1 "&resource=/v1"

static struct desk *d;
static const char *shown; /* the name of a pair */

static void with_certificate(struct pn_config *config)
{
    tls_desk_configure_mutual(config, shown);
    mint_with(config);
}

void setUp(void)
{
    tokens_begin();
}

void tearDown(void)
{
    desk_close(d);
}

static void open_desk(const char *pair)
{
    shown = pair;
    d = desk_open_at(TLS_DESK_FOLDER, with_certificate);
    tls_desk_listen(d);
}

/* The gateway asks itself for a token, over TLS and with its certificate: what it is answered. */
static const char *ask(struct pn_slice basic, const char *form)
{
    static char text[8192];
    struct pn_upstream to = { .host = PN_SLICE("127.0.0.1"),
                              .authority = PN_SLICE("127.0.0.1"),
                              .scheme = PN_SCHEME_HTTPS,
                              .port = 9441,
                              .egress = PN_EGRESS_LOOPBACK };
    struct pn_errand_ask question = { .to = &to,
                                      .method = PN_METHOD_POST,
                                      .target = PN_SLICE("/oauth/token"),
                                      .type = PN_SLICE("application/x-www-form-urlencoded"),
                                      .basic = basic };
    const struct pn_errand *e = &d->gateway->errands[0];

    struct pn_writer body = pn_errand_body(d->gateway);
    pn_write(&body, pn_slice(form, strlen(form)));
    TEST_ASSERT_TRUE(pn_errand_send(d->gateway, &question, &body));
    tls_desk_carry(d);
    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, e->state);
    snprintf(text, sizeof text, "%s %u %.*s", pn_reason_name(e->reason).at, e->head.status,
             (int)e->body.len, (const char *)e->body.at);
    return text;
}

static const char *exchange(void)
{
    return ask(PN_SLICE(""), FORM);
}

static const char *as_client(void)
{
    return ask(PN_SLICE("tier-1-demo:sk-postern-demo-tier-1"),
               "grant_type=client_credentials&resource=/v1");
}

static uint32_t issued(void)
{
    return atomic_load(&pn_gateway_stats(d->gateway)->tokens_issued);
}

/* Refused before a byte of the form is read, so no key was looked up, and none counts as a bad one. */
static void test_what_may_not_be_believed(void)
{
    static const struct {
        const char *pair, *reason;
    } rows[] = {
        { "svid-two", "certificate_svid" },     /* several URIs */
        { "svid-ca", "certificate_svid" },      /* an authority's */
        { "svid-root", "certificate_svid" },    /* a trust domain, and nobody in it */
        { "svid-bad", "certificate_svid" },     /* no identifier */
        { "svid-wrong", "certificate_domain" }, /* another domain's */
        { "agent", "certificate_domain" },      /* of a domain that has no roots here */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_desk(rows[i].pair);
        desk_expect(exchange(), rows[i].reason);
        desk_expect(as_client(), rows[i].reason);
        desk_expect(as_client(), " 403 ");
        TEST_ASSERT_EQUAL(0, issued());
        TEST_ASSERT_NULL(strstr(desk_log(d), "\"who\""));
        TEST_ASSERT_EQUAL(3, desk_count(desk_log(d), rows[i].reason) / 2);
        if (i + 1 < sizeof rows / sizeof rows[0]) desk_close(d);
    }
}

static void test_what_may(void)
{
    static const struct {
        const char *pair, *record;
    } rows[] = {
        { "svid-a", "\"spiffe_id\":\"spiffe://a.example/agents/one\"}" },
        { "svid-b", "\"spiffe_id\":\"spiffe://b.example/agents/one\"}" },
        { "named", "\"roles\":[\"tier-1-support\"]}" }, /* without an identifier */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_desk(rows[i].pair);
        desk_expect(exchange(), " 200 {\"access_token\":\"eyJ");
        desk_expect(as_client(), " 200 {\"access_token\":\"eyJ");
        TEST_ASSERT_EQUAL(2, issued());
        TEST_ASSERT_EQUAL(2, desk_count(desk_log(d), rows[i].record));
        if (i + 1 < sizeof rows / sizeof rows[0]) desk_close(d);
    }
}

/* A connection that outlives its certificate. */
static void test_what_was_believed_once(void)
{
    open_desk("svid-a");
    desk_expect(exchange(), " 200 ");
    sim_set_unix_ms(d->sim, ((int64_t)time(NULL) + 40 * 86400) * 1000);
    desk_expect(exchange(), "certificate_expired");
    TEST_ASSERT_EQUAL(1, issued());
}

/* --- between the head and the form --- */

/* The exchange that waits for a body, as if its client had shown a certificate until `end_s`. */
static struct pn_peer_cert *waiting(void)
{
    for (uint32_t i = 0; i < d->config.limits.exchanges_max; i++) {
        struct pn_exchange *x = d->gateway->exchanges[i];
        if (x && x->ask == ASK_BODY) return &x->cert;
    }
    TEST_FAIL_MESSAGE("nobody waits");
    return NULL;
}

static const char *with_late_form(const struct pn_peer_cert *cert, const char *form)
{
    const char *request = mint_post("", form);
    size_t head = strlen(request) - strlen(form);
    char text[4096];

    snprintf(text, sizeof text, "%.*s", (int)head, request);
    struct sim_conn *client = desk_ask(d, text);
    *waiting() = *cert;
    sim_push(client, pn_slice(form, strlen(form)));
    desk_run(d);
    return desk_text(client);
}

static struct port_tls_text text_of(const char *text)
{
    return (struct port_tls_text){ (const uint8_t *)text, strlen(text) };
}

/* The form is judged by the certificate as it is then: each reason once more, and no key is tried. */
static void test_what_is_over_when_the_form_comes(void)
{
    static const struct pn_slice domains[] = { PN_SLICE_INIT(""), PN_SLICE_INIT("a.example") };
    struct pn_peer_cert cert = { .domains = domains, .domain_count = 2, .shown = true };

    d = desk_open(mint_with);
    cert.peer.uri = text_of("spiffe://a.example/agents/one");
    cert.peer.uri_count = 1;
    cert.peer.uses = PORT_TLS_USE_SIGNS;
    cert.peer.trusts = 2;
    cert.peer.end_s = INT64_MAX;
    desk_expect(with_late_form(&cert, MINT_FOR), "HTTP/1.1 200 ");
    cert.peer.end_s = 1;
    desk_expect(with_late_form(&cert, MINT_FOR), "certificate_expired");
    cert.peer.end_s = INT64_MAX;
    cert.peer.trusts = 1;
    desk_expect(with_late_form(&cert, MINT_FOR), "certificate_domain");
    cert.peer.uri_count = 2;
    desk_expect(with_late_form(&cert, MINT_FOR), "certificate_svid");
    for (int i = 0; i < 50; i++) { /* a wrong key would count */
        desk_expect(with_late_form(&cert, MINT_GRANT MINT_TYPE "&subject_token=x&resource=/v1"),
                    "certificate_svid");
    }
    cert.peer.uri_count = 1;
    cert.peer.trusts = 2;
    desk_expect(with_late_form(&cert, MINT_FOR), "HTTP/1.1 200 ");
    TEST_ASSERT_EQUAL(2, issued());
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_desk_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_what_may_not_be_believed);
    RUN_TEST(test_what_may);
    RUN_TEST(test_what_was_believed_once);
    RUN_TEST(test_what_is_over_when_the_form_comes);
    certificates_remove();
    return UNITY_END();
}
