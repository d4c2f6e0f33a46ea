/* listing.h - is there any argument at all with which a listed tool could be used?
 *
 * While a tool is listed its arguments are unknown, and so is what they make of the predicates that
 * read them. Deciding with four values hides a tool only when no unknown could save it, but rule by
 * rule: an allow where `a` holds and a deny where `a` holds are both possible, though never the
 * allow alone. So what looked possible is tried: one unknown after the other is taken for false,
 * for true and for an error, as its argument may be missing, until a decision is reached that no
 * unknown has a part in. A tool is hidden when every way ends in a denial.
 *
 * A way that needs more than PN_POLICY_UNKNOWNS_MAX unknowns ends the search, as do more decisions
 * than PN_POLICY_TRIES_MAX, and the tool is shown.
 * Predicates are taken one by one: that `x > 5` and `x < 3` exclude each other is not seen.
 *
 * For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_LISTING_H
#define PN_POLICY_LISTING_H

#include "policy/condition.h"

/* What unknown predicates are taken for, in the order in which they were met. */
struct pn_guesses {
    uint16_t predicate[PN_POLICY_UNKNOWNS_MAX];
    uint8_t value[PN_POLICY_UNKNOWNS_MAX]; /* enum pn_truth */
    uint16_t count;
};

/* Write the guesses of `e` over what is known. */
void pn_guesses_apply(struct pn_eval *e);

/* `decision` was reached by `e` in PN_PHASE_LIST and lets the tool be seen. Deny by default instead
 * when no argument bears that out; otherwise leave it as it is. The scratch is as it was. */
void pn_listing_confirm(struct pn_eval *e, struct pn_decision *decision);

#endif
