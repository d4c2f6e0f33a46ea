/* result.h - what value code leaves in place of what it was given.
 *
 * Values are 16 bytes, so they are not handed about: an operation gets the cell of its first operand
 * and leaves its result there. What it needs of the operands it has read by then. For the files of
 * this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_RESULT_H
#define PN_POLICY_RESULT_H

#include "policy/machine.h"

void pn_put_fault(struct pn_value *v, enum pn_fault fault);
void pn_put_no_overload(struct pn_value *v); /* PN_FAULT_NO_SUCH_OVERLOAD */

/* Why a function of machine.h had nothing to give: no step left, or no room. */
void pn_put_spent(struct pn_value *v, const struct pn_machine *m);

void pn_put_bool(struct pn_value *v, bool b);
void pn_put_int(struct pn_value *v, int64_t i);
void pn_put_double(struct pn_value *v, double d);
void pn_put_text(struct pn_value *v, struct pn_slice text); /* a string */

/* As pn_value_time(). */
void pn_put_time(struct pn_value *v, enum pn_built_type type, int64_t seconds, uint32_t nanos);

/* A number of any type as a double. */
double pn_number_as_double(const struct pn_value *v);

/* The text as a value of another type. */
void pn_put_text_as(struct pn_value *v, enum pn_built_type type, struct pn_slice text);

/* PN_FAULTY becomes `fault`. */
void pn_put_truth(struct pn_value *v, enum pn_truth truth, enum pn_fault fault);

#endif
