/* test_json_pick.c - what is picked of a text, in slots, spans and nodes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/bytes.h"
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <stdlib.h>

enum { S_METHOD, S_ID, S_NAME, S_ARGS, S_KIND, S_LIST, S_BIG, WIRE_SLOTS };
enum { G_ROOT, G_AMOUNT, G_LOOSE, G_ITEMS, G_SKU, G_TAGS, G_BARE, G_MAP, G_EMPTY, GRAFT_SLOTS };

#define WIRE_TRIE(NODE) \
    NODE(wire, root, "", 0, PN_TRIE_NO_SLOT, wire_method, 0) \
    NODE(wire, method, "method", 0, S_METHOD, 0, wire_id) \
    NODE(wire, id, "id", PN_TRIE_RAW, S_ID, 0, wire_params) \
    NODE(wire, params, "params", 0, PN_TRIE_NO_SLOT, wire_name, wire_list) \
    NODE(wire, name, "name", 0, S_NAME, 0, wire_args) \
    NODE(wire, args, "arguments", PN_TRIE_GRAFT, S_ARGS, 0, 0) \
    NODE(wire, list, "list", PN_TRIE_RAW, S_LIST, wire_element, wire_big) \
    NODE(wire, element, "", PN_TRIE_ELEMENT, PN_TRIE_NO_SLOT, wire_kind, 0) \
    NODE(wire, kind, "kind", 0, S_KIND, 0, 0) \
    NODE(wire, big, "big", PN_TRIE_NODES, S_BIG, 0, 0)
PN_TRIE_DEFINE(wire, WIRE_SLOTS, WIRE_TRIE)

#define RULE_TRIE(NODE) \
    NODE(rule, root, "", 0, PN_TRIE_NO_SLOT, rule_args, 0) \
    NODE(rule, args, "arguments", PN_TRIE_RAW, G_ROOT, rule_amount, 0) \
    NODE(rule, amount, "amount", PN_TRIE_COMPARED, G_AMOUNT, 0, rule_loose) \
    NODE(rule, loose, "loose", 0, G_LOOSE, 0, rule_items) \
    NODE(rule, items, "items", PN_TRIE_NODES | PN_TRIE_COMPARED, G_ITEMS, rule_item, rule_map) \
    NODE(rule, item, "", PN_TRIE_ELEMENT, PN_TRIE_NO_SLOT, rule_sku, 0) \
    NODE(rule, sku, "sku", 0, G_SKU, 0, rule_tags) \
    NODE(rule, tags, "tags", PN_TRIE_RAW, G_TAGS, 0, rule_bare) \
    NODE(rule, bare, "bare", 0, G_BARE, 0, 0) \
    NODE(rule, map, "map", PN_TRIE_NODES, G_MAP, 0, rule_empty) \
    NODE(rule, empty, "", 0, G_EMPTY, 0, 0)
PN_TRIE_DEFINE(rule, GRAFT_SLOTS, RULE_TRIE)

static struct pn_value slots[WIRE_SLOTS], graft_slots[GRAFT_SLOTS];
static struct pn_json_span spans[WIRE_SLOTS];
static struct pn_json_node nodes[64];
static struct pn_json_pick pick;
static struct pn_slice text;

void setUp(void)
{
    json_keys_of(4096);
    memset(graft_slots, 0, sizeof graft_slots);
    pick = (struct pn_json_pick){ .wire = wire_trie,
                                  .slots = slots,
                                  .spans = spans,
                                  .graft = rule_trie,
                                  .graft_slots = graft_slots,
                                  .graft_root = rule_args,
                                  .nodes = nodes,
                                  .node_max = 64 };
}

void tearDown(void)
{
    json_exact_free(text);
    text = pn_slice(NULL, 0);
}

static struct json_outcome scan(const char *json)
{
    json_exact_free(text);
    text = json_exact(pn_slice(json, strlen(json)));
    pick.base = text.at;
    pick.node_count = 0;
    return json_feed(text, text.len, 1, &pick);
}

static void expect_text(const char *want, struct pn_slice got)
{
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(want), got.len, want);
    if (got.len > 0) TEST_ASSERT_EQUAL_MEMORY_MESSAGE(want, got.at, got.len, want);
}

static void expect_value(enum pn_type type, const char *want, const struct pn_value *v)
{
    TEST_ASSERT_EQUAL_INT_MESSAGE(type, v->type, want);
    expect_text(want, pn_value_text(v));
}

static void expect_span(const char *want, unsigned slot)
{
    expect_text(want, pn_slice(text.at + spans[slot].begin, spans[slot].end - spans[slot].begin));
}

static const char call[] =
    "{\"jsonrpc\":\"2.0\",\"id\":  42 ,\"method\" : \"tools/call\",\"params\":{\"name\":\"a\\u0062c\","
    "\"arguments\":{\"amount\":12.5,\"loose\":true,\"other\":{\"amount\":1},\"\":null,"
    "\"items\":[{\"sku\":\"x\"},{\"sku\":\"y\",\"n\":3}],\"map\":{}}}}";

static void test_call(void)
{
    TEST_ASSERT_EQUAL(PN_DONE, scan(call).step);
    expect_value(PN_STRING, "tools/call", &slots[S_METHOD]);
    TEST_ASSERT_EQUAL(0, slots[S_METHOD].flags);
    TEST_ASSERT_EQUAL(PN_INT, slots[S_ID].type);
    TEST_ASSERT_EQUAL_INT64(42, slots[S_ID].as.i);
    expect_value(PN_STRING, "a\\u0062c", &slots[S_NAME]);
    TEST_ASSERT_EQUAL(PN_VALUE_ESCAPED, slots[S_NAME].flags);
    TEST_ASSERT_TRUE(pn_value_is_text(&slots[S_NAME], PN_SLICE("abc")));
    TEST_ASSERT_EQUAL(PN_MAP, slots[S_ARGS].type);
    TEST_ASSERT_NULL(slots[S_ARGS].as.text); /* not RAW */
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_KIND].type);
    TEST_ASSERT_EQUAL(PN_DOUBLE, graft_slots[G_AMOUNT].type);
    TEST_ASSERT_EQUAL_DOUBLE(12.5, graft_slots[G_AMOUNT].as.d);
    TEST_ASSERT_EQUAL(PN_BOOL, graft_slots[G_LOOSE].type);
    TEST_ASSERT_TRUE(graft_slots[G_LOOSE].as.b);
    TEST_ASSERT_EQUAL(PN_NULL, graft_slots[G_EMPTY].type);
    expect_value(PN_STRING, "y", &graft_slots[G_SKU]); /* the last one's */
    expect_value(PN_MAP, "{}", &graft_slots[G_MAP]);
    TEST_ASSERT_EQUAL('{', graft_slots[G_ROOT].as.text[0]);
    struct pn_slice arguments = pn_value_text(&graft_slots[G_ROOT]);
    TEST_ASSERT_EQUAL_PTR(text.at + text.len - 2, arguments.at + arguments.len);
}

