/* now_use.h - did a decision depend on what time it is?
 *
 * A test whose result depends on the day it is run on is no test: a suite says what time it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_NOW_USE_H
#define TOOLS_NOW_USE_H

#include "policy/policy.h"

/* True when a predicate that was evaluated, or an output that was told, reads now(). To be asked
 * right after pn_policy_decide(). */
bool now_was_read(const struct pn_policy *policy, const struct pn_policy_scratch *scratch,
                  const struct pn_decision *decision);

#endif
