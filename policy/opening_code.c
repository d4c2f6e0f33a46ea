/* see opening.h and value_module.h: value code and the constants that only it has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/code_flow.h"
#include "policy/duration.h"
#include "policy/machine.h"
#include "policy/value_module.h"

enum { NANOS_PER_S = 1000000000 };

bool pn_code_constant_is_sound(const struct pn_opening *o, const uint8_t *constant)
{
    uint64_t value = pn_load64(constant + PN_CONSTANT_VALUE);
    uint32_t more = pn_load32(constant + PN_CONSTANT_NANOS);
    size_t bytes = o->policy->blob.section[PN_POLICY_SECTION_STRING_BYTES].len;

    switch (constant[PN_CONSTANT_TYPE]) {
    case PN_UINT: return more == 0;
    case PN_BYTES: return value <= bytes && more <= bytes - value;
    case PN_TIMESTAMP: return more < NANOS_PER_S && pn_instant_is_second((int64_t)value);
    case PN_DURATION: return pn_duration_is_sound((struct pn_duration){ (int64_t)value, more });
    case PN_TYPE: return more == 0 && value >= PN_NULL && value < PN_BUILT_TYPE_COUNT;
    default: return false;
    }
}

static bool is_text_constant(const struct pn_opening *o, uint16_t index)
{
    return pn_index_fits(o, PN_POLICY_SECTION_CONSTANTS, index) &&
           pn_record(o->policy, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES,
                     index)[PN_CONSTANT_TYPE] == PN_STRING;
}

/* Code may ask for atoms, not for other code. */
static bool is_atom(const struct pn_opening *o, uint16_t predicate)
{
    return predicate < o->policy->predicate_count &&
           pn_predicate_at(o->policy, predicate)[PN_PREDICATE_KIND] != PN_PREDICATE_CODE;
}

static bool operand_is_sound(const struct pn_opening *o, const uint8_t *insn)
{
    uint16_t b = pn_load16(insn + PN_CODE_B);

    switch (insn[PN_CODE_OP]) {
    case PN_CODE_CONST: return pn_index_fits(o, PN_POLICY_SECTION_CONSTANTS, b);
    case PN_CODE_SLOT: return b < o->policy->slot_count;
    case PN_CODE_PREDICATE: return is_atom(o, b);
    case PN_CODE_SELECT:
    case PN_CODE_HAS: return is_text_constant(o, b);
    case PN_CODE_IN_SET: return pn_index_fits(o, PN_POLICY_SECTION_SETS, b);
    case PN_CODE_MATCH: return pn_index_fits(o, PN_POLICY_SECTION_DFAS, b);
    default: return true; /* looked at by pn_code_measure() */
    }
}

static struct pn_slice code_of(const struct pn_policy *p, uint32_t block)
{
    const uint8_t *at = pn_record(p, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);

    return pn_slice(
        pn_record(p, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES, pn_load32(at + PN_BLOCK_FIRST)),
        (size_t)PN_CODE_BYTES * pn_load16(at + PN_BLOCK_COUNT));
}

static bool block_is_sound(const struct pn_opening *o, uint32_t block)
{
    const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
    struct pn_slice code = code_of(o->policy, block);
    struct pn_code_size size;

    if (!pn_code_measure(o->policy->modules, code, o->policy->loop_items, &size)) return false;
    if (size.stack != pn_load16(at + PN_BLOCK_STACK) ||
        size.cost != pn_load32(at + PN_BLOCK_COST)) {
        return false;
    }
    for (size_t i = 0; i < code.len; i += PN_CODE_BYTES) {
        if (!operand_is_sound(o, code.at + i)) return false;
    }
    return true;
}

bool pn_code_is_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_CODE_BLOCKS]; i++) {
        if (!block_is_sound(o, i)) return false;
    }
    return true;
}

uint32_t pn_code_features_of(const struct pn_opening *o)
{
    return pn_code_features(o->policy->blob.section[PN_POLICY_SECTION_VALUE_CODE],
                            o->policy->blob.section[PN_POLICY_SECTION_CONSTANTS]);
}

bool pn_code_asks_for_derived(const struct pn_policy *policy, uint32_t block)
{
    struct pn_slice code = code_of(policy, block);

    for (size_t i = 0; i < code.len; i += PN_CODE_BYTES) {
        const uint8_t *insn = code.at + i;
        if (insn[PN_CODE_OP] == PN_CODE_DERIVED) return true;
        if (insn[PN_CODE_OP] != PN_CODE_PREDICATE) continue;
        const uint8_t *atom = pn_predicate_at(policy, pn_load16(insn + PN_CODE_B));
        if (atom[PN_PREDICATE_KIND] == PN_PREDICATE_DERIVED) return true;
    }
    return false;
}
