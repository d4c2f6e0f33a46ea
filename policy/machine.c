/* see machine.h: the interpreter. What the opener checked is not checked again: operands, depth,
 * skips and loops are sound; types and ranges of values are what can be wrong.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/frame.h"
#include "policy/arithmetic.h"
#include "policy/builtin.h"
#include "policy/code_effect.h"
#include "policy/compare.h"
#include "policy/condition.h"
#include "policy/dfa.h"
#include "policy/policy_explain.h"
#include "policy/predicate.h"
#include "policy/run.h"

enum pn_truth pn_value_truth(const struct pn_value *v)
{
    if (v->type == PN_BOOL) return pn_truth_of(v->as.b);
    return v->type == PN_UNKNOWN ? PN_UNDECIDED : PN_FAULTY;
}

/* An unusable operand is the result; of an error and an unknown as truth.h has it. */
static const struct pn_value *worse_of(const struct pn_run *r, const struct pn_value *a,
                                       const struct pn_value *b)
{
    if (pn_value_is_usable(a)) return b;
    if (pn_value_is_usable(b) || a->type == b->type) return a;
    bool lists = r->machine->facts->phase == PN_PHASE_LIST;
    return (a->type == PN_UNKNOWN) == lists ? a : b;
}

/* The worst of `count` operands takes the place of the first; false when one is not usable. */
static bool are_usable(const struct pn_run *r, struct pn_value *v, uint32_t count)
{
    const struct pn_value *bad = v;

    for (uint32_t i = 1; i < count; i++) {
        if (!pn_value_is_usable(&v[i])) bad = worse_of(r, bad, &v[i]);
    }
    if (count == 0 || pn_value_is_usable(bad)) return true;
    *v = *bad;
    return false;
}

static void push_constant(const struct pn_policy *p, uint32_t index, struct pn_value *v)
{
    const uint8_t *at = pn_record(p, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, index);

    if (at[PN_CONSTANT_TYPE] <= PN_STRING) {
        *v = pn_constant(p, index);
        return;
    }
    pn_put_int(v, (int64_t)pn_load64(at + PN_CONSTANT_VALUE));
    v->type = at[PN_CONSTANT_TYPE];
    v->len = pn_load32(at + PN_CONSTANT_NANOS);
    if (v->type == PN_BYTES) {
        v->as.text = p->blob.section[PN_POLICY_SECTION_STRING_BYTES].at + (size_t)v->as.i;
    }
}

/* A list or map is walked by its text, which a scanner keeps where the trie says so. */
static bool lacks_text(const struct pn_value *v)
{
    return (v->type == PN_LIST || v->type == PN_MAP) && (v->flags & PN_VALUE_BUILT) == 0 &&
           v->len < 2;
}

static void push_slot(const struct pn_machine *m, uint16_t slot, struct pn_value *v)
{
    *v = m->facts->slots[slot];
    if (v->type == PN_ABSENT) pn_put_fault(v, PN_FAULT_ABSENT);
    else if (v->type == PN_ERROR || lacks_text(v)) pn_put_fault(v, PN_FAULT_UNUSABLE);
    else if (v->type == PN_INT && m->policy->mode == PN_MODE_CERBOS54) {
        pn_put_double(v, (double)v->as.i);
    }
}

PN_OWN_FRAME static void push_now(const struct pn_machine *m, struct pn_value *v)
{
    int64_t ms = m->facts->now_ms, rest = ms % 1000;

    if (rest < 0) rest += 1000;
    pn_put_time(v, PN_TIMESTAMP, (ms - rest) / 1000, (uint32_t)rest * 1000000);
}

PN_OWN_FRAME static void add_derived(struct pn_machine *m, uint16_t derived, struct pn_value *list)
{
    struct pn_value name = pn_value_string(pn_policy_derived_name(m->policy, derived));

    (void)pn_list_append(list, &name);
}

