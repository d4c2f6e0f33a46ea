/* test_zone_table.c - time zone tables: what is sound, and what they say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/bytes.h"
#include "policy/civil_time.h"
#include "policy/zone_table.h"
#include "unity.h"

#include <stdlib.h>

enum { TABLE_BYTES_MAX = 256 };

void setUp(void)
{
}

void tearDown(void)
{
}

struct table {
    uint8_t bytes[TABLE_BYTES_MAX];
    size_t len;
};

static void add8(struct table *t, uint8_t value)
{
    t->bytes[t->len++] = value;
}

static void add32(struct table *t, int32_t value)
{
    pn_store32(t->bytes + t->len, (uint32_t)value);
    t->len += 4;
}

static void add_head(struct table *t, uint16_t entries, uint8_t offsets, uint8_t switches)
{
    t->len = 0;
    add8(t, (uint8_t)entries);
    add8(t, (uint8_t)(entries >> 8));
    add8(t, offsets);
    add8(t, switches);
}

static void add_switch(struct table *t, int32_t offset_s, int32_t time_s, uint8_t month,
                       uint8_t week, uint8_t week_day)
{
    add32(t, offset_s);
    add32(t, time_s);
    add8(t, month);
    add8(t, week);
    add8(t, week_day);
    add8(t, 0);
}

static void add_entry(struct table *t, int64_t instant, uint8_t offset)
{
    add32(t, (int32_t)(uint32_t)instant);
    add8(t, (uint8_t)(instant >> 32));
    add8(t, offset);
}

/* Central Europe since 1996, with three entries before the rule. */
static struct table berlin(void)
{
    struct table t;

    add_head(&t, 3, 3, 2);
    add_switch(&t, 7200, 7200, 3, 5, 0);
    add_switch(&t, 3600, 10800, 10, 5, 0);
    add32(&t, 3208);
    add32(&t, 3600);
    add32(&t, 7200);
    add_entry(&t, -2422054408, 1); /* 1893-04-01, before which the sun ruled */
    add_entry(&t, 811904400, 2);   /* any instants will do */
    add_entry(&t, 846378000, 1);
    return t;
}

/* From an exact-size buffer. */
static bool is_sound(const uint8_t *bytes, size_t len)
{
    uint8_t *at = malloc(len > 0 ? len : 1);

    memcpy(at, bytes, len);
    bool sound = pn_zone_is_sound(pn_slice(at, len));
    for (int64_t s = PN_INSTANT_SECONDS_MIN; sound && s <= PN_INSTANT_SECONDS_MAX;
         s += 100000000000 + 86399) {
        int32_t offset_s = pn_zone_offset(pn_slice(at, len), s);
        TEST_ASSERT_TRUE(offset_s >= -PN_ZONE_OFFSET_MOST_S && offset_s <= PN_ZONE_OFFSET_MOST_S);
    }
    free(at);
    return sound;
}

static int64_t seconds_of(const char *text)
{
    struct pn_instant instant;

    TEST_ASSERT_EQUAL(PN_INSTANT_READ, pn_instant_read(pn_slice(text, strlen(text)), &instant));
    return instant.seconds;
}

static void test_one_offset(void)
{
    struct table t;

    add_head(&t, 0, 1, 0);
    add32(&t, -34200);
    TEST_ASSERT_TRUE(is_sound(t.bytes, t.len));
    TEST_ASSERT_EQUAL_INT32(-34200, pn_zone_offset(pn_slice(t.bytes, t.len), 0));
    TEST_ASSERT_EQUAL_INT32(-34200,
                            pn_zone_offset(pn_slice(t.bytes, t.len), PN_INSTANT_SECONDS_MIN));
}

