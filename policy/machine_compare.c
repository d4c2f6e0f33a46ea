/* see machine.h: ==, < and in, for all types.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/frame.h"
#include "policy/compare.h"
#include "policy/result.h"
#include "policy/truth.h"

static bool is_number(const struct pn_value *v)
{
    return v->type == PN_INT || v->type == PN_DOUBLE || v->type == PN_UINT;
}

static enum pn_relation relation_of(int64_t a, int64_t b)
{
    return a < b ? PN_RELATION_LESS : a > b ? PN_RELATION_MORE : PN_RELATION_SAME;
}

/* An unsigned number beyond int64. */
static bool is_large(const struct pn_value *v)
{
    return v->type == PN_UINT && v->as.i < 0;
}

/* One of two numbers, one of them a double and the other beyond int64. Doubles of that size are even, and
 * so are their halves: the lowest bit is not lost where it tells two apart. */
static void halve(struct pn_value *v)
{
    uint64_t whole = pn_value_as_uint(v);

    if (v->type == PN_DOUBLE) v->as.d *= 0.5;
    else v->as.i = (int64_t)(whole >> 1 | (whole & 1));
}

PN_OWN_FRAME static enum pn_relation number_order(const struct pn_machine *m,
                                                  const struct pn_value *a,
                                                  const struct pn_value *b)
{
    bool large_a = is_large(a), large_b = is_large(b);
    struct pn_value x = *a, y = *b;

    if ((a->type == PN_DOUBLE) == (b->type == PN_DOUBLE)) {
        if (large_a != large_b) return large_a ? PN_RELATION_MORE : PN_RELATION_LESS;
    } else if (m->policy->mode == PN_MODE_CERBOS54) {
        pn_put_double(&x, pn_number_as_double(a));
        pn_put_double(&y, pn_number_as_double(b));
    } else if (large_a || large_b) {
        halve(&x);
        halve(&y);
    }
    if (x.type == PN_UINT) x.type = PN_INT; /* two large ones both have the highest bit */
    if (y.type == PN_UINT) y.type = PN_INT;
    return (enum pn_relation)pn_number_order(&x, &y);
}

_Static_assert((int)PN_RELATION_LESS == (int)PN_LESS && (int)PN_RELATION_SAME == (int)PN_SAME &&
                   (int)PN_RELATION_MORE == (int)PN_MORE_THAN &&
                   (int)PN_RELATION_NONE == (int)PN_UNORDERED,
               "an order is a relation");

static enum pn_relation time_order(const struct pn_value *a, const struct pn_value *b)
{
    enum pn_relation r = relation_of(a->as.i, b->as.i);

    return r == PN_RELATION_SAME ? relation_of(a->len, b->len) : r;
}

enum pn_relation pn_machine_order(const struct pn_machine *m, const struct pn_value *a,
                                  const struct pn_value *b)
{
    if (is_number(a) && is_number(b)) return number_order(m, a, b);
    if (a->type != b->type) return PN_RELATION_NO_OVERLOAD;
    switch (a->type) {
    case PN_BOOL: return relation_of(a->as.b, b->as.b);
    case PN_STRING:
    case PN_BYTES: return (enum pn_relation)pn_text_order(a, b);
    case PN_TIMESTAMP:
    case PN_DURATION: return time_order(a, b);
    default: return PN_RELATION_NO_OVERLOAD;
    }
}

enum pn_truth pn_machine_same_text(struct pn_machine *m, const struct pn_value *a,
                                   const struct pn_value *b)
{
    if (!pn_machine_spend_text(m, a->len < b->len ? a->len : b->len)) return PN_FAULTY;
    return pn_truth_of(pn_text_equal(a, b));
}

static enum pn_truth equal_within(struct pn_machine *m, const struct pn_value *a,
                                  const struct pn_value *b, uint32_t depth);

/* Where two containers are compared. One lies in the lent scratch for each that lies in another:
 * values may be nested deeper than a device's stack has room for. */
struct pair {
    struct pn_sequence x, y;
    struct pn_value key, v, w;
};

/* Without the spelling rule of pn_map_find(): both maps are looked at whole. */
PN_OWN_FRAME static bool find_value(struct pn_machine *m, const struct pn_value *map,
                                    const struct pn_value *key, struct pn_value *value)
{
    struct pn_sequence s;
    struct pn_value k;

    pn_sequence_begin(&s, m, map);
    while (pn_sequence_next(&s, &k, value)) {
        if (!pn_machine_spend(m, 1)) return false;
        if (k.type == key->type || (is_number(&k) && is_number(key))) {
            if (pn_machine_order(m, &k, key) == PN_RELATION_SAME) return true;
        }
    }
    return false;
}

