/* see predicate.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/predicate.h"

#include "policy/compare.h"
#include "policy/dfa.h"
#include "policy/elements.h"
#include "policy/record.h"
#include "policy/truth.h"

/* What every kind works on: `left` is the slot's value, `right` the constant's or the peer's. */
struct operands {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    const uint8_t *record;
    const struct pn_value *left;
    struct pn_value right;
    uint32_t arg;
};

static bool is_usable(const struct pn_value *v)
{
    return v->type > PN_UNKNOWN;
}

static enum pn_truth unusable(const struct pn_value *v)
{
    return v->type == PN_UNKNOWN ? PN_UNDECIDED : PN_FAULTY;
}

struct pn_value pn_constant(const struct pn_policy *p, uint32_t index)
{
    const uint8_t *at = pn_record(p, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, index);
    uint64_t bits = pn_load64(at + PN_CONSTANT_VALUE);
    struct pn_value v = pn_value_of((enum pn_type)at[PN_CONSTANT_TYPE]);

    if (v.type == PN_STRING) return pn_value_string(pn_string(p, (uint32_t)bits));
    if (v.type == PN_BOOL) v.as.b = bits != 0;
    else memcpy(&v.as, &bits, sizeof bits); /* an int64 or a double in the host's order */
    return v;
}

/* A list or map whose text was recorded: the shortest is "[]". */
static bool is_container(const struct pn_value *v)
{
    return (v->type == PN_LIST || v->type == PN_MAP) && v->len >= 2;
}

/* A number of a request as the mode has it: for Cerbos all of them are doubles, and what they are
 * compared with is rounded alike. */
static struct pn_value as_read(const struct pn_policy *p, const struct pn_value *v)
{
    if (p->mode != PN_MODE_CERBOS54 || v->type != PN_INT) return *v;
    return (struct pn_value){ .type = PN_DOUBLE, .as.d = (double)v->as.i };
}

/* CEL's ==, which is defined for all types. Lists and maps are equal when their texts are; when the
 * texts differ they may still be, and that is not found out here. */
static enum pn_truth equal(const struct pn_value *a, const struct pn_value *b)
{
    if (pn_value_is_number(a) && pn_value_is_number(b)) {
        return pn_truth_of(pn_number_order(a, b) == PN_SAME);
    }
    if (a->type != b->type) return PN_FALSE;
    switch ((enum pn_type)a->type) {
    case PN_NULL: return PN_TRUE;
    case PN_BOOL: return pn_truth_of(a->as.b == b->as.b);
    case PN_STRING: return pn_truth_of(pn_text_equal(a, b));
    case PN_LIST:
    case PN_MAP:
        return is_container(a) && pn_slice_equal(pn_value_text(a), pn_value_text(b)) ? PN_TRUE
                                                                                     : PN_FAULTY;
    case PN_INT:
    case PN_DOUBLE:
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN: break;
    }
    return PN_FAULTY;
}

static enum pn_truth ordered(const struct pn_value *a, const struct pn_value *b, uint8_t op)
{
    if (pn_value_is_number(a) && pn_value_is_number(b)) {
        return pn_order_holds(pn_number_order(a, b), op);
    }
    if (a->type != b->type) return PN_FAULTY;
    if (a->type == PN_STRING) return pn_order_holds(pn_text_order(a, b), op);
    if (a->type != PN_BOOL) return PN_FAULTY;
    struct pn_value x = pn_value_int(a->as.b), y = pn_value_int(b->as.b);
    return pn_order_holds(pn_number_order(&x, &y), op);
}

static enum pn_truth compared(const struct operands *o)
{
    uint8_t op = o->record[PN_PREDICATE_OP];
    struct pn_value a = as_read(o->policy, o->left), b = as_read(o->policy, &o->right);

    if (op == PN_EQ) return equal(&a, &b);
    if (op == PN_NE) return pn_truth_not(equal(&a, &b));
    return ordered(&a, &b, op);
}

