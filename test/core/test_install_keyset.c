/* A key set comes in by the door of policies, and what it no longer believes stops deciding.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/install.h"
#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/key_sets.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

enum { MEMORY_BYTES = 8192, NOW_S = 1800000000 };

static struct port_store store;
static struct pn_shared *shared;
static struct pn_install *in;
static struct sealed made;
static struct key_set set;
static struct pn_keyset_wish wish;
static struct bytes body;

/* A process that starts over the same storage. */
static void start(void)
{
    if (in) {
        for (int i = 0; i < PN_POLICY_GENERATIONS; i++) free(in->memory[i].at);
    }
    free(in);
    free(shared);
    shared = calloc(1, sizeof *shared);
    in = calloc(1, sizeof *in);
    pn_shared_init(shared);
    in->shared = shared;
    in->expect = sealed_expect();
    in->expect.keys = key_sets_provisioned();
    in->expect.engine = PN_POLICY_ENGINE;
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) {
        in->memory[i] = pn_writer(malloc(MEMORY_BYTES), MEMORY_BYTES);
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_install_open(in, &store));
}

static void compile(void)
{
    struct bundle_folder folder;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "models.yaml",
                        "model_list:\n  - model_name: m\n    litellm_params:\n"
                        "      model: openai/m\n      api_base: http://up.example/v1\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    body = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
}

void setUp(void)
{
    sealed_crypto_init();
    sim_store_init(&store);
    if (body.len == 0) compile();
    start();
    wish = key_sets_wish(1);
}

void tearDown(void)
{
}

static uint64_t sequence_in_force(void)
{
    uint32_t current = atomic_load(&shared->current);

    return current == PN_GENERATION_NONE ? 0 : shared->generations[current].sequence;
}

static enum pn_installed push_policy(uint64_t sequence, const struct pn_key_pair *pair)
{
    struct pn_writer w = pn_writer(made.bytes, sizeof made.bytes);
    struct pn_seal_wish terms = sealed_wish();

    terms.sequence = sequence;
    terms.engine_min = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                      pn_seal_make(&terms, bytes_slice(&body), pair, &w, &made.seal));
    return pn_install_sealed(in, pn_written(&w), NOW_S).verdict;
}

static struct pn_install_result push(const char *roots)
{
    struct pn_install_result r;

    key_set_make(&set, &wish, roots);
    r = pn_install_sealed(in, key_set_slice(&set), NOW_S);
    TEST_ASSERT_EQUAL(PN_INSTALL_KEYSET, r.kind);
    return r;
}

static void expect_refused(struct pn_install_result r, const char *name)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, r.verdict);
    TEST_ASSERT_TRUE(pn_slice_equal(r.name, pn_slice(name, strlen(name))));
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, in->last_refusal.verdict);
}

static uint64_t sequence_after_a_restart(void)
{
    start();
    (void)pn_install_held(in, NOW_S);
    return sequence_in_force();
}

static void test_a_key_set_keeps_the_policy_of_a_key_that_stays(void)
{
    uint32_t before;

    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    before = atomic_load(&shared->current);
    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
    TEST_ASSERT_EQUAL(before, atomic_load(&shared->current)); /* not even loaded again */
    TEST_ASSERT_EQUAL(PN_INSTALL_HELD, push("01").verdict);   /* the same again */
    TEST_ASSERT_EQUAL_UINT64(7, sequence_after_a_restart());
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(8, key_sets_worker(1)));
    TEST_ASSERT_EQUAL_UINT64(8, sequence_after_a_restart());
}

static void test_what_is_refused_changes_nothing(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    key_sets_remove(&wish, sealed_author());
    expect_refused(push("0"), "seal_threshold");
    expect_refused(push("w"), "seal_key_role");
    expect_refused(push("s"), "seal_key_unknown");
    wish.keys.threshold = 0;
    expect_refused(push("01"), "seal_keyset_malformed");
    expect_refused(pn_install_sealed(in, PN_SLICE("\xD8\x62"), NOW_S), "seal_cbor");
    TEST_ASSERT_EQUAL(0, in->keyring.keys.version);
    TEST_ASSERT_EQUAL(5, in->keyset_refusals);
    TEST_ASSERT_EQUAL(0, in->keyset_installs);
    TEST_ASSERT_EQUAL(0, in->refusals);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
    TEST_ASSERT_EQUAL_UINT64(7, sequence_after_a_restart());
}

