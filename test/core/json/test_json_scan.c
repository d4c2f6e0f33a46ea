/* test_json_scan.c - every refusal with its offset, the bounds, and pauses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <stdlib.h>

void setUp(void)
{
    json_keys_of(4096);
}

void tearDown(void)
{
}

struct row {
    struct pn_slice text;
    enum pn_reason reason; /* PN_REASON_NONE: accepted */
    uint64_t offset;       /* of the offence */
};

#define GOOD(text) \
    { \
        PN_SLICE_INIT(text), PN_REASON_NONE, sizeof(text) - 1 \
    }
#define BAD(text, why, at) \
    { \
        PN_SLICE_INIT(text), PN_REASON_JSON_##why, at \
    }

static const struct row rows[] = {
    GOOD(" \t\r\n{ \"a\" : [ 1 , -2.5e+3 , true , false , null , \"\" , { } , [ ] ] } \n"),
    GOOD("{\"a\":{\"a\":{\"a\":1},\"b\":{\"a\":2}},\"b\":[{\"a\":1},{\"a\":2}]}"),
    GOOD("\"\\ud83d\\ude00 \xF0\x9F\x98\x80 \xC2\x80 \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80\""),
    GOOD(
        "\"a string that is longer than two words of eight bytes, \\u00e9\xC3\xA9 and then some\""),

    BAD("", TRUNCATED, 0),
    BAD("  ", TRUNCATED, 2),
    BAD("{\"a\":tru", TRUNCATED, 8),
    BAD("-", TRUNCATED, 1),
    BAD("1.", TRUNCATED, 2),
    BAD("\"\\ud83d", TRUNCATED, 7),

    BAD("[1 2]", SYNTAX, 3),
    BAD("[}", SYNTAX, 1),
    BAD("{\"a\":1]", SYNTAX, 6),
    BAD("{\"a\" 1}", SYNTAX, 5),
    BAD("[trve]", SYNTAX, 3),
    BAD("[nulL]", SYNTAX, 4),
    BAD("[1,]", SYNTAX, 3),
    BAD("[\0]", SYNTAX, 1),
    BAD("{\"a\":{,\"b\":1}}", SYNTAX, 6),
    BAD("{\"a\":[,\"b\":1]}", SYNTAX, 6),
    BAD("{\"a\":,\"b\":1}", SYNTAX, 5),
    BAD("{\"a\":1,,\"b\":1}", SYNTAX, 7),
    BAD("{\"a\":[1,\"b\":1]}", SYNTAX, 11),
    BAD("[\xEF\xBB\xBF]", SYNTAX, 1),

    BAD("{} {}", TRAILING, 3),
    BAD("1 1", TRAILING, 2),
    BAD("null\0", TRAILING, 4),

    BAD("{\"a\":1,\"b\":2, \"a\":3}", DUPLICATE_KEY, 14),
    BAD("{\"a\":1,\"\\u0061\":2}", DUPLICATE_KEY, 7),
    BAD("{\"\\u00e9\":1,\"\xC3\xA9\":2}", DUPLICATE_KEY, 12),
    BAD("{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}", DUPLICATE_KEY, 18),
    BAD("{\"\\/\":1,\"/\":2}", DUPLICATE_KEY, 8),
    BAD("{\"\":1,\"\":2}", DUPLICATE_KEY, 6),
    BAD("[{\"x\":{\"y\":[{\"deep\":1,\"deep\":1}]}}]", DUPLICATE_KEY, 22),
    BAD("{\"a\":{\"b\":1,\"c\":{}},\"d\":1,\"a\":2}", DUPLICATE_KEY, 26),
    BAD("{\"a key of more than eight bytes\":1,\"a key of more than eight\\u0020bytes\":2}",
        DUPLICATE_KEY, 36),
    BAD("{\"exactly8\":1,\"exactly8\":2}", DUPLICATE_KEY, 14),

    BAD("\"\x80\"", UTF8, 1),
    BAD("\"\xC0\x80\"", UTF8, 1),
    BAD("\"\xC1\xBF\"", UTF8, 1),
    BAD("\"\xE0\x9F\xBF\"", UTF8, 2),
    BAD("\"\xED\xA0\x80\"", UTF8, 2),
    BAD("\"\xF0\x8F\xBF\xBF\"", UTF8, 2),
    BAD("\"\xF4\x90\x80\x80\"", UTF8, 2),
    BAD("\"\xF5\x80\x80\x80\"", UTF8, 1),
    BAD("\"\xE2\x82\"", UTF8, 3),
    BAD("\"\xE2\x82\xC0\"", UTF8, 3),
    BAD("\"\xF0\x9F\x98\"", UTF8, 4),
    BAD("{\"\xF0\x9F\x98 \":1}", UTF8, 5),
    BAD("\"good \xE2\x82\xAC and then \xFF\"", UTF8, 19),

    BAD("\"\\ud83d\"", SURROGATE, 7),
    BAD("\"\\ud83dx\"", SURROGATE, 7),
    BAD("\"\\ud83d\\n\"", SURROGATE, 8),
    BAD("\"\\ud83d\\u0041\"", SURROGATE, 12),
    BAD("\"\\ud83d\\ud83d\"", SURROGATE, 12),
    BAD("\"\\ude00\"", SURROGATE, 6),
    BAD("{\"\\ude00\":1}", SURROGATE, 7),

    BAD("\"\\u0000\"", NUL, 6),
    BAD("\"a\0b\"", NUL, 2),
    BAD("{\"a\0\":1}", NUL, 3),
    BAD("{\"a\\u0000b\":1}", NUL, 8),

    BAD("\"\x01\"", CONTROL, 1),
    BAD("\"a line\nbreak\"", CONTROL, 7),
    BAD("{\"\x1F\":1}", CONTROL, 2),

    BAD("\"\\x41\"", ESCAPE, 2),
    BAD("\"\\u12g4\"", ESCAPE, 5),
    BAD("\"\\ud83d\\u12\"", ESCAPE, 11),
    BAD("{\"\\a\":1}", ESCAPE, 3),

    BAD("\xEF\xBB\xBF{}", BOM, 0),
    BAD("\xFE\xFF", BOM, 0),
    BAD("\xFF\xFE", BOM, 0),

    BAD("[01]", NUMBER, 2),
    BAD("[-]", NUMBER, 2),
    BAD("[1.]", NUMBER, 3),
    BAD("[1.5.2]", NUMBER, 4),
    BAD("[1e]", NUMBER, 3),
    BAD("[1e+]", NUMBER, 4),
    BAD("[1e5.0]", NUMBER, 4),
    BAD("[-a]", NUMBER, 2),
    BAD("[1-2]", NUMBER, 2),
    BAD("01", NUMBER, 1),
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text = (const char *)rows[i].text.at;
        struct json_outcome got = json_feed_all(rows[i].text);
        enum pn_step want = rows[i].reason == PN_REASON_NONE ? PN_DONE : PN_REFUSED;
        TEST_ASSERT_EQUAL_STRING_MESSAGE(pn_reason_name(rows[i].reason).at,
                                         pn_reason_name(got.reason).at, text);
        TEST_ASSERT_EQUAL_INT_MESSAGE(want, got.step, text);
        TEST_ASSERT_EQUAL_UINT64_MESSAGE(rows[i].offset, got.offset, text);
    }
}

