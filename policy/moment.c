/* see moment.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/moment.h"

#include "policy/duration.h"
#include "policy/result.h"

/* What takes `b` away from a moment; two instants are so far apart, and nothing is added to both. */
static bool has_overload(uint8_t op, bool at_a, bool at_b)
{
    if (op == PN_CODE_ADD) return !at_a || !at_b;
    return op == PN_CODE_NEGATE || (op == PN_CODE_SUBTRACT && (at_a || !at_b));
}

static bool fits(bool instant, struct pn_duration d)
{
    return instant ? pn_instant_is_second(d.seconds) : pn_duration_is_sound(d);
}

static struct pn_duration parts_of(const struct pn_value *v)
{
    return (struct pn_duration){ v->as.i, v->len };
}

/* The least duration has no opposite, so it cannot be taken from an instant. */
static bool is_least(const struct pn_value *v)
{
    return v->type == PN_DURATION && pn_duration_nanos(parts_of(v)) == INT64_MIN;
}

/* Nanoseconds between -10^9 and 2 * 10^9 are brought back to below 10^9; an instant that was moved is shown
 * by the same clock. */
void pn_moment_compute(uint8_t op, struct pn_value *a, const struct pn_value *b)
{
    bool at_a = a->type == PN_TIMESTAMP, at_b = b->type == PN_TIMESTAMP, instant = at_a != at_b;
    uint16_t clock = instant ? a->node | b->node : 0;
    bool least = instant && op == PN_CODE_SUBTRACT && is_least(b);
    int64_t seconds = b->as.i;
    int32_t nanos = (int32_t)b->len;

    if (!has_overload(op, at_a, at_b)) {
        pn_put_no_overload(a);
        return;
    }
    if (op != PN_CODE_ADD) {
        seconds = -seconds;
        nanos = -nanos;
    }
    if (op != PN_CODE_NEGATE) {
        seconds += a->as.i;
        nanos += (int32_t)a->len;
    }
    int32_t carry = nanos < 0 ? -1 : nanos >= PN_SECOND_NS;
    nanos -= carry * (int32_t)PN_SECOND_NS;
    pn_put_time(a, instant ? PN_TIMESTAMP : PN_DURATION, seconds + carry, (uint32_t)nanos);
    a->node = clock;
    if (least || !fits(instant, parts_of(a))) pn_put_fault(a, PN_FAULT_OVERFLOW);
}

void pn_moment_write(struct pn_writer *w, const struct pn_value *v)
{
    struct pn_instant instant = { v->as.i, v->len, (int16_t)v->node };

    if (v->type == PN_DURATION) pn_duration_write(w, parts_of(v));
    else pn_instant_write(w, &instant);
}
