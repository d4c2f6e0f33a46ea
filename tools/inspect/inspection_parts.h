/* inspection_parts.h - what both forms of an inspection tell, as rows.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_INSPECTION_PARTS_H
#define TOOLS_INSPECTION_PARTS_H

#include "tools/inspect/inspection.h"

/* How much of each limit of the engine a policy uses, in the order of policy_limits.h. */
struct limit_row {
    const char *name;
    uint32_t used, max;
};
#define LIMIT_ROWS 9
void limit_rows(const struct pn_policy *policy, struct limit_row rows[LIMIT_ROWS]);

/* Predicates by kind; "never" where the number has no kind. */
#define PREDICATE_KINDS (PN_PREDICATE_CODE + 1)
const char *predicate_kind_name(unsigned kind);
void predicate_kind_counts(const struct pn_policy *policy, uint32_t counts[PREDICATE_KINDS]);

/* The header of a body, which may be one that the engine refuses. False where there is none. */
struct header_fields {
    uint16_t format, engine_min, loop_items;
    uint32_t features, cost;
    uint8_t mode, role_words;
};
bool header_read(struct pn_slice body, struct header_fields *header);

/* Feature bits by name: a space before each, or " none"; an array of strings. */
void features_text(struct bytes *out, uint32_t features);
void features_json(struct bytes *out, uint32_t features);

/* A resource kind: how many exact actions and patterns it has. */
struct kind_row {
    struct pn_slice name;
    uint32_t actions, patterns;
};
uint32_t kind_count(const struct pn_policy *policy);
struct kind_row kind_row_at(const struct pn_policy *policy, uint32_t index);

/* "none", "not checked", "good", "refused"; "edge", "cerbos54", or "unknown". */
const char *inspection_signature(enum signature_state state);
const char *inspection_mode(uint8_t mode);

#endif
