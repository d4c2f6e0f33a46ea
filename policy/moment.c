/* see moment.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/moment.h"

#include "policy/duration.h"
#include "policy/result.h"

static void put_moment(struct pn_value *v, enum pn_built_type type, bool fits, struct pn_duration d)
{
    if (fits) *v = pn_value_time(type, d.seconds, d.nanos);
    else pn_put_fault(v, PN_FAULT_OVERFLOW);
}

static void of_durations(uint8_t op, struct pn_value *v, struct pn_duration a, struct pn_duration b)
{
    bool fits;

    switch (op) {
    case PN_CODE_NEGATE: fits = pn_duration_negate(a, &a); break;
    case PN_CODE_ADD: fits = pn_duration_add(a, b, &a); break;
    case PN_CODE_SUBTRACT: fits = pn_duration_subtract(a, b, &a); break;
    default: pn_put_no_overload(v); return;
    }
    put_moment(v, PN_DURATION, fits, a);
}

/* A moment that was moved is shown by the same clock. */
static void move(struct pn_value *v, const struct pn_value *moment, bool fits,
                 struct pn_instant moved)
{
    uint16_t clock = moment->node;

    put_moment(v, PN_TIMESTAMP, fits, (struct pn_duration){ moved.seconds, moved.nanos });
    if (fits) v->node = clock;
}

void pn_moment_compute(uint8_t op, struct pn_value *a, const struct pn_value *b)
{
    bool at_a = a->type == PN_TIMESTAMP, at_b = b->type == PN_TIMESTAMP, fits;
    struct pn_instant first = { a->as.i, a->len }, second = { b->as.i, b->len };
    struct pn_duration d = { a->as.i, a->len }, by = { b->as.i, b->len };

    if (!at_a && !at_b) {
        of_durations(op, a, d, by);
    } else if (op == PN_CODE_ADD && at_a != at_b) {
        fits = pn_instant_add(at_a ? first : second, at_a ? by : d, &first);
        move(a, at_a ? a : b, fits, first);
    } else if (op != PN_CODE_SUBTRACT || !at_a) {
        pn_put_no_overload(a);
    } else if (at_b) {
        fits = pn_instant_difference(first, second, &d);
        put_moment(a, PN_DURATION, fits, d);
    } else {
        fits = pn_instant_subtract(first, by, &first);
        move(a, a, fits, first);
    }
}

void pn_moment_write(struct pn_writer *w, const struct pn_value *v)
{
    if (v->type == PN_DURATION) {
        pn_duration_write(w, (struct pn_duration){ v->as.i, v->len });
    } else {
        pn_instant_write_at(w, (struct pn_instant){ v->as.i, v->len }, (int16_t)v->node);
    }
}
