/* What issuers say of tokens, as the desk takes it: whole, cut at every byte, from exact buffers.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/asked_desk.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "unity.h"

enum { PLACES = 8 };

static const char pool[] = "isshttps://i.example/askcred";
static uint8_t issuer[PN_ISSUER_BYTES];
static struct pn_issuer_table table;
static struct pn_asked tokens[PLACES];
static struct pn_asked_desk desk;
static struct pn_json_key places[64];
static struct pn_json_keys keys;
static struct pn_asked_question question;
static const uint8_t from[16] = { 10, 0, 0, 1 };

static void put(size_t field, uint32_t at, uint32_t len)
{
    pn_store32(issuer + field, at);
    pn_store32(issuer + field + 4, len);
}

void setUp(void)
{
    memset(issuer, 0, sizeof issuer);
    memset(tokens, 0, sizeof tokens);
    memset(&desk, 0, sizeof desk);
    put(PN_ISSUER_NAME, 0, 3);
    put(PN_ISSUER_ASK_URL, 3, 21);
    put(PN_ISSUER_CREDENTIAL, 24, 4);
    pn_store32(issuer + PN_ISSUER_ASK_S, 30);
    table = (struct pn_issuer_table){ .strings = pn_slice(pool, sizeof pool - 1),
                                      .issuers = pn_slice(issuer, sizeof issuer) };
    pn_json_keys_init(&keys, places, 64, (const uint8_t *)"sixteen bytes ok");
    pn_asked_desk_init(&desk, tokens, PLACES);
    pn_asked_desk_follow(&desk, &table);
}

void tearDown(void)
{
}

static const uint8_t *digest_of(uint8_t name)
{
    static uint8_t digest[32];

    digest[31] = name;
    return digest;
}

static void ask(uint8_t name)
{
    TEST_ASSERT_EQUAL(PN_WAIT,
                      pn_asked_desk_ask(&desk, digest_of(name), PN_SLICE("token"), from, 100));
    TEST_ASSERT_TRUE(pn_asked_desk_next(&desk, 95, &question));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("token"), question.token));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("cred"), question.credential));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("i.example"), question.url.host));
    TEST_ASSERT_FALSE(pn_asked_desk_next(&desk, 95, &question));
}

static enum pn_asked_news tell(uint16_t status, const char *text, size_t len)
{
    struct pn_h1_head head = { .status = status };
    uint8_t *exact = malloc(len > 0 ? len : 1);

    memcpy(exact, text, len);
    struct pn_asked_answer answer = { question.about, &head, pn_slice(exact, len) };
    enum pn_asked_news news = pn_asked_desk_told(&desk, &answer, 100, &keys);
    free(exact);
    return news;
}

static enum pn_step known(uint8_t name, uint32_t mono_s)
{
    struct pn_slice answer;

    return pn_asked_desk_find(&desk, digest_of(name), mono_s, &answer);
}

#define YES \
    "{\"active\":true,\"sub\":\"ana\",\"token_type\":\"Bearer\",\"x\":{\"y\":[1,\"\\u00e9\"]}}"

static void test_cut(void)
{
    size_t len = sizeof YES - 1;

    for (size_t cut = 0; cut <= len; cut++) {
        setUp();
        ask(1);
        TEST_ASSERT_EQUAL(cut == len ? PN_ASKED_ANSWERED : PN_ASKED_FELL, tell(200, YES, cut));
        TEST_ASSERT_EQUAL(cut == len ? PN_DONE : PN_MORE, known(1, 100));
    }
}

/* No answer is a yes because some byte of it is another. */
static void test_flipped(void)
{
    char text[sizeof YES];

    for (size_t at = 0; at < sizeof YES - 1; at++) {
        bool says_active = at < 15; /* `{"active":true,` */
        setUp();
        ask(1);
        memcpy(text, YES, sizeof YES);
        text[at] ^= 1;
        tell(200, text, sizeof YES - 1);
        if (says_active) TEST_ASSERT_NOT_EQUAL_MESSAGE(PN_DONE, known(1, 100), text);
    }
}

static void test_times(void)
{
    ask(1);
    tell(200, YES, sizeof YES - 1);
    TEST_ASSERT_EQUAL(PN_DONE, known(1, 129));
    TEST_ASSERT_EQUAL(PN_MORE, known(1, 130));
    ask(2);
    tell(200, "{\"active\":false}", 16);
    TEST_ASSERT_EQUAL(PN_REFUSED, known(2, 104));
    TEST_ASSERT_EQUAL(PN_MORE, known(2, 105));
    ask(3);
    TEST_ASSERT_EQUAL(PN_ASKED_FELL, tell(500, YES, sizeof YES - 1));
    TEST_ASSERT_EQUAL(PN_MORE, known(3, 100));
    TEST_ASSERT_FALSE(pn_asked_desk_fell(&desk, digest_of(2), 100));
    TEST_ASSERT_TRUE(pn_asked_desk_fell(&desk, digest_of(3), 101));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_asked_desk_ask(&desk, digest_of(3), PN_SLICE("t"), from, 101));
    TEST_ASSERT_FALSE(pn_asked_desk_fell(&desk, digest_of(3), 102));
    TEST_ASSERT_EQUAL(PN_WAIT, pn_asked_desk_ask(&desk, digest_of(3), PN_SLICE("t"), from, 102));
}

