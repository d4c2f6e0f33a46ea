/* value_text.h - values as text for people, as CEL's format("%s") writes them. For the files of this
 * folder only.
 *
 *   true  -5  7  2.5  NaN  text  null  2023-02-03T23:31:20Z  6347s  int
 *   [a, 1, [2, 3]]   {1: a, key: b}    in the order of the keys as they are written
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_VALUE_TEXT_H
#define PN_POLICY_VALUE_TEXT_H

#include "policy/machine.h"

/* Append what is neither list nor map nor a type. PN_FAULT_COUNT when it was written; else why not. */
enum pn_fault pn_write_scalar(const struct pn_machine *m, struct pn_writer *w,
                              const struct pn_value *v);

/* Append a number in base 2, 8 or 16: `shift` bits a digit, with `ten` for the digit 10. */
void pn_write_bits(struct pn_writer *w, uint64_t bits, unsigned shift, uint8_t ten);

/* Append a timestamp, a duration, an address or a network, by the functions that made it. */
void pn_write_made(const struct pn_machine *m, struct pn_writer *w, const struct pn_value *v);

/* How to write a value: for people, or as compact JSON; policy_output.h says which becomes what there. */
enum pn_value_form { PN_FORM_TEXT, PN_FORM_JSON };

/* Append any value, lists and maps in one another to a depth of PN_VALUE_TEXT_DEPTH_MAX, in JSON of
 * PN_POLICY_VALUE_DEPTH_MAX. Likewise; pays for itself. */
enum pn_fault pn_write_value(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v,
                             enum pn_value_form form);

/* Append bytes as base64, padded. */
void pn_write_base64(struct pn_writer *w, struct pn_slice bytes);

#define PN_VALUE_TEXT_DEPTH_MAX 8

#endif
