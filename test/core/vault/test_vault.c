/* The vault: what it holds, what another implementation sealed, and everything that must not open.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/vault.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/seal/keyset.h"
#include "unity.h"

static uint64_t arena[4096];

void setUp(void)
{
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_crypto_init(arena, sizeof arena));
}

void tearDown(void)
{
}

/* crm "s3cret" and openai "sk-1", sealed by Node.js under 32 bytes of 7. */
#define FOREIGN \
    "504e5641554c5431020000000000000000000000000000000000000000000000" \
    "000102030405060708090a0b290000001b87e970ec5abc4977b2e5ff90351fc9" \
    "824ed3fa1e667730e79d06ba8ed76d6aae0a2883febc5ad0c524e46723b8c5fe" \
    "dad34552db91ffa36b"

enum { FOREIGN_BYTES = 105, FOREIGN_TEXT_BYTES = 41 };

static const uint8_t nonce[12] = { 1 };
static const struct pn_vault_head given = { .key = PN_VAULT_KEY_GIVEN };
static const struct pn_vault_head passphrase = { .key = PN_VAULT_KEY_PASSPHRASE,
                                                 .cost = { 65536, 3, 4 },
                                                 .salt = "sixteen of salt" };

static const uint8_t *sevens(void)
{
    static uint8_t key[32];

    memset(key, 7, sizeof key);
    return key;
}

static void foreign(uint8_t file[FOREIGN_BYTES])
{
    TEST_ASSERT_TRUE(pn_key_text_hex(PN_SLICE(FOREIGN), file, FOREIGN_BYTES));
}

static struct pn_slice text(const char *of)
{
    return pn_slice(of, strlen(of));
}

static void expect(const struct pn_vault *v, const char *name, const char *value)
{
    struct pn_vault_entry e;

    TEST_ASSERT_TRUE_MESSAGE(pn_vault_find(v, text(name), &e), name);
    TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(e.value, text(value)), name);
}

static enum pn_vault_verdict set(struct pn_vault *v, const char *name, const char *value)
{
    return pn_vault_set(v, &(struct pn_vault_entry){ text(name), text(value), 5 });
}

/* Open a copy of exactly `len` bytes into room for exactly its text; nothing is left of what does not
 * open. */
static enum pn_vault_verdict open_exact(const uint8_t *bytes, size_t len, size_t room)
{
    uint8_t *file = malloc(len ? len : 1), *at = malloc(room ? room : 1);
    struct pn_vault v = { .text = at, .max = room };

    memcpy(file, bytes, len);
    memset(at, 0, room);
    enum pn_vault_verdict verdict = pn_vault_open(&v, pn_slice(file, len), sevens());
    for (size_t i = 0; verdict != PN_VAULT_GOOD && i < room; i++) TEST_ASSERT_EQUAL(0, at[i]);
    free(file);
    free(at);
    return verdict;
}

static void test_what_another_implementation_sealed(void)
{
    uint8_t file[FOREIGN_BYTES], at[FOREIGN_TEXT_BYTES];
    struct pn_vault v = { .text = at, .max = sizeof at };
    struct pn_vault_entry e;
    size_t next = 0;

    foreign(file);
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_open(&v, pn_slice(file, sizeof file), sevens()));
    TEST_ASSERT_TRUE(pn_vault_next(&v, &next, &e));
    TEST_ASSERT_TRUE(pn_slice_equal(e.name, PN_SLICE("crm")));
    TEST_ASSERT_EQUAL_UINT64(1700000000, e.set_unix);
    TEST_ASSERT_TRUE(pn_vault_next(&v, &next, &e));
    TEST_ASSERT_TRUE(pn_slice_equal(e.value, PN_SLICE("sk-1")));
    TEST_ASSERT_FALSE(pn_vault_next(&v, &next, &e));
    expect(&v, "crm", "s3cret");
    TEST_ASSERT_FALSE(pn_vault_find(&v, PN_SLICE("cr"), &e));
    TEST_ASSERT_FALSE(pn_vault_find(&v, PN_SLICE("zzz"), &e));
}

