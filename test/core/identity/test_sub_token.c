/* Sub-tokens by themselves: what is written reads again, what is changed does not, what is missing is named.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/sub_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/identity/jwt_sign.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

static const uint8_t secret[32] = { 0xC9, 0xAF, 0xA9, 0xD8, 0x45, 0xBA, 0x75, 0x16,
                                    0x6B, 0x5C, 0x21, 0x57, 0x67, 0xB1, 0xD6, 0x93,
                                    0x4E, 0x50, 0xC3, 0xDB, 0x36, 0xE8, 0x9B, 0x12,
                                    0x7B, 0x8A, 0x62, 0x2B, 0x12, 0x0F, 0x67, 0x21 };
static const uint8_t device_key[32] = { 7 };

/* One key record: id "boot", user "uma", and an agent where a test wants one. */
static const char strings[] = "bootumahelper";
static uint8_t record[PN_KEY_BYTES];
static struct pn_key_table keys;
static uint8_t hash[32];

static struct pn_token_key key;
static struct pn_token_maker maker;
static struct pn_token_time now = { .now_s = 1750000000, .known = true };
static struct pn_json_key places[64];
static struct pn_json_keys json_keys;

static void put(uint8_t *at, uint32_t from, uint32_t len)
{
    pn_store32(at, from);
    pn_store32(at + 4, len);
}

void setUp(void)
{
    tokens_begin();
    TEST_ASSERT_TRUE(pn_token_key_of(&key, secret));
    maker = (struct pn_token_maker){ .key = &key,
                                     .device_key = device_key,
                                     .url = PN_SLICE("https://g"),
                                     .path = PN_SLICE("/mcp/a") };
    memset(record, 0, sizeof record);
    port_sha256("k", 1, hash);
    memcpy(record + PN_KEY_HASH, hash, sizeof hash);
    put(record + PN_KEY_ID, 0, 4);
    put(record + PN_KEY_USER, 4, 3);
    keys = (struct pn_key_table){ .strings = PN_SLICE(strings),
                                  .keys = pn_slice(record, sizeof record) };
    TEST_ASSERT_TRUE(pn_key_table_check(&keys, 0));
    now.now_s = 1750000000;
    static const uint8_t seed[16] = { 1 };
    pn_json_keys_init(&json_keys, places, 64, seed);
}

void tearDown(void)
{
}

static const struct pn_key parent = { .key_id = PN_SLICE_INIT("boot"),
                                      .user = PN_SLICE_INIT("uma") };

static struct pn_sub_token token_of(void)
{
    return (struct pn_sub_token){ .parent = &parent,
                                  .parent_hash = hash,
                                  .id = PN_SLICE("j-1"),
                                  .url = PN_SLICE("https://g"),
                                  .now_s = 1750000000,
                                  .holds_s = 900 };
}

/* Its text in a buffer of its exact size. */
static uint8_t *write(const struct pn_sub_token *token, size_t *len)
{
    uint8_t *room = malloc(PN_SUB_TOKEN_ROOM);
    struct pn_writer w = pn_writer(room, PN_SUB_TOKEN_ROOM);

    TEST_ASSERT_TRUE(pn_sub_token_write(&w, &maker, token));
    *len = w.len;
    uint8_t *exact = malloc(w.len);
    memcpy(exact, room, w.len);
    free(room);
    return exact;
}

static struct pn_caller_text text;
static struct pn_narrowed narrowed;
static struct pn_key who;

/* All the steps that a bearer goes through. */
static enum pn_reason read(uint8_t *bytes, size_t len)
{
    static struct pn_jwt jwt;
    enum pn_reason reason = pn_jwt_read(bytes, len, &json_keys, &jwt);

    if (reason != PN_REASON_NONE) return reason;
    if (!pn_sub_token_is(&key, &jwt)) return PN_REASON_TOKEN_KEY;
    reason = pn_sub_token_check(&maker, &jwt, &now);
    if (reason == PN_REASON_NONE) reason = pn_sub_token_verify(&key, &jwt);
    return reason == PN_REASON_NONE
               ? pn_sub_token_name(&maker, &jwt, &keys, &now, &text, &who, &narrowed)
               : reason;
}

static enum pn_reason round_trip(const struct pn_sub_token *token)
{
    size_t len;
    uint8_t *bytes = write(token, &len);
    static uint8_t kept[PN_SUB_TOKEN_BYTES]; /* what was read refers to it */

    memcpy(kept, bytes, len);
    free(bytes);
    return read(kept, len);
}

static void expect_text(const char *wanted, struct pn_slice is)
{
    TEST_ASSERT_EQUAL_size_t(strlen(wanted), is.len);
    TEST_ASSERT_TRUE(memcmp(wanted, is.at, is.len) == 0);
}

