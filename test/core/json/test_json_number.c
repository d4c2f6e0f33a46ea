/* test_json_number.c - numbers against the C library's strtod.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_number.h"
#include "test/core/json/json_feed.h"
#include "unity.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void setUp(void)
{
}

void tearDown(void)
{
}

static uint64_t bits_of(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* xorshift64*, so that every run sees the same numbers. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

/* Both must read `text` alike, to the bit. */
static void same_as_strtod(const char *text)
{
    struct pn_slice exact = json_exact(pn_slice(text, strlen(text)));
    double want = strtod(text, NULL), got = 0;
    bool finite = pn_json_number_double(exact, &got);

    TEST_ASSERT_EQUAL_MESSAGE(!isinf(want), finite, text);
    if (finite) TEST_ASSERT_EQUAL_HEX64_MESSAGE(bits_of(want), bits_of(got), text);
    json_exact_free(exact);
}

static void test_known(void)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "0.0",
        "-0.0e-5",
        "1",
        "-1",
        "10",
        "100000000000000000000",
        "0.1",
        "0.3",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "9007199254740994",
        "9007199254740995",
        "9007199254740993.0000000000000000000001",
        "9007199254740993e1",
        "900719925474099300000000000000e-14",
        "0e999999999999999999999",
        "0.000e-99999999999999999999999",
        "1e308",
        "1e309",
        "-1e309",
        "1e400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "179769313486231570000000000000e279",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.797693134862315807e308",
        "1.797693134862315808e308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47e-324",
        "1e-325",
        "1e-326",
        "1e-327",
        "9.9e-326",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "2.225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523"
        "908135087914149158913039621106870086438694594645527657207407820621743379988141063267329253"
        "552286881372149012981122451451889849057222307285255133155755015914397476397983411801999323"
        "962548289017107081850690630666655994938275772572015763062690663332647565300009245888316433"
        "037779791869612049497390377829704905051080609940730262937128958950003583799967207254304360"
        "284078895771796150945516748243471030702609144621572289880258182545180325707018860872113128"
        "079512233426288368622321503775666622503982534335974568884423900265498198385487948292206894"
        "721689831099698365846814022854243330660339850886445804001034933970427567186443383770486037"
        "86162277173854562306587467901408672332763671875e-308",
        "123456789012345678",
        "1234567890123456789",
        "12345678901234567890",
        "0.00000000000000000001",
        "18446744073709551615",
        "18446744073709551616",
        "36893488147419103232.5",
        "3.141592653589793",
        "2.718281828459045235360287471352662497757",
        "6.02214076E23",
        "100000000000000000000000000000000000000000000000000000000000000000e-64",
        "0.00000000000000000000000000000000000000000000000000000000000000012e+65",
        "5e-324",
        "7.4109846876186982e-324",
        "1.2345e-310",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) same_as_strtod(texts[i]);
}

/* Any 64 bits that are a finite double, at 17 digits and at fewer. */
static void test_doubles(void)
{
    uint64_t state = 20261121;
    char text[64];

    for (int i = 0; i < 60000; i++) {
        uint64_t bits = next_random(&state);
        double d;
        memcpy(&d, &bits, sizeof d);
        if (!isfinite(d)) continue;
        snprintf(text, sizeof text, "%.*e", (int)(state % 20), d);
        same_as_strtod(text);
    }
}

static void test_digits(void)
{
    uint64_t state = 3;
    char text[1300];

    for (int i = 0; i < 20000; i++) {
        size_t len = 1 + next_random(&state) % (i % 50 == 0 ? 1200 : 40);
        size_t point = next_random(&state) % 50;
        text[0] = (char)('1' + next_random(&state) % 9);
        for (size_t k = 1; k < len; k++) text[k] = (char)('0' + next_random(&state) % 10);
        if (point > 0 && point + 1 < len) text[point] = '.';
        snprintf(text + len, sizeof text - len, "e%d", (int)(next_random(&state) % 700) - 350);
        same_as_strtod(text);
    }
}

/* The point half way between two doubles has a finite decimal: exactly there a tie goes to even,
 * and one digit more, however far behind, decides. */
static void half_way(double low)
{
    char text[1200];
    long double middle = ((long double)low + (long double)nextafter(low, INFINITY)) / 2;
    int len = snprintf(text, sizeof text, "%.1100Lf", middle);

    same_as_strtod(text);
    text[len - 1] = '1';
    same_as_strtod(text);
    snprintf(text, sizeof text, "%.1100Le", middle);
    same_as_strtod(text);
}

static void test_half_way(void)
{
    uint64_t state = 5;

    half_way(1);
    half_way(DBL_MIN);
    half_way(4.9406564584124654e-324);
    half_way(nextafter(DBL_MIN, 0));
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = next_random(&state);
        double d;
        bits = (bits & 0x000FFFFFFFFFFFFF) | (uint64_t)(bits % 1100) << 52;
        memcpy(&d, &bits, sizeof d);
        half_way(d);
    }
}

/* Digits beyond the 769th only matter as being there. */
static void test_long_texts(void)
{
    static char text[100100];

    for (size_t zeros = 700; zeros < 900; zeros++) {
        memset(text, '0', zeros + 20);
        memcpy(text, "9007199254740993.", 17);
        text[17 + zeros] = 0;
        same_as_strtod(text);
        text[17 + zeros] = '1';
        text[18 + zeros] = 0;
        same_as_strtod(text);
    }
    memset(text, '0', 100000);
    memcpy(text, "0.", 2);
    memcpy(text + 99990, "123e99990", 10);
    same_as_strtod(text);
    memset(text, '7', 100000);
    memcpy(text + 100000, "e-99999", 8);
    same_as_strtod(text);
}

struct int_row {
    const char *text;
    bool fits;
    int64_t value;
};

static void test_ints(void)
{
    static const struct int_row rows[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "1", true, 1 },
        { "-1", true, -1 },
        { "9007199254740993", true, 9007199254740993 },
        { "9223372036854775807", true, INT64_MAX },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775808", true, INT64_MIN },
        { "-9223372036854775809", false, 0 },
        { "18446744073709551616", false, 0 },
        { "99999999999999999999999999", false, 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice text = pn_slice(rows[i].text, strlen(rows[i].text));
        int64_t value = 42;
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].fits, pn_json_number_int(text, &value), rows[i].text);
        TEST_ASSERT_EQUAL_INT64(rows[i].fits ? rows[i].value : 42, value);
    }
}

static void test_untouched(void)
{
    double value = 42;

    TEST_ASSERT_FALSE(pn_json_number_double(PN_SLICE("1e309"), &value));
    TEST_ASSERT_EQUAL_DOUBLE(42, value);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_known);
    RUN_TEST(test_doubles);
    RUN_TEST(test_digits);
    RUN_TEST(test_half_way);
    RUN_TEST(test_long_texts);
    RUN_TEST(test_ints);
    RUN_TEST(test_untouched);
    return UNITY_END();
}
