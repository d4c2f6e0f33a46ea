/* see json_feed.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/json/json_feed.h"

#include <stdlib.h>

#include "unity.h"

static struct pn_json_key places[4096];
static struct pn_json_keys keys;

struct pn_json_keys *json_keys_of(uint32_t max)
{
    static const uint8_t seed[16] = { 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5, 2 };

    pn_json_keys_init(&keys, places, max, seed);
    return &keys;
}

struct pn_json_keys *json_keys(void)
{
    return keys.max == 4096 ? &keys : json_keys_of(4096);
}

struct pn_slice json_exact(struct pn_slice text)
{
    uint8_t *at = malloc(text.len);

    if (text.len > 0) memcpy(at, text.at, text.len);
    return pn_slice(at, text.len);
}

void json_exact_free(struct pn_slice text)
{
    free((void *)(uintptr_t)text.at);
}

/* Give one chunk, going on after pauses. */
static enum pn_step feed_chunk(struct pn_json_scan *scan, struct pn_slice chunk,
                               enum pn_json_input input, struct pn_json_pick *pick)
{
    enum pn_step step;

    do {
        uint64_t before = scan->offset;
        step = pn_json_scan_step(scan, chunk, input, pick);
        TEST_ASSERT_LESS_OR_EQUAL_size_t(chunk.len, scan->consumed);
        if (step == PN_REFUSED) break;
        TEST_ASSERT_EQUAL_UINT64(before + scan->consumed, scan->offset);
        if (step == PN_WAIT) TEST_ASSERT_EQUAL_UINT64(scan->pause.offset, scan->offset);
        else TEST_ASSERT_EQUAL_size_t(chunk.len, scan->consumed);
        chunk = pn_slice_from(chunk, scan->consumed);
    } while (step == PN_WAIT);
    return step;
}

struct json_outcome json_feed(struct pn_slice text, size_t first, size_t each,
                              struct pn_json_pick *pick)
{
    struct pn_json_scan scan;
    enum pn_step step = PN_MORE;
    size_t len = first;

    if (pick) pn_json_pick_begin(pick);
    pn_json_scan_begin(&scan, json_keys(), NULL);
    while (step == PN_MORE) {
        bool last = len >= text.len;
        struct pn_slice chunk = pn_slice_head(text, last ? text.len : len);
        text = pn_slice_from(text, chunk.len);
        step = feed_chunk(&scan, chunk, last ? PN_JSON_LAST : PN_JSON_MORE, pick);
        if (last) TEST_ASSERT_NOT_EQUAL(PN_MORE, step);
        len = each;
    }
    return (struct json_outcome){ step, scan.reason, scan.offset };
}

/* Byte by byte and each byte in its own block: nothing may be read before it or behind. */
static struct json_outcome feed_apart(struct pn_slice text)
{
    struct pn_json_scan scan;
    enum pn_step step = PN_MORE;

    pn_json_scan_begin(&scan, json_keys(), NULL);
    for (size_t i = 0; i < text.len && step == PN_MORE; i++) {
        struct pn_slice byte = json_exact(pn_slice(text.at + i, 1));
        step = feed_chunk(&scan, byte, PN_JSON_MORE, NULL);
        json_exact_free(byte);
    }
    if (step == PN_MORE) step = feed_chunk(&scan, pn_slice(NULL, 0), PN_JSON_LAST, NULL);
    return (struct json_outcome){ step, scan.reason, scan.offset };
}

static void same(struct json_outcome a, struct json_outcome b)
{
    TEST_ASSERT_EQUAL_INT(a.step, b.step);
    TEST_ASSERT_EQUAL_STRING_LEN(pn_reason_name(a.reason).at, pn_reason_name(b.reason).at,
                                 pn_reason_name(a.reason).len);
    TEST_ASSERT_EQUAL_UINT64(a.offset, b.offset);
}

struct json_outcome json_feed_all(struct pn_slice text)
{
    struct pn_slice exact = json_exact(text);
    struct json_outcome whole = json_feed(exact, exact.len, exact.len, NULL);

    for (size_t cut = 0; cut <= exact.len; cut++) {
        same(whole, json_feed(exact, cut, exact.len, NULL));
    }
    same(whole, json_feed(exact, 1, 1, NULL));
    same(whole, feed_apart(exact));
    json_exact_free(exact);
    return whole;
}
