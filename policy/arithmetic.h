/* arithmetic.h - CEL's + - * / % and unary minus. For the files of this folder only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_ARITHMETIC_H
#define PN_POLICY_ARITHMETIC_H

#include "policy/machine.h"

/* `a` op `b` in `a`, for usable values, op PN_CODE_ADD to PN_CODE_REMAINDER. Overflow, division by zero
 * and types without an overload are PN_ERROR. */
void pn_arithmetic(struct pn_machine *m, uint8_t op, struct pn_value *a, const struct pn_value *b);

void pn_negate(struct pn_machine *m, struct pn_value *v);

#endif
