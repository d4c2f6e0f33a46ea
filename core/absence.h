/* absence.h - why no policy is in force, told by the control thread, read by every worker.
 *
 * A call that is refused for want of a policy says what is the matter with it: the name of the last
 * refusal, such as "seal_signature". The control thread writes that name, workers copy it out while
 * it may be written anew, so it is kept in 32-bit atomics under a version that is odd meanwhile: no
 * lock, and whoever reads gives up after a few tries rather than wait.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ABSENCE_H
#define PN_ABSENCE_H

#include <stdatomic.h>

#include "core/base/slice.h"

enum { PN_ABSENCE_BYTES = 48 };

struct pn_absence {
    _Atomic uint32_t version; /* odd while the words change */
    _Atomic uint32_t words[PN_ABSENCE_BYTES / 4];
};

/* Nothing is known: no policy was ever offered. */
void pn_absence_init(struct pn_absence *a);

/* For the one writer: the name of what is the matter, cut to PN_ABSENCE_BYTES; empty: nothing. */
void pn_absence_tell(struct pn_absence *a, struct pn_slice name);

/* Copy the name into `room`. Returns it, empty when nothing is known or it is changing just now. */
struct pn_slice pn_absence_read(struct pn_absence *a, uint8_t room[PN_ABSENCE_BYTES]);

#endif