static void test_what_is_written_reads_again(void)
{
    struct pn_sub_token token = token_of();

    token.agent = PN_SLICE("a\"\\\xC3\xBC");
    token.task = PN_SLICE("T-1");
    token.tools = PN_SLICE("one two");
    token.models = PN_SLICE("m");
    TEST_ASSERT_EQUAL(PN_REASON_NONE, round_trip(&token));
    expect_text("boot", who.key_id);
    expect_text("uma", who.user);
    expect_text("a\"\\\xC3\xBC", who.agent);
    expect_text("T-1", who.task);
    expect_text("", narrowed.agent);
    TEST_ASSERT_EQUAL(PN_ABSENT, narrowed.servers.type);
    TEST_ASSERT_TRUE(pn_narrowed_has(&narrowed.servers, PN_SLICE("any")));
    TEST_ASSERT_TRUE(pn_narrowed_has(&narrowed.tools, PN_SLICE("one")));
    TEST_ASSERT_TRUE(pn_narrowed_has(&narrowed.tools, PN_SLICE("two")));
    TEST_ASSERT_FALSE(pn_narrowed_has(&narrowed.tools, PN_SLICE("on")));
    TEST_ASSERT_FALSE(pn_narrowed_has(&narrowed.tools, PN_SLICE("one two")));
    TEST_ASSERT_TRUE(pn_narrowed_has(&narrowed.models, PN_SLICE("m")));
}

static void test_every_changed_byte_is_noticed(void)
{
    struct pn_sub_token token = token_of();
    size_t len;
    uint8_t *good = write(&token, &len), *bad = malloc(len);

    for (size_t i = 0; i < len; i++) {
        memcpy(bad, good, len);
        bad[i] ^= 1;
        TEST_ASSERT_NOT_EQUAL(PN_REASON_NONE, read(bad, len));
    }
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *part = malloc(cut > 0 ? cut : 1);
        memcpy(part, good, cut);
        TEST_ASSERT_NOT_EQUAL(PN_REASON_NONE, read(part, cut));
        free(part);
    }
    free(bad);
    free(good);
}

static void test_places_and_times(void)
{
    struct pn_sub_token token = token_of();

    maker.path = PN_SLICE("/mcp/b");
    size_t len;
    uint8_t *bytes = write(&token, &len);
    maker.path = PN_SLICE("/mcp/a");
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_AUDIENCE, read(bytes, len));
    free(bytes);
    token.url = PN_SLICE("https://other");
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_ISSUER, round_trip(&token));
    maker.url = PN_SLICE(""); /* what it is called is not known */
    TEST_ASSERT_EQUAL(PN_REASON_NONE, round_trip(&token));
    now.now_s += 899;
    TEST_ASSERT_EQUAL(PN_REASON_NONE, round_trip(&token));
    now.now_s += 1;
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_EXPIRED, round_trip(&token));
    now.now_s = 1749999999;
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_NOT_YET, round_trip(&token));
    now.known = false;
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_TIME_UNKNOWN, round_trip(&token));
    now.known = true;
}

static void test_parents(void)
{
    struct pn_sub_token token = token_of();
    struct pn_key renamed = { .key_id = PN_SLICE("root"), .user = PN_SLICE("uma") };

    put(record + PN_KEY_AGENT, 7, 6); /* helper, since */
    TEST_ASSERT_EQUAL(PN_REASON_NONE, round_trip(&token));
    expect_text("helper", who.agent);
    expect_text("helper", narrowed.agent);
    token.agent = PN_SLICE("helper");
    TEST_ASSERT_EQUAL(PN_REASON_NONE, round_trip(&token));
    token.agent = PN_SLICE("other");
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_WIDER, round_trip(&token));
    token = token_of();
    pn_store64(record + PN_KEY_EXPIRES_S, 1750000000);
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_PARENT, round_trip(&token));
    pn_store64(record + PN_KEY_EXPIRES_S, 0);
    token.parent = &renamed; /* the same key, under another name */
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_PARENT, round_trip(&token));
    token = token_of();
    record[PN_KEY_HASH] ^= 1; /* another key, under the same name */
    TEST_ASSERT_EQUAL(PN_REASON_TOKEN_PARENT, round_trip(&token));
}

#define PLACE "\"iss\":\"https://g\",\"aud\":\"https://g/mcp/a\",\"exp\":1750000900"

