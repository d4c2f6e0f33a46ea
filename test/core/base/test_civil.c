/* Moments as text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/civil.h"
#include "unity.h"

#include <stdio.h>
#include <time.h>

void setUp(void)
{
}

void tearDown(void)
{
}

static void shows(int64_t unix_ms, const char *want)
{
    char out[PN_CIVIL_BYTES + 1] = "";
    struct pn_writer w = pn_writer(out, PN_CIVIL_BYTES);

    pn_write_civil(&w, unix_ms);
    TEST_ASSERT_FALSE(w.full);
    TEST_ASSERT_EQUAL_STRING(want, out);
}

static void moments(void)
{
    shows(0, "1970-01-01T00:00:00.000Z");
    shows(-1, "1970-01-01T00:00:00.000Z");
    shows(951782399999, "2000-02-28T23:59:59.999Z");
    shows(951782400000, "2000-02-29T00:00:00.000Z");
    shows(951868800000, "2000-03-01T00:00:00.000Z");
    shows(4107542399000, "2100-02-28T23:59:59.000Z");
    shows(4107542400000, "2100-03-01T00:00:00.000Z");
    shows(253402300799999, "9999-12-31T23:59:59.999Z");
    shows(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

/* Every day of five centuries against the C library. */
static void days(void)
{
    for (int64_t day = 0; day < 366 * 500; day++) {
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        char want[64];

        gmtime_r(&seconds, &tm);
        snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02d.007Z", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        shows((int64_t)seconds * 1000 + 7, want);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(moments);
    RUN_TEST(days);
    return UNITY_END();
}
