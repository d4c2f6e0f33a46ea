/* base64.h - bytes as text (RFC 4648, 4), for where another standard wants that form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_BASE64_H
#define PN_BASE_BASE64_H

#include "core/base/writer.h"

/* What stands for 0 to 63. */
extern const uint8_t pn_base64_digits[65];

/* Put the base64 of what was written from `begin` on in its place, so that secrets are nowhere else.
 * Padded. A writer that has no room for that is full, and the text as it was is wiped. */
void pn_write_base64_over(struct pn_writer *w, size_t begin);

/* Decode `text`, padded or not, to `out`, which has room for as many bytes as it has and may be where it
 * lies. One form only, as pn_base64url_decode() in base64url.h.
 *
 *   true   `*bytes` is what it stands for; borrows from `out`
 *   false  it is no such text; `out` is undefined */
bool pn_base64_decode(struct pn_slice text, uint8_t *out, struct pn_slice *bytes);

#endif
