/* see outbox.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"

#include "core/base/assert.h"

void pn_outbox_reset(struct pn_outbox *o)
{
    o->begin = o->end = 0;
    for (int i = 0; i < PN_SEGMENTS; i++) o->segment[i] = PN_SLICE("");
}

struct pn_slice pn_outbox_next(const struct pn_outbox *o)
{
    if (o->begin < o->end) return pn_slice(o->at + o->begin, o->end - o->begin);
    for (int i = 0; i < PN_SEGMENTS; i++) {
        if (o->segment[i].len > 0) return o->segment[i];
    }
    return PN_SLICE("");
}

static void segment_sent(struct pn_outbox *o, size_t bytes)
{
    for (int i = 0; i < PN_SEGMENTS; i++) {
        if (o->segment[i].len == 0) continue;
        PN_ASSERT(bytes <= o->segment[i].len);
        o->segment[i] = pn_slice_from(o->segment[i], bytes);
        return;
    }
}

void pn_outbox_sent(struct pn_outbox *o, size_t bytes)
{
    if (o->begin == o->end) {
        segment_sent(o, bytes);
        return;
    }
    PN_ASSERT(bytes <= o->end - o->begin);
    o->begin += (uint32_t)bytes;
    if (o->begin == o->end) o->begin = o->end = 0;
}

bool pn_outbox_empty(const struct pn_outbox *o)
{
    return pn_outbox_next(o).len == 0;
}

static bool lends(const struct pn_outbox *o)
{
    for (int i = 0; i < PN_SEGMENTS; i++) {
        if (o->segment[i].len > 0) return true;
    }
    return false;
}

size_t pn_outbox_room(const struct pn_outbox *o)
{
    return lends(o) ? 0 : PN_OUTBOX_BYTES - o->end;
}

struct pn_writer pn_outbox_writer(struct pn_outbox *o)
{
    return pn_writer(o->at + o->end, pn_outbox_room(o));
}

bool pn_outbox_commit(struct pn_outbox *o, const struct pn_writer *w)
{
    if (w->full) return false;
    o->end += (uint32_t)w->len;
    return true;
}

void pn_outbox_lend(struct pn_outbox *o, struct pn_slice bytes)
{
    if (bytes.len <= pn_outbox_room(o)) {
        if (bytes.len > 0) memcpy(o->at + o->end, bytes.at, bytes.len);
        o->end += (uint32_t)bytes.len;
        return;
    }
    int free = PN_SEGMENTS;
    while (free > 0 && o->segment[free - 1].len == 0) free--;
    PN_ASSERT(free < PN_SEGMENTS);
    o->segment[free] = bytes;
}