static void test_spans(void)
{
    TEST_ASSERT_EQUAL(PN_DONE, scan(call).step);
    expect_span("42", S_ID);
    expect_span("\"tools/call\"", S_METHOD);
    expect_span("\"a\\u0062c\"", S_NAME);
    TEST_ASSERT_EQUAL_UINT32(0, spans[S_KIND].end);
    TEST_ASSERT_EQUAL('{', text.at[spans[S_ARGS].begin]);
    TEST_ASSERT_EQUAL('}', text.at[spans[S_ARGS].end - 1]);
}

/* The same pick however the text is cut, and spans alone where the text is not kept. */
static void test_cuts(void)
{
    struct pn_value want[WIRE_SLOTS], want_graft[GRAFT_SLOTS];
    struct pn_json_span want_spans[WIRE_SLOTS];
    struct pn_json_node want_nodes[64];

    memset(nodes, 0, sizeof nodes);
    TEST_ASSERT_EQUAL(PN_DONE, scan(call).step);
    memcpy(want, slots, sizeof want);
    memcpy(want_graft, graft_slots, sizeof want_graft);
    memcpy(want_spans, spans, sizeof want_spans);
    memcpy(want_nodes, nodes, sizeof want_nodes);
    for (size_t cut = 0; cut <= text.len; cut++) {
        memset(graft_slots, 0, sizeof graft_slots);
        memset(nodes, 0, sizeof nodes);
        pick.node_count = 0;
        TEST_ASSERT_EQUAL(PN_DONE, json_feed(text, cut, cut % 3 + 1, &pick).step);
        TEST_ASSERT_EQUAL_MEMORY(want, slots, sizeof want);
        TEST_ASSERT_EQUAL_MEMORY(want_graft, graft_slots, sizeof want_graft);
        TEST_ASSERT_EQUAL_MEMORY(want_spans, spans, sizeof want_spans);
        TEST_ASSERT_EQUAL_MEMORY(want_nodes, nodes, sizeof want_nodes);
    }
    pick.base = NULL;
    memset(graft_slots, 0, sizeof graft_slots);
    TEST_ASSERT_EQUAL(PN_DONE, json_feed(text, 7, 11, &pick).step);
    TEST_ASSERT_EQUAL_MEMORY(want_spans, spans, sizeof want_spans);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_METHOD].type);
    TEST_ASSERT_EQUAL(PN_ABSENT, graft_slots[G_AMOUNT].type);
}

