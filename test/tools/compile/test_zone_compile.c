/* test_zone_compile.c - time zones of this machine's tz database, against the C library.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/civil_time.h"
#include "policy/zone_table.h"
#include "tools/compile/zone_compile.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RANDOM_COUNT = 4000 };

#define WINTER_S INT64_C(2145916800) /* 2038 */
#define SUMMER_S (WINTER_S + 180 * 86400)

static struct arena arena;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717u;
}

static struct pn_slice named(const char *name)
{
    return pn_slice(name, strlen(name));
}

static void is_like_localtime(const char *name)
{
    struct bytes table = { .at = NULL };
    uint64_t state = 9;

    TEST_ASSERT_NULL_MESSAGE(zone_compile(&arena, ZONE_FOLDER, named(name), &table), name);
    TEST_ASSERT_TRUE_MESSAGE(pn_zone_is_sound(bytes_slice(&table)), name);
    setenv("TZ", name, 1);
    tzset();
    for (int i = 0; i < RANDOM_COUNT; i++) {
        /* half of them since 1850 and before 2100, the rest in all 9999 years */
        uint64_t random = next_random(&state);
        int64_t at = i % 2 == 0 ? (int64_t)(random % 7889238000) - 3786912000
                                : (int64_t)(random % 315537897600) + PN_INSTANT_SECONDS_MIN;
        time_t seconds = (time_t)at;
        struct tm tm;
        localtime_r(&seconds, &tm);
        char message[96];
        snprintf(message, sizeof message, "%s at %lld", name, (long long)at);
        TEST_ASSERT_EQUAL_INT32_MESSAGE((int32_t)tm.tm_gmtoff,
                                        pn_zone_offset(bytes_slice(&table), at), message);
    }
    bytes_free(&table);
}

static void test_like_localtime(void)
{
    static const char *const names[] = {
        "UTC",
        "Europe/Berlin",
        "Europe/London",
        "Europe/Dublin", /* winter is the exception there */
        "Europe/Moscow",
        "America/New_York",
        "America/St_Johns",
        "America/Sao_Paulo",
        "America/Nuuk", /* switches on Saturday evening */
        "America/Caracas",
        "Asia/Kathmandu",
        "Asia/Kolkata",
        "Asia/Jerusalem",
        "Asia/Gaza", /* switches at 50 o'clock, and has years written out */
        "Asia/Tokyo",
        "Africa/Casablanca", /* switches by the moon up to 2087 */
        "Africa/Cairo",
        "Africa/Monrovia",
        "Australia/Sydney",
        "Australia/Lord_Howe", /* by half an hour */
        "Pacific/Apia",
        "Pacific/Chatham",
        "Pacific/Kiritimati",
        "Antarctica/Troll", /* by two hours */
        "US/Central",
        "EST5EDT",
        "Etc/GMT+5",
    };

    if (access(ZONE_FOLDER "/Europe/Berlin", R_OK) != 0) {
        TEST_IGNORE_MESSAGE("no tz database on this machine");
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path
            [96]; /* names of old may be in a package of their own, and the C library needs it */
        snprintf(path, sizeof path, "%s/%s", ZONE_FOLDER, names[i]);
        if (access(path, R_OK) == 0) is_like_localtime(names[i]);
        else TEST_MESSAGE(names[i]);
    }
}

/* A zone that has followed one rule for decades needs no entries for them. */
static void test_rule_takes_over(void)
{
    struct bytes table = { .at = NULL };

    if (access(ZONE_FOLDER "/Europe/Berlin", R_OK) != 0) {
        TEST_IGNORE_MESSAGE("no tz database on this machine");
    }
    TEST_ASSERT_NULL(zone_compile(&arena, ZONE_FOLDER, named("Europe/Berlin"), &table));
    TEST_ASSERT_EQUAL_UINT8(2, table.at[3]);
    TEST_ASSERT_TRUE(table.len < 500);
    bytes_free(&table);
}

static void is_refused(const char *folder, const char *name, const char *why)
{
    struct bytes table = { .at = NULL };

    bytes_append_u8(&table, 7);
    const char *told = zone_compile(&arena, folder, named(name), &table);
    TEST_ASSERT_NOT_NULL_MESSAGE(told, name);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(told, why), told);
    TEST_ASSERT_EQUAL_size_t(1, table.len);
    bytes_free(&table);
}

