/* request_lines.h - requests out of a stream, one JSON text after the other.
 *
 * A request ends with the line that closes its last bracket, so that each can be answered as soon
 * as it is complete, whether it was written on one line or on many. One that breaks off takes no
 * other with it: it ends where a string is open at the end of a line, and before a line whose first
 * character is '{'. Within a request written on many lines such a line is indented.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REQUEST_LINES_H
#define TOOLS_REQUEST_LINES_H

#include <stdio.h>

#include "tools/compile/arena.h"

#define REQUEST_BYTES_MAX (16 << 20)

struct request_lines { /* all-zero but for `from` */
    FILE *from;
    struct bytes request;
    char *line;
    size_t room;
    struct pn_slice ahead; /* a line read already, that begins the next request */
};

/* The next request, which lives until the next call; false at the end. One that is longer than
 * REQUEST_BYTES_MAX ends early, as does the last one where the stream breaks off. */
bool request_lines_next(struct request_lines *lines, struct pn_slice *request);
void request_lines_free(struct request_lines *lines);

#endif
