/* test_civil_time.c - instants: text, calendar and clock, zones that are offsets.
 *
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/civil_time.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RANDOM_COUNT = 200000 };

void setUp(void)
{
}

void tearDown(void)
{
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static int64_t random_second(uint64_t *state)
{
    uint64_t span = (uint64_t)(PN_INSTANT_SECONDS_MAX - PN_INSTANT_SECONDS_MIN) + 1;

    return PN_INSTANT_SECONDS_MIN + (int64_t)(next_random(state) % span);
}

static enum pn_instant_text read_exact(const char *text, struct pn_instant *instant)
{
    size_t len = strlen(text);
    char *at = malloc(len > 0 ? len : 1);

    memcpy(at, text, len);
    enum pn_instant_text result = pn_instant_read(pn_slice(at, len), instant);
    free(at);
    return result;
}

static void is_written(struct pn_instant instant, const char *want)
{
    size_t len = strlen(want);

    instant.clock_minutes = 0; /* in UTC, whichever clock it was read from */
    for (size_t max = len - 1; max <= len; max++) {
        uint8_t *at = malloc(max);
        struct pn_writer w = pn_writer(at, max);
        pn_instant_write(&w, &instant);
        TEST_ASSERT_EQUAL_MESSAGE(max < len, w.full, want);
        if (max == len) {
            TEST_ASSERT_EQUAL_size_t_MESSAGE(len, w.len, want);
            TEST_ASSERT_EQUAL_STRING_LEN(want, at, len);
        }
        free(at);
    }
}

/* What Go reads and RFC 3339 has not: refused, unless read leniently. */
static void test_lenient_text(void)
{
    static const struct {
        const char *text, *means; /* NULL: refused in both ways */
    } rows[] = {
        { "2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00.5Z" },
        { "2024-01-01T7:08:09Z", "2024-01-01T07:08:09Z" },
        { "2024-01-01T7:08:09,25+01:00", "2024-01-01T06:08:09.25Z" },
        { "2024-01-02T00:00:00+24:00", "2024-01-01T00:00:00Z" },
        { "2024-01-01T00:00:00-01:60", "2024-01-01T02:00:00Z" },
        { "2024-01-01T00:00:00,Z", NULL },
        { "2024-01-01T00:00:00;5Z", NULL },
        { "2024-01-01T:08:09Z", NULL },
        { "2024-01-01T7:8:09Z", NULL },
        { "2024-01-01T7:08:09", NULL },
        { "2024-1-01T07:08:09Z", NULL },
        { "2024-01-01T00:00:00+25:00", NULL },
        { "2024-01-01T00:00:00+00:61", NULL },
        { "2024-01-01T7", NULL },
        { "", NULL },
    };
    struct pn_instant instant, meant;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].text);
        char *at = malloc(len > 0 ? len : 1);
        memcpy(at, rows[i].text, len);
        TEST_ASSERT_NOT_EQUAL_MESSAGE(PN_INSTANT_READ, read_exact(rows[i].text, &instant),
                                      rows[i].text);
        bool good =
            pn_instant_read_as(pn_slice(at, len), PN_INSTANT_LENIENT, &instant) == PN_INSTANT_READ;
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].means != NULL, good, rows[i].text);
        free(at);
        if (!good) continue;
        TEST_ASSERT_EQUAL(PN_INSTANT_READ, read_exact(rows[i].means, &meant));
        TEST_ASSERT_EQUAL_INT64_MESSAGE(meant.seconds, instant.seconds, rows[i].text);
        TEST_ASSERT_EQUAL_UINT32_MESSAGE(meant.nanos, instant.nanos, rows[i].text);
    }
}

