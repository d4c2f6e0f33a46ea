/* SPDX-License-Identifier: Apache-2.0 */
/* remembers: signatures */
/* test_slots.c - a policy survives restarts, and nothing older comes back. */
/* links: sim */
#include "core/seal/slots.h"

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/sealed.h"
#include "unity.h"

static struct port_store store;
static struct pn_slots slots;
static struct pn_seal_expect expect;
static struct pn_seal_wish wish;
static struct sealed made;
static struct pn_seal seal;
static uint8_t memory[SIM_SLOT_BYTES];
static struct pn_slots_loaded loaded;

void setUp(void)
{
    sealed_crypto_init();
    sim_store_init(&store);
    expect = sealed_expect();
    wish = sealed_wish();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
}

void tearDown(void)
{
    TEST_ASSERT_EQUAL(0, store.reprogrammed);
}

static enum pn_seal_refusal install(uint64_t sequence)
{
    enum pn_seal_refusal refusal;

    wish.sequence = sequence;
    sealed_make(&made, &wish, PN_SLICE("a body that is longer than one unit of flash is"));
    refusal = pn_slots_check(&slots, &expect, pn_slice(made.bytes, made.len), &seal);
    return refusal == PN_SEAL_ACCEPTED ? pn_slots_commit(&slots, &seal) : refusal;
}

static enum pn_seal_refusal load(enum pn_slots_choice choice)
{
    loaded.memory = pn_writer(memory, sizeof memory);
    return pn_slots_load(&slots, &expect, choice, &loaded);
}

/* Start again and return the sequence of what is adopted, 0 for nothing. */
static uint64_t restart(void)
{
    sim_store_boot(&store);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
    if (load(PN_SLOTS_NEWEST) != PN_SEAL_ACCEPTED && load(PN_SLOTS_OTHER) != PN_SEAL_ACCEPTED) {
        return 0;
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_adopt(&slots, &loaded));
    return loaded.seal.manifest.sequence;
}

static void flip(enum port_store_area area, uint32_t at)
{
    store.bytes[area][at] ^= 0x04;
}

static void blank(enum port_store_area area)
{
    memset(store.bytes[area], 0xFF, SIM_SLOT_BYTES);
}

static void test_a_new_device_holds_nothing(void)
{
    TEST_ASSERT_EQUAL(0, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_EMPTY, load(PN_SLOTS_NEWEST));
    TEST_ASSERT_EQUAL(PN_SEAL_EMPTY, load(PN_SLOTS_OTHER));
}

static void test_what_was_installed_is_there_after_a_restart(void)
{
    for (uint64_t sequence = 7; sequence < 27; sequence++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(sequence));
        TEST_ASSERT_EQUAL_UINT64(sequence, restart());
        TEST_ASSERT_EQUAL_MEMORY(seal.identity, loaded.seal.identity, 32);
        TEST_ASSERT_TRUE(pn_slice_equal(
            loaded.seal.body, PN_SLICE("a body that is longer than one unit of flash is")));
    }
}

static void test_installing_again_writes_nothing(void)
{
    int steps;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    steps = store.steps;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_TRUE(seal.held);
    TEST_ASSERT_EQUAL(steps, store.steps);
    TEST_ASSERT_EQUAL_UINT64(7, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_TRUE(seal.held);
}

static void test_what_is_refused_writes_nothing(void)
{
    int steps;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    steps = store.steps;
    sealed_make(&made, &wish, PN_SLICE("x"));
    for (size_t bit = 0; bit < made.len * 8; bit += 29) {
        made.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_NOT_EQUAL(
            PN_SEAL_ACCEPTED,
            pn_slots_check(&slots, &expect, pn_slice(made.bytes, made.len), &seal));
        made.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(6));
    wish.tenant[0] = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_TENANT, install(8));
    TEST_ASSERT_EQUAL(steps, store.steps);
}

static void test_older_ones_stay_out_for_good(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(9));
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(8));
    TEST_ASSERT_EQUAL_UINT64(9, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(8));
    wish.expires_s++;
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_CONFLICT, install(9));
    wish.epoch--;
    TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, install(10));
}

/* The slots are gone, the log is not. */
static void test_the_log_alone_keeps_old_ones_out(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(9));
    blank(PORT_STORE_SLOT_A);
    blank(PORT_STORE_SLOT_B);
    TEST_ASSERT_EQUAL_UINT64(0, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(8));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(9)); /* the very one that was lost */
    TEST_ASSERT_FALSE(seal.held);
    TEST_ASSERT_EQUAL_UINT64(9, restart());
}

