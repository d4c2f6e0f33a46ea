/* now_use.h - did a decision depend on what time it is?
 *
 * A test whose result depends on the day it is run on is no test: a suite says what time it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_NOW_USE_H
#define TOOLS_NOW_USE_H

#include "policy/policy_explain.h"

/* Memory of the question; large. Its contents do not matter. */
struct now_use {
    struct pn_policy_scratch scratch;
    uint8_t came_to[PN_POLICY_RULES_MAX];
};

/* True when now() was read by an output that was told, or by a condition that comes out otherwise
 * were each comparison with now() the opposite. A condition that was settled without it does not
 * count, as `a && now() > b` where `a` is false. To be asked right after pn_policy_decide(). */
bool now_was_needed(struct now_use *room, const struct pn_policy *policy,
                    const struct pn_facts *facts, const struct pn_policy_scratch *scratch,
                    const struct pn_decision *decision);

#endif
