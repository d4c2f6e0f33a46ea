/* SPDX-License-Identifier: Apache-2.0 */
/* remembers: signatures */
/* label: unit slow */
/* test_keyring.c - key sets survive restarts, and no removed key comes back. */
/* links: sim */
#include "core/seal/keyring.h"

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/key_sets.h"
#include "unity.h"

static struct port_store store;
static struct pn_slots slots;
static struct pn_keyring ring;
static struct pn_keyset provisioned;
static struct pn_keyset_wish wish;
static struct key_set set;
static struct sealed made;
static uint8_t memory[PN_KEYRING_MEMORY_BYTES(SIM_SLOT_BYTES)], blob[SIM_SLOT_BYTES];
static bool held;

static enum pn_seal_refusal start(void)
{
    struct pn_writer w = pn_writer(memory, sizeof memory);
    enum pn_seal_refusal refusal = pn_slots_open(&slots, &store);

    return refusal == PN_SEAL_ACCEPTED ? pn_keyring_open(&ring, &slots, &provisioned, &w) : refusal;
}

/* Start again and return the version that is believed. */
static uint32_t restart(void)
{
    sim_store_boot(&store);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
    return ring.keys.version;
}

void setUp(void)
{
    sealed_crypto_init();
    sim_store_init(&store);
    provisioned = *key_sets_provisioned();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
    wish = key_sets_wish(1);
}

void tearDown(void)
{
    TEST_ASSERT_EQUAL(0, store.reprogrammed);
}

static enum pn_seal_refusal hand_over(struct pn_slice document)
{
    struct pn_writer w = pn_writer(memory, sizeof memory);

    return pn_keyring_install(&ring, &slots, document, SEALED_NOW_S, &w, &held);
}

static enum pn_seal_refusal install(uint32_t version, const char *roots)
{
    wish.keys.version = version;
    key_set_make(&set, &wish, roots);
    return hand_over(key_set_slice(&set));
}

/* --- policies beside it --- */

static enum pn_seal_refusal install_policy(uint64_t sequence, uint32_t epoch)
{
    struct pn_seal_expect expect = sealed_expect();
    struct pn_seal_wish terms = sealed_wish();
    struct pn_seal seal;
    enum pn_seal_refusal refusal;

    expect.keys = &ring.keys;
    terms.sequence = sequence;
    terms.epoch = epoch;
    sealed_make(&made, &terms, PN_SLICE("a body"));
    refusal = pn_slots_check(&slots, &expect, pn_slice(made.bytes, made.len), &seal);
    return refusal == PN_SEAL_ACCEPTED ? pn_slots_commit(&slots, &seal) : refusal;
}

/* Load a policy by the keys that are believed now; its sequence, or 0 with `*why`. */
static uint64_t load_policy(enum pn_slots_choice choice, enum pn_seal_refusal *why)
{
    struct pn_seal_expect expect = sealed_expect();
    struct pn_slots_loaded loaded = { .memory = pn_writer(blob, sizeof blob) };

    expect.keys = &ring.keys;
    *why = pn_slots_load(&slots, &expect, choice, &loaded);
    if (*why != PN_SEAL_ACCEPTED) return 0;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_adopt(&slots, &loaded));
    return loaded.seal.manifest.sequence;
}

static bool believes(const struct pn_key_pair *pair)
{
    return pn_keyset_find(&ring.keys, pn_slice(pair->id, sizeof pair->id)) != NULL;
}

/* --- tests --- */

static void test_it_begins_with_the_device_file(void)
{
    TEST_ASSERT_EQUAL(0, restart());
    TEST_ASSERT_FALSE(ring.lost);
    TEST_ASSERT_TRUE(believes(sealed_author()));
}

static void test_a_key_set_is_there_after_a_restart(void)
{
    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY);
    for (uint32_t version = 1; version < 10; version++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(version, version % 2 ? "01" : "12"));
        TEST_ASSERT_FALSE(held);
        TEST_ASSERT_EQUAL(version, ring.keys.version);
        TEST_ASSERT_EQUAL(version, restart());
        TEST_ASSERT_FALSE(ring.lost);
        TEST_ASSERT_TRUE(believes(key_sets_worker(1)));
    }
}

static void test_delivered_again_writes_nothing(void)
{
    int steps;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    steps = store.steps;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_TRUE(held);
    TEST_ASSERT_EQUAL(steps, store.steps);
}

