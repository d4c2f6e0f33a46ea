/* test_json_oracle.c - random texts against yyjson, an independent strict parser.
 *
 * What is accepted here yyjson must accept, with equal values throughout. What yyjson accepts and
 * is refused here must be refused for a reason of ours that the text really gives.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <stdio.h>
#include <yyjson.h>

void setUp(void)
{
}

void tearDown(void)
{
}

/* --- Random texts, the same in every run --- */

struct maker {
    uint64_t state;
    char text[4096];
    size_t len;
};

static uint64_t draw(struct maker *m, uint64_t below)
{
    m->state ^= m->state >> 12;
    m->state ^= m->state << 25;
    m->state ^= m->state >> 27;
    return (m->state * 2685821657736338717u >> 16) % below;
}

static void put(struct maker *m, const char *text)
{
    size_t len = strlen(text);

    if (m->len + len > sizeof m->text) return;
    memcpy(m->text + m->len, text, len);
    m->len += len;
}

static void put_space(struct maker *m)
{
    static const char *const spaces[] = { " ", "\n", "\t", "\r\n", "  " };

    if (draw(m, 4) == 0) put(m, spaces[draw(m, 5)]);
}

static void put_string(struct maker *m)
{
    static const char *const pieces[] = {
        "a",
        "b",
        "A",
        "name",
        "id",
        "a longer piece of plain text",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0061",
        "\\u00e9",
        "\\u20AC",
        "\\ud83d\\ude00",
        "\xC3\xA9",
        "\xE2\x82\xAC",
        "\xF0\x9F\x98\x80",
        "\x7F",
        "\\t\\b\\f\\r",
        "\\u0000",
        "0123456",
    };
    uint64_t count = draw(m, 4);

    put(m, "\"");
    while (count-- > 0) put(m, pieces[draw(m, draw(m, 30) == 0 ? 21 : 19)]);
    put(m, "\"");
}

static void put_number(struct maker *m)
{
    static const char *const known[] = {
        "0",
        "-0",
        "1",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e400",
        "-1e400",
        "1e-400",
        "0.1",
        "123456789012345678901234567890",
        "5e-324",
        "2.2250738585072011e-308",
        "1E5",
        "1e+05",
    };
    char text[64];

    if (draw(m, 3) == 0) {
        put(m, known[draw(m, sizeof known / sizeof known[0])]);
    } else {
        double d = (double)(int64_t)(draw(m, 1000000007) - 500000000);
        d /= (double)(1 + draw(m, 999));
        snprintf(text, sizeof text, draw(m, 2) == 0 ? "%.0f" : "%.17g", d);
        put(m, text);
    }
}

static void put_value(struct maker *m, unsigned depth)
{
    uint64_t kind = draw(m, depth > 5 ? 6 : 9), count = draw(m, 5);

    if (kind < 2) put_string(m);
    else if (kind < 4) put_number(m);
    else if (kind < 6) put(m, draw(m, 3) == 0 ? "null" : draw(m, 2) == 0 ? "true" : "false");
    if (kind < 6) return;
    bool map = kind < 8;
    put(m, map ? "{" : "[");
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0) put(m, ",");
        put_space(m);
        if (map) {
            put_string(m);
            put_space(m);
            put(m, ":");
            put_space(m);
        }
        put_value(m, depth + 1);
        put_space(m);
    }
    put(m, map ? "}" : "]");
}

/* Change, drop or double a few bytes; most often to one that means something in JSON. */
static void mutate(struct maker *m)
{
    static const char marks[] = "\"\\{}[],:0123456789.eE+-truefalsn \n\x80\xC3\xED\xF4";

    for (uint64_t count = 1 + draw(m, 3); count > 0 && m->len > 0; count--) {
        size_t at = draw(m, m->len);
        uint64_t how = draw(m, 4);
        if (how == 0) {
            memmove(m->text + at, m->text + at + 1, --m->len - at);
        } else if (how == 1 && m->len < sizeof m->text) {
            memmove(m->text + at + 1, m->text + at, m->len++ - at);
        } else if (how == 2) {
            m->text[at] = (char)draw(m, 256);
        } else {
            m->text[at] = marks[draw(m, sizeof marks - 1)];
        }
    }
}

/* --- Both readings compared --- */

static struct pn_json_node nodes[2048];

static void same_string(struct pn_value text, yyjson_val *v)
{
    uint8_t bytes[4096];
    size_t len = pn_value_copy_text(&text, bytes, sizeof bytes);

    TEST_ASSERT_EQUAL_size_t(yyjson_get_len(v), len);
    if (len > 0) TEST_ASSERT_EQUAL_MEMORY(yyjson_get_str(v), bytes, len);
}

static void same_number(const struct pn_value *ours, yyjson_val *v)
{
    if (yyjson_is_raw(v)) { /* no 64-bit integer and no finite double */
        TEST_ASSERT_TRUE(ours->type == PN_DOUBLE || ours->type == PN_ERROR);
    } else if (ours->type == PN_INT) {
        TEST_ASSERT_TRUE(yyjson_is_int(v));
        TEST_ASSERT_EQUAL_INT64(yyjson_get_sint(v), ours->as.i);
    } else {
        TEST_ASSERT_EQUAL(PN_DOUBLE, ours->type);
        double want = yyjson_get_num(v);
        TEST_ASSERT_EQUAL_MEMORY(&want, &ours->as.d, sizeof want);
    }
}

static void same_value(const struct pn_value *ours, yyjson_val *v);

