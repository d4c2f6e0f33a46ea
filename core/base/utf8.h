/* utf8.h - is this UTF-8? (RFC 3629)
 *
 * Overlong forms, surrogates and code points beyond U+10FFFF are refused, as the RFC asks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_UTF8_H
#define PN_BASE_UTF8_H

#include "core/base/slice.h"

/* Bytes of the well-formed character at the front of `s` (1 to 4), or 0 when there is none. */
size_t pn_utf8_length(struct pn_slice s);

/* True when all of `s` is well-formed. */
bool pn_utf8_valid(struct pn_slice s);

/* Write `code`, at most U+10FFFF and no surrogate, to `out`; returns its 1 to 4 bytes. */
size_t pn_utf8_encode(uint32_t code, uint8_t out[4]);

#endif
