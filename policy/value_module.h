/* value_module.h - what the rest of the engine asks of the module for value code. See policy.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_VALUE_MODULE_H
#define PN_POLICY_VALUE_MODULE_H

#include "core/base/writer.h"
#include "policy/condition.h"
#include "policy/opening.h"
#include "policy/value_text.h"

struct pn_value_module {
    /* While a policy is opened: a constant of a type that JSON does not have; all blocks. */
    bool (*constant_is_sound)(const struct pn_opening *o, const uint8_t *constant);
    bool (*code_is_sound)(const struct pn_opening *o);
    /* The groups of functions that it needs, once it is sound. */
    uint32_t (*features)(const struct pn_opening *o);
    /* Does the block read derived roles? */
    bool (*asks_for_derived)(const struct pn_policy *policy, uint32_t block);
    /* The block's value as a condition. */
    enum pn_truth (*truth)(struct pn_eval *e, uint32_t block);
    /* Append the block's value: as compact JSON, or for people, where a string is its text. False: an
     * error. */
    bool (*write)(struct pn_eval *e, uint32_t block, struct pn_writer *w, enum pn_value_form form);
};

/* The parts, in opening_code.c. */
bool pn_code_constant_is_sound(const struct pn_opening *o, const uint8_t *constant);
bool pn_code_is_sound(const struct pn_opening *o);
uint32_t pn_code_features_of(const struct pn_opening *o);
bool pn_code_asks_for_derived(const struct pn_policy *policy, uint32_t block);

#endif