/* The policy before was signed by a key that is still believed: it takes over. */
static void test_revoking_goes_back_to_the_policy_before(void)
{
    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, key_sets_worker(1)));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(8, sealed_author()));
    key_sets_revoke(&wish, sealed_author());
    wish.keys.version = 2;
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("12").verdict);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, push_policy(9, sealed_author()));
    TEST_ASSERT_EQUAL_UINT64(7, sequence_after_a_restart());
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(9, key_sets_worker(1)));
    TEST_ASSERT_EQUAL_UINT64(9, sequence_after_a_restart());
}

static void test_revoking_the_only_signer_leaves_no_policy(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    key_sets_revoke(&wish, sealed_author());
    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_EQUAL_UINT64(0, sequence_after_a_restart());
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(8, key_sets_worker(1)));
    TEST_ASSERT_EQUAL_UINT64(8, sequence_after_a_restart());
}

/* A policy that waits for its key set. */
static void test_a_key_set_can_bring_a_policy_back(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    key_sets_remove(&wish, sealed_author());
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    wish = key_sets_wish(2);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
}

static void test_counters_burn_what_is_in_force(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    wish.has_counters = true;
    wish.epoch = 9;
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, push_policy(8, sealed_author()));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_after_a_restart());
}

/* Key sets that give the author's key, and worker 1's, an end. */
static void push_with_ends(uint64_t author_until_s, uint64_t worker_until_s)
{
    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY);
    wish.keys.keys[0].not_after_s = author_until_s;
    wish.keys.keys[4].not_after_s = worker_until_s;
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push("01").verdict);
}

/* While it runs as after a start. */
static void test_a_key_that_comes_to_its_end_takes_its_policy_along(void)
{
    push_with_ends(NOW_S + 100, NOW_S + 200);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, key_sets_worker(1)));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(8, sealed_author()));
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 99));
    TEST_ASSERT_EQUAL_UINT64(8, sequence_in_force());
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 100));
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 199));
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 200));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 201));
    start();
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, pn_install_held(in, NOW_S + 201).verdict);
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 202));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
}

/* A clock that was ahead for a while must not leave a gateway without its policy. */
static void test_a_clock_set_right_brings_the_policy_back(void)
{
    push_with_ends(NOW_S + 100, NOW_S + 200);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, key_sets_worker(1)));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(8, sealed_author()));
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 150));
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 120)); /* not yet right */
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 99));
    TEST_ASSERT_EQUAL_UINT64(8, sequence_in_force());
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 250));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 1));
    TEST_ASSERT_EQUAL_UINT64(8, sequence_in_force());
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 2));
}

/* The clock that is lost or set back does not make a key young again. */
static void test_an_end_holds_by_the_floor_of_time(void)
{
    push_with_ends(NOW_S + 4000, 0);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_note_time(&in->slots, NOW_S + 4000));
    TEST_ASSERT_TRUE(pn_install_watch(in, 0));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
}

/* Seconds that are counted run ahead of the clock by a part of one. What was judged by them is
 * judged alike by a process that starts over and has counted none. */
static void test_an_end_by_counted_seconds_survives_a_restart(void)
{
    push_with_ends(NOW_S + 100, 0);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_keep_time(&in->slots, NOW_S));
    (void)pn_install_time(in, NOW_S, 1);
    (void)pn_install_time(in, NOW_S + 99, 101);
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 99));
    start();
    (void)pn_install_time(in, NOW_S + 99, 1);
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, pn_install_held(in, NOW_S + 99).verdict);
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
}

static void expect_ended_after_a_restart(int64_t now_unix)
{
    start();
    (void)pn_install_time(in, now_unix, 1);
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, pn_install_held(in, now_unix).verdict);
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
}

/* The policy is withdrawn all the same, and each watch tries again to keep the time. */
static void test_an_end_that_the_store_did_not_keep_is_kept_later(void)
{
    push_with_ends(NOW_S + 100, 0);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_keep_time(&in->slots, NOW_S));
    (void)pn_install_time(in, NOW_S, 1);
    (void)pn_install_time(in, NOW_S + 99, 101);
    store.down = true;
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 99));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_TRUE(in->unkept);
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 99));
    TEST_ASSERT_TRUE(in->unkept);
    TEST_ASSERT_EQUAL_UINT64(NOW_S, in->slots.record.time_floor_s);
    sim_store_boot(&store);
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 99));
    TEST_ASSERT_FALSE(in->unkept);
    uint64_t number = in->slots.record_number;
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 99));
    TEST_ASSERT_EQUAL_UINT64(number, in->slots.record_number);
    expect_ended_after_a_restart(NOW_S + 50);
    TEST_ASSERT_EQUAL_UINT64(NOW_S + 100, in->slots.record.time_floor_s);
}