static void same_list(const struct pn_value *ours, yyjson_val *v)
{
    const struct pn_json_node *node = pn_json_node_first(nodes, ours);
    yyjson_arr_iter it = yyjson_arr_iter_with(v);

    for (yyjson_val *each; (each = yyjson_arr_iter_next(&it)) != NULL;) {
        TEST_ASSERT_NOT_NULL(node);
        same_value(&node->value, each);
        node = pn_json_node_next(nodes, node);
    }
    TEST_ASSERT_NULL(node);
}

static void same_map(const struct pn_value *ours, yyjson_val *v)
{
    const struct pn_json_node *node = pn_json_node_first(nodes, ours);
    yyjson_obj_iter it = yyjson_obj_iter_with(v);

    for (yyjson_val *key; (key = yyjson_obj_iter_next(&it)) != NULL;) {
        TEST_ASSERT_NOT_NULL(node);
        struct pn_value name = pn_value_string(node->key);
        name.flags = node->key_flags;
        same_string(name, key);
        same_value(&node->value, yyjson_obj_iter_get_val(key));
        struct pn_slice want = pn_slice(yyjson_get_str(key), yyjson_get_len(key));
        TEST_ASSERT_EQUAL_PTR(node, pn_json_node_find(nodes, ours, want));
        node = pn_json_node_next(nodes, node);
    }
    TEST_ASSERT_NULL(node);
}

static void same_value(const struct pn_value *ours, yyjson_val *v)
{
    if (yyjson_is_obj(v)) {
        TEST_ASSERT_EQUAL(PN_MAP, ours->type);
        same_map(ours, v);
    } else if (yyjson_is_arr(v)) {
        TEST_ASSERT_EQUAL(PN_LIST, ours->type);
        same_list(ours, v);
    } else if (yyjson_is_str(v)) {
        TEST_ASSERT_EQUAL(PN_STRING, ours->type);
        same_string(*ours, v);
    } else if (yyjson_is_bool(v)) {
        TEST_ASSERT_EQUAL(PN_BOOL, ours->type);
        TEST_ASSERT_EQUAL(yyjson_get_bool(v), ours->as.b);
    } else if (yyjson_is_null(v)) {
        TEST_ASSERT_EQUAL(PN_NULL, ours->type);
    } else {
        same_number(ours, v);
    }
}

static bool has_nul(yyjson_val *v)
{
    return yyjson_is_str(v) && memchr(yyjson_get_str(v), 0, yyjson_get_len(v)) != NULL;
}

static bool repeats(yyjson_val *map)
{
    yyjson_obj_iter a = yyjson_obj_iter_with(map), b;

    for (yyjson_val *x; (x = yyjson_obj_iter_next(&a)) != NULL;) {
        b = a;
        for (yyjson_val *y; (y = yyjson_obj_iter_next(&b)) != NULL;) {
            if (yyjson_equals(x, y)) return true;
        }
    }
    return false;
}

/* Is there what `reason` says, anywhere in what yyjson read? */
static bool gives_reason(enum pn_reason reason, yyjson_doc *doc)
{
    yyjson_val *v = yyjson_doc_get_root(doc);
    size_t count = yyjson_doc_get_val_count(doc);

    for (size_t i = 0; i < count; i++, v++) { /* values of a document lie in one array */
        if (reason == PN_REASON_JSON_NUL && has_nul(v)) return true;
        if (reason == PN_REASON_JSON_DUPLICATE_KEY && yyjson_is_obj(v) && repeats(v)) return true;
    }
    return false;
}

struct tally {
    unsigned accepted, refused, ours_only;
};

static void compare(struct pn_slice text, struct tally *tally)
{
#define WHOLE_TRIE(NODE) NODE(whole, root, "", PN_TRIE_NODES, 0, 0, 0)
    PN_TRIE_DEFINE(whole, 1, WHOLE_TRIE)
    struct pn_value slot;
    struct pn_json_pick pick = { .wire = whole_trie,
                                 .slots = &slot,
                                 .nodes = nodes,
                                 .node_max = sizeof nodes / sizeof nodes[0],
                                 .base = text.at };
    struct json_outcome got = json_feed(text, text.len / 2, 17, &pick);
    yyjson_doc *doc = yyjson_read((const char *)text.at, text.len, YYJSON_READ_BIGNUM_AS_RAW);

    if (got.step == PN_DONE) {
        TEST_ASSERT_NOT_NULL(doc);
        same_value(&slot, yyjson_doc_get_root(doc));
        tally->accepted++;
    } else if (doc) {
        const char *name = (const char *)pn_reason_name(got.reason).at;
        TEST_ASSERT_TRUE_MESSAGE(gives_reason(got.reason, doc), name);
        tally->ours_only++;
    } else {
        tally->refused++;
    }
    yyjson_doc_free(doc);
}

static void test_random(void)
{
    struct maker m = { .state = 8259 };
    struct tally tally = { 0 };

    for (unsigned i = 0; i < 40000; i++) {
        m.len = 0;
        put_space(&m);
        put_value(&m, 0);
        put_space(&m);
        if (i % 2 == 1) mutate(&m);
        struct pn_slice exact = json_exact(pn_slice(m.text, m.len));
        compare(exact, &tally);
        json_exact_free(exact);
    }
    /* All three ways were taken, or the maker makes nothing worth comparing. */
    TEST_ASSERT_GREATER_THAN(15000, tally.accepted);
    TEST_ASSERT_GREATER_THAN(5000, tally.refused);
    TEST_ASSERT_GREATER_THAN(500, tally.ours_only);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_random);
    return UNITY_END();
}
