/* What upstreams are told of callers: the claims, what is signed again and what is not, and when
 * nothing can be told.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/assertion.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/base64url.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

enum { PLACES = 8, NOW_S = 1800000000 };

static struct pn_token_key key;
static struct pn_assertion_desk desk;
static struct pn_assertion_kept kept[PLACES];
static struct pn_assertion of;
static uint64_t turn_us;

void setUp(void)
{
    uint8_t secret[32];

    tokens_begin();
    memset(secret, 7, sizeof secret);
    TEST_ASSERT_TRUE(pn_token_key_of(&key, secret));
    memset(kept, 0, sizeof kept);
    pn_assertion_desk_init(&desk, kept, PLACES, &key);
    of = (struct pn_assertion){ .issuer = PN_SLICE("https://gate"),
                                .audience = PN_SLICE("https://crm"),
                                .header = PN_SLICE("x-postern-assertion"),
                                .lifetime_s = 60 };
    turn_us = 1;
}

void tearDown(void)
{
}

static const char *caller_of(const char *user, const char *agent, const char *task)
{
    static char text[PN_ASSERTION_NAMES_BYTES + 1];
    struct pn_writer w = pn_writer(text, PN_ASSERTION_NAMES_BYTES);
    struct pn_key who = { .key_id = PN_SLICE("k-1"),
                          .user = pn_slice(user, strlen(user)),
                          .agent = pn_slice(agent, strlen(agent)),
                          .task = pn_slice(task, strlen(task)) };

    if (!pn_assertion_caller(&w, &who)) return NULL;
    text[w.len] = 0;
    return text;
}

static enum pn_step ask(const char *caller, const char *id, int64_t now_s, struct pn_slice *token)
{
    struct pn_assertion_ask ask = { .of = &of,
                                    .caller = pn_slice(caller, strlen(caller)),
                                    .id = pn_slice(id, strlen(id)),
                                    .now_s = now_s,
                                    .turn_us = turn_us };

    return pn_assertion_get(&desk, &ask, token);
}

/* The claims of the assertion that is sent at that time, in a turn of its own. */
static const char *claims_at(const char *caller, const char *id, int64_t now_s)
{
    static char text[PN_ASSERTION_CLAIMS_BYTES + 1];
    struct pn_slice token, bytes;

    turn_us++;
    TEST_ASSERT_EQUAL(PN_DONE, ask(caller, id, now_s, &token));
    token = pn_slice_from(token, pn_slice_find(token, '.') + 1);
    token = pn_slice_head(token, pn_slice_find(token, '.'));
    TEST_ASSERT_TRUE(pn_base64url_decode(token, (uint8_t *)text, &bytes));
    text[bytes.len] = 0;
    return text;
}

static void test_callers(void)
{
    static const struct {
        const char *user, *agent, *task, *claims;
    } rows[] = {
        { "ana", "helper", "T-1", "\"sub\":\"ana\",\"act\":{\"sub\":\"helper\"},\"task\":\"T-1\"" },
        { "ana", "", "", "\"sub\":\"ana\"" },
        { "", "helper", "T-1", "\"sub\":\"helper\",\"task\":\"T-1\"" },
        { "", "", "", "\"sub\":\"k-1\"" },
        { "a\"b\\", "\xC3\xA4", "", "\"sub\":\"a\\\"b\\\\\",\"act\":{\"sub\":\"\xC3\xA4\"}" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL_STRING(rows[i].claims,
                                 caller_of(rows[i].user, rows[i].agent, rows[i].task));
    }
}

/* Three names as long as names can be fit, unless they are longer in JSON. */
static void test_long_names(void)
{
    char plain[257], quotes[257];

    memset(plain, 'a', 256);
    memset(quotes, '"', 256);
    plain[256] = quotes[256] = 0;
    TEST_ASSERT_NOT_NULL(caller_of(plain, plain, plain));
    TEST_ASSERT_NULL(caller_of(quotes, quotes, plain));
}

/* Which issuer says so, and what it calls the caller, in its own spelling. */
static void test_subjects(void)
{
    char text[PN_ASSERTION_CALLER_BYTES], longest[300];
    struct pn_value sub = pn_value_string(PN_SLICE("a\\u006Ea")), none = pn_value_of(PN_ABSENT);
    struct pn_writer w = pn_writer(text, sizeof text);

    TEST_ASSERT_TRUE(pn_assertion_subject(&w, PN_SLICE("https://i/\""), &sub));
    TEST_ASSERT_EQUAL_STRING_LEN(",\"sub_id\":{\"format\":\"iss_sub\",\"iss\":\"https://i/\\\"\","
                                 "\"sub\":\"a\\u006Ea\"}",
                                 text, w.len);
    w.len = 0;
    TEST_ASSERT_TRUE(pn_assertion_subject(&w, PN_SLICE(""), &sub));
    TEST_ASSERT_TRUE(pn_assertion_subject(&w, PN_SLICE("https://i"), &none));
    TEST_ASSERT_EQUAL(0, w.len);
    /* As long as both may be there is room behind names as long as these may be. */
    memset(longest, 'a', sizeof longest);
    sub = pn_value_string(pn_slice(longest, 256));
    w.len = PN_ASSERTION_NAMES_BYTES - 60; /* three names, and what stands around them */
    TEST_ASSERT_TRUE(pn_assertion_subject(&w, pn_slice(longest, 256), &sub));
    w.len = sizeof text - 40;
    TEST_ASSERT_FALSE(pn_assertion_subject(&w, PN_SLICE("https://i"), &sub));
}

static void test_claims(void)
{
    TEST_ASSERT_EQUAL_STRING("{\"iss\":\"https://gate\",\"aud\":\"https://crm\",\"sub\":\"ana\","
                             "\"iat\":1800000000,\"exp\":1800000060}",
                             claims_at("\"sub\":\"ana\"", "d-1", NOW_S));
    of.per_call = true;
    of.lifetime_s = 3600;
    TEST_ASSERT_EQUAL_STRING("{\"iss\":\"https://gate\",\"aud\":\"https://crm\",\"sub\":\"ana\","
                             "\"jti\":\"d-1\",\"iat\":1800000000,\"exp\":1800003600}",
                             claims_at("\"sub\":\"ana\"", "d-1", NOW_S));
}

static void test_sent_again_for_half_its_lifetime(void)
{
    static const struct {
        int after_s;
        const char *iat;
    } rows[] = { { 0, "1800000000" },  { 29, "1800000000" }, { 30, "1800000030" },
                 { 59, "1800000030" }, { 60, "1800000060" }, { -1, "1799999999" },
                 { -2, "1799999998" } };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *claims = claims_at("\"sub\":\"ana\"", "d-1", NOW_S + rows[i].after_s);
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(claims, rows[i].iat), claims);
    }
}

