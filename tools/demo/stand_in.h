/* stand_in.h - a small HTTP server that stands in for an upstream.
 *
 * For demonstrations and tests only: one thread for each connection, blocking, memory from the heap.
 * It reads with the gateway's own strict readers, so what reaches it was well-formed, and it counts
 * every byte: GET /count answers {"requests":N,"bytes":N}, which is how a test shows that a refused
 * call never got here. Asking for the count is not counted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_STAND_IN_H
#define TOOLS_STAND_IN_H

#include <stdatomic.h>

#include "core/base/writer.h"
#include "core/http/h1_head.h"

struct stand_in_request {
    const struct pn_h1_head *head;
    struct pn_slice body;
    int socket; /* for answers that are sent in pieces */
};

/* What goes back. With `streamed` the answer was sent already. */
struct stand_in_answer {
    unsigned status;
    struct pn_slice content_type; /* empty: none */
    struct pn_slice body;
    struct pn_slice session; /* Mcp-Session-Id, or empty */
    bool streamed;
};

struct stand_in {
    const char *name;
    uint16_t port;
    /* Answer one request; `w` has room for the body. */
    struct stand_in_answer (*answer)(const struct stand_in *s,
                                     const struct stand_in_request *request, struct pn_writer *w);
    _Atomic unsigned long requests, bytes;
    int listener;
};

/* Listen on 127.0.0.1 and serve in threads of its own. False, told on standard error, when the port
 * is taken. */
bool stand_in_start(struct stand_in *s);

/* Send all of `bytes`; false when the client is gone. */
bool stand_in_send(int socket, struct pn_slice bytes);

enum { STAND_IN_ANSWER_BYTES = 65536, STAND_IN_BODY_BYTES = 32 << 20 };

#endif
