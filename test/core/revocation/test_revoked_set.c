/* The set that event loops look into: every name that was added is found and no other, in any order
 * of adding and removing, and the hash is SipHash as published.
 * label: unit tsan
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation/revoked_set.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/base/siphash.h"
#include "unity.h"

enum { NAMES = 40, PLACES = 128 };

static struct pn_revoked_place places[PLACES];
static struct pn_revoked_set set;
static const uint8_t seed[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

void setUp(void)
{
    memset(places, 0, sizeof places);
    memset(&set, 0, sizeof set);
    pn_revoked_set_init(&set, places, NAMES, seed);
}

void tearDown(void)
{
}

/* From the reference implementation's list, for 0, 1, ... as the message. */
static void test_the_hash(void)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } rows[] = {
        { 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd },  { 7, 0xab0200f58b01d137 },
        { 8, 0x93f5f5799a932462 }, { 15, 0xa129ca6149be45e5 }, { 63, 0x958a324ceb064572 },
    };
    uint8_t message[64];

    for (size_t i = 0; i < sizeof message; i++) message[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL_HEX64(rows[i].hash, pn_siphash(seed, 0, pn_slice(message, rows[i].len)));
    }
    TEST_ASSERT_NOT_EQUAL(pn_siphash(seed, 1, PN_SLICE("a")), pn_siphash(seed, 2, PN_SLICE("a")));
}

static struct pn_revoked_mark mark(unsigned i)
{
    char name[16];
    int len = snprintf(name, sizeof name, "n%u", i);

    return pn_revoked_mark_of(&set, PN_REVOKED_TASK, pn_slice(name, (size_t)len));
}

static void test_a_name_and_its_kind(void)
{
    struct pn_revoked_mark task = pn_revoked_mark_of(&set, PN_REVOKED_TASK, PN_SLICE("a"));
    struct pn_revoked_mark user = pn_revoked_mark_of(&set, PN_REVOKED_USER, PN_SLICE("a"));
    uint32_t revision = pn_revoked_revision(&set);

    TEST_ASSERT_FALSE(pn_revoked_has(&set, task));
    pn_revoked_add(&set, task);
    TEST_ASSERT_NOT_EQUAL(revision, pn_revoked_revision(&set));
    TEST_ASSERT_TRUE(pn_revoked_has(&set, task));
    TEST_ASSERT_FALSE(pn_revoked_has(&set, user));
    pn_revoked_remove(&set, task);
    TEST_ASSERT_FALSE(pn_revoked_has(&set, task));
}

/* A place that is being filled or given up would look free, if half of its mark could be 0. */
static void test_no_half_is_nothing(void)
{
    static const struct pn_slice low = PN_SLICE_INIT("nf6hro93");

    TEST_ASSERT_EQUAL_HEX32(0, (uint32_t)pn_siphash(seed, PN_REVOKED_TASK, low));
    struct pn_revoked_mark of = pn_revoked_mark_of(&set, PN_REVOKED_TASK, low);
    TEST_ASSERT_NOT_EQUAL(0, of.low);
    TEST_ASSERT_NOT_EQUAL(0, of.high);
    pn_revoked_add(&set, of);
    TEST_ASSERT_TRUE(pn_revoked_has(&set, of));
    pn_revoked_remove(&set, of);
    TEST_ASSERT_FALSE(pn_revoked_has(&set, of));
}

static void test_any_order(void)
{
    bool there[NAMES] = { false };
    uint32_t dice = 1;

    for (int step = 0; step < 200000; step++) {
        dice = dice * 1664525u + 1013904223u;
        unsigned i = (dice >> 8) % NAMES;
        if (there[i]) pn_revoked_remove(&set, mark(i));
        else pn_revoked_add(&set, mark(i));
        there[i] = !there[i];
        if (step % 97 > 0) continue;
        for (unsigned k = 0; k < NAMES; k++) {
            TEST_ASSERT_EQUAL(there[k], pn_revoked_has(&set, mark(k)));
        }
    }
    for (unsigned k = 0; k < NAMES; k++) {
        if (there[k]) pn_revoked_remove(&set, mark(k));
    }
    TEST_ASSERT_EQUAL_UINT32(0, set.count);
    /* Nothing is left behind that would make searches long. */
    TEST_ASSERT_EACH_EQUAL_HEX8(0, places, sizeof places);
}

/* Marks that want the same place, and its neighbour at the table's end. */
static void test_crowded_places(void)
{
    struct pn_revoked_mark m[NAMES];

    for (uint32_t i = 0; i < NAMES; i++) {
        m[i] = (struct pn_revoked_mark){ i + 1, i % 2 == 0 ? PLACES - 1 : 0 };
        pn_revoked_add(&set, m[i]);
    }
    for (uint32_t i = 0; i < NAMES; i += 3) pn_revoked_remove(&set, m[i]);
    for (uint32_t i = 0; i < NAMES; i++) {
        TEST_ASSERT_EQUAL(i % 3 != 0, pn_revoked_has(&set, m[i]));
    }
    for (uint32_t i = 0; i < NAMES; i += 3) pn_revoked_add(&set, m[i]);
    for (uint32_t i = 0; i < NAMES; i++) TEST_ASSERT_TRUE(pn_revoked_has(&set, m[i]));
}

/* While one thread adds and removes others, a name that stays is found by every look. */
static _Atomic uint32_t over;

static void *churn(void *context)
{
    (void)context;
    for (int step = 0; step < 100000; step++) {
        for (unsigned i = 1; i < 5; i++) pn_revoked_add(&set, mark(i));
        for (unsigned i = 1; i < 5; i++) pn_revoked_remove(&set, mark(i));
    }
    atomic_store(&over, 1);
    return NULL;
}

static void test_looking_while_it_changes(void)
{
    struct pn_revoked_mark stays = mark(0), absent = mark(NAMES);
    pthread_t thread;
    uint32_t missed = 0, wrong = 0;

    pn_revoked_add(&set, stays);
    TEST_ASSERT_EQUAL(0, pthread_create(&thread, NULL, churn, NULL));
    while (!atomic_load(&over)) {
        if (!pn_revoked_has(&set, stays)) missed++;
        if (pn_revoked_has(&set, absent)) wrong++;
    }
    pthread_join(thread, NULL);
    TEST_ASSERT_EQUAL_UINT32(0, missed);
    TEST_ASSERT_EQUAL_UINT32(0, wrong);
}

static void test_the_names_of_kinds(void)
{
    for (int k = PN_REVOKED_TASK; k < PN_REVOKED_KINDS; k++) {
        TEST_ASSERT_EQUAL(k, pn_revoked_kind_of(pn_revoked_kind_name((enum pn_revoked_kind)k)));
    }
    TEST_ASSERT_EQUAL(PN_REVOKED_NOTHING, pn_revoked_kind_of(PN_SLICE("tasks")));
    TEST_ASSERT_EQUAL(PN_REVOKED_NOTHING, pn_revoked_kind_of(PN_SLICE("")));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_hash);
    RUN_TEST(test_a_name_and_its_kind);
    RUN_TEST(test_no_half_is_nothing);
    RUN_TEST(test_any_order);
    RUN_TEST(test_crowded_places);
    RUN_TEST(test_looking_while_it_changes);
    RUN_TEST(test_the_names_of_kinds);
    return UNITY_END();
}
