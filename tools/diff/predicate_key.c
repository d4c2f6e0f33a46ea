/* see predicate_key.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/predicate_key.h"

#include <inttypes.h>

#include "policy/machine.h"
#include "policy/record.h"
#include "tools/print_bytes.h"

static void put_text(struct bytes *out, struct pn_slice text)
{
    print_bytes(out, "%zu:", text.len);
    bytes_append(out, text);
    bytes_append_u8(out, ' ');
}

static void put_slot(struct bytes *out, const struct pn_policy *policy, uint16_t slot)
{
    if (slot != PN_NONE16) put_text(out, pn_policy_slot_path(policy, slot));
}

/* Texts and bytes are written out; numbers, instants and durations are told by their bits. */
static void put_constant(struct bytes *out, const struct pn_policy *policy, uint32_t index)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, index);
    uint32_t nanos = pn_load32(at + PN_CONSTANT_NANOS);
    uint64_t value = pn_load64(at + PN_CONSTANT_VALUE);
    const uint8_t *strings = policy->blob.section[PN_POLICY_SECTION_STRING_BYTES].at;

    print_bytes(out, "c%u ", at[PN_CONSTANT_TYPE]);
    if (at[PN_CONSTANT_TYPE] == PN_STRING) put_text(out, pn_string(policy, (uint32_t)value));
    else if (at[PN_CONSTANT_TYPE] == PN_BYTES) put_text(out, pn_slice(strings + value, nanos));
    else print_bytes(out, "%" PRIx64 ".%" PRIx32 " ", value, nanos);
}

static void put_set(struct bytes *out, const struct pn_policy *policy, uint32_t index)
{
    const uint8_t *set = pn_record(policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, index);
    uint32_t first = pn_load32(set + PN_SET_FIRST);
    uint32_t count = (uint32_t)pn_load16(set + PN_SET_STRINGS) + pn_load16(set + PN_SET_NUMBERS);

    print_bytes(out, "s%u,%" PRIu32 " ", set[PN_SET_FLAGS], count);
    for (uint32_t i = 0; i < count; i++) {
        put_constant(out, policy,
                     pn_load32(pn_record(policy, PN_POLICY_SECTION_SET_MEMBERS, 4, first + i)));
    }
}

static void put_table(struct bytes *out, const struct pn_policy *policy, uint32_t index)
{
    const uint8_t *dfa = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, index);

    put_text(out, pn_string(policy, pn_load32(dfa + PN_DFA_TEXT)));
}

static void put_code(struct bytes *out, const struct pn_policy *policy, uint32_t block)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);

    for (uint32_t i = 0; i < pn_load16(at + PN_BLOCK_COUNT); i++) {
        const uint8_t *insn = pn_record(policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES,
                                        pn_load32(at + PN_BLOCK_FIRST) + i);
        uint16_t b = pn_load16(insn + PN_CODE_B);
        print_bytes(out, "o%u,%u ", insn[PN_CODE_OP], insn[PN_CODE_A]);
        switch (insn[PN_CODE_OP]) {
        case PN_CODE_CONST:
        case PN_CODE_SELECT:
        case PN_CODE_HAS: put_constant(out, policy, b); break;
        case PN_CODE_SLOT: put_slot(out, policy, b); break;
        case PN_CODE_PREDICATE: predicate_key(out, policy, b); break;
        case PN_CODE_IN_SET: put_set(out, policy, b); break;
        case PN_CODE_MATCH: put_table(out, policy, b); break;
        default: print_bytes(out, "%u ", b); break;
        }
    }
}

void predicate_key(struct bytes *out, const struct pn_policy *policy, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(policy, predicate);
    uint32_t arg = pn_load32(at + PN_PREDICATE_ARG);

    print_bytes(out, "p%u,%u ", at[PN_PREDICATE_KIND], at[PN_PREDICATE_OP]);
    put_slot(out, policy, pn_load16(at + PN_PREDICATE_SLOT));
    put_slot(out, policy, pn_load16(at + PN_PREDICATE_PEER));
    if (arg == PN_NONE32) return;
    switch ((enum pn_predicate_kind)at[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_IN_SET: put_set(out, policy, arg); return;
    case PN_PREDICATE_MATCH: put_table(out, policy, arg); return;
    case PN_PREDICATE_ROLE: put_text(out, pn_policy_role_name(policy, (uint16_t)arg)); return;
    case PN_PREDICATE_CODE: put_code(out, policy, arg); return;
    case PN_PREDICATE_COMPARE:
    case PN_PREDICATE_PREFIX:
    case PN_PREDICATE_SUFFIX:
    case PN_PREDICATE_CONTAINS:
    case PN_PREDICATE_SIZE:
    case PN_PREDICATE_MEMBER:
    case PN_PREDICATE_NOW: put_constant(out, policy, arg); return;
    case PN_PREDICATE_DERIVED: {
        const uint8_t *derived =
            pn_record(policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, arg);
        put_text(out, pn_string(policy, pn_load32(derived + PN_DERIVED_NAME)));
        return;
    }
    case PN_PREDICATE_NEVER:
    case PN_PREDICATE_BOOL:
    case PN_PREDICATE_COMPARE_SLOTS:
    case PN_PREDICATE_HAS:
    case PN_PREDICATE_TYPE: break;
    }
    print_bytes(out, "%" PRIu32 " ", arg);
}
