/* test_double_text.c - doubles as text and back, against the C library's printf and strtod.
 *
 * label: unit slow
 * cost: 9
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/double_text.h"
#include "unity.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
enum { RANDOM_COUNT = 60000 };
#else
enum { RANDOM_COUNT = 200000 };
#endif

typedef void pn_double_form(struct pn_writer *w, double value);
typedef void pn_double_digits_form(struct pn_writer *w, double value, uint16_t digits);

void setUp(void)
{
}

void tearDown(void)
{
}

/* xorshift64*, so that every run sees the same numbers. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static double of_bits(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof d);
    return d;
}

static uint64_t bits_of(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* Into an exact-size buffer, and into every smaller one, where it must say that it is full. */
static void double_fixed(struct pn_writer *w, double value, uint16_t digits)
{
    pn_double_round(w, value, digits, PN_DOUBLE_FIXED);
}

static void double_scientific(struct pn_writer *w, double value, uint16_t digits)
{
    pn_double_round(w, value, digits, PN_DOUBLE_SCIENTIFIC);
}

static void is_written(pn_double_digits_form *form, double value, uint16_t digits, const char *want)
{
    size_t len = strlen(want);

    for (size_t max = len < 40 ? 0 : len - 1; max <= len; max++) {
        uint8_t *at = malloc(max > 0 ? max : 1);
        struct pn_writer w = pn_writer(at, max);
        form(&w, value, digits);
        TEST_ASSERT_EQUAL_MESSAGE(max < len, w.full, want);
        if (max == len) {
            TEST_ASSERT_EQUAL_size_t_MESSAGE(len, w.len, want);
            if (len > 0) TEST_ASSERT_EQUAL_STRING_LEN(want, at, len);
        }
        free(at);
    }
}

static void as_shortest(struct pn_writer *w, double value, uint16_t digits)
{
    (void)digits;
    pn_double_shortest(w, value);
}

static void as_plain(struct pn_writer *w, double value, uint16_t digits)
{
    (void)digits;
    pn_double_plain(w, value);
}