static void test_text(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
        uint32_t nanos;
        const char *written; /* NULL: as it was read */
    } rows[] = {
        { "1970-01-01T00:00:00Z", 0, 0, NULL },
        { "2009-02-13T23:31:30Z", 1234567890, 0, NULL },
        { "1969-12-31T23:59:59.5Z", -1, 500000000, NULL },
        { "2009-02-13T23:31:20.123456789Z", 1234567880, 123456789, NULL },
        { "2009-02-13T23:31:20.100Z", 1234567880, 100000000, "2009-02-13T23:31:20.1Z" },
        { "2009-02-13T23:31:20.000Z", 1234567880, 0, "2009-02-13T23:31:20Z" },
        { "2009-02-13T23:31:20.000000001Z", 1234567880, 1, NULL },
        { "2009-02-13T23:31:20.00000010Z", 1234567880, 100, "2009-02-13T23:31:20.0000001Z" },
        { "2009-02-13T23:31:20.9999999999Z", 1234567880, 999999999,
          "2009-02-13T23:31:20.999999999Z" },
        { "2009-02-14T05:01:30+05:30", 1234567890, 0, "2009-02-13T23:31:30Z" },
        { "2009-02-13T15:31:30-08:00", 1234567890, 0, "2009-02-13T23:31:30Z" },
        { "2009-02-13T23:31:30+00:00", 1234567890, 0, "2009-02-13T23:31:30Z" },
        { "2009-02-13T23:31:30-00:00", 1234567890, 0, "2009-02-13T23:31:30Z" },
        { "2009-02-14T23:30:30+23:59", 1234567890, 0, "2009-02-13T23:31:30Z" },
        { "2000-02-29T12:00:00Z", 951825600, 0, NULL },
        { "2400-02-29T00:00:00Z", 13574563200, 0, NULL },
        { "0001-01-01T00:00:00Z", PN_INSTANT_SECONDS_MIN, 0, NULL },
        { "0000-12-31T23:59:59-01:00", PN_INSTANT_SECONDS_MIN + 3599, 0, "0001-01-01T00:59:59Z" },
        { "9999-12-31T23:59:59.999999999Z", PN_INSTANT_SECONDS_MAX, 999999999, NULL },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_instant instant = { 7, 7, 0 };
        const char *text = rows[i].text;
        TEST_ASSERT_EQUAL_MESSAGE(PN_INSTANT_READ, read_exact(text, &instant), text);
        TEST_ASSERT_EQUAL_INT64_MESSAGE(rows[i].seconds, instant.seconds, text);
        TEST_ASSERT_EQUAL_UINT32_MESSAGE(rows[i].nanos, instant.nanos, text);
        is_written(instant, rows[i].written != NULL ? rows[i].written : text);
        /* Any front part of it is no instant. */
        for (size_t len = 0; len < strlen(text); len++) {
            char part[64];
            memcpy(part, text, len);
            part[len] = '\0';
            TEST_ASSERT_EQUAL_MESSAGE(PN_INSTANT_MALFORMED, read_exact(part, &instant), part);
        }
    }
}

static void test_refused(void)
{
    static const struct {
        const char *text;
        enum pn_instant_text why;
    } rows[] = {
        { "0000-01-01T00:00:00Z", PN_INSTANT_OUT_OF_RANGE },
        { "0000-02-29T00:00:00Z", PN_INSTANT_OUT_OF_RANGE },
        { "0000-12-31T23:59:59Z", PN_INSTANT_OUT_OF_RANGE },
        { "0001-01-01T00:00:00+00:01", PN_INSTANT_OUT_OF_RANGE },
        { "9999-12-31T23:59:59-00:01", PN_INSTANT_OUT_OF_RANGE },
        { "10000-01-01T00:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-00-13T13:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-13-13T13:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-02-00T13:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-02-29T13:00:00Z", PN_INSTANT_MALFORMED },
        { "1900-02-29T13:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-02-32T13:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-04-31T13:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T24:00:00Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:60:00Z", PN_INSTANT_MALFORMED },
        { "2016-12-31T23:59:60Z", PN_INSTANT_MALFORMED }, /* it was one; nobody reckons with it */
        { "2009-02-13t23:31:30Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30z", PN_INSTANT_MALFORMED },
        { "2009-02-13 23:31:30Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T3:31:30Z", PN_INSTANT_MALFORMED },
        { "2009-2-13T03:31:30Z", PN_INSTANT_MALFORMED },
        { "+2009-02-13T03:31:30Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30.Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30,5Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30.5", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30Zx", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30 Z", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30+0530", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30+5:30", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30+24:00", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30+12:60", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30 05:30", PN_INSTANT_MALFORMED },
        { "2009-02-13T23:31:30+05:30Z", PN_INSTANT_MALFORMED },
        { "", PN_INSTANT_MALFORMED },
        { "now", PN_INSTANT_MALFORMED },
        { "1234567890", PN_INSTANT_MALFORMED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_instant instant = { 7, 7, 0 };
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].why, read_exact(rows[i].text, &instant), rows[i].text);
        TEST_ASSERT_EQUAL_INT64(7, instant.seconds);
        TEST_ASSERT_EQUAL_UINT32(7, instant.nanos);
    }
}

