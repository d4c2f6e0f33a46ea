/* Numbers: to the last bit, at the ends of their ranges, and types that have no such function.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "test/policy/function_call.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct pn_call_row extremes[] = {
    { "math.greatest(-5)", "-5" },
    { "math.greatest(1, 1.0)", "1" },
    { "math.greatest(1.0, 1)", "1.0" },
    { "math.greatest(1, 3, 10)", "10" },
    { "math.greatest(5.4, 10, 3u, -5.0, 9223372036854775807)", "9223372036854775807" },
    { "math.greatest(18446744073709551615u, 9223372036854775807, 1.5)", "18446744073709551615u" },
    { "math.greatest([5.4, 10, -5.0, 3.5])", "10" },
    { "math.greatest(list(5.4, 10u))", "10u" },
    { "math.greatest([])", "!BAD_ARGUMENT" },
    { "math.greatest(\"a\")", "!NO_SUCH_OVERLOAD" },
    { "math.greatest(1, \"a\")", "!NO_SUCH_OVERLOAD" },
    { "math.greatest([\"a\"])", "!NO_SUCH_OVERLOAD" },
    { "math.greatest([1, 1e999])", "!UNUSABLE" },
    { "math.greatest([1], [2])", "!NO_SUCH_OVERLOAD" },
    { "math.greatest(1.0, NaN)", "!BAD_ARGUMENT" },
    { "math.least(1, 1u)", "1" },
    { "math.least(5.4, 10, 3u, -5.0)", "-5.0" },
    { "math.least([3, 1, 2])", "1" },
    { "math.least(-9223372036854775808, 1)", "-9223372036854775808" },
    { "math.least(null)", "!NO_SUCH_OVERLOAD" },
    { "math.least({})", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row roundings[] = {
    { "math.ceil(1.2)", "2.0" },
    { "math.ceil(-1.2)", "-1.0" },
    { "math.ceil(0.2)", "1.0" },
    { "math.ceil(-0.2)", "-0.0" },
    { "math.ceil(-0.0)", "-0.0" },
    { "math.ceil(2.0)", "2.0" },
    { "math.ceil(4503599627370496.5)", "4503599627370496.0" },
    { "math.ceil(4503599627370495.5)", "4503599627370496.0" },
    { "math.ceil(5e-324)", "1.0" },
    { "math.ceil(inf)", "inf" },
    { "math.ceil(NaN)", "NaN" },
    { "math.ceil(1)", "!NO_SUCH_OVERLOAD" },
    { "math.floor(1.2)", "1.0" },
    { "math.floor(-1.2)", "-2.0" },
    { "math.floor(-0.2)", "-1.0" },
    { "math.floor(0.9)", "0.0" },
    { "math.floor(-1.9999999999999998)", "-2.0" },
    { "math.floor(-inf)", "-inf" },
    { "math.floor(1u)", "!NO_SUCH_OVERLOAD" },
    { "math.round(1.5)", "2.0" },
    { "math.round(2.5)", "3.0" },
    { "math.round(-1.5)", "-2.0" },
    { "math.round(1.4)", "1.0" },
    { "math.round(0.5)", "1.0" },
    { "math.round(-0.5)", "-1.0" },
    { "math.round(0.49999999999999994)", "0.0" },
    { "math.round(1.9999999999999998)", "2.0" },
    { "math.round(4503599627370495.5)", "4503599627370496.0" },
    { "math.round(NaN)", "NaN" },
    { "math.round(\"1\")", "!NO_SUCH_OVERLOAD" },
    { "math.trunc(1.9)", "1.0" },
    { "math.trunc(-1.9)", "-1.0" },
    { "math.trunc(-0.9)", "-0.0" },
    { "math.trunc(1e300)", "1.0000000000000001e+300" },
    { "math.trunc(1)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row signs[] = {
    { "math.abs(-11)", "11" },
    { "math.abs(11)", "11" },
    { "math.abs(-9223372036854775807)", "9223372036854775807" },
    { "math.abs(-9223372036854775808)", "!OVERFLOW" },
    { "math.abs(1u)", "1u" },
    { "math.abs(-11.5)", "11.5" },
    { "math.abs(-0.0)", "0.0" },
    { "math.abs(-inf)", "inf" },
    { "math.abs(true)", "!NO_SUCH_OVERLOAD" },
    { "math.sign(100u)", "1u" },
    { "math.sign(0u)", "0u" },
    { "math.sign(18446744073709551615u)", "1u" },
    { "math.sign(-11)", "-1" },
    { "math.sign(0)", "0" },
    { "math.sign(9)", "1" },
    { "math.sign(-32.0)", "-1.0" },
    { "math.sign(0.0)", "0.0" },
    { "math.sign(inf)", "1.0" },
    { "math.sign(NaN)", "NaN" },
    { "math.sign(true)", "!NO_SUCH_OVERLOAD" },
    { "math.isNaN(NaN)", "true" },
    { "math.isNaN(inf)", "false" },
    { "math.isNaN(1.0)", "false" },
    { "math.isNaN(1)", "!NO_SUCH_OVERLOAD" },
    { "math.isInf(inf)", "true" },
    { "math.isInf(-inf)", "true" },
    { "math.isInf(NaN)", "false" },
    { "math.isInf(1.7976931348623157e308)", "false" },
    { "math.isInf(1)", "!NO_SUCH_OVERLOAD" },
    { "math.isFinite(1.5)", "true" },
    { "math.isFinite(-0.0)", "true" },
    { "math.isFinite(NaN)", "false" },
    { "math.isFinite(-inf)", "false" },
    { "math.isFinite(true)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row roots[] = {
    { "math.sqrt(4)", "2.0" },
    { "math.sqrt(81u)", "9.0" },
    { "math.sqrt(2.0)", "1.4142135623730951" },
    { "math.sqrt(0.0)", "0.0" },
    { "math.sqrt(-0.0)", "-0.0" },
    { "math.sqrt(0.25)", "0.5" },
    { "math.sqrt(-1.0)", "NaN" },
    { "math.sqrt(-1)", "NaN" },
    { "math.sqrt(NaN)", "NaN" },
    { "math.sqrt(inf)", "inf" },
    { "math.sqrt(-inf)", "NaN" },
    { "math.sqrt(5e-324)", "2.2227587494850775e-162" },
    { "math.sqrt(1.7976931348623157e308)", "1.3407807929942596e+154" },
    { "math.sqrt(\"4\")", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row bits[] = {
    { "math.bitAnd(1, 3)", "1" },
    { "math.bitAnd(1, -1)", "1" },
    { "math.bitAnd(1u, 3u)", "1u" },
    { "math.bitAnd(1, 3u)", "!NO_SUCH_OVERLOAD" },
    { "math.bitAnd(2u, \"\")", "!NO_SUCH_OVERLOAD" },
    { "math.bitOr(4, -2)", "-2" },
    { "math.bitOr(1u, 4u)", "5u" },
    { "math.bitOr(1.5, 1.5)", "!NO_SUCH_OVERLOAD" },
    { "math.bitXor(4, -2)", "-6" },
    { "math.bitXor(1u, 3u)", "2u" },
    { "math.bitXor([], [1])", "!NO_SUCH_OVERLOAD" },
    { "math.bitNot(1)", "-2" },
    { "math.bitNot(0u)", "18446744073709551615u" },
    { "math.bitNot(\"\")", "!NO_SUCH_OVERLOAD" },
    { "math.bitShiftLeft(1, 2)", "4" },
    { "math.bitShiftLeft(1, 63)", "-9223372036854775808" },
    { "math.bitShiftLeft(1, 64)", "0" },
    { "math.bitShiftLeft(-1, 200)", "0" },
    { "math.bitShiftLeft(1u, 2)", "4u" },
    { "math.bitShiftLeft(1u, -1)", "!BAD_ARGUMENT" },
    { "math.bitShiftLeft(1u, 1u)", "!NO_SUCH_OVERLOAD" },
    { "math.bitShiftLeft(4.3, 1)", "!NO_SUCH_OVERLOAD" },
    { "math.bitShiftRight(1024, 2)", "256" },
    { "math.bitShiftRight(-1024, 3)", "2305843009213693824" },
    { "math.bitShiftRight(-1024, 64)", "0" },
    { "math.bitShiftRight(1024u, 200)", "0u" },
    { "math.bitShiftRight(1, -1)", "!BAD_ARGUMENT" },
    { "math.bitShiftRight(b\"123\", 1)", "!NO_SUCH_OVERLOAD" },
};

static void test_extremes(void)
{
    PN_CALL_CHECK_ALL(extremes);
}

static void test_roundings(void)
{
    PN_CALL_CHECK_ALL(roundings);
}

static void test_signs(void)
{
    PN_CALL_CHECK_ALL(signs);
}

static void test_roots(void)
{
    PN_CALL_CHECK_ALL(roots);
}

static void test_bits(void)
{
    PN_CALL_CHECK_ALL(bits);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_extremes);
    RUN_TEST(test_roundings);
    RUN_TEST(test_signs);
    RUN_TEST(test_roots);
    RUN_TEST(test_bits);
    return UNITY_END();
}
