/* truth.h - logic over four values: false, true, error, unknown (CEL's && || !).
 *
 * A false settles && and a true settles ||, whatever the other side is; otherwise an error or an
 * unknown wins over what would be neutral. When an error meets an unknown, the error wins while a
 * call is decided, where nothing is unknown for good; the unknown wins while a tool is listed,
 * where some argument may still remove it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_TRUTH_H
#define PN_POLICY_TRUTH_H

#include "policy/policy.h"

static inline enum pn_truth pn_truth_of(bool holds)
{
    return holds ? PN_TRUE : PN_FALSE;
}

static inline enum pn_truth pn_truth_not(enum pn_truth a)
{
    return a == PN_FALSE ? PN_TRUE : a == PN_TRUE ? PN_FALSE : a;
}

/* Neither side is settled: which of error and unknown remains. */
static inline enum pn_truth pn_truth_unsettled(enum pn_truth a, enum pn_truth b,
                                               enum pn_phase phase)
{
    if (a == b) return a;
    return phase == PN_PHASE_LIST ? PN_UNDECIDED : PN_FAULTY;
}

static inline enum pn_truth pn_truth_and(enum pn_truth a, enum pn_truth b, enum pn_phase phase)
{
    if (a == PN_FALSE || b == PN_FALSE) return PN_FALSE;
    if (a == PN_TRUE) return b;
    return b == PN_TRUE ? a : pn_truth_unsettled(a, b, phase);
}

static inline enum pn_truth pn_truth_or(enum pn_truth a, enum pn_truth b, enum pn_phase phase)
{
    if (a == PN_TRUE || b == PN_TRUE) return PN_TRUE;
    if (a == PN_FALSE) return b;
    return b == PN_FALSE ? a : pn_truth_unsettled(a, b, phase);
}

/* Does a rule of this outcome take part when its roles and condition come to `value`? One in error
 * does where it denies or steps up; one that is undecided does unless it denies for good. In a call
 * nothing may be undecided; if something is, it does not open a door. */
static inline bool pn_truth_matches(enum pn_truth value, enum pn_outcome outcome,
                                    enum pn_phase phase)
{
    if (value == PN_TRUE || value == PN_FALSE) return value == PN_TRUE;
    if (value == PN_UNDECIDED && phase == PN_PHASE_LIST) return outcome != PN_DENY;
    return outcome == PN_DENY || outcome == PN_STEP_UP;
}

#endif
