/* see condition.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/condition.h"

#include "core/base/frame.h"
#include "policy/listing.h"
#include "policy/predicate.h"
#include "policy/truth.h"
#include "policy/value_module.h"

/* What is assumed counts as evaluated. */
static void assume(struct pn_eval *e)
{
    const struct pn_assumed *assumed = e->facts->assumed;
    size_t words = ((size_t)e->policy->predicate_count + 63) / 64;
    struct pn_policy_scratch *s = e->scratch;

    for (size_t i = 0; i < words; i++) {
        s->known[i] |= assumed->known[i];
        s->is_true[i] |= assumed->is_true[i];
        s->is_false[i] |= assumed->is_false[i];
        s->is_faulty[i] |= assumed->is_faulty[i];
    }
}

/* Mostly there are a few words only. Two at a time: one at a time, compilers make it a string
 * instruction, which takes longer to begin than this takes. */
void pn_eval_begin(struct pn_eval *e)
{
    size_t words = ((size_t)e->policy->predicate_count + 63) / 64;
    struct pn_policy_scratch *s = e->scratch;

    _Static_assert(PN_POLICY_PREDICATES_MAX / 64 % 2 == 0, "words are cleared in pairs");
    for (size_t i = 0; i < words; i += 2) {
        s->known[i] = s->known[i + 1] = 0;
        s->is_true[i] = s->is_true[i + 1] = 0;
        s->is_false[i] = s->is_false[i + 1] = 0;
        s->is_faulty[i] = s->is_faulty[i + 1] = 0;
    }
    for (size_t i = 0; i < e->policy->derived_count; i += 32) {
        s->derived[i / 32].known = s->derived[i / 32].low = s->derived[i / 32].high = 0;
    }
    if (e->facts->assumed != NULL) assume(e);
}

/* The derived role's own value: its parents and its condition. */
static enum pn_truth derived_now(struct pn_eval *e, uint16_t derived)
{
    const uint8_t *at = pn_record(e->policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, derived);
    enum pn_truth parents = pn_eval_roles(e, pn_load32(at + PN_DERIVED_PARENTS));

    if (parents == PN_FALSE) return PN_FALSE;
    return pn_truth_and(parents, pn_eval_condition(e, pn_load32(at + PN_DERIVED_CONDITION)),
                        e->facts->phase);
}

