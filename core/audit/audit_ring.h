/* audit_ring.h - records on their way from one worker to the writer.
 *
 * One thread puts records in, one takes them out, and neither ever waits for the other: two
 * positions, 32-bit atomics, no lock. The ring lies in memory that the platform lends and that
 * outlives the process (on Linux a file mapped shared): a record that was put in is found there
 * after `kill -9`, by whoever starts next. So a record counts as accepted once it is in the ring.
 * Only where the device asks for stable storage before each answer (`sync: each`) does acceptance
 * wait for the writer.
 *
 * Room is a promise. Before anything is decided an exchange reserves room for its two records, and
 * from then on both fit, whatever happens to the log meanwhile. While the log cannot be written no
 * new promise is made, so traffic stops before a record could be lost.
 *
 * A frame is: stamp, length, body, stamp, padded to 8 bytes; all of it is written before the head
 * moves. The stamp is made of the run's nonce and the frame's position, so whoever reads after a
 * power cut, when some pages are older than others, sees where the whole frames end.
 *
 *     tail                       head
 *      |   taken, not yet         |
 *      |   in the log   | waiting | reserved |      room      |
 *
 * Positions count bytes since the spool was made, modulo 2^32.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_RING_H
#define PN_AUDIT_RING_H

#include <stdatomic.h>

#include "core/audit/audit.h"
#include "core/base/step.h"

enum {
    PN_AUDIT_FRAME_BYTES = 20, /* what a frame adds to its body, padding included, at most */
    PN_AUDIT_RING_BYTES_MIN = 16384,
};

/* What one exchange holds from its reservation to its decision, and from there to its end. */
#define PN_AUDIT_DECISION_ROOM ((PN_AUDIT_BODY_BYTES + PN_AUDIT_FRAME_BYTES + 7u) & ~7u)
#define PN_AUDIT_END_ROOM      ((PN_AUDIT_END_BYTES + PN_AUDIT_FRAME_BYTES + 7u) & ~7u)

/* The front of the lent memory. Written in this process's byte order; another run of the same
 * program on the same machine reads it. */
struct pn_audit_spool {
    uint32_t magic;
    uint32_t data_bytes; /* behind this header: a power of two */
    uint32_t nonce;      /* of the run that fills it */
    uint32_t apart_1[13];
    _Atomic uint32_t head; /* records end here; moved by the worker */
    uint32_t apart_2[15];
    _Atomic uint32_t tail; /* records before it are in the log; moved by the writer */
    uint32_t apart_3[15];
};

/* What the writer tells all workers, and they it. */
struct pn_audit_shared {
    _Atomic uint32_t fault;    /* 1: the log cannot be written */
    _Atomic uint32_t sleeping; /* enum pn_audit_sleep */
    struct port_audit *port;
    uint32_t sync_each; /* fixed at start */
};

enum pn_audit_sleep {
    PN_AUDIT_AWAKE,  /* it will look again by itself, at once */
    PN_AUDIT_NAP,    /* within milliseconds; wake it only when a ring is half full */
    PN_AUDIT_ASLEEP, /* not before it is woken */
};

struct pn_audit_ring {
    struct pn_audit_spool *spool;
    struct pn_audit_shared *shared;
    uint8_t *data;
    uint32_t mask;
    uint32_t nonce;

    /* Of the worker. */
    uint64_t counter; /* last decision id */
    uint32_t worker;
    uint32_t reserved_bytes;

    /* Of the writer. */
    uint32_t taken;
    _Atomic uint32_t accepted; /* records before it are on stable storage */
    _Atomic uint32_t waiting;  /* 1: the worker wants to be woken when something has moved */
};

/* Bytes of spool memory for a ring in which `exchange_count` exchanges are under way while the
 * records of some milliseconds, 256 KB, wait for the writer. A power of two, plus the header: 1 MB
 * for 1024 exchanges. */
size_t pn_audit_spool_bytes(uint32_t exchange_count);

