/* SPDX-License-Identifier: Apache-2.0 */
/* see filter_feed.h */
#include "filter_feed.h"

#include <stdlib.h>

enum { KEYS_MAX = 64 };

static void *allocate(size_t bytes)
{
    void *at = malloc(bytes > 0 ? bytes : 1);

    if (!at) abort();
    return at;
}

static void note(struct feed *feed, enum pn_list list, struct pn_slice name)
{
    struct pn_writer w =
        pn_writer(feed->asked + feed->asked_len, sizeof feed->asked - feed->asked_len);

    pn_write_byte(&w, (uint8_t)('0' + list));
    pn_write_byte(&w, ':');
    pn_write(&w, name);
    pn_write_byte(&w, '\n');
    feed->asked_len += w.len;
}

static enum pn_shown shown(void *context, enum pn_list list, struct pn_slice name)
{
    note((struct feed *)context, list, name);
    return pn_slice_begins(name, PN_SLICE("hide")) ? PN_HIDDEN : PN_SHOWN;
}

/* One call with the bytes that have arrived and are not taken; returns how many it took. */
static size_t call(struct feed *feed, struct pn_filter_mcp *f, struct pn_slice left)
{
    uint8_t *copy = allocate(left.len);
    size_t all =
        f->config.hold_bytes_max + left.len + 256; /* a megabyte each time takes long to map */
    size_t room = feed->room_bytes > 0 ? feed->room_bytes : all;
    uint8_t *out = allocate(room);
    struct pn_writer w = pn_writer(out, room);

    if (left.len > 0) memcpy(copy, left.at, left.len);
    struct pn_slice in = pn_slice(copy, left.len);
    feed->step = pn_filter_mcp_next(f, &in, &w);
    if (w.full || feed->step == PN_DONE || feed->step == PN_WAIT) abort();
    if (w.len > sizeof feed->out - feed->out_len) abort();
    memcpy(feed->out + feed->out_len, out, w.len);
    feed->out_len += w.len;
    /* A step that neither takes nor writes must have been short of both for good. */
    if (feed->step == PN_MORE && in.len == left.len && left.len > 0 && w.len == 0) abort();
    free(out);
    free(copy);
    return left.len - in.len;
}

static void feed_pieces(struct feed *feed, struct pn_slice answer, size_t first, size_t next)
{
    static struct pn_json_key keys[KEYS_MAX];
    struct pn_json_keys set = { .at = keys };
    size_t hold_bytes = feed->hold_bytes > 0 ? feed->hold_bytes : answer.len + 16;
    struct pn_filter_config config = {
        .keys = &set,
        .hold = allocate(hold_bytes),
        .hold_bytes_max = hold_bytes,
        .shown = shown,
        .context = feed,
    };
    struct pn_filter_mcp f;
    size_t taken = 0, arrived = first;

    pn_json_keys_init(&set, keys, KEYS_MAX, (const uint8_t *)"0123456789abcdef");
    pn_filter_mcp_begin(&f, feed->media, &config);
    feed->out_len = feed->asked_len = 0;
    for (;;) {
        if (arrived > answer.len) arrived = answer.len;
        size_t took = call(feed, &f, pn_slice(answer.at + taken, arrived - taken));
        taken += took;
        if (feed->step == PN_REFUSED || (taken == answer.len && !f.line_feed)) break;
        if (taken == arrived) arrived += next > 0 ? next : answer.len;
    }
    if (feed->step != PN_REFUSED) {
        struct pn_writer w = pn_writer(feed->out + feed->out_len, 64);
        feed->step = pn_filter_mcp_end(&f, &w);
        feed->out_len += w.len;
    }
    feed->hidden_count = f.hidden_count;
    free(config.hold);
}

void feed_filter(struct feed *feed, struct pn_slice answer)
{
    size_t piece = feed->in_bytes > 0 ? feed->in_bytes : answer.len;

    feed_pieces(feed, answer, piece, piece);
}

void feed_filter_cut(struct feed *feed, struct pn_slice answer, size_t cut)
{
    feed_pieces(feed, answer, cut, answer.len);
}
