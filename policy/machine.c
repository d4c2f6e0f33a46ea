/* see machine.h: the interpreter. What the opener checked is not checked again: operands, depth,
 * skips and loops are sound; types and ranges of values are what can be wrong.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/frame.h"
#include "policy/arithmetic.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/condition.h"
#include "policy/dfa.h"
#include "policy/policy_explain.h"
#include "policy/predicate.h"
#include "policy/truth.h"

/* A block on its way. `top` is where the next value goes. */
struct run {
    struct pn_machine *machine;
    const uint8_t *code;
    struct pn_value *stack, *top;
    uint32_t at; /* instruction to perform next */
};

static const struct pn_slice sentences[] = {
#define PN_FAULT(symbol, sentence) PN_SLICE_INIT(sentence),
#include "policy/machine_fault.def"
#undef PN_FAULT
};

struct pn_slice pn_fault_sentence(enum pn_fault fault)
{
    return sentences[fault < PN_FAULT_COUNT ? fault : PN_FAULT_UNUSABLE];
}

struct pn_value pn_value_fault(enum pn_fault fault)
{
    return (struct pn_value){ .type = PN_ERROR, .as.i = fault };
}

struct pn_value pn_no_overload(void)
{
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_value_truth(enum pn_truth truth, enum pn_fault fault)
{
    switch (truth) {
    case PN_FALSE: return pn_value_bool(false);
    case PN_TRUE: return pn_value_bool(true);
    case PN_UNDECIDED: return pn_value_of(PN_UNKNOWN);
    case PN_FAULTY: break;
    }
    return pn_value_fault(fault);
}

static bool is_usable(const struct pn_value *v)
{
    return v->type > PN_UNKNOWN;
}

static enum pn_truth truth_of(const struct pn_value *v)
{
    if (v->type == PN_BOOL) return pn_truth_of(v->as.b);
    return v->type == PN_UNKNOWN ? PN_UNDECIDED : PN_FAULTY;
}

/* An unusable operand is the result; of an error and an unknown as truth.h has it. */
static const struct pn_value *worse_of(const struct run *r, const struct pn_value *a,
                                       const struct pn_value *b)
{
    if (is_usable(a)) return b;
    if (is_usable(b) || a->type == b->type) return a;
    bool lists = r->machine->facts->phase == PN_PHASE_LIST;
    return (a->type == PN_UNKNOWN) == lists ? a : b;
}

static void push(struct run *r, struct pn_value v)
{
    *r->top++ = v;
}

static struct pn_value constant(const struct pn_policy *p, uint32_t index)
{
    const uint8_t *at = pn_record(p, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, index);
    struct pn_value v = pn_value_of((enum pn_type)at[PN_CONSTANT_TYPE]);
    uint64_t bits = pn_load64(at + PN_CONSTANT_VALUE);

    if (v.type <= PN_STRING) return pn_constant(p, index);
    v.len = pn_load32(at + PN_CONSTANT_NANOS);
    if (v.type == PN_BYTES) {
        v.as.text = p->blob.section[PN_POLICY_SECTION_STRING_BYTES].at + bits;
    } else {
        v.as.i = (int64_t)bits;
    }
    return v;
}

/* A list or map is walked by its text, which a scanner keeps where the trie says so. */
static bool lacks_text(const struct pn_value *v)
{
    return (v->type == PN_LIST || v->type == PN_MAP) && (v->flags & PN_VALUE_BUILT) == 0 &&
           v->len < 2;
}

static struct pn_value slot_value(const struct pn_machine *m, uint16_t slot)
{
    struct pn_value v = m->facts->slots[slot];

    if (v.type == PN_ABSENT) return pn_value_fault(PN_FAULT_ABSENT);
    if (v.type == PN_ERROR || lacks_text(&v)) return pn_value_fault(PN_FAULT_UNUSABLE);
    if (v.type != PN_INT || m->policy->mode != PN_MODE_CERBOS54) return v;
    return pn_value_double((double)v.as.i);
}

static struct pn_value now_value(const struct pn_machine *m)
{
    int64_t ms = m->facts->now_ms, rest = ms % 1000;