static void test_names(void)
{
    is_refused(ZONE_FOLDER, "", "not the name");
    is_refused(ZONE_FOLDER, "/etc/passwd", "not the name");
    is_refused(ZONE_FOLDER, "../zoneinfo/UTC", "not the name");
    is_refused(ZONE_FOLDER, "Europe/Ber lin", "not the name");
    is_refused(ZONE_FOLDER, "Europe/Berl\xc3\xadn", "not the name");
    is_refused(ZONE_FOLDER, "Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin/Europe/Berlin",
               "not the name");
    is_refused(ZONE_FOLDER, "Europe/Atlantis", "there is no time zone Europe/Atlantis");
    is_refused(ZONE_FOLDER, "Europe", "there is no time zone");
}

/* --- Files of our own --- */

struct made { /* a compiled zone, in the making */
    uint8_t at[512];
    size_t len;
};

static void add(struct made *m, const void *bytes, size_t len)
{
    memcpy(m->at + m->len, bytes, len);
    m->len += len;
}

static void add_be(struct made *m, int64_t value, size_t bytes)
{
    for (size_t i = bytes; i-- > 0;) m->at[m->len++] = (uint8_t)((uint64_t)value >> 8 * i);
}

static void add_head(struct made *m, char version, uint32_t leaps, uint32_t entries, uint32_t types)
{
    add(m, "TZif", 4);
    add_be(m, version, 1);
    m->len += 15;
    uint32_t counts[6] = { 0, 0, leaps, entries, types, 4 };
    for (size_t i = 0; i < 6; i++) add_be(m, counts[i], 4);
}

static void add_type(struct made *m, int32_t offset_s)
{
    add_be(m, offset_s, 4);
    add_be(m, 0, 2);
}

/* A zone an hour ahead that moved to two hours ahead in 1971, with this rule for the future. */
static struct made zone_with(const char *rule)
{
    struct made m = { .len = 0 };

    add_head(&m, '2', 0, 0, 1);
    add_type(&m, 0);
    add(&m, "ABC", 4);
    add_head(&m, '2', 0, 1, 2);
    add_be(&m, 31536000, 8);
    add_be(&m, 1, 1);
    add_type(&m, 3600);
    add_type(&m, 7200);
    add(&m, "ABC", 4);
    add(&m, "\n", 1);
    add(&m, rule, strlen(rule));
    add(&m, "\n", 1);
    return m;
}

static char folder[] = "/tmp/postern-zones-XXXXXX";

static void write_zone(const void *bytes, size_t len)
{
    char path[64];

    snprintf(path, sizeof path, "%s/Zone", folder);
    FILE *file = fopen(path, "wb");
    TEST_ASSERT_NOT_NULL(file);
    TEST_ASSERT_EQUAL_size_t(len, fwrite(bytes, 1, len, file));
    fclose(file);
}

static void rule_is(const char *rule, int64_t at, int32_t offset_s)
{
    struct made m = zone_with(rule);
    struct bytes table = { .at = NULL };

    write_zone(m.at, m.len);
    TEST_ASSERT_NULL_MESSAGE(zone_compile(&arena, folder, named("Zone"), &table), rule);
    TEST_ASSERT_EQUAL_INT32(3600, pn_zone_offset(bytes_slice(&table), 31535999));
    TEST_ASSERT_EQUAL_INT32_MESSAGE(offset_s, pn_zone_offset(bytes_slice(&table), at), rule);
    bytes_free(&table);
}

static void rule_is_refused(const char *rule, const char *why)
{
    struct made m = zone_with(rule);

    write_zone(m.at, m.len);
    is_refused(folder, "Zone", why);
}