static void test_both_forms(void)
{
    static const struct {
        double value;
        const char *shortest, *plain;
    } rows[] = {
        { 0.0, "0", "0" },
        { -0.0, "-0", "-0" },
        { 1.0, "1", "1" },
        { 1.5, "1.5", "1.5" },
        { -0.0045, "-0.0045", "-0.0045" },
        { 123.456, "123.456", "123.456" },
        { 56.8, "56.8", "56.8" },
        { 100000.0, "100000", "100000" },
        { 123456.0, "123456", "123456" },
        { 123456.75, "123456.75", "123456.75" },
        { 999999.9, "999999.9", "999999.9" },
        { 1000000.0, "1e+06", "1000000" },
        { 1234567.5, "1.2345675e+06", "1234567.5" },
        { 123456789.0, "1.23456789e+08", "123456789" },
        { 0.0001, "0.0001", "0.0001" },
        { 0.00012, "0.00012", "0.00012" },
        { 0.00001, "1e-05", "0.00001" },
        { 1.5e-7, "1.5e-07", "0.00000015" },
        { 1e21, "1e+21", "1000000000000000000000" },
        { 1e23, "1e+23", "100000000000000000000000" },
        { 9.5e22, "9.5e+22", "95000000000000000000000" },
        { 1e100, "1e+100", NULL },
        { 1e-100, "1e-100", NULL },
        { 0.1, "0.1", "0.1" },
        { 0.3, "0.3", "0.3" },
        { 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004" },
        { 2.0 / 3, "0.6666666666666666", "0.6666666666666666" },
        { 5e-324, "5e-324", NULL },
        { 1e-323, "1e-323", NULL },
        { 1.5e-323, "1.5e-323", NULL },
        { 2.2250738585072014e-308, "2.2250738585072014e-308", NULL }, /* the least normal one */
        { 2.225073858507201e-308, "2.225073858507201e-308", NULL },
        { DBL_MAX, "1.7976931348623157e+308", NULL },
        { 9007199254740991.0, "9.007199254740991e+15", "9007199254740991" },
        { 9007199254740992.0, "9.007199254740992e+15", "9007199254740992" },
        { 9007199254740994.0, "9.007199254740994e+15", "9007199254740994" },
        { 9223372036854775808.0, "9.223372036854776e+18", "9223372036854776000" },
        { 0x1p-44, "5.684341886080802e-14", "0.00000000000005684341886080802" },
        { 0x1p-1022, "2.2250738585072014e-308", NULL },
        { 0x1p-1021, "4.450147717014403e-308", NULL },
        { 0x1p1023, "8.98846567431158e+307", NULL },
        { 0x1p89, "6.189700196426902e+26", "618970019642690200000000000" },
        { INFINITY, "+Inf", "Infinity" },
        { -INFINITY, "-Inf", "-Infinity" },
        { NAN, "NaN", "NaN" },
        { -NAN, "NaN", "NaN" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        is_written(as_shortest, rows[i].value, 0, rows[i].shortest);
        if (rows[i].plain != NULL) is_written(as_plain, rows[i].value, 0, rows[i].plain);
    }
}

static void same_as_printf(double value, uint16_t digits)
{
    char want[1600];

    snprintf(want, sizeof want, "%.*f", digits, value);
    is_written(double_fixed, value, digits, want);
    snprintf(want, sizeof want, "%.*e", digits, value);
    is_written(double_scientific, value, digits, want);
}

static void test_digits_asked_for(void)
{
    static const double values[] = {
        0.0,     -0.0,   0.5,    1.5,     2.5,     0.25,     0.05,     0.125,    0.375,
        15.0,    25.0,   1.2345, 9.995,   9.9996,  99.5,     999999.5, 123.4999, 0.0049,
        0.005,   0.0051, 0.001,  1e-10,   5e-324,  1e-323,   1e22,     1e23,     DBL_MAX,
        DBL_MIN, 0.1,    0.3,    0x1p-44, 0x1p-60, 0x1p1023, 1.0 / 3,  0.95,     0.999,
        0.99999, 4.5,    9.5,    1e15,    -1.2,    -3.5,     -9.9999,  2.71828,  1052.032911275,
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (uint16_t digits = 0; digits <= 20; digits++) same_as_printf(values[i], digits);
        same_as_printf(values[i], 100);
        same_as_printf(values[i], 766);
        same_as_printf(values[i], 1100);
    }
}

static void test_not_finite_with_digits(void)
{
    static const struct {
        double value;
        const char *want;
    } rows[] = { { NAN, "NaN" }, { INFINITY, "Infinity" }, { -INFINITY, "-Infinity" } };

    for (size_t i = 0; i < 3; i++) {
        is_written(double_fixed, rows[i].value, 3, rows[i].want);
        is_written(double_scientific, rows[i].value, 3, rows[i].want);
    }
}

/* How many digits the text has before its exponent. */
static int digit_count(const char *text)
{
    int count = 0;

    for (; *text != '\0' && *text != 'e'; text++) count += *text >= '0' && *text <= '9';
    return count;
}

/* The shortest text reads back the same, one digit less does not, and no text of its length is
 * nearer: %.*e with as many digits is the nearest there is, and differs only where it reads as
 * another double. */
static void is_shortest(double value)
{
    char text[48], nearest[48], less[48], plain[400];
    struct pn_writer w = pn_writer(text, sizeof text - 1);

    pn_double_shortest(&w, value);
    TEST_ASSERT_FALSE(w.full);
    text[w.len] = '\0';
    TEST_ASSERT_EQUAL_HEX64_MESSAGE(bits_of(value), bits_of(strtod(text, NULL)), text);
    double back = 0;
    TEST_ASSERT_TRUE_MESSAGE(pn_double_read(pn_slice(text, w.len), &back), text);
    TEST_ASSERT_EQUAL_HEX64_MESSAGE(bits_of(value), bits_of(back), text);

    w = pn_writer(plain, sizeof plain - 1);
    pn_double_plain(&w, value);
    TEST_ASSERT_FALSE(w.full);
    plain[w.len] = '\0';
    TEST_ASSERT_EQUAL_HEX64_MESSAGE(bits_of(value), bits_of(strtod(plain, NULL)), plain);

    char *e = strchr(text, 'e');
    if (e == NULL) return; /* zeros before or behind the digits: counted elsewhere */
    int digits = digit_count(text);
    if (digits > 1) {
        snprintf(less, sizeof less, "%.*e", digits - 2, value);
        TEST_ASSERT_FALSE_MESSAGE(strtod(less, NULL) == value, text);
    }
    snprintf(nearest, sizeof nearest, "%.*e", digits - 1, value);
    if (strtod(nearest, NULL) == value) TEST_ASSERT_EQUAL_STRING(nearest, text);
}

static void test_random(void)
{
    uint64_t state = 20261121;

    for (int i = 0; i < RANDOM_COUNT; i++) {
        double value = of_bits(next_random(&state));
        if (!isfinite(value)) continue;
        is_shortest(value);
        if (i % 32 == 0) same_as_printf(value, (uint16_t)(next_random(&state) % 40));
        /* what people write: few digits, near 1 */
        is_shortest((double)(int64_t)(next_random(&state) >> 34) / 1000);
        double near_one = ldexp((double)(next_random(&state) >> 11), -(int)(i % 90));
        if (i % 8 == 0) same_as_printf(near_one, (uint16_t)(i / 8 % 20));
    }
}

/* Both sides of every power of two and of every power of ten. */
static void test_boundaries(void)
{
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double value = ldexp(1, exponent);
        is_shortest(value);
        is_shortest(nextafter(value, 0));
        is_shortest(nextafter(value, INFINITY));
        same_as_printf(value, 3);
    }
    for (int exponent = -323; exponent <= 308; exponent++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", exponent);
        double value = strtod(text, NULL);
        is_shortest(value);
        is_shortest(nextafter(value, 0));
        is_shortest(nextafter(value, INFINITY));
        same_as_printf(nextafter(value, 0), 2);
    }
    for (uint64_t bits = 1; bits <= 4000; bits++) is_shortest(of_bits(bits));
}

static bool read_exact(const char *text, double *value)
{
    size_t len = strlen(text);
    char *at = malloc(len > 0 ? len : 1);

    memcpy(at, text, len);
    bool good = pn_double_read(pn_slice(at, len), value);
    free(at);
    return good;
}

static void test_read(void)
{
    static const char *const good[] = {
        "0",
        "0.0",
        "-0.0",
        "123",
        "+1",
        "-1",
        ".5",
        "-.5",
        "5.",
        "+.5e1",
        "00012",
        "1E5",
        "1e+5",
        "1e-5",
        "123.456",
        "-987.654",
        "6.02214e23",
        "-84.32e7",
        "-5.43e-21",
        "1e-400",
        "-1e-400",
        "1e0000000000005",
        "0e999999999999",
        "00000000000000000000000000000000001.50",
        ".000000000000000000000000000000000000000000015e45",
        "9007199254740993",
        "1.7976931348623157e308",
        "4.9406564584124654e-324",
        "2.4703282292062328e-324",
        "inf",
        "-inf",
        "+Inf",
        "Infinity",
        "-Infinity",
        "+INFINITY",
        "nan",
        "NaN",
    };
    static const char *const bad[] = {
        "",    " 1",    "1 ",   "+",         "-",     ".",     "e5",     "1e",
        "1e+", "1e+-5", "--1",  "+-1",       "1.2.3", "1,5",   "0x10p0", "1_000",
        "1f",  "+nan",  "-NaN", "nano",      "infi",  "1e400", "-1e309", "1.7976931348623159e308",
        "١",   "1e5.0", ".e5",  "Infinityy",
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double want = strtod(good[i], NULL), got = 7;
        TEST_ASSERT_TRUE_MESSAGE(read_exact(good[i], &got), good[i]);
        if (isnan(want)) TEST_ASSERT_TRUE(isnan(got));
        else TEST_ASSERT_EQUAL_HEX64_MESSAGE(bits_of(want), bits_of(got), good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double got = 7;
        TEST_ASSERT_FALSE_MESSAGE(read_exact(bad[i], &got), bad[i]);
        TEST_ASSERT_TRUE(got == 7);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_both_forms);
    RUN_TEST(test_digits_asked_for);
    RUN_TEST(test_not_finite_with_digits);
    RUN_TEST(test_random);
    RUN_TEST(test_boundaries);
    RUN_TEST(test_read);
    return UNITY_END();
}
