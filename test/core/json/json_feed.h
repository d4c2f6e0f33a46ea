/* json_feed.h - give a text to the scanner in every way a network may cut it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TEST_JSON_FEED_H
#define PN_TEST_JSON_FEED_H

#include "core/json/json_scan.h"

/* What a scan came to. */
struct json_outcome {
    enum pn_step step;
    enum pn_reason reason;
    uint64_t offset;
};

/* A text in an exact-size block of the heap, so that reading beyond it is noticed. */
struct pn_slice json_exact(struct pn_slice text);
void json_exact_free(struct pn_slice text);

/* Scan `text` cut into chunks of `first` bytes, then `each`. Pauses are gone on from. `pick` is
 * NULL or has its base at text.at; it is begun here. Every step is checked for what json_scan.h
 * promises of `consumed` and `offset`. */
struct json_outcome json_feed(struct pn_slice text, size_t first, size_t each,
                              struct pn_json_pick *pick);

/* Scan it whole, cut in two at every position, byte by byte, and with each chunk in a block of
 * its own; all of them must agree. Returns what they agree on. */
struct json_outcome json_feed_all(struct pn_slice text);

/* The set of keys that json_feed() uses, 4096 places; and one of `max` places, for tests of its
 * bound, which lives until the next call. */
struct pn_json_keys *json_keys(void);
struct pn_json_keys *json_keys_of(uint32_t max);

#endif