static struct pn_civil civil_of(struct pn_instant instant, int32_t offset_s)
{
    return pn_civil_of(instant.seconds + offset_s, instant.nanos);
}

static void test_fields(void)
{
    struct pn_instant instant = { 1234567880, 123456789, 0 }; /* a Friday, 23:31:20 */
    struct pn_civil c = civil_of(instant, 0);

    TEST_ASSERT_EQUAL_INT(2009, c.part[PN_CIVIL_YEAR]);
    TEST_ASSERT_EQUAL_INT(1, c.part[PN_CIVIL_MONTH]);
    TEST_ASSERT_EQUAL_INT(13, c.part[PN_CIVIL_DATE]);
    TEST_ASSERT_EQUAL_INT(5, c.part[PN_CIVIL_DAY_OF_WEEK]);
    TEST_ASSERT_EQUAL_INT(43, c.part[PN_CIVIL_DAY_OF_YEAR]);
    TEST_ASSERT_EQUAL_INT(23, c.part[PN_CIVIL_HOUR]);
    TEST_ASSERT_EQUAL_INT(31, c.part[PN_CIVIL_MINUTE]);
    TEST_ASSERT_EQUAL_INT(20, c.part[PN_CIVIL_SECOND]);
    TEST_ASSERT_EQUAL_INT(123, c.part[PN_CIVIL_MILLISECOND]);
    TEST_ASSERT_EQUAL_INT(14, civil_of(instant, 11 * 3600).part[PN_CIVIL_DATE]);
    TEST_ASSERT_EQUAL_INT(16, civil_of(instant, 20700).part[PN_CIVIL_MINUTE]); /* 5:45 ahead */
    TEST_ASSERT_EQUAL_INT(
        12, civil_of((struct pn_instant){ 1234490400, 0, 0 }, -9000).part[PN_CIVIL_DATE]);
    TEST_ASSERT_EQUAL_INT(
        500, civil_of((struct pn_instant){ -1, 500000000, 0 }, 0).part[PN_CIVIL_MILLISECOND]);
}

/* At both ends an offset leads to years that no instant has. */
static void test_fields_beyond(void)
{
    struct pn_instant first = { PN_INSTANT_SECONDS_MIN, 0, 0 },
                      last = { PN_INSTANT_SECONDS_MAX, 0, 0 };
    struct pn_civil c = civil_of(first, -3600);

    TEST_ASSERT_EQUAL_INT(0, c.part[PN_CIVIL_YEAR]);
    TEST_ASSERT_EQUAL_INT(11, c.part[PN_CIVIL_MONTH]);
    TEST_ASSERT_EQUAL_INT(31, c.part[PN_CIVIL_DATE]);
    TEST_ASSERT_EQUAL_INT(365, c.part[PN_CIVIL_DAY_OF_YEAR]); /* 0 is a leap year, as 400 is */
    TEST_ASSERT_EQUAL_INT(0, c.part[PN_CIVIL_DAY_OF_WEEK]);
    TEST_ASSERT_EQUAL_INT(23, c.part[PN_CIVIL_HOUR]);
    c = civil_of(last, 1);
    TEST_ASSERT_EQUAL_INT(10000, c.part[PN_CIVIL_YEAR]);
    TEST_ASSERT_EQUAL_INT(0, c.part[PN_CIVIL_MONTH]);
    TEST_ASSERT_EQUAL_INT(1, c.part[PN_CIVIL_DATE]);
    TEST_ASSERT_EQUAL_INT(0, c.part[PN_CIVIL_DAY_OF_YEAR]);
    TEST_ASSERT_EQUAL_INT(6, c.part[PN_CIVIL_DAY_OF_WEEK]);
    TEST_ASSERT_EQUAL_INT(0, c.part[PN_CIVIL_DAY_OF_YEAR]);
}

