/* label: unit slow */
/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyring_power.c - power goes at every step while key sets come in and epochs rise.
 *
 * The invariant, after any schedule: a start believes the old key set or the new one, whole, and
 * never a key that neither has; the version and the epoch that are held never fall; what was
 * reported as installed is there; and handing it over again works. */
/* links: sim */
/* remembers: signatures */
#include "core/seal/keyring.h"

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/key_sets.h"
#include "unity.h"

enum { SETS = 5 };

static struct port_store store;
static struct pn_slots slots;
static struct pn_keyring ring;
static struct key_set sets[SETS];    /* version i + 1; signed once. Roots change with 2 and 4 */
static struct sealed policies[SETS]; /* sequence and epoch i + 1 */
static uint8_t memory[PN_KEYRING_MEMORY_BYTES(SIM_SLOT_BYTES)], blob[SIM_SLOT_BYTES];

void setUp(void)
{
}

void tearDown(void)
{
    TEST_ASSERT_EQUAL(0, store.reprogrammed);
}

static enum pn_seal_refusal start(void)
{
    struct pn_writer w = pn_writer(memory, sizeof memory);
    enum pn_seal_refusal refusal = pn_slots_open(&slots, &store);

    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    return pn_keyring_open(&ring, &slots, key_sets_provisioned(), &w);
}

static void restart(void)
{
    sim_store_boot(&store);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
    TEST_ASSERT_FALSE(ring.lost);
}

static enum pn_seal_refusal install(uint32_t version)
{
    struct pn_writer w = pn_writer(memory, sizeof memory);
    bool held;

    return pn_keyring_install(&ring, &slots, key_set_slice(&sets[version - 1]), SEALED_NOW_S, &w,
                              &held);
}

static struct pn_seal_expect expectation(void)
{
    struct pn_seal_expect expect = sealed_expect();

    expect.keys = &ring.keys;
    return expect;
}

static enum pn_seal_refusal install_policy(uint32_t epoch)
{
    struct pn_slice bytes = pn_slice(policies[epoch - 1].bytes, policies[epoch - 1].len);
    struct pn_seal_expect expect = expectation();
    struct pn_seal seal;
    enum pn_seal_refusal refusal = pn_slots_check(&slots, &expect, bytes, &seal);

    return refusal == PN_SEAL_ACCEPTED ? pn_slots_commit(&slots, &seal) : refusal;
}

/* The epoch of the policy that a start would serve; 0: none. */
static uint32_t serve_policy(void)
{
    struct pn_seal_expect expect = expectation();
    struct pn_slots_loaded loaded = { .memory = pn_writer(blob, sizeof blob) };

    if (pn_slots_load(&slots, &expect, PN_SLOTS_NEWEST, &loaded) != PN_SEAL_ACCEPTED &&
        pn_slots_load(&slots, &expect, PN_SLOTS_OTHER, &loaded) != PN_SEAL_ACCEPTED) {
        return 0;
    }
    (void)pn_slots_adopt(&slots, &loaded);
    return loaded.seal.manifest.epoch;
}

/* Key sets and policies 1 to `count`, and `times` more records. */
static void prepare(uint32_t count, int times, bool lose_unsynced)
{
    sim_store_init(&store);
    store.lose_unsynced = lose_unsynced;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
    for (uint32_t i = 1; i <= count; i++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(i));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(i));
    }
    for (int i = 1; i <= times; i++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_note_time(&slots, (uint64_t)i * 3600));
    }
    restart();
    if (count > 0) TEST_ASSERT_EQUAL(count, serve_policy());
}

static void expect_old_or_new(uint32_t next, enum pn_seal_refusal reported)
{
    restart();
    TEST_ASSERT_TRUE(ring.keys.version == next || ring.keys.version == next - 1);
    if (reported == PN_SEAL_ACCEPTED) TEST_ASSERT_EQUAL(next, ring.keys.version);
    TEST_ASSERT_TRUE(slots.record.keyset_version == ring.keys.version);
    TEST_ASSERT_EQUAL(next - 1, serve_policy()); /* the policies are what they were */
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(next));
    restart();
    TEST_ASSERT_EQUAL(next, ring.keys.version);
}

