/* value_json.h - values as compact JSON; policy_output.h says which becomes what. For the files of
 * this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_VALUE_JSON_H
#define PN_POLICY_VALUE_JSON_H

#include "policy/value_text.h"

/* Append a value. False when it has no form, or no step or memory is left: what was written of it is
 * then taken back. */
bool pn_write_value_json(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v);

/* Run a block and append its value as JSON; for people a string as its text, anything else as JSON. False,
 * and nothing appended, when it comes to an error. What was built is given back. */
bool pn_write_block(struct pn_machine *m, uint32_t block, struct pn_writer *w,
                    enum pn_value_form form);

#endif
