/* opening.h - the checks that make a policy safe to decide by.
 *
 * Each function looks at one part of a blob and says whether every record of it is sound, given
 * that the parts before it are. pn_policy_open() calls them in order. For the files of this folder
 * only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_OPENING_H
#define PN_POLICY_OPENING_H

#include "policy/record.h"

struct pn_opening {
    struct pn_policy *policy;
    uint32_t features; /* that the header names, and the modules have */
    uint32_t count[PN_POLICY_SECTION_ENGINE_LAST + 1]; /* records of each section */
};

static inline bool pn_run_fits(const struct pn_opening *o, enum pn_policy_section section,
                               uint32_t first, uint32_t count)
{
    return first <= o->count[section] && count <= o->count[section] - first;
}

static inline bool pn_index_fits(const struct pn_opening *o, enum pn_policy_section section,
                                 uint32_t index)
{
    return index < o->count[section];
}

static inline bool pn_all_zero(const uint8_t *at, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++) any |= at[i];
    return any == 0;
}

/* The first section with an index, a run or a zero out of range, or 0. Relies on the counts alone.
 */
uint8_t pn_unsound_section(const struct pn_opening *o);

/* What the fields of a part mean together, once each of them is in range. */
bool pn_predicates_are_sound(const struct pn_opening *o);
bool pn_conditions_are_sound(const struct pn_opening *o);
bool pn_programs_are_sound(const struct pn_opening *o);
bool pn_roles_are_sound(const struct pn_opening *o);
bool pn_outputs_are_sound(const struct pn_opening *o);
bool pn_rules_are_sound(const struct pn_opening *o);
bool pn_dispatch_is_sound(const struct pn_opening *o);
bool pn_self_tests_are_sound(const struct pn_opening *o);

#endif