static void test_what_is_refused_writes_nothing(void)
{
    int steps;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    steps = store.steps;
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_OLDER, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, install(3, "0"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_ROLE, install(3, "w"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, install(3, "s"));
    key_set_make(&set, &wish, "01");
    set.bytes[set.len] = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_LENGTH, hand_over(pn_slice(set.bytes, set.len + 1)));
    wish.keys.threshold = 3;
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_CONFLICT, install(2, "012"));
    TEST_ASSERT_EQUAL(steps, store.steps);
    TEST_ASSERT_EQUAL(2, restart());
}

/* A removed key signs nothing any more, and the policy that it signed is not loaded again. */
static void test_a_removed_key_takes_its_policies_along(void)
{
    enum pn_seal_refusal why;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(7, 2));
    TEST_ASSERT_EQUAL_UINT64(7, load_policy(PN_SLOTS_NEWEST, &why));
    key_sets_remove(&wish, sealed_author());
    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, install_policy(8, 2));
    TEST_ASSERT_EQUAL(1, restart());
    TEST_ASSERT_FALSE(believes(sealed_author()));
    TEST_ASSERT_EQUAL_UINT64(0, load_policy(PN_SLOTS_NEWEST, &why));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, why);
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, install_policy(8, 2));
    key_sets_revoke(&wish, sealed_author());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_REVOKED, install_policy(8, 2));
    TEST_ASSERT_EQUAL(2, restart());
    TEST_ASSERT_EQUAL_UINT64(0, load_policy(PN_SLOTS_NEWEST, &why));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_REVOKED, why);
    TEST_ASSERT_EQUAL_UINT64(7, slots.record.held.sequence); /* what was held is still known */
}

/* Root i gives way to root i + 3, one change after the other. */
static void change_root(int from, int to)
{
    key_sets_remove(&wish, key_sets_root(from));
    key_sets_add(&wish, key_sets_root(to), PN_KEY_ROOT);
}

static void test_roots_change_twice(void)
{
    change_root(0, 3);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "12"));
    TEST_ASSERT_EQUAL(1, restart());
    change_root(1, 4);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "23"));
    TEST_ASSERT_EQUAL(2, restart());
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, install(3, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(3, "34"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(4, "34"));
    TEST_ASSERT_EQUAL(4, restart()); /* by way of 1 and 2, from the device file's roots */
    TEST_ASSERT_FALSE(ring.lost);
    provisioned = wish.keys; /* the new roots are written into the device file */
    provisioned.version = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(5, "34"));
    TEST_ASSERT_EQUAL(5, restart());
}

/* The store is full of changes; the way out is to name today's roots in the device file. */
static void test_a_chain_has_an_end(void)
{
    enum pn_seal_refusal refusal = PN_SEAL_ACCEPTED;
    uint32_t version = 0;
    int steps = 0;

    for (int i = 1; i < KEY_SETS_WORKERS; i++) {
        key_sets_add(&wish, key_sets_worker(i), PN_KEY_POLICY); /* for size */
    }
    for (int i = 0; i < 6 && refusal == PN_SEAL_ACCEPTED; i++) {
        char roots[3] = { (char)('0' + (i + 1) % 6), (char)('0' + (i + 2) % 6), '\0' };

        change_root(i % 6, (i + 3) % 6);
        steps = store.steps;
        refusal = install(++version, roots);
    }
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_CHAIN, refusal);
    TEST_ASSERT_TRUE(version >= 3);
    TEST_ASSERT_EQUAL(steps, store.steps);
    TEST_ASSERT_EQUAL(version - 1, restart());
    provisioned = ring.keys;
    provisioned.version = 0;
    memset(provisioned.identity, 0, sizeof provisioned.identity);
    TEST_ASSERT_EQUAL(version - 1, restart()); /* by its last link alone */
    TEST_ASSERT_FALSE(ring.lost);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, hand_over(key_set_slice(&set)));
    TEST_ASSERT_EQUAL(version, restart());
    TEST_ASSERT_FALSE(ring.lost);
}

/* Roots that were lost all at once: the device file names others, and nothing old is believed. */
static void test_other_roots_in_the_device_file_begin_anew(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(4, "01"));
    for (int i = 0; i < 3; i++) change_root(i, i + 3);
    provisioned = wish.keys;
    provisioned.version = 0;
    TEST_ASSERT_EQUAL(3, restart());
    TEST_ASSERT_TRUE(ring.lost);
    TEST_ASSERT_FALSE(believes(sealed_author()));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_OLDER, install(2, "34"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(5, "34"));
    TEST_ASSERT_EQUAL(5, restart());
    TEST_ASSERT_TRUE(believes(sealed_author()));
}