/* Whoever differs in anything gets one of their own; none is another's. */
static void test_everybody_their_own(void)
{
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-1", NOW_S), "\"ana\""));
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ben\"", "d-1", NOW_S), "\"ben\""));
    of.audience = PN_SLICE("https://other");
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-1", NOW_S), "https://other"));
    of.issuer = PN_SLICE("https://gate-2");
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-1", NOW_S), "gate-2"));
    of.lifetime_s = 30;
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-1", NOW_S), "1800000030"));
}

/* One for each call is not another call's, but the same when that call is sent once more. */
static void test_per_call(void)
{
    of.per_call = true;
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-1", NOW_S), "\"d-1\""));
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-2", NOW_S), "\"d-2\""));
    TEST_ASSERT_EQUAL_UINT32(1, desk.signed_count);
    TEST_ASSERT_NOT_NULL(strstr(claims_at("\"sub\":\"ana\"", "d-1", NOW_S + 4), "800000000"));
    TEST_ASSERT_EQUAL_UINT32(0, desk.signed_count);
}

static const char *number(int i)
{
    static char text[32];

    snprintf(text, sizeof text, "\"sub\":\"%d\"", i);
    return text;
}

static void test_a_turn_signs_a_few(void)
{
    struct pn_slice token;

    for (int i = 0; i < PN_ASSERTIONS_PER_TURN; i++) {
        TEST_ASSERT_EQUAL(PN_DONE, ask(number(i), "d", NOW_S, &token));
    }
    TEST_ASSERT_EQUAL(PN_WAIT, ask(number(9), "d", NOW_S, &token));
    TEST_ASSERT_EQUAL(PN_DONE, ask(number(3), "d", NOW_S, &token)); /* known */
    turn_us++;
    TEST_ASSERT_EQUAL(PN_DONE, ask(number(9), "d", NOW_S, &token));
}

/* More callers than places: each is told all the same, and what is found is theirs. */
static void test_more_than_there_is_room_for(void)
{
    for (int i = 0; i < 5 * PLACES; i++) {
        const char *claims = claims_at(number(i % 20), "d", NOW_S + i / 20);
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(claims, number(i % 20)), claims);
    }
}

static void test_nothing_can_be_told(void)
{
    static char longer[PN_ASSERTION_CLAIMS_BYTES];
    struct pn_slice token;

    memset(longer, 'a', sizeof longer - 1);
    TEST_ASSERT_EQUAL(PN_REFUSED, ask(longer, "d", NOW_S, &token));
    memset(key.private_key, 0xFF, sizeof key.private_key); /* no scalar: the library refuses */
    TEST_ASSERT_EQUAL(PN_REFUSED, ask("\"sub\":\"x\"", "d", NOW_S, &token));
    TEST_ASSERT_EQUAL(PN_REFUSED, ask("\"sub\":\"x\"", "d", NOW_S, &token)); /* nothing is kept */
    setUp();
    of.issuer = PN_SLICE("");
    TEST_ASSERT_EQUAL(PN_REFUSED, ask("\"sub\":\"x\"", "d", NOW_S, &token));
    setUp();
    key.there = false;
    TEST_ASSERT_EQUAL(PN_REFUSED, ask("\"sub\":\"x\"", "d", NOW_S, &token));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_callers);
    RUN_TEST(test_long_names);
    RUN_TEST(test_subjects);
    RUN_TEST(test_claims);
    RUN_TEST(test_sent_again_for_half_its_lifetime);
    RUN_TEST(test_everybody_their_own);
    RUN_TEST(test_per_call);
    RUN_TEST(test_a_turn_signs_a_few);
    RUN_TEST(test_more_than_there_is_room_for);
    RUN_TEST(test_nothing_can_be_told);
    return UNITY_END();
}
