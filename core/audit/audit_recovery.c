/* audit_recovery.c - pn_audit_writer_open() of audit_writer.h: going on where a run ended.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_writer.h"
#include "core/base/assert.h"
#include "core/limits.h"

/* Workers, and as many other threads as a platform may sensibly have. */
enum { SPOOLS_MAX = PN_WORKERS_MAX + 8, SENTENCE_BYTES = 128 };

/* What stands at the end of the log. */
enum log_end {
    LOG_FAULT,
    LOG_WHOLE,   /* the last line is whole, or there is none; `torn_bytes` follow it */
    LOG_DAMAGED, /* it is not, and it was not merely cut off */
};

static size_t last_line_feed(struct pn_slice text)
{
    for (size_t at = text.len; at > 0; at--) {
        if (text.at[at - 1] == '\n') return at - 1;
    }
    return SIZE_MAX;
}

/* The batch's buffer is free while we look. */
static enum log_end find_end(struct pn_audit_batch *b, size_t *torn_bytes)
{
    uint64_t bytes = port_audit_log_bytes(b->port);
    size_t want = bytes < b->lines.max ? (size_t)bytes : b->lines.max;
    struct pn_audit_line line;

    *torn_bytes = 0;
    if (port_audit_log_read(b->port, bytes - want, b->lines.at, want) != want) return LOG_FAULT;
    struct pn_slice text = pn_slice(b->lines.at, want);
    size_t feed = last_line_feed(text);
    if (feed == SIZE_MAX) {
        *torn_bytes = want;
        return want == bytes ? LOG_WHOLE : LOG_DAMAGED;
    }
    *torn_bytes = text.len - feed - 1;
    text = pn_slice_head(text, feed);
    size_t before = last_line_feed(text);
    if (before == SIZE_MAX && want < bytes) return LOG_DAMAGED;
    if (before != SIZE_MAX) text = pn_slice_from(text, before + 1);
    if (pn_audit_line_read(text, &line) != PN_AUDIT_LINE_WHOLE) return LOG_DAMAGED;
    b->chain.seq = line.seq;
    memcpy(b->chain.hash, line.hash, sizeof b->chain.hash);
    return LOG_WHOLE;
}

static struct pn_slice sentence(uint8_t out[SENTENCE_BYTES], uint32_t count, struct pn_slice says)
{
    struct pn_writer w = pn_writer(out, SENTENCE_BYTES);

    pn_write_u64(&w, count);
    pn_write_byte(&w, ' ');
    pn_write(&w, says);
    return pn_written(&w);
}

static enum port_audit_result resume_chain(struct pn_audit_writer *a, int64_t unix_ms)
{
    struct pn_audit_batch *b = &a->batch;
    uint8_t text[SENTENCE_BYTES];
    size_t torn_bytes;
    enum log_end end = find_end(b, &torn_bytes);

    if (end == LOG_FAULT) return PORT_AUDIT_FAULT;
    if (end == LOG_DAMAGED) {
        a->met |= PN_AUDIT_MET_LOG_DAMAGED;
        return pn_audit_batch_rotate(
            b, PN_AUDIT_EVENT_LOG_DAMAGED,
            PN_SLICE("the last record of the log before does not verify; a new chain begins"),
            unix_ms);
    }
    if (torn_bytes == 0) return PORT_AUDIT_DONE;
    a->met |= PN_AUDIT_MET_LOG_TORN;
    if (port_audit_log_cut(b->port, port_audit_log_bytes(b->port) - torn_bytes) ==
        PORT_AUDIT_FAULT) {
        return PORT_AUDIT_FAULT;
    }
    struct pn_slice says = PN_SLICE("bytes of an unfinished line were cut off");
    pn_audit_batch_event(b, PN_AUDIT_EVENT_LOG_TORN, sentence(text, (uint32_t)torn_bytes, says),
                         unix_ms);
    return pn_audit_batch_flush(b);
}

/* Does the line carry exactly these members? Cheaper than reading it: nothing is hashed. */
static bool carries(struct pn_slice line, struct pn_slice members)
{
    enum { AFTER_BYTES = 9 + 2 * PN_AUDIT_HASH_BYTES + 2 }; /* ,"hash":"..."} */

    if (line.len < members.len + AFTER_BYTES + 2) return false;
    struct pn_slice front = pn_slice_head(line, line.len - AFTER_BYTES);
    struct pn_slice end = pn_slice_from(front, front.len - members.len - 2);
    return end.at[0] == '"' && end.at[1] == ',' && pn_slice_equal(pn_slice_from(end, 2), members);
}

static void skip_lines(struct pn_audit_ring *old, struct pn_slice *text, struct pn_slice *members)
{
    for (size_t feed; (feed = pn_slice_find(*text, '\n')) < text->len;) {
        if (carries(pn_slice_head(*text, feed), *members)) {
            pn_audit_ring_free(old);
            if (!pn_audit_ring_take(old, members)) *members = pn_slice(NULL, 0);
        }
        *text = pn_slice_from(*text, feed + 1);
        if (members->len == 0) return;
    }
}

