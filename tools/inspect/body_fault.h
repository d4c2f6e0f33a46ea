/* body_fault.h - where a body is broken that the engine refuses.
 *
 * A device says what is wrong by the name of a check; here there is room to look where. The body is
 * opened again and again with the end of a suspected section overwritten by copies of its first
 * record, until the one record is found whose removal makes that fault go away.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_BODY_FAULT_H
#define TOOLS_BODY_FAULT_H

#include "policy/policy.h"

#define BODY_FAULT_NOWHERE SIZE_MAX

struct body_fault {
    enum pn_policy_fault fault; /* PN_POLICY_GOOD: the engine takes it */
    unsigned section;           /* 0: not known, or the container itself */
    size_t record;              /* BODY_FAULT_NOWHERE: not one by itself */
    size_t offset;           /* of the record, else of the section, in the body; or of the byte at
                                   which the container breaks; BODY_FAULT_NOWHERE */
    size_t count, count_max; /* PN_POLICY_BAD_LIMIT of a section: records, and how many may be */
};

struct body_fault body_fault_find(struct pn_slice body);

/* Number and contents of each section in the order of the body, as far as the container can be
 * read: start with `*at` 0. False at the end, where `*at` is how far it got. */
bool body_section_next(struct pn_slice body, size_t *at, uint64_t *number, struct pn_slice *bytes);

#endif
