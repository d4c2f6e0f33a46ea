/* moment.h - timestamps and durations as values: arithmetic and text. For the files of this folder only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_MOMENT_H
#define PN_POLICY_MOMENT_H

#include "policy/machine.h"

/* a op b in `a`, both of them moments, op PN_CODE_ADD to PN_CODE_REMAINDER; or for PN_CODE_NEGATE -a, of
 * a duration. Out of range or without an overload: PN_ERROR. */
void pn_moment_compute(uint8_t op, struct pn_value *a, const struct pn_value *b);

/* Append as string() shows it, a timestamp by the clock that it keeps. */
void pn_moment_write(struct pn_writer *w, const struct pn_value *v);

#endif
