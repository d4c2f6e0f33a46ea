/* A device whose clock is behind a time that has passed does not know the time: tokens that need it and
 * certificates are refused as where no clock is, and what is over by the time that has passed is over.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "port/port_clock.h"
#include "test/exchange/mint.h"
#include "test/exchange/tls_desk.h"
#include "test/exchange/token_issuer.h"
#include "unity.h"

enum { HOUR = 3600, NOW_S = 1800000000, SKEW_S = 300 };

static struct desk *d;

/* As pn_install_time() tells all who want to know. */
static void has_passed(int64_t unix_s)
{
    atomic_store(&d->shared.passed_s, (uint32_t)unix_s);
    port_clock_passed(unix_s * 1000);
}

static void set_clock(int64_t unix_s)
{
    sim_set_unix_ms(d->sim, unix_s * 1000);
}

void setUp(void)
{
    tokens_begin();
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

static const char *ask(const char *fields)
{
    return desk_text(desk_ask(d, desk_post(CHAT, fields, HELLO)));
}

static void expect_passes(const char *fields)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, fields, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, desk_text(client));
    sim_close(up);
    sim_close(client);
    desk_run(d);
}

static const char *until(int64_t end_s)
{
    char claims[500];

    snprintf(claims, sizeof claims,
             "{\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"roles\":[\"l1\"],"
             "\"iss\":\"" TOKEN_ISS "\",\"aud\":\"" TOKEN_AUD "\",\"exp\":%lld}",
             (long long)end_s);
    return token_of(claims);
}

static void test_tokens(void)
{
    d = desk_open(mint_with);
    set_clock(NOW_S);
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    const char *own = mint(d, MINT_TIER_1 "&resource=http://gate/v1&expires_in=86400");
    expect_passes(own);
    expect_passes(until(NOW_S + HOUR));

    has_passed(NOW_S + SKEW_S); /* a clock may be off by that much */
    expect_passes(own);
    expect_passes(until(NOW_S + HOUR));

    has_passed(NOW_S + SKEW_S + 1);
    desk_expect(ask(own), "token_time_unknown");
    desk_expect(ask(until(NOW_S + HOUR)), "token_time_unknown");
    desk_expect(ask(until(NOW_S + SKEW_S / 2)), "token_expired");
    desk_expect(mint_ask(d, MINT_TIER_1 "&resource=http://gate/v1"), "token_time_unknown");
    expect_passes(TIER_1); /* a key that has no end needs no clock */
    desk_nobody_asked(d);

    set_clock(NOW_S + SKEW_S + 1);
    expect_passes(own);
    expect_passes(until(NOW_S + HOUR));
}

static void test_tokens_that_their_issuer_reads(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    set_clock(NOW_S);
    has_passed(NOW_S + HOUR);
    struct sim_conn *client = issuer_client("opaque");
    issuer_says(ISSUER_SAYS_TIER_1 ",\"exp\":4102444800}");
    issuer_client_gets(client, "token_time_unknown");
    set_clock(NOW_S + HOUR);
    TEST_ASSERT_TRUE(issuer_client_passes(issuer_client("opaque")));
}

/* The gateway is its own upstream. */
static void expect_stands(void)
{
    struct sim_conn *client = tls_desk_ask(d, TLS_GOOD);

    desk_expect(desk_text(client), "HTTP/1.1 401 ");
    sim_close(client);
    desk_wait(d, 80000); /* and is not kept */
    tls_desk_carry(d);
}

static void test_certificates(void)
{
    int64_t now = time(NULL);

    d = desk_open_at(TLS_DESK_FOLDER, tls_desk_configure);
    tls_desk_listen(d);
    expect_stands();
    now = port_clock_unix_ms() / 1000;
    has_passed(now + SKEW_S - 1);
    expect_stands();

    has_passed(now + HOUR);
    uint32_t resumed = pn_gateway_tls_counts(d->gateway)->resumed;
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_expired");
    TEST_ASSERT_EQUAL(resumed, pn_gateway_tls_counts(d->gateway)->resumed);

    set_clock(now + HOUR);
    expect_stands();
    /* What is told counts for a clock that is behind. */
    set_clock(now - HOUR);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_expired");
    port_clock_tell((now + HOUR) * 1000);
    expect_stands();
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_tokens);
    RUN_TEST(test_tokens_that_their_issuer_reads);
    if (!tls_desk_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_certificates);
    certificates_remove();
    return UNITY_END();
}
