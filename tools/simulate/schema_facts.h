/* schema_facts.h - does a record hold what a candidate's schemas look at?
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SCHEMA_FACTS_H
#define TOOLS_SCHEMA_FACTS_H

#include "tools/simulate/replay.h"

/* True when a schema that may reject the call names an attribute whose value is not known. The facts
 * of `r` are filled. */
bool schema_facts_lacking(const struct replay *r);

#endif