    if (rest < 0) rest += 1000;
    return pn_value_time(PN_TIMESTAMP, (ms - rest) / 1000, (uint32_t)rest * 1000000);
}

PN_OWN_FRAME static void add_derived(struct pn_machine *m, uint16_t derived, struct pn_value *list)
{
    struct pn_value name = pn_value_string(pn_policy_derived_name(m->policy, derived));

    *list = pn_list_append(*list, &name);
}

PN_OWN_FRAME static struct pn_value derived_roles(struct pn_machine *m)
{
    struct pn_value list = pn_machine_list(m, m->policy->derived_count);

    for (uint16_t i = 0; i < m->policy->derived_count && list.type == PN_LIST; i++) {
        enum pn_truth in_effect = m->eval == NULL ? PN_FAULTY : pn_eval_derived(m->eval, i);
        if (in_effect == PN_UNDECIDED) return pn_value_of(PN_UNKNOWN);
        if (in_effect == PN_TRUE) add_derived(m, i, &list);
    }
    return list;
}

static struct pn_value predicate_value(struct pn_machine *m, uint16_t predicate)
{
    if (m->eval == NULL) return pn_value_fault(PN_FAULT_UNUSABLE);
    return pn_value_truth(pn_eval_predicate(m->eval, predicate), PN_FAULT_UNUSABLE);
}

static struct pn_value pushed(struct run *r, uint8_t op, uint16_t b)
{
    struct pn_machine *m = r->machine;

    switch (op) {
    case PN_CODE_CONST: return constant(m->policy, b);
    case PN_CODE_SLOT: return slot_value(m, b);
    case PN_CODE_LOCAL: return r->stack[b];
    case PN_CODE_PREDICATE: return predicate_value(m, b);
    case PN_CODE_NOW: return now_value(m);
    case PN_CODE_DERIVED: return derived_roles(m);
    case PN_CODE_LIST: return pn_machine_list(m, b);
    default: return pn_machine_map(m, b);
    }
}

static struct pn_value found_key(struct run *r, const struct pn_value *map, uint16_t b)
{
    struct pn_value key = constant(r->machine->policy, b);

    if (map->type != PN_MAP) return pn_no_overload();
    return pn_map_find(r->machine, map, &key);
}

/* has(): that the key is missing is an answer, any other error is one; to Cerbos what is below a
 * number or a text is missing too. */
static struct pn_value has_key(struct run *r, const struct pn_value *map, uint16_t b)
{
    struct pn_value found = found_key(r, map, b);

    if (r->machine->policy->mode == PN_MODE_CERBOS54 && pn_value_is_scalar(map)) {
        return pn_value_bool(false);
    }
    if (found.type == PN_ERROR && found.as.i == PN_FAULT_NO_SUCH_KEY) return pn_value_bool(false);
    bool failed = found.type == PN_ERROR && found.as.i != PN_FAULT_UNUSABLE;
    return failed ? found : pn_value_bool(true);
}

/* Sets hold what JSON can: an unsigned number counts as the int or the double that it equals. */
static struct pn_value in_set(struct run *r, const struct pn_value *v, uint16_t set)
{
    struct pn_value plain = *v;

