/* The list of what is revoked: what is on it is in the set and in the store, nothing is dropped, and
 * what cannot be read is not taken for an empty list.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation/revocation.h"

#include <stdlib.h>

#include "platforms/sim/sim_store.h"
#include "unity.h"

enum { MAX = 4 };

static struct port_store store;
static struct pn_slots slots;
static struct pn_revoked_set set;
static struct pn_revoked_place places[2 * MAX];
static struct pn_revocations list;
static uint8_t *records;
static const uint8_t seed[16] = { 1 };

static bool start(void)
{
    memset(&set, 0, sizeof set);
    memset(places, 0, sizeof places);
    pn_revoked_set_init(&set, places, MAX, seed);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
    list = (struct pn_revocations){ .records = records, .max = MAX };
    return pn_revocations_open(&list, &slots, &set);
}

static bool restart(void)
{
    sim_store_boot(&store);
    return start();
}

void setUp(void)
{
    records = malloc((size_t)MAX * PN_REVOCATION_BYTES);
    sim_store_init(&store);
    TEST_ASSERT_TRUE(start());
}

void tearDown(void)
{
    free(records);
    TEST_ASSERT_EQUAL(0, store.reprogrammed);
}

static struct pn_revocation entry(const char *name)
{
    return (struct pn_revocation){ .kind = PN_REVOKED_TASK,
                                   .at_s = 1000,
                                   .name = pn_slice(name, strlen(name)),
                                   .reason = PN_SLICE("a reason"),
                                   .by = PN_SLICE("ops") };
}

static enum pn_revocation_result add(const char *name, uint64_t until_s, uint64_t passed_s)
{
    struct pn_revocation e = entry(name);

    e.until_s = until_s;
    return pn_revocations_add(&list, &e, passed_s);
}

static bool has(const char *name)
{
    return pn_revoked_has(&set,
                          pn_revoked_mark_of(&set, PN_REVOKED_TASK, pn_slice(name, strlen(name))));
}

static void test_what_is_revoked_stays_so(void)
{
    struct pn_revocation e = entry("T-1");

    e.until_s = 5000;
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, pn_revocations_add(&list, &e, 0));
    TEST_ASSERT_EQUAL_UINT32(1, e.id);
    TEST_ASSERT_TRUE(has("T-1"));
    TEST_ASSERT_TRUE(restart());
    TEST_ASSERT_TRUE(has("T-1"));
    TEST_ASSERT_FALSE(has("T-2"));
    struct pn_revocation found = pn_revocations_at(&list, 0);
    TEST_ASSERT_EQUAL_UINT32(1, found.id);
    TEST_ASSERT_EQUAL(PN_REVOKED_TASK, found.kind);
    TEST_ASSERT_EQUAL_UINT64(1000, found.at_s);
    TEST_ASSERT_EQUAL_UINT64(5000, found.until_s);
    TEST_ASSERT_TRUE(pn_slice_equal(found.name, PN_SLICE("T-1")));
    TEST_ASSERT_TRUE(pn_slice_equal(found.reason, PN_SLICE("a reason")));
    TEST_ASSERT_TRUE(pn_slice_equal(found.by, PN_SLICE("ops")));
}

static void test_lifting(void)
{
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-1", 0, 0));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-2", 0, 0));
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKNOWN, pn_revocations_lift(&list, 3));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, pn_revocations_lift(&list, 1));
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKNOWN, pn_revocations_lift(&list, 1));
    TEST_ASSERT_FALSE(has("T-1"));
    TEST_ASSERT_TRUE(has("T-2"));
    TEST_ASSERT_TRUE(restart());
    TEST_ASSERT_FALSE(has("T-1"));
    TEST_ASSERT_TRUE(has("T-2"));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-3", 0, 0));
    TEST_ASSERT_EQUAL_UINT32(3, pn_revocations_at(&list, 1).id); /* no id is given twice */
}

/* Again: the id stays, the reason is the new one, the end the later one. */
static void test_revoking_twice(void)
{
    static const struct {
        uint64_t first_s, second_s, end_s;
    } rows[] = { { 10, 20, 20 }, { 20, 10, 20 }, { 0, 10, 0 }, { 10, 0, 0 }, { 0, 0, 0 } };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_revocation e = entry("T-1");
        TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-1", rows[i].first_s, 0));
        e.until_s = rows[i].second_s;
        e.reason = PN_SLICE("another");
        TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, pn_revocations_add(&list, &e, 0));
        TEST_ASSERT_EQUAL_UINT32(1, list.count);
        struct pn_revocation found = pn_revocations_at(&list, 0);
        TEST_ASSERT_EQUAL_UINT64(rows[i].end_s, found.until_s);
        TEST_ASSERT_TRUE(pn_slice_equal(found.reason, PN_SLICE("another")));
        TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, pn_revocations_lift(&list, found.id));
        TEST_ASSERT_FALSE(has("T-1"));
    }
}