static const struct pn_json_node *find(const struct pn_value *of, const char *key)
{
    return pn_json_node_find(nodes, of, pn_slice(key, strlen(key)));
}

static void test_nodes(void)
{
    const struct pn_json_node *node;

    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"big\": { \"a\" :[1,[],{\"x\":-1.5}], \"b\\u0063\":\"s\", "
                                    "\"empty\":{}, \"last\":18446744073709551615 } }")
                                   .step);
    expect_text("{ \"a\" :[1,[],{\"x\":-1.5}], \"b\\u0063\":\"s\", \"empty\":{}, "
                "\"last\":18446744073709551615 }",
                pn_value_text(&slots[S_BIG]));
    TEST_ASSERT_EQUAL(4, pn_json_node_entries(nodes, &slots[S_BIG]));
    TEST_ASSERT_EQUAL(9, pick.node_count);

    node = pn_json_node_first(nodes, &slots[S_BIG]);
    expect_text("a", node->key);
    expect_text("[1,[],{\"x\":-1.5}]", pn_value_text(&node->value));
    TEST_ASSERT_EQUAL(3, pn_json_node_entries(nodes, &node->value));
    TEST_ASSERT_NULL(find(&node->value, "x")); /* a list has no keys */

    node = pn_json_node_first(nodes, &node->value);
    TEST_ASSERT_EQUAL_INT64(1, node->value.as.i);
    TEST_ASSERT_EQUAL_size_t(0, node->key.len);
    node = pn_json_node_next(nodes, node);
    expect_value(PN_LIST, "[]", &node->value);
    TEST_ASSERT_NULL(pn_json_node_first(nodes, &node->value));
    node = pn_json_node_next(nodes, node);
    TEST_ASSERT_EQUAL_DOUBLE(-1.5, find(&node->value, "x")->value.as.d);
    TEST_ASSERT_NULL(pn_json_node_next(nodes, node));

    expect_value(PN_STRING, "s", &find(&slots[S_BIG], "bc")->value);
    TEST_ASSERT_NULL(find(&slots[S_BIG], "b"));
    TEST_ASSERT_NULL(find(&slots[S_BIG], "x"));
    expect_value(PN_MAP, "{}", &find(&slots[S_BIG], "empty")->value);
    node = find(&slots[S_BIG], "last"); /* not COMPARED: the nearest double */
    TEST_ASSERT_EQUAL_DOUBLE(18446744073709551616.0, node->value.as.d);
    TEST_ASSERT_NULL(pn_json_node_next(nodes, node));
}

