/* test_json_trie.c - tries that are right, and each way in which one can be wrong.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/bytes.h"
#include "core/json/json_trie.h"
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <stdlib.h>

#define SAMPLE_TRIE(NODE) \
    NODE(sample, root, "", 0, PN_TRIE_NO_SLOT, sample_alpha, 0) \
    NODE(sample, alpha, "Alpha", PN_TRIE_RAW, 0, 0, sample_beta) \
    NODE(sample, beta, "beta", 0, PN_TRIE_NO_SLOT, sample_each, sample_long) \
    NODE(sample, each, "", PN_TRIE_ELEMENT, 1, 0, sample_empty) \
    NODE(sample, empty, "", 0, 2, 0, 0) \
    NODE(sample, long, "a_key_of_exactly_24_byte", 0, 2, 0, 0)
PN_TRIE_DEFINE(sample, 3, SAMPLE_TRIE)

static uint8_t nodes[sizeof sample_trie_nodes];
static struct pn_trie trie;

void setUp(void)
{
    memcpy(nodes, sample_trie_nodes, sizeof nodes);
    trie = sample_trie;
    trie.nodes = nodes;
}

void tearDown(void)
{
}

static uint8_t *node(unsigned i)
{
    return nodes + i * PN_TRIE_NODE_BYTES;
}

static void test_table(void)
{
    TEST_ASSERT_TRUE(pn_trie_check(sample_trie));
    TEST_ASSERT_EQUAL(6, sample_trie.node_count);
    TEST_ASSERT_EQUAL_HEX32(pn_trie_fold_hash(PN_SLICE("ALPHA")), pn_load32(node(1) + 12));
    TEST_ASSERT_EQUAL_HEX32(0x811C9DC5, pn_trie_fold_hash(PN_SLICE("")));
    TEST_ASSERT_EQUAL_HEX32(0xE40C292C, pn_trie_fold_hash(PN_SLICE("A"))); /* as for "a" */
    TEST_ASSERT_TRUE(pn_trie_check((struct pn_trie){ .node_count = 0 }));
}

static void expect_find(enum pn_trie_match match, uint16_t child, uint16_t parent, const char *key)
{
    struct pn_slice exact = json_exact(pn_slice(key, strlen(key)));
    uint16_t found = 0;

    TEST_ASSERT_EQUAL_MESSAGE(match, pn_trie_find(&trie, parent, exact, &found), key);
    TEST_ASSERT_EQUAL_MESSAGE(child, found, key);
    json_exact_free(exact);
}

static void test_find(void)
{
    expect_find(PN_TRIE_EXACT, sample_alpha, sample_root, "Alpha");
    expect_find(PN_TRIE_CASE, sample_alpha, sample_root, "alpha");
    expect_find(PN_TRIE_CASE, sample_alpha, sample_root, "ALPHA");
    expect_find(PN_TRIE_EXACT, sample_beta, sample_root, "beta");
    expect_find(PN_TRIE_UNKNOWN, 0, sample_root, "bet");
    expect_find(PN_TRIE_UNKNOWN, 0, sample_root, "betas");
    expect_find(PN_TRIE_UNKNOWN, 0, sample_root, "");
    expect_find(PN_TRIE_UNKNOWN, 0, sample_alpha, "beta");
    expect_find(PN_TRIE_EXACT, sample_empty, sample_beta, "");
    expect_find(PN_TRIE_EXACT, sample_long, sample_root, "a_key_of_exactly_24_byte");
    expect_find(PN_TRIE_CASE, sample_long, sample_root, "a_key_of_Exactly_24_byte");
    TEST_ASSERT_EQUAL(sample_each, pn_trie_element(&trie, sample_beta));
    TEST_ASSERT_EQUAL(0, pn_trie_element(&trie, sample_root));
    TEST_ASSERT_EQUAL(0, pn_trie_element(&trie, sample_empty));
}