/* A full list takes no more and drops nothing, until something has ended for certain. */
static void test_full(void)
{
    static const char *const names[MAX] = { "T-0", "T-1", "T-2", "T-3" };

    for (int i = 0; i < MAX; i++) {
        TEST_ASSERT_FALSE(pn_revocations_is_full(&list));
        TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add(names[i], i == 2 ? 5000 : 0, 0));
    }
    TEST_ASSERT_TRUE(pn_revocations_is_full(&list));
    TEST_ASSERT_EQUAL(PN_REVOCATION_FULL, add("T-9", 0, 0));
    TEST_ASSERT_EQUAL(PN_REVOCATION_FULL, add("T-9", 0, 5000 + PN_REVOCATION_REST_S - 1));
    TEST_ASSERT_FALSE(has("T-9"));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-3", 0, 0)); /* it has its place */
    for (int i = 0; i < MAX; i++) TEST_ASSERT_TRUE(has(names[i]));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-9", 0, 5000 + PN_REVOCATION_REST_S));
    TEST_ASSERT_TRUE(has("T-9"));
    TEST_ASSERT_FALSE(has("T-2"));
    TEST_ASSERT_TRUE(restart());
    TEST_ASSERT_TRUE(has("T-9"));
    TEST_ASSERT_FALSE(has("T-2"));
}

static void test_what_ended_is_reclaimed(void)
{
    add("T-1", 100, 0);
    add("T-2", 0, 0);
    add("T-3", 200, 0);
    pn_revocations_reclaim(&list, 0);
    TEST_ASSERT_EQUAL_UINT32(3, list.count);
    pn_revocations_reclaim(&list, 100 + PN_REVOCATION_REST_S);
    TEST_ASSERT_FALSE(has("T-1"));
    TEST_ASSERT_TRUE(has("T-2"));
    TEST_ASSERT_TRUE(has("T-3"));
    pn_revocations_reclaim(&list, UINT64_MAX);
    TEST_ASSERT_EQUAL_UINT32(1, list.count);
    TEST_ASSERT_TRUE(has("T-2"));
}

/* The store refuses: what was revoked is in force, what was to be lifted too, and both are tried again. */
static void test_a_store_that_refuses(void)
{
    store.cut_at = store.steps;
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKEPT, add("T-1", 0, 0));
    TEST_ASSERT_TRUE(has("T-1"));
    TEST_ASSERT_FALSE(pn_revocations_keep(&list));
    sim_store_boot(&store); /* it works again; the gateway ran on */
    TEST_ASSERT_TRUE(pn_revocations_keep(&list));
    TEST_ASSERT_TRUE(restart());
    TEST_ASSERT_TRUE(has("T-1"));
    store.cut_at = store.steps;
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKEPT, pn_revocations_lift(&list, 1));
    TEST_ASSERT_TRUE(has("T-1"));
    TEST_ASSERT_TRUE(pn_slice_equal(pn_revocations_at(&list, 0).name, PN_SLICE("T-1")));
    sim_store_boot(&store);
    TEST_ASSERT_TRUE(pn_revocations_keep(&list));
    TEST_ASSERT_TRUE(restart());
    TEST_ASSERT_TRUE(has("T-1"));
}

static enum port_store_area area_in_use(void)
{
    return (enum port_store_area)list.area;
}

/* A bit of any byte of the list in use: the list before is not good enough. */
static void test_damage_is_noticed(void)
{
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-1", 0, 0));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-2", 0, 0));
    struct port_store whole = store;
    enum port_store_area area = area_in_use();
    for (uint32_t at = 0; at < PORT_STORE_UNIT_BYTES + 2 * PN_REVOCATION_BYTES; at++) {
        store = whole;
        store.bytes[area][at] ^= (uint8_t)(1 << at % 8);
        TEST_ASSERT_FALSE(start());
        TEST_ASSERT_EQUAL_UINT32(1, set.lost);
        TEST_ASSERT_EQUAL(PN_REVOCATION_LOST, add("T-3", 0, 0));
        TEST_ASSERT_EQUAL(PN_REVOCATION_LOST, pn_revocations_lift(&list, 1));
    }
    TEST_ASSERT_TRUE(list.number >= 2);
}