static void test_scalar_where_nodes_are_wanted(void)
{
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"big\":\"x\"}").step);
    expect_value(PN_STRING, "x", &slots[S_BIG]);
    TEST_ASSERT_NULL(pn_json_node_first(nodes, &slots[S_BIG]));
    TEST_ASSERT_EQUAL(0, pick.node_count);
}

/* Two texts can share the nodes. */
static void test_nodes_append(void)
{
    struct pn_value first;

    scan("{\"big\":[1,2]}");
    first = slots[S_BIG];
    TEST_ASSERT_EQUAL(PN_DONE, json_feed(text, 3, 3, &pick).step);
    TEST_ASSERT_EQUAL(6, pick.node_count);
    TEST_ASSERT_EQUAL(4, slots[S_BIG].node);
    TEST_ASSERT_EQUAL_INT64(1, pn_json_node_first(nodes, &slots[S_BIG])->value.as.i);
    TEST_ASSERT_EQUAL_INT64(1, pn_json_node_first(nodes, &first)->value.as.i);
}

/* What is read for its text only never shows a part of its entries. */
static void test_raw_among_nodes(void)
{
    static const char json[] = "{\"params\":{\"arguments\":{\"items\":[{\"tags\":[1,[2],3],"
                               "\"bare\":[4]}]}}}";

    for (uint16_t max = 0; max <= 10; max++) {
        pick.node_max = max;
        TEST_ASSERT_EQUAL(PN_DONE, scan(json).step);
        expect_value(PN_LIST, "[1,[2],3]", &graft_slots[G_TAGS]);
        bool walkable = pn_json_node_first(nodes, &graft_slots[G_TAGS]) != NULL;
        TEST_ASSERT_EQUAL(max >= 7, walkable);
        TEST_ASSERT_EQUAL(PN_LIST, graft_slots[G_BARE].type);
        TEST_ASSERT_NULL(graft_slots[G_BARE].as.text);
        TEST_ASSERT_NULL(pn_json_node_first(nodes, &graft_slots[G_BARE]));
    }
}

/* Elements have no key, whatever keys came before them, and neither has what is recorded itself. */
static void test_nodes_without_key(void)
{
    const struct pn_json_node *node;

    TEST_ASSERT_EQUAL(PN_DONE,
                      scan("{\"params\":{\"arguments\":{\"map\":{\"k\":[{\"x\":1},2],\"z\":9},"
                           "\"items\":[{\"y\":3},[]]}}}")
                          .step);
    node = pn_json_node_first(nodes, &find(&graft_slots[G_MAP], "k")->value);
    TEST_ASSERT_EQUAL_size_t(0, pn_json_node_next(nodes, node)->key.len);
    node = pn_json_node_first(nodes, &graft_slots[G_ITEMS]);
    TEST_ASSERT_EQUAL_size_t(0, pn_json_node_next(nodes, node)->key.len);
    TEST_ASSERT_EQUAL_size_t(0, nodes[graft_slots[G_ITEMS].node - 1].key.len);
    TEST_ASSERT_EQUAL_size_t(0, nodes[graft_slots[G_MAP].node - 1].key.len);
}

/* With each smaller table, what has room is whole and what has not is an error, never a part. */
static void test_nodes_overflow(void)
{
    static const char json[] = "{\"params\":{\"arguments\":{\"map\":{\"a\":1,\"b\":{\"c\":[2,3]}},"
                               "\"items\":[{\"sku\":\"x\"},{\"sku\":\"y\"}],\"amount\":7}}}";

    for (uint16_t max = 0; max <= 12; max++) {
        pick.node_max = max;
        TEST_ASSERT_EQUAL(PN_DONE, scan(json).step);
        TEST_ASSERT_EQUAL(max >= 6 ? PN_MAP : PN_ERROR, graft_slots[G_MAP].type);
        TEST_ASSERT_EQUAL(max >= 11 ? PN_LIST : PN_ERROR, graft_slots[G_ITEMS].type);
        if (max >= 6) TEST_ASSERT_EQUAL_INT64(1, find(&graft_slots[G_MAP], "a")->value.as.i);
        TEST_ASSERT_EQUAL_INT64(7, graft_slots[G_AMOUNT].as.i);
        expect_value(PN_STRING, "y", &graft_slots[G_SKU]);
        TEST_ASSERT_LESS_OR_EQUAL_UINT16(max, pick.node_count);
    }
}

