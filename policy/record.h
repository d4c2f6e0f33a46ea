/* record.h - reach a record of an opened policy. For the files of this folder only.
 *
 * Indexes were checked when the policy was opened; nothing is checked here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_RECORD_H
#define PN_POLICY_RECORD_H

#include "core/base/bytes.h"
#include "policy/policy.h"

/* Start of record `index` of a section whose records are `bytes` long. */
static inline const uint8_t *pn_record(const struct pn_policy *p, enum pn_policy_section section,
                                       size_t bytes, size_t index)
{
    return p->blob.section[section].at + bytes * index;
}

static inline struct pn_slice pn_string(const struct pn_policy *p, uint32_t index)
{
    const uint8_t *at = pn_record(p, PN_POLICY_SECTION_STRINGS, PN_STRINGS_BYTES, index);

    return pn_slice(p->blob.section[PN_POLICY_SECTION_STRING_BYTES].at +
                        pn_load32(at + PN_STRINGS_OFFSET),
                    pn_load32(at + PN_STRINGS_LEN));
}

static inline const uint8_t *pn_predicate_at(const struct pn_policy *p, uint16_t index)
{
    return pn_record(p, PN_POLICY_SECTION_PREDICATES, PN_PREDICATE_BYTES, index);
}

static inline const uint8_t *pn_rule_at(const struct pn_policy *p, uint16_t index)
{
    return pn_record(p, PN_POLICY_SECTION_RULES, PN_RULE_BYTES, index);
}

static inline const uint8_t *pn_role_mask_at(const struct pn_policy *p, uint32_t mask)
{
    return pn_record(p, PN_POLICY_SECTION_ROLE_MASKS, (size_t)8 * p->role_words, mask);
}

/* A constant as a value; strings borrow from the policy. */
struct pn_value pn_constant(const struct pn_policy *p, uint32_t index);

#endif
