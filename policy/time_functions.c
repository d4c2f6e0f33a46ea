/* see builtin.h: what a calendar and a clock show of an instant, and the parts of a duration.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/civil_time.h"
#include "policy/duration.h"
#include "policy/moment.h"
#include "policy/result.h"
#include "policy/zone_table.h"

/* How far the zone that `zone` says is ahead of UTC at `instant`. Text is an offset or UTC; a zone with a
 * name comes as the table that the compiler made of it, as bytes. PN_FAULT_COUNT: it is there. */
static enum pn_fault read_zone(struct pn_machine *m, const struct pn_value *zone, int64_t instant,
                               int32_t *offset_s)
{
    struct pn_slice text = pn_value_text(zone);

    if (zone->type == PN_STRING) {
        return pn_zone_offset_read(text, offset_s) ? PN_FAULT_COUNT : PN_FAULT_UNKNOWN_ZONE;
    }
    if (zone->type != PN_BYTES) return PN_FAULT_NO_SUCH_OVERLOAD;
    if (!pn_machine_spend_text(m, text.len)) return PN_FAULT_TOO_MANY_STEPS;
    if (!pn_zone_is_sound(text)) return PN_FAULT_UNKNOWN_ZONE;
    *offset_s = pn_zone_offset(text, instant);
    return PN_FAULT_COUNT;
}

/* All of a duration in a unit. Milliseconds are those beyond its last whole second, by CEL's
 * specification; for Cerbos all of it. */
static int64_t counted(const struct pn_machine *m, struct pn_duration d, uint8_t part)
{
    static const uint16_t unit_s[] = { 3600, 60, 1 };

    if (part < PN_CIVIL_MILLISECOND) {
        return (int64_t)pn_duration_in(d, unit_s[part - PN_CIVIL_HOUR] * PN_SECOND_NS);
    }
    int64_t nanos = pn_duration_nanos(d);
    return (m->policy->mode == PN_MODE_CERBOS54 ? nanos : nanos % PN_SECOND_NS) / 1000000;
}

/* `which` is enum pn_civil_part. */
void pn_fn_time_field(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    enum pn_fault fault = PN_FAULT_COUNT;
    int32_t offset_s = 0;

    if (v->type == PN_DURATION && c->count == 1 && c->which >= PN_CIVIL_HOUR) {
        pn_put_int(v, counted(m, (struct pn_duration){ v->as.i, v->len }, c->which));
        return;
    }
    if (v->type != PN_TIMESTAMP) fault = PN_FAULT_NO_SUCH_OVERLOAD;
    else if (c->count == 2) fault = read_zone(m, &v[1], v->as.i, &offset_s);
    if (fault != PN_FAULT_COUNT) {
        pn_put_fault(v, fault);
        return;
    }
    struct pn_civil civil = pn_civil_of(v->as.i + offset_s, v->len);
    pn_put_int(v, civil.part[c->which]);
}

/* For Cerbos a moment remembers the clock that it was read from, for string() alone. */
static void timestamp_of_text(const struct pn_machine *m, struct pn_value *v)
{
    bool as_cerbos = m->policy->mode == PN_MODE_CERBOS54;
    struct pn_instant t;

    switch (pn_instant_read_as(pn_value_text(v), as_cerbos ? PN_INSTANT_LENIENT : PN_INSTANT_STRICT,
                               &t)) {
    case PN_INSTANT_READ:
        pn_put_time(v, PN_TIMESTAMP, t.seconds, t.nanos);
        if (as_cerbos) v->node = (uint16_t)t.clock_minutes;
        return;
    case PN_INSTANT_OUT_OF_RANGE: pn_put_fault(v, PN_FAULT_OVERFLOW); return;
    case PN_INSTANT_MALFORMED: break;
    }
    pn_put_fault(v, PN_FAULT_BAD_CONVERSION);
}

void pn_fn_timestamp(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)c;
    if (v->type == PN_TIMESTAMP) return;
    if (v->type == PN_STRING) timestamp_of_text(m, v);
    else if (v->type != PN_INT) pn_put_no_overload(v);
    else if (!pn_instant_is_second(v->as.i)) pn_put_fault(v, PN_FAULT_OVERFLOW);
    else pn_put_time(v, PN_TIMESTAMP, v->as.i, 0);
}

void pn_fn_duration(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_duration d;

    (void)m;
    (void)c;
    if (v->type == PN_DURATION) return;
    if (v->type == PN_INT) d = pn_duration_of_nanos(v->as.i);
    if (v->type == PN_INT || (v->type == PN_STRING && pn_duration_read(pn_value_text(v), &d))) {
        pn_put_time(v, PN_DURATION, d.seconds, d.nanos);
    } else {
        pn_put_fault(v, v->type == PN_STRING ? PN_FAULT_BAD_CONVERSION : PN_FAULT_NO_SUCH_OVERLOAD);
    }
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_TIME PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_time_functions = { .functions = functions,
                                                     .count =
                                                         sizeof functions / sizeof functions[0],
                                                     .write = pn_moment_write,
                                                     .compute = pn_moment_compute };