static void test_random(void)
{
    uint64_t state = 5;

    for (int i = 0; i < RANDOM_COUNT; i++) {
        struct pn_instant instant = { random_second(&state), (uint32_t)(next_random(&state) % 1000),
                                      0 };
        int32_t offset_s = (int32_t)(next_random(&state) % 172801) - 86400;
        time_t local = (time_t)(instant.seconds + offset_s);
        struct tm tm;
        gmtime_r(&local, &tm);
        struct pn_civil c = civil_of(instant, offset_s);
        TEST_ASSERT_EQUAL_INT(tm.tm_year + 1900, c.part[PN_CIVIL_YEAR]);
        TEST_ASSERT_EQUAL_INT(tm.tm_mon, c.part[PN_CIVIL_MONTH]);
        TEST_ASSERT_EQUAL_INT(tm.tm_mday, c.part[PN_CIVIL_DATE]);
        TEST_ASSERT_EQUAL_INT(tm.tm_wday, c.part[PN_CIVIL_DAY_OF_WEEK]);
        TEST_ASSERT_EQUAL_INT(tm.tm_yday, c.part[PN_CIVIL_DAY_OF_YEAR]);
        TEST_ASSERT_EQUAL_INT(tm.tm_hour, c.part[PN_CIVIL_HOUR]);
        TEST_ASSERT_EQUAL_INT(tm.tm_min, c.part[PN_CIVIL_MINUTE]);
        TEST_ASSERT_EQUAL_INT(tm.tm_sec, c.part[PN_CIVIL_SECOND]);

        char text[96];
        if (c.part[PN_CIVIL_YEAR] < 1 || c.part[PN_CIVIL_YEAR] > 9999) continue;
        int32_t minutes = offset_s / 60;
        if (minutes == 1440 || minutes == -1440) continue;
        local = (time_t)(instant.seconds + minutes * 60);
        gmtime_r(&local, &tm);
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%09u%c%02d:%02d",
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                 instant.nanos, minutes < 0 ? '-' : '+', abs(minutes) / 60, abs(minutes) % 60);
        struct pn_instant back;
        TEST_ASSERT_EQUAL_MESSAGE(PN_INSTANT_READ, read_exact(text, &back), text);
        TEST_ASSERT_EQUAL_INT64_MESSAGE(instant.seconds, back.seconds, text);
        TEST_ASSERT_EQUAL_UINT32_MESSAGE(instant.nanos, back.nanos, text);
    }
}

/* Every day of the range: its text reads back, and the next has the next weekday. */
static void test_every_day(void)
{
    int32_t week_day =
        civil_of((struct pn_instant){ PN_INSTANT_SECONDS_MIN, 0, 0 }, 0).part[PN_CIVIL_DAY_OF_WEEK];

    for (int64_t s = PN_INSTANT_SECONDS_MIN; s <= PN_INSTANT_SECONDS_MAX; s += 86400) {
        uint8_t text[32];
        struct pn_writer w = pn_writer(text, sizeof text);
        struct pn_instant instant = { s, 0, 0 }, back = { 0, 0, 0 };
        pn_instant_write(&w, &instant);
        TEST_ASSERT_EQUAL(PN_INSTANT_READ, pn_instant_read(pn_written(&w), &back));
        TEST_ASSERT_EQUAL_INT64(s, back.seconds);
        struct pn_civil c = civil_of(instant, 0);
        TEST_ASSERT_EQUAL_INT(week_day, c.part[PN_CIVIL_DAY_OF_WEEK]);
        week_day = (week_day + 1) % 7;
    }
}