/* What stands in `b`, a map, under the key of the pair's value, or in a list at its place. */
static bool find_other(struct pn_machine *m, struct pair *p, const struct pn_value *b)
{
    if (b->type == PN_MAP) return find_value(m, b, &p->key, &p->w);
    return pn_machine_spend(m, 1) && pn_sequence_next(&p->y, NULL, &p->w);
}

/* An element in error leaves the whole open, unless another pair differs. */
static enum pn_truth elements_equal(struct pn_machine *m, struct pair *p, const struct pn_value *b,
                                    uint32_t depth)
{
    enum pn_truth all = PN_TRUE;

    while (all != PN_FALSE && pn_sequence_next(&p->x, &p->key, &p->v)) {
        if (!find_other(m, p, b)) return m->steps_left == 0 ? PN_FAULTY : PN_FALSE;
        all = pn_truth_and(all, equal_within(m, &p->v, &p->w, depth), PN_PHASE_CALL);
    }
    return all;
}

static enum pn_truth containers_equal(struct pn_machine *m, const struct pn_value *a,
                                      const struct pn_value *b, uint32_t depth)
{
    uint32_t used = m->scratch->used;

    if (pn_sequence_count(m, a) != pn_sequence_count(m, b)) return PN_FALSE;
    struct pair *p = pn_machine_take(m, sizeof *p);
    m->cramped |= p == NULL;
    if (p == NULL) return PN_FAULTY;
    pn_sequence_begin(&p->x, m, a);
    pn_sequence_begin(&p->y, m, b);
    enum pn_truth all = elements_equal(m, p, b, depth);
    pn_scratch_back_to(m->scratch, used);
    return all;
}

static bool bytes_equal(const struct pn_value *a, const struct pn_value *b)
{
    return a->node == b->node && pn_slice_equal(pn_value_text(a), pn_value_text(b));
}

static enum pn_truth equal_within(struct pn_machine *m, const struct pn_value *a,
                                  const struct pn_value *b, uint32_t depth)
{
    if (a->type <= PN_UNKNOWN || b->type <= PN_UNKNOWN) return PN_FAULTY;
    bool numbers = is_number(a) && is_number(b);
    if (a->type != b->type && !numbers) return PN_FALSE;
    if (depth == 0 && !numbers) return PN_FAULTY;
    switch (a->type) {
    case PN_NULL: return PN_TRUE;
    case PN_STRING: return pn_machine_same_text(m, a, b);
    case PN_TYPE: return pn_truth_of(a->as.i == b->as.i);
    case PN_BYTES:
    case PN_IP:
    case PN_CIDR:
    case PN_SPIFFE_ID:
    case PN_SPIFFE_TRUST_DOMAIN: return pn_truth_of(bytes_equal(a, b));
    case PN_LIST:
    case PN_HIERARCHY:
    case PN_MAP: return containers_equal(m, a, b, depth - 1);
    case PN_SPIFFE_MATCHER: return PN_FAULTY;
    default: return pn_truth_of(pn_machine_order(m, a, b) == PN_RELATION_SAME);
    }
}

enum pn_truth pn_machine_equal(struct pn_machine *m, const struct pn_value *a,
                               const struct pn_value *b)
{
    return equal_within(m, a, b, PN_POLICY_VALUE_DEPTH_MAX);
}

enum pn_truth pn_machine_in(struct pn_machine *m, const struct pn_value *element,
                            const struct pn_value *container)
{
    enum pn_truth found = PN_FALSE;
    struct pn_sequence s;
    struct pn_value key, v;

    if (container->type == PN_MAP) {
        if (!pn_machine_spend_text(m, container->len)) return PN_FAULTY;
        return find_value(m, container, element, &v) ? PN_TRUE
                                                     : (m->steps_left == 0 ? PN_FAULTY : PN_FALSE);
    }
    if (container->type != PN_LIST) return PN_FAULTY;
    pn_sequence_begin(&s, m, container);
    while (found != PN_TRUE && pn_sequence_next(&s, &key, &v)) {
        if (!pn_machine_spend(m, 1)) return PN_FAULTY;
        found = pn_truth_or(found, pn_machine_equal(m, &v, element), PN_PHASE_CALL);
    }
    return found;
}