/* Every byte after every prefix that a machine of strings can be in. */
static void test_every_byte_in_strings(void)
{
    static const char *const prefixes[] = { "\"",        "\"\\",        "\"\\u",  "\"\\u00",
                                            "\"\\ud83d", "\"\\ud83d\\", "\"\xC3", "\"\xE0",
                                            "\"\xED",    "\"\xF4" };

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        for (unsigned ch = 0; ch < 256; ch++) {
            uint8_t text[16];
            size_t len = strlen(prefixes[i]);
            memcpy(text, prefixes[i], len);
            text[len++] = (uint8_t)ch;
            struct json_outcome got = json_feed_all(pn_slice(text, len));
            if (got.step == PN_DONE) TEST_ASSERT_EQUAL('"', ch);
            if (got.step == PN_DONE || got.reason == PN_REASON_JSON_TRUNCATED) continue;
            TEST_ASSERT_EQUAL_UINT64(len - 1, got.offset);
        }
    }
}

static enum pn_step scan_with(struct pn_json_scan *scan, const char *text,
                              struct pn_json_keys *keys, const struct pn_json_limits *limits)
{
    pn_json_scan_begin(scan, keys, limits);
    return pn_json_scan_step(scan, pn_slice(text, strlen(text)), PN_JSON_LAST, NULL);
}