static void flip(enum port_store_area area, uint32_t at)
{
    store.bytes[area][at] ^= 0x04;
}

static void blank(enum port_store_area area)
{
    memset(store.bytes[area], 0xFF, SIM_SLOT_BYTES);
}

/* A damaged key set is not replaced by the older one beside it, nor by the device file's. */
static void test_a_damaged_key_set_is_lost_not_older(void)
{
    struct port_store kept;
    enum pn_seal_refusal why;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(7, 2));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    kept = store;
    for (uint32_t at = 0; at < PN_SLOT_OVERHEAD_BYTES + set.len; at += 61) {
        store = kept;
        flip(PORT_STORE_KEYS_B, at);
        TEST_ASSERT_EQUAL(1, restart()); /* so that 2 is taken again */
        TEST_ASSERT_TRUE(ring.lost);
        TEST_ASSERT_FALSE(believes(sealed_author()));
        TEST_ASSERT_TRUE(believes(key_sets_root(0)));
        TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, install_policy(8, 2));
        TEST_ASSERT_EQUAL_UINT64(0, load_policy(PN_SLOTS_NEWEST, &why));
        TEST_ASSERT_NOT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
        TEST_ASSERT_FALSE(ring.lost);
        TEST_ASSERT_EQUAL(2, restart());
        TEST_ASSERT_EQUAL_UINT64(7, load_policy(PN_SLOTS_NEWEST, &why));
    }
}

static void test_both_areas_lost(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    blank(PORT_STORE_KEYS_A);
    blank(PORT_STORE_KEYS_B);
    TEST_ASSERT_EQUAL(1, restart());
    TEST_ASSERT_TRUE(ring.lost);
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_CONFLICT, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(3, "01"));
    TEST_ASSERT_EQUAL(3, restart());
}

/* A genuine older key set, put where the newest one was. */
static void test_areas_are_held_to_the_log(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    memcpy(store.bytes[PORT_STORE_KEYS_B], store.bytes[PORT_STORE_KEYS_A], SIM_SLOT_BYTES);
    TEST_ASSERT_EQUAL(1, restart());
    TEST_ASSERT_TRUE(ring.lost);
    TEST_ASSERT_FALSE(believes(sealed_author()));
}

/* What somebody wrote into the store who has no root key: believed in nothing. */
static void test_the_store_is_verified(void)
{
    struct pn_keyset strange = { .version = 0, .threshold = 1 };
    struct pn_slots_record record;

    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add(&strange, sealed_stranger()->xy, PN_KEY_ROOT));
    provisioned = strange;
    TEST_ASSERT_EQUAL(0, restart());
    wish = key_sets_wish(1);
    for (int i = 0; i < 3; i++) key_sets_remove(&wish, key_sets_root(i));
    key_sets_add(&wish, sealed_stranger(), PN_KEY_ROOT);
    wish.keys.threshold = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(9, "s")); /* on the attacker's own device */
    record = slots.record;
    provisioned = *key_sets_provisioned(); /* and the store is carried to ours */
    TEST_ASSERT_EQUAL(8, restart());
    TEST_ASSERT_EQUAL(9, record.keyset_version);
    TEST_ASSERT_TRUE(ring.lost);
    TEST_ASSERT_FALSE(believes(sealed_author()));
    TEST_ASSERT_FALSE(believes(sealed_stranger()));
}

static void test_the_areas_alone_say_how_far_it_went(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    key_sets_remove(&wish, sealed_author());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    blank(PORT_STORE_LOG_A);
    blank(PORT_STORE_LOG_B);
    TEST_ASSERT_EQUAL(2, restart());
    TEST_ASSERT_FALSE(believes(sealed_author()));
    blank(PORT_STORE_KEYS_A);
    blank(PORT_STORE_KEYS_B);
    TEST_ASSERT_EQUAL(1, restart()); /* the log was written anew */
    TEST_ASSERT_TRUE(ring.lost);
}

/* Log and newest area: what cannot be shown is lost, not older. */
static void test_without_a_log_damage_is_lost_too(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    blank(PORT_STORE_LOG_A);
    blank(PORT_STORE_LOG_B);
    flip(PORT_STORE_KEYS_B, 300);
    TEST_ASSERT_EQUAL(1, restart());
    TEST_ASSERT_TRUE(ring.lost);
}