/* Where `v` stands to set member `at`: the run is sorted as `v` is compared. */
static enum pn_order member_order(const struct pn_policy *p, uint32_t at, const struct pn_value *v)
{
    const uint8_t *cell = pn_record(p, PN_POLICY_SECTION_SET_MEMBERS, 4, at);
    struct pn_value member = pn_constant(p, pn_load32(cell));

    if (v->type == PN_STRING) return pn_text_order(v, &member);
    if (v->type == member.type) return pn_number_order(v, &member);
    struct pn_value x = as_read(p, v), y = as_read(p, &member);
    return pn_number_order(&x, &y);
}

static bool run_holds(const struct pn_policy *p, uint32_t first, uint32_t count,
                      const struct pn_value *v)
{
    while (count > 0) {
        uint32_t half = count / 2;
        enum pn_order order = member_order(p, first + half, v);
        if (order == PN_SAME) return true;
        if (order == PN_UNORDERED) return false;
        if (order == PN_MORE_THAN) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return false;
}

enum pn_truth pn_set_holds(const struct pn_policy *policy, uint32_t number,
                           const struct pn_value *v)
{
    const uint8_t *set = pn_record(policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, number);
    uint32_t first = pn_load32(set + PN_SET_FIRST), strings = pn_load16(set + PN_SET_STRINGS);

    switch ((enum pn_type)v->type) {
    case PN_STRING: return pn_truth_of(run_holds(policy, first, strings, v));
    case PN_INT:
    case PN_DOUBLE:
        return pn_truth_of(run_holds(policy, first + strings, pn_load16(set + PN_SET_NUMBERS), v));
    case PN_NULL: return pn_truth_of((set[PN_SET_FLAGS] & PN_SET_HAS_NULL) != 0);
    case PN_BOOL:
        return pn_truth_of((set[PN_SET_FLAGS] & (v->as.b ? PN_SET_HAS_TRUE : PN_SET_HAS_FALSE)) !=
                           0);
    case PN_LIST:
    case PN_MAP: return PN_FALSE;
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN: break;
    }
    return PN_FAULTY;
}

static enum pn_truth text_part(const struct operands *o)
{
    if (o->left->type != PN_STRING || o->right.type != PN_STRING) return PN_FAULTY;
    switch (o->record[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_PREFIX: return pn_truth_of(pn_text_begins(o->left, &o->right));
    case PN_PREDICATE_SUFFIX: return pn_truth_of(pn_text_ends(o->left, &o->right));
    default: return pn_text_holds(o->left, &o->right);
    }
}

static enum pn_truth in_set(const struct operands *o)
{
    struct pn_value v = as_read(o->policy, o->left);

    return pn_set_holds(o->policy, o->arg, &v);
}

static enum pn_truth matched(const struct operands *o)
{
    if (o->left->type != PN_STRING) return PN_FAULTY;
    return pn_truth_of(pn_dfa_accepts(o->policy, o->arg, o->left));
}

/* has() asks about the leaf only: what it hangs below must be a map. To Cerbos nothing is below a
 * number or a text either. */
static enum pn_truth present(const struct operands *o)
{
    uint16_t parent = pn_load16(o->record + PN_PREDICATE_PEER);

    if (o->left->type == PN_UNKNOWN) return PN_UNDECIDED;
    if (o->left->type != PN_ABSENT) return PN_TRUE;
    if (parent == PN_NONE16) return PN_FALSE;
    const struct pn_value *above = &o->facts->slots[parent];
    if (above->type == PN_UNKNOWN) return PN_UNDECIDED;
    bool lenient = o->policy->mode == PN_MODE_CERBOS54 && pn_value_is_scalar(above);
    return above->type == PN_MAP || lenient ? PN_FALSE : PN_FAULTY;
}

static enum pn_truth sized(const struct operands *o)
{
    struct pn_value size = pn_value_int(0);

    if (o->left->type == PN_STRING) {
        size.as.i = pn_text_size(o->left);
    } else if (is_container(o->left)) {
        size.as.i = pn_elements_count(o->left);
    } else {
        return PN_FAULTY;
    }
    return pn_order_holds(pn_number_order(&size, &o->right), o->record[PN_PREDICATE_OP]);
}

static enum pn_truth member(const struct operands *o)
{
    enum pn_truth found = PN_FALSE;
    struct pn_value right = as_read(o->policy, &o->right), element;
    struct pn_elements it;

    if (!is_container(o->left)) return PN_FAULTY;
    pn_elements_begin(&it, o->left);
    it.rounds = o->policy->mode == PN_MODE_CERBOS54;
    while (found != PN_TRUE && pn_elements_next(&it, &element)) {
        if (!is_usable(&element)) {
            found = PN_FAULTY;
        } else {
            found = pn_truth_or(found, equal(&element, &right), PN_PHASE_CALL);
        }
    }
    return found;
}

static enum pn_truth now_compared(const struct operands *o)
{
    struct pn_value now = pn_value_int(o->facts->now_ms), then = pn_constant(o->policy, o->arg);

    return pn_order_holds(pn_number_order(&now, &then), o->record[PN_PREDICATE_OP]);
}

static enum pn_truth role_held(const struct operands *o)
{
    return pn_truth_of((o->facts->roles[o->arg / 64] >> o->arg % 64 & 1) != 0);
}

/* Kinds that read a slot whose value is usable. */
static enum pn_truth slot_value(const struct operands *o)
{
    switch ((enum pn_predicate_kind)o->record[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_BOOL:
        return o->left->type == PN_BOOL ? pn_truth_of(o->left->as.b) : PN_FAULTY;
    case PN_PREDICATE_TYPE: return pn_truth_of(o->left->type == o->arg);
    case PN_PREDICATE_IN_SET: return in_set(o);
    case PN_PREDICATE_MATCH: return matched(o);
    case PN_PREDICATE_COMPARE:
    case PN_PREDICATE_COMPARE_SLOTS: return compared(o);
    case PN_PREDICATE_PREFIX:
    case PN_PREDICATE_SUFFIX:
    case PN_PREDICATE_CONTAINS: return text_part(o);
    case PN_PREDICATE_SIZE: return sized(o);
    case PN_PREDICATE_MEMBER: return member(o);
    case PN_PREDICATE_NEVER:
    case PN_PREDICATE_HAS:
    case PN_PREDICATE_ROLE:
    case PN_PREDICATE_DERIVED:
    case PN_PREDICATE_NOW:
    case PN_PREDICATE_CODE: break;
    }
    return PN_FAULTY;
}

/* The right side: the peer's value, or the constant where the kind takes one. */
static struct pn_value right_side(const struct operands *o)
{
    uint16_t peer = pn_load16(o->record + PN_PREDICATE_PEER);

    if (peer != PN_NONE16) return o->facts->slots[peer];
    switch (o->record[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_BOOL:
    case PN_PREDICATE_TYPE:
    case PN_PREDICATE_IN_SET:
    case PN_PREDICATE_MATCH: return pn_value_of(PN_NULL);
    default: return pn_constant(o->policy, o->arg);
    }
}

/* An error on one side beats an unknown on the other, but not while listing. */
static enum pn_truth slot_predicate(struct operands *o)
{
    o->right = right_side(o);
    if (is_usable(o->left) && is_usable(&o->right)) return slot_value(o);
    if (is_usable(o->left)) return unusable(&o->right);
    if (is_usable(&o->right)) return unusable(o->left);
    return pn_truth_unsettled(unusable(o->left), unusable(&o->right), o->facts->phase);
}

enum pn_truth pn_predicate_value(const struct pn_policy *policy, const struct pn_facts *facts,
                                 const uint8_t *record)
{
    uint16_t slot = pn_load16(record + PN_PREDICATE_SLOT);
    struct operands o = { .policy = policy, .facts = facts, .record = record };

    o.arg = pn_load32(record + PN_PREDICATE_ARG);
    if (slot != PN_NONE16) o.left = &facts->slots[slot];
    switch (record[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_HAS: return present(&o);
    case PN_PREDICATE_ROLE: return role_held(&o);
    case PN_PREDICATE_NOW: return now_compared(&o);
    default: return slot_predicate(&o);
    }
}
