/* test_duration.c - durations: text, units, arithmetic with instants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/duration.h"
#include "policy/moment.h"
#include "unity.h"

#include <stdlib.h>

void setUp(void)
{
}

void tearDown(void)
{
}

static bool read_exact(const char *text, struct pn_duration *d)
{
    size_t len = strlen(text);
    char *at = malloc(len > 0 ? len : 1);

    memcpy(at, text, len);
    bool good = pn_duration_read(pn_slice(at, len), d);
    free(at);
    return good;
}

static void is_written(struct pn_duration d, const char *want)
{
    char text[64] = "";
    struct pn_writer w = pn_writer(text, strlen(want));

    pn_duration_write(&w, d);
    TEST_ASSERT_FALSE_MESSAGE(w.full, want);
    TEST_ASSERT_EQUAL_STRING(want, text);
    w = pn_writer(text, strlen(want) - 1);
    pn_duration_write(&w, d);
    TEST_ASSERT_TRUE(w.full);
}

static struct pn_duration of(const char *text)
{
    struct pn_duration d = { 7, 7 };

    TEST_ASSERT_TRUE_MESSAGE(read_exact(text, &d), text);
    return d;
}

static void test_text(void)
{
    static const struct {
        const char *text;
        int64_t nanos;
        const char *written;
    } rows[] = {
        { "0", 0, "0s" },
        { "-0", 0, "0s" },
        { "+0", 0, "0s" },
        { "0s", 0, "0s" },
        { "0h0.0s", 0, "0s" },
        { "1000000s", 1000000000000000, "1000000s" },
        { "1h30m", 5400000000000, "5400s" },
        { "1h45m47s", 6347000000000, "6347s" },
        { "1.5s", 1500000000, "1.5s" },
        { "+5s", 5000000000, "5s" },
        { "-2ms", -2000000, "-0.002s" },
        { "-1.5s", -1500000000, "-1.5s" },
        { "1us", 1000, "0.000001s" },
        { "1\u00b5s", 1000, "0.000001s" },
        { "1\u03bcs", 1000, "0.000001s" },
        { "100ns", 100, "0.0000001s" },
        { "-999999999ns", -999999999, "-0.999999999s" },
        { ".5s", 500000000, "0.5s" },
        { "5.s", 5000000000, "5s" },
        { "1h1h", 7200000000000, "7200s" },
        { "1s1ns", 1000000001, "1.000000001s" },
        { "1m30.25s", 90250000000, "90.25s" },
        { "1.0000000009ns", 1, "0.000000001s" },
        { "0.9ns", 0, "0s" },
        { "-0.9ns", 0, "0s" },
        { "46.854775858s", 46854775858, "46.854775857999996s" }, /* in two roundings */
        { "1.9999999999s", 1999999999, "1.999999999s" },
        { "0.3333333333333333333h", 1200000000000, "1200s" },
        { "0.1000000000000000000000000001h", 360000000000, "360s" },
        { "123456789.123456789s", 123456789123456789, "123456789.12345679s" },
        { "9223372036.854775807s", INT64_MAX, "9223372036.854776s" },
        { "2562047h47m16.854775807s", INT64_MAX, "9223372036.854776s" },
        { "-2562047h47m16.854775808s", INT64_MIN, "-9223372036.854776s" },
        { "-9223372036854775808ns", INT64_MIN, "-9223372036.854776s" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_duration d = of(rows[i].text);
        TEST_ASSERT_TRUE(d.nanos < PN_SECOND_NS);
        TEST_ASSERT_EQUAL_INT64_MESSAGE(rows[i].nanos, pn_duration_nanos(d), rows[i].text);
        is_written(d, rows[i].written);
    }
}

static void test_refused(void)
{
    static const char *const rows[] = {
        "",
        "-",
        "+",
        "--1s",
        "5",
        "-5",
        ".",
        ".s",
        "s",
        "-s",
        "1d",
        "1S",
        "1 s",
        " 1s",
        "1s ",
        "1sec",
        "1e3s",
        "1,5s",
        "1h-1m",
        "1h+1m",
        "1..5s",
        "1.5.s",
        "1.5",
        "00",
        "0.0",
        "1\xb5s",
        "1\xc2s",
        "1min",
        "inf",
        "NaN",
        "9223372036854775808ns",
        "-9223372036854775809ns",
        "9223372036.854775808s",
        "2562047h47m16.854775808s",
        "-2562047h47m16.854775809s",
        "3000000h",
        "-3000000h",
        "320000000000s",
        "-320000000000s",
        "99999999999999999999ns",
        "1h9223372036854775807ns",
        "9223372036854775807ns1ns",
        "9223372036854775807h",
        "2562048h",
        "18446744073709551616ns",
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_duration d = { 7, 7 };
        TEST_ASSERT_FALSE_MESSAGE(read_exact(rows[i], &d), rows[i]);
        TEST_ASSERT_EQUAL_INT64(7, d.seconds);
        TEST_ASSERT_EQUAL_UINT32(7, d.nanos);
    }
}

