/* see audit_ring.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_ring.h"

#include "core/base/assert.h"
#include "port/port_audit.h"

#define SPOOL_MAGIC 0x31534E50u /* "PNS1" */
#define SKIP        0xFFFFFFFFu /* a length that says: go on at the front */

enum { HEAD_BYTES = 8, STAMP_BYTES = 4, PAD = 8 };

enum pn_audit_ticket_state { TICKET_NONE, TICKET_RESERVED, TICKET_DECIDED };

_Static_assert(PN_AUDIT_DECISION_ROOM <= 4096,
               "You let a frame span three pages: the stamps at its ends no longer vouch for it.");
_Static_assert(sizeof(struct pn_audit_spool) % PAD == 0,
               "You moved the frames off their alignment.");

static uint32_t padded(uint32_t body_bytes)
{
    return (HEAD_BYTES + body_bytes + STAMP_BYTES + PAD - 1) & ~(uint32_t)(PAD - 1);
}

static uint32_t stamp_at(const struct pn_audit_ring *r, uint32_t position)
{
    return r->nonce ^ (position * 2654435761u + 1);
}

static void store32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static uint32_t load32(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

size_t pn_audit_spool_bytes(uint32_t exchange_count)
{
    enum { WAITING_BYTES = 1 << 18 };
    uint64_t want = (uint64_t)exchange_count * PN_AUDIT_END_ROOM + WAITING_BYTES;
    size_t bytes = PN_AUDIT_RING_BYTES_MIN;

    while (bytes < want && bytes < (size_t)1 << 30) {
        bytes *= 2;
    }
    return sizeof(struct pn_audit_spool) + bytes;
}

static void lie_in(struct pn_audit_ring *r, void *memory)
{
    *r = (struct pn_audit_ring){ .spool = memory };
    r->data = (uint8_t *)memory + sizeof(struct pn_audit_spool);
    r->mask = r->spool->data_bytes - 1;
    r->nonce = r->spool->nonce;
}

/* The magic goes in last: a spool that was being made when the process died is no spool. */
void pn_audit_ring_init(struct pn_audit_ring *r, void *memory, size_t bytes, uint32_t nonce)
{
    struct pn_audit_spool *spool = memory;
    uint32_t data_bytes = (uint32_t)(bytes - sizeof *spool);

    PN_ASSERT(data_bytes >= PN_AUDIT_RING_BYTES_MIN && (data_bytes & (data_bytes - 1)) == 0);
    spool->magic = 0;
    atomic_thread_fence(memory_order_seq_cst);
    spool->data_bytes = data_bytes;
    spool->nonce = nonce;
    atomic_store(&spool->head, 0);
    atomic_store(&spool->tail, 0);
    atomic_thread_fence(memory_order_seq_cst);
    spool->magic = SPOOL_MAGIC;
    lie_in(r, memory);
}

/* Is there a whole frame at `position`, ending at `head` or before? Its bytes, or 0; `*body_bytes`
 * is SKIP for the filler at the end of the ring. */
static uint32_t frame_at(const struct pn_audit_ring *r, uint32_t position, uint32_t head,
                         uint32_t *body_bytes)
{
    uint32_t at = position & r->mask, to_edge = r->mask + 1 - at, frame_bytes;
    const uint8_t *frame = r->data + at;

    if (load32(frame) != stamp_at(r, position)) return 0;
    *body_bytes = load32(frame + STAMP_BYTES);
    if (*body_bytes == SKIP) return to_edge <= head - position ? to_edge : 0;
    if (*body_bytes > PN_AUDIT_BODY_BYTES) return 0;
    frame_bytes = padded(*body_bytes);
    if (frame_bytes > to_edge || frame_bytes > head - position) return 0;
    if (load32(frame + HEAD_BYTES + *body_bytes) != stamp_at(r, position)) return 0;
    return frame_bytes;
}

enum pn_audit_found pn_audit_ring_attach(struct pn_audit_ring *r, void *memory, size_t bytes,
                                         uint32_t *lost_bytes)
{
    struct pn_audit_spool *spool = memory;

    *lost_bytes = 0;
    if (bytes < sizeof *spool + PN_AUDIT_RING_BYTES_MIN || spool->magic != SPOOL_MAGIC ||
        spool->data_bytes != bytes - sizeof *spool ||
        (spool->data_bytes & (spool->data_bytes - 1)) != 0) {
        return PN_AUDIT_FOUND_NOTHING;
    }
    lie_in(r, memory);
    uint32_t head = atomic_load(&spool->head), at = atomic_load(&spool->tail), body_bytes;
    r->taken = at;
    if ((head | at) % PAD != 0 || head - at > spool->data_bytes) {
        *lost_bytes = spool->data_bytes; /* at most that much; which records, nobody can say */
        atomic_store(&spool->head, at);
        return PN_AUDIT_FOUND_DAMAGE;
    }
    for (uint32_t frame; at != head; at += frame) {
        frame = frame_at(r, at, head, &body_bytes);
        if (frame == 0) break;
    }
    *lost_bytes = head - at;
    if (at != head) atomic_store(&spool->head, at);
    if (*lost_bytes > 0) return PN_AUDIT_FOUND_DAMAGE;
    return r->taken == head ? PN_AUDIT_FOUND_NOTHING : PN_AUDIT_FOUND_RECORDS;
}

uint32_t pn_audit_ring_bytes_used(const struct pn_audit_ring *r)
{
    uint32_t tail = atomic_load_explicit(&r->spool->tail, memory_order_acquire);

    return atomic_load_explicit(&r->spool->head, memory_order_relaxed) - tail;
}

/* Going on at the front leaves at most one frame's room unused at the end, so that much is never
 * promised. */
static bool has_room(const struct pn_audit_ring *r, uint32_t more_bytes)
{
    uint32_t held = pn_audit_ring_bytes_used(r) + r->reserved_bytes + PN_AUDIT_DECISION_ROOM;

    return held + more_bytes <= r->mask + 1;
}

/* Ask to be woken, and look once more: the writer may have moved meanwhile. */
static bool has_room_or_ask(struct pn_audit_ring *r, uint32_t more_bytes)
{
    if (has_room(r, more_bytes)) return true;
    atomic_store(&r->waiting, 1);
    port_audit_wake(r->shared->port);
    atomic_thread_fence(memory_order_seq_cst);
    return has_room(r, more_bytes);
}

enum pn_step pn_audit_reserve(struct pn_audit_ring *r, struct pn_audit_ticket *t)
{
    uint32_t both = PN_AUDIT_DECISION_ROOM + PN_AUDIT_END_ROOM;

    PN_ASSERT(t->state == TICKET_NONE);
    if (atomic_load_explicit(&r->shared->fault, memory_order_relaxed) != 0) return PN_REFUSED;
    if (!has_room_or_ask(r, both)) return PN_WAIT;
    r->reserved_bytes += both;
    *t = (struct pn_audit_ticket){
        .id = { .nonce = r->nonce, .worker = r->worker, .counter = ++r->counter },
        .state = TICKET_RESERVED,
    };
    return PN_DONE;
}

/* A writer on the place of the next frame's body, which `body_max` bytes will fit into. */
static struct pn_writer open_frame(struct pn_audit_ring *r, uint32_t body_max, uint32_t *position)
{
    uint32_t head = atomic_load_explicit(&r->spool->head, memory_order_relaxed);
    uint32_t to_edge = r->mask + 1 - (head & r->mask);

    if (padded(body_max) > to_edge) {
        uint8_t *frame = r->data + (head & r->mask);
        store32(frame + STAMP_BYTES, SKIP);
        store32(frame, stamp_at(r, head));
        head += to_edge;
    }
    *position = head;
    return pn_writer(r->data + (head & r->mask) + HEAD_BYTES, body_max);
}

/* Who finds the writer asleep wakes it, once for all workers. */
static void wake_writer(struct pn_audit_ring *r)
{
    uint32_t sleeping = atomic_load(&r->shared->sleeping);

    if (sleeping == PN_AUDIT_AWAKE) return;
    if (sleeping == PN_AUDIT_NAP && pn_audit_ring_bytes_used(r) <= r->mask / 2) return;
    if (atomic_exchange(&r->shared->sleeping, PN_AUDIT_AWAKE) == PN_AUDIT_AWAKE) return;
    port_audit_wake(r->shared->port);
}

/* Stamp the frame and publish it. Returns the position behind it. */
static uint32_t close_frame(struct pn_audit_ring *r, const struct pn_writer *body,
                            uint32_t position)
{
    uint8_t *frame = r->data + (position & r->mask);
    uint32_t head = position + padded((uint32_t)body->len);

    PN_ASSERT(!body->full);
    store32(frame + HEAD_BYTES + body->len, stamp_at(r, position));
    store32(frame + STAMP_BYTES, (uint32_t)body->len);
    atomic_signal_fence(memory_order_seq_cst);
    store32(frame, stamp_at(r, position));
    /* Sequentially consistent: the writer sets `sleeping` and then looks at the head, we do it the
     * other way round, and one of the two sees the other. */
    atomic_store(&r->spool->head, head);
    wake_writer(r);
    return head;
}

void pn_audit_decide(struct pn_audit_ring *r, struct pn_audit_ticket *t,
                     const struct pn_audit_decision *d)
{
    uint32_t position;

    PN_ASSERT(t->state == TICKET_RESERVED);
    struct pn_writer body = open_frame(r, PN_AUDIT_BODY_BYTES, &position);
    pn_audit_write_decision(&body, &t->id, d);
    r->reserved_bytes -= PN_AUDIT_DECISION_ROOM;
    t->position = close_frame(r, &body, position);
    t->state = TICKET_DECIDED;
}

static bool is_stable(const struct pn_audit_ring *r, uint32_t position)
{
    return (int32_t)(atomic_load(&r->accepted) - position) >= 0;
}

enum pn_step pn_audit_accepted(struct pn_audit_ring *r, const struct pn_audit_ticket *t)
{
    PN_ASSERT(t->state == TICKET_DECIDED);
    if (r->shared->sync_each == 0 || is_stable(r, t->position)) return PN_DONE;
    if (atomic_load(&r->shared->fault) != 0) return PN_REFUSED;
    atomic_store(&r->waiting, 1);
    return is_stable(r, t->position) ? PN_DONE : PN_WAIT;
}

void pn_audit_end(struct pn_audit_ring *r, struct pn_audit_ticket *t, const struct pn_audit_end *e)
{
    uint32_t position;

    PN_ASSERT(t->state == TICKET_DECIDED);
    struct pn_writer body = open_frame(r, PN_AUDIT_END_BYTES, &position);
    pn_audit_write_end(&body, &t->id, e);
    r->reserved_bytes -= PN_AUDIT_END_ROOM;
    (void)close_frame(r, &body, position);
    *t = (struct pn_audit_ticket){ 0 };
}

void pn_audit_release(struct pn_audit_ring *r, struct pn_audit_ticket *t)
{
    PN_ASSERT(t->state != TICKET_DECIDED);
    if (t->state == TICKET_RESERVED) {
        r->reserved_bytes -= PN_AUDIT_DECISION_ROOM + PN_AUDIT_END_ROOM;
    }
    *t = (struct pn_audit_ticket){ 0 };
}

enum pn_step pn_audit_event(struct pn_audit_ring *r, const struct pn_audit_event *e)
{
    struct pn_audit_id id = { r->nonce, r->worker, r->counter + 1 };
    uint32_t position;

    if (!has_room_or_ask(r, PN_AUDIT_DECISION_ROOM)) return PN_WAIT;
    r->counter++;
    struct pn_writer body = open_frame(r, PN_AUDIT_BODY_BYTES, &position);
    pn_audit_write_event(&body, &id, e);
    (void)close_frame(r, &body, position);
    return PN_DONE;
}

bool pn_audit_ring_take(struct pn_audit_ring *r, struct pn_slice *body)
{
    uint32_t head = atomic_load(&r->spool->head), frame_bytes, body_bytes;

    for (int skips = 0; r->taken != head && skips < 2; skips++) {
        const uint8_t *frame = r->data + (r->taken & r->mask);

        frame_bytes = frame_at(r, r->taken, head, &body_bytes);
        PN_ASSERT(frame_bytes > 0);
        r->taken += frame_bytes;
        if (body_bytes == SKIP) continue;
        *body = pn_slice(frame + HEAD_BYTES, body_bytes);
        return true;
    }
    return false;
}

void pn_audit_ring_rewind(struct pn_audit_ring *r)
{
    r->taken = atomic_load(&r->spool->tail);
}

void pn_audit_ring_free(struct pn_audit_ring *r)
{
    atomic_store(&r->spool->tail, r->taken);
}
