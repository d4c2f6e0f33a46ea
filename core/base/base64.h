/* base64.h - bytes as text (RFC 4648, 4), for where another standard wants that form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_BASE64_H
#define PN_BASE_BASE64_H

#include "core/base/writer.h"

/* Put the base64 of what was written from `begin` on in its place, so that secrets are nowhere else.
 * Padded. A writer that has no room for that is full, and the text as it was is wiped. */
void pn_write_base64_over(struct pn_writer *w, size_t begin);

#endif
