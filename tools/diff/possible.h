/* possible.h - what a condition can still come to while some of its predicates are undecided.
 *
 * Four-valued logic has one unknown. Here an unknown is the set of what may become of it, so that an
 * error beside an unknown is seen to be no longer true where both must hold.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POSSIBLE_H
#define TOOLS_POSSIBLE_H

#include "policy/condition.h"

/* Bits 1 << enum pn_truth, at least one, never that of PN_UNDECIDED. Each predicate is taken by
 * itself, so more may be told than can be. */
uint8_t possible_of_condition(struct pn_eval *e, uint32_t condition);

#endif
