/* see possible.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/possible.h"

#include "policy/truth.h"

enum { ANYTHING = 1u << PN_FALSE | 1u << PN_TRUE | 1u << PN_FAULTY };

enum join { JOIN_AND, JOIN_OR, JOIN_BECAUSE };

static enum pn_truth joined(enum join join, enum pn_truth a, enum pn_truth b)
{
    switch (join) {
    case JOIN_AND: return pn_truth_and(a, b, PN_PHASE_CALL);
    case JOIN_OR: return pn_truth_or(a, b, PN_PHASE_CALL);
    case JOIN_BECAUSE: break;
    }
    return a == PN_TRUE ? b : a;
}

static uint8_t join_sets(enum join join, uint8_t a, uint8_t b)
{
    uint8_t set = 0;

    for (int x = PN_FALSE; x <= PN_FAULTY; x++) {
        for (int y = PN_FALSE; y <= PN_FAULTY; y++) {
            if ((a >> x & 1) == 0 || (b >> y & 1) == 0) continue;
            set |= (uint8_t)(1u << joined(join, (enum pn_truth)x, (enum pn_truth)y));
        }
    }
    return set;
}

static uint8_t negated(uint8_t set)
{
    uint8_t error = set & 1u << PN_FAULTY;
    bool yes = (set & 1u << PN_TRUE) != 0, no = (set & 1u << PN_FALSE) != 0;

    return (uint8_t)(error | (no ? 1u << PN_TRUE : 0) | (yes ? 1u << PN_FALSE : 0));
}

/* One that was not asked for is not evaluated here: that would count as asking. */
static uint8_t of_predicate(struct pn_eval *e, uint16_t predicate)
{
    bool known = (e->scratch->known[predicate / 64] >> predicate % 64 & 1) != 0;
    enum pn_truth value = known ? pn_eval_predicate(e, predicate) : PN_UNDECIDED;

    return (uint8_t)(value == PN_UNDECIDED ? (unsigned)ANYTHING : 1u << value);
}

static uint8_t of_masks(struct pn_eval *e, uint32_t first, uint32_t count)
{
    uint8_t set = 1u << PN_TRUE;

    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *mask = pn_record(e->policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, i);
        uint64_t yes = pn_load64(mask + PN_MASK_NEED_TRUE);
        uint64_t no = pn_load64(mask + PN_MASK_NEED_FALSE);
        for (uint64_t bits = yes | no; bits != 0; bits &= bits - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(bits);
            uint8_t one = of_predicate(e, (uint16_t)(64 * pn_load32(mask + PN_MASK_WORD) + bit));
            if ((yes >> bit & 1) != 0) set = join_sets(JOIN_AND, set, one);
            if ((no >> bit & 1) != 0) set = join_sets(JOIN_AND, set, negated(one));
        }
    }
    return set;
}

static uint8_t of_terms(struct pn_eval *e, uint32_t first, uint32_t count)
{
    uint8_t set = 1u << PN_FALSE;

    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *term =
            pn_record(e->policy, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES, i);
        set = join_sets(JOIN_OR, set,
                        of_masks(e, pn_load32(term + PN_CONJUNCTION_FIRST),
                                 pn_load16(term + PN_CONJUNCTION_COUNT)));
    }
    return set;
}

/* Jumps only save work: what is skipped would not change the top. So none is taken. SELECT is more
 * than this needs to tell: anything that either side can be, or an error. */
static size_t perform(struct pn_eval *e, const uint8_t *insn, uint8_t *stack, size_t depth)
{
    uint16_t arg = pn_load16(insn + PN_INSN_ARG);
    uint8_t *top = stack + depth;

    switch ((enum pn_op)insn[PN_INSN_OP]) {
    case PN_OP_PUSH: *top = of_predicate(e, arg); return depth + 1;
    case PN_OP_CONST: *top = (uint8_t)(1u << arg) & ANYTHING; return depth + 1;
    case PN_OP_NOT: top[-1] = negated(top[-1]); return depth;
    case PN_OP_SETTLE:
        if ((top[-1] & 1u << PN_FAULTY) != 0) top[-1] |= 1u << PN_FALSE;
        top[-1] &= (uint8_t) ~(1u << PN_FAULTY);
        return depth;
    case PN_OP_AND: top[-2] = join_sets(JOIN_AND, top[-2], top[-1]); return depth - 1;
    case PN_OP_OR: top[-2] = join_sets(JOIN_OR, top[-2], top[-1]); return depth - 1;
    case PN_OP_BECAUSE: top[-2] = join_sets(JOIN_BECAUSE, top[-2], top[-1]); return depth - 1;
    case PN_OP_SELECT: top[-3] = ANYTHING; return depth - 2;
    case PN_OP_IF_FALSE:
    case PN_OP_IF_TRUE:
    case PN_OP_NEVER: break;
    }
    return depth;
}

static uint8_t of_program(struct pn_eval *e, uint32_t first, uint32_t count)
{
    uint8_t stack[PN_POLICY_STACK_MAX + 1] = { ANYTHING };
    size_t depth = 0;

    for (uint32_t i = first; i < first + count; i++) {
        depth = perform(e, pn_record(e->policy, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES, i), stack,
                        depth);
    }
    return stack[0];
}

uint8_t possible_of_condition(struct pn_eval *e, uint32_t condition)
{
    if (condition == PN_NONE32) return 1u << PN_TRUE;
    const uint8_t *at =
        pn_record(e->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
    uint32_t first = pn_load32(at + PN_CONDITION_FIRST);
    uint32_t count = pn_load16(at + PN_CONDITION_COUNT);

    switch ((enum pn_condition_kind)at[PN_CONDITION_KIND]) {
    case PN_CONDITION_MASK: return of_masks(e, first, count);
    case PN_CONDITION_DNF: return of_terms(e, first, count);
    case PN_CONDITION_PROGRAM: break;
    }
    return of_program(e, first, count);
}