    if (v->type == PN_UINT) {
        plain = v->as.i >= 0 ? pn_value_int(v->as.i) : pn_value_double((double)pn_value_as_uint(v));
        if (pn_machine_order(r->machine, &plain, v) != PN_RELATION_SAME)
            return pn_value_bool(false);
    }
    if (plain.type > PN_MAP) return pn_value_bool(false);
    return pn_value_truth(pn_set_holds(r->machine->policy, set, &plain), PN_FAULT_NO_SUCH_OVERLOAD);
}

static struct pn_value matched(struct run *r, const struct pn_value *v, uint16_t dfa)
{
    if (v->type != PN_STRING) return pn_no_overload();
    if (!pn_machine_spend(r->machine, v->len / 16)) return pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
    return pn_value_bool(pn_dfa_accepts(r->machine->policy, dfa, v));
}

/* a -> b for a usable a. */
static struct pn_value unary(struct run *r, uint8_t op, uint16_t b, const struct pn_value *a)
{
    switch (op) {
    case PN_CODE_NOT: return pn_value_truth(pn_truth_not(truth_of(a)), PN_FAULT_NO_SUCH_OVERLOAD);
    case PN_CODE_NEGATE: return pn_negated(r->machine, a);
    case PN_CODE_SELECT: return found_key(r, a, b);
    case PN_CODE_HAS: return has_key(r, a, b);
    case PN_CODE_IN_SET: return in_set(r, a, b);
    case PN_CODE_MATCH: return matched(r, a, b);
    default: return *a; /* PN_CODE_SETTLE changes errors only */
    }
}

static struct pn_value ordered(enum pn_relation is, uint8_t op)
{
    if (is == PN_RELATION_NO_OVERLOAD) return pn_no_overload();
    switch (op) {
    case PN_CODE_LT: return pn_value_bool(is == PN_RELATION_LESS);
    case PN_CODE_LE: return pn_value_bool(is == PN_RELATION_LESS || is == PN_RELATION_SAME);
    case PN_CODE_GT: return pn_value_bool(is == PN_RELATION_MORE);
    default: return pn_value_bool(is == PN_RELATION_MORE || is == PN_RELATION_SAME);
    }
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

PN_OWN_FRAME static struct pn_value indexed(struct run *r, const struct pn_value *a,
                                            const struct pn_value *b)
{
    int64_t index;

    if (a->type == PN_MAP) {
        if (b->type == PN_LIST || b->type == PN_MAP || b->type == PN_NULL) {
            return pn_no_overload();
        }
        return pn_map_find(r->machine, a, b);
    }
    if (a->type != PN_LIST && a->type != PN_HIERARCHY) {
        return pn_no_overload();
    }
    if (!whole_index(b, &index)) return pn_no_overload();
    return pn_sequence_at(r->machine, a, index);
}

/* An int beside a double counts as one, where the compiler says so. */
static struct pn_value relaxed(struct run *r, const uint8_t *insn, struct pn_value a,
                               struct pn_value b)
{
    if (insn[PN_CODE_A] == 1 && a.type == PN_INT && b.type == PN_DOUBLE) {
        a = pn_value_double((double)a.as.i);
    }
    if (insn[PN_CODE_A] == 1 && b.type == PN_INT && a.type == PN_DOUBLE) {
        b = pn_value_double((double)b.as.i);
    }
    return pn_arithmetic(r->machine, insn[PN_CODE_OP], &a, &b);
}

static enum pn_fault why_not_told(const struct pn_machine *m)
{
    return m->cramped ? PN_FAULT_SCRATCH_FULL : PN_FAULT_TOO_DEEP;
}

/* a b -> c for usable ones. */
PN_OWN_FRAME static struct pn_value binary(struct run *r, const uint8_t *insn,
                                           const struct pn_value *a, const struct pn_value *b)
{
    struct pn_machine *m = r->machine;
    uint8_t op = insn[PN_CODE_OP];

    switch (op) {
    case PN_CODE_EQ:
    case PN_CODE_NE: {
        enum pn_truth same = pn_machine_equal(m, a, b);
        return pn_value_truth(op == PN_CODE_EQ ? same : pn_truth_not(same), why_not_told(m));
    }
    case PN_CODE_LT:
    case PN_CODE_LE:
    case PN_CODE_GT:
    case PN_CODE_GE: return ordered(pn_machine_order(m, a, b), op);
    case PN_CODE_IN: return pn_value_truth(pn_machine_in(m, a, b), PN_FAULT_NO_SUCH_OVERLOAD);
    case PN_CODE_INDEX: return indexed(r, a, b);
    default: return relaxed(r, insn, *a, *b);
    }
}

/* What decides is kept as it is; of two that do not, the error that came first. */
PN_OWN_FRAME static struct pn_value joined(struct run *r, uint8_t op, const struct pn_value *a,
                                           const struct pn_value *b)
{
    enum pn_phase phase = r->machine->facts->phase;
    enum pn_truth x = truth_of(a), y = truth_of(b);
    enum pn_truth both = op == PN_CODE_AND ? pn_truth_and(x, y, phase) : pn_truth_or(x, y, phase);

    if (both == PN_FAULTY) {
        const struct pn_value *error = x == PN_FAULTY ? a : b;
        return error->type == PN_ERROR ? *error : pn_no_overload();
    }
    return pn_value_truth(both, PN_FAULT_NO_SUCH_OVERLOAD);
}

static bool is_key(const struct pn_value *v)
{
    return v->type == PN_STRING || v->type == PN_INT || v->type == PN_UINT || v->type == PN_BOOL;
}

static struct pn_value with_entry(struct run *r, const struct pn_value *map,
                                  const struct pn_value *key, const struct pn_value *value)
{
    if (!is_usable(map)) return *map;
    if (!is_usable(key) || !is_usable(value)) return *worse_of(r, key, value);
    if (map->type != PN_MAP || !is_key(key)) return pn_no_overload();
    if (pn_machine_in(r->machine, key, map) != PN_FALSE) {
        return pn_value_fault(PN_FAULT_DUPLICATE_KEY);
    }
    return pn_map_put(*map, key, value);
}

static struct pn_value appended(struct run *r, const struct pn_value *list,
                                const struct pn_value *element)
{
    if (!is_usable(list) || !is_usable(element)) return *worse_of(r, list, element);
    return pn_list_append(*list, element);
}

static struct pn_value room_like(struct run *r, uint8_t op, const struct pn_value *container)
{
    size_t room = 0;

