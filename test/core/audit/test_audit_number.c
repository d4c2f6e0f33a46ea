/* Doubles as text: the shortest that reads back, against the C library.
 * links: sim
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_number.h"
#include "unity.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[40];

void setUp(void)
{
}

void tearDown(void)
{
}

static const char *shown(double value)
{
    struct pn_writer w = pn_writer(text, sizeof text - 1);

    pn_audit_write_double(&w, value);
    TEST_ASSERT_FALSE(w.full);
    TEST_ASSERT_TRUE(w.len <= 25);
    text[w.len] = '\0';
    return text;
}

static void chosen_values(void)
{
    static const struct {
        double value;
        const char *want;
    } rows[] = {
        { 0.0, "0.0" },
        { -0.0, "-0.0" },
        { 1.0, "1.0" },
        { -12.5, "-12.5" },
        { 0.1, "0.1" },
        { 0.30000000000000004, "0.30000000000000004" },
        { 900000.0, "900000.0" },
        { 9e15, "9000000000000000.0" },
        { 1e16, "10000000000000000.0" },
        { 1e17, "1e17" },
        { 1e300, "1e300" },
        { 0.00001, "0.00001" },
        { 0.000001, "1e-6" },
        { 123456.789, "123456.789" },
        { 5e-324, "5e-324" },
        { DBL_MAX, "1.7976931348623157e308" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { 9007199254740993.0, "9007199254740992.0" },
        { 99.99, "99.99" },
        { 1.5e-10, "1.5e-10" },
        { 123456789012345680.0, "1.2345678901234568e17" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL_STRING(rows[i].want, shown(rows[i].value));
    }
    TEST_ASSERT_EQUAL_STRING("null", shown(NAN));
    TEST_ASSERT_EQUAL_STRING("null", shown(-INFINITY));
}

static unsigned digits_of(const char *number)
{
    unsigned count = 0, zeros = 0;

    for (; *number != '\0' && *number != 'e'; number++) {
        if (*number < '0' || *number > '9') continue;
        if (*number == '0') {
            if (count > 0) zeros++;
            continue;
        }
        count += zeros + 1;
        zeros = 0;
    }
    return count;
}

static void reads_back(double value)
{
    char shortest[40];

    TEST_ASSERT_EQUAL_MEMORY(&value, &(double){ strtod(shown(value), NULL) }, sizeof value);
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(shortest, sizeof shortest, "%.*e", precision - 1, value);
        if (strtod(shortest, NULL) == value) break;
    }
    TEST_ASSERT_TRUE_MESSAGE(digits_of(text) <= digits_of(shortest), text);
}

static void any_value(void)
{
    uint64_t seed = 88172645463325252;

    for (int i = 0; i < 5000; i++) {
        double value;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        memcpy(&value, &seed, sizeof value);
        if (isfinite(value)) reads_back(value);
        reads_back((double)(seed % 1000000) / 100);
        reads_back(ldexp(1.0, (int)(seed % 2000) - 1040));
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(chosen_values);
    RUN_TEST(any_value);
    return UNITY_END();
}
