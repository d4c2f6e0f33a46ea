/* dispatch.h - which rules speak of a call?
 *
 * A resource kind has exact actions and patterns of actions. The rules of a call are the exact
 * action's list and the list of every pattern that matches. Both are found by binary search, so
 * rules about other actions cost nothing but the logarithm. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_DISPATCH_H
#define PN_POLICY_DISPATCH_H

#include "policy/policy.h"

struct pn_dispatch {
    const struct pn_policy *policy;
    struct pn_slice action;
    const uint8_t *kind; /* record of KINDS, NULL when no rule speaks of the kind */
    uint16_t glob;       /* pattern to try next, PN_NONE16 at the end */
    bool exact_done;
};

/* A run of RULE_LISTS. */
struct pn_rule_list {
    const uint8_t *at; /* u16 rule indexes, ascending */
    uint32_t count;
};

/* Start looking; `kind` and `action` borrow. */
struct pn_dispatch pn_dispatch_begin(const struct pn_policy *policy, struct pn_slice kind,
                                     struct pn_slice action);

/* The same in the record `kind` of KINDS. */
struct pn_dispatch pn_dispatch_in(const struct pn_policy *policy, const uint8_t *kind,
                                  struct pn_slice action);

/* Does `text` match a record of GLOBS or PATTERNS? */
bool pn_pattern_fits(const struct pn_policy *policy, const uint8_t *pattern, struct pn_slice text);

/* The next list of rules; false when there is no further one. A rule may be in several. */
bool pn_dispatch_next(struct pn_dispatch *d, struct pn_rule_list *list);

/* Mark rule `index` in scratch->considered; true when it was not marked before. */
static inline bool pn_rule_is_new(struct pn_policy_scratch *scratch, uint16_t index)
{
    uint64_t bit = (uint64_t)1 << index % 64, before = scratch->considered[index / 64];

    scratch->considered[index / 64] = before | bit;
    return (before & bit) == 0;
}

#endif
