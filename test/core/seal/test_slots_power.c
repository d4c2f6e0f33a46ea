/* label: unit slow */
/* SPDX-License-Identifier: Apache-2.0 */
/* test_slots_power.c - power goes at every erase, every programmed unit and every sync.
 *
 * The invariant, after any schedule: what a start finds is the old policy or the new one, whole;
 * what was reported as installed is there; the sequence that is held never falls; and the next
 * installation works. */
/* links: sim */
/* remembers: signatures */
#include "core/seal/slots.h"

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/sealed.h"
#include "unity.h"

enum { POLICIES = 24, FIRST = 10 };

static struct port_store store;
static struct pn_slots slots;
static struct pn_seal_expect expect;
static struct sealed policies[POLICIES]; /* policy i has sequence FIRST + i; signed once */
static uint8_t memory[SIM_SLOT_BYTES];
static struct pn_slots_loaded loaded;
static bool lose_unsynced;

void setUp(void)
{
    sim_store_init(&store);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
}

void tearDown(void)
{
    TEST_ASSERT_EQUAL(0, store.reprogrammed);
}

static enum pn_seal_refusal install(int policy)
{
    struct pn_slice blob = pn_slice(policies[policy].bytes, policies[policy].len);
    struct pn_seal seal;
    enum pn_seal_refusal refusal = pn_slots_check(&slots, &expect, blob, &seal);

    return refusal == PN_SEAL_ACCEPTED ? pn_slots_commit(&slots, &seal) : refusal;
}

static bool load(enum pn_slots_choice choice)
{
    loaded.memory = pn_writer(memory, sizeof memory);
    return pn_slots_load(&slots, &expect, choice, &loaded) == PN_SEAL_ACCEPTED;
}

/* Start again; returns the policy that is found, or -1. Power may be cut on the way, then -2. */
static int start(void)
{
    if (pn_slots_open(&slots, &store) != PN_SEAL_ACCEPTED) return -2;
    if (!load(PN_SLOTS_NEWEST) && !load(PN_SLOTS_OTHER)) return store.down ? -2 : -1;
    (void)pn_slots_adopt(&slots, &loaded);
    return store.down ? -2 : (int)(loaded.seal.manifest.sequence - FIRST);
}

static int restart(void)
{
    sim_store_boot(&store);
    return start();
}

/* Install policies 0 to `count` - 1 and write `times` more records, so that every state of the log
 * is met: a sector has room for four. */
static void prepare(int count, int times)
{
    sim_store_init(&store);
    store.lose_unsynced = lose_unsynced;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
    for (int i = 0; i < count; i++) TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(i));
    for (int i = 1; i <= times; i++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_note_time(&slots, (uint64_t)i * 3600));
    }
    TEST_ASSERT_EQUAL(count - 1, restart());
}

/* After a cut while `next` came in over `next - 1`. */
static void expect_old_or_new(int next, enum pn_seal_refusal reported)
{
    int found = restart();

    TEST_ASSERT_TRUE(found == next || (found == next - 1 && next > 0) ||
                     (found == -1 && next == 0));
    if (reported == PN_SEAL_ACCEPTED) TEST_ASSERT_EQUAL(next, found);
    if (found >= 0) {
        TEST_ASSERT_EQUAL_MEMORY(policies[found].bytes, loaded.memory.at, policies[found].len);
        TEST_ASSERT_TRUE(slots.record.held.sequence >= (uint64_t)(FIRST + found));
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(next));
    TEST_ASSERT_EQUAL(next, restart());
}

static void cut_everywhere(int count, int times)
{
    struct port_store before;
    int steps = 0;

    prepare(count, times);
    before = store;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(count));
    steps = store.steps;
    TEST_ASSERT_TRUE(steps > 10);
    for (int cut = 0; cut < steps; cut++) {
        enum pn_seal_refusal reported;

        store = before;
        store.torn_bits += (uint32_t)cut * 2654435761u;
        TEST_ASSERT_EQUAL(count - 1, start());
        store.cut_at = cut;
        reported = install(count);
        expect_old_or_new(count, reported);
    }
}

static void test_a_cut_at_every_step(void)
{
    for (int times = 0; times < 8; times++) {
        lose_unsynced = times % 2 == 0;
        cut_everywhere(times % 3, times);
    }
    lose_unsynced = false;
}