static void test_depth(void)
{
    struct pn_json_limits limits = { .depth_max = 3 };
    struct pn_json_scan scan;
    char text[2 * PN_JSON_DEPTH_CEILING + 3];

    TEST_ASSERT_EQUAL(PN_DONE, scan_with(&scan, "[[{}],{},[[]]]", json_keys(), &limits));
    TEST_ASSERT_EQUAL(PN_REFUSED, scan_with(&scan, "[[{\"a\":[]}]]", json_keys(), &limits));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_DEPTH, scan.reason);
    TEST_ASSERT_EQUAL_UINT64(7, scan.offset);

    limits.depth_max = PN_JSON_DEPTH_CEILING;
    memset(text, '[', PN_JSON_DEPTH_CEILING + 1);
    memset(text + PN_JSON_DEPTH_CEILING, ']', PN_JSON_DEPTH_CEILING);
    text[2 * PN_JSON_DEPTH_CEILING] = 0;
    TEST_ASSERT_EQUAL(PN_DONE, scan_with(&scan, text, json_keys(), &limits));
    text[PN_JSON_DEPTH_CEILING] = '{';
    TEST_ASSERT_EQUAL(PN_REFUSED, scan_with(&scan, text, json_keys(), &limits));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_DEPTH, scan.reason);
}

/* Maps and lists are told apart at every depth. */
static void test_nesting_kinds(void)
{
    struct pn_json_scan scan;
    const char *good = "[{\"a\":[[{\"b\":[{\"c\":{\"d\":[[{}]]}}]}]]}]";
    const char *bad = "[{\"a\":[[{\"b\":[{\"c\":{\"d\":[[{}]]}}}]}]]}]";

    TEST_ASSERT_EQUAL(PN_DONE, scan_with(&scan, good, json_keys(), NULL));
    TEST_ASSERT_EQUAL(PN_REFUSED, scan_with(&scan, bad, json_keys(), NULL));
    TEST_ASSERT_EQUAL_UINT64(32, scan.offset);
}

static void test_keys_full(void)
{
    struct pn_json_scan scan;
    struct pn_json_keys *keys = json_keys_of(4);

    /* Each open object takes one place, each of its keys another. */
    TEST_ASSERT_EQUAL(PN_DONE, scan_with(&scan, "{\"a\":1,\"b\":2,\"c\":3}", keys, NULL));
    TEST_ASSERT_EQUAL(PN_DONE, scan_with(&scan, "{\"a\":{\"b\":2},\"c\":{}}", keys, NULL));
    TEST_ASSERT_EQUAL(PN_REFUSED,
                      scan_with(&scan, "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", keys, NULL));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_KEYS_FULL, scan.reason);
    TEST_ASSERT_EQUAL_UINT64(19, scan.offset);
    TEST_ASSERT_EQUAL(PN_REFUSED, scan_with(&scan, "{\"a\":{\"b\":{}}}", keys, NULL));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_KEYS_FULL, scan.reason);
    TEST_ASSERT_EQUAL_UINT64(10, scan.offset);
    TEST_ASSERT_EQUAL(PN_DONE, scan_with(&scan, "{\"a\":1}", keys, NULL));
}

static void test_refused_stays(void)
{
    struct pn_json_scan scan;

    TEST_ASSERT_EQUAL(PN_REFUSED, scan_with(&scan, "{]", json_keys(), NULL));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_json_scan_step(&scan, PN_SLICE("{}"), PN_JSON_LAST, NULL));
    TEST_ASSERT_EQUAL(PN_REASON_JSON_SYNTAX, scan.reason);
    TEST_ASSERT_EQUAL_UINT64(1, scan.offset);
}