static void expect_next(bool is_key, uint16_t node, struct pn_slice key)
{
    TEST_ASSERT_EQUAL(is_key, pn_trie_is_key(&trie, pn_trie_next(&trie, node), key));
}

static void test_follow(void)
{
    TEST_ASSERT_EQUAL(sample_alpha, pn_trie_first(&trie, sample_root));
    TEST_ASSERT_EQUAL(0, pn_trie_first(&trie, sample_empty));
    TEST_ASSERT_EQUAL(sample_beta, pn_trie_next(&trie, sample_alpha));
    expect_next(true, sample_alpha, PN_SLICE("beta"));
    expect_next(false, sample_alpha, PN_SLICE("Beta"));
    expect_next(false, sample_alpha, PN_SLICE("bet"));
    expect_next(false, sample_alpha, PN_SLICE("a_key_of_exactly_24_byte"));
    expect_next(true, sample_each, PN_SLICE(""));
    expect_next(false, sample_long, PN_SLICE("")); /* the last one */
    pn_store16(node(sample_beta) + 10, sample_each);
    expect_next(false, sample_beta, PN_SLICE("")); /* elements have no key, not an empty one */
}

/* Only letters fold: '@' and '`', '[' and '{' differ by the same bit as letters do. */
static void test_fold_letters_only(void)
{
#define MARK_TRIE(NODE) \
    NODE(mark, root, "", 0, PN_TRIE_NO_SLOT, mark_at, 0) \
    NODE(mark, at, "@[x", 0, 0, 0, 0)
    PN_TRIE_DEFINE(mark, 1, MARK_TRIE)

    trie = mark_trie;
    expect_find(PN_TRIE_CASE, mark_at, mark_root, "@[X");
    expect_find(PN_TRIE_UNKNOWN, 0, mark_root, "`[x");
    expect_find(PN_TRIE_UNKNOWN, 0, mark_root, "@{x");
}

/* U+017F is an s and U+212A a k, in the text, in the trie, or in both. */
static void test_fold_wide(void)
{
#define WIDE_TRIE(NODE) \
    NODE(wide, root, "", 0, PN_TRIE_NO_SLOT, wide_tasks, 0) \
    NODE(wide, tasks, "tasks", 0, 0, 0, wide_desk) \
    NODE(wide, desk, \
         "de\xC5\xBF" \
         "k", \
         0, 0, 0, wide_other) \
    NODE(wide, other, "\xC5\xBE", 0, 0, 0, 0)
    PN_TRIE_DEFINE(wide, 1, WIDE_TRIE)

    TEST_ASSERT_TRUE(pn_trie_check(wide_trie));
    trie = wide_trie;
    expect_find(PN_TRIE_EXACT, wide_tasks, wide_root, "tasks");
    expect_find(PN_TRIE_CASE, wide_tasks, wide_root, "ta\xC5\xBFks");
    expect_find(PN_TRIE_CASE, wide_tasks, wide_root, "TAs\xE2\x84\xAA\xC5\xBF");
    expect_find(PN_TRIE_UNKNOWN, 0, wide_root, "task\xC5\xBFs");
    expect_find(PN_TRIE_UNKNOWN, 0, wide_root, "task\xC5");
    expect_find(PN_TRIE_UNKNOWN, 0, wide_root, "tas\xE2\x84");
    expect_find(PN_TRIE_UNKNOWN, 0, wide_root, "task\xC5\xBE");
    expect_find(PN_TRIE_EXACT, wide_desk, wide_root, "de\xC5\xBFk");
    expect_find(PN_TRIE_CASE, wide_desk, wide_root, "De\xC5\xBFk");
    expect_find(PN_TRIE_CASE, wide_desk, wide_root, "desk");
    expect_find(PN_TRIE_CASE, wide_desk, wide_root, "des\xE2\x84\xAA");
    expect_find(PN_TRIE_UNKNOWN, 0, wide_root, "s");
    TEST_ASSERT_EQUAL_HEX64(UINT64_MAX, pn_trie_sieve(&trie, wide_root));
}