static void test_zones(void)
{
    static const struct {
        const char *text;
        int32_t offset_s;
    } good[] = {
        { "UTC", 0 },         { "", 0 },           { "+05:30", 19800 },  { "-08:00", -28800 },
        { "+11:00", 39600 },  { "-02:30", -9000 }, { "02:00", 7200 },    { "-00:00", 0 },
        { "-09:30", -34200 }, { "2:00", 7200 },    { "+2:0", 7200 },     { "-00:30", -1800 },
        { "+14:00", 50400 },  { "-0:5", -300 },    { "+99:99", 362340 },
    };
    static const char *const bad[] = { "Z",        "utc",    "+",      "-",      ":",
                                       "+05",      "+0530",  ":30",    "00:",    "+:30",
                                       "100:00",   "1:000",  "+-1:00", "--1:00", "00:30:00",
                                       "+00:-30",  "05:30 ", " 05:30", "+05.30", "GMT+5",
                                       "UTC+1:00", "Local" };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int32_t offset_s = 7;
        struct pn_slice text = pn_slice(good[i].text, strlen(good[i].text));
        TEST_ASSERT_TRUE_MESSAGE(pn_zone_offset_read(text, &offset_s), good[i].text);
        TEST_ASSERT_EQUAL_INT32_MESSAGE(good[i].offset_s, offset_s, good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int32_t offset_s = 7;
        size_t len = strlen(bad[i]);
        char *at = malloc(len);
        memcpy(at, bad[i], len);
        TEST_ASSERT_FALSE_MESSAGE(pn_zone_offset_read(pn_slice(at, len), &offset_s), bad[i]);
        TEST_ASSERT_EQUAL_INT32(7, offset_s);
        free(at);
    }
}

/* A text, and what is written of it by the clock that wrote it. */
static void test_an_instant_by_its_own_clock(void)
{
    static const struct {
        const char *text, *written;
        int16_t minutes;
    } rows[] = {
        { "2024-05-01T10:00:00+02:00", "2024-05-01T10:00:00+02:00", 120 },
        { "2024-05-01T00:10:00.5-03:30", "2024-05-01T00:10:00.5-03:30", -210 },
        { "2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z", 0 },
        { "2024-05-01T10:00:00-00:00", "2024-05-01T10:00:00Z", 0 },
        { "2024-05-01T10:00:00+23:59", "2024-05-01T10:00:00+23:59", 1439 },
        { "2024-05-01T10:00:00+24:30", "2024-05-01T10:00:00+24:30", 1470 }, /* as Go has it */
        { "2024-05-01T10:00:00-24:60", "2024-05-01T10:00:00-25:00", -1500 },
        { "0001-01-01T00:30:00-00:30", "0001-01-01T00:30:00-00:30", -30 },
        { "0000-12-31T23:30:00-00:30", "0001-01-01T00:00:00Z", -30 }, /* a year there is not */
    };
    uint8_t out[64];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice text = pn_slice(rows[i].text, strlen(rows[i].text));
        struct pn_writer w = pn_writer(out, sizeof out);
        struct pn_instant instant;
        TEST_ASSERT_EQUAL_MESSAGE(
            PN_INSTANT_READ, pn_instant_read_as(text, PN_INSTANT_LENIENT, &instant), rows[i].text);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].minutes, instant.clock_minutes, rows[i].text);
        pn_instant_write(&w, &instant);
        TEST_ASSERT_EQUAL_MESSAGE(strlen(rows[i].written), pn_written(&w).len, rows[i].text);
        TEST_ASSERT_EQUAL_MEMORY(rows[i].written, out, strlen(rows[i].written));
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_text);
    RUN_TEST(test_lenient_text);
    RUN_TEST(test_refused);
    RUN_TEST(test_fields);
    RUN_TEST(test_fields_beyond);
    RUN_TEST(test_random);
    RUN_TEST(test_every_day);
    RUN_TEST(test_zones);
    RUN_TEST(test_an_instant_by_its_own_clock);
    return UNITY_END();
}
