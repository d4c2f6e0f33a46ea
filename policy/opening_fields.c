/* see opening.h: indexes, runs and zeros, one line a field.
 *
 * Most of what can be wrong with a record is an index beyond its section. Those fields are a table,
 * so that adding one to the format is adding a line here. Masks of roles and conditions of rules
 * may be none; what a field means beyond being in range is checked by the part it belongs to.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/opening.h"

enum field_kind {
    INDEX,  /* u32 below the count of `to` */
    OPTION, /* the same, or PN_NONE32 */
    RUN,    /* u32 first and u32 count into `to` */
    SHORT,  /* u32 first and u16 count into `to`, at least 1 */
    ZERO,   /* `to` bytes */
};

struct field_row {
    uint8_t section, at, kind, to;
};

#define S(name) PN_POLICY_SECTION_##name

static const struct field_row fields[] = {
    { S(SET_MEMBERS), 0, INDEX, S(CONSTANTS) },
    { S(SETS), PN_SET_ZERO, ZERO, 3 },
    { S(CONSTANTS), PN_CONSTANT_ZERO, ZERO, 3 },
    { S(SLOTS), PN_SLOT_PATH, INDEX, S(STRINGS) },
    { S(CODE_BLOCKS), PN_BLOCK_FIRST, SHORT, S(VALUE_CODE) },
    { S(CODE_BLOCKS), PN_BLOCK_ZERO, ZERO, 4 },
    { S(DFAS), PN_DFA_TEXT, INDEX, S(STRINGS) },
    { S(DFAS), PN_DFA_ZERO, ZERO, 1 },
    { S(PREDICATES), PN_PREDICATE_TEXT, INDEX, S(STRINGS) },
    { S(PREDICATES), PN_PREDICATE_ZERO, ZERO, 2 },
    { S(CONDITIONS), PN_CONDITION_ZERO, ZERO, 1 },
    { S(CONJUNCTIONS), PN_CONJUNCTION_FIRST, SHORT, S(MASKS) },
    { S(CONJUNCTIONS), PN_CONJUNCTION_ZERO, ZERO, 2 },
    { S(ROLES), 0, INDEX, S(STRINGS) },
    { S(DERIVED), PN_DERIVED_NAME, INDEX, S(STRINGS) },
    { S(DERIVED), PN_DERIVED_PARENTS, OPTION, S(ROLE_MASKS) },
    { S(DERIVED), PN_DERIVED_CONDITION, OPTION, S(CONDITIONS) },
    { S(DERIVED), PN_DERIVED_ZERO, ZERO, 4 },
    { S(STRING_LISTS), 0, INDEX, S(STRINGS) },
    { S(OUTPUTS), PN_OUTPUT_JSON, INDEX, S(STRINGS) },
    { S(OUTPUTS), PN_OUTPUT_REASON, INDEX, S(STRINGS) },
    { S(OUTPUTS), PN_OUTPUT_REMEDIATION, INDEX, S(STRINGS) },
    { S(OUTPUTS), PN_OUTPUT_ACR, INDEX, S(STRINGS) },
    { S(OUTPUTS), PN_OUTPUT_APPROVERS, INDEX, S(STRINGS) },
    { S(OUTPUTS), PN_OUTPUT_PATHS, RUN, S(STRING_LISTS) },
    { S(OUTPUTS), PN_OUTPUT_CODE, OPTION, S(CODE_BLOCKS) },
    { S(OUTPUTS), PN_OUTPUT_REASON_CODE, OPTION, S(CODE_BLOCKS) },
    { S(OUTPUTS), PN_OUTPUT_REMEDIATION_CODE, OPTION, S(CODE_BLOCKS) },
    { S(RULES), PN_RULE_FLAGS, ZERO, 2 },
    { S(RULES), PN_RULE_ROLES, OPTION, S(ROLE_MASKS) },
    { S(RULES), PN_RULE_CONDITION, OPTION, S(CONDITIONS) },
    { S(RULES), PN_RULE_ACTIVATED, OPTION, S(OUTPUTS) },
    { S(RULES), PN_RULE_UNMET, OPTION, S(OUTPUTS) },
    { S(RULES), PN_RULE_NAME, INDEX, S(STRINGS) },
    { S(RULES), PN_RULE_SOURCE, INDEX, S(STRINGS) },
    { S(KINDS), PN_KIND_NAME, INDEX, S(STRINGS) },
    { S(KINDS), PN_KIND_ACTIONS, RUN, S(ACTIONS) },
    { S(KINDS), PN_KIND_GLOBS, RUN, S(GLOBS) },
    { S(KINDS), PN_KIND_ZERO, ZERO, 4 },
    { S(ACTIONS), PN_ACTION_NAME, INDEX, S(STRINGS) },
    { S(ACTIONS), PN_ACTION_RULES, RUN, S(RULE_LISTS) },
    { S(GLOBS), PN_GLOB_PREFIX, INDEX, S(STRINGS) },
    { S(GLOBS), PN_GLOB_ZERO, ZERO, 1 },
    { S(GLOBS), PN_GLOB_DFA, OPTION, S(DFAS) },
    { S(GLOBS), PN_GLOB_RULES, RUN, S(RULE_LISTS) },
    { S(SCOPES), PN_SCOPE_NAME, INDEX, S(STRINGS) },
    { S(SCOPES), PN_SCOPE_ZERO, ZERO, 1 },
    { S(SCOPES), PN_SCOPE_VERSION, INDEX, S(STRINGS) },
    { S(PATTERNS), PN_PATTERN_PREFIX, INDEX, S(STRINGS) },
    { S(PATTERNS), PN_PATTERN_ZERO, ZERO, 3 },
    { S(PATTERNS), PN_PATTERN_DFA, OPTION, S(DFAS) },
    { S(ENTRIES), PN_ENTRY_ZERO, ZERO, 2 },
    { S(LAYERS), PN_LAYER_ZERO, ZERO, 1 },
    { S(LAYERS), PN_LAYER_VERSION, INDEX, S(STRINGS) },
    { S(LAYERS), PN_LAYER_SUBJECT, INDEX, S(STRINGS) },
    { S(LAYERS), PN_LAYER_ROLES, OPTION, S(ROLE_MASKS) },
};

static bool field_is_sound(const struct pn_opening *o, const struct field_row *f, const uint8_t *at)
{
    enum pn_policy_section to = (enum pn_policy_section)f->to;

    switch ((enum field_kind)f->kind) {
    case INDEX: return pn_index_fits(o, to, pn_load32(at));
    case OPTION: return pn_load32(at) == PN_NONE32 || pn_index_fits(o, to, pn_load32(at));
    case RUN: return pn_run_fits(o, to, pn_load32(at), pn_load32(at + 4));
    case SHORT:
        return pn_load16(at + 4) > 0 && pn_run_fits(o, to, pn_load32(at), pn_load16(at + 4));
    case ZERO: return pn_all_zero(at, f->to);
    }
    return false;
}

uint8_t pn_unsound_section(const struct pn_opening *o)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field_row *f = &fields[i];
        size_t bytes = o->policy->blob.section[f->section].len;
        for (uint32_t k = 0; k < o->count[f->section]; k++) {
            const uint8_t *record =
                o->policy->blob.section[f->section].at + bytes / o->count[f->section] * k;
            if (!field_is_sound(o, f, record + f->at)) return f->section;
        }
    }
    return 0;
}
