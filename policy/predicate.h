/* predicate.h - the value of one atom: false, true, error or unknown.
 *
 * Reading an attribute that is not there, or that cannot be used, is an error; so is an operation
 * that CEL does not define for the types at hand. == and != are defined for all types.
 * For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_PREDICATE_H
#define PN_POLICY_PREDICATE_H

#include "policy/policy.h"

/* The value of a PN_PREDICATE_COMPARE: by far the commonest kind, so it does not go the long way.
 */
enum pn_truth pn_predicate_compare(const struct pn_policy *policy, const struct pn_facts *facts,
                                   const uint8_t *record);

/* The value of the predicate at `record`. Of every kind but PN_PREDICATE_DERIVED, which needs
 * conditions. */
enum pn_truth pn_predicate_value(const struct pn_policy *policy, const struct pn_facts *facts,
                                 const uint8_t *record);

/* Is a usable value of enum pn_type in set `number`? */
enum pn_truth pn_set_holds(const struct pn_policy *policy, uint32_t number,
                           const struct pn_value *v);

#endif
