/* Questions and answers about the newest policy, and what happens without one.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/install.h"

#include <stdlib.h>

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "port/port_clock.h"
#include "test/core/seal/key_sets.h"
#include "tools/timestamp_make.h"
#include "unity.h"

enum { NOW_S = 1800000000, HOUR = 3600 };

static struct pn_install *in;
static struct pn_shared *shared;
static struct port_store store;
static struct pn_keyset keys;
static uint8_t memory[2][4096];
static struct pn_timestamp wish;
static struct pn_active *active;
static struct sim *sim;

static void start(uint8_t on_stale)
{
    free(in);
    free(shared);
    in = calloc(1, sizeof *in);
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
    in->shared = shared;
    in->expect = sealed_expect();
    in->expect.keys = &keys;
    in->fresh.on_stale = on_stale;
    in->fresh.stale_after_s = on_stale == PN_STALE_NOTHING ? 0 : HOUR;
    in->memory[0] = pn_writer(memory[0], sizeof memory[0]);
    in->memory[1] = pn_writer(memory[1], sizeof memory[1]);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_install_open(in, &store));
    pn_install_time(in, NOW_S, 100);
    active = &shared->generations[0];
    active->sequence = 7;
    memset(active->identity, 0xAB, sizeof active->identity);
    pn_shared_publish(shared, 0);
}

void setUp(void)
{
    sealed_crypto_init();
    port_clock_tell(-1);
    sim_store_init(&store);
    memset(&keys, 0, sizeof keys);
    pn_keyset_add(&keys, sealed_author()->xy, PN_KEY_TIME);
    start(PN_STALE_DENY);
    wish = (struct pn_timestamp){ .now_s = NOW_S, .expires_s = NOW_S + 24 * HOUR, .sequence = 7 };
    memset(wish.identity, 0xAB, sizeof wish.identity);
}

void tearDown(void)
{
}

static struct pn_install_result answer(void)
{
    uint8_t bytes[PN_TIMESTAMP_BYTES_MAX];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    TEST_ASSERT_TRUE(pn_timestamp_make(&wish, sealed_author(), &w));
    struct pn_install_result r = pn_install_timestamp(in, pn_written(&w), NOW_S);
    TEST_ASSERT_EQUAL(PN_INSTALL_TIME, r.kind);
    return r;
}

static struct pn_install_result ask_and_answer(void)
{
    TEST_ASSERT_TRUE(pn_freshness_ask(&in->fresh));
    memcpy(wish.nonce, in->fresh.nonce, sizeof wish.nonce);
    return answer();
}

static void expect_refused(struct pn_install_result r, const char *name)
{
    TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, r.verdict);
    TEST_ASSERT_TRUE(pn_slice_equal(r.name, pn_slice(name, strlen(name))));
}

static enum pn_reason usable_at(uint64_t mono_s)
{
    pn_install_time(in, NOW_S, mono_s);
    return pn_shared_usable(shared, active, NOW_S);
}

static void test_each_question_is_answered_once(void)
{
    expect_refused(answer(), "seal_time_nonce"); /* nobody asked, not even for zeros */
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, ask_and_answer().verdict);
    expect_refused(answer(), "seal_time_nonce");
    TEST_ASSERT_TRUE(pn_freshness_ask(&in->fresh));
    expect_refused(answer(), "seal_time_nonce"); /* the answer to the question before */
    TEST_ASSERT_TRUE(in->fresh.asked);           /* which leaves this one open */
    memcpy(wish.nonce, in->fresh.nonce, sizeof wish.nonce);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, answer().verdict);
    TEST_ASSERT_EQUAL_UINT32(2, in->fresh.accepted);
    TEST_ASSERT_EQUAL_UINT32(3, in->fresh.refused);
}

/* Nothing comes, or only what was recorded: the calls stop, and go on with a proper answer. */
static void test_a_freeze_is_noticed(void)
{
    TEST_ASSERT_EQUAL(PN_REASON_NONE, usable_at(100 + HOUR - 1));
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_STALE, usable_at(100 + HOUR));
    expect_refused(answer(), "seal_time_nonce");
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_STALE, usable_at(101 + HOUR));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, ask_and_answer().verdict);
    TEST_ASSERT_EQUAL(PN_REASON_NONE, pn_shared_usable(shared, active, NOW_S)); /* at once */
    TEST_ASSERT_EQUAL(PN_REASON_NONE, usable_at(100 + 2 * HOUR));
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_STALE, usable_at(101 + 2 * HOUR));
}

static void test_an_answer_may_hold_for_less(void)
{
    wish.expires_s = NOW_S + 60;
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, ask_and_answer().verdict);
    TEST_ASSERT_EQUAL(PN_REASON_NONE, usable_at(159));
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_STALE, usable_at(160));
}

