/* assemble_body.h - the body of sections that assemble.h wrote: dispatch laid out, all wrapped in CBOR.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_ASSEMBLE_BODY_H
#define TEST_ASSEMBLE_BODY_H

#include "test/policy/assemble.h"

/* Write what the sections need into the header. pn_asm_finish() does. */
void pn_asm_features(struct pn_asm *a);

/* The CBOR body. Borrows from `a`. */
struct pn_slice pn_asm_finish(struct pn_asm *a);

/* The body again, from sections as they are now: for tests that patched them after finishing. */
struct pn_slice pn_asm_wrap(struct pn_asm *a);

#endif
