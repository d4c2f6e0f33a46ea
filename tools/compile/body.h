/* body.h - the container of a compiled policy, as policy/blob.h reads it: a deterministic CBOR map
 * {section number: byte string}.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_BODY_H
#define TOOLS_BODY_H

#include "policy/policy_format.h"
#include "tools/compile/arena.h"

/* Append a body of the sections that are not empty and, where `extra` is not empty, of that one
 * under `extra_number`, which is above all others. */
void body_write(struct bytes *body, const struct bytes sections[PN_POLICY_SECTION_COUNT],
                unsigned extra_number, struct pn_slice extra);

#endif
