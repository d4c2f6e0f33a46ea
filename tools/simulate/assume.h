/* assume.h - decisions with predicates taken for granted.
 *
 * A predicate that reads an unknown fact comes to unknown. Whether it matters is found out by taking
 * it for true, for false and for in error, one after the other, and deciding each time: where all
 * of them end alike it does not. So a decision is explored as a tree whose branches ask only for
 * predicates that the evaluator itself asked for.
 *
 * Facts are to be decided in PN_PHASE_LIST then, in which an unknown is never taken for an error;
 * with nothing unknown both phases decide alike.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ASSUME_H
#define TOOLS_ASSUME_H

#include "policy/policy.h"

/* Take the predicate for granted; PN_UNDECIDED: no longer. */
void assume(struct pn_assumed *assumed, uint16_t predicate, enum pn_truth value);

/* The value taken for granted, else PN_UNDECIDED. */
enum pn_truth assume_value(const struct pn_assumed *assumed, uint16_t predicate);

/* Before a decision: forget what the one before asked for. */
void assume_begin(struct pn_assumed *assumed);

/* After a decision: a predicate that came to unknown and can be taken for granted. PN_NONE16: none
 * did, the decision stands whatever is unknown. ASSUME_CANNOT: some did, and none of them can. */
enum { ASSUME_CANNOT = 0xFFFE };
uint16_t assume_next(const struct pn_policy *policy, const struct pn_assumed *assumed);

#endif
