/* API keys: found by hash, expired, their attributes; malformed tables refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core/identity/key_table.h"

#include "core/base/bytes.h"
#include "unity.h"

#define KEYS  40
#define ATTRS 5
#define SLOTS 10

static const char pool[] = "key-1anaagent-1supportT-1001tier-1,tier-2eu";
static uint8_t keys[KEYS * PN_KEY_BYTES], attrs[ATTRS * PN_ATTR_BYTES];
static struct pn_key_table table;

static void put_text(uint8_t *at, const char *text)
{
    pn_store32(at, (uint32_t)(strstr(pool, text) - pool));
    pn_store32(at + 4, (uint32_t)strlen(text));
}

/* Hash of key n: ascending, and each pair shares its first 8 bytes. */
static void put_hash(uint8_t *hash, unsigned n)
{
    memset(hash, 0, 32);
    hash[3] = (uint8_t)(n / 2);
    hash[31] = (uint8_t)(n % 2 == 0 ? 7 : 9);
}

static void put_attr(size_t index, uint16_t slot, enum pn_type type, uint64_t value)
{
    uint8_t *at = attrs + index * PN_ATTR_BYTES;

    memset(at, 0, PN_ATTR_BYTES);
    pn_store16(at + PN_ATTR_SLOT, slot);
    at[PN_ATTR_TYPE] = (uint8_t)type;
    pn_store64(at + PN_ATTR_VALUE, value);
}

void setUp(void)
{
    double half = 0.5;
    uint64_t bits;

    memcpy(&bits, &half, sizeof bits);
    memset(keys, 0, sizeof keys);
    for (unsigned n = 0; n < KEYS; n++) {
        uint8_t *at = keys + n * PN_KEY_BYTES;
        put_hash(at + PN_KEY_HASH, n);
        put_text(at + PN_KEY_ID, "key-1");
        put_text(at + PN_KEY_USER, "ana");
        put_text(at + PN_KEY_AGENT, "agent-1");
        put_text(at + PN_KEY_TEAM, "support");
        put_text(at + PN_KEY_TASK, "T-1001");
        put_text(at + PN_KEY_ROLE_NAMES, "tier-1,tier-2");
        pn_store64(at + PN_KEY_ROLES, n);
        pn_store64(at + PN_KEY_ROLES + 24, UINT64_C(1) << 63);
    }
    pn_store64(keys + PN_KEY_EXPIRES_S, 1000);
    pn_store32(keys + PN_KEY_BYTES + PN_KEY_ATTR_COUNT, ATTRS);
    put_attr(0, 3, PN_STRING, sizeof pool - 3);
    pn_store32(attrs + PN_ATTR_LEN, 2);
    put_attr(1, 4, PN_INT, (uint64_t)-7);
    put_attr(2, 5, PN_DOUBLE, bits);
    put_attr(3, 6, PN_BOOL, 1);
    put_attr(4, 9, PN_NULL, 0);
    table = (struct pn_key_table){ pn_slice(pool, sizeof pool - 1), pn_slice(keys, sizeof keys),
                                   pn_slice(attrs, sizeof attrs) };
}

void tearDown(void)
{
}

static void test_found(void)
{
    TEST_ASSERT_TRUE(pn_key_table_check(&table, SLOTS));
    TEST_ASSERT_EQUAL(KEYS, pn_key_count(&table));
    for (unsigned n = 0; n < KEYS; n++) {
        struct pn_key key;
        uint8_t hash[32];
        put_hash(hash, n);
        TEST_ASSERT_TRUE(pn_key_find(&table, hash, 999, &key));
        TEST_ASSERT_EQUAL_UINT64(n, key.roles[0]);
        TEST_ASSERT_EQUAL_UINT64(UINT64_C(1) << 63, key.roles[3]);
        TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("ana"), key.user));
        TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("tier-1,tier-2"), key.role_names));
    }
}

static void test_unknown(void)
{
    struct pn_key key = { .expires_s = 5 };
    uint8_t hash[32];

    for (unsigned n = 0; n < KEYS; n++) {
        for (size_t byte = 0; byte < 32; byte++) {
            put_hash(hash, n);
            hash[byte] = (uint8_t)(hash[byte] + 64);
            TEST_ASSERT_FALSE(pn_key_find(&table, hash, 0, &key));
        }
    }
    TEST_ASSERT_EQUAL_UINT64(5, key.expires_s);
}