static void test_sealing_writes_the_same_bytes(void)
{
    uint8_t file[FOREIGN_BYTES], again[FOREIGN_BYTES], at[FOREIGN_TEXT_BYTES];
    struct pn_vault v = { .text = at, .max = sizeof at };
    struct pn_writer w = pn_writer(again, sizeof again);

    foreign(file);
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_open(&v, pn_slice(file, sizeof file), sevens()));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_seal(&v, &given, sevens(), file + 32, &w));
    TEST_ASSERT_EQUAL(FOREIGN_BYTES, w.len);
    TEST_ASSERT_EQUAL_MEMORY(file, again, sizeof file);
    w = pn_writer(again, sizeof again - 1);
    TEST_ASSERT_EQUAL(PN_VAULT_FULL, pn_vault_seal(&v, &given, sevens(), nonce, &w));
    TEST_ASSERT_EQUAL(0, w.len);
}

static void test_cut_anywhere_it_is_shut(void)
{
    uint8_t file[FOREIGN_BYTES + 1] = { 0 };

    foreign(file);
    for (size_t len = 0; len < FOREIGN_BYTES; len++) {
        TEST_ASSERT_EQUAL(len < 8 ? PN_VAULT_NOT_ONE : PN_VAULT_CUT, open_exact(file, len, 64));
    }
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, open_exact(file, FOREIGN_BYTES, FOREIGN_TEXT_BYTES));
    TEST_ASSERT_EQUAL(PN_VAULT_CUT, open_exact(file, FOREIGN_BYTES + 1, 64));
    TEST_ASSERT_EQUAL(PN_VAULT_FULL, open_exact(file, FOREIGN_BYTES, FOREIGN_TEXT_BYTES - 1));
}

static enum pn_vault_verdict wanted_at(size_t at)
{
    if (at < 8) return PN_VAULT_NOT_ONE;
    if (at < 32) return PN_VAULT_NOT_ONE; /* of a given key all of these are told by their values */
    return at >= 44 && at < 48 ? PN_VAULT_CUT : PN_VAULT_SHUT;
}

static void test_an_altered_byte_at_every_position(void)
{
    for (size_t at = 0; at < FOREIGN_BYTES; at++) {
        for (int bit = 0; bit < 8; bit++) {
            uint8_t file[FOREIGN_BYTES];
            foreign(file);
            file[at] ^= (uint8_t)(1u << bit);
            enum pn_vault_verdict got = open_exact(file, sizeof file, 64);
            if (at == 8 && file[at] == PN_VAULT_KEY_PASSPHRASE) {
                TEST_ASSERT_EQUAL(PN_VAULT_COST, got);
            } else {
                TEST_ASSERT_EQUAL_MESSAGE(wanted_at(at), got, "another verdict");
            }
        }
    }
}

/* Head and all: what Argon2id is told is authenticated too. */
static void test_an_altered_byte_of_a_passphrase_vault(void)
{
    uint8_t at[64], file[256];
    struct pn_vault v = { .text = at, .max = sizeof at };
    struct pn_writer w = pn_writer(file, sizeof file);

    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "a", "b"));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_seal(&v, &passphrase, sevens(), nonce, &w));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, open_exact(file, w.len, 13));
    for (size_t i = 0; i < w.len; i++) {
        file[i] ^= 1;
        TEST_ASSERT_NOT_EQUAL(PN_VAULT_GOOD, open_exact(file, w.len, 64));
        file[i] ^= 1;
    }
}

static void test_another_key(void)
{
    uint8_t file[FOREIGN_BYTES], at[64] = { 0 }, zero[64] = { 0 }, key[32] = { 7 };
    struct pn_vault v = { .text = at, .max = sizeof at };

    foreign(file);
    TEST_ASSERT_EQUAL(PN_VAULT_SHUT, pn_vault_open(&v, pn_slice(file, sizeof file), key));
    TEST_ASSERT_EQUAL(0, v.len);
    TEST_ASSERT_EQUAL_MEMORY(zero, at, sizeof at);
}