/* Signed with the right key, and not as this gateway writes it. */
static void test_other_claims(void)
{
    static const struct {
        const char *claims;
        enum pn_reason reason;
    } rows[] = {
        { "{" PLACE "}", PN_REASON_TOKEN_PARENT },
        { "{" PLACE ",\"jti\":\"j\",\"parent\":\"\"}", PN_REASON_TOKEN_PARENT },
        { "{" PLACE ",\"jti\":\"j\",\"parent\":1}", PN_REASON_TOKEN_PARENT },
        { "{" PLACE ",\"jti\":\"\\u006a\",\"parent\":\"\"}", PN_REASON_TOKEN_PARENT },
        { "{\"iss\":\"https://g\",\"aud\":\"https://g/mcp/a\"}", PN_REASON_TOKEN_CLAIMS },
        { "{\"iss\":\"https://g\",\"aud\":[\"https://g/mcp/a\"],\"exp\":1750000900}",
          PN_REASON_TOKEN_CLAIMS },
        { "{\"aud\":\"https://g/mcp/a\",\"exp\":1750000900}", PN_REASON_TOKEN_CLAIMS },
        { "{\"iss\":\"https:\\/\\/g\",\"aud\":\"https://g/mcp/a\",\"exp\":1750000900}",
          PN_REASON_TOKEN_CLAIMS },
        { "{\"iss\":\"https://g\",\"aud\":\"https://g\",\"exp\":1750000900}",
          PN_REASON_TOKEN_AUDIENCE },
        { "{\"iss\":\"https://g\",\"aud\":\"x\",\"exp\":1750000900}", PN_REASON_TOKEN_AUDIENCE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t room[2048];
        struct pn_writer w = pn_writer(room, sizeof room);
        struct pn_slice claims = pn_slice(rows[i].claims, strlen(rows[i].claims));
        TEST_ASSERT_TRUE(pn_jwt_sign(&w, &key, PN_SLICE("at+jwt"), claims));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].reason, read(room, w.len), rows[i].claims);
        w = pn_writer(room, sizeof room);
        TEST_ASSERT_TRUE(pn_jwt_sign(&w, &key, PN_SLICE("JWT"), claims));
        TEST_ASSERT_EQUAL(PN_REASON_TOKEN_TYPE, read(room, w.len));
    }
}

/* What it says of a token that it was made from, as another might have put it. */
static void test_parents_that_are_tokens(void)
{
    static const struct {
        const char *claims;
        bool is_of_token, reads;
    } rows[] = {
        { "{\"parent\":{\"claims\":{}}}", false, false },
        { "{\"parent_token\":{\"alg\":1,\"typ\":2,\"kid\":\"k\",\"claims\":{\"exp\":7}}}", true,
          true },
        { "{\"parent_token\":{\"alg\":1,\"typ\":2,\"claims\":{}}}", true, true },
        { "{\"parent_token\":\"eyJ\"}", true, false },
        { "{\"parent_token\":{}}", true, false },
        { "{\"parent_token\":{\"typ\":2,\"claims\":{}}}", true, false },
        { "{\"parent_token\":{\"alg\":\"ES256\",\"typ\":2,\"claims\":{}}}", true, false },
        { "{\"parent_token\":{\"alg\":1,\"claims\":{}}}", true, false },
        { "{\"parent_token\":{\"alg\":1,\"typ\":2}}", true, false },
        { "{\"parent_token\":{\"alg\":1,\"typ\":2,\"claims\":[]}}", true, false },
        { "{\"parent_token\":{\"alg\":1,\"typ\":2,\"claims\":{\"exp\":\"x\"}}}", true, false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice claims = pn_slice(rows[i].claims, strlen(rows[i].claims));
        struct pn_jwt jwt, from;
        TEST_ASSERT_TRUE(pn_jwt_read_claims(claims, &json_keys, &jwt));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].is_of_token, pn_sub_token_is_of_token(&jwt),
                                  rows[i].claims);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].reads, pn_sub_token_parent(&jwt, &json_keys, &from),
                                  rows[i].claims);
        if (rows[i].reads)
            TEST_ASSERT_TRUE(from.alg == PN_JWT_ES256 && from.type == PN_JWT_TYPE_JWT);
    }
}

static void test_what_does_not_fit(void)
{
    static char long_words[5000];
    static uint8_t room[PN_SUB_TOKEN_ROOM];
    struct pn_sub_token token = token_of();
    struct pn_writer w = pn_writer(room, sizeof room - 1);

    TEST_ASSERT_FALSE(pn_sub_token_write(&w, &maker, &token)); /* a byte too little */
    TEST_ASSERT_EQUAL_size_t(0, w.len);
    memset(long_words, 'x', sizeof long_words);
    token.tools = pn_slice(long_words, sizeof long_words);
    w = pn_writer(room, sizeof room);
    TEST_ASSERT_FALSE(pn_sub_token_write(&w, &maker, &token));
    TEST_ASSERT_EQUAL_size_t(0, w.len);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_is_written_reads_again);
    RUN_TEST(test_every_changed_byte_is_noticed);
    RUN_TEST(test_places_and_times);
    RUN_TEST(test_parents);
    RUN_TEST(test_other_claims);
    RUN_TEST(test_parents_that_are_tokens);
    RUN_TEST(test_what_does_not_fit);
    return UNITY_END();
}
