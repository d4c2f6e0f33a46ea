/* Deadlines: order, rearming, and a clock that wraps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/timer.h"
#include "unity.h"

enum { IDLE_MS = 100, HEAD_MS = 30, COUNT = 8 };

static struct pn_timers timers;
static struct pn_timer t[COUNT];

void setUp(void)
{
    pn_timers_init(&timers);
    timers.last_ms[PN_TIMEOUT_IDLE] = IDLE_MS;
    timers.last_ms[PN_TIMEOUT_HEAD] = HEAD_MS;
    for (int i = 0; i < COUNT; i++) t[i] = (struct pn_timer){ 0 };
}

void tearDown(void)
{
}

static void expect_next(uint32_t now_ms, const struct pn_timer *expected, enum pn_timeout timeout)
{
    enum pn_timeout got = PN_TIMEOUT_NONE;

    TEST_ASSERT_EQUAL_PTR(expected, pn_timers_expired(&timers, now_ms, &got));
    if (expected) TEST_ASSERT_EQUAL(timeout, got);
}

static void test_first_armed_is_first_to_expire(void)
{
    for (uint32_t i = 0; i < COUNT; i++) pn_timer_arm(&timers, &t[i], PN_TIMEOUT_IDLE, 1000 + i);
    expect_next(1000 + IDLE_MS - 1, NULL, 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        TEST_ASSERT_EQUAL_UINT32(i == 0 ? 0 : 1,
                                 pn_timers_next(&timers, 1000 + IDLE_MS + (i ? i - 1 : 0), 500));
        expect_next(1000 + IDLE_MS + i, &t[i], PN_TIMEOUT_IDLE);
        TEST_ASSERT_EQUAL(PN_TIMEOUT_NONE, t[i].timeout);
        expect_next(1000 + IDLE_MS + i, NULL, 0);
    }
    TEST_ASSERT_EQUAL_UINT32(500, pn_timers_next(&timers, 2000, 500));
}

static void test_armed_again_it_goes_to_the_end(void)
{
    pn_timer_arm(&timers, &t[0], PN_TIMEOUT_IDLE, 0);
    pn_timer_arm(&timers, &t[1], PN_TIMEOUT_IDLE, 10);
    pn_timer_arm(&timers, &t[0], PN_TIMEOUT_IDLE, 20);
    expect_next(IDLE_MS + 15, &t[1], PN_TIMEOUT_IDLE);
    expect_next(IDLE_MS + 15, NULL, 0);
    pn_timer_arm(&timers, &t[0], PN_TIMEOUT_HEAD, IDLE_MS); /* and to another class */
    TEST_ASSERT_EQUAL_UINT32(HEAD_MS, pn_timers_next(&timers, IDLE_MS, 500));
    expect_next(IDLE_MS + HEAD_MS, &t[0], PN_TIMEOUT_HEAD);
}

static void test_stopped_it_never_expires(void)
{
    for (int i = 0; i < 3; i++) pn_timer_arm(&timers, &t[i], PN_TIMEOUT_IDLE, 0);
    pn_timer_stop(&t[1]);
    pn_timer_stop(&t[1]);
    pn_timer_stop(&t[5]);
    expect_next(1000, &t[0], PN_TIMEOUT_IDLE);
    expect_next(1000, &t[2], PN_TIMEOUT_IDLE);
    expect_next(1000, NULL, 0);
}

static void test_a_class_is_walked_in_its_order(void)
{
    for (int i = 0; i < 3; i++) pn_timer_arm(&timers, &t[i], PN_TIMEOUT_IDLE, 0);
    pn_timer_arm(&timers, &t[3], PN_TIMEOUT_HEAD, 0);
    pn_timer_stop(&t[1]);
    TEST_ASSERT_EQUAL_PTR(&t[0], pn_timers_first(&timers, PN_TIMEOUT_IDLE));
    TEST_ASSERT_EQUAL_PTR(&t[2], pn_timers_after(&timers, &t[0]));
    TEST_ASSERT_NULL(pn_timers_after(&timers, &t[2]));
    TEST_ASSERT_NULL(pn_timers_after(&timers, &t[3]));
}

static void test_classes_do_not_wait_for_each_other(void)
{
    pn_timer_arm(&timers, &t[0], PN_TIMEOUT_IDLE, 0);
    pn_timer_arm(&timers, &t[1], PN_TIMEOUT_HEAD, 50);
    TEST_ASSERT_EQUAL_UINT32(HEAD_MS, pn_timers_next(&timers, 50, 500));
    expect_next(50 + HEAD_MS, &t[1], PN_TIMEOUT_HEAD);
    TEST_ASSERT_EQUAL_UINT32(IDLE_MS - 80, pn_timers_next(&timers, 80, 500));
}

static void test_the_clock_may_wrap(void)
{
    uint32_t near = UINT32_MAX - 40;

    pn_timer_arm(&timers, &t[0], PN_TIMEOUT_IDLE, near);
    pn_timer_arm(&timers, &t[1], PN_TIMEOUT_HEAD, near);
    expect_next(near + 10, NULL, 0);
    expect_next(near + HEAD_MS, &t[1], PN_TIMEOUT_HEAD);
    TEST_ASSERT_EQUAL_UINT32(IDLE_MS - HEAD_MS, pn_timers_next(&timers, near + HEAD_MS, 500));
    expect_next(UINT32_MAX, NULL, 0);
    expect_next(near + IDLE_MS - 1, NULL, 0);
    expect_next(near + IDLE_MS, &t[0], PN_TIMEOUT_IDLE);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_first_armed_is_first_to_expire);
    RUN_TEST(test_armed_again_it_goes_to_the_end);
    RUN_TEST(test_stopped_it_never_expires);
    RUN_TEST(test_a_class_is_walked_in_its_order);
    RUN_TEST(test_classes_do_not_wait_for_each_other);
    RUN_TEST(test_the_clock_may_wrap);
    return UNITY_END();
}