struct number_row {
    const char *text;
    enum pn_type compared, loose;
};

static void test_numbers(void)
{
    static const struct number_row rows[] = {
        { "9223372036854775807", PN_INT, PN_INT },
        { "9223372036854775808", PN_ERROR, PN_DOUBLE },
        { "-9223372036854775808", PN_INT, PN_INT },
        { "-9223372036854775809", PN_ERROR, PN_DOUBLE },
        { "1e400", PN_ERROR, PN_ERROR },
        { "-1e400", PN_ERROR, PN_ERROR },
        { "1e-400", PN_DOUBLE, PN_DOUBLE },
        { "1.0", PN_DOUBLE, PN_DOUBLE },
        { "9223372036854775808.0", PN_DOUBLE, PN_DOUBLE },
        { "-0", PN_INT, PN_INT },
    };
    char json[200];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        strcpy(json, "{\"params\":{\"arguments\":{\"amount\":");
        strcat(strcat(strcat(json, rows[i].text), ",\"loose\":"), rows[i].text);
        strcat(strcat(strcat(json, ",\"items\":["), rows[i].text), "],\"map\":{\"x\":");
        strcat(strcat(json, rows[i].text), "}}}}");
        TEST_ASSERT_EQUAL(PN_DONE, scan(json).step);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].compared, graft_slots[G_AMOUNT].type, rows[i].text);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].loose, graft_slots[G_LOOSE].type, rows[i].text);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].compared,
                                  pn_json_node_first(nodes, &graft_slots[G_ITEMS])->value.type,
                                  rows[i].text);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].loose, find(&graft_slots[G_MAP], "x")->value.type,
                                  rows[i].text);
    }
}

struct case_row {
    const char *text;
    bool refused;
    uint64_t offset;
};

static void expect_key_case(const struct case_row *row)
{
    struct json_outcome got = scan(row->text);

    for (size_t cut = 0; cut <= text.len; cut++) {
        TEST_ASSERT_EQUAL_MESSAGE(row->refused ? PN_REFUSED : PN_DONE, got.step, row->text);
        if (row->refused) {
            TEST_ASSERT_EQUAL_MESSAGE(PN_REASON_JSON_KEY_CASE, got.reason, row->text);
            TEST_ASSERT_EQUAL_UINT64_MESSAGE(row->offset, got.offset, row->text);
        }
        pick.node_count = 0;
        got = json_feed(text, cut, cut % 2 == 0 ? 1 : text.len, &pick);
    }
}

/* A wanted key of 63 bytes, each spelled in three, raw and in six as an escape. */
static void test_key_case_longest(void)
{
    uint8_t node[2 * PN_TRIE_NODE_BYTES] = { [6] = 0xFF, [7] = 0xFF, [8] = 1 };
    uint8_t *child = node + PN_TRIE_NODE_BYTES;
    uint8_t key[PN_TRIE_KEY_MAX];
    static const char *const spellings[] = { "\xE2\x84\xAA", "\\u212a", "\\u004b" };

    memset(key, 'k', sizeof key);
    pn_store32(node + 12, pn_trie_fold_hash(pn_slice(NULL, 0)));
    child[4] = sizeof key;
    pn_store32(child + 12, pn_trie_fold_hash(pn_slice(key, sizeof key)));
    pick.wire = (struct pn_trie){ node, { key, sizeof key }, 2, 1 };
    TEST_ASSERT_TRUE(pn_trie_check(pick.wire));
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        for (size_t extra = 0; extra < 2; extra++) {
            char json[512] = "{\"";
            for (size_t k = 0; k < sizeof key + extra; k++) strcat(json, spellings[i]);
            strcat(json, "\":1}");
            expect_key_case(&(struct case_row){ json, extra == 0, 1 });
        }
    }
}

