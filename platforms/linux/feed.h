/* feed.h - sealed policies from a compiler process.
 *
 * The compiler keeps to its own process, where it may allocate, read YAML and take its time; the
 * gateway gets what comes of each compilation over a pair of sockets, in messages: a head, then as
 * many bytes as it says, a sealed policy, what its author should know of it, or the compiler's
 * complaint.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_FEED_H
#define PN_LINUX_FEED_H

#include "core/base/writer.h"

enum pn_feed_kind {
    PN_FEED_NOTHING,
    PN_FEED_POLICY,
    PN_FEED_COMPLAINT,
    PN_FEED_NOTES, /* on the bundle whose policy comes next */
    PN_FEED_ENDED, /* the other side is gone */
};

struct pn_feed_head {
    uint32_t kind; /* enum pn_feed_kind */
    uint32_t bytes;
};

/* The reader's state; zeroed at the start. */
struct pn_feed {
    int socket;
    struct pn_feed_head head;
    uint32_t head_bytes; /* of the head read so far */
    struct pn_writer body;
};

/* Read what is there, without blocking. NOTHING until a message is whole; then `feed->body` holds
 * it, until the next call. A message that does not fit the body is an error of the sender. */
enum pn_feed_kind pn_feed_read(struct pn_feed *feed);

/* Send one message, blocking. False when the other side is gone. */
bool pn_feed_send(int socket, enum pn_feed_kind kind, struct pn_slice bytes);

#endif
