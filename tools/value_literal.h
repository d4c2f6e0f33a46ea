/* value_literal.h - a value of the evaluator as CEL writes it, for people.
 *
 *     5  7u  1.5  "a"  b"\x00a"  true  null  [1, 2]  {"k": 1}  timestamp("...")  duration("90s")
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_VALUE_LITERAL_H
#define TOOLS_VALUE_LITERAL_H

#include "policy/machine.h"

void value_literal_write(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *value);

#endif