    if (pn_value_is_sequence(container)) room = pn_sequence_count(r->machine, container);
    return op == PN_CODE_LIST_LIKE ? pn_machine_list(r->machine, room)
                                   : pn_machine_map(r->machine, room);
}

static struct pn_value called(struct run *r, uint32_t count, uint16_t number)
{
    const struct pn_value *args = r->top - count, *bad = args;

    for (uint32_t i = 0; i < count; i++) {
        if (!is_usable(&args[i])) bad = worse_of(r, bad, &args[i]);
    }
    if (count > 0 && !is_usable(bad)) return *bad;
    return pn_builtin_at(r->machine->policy->modules, number)->call(r->machine, args, count);
}

/* Give back what an iteration built, unless the accumulator may hold some of it. */
static void forget_built(struct run *r, const struct pn_value *accumulator, uint32_t used)
{
    bool holds_some = accumulator->type >= PN_STRING && accumulator->type != PN_UINT &&
                      accumulator->type != PN_TIMESTAMP && accumulator->type != PN_DURATION;

    if (!holds_some) pn_scratch_back_to(r->machine->scratch, used);
}

/* The loop's own cell: how far it is, and what of the scratch was in use before it. */
static struct pn_value loop_cell(const struct run *r)
{
    return (struct pn_value){ .type = PN_LOOP_CELL,
                              .node = (uint16_t)(r->machine->scratch->used / 8) };
}

static void loop(struct run *r, uint32_t variables, uint16_t skip)
{
    struct pn_value *container = r->top - 2;
    struct pn_value fault = *container;

    if (is_usable(container)) {
        bool walks = container->type == PN_LIST || container->type == PN_MAP;
        uint32_t limit = r->machine->policy->loop_items;
        fault = pn_value_fault(walks ? PN_FAULT_TOO_MANY_ITEMS : PN_FAULT_NO_SUCH_OVERLOAD);
        if (walks && pn_sequence_count(r->machine, container) <= limit) {
            push(r, loop_cell(r));
            for (uint32_t i = 0; i < variables; i++) push(r, pn_value_of(PN_NULL));
            return;
        }
    }
    *container = fault;
    r->top--;
    r->at += skip; /* the step behind it is made by the caller */
}

/* Element `cell->len` of the container; the cell keeps the place in a text. */
static bool next_element(struct run *r, const struct pn_value *container, struct pn_value *cell,
                         struct pn_value *key, struct pn_value *value)
{
    struct pn_sequence s;