static void test_hostile_heads(void)
{
    static const struct {
        uint8_t key, lanes, passes;
        uint32_t kib;
        enum pn_vault_verdict verdict;
    } rows[] = {
        { 1, 4, 3, 65536, PN_VAULT_GOOD },      { 1, 1, 1, 8, PN_VAULT_GOOD },
        { 1, 16, 64, 65536, PN_VAULT_GOOD },    { 1, 4, 3, 1048577, PN_VAULT_COST },
        { 1, 4, 4, 1048576, PN_VAULT_GOOD },    { 1, 4, 5, 1048576, PN_VAULT_COST },
        { 1, 4, 64, 65537, PN_VAULT_COST },     { 1, 4, 64, 1048576, PN_VAULT_COST },
        { 1, 4, 3, 100u << 20, PN_VAULT_COST }, /* 100 GiB */
        { 1, 4, 3, UINT32_MAX, PN_VAULT_COST }, { 1, 4, 3, 31, PN_VAULT_COST },
        { 1, 4, 3, 0, PN_VAULT_COST },          { 1, 0, 3, 65536, PN_VAULT_COST },
        { 1, 17, 3, 65536, PN_VAULT_COST },     { 1, 255, 3, 65536, PN_VAULT_COST },
        { 1, 4, 0, 65536, PN_VAULT_COST },      { 1, 4, 65, 65536, PN_VAULT_COST },
        { 1, 4, 255, 65536, PN_VAULT_COST },    { 2, 0, 0, 0, PN_VAULT_GOOD },
        { 2, 1, 0, 0, PN_VAULT_NOT_ONE },       { 2, 0, 1, 0, PN_VAULT_NOT_ONE },
        { 2, 0, 0, 1, PN_VAULT_NOT_ONE },       { 0, 0, 0, 0, PN_VAULT_NOT_ONE },
        { 3, 0, 0, 0, PN_VAULT_NOT_ONE },       { 255, 4, 3, 65536, PN_VAULT_NOT_ONE },
    };

    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        uint8_t file[FOREIGN_BYTES];
        struct pn_vault_head head;
        foreign(file);
        file[8] = rows[r].key;
        file[9] = rows[r].lanes;
        file[10] = rows[r].passes;
        pn_store32(file + 12, rows[r].kib);
        TEST_ASSERT_EQUAL(rows[r].verdict, pn_vault_read_head(pn_slice(file, sizeof file), &head));
    }
}

static void test_lengths_that_lie(void)
{
    static const uint32_t lies[] = { 0, 40, 42, 65537, 1u << 31, UINT32_MAX, UINT32_MAX - 63 };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t file[FOREIGN_BYTES];
        foreign(file);
        pn_store32(file + 44, lies[i]);
        TEST_ASSERT_EQUAL(PN_VAULT_CUT, open_exact(file, sizeof file, 64));
    }
}

/* Rightly sealed by whoever has the key, and still nonsense. */
static void test_texts_that_are_none(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
#define ROW(literal) { literal, sizeof(literal) - 1 }
#define SET          "\0\0\0\0\0\0\0\0"
        ROW("\0\1\0" SET "v"),                 /* no name */
        ROW("\1\0\0" SET "a"),                 /* no value */
        ROW("\1\1\0" SET "/v"),                /* a name that is none */
        ROW("\1\1\0" SET "a"),                 /* cut in the value */
        ROW("\1\1\0" SET "avx"),               /* a byte is over */
        ROW("\1\xff\xff" SET "av"),            /* a value beyond the end */
        ROW("\1\1\0" SET "bv\1\1\0" SET "av"), /* not in order */
        ROW("\1\1\0" SET "av\1\1\0" SET "av"), /* twice */
        ROW("\1\1\0"),                         /* cut in its numbers */
    };

    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        uint8_t at[64], file[256];
        struct pn_vault v = { .text = at, .len = rows[r].len, .max = sizeof at };
        struct pn_writer w = pn_writer(file, sizeof file);
        memcpy(at, rows[r].bytes, rows[r].len);
        TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_seal(&v, &given, sevens(), nonce, &w));
        TEST_ASSERT_EQUAL(PN_VAULT_MALFORMED, open_exact(file, w.len, 64));
    }
}

static void test_a_value_longer_than_any(void)
{
    static uint8_t at[8192], file[8400], value[PN_VAULT_VALUE_BYTES_MAX + 1];
    struct pn_vault v = { .text = at, .max = sizeof at };
    struct pn_writer w = pn_writer(file, sizeof file);
    struct pn_vault_entry e = { PN_SLICE("a"), pn_slice(value, sizeof value), 0 };

    memset(value, 'v', sizeof value);
    TEST_ASSERT_EQUAL(PN_VAULT_MALFORMED, pn_vault_set(&v, &e));
    e.value.len--;
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_set(&v, &e));
    at[1]++; /* 4097, and a byte more */
    at[v.len++] = 'v';
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_seal(&v, &given, sevens(), nonce, &w));
    TEST_ASSERT_EQUAL(PN_VAULT_MALFORMED, open_exact(file, w.len, sizeof at));
}