static bool is_in_scope(const struct pn_eval *e, uint16_t derived)
{
    uint32_t bit = (uint32_t)e->policy->role_count + derived;

    if (e->derived == PN_NONE32) return false;
    const uint8_t *mask = pn_role_mask_at(e->policy, e->derived);
    return (pn_load64(mask + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) != 0;
}

void pn_eval_forget_derived(struct pn_eval *e)
{
    for (uint16_t i = 0; i < e->policy->predicate_count; i++) {
        uint8_t kind = pn_predicate_at(e->policy, i)[PN_PREDICATE_KIND];
        if (kind != PN_PREDICATE_DERIVED && kind != PN_PREDICATE_CODE) continue;
        uint64_t keep = ~((uint64_t)1 << i % 64);
        struct pn_policy_scratch *s = e->scratch;
        s->known[i / 64] &= keep;
        s->is_true[i / 64] &= keep;
        s->is_false[i / 64] &= keep;
        s->is_faulty[i / 64] &= keep;
    }
    if (e->facts->assumed != NULL) assume(e);
    pn_guesses_apply(e);
}

/* Two bits hold one of the four values, in the order of enum pn_truth. */
enum pn_truth pn_eval_derived(struct pn_eval *e, uint16_t derived)
{
    struct pn_derived_word *w = &e->scratch->derived[derived / 32];
    uint32_t at = derived % 32;

    if (e->scoped && !is_in_scope(e, derived)) return PN_FALSE;
    if ((w->known >> at & 1) == 0) {
        enum pn_truth value = derived_now(e, derived);
        w->known |= (uint32_t)1 << at;
        w->low |= (uint32_t)(value & 1) << at;
        w->high |= (uint32_t)(value >> 1) << at;
    }
    return (enum pn_truth)((w->low >> at & 1) | (w->high >> at & 1) << 1);
}

static inline uint16_t lowest_bit(uint64_t bits)
{
    return (uint16_t)__builtin_ctzll(bits);
}

/* Plain roles have the lowest bits, so they are asked before any derived one is evaluated. */
enum pn_truth pn_eval_roles(struct pn_eval *e, uint32_t roles)
{
    const uint64_t *held = e->roles != NULL ? e->roles : e->facts->roles;
    enum pn_truth value = PN_FALSE;

    if (roles == PN_NONE32) return PN_TRUE;
    const uint8_t *mask = pn_role_mask_at(e->policy, roles);
    for (uint16_t word = 0; word < e->policy->role_words && value != PN_TRUE; word++) {
        uint64_t bits = pn_load64(mask + 8 * (size_t)word);
        if ((bits & held[word]) != 0) return PN_TRUE;
        for (; bits != 0; bits &= bits - 1) {
            uint16_t bit = (uint16_t)(word * 64 + lowest_bit(bits));
            if (bit < e->policy->role_count) continue;
            enum pn_truth one = pn_eval_derived(e, (uint16_t)(bit - e->policy->role_count));
            value = pn_truth_or(value, one, e->facts->phase);
        }
    }
    return value;
}

static enum pn_truth predicate_now(struct pn_eval *e, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(e->policy, predicate);

    switch (at[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_DERIVED:
        return pn_eval_derived(e, (uint16_t)pn_load32(at + PN_PREDICATE_ARG));
    case PN_PREDICATE_CODE:
        return e->policy->value_module->truth(e, pn_load32(at + PN_PREDICATE_ARG));
    default: return pn_predicate_value(e->policy, e->facts, at);
    }
}

/* One record of MASKS. */
struct mask {
    uint32_t word;
    uint64_t need_true, need_false;
};

static struct mask mask_at(const uint8_t *at)
{
    return (struct mask){ pn_load32(at + PN_MASK_WORD), pn_load64(at + PN_MASK_NEED_TRUE),
                          pn_load64(at + PN_MASK_NEED_FALSE) };
}

static bool is_broken(const struct pn_policy_scratch *s, const struct mask *m)
{
    return ((m->need_true & s->is_false[m->word]) | (m->need_false & s->is_true[m->word])) != 0;
}

/* Evaluate what is told quickly, until something breaks the conjunction; PN_UNDECIDED when that does
 * not settle it. It is cheaper than anything else and changes nothing besides, so it comes first. */
static enum pn_truth quick_value(const struct pn_eval *e, const uint8_t *mask)
{
    struct mask m = mask_at(mask);
    const uint8_t *first = e->policy->blob.section[PN_POLICY_SECTION_PREDICATES].at +
                           (size_t)PN_PREDICATE_BYTES * 64 * m.word;
    struct pn_policy_scratch *s = e->scratch;
    uint64_t told = (m.need_true | m.need_false) & ~s->known[m.word], odd = 0;

    for (uint64_t open = told; open != 0; open &= open - 1) {
        uint16_t i = lowest_bit(open);
        enum pn_truth value =
            pn_predicate_quick(e->policy, e->facts, first + (size_t)PN_PREDICATE_BYTES * i);
        uint64_t bit = open & (0 - open);
        if (value == PN_UNDECIDED) {
            told ^= bit;
        } else if (((m.need_true >> i ^ value) & 1) != 0) {
            odd = bit;
            told &= bit * 2 - 1; /* what comes after it was not asked */
            break;
        }
    }
    uint64_t is_true = (told & m.need_true) ^ odd;
    s->known[m.word] |= told;
    s->is_true[m.word] |= is_true;
    s->is_false[m.word] |= told ^ is_true;
    if (odd != 0) return PN_FALSE;
    uint64_t open = (m.need_true & ~s->is_true[m.word]) | (m.need_false & ~s->is_false[m.word]);
    return open == 0 ? PN_TRUE : PN_UNDECIDED;
}

void pn_eval_put(struct pn_policy_scratch *scratch, uint16_t predicate, enum pn_truth value)
{
    uint64_t *const bits[] = { scratch->is_false, scratch->is_true, scratch->is_faulty };
    uint64_t bit = (uint64_t)1 << predicate % 64;
    uint32_t word = predicate / 64;

    scratch->known[word] |= bit;
    for (uint32_t i = 0; i < 3; i++) {
        bits[i][word] &= ~bit;
        if (i == (uint32_t)value) bits[i][word] |= bit;
    }
}

static void evaluate(struct pn_eval *e, uint16_t predicate)
{
    enum pn_truth value = predicate_now(e, predicate);

    pn_eval_put(e->scratch, predicate, value);
    if (value == PN_UNDECIDED && e->facts->assumed != NULL) {
        e->facts->assumed->undecided[predicate / 64] |= (uint64_t)1 << predicate % 64;
    }
}

enum pn_truth pn_eval_predicate(struct pn_eval *e, uint16_t predicate)
{
    const struct pn_policy_scratch *s = e->scratch;
    uint32_t word = predicate / 64;
    uint64_t bit = (uint64_t)1 << predicate % 64;

    if ((s->known[word] & bit) == 0) evaluate(e, predicate);
    if ((s->is_true[word] & bit) != 0) return PN_TRUE;
    if ((s->is_false[word] & bit) != 0) return PN_FALSE;
    return (s->is_faulty[word] & bit) != 0 ? PN_FAULTY : PN_UNDECIDED;
}

/* All is known and nothing broke the conjunction: true, unless something could not be told. */
static enum pn_truth settled_value(const struct pn_eval *e, const struct mask *m)
{
    const struct pn_policy_scratch *s = e->scratch;
    uint64_t need = m->need_true | m->need_false;
    uint64_t unsure = need & ~(s->is_true[m->word] | s->is_false[m->word]);

    if (unsure == 0) return PN_TRUE;
    uint64_t faulty = unsure & s->is_faulty[m->word];
    if (faulty == 0) return PN_UNDECIDED;
    return faulty == unsure ? PN_FAULTY
                            : pn_truth_unsettled(PN_FAULTY, PN_UNDECIDED, e->facts->phase);
}

/* Evaluate what is not known yet, until the conjunction breaks. A derived role evaluates predicates
 * of its own on the way, so what is known is asked again each time. */
PN_APART static enum pn_truth settle(struct pn_eval *e, const uint8_t *at)
{
    struct mask m = mask_at(at);
    uint64_t open = (m.need_true | m.need_false) & ~e->scratch->known[m.word];

    for (; open != 0 && !is_broken(e->scratch, &m); open &= open - 1) {
        evaluate(e, (uint16_t)(m.word * 64 + lowest_bit(open)));
    }
    return is_broken(e->scratch, &m) ? PN_FALSE : settled_value(e, &m);
}

enum pn_truth pn_eval_mask(struct pn_eval *e, const uint8_t *at)
{
    enum pn_truth value = quick_value(e, at);

    return value == PN_UNDECIDED ? settle(e, at) : value;
}

/* What is known already may break one of many before anything more is evaluated. */
static enum pn_truth many_masks(struct pn_eval *e, const uint8_t *at, uint32_t count)
{
    enum pn_truth value = PN_TRUE;

    for (uint32_t i = 0; i < count; i++) {
        struct mask m = mask_at(at + (size_t)PN_MASK_BYTES * i);
        if (is_broken(e->scratch, &m)) return PN_FALSE;
    }
    for (uint32_t i = 0; i < count && value != PN_FALSE; i++) {
        value =
            pn_truth_and(value, pn_eval_mask(e, at + (size_t)PN_MASK_BYTES * i), e->facts->phase);
    }
    return value;
}

static enum pn_truth conjunction(struct pn_eval *e, uint32_t first, uint32_t count)
{
    const uint8_t *at = pn_record(e->policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, first);

    return many_masks(e, at, count);
}

static enum pn_truth disjunction(struct pn_eval *e, uint32_t first, uint32_t count)
{
    enum pn_truth value = PN_FALSE;

    for (uint32_t i = 0; i < count && value != PN_TRUE; i++) {
        const uint8_t *at =
            pn_record(e->policy, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES, first + i);
        enum pn_truth one = conjunction(e, pn_load32(at + PN_CONJUNCTION_FIRST),
                                        pn_load16(at + PN_CONJUNCTION_COUNT));
        value = pn_truth_or(value, one, e->facts->phase);
    }
    return value;
}

static enum pn_truth selected(enum pn_truth which, enum pn_truth yes, enum pn_truth no)
{
    if (which == PN_TRUE) return yes;
    return which == PN_FALSE ? no : which;
}

/* Run one instruction on the stack whose top is `*depth`; returns how many to skip. */
static uint32_t perform(struct pn_eval *e, const uint8_t *insn, enum pn_truth *stack, size_t *depth)
{
    uint16_t arg = pn_load16(insn + PN_INSN_ARG);
    enum pn_truth *top = stack + *depth;
    enum pn_phase phase = e->facts->phase;

    switch ((enum pn_op)insn[PN_INSN_OP]) {
    case PN_OP_PUSH:
        *top = pn_eval_predicate(e, arg);
        ++*depth;
        break;
    case PN_OP_CONST:
        *top = (enum pn_truth)arg;
        ++*depth;
        break;
    case PN_OP_NOT: top[-1] = pn_truth_not(top[-1]); break;
    case PN_OP_SETTLE:
        if (top[-1] == PN_FAULTY) top[-1] = PN_FALSE;
        break;
    case PN_OP_AND:
        top[-2] = pn_truth_and(top[-2], top[-1], phase);
        --*depth;
        break;
    case PN_OP_OR:
        top[-2] = pn_truth_or(top[-2], top[-1], phase);
        --*depth;
        break;
    case PN_OP_BECAUSE:
        top[-2] = top[-2] == PN_TRUE ? top[-1] : top[-2];
        --*depth;
        break;
    case PN_OP_SELECT:
        top[-3] = selected(top[-3], top[-2], top[-1]);
        *depth -= 2;
        break;
    case PN_OP_IF_FALSE: return top[-1] == PN_FALSE ? arg : 0;
    case PN_OP_IF_TRUE: return top[-1] == PN_TRUE ? arg : 0;
    case PN_OP_NEVER: break;
    }
    return 0;
}

static enum pn_truth program(struct pn_eval *e, uint32_t first, uint32_t count)
{
    enum pn_truth stack[PN_POLICY_STACK_MAX];
    size_t depth = 0;

    stack[0] = PN_FAULTY;
    for (uint32_t i = 0; i < count; i++) {
        i += perform(e, pn_record(e->policy, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES, first + i),
                     stack, &depth);
    }
    return stack[0];
}

enum pn_truth pn_eval_condition(struct pn_eval *e, uint32_t condition)
{
    if (condition == PN_NONE32) return PN_TRUE;
    const uint8_t *at =
        pn_record(e->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
    uint32_t first = pn_load32(at + PN_CONDITION_FIRST);
    uint32_t count = pn_load16(at + PN_CONDITION_COUNT);

    switch ((enum pn_condition_kind)at[PN_CONDITION_KIND]) {
    case PN_CONDITION_MASK: return conjunction(e, first, count);
    case PN_CONDITION_DNF: return disjunction(e, first, count);
    case PN_CONDITION_PROGRAM: return program(e, first, count);
    }
    return PN_FAULTY;
}

/* The next mask of a conjunction or of a list of them; false at the end. */
static bool next_mask(const struct pn_policy *p, const uint8_t *at, struct pn_condition_walk *walk)
{
    uint32_t first = pn_load32(at + PN_CONDITION_FIRST), count = pn_load16(at + PN_CONDITION_COUNT);

    if (walk->masks_left == 0 && at[PN_CONDITION_KIND] == PN_CONDITION_MASK && walk->part == 0) {
        walk->mask = first;
        walk->masks_left = (uint16_t)count;
        walk->part = 1;
    }
    if (walk->masks_left == 0 && at[PN_CONDITION_KIND] == PN_CONDITION_DNF && walk->part < count) {
        const uint8_t *term = pn_record(p, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES,
                                        first + walk->part++);
        walk->mask = pn_load32(term + PN_CONJUNCTION_FIRST);
        walk->masks_left = pn_load16(term + PN_CONJUNCTION_COUNT);
    }
    if (walk->masks_left == 0) return false;
    struct mask m = mask_at(pn_record(p, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, walk->mask++));
    walk->masks_left--;
    walk->word = m.word;
    walk->bits = m.need_true | m.need_false;
    return true;
}

static uint16_t next_pushed(const struct pn_policy *p, const uint8_t *at,
                            struct pn_condition_walk *walk)
{
    while (walk->part < pn_load16(at + PN_CONDITION_COUNT)) {
        const uint8_t *insn = pn_record(p, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES,
                                        pn_load32(at + PN_CONDITION_FIRST) + walk->part++);
        if (insn[PN_INSN_OP] == PN_OP_PUSH) return pn_load16(insn + PN_INSN_ARG);
    }
    return PN_NONE16;
}

uint16_t pn_condition_walk(const struct pn_policy *policy, uint32_t condition,
                           struct pn_condition_walk *walk)
{
    if (condition == PN_NONE32) return PN_NONE16;
    const uint8_t *at =
        pn_record(policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);

    if (at[PN_CONDITION_KIND] == PN_CONDITION_PROGRAM) return next_pushed(policy, at, walk);
    if (walk->bits == 0 && !next_mask(policy, at, walk)) return PN_NONE16;
    uint16_t bit = lowest_bit(walk->bits);
    walk->bits &= walk->bits - 1;
    return (uint16_t)(walk->word * 64 + bit);
}
