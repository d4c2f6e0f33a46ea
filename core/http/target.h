/* SPDX-License-Identifier: Apache-2.0 */
/* target.h - the request target: one spelling for each path (RFC 9112, 3.2.1; RFC 3986).
 *
 * Only origin-form is spoken: a path that begins with "/", and perhaps a query. A path is accepted
 * only in normal form, so that no two readers can disagree about which resource it names, and
 * comparing its bytes is enough. Refused are
 *
 *   - empty segments ("//"), "." and "..", in whatever spelling;
 *   - escapes of characters that need none ("%2e", "%41"), of "/", "\", "%" and control characters,
 *     of bytes beyond ASCII, and escapes that are not two hexadecimal digits;
 *   - ";", which some servers cut a segment at, so that "..;" becomes "..";
 *   - fragments, spaces, control characters, bytes beyond ASCII, absolute-form, "*".
 *
 * A trailing "/" is allowed and makes a different path. A query is passed on as it is: its escapes
 * must be well formed and none may stand for NUL. */
#ifndef PN_HTTP_TARGET_H
#define PN_HTTP_TARGET_H

#include "core/base/slice.h"
#include "core/base/writer.h"

struct pn_target {
    struct pn_slice path;  /* begins with "/" */
    struct pn_slice query; /* behind the "?"; its `at` is NULL when there is no "?" */
};

/* Split a request target and check it. False when it is refused; `*out` is then undefined.
 * Both parts borrow from `target`. */
bool pn_target_split(struct pn_slice target, struct pn_target *out);

/* Take the next segment from the front of a path that was accepted: from "/v1/models" first "v1",
 * then "models". A trailing "/" ends in one empty segment, and "/" is one empty segment. False when
 * nothing is left. Segments are as they were sent: escapes of reserved characters are still in
 * them. */
bool pn_target_segment(struct pn_slice *path, struct pn_slice *segment);

/* Append a segment, or an accepted path, with its escapes decoded. */
void pn_target_decode(struct pn_writer *w, struct pn_slice segment);

#endif