/* The log is gone, the slots are not. */
static void test_the_slots_alone_say_how_far_it_went(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(9));
    blank(PORT_STORE_LOG_A);
    blank(PORT_STORE_LOG_B);
    TEST_ASSERT_EQUAL_UINT64(9, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(8));
    blank(PORT_STORE_SLOT_A);
    blank(PORT_STORE_SLOT_B);
    TEST_ASSERT_EQUAL_UINT64(0, restart()); /* and the log was written anew */
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(8));
}

static void test_a_log_of_garbage_is_no_log(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(9));
    memset(store.bytes[PORT_STORE_LOG_A], 0x5A, SIM_LOG_BYTES);
    memset(store.bytes[PORT_STORE_LOG_B], 0, SIM_LOG_BYTES);
    TEST_ASSERT_EQUAL_UINT64(9, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(10));
    TEST_ASSERT_EQUAL_UINT64(10, restart());
}

/* A byte of the slot in use that changed between starts. */
static void test_a_damaged_slot_falls_back(void)
{
    struct port_store kept;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    kept = store;
    for (uint32_t at = 0; at < PN_SLOT_OVERHEAD_BYTES + made.len; at += 13) {
        store = kept;
        flip(PORT_STORE_SLOT_A, at);
        TEST_ASSERT_EQUAL_UINT64(7, restart());
        TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(7)); /* still not to be had again */
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
        TEST_ASSERT_EQUAL_UINT64(8, restart());
    }
}

/* Both slots of one byte throughout, with a log and without: nothing is read from them. */
static void test_blank_slots(void)
{
    static const uint8_t fills[] = { 0xFF, 0x00, 0x5A };
    struct port_store kept;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    kept = store;
    for (size_t i = 0; i < sizeof fills; i++) {
        store = kept;
        memset(store.bytes[PORT_STORE_SLOT_A], fills[i], SIM_SLOT_BYTES);
        memset(store.bytes[PORT_STORE_SLOT_B], fills[i], SIM_SLOT_BYTES);
        TEST_ASSERT_EQUAL_UINT64(0, restart());
        TEST_ASSERT_EQUAL(PN_SEAL_EMPTY, load(PN_SLOTS_NEWEST));
        TEST_ASSERT_EQUAL(PN_SEAL_EMPTY, load(PN_SLOTS_OTHER));
        TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(7));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
        TEST_ASSERT_EQUAL_UINT64(8, restart());
    }
}

static void test_no_fallback_means_none(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    wish.flags = PN_MANIFEST_NO_FALLBACK;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    flip(PORT_STORE_SLOT_A, 200);
    TEST_ASSERT_EQUAL_UINT64(0, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, load(PN_SLOTS_OTHER));
}

static void test_a_raised_epoch_burns_the_other_slot(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    wish.epoch++;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    flip(PORT_STORE_SLOT_A, 200);
    TEST_ASSERT_EQUAL_UINT64(0, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, load(PN_SLOTS_OTHER));
}

static void test_both_slots_damaged_is_no_policy(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    flip(PORT_STORE_SLOT_A, 300);
    flip(PORT_STORE_SLOT_B, 300);
    TEST_ASSERT_EQUAL_UINT64(0, restart());
}

/* Somebody swaps the slots, or puts a genuine older policy where the newest one was. */
static void test_slots_are_held_to_the_log(void)
{
    uint8_t other[SIM_SLOT_BYTES];

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(8));
    memcpy(other, store.bytes[PORT_STORE_SLOT_B], sizeof other);
    memcpy(store.bytes[PORT_STORE_SLOT_A], other, sizeof other);
    sim_store_boot(&store);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
    TEST_ASSERT_EQUAL(PN_SEAL_SLOT, load(PN_SLOTS_NEWEST));
}

static void test_a_key_that_lost_its_trust_takes_its_policies_along(void)
{
    struct pn_keyset none = { 0 };

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    expect.keys = &none;
    TEST_ASSERT_EQUAL_UINT64(0, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, load(PN_SLOTS_NEWEST));
}

static void test_expired_ones_are_still_loaded(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    expect.now_s = wish.expires_s + 1;
    TEST_ASSERT_EQUAL_UINT64(7, restart());
    TEST_ASSERT_EQUAL(PN_LIFE_EXPIRED,
                      pn_manifest_life(&loaded.seal.manifest, pn_seal_now(&expect)));
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED, install(8));
}