PN_OWN_FRAME static void push_derived(struct pn_machine *m, struct pn_value *list)
{
    if (!pn_machine_list(m, m->policy->derived_count, list)) return;
    for (uint16_t i = 0; i < m->policy->derived_count; i++) {
        enum pn_truth in_effect = m->eval == NULL ? PN_FAULTY : pn_eval_derived(m->eval, i);
        if (in_effect == PN_TRUE) add_derived(m, i, list);
        if (in_effect != PN_UNDECIDED) continue;
        *list = pn_value_of(PN_UNKNOWN);
        return;
    }
}

static void push_predicate(struct pn_machine *m, uint16_t predicate, struct pn_value *v)
{
    enum pn_truth truth = m->eval == NULL ? PN_FAULTY : pn_eval_predicate(m->eval, predicate);

    pn_put_truth(v, truth, PN_FAULT_UNUSABLE);
}

/* has(): that the key is missing is an answer, any other error is one; to Cerbos what is below a
 * number or a text is missing too. */
static void has_key(const struct pn_machine *m, struct pn_value *found, bool scalar)
{
    bool missing = found->type == PN_ERROR && found->as.i == PN_FAULT_NO_SUCH_KEY;

    missing |= scalar && m->policy->mode == PN_MODE_CERBOS54;
    if (!missing && found->type == PN_ERROR && found->as.i != PN_FAULT_UNUSABLE) return;
    pn_put_bool(found, !missing);
}

PN_OWN_FRAME static void select_key(struct pn_run *r, uint8_t op, uint16_t b, struct pn_value *map)
{
    bool scalar = pn_value_is_scalar(map);
    struct pn_value key;

    push_constant(r->machine->policy, b, &key);
    if (map->type == PN_MAP) pn_map_find(r->machine, map, &key, map);
    else pn_put_no_overload(map);
    if (op == PN_CODE_HAS) has_key(r->machine, map, scalar);
}

/* Sets hold what JSON can: an unsigned number counts as the int or the double that it equals. */
PN_OWN_FRAME static void in_set(struct pn_run *r, struct pn_value *v, uint16_t set)
{
    struct pn_value plain = *v;

    if (v->type == PN_UINT) {
        plain = v->as.i >= 0 ? pn_value_int(v->as.i) : pn_value_double((double)pn_value_as_uint(v));
    }
    if (plain.type > PN_MAP ||
        (v->type == PN_UINT && pn_machine_order(r->machine, &plain, v) != PN_RELATION_SAME)) {
        pn_put_bool(v, false);
        return;
    }
    pn_put_truth(v, pn_set_holds(r->machine->policy, set, &plain), PN_FAULT_NO_SUCH_OVERLOAD);
}

static void match(struct pn_run *r, struct pn_value *v, uint16_t dfa)
{
    if (v->type != PN_STRING) pn_put_no_overload(v);
    else if (!pn_machine_spend_text(r->machine, v->len)) pn_put_spent(v, r->machine);
    else pn_put_bool(v, pn_dfa_accepts(r->machine->policy, dfa, v));
}

/* A list's index may be any number that is whole. */
static bool whole_index(const struct pn_value *v, int64_t *index)
{
    if (v->type == PN_DOUBLE) {
        if (!(v->as.d >= 0 && v->as.d < 4294967296.0)) return false;
        *index = (int64_t)v->as.d;
        return (double)*index == v->as.d;
    }
    *index = v->as.i; /* an unsigned number beyond int64 is negative here: out of range as well */
    return v->type == PN_INT || v->type == PN_UINT;
}

PN_OWN_FRAME static void index_by(struct pn_run *r, struct pn_value *a, const struct pn_value *b)
{
    bool list = a->type == PN_LIST || a->type == PN_HIERARCHY;
    int64_t index;

    if (a->type == PN_MAP && b->type != PN_LIST && b->type != PN_MAP && b->type != PN_NULL) {
        pn_map_find(r->machine, a, b, a);
    } else if (list && whole_index(b, &index)) {
        pn_sequence_at(r->machine, a, index, a);
    } else {
        pn_put_no_overload(a);
    }
}