/* A text may go on after its value ended, with white space only. */
static void test_more_after_end(void)
{
    struct pn_json_scan scan;

    pn_json_scan_begin(&scan, json_keys(), NULL);
    TEST_ASSERT_EQUAL(PN_MORE, pn_json_scan_step(&scan, PN_SLICE("{}"), PN_JSON_MORE, NULL));
    TEST_ASSERT_EQUAL(PN_MORE, pn_json_scan_step(&scan, PN_SLICE(" \n"), PN_JSON_MORE, NULL));
    TEST_ASSERT_EQUAL(PN_DONE, pn_json_scan_step(&scan, PN_SLICE(""), PN_JSON_LAST, NULL));
    TEST_ASSERT_EQUAL_UINT64(4, scan.offset);
}

/* --- Pauses --- */

enum { SLOT_NAME, SLOT_N, SLOTS };

#define LIST_TRIE(NODE) \
    NODE(list, root, "", 0, PN_TRIE_NO_SLOT, list_n, 0) \
    NODE(list, n, "n", PN_TRIE_PAUSE_BEGIN | PN_TRIE_PAUSE_END, SLOT_N, 0, list_tools) \
    NODE(list, tools, "tools", 0, PN_TRIE_NO_SLOT, list_tool, 0) \
    NODE(list, tool, "", PN_TRIE_ELEMENT | PN_TRIE_PAUSE_BEGIN | PN_TRIE_PAUSE_END, \
         PN_TRIE_NO_SLOT, list_name, 0) \
    NODE(list, name, "name", 0, SLOT_NAME, 0, 0)
PN_TRIE_DEFINE(list, SLOTS, LIST_TRIE)

struct pause_row {
    uint64_t offset;
    uint16_t node;
    uint16_t slot;
    enum pn_json_edge edge;
};

static const char pause_text[] = "{\"tools\": [ {\"name\":\"a\"}, 7 ,[]], \"n\": 12 }";
static const struct pause_row pause_rows[] = {
    { 12, list_tool, PN_TRIE_NO_SLOT, PN_JSON_VALUE_BEGIN },
    { 24, list_tool, PN_TRIE_NO_SLOT, PN_JSON_VALUE_END },
    { 26, list_tool, PN_TRIE_NO_SLOT, PN_JSON_VALUE_BEGIN },
    { 27, list_tool, PN_TRIE_NO_SLOT, PN_JSON_VALUE_END },
    { 29, list_tool, PN_TRIE_NO_SLOT, PN_JSON_VALUE_BEGIN },
    { 31, list_tool, PN_TRIE_NO_SLOT, PN_JSON_VALUE_END },
    { 39, list_n, SLOT_N, PN_JSON_VALUE_BEGIN },
    { 41, list_n, SLOT_N, PN_JSON_VALUE_END },
};

