/* argument.h - how built-in functions read what they are given. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_ARGUMENT_H
#define PN_POLICY_ARGUMENT_H

#include "policy/machine.h"

/* Make of a list one of cells that the caller may change, with its elements paid for. False, and a fault
 * in its place, when it holds an unusable element, or there is no room or no step. */
bool pn_argument_cells(struct pn_machine *m, struct pn_value *list);

/* An element of a list that has to be a text, plain and paid for: PN_TAKES_TEXT for what is no argument
 * itself. False, and a fault in its place. */
bool pn_argument_text(struct pn_machine *m, struct pn_value *v);

#endif