static void test_entries_and_rule(void)
{
    static const struct {
        const char *at;
        int32_t offset_s;
    } rows[] = {
        { "0001-01-01T00:00:00Z", 3208 }, { "1893-03-31T23:06:31Z", 3208 },
        { "1893-03-31T23:06:32Z", 3600 }, { "1995-09-24T00:59:59Z", 3600 },
        { "1995-09-24T01:00:00Z", 7200 }, { "1996-10-27T00:59:59Z", 7200 },
        { "1996-10-27T01:00:00Z", 3600 }, { "1997-03-30T00:59:59Z", 3600 },
        { "1997-03-30T01:00:00Z", 7200 }, { "2026-10-25T00:59:59Z", 7200 },
        { "2026-10-25T01:00:00Z", 3600 }, { "2026-12-31T23:59:59Z", 3600 },
        { "2027-01-01T00:00:00Z", 3600 }, { "2100-03-28T01:00:00Z", 7200 },
        { "9999-07-01T00:00:00Z", 7200 }, { "9999-12-31T23:59:59Z", 3600 },
    };
    struct table t = berlin();

    TEST_ASSERT_TRUE(is_sound(t.bytes, t.len));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t got = pn_zone_offset(pn_slice(t.bytes, t.len), seconds_of(rows[i].at));
        TEST_ASSERT_EQUAL_INT32_MESSAGE(rows[i].offset_s, got, rows[i].at);
    }
}

/* South of the equator the year begins in summer; and a rule that ran since ever. */
static void test_rule_of_the_south(void)
{
    static const struct {
        const char *at;
        int32_t offset_s;
    } rows[] = {
        { "2009-01-01T00:00:00Z", 39600 }, { "2009-04-04T15:59:59Z", 39600 },
        { "2009-04-04T16:00:00Z", 36000 }, { "2009-10-03T15:59:59Z", 36000 },
        { "2009-10-03T16:00:00Z", 39600 }, { "2009-12-31T23:59:59Z", 39600 },
    };
    struct table t;

    add_head(&t, 0, 1, 2);
    add_switch(&t, 39600, 7200, 10, 1, 0);
    add_switch(&t, 36000, 10800, 4, 1, 0);
    add32(&t, 36000);
    TEST_ASSERT_TRUE(is_sound(t.bytes, t.len));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t got = pn_zone_offset(pn_slice(t.bytes, t.len), seconds_of(rows[i].at));
        TEST_ASSERT_EQUAL_INT32_MESSAGE(rows[i].offset_s, got, rows[i].at);
    }
}

static void test_unsound(void)
{
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        { 0, 2 },     { 0, 4 },     { 1, 1 },   { 2, 0 },   { 2, 2 },   { 2, 4 },    { 3, 0 },
        { 3, 1 },     { 3, 3 },     { 3, 255 }, { 7, 127 }, { 7, 128 }, { 11, 127 }, { 11, 128 },
        { 12, 0 },    { 12, 13 },   { 13, 0 },  { 13, 6 },  { 14, 7 },  { 15, 1 },   { 27, 1 },
        { 31, 0x7F }, { 31, 0x80 }, { 45, 3 },  { 51, 3 },  { 57, 3 },  { 44, 1 },   { 50, 0x80 },
    };
    struct table t = berlin();

    for (size_t len = 0; len < t.len; len++) TEST_ASSERT_FALSE(is_sound(t.bytes, len));
    t.bytes[t.len] = 0;
    TEST_ASSERT_FALSE(is_sound(t.bytes, t.len + 1));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct table bad = t;
        bad.bytes[rows[i].at] = rows[i].value;
        TEST_ASSERT_FALSE(is_sound(bad.bytes, bad.len));
    }
    struct table twice = t;
    memcpy(twice.bytes + twice.len - 6, twice.bytes + twice.len - 12, 5); /* the same instant */
    TEST_ASSERT_FALSE(is_sound(twice.bytes, twice.len));
}

/* Any byte may be any other: either it is told, or all instants have an offset. */
static void test_every_byte(void)
{
    struct table t = berlin();
    size_t sound = 0, unsound = 0;

    for (size_t at = 0; at < t.len; at++) {
        uint8_t kept = t.bytes[at];
        for (unsigned value = 0; value < 256; value++) {
            t.bytes[at] = (uint8_t)value;
            if (is_sound(t.bytes, t.len)) sound++;
            else unsound++;
        }
        t.bytes[at] = kept;
    }
    TEST_ASSERT_TRUE(sound > 1000 && unsound > 1000);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_one_offset);
    RUN_TEST(test_entries_and_rule);
    RUN_TEST(test_rule_of_the_south);
    RUN_TEST(test_unsound);
    RUN_TEST(test_every_byte);
    return UNITY_END();
}
