/* bench_json.c - how long scanning and picking a tool call of 1 KB takes.
 *
 * Prints nanoseconds for one call, the best of several runs, whole and in two pieces, and the rate
 * over a long chat. No test depends on the figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/json/json_scan.h"

enum { SLOT_VERSION, SLOT_ID, SLOT_METHOD, SLOT_NAME, SLOT_ARGUMENTS, WIRE_SLOTS };

#define CALL_TRIE(NODE) \
    NODE(call, root, "", 0, PN_TRIE_NO_SLOT, call_version, 0) \
    NODE(call, version, "jsonrpc", 0, SLOT_VERSION, 0, call_id) \
    NODE(call, id, "id", PN_TRIE_RAW, SLOT_ID, 0, call_method) \
    NODE(call, method, "method", 0, SLOT_METHOD, 0, call_params) \
    NODE(call, params, "params", 0, PN_TRIE_NO_SLOT, call_name, 0) \
    NODE(call, name, "name", 0, SLOT_NAME, 0, call_arguments) \
    NODE(call, arguments, "arguments", PN_TRIE_GRAFT | PN_TRIE_RAW, SLOT_ARGUMENTS, 0, 0)
PN_TRIE_DEFINE(call, WIRE_SLOTS, CALL_TRIE)

#define RULE_TRIE(NODE) \
    NODE(rule, root, "", 0, PN_TRIE_NO_SLOT, rule_arguments, 0) \
    NODE(rule, arguments, "arguments", 0, PN_TRIE_NO_SLOT, rule_customer, 0) \
    NODE(rule, customer, "customer_id", 0, 0, 0, rule_amount) \
    NODE(rule, amount, "amount", PN_TRIE_COMPARED, 1, 0, rule_currency) \
    NODE(rule, currency, "currency", 0, 2, 0, rule_reason) \
    NODE(rule, reason, "reason", 0, 3, 0, rule_region) \
    NODE(rule, region, "region", 0, 4, 0, rule_lines) \
    NODE(rule, lines, "lines", PN_TRIE_NODES, 5, 0, 0)
PN_TRIE_DEFINE(rule, 6, RULE_TRIE)

static const char tool_call[] =
    "{\"jsonrpc\":\"2.0\",\"id\":4711,\"method\":\"tools/call\",\"params\":{\"name\":\"refund_issue\","
    "\"arguments\":{\"customer_id\":\"cus_8fK2mQ9xVb71\",\"order_id\":\"ord_2026_11_000482\","
    "\"amount\":129.95,\"currency\":\"EUR\",\"region\":\"eu-central\",\"notify\":true,"
    "\"reason\":\"The parcel arrived with a broken lid and the customer sent two photographs; the "
    "warehouse confirmed that the batch was packed without the inner carton, so a full refund of "
    "the item is due under the returns policy.\",\"lines\":[{\"sku\":\"KT-1180-BL\",\"quantity\":1,"
    "\"price\":89.95},{\"sku\":\"KT-2201-WH\",\"quantity\":2,\"price\":20.0}],\"comment\":\"Agent "
    "note: the customer has been with us for six years and asked politely. No replacement is in "
    "stock before the end of the month, which is why money back is the better answer here.\","
    "\"approver\":null},\"_meta\":{\"progressToken\":\"b1f7c9de-70ab-4d0c-9f6e-1f2f4ad2b0f3\","
    "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"client\":"
    "{\"name\":\"support-desk\",\"version\":\"4.18.2\",\"session\":\"s-90210-7f\"}}}}";

static struct pn_json_key places[4096];
static struct pn_json_keys keys;
static struct pn_value slots[WIRE_SLOTS], rule_slots[6];
static struct pn_json_span spans[WIRE_SLOTS];
static struct pn_json_node nodes[64];

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void scan(struct pn_slice text, size_t cut)
{
    struct pn_json_scan s;
    struct pn_json_pick pick = { .wire = call_trie,
                                 .slots = slots,
                                 .spans = spans,
                                 .graft = rule_trie,
                                 .graft_slots = rule_slots,
                                 .graft_root = rule_arguments,
                                 .nodes = nodes,
                                 .node_max = 64,
                                 .base = text.at };

    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&s, &keys, NULL);
    if (cut < text.len) pn_json_scan_step(&s, pn_slice_head(text, cut), PN_JSON_MORE, &pick);
    else cut = 0;
    if (pn_json_scan_step(&s, pn_slice_from(text, cut), PN_JSON_LAST, &pick) != PN_DONE) abort();
}

static double best_of(struct pn_slice text, size_t cut, int count)
{
    double best = 1e18;

    for (int run = 0; run < 400; run++) {
        double begin = now_ns();
        for (int i = 0; i < count; i++) scan(text, cut);
        double each = (now_ns() - begin) / count;
        if (each < best) best = each;
    }
    return best;
}

/* One message of text, line breaks escaped, some of it not ASCII. */
static struct pn_slice long_chat(char *at, size_t max)
{
    size_t len = (size_t)snprintf(at, max, "{\"messages\":[{\"role\":\"user\",\"content\":\"");

    while (len + 200 < max) {
        len +=
            (size_t)snprintf(at + len, max - len,
                             "The quick brown fox jumps over the lazy dog, again and again, until "
                             "the caf\xC3\xA9 closes.\\nThen it sleeps.\\t");
    }
    len += (size_t)snprintf(at + len, max - len, "\"}]}");
    return pn_slice(at, len);
}

int main(void)
{
    static char chat[1 << 20];
    struct pn_slice call = { (const uint8_t *)tool_call, sizeof tool_call - 1 };
    struct pn_slice text = long_chat(chat, sizeof chat);

    pn_json_keys_init(&keys, places, 4096, (const uint8_t *)"0123456789abcdef");
    printf("tool call of %zu bytes, whole: %.0f ns\n", call.len, best_of(call, call.len, 500));
    printf("the same in two pieces: %.0f ns\n", best_of(call, call.len / 2, 500));
    printf("chat of %zu bytes: %.2f GB/s\n", text.len,
           (double)text.len / best_of(text, text.len, 1));
    return 0;
}
