/* predicate_key.h - what a predicate asks, as text that is the same in every policy.
 *
 * The source text of a predicate names variables and constants, which another policy may define
 * otherwise. The key names attributes and values instead: two predicates with one key come to the
 * same for every request.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_PREDICATE_KEY_H
#define TOOLS_PREDICATE_KEY_H

#include "policy/policy.h"
#include "tools/compile/arena.h"

/* Append it. */
void predicate_key(struct bytes *out, const struct pn_policy *policy, uint16_t predicate);

#endif