static void test_time_never_goes_back(void)
{
    int steps;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_note_time(&slots, wish.expires_s));
    steps = store.steps;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_note_time(&slots, wish.expires_s + 3599));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_note_time(&slots, 5));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_keep_time(&slots, wish.expires_s));
    TEST_ASSERT_EQUAL(steps, store.steps);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_keep_time(&slots, wish.expires_s + 1));
    TEST_ASSERT_EQUAL_UINT64(wish.expires_s + 1, slots.record.time_floor_s);
    TEST_ASSERT_EQUAL_UINT64(0, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED,
                      install(7)); /* the clock says otherwise, and is not believed */
    wish.expires_s += 86400;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    TEST_ASSERT_EQUAL_UINT64(7, restart());
    TEST_ASSERT_EQUAL_UINT64(wish.expires_s - 86400 + 1, slots.record.time_floor_s);
}

static void test_memory_and_slots_have_an_end(void)
{
    static uint8_t body[SIM_SLOT_BYTES];
    static uint8_t blob[2 * SIM_SLOT_BYTES];
    struct pn_writer w = pn_writer(blob, sizeof blob);

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(7));
    loaded.memory = pn_writer(memory, 100);
    TEST_ASSERT_EQUAL(PN_SEAL_SLOT, pn_slots_load(&slots, &expect, PN_SLOTS_NEWEST, &loaded));

    wish.sequence = 8;
    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE, pn_seal_make(&wish, pn_slice(body, sizeof body - 100),
                                                      sealed_author(), &w, &seal));
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_OVERSIZE,
                      pn_slots_check(&slots, &expect, pn_written(&w), &seal));
    w = pn_writer(blob, sizeof blob);
    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                      pn_seal_make(&wish, pn_slice(body, sizeof body), sealed_author(), &w, &seal));
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_OVERSIZE,
                      pn_slots_check(&slots, &expect, pn_written(&w), &seal));
}

/* The largest that fits, to the last byte. */
static void test_a_full_slot(void)
{
    static uint8_t body[SIM_SLOT_BYTES], blob[SIM_SLOT_BYTES];
    struct pn_writer w = pn_writer(blob, sizeof blob);
    size_t envelope;

    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                      pn_seal_make(&wish, pn_slice(body, 1000), sealed_author(), &w, &seal));
    envelope = w.len - 1000;
    w = pn_writer(blob, sizeof blob);
    TEST_ASSERT_EQUAL(
        PN_SEAL_MAKE_DONE,
        pn_seal_make(&wish, pn_slice(body, SIM_SLOT_BYTES - PN_SLOT_OVERHEAD_BYTES - envelope),
                     sealed_author(), &w, &seal));
    TEST_ASSERT_EQUAL(SIM_SLOT_BYTES - PN_SLOT_OVERHEAD_BYTES, w.len);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_check(&slots, &expect, pn_written(&w), &seal));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_commit(&slots, &seal));
    TEST_ASSERT_EQUAL_UINT64(7, restart());
}

static void test_an_unreadable_store_is_named(void)
{
    store.down = true;
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, pn_slots_open(&slots, &store));
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, load(PN_SLOTS_NEWEST));
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, install(7));
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, pn_slots_note_time(&slots, 5000000));
    TEST_ASSERT_EQUAL_UINT64(0, restart());
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_a_new_device_holds_nothing);
    RUN_TEST(test_what_was_installed_is_there_after_a_restart);
    RUN_TEST(test_installing_again_writes_nothing);
    RUN_TEST(test_what_is_refused_writes_nothing);
    RUN_TEST(test_older_ones_stay_out_for_good);
    RUN_TEST(test_the_log_alone_keeps_old_ones_out);
    RUN_TEST(test_the_slots_alone_say_how_far_it_went);
    RUN_TEST(test_a_log_of_garbage_is_no_log);
    RUN_TEST(test_a_damaged_slot_falls_back);
    RUN_TEST(test_blank_slots);
    RUN_TEST(test_no_fallback_means_none);
    RUN_TEST(test_a_raised_epoch_burns_the_other_slot);
    RUN_TEST(test_both_slots_damaged_is_no_policy);
    RUN_TEST(test_slots_are_held_to_the_log);
    RUN_TEST(test_a_key_that_lost_its_trust_takes_its_policies_along);
    RUN_TEST(test_expired_ones_are_still_loaded);
    RUN_TEST(test_time_never_goes_back);
    RUN_TEST(test_memory_and_slots_have_an_end);
    RUN_TEST(test_a_full_slot);
    RUN_TEST(test_an_unreadable_store_is_named);
    sim_shut(sim);
    return UNITY_END();
}
