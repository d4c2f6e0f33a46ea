/* Power goes at every erase, every programmed unit and every sync while something is revoked or
 * lifted.
 *
 * The invariant, after any schedule: what a start finds is the list before or the one after, whole;
 * what was reported as kept is there, and a lift that was reported as failed is not; and the next
 * change works. The log of slots.h is filled on the
 * way, so that each state of it is met.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core/revocation/revocation.h"
#include "platforms/sim/sim_store.h"
#include "unity.h"

enum { MAX = 6 };

static struct port_store store;
static struct pn_slots slots;
static struct pn_revoked_set set;
static struct pn_revoked_place places[16];
static struct pn_revocations list;
static uint8_t records[MAX * PN_REVOCATION_BYTES];
static const uint8_t seed[16] = { 1 };
static bool lose_unsynced;

void setUp(void)
{
}

void tearDown(void)
{
    TEST_ASSERT_EQUAL(0, store.reprogrammed);
}

/* False also when power goes meanwhile, which reading does not make it do. */
static bool start(void)
{
    memset(&set, 0, sizeof set);
    memset(places, 0, sizeof places);
    pn_revoked_set_init(&set, places, MAX, seed);
    list = (struct pn_revocations){ .records = records, .max = MAX };
    return pn_slots_open(&slots, &store) == PN_SEAL_ACCEPTED &&
           pn_revocations_open(&list, &slots, &set);
}

static bool has(int task)
{
    char name[16];
    int len = snprintf(name, sizeof name, "T-%d", task);

    return pn_revoked_has(&set,
                          pn_revoked_mark_of(&set, PN_REVOKED_TASK, pn_slice(name, (size_t)len)));
}

static bool revoke(int task)
{
    char name[16];
    int len = snprintf(name, sizeof name, "T-%d", task);
    struct pn_revocation e = { .kind = PN_REVOKED_TASK,
                               .name = pn_slice(name, (size_t)len),
                               .reason = PN_SLICE("r"),
                               .by = PN_SLICE("b") };

    return pn_revocations_add(&list, &e, 0) == PN_REVOCATION_KEPT;
}

static bool lift(int task)
{
    for (uint32_t i = 0; i < list.count; i++) {
        struct pn_revocation e = pn_revocations_at(&list, i);
        if (e.name.at[2] == '0' + task)
            return pn_revocations_lift(&list, e.id) == PN_REVOCATION_KEPT;
    }
    return true;
}

static void prepare(int tasks)
{
    sim_store_init(&store);
    store.lose_unsynced = lose_unsynced;
    TEST_ASSERT_TRUE(start());
    for (int i = 0; i < tasks; i++) TEST_ASSERT_TRUE(revoke(i));
    sim_store_boot(&store);
    TEST_ASSERT_TRUE(start());
}

static void expect_tasks(int tasks)
{
    for (int i = 0; i < tasks; i++) TEST_ASSERT_TRUE(has(i));
}

static void cut_a_revocation(int tasks)
{
    prepare(tasks);
    struct port_store before = store;
    TEST_ASSERT_TRUE(revoke(tasks));
    int steps = store.steps;
    TEST_ASSERT_TRUE(steps > 10);
    for (int cut = 0; cut < steps; cut++) {
        store = before;
        store.torn_bits += (uint32_t)cut * 2654435761u;
        TEST_ASSERT_TRUE(start());
        store.cut_at = cut;
        bool reported = revoke(tasks);
        TEST_ASSERT_TRUE(has(tasks)); /* in force as long as the process runs */
        sim_store_boot(&store);
        TEST_ASSERT_TRUE(start());
        expect_tasks(tasks);
        TEST_ASSERT_TRUE(!reported || has(tasks));
        TEST_ASSERT_TRUE(revoke(tasks));
        sim_store_boot(&store);
        TEST_ASSERT_TRUE(start());
        expect_tasks(tasks + 1);
    }
}

