/* see opening.h: conditions, their masks and programs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/opening.h"

static bool masks_are_sound(const struct pn_opening *o)
{
    uint32_t predicates = o->policy->predicate_count;

    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_MASKS]; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, i);
        uint64_t bits = pn_load64(at + PN_MASK_NEED_TRUE) | pn_load64(at + PN_MASK_NEED_FALSE);
        uint32_t word = pn_load32(at + PN_MASK_WORD);
        if (bits == 0 || word >= (predicates + 63) / 64) return false;
        uint32_t left = predicates - word * 64;
        if (left < 64 && bits >> left != 0) return false;
    }
    return true;
}

static bool condition_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint32_t first = pn_load32(at + PN_CONDITION_FIRST), count = pn_load16(at + PN_CONDITION_COUNT);

    if (count == 0) return false;
    switch (at[PN_CONDITION_KIND]) {
    case PN_CONDITION_MASK: return pn_run_fits(o, PN_POLICY_SECTION_MASKS, first, count);
    case PN_CONDITION_DNF: return pn_run_fits(o, PN_POLICY_SECTION_CONJUNCTIONS, first, count);
    case PN_CONDITION_PROGRAM: return pn_run_fits(o, PN_POLICY_SECTION_PROGRAM, first, count);
    default: return false;
    }
}

bool pn_conditions_are_sound(const struct pn_opening *o)
{
    if (!masks_are_sound(o)) return false;
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_CONDITIONS]; i++) {
        if (!condition_is_sound(
                o, pn_record(o->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, i))) {
            return false;
        }
    }
    return true;
}

/* What an instruction takes from the stack, leaves on it, and may have as its argument. */
struct effect {
    uint8_t takes, leaves;
    uint16_t arg_max;
};

static bool effect_of(const struct pn_opening *o, uint8_t op, struct effect *effect)
{
    switch (op) {
    case PN_OP_PUSH:
        *effect = (struct effect){ 0, 1, (uint16_t)(o->policy->predicate_count - 1) };
        return o->policy->predicate_count > 0;
    case PN_OP_CONST: *effect = (struct effect){ 0, 1, PN_UNDECIDED }; return true;
    case PN_OP_NOT:
    case PN_OP_SETTLE: *effect = (struct effect){ 1, 1, 0 }; return true;
    case PN_OP_AND:
    case PN_OP_OR:
    case PN_OP_BECAUSE: *effect = (struct effect){ 2, 1, 0 }; return true;
    case PN_OP_SELECT: *effect = (struct effect){ 3, 1, 0 }; return true;
    case PN_OP_IF_FALSE:
    case PN_OP_IF_TRUE: *effect = (struct effect){ 1, 1, PN_POLICY_PROGRAM_MAX }; return true;
    default: return false;
    }
}

/* The depth at each instruction, 0xFF where no jump has said it yet. */
struct flow {
    uint8_t depth[PN_POLICY_PROGRAM_MAX + 1];
    uint32_t count;
};

static bool arrive(struct flow *flow, uint32_t at, uint8_t depth)
{
    if (at > flow->count) return false;
    if (flow->depth[at] == 0xFF) flow->depth[at] = depth;
    return flow->depth[at] == depth;
}

static bool flow_on(const struct pn_opening *o, struct flow *flow, uint32_t at, const uint8_t *insn)
{
    uint16_t arg = pn_load16(insn + PN_INSN_ARG);
    uint8_t op = insn[PN_INSN_OP], depth = flow->depth[at];
    struct effect effect;

    if (insn[PN_INSN_ZERO] != 0 || !effect_of(o, op, &effect)) return false;
    if (arg > effect.arg_max || depth < effect.takes) return false;
    uint8_t after = (uint8_t)(depth - effect.takes + effect.leaves);
    if (after > PN_POLICY_STACK_MAX) return false;
    if (op == PN_OP_IF_FALSE || op == PN_OP_IF_TRUE) {
        if (!arrive(flow, at + 1 + arg, after)) return false;
    }
    return arrive(flow, at + 1, after);
}

static bool program_is_sound(const struct pn_opening *o, uint32_t first, uint32_t count)
{
    struct flow flow = { .count = count };

    if (count > PN_POLICY_PROGRAM_MAX) return false;
    memset(flow.depth, 0xFF, sizeof flow.depth);
    flow.depth[0] = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *insn =
            pn_record(o->policy, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES, first + i);
        if (!flow_on(o, &flow, i, insn)) return false;
    }
    return flow.depth[count] == 1;
}

bool pn_programs_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_CONDITIONS]; i++) {
        const uint8_t *at =
            pn_record(o->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, i);
        if (at[PN_CONDITION_KIND] != PN_CONDITION_PROGRAM) continue;
        if (!program_is_sound(o, pn_load32(at + PN_CONDITION_FIRST),
                              pn_load16(at + PN_CONDITION_COUNT))) {
            return false;
        }
    }
    return true;
}