/* Held back on its way, it is as old as the question. */
static void test_an_answer_held_back_is_old(void)
{
    TEST_ASSERT_TRUE(pn_freshness_ask(&in->fresh));
    memcpy(wish.nonce, in->fresh.nonce, sizeof wish.nonce);
    pn_install_time(in, NOW_S, 100 + 5 * HOUR);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, answer().verdict);
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_STALE, usable_at(101 + 5 * HOUR));
}

static void test_warnings_and_nothing_deny_nobody(void)
{
    start(PN_STALE_WARN);
    TEST_ASSERT_EQUAL(PN_REASON_NONE, usable_at(100 + 2 * HOUR));
    TEST_ASSERT_TRUE(pn_freshness_is_stale(&in->fresh));
    start(PN_STALE_NOTHING);
    TEST_ASSERT_EQUAL(PN_REASON_NONE, usable_at(100 + 2 * HOUR));
    TEST_ASSERT_FALSE(pn_freshness_is_stale(&in->fresh));
}

static void test_expired_comes_before_stale(void)
{
    active->expires_unix = 1;
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_EXPIRED, usable_at(100 + 2 * HOUR));
}

static void test_which_is_the_newest(void)
{
    TEST_ASSERT_EQUAL(PN_NEWEST_UNKNOWN, pn_freshness_newest(&in->fresh, active));
    (void)ask_and_answer();
    TEST_ASSERT_EQUAL(PN_NEWEST_YES, pn_freshness_newest(&in->fresh, active));
    TEST_ASSERT_EQUAL(PN_NEWEST_NO, pn_freshness_newest(&in->fresh, NULL));
    active->sequence = 6;
    TEST_ASSERT_EQUAL(PN_NEWEST_NO, pn_freshness_newest(&in->fresh, active));
    active->sequence = 8;
    TEST_ASSERT_EQUAL(PN_NEWEST_YES, pn_freshness_newest(&in->fresh, active));
    active->sequence = 7;
    active->identity[31] ^= 1;
    TEST_ASSERT_EQUAL(PN_NEWEST_NO, pn_freshness_newest(&in->fresh, active));
}

/* Signed time holds over a clock that is behind or lost, and over a restart. */
static void test_signed_time_has_passed(void)
{
    wish.now_s = NOW_S + 30 * 24 * HOUR;
    wish.expires_s = wish.now_s + HOUR;
    active->expires_unix = NOW_S + 24 * HOUR;
    TEST_ASSERT_EQUAL(PN_REASON_NONE, pn_shared_usable(shared, active, NOW_S));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, ask_and_answer().verdict);
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_EXPIRED, pn_shared_usable(shared, active, NOW_S));
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_EXPIRED, pn_shared_usable(shared, active, 0));
    TEST_ASSERT_EQUAL_UINT64(wish.now_s, in->slots.record.time_floor_s);
    TEST_ASSERT_EQUAL(PN_CLOCK_BEHIND, pn_install_time(in, NOW_S, 101));
    start(PN_STALE_DENY);
    port_clock_tell(-1); /* as after a start */
    sim_set_unix_ms(sim, INT64_C(1000) * NOW_S);
    TEST_ASSERT_EQUAL_INT64(-1, port_clock_sure_ms());
    sim_set_unix_ms(sim, INT64_C(1000) * (int64_t)wish.now_s);
    TEST_ASSERT_EQUAL_INT64(port_clock_unix_ms(), port_clock_sure_ms());
    TEST_ASSERT_EQUAL_UINT64(wish.now_s, atomic_load(&shared->passed_s));
    wish.now_s = NOW_S; /* an earlier one takes nothing back */
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, ask_and_answer().verdict);
    TEST_ASSERT_TRUE(atomic_load(&shared->passed_s) > NOW_S + 24 * HOUR);
}

static void expect_clock(int64_t unix_s)
{
    TEST_ASSERT_EQUAL_INT64(unix_s < 0 ? -1 : unix_s * 1000, port_clock_unix_ms());
}

/* A device without a clock has one from here on; one that has a clock keeps it, unless that is
 * behind. */