static void test_rules(void)
{
    rule_is("", WINTER_S, 7200);
    rule_is("EET-2", WINTER_S, 7200);
    rule_is("<+02>-2", WINTER_S, 7200);
    rule_is("<+02>-02:00:00", WINTER_S, 7200);
    rule_is("EET-2EEST,M3.5.0/3,M10.5.0/4", WINTER_S, 7200);
    rule_is("EET-2EEST,M3.5.0/3,M10.5.0/4", SUMMER_S, 10800);
    rule_is("EET-2EEST-2:30:30,M3.5.0,M10.5.0", SUMMER_S, 9030);
    rule_is("EET-2<+03>-3,M3.4.4/50,M10.4.4/-1:30", SUMMER_S, 10800);
    rule_is_refused("EET-1", "contradicts");
    rule_is_refused("EET", "rule of another kind");
    rule_is_refused("E-2", "rule of another kind");
    rule_is_refused("<+02-2", "rule of another kind");
    rule_is_refused("EET-25", "rule of another kind");
    rule_is_refused("EET-2EEST", "rule of another kind");
    rule_is_refused("EET-2EEST,J60,J300", "rule of another kind");
    rule_is_refused("EET-2EEST,59,299", "rule of another kind");
    rule_is_refused("EET-2EEST,M3.5.0", "rule of another kind");
    rule_is_refused("EET-2EEST,M13.5.0,M10.5.0", "rule of another kind");
    rule_is_refused("EET-2EEST,M3.6.0,M10.5.0", "rule of another kind");
    rule_is_refused("EET-2EEST,M3.5.7,M10.5.0", "rule of another kind");
    rule_is_refused("EET-2EEST,M3.5.0/168,M10.5.0", "rule of another kind");
    rule_is_refused("EET-2EEST,M3.5.0,M10.5.0 ", "rule of another kind");
}

static void test_files(void)
{
    struct made m = zone_with("EET-2");

    for (size_t len = 0; len < m.len - 6; len++) { /* cut anywhere before the rule */
        write_zone(m.at, len);
        is_refused(folder, "Zone", len == 0 ? "there is no" : "is not a compiled time zone");
    }
    m.at[4] = 0;
    write_zone(m.at, m.len);
    is_refused(folder, "Zone", "old form");
    m = zone_with("EET-2");
    m.at[54 + 44 + 8] = 2; /* an entry's type, of which there are two */
    write_zone(m.at, m.len);
    is_refused(folder, "Zone", "is not a compiled time zone");
    m.len = 0;
    add_head(&m, '2', 0, 0, 1);
    add_type(&m, 0);
    add(&m, "ABC", 4);
    add_head(&m, '2', 1, 0, 1);
    add_type(&m, 0);
    add(&m, "ABC", 4);
    add_be(&m, 78796800, 8);
    add_be(&m, 1, 4);
    add(&m, "\nUTC0\n", 6);
    write_zone(m.at, m.len);
    is_refused(folder, "Zone", "leap seconds");
}

/* A name that only the list of links knows. */
static void test_links(void)
{
    struct made m = zone_with("EET-2");
    struct bytes table = { .at = NULL };
    char path[64];

    write_zone(m.at, m.len);
    snprintf(path, sizeof path, "%s/tzdata.zi", folder);
    FILE *file = fopen(path, "wb");
    TEST_ASSERT_NOT_NULL(file);
    fputs("# version 1\nZ Zone 2 - EET\nL Zone Old/Name\nL ../x Evil\nL Zone\nL Gone Lost", file);
    fclose(file);
    TEST_ASSERT_NULL(zone_compile(&arena, folder, named("Old/Name"), &table));
    TEST_ASSERT_EQUAL_INT32(7200, pn_zone_offset(bytes_slice(&table), WINTER_S));
    bytes_free(&table);
    is_refused(folder, "Evil", "there is no time zone Evil");
    is_refused(folder, "Lost", "there is no time zone Lost");
    unlink(path);
    is_refused(folder, "Old/Name", "there is no time zone Old/Name");
    snprintf(path, sizeof path, "%s/Zone", folder);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    UNITY_BEGIN();
    if (mkdtemp(folder) == NULL) return 1;
    RUN_TEST(test_like_localtime);
    RUN_TEST(test_rule_takes_over);
    RUN_TEST(test_names);
    RUN_TEST(test_rules);
    RUN_TEST(test_files);
    RUN_TEST(test_links); /* removes the folder */
    return UNITY_END();
}
