/* audit_recovery.c - pn_audit_writer_open() of audit_writer.h: going on where a run ended.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_writer.h"
#include "core/base/assert.h"
#include "core/limits.h"

/* Workers, and as many other threads as a platform may sensibly have. */
enum { SPOOLS_MAX = PN_WORKERS_MAX + 8, SENTENCE_BYTES = 256 };

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

/* What was found, and what was expected. */
static struct pn_slice expected(uint8_t out[SENTENCE_BYTES], const struct pn_audit_writer *a,
                                struct pn_slice says)
{
    struct pn_writer w = pn_writer(out, SENTENCE_BYTES);

    pn_write(&w, says);
    if (a->found_seq > 0) {
        pn_write_text(&w, " with record ");
        pn_write_u64(&w, a->found_seq);
    }
    pn_write_text(&w, "; record ");
    pn_write_u64(&w, a->kept.seq);
    pn_write_text(&w, " with hash ");
    pn_write_hex(&w, a->kept.hash, sizeof a->kept.hash);
    pn_write_text(&w, " was written");
    return pn_written(&w);
}

/* --- the lines of the log, one after the other --- */

struct log_walk {
    uint64_t at; /* behind the window */
    size_t window_bytes;
    struct pn_slice text; /* what of the window is left */
};

/* PN_DONE with the next line, which lies in the batch's buffer; PN_MORE behind the last; PN_REFUSED
 * on a fault. What is no line of ours, somebody else's text or a hole, is stepped over. */
static enum pn_step next_line(struct pn_audit_batch *b, struct log_walk *w, struct pn_slice *line)
{
    uint64_t bytes = port_audit_log_bytes(b->port);

    for (;;) {
        size_t feed = pn_slice_find(w->text, '\n');

        if (feed < w->text.len) {
            *line = pn_slice_head(w->text, feed);
            w->text = pn_slice_from(w->text, feed + 1);
            return PN_DONE;
        }
        if (w->at == bytes) return PN_MORE;
        if (w->text.len < w->window_bytes) w->at -= w->text.len; /* the line it began is wanted */
        size_t want = bytes - w->at < b->lines.max ? (size_t)(bytes - w->at) : b->lines.max;
        if (port_audit_log_read(b->port, w->at, b->lines.at, want) != want) return PN_REFUSED;
        w->text = pn_slice(b->lines.at, want);
        w->window_bytes = want;
        w->at += want;
    }
}

/* PN_DONE: the log goes over the head that was kept: it holds that record, or, where a run died
 * between beginning a log and keeping its head, begins behind it. PN_MORE: it does not. */
static enum pn_step goes_over(struct pn_audit_batch *b, const struct pn_audit_chain *kept)
{
    struct log_walk walk = { 0 };
    struct pn_audit_line line;
    struct pn_slice text;
    enum pn_step step;
    uint64_t seq;

    while ((step = next_line(b, &walk, &text)) == PN_DONE) {
        if (!pn_audit_line_seq(text, &seq) || (seq != kept->seq && seq != kept->seq + 1)) continue;
        if (pn_audit_line_read(text, &line) != PN_AUDIT_LINE_WHOLE) return PN_MORE;
        if (seq == kept->seq + 1) return pn_audit_chain_follows(kept, &line) ? PN_DONE : PN_MORE;
        return memcmp(line.hash, kept->hash, sizeof line.hash) == 0 ? PN_DONE : PN_MORE;
    }
    return step;
}

/* --- the log as it is, and as it should be --- */

static enum port_audit_result write_event(struct pn_audit_writer *a, enum pn_audit_event_name name,
                                          struct pn_slice detail, int64_t unix_ms)
{
    pn_audit_batch_event(&a->batch, name, detail, unix_ms);
    return pn_audit_batch_flush(&a->batch);
}

/* Go on from the head that was kept, with an event first. */
static enum port_audit_result begin_behind(struct pn_audit_writer *a, enum pn_audit_event_name name,
                                           struct pn_slice says, int64_t unix_ms)
{
    uint8_t text[SENTENCE_BYTES];
    struct pn_slice detail = a->kept.seq > 0 ? expected(text, a, says) : says;
    struct pn_audit_event event = { .unix_ms = unix_ms, .name = (uint8_t)name, .detail = detail };

    if (port_audit_log_bytes(a->batch.port) > 0) {
        return pn_audit_batch_replace(&a->batch, &a->kept, &event);
    }
    a->batch.chain = a->kept;
    return write_event(a, name, detail, unix_ms);
}

static enum port_audit_result lost(struct pn_audit_writer *a, enum pn_audit_met met,
                                   int64_t unix_ms)
{
    a->met |= met;
    if (met == PN_AUDIT_MET_LOG_MISSING) {
        return begin_behind(a, PN_AUDIT_EVENT_LOG_MISSING, PN_SLICE("the log holds no record"),
                            unix_ms);
    }
    if (met == PN_AUDIT_MET_LOG_CUT) {
        return begin_behind(a, PN_AUDIT_EVENT_LOG_CUT, PN_SLICE("the log before ends"), unix_ms);
    }
    return begin_behind(a, PN_AUDIT_EVENT_LOG_REPLACED,
                        PN_SLICE("the log before is another and ends"), unix_ms);
}

/* Hold the log's end against the head that was kept. */
static enum port_audit_result compare(struct pn_audit_writer *a, int64_t unix_ms)
{
    const struct pn_audit_chain *end = &a->batch.chain, *kept = &a->kept;