/* The clock that judged may be wrong, so its time is kept when it has certainly passed. */
static void test_an_end_by_the_clock_is_kept_when_it_has_passed(void)
{
    push_with_ends(NOW_S + 100, 0);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_keep_time(&in->slots, NOW_S));
    (void)pn_install_time(in, NOW_S + 110, 1);
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 110));
    (void)pn_install_time(in, NOW_S + 219, 110);
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 219));
    TEST_ASSERT_EQUAL_UINT64(NOW_S, in->slots.record.time_floor_s);
    (void)pn_install_time(in, NOW_S + 222, 113);
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 222));
    TEST_ASSERT_EQUAL_UINT64(NOW_S + 110, in->slots.record.time_floor_s);
    expect_ended_after_a_restart(NOW_S + 50);
}

static struct pn_install_result push_at(uint64_t sequence, uint64_t expires_s, int64_t now_unix)
{
    struct pn_writer w = pn_writer(made.bytes, sizeof made.bytes);
    struct pn_seal_wish terms = sealed_wish();

    terms.sequence = sequence;
    terms.expires_s = expires_s;
    if (expires_s <= terms.issued_s) terms.issued_s = expires_s - 86400;
    terms.engine_min = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                      pn_seal_make(&terms, bytes_slice(&body), sealed_author(), &w, &made.seal));
    return pn_install_sealed(in, pn_written(&w), now_unix);
}

static enum pn_reason usable(int64_t clock_unix)
{
    uint32_t current = atomic_load(&shared->current);

    TEST_ASSERT_TRUE(current != PN_GENERATION_NONE);
    return pn_active_usable(&shared->generations[current], pn_shared_now(shared, clock_unix));
}

/* Installed at NOW_S, it stays installed at NOW_S whatever the clock says, also after a restart. */
static void test_an_installation_notes_the_time(void)
{
    uint64_t issued_s = sealed_wish().issued_s;

    TEST_ASSERT_EQUAL(PN_CLOCK_GOOD, pn_install_time(in, NOW_S, 1));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_at(7, NOW_S + 86400, NOW_S).verdict);
    TEST_ASSERT_EQUAL_UINT64(issued_s, in->slots.record.time_floor_s);
    start();
    (void)pn_install_held(in, NOW_S - 3 * 86400);
    TEST_ASSERT_EQUAL(PN_CLOCK_BEHIND, pn_install_time(in, NOW_S - 3 * 86400, 1));
    TEST_ASSERT_EQUAL_UINT64(issued_s, atomic_load(&shared->passed_s));
    expect_refused(push_at(8, issued_s - 86400, NOW_S - 3 * 86400), "seal_expired");
    TEST_ASSERT_EQUAL(PN_CLOCK_UNSET, pn_install_time(in, 0, 2));
    expect_refused(push_at(8, issued_s, 0), "seal_expired");
}

/* The clock jumps back under a policy that comes to its end: it ends when it would have. */
static void test_a_clock_set_back_ends_nothing_later(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_at(7, NOW_S + 3 * 3600, NOW_S).verdict);
    for (uint64_t s = 0; s <= 3600; s++) pn_install_time(in, NOW_S + (int64_t)s, 100 + s);
    TEST_ASSERT_EQUAL_UINT64(NOW_S + 3600, atomic_load(&shared->passed_s));
    for (uint64_t s = 3601; s < 3 * 3600; s += 60) {
        TEST_ASSERT_EQUAL(PN_CLOCK_BEHIND, pn_install_time(in, NOW_S - 86400, 100 + s));
        TEST_ASSERT_EQUAL(PN_REASON_NONE, usable(NOW_S - 86400));
    }
    pn_install_time(in, NOW_S - 86400, 100 + 3 * 3600);
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_EXPIRED, usable(NOW_S - 86400));
    start();
    TEST_ASSERT_EQUAL(PN_CLOCK_BEHIND, pn_install_time(in, NOW_S - 86400, 5));
    TEST_ASSERT_TRUE(atomic_load(&shared->passed_s) > NOW_S + 2 * 3600 - 60); /* the last note */
}

