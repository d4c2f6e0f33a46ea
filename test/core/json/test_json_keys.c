/* test_json_keys.c - keys of open objects: found again, forgotten when theirs ends, linear in time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_string.h"
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

static struct pn_json_keys *keys;

void setUp(void)
{
    keys = json_keys_of(1024);
}

void tearDown(void)
{
}

static uint64_t hash_of(const struct pn_json_keys *set, struct pn_slice name)
{
    struct pn_json_hash hash;

    pn_json_hash_begin(&hash, set);
    for (size_t i = 0; i < name.len; i++) pn_json_hash_add(&hash, set, name.at[i]);
    return pn_json_hash_end(&hash, set);
}

static enum pn_reason add(const char *name)
{
    return pn_json_keys_add(keys, hash_of(keys, pn_slice(name, strlen(name))));
}

static enum pn_reason add_number(unsigned number)
{
    char name[20];

    snprintf(name, sizeof name, "key%u", number);
    return add(name);
}

static void test_found_again(void)
{
    TEST_ASSERT_TRUE(pn_json_keys_open(keys));
    for (unsigned i = 0; i < 200; i++) {
        TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(i));
        for (unsigned k = 0; k <= i; k++) {
            TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, add_number(k));
        }
    }
}

/* Inner objects come and go between any two keys of the outer one, small ones and large ones. */
static void test_nested(void)
{
    TEST_ASSERT_TRUE(pn_json_keys_open(keys));
    for (unsigned i = 0; i < 60; i++) {
        TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(i));
        TEST_ASSERT_TRUE(pn_json_keys_open(keys));
        for (unsigned k = 0; k < i; k++) TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(k));
        if (i > 0) TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, add_number(i - 1));
        pn_json_keys_shut(keys);
        TEST_ASSERT_EQUAL_UINT32(i + 2, keys->used);
    }
    for (unsigned i = 0; i < 60; i++) {
        TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, add_number(i));
    }
}

static void expect_index_empty(void)
{
    for (uint32_t i = 0; i < keys->max; i++) {
        TEST_ASSERT_EQUAL_UINT32(0, keys->at[i].bucket[0]);
        TEST_ASSERT_EQUAL_UINT32(0, keys->at[i].bucket[1]);
    }
}

/* Nothing stays in the index, whether objects were shut or a scan was given up. */
static void test_index_left_clean(void)
{
    pn_json_keys_open(keys);
    for (unsigned i = 0; i < 300; i++) add_number(i);
    pn_json_keys_open(keys);
    for (unsigned i = 0; i < 300; i++) add_number(i);
    pn_json_keys_shut(keys);
    pn_json_keys_shut(keys);
    TEST_ASSERT_EQUAL_UINT32(0, keys->used);
    expect_index_empty();

    for (unsigned depth = 0; depth < 4; depth++) {
        pn_json_keys_open(keys);
        for (unsigned i = 0; i < 5 + depth * 30; i++) add_number(i);
    }
    pn_json_keys_reset(keys);
    TEST_ASSERT_EQUAL_UINT32(0, keys->used);
    expect_index_empty();
}

/* Marks that an earlier object left are of another age, also when ages have come round; an object
 * knows its keys again after one inside it. */
static void test_ages(void)
{
    for (unsigned i = 0; i < 600; i++) {
        TEST_ASSERT_TRUE(pn_json_keys_open(keys));
        TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(1));
        TEST_ASSERT_TRUE(pn_json_keys_open(keys));
        TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(1));
        TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, add_number(1));
        pn_json_keys_shut(keys);
        if (i % 2 == 0) TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(2));
        TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, add_number(1));
        pn_json_keys_shut(keys);
    }
    expect_index_empty();
}

static void test_full(void)
{
    keys = json_keys_of(32);
    TEST_ASSERT_TRUE(pn_json_keys_open(keys));
    for (unsigned i = 0; i < 31; i++) TEST_ASSERT_EQUAL(PN_REASON_NONE, add_number(i));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, add_number(30));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_KEYS_FULL, add_number(31));
    TEST_ASSERT_FALSE(pn_json_keys_open(keys));
    pn_json_keys_shut(keys);
    expect_index_empty();
}

/* The closing quote and seven bytes follow: both ways to a key's hash come to the same. With less
 * behind it, or an odd byte in it, it is left to the other way. */