    if (memcmp(end->hash, kept->hash, sizeof end->hash) == 0) return PORT_AUDIT_DONE;
    if (end->seq == 0) return lost(a, PN_AUDIT_MET_LOG_MISSING, unix_ms);
    if (end->seq < kept->seq) return lost(a, PN_AUDIT_MET_LOG_CUT, unix_ms);
    switch (goes_over(&a->batch, kept)) {
    case PN_DONE: return PORT_AUDIT_DONE; /* killed before the last head was kept */
    case PN_MORE: return lost(a, PN_AUDIT_MET_LOG_REPLACED, unix_ms);
    case PN_WAIT:
    case PN_REFUSED: break;
    }
    return PORT_AUDIT_FAULT;
}

/* A log with records, or spools, were here before: then so was a head. */
static bool is_new(const struct pn_audit_writer *a)
{
    size_t bytes;

    for (uint32_t i = 0; i < SPOOLS_MAX; i++) {
        if (port_audit_spool_found(a->batch.port, i, &bytes) != NULL) return false;
    }
    return a->found_seq == 0;
}

static enum port_audit_result check_end(struct pn_audit_writer *a, int64_t unix_ms)
{
    if (a->kept_known) return compare(a, unix_ms);
    if (is_new(a)) return PORT_AUDIT_DONE;
    a->met |= PN_AUDIT_MET_HEAD_MISSING;
    return write_event(a, PN_AUDIT_EVENT_HEAD_MISSING,
                       PN_SLICE("the head kept outside the log is missing; whether records are "
                                "missing before this one nobody can tell"),
                       unix_ms);
}

static enum port_audit_result cut_torn(struct pn_audit_writer *a, size_t torn_bytes)
{
    struct port_audit *port = a->batch.port;

    if (torn_bytes == 0) return PORT_AUDIT_DONE;
    a->met |= PN_AUDIT_MET_LOG_TORN;
    return port_audit_log_cut(port, port_audit_log_bytes(port) - torn_bytes);
}

static enum port_audit_result resume_chain(struct pn_audit_writer *a, int64_t unix_ms)
{
    uint8_t text[SENTENCE_BYTES];
    size_t torn_bytes;
    enum log_end end = find_end(&a->batch, &torn_bytes);

    if (end == LOG_FAULT) return PORT_AUDIT_FAULT;
    a->found_seq = a->batch.chain.seq;
    if (end == LOG_DAMAGED) {
        a->met |= PN_AUDIT_MET_LOG_DAMAGED;
        return begin_behind(a, PN_AUDIT_EVENT_LOG_DAMAGED,
                            PN_SLICE("the last record of the log before does not verify"), unix_ms);
    }
    if (cut_torn(a, torn_bytes) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    if (check_end(a, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    if (torn_bytes == 0) return PORT_AUDIT_DONE;
    struct pn_slice says = PN_SLICE("bytes of an unfinished line were cut off");
    return write_event(a, PN_AUDIT_EVENT_LOG_TORN, sentence(text, (uint32_t)torn_bytes, says),
                       unix_ms);
}

/* From here on the head is kept for what stands in the log now. */
static enum port_audit_result open_chain(struct pn_audit_writer *a, int64_t unix_ms)
{
    struct port_audit *port = a->batch.port;
    uint8_t *memory = port_audit_head(port, PN_AUDIT_HEAD_BYTES);

    if (memory == NULL) return PORT_AUDIT_FAULT;
    a->kept_known = pn_audit_head_read(pn_slice(memory, PN_AUDIT_HEAD_BYTES), &a->kept);
    pn_audit_head_init(&a->batch.kept, memory);
    if (resume_chain(a, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    pn_audit_head_keep(&a->batch.kept, &a->batch.chain);
    return port_audit_head_sync(port);
}

/* --- records that waited --- */

/* Does the line carry exactly these members? Cheaper than reading it: nothing is hashed. */
static bool carries(struct pn_slice line, struct pn_slice members)
{
    enum { AFTER_BYTES = 9 + 2 * PN_AUDIT_HASH_BYTES + 2 }; /* ,"hash":"..."} */

    if (line.len < members.len + AFTER_BYTES + 2) return false;
    struct pn_slice front = pn_slice_head(line, line.len - AFTER_BYTES);
    struct pn_slice end = pn_slice_from(front, front.len - members.len - 2);
    return end.at[0] == '"' && end.at[1] == ',' && pn_slice_equal(pn_slice_from(end, 2), members);
}

/* The batch that was being written when the run died is in the log, wholly or in part, and still in
 * its rings. Records left a ring in order, so those in the log are its first: walk through the log
 * and strike off what is met. */
static enum port_audit_result skip_written(struct pn_audit_batch *b, struct pn_audit_ring *old)
{
    struct log_walk walk = { 0 };
    struct pn_slice members, line;
    enum pn_step step = PN_DONE;
    bool waits = pn_audit_ring_take(old, &members);

    while (waits && (step = next_line(b, &walk, &line)) == PN_DONE) {
        if (!carries(line, members)) continue;
        pn_audit_ring_free(old);
        waits = pn_audit_ring_take(old, &members);
    }
    pn_audit_ring_rewind(old);
    return step == PN_REFUSED ? PORT_AUDIT_FAULT : PORT_AUDIT_DONE;
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
    if (open_chain(a, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    for (uint32_t i = 0; i < SPOOLS_MAX; i++) {
        if (recover_spool(a, i, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    }
    return make_rings(a);
}