static void test_policies_and_key_sets_share_the_log(void)
{
    enum pn_seal_refusal why;

    for (uint32_t i = 1; i < 6; i++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(i, "01"));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(10 + i, i));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED,
                          pn_slots_note_time(&slots, SEALED_NOW_S + (uint64_t)i * 4000));
        TEST_ASSERT_EQUAL(i, restart());
        TEST_ASSERT_EQUAL_UINT64(10 + i, load_policy(PN_SLOTS_NEWEST, &why));
        TEST_ASSERT_EQUAL(i, slots.record.held.epoch);
        TEST_ASSERT_EQUAL_UINT64(SEALED_NOW_S + (uint64_t)i * 4000, slots.record.time_floor_s);
    }
}

/* A stolen key signed a policy with the greatest sequence there is. The roots revoke the key and
 * set the count back to where it was: the good policy is in force again and new ones come in. */
static void test_counters_undo_a_fast_forward(void)
{
    enum pn_seal_refusal why;

    wish = key_sets_wish(1);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(100, 2));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(UINT64_MAX, 2));
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install_policy(101, 2));
    wish.has_counters = true;
    wish.epoch = 2;
    wish.sequence = 100;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01"));
    TEST_ASSERT_EQUAL(2, restart());
    TEST_ASSERT_EQUAL_UINT64(100, slots.record.held.sequence);
    TEST_ASSERT_EQUAL_UINT64(0, load_policy(PN_SLOTS_NEWEST, &why));
    TEST_ASSERT_EQUAL(PN_SEAL_SLOT, why);
    TEST_ASSERT_EQUAL_UINT64(100, load_policy(PN_SLOTS_OTHER, &why));
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install_policy(99, 2));
    TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, install_policy(101, 1));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(101, 2));
    TEST_ASSERT_EQUAL(2, restart());
    TEST_ASSERT_EQUAL_UINT64(101, load_policy(PN_SLOTS_NEWEST, &why));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(2, "01")); /* again: nothing is set back */
    TEST_ASSERT_TRUE(held);
    TEST_ASSERT_EQUAL_UINT64(101, slots.record.held.sequence);
}

/* The roots raise the epoch: what was signed before is burned, in both slots. */
static void test_counters_raise_the_epoch(void)
{
    enum pn_seal_refusal why;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(7, 2));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(8, 2));
    wish.has_counters = true;
    wish.epoch = 3;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    for (int i = 0; i < 2; i++) {
        TEST_ASSERT_EQUAL_UINT64(0, load_policy(PN_SLOTS_NEWEST, &why));
        TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, why);
        TEST_ASSERT_EQUAL_UINT64(0, load_policy(PN_SLOTS_OTHER, &why));
        TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, why);
        TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, install_policy(9, 2));
        TEST_ASSERT_EQUAL(1, restart());
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install_policy(9, 3));
}

static void test_an_unreadable_store_is_named(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(1, "01"));
    store.down = true;
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, start());
    sim_store_boot(&store);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, start());
    store.down = true;
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, install(2, "01"));
    TEST_ASSERT_EQUAL(1, ring.keys.version);
    TEST_ASSERT_EQUAL(1, restart());
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_it_begins_with_the_device_file);
    RUN_TEST(test_a_key_set_is_there_after_a_restart);
    RUN_TEST(test_delivered_again_writes_nothing);
    RUN_TEST(test_what_is_refused_writes_nothing);
    RUN_TEST(test_a_removed_key_takes_its_policies_along);
    RUN_TEST(test_roots_change_twice);
    RUN_TEST(test_a_chain_has_an_end);
    RUN_TEST(test_other_roots_in_the_device_file_begin_anew);
    RUN_TEST(test_a_damaged_key_set_is_lost_not_older);
    RUN_TEST(test_both_areas_lost);
    RUN_TEST(test_areas_are_held_to_the_log);
    RUN_TEST(test_the_store_is_verified);
    RUN_TEST(test_the_areas_alone_say_how_far_it_went);
    RUN_TEST(test_without_a_log_damage_is_lost_too);
    RUN_TEST(test_policies_and_key_sets_share_the_log);
    RUN_TEST(test_counters_undo_a_fast_forward);
    RUN_TEST(test_counters_raise_the_epoch);
    RUN_TEST(test_an_unreadable_store_is_named);
    sim_shut(sim);
    return UNITY_END();
}