static void cut_a_lift(int tasks)
{
    prepare(tasks);
    struct port_store before = store;
    TEST_ASSERT_TRUE(lift(0));
    int steps = store.steps;
    for (int cut = 0; cut < steps; cut++) {
        store = before;
        store.torn_bits += (uint32_t)cut * 2654435761u;
        TEST_ASSERT_TRUE(start());
        store.cut_at = cut;
        bool reported = lift(0);
        TEST_ASSERT_EQUAL(!reported, has(0));
        sim_store_boot(&store);
        TEST_ASSERT_TRUE(start());
        TEST_ASSERT_TRUE(!reported || !has(0));
        for (int i = 1; i < tasks; i++) TEST_ASSERT_TRUE(has(i));
        TEST_ASSERT_TRUE(lift(0));
        TEST_ASSERT_FALSE(has(0));
    }
}

static void test_a_cut_at_every_step(void)
{
    for (int lose = 0; lose < 2; lose++) {
        lose_unsynced = lose == 1;
        for (int tasks = 0; tasks < MAX; tasks++) cut_a_revocation(tasks);
        for (int tasks = 1; tasks < MAX; tasks++) cut_a_lift(tasks);
    }
    lose_unsynced = false;
}

/* The cut, and another one at every step of the repetition. */
static void test_a_second_cut(void)
{
    prepare(3);
    struct port_store before = store;
    TEST_ASSERT_TRUE(revoke(3));
    int steps = store.steps;
    for (int cut = 0; cut < steps; cut++) {
        store = before;
        TEST_ASSERT_TRUE(start());
        store.cut_at = cut;
        (void)revoke(3);
        sim_store_boot(&store);
        struct port_store between = store;
        for (int second = cut % 5; second < steps; second += 5) {
            store = between;
            TEST_ASSERT_TRUE(start());
            store.cut_at = second;
            bool reported = revoke(3);
            sim_store_boot(&store);
            TEST_ASSERT_TRUE(start());
            expect_tasks(3);
            TEST_ASSERT_TRUE(!reported || has(3));
        }
    }
}

/* A unit that fails, and one that takes a wrong bit and says nothing. */
static void test_bad_flash(void)
{
    prepare(2);
    struct port_store before = store;
    TEST_ASSERT_TRUE(revoke(2));
    int steps = store.steps;
    for (int step = 0; step < steps; step++) {
        for (int silent = 0; silent < 2; silent++) {
            store = before;
            TEST_ASSERT_TRUE(start());
            *(silent ? &store.corrupt_program_at : &store.fail_program_at) = step;
            bool reported = revoke(2);
            if (!reported) TEST_ASSERT_TRUE(pn_revocations_keep(&list));
            sim_store_boot(&store);
            TEST_ASSERT_TRUE(start());
            expect_tasks(3);
        }
    }
}

/* Power goes after the answer: what is found is what was answered. */
static void agrees(bool lifted)
{
    TEST_ASSERT_FALSE(store.down);
    store.down = true;
    sim_store_boot(&store);
    TEST_ASSERT_TRUE(start());
    TEST_ASSERT_EQUAL(!lifted, has(0));
    TEST_ASSERT_TRUE(has(1));
    TEST_ASSERT_TRUE(lift(0));
    sim_store_boot(&store);
    TEST_ASSERT_TRUE(start());
    TEST_ASSERT_FALSE(has(0));
}

enum fault { FAILS, DENIES, DENIES_FROM_THERE };

static void arm(enum fault fault, int step)
{
    if (fault == FAILS) {
        store.fail_program_at = step;
        return;
    }
    store.deny_from = step;
    store.deny_until = fault == DENIES_FROM_THERE ? 1000 : step + 1;
}

/* A store that fails at any one step, or says that it failed and did it, or says so from there on. */
static void fail_a_lift(enum fault fault)
{
    prepare(3);
    struct port_store before = store;
    TEST_ASSERT_TRUE(lift(0));
    int steps = store.steps, refused = 0;
    for (int step = 0; step < steps; step++) {
        store = before;
        TEST_ASSERT_TRUE(start());
        arm(fault, step);
        bool lifted = lift(0);
        TEST_ASSERT_EQUAL(!lifted, has(0));
        refused += !lifted;
        agrees(lifted);
    }
    TEST_ASSERT_TRUE(refused > 10);
    TEST_ASSERT_TRUE(refused < steps);
}