static void test_nobody_waits_any_more(void)
{
    TEST_ASSERT_EQUAL(PN_WAIT, pn_asked_desk_ask(&desk, digest_of(1), PN_SLICE("a"), from, 100));
    TEST_ASSERT_EQUAL(PN_WAIT, pn_asked_desk_ask(&desk, digest_of(2), PN_SLICE("b"), from, 103));
    TEST_ASSERT_EQUAL(PN_WAIT, pn_asked_desk_ask(&desk, digest_of(3), PN_SLICE("c"), from, 101));
    TEST_ASSERT_TRUE(pn_asked_desk_next(&desk, 102, &question));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("b"), question.token));
    TEST_ASSERT_FALSE(pn_asked_desk_next(&desk, 102, &question));
    TEST_ASSERT_EQUAL(PN_MORE, known(1, 102));
    TEST_ASSERT_EQUAL(PN_WAIT, known(2, 102));
    TEST_ASSERT_EQUAL(PN_MORE, known(3, 102));
}

static void test_for_whom(void)
{
    ask(1);
    TEST_ASSERT_NULL(pn_asked_desk_good(&desk, question.about));
    tell(200, YES, sizeof YES - 1);
    const struct pn_asked *good = pn_asked_desk_good(&desk, question.about);
    TEST_ASSERT_NOT_NULL(good);
    TEST_ASSERT_EQUAL_MEMORY(from, good->source, sizeof from);
    TEST_ASSERT_EQUAL(100, good->asked_s);
    ask(2);
    tell(200, "{\"active\":false}", 16);
    TEST_ASSERT_NULL(pn_asked_desk_good(&desk, question.about));
    ask(3);
    tell(500, YES, sizeof YES - 1);
    TEST_ASSERT_NULL(pn_asked_desk_good(&desk, question.about));
}

/* The clock wraps. */
static void test_wrapped(void)
{
    struct pn_h1_head head = { .status = 200 };
    struct pn_asked_answer answer = { .head = &head, .body = pn_slice(YES, sizeof YES - 1) };

    ask(1);
    answer.about = question.about;
    pn_asked_desk_told(&desk, &answer, UINT32_MAX - 5, &keys);
    TEST_ASSERT_EQUAL(PN_DONE, known(1, UINT32_MAX));
    TEST_ASSERT_EQUAL(PN_DONE, known(1, 23));
    TEST_ASSERT_EQUAL(PN_MORE, known(1, 24));
}

/* An answer that comes after the policy has changed, or twice, is to nothing. */
static void test_late_answers(void)
{
    ask(1);
    uint16_t before = question.about;
    TEST_ASSERT_EQUAL(PN_ASKED_ANSWERED, tell(200, YES, sizeof YES - 1));
    TEST_ASSERT_EQUAL(PN_ASKED_NOTHING, tell(200, "{\"active\":false}", 16));
    TEST_ASSERT_EQUAL(PN_DONE, known(1, 100));
    ask(2);
    pn_asked_desk_follow(&desk, &table);
    TEST_ASSERT_EQUAL(PN_MORE, known(1, 100));
    TEST_ASSERT_EQUAL(PN_ASKED_NOTHING, tell(200, YES, sizeof YES - 1));
    ask(1);
    TEST_ASSERT_NOT_EQUAL(before, question.about);
    question.about = before;
    TEST_ASSERT_EQUAL(PN_ASKED_NOTHING, tell(200, YES, sizeof YES - 1));
}

static void test_nobody_to_ask(void)
{
    put(PN_ISSUER_ASK_URL, 0, 0);
    pn_asked_desk_follow(&desk, &table);
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_asked_desk_ask(&desk, digest_of(1), PN_SLICE("t"), from, 100));
    TEST_ASSERT_FALSE(pn_asked_desk_next(&desk, 95, &question));
}

/* Neither tokens nor what was said of them stay behind. */
static void test_what_is_forgotten_is_gone(void)
{
    ask(1);
    tell(200, YES, sizeof YES - 1);
    pn_asked_desk_follow(&desk, &table);
    for (int i = 0; i < PLACES; i++) {
        TEST_ASSERT_EACH_EQUAL_UINT8(0, tokens[i].text, sizeof tokens[i].text);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_cut);
    RUN_TEST(test_flipped);
    RUN_TEST(test_times);
    RUN_TEST(test_nobody_waits_any_more);
    RUN_TEST(test_for_whom);
    RUN_TEST(test_wrapped);
    RUN_TEST(test_late_answers);
    RUN_TEST(test_nobody_to_ask);
    RUN_TEST(test_what_is_forgotten_is_gone);
    return UNITY_END();
}
