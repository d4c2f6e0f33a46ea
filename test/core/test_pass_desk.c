/* Tokens for upstreams as a loop holds them: when one is asked for, what is an answer, whose is whose,
 * who makes room.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/pass_desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "unity.h"

enum { PLACES = 3 };

static struct pn_pass_desk desk;
static struct pn_pass_token tokens[PLACES];
static struct pn_pass_digest digests[PLACES];
static struct pn_json_key places[64];
static struct pn_json_keys keys;
static uint32_t now_s;

void setUp(void)
{
    static const uint8_t seed[16] = { 1 };

    memset(tokens, 0, sizeof tokens);
    memset(digests, 0, sizeof digests);
    pn_pass_desk_init(&desk, tokens, digests, PLACES);
    pn_json_keys_init(&keys, places, 64, seed);
    now_s = 1000;
}

void tearDown(void)
{
}

static struct pn_pass pass(void)
{
    return (struct pn_pass){ .kind = PN_PASS_CLIENT,
                             .client_id = PN_SLICE("gate"),
                             .credential = PN_SLICE("secret"),
                             .scope = PN_SLICE("a b") };
}

static struct pn_upstream endpoint(void)
{
    return (struct pn_upstream){ .host = PN_SLICE("login"),
                                 .authority = PN_SLICE("login:8080"),
                                 .path = PN_SLICE("/token"),
                                 .scheme = PN_SCHEME_HTTP,
                                 .port = 8080 };
}

static uint32_t hold_of(const struct pn_pass *g, const struct pn_upstream *to, const char *caller)
{
    struct pn_pass_ask ask = {
        .pass = g, .to = to, .caller = pn_slice(caller, strlen(caller)), .mono_s = now_s
    };

    return pn_pass_hold(&desk, &ask);
}

static uint32_t hold(const char *caller)
{
    struct pn_pass g = pass();
    struct pn_upstream to = endpoint();

    return hold_of(&g, &to, caller);
}

static void answer(uint32_t index, uint16_t status, const char *body)
{
    size_t len = strlen(body);
    uint8_t *exact = malloc(len + 1);
    memcpy(exact, body, len);
    struct pn_pass_answer a = { .status = status, .body = pn_slice(exact, len), .mono_s = now_s };

    pn_pass_answered(&desk, index, &a, &keys);
    free(exact);
}

static void nobody_answers(uint32_t index)
{
    struct pn_pass_answer a = { .reason = PN_REASON_UPSTREAM_TIMEOUT, .mono_s = now_s };

    pn_pass_answered(&desk, index, &a, &keys);
}

#define TOKEN(text, expires) \
    "{\"access_token\":\"" text "\",\"token_type\":\"Bearer\",\"expires_in\":" expires "}"

static void expect(uint32_t index, const char *token)
{
    struct pn_slice found = pn_pass_bearer(&desk, index, now_s);

    TEST_ASSERT_EQUAL_size_t(strlen(token), found.len);
    TEST_ASSERT_TRUE(pn_slice_equal(found, pn_slice(token, strlen(token))));
}

/* Hold, have it asked for and answered; the index. */
static uint32_t get(const char *caller, const char *body)
{
    uint32_t index = hold(caller);

    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    answer(index, 200, body);
    return index;
}

static void test_one_question_for_many(void)
{
    uint32_t index = hold("");

    for (int i = 0; i < 100; i++) TEST_ASSERT_EQUAL_UINT32(index, hold(""));
    TEST_ASSERT_EQUAL(PN_WAIT, pn_pass_step(&desk, index, now_s));
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    TEST_ASSERT_EQUAL_UINT32(PN_PASS_NO_TOKEN, pn_pass_due(&desk, now_s));
    for (int i = 0; i < 100; i++) TEST_ASSERT_EQUAL_UINT32(index, hold(""));
    TEST_ASSERT_EQUAL_UINT32(PN_PASS_NO_TOKEN, pn_pass_due(&desk, now_s));
    TEST_ASSERT_EQUAL(PN_WAIT, pn_pass_step(&desk, index, now_s));
    answer(index, 200, TOKEN("t-1", "60"));
    TEST_ASSERT_EQUAL(PN_DONE, pn_pass_step(&desk, index, now_s));
    expect(index, "t-1");
    TEST_ASSERT_EQUAL_UINT32(201, tokens[index].holders);
}