static void test_a_lift_that_fails_is_not_done(void)
{
    for (int lose = 0; lose < 2; lose++) {
        lose_unsynced = lose == 1;
        fail_a_lift(FAILS);
        fail_a_lift(DENIES);
    }
    lose_unsynced = false;
    fail_a_lift(DENIES_FROM_THERE);
}

/* The log takes nothing: the list is whole, so the lift is done, and the log follows. */
static void test_a_lift_that_is_not_logged(void)
{
    prepare(3);
    int steps = store.steps;
    struct port_store before = store;
    TEST_ASSERT_TRUE(lift(0));
    steps = store.steps - steps;
    store = before;
    TEST_ASSERT_TRUE(start());
    store.deny_from = steps - 5; /* four units and a sync */
    store.deny_until = 1000;
    TEST_ASSERT_TRUE(lift(0));
    TEST_ASSERT_TRUE(list.unkept);
    store.deny_until = SIM_NEVER;
    TEST_ASSERT_TRUE(pn_revocations_keep(&list));
    agrees(true);
}

/* The failure, and a cut while it is made undone: the list is whole, whichever it is. */
static void test_a_cut_after_a_failed_lift(void)
{
    prepare(3);
    struct port_store before = store;
    TEST_ASSERT_TRUE(lift(0));
    int steps = store.steps;
    for (int step = 0; step < steps; step++) {
        for (int cut = step + 1; cut < step + 6; cut++) {
            store = before;
            TEST_ASSERT_TRUE(start());
            arm(DENIES, step);
            store.cut_at = cut;
            bool lifted = lift(0);
            if (!store.down) {
                agrees(lifted);
                continue;
            }
            sim_store_boot(&store);
            TEST_ASSERT_TRUE(start());
            TEST_ASSERT_TRUE(has(1));
            TEST_ASSERT_TRUE(has(2));
        }
    }
}

static uint32_t dice_state = 7;

static unsigned dice(unsigned sides)
{
    dice_state = dice_state * 1664525u + 1013904223u;
    return (dice_state >> 8) % sides;
}

/* Years of use in one go; the log takes times between as it does. */
static void test_any_schedule(void)
{
    for (int life = 0; life < 60; life++) {
        bool sure_in[MAX] = { false }, sure_out[MAX];

        for (int i = 0; i < MAX; i++) sure_out[i] = true;
        sim_store_init(&store);
        lose_unsynced = store.lose_unsynced = dice(2) == 1;
        TEST_ASSERT_TRUE(start());
        for (int event = 0; event < 60; event++) {
            int task = (int)dice(MAX);

            if (dice(3) == 0) store.cut_at = store.steps + (int)dice(60);
            if (dice(8) == 0) store.fail_program_at = store.steps + (int)dice(60);
            if (dice(8) == 0) store.corrupt_program_at = store.steps + (int)dice(60);
            if (dice(3) == 0) (void)pn_slots_note_time(&slots, slots.record.time_floor_s + 3600);
            bool in = dice(2) == 0;
            bool done = in ? revoke(task) : lift(task);
            sure_in[task] = in && done;
            sure_out[task] = !in && done && !has(task);
            if (dice(2) == 0 && !store.down) continue;
            sim_store_boot(&store);
            TEST_ASSERT_TRUE(start());
            for (int i = 0; i < MAX; i++) {
                TEST_ASSERT_TRUE(!sure_in[i] || has(i));
                TEST_ASSERT_TRUE(!sure_out[i] || !has(i));
                sure_in[i] = has(i);
                sure_out[i] = !has(i);
            }
        }
        tearDown();
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_cut_at_every_step);
    RUN_TEST(test_a_second_cut);
    RUN_TEST(test_bad_flash);
    RUN_TEST(test_a_lift_that_fails_is_not_done);
    RUN_TEST(test_a_lift_that_is_not_logged);
    RUN_TEST(test_a_cut_after_a_failed_lift);
    RUN_TEST(test_any_schedule);
    return UNITY_END();
}
