/* base64url.h - bytes as text in URLs and tokens (RFC 4648, 5), in the one form that is accepted.
 *
 * Without padding, as RFC 7515 (2) has it, and canonical: the bits of the last digit that stand for
 * nothing are zero. So a text stands for one run of bytes and no other text stands for the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_BASE64URL_H
#define PN_BASE_BASE64URL_H

#include "core/base/writer.h"

/* Bytes that `digits` digits stand for, where they can stand for any. */
static inline size_t pn_base64url_bytes(size_t digits)
{
    return digits / 4 * 3 + (digits % 4 + 1) / 2 - (digits % 4 == 1);
}

/* Decode `text` to `out`, which has room for pn_base64url_bytes(text.len), and may be where `text`
 * lies or before it.
 *
 *   true   `*bytes` is what it stands for; borrows from `out`
 *   false  another character, padding, a digit too many or bits behind the end; `out` is undefined */
bool pn_base64url_decode(struct pn_slice text, uint8_t *out, struct pn_slice *bytes);

/* Append `bytes` as that text. All or nothing, as with every writer. */
void pn_write_base64url(struct pn_writer *w, struct pn_slice bytes);

#endif