/* Wherever it is in the key, and whatever its length, a byte outside ASCII is noticed. */
static void test_sieve_wide(void)
{
    for (size_t len = 1; len <= 40; len++) {
        for (size_t wide = 0; wide <= len; wide++) {
            uint8_t *key = malloc(len);
            memset(key, 'k', len);
            if (wide < len) key[wide] = 0xC5;
            TEST_ASSERT_EQUAL(wide < len, pn_trie_sieve_passes(0, pn_slice(key, len)));
            free(key);
        }
    }
}

/* What the sieve holds back is unknown, and it does hold something back. */
static void test_sieve(void)
{
    static const char *const known[] = { "Alpha",       "ALPHA", "alpha",
                                         "beta",        "Beta",  "a_key_of_exactly_24_byte",
                                         "\xE2\x84\xAA" };
    uint64_t root = pn_trie_sieve(&trie, sample_root), beta = pn_trie_sieve(&trie, sample_beta);
    uint8_t longest[PN_TRIE_SPELLED_MAX + 1];
    uint16_t child = 0;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct pn_slice key = pn_slice(known[i], strlen(known[i]));
        TEST_ASSERT_TRUE_MESSAGE(pn_trie_sieve_passes(root, key), known[i]);
    }
    TEST_ASSERT_FALSE(pn_trie_sieve_passes(root, PN_SLICE("alphas")));
    TEST_ASSERT_FALSE(pn_trie_sieve_passes(root, PN_SLICE("")));
    TEST_ASSERT_TRUE(pn_trie_sieve_passes(beta, PN_SLICE("")));
    TEST_ASSERT_FALSE(pn_trie_sieve_passes(pn_trie_sieve(&trie, sample_alpha), PN_SLICE("x")));
    memset(longest, 0xC5, sizeof longest);
    TEST_ASSERT_TRUE(pn_trie_sieve_passes(root, pn_slice(longest, PN_TRIE_SPELLED_MAX)));
    TEST_ASSERT_FALSE(pn_trie_sieve_passes(UINT64_MAX, pn_slice(longest, sizeof longest)));
    TEST_ASSERT_EQUAL(PN_TRIE_UNKNOWN,
                      pn_trie_find(&trie, sample_root, pn_slice(longest, sizeof longest), &child));
}

struct fault {
    const char *why;
    uint8_t node, at, byte;
};

/* One byte of one node each, little-endian fields as in json_trie.h. */
static void test_faults(void)
{
    static const struct fault faults[] = {
        { "key offset beyond the keys", 1, 1, 0x40 },
        { "key offset far beyond", 1, 3, 0xFF },
        { "key longer than any", 1, 4, PN_TRIE_KEY_MAX + 1 },
        { "key beyond the keys", 5, 4, 40 },
        { "unknown flag", 2, 5, 0x80 },
        { "element with a key", 2, 5, PN_TRIE_ELEMENT },
        { "slot out of range", 1, 6, 3 },
        { "slot far out of range", 1, 7, 0x80 },
        { "child out of range", 1, 8, 6 },
        { "child backwards", 2, 8, 1 },
        { "child is itself", 2, 8, 2 },
        { "next out of range", 5, 10, 6 },
        { "next backwards", 5, 10, 4 },
        { "next is itself", 1, 10, 1 },
        { "wrong hash", 2, 12, 0 },
        { "met twice", 1, 8, 2 },
        { "same key twice", 3, 5, 0 },
    };

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        setUp();
        TEST_ASSERT_NOT_EQUAL(faults[i].byte, node(faults[i].node)[faults[i].at]);
        node(faults[i].node)[faults[i].at] = faults[i].byte;
        TEST_ASSERT_FALSE_MESSAGE(pn_trie_check(trie), faults[i].why);
    }
}