    pn_sequence_begin(&s, r->machine, container);
    if (s.cells != NULL) {
        s.cells += (size_t)cell->len * s.step;
        s.left = container->len - cell->len;
    } else if (cell->len > 0) {
        s.text.at = cell->as.text;
    }
    if (!pn_sequence_next(&s, key, value)) return false;
    if (s.cells == NULL) cell->as.text = s.text.at;
    return true;
}

static void loop_step(struct run *r, uint32_t variables, uint16_t skip)
{
    struct pn_value *cell = r->top - variables - 1;
    struct pn_value key = pn_value_of(PN_NULL), value;
    const struct pn_value *container = cell - 2;

    if (!next_element(r, container, cell, &key, &value)) {
        r->at += skip - 1u;
        return;
    }
    if (container->type != PN_MAP) key = pn_value_int(cell->len);
    cell->len++;
    if (value.type == PN_ERROR) value = pn_value_fault(PN_FAULT_UNUSABLE);
    if (variables == 2) {
        cell[1] = key;
        cell[2] = value;
    } else {
        cell[1] = container->type == PN_MAP ? key : value;
    }
}

static void loop_again(struct run *r, uint8_t a, uint16_t back)
{
    uint32_t variables = a & 0xF;
    struct pn_value *next = --r->top, *cell = next - variables - 1, *accumulator = cell - 1;
    enum pn_loop_exit exit = (enum pn_loop_exit)(a >> 4);

    *accumulator = *next;
    forget_built(r, accumulator, (uint32_t)cell->node * 8);
    enum pn_truth truth = truth_of(accumulator);
    if (exit == PN_LOOP_ON_FALSE && truth == PN_FALSE) return;
    if (exit == PN_LOOP_ON_TRUE && truth == PN_TRUE) return;
    if (exit == PN_LOOP_ON_ERROR && !is_usable(accumulator)) return;
    r->at -= back + 1u;
}

static void loop_end(struct run *r, uint32_t variables)
{
    struct pn_value *container = r->top - variables - 3;

    *container = container[1];
    r->top = container + 1;
}

static void branch(struct run *r, uint16_t skip)
{
    const struct pn_value *condition = --r->top;
    enum pn_truth truth = truth_of(condition);

    if (truth == PN_FALSE) r->at += skip;
    if (truth == PN_TRUE || truth == PN_FALSE) return;
    push(r, is_usable(condition) ? pn_no_overload() : *condition);
    r->at += skip - 1u;
}

static void slide(struct run *r, uint16_t count)
{
    r->top -= count;
    r->top[-1] = r->top[count - 1];
}

PN_OWN_FRAME static void control(struct run *r, const uint8_t *insn)
{
    uint16_t b = pn_load16(insn + PN_CODE_B);
    uint8_t a = insn[PN_CODE_A];

    switch (insn[PN_CODE_OP]) {
    case PN_CODE_IF_FALSE:
        if (truth_of(r->top - 1) == PN_FALSE) r->at += b;
        break;
    case PN_CODE_IF_TRUE:
        if (truth_of(r->top - 1) == PN_TRUE) r->at += b;
        break;
    case PN_CODE_BRANCH: branch(r, b); break;
    case PN_CODE_JUMP: r->at += b; break;
    case PN_CODE_SLIDE: slide(r, b); break;
    case PN_CODE_LOOP: loop(r, a, b); break;
    case PN_CODE_STEP: loop_step(r, a, b); break;
    case PN_CODE_AGAIN: loop_again(r, a, b); break;
    default: loop_end(r, a); break;
    }
}

static void two_to_one(struct run *r, const uint8_t *insn)
{
    struct pn_value *a = r->top - 2, *b = r->top - 1;
    uint8_t op = insn[PN_CODE_OP];

    if (op == PN_CODE_AND || op == PN_CODE_OR) *a = joined(r, op, a, b);
    else if (op == PN_CODE_APPEND) *a = appended(r, a, b);
    else if (is_usable(a) && is_usable(b)) *a = binary(r, insn, a, b);
    else *a = *worse_of(r, a, b);
    r->top--;
}

PN_OWN_FRAME static void one_to_one(struct run *r, uint8_t op, uint16_t b)
{
    struct pn_value *a = r->top - 1;

    if (is_usable(a)) *a = unary(r, op, b, a);
    else if (op == PN_CODE_SETTLE && a->type == PN_ERROR) *a = pn_value_bool(false);
}

PN_OWN_FRAME static void put(struct run *r)
{
    r->top -= 2;
    r->top[-1] = with_entry(r, r->top - 1, r->top, r->top + 1);
}

static void call(struct run *r, uint8_t count, uint16_t number)
{
    struct pn_value result = called(r, count, number);

    r->top -= count;
    push(r, result);
}

static void perform(struct run *r, const uint8_t *insn)
{
    uint8_t op = insn[PN_CODE_OP];
    uint16_t b = pn_load16(insn + PN_CODE_B);

    switch (op) {
    case PN_CODE_CONST:
    case PN_CODE_SLOT:
    case PN_CODE_LOCAL:
    case PN_CODE_PREDICATE:
    case PN_CODE_NOW:
    case PN_CODE_DERIVED:
    case PN_CODE_LIST:
    case PN_CODE_MAP: push(r, pushed(r, op, b)); break;
    case PN_CODE_NOT:
    case PN_CODE_NEGATE:
    case PN_CODE_SELECT:
    case PN_CODE_HAS:
    case PN_CODE_IN_SET:
    case PN_CODE_MATCH:
    case PN_CODE_SETTLE: one_to_one(r, op, b); break;
    case PN_CODE_LIST_LIKE:
    case PN_CODE_MAP_LIKE: push(r, room_like(r, op, r->top - 1)); break;
    case PN_CODE_PUT: put(r); break;
    case PN_CODE_CALL: call(r, insn[PN_CODE_A], b); break;
    case PN_CODE_IF_FALSE:
    case PN_CODE_IF_TRUE:
    case PN_CODE_BRANCH:
    case PN_CODE_JUMP:
    case PN_CODE_SLIDE:
    case PN_CODE_LOOP:
    case PN_CODE_STEP:
    case PN_CODE_AGAIN:
    case PN_CODE_END: control(r, insn); break;
    default: two_to_one(r, insn); break;
    }
}

struct pn_value pn_machine_run(struct pn_machine *m, uint32_t block)
{
    const uint8_t *at = pn_record(m->policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
    uint32_t count = pn_load16(at + PN_BLOCK_COUNT);
    struct run r = { .machine = m };

    m->steps_left = PN_POLICY_BLOCK_COST_MAX;
    m->cramped = false;
    r.code = pn_record(m->policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES,
                       pn_load32(at + PN_BLOCK_FIRST));
    r.stack = pn_scratch_take(m->scratch, pn_load16(at + PN_BLOCK_STACK) * sizeof *r.stack);
    if (r.stack == NULL) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    r.top = r.stack;
    while (r.at < count) {
        const uint8_t *insn = r.code + (size_t)PN_CODE_BYTES * r.at++;
        perform(&r, insn);
    }
    return r.stack[0];
}

enum pn_truth pn_machine_truth(struct pn_machine *m, uint32_t block)
{
    uint32_t used = m->scratch->used;
    struct pn_value v = pn_machine_run(m, block);