static void expect_plain(struct pn_slice name, uint64_t sum)
{
    char text[64] = { 0 };
    bool odd = name.len > 0 && (name.at[name.len - 1] < ' ' || name.at[name.len - 1] == '"');
    uint64_t hash = 0;

    memcpy(text, name.at, name.len);
    text[name.len] = '"';
    for (size_t behind = 0; behind < 9; behind++) {
        struct pn_slice exact = json_exact(pn_slice(text, name.len + 1 + behind));
        if (exact.len < 8) {
            json_exact_free(exact);
            continue;
        }
        const uint8_t *last = exact.at + exact.len - 8;
        const uint8_t *close = pn_json_plain_key(keys, exact.at, last, &hash);
        if (close && !odd) TEST_ASSERT_EQUAL_PTR(exact.at + name.len, close);
        if (close && !odd) TEST_ASSERT_EQUAL_HEX64(sum, hash);
        if (odd && name.at[name.len - 1] != '"') TEST_ASSERT_NULL(close);
        if (!odd && behind >= 7) TEST_ASSERT_NOT_NULL(close);
        json_exact_free(exact);
    }
}

/* The sum is that of the whole key, whichever way it is come by, and differs for each. */
static void test_hash(void)
{
    static uint64_t sums[2000];
    size_t count = 0;
    char name[40] = { 0 };

    for (size_t len = 0; len < 40; len++) {
        for (unsigned ch = 1; ch < 51; ch++) { /* no key holds a NUL */
            if (len > 0) name[len - 1] = (char)ch;
            else if (ch > 1) break;
            uint64_t sum = hash_of(keys, pn_slice(name, len));
            expect_plain(pn_slice(name, len), sum);
            for (size_t i = 0; i < count; i++) TEST_ASSERT_NOT_EQUAL_UINT64(sums[i], sum);
            sums[count++] = sum;
        }
    }
}

/* The seed decides which buckets keys share, so nobody outside can choose them. */
static void test_seed(void)
{
    struct pn_json_key places[4];
    struct pn_json_keys other;
    uint64_t sum = hash_of(keys, PN_SLICE("name"));

    pn_json_keys_init(&other, places, 4, (const uint8_t *)"sixteen bytes ab");
    TEST_ASSERT_NOT_EQUAL_UINT64(sum, hash_of(&other, PN_SLICE("name")));
    pn_json_keys_init(&other, places, 4, (const uint8_t *)"sixteen bytes ac");
    TEST_ASSERT_NOT_EQUAL_UINT64(sum, hash_of(&other, PN_SLICE("name")));
}

/* A hundred thousand keys in one object. A quadratic set would compare 5e9 pairs, which takes
 * longer than a test may. The last key is then repeated. */
static void test_many(void)
{
    enum { COUNT = 100000, MAX = 1 << 17 };
    struct pn_json_key *places = malloc(MAX * sizeof *places);
    char *text = malloc(COUNT * 16), *at = text;
    static const uint8_t seed[16] = { 1 };
    struct pn_json_keys many;
    struct pn_json_scan scan;

    for (unsigned i = 0; i < COUNT; i++) {
        at += sprintf(at, "%c\"k%u\":%u", i > 0 ? ',' : '{', i, i % 10);
    }
    *at = '}';
    pn_json_keys_init(&many, places, MAX, seed);
    pn_json_scan_begin(&scan, &many, NULL);
    struct pn_slice whole = pn_slice(text, (size_t)(at - text) + 1);
    TEST_ASSERT_EQUAL(PN_DONE, pn_json_scan_step(&scan, whole, PN_JSON_LAST, NULL));

    memcpy(at, ",\"k77777\"", 9);
    pn_json_scan_begin(&scan, &many, NULL);
    whole.len += 8;
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_json_scan_step(&scan, whole, PN_JSON_LAST, NULL));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_DUPLICATE_KEY, scan.reason);
    free(text);
    free(places);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_found_again);
    RUN_TEST(test_nested);
    RUN_TEST(test_index_left_clean);
    RUN_TEST(test_ages);
    RUN_TEST(test_full);
    RUN_TEST(test_hash);
    RUN_TEST(test_seed);
    RUN_TEST(test_many);
    return UNITY_END();
}