static void test_expires(void)
{
    struct pn_key key;
    uint8_t hash[32];

    put_hash(hash, 0);
    TEST_ASSERT_TRUE(pn_key_find(&table, hash, 999, &key));
    TEST_ASSERT_FALSE(pn_key_find(&table, hash, 1000, &key));
    put_hash(hash, 1);
    TEST_ASSERT_TRUE(pn_key_find(&table, hash, UINT64_MAX, &key));
}

static void test_attributes(void)
{
    struct pn_key key;
    uint8_t hash[32];
    uint16_t slot;

    put_hash(hash, 1);
    TEST_ASSERT_TRUE(pn_key_find(&table, hash, 0, &key));
    TEST_ASSERT_EQUAL(ATTRS, key.attr_count);
    struct pn_value text = pn_key_attr(&table, &key, 0, &slot);
    TEST_ASSERT_EQUAL(3, slot);
    TEST_ASSERT_TRUE(pn_value_is_text(&text, PN_SLICE("eu")));
    TEST_ASSERT_EQUAL_INT64(-7, pn_key_attr(&table, &key, 1, &slot).as.i);
    TEST_ASSERT_EQUAL_DOUBLE(0.5, pn_key_attr(&table, &key, 2, &slot).as.d);
    TEST_ASSERT_TRUE(pn_key_attr(&table, &key, 3, &slot).as.b);
    TEST_ASSERT_EQUAL(PN_NULL, pn_key_attr(&table, &key, 4, &slot).type);
    TEST_ASSERT_EQUAL(9, slot);
}

static bool takes(const char *json, enum pn_type type)
{
    setUp();
    table.strings = pn_slice(json, strlen(json));
    put_attr(0, 3, type, 0);
    pn_store32(attrs + PN_ATTR_LEN, (uint32_t)strlen(json));
    memset(keys, 0, sizeof keys);
    table.keys = pn_slice(keys, PN_KEY_BYTES);
    pn_store32(keys + PN_KEY_ATTR_COUNT, 1);
    return pn_key_table_check(&table, SLOTS);
}

/* Lists and maps are JSON that the engine may walk without looking. */
static void test_lists_and_maps(void)
{
    static const char *const broken[] = {
        "", "[", "[1", "[1,]", "[1]]", "[\"a]", "[\"\\\"]", " [1]", "[1] ", "1", "[\xff]", "{}",
    };
    char many[1024] = "{\"k0\":0";
    struct pn_key key = { .attr_count = 1 };
    uint16_t slot;

    TEST_ASSERT_TRUE(takes("[1,\"a\",{\"b\":null}]", PN_LIST));
    struct pn_value list = pn_key_attr(&table, &key, 0, &slot);
    TEST_ASSERT_EQUAL(PN_LIST, list.type);
    TEST_ASSERT_TRUE(pn_slice_equal(table.strings, pn_slice(list.as.text, list.len)));
    TEST_ASSERT_TRUE(takes("{}", PN_MAP));
    TEST_ASSERT_TRUE(takes("{\"a\":[{\"a\":1.5}]}", PN_MAP));
    TEST_ASSERT_FALSE_MESSAGE(takes("{\"a\":1,\"a\":2}", PN_MAP), "a key twice");
    TEST_ASSERT_FALSE(takes("[1]", PN_MAP));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(takes(broken[i], PN_LIST), broken[i]);
    }
    for (int i = 1; i < PN_ATTR_JSON_KEYS_MAX - 1; i++) {
        size_t len = strlen(many);
        snprintf(many + len, sizeof many - len, ",\"k%d\":0", i);
    }
    strcat(many, "}");
    TEST_ASSERT_TRUE_MESSAGE(takes(many, PN_MAP), "as many keys as are allowed");
    strcpy(strrchr(many, '}'), ",\"more\":0}");
    TEST_ASSERT_FALSE_MESSAGE(takes(many, PN_MAP), "one more");
}