/* An int beside a double counts as one, where the compiler says so. */
static void compute(struct pn_run *r, const uint8_t *insn, struct pn_value *a, struct pn_value *b)
{
    bool mixed =
        (a->type == PN_INT && b->type == PN_DOUBLE) || (a->type == PN_DOUBLE && b->type == PN_INT);

    if (insn[PN_CODE_A] == 1 && mixed) {
        pn_put_double(a, pn_number_as_double(a));
        pn_put_double(b, pn_number_as_double(b));
    }
    pn_arithmetic(r->machine, insn[PN_CODE_OP], a, b);
}

static enum pn_fault why_not_told(const struct pn_machine *m)
{
    return m->cramped ? PN_FAULT_SCRATCH_FULL : PN_FAULT_TOO_DEEP;
}

/* Bits of enum pn_relation. */
static void order(const struct pn_machine *m, uint8_t op, struct pn_value *a,
                  const struct pn_value *b)
{
    static const uint8_t holds[] = {
        1u << PN_RELATION_LESS,
        1u << PN_RELATION_LESS | 1u << PN_RELATION_SAME,
        1u << PN_RELATION_MORE,
        1u << PN_RELATION_MORE | 1u << PN_RELATION_SAME,
    };
    enum pn_relation is = pn_machine_order(m, a, b);

    if (is == PN_RELATION_NO_OVERLOAD) pn_put_no_overload(a);
    else pn_put_bool(a, (holds[op - PN_CODE_LT] >> is & 1) != 0);
}

static void equal(struct pn_machine *m, uint8_t op, struct pn_value *a, const struct pn_value *b)
{
    enum pn_truth same = pn_machine_equal(m, a, b);

    pn_put_truth(a, op == PN_CODE_EQ ? same : pn_truth_not(same), why_not_told(m));
}

/* What decides is kept as it is; of two that do not, the error that came first. */
PN_OWN_FRAME static void join(struct pn_run *r, uint8_t op, struct pn_value *a,
                              const struct pn_value *b)
{
    enum pn_phase phase = r->machine->facts->phase;
    enum pn_truth x = pn_value_truth(a), y = pn_value_truth(b);
    enum pn_truth both = op == PN_CODE_AND ? pn_truth_and(x, y, phase) : pn_truth_or(x, y, phase);

    if (both != PN_FAULTY) {
        pn_put_truth(a, both, PN_FAULT_NO_SUCH_OVERLOAD);
        return;
    }
    if (x != PN_FAULTY) *a = *b;
    if (a->type != PN_ERROR) pn_put_no_overload(a);
}

static bool is_key(const struct pn_value *v)
{
    return v->type == PN_STRING || v->type == PN_INT || v->type == PN_UINT || v->type == PN_BOOL;
}

PN_OWN_FRAME static void put_entry(struct pn_run *r, struct pn_value *map)
{
    const struct pn_value *key = map + 1, *value = map + 2;

    if (!pn_value_is_usable(map)) return;
    if (!pn_value_is_usable(key) || !pn_value_is_usable(value)) *map = *worse_of(r, key, value);
    else if (map->type != PN_MAP || !is_key(key)) pn_put_no_overload(map);
    else if (pn_machine_in(r->machine, key, map) == PN_FALSE) pn_map_put(map, key, value);
    else pn_put_fault(map, PN_FAULT_DUPLICATE_KEY);
}

/* Behind the container it is like. */
static void push_room(struct pn_machine *m, uint8_t op, struct pn_value *like)
{
    size_t room = pn_value_is_sequence(like) ? pn_sequence_count(m, like) : 0;

    if (op == PN_CODE_LIST_LIKE) (void)pn_machine_list(m, room, like + 1);
    else (void)pn_machine_map(m, room, like + 1);
}

