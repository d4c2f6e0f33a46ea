/* SPDX-License-Identifier: Apache-2.0 */
/* filter_feed.h - an answer through the MCP filter, arriving and leaving in pieces of any size.
 *
 * Names that begin with "hide" are not shown. Input that the filter leaves is offered again, each
 * time from an exact-size buffer at another address, as it may be in the gateway. */
#ifndef TEST_FILTER_FEED_H
#define TEST_FILTER_FEED_H

#include "core/filter/filter_mcp.h"

enum { FEED_BYTES_MAX = 1 << 20, FEED_ASKED_MAX = 4096 };

struct feed {
    enum pn_filter_media media;
    size_t in_bytes;   /* of each arrival; 0: all at once */
    size_t room_bytes; /* of each writer; 0: enough for all */
    size_t hold_bytes; /* 0: enough for all */

    enum pn_step step; /* what the end said, or PN_REFUSED earlier */
    uint32_t hidden_count;
    size_t out_len, asked_len;
    uint8_t out[FEED_BYTES_MAX];
    uint8_t asked[FEED_ASKED_MAX]; /* list and name of each entry asked about: "0:name\n" */
};

void feed_filter(struct feed *feed, struct pn_slice answer);

/* The same, having forgotten what was fed before, cut once at `cut`. */
void feed_filter_cut(struct feed *feed, struct pn_slice answer, size_t cut);

#endif