static void test_files_that_are_gone(void)
{
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-1", 0, 0));
    memset(store.bytes[PORT_STORE_REVOKED_A], 0xFF, SIM_SLOT_BYTES);
    memset(store.bytes[PORT_STORE_REVOKED_B], 0xFF, SIM_SLOT_BYTES);
    TEST_ASSERT_FALSE(start());
    /* Only somebody who says so begins anew. */
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, pn_revocations_begin(&list));
    TEST_ASSERT_EQUAL_UINT32(0, set.lost);
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKNOWN, pn_revocations_begin(&list));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-2", 0, 0));
    TEST_ASSERT_TRUE(restart());
    TEST_ASSERT_TRUE(has("T-2"));
    TEST_ASSERT_FALSE(has("T-1"));
}

/* Without the log the newest list that is whole counts. */
static void test_a_log_that_is_gone(void)
{
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-1", 0, 0));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, add("T-2", 0, 0));
    memset(store.bytes[PORT_STORE_LOG_A], 0xFF, SIM_LOG_BYTES);
    memset(store.bytes[PORT_STORE_LOG_B], 0xFF, SIM_LOG_BYTES);
    TEST_ASSERT_TRUE(start());
    TEST_ASSERT_TRUE(has("T-1"));
    TEST_ASSERT_TRUE(has("T-2"));
}

/* A limit that was lowered below what is on the list. */
static void test_more_than_there_is_room_for(void)
{
    add("T-1", 0, 0);
    add("T-2", 0, 0);
    memset(&set, 0, sizeof set);
    memset(places, 0, sizeof places);
    pn_revoked_set_init(&set, places, 1, seed);
    list = (struct pn_revocations){ .records = records, .max = 1 };
    TEST_ASSERT_FALSE(pn_revocations_open(&list, &slots, &set));
    TEST_ASSERT_EQUAL_UINT32(0, list.count);
}

struct record_row {
    size_t at;
    uint8_t byte;
};

/* Bytes that no list of ours has, under a good checksum: refused and never read beyond. */
static void test_records_that_are_none(void)
{
    static const struct record_row rows[] = {
        { 0, 0 },
        { 0, PN_REVOKED_KINDS },
        { 0, 255 },
        { 1, PN_REVOCATION_REASON_BYTES + 1 },
        { 2, PN_REVOCATION_BY_BYTES + 1 },
        { 4, 0 },
        { 5, 2 },
        { 8, 0 },
    };
    uint8_t *record = malloc(PN_REVOCATION_BYTES);
    struct pn_revocation e = entry("T-1"), found;

    e.id = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pn_revocation_write(record, &e);
        TEST_ASSERT_TRUE(pn_revocation_read(record, &found));
        record[rows[i].at] = rows[i].byte;
        TEST_ASSERT_FALSE(pn_revocation_read(record, &found));
    }
    free(record);
}

static void test_texts_as_long_as_they_may_be(void)
{
    static char text[PN_REVOKED_NAME_BYTES];
    struct pn_revocation e = { .kind = PN_REVOKED_SESSION,
                               .name = pn_slice(text, PN_REVOKED_NAME_BYTES),
                               .reason = pn_slice(text, PN_REVOCATION_REASON_BYTES),
                               .by = pn_slice(text, PN_REVOCATION_BY_BYTES) };

    memset(text, 'x', sizeof text);
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, pn_revocations_add(&list, &e, 0));
    TEST_ASSERT_TRUE(restart());
    struct pn_revocation found = pn_revocations_at(&list, 0);
    TEST_ASSERT_TRUE(pn_slice_equal(found.name, e.name));
    TEST_ASSERT_TRUE(pn_slice_equal(found.reason, e.reason));
    TEST_ASSERT_TRUE(pn_slice_equal(found.by, e.by));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_is_revoked_stays_so);
    RUN_TEST(test_lifting);
    RUN_TEST(test_revoking_twice);
    RUN_TEST(test_full);
    RUN_TEST(test_what_ended_is_reclaimed);
    RUN_TEST(test_a_store_that_refuses);
    RUN_TEST(test_damage_is_noticed);
    RUN_TEST(test_files_that_are_gone);
    RUN_TEST(test_a_log_that_is_gone);
    RUN_TEST(test_more_than_there_is_room_for);
    RUN_TEST(test_records_that_are_none);
    RUN_TEST(test_texts_as_long_as_they_may_be);
    return UNITY_END();
}
