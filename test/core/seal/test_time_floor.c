/* A time that has passed stays passed, and a clock is believed when it has run evenly for an hour.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/time_floor.h"
#include "unity.h"

enum { T = 1800000000, HOUR = 3600 };

static struct pn_time_floor f;

void setUp(void)
{
    f = (struct pn_time_floor){ 0 };
}

void tearDown(void)
{
}

/* Look once a second, as a control thread does; the clock runs evenly. */
static uint64_t run(uint64_t clock_s, uint64_t mono_s, uint64_t seconds)
{
    uint64_t passed_s = 0;

    for (uint64_t i = 0; i <= seconds; i++) {
        uint64_t told_s = clock_s == 0 ? 0 : clock_s + i;
        passed_s = pn_time_floor_turn(&f, told_s, mono_s + i);
    }
    return passed_s;
}

static void test_a_clock_is_believed_after_an_hour(void)
{
    TEST_ASSERT_EQUAL_UINT64(0, run(T, 7, HOUR - 1));
    TEST_ASSERT_EQUAL_UINT64(T + HOUR, run(T + HOUR, 7 + HOUR, 0));
    TEST_ASSERT_EQUAL_UINT64(T + 2 * HOUR, run(T + 2 * HOUR, 7 + 2 * HOUR, 0));
}

static void test_set_back_it_moves_on(void)
{
    run(T, 0, HOUR);
    TEST_ASSERT_EQUAL_UINT64(T + HOUR + 1, run(T - 86400, HOUR + 1, 0));
    TEST_ASSERT_EQUAL_UINT64(T + 3 * HOUR, run(T - 86400, HOUR + 2, 2 * HOUR - 2));
    TEST_ASSERT_EQUAL_UINT64(T + 3 * HOUR + 5, run(0, 3 * HOUR + 5, 0)); /* and lost */
}

static void test_ahead_for_less_than_an_hour_is_forgotten(void)
{
    run(T, 0, HOUR);
    TEST_ASSERT_EQUAL_UINT64(T + 2 * HOUR - 1, run(T + 9 * HOUR, HOUR, HOUR - 1));
    TEST_ASSERT_EQUAL_UINT64(T + 2 * HOUR, run(T + 2 * HOUR, 2 * HOUR, 0));
    TEST_ASSERT_EQUAL_UINT64(T + 2 * HOUR + 9, run(T + 2 * HOUR + 9, 2 * HOUR + 9, 0));
}

static void test_ahead_for_an_hour_is_believed(void)
{
    TEST_ASSERT_EQUAL_UINT64(T + HOUR, run(T, 0, HOUR));
    TEST_ASSERT_EQUAL_UINT64(T + 10 * HOUR, run(T + 9 * HOUR, HOUR, HOUR));
}

/* Slewing is no jump; ten seconds at once are none yet either. */
static void test_a_slow_clock_runs_evenly(void)
{
    for (uint64_t i = 0; i <= 2 * HOUR; i++) pn_time_floor_turn(&f, T + i - i / 100, i);
    TEST_ASSERT_EQUAL_UINT64(T + 2 * HOUR - 72, f.clock_s);
    TEST_ASSERT_TRUE(f.floor_s >= f.clock_s);
    TEST_ASSERT_TRUE(f.floor_s <= (uint64_t)T + 2 * HOUR);
}

static void test_jumps_begin_the_hour_anew(void)
{
    static const int64_t jumps[] = { PN_TIME_JUMP_S + 1, -PN_TIME_JUMP_S - 1, 86400, -86400 };

    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        uint64_t moved = (uint64_t)(T + jumps[i]);
        setUp();
        TEST_ASSERT_EQUAL_UINT64(0, run(T, 0, HOUR - 2));
        TEST_ASSERT_EQUAL_UINT64(0, run(moved + HOUR - 1, HOUR - 1, HOUR - 1));
        TEST_ASSERT_EQUAL_UINT64(moved + 2 * HOUR - 1, run(moved + 2 * HOUR - 1, 2 * HOUR - 1, 0));
    }
    setUp();
    run(T, 0, HOUR - 2);
    TEST_ASSERT_TRUE(run(T + HOUR - 1 + PN_TIME_JUMP_S, HOUR - 1, 1) != 0);
}

static void test_without_a_clock_nothing_is_learned(void)
{
    TEST_ASSERT_EQUAL_UINT64(0, run(0, 0, 2 * HOUR));
    pn_time_floor_raise(&f, T);
    TEST_ASSERT_EQUAL_UINT64(T + 60, run(0, 2 * HOUR + 1, 59));
}

static void test_it_never_falls(void)
{
    run(T, 0, HOUR);
    pn_time_floor_raise(&f, T);
    TEST_ASSERT_EQUAL_UINT64(T + HOUR, f.floor_s);
    pn_time_floor_raise(&f, T + 2 * HOUR);
    TEST_ASSERT_EQUAL_UINT64(T + 2 * HOUR + 1, run(T + HOUR + 1, HOUR + 1, 0));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_clock_is_believed_after_an_hour);
    RUN_TEST(test_set_back_it_moves_on);
    RUN_TEST(test_ahead_for_less_than_an_hour_is_forgotten);
    RUN_TEST(test_ahead_for_an_hour_is_believed);
    RUN_TEST(test_a_slow_clock_runs_evenly);
    RUN_TEST(test_jumps_begin_the_hour_anew);
    RUN_TEST(test_without_a_clock_nothing_is_learned);
    RUN_TEST(test_it_never_falls);
    return UNITY_END();
}