static void test_a_cut_at_every_step_of_a_key_set(void)
{
    struct port_store before;

    for (uint32_t next = 1; next <= SETS; next++) {
        int steps;

        prepare(next - 1, (int)next % 4, next % 2 == 0);
        before = store;
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(next));
        steps = store.steps;
        TEST_ASSERT_TRUE(steps > 10);
        for (int cut = 0; cut < steps; cut++) {
            store = before;
            store.torn_bits += (uint32_t)cut * 2654435761u;
            TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
            store.cut_at = cut;
            expect_old_or_new(next, install(next));
        }
    }
}

static void test_a_second_cut_while_recovering(void)
{
    enum { NEXT = 2 };
    struct port_store before, between;
    int steps;

    prepare(NEXT - 1, 1, true);
    before = store;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(NEXT));
    steps = store.steps;
    for (int cut = 0; cut < steps; cut += 5) {
        store = before;
        start();
        store.cut_at = cut;
        (void)install(NEXT);
        sim_store_boot(&store);
        between = store;
        for (int second = cut % 5; second < steps; second += 5) {
            store = between;
            store.cut_at = second;
            if (start() == PN_SEAL_ACCEPTED) (void)install(NEXT);
            expect_old_or_new(NEXT, PN_SEAL_UNCHECKED);
        }
    }
}

static void test_bad_flash(void)
{
    struct port_store before;
    int steps;

    prepare(1, 2, false);
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

/* A policy of a raised epoch comes in. The epoch that is held is the old or the new one, and once
 * it is the new one nothing of the old one is served, also when the new policy is lost. */
static void test_a_cut_at_every_step_of_a_raised_epoch(void)
{
    struct port_store before;

    for (uint32_t next = 2; next <= 3; next++) {
        int steps;

        prepare(next - 1, (int)next % 4, next % 2 == 0);
        before = store;
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(next));
        steps = store.steps;
        for (int cut = 0; cut < steps; cut++) {
            enum pn_seal_refusal reported;
            uint32_t held;

            store = before;
            store.torn_bits += (uint32_t)cut * 2654435761u;
            TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
            (void)serve_policy();
            store.cut_at = cut;
            reported = install_policy(next);
            restart();
            held = slots.record.held.epoch;
            TEST_ASSERT_TRUE(held == next || (held == next - 1 && reported != PN_SEAL_ACCEPTED));
            TEST_ASSERT_EQUAL(held, serve_policy());
            TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(next));
            restart();
            TEST_ASSERT_EQUAL(next, serve_policy());
            TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, install_policy(next - 1));
            store.bytes[slots.live][200] ^= 1; /* now lose it */
            restart();
            TEST_ASSERT_EQUAL(0, serve_policy());
            TEST_ASSERT_EQUAL(next, slots.record.held.epoch);
        }
    }
}

static void make_sets(void)
{
    static const char *const signers[SETS] = { "01", "12", "23", "23", "34" };
    struct pn_keyset_wish wish = key_sets_wish(1);

    for (uint32_t i = 0; i < SETS; i++) {
        wish.keys.version = i + 1;
        if (i == 1 || i == 3) { /* root 0 gives way to 3, then 1 to 4 */
            key_sets_remove(&wish, key_sets_root(i == 1 ? 0 : 1));
            key_sets_add(&wish, key_sets_root(i == 1 ? 3 : 4), PN_KEY_ROOT);
        }
        key_set_make(&sets[i], &wish, signers[i]);
    }
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */
    struct pn_seal_wish wish = sealed_wish();

    sealed_crypto_init();
    make_sets();
    for (uint32_t i = 0; i < SETS; i++) {
        wish.sequence = wish.epoch = i + 1;
        sealed_make(&policies[i], &wish, PN_SLICE("a body of some length, for more than a unit"));
    }
    UNITY_BEGIN();
    RUN_TEST(test_a_cut_at_every_step_of_a_key_set);
    RUN_TEST(test_a_second_cut_while_recovering);
    RUN_TEST(test_bad_flash);
    RUN_TEST(test_a_cut_at_every_step_of_a_raised_epoch);
    sim_shut(sim);
    return UNITY_END();
}
