/* denial.h - why a request of the admin listener is turned away before anything is done for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_DENIAL_H
#define PN_DENIAL_H

#include "core/base/slice.h"

enum pn_denial {
    PN_DENIAL_NONE, /* it is not */
#define PN_DENIAL(symbol, name, status, sentence) PN_DENIAL_##symbol,
#include "core/admin/denial.def"
#undef PN_DENIAL
    PN_DENIAL_COUNT,
};

/* What denial.def says; not of NONE. The bytes are constant. */
struct pn_slice pn_denial_name(enum pn_denial denial);
struct pn_slice pn_denial_sentence(enum pn_denial denial);
uint16_t pn_denial_status(enum pn_denial denial);

#endif