/* The last writes before the cut, any of which may have arrived without the others. */
static void test_writes_may_survive_out_of_order(void)
{
    struct port_store before;
    int steps;

    lose_unsynced = true;
    prepare(2, 0);
    before = store;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2));
    steps = store.steps;
    for (uint32_t dice = 0; dice < 200; dice++) {
        store = before;
        store.torn_bits = dice * 2654435761u;
        start();
        store.cut_at = steps - 1; /* the sync of the log */
        TEST_ASSERT_EQUAL(PN_SEAL_STORE, install(2));
        TEST_ASSERT_TRUE(restart() >= 1);
    }
    lose_unsynced = false;
}

/* The cut, and another one at every step of what comes after it. */
static void test_a_second_cut_while_recovering(void)
{
    enum { COUNT = 2 };
    struct port_store before, between;
    int steps;

    for (int times = 0; times < 3; times += 2) { /* within a sector; into the next */
        prepare(COUNT, times);
        before = store;
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(COUNT));
        steps = store.steps;
        for (int cut = 0; cut < steps; cut++) {
            store = before;
            start();
            store.cut_at = cut;
            (void)install(COUNT);
            sim_store_boot(&store);
            between = store;
            for (int second = cut % 9; second < steps; second += 9) {
                int found;

                store = between;
                store.cut_at = second;
                found = start();
                if (found != -2) (void)install(COUNT);
                expect_old_or_new(COUNT, PN_SEAL_UNCHECKED);
            }
        }
    }
}

/* A unit that fails, and one that takes a wrong bit and says nothing. */
static void test_bad_flash(void)
{
    struct port_store before;
    int steps;

    for (int times = 0; times < 5; times += 2) {
        prepare(2, times);
        before = store;
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2));
        steps = store.steps;
        for (int step = 0; step < steps; step++) {
            for (int silent = 0; silent < 2; silent++) {
                store = before;
                start();
                *(silent ? &store.corrupt_program_at : &store.fail_program_at) = step;
                expect_old_or_new(2, install(2));
            }
        }
    }
}

static uint32_t seed = 1;

static unsigned dice(unsigned sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % sides;
}

/* Years of use in one go: installations, times, cuts and faults in any order. */
static void test_any_schedule(void)
{
    for (int life = 0; life < 12; life++) {
        int newest = -1; /* the newest that may be there */
        int sure = -1;   /* what was reported as installed */
        uint64_t floor_s = 0;

        setUp();
        lose_unsynced = store.lose_unsynced = dice(2) == 1;
        for (int event = 0; event < 60 && newest < POLICIES - 1; event++) {
            int found;

            if (dice(3) == 0) store.cut_at = store.steps + (int)dice(40);
            if (dice(8) == 0) store.fail_program_at = store.steps + (int)dice(40);
            if (dice(8) == 0) store.corrupt_program_at = store.steps + (int)dice(40);
            if (dice(2) == 0) {
                newest = newest > sure ? newest : sure + 1;
                if (install(newest) == PN_SEAL_ACCEPTED) sure = newest;
            } else if (pn_slots_note_time(&slots, floor_s + 3600) == PN_SEAL_ACCEPTED) {
                floor_s = slots.record.time_floor_s;
            }
            if (dice(2) == 0 && !store.down) continue;
            found = restart();
            TEST_ASSERT_TRUE(found >= sure && found <= newest);
            TEST_ASSERT_TRUE(sure < 0 || slots.record.held.sequence >= (uint64_t)(FIRST + sure));
            TEST_ASSERT_TRUE(slots.record.time_floor_s >= floor_s);
            if (sure > 0) TEST_ASSERT_NOT_EQUAL(PN_SEAL_ACCEPTED, install(sure - 1));
            sure = found;
        }
        tearDown();
    }
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */
    static const uint8_t body[150] = { 1, 2, 3 };
    struct pn_seal_wish wish = sealed_wish();

    wish.flags = PN_MANIFEST_NO_FALLBACK; /* so that nothing here leans on falling back */
    sealed_crypto_init();
    expect = sealed_expect();
    for (int i = 0; i < POLICIES; i++) {
        wish.sequence = (uint64_t)(FIRST + i);
        sealed_make(&policies[i], &wish, pn_slice(body, sizeof body - (size_t)i));
    }
    UNITY_BEGIN();
    RUN_TEST(test_a_cut_at_every_step);
    RUN_TEST(test_writes_may_survive_out_of_order);
    RUN_TEST(test_a_second_cut_while_recovering);
    RUN_TEST(test_bad_flash);
    RUN_TEST(test_any_schedule);
    sim_shut(sim);
    return UNITY_END();
}
