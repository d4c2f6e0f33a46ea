/* Conversions: every pair of types that has one, their ranges, and what has none.
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

static const struct pn_call_row sizes[] = {
    { "size(\"\")", "0" },
    { "size(\"\xCF\x80\xCE\xAD\xCE\xBD\xCF\x84\xCE\xB5\")", "5" },
    { "size(b\"abc\")", "3" },
    { "size(b\"\")", "0" },
    { "size([1, 2, 3])", "3" },
    { "size([])", "0" },
    { "size({\"a\": 1})", "1" },
    { "size({})", "0" },
    { "size(hierarchy(\"a.b.c\"))", "3" },
    { "size(5)", "!NO_SUCH_OVERLOAD" },
    { "size(null)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row types[] = {
    { "type(null)", "null_type" },
    { "type(true)", "bool" },
    { "type(1)", "int" },
    { "type(1u)", "uint" },
    { "type(1.5)", "double" },
    { "type(\"a\")", "string" },
    { "type(b\"a\")", "bytes" },
    { "type([])", "list" },
    { "type({})", "map" },
    { "type(type(1))", "type" },
    { "type(timestamp(0))", "google.protobuf.Timestamp" },
    { "type(duration(\"1s\"))", "google.protobuf.Duration" },
    { "type(ip(\"::1\"))", "net.IP" },
    { "type(cidr(\"::1/8\"))", "net.CIDR" },
    { "type(hierarchy(\"a\"))", "cerbos.lib.hierarchy" },
};

static const struct pn_call_row ints[] = {
    { "int(1)", "1" },
    { "int(42u)", "42" },
    { "int(9223372036854775807u)", "9223372036854775807" },
    { "int(9223372036854775808u)", "!OVERFLOW" },
    { "int(18446744073709551615u)", "!OVERFLOW" },
    { "int(-123.456)", "-123" },
    { "int(1.9)", "1" },
    { "int(-7.9)", "-7" },
    { "int(9223372036854774784.0)", "9223372036854774784" },
    { "int(9223372036854775807.0)", "!OVERFLOW" },
    { "int(-9223372036854775808.0)", "!OVERFLOW" },
    { "int(1e99)", "!OVERFLOW" },
    { "int(NaN)", "!OVERFLOW" },
    { "int(inf)", "!OVERFLOW" },
    { "int(-inf)", "!OVERFLOW" },
    { "int(\"987\")", "987" },
    { "int(\"-987\")", "-987" },
    { "int(\"+7\")", "7" },
    { "int(\"007\")", "7" },
    { "int(\"9223372036854775807\")", "9223372036854775807" },
    { "int(\"-9223372036854775808\")", "-9223372036854775808" },
    { "int(\"9223372036854775808\")", "!BAD_CONVERSION" },
    { "int(\"-9223372036854775809\")", "!BAD_CONVERSION" },
    { "int(\"\")", "!BAD_CONVERSION" },
    { "int(\"-\")", "!BAD_CONVERSION" },
    { "int(\"+-1\")", "!BAD_CONVERSION" },
    { "int(\"1.5\")", "!BAD_CONVERSION" },
    { "int(\" 1\")", "!BAD_CONVERSION" },
    { "int(\"0x1\")", "!BAD_CONVERSION" },
    { "int(timestamp(\"2004-09-16T23:59:59Z\"))", "1095379199" },
    { "int(timestamp(\"1969-12-31T23:59:58.5Z\"))", "-2" },
    { "int(duration(\"1.5s\"))", "1500000000" },
    { "int(duration(\"-1.5s\"))", "-1500000000" },
    { "int(true)", "!NO_SUCH_OVERLOAD" },
    { "int(null)", "!NO_SUCH_OVERLOAD" },
    { "int([1])", "!NO_SUCH_OVERLOAD" },
    { "int(b\"1\")", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row uints[] = {
    { "uint(1729)", "1729u" },
    { "uint(1u)", "1u" },
    { "uint(9223372036854775807)", "9223372036854775807u" },
    { "uint(-1)", "!OVERFLOW" },
    { "uint(3.14159265)", "3u" },
    { "uint(1.9)", "1u" },
    { "uint(18446744073709549568.0)", "18446744073709549568u" },
    { "uint(18446744073709551616.0)", "!OVERFLOW" },
    { "uint(-0.5)", "!OVERFLOW" },
    { "uint(NaN)", "!OVERFLOW" },
    { "uint(6.022e23)", "!OVERFLOW" },
    { "uint(\"300\")", "300u" },
    { "uint(\"18446744073709551615\")", "18446744073709551615u" },
    { "uint(\"18446744073709551616\")", "!BAD_CONVERSION" },
    { "uint(\"-1\")", "!BAD_CONVERSION" },
    { "uint(\"+1\")", "!BAD_CONVERSION" },
    { "uint(true)", "!NO_SUCH_OVERLOAD" },
    { "uint(timestamp(0))", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row doubles[] = {
    { "double(0)", "0.0" },
    { "double(-9007199254740992)", "-9007199254740992.0" },
    { "double(9223372036854775807)", "9.2233720368547758e+18" },
    { "double(18446744073709551615u)", "1.8446744073709552e+19" },
    { "double(2.5)", "2.5" },
    { "double(\"0\")", "0.0" },
    { "double(\"-0.0\")", "-0.0" },
    { "double(\"-987.5\")", "-987.5" },
    { "double(\"1.5e2\")", "150.0" },
    { "double(\"NaN\")", "NaN" },
    { "double(\"Infinity\")", "inf" },
    { "double(\"-Infinity\")", "-inf" },
    { "double(\"1e400\")", "!BAD_CONVERSION" },
    { "double(\"\")", "!BAD_CONVERSION" },
    { "double(\"1,5\")", "!BAD_CONVERSION" },
    { "double(true)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row strings[] = {
    { "string(\"a\")", "\"a\"" },
    { "string(123)", "\"123\"" },
    { "string(-456)", "\"-456\"" },
    { "string(-9223372036854775808)", "\"-9223372036854775808\"" },
    { "string(9876u)", "\"9876\"" },
    { "string(18446744073709551615u)", "\"18446744073709551615\"" },
    { "string(123.456)", "\"123.456\"" },
    { "string(-4.5e-3)", "\"-0.0045\"" },
    { "string(1000000.0)", "\"1e+06\"" },
    { "string(NaN)", "\"NaN\"" },
    { "string(-inf)", "\"-Inf\"" },
    { "string(true)", "\"true\"" },
    { "string(false)", "\"false\"" },
    { "string(b\"abc\")", "\"abc\"" },
    { "string(b\"\\xc3\\xbf\")", "\"\xC3\xBF\"" },
    { "string(b\"\\x00\\xff\")", "!BAD_CONVERSION" },
    { "string(timestamp(\"2009-02-13T23:31:30Z\"))", "\"2009-02-13T23:31:30Z\"" },
    { "string(timestamp(\"9999-12-31T23:59:59.999999999Z\"))",
      "\"9999-12-31T23:59:59.999999999Z\"" },
    { "string(duration(\"1000000s\"))", "\"1000000s\"" },
    { "string(duration(\"-1.5s\"))", "\"-1.5s\"" },
    { "string(ip(\"2001:DB8::1\"))", "\"2001:db8::1\"" },
    { "string(cidr(\"10.1.2.3/8\"))", "\"10.1.2.3/8\"" },
    { "string(null)", "!NO_SUCH_OVERLOAD" },
    { "string([1])", "!NO_SUCH_OVERLOAD" },
    { "string({})", "!NO_SUCH_OVERLOAD" },
    { "string(type(1))", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row bools[] = {
    { "bool(true)", "true" },
    { "bool(\"1\")", "true" },
    { "bool(\"t\")", "true" },
    { "bool(\"T\")", "true" },
    { "bool(\"true\")", "true" },
    { "bool(\"TRUE\")", "true" },
    { "bool(\"True\")", "true" },
    { "bool(\"0\")", "false" },
    { "bool(\"f\")", "false" },
    { "bool(\"F\")", "false" },
    { "bool(\"false\")", "false" },
    { "bool(\"FALSE\")", "false" },
    { "bool(\"False\")", "false" },
    { "bool(\"TrUe\")", "!BAD_CONVERSION" },
    { "bool(\"FaLsE\")", "!BAD_CONVERSION" },
    { "bool(\"\")", "!BAD_CONVERSION" },
    { "bool(\" \")", "!BAD_CONVERSION" },
    { "bool(1)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row bytes[] = {
    { "bytes(\"\")", "b\"\"" },
    { "bytes(\"abc\")", "b\"abc\"" },
    { "bytes(\"\xC3\xBF\")", "b\"\\xc3\\xbf\"" },
    { "bytes(b\"abc\")", "b\"abc\"" },
    { "bytes(1)", "!NO_SUCH_OVERLOAD" },
    { "base64.encode(b\"hello\")", "\"aGVsbG8=\"" },
    { "base64.encode(b\"\")", "\"\"" },
    { "base64.encode(b\"a\")", "\"YQ==\"" },
    { "base64.encode(b\"ab\\xff\")", "\"YWL/\"" },
    { "base64.encode(b\"\\xfb\\xef\\xbe\")", "\"++++\"" },
    { "base64.encode(\"a\")", "!NO_SUCH_OVERLOAD" },
    { "base64.decode(\"aGVsbG8=\")", "b\"hello\"" },
    { "base64.decode(\"aGVsbG8\")", "b\"hello\"" },
    { "base64.decode(\"YQ==\")", "b\"a\"" },
    { "base64.decode(\"YQ\")", "b\"a\"" },
    { "base64.decode(\"YQ=\")", "!BAD_ARGUMENT" },
    { "base64.decode(\"YWJj\")", "b\"abc\"" },
    { "base64.decode(\"\")", "b\"\"" },
    { "base64.decode(\"Y\")", "!BAD_ARGUMENT" },
    { "base64.decode(\"=\")", "!BAD_ARGUMENT" },
    { "base64.decode(\"====\")", "!BAD_ARGUMENT" },
    { "base64.decode(\"Y===\")", "!BAD_ARGUMENT" },
    { "base64.decode(\"YW-_\")", "!BAD_ARGUMENT" },
    { "base64.decode(\"YW J\")", "!BAD_ARGUMENT" },
    { "base64.decode(b\"YW\")", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row times[] = {
    { "timestamp(\"2009-02-13T23:31:30Z\")", "at 1234567890.000000000" },
    { "timestamp(\"2009-02-14T05:01:30.25+05:30\")", "at 1234567890.250000000" },
    { "timestamp(timestamp(1000000000))", "at 1000000000.000000000" },
    { "timestamp(-62135596800)", "at -62135596800.000000000" },
    { "timestamp(-62135596801)", "!OVERFLOW" },
    { "timestamp(253402300799)", "at 253402300799.000000000" },
    { "timestamp(253402300800)", "!OVERFLOW" },
    { "timestamp(\"2009-02-30T00:00:00Z\")", "!BAD_CONVERSION" },
    { "timestamp(\"yesterday\")", "!BAD_CONVERSION" },
    { "timestamp(\"9999-12-31T23:59:59-01:00\")", "!OVERFLOW" },
    { "timestamp(1u)", "!NO_SUCH_OVERLOAD" },
    { "timestamp(null)", "!NO_SUCH_OVERLOAD" },
    { "duration(\"1h1m1.5s\")", "for 3661.500000000" },
    { "duration(\"-1.5s\")", "for -2.500000000" },
    { "duration(duration(\"100s\"))", "for 100.000000000" },
    { "duration(1500000000)", "for 1.500000000" },
    { "duration(\"\")", "!BAD_CONVERSION" },
    { "duration(\"1\")", "!BAD_CONVERSION" },
    { "duration(\"320000000000s\")", "!BAD_CONVERSION" },
    { "duration(1.5)", "!NO_SUCH_OVERLOAD" },
};

#define TEST(rows) \
    static void test_##rows(void) \
    { \
        PN_CALL_CHECK_ALL(rows); \
    }
TEST(sizes)
TEST(types)
TEST(ints)
TEST(uints)
TEST(doubles)
TEST(strings)
TEST(bools)
TEST(bytes)
TEST(times)

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_sizes);
    RUN_TEST(test_types);
    RUN_TEST(test_ints);
    RUN_TEST(test_uints);
    RUN_TEST(test_doubles);
    RUN_TEST(test_strings);
    RUN_TEST(test_bools);
    RUN_TEST(test_bytes);
    RUN_TEST(test_times);
    return UNITY_END();
}
