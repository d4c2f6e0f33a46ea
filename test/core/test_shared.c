/* A policy that is pinned is never filled anew, whoever swaps meanwhile.
 * label: tsan unit
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/shared.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "unity.h"

enum { READERS = 3, SWAPS = 20000 };

static struct pn_shared *shared;
static _Atomic uint32_t stop, torn, looked;

void setUp(void)
{
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
}

void tearDown(void)
{
    free(shared);
}

static uint32_t install(uint64_t sequence)
{
    uint32_t place = pn_shared_free(shared);

    if (place == PN_GENERATION_NONE) return place;
    shared->generations[place].sequence = sequence;
    shared->generations[place].expires_unix = (int64_t)sequence;
    pn_shared_publish(shared, place);
    return place;
}

static void test_without_a_policy_nothing_is_pinned(void)
{
    TEST_ASSERT_EQUAL_UINT32(PN_GENERATION_NONE, pn_shared_pin(shared, 0));
    uint32_t place = install(1);
    TEST_ASSERT_EQUAL_UINT32(place, pn_shared_pin(shared, 0));
    pn_shared_publish(shared, PN_GENERATION_NONE);
    TEST_ASSERT_EQUAL_UINT32(PN_GENERATION_NONE, pn_shared_pin(shared, 0));
    pn_shared_unpin(shared, 0, place);
}

static void test_pinned_places_are_not_free(void)
{
    uint32_t held[PN_POLICY_GENERATIONS];

    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) {
        TEST_ASSERT_NOT_EQUAL(PN_GENERATION_NONE, install((uint64_t)i));
        held[i] = pn_shared_pin(shared, (uint32_t)i * 7);
        TEST_ASSERT_NOT_EQUAL(PN_GENERATION_NONE, held[i]);
    }
    TEST_ASSERT_EQUAL_UINT32(PN_GENERATION_NONE, pn_shared_free(shared));
    TEST_ASSERT_EQUAL_UINT32(held[3], pn_shared_pin(shared, 1)); /* the newest, twice */
    pn_shared_unpin(shared, 7, held[1]);
    TEST_ASSERT_EQUAL_UINT32(held[1], pn_shared_free(shared));
    pn_shared_unpin(shared, 21, held[3]);
    pn_shared_publish(shared, held[1]);
    TEST_ASSERT_EQUAL_UINT32(PN_GENERATION_NONE, pn_shared_free(shared));
    pn_shared_unpin(shared, 1, held[3]);
    TEST_ASSERT_EQUAL_UINT32(held[3], pn_shared_free(shared));
}

static void *read_on(void *argument)
{
    uint32_t worker = (uint32_t)(uintptr_t)argument;

    while (!atomic_load(&stop)) {
        uint32_t g = pn_shared_pin(shared, worker);
        const struct pn_active *a = &shared->generations[g];
        uint64_t sequence = a->sequence;
        if (a->expires_unix != (int64_t)sequence || a->sequence != sequence)
            atomic_fetch_add(&torn, 1);
        pn_shared_unpin(shared, worker, g);
        atomic_fetch_add(&looked, 1);
    }
    return NULL;
}

static void test_who_has_pinned_sees_one_policy(void)
{
    pthread_t reader[READERS];

    install(1);
    for (uintptr_t i = 0; i < READERS; i++) pthread_create(&reader[i], NULL, read_on, (void *)i);
    while (atomic_load(&looked) == 0) {
    }
    for (uint64_t i = 2; i < SWAPS; i++) {
        while (install(i) == PN_GENERATION_NONE) sched_yield(); /* readers hold them all */
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < READERS; i++) pthread_join(reader[i], NULL);
    TEST_ASSERT_EQUAL_UINT32(0, torn);
    for (uint32_t g = 0; g < PN_POLICY_GENERATIONS; g++) {
        for (uint32_t w = 0; w < READERS; w++) {
            TEST_ASSERT_EQUAL_UINT32(0, atomic_load(&shared->pins[g][w]));
        }
    }
}

struct expiry_row {
    int64_t expires, grace_until, now;
    uint8_t on_expiry;
    enum pn_reason reason;
};

static const struct expiry_row expiries[] = {
    { 0, 0, 1000, PN_EXPIRY_DENY, PN_REASON_NONE },
    { 100, 100, 99, PN_EXPIRY_DENY, PN_REASON_NONE },
    { 100, 100, 100, PN_EXPIRY_DENY, PN_REASON_POLICY_EXPIRED },
    { 100, 200, 150, PN_EXPIRY_DENY, PN_REASON_POLICY_EXPIRED },
    { 100, 200, 199, PN_EXPIRY_KEEP, PN_REASON_NONE },
    { 100, 200, 200, PN_EXPIRY_KEEP, PN_REASON_POLICY_EXPIRED },
};

static void test_expiry(void)
{
    for (size_t i = 0; i < sizeof expiries / sizeof expiries[0]; i++) {
        const struct expiry_row *row = &expiries[i];
        struct pn_active *a = &shared->generations[0];

        a->expires_unix = row->expires;
        a->grace_until_unix = row->grace_until;
        a->on_expiry = row->on_expiry;
        TEST_ASSERT_EQUAL(row->reason, pn_active_usable(a, row->now));
    }
}

/* A clock that was set back does not count; one that is not set neither. */
static void test_what_has_passed_stays_passed(void)
{
    TEST_ASSERT_EQUAL_INT64(7, pn_shared_now(shared, 7));
    atomic_store(&shared->passed_s, 100);
    TEST_ASSERT_EQUAL_INT64(100, pn_shared_now(shared, 99));
    TEST_ASSERT_EQUAL_INT64(100, pn_shared_now(shared, -1));
    TEST_ASSERT_EQUAL_INT64(101, pn_shared_now(shared, 101));
    atomic_store(&shared->passed_s, UINT32_MAX);
    TEST_ASSERT_EQUAL_INT64(UINT32_MAX, pn_shared_now(shared, 101));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_without_a_policy_nothing_is_pinned);
    RUN_TEST(test_pinned_places_are_not_free);
    RUN_TEST(test_who_has_pinned_sees_one_policy);
    RUN_TEST(test_expiry);
    RUN_TEST(test_what_has_passed_stays_passed);
    return UNITY_END();
}
