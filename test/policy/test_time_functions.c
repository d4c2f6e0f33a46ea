/* What a calendar and a clock show, here and elsewhere; the parts of durations.
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

static const struct pn_call_row fields[] = {
    { "getFullYear(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "2009" },
    { "getMonth(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "1" },
    { "getDate(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "13" },
    { "getDayOfMonth(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "12" },
    { "getDayOfWeek(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "5" },
    { "getDayOfYear(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "43" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "23" },
    { "getMinutes(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "31" },
    { "getSeconds(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "30" },
    { "getMilliseconds(timestamp(\"2009-02-13T23:31:30.123456789Z\"))", "123" },
    { "getFullYear(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "2009" },
    { "getMonth(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "1" },
    { "getDate(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "14" },
    { "getDayOfMonth(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "13" },
    { "getDayOfWeek(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "6" },
    { "getDayOfYear(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "44" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "10" },
    { "getMinutes(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "31" },
    { "getSeconds(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "30" },
    { "getMilliseconds(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+11:00\")", "123" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"UTC\")", "23" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"02:00\")", "1" },
    { "getMinutes(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"-00:45\")", "46" },
    { "getDate(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"-23:59\")", "12" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), b\"\\x00\\x00\\x01\\x00\\x10\\x0e\\x00\\x00\")",
      "0" },
    { "getDate(timestamp(\"2009-02-13T23:31:30.123456789Z\"), b\"\\x00\\x00\\x01\\x00\\x10\\x0e\\x00\\x00\")",
      "14" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), b\"\")", "!UNKNOWN_ZONE" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), b\"\\x00\\x00\\x01\\x00\\x10\\x0e\\x00\")",
      "!UNKNOWN_ZONE" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"Mars/Olympus\")",
      "!UNKNOWN_ZONE" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), \"+1\")", "!UNKNOWN_ZONE" },
    { "getHours(timestamp(\"2009-02-13T23:31:30.123456789Z\"), 1)", "!NO_SUCH_OVERLOAD" },
    { "getHours(\"2009-02-13T23:31:30Z\")", "!NO_SUCH_OVERLOAD" },
    { "getFullYear(1)", "!NO_SUCH_OVERLOAD" },
    { "getFullYear(timestamp(\"0001-01-01T00:00:00Z\"), \"-01:00\")", "0" },
    { "getFullYear(timestamp(\"9999-12-31T23:59:59Z\"), \"+01:00\")", "10000" },
    { "getMilliseconds(timestamp(\"1969-12-31T23:59:59.999Z\"))", "999" },
    { "getDayOfYear(timestamp(\"2024-12-31T00:00:00Z\"))", "365" },
};

static const struct pn_call_row spans[] = {
    { "getHours(duration(\"10000s\"))", "2" },
    { "getMinutes(duration(\"3730s\"))", "62" },
    { "getSeconds(duration(\"3730s\"))", "3730" },
    { "getMilliseconds(duration(\"123.321456789s\"))", "321" },
    { "getHours(duration(\"-10000s\"))", "-2" },
    { "getSeconds(duration(\"-1.5s\"))", "-1" },
    { "getMilliseconds(duration(\"-1.5s\"))", "-500" },
    { "getHours(duration(\"1h\"), \"UTC\")", "!NO_SUCH_OVERLOAD" },
    { "getFullYear(duration(\"1h\"))", "!NO_SUCH_OVERLOAD" },
    { "getDate(duration(\"1h\"))", "!NO_SUCH_OVERLOAD" },
};

static void test_fields(void)
{
    PN_CALL_CHECK_ALL(fields);
}

static void test_spans(void)
{
    PN_CALL_CHECK_ALL(spans);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_fields);
    RUN_TEST(test_spans);
    return UNITY_END();
}