/* The one that is there serves while the next is asked for, and until its end where none comes. */
static void test_a_life(void)
{
    uint32_t index = get("", TOKEN("t-1", "100"));

    now_s += 74;
    hold("");
    TEST_ASSERT_EQUAL_UINT32(PN_PASS_NO_TOKEN, pn_pass_due(&desk, now_s));
    now_s += 1;
    hold("");
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    TEST_ASSERT_EQUAL(PN_DONE, pn_pass_step(&desk, index, now_s));
    expect(index, "t-1");
    nobody_answers(index);
    expect(index, "t-1");
    now_s += 24;
    expect(index, "t-1");
    now_s += 1;
    expect(index, "");
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_pass_step(&desk, index, now_s));
    hold("");
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    answer(index, 200, TOKEN("t-2", "100"));
    expect(index, "t-2");
}

/* Its life counts from the question: the answer may have come late. */
static void test_counted_from_the_question(void)
{
    uint32_t index = hold("");

    pn_pass_due(&desk, now_s);
    now_s += 5;
    answer(index, 200, TOKEN("t-1", "10"));
    now_s += 4;
    expect(index, "t-1");
    now_s += 1;
    expect(index, "");
}

static void test_back_off(void)
{
    static const uint32_t rests[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
    uint32_t index = hold("");

    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
        nobody_answers(index);
        TEST_ASSERT_EQUAL(PN_REFUSED, pn_pass_step(&desk, index, now_s));
        TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_TOKEN_AWAITED, tokens[index].reason);
        now_s += rests[i] - 1;
        hold("");
        TEST_ASSERT_EQUAL_UINT32(PN_PASS_NO_TOKEN, pn_pass_due(&desk, now_s));
        now_s += 1;
        hold("");
    }
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    answer(index, 200, TOKEN("t-1", "1"));
    now_s += 1;
    hold("");
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s)); /* no rest after a token */
}

/* What was said once is not said of a later silence. */
static void nobody_is_there(void)
{
    setUp();
    uint32_t index = hold("");
    pn_pass_due(&desk, now_s);
    answer(index, 401, "{\"error\":\"invalid_client\"}");
    TEST_ASSERT_EQUAL(14, pn_pass_error(&desk, index).len);
    now_s += 1;
    hold("");
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    nobody_answers(index);
    TEST_ASSERT_EQUAL(0, pn_pass_error(&desk, index).len);
}

static void test_what_the_server_says(void)
{
    static const struct {
        const char *body, *error;
    } rows[] = {
        { "{\"error\":\"invalid_client\",\"error_description\":\"x\"}", "invalid_client" },
        { "{\"error\":\"invalid_target\"}", "invalid_target" },
        { "{\"error\":\"in\\u0076alid_scope\"}", "invalid_scope" },
        { "{\"error\":\"<script>\"}", "" },
        { "{\"error\":\"\"}", "" },
        { "{\"error\":{\"code\":1}}", "" },
        { "{\"error\":\"invalid_client\"", "" },
        { "nothing", "" },
        { "", "" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setUp();
        uint32_t index = hold("");
        pn_pass_due(&desk, now_s);
        answer(index, 400, rows[i].body);
        TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(pn_pass_error(&desk, index),
                                                pn_slice(rows[i].error, strlen(rows[i].error))),
                                 rows[i].body);
    }
    nobody_is_there();
}

static char long_token[PN_PASS_TOKEN_BYTES + 200];

static const char *token_of(size_t len)
{
    strcpy(long_token, "{\"token_type\":\"bearer\",\"access_token\":\"");
    size_t begin = strlen(long_token);
    memset(long_token + begin, 'a', len);
    strcpy(long_token + begin + len, "\"}");
    return long_token;
}

