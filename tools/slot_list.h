/* slot_list.h - the attributes that a predicate reads.
 *
 * A predicate names up to two slots; one that runs value code reads those of its instructions and of
 * the predicates that these push.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SLOT_LIST_H
#define TOOLS_SLOT_LIST_H

#include "policy/policy.h"

#define SLOT_LIST_MAX 64 /* beyond these a predicate's slots are not listed */

struct slot_list {
    uint16_t slots[SLOT_LIST_MAX];
    size_t count;
};

/* Add the slots of `predicate`, each once. */
void slot_list_of_predicate(const struct pn_policy *policy, uint16_t predicate,
                            struct slot_list *list);

/* Append the value of a slot as JSON, cut where it is long; that of a secret slot as a mask. */
struct bytes;
void slot_write_value(struct bytes *out, const struct pn_policy *policy, uint16_t slot,
                      const struct pn_value *value);

#endif