/* Whole units, the fraction cut off. */
static int64_t count(struct pn_duration d, int64_t unit_ns)
{
    return (int64_t)pn_duration_in(d, unit_ns);
}

/* getMilliseconds() */
static int64_t milliseconds_in(enum pn_mode mode, struct pn_duration d)
{
    struct pn_policy policy = { .mode = mode };
    struct pn_machine m = { .policy = &policy };
    struct pn_value v = pn_value_time(PN_DURATION, d.seconds, d.nanos);

    pn_fn_time_field(&m, &v, &(struct pn_builtin_call){ 1, PN_CIVIL_MILLISECOND });
    TEST_ASSERT_EQUAL(PN_INT, v.type);
    return v.as.i;
}

static int64_t milliseconds(struct pn_duration d)
{
    return milliseconds_in(PN_MODE_CERBOS54, d);
}

static int32_t milliseconds_part(struct pn_duration d)
{
    return (int32_t)milliseconds_in(PN_MODE_EDGE, d);
}

static void test_units(void)
{
    TEST_ASSERT_EQUAL_INT64(2, count(of("10000s"), PN_HOUR_NS));
    TEST_ASSERT_EQUAL_INT64(62, count(of("3730s"), PN_MINUTE_NS));
    TEST_ASSERT_EQUAL_INT64(3730, count(of("3730s"), PN_SECOND_NS));
    TEST_ASSERT_EQUAL_INT64(-62, count(of("-3730s"), PN_MINUTE_NS));
    TEST_ASSERT_EQUAL_INT64(-1, count(of("-1500ms"), PN_SECOND_NS));
    TEST_ASSERT_EQUAL_INT64(0, count(of("-999ms"), PN_SECOND_NS));
    TEST_ASSERT_EQUAL_INT64(-1500, milliseconds(of("-1500.9ms")));
    TEST_ASSERT_EQUAL_INT64(123321, milliseconds(of("123.321456789s")));
    TEST_ASSERT_EQUAL_INT32(321, milliseconds_part(of("123.321456789s")));
    TEST_ASSERT_EQUAL_INT32(-321, milliseconds_part(of("-123.321456789s")));
    TEST_ASSERT_EQUAL_INT64(INT64_MIN / 1000000, milliseconds(pn_duration_of_nanos(INT64_MIN)));
    TEST_ASSERT_EQUAL_INT64(9223372036, count(of("9223372036.854775807s"), PN_SECOND_NS));
    /* What a double cannot tell from the next whole number counts as that. */
    TEST_ASSERT_EQUAL_INT64(9000000001, count(of("9000000000.999999999s"), PN_SECOND_NS));
    TEST_ASSERT_EQUAL_INT64(2000001, count(of("2000000h59m59.999999999s"), PN_HOUR_NS));
    TEST_ASSERT_EQUAL_INT64(120000060, count(of("2000000h59m59.999999999s"), PN_MINUTE_NS));
}

static void test_nanos_and_back(void)
{
    static const int64_t rows[] = {
        0,           1,          -1,        999999999,     -999999999, 1000000000,
        -1000000000, 1000000001, INT64_MIN, INT64_MIN + 1, INT64_MAX,  INT64_MAX - 1
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_duration d = pn_duration_of_nanos(rows[i]);
        TEST_ASSERT_TRUE(d.nanos < PN_SECOND_NS);
        TEST_ASSERT_EQUAL_INT64(rows[i], pn_duration_nanos(d));
    }
    TEST_ASSERT_EQUAL_INT64(-2, of("-1.5s").seconds);
    TEST_ASSERT_EQUAL_UINT32(500000000, of("-1.5s").nanos);
}

