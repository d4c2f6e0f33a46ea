/* timestamp_make.h - sign a timestamp: the writing half of core/seal/timestamp.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_TIMESTAMP_MAKE_H
#define PN_TOOLS_TIMESTAMP_MAKE_H

#include "core/seal/timestamp.h"
#include "tools/key_file.h"

enum { PN_TIMESTAMP_BYTES_MAX = 512 };

/* Write `t`, signed with `pair`, to `out`, which has room for PN_TIMESTAMP_BYTES_MAX. False when the
 * library could not sign. What a gateway would refuse, such as an end before now, is written too. */
bool pn_timestamp_make(const struct pn_timestamp *t, const struct pn_key_pair *pair,
                       struct pn_writer *out);

#endif