/* Chunks of `first`, then `each` bytes; without a base they come from blocks of their own. */
static void pauses_at(size_t first, size_t each, const uint8_t *base)
{
    struct pn_value slots[SLOTS];
    struct pn_json_span spans[SLOTS];
    struct pn_json_pick pick = { .wire = list_trie, .slots = slots, .spans = spans, .base = base };
    struct pn_slice text = pn_slice(base ? (const char *)base : pause_text, sizeof pause_text - 1);
    struct pn_json_scan scan;
    enum pn_step step = PN_MORE;
    size_t seen = 0, len = first;

    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, json_keys(), NULL);
    while (step == PN_MORE) {
        enum pn_json_input input = len >= text.len ? PN_JSON_LAST : PN_JSON_MORE;
        struct pn_slice chunk = pn_slice_head(text, len < text.len ? len : text.len);
        text = pn_slice_from(text, chunk.len);
        struct pn_slice lent = base ? chunk : json_exact(chunk), rest = lent;
        while ((step = pn_json_scan_step(&scan, rest, input, &pick)) == PN_WAIT) {
            TEST_ASSERT_LESS_THAN_size_t(sizeof pause_rows / sizeof pause_rows[0], seen);
            TEST_ASSERT_EQUAL_UINT64(pause_rows[seen].offset, scan.pause.offset);
            TEST_ASSERT_EQUAL_UINT64(pause_rows[seen].offset, scan.offset);
            TEST_ASSERT_EQUAL(pause_rows[seen].node, scan.pause.node);
            TEST_ASSERT_EQUAL(pause_rows[seen].slot, scan.pause.slot);
            TEST_ASSERT_EQUAL(pause_rows[seen].edge, scan.pause.edge);
            seen++;
            rest = pn_slice_from(rest, scan.consumed);
            if (seen != 2 || !base) continue;
            TEST_ASSERT_TRUE(pn_value_is_text(&slots[SLOT_NAME], PN_SLICE("a")));
        }
        if (!base) json_exact_free(lent);
        len = each;
    }
    TEST_ASSERT_EQUAL(PN_DONE, step);
    TEST_ASSERT_EQUAL_size_t(sizeof pause_rows / sizeof pause_rows[0], seen);
    TEST_ASSERT_EQUAL_UINT32(39, spans[SLOT_N].begin);
    TEST_ASSERT_EQUAL_UINT32(41, spans[SLOT_N].end);
    TEST_ASSERT_EQUAL(base ? PN_INT : PN_ABSENT, slots[SLOT_N].type);
}

static void test_pauses(void)
{
    const uint8_t *base = (const uint8_t *)pause_text;

    for (size_t cut = 0; cut <= sizeof pause_text; cut++) {
        pauses_at(cut, sizeof pause_text, base);
        pauses_at(cut, sizeof pause_text, NULL);
    }
    pauses_at(1, 1, base);
    pauses_at(1, 1, NULL);
}

/* A lone number ends with the text, and pauses there; then the empty rest is the end. */
static void test_pause_at_end(void)
{
#define LONE_TRIE(NODE) NODE(lone, root, "", PN_TRIE_PAUSE_END, 0, 0, 0)
    PN_TRIE_DEFINE(lone, 1, LONE_TRIE)
    struct pn_value slot;
    const uint8_t text[2] = { '1', '2' };
    struct pn_json_pick pick = { .wire = lone_trie, .slots = &slot, .base = text };
    struct pn_json_scan scan;

    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, json_keys(), NULL);
    TEST_ASSERT_EQUAL(PN_WAIT, pn_json_scan_step(&scan, pn_slice(text, 2), PN_JSON_LAST, &pick));
    TEST_ASSERT_EQUAL_UINT64(2, scan.pause.offset);
    TEST_ASSERT_EQUAL_size_t(2, scan.consumed);
    TEST_ASSERT_EQUAL_INT64(12, slot.as.i);
    TEST_ASSERT_EQUAL(PN_DONE, pn_json_scan_step(&scan, pn_slice(NULL, 0), PN_JSON_LAST, &pick));
}

/* What is no value is refused, not paused at. */
static void test_no_pause_before_nothing(void)
{
    struct pn_json_pick pick = { .wire = list_trie, .slots = (struct pn_value[SLOTS]){ { 0 } } };
    struct pn_json_scan scan;

    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, json_keys(), NULL);
    struct pn_slice text = PN_SLICE("{\"n\":}");
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_json_scan_step(&scan, text, PN_JSON_LAST, &pick));
    TEST_ASSERT_EQUAL_UINT64(5, scan.offset);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, json_keys(), NULL);
    text = PN_SLICE("{\"tools\":[]}");
    TEST_ASSERT_EQUAL(PN_DONE, pn_json_scan_step(&scan, text, PN_JSON_LAST, &pick));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_every_byte_in_strings);
    RUN_TEST(test_depth);
    RUN_TEST(test_nesting_kinds);
    RUN_TEST(test_keys_full);
    RUN_TEST(test_refused_stays);
    RUN_TEST(test_more_after_end);
    RUN_TEST(test_pauses);
    RUN_TEST(test_pause_at_end);
    RUN_TEST(test_no_pause_before_nothing);
    return UNITY_END();
}
