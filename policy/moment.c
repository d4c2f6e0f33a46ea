/* see moment.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/moment.h"

#include "policy/duration.h"

static struct pn_value duration_if(bool fits, const struct pn_duration *d)
{
    return fits ? pn_value_time(PN_DURATION, d->seconds, d->nanos)
                : pn_value_fault(PN_FAULT_OVERFLOW);
}

static struct pn_value of_durations(uint8_t op, struct pn_duration a, struct pn_duration b)
{
    if (op == PN_CODE_ADD) return duration_if(pn_duration_add(a, b, &a), &a);
    if (op != PN_CODE_SUBTRACT) return pn_no_overload();
    return duration_if(pn_duration_subtract(a, b, &a), &a);
}

static struct pn_value moved(uint8_t op, struct pn_instant at, struct pn_duration by)
{
    bool fits = op == PN_CODE_ADD ? pn_instant_add(at, by, &at) : pn_instant_subtract(at, by, &at);

    return fits ? pn_value_time(PN_TIMESTAMP, at.seconds, at.nanos)
                : pn_value_fault(PN_FAULT_OVERFLOW);
}

/* A moment that was moved is shown by the same clock. */
static struct pn_value shown_as(struct pn_value moved, const struct pn_value *moment)
{
    if (moved.type == PN_TIMESTAMP) moved.node = moment->node;
    return moved;
}

struct pn_value pn_moment_compute(uint8_t op, const struct pn_value *a, const struct pn_value *b)
{
    bool at_a = a->type == PN_TIMESTAMP, at_b = b->type == PN_TIMESTAMP;
    struct pn_instant first = { a->as.i, a->len }, second = { b->as.i, b->len };
    struct pn_duration d = { a->as.i, a->len }, by = { b->as.i, b->len };

    if (op == PN_CODE_NEGATE) return duration_if(pn_duration_negate(d, &d), &d);
    if (!at_a && !at_b) return of_durations(op, d, by);
    if (op == PN_CODE_ADD && at_a != at_b) {
        return shown_as(moved(op, at_a ? first : second, at_a ? by : d), at_a ? a : b);
    }
    if (op != PN_CODE_SUBTRACT || !at_a) return pn_no_overload();
    if (!at_b) return shown_as(moved(op, first, by), a);
    return duration_if(pn_instant_difference(first, second, &d), &d);
}

void pn_moment_write(struct pn_writer *w, const struct pn_value *v)
{
    if (v->type == PN_DURATION) {
        pn_duration_write(w, (struct pn_duration){ v->as.i, v->len });
    } else {
        pn_instant_write_at(w, (struct pn_instant){ v->as.i, v->len }, (int16_t)v->node);
    }
}