static void test_signed_time_is_the_time(void)
{
    sim_set_unix_ms(sim, -1);
    expect_clock(-1);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, ask_and_answer().verdict);
    expect_clock(NOW_S);
    TEST_ASSERT_TRUE(pn_shared_knows_time(shared, port_clock_unix_ms() / 1000));
    sim_advance(sim, 5 * HOUR * 1000);
    expect_clock(NOW_S + 5 * HOUR);
    sim_set_unix_ms(sim, INT64_C(1000) * (NOW_S + 5 * HOUR - 300)); /* somebody sets it, nearly */
    expect_clock(NOW_S + 5 * HOUR - 300);
    sim_set_unix_ms(sim, INT64_C(1000) * (NOW_S + 5 * HOUR - 301)); /* and now not so nearly */
    expect_clock(NOW_S + 5 * HOUR);
    sim_set_unix_ms(sim, INT64_C(1000) * (NOW_S + 99 * HOUR));
    expect_clock(NOW_S + 99 * HOUR);
}

/* What was signed at some moment since the question was asked counts as of the question; where that
 * was long ago nobody knows what time it is. */
static void test_signed_time_that_was_held_back(void)
{
    sim_set_unix_ms(sim, -1);
    TEST_ASSERT_TRUE(pn_freshness_ask(&in->fresh));
    memcpy(wish.nonce, in->fresh.nonce, sizeof wish.nonce);
    pn_install_time(in, 0, 100 + 300);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, answer().verdict);
    expect_clock(NOW_S + 300);
    port_clock_tell(-1);
    TEST_ASSERT_TRUE(pn_freshness_ask(&in->fresh));
    memcpy(wish.nonce, in->fresh.nonce, sizeof wish.nonce);
    pn_install_time(in, 0, 100 + 601);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, answer().verdict);
    expect_clock(-1);
    TEST_ASSERT_FALSE(pn_shared_knows_time(shared, -1));
}

/* A refused answer tells nothing. */
static void test_nobody_signed_the_time(void)
{
    sim_set_unix_ms(sim, -1);
    expect_refused(answer(), "seal_time_nonce");
    expect_clock(-1);
}

static void test_counters_undo_time_that_ran_ahead(void)
{
    struct pn_keyset_wish roots = key_sets_wish(1);
    static struct key_set set;

    keys = *key_sets_provisioned();
    pn_keyset_add(&keys, sealed_stranger()->xy, PN_KEY_TIME);
    start(PN_STALE_NOTHING);
    active->expires_unix = NOW_S + 24 * HOUR;
    wish.now_s = UINT64_C(1) << 52;
    wish.expires_s = wish.now_s + 1;
    pn_freshness_ask(&in->fresh);
    memcpy(wish.nonce, in->fresh.nonce, sizeof wish.nonce);
    uint8_t bytes[PN_TIMESTAMP_BYTES_MAX];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);
    TEST_ASSERT_TRUE(pn_timestamp_make(&wish, sealed_stranger(), &w));
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, pn_install_timestamp(in, pn_written(&w), NOW_S).verdict);
    TEST_ASSERT_EQUAL(PN_REASON_POLICY_EXPIRED, pn_shared_usable(shared, active, NOW_S));
    roots.has_counters = true;
    key_set_make(&set, &roots, "01");
    sim_set_unix_ms(sim, -1);
    port_clock_tell(INT64_C(1000) * 2 * NOW_S);
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, pn_install_sealed(in, key_set_slice(&set), NOW_S).verdict);
    expect_clock(-1);
    sim_set_unix_ms(sim, INT64_C(1000) * NOW_S);
    TEST_ASSERT_EQUAL_INT64(INT64_C(1000) * NOW_S, port_clock_sure_ms());
    TEST_ASSERT_EQUAL(PN_CLOCK_GOOD, pn_install_time(in, NOW_S, 102));
    TEST_ASSERT_EQUAL(PN_REASON_NONE, pn_shared_usable(shared, active, NOW_S));
    start(PN_STALE_NOTHING);
    TEST_ASSERT_EQUAL_UINT32(0, atomic_load(&shared->passed_s));
}

int main(void)
{
    sim = sim_open(1); /* for its randomness and its clock */
    UNITY_BEGIN();
    RUN_TEST(test_each_question_is_answered_once);
    RUN_TEST(test_a_freeze_is_noticed);
    RUN_TEST(test_an_answer_may_hold_for_less);
    RUN_TEST(test_an_answer_held_back_is_old);
    RUN_TEST(test_warnings_and_nothing_deny_nobody);
    RUN_TEST(test_expired_comes_before_stale);
    RUN_TEST(test_which_is_the_newest);
    RUN_TEST(test_signed_time_has_passed);
    RUN_TEST(test_signed_time_is_the_time);
    RUN_TEST(test_signed_time_that_was_held_back);
    RUN_TEST(test_nobody_signed_the_time);
    RUN_TEST(test_counters_undo_time_that_ran_ahead);
    free(in);
    free(shared);
    sim_shut(sim);
    return UNITY_END();
}