/* A day of it costs 24 records, and a store that fails is tried no more often. */
static void test_the_time_is_noted_once_an_hour(void)
{
    uint64_t before;

    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_at(7, NOW_S + 86400 * 9, NOW_S).verdict);
    before = in->slots.record_number;
    for (uint64_t s = 0; s < 86400; s += 2) pn_install_time(in, NOW_S + (int64_t)s, 100 + s);
    TEST_ASSERT_EQUAL_UINT64(before + 23, in->slots.record_number);
    before = in->slots.record_number;
    store.down = true;
    for (uint64_t s = 0; s < 86400; s += 2) {
        pn_install_time(in, NOW_S + 86400 + (int64_t)s, 100 + 86400 + s);
    }
    TEST_ASSERT_TRUE(in->slots.record_number < before + 24 * 130); /* a sector's places each */
    sim_store_boot(&store);
}

static void test_an_end_in_the_past_withdraws_at_once(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    push_with_ends(NOW_S, 0);
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, push_policy(8, sealed_author()));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(8, key_sets_worker(1)));
    TEST_ASSERT_EQUAL_UINT64(8, sequence_in_force());
}

/* Open requests hold every place: what is not believed stops at once, what still is comes later. */
static void test_the_policy_before_waits_for_a_place(void)
{
    uint32_t last = PN_POLICY_GENERATIONS, pins[PN_POLICY_GENERATIONS];

    push_with_ends(NOW_S + 100, 0);
    for (uint32_t i = 0; i < last; i++) {
        const struct pn_key_pair *pair = i + 1 < last ? key_sets_worker(1) : sealed_author();
        TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(i + 1, pair));
        pins[i] = pn_shared_pin(shared, 0);
    }
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 100));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 101));
    pn_shared_unpin(shared, 0, pins[0]);
    TEST_ASSERT_TRUE(pn_install_watch(in, NOW_S + 102));
    TEST_ASSERT_EQUAL_UINT64(last - 1, sequence_in_force());
    TEST_ASSERT_FALSE(pn_install_watch(in, NOW_S + 103));
}

static void test_a_store_that_fails_changes_nothing(void)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(7, sealed_author()));
    key_sets_remove(&wish, sealed_author());
    store.down = true;
    expect_refused(push("01"), "seal_store");
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
    TEST_ASSERT_EQUAL(0, in->keyring.keys.version);
    sim_store_boot(&store);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_after_a_restart());
}

static void test_held_by_open_requests_it_waits(void)
{
    for (uint64_t i = 1; i <= PN_POLICY_GENERATIONS; i++) {
        TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push_policy(i, sealed_author()));
        pn_shared_pin(shared, 0);
    }
    expect_refused(push("01"), "generations_full");
}

static void release_all(void)
{
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) free(in->memory[i].at);
    free(in);
    free(shared);
    bytes_free(&body);
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_a_key_set_keeps_the_policy_of_a_key_that_stays);
    RUN_TEST(test_what_is_refused_changes_nothing);
    RUN_TEST(test_revoking_goes_back_to_the_policy_before);
    RUN_TEST(test_revoking_the_only_signer_leaves_no_policy);
    RUN_TEST(test_a_key_set_can_bring_a_policy_back);
    RUN_TEST(test_counters_burn_what_is_in_force);
    RUN_TEST(test_a_key_that_comes_to_its_end_takes_its_policy_along);
    RUN_TEST(test_a_clock_set_right_brings_the_policy_back);
    RUN_TEST(test_an_end_holds_by_the_floor_of_time);
    RUN_TEST(test_an_end_by_counted_seconds_survives_a_restart);
    RUN_TEST(test_an_end_that_the_store_did_not_keep_is_kept_later);
    RUN_TEST(test_an_end_by_the_clock_is_kept_when_it_has_passed);
    RUN_TEST(test_an_installation_notes_the_time);
    RUN_TEST(test_a_clock_set_back_ends_nothing_later);
    RUN_TEST(test_the_time_is_noted_once_an_hour);
    RUN_TEST(test_an_end_in_the_past_withdraws_at_once);
    RUN_TEST(test_the_policy_before_waits_for_a_place);
    RUN_TEST(test_a_store_that_fails_changes_nothing);
    RUN_TEST(test_held_by_open_requests_it_waits);
    release_all();
    sim_shut(sim);
    return UNITY_END();
}
