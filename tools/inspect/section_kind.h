/* section_kind.h - the sections of a policy body by name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SECTION_KIND_H
#define TOOLS_SECTION_KIND_H

#include "policy/blob.h"

struct section_kind {
    uint8_t number;       /* enum pn_policy_section, or one of the gateway's */
    uint8_t record_bytes; /* 1: bytes, no records */
    const char *name;
};

/* NULL for a number that no section has. */
const struct section_kind *section_kind_of(unsigned number);

/* Records of a section of `bytes`; role masks count by words. */
size_t section_records(unsigned number, size_t bytes);

/* The engine's sections that a fault may be about, zero-terminated: those that its check reads. */
const uint8_t *fault_sections(enum pn_policy_fault fault);

#endif