/* What an instruction takes begins at `v`, and there its result goes. */
static void perform(struct pn_run *r, const uint8_t *insn, struct pn_value *v)
{
    struct pn_machine *m = r->machine;
    uint8_t op = insn[PN_CODE_OP];
    uint16_t b = pn_load16(insn + PN_CODE_B);

    switch (op) {
    case PN_CODE_CONST: push_constant(m->policy, b, v); break;
    case PN_CODE_SLOT: push_slot(m, b, v); break;
    case PN_CODE_LOCAL: *v = r->stack[b]; break;
    case PN_CODE_PREDICATE: push_predicate(m, b, v); break;
    case PN_CODE_NOW: push_now(m, v); break;
    case PN_CODE_DERIVED: push_derived(m, v); break;
    case PN_CODE_LIST: (void)pn_machine_list(m, b, v); break;
    case PN_CODE_MAP: (void)pn_machine_map(m, b, v); break;
    case PN_CODE_NOT:
        pn_put_truth(v, pn_truth_not(pn_value_truth(v)), PN_FAULT_NO_SUCH_OVERLOAD);
        break;
    case PN_CODE_NEGATE: pn_negate(m, v); break;
    case PN_CODE_SELECT:
    case PN_CODE_HAS: select_key(r, op, b, v); break;
    case PN_CODE_IN_SET: in_set(r, v, b); break;
    case PN_CODE_MATCH: match(r, v, b); break;
    case PN_CODE_SETTLE:
        if (v->type == PN_ERROR) pn_put_bool(v, false);
        break;
    case PN_CODE_AND:
    case PN_CODE_OR: join(r, op, v, v + 1); break;
    case PN_CODE_EQ:
    case PN_CODE_NE: equal(m, op, v, v + 1); break;
    case PN_CODE_LT:
    case PN_CODE_LE:
    case PN_CODE_GT:
    case PN_CODE_GE: order(m, op, v, v + 1); break;
    case PN_CODE_IN: pn_put_truth(v, pn_machine_in(m, v, v + 1), PN_FAULT_NO_SUCH_OVERLOAD); break;
    case PN_CODE_INDEX: index_by(r, v, v + 1); break;
    case PN_CODE_APPEND: (void)pn_list_append(v, v + 1); break;
    case PN_CODE_PUT: put_entry(r, v); break;
    case PN_CODE_LIST_LIKE:
    case PN_CODE_MAP_LIKE: push_room(m, op, v); break;
    case PN_CODE_SLIDE: *v = v[b]; break;
    case PN_CODE_CALL:
        pn_builtin_call(m, pn_builtin_at(m->policy->modules, b), v, insn[PN_CODE_A]);
        break;
    default: compute(r, insn, v, v + 1); break;
    }
}

static void step(struct pn_run *r)
{
    const uint8_t *insn = r->code + (size_t)PN_CODE_BYTES * r->at++;
    uint8_t effect = pn_code_effects[insn[PN_CODE_OP]];
    uint32_t takes = pn_code_takes(insn);
    struct pn_value *v = r->top - takes;

    if ((effect & PN_EFFECT_FLOWS) != 0) {
        pn_run_control(r, insn);
        return;
    }
    r->top = v + pn_code_leaves(insn);
    if ((effect & PN_EFFECT_STRICT) == 0 || are_usable(r, v, takes)) perform(r, insn, v);
}

struct pn_value pn_machine_run(struct pn_machine *m, uint32_t block)
{
    const uint8_t *at = pn_record(m->policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
    uint32_t count = pn_load16(at + PN_BLOCK_COUNT);
    struct pn_run r = { .machine = m };

    m->steps_left = PN_POLICY_BLOCK_COST_MAX;
    m->cramped = false;
    r.code = pn_record(m->policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES,
                       pn_load32(at + PN_BLOCK_FIRST));
    r.stack = pn_machine_take(m, pn_load16(at + PN_BLOCK_STACK) * sizeof *r.stack);
    if (r.stack == NULL) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    r.top = r.stack;
    while (r.at < count) step(&r);
    return r.stack[0];
}

enum pn_truth pn_machine_truth(struct pn_machine *m, uint32_t block)
{
    uint32_t used = m->scratch->used;
    struct pn_value v = pn_machine_run(m, block);

    pn_scratch_back_to(m->scratch, used);
    return pn_value_truth(&v);
}