static void test_answers(void)
{
    static const struct {
        uint16_t status;
        const char *body;
        const char *token; /* NULL: none */
        enum pn_reason reason;
    } rows[] = {
        { 200, TOKEN("a.b-c_d~e+f/g=", "60"), "a.b-c_d~e+f/g=", 0 },
        { 200, "{\"access_token\":\"x\",\"token_type\":\"bEARER\"}", "x", 0 },
        { 200, "{\"access_token\":\"x\\/y\",\"token_type\":\"Bearer\",\"more\":[{\"a\":1}]}", "x/y",
          0 },
        { 200, TOKEN("x", "1e9"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("x", "99999999999"), "x", 0 },
        { 200, TOKEN("x", "0"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("x", "-1"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("x", "\"60\""), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("", "60"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("a b", "60"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("a\\r\\nx: y", "60"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, TOKEN("\\u00e9", "60"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "{\"access_token\":\"x\",\"token_type\":\"DPoP\"}", NULL,
          PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "{\"access_token\":\"x\",\"token_type\":\"Bearer-or-so\"}", NULL,
          PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "{\"access_token\":\"x\"}", NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "{\"access_token\":7,\"token_type\":\"Bearer\"}", NULL,
          PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "{\"access_token\":\"x\",\"access_token\":\"y\",\"token_type\":\"Bearer\"}", NULL,
          PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "{\"access_token\":\"x\",\"token_type\":\"Bearer\"", NULL,
          PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "access_token=x&token_type=bearer", NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "[]", NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 200, "", NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 201, TOKEN("x", "60"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 302, TOKEN("x", "60"), NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 400, "{\"error\":\"invalid_scope\"}", NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 401, "{\"error\":\"invalid_client\"}", NULL, PN_REASON_UPSTREAM_TOKEN_REFUSED },
        { 429, "{}", NULL, PN_REASON_UPSTREAM_TOKEN_AWAITED },
        { 500, "{}", NULL, PN_REASON_UPSTREAM_TOKEN_AWAITED },
        { 503, "<html>", NULL, PN_REASON_UPSTREAM_TOKEN_AWAITED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setUp();
        uint32_t index = hold("");
        pn_pass_due(&desk, now_s);
        answer(index, rows[i].status, rows[i].body);
        enum pn_step step = pn_pass_step(&desk, index, now_s);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].token ? PN_DONE : PN_REFUSED, step, rows[i].body);
        expect(index, rows[i].token ? rows[i].token : "");
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].reason, tokens[index].reason, rows[i].body);
    }
}

static void test_long_tokens(void)
{
    uint32_t index = get("", token_of(PN_PASS_TOKEN_BYTES));

    TEST_ASSERT_EQUAL_UINT32(PN_PASS_TOKEN_BYTES, tokens[index].token_len);
    now_s += 300; /* where nothing is said */
    expect(index, "");
    hold("");
    pn_pass_due(&desk, now_s);
    answer(index, 200, token_of(PN_PASS_TOKEN_BYTES + 1));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_pass_step(&desk, index, now_s));
}

/* What is no token does not take away the one that is there. */
static void test_last_good(void)
{
    static const char *const bad[] = { "{}", "{", TOKEN("a b", "60"), TOKEN("x", "0"), "" };
    uint32_t index = get("", TOKEN("t-1", "1000"));

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        tokens[index].fresh_until_s = 0;
        tokens[index].retry_s = 0;
        hold("");
        TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
        answer(index, 200, bad[i]);
        expect(index, "t-1");
    }
}

/* Whoever asks for anything else has another token. */
static void test_whose_it_is(void)
{
    struct pn_pass g = pass();
    struct pn_upstream to = endpoint();
    uint32_t first = hold("ana");

    TEST_ASSERT_NOT_EQUAL(first, hold("ben"));
    pn_pass_let_go(&desk, hold("ana"));
    g.scope = PN_SLICE("a");
    g.resource = PN_SLICE(" b");
    TEST_ASSERT_NOT_EQUAL(first, hold_of(&g, &to, "ana"));
    pn_pass_let_go(&desk, 2);
    static const size_t texts[] = {
        offsetof(struct pn_pass, client_id),       offsetof(struct pn_pass, credential),
        offsetof(struct pn_pass, scope),           offsetof(struct pn_pass, resource),
        offsetof(struct pn_pass, audience),        offsetof(struct pn_pass, issuer),
        offsetof(struct pn_pass, subject_audience)
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        g = pass();
        *(struct pn_slice *)(void *)((uint8_t *)&g + texts[i]) = PN_SLICE("other");
        uint32_t index = hold_of(&g, &to, "ana");
        TEST_ASSERT_EQUAL_UINT32(2, index);
        pn_pass_let_go(&desk, index);
    }
    g = pass();
    to.port = 8081;
    TEST_ASSERT_EQUAL_UINT32(2, hold_of(&g, &to, "ana"));
    TEST_ASSERT_EQUAL_UINT32(first, hold("ana"));
}

/* Those that somebody goes by, or that are being asked for, stay; of the others the oldest goes. */
static void test_room(void)
{
    uint32_t a = get("a", TOKEN("t-a", "1000"));
    now_s++;
    uint32_t b = get("b", TOKEN("t-b", "1000"));
    now_s++;
    uint32_t c = hold("c");

    TEST_ASSERT_EQUAL_UINT32(PN_PASS_NO_TOKEN, hold("d"));
    pn_pass_let_go(&desk, b);
    pn_pass_let_go(&desk, a);
    TEST_ASSERT_EQUAL_UINT32(a, hold("d"));
    expect(a, "");
    TEST_ASSERT_EACH_EQUAL_UINT8(0, tokens[a].token, sizeof tokens[a].token);
    expect(b, "t-b");
    pn_pass_let_go(&desk, c);
    pn_pass_due(&desk, now_s);
    pn_pass_due(&desk, now_s);
    TEST_ASSERT_TRUE(tokens[c].asked);
    TEST_ASSERT_EQUAL_UINT32(b, hold("e")); /* c is being asked for */
    TEST_ASSERT_EQUAL_UINT32(PN_PASS_NO_TOKEN, hold("f"));
}

static void test_wanted_and_then_given_up(void)
{
    uint32_t a = hold("a");

    hold("b");
    hold("c");
    pn_pass_let_go(&desk, a);
    TEST_ASSERT_EQUAL_UINT32(a, hold("d"));
    TEST_ASSERT_EQUAL_UINT32(3, desk.wanted_count);
    for (int i = 0; i < 3; i++) TEST_ASSERT_NOT_EQUAL(PN_PASS_NO_TOKEN, pn_pass_due(&desk, 1));
    TEST_ASSERT_EQUAL_UINT32(0, desk.wanted_count);
}

static void test_spoiled(void)
{
    uint32_t index = get("", TOKEN("t-1", "1000"));

    now_s += 10;
    pn_pass_spoiled(&desk, index, now_s);
    expect(index, "t-1"); /* too young: it would be asked for call by call */
    now_s += 1;
    TEST_ASSERT_EQUAL_UINT32(0, desk.wanted_count);
    pn_pass_spoiled(&desk, index, now_s);
    pn_pass_spoiled(&desk, index, now_s); /* by another call */
    expect(index, "t-1");                 /* until there is another */
    hold("");
    TEST_ASSERT_EQUAL_UINT32(1, desk.wanted_count);
    TEST_ASSERT_EQUAL_UINT32(index, pn_pass_due(&desk, now_s));
    pn_pass_spoiled(&desk, index, now_s); /* which is being asked for */
    TEST_ASSERT_EQUAL_UINT32(0, desk.wanted_count);
    now_s += 1000;
    pn_pass_spoiled(&desk, index, now_s); /* its end is over anyhow */
    expect(index, "");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_one_question_for_many);
    RUN_TEST(test_a_life);
    RUN_TEST(test_counted_from_the_question);
    RUN_TEST(test_back_off);
    RUN_TEST(test_answers);
    RUN_TEST(test_what_the_server_says);
    RUN_TEST(test_long_tokens);
    RUN_TEST(test_last_good);
    RUN_TEST(test_whose_it_is);
    RUN_TEST(test_room);
    RUN_TEST(test_wanted_and_then_given_up);
    RUN_TEST(test_spoiled);
    return UNITY_END();
}