    pn_scratch_back_to(m->scratch, used);
    return truth_of(&v);
}

bool pn_machine_text(struct pn_machine *m, const struct pn_value *string, struct pn_slice *text)
{
    struct pn_value copy;

    if ((string->flags & PN_VALUE_ESCAPED) == 0) {
        *text = pn_value_text(string);
        return pn_machine_spend(m, string->len / 16);
    }
    uint8_t *at = pn_machine_string(m, string->len, &copy); /* no longer once it is unescaped */
    if (at == NULL) return false;
    *text = pn_slice(at, pn_value_copy_text(string, at, string->len));
    return true;
}

uint8_t *pn_machine_string(struct pn_machine *m, size_t len, struct pn_value *string)
{
    *string = pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
    if (!pn_machine_spend(m, len / 16)) return NULL;
    uint8_t *at = pn_scratch_take(m->scratch, len + 1); /* never NULL for an empty one */
    *string = pn_value_fault(PN_FAULT_SCRATCH_FULL);
    if (at != NULL) *string = pn_value_string(pn_slice(at, len));
    return at;
}

struct pn_writer pn_machine_writer(struct pn_machine *m)
{
    return pn_writer(m->scratch->at + m->scratch->used, m->scratch->bytes - m->scratch->used);
}

struct pn_value pn_machine_written(struct pn_machine *m, const struct pn_writer *w)
{
    struct pn_value v;

    if (w->full) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    (void)pn_machine_string(m, w->len, &v);
    return v;
}