/* Make an empty ring in `memory`, `bytes` long as above and aligned to 8; what it held is lost.
 * `nonce` is new and random in each run. Memory and `shared` are lent for the ring's life. */
void pn_audit_ring_init(struct pn_audit_ring *r, void *memory, size_t bytes, uint32_t nonce);

/* What is left of an earlier run. */
enum pn_audit_found {
    PN_AUDIT_FOUND_NOTHING, /* no ring, or an empty one */
    PN_AUDIT_FOUND_RECORDS, /* records wait; take them */
    PN_AUDIT_FOUND_DAMAGE,  /* `*lost_bytes` at the end cannot be read; what comes before waits */
};

/* Look at the ring that an earlier run left in `memory` and stand before its first record that is
 * not in the log. Nothing may be put into it. */
enum pn_audit_found pn_audit_ring_attach(struct pn_audit_ring *r, void *memory, size_t bytes,
                                         uint32_t *lost_bytes);

/* For the worker. */

/* What an exchange holds; zeroed memory holds nothing. */
struct pn_audit_ticket {
    struct pn_audit_id id;
    uint32_t position; /* behind the decision's frame */
    uint8_t state;     /* enum pn_audit_ticket_state in audit_ring.c */
};

/* Reserve room for a decision and its end, and draw the decision's id.
 *
 *   PN_DONE     `t` holds both; decide
 *   PN_WAIT     the ring is full; call again when the worker is woken, at the latest after the
 *               time the exchange may wait, then refuse with AUDIT_UNAVAILABLE
 *   PN_REFUSED  the log cannot be written: refuse with AUDIT_UNAVAILABLE now */
enum pn_step pn_audit_reserve(struct pn_audit_ring *r, struct pn_audit_ticket *t);

/* Write the decision; it cannot be lost once this returns. Room it did not need goes back. */
void pn_audit_decide(struct pn_audit_ring *r, struct pn_audit_ticket *t,
                     const struct pn_audit_decision *d);

/* May bytes go upstream?
 *
 *   PN_DONE     the decision's record is accepted
 *   PN_WAIT     not yet on stable storage; call again when the worker is woken
 *   PN_REFUSED  the log has failed meanwhile: refuse with AUDIT_UNAVAILABLE, then write the end */
enum pn_step pn_audit_accepted(struct pn_audit_ring *r, const struct pn_audit_ticket *t);

/* Write the end and give all room back; `t` is zeroed. */
void pn_audit_end(struct pn_audit_ring *r, struct pn_audit_ticket *t, const struct pn_audit_end *e);

/* Give back a ticket without a decision, such as when the client left while a body arrived; a
 * zeroed ticket is fine. After a decision only pn_audit_end() closes it. */
void pn_audit_release(struct pn_audit_ring *r, struct pn_audit_ticket *t);

/* Write an event. PN_DONE, or PN_WAIT when the ring has no room: try again later. */
enum pn_step pn_audit_event(struct pn_audit_ring *r, const struct pn_audit_event *e);

/* For the writer. */

/* Take the next record: true with its body, which lies in the ring until pn_audit_ring_free(). */
bool pn_audit_ring_take(struct pn_audit_ring *r, struct pn_slice *body);

/* Stand again before the first record that was taken and is not free. */
void pn_audit_ring_rewind(struct pn_audit_ring *r);

/* All records taken are in the log: their room is free. `r->accepted` is the caller's to move. */
void pn_audit_ring_free(struct pn_audit_ring *r);

/* Bytes that wait or are taken and not yet free. May be asked by any thread. */
uint32_t pn_audit_ring_bytes_used(const struct pn_audit_ring *r);

/* Do more than half of its bytes wait? Then what strangers can provoke at will is to be left out, so
 * that there is room for what matters. */
static inline bool pn_audit_ring_is_crowded(const struct pn_audit_ring *r)
{
    return pn_audit_ring_bytes_used(r) > r->mask / 2;
}

#endif
