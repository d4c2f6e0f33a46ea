/* outbox.h - bytes on their way out to one side.
 *
 * What is written by the gateway goes into the outbox's own buffer; a request body or a long answer
 * that lies elsewhere follows as borrowed segments, so that it is not copied. Whatever fits goes
 * out in one send.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_OUTBOX_H
#define PN_OUTBOX_H

#include "core/base/writer.h"
#include "core/limits.h"

enum {
    PN_SEGMENTS = 3,
    PN_OUTBOX_BYTES = PN_RELAY_BYTES + PN_HEAD_BYTES, /* a head and a full relay buffer behind it */
};

struct pn_outbox {
    uint8_t *at;                          /* PN_OUTBOX_BYTES */
    uint32_t begin, end;                  /* not yet sent, within `at` */
    struct pn_slice segment[PN_SEGMENTS]; /* sent after that, in order */
};

/* Forget everything; the buffer stays. */
void pn_outbox_reset(struct pn_outbox *o);

/* The next piece to send, or the empty slice; then how much of it was taken. */
struct pn_slice pn_outbox_next(const struct pn_outbox *o);
void pn_outbox_sent(struct pn_outbox *o, size_t bytes);

/* Nothing is left to send. */
bool pn_outbox_empty(const struct pn_outbox *o);

/* Bytes the buffer has room for. None while segments wait, as they come last. */
size_t pn_outbox_room(const struct pn_outbox *o);

/* A writer on the free part of the buffer; commit appends what it has written, and nothing when it
 * became full. */
struct pn_writer pn_outbox_writer(struct pn_outbox *o);
bool pn_outbox_commit(struct pn_outbox *o, const struct pn_writer *w);

/* Append borrowed bytes, which must stay until they are sent. Short ones are copied. */
void pn_outbox_lend(struct pn_outbox *o, struct pn_slice bytes);

#endif