static void test_key_case(void)
{
    static const struct case_row rows[] = {
        { "{\"Method\":\"x\"}", true, 1 },
        { "{\"method\":\"x\",\"METHOD\":\"y\"}", true, 14 },
        { "{\"\\u004dethod\":\"x\"}", true, 1 },
        { "{\"\\u006dethod\":\"x\"}", false, 0 },
        { "{\"params\":{\"NAME\":\"self.reboot\",\"name\":\"self.get_status\"}}", true, 11 },
        { "{\"params\":{\"arguments\":{\"Amount\":1}}}", true, 24 },
        { "{\"params\":{\"arguments\":{\"other\":{\"Amount\":1,\"METHOD\":2}}}}", false, 0 },
        { "{\"list\":[{\"Kind\":1}]}", true, 10 },
        { "{\"other\":{\"Method\":1},\"methods\":1,\"METHO\":2}", false, 0 },
        { "{\"param\xC5\xBF\":{\"name\":1}}", true, 1 },
        { "{\"params\":{},\"PARAM\xC5\xBF\":{}}", true, 13 },
        { "{\"param\\u017f\":{\"name\":1}}", true, 1 },
        { "{\"param\\u017F\":{\"name\":1}}", true, 1 },
        { "{\"li\xC5\xBFt\":[]}", true, 1 },
        { "{\"list\":[{\"\xE2\x84\xAAind\":1}]}", true, 10 },
        { "{\"list\":[{\"a\":1,\"kind\":1,\"\\u212aIND\":1}]}", true, 25 },
        { "{\"params\":{\"arguments\":{\"items\":[],\"item\xC5\xBF\":[]}}}", true, 35 },
        { "{\"params\":{\"arguments\":{\"item\\u017f\":[]}}}", true, 24 },
        { "{\"params\":{\"arguments\":{\"items\":[{\"\xC5\xBF\xE2\x84\xAAu\":1}]}}}", true, 34 },
        { "{\"params\":{\"argument\xC5\xBF\":{}}}", true, 11 },
        { "{\"other\":{\"param\xC5\xBF\":1},\"param\xC5\xBE\":1,\"para\xC5\xBF\":1}", false, 0 },
        { "{\"METHOD-and-some-more-letters-so-that-it-is-longer-than-any-key-of-a-trie\":1}", false,
          0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) expect_key_case(&rows[i]);
}

/* A wanted key is found however it is spelled. */
static void test_escaped_keys(void)
{
    static const char json[] = "{\"\\u006d\\u0065thod\":\"x\",\"list\":[{\"k\\u0069nd\":5}]}";

    TEST_ASSERT_EQUAL(PN_DONE, scan(json).step);
    expect_value(PN_STRING, "x", &slots[S_METHOD]);
    TEST_ASSERT_EQUAL_INT64(5, slots[S_KIND].as.i);
    expect_value(PN_LIST, "[{\"k\\u0069nd\":5}]", &slots[S_LIST]);
}

/* A key is looked for where it stands, not next to what matched last elsewhere. */
static void test_places_kept_apart(void)
{
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"params\":{\"list\":1}}").step);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_LIST].type);
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"params\":{\"name\":2},\"arguments\":3}").step);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_ARGS].type);
    TEST_ASSERT_EQUAL(PN_DONE,
                      scan("{\"params\":{\"arguments\":{\"amount\":4}},\"loose\":5}").step);
    TEST_ASSERT_EQUAL(PN_ABSENT, graft_slots[G_LOOSE].type);
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"params\":{\"x\":{\"name\":6}},\"list\":7}").step);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_NAME].type);
    TEST_ASSERT_EQUAL_INT64(7, slots[S_LIST].as.i);
}