static void test_entries_come_and_go(void)
{
    uint8_t at[128];
    struct pn_vault v = { .text = at, .max = sizeof at };
    struct pn_vault_entry e;

    memset(at, 0, sizeof at);
    TEST_ASSERT_FALSE(pn_vault_remove(&v, PN_SLICE("m")));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "m", "1"));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "a", "22"));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "z", "333"));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "ma", "4444"));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "m", "longer than it was"));
    expect(&v, "a", "22");
    expect(&v, "m", "longer than it was");
    expect(&v, "ma", "4444");
    expect(&v, "z", "333");
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "m", "x"));
    expect(&v, "z", "333");
    TEST_ASSERT_TRUE(pn_vault_remove(&v, PN_SLICE("a")));
    TEST_ASSERT_TRUE(pn_vault_remove(&v, PN_SLICE("z")));
    TEST_ASSERT_FALSE(pn_vault_find(&v, PN_SLICE("a"), &e));
    expect(&v, "m", "x");
    expect(&v, "ma", "4444");
    for (size_t i = v.len; i < sizeof at; i++) TEST_ASSERT_EQUAL(0, at[i]); /* nothing is left */
}

static void test_what_cannot_be_put_in(void)
{
    uint8_t at[26], before[26];
    struct pn_vault v = { .text = at, .max = sizeof at };
    static const char long_one[] = "01234567890123456789012345678901234567890123456789"
                                   "012345678901234";
    static const char *const names[] = { "", "a b", "a/b", "\xc3\xa9", "a\n", long_one };

    memset(at, 0, sizeof at);
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "b", "1"));
    memcpy(before, at, sizeof at);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        TEST_ASSERT_EQUAL(PN_VAULT_MALFORMED, set(&v, names[i], "v"));
    }
    TEST_ASSERT_EQUAL(PN_VAULT_MALFORMED, set(&v, "a", ""));
    TEST_ASSERT_EQUAL(PN_VAULT_FULL, set(&v, "a", "22"));
    TEST_ASSERT_EQUAL_MEMORY(before, at, sizeof at);
    TEST_ASSERT_EQUAL(13, v.len);
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, set(&v, "a", "2"));
}

static void test_no_more_than_a_vault_holds(void)
{
    static uint8_t at[PN_VAULT_TEXT_BYTES_MAX + 8192], value[PN_VAULT_VALUE_BYTES_MAX];
    struct pn_vault v = { .text = at, .max = sizeof at };
    enum pn_vault_verdict verdict = PN_VAULT_GOOD;
    uint8_t name[1];

    memset(value, 'v', sizeof value);
    for (name[0] = 'a'; verdict == PN_VAULT_GOOD && name[0] <= 'z'; name[0]++) {
        struct pn_vault_entry e = { pn_slice(name, 1), pn_slice(value, sizeof value), 0 };
        verdict = pn_vault_set(&v, &e);
    }
    TEST_ASSERT_EQUAL(PN_VAULT_FULL, verdict);
    TEST_ASSERT_TRUE(v.len <= PN_VAULT_TEXT_BYTES_MAX);
}

static void test_an_empty_vault(void)
{
    uint8_t file[64];
    struct pn_vault v = { 0 };
    struct pn_writer w = pn_writer(file, sizeof file);

    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_seal(&v, &passphrase, sevens(), nonce, &w));
    TEST_ASSERT_EQUAL(64, w.len);
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, open_exact(file, w.len, 0));
}

static void test_every_verdict_has_its_sentence(void)
{
    for (int a = PN_VAULT_NOT_ONE; a <= PN_VAULT_FAULT; a++) {
        struct pn_slice of = pn_vault_sentence((enum pn_vault_verdict)a);
        TEST_ASSERT_TRUE(of.len > 10);
        for (int b = PN_VAULT_NOT_ONE; b < a; b++) {
            TEST_ASSERT_FALSE(pn_slice_equal(of, pn_vault_sentence((enum pn_vault_verdict)b)));
        }
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_another_implementation_sealed);
    RUN_TEST(test_sealing_writes_the_same_bytes);
    RUN_TEST(test_cut_anywhere_it_is_shut);
    RUN_TEST(test_an_altered_byte_at_every_position);
    RUN_TEST(test_an_altered_byte_of_a_passphrase_vault);
    RUN_TEST(test_another_key);
    RUN_TEST(test_hostile_heads);
    RUN_TEST(test_lengths_that_lie);
    RUN_TEST(test_texts_that_are_none);
    RUN_TEST(test_a_value_longer_than_any);
    RUN_TEST(test_entries_come_and_go);
    RUN_TEST(test_what_cannot_be_put_in);
    RUN_TEST(test_no_more_than_a_vault_holds);
    RUN_TEST(test_an_empty_vault);
    RUN_TEST(test_every_verdict_has_its_sentence);
    return UNITY_END();
}
