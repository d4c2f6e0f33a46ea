/* see builtin.h: what a calendar and a clock show of an instant, and the parts of a duration.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/civil_time.h"
#include "policy/duration.h"
#include "policy/moment.h"
#include "policy/zone_table.h"

static struct pn_instant instant_of(const struct pn_value *v)
{
    return (struct pn_instant){ v->as.i, v->len };
}

/* How far the zone that an argument says is ahead of UTC at that instant. Text is an offset or UTC;
 * a zone with a name comes as the table that the compiler made of it, as bytes. */
static bool zone_offset(struct pn_machine *m, const struct pn_value *args, int32_t *offset_s,
                        struct pn_value *fault)
{
    struct pn_slice zone = pn_value_text(&args[1]);

    if (args[1].type != PN_BYTES) {
        if (!pn_argument_text(m, &args[1], &zone, fault)) return false;
        *fault = pn_value_fault(PN_FAULT_UNKNOWN_ZONE);
        return pn_zone_offset_read(zone, offset_s);
    }
    *fault = pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
    if (!pn_machine_spend(m, zone.len / 16)) return false;
    *fault = pn_value_fault(PN_FAULT_UNKNOWN_ZONE);
    if (!pn_zone_is_sound(zone)) return false;
    *offset_s = pn_zone_offset(zone, args[0].as.i);
    return true;
}

/* False: `*fault` is the result. */
static bool read_civil(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                       struct pn_civil *civil, struct pn_value *fault)
{
    int32_t offset_s = 0;

    *fault = pn_no_overload();
    if (args[0].type != PN_TIMESTAMP) return false;
    if (count == 2 && !zone_offset(m, args, &offset_s, fault)) return false;
    *civil = pn_civil_of(instant_of(args), offset_s);
    return true;
}

enum field {
    YEAR,
    MONTH,
    DATE,
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    DAY_OF_YEAR,
    HOURS,
    MINUTES,
    SECONDS,
    MILLISECONDS
};

static int32_t field_of(const struct pn_civil *c, enum field field)
{
    switch (field) {
    case YEAR: return c->year;
    case MONTH: return c->month;
    case DATE: return c->day;
    case DAY_OF_MONTH: return c->day - 1;
    case DAY_OF_WEEK: return c->week_day;
    case DAY_OF_YEAR: return c->year_day;
    case HOURS: return c->hour;
    case MINUTES: return c->minute;
    case SECONDS: return c->second;
    case MILLISECONDS: break;
    }
    return c->milliseconds;
}

static struct pn_value shown(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                             enum field field)
{
    struct pn_civil civil;
    struct pn_value fault;

    if (!read_civil(m, args, count, &civil, &fault)) return fault;
    return pn_value_int(field_of(&civil, field));
}

/* All of a duration in a unit, or a field of an instant. */
static struct pn_value counted(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                               enum field field)
{
    static const uint16_t unit_s[] = { [HOURS] = 3600, [MINUTES] = 60, [SECONDS] = 1 };

    if (args[0].type != PN_DURATION || count == 2) return shown(m, args, count, field);
    struct pn_duration d = { args[0].as.i, args[0].len };
    return pn_value_int(pn_duration_count(d, unit_s[field] * PN_SECOND_NS));
}

struct pn_value pn_fn_full_year(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return shown(m, args, count, YEAR);
}

struct pn_value pn_fn_month(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return shown(m, args, count, MONTH);
}

struct pn_value pn_fn_date(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return shown(m, args, count, DATE);
}

struct pn_value pn_fn_day_of_month(struct pn_machine *m, const struct pn_value *args,
                                   uint32_t count)
{
    return shown(m, args, count, DAY_OF_MONTH);
}

struct pn_value pn_fn_day_of_week(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return shown(m, args, count, DAY_OF_WEEK);
}

struct pn_value pn_fn_day_of_year(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return shown(m, args, count, DAY_OF_YEAR);
}

struct pn_value pn_fn_hours(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return counted(m, args, count, HOURS);
}

struct pn_value pn_fn_minutes(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return counted(m, args, count, MINUTES);
}

struct pn_value pn_fn_seconds(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return counted(m, args, count, SECONDS);
}

/* Of a duration what is beyond its last whole second, by CEL's specification; for Cerbos all of it. */
struct pn_value pn_fn_milliseconds(struct pn_machine *m, const struct pn_value *args,
                                   uint32_t count)
{
    if (args[0].type != PN_DURATION || count == 2) return shown(m, args, count, MILLISECONDS);
    struct pn_duration d = { args[0].as.i, args[0].len };
    if (m->policy->mode == PN_MODE_CERBOS54) return pn_value_int(pn_duration_milliseconds(d));
    return pn_value_int(pn_duration_milliseconds_part(d));
}

/* For Cerbos a moment remembers the clock that it was read from, for string() alone. */
static struct pn_value moment_of(const struct pn_machine *m, struct pn_slice text,
                                 struct pn_instant t)
{
    struct pn_value v = pn_value_time(PN_TIMESTAMP, t.seconds, t.nanos);

    if (m->policy->mode == PN_MODE_CERBOS54) v.node = (uint16_t)pn_instant_offset_minutes(text);
    return v;
}

static struct pn_value timestamp_of_text(const struct pn_machine *m, struct pn_slice text)
{
    struct pn_instant t;

    bool lenient = m->policy->mode == PN_MODE_CERBOS54;
    switch (lenient ? pn_instant_read_lenient(text, &t) : pn_instant_read(text, &t)) {
    case PN_INSTANT_READ: return moment_of(m, text, t);
    case PN_INSTANT_OUT_OF_RANGE: return pn_value_fault(PN_FAULT_OVERFLOW);
    case PN_INSTANT_MALFORMED: break;
    }
    return pn_value_fault(PN_FAULT_BAD_CONVERSION);
}

struct pn_value pn_fn_timestamp(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    (void)count;
    if (args->type == PN_TIMESTAMP) return *args;
    if (args->type == PN_INT) {
        if (!pn_instant_is_second(args->as.i)) return pn_value_fault(PN_FAULT_OVERFLOW);
        return pn_value_time(PN_TIMESTAMP, args->as.i, 0);
    }
    return pn_argument_text(m, args, &text, &fault) ? timestamp_of_text(m, text) : fault;
}

struct pn_value pn_fn_duration(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;
    struct pn_duration d;

    (void)count;
    if (args->type == PN_DURATION) return *args;
    if (args->type == PN_INT) {
        d = pn_duration_of_nanos(args->as.i);
    } else {
        if (!pn_argument_text(m, args, &text, &fault)) return fault;
        if (!pn_duration_read(text, &d)) return pn_value_fault(PN_FAULT_BAD_CONVERSION);
    }
    return pn_value_time(PN_DURATION, d.seconds, d.nanos);
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