/* The batch that was being written when the run died is in the log, wholly or in part, and still in
 * its rings. Records left a ring in order, so those in the log are its first: walk through the log
 * and strike off what is met. */
static enum port_audit_result skip_written(struct pn_audit_batch *b, struct pn_audit_ring *old)
{
    uint64_t bytes = port_audit_log_bytes(b->port), at = 0;
    struct pn_slice members;

    if (!pn_audit_ring_take(old, &members)) return PORT_AUDIT_DONE;
    while (at < bytes && members.len > 0) {
        size_t want = bytes - at < b->lines.max ? (size_t)(bytes - at) : b->lines.max;

        if (port_audit_log_read(b->port, at, b->lines.at, want) != want) return PORT_AUDIT_FAULT;
        struct pn_slice text = pn_slice(b->lines.at, want);
        skip_lines(old, &text, &members);
        /* What is no line of ours, somebody else's text or a hole, is stepped over. */
        at += text.len < want ? want - text.len : want;
    }
    pn_audit_ring_rewind(old);
    return PORT_AUDIT_DONE;
}

static uint32_t count_waiting(struct pn_audit_ring *old)
{
    struct pn_slice members;
    uint32_t count = 0;

    while (pn_audit_ring_take(old, &members)) {
        count++;
    }
    pn_audit_ring_rewind(old);
    return count;
}

/* Stable before the room is given up: it is the only other copy. */
static enum port_audit_result append_waiting(struct pn_audit_batch *b, struct pn_audit_ring *old)
{
    struct pn_slice members;

    do {
        while (pn_audit_batch_has_room(b) && pn_audit_ring_take(old, &members)) {
            pn_audit_batch_add(b, members);
        }
        if (pn_audit_batch_flush(b) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
        if (pn_audit_batch_sync(b) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
        pn_audit_ring_free(old);
    } while (pn_audit_ring_bytes_used(old) > 0);
    return PORT_AUDIT_DONE;
}

static enum port_audit_result recover_spool(struct pn_audit_writer *a, uint32_t index,
                                            int64_t unix_ms)
{
    struct pn_audit_batch *b = &a->batch;
    size_t bytes = 0;
    void *memory = port_audit_spool_found(b->port, index, &bytes);
    uint8_t text[SENTENCE_BYTES];
    struct pn_audit_ring old;
    uint32_t lost_bytes, waiting;

    if (memory == NULL) return PORT_AUDIT_DONE;
    enum pn_audit_found found = pn_audit_ring_attach(&old, memory, bytes, &lost_bytes);
    if (found == PN_AUDIT_FOUND_NOTHING) return PORT_AUDIT_DONE;
    if (skip_written(b, &old) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    if (found == PN_AUDIT_FOUND_DAMAGE) {
        a->met |= PN_AUDIT_MET_SPOOL_DAMAGED;
        struct pn_slice says = PN_SLICE("bytes of records that waited cannot be read");
        pn_audit_batch_event(b, PN_AUDIT_EVENT_SPOOL_DAMAGED, sentence(text, lost_bytes, says),
                             unix_ms);
    }
    waiting = count_waiting(&old);
    if (waiting > 0) {
        struct pn_slice says = PN_SLICE("records of a run that was killed follow");
        pn_audit_batch_event(b, PN_AUDIT_EVENT_SPOOL_RECOVERED, sentence(text, waiting, says),
                             unix_ms);
        pn_audit_count(&b->stats.recovered, waiting);
    }
    return append_waiting(b, &old);
}

static enum port_audit_result make_rings(struct pn_audit_writer *a)
{
    const struct pn_audit_setup *s = &a->setup;

    for (uint32_t i = 0; i < s->ring_count; i++) {
        void *memory = port_audit_spool_make(s->port, i, s->spool_bytes);

        if (memory == NULL) return PORT_AUDIT_FAULT;
        pn_audit_ring_init(&s->rings[i], memory, s->spool_bytes, s->nonce);
        s->rings[i].shared = &a->shared;
        s->rings[i].worker = i;
    }
    for (uint32_t i = s->ring_count; i < SPOOLS_MAX; i++) {
        port_audit_spool_drop(s->port, i);
    }
    return PORT_AUDIT_DONE;
}

enum port_audit_result pn_audit_writer_open(struct pn_audit_writer *a,
                                            const struct pn_audit_setup *setup, uint64_t mono_ms,
                                            int64_t unix_ms)
{
    PN_ASSERT(setup->batch_bytes >= PN_AUDIT_BATCH_BYTES_MIN);
    PN_ASSERT(setup->ring_count > 0 && setup->ring_count <= SPOOLS_MAX);
    *a = (struct pn_audit_writer){
        .setup = *setup,
        .shared = { .port = setup->port, .sync_each = setup->sync == PN_AUDIT_SYNC_EACH },
        .batch = { .port = setup->port, .lines = pn_writer(setup->batch, setup->batch_bytes) },
        .synced_ms = mono_ms,
        .checked_ms = mono_ms,
    };
    if (resume_chain(a, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    for (uint32_t i = 0; i < SPOOLS_MAX; i++) {
        if (recover_spool(a, i, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    }
    return make_rings(a);
}