static void test_sound(void)
{
    static const struct {
        int64_t seconds;
        uint32_t nanos;
        bool sound;
    } rows[] = {
        { 0, 0, true },
        { -1, 999999999, true },
        { 0, 1000000000, false },
        { 0, UINT32_MAX, false },
        { 9223372036, 854775807, true },
        { 9223372036, 854775808, false },
        { 9223372037, 0, false },
        { -9223372037, 145224192, true },
        { -9223372037, 145224191, false },
        { -9223372038, 999999999, false },
        { 18446744073, 709551616, false }, /* 2^64 ns, which is 0 to int64 */
        { 18446744074, 0, false },
        { INT64_MAX, 0, false },
        { INT64_MIN, 0, false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_duration d = { rows[i].seconds, rows[i].nanos };
        TEST_ASSERT_EQUAL(rows[i].sound, pn_duration_is_sound(d));
    }
}

/* All pairs of these, against arithmetic that says when it overflows. */
/* a op b; false: it is out of range. */
static bool compute(uint8_t op, struct pn_value a, struct pn_value b, struct pn_value *out)
{
    pn_moment_compute(op, &a, op == PN_CODE_NEGATE ? &a : &b);
    if (a.type != PN_ERROR) *out = a;
    else TEST_ASSERT_EQUAL_INT64(PN_FAULT_OVERFLOW, a.as.i);
    return a.type != PN_ERROR;
}

static struct pn_value value_of(struct pn_duration d)
{
    return pn_value_time(PN_DURATION, d.seconds, d.nanos);
}

static struct pn_value value_at(struct pn_instant at)
{
    return pn_value_time(PN_TIMESTAMP, at.seconds, at.nanos);
}

static bool give(bool fits, const struct pn_value *v, struct pn_duration *out)
{
    if (!fits) return false;
    TEST_ASSERT_EQUAL(PN_DURATION, v->type);
    *out = (struct pn_duration){ v->as.i, v->len };
    return true;
}

static bool give_instant(bool fits, const struct pn_value *v, struct pn_instant *out)
{
    if (!fits) return false;
    TEST_ASSERT_EQUAL(PN_TIMESTAMP, v->type);
    *out = (struct pn_instant){ v->as.i, v->len, 0 };
    return true;
}

static bool duration_add(struct pn_duration a, struct pn_duration b, struct pn_duration *out)
{
    struct pn_value v;

    return give(compute(PN_CODE_ADD, value_of(a), value_of(b), &v), &v, out);
}

static bool duration_subtract(struct pn_duration a, struct pn_duration b, struct pn_duration *out)
{
    struct pn_value v;

    return give(compute(PN_CODE_SUBTRACT, value_of(a), value_of(b), &v), &v, out);
}

static bool duration_negate(struct pn_duration d, struct pn_duration *out)
{
    struct pn_value v;

    return give(compute(PN_CODE_NEGATE, value_of(d), value_of(d), &v), &v, out);
}

/* Either way round is the same. */
static bool instant_add(struct pn_instant at, struct pn_duration d, struct pn_instant *out)
{
    struct pn_value v, w;
    bool fits = compute(PN_CODE_ADD, value_at(at), value_of(d), &v);

    TEST_ASSERT_EQUAL(fits, compute(PN_CODE_ADD, value_of(d), value_at(at), &w));
    if (fits) TEST_ASSERT_EQUAL_MEMORY(&v, &w, sizeof v);
    return give_instant(fits, &v, out);
}

static bool instant_subtract(struct pn_instant at, struct pn_duration d, struct pn_instant *out)
{
    struct pn_value v;

    return give_instant(compute(PN_CODE_SUBTRACT, value_at(at), value_of(d), &v), &v, out);
}

static bool instant_difference(struct pn_instant to, struct pn_instant from,
                               struct pn_duration *out)
{
    struct pn_value v;

    return give(compute(PN_CODE_SUBTRACT, value_at(to), value_at(from), &v), &v, out);
}

static void test_arithmetic(void)
{
    static const int64_t rows[] = {
        0,
        1,
        -1,
        999999999,
        -999999999,
        1000000000,
        -1000000000,
        1500000000,
        -1500000000,
        INT64_MAX,
        INT64_MAX - 1,
        INT64_MIN,
        INT64_MIN + 1,
        INT64_MAX - 999999999,
        INT64_MIN + 999999999,
        INT64_MAX / 2,
        INT64_MIN / 2,
        INT64_MAX / 2 + 1,
    };
    size_t count = sizeof rows / sizeof rows[0];

    for (size_t i = 0; i < count * count; i++) {
        int64_t a = rows[i % count], b = rows[i / count], want = 7;
        struct pn_duration x = pn_duration_of_nanos(a), y = pn_duration_of_nanos(b);
        struct pn_duration got = pn_duration_of_nanos(7);
        bool fits = !__builtin_add_overflow(a, b, &want);
        TEST_ASSERT_EQUAL(fits, duration_add(x, y, &got));
        TEST_ASSERT_EQUAL_INT64(fits ? want : 7, pn_duration_nanos(got));
        got = pn_duration_of_nanos(7);
        fits = !__builtin_sub_overflow(a, b, &want);
        TEST_ASSERT_EQUAL(fits, duration_subtract(x, y, &got));
        TEST_ASSERT_EQUAL_INT64(fits ? want : 7, pn_duration_nanos(got));
        got = pn_duration_of_nanos(7);
        fits = a != INT64_MIN;
        TEST_ASSERT_EQUAL(fits, duration_negate(x, &got));
        TEST_ASSERT_EQUAL_INT64(fits ? -a : 7, pn_duration_nanos(got));
    }
}

static struct pn_instant at(const char *text)
{
    struct pn_instant instant = { 7, 7, 0 };

    TEST_ASSERT_EQUAL_MESSAGE(PN_INSTANT_READ,
                              pn_instant_read(pn_slice(text, strlen(text)), &instant), text);
    return instant;
}

static void test_instants(void)
{
    static const struct {
        const char *from, *duration, *sum; /* NULL: out of range */
    } rows[] = {
        { "2009-02-13T23:00:00Z", "240s", "2009-02-13T23:04:00Z" },
        { "2009-02-13T23:10:00Z", "-600s", "2009-02-13T23:00:00Z" },
        { "2009-02-13T23:10:00.75Z", "250ms", "2009-02-13T23:10:01Z" },
        { "2009-02-13T23:10:00.25Z", "-0.75s", "2009-02-13T23:09:59.5Z" },
        { "0001-01-01T00:00:01.000000001Z", "-999999999ns", "0001-01-01T00:00:00.000000002Z" },
        { "0001-01-01T00:00:01.999999999Z", "999999999ns", "0001-01-01T00:00:02.999999998Z" },
        { "0001-01-01T00:00:00Z", "-1s", NULL },
        { "0001-01-01T00:00:00Z", "-1ns", NULL },
        { "0001-01-01T00:00:00Z", "0", "0001-01-01T00:00:00Z" },
        { "9999-12-31T23:59:59Z", "1s", NULL },
        { "9999-12-31T23:59:59Z", "999999999ns", "9999-12-31T23:59:59.999999999Z" },
        { "9999-12-31T23:59:59.999999999Z", "1ns", NULL },
        { "9999-12-31T23:59:59.999999999Z", "-9223372036.854775807s",
          "9707-09-22T00:12:43.145224192Z" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_instant from = at(rows[i].from), got = { 7, 7, 0 }, want = { 7, 7, 0 };
        struct pn_duration d = of(rows[i].duration), back;
        bool fits = rows[i].sum != NULL;
        if (fits) want = at(rows[i].sum);
        TEST_ASSERT_EQUAL_MESSAGE(fits, instant_add(from, d, &got), rows[i].from);
        TEST_ASSERT_EQUAL_INT64_MESSAGE(want.seconds, got.seconds, rows[i].from);
        TEST_ASSERT_EQUAL_UINT32_MESSAGE(want.nanos, got.nanos, rows[i].from);
        got = (struct pn_instant){ 7, 7, 0 };
        TEST_ASSERT_TRUE(duration_negate(d, &back));
        TEST_ASSERT_EQUAL(fits, instant_subtract(from, back, &got));
        TEST_ASSERT_EQUAL_INT64(want.seconds, got.seconds);
        TEST_ASSERT_EQUAL_UINT32(want.nanos, got.nanos);
        if (!fits) continue;
        TEST_ASSERT_TRUE(instant_difference(want, from, &back));
        TEST_ASSERT_EQUAL_INT64(pn_duration_nanos(d), pn_duration_nanos(back));
    }
}

static void test_differences(void)
{
    struct pn_duration d = { 7, 7 };
    struct pn_instant first = at("0001-01-01T00:00:00Z"), last = at("9999-12-31T23:59:59Z");

    TEST_ASSERT_FALSE(instant_difference(last, first, &d));
    TEST_ASSERT_FALSE(instant_difference(first, last, &d));
    TEST_ASSERT_EQUAL_INT64(7, d.seconds);
    TEST_ASSERT_TRUE(
        instant_difference(at("2009-02-13T23:31:30.5Z"), at("2009-02-13T23:31:30.7Z"), &d));
    is_written(d, "-0.2s");
    TEST_ASSERT_TRUE(
        instant_difference(at("2009-02-13T23:31:30Z"), at("1717-02-13T23:31:30Z"), &d));
    is_written(d, "9214646400s");
    TEST_ASSERT_FALSE(
        instant_difference(at("2009-02-13T23:31:30Z"), at("1716-02-13T23:31:30Z"), &d));
    /* The least duration has no opposite, so it cannot be taken away. */
    TEST_ASSERT_FALSE(instant_subtract(first, pn_duration_of_nanos(INT64_MIN), &first));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_text);
    RUN_TEST(test_refused);
    RUN_TEST(test_units);
    RUN_TEST(test_nanos_and_back);
    RUN_TEST(test_sound);
    RUN_TEST(test_arithmetic);
    RUN_TEST(test_instants);
    RUN_TEST(test_differences);
    return UNITY_END();
}
