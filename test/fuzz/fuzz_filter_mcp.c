/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_filter_mcp.c - any bytes as an MCP server's answer.
 *
 * However they arrive and leave, the result is the same; what came out is read again without
 * complaint, holds nothing that was to be hidden and comes out unchanged. The first byte says:
 * events or one message, and the size of pieces. */
#include "core/filter/filter_mcp.h"

#include <stdlib.h>

enum { ANSWER_MAX = 2048, OUT_MAX = 8 * ANSWER_MAX, KEYS_MAX = 64 };

struct run {
    uint8_t out[OUT_MAX];
    size_t len;
    uint32_t hidden_count;
    enum pn_step step;
};

static void must(bool holds)
{
    if (!holds) abort();
}

/* Names of an even length are shown. */
static enum pn_shown shown(void *context, enum pn_list list, struct pn_slice name)
{
    (void)context, (void)list;
    return name.len % 2 == 0 ? PN_SHOWN : PN_HIDDEN;
}

static void filter(struct run *run, enum pn_filter_media media, struct pn_slice answer,
                   size_t piece, size_t room)
{
    static struct pn_json_key keys[KEYS_MAX];
    static uint8_t hold[OUT_MAX];
    struct pn_json_keys set;
    struct pn_filter_config config = {
        .keys = &set, .hold = hold, .hold_bytes_max = sizeof hold, .shown = shown
    };
    struct pn_filter_mcp f;
    size_t arrived = 0, taken = 0;

    pn_json_keys_init(&set, keys, KEYS_MAX, (const uint8_t *)"0123456789abcdef");
    pn_filter_mcp_begin(&f, media, &config);
    run->len = 0;
    do {
        arrived = answer.len - arrived > piece ? arrived + piece : answer.len;
        for (bool moved = true; moved;) {
            struct pn_slice in = pn_slice(answer.at + taken, arrived - taken);
            size_t before = in.len, left = sizeof run->out - run->len;
            struct pn_writer w = pn_writer(run->out + run->len, room < left ? room : left);
            run->step = pn_filter_mcp_next(&f, &in, &w);
            must(!w.full);
            run->len += w.len;
            taken += before - in.len;
            moved = run->step == PN_MORE && (w.len > 0 || in.len < before);
        }
        must(run->step == PN_REFUSED || taken == arrived);
    } while (run->step == PN_MORE && arrived < answer.len);
    if (run->step == PN_MORE) run->step = pn_filter_mcp_end(&f, NULL);
    run->hidden_count = f.hidden_count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run whole, pieces, again;

    if (size == 0 || size > ANSWER_MAX) return 0;
    enum pn_filter_media media = data[0] & 1 ? PN_FILTER_EVENTS : PN_FILTER_JSON;
    struct pn_slice answer = pn_slice(data + 1, size - 1);

    filter(&whole, media, answer, ANSWER_MAX, OUT_MAX);
    filter(&pieces, media, answer, 1 + (data[0] >> 1) % 16, PN_FILTER_ROOM + (data[0] >> 5));
    must(whole.step == pieces.step);
    if (whole.step == PN_REFUSED) return 0;
    must(whole.hidden_count == pieces.hidden_count);
    must(pn_slice_equal(pn_slice(whole.out, whole.len), pn_slice(pieces.out, pieces.len)));

    filter(&again, media, pn_slice(whole.out, whole.len), OUT_MAX, OUT_MAX);
    must(again.step == PN_DONE && again.hidden_count == 0);
    must(pn_slice_equal(pn_slice(whole.out, whole.len), pn_slice(again.out, again.len)));
    return 0;
}
