/* SPDX-License-Identifier: Apache-2.0 */
/* h1_framing.h - what the fields of a whole head mean for the connection.
 *
 * The second half of reading a head: once h1_head.c has all lines, these decide whether they fit
 * together, how the body is delimited and whether the connection lives on. */
#ifndef PN_HTTP_H1_FRAMING_H
#define PN_HTTP_H1_FRAMING_H

#include "core/http/h1_head.h"

/* Fill in framing, body_bytes, keep_alive, expect_continue, media and coding from the fields;
 * called by h1_head.c alone. PN_REASON_NONE, or why the message is refused; results are then
 * undefined. */
enum pn_reason pn_h1_request_frame(struct pn_h1_head *h);
enum pn_reason pn_h1_response_frame(struct pn_h1_head *h);

/* True when a Connection field lists `name` as a field of this hop, which is never forwarded
 * (RFC 9110, 7.6.1); "close" and "keep-alive" are no such names. Of a head that was accepted. */
bool pn_h1_connection_lists(const struct pn_h1_head *h, struct pn_slice name);

#endif