static void test_malformed(void)
{
    const struct {
        uint8_t *record;
        size_t field;
        uint32_t value;
        size_t bytes;
    } rows[] = {
        { keys, PN_KEY_USER, 1000, 4 },
        { keys, PN_KEY_ROLE_NAMES + 4, 1000, 4 },
        { keys, PN_KEY_ATTR_FIRST, ATTRS + 1, 4 },
        { keys, PN_KEY_ATTR_COUNT, ATTRS + 1, 4 },
        { keys, PN_KEY_ATTR_FIRST, 0xffffffff, 4 },
        { keys, PN_KEY_HASH, 0xffffffff, 4 },                   /* not ascending */
        { keys + PN_KEY_BYTES, PN_KEY_HASH + 28, 7u << 24, 4 }, /* the first one again */
        { attrs, PN_ATTR_SLOT, SLOTS, 2 },
        { attrs, PN_ATTR_ZERO, 1, 1 },
        { attrs, PN_ATTR_TYPE, PN_LIST, 1 },
        { attrs, PN_ATTR_TYPE, PN_ABSENT, 1 },
        { attrs, PN_ATTR_TYPE, 200, 1 },
        { attrs, PN_ATTR_LEN, 3, 4 },
        { attrs, PN_ATTR_VALUE + 4, 1, 4 },
        { attrs + PN_ATTR_BYTES, PN_ATTR_LEN, 1, 4 },
        { attrs + 3 * PN_ATTR_BYTES, PN_ATTR_VALUE, 2, 4 },
        { attrs + 4 * PN_ATTR_BYTES, PN_ATTR_VALUE, 1, 4 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setUp();
        if (rows[i].bytes == 1) rows[i].record[rows[i].field] = (uint8_t)rows[i].value;
        if (rows[i].bytes == 2) pn_store16(rows[i].record + rows[i].field, (uint16_t)rows[i].value);
        if (rows[i].bytes == 4) pn_store32(rows[i].record + rows[i].field, rows[i].value);
        TEST_ASSERT_FALSE(pn_key_table_check(&table, SLOTS));
    }
    setUp();
    table.keys.len -= 1;
    TEST_ASSERT_FALSE(pn_key_table_check(&table, SLOTS));
    setUp();
    table.attrs.len -= 1;
    TEST_ASSERT_FALSE(pn_key_table_check(&table, SLOTS));
}

/* Bit n is allowed with n + 1 roles and not with n; one key of many is enough, and it is named. */
static void test_roles_end_at_the_policys(void)
{
    struct pn_slice key_id;

    for (unsigned n = 0; n < 64 * PN_KEY_ROLE_WORDS; n++) {
        setUp();
        for (unsigned k = 0; k < KEYS; k++) memset(keys + k * PN_KEY_BYTES + PN_KEY_ROLES, 0, 32);
        TEST_ASSERT_FALSE(pn_key_beyond_roles(&table, n, &key_id));
        uint8_t *last = keys + (KEYS - 1) * PN_KEY_BYTES;
        pn_store64(last + PN_KEY_ROLES + 8 * (n / 64), UINT64_C(1) << n % 64);
        put_text(last + PN_KEY_ID, "agent-1");
        TEST_ASSERT_FALSE(pn_key_beyond_roles(&table, n + 1, &key_id));
        TEST_ASSERT_TRUE(pn_key_beyond_roles(&table, n, &key_id));
        TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("agent-1"), key_id));
    }
    table.keys.len = 0;
    TEST_ASSERT_FALSE(pn_key_beyond_roles(&table, 0, &key_id));
}

static void test_empty(void)
{
    struct pn_key_table none = { 0 };
    struct pn_key key;
    uint8_t hash[32] = { 0 };

    TEST_ASSERT_TRUE(pn_key_table_check(&none, 0));
    TEST_ASSERT_FALSE(pn_key_find(&none, hash, 0, &key));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_found);
    RUN_TEST(test_unknown);
    RUN_TEST(test_expires);
    RUN_TEST(test_attributes);
    RUN_TEST(test_lists_and_maps);
    RUN_TEST(test_malformed);
    RUN_TEST(test_roles_end_at_the_policys);
    RUN_TEST(test_empty);
    return UNITY_END();
}