static void test_two_elements(void)
{
    node(sample_empty)[5] = PN_TRIE_ELEMENT;
    TEST_ASSERT_FALSE(pn_trie_check(trie));
}

static void test_counts(void)
{
    trie.slot_count = 2;
    TEST_ASSERT_FALSE(pn_trie_check(trie));
    setUp();
    trie.node_count = 5;
    TEST_ASSERT_FALSE(pn_trie_check(trie)); /* a link leads to the sixth */
    setUp();
    trie.keys.len -= 2; /* the last key's last byte; its terminator is not of it */
    TEST_ASSERT_FALSE(pn_trie_check(trie));
    setUp();
    trie.node_count = PN_TRIE_NODES_MAX + 1;
    TEST_ASSERT_FALSE(pn_trie_check(trie));
}

static void set_node(uint8_t *at, struct pn_slice key, uint16_t child, uint16_t next)
{
    memset(at, 0, PN_TRIE_NODE_BYTES);
    at[4] = (uint8_t)key.len;
    pn_store16(at + 6, PN_TRIE_NO_SLOT);
    pn_store16(at + 8, child);
    pn_store16(at + 10, next);
    pn_store32(at + 12, pn_trie_fold_hash(key));
}

/* Siblings whose keys differ in case only would make one of them refuse what the other wants. */
static void test_keys_differ_by_case(void)
{
    uint8_t bytes[3 * PN_TRIE_NODE_BYTES];

    set_node(bytes, PN_SLICE(""), 1, 0);
    set_node(bytes + 16, PN_SLICE("ab"), 0, 2);
    set_node(bytes + 32, PN_SLICE("ac"), 0, 0);
    pn_store32(bytes + 32, 2);
    struct pn_trie two = { bytes, PN_SLICE("abac"), 3, 0 };
    TEST_ASSERT_TRUE(pn_trie_check(two));
    two.keys = PN_SLICE("abAB");
    pn_store32(bytes + 32 + 12, pn_trie_fold_hash(PN_SLICE("AB")));
    TEST_ASSERT_FALSE(pn_trie_check(two));
    two.keys = PN_SLICE("s\xC5\xBF");
    set_node(bytes + 16, PN_SLICE("s"), 0, 2);
    set_node(bytes + 32, PN_SLICE("\xC5\xBF"), 0, 0);
    pn_store32(bytes + 32, 1);
    TEST_ASSERT_FALSE(pn_trie_check(two));
    two.keys = PN_SLICE("t\xC5\xBF");
    set_node(bytes + 16, PN_SLICE("t"), 0, 2);
    TEST_ASSERT_TRUE(pn_trie_check(two));
}

/* A chain of `count` nodes, each the child of the one before. */
static bool chain_good(uint16_t count)
{
    uint8_t bytes[(PN_TRIE_LEVELS_MAX + 1) * PN_TRIE_NODE_BYTES];

    for (uint16_t i = 0; i < count; i++) {
        uint16_t child = i + 1 < count ? (uint16_t)(i + 1) : 0;
        set_node(bytes + i * PN_TRIE_NODE_BYTES, PN_SLICE("a"), child, 0);
    }
    return pn_trie_check((struct pn_trie){ bytes, PN_SLICE("a"), count, 0 });
}

static void test_levels(void)
{
    TEST_ASSERT_TRUE(chain_good(PN_TRIE_LEVELS_MAX));
    TEST_ASSERT_FALSE(chain_good(PN_TRIE_LEVELS_MAX + 1));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_table);
    RUN_TEST(test_find);
    RUN_TEST(test_follow);
    RUN_TEST(test_fold_letters_only);
    RUN_TEST(test_fold_wide);
    RUN_TEST(test_sieve);
    RUN_TEST(test_sieve_wide);
    RUN_TEST(test_faults);
    RUN_TEST(test_two_elements);
    RUN_TEST(test_counts);
    RUN_TEST(test_keys_differ_by_case);
    RUN_TEST(test_levels);
    return UNITY_END();
}