static void test_elements(void)
{
    static const char json[] = "{\"list\":[1,{\"kind\":1},[{\"kind\":9}],{\"x\":{\"kind\":8}}]}";

    TEST_ASSERT_EQUAL(PN_DONE, scan(json).step);
    TEST_ASSERT_EQUAL_INT64(1, slots[S_KIND].as.i);
    /* Keys of a map where a list was expected are not elements. */
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"list\":{\"kind\":1,\"a\":{\"kind\":2}}}").step);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_KIND].type);
    expect_value(PN_MAP, "{\"kind\":1,\"a\":{\"kind\":2}}", &slots[S_LIST]);
}

/* Facts that others put into the policy's slots stay. */
static void test_graft_slots_stay(void)
{
    graft_slots[G_LOOSE] = pn_value_int(3);
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"method\":\"x\",\"params\":{\"arguments\":7}}").step);
    TEST_ASSERT_EQUAL_INT64(3, graft_slots[G_LOOSE].as.i);
    TEST_ASSERT_EQUAL_INT64(7, graft_slots[G_ROOT].as.i);
    TEST_ASSERT_EQUAL_INT64(7, slots[S_ARGS].as.i);
    TEST_ASSERT_EQUAL(PN_DONE, scan("{}").step);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[S_METHOD].type);
    TEST_ASSERT_EQUAL_UINT32(0, spans[S_METHOD].end);
}

static void test_no_graft(void)
{
    pick.graft_root = 0;
    TEST_ASSERT_EQUAL(PN_DONE, scan(call).step);
    TEST_ASSERT_EQUAL(PN_MAP, slots[S_ARGS].type);
    TEST_ASSERT_EQUAL(PN_ABSENT, graft_slots[G_AMOUNT].type);
}

/* Without a trie of the gateway's, all of the text belongs to the policy. */
static void test_graft_at_root(void)
{
    pick.wire = (struct pn_trie){ .node_count = 0 };
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"amount\":5,\"items\":[{\"sku\":\"z\"}]}").step);
    TEST_ASSERT_EQUAL_INT64(5, graft_slots[G_AMOUNT].as.i);
    TEST_ASSERT_EQUAL(1, pn_json_node_entries(nodes, &graft_slots[G_ITEMS]));
    expect_value(PN_MAP, "{\"amount\":5,\"items\":[{\"sku\":\"z\"}]}", &graft_slots[G_ROOT]);
}

/* A trie may put a map and a value inside it into one slot; what is left is no stray pointer. */
static void test_shared_slot(void)
{
#define SAME_TRIE(NODE) \
    NODE(same, root, "", PN_TRIE_RAW, 0, same_inner, 0) \
    NODE(same, inner, "x", 0, 0, 0, 0)
    PN_TRIE_DEFINE(same, 1, SAME_TRIE)
    struct pn_value slot;

    pick = (struct pn_json_pick){ .wire = same_trie, .slots = &slot };
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"x\":12}").step);
    TEST_ASSERT_EQUAL(PN_ERROR, slot.type);
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"x\":[]}").step);
    TEST_ASSERT_EQUAL(PN_ERROR, slot.type);
    TEST_ASSERT_EQUAL(PN_DONE, scan("{\"y\":[]}").step);
    expect_value(PN_MAP, "{\"y\":[]}", &slot);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_call);
    RUN_TEST(test_spans);
    RUN_TEST(test_cuts);
    RUN_TEST(test_nodes);
    RUN_TEST(test_scalar_where_nodes_are_wanted);
    RUN_TEST(test_nodes_append);
    RUN_TEST(test_nodes_overflow);
    RUN_TEST(test_raw_among_nodes);
    RUN_TEST(test_nodes_without_key);
    RUN_TEST(test_numbers);
    RUN_TEST(test_key_case);
    RUN_TEST(test_key_case_longest);
    RUN_TEST(test_escaped_keys);
    RUN_TEST(test_places_kept_apart);
    RUN_TEST(test_elements);
    RUN_TEST(test_graft_slots_stay);
    RUN_TEST(test_no_graft);
    RUN_TEST(test_graft_at_root);
    RUN_TEST(test_shared_slot);
    return UNITY_END();
}
