/* Whose turn it is: nobody waits for longer than it takes to call all who stand in line, however often
 * these ask, and no more is done in a second than may be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/turns.h"

#include <string.h>

#include "unity.h"

enum { PER_S = 4, ME = 1000000 };

static struct pn_turns turns;
static uint32_t now_s, wait_s, calls;

void setUp(void)
{
    memset(&turns, 0, sizeof turns);
    now_s = 1000;
    calls = 0;
}

void tearDown(void)
{
}

static enum pn_step take(uint64_t address)
{
    enum pn_step step = pn_turns_take(&turns, address, PER_S, now_s, &wait_s);

    calls += step == PN_DONE;
    return step;
}

static void crowd(unsigned count, unsigned times)
{
    for (unsigned k = 0; k < times; k++) {
        for (unsigned i = 0; i < count; i++) (void)take(i);
    }
}

static void test_alone(void)
{
    for (int i = 0; i < PER_S; i++) TEST_ASSERT_EQUAL(PN_DONE, take(ME));
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME));
    TEST_ASSERT_EQUAL_UINT32(1, wait_s);
    now_s++;
    for (int i = 0; i < PER_S; i++) TEST_ASSERT_EQUAL(PN_DONE, take(ME));
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME));
}

/* They come first in each second, and again and again. */
static void test_as_many_as_there_is_room_for(void)
{
    uint32_t begun_s = now_s, said_s;

    crowd(PN_TURNS_WAITING - 1, 3);
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME));
    said_s = wait_s;
    TEST_ASSERT_LESS_OR_EQUAL_UINT32(PN_TURNS_WAITING / PER_S, said_s);
    while (take(ME) != PN_DONE) {
        now_s++;
        crowd(PN_TURNS_WAITING - 1, 3);
    }
    TEST_ASSERT_EQUAL_UINT32(said_s, now_s - begun_s);
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME)); /* at the end of the line */
    TEST_ASSERT_LESS_OR_EQUAL_UINT32(PER_S * (now_s - begun_s + 1), calls);
}

/* Those before it have left: it comes when its number is called, which is not put off. */
static void test_who_leaves_puts_nobody_off(void)
{
    crowd(100, 1);
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME));
    uint32_t said_s = wait_s;
    now_s += said_s - 1;
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME));
    TEST_ASSERT_EQUAL_UINT32(1, wait_s);
    now_s++;
    TEST_ASSERT_EQUAL(PN_DONE, take(ME));
}

static void test_a_number_is_good_for_some_time(void)
{
    crowd(40, 1);
    (void)take(ME);
    now_s += wait_s + PN_TURN_S - 1;
    for (unsigned i = 100; take(i) == PN_DONE;) i++; /* the seconds' own are used up */
    TEST_ASSERT_EQUAL(PN_DONE, take(ME));

    setUp();
    crowd(40, 1);
    (void)take(ME);
    now_s += wait_s + PN_TURN_S;
    for (unsigned i = 100; take(i) == PN_DONE;) i++;
    TEST_ASSERT_EQUAL(PN_WAIT, take(ME));
}

/* Numbers that were called and kept back are not many at once. */
static void test_no_more_is_saved_up_than_stands(void)
{
    crowd(PN_TURNS_WAITING, 1);
    for (int s = 0; s < 10; s++) {
        uint32_t before = calls;
        now_s += 1000;
        crowd(PN_TURNS_WAITING, 2);
        TEST_ASSERT_EQUAL_UINT32(PER_S, calls - before);
    }
    setUp();
    crowd(PN_TURNS_WAITING, 1);
    for (int s = 0; s < 60; s++) {
        uint32_t before = calls;
        now_s += 7;
        crowd(PN_TURNS_WAITING, 3);
        TEST_ASSERT_LESS_OR_EQUAL_UINT32(PER_S * (PN_TURN_S + 1), calls - before);
    }
    TEST_ASSERT_LESS_OR_EQUAL_UINT32(PER_S * (60 * 7 + 1), calls);
}

/* Without end: nobody new has a place, but from where somebody came in before. */
static void test_more_than_there_is_room_for(void)
{
    crowd(PN_TURNS_WAITING + PER_S, 1);
    TEST_ASSERT_EQUAL(PN_REFUSED, take(ME));
    pn_turns_welcome(&turns, ME);
    pn_turns_welcome(&turns, ME);
    TEST_ASSERT_EQUAL_UINT32(1, turns.regular_count);
    for (int s = 0; s < 100; s++) {
        TEST_ASSERT_EQUAL(PN_DONE, take(ME));
        (void)take(ME);
        TEST_ASSERT_NOT_EQUAL(PN_DONE, take(ME));
        now_s++;
        crowd(PN_TURNS_WAITING + 100, 1);
    }
    TEST_ASSERT_LESS_OR_EQUAL_UINT32((PER_S + 1) * 101, calls);
    for (unsigned i = 0; i < PN_TURNS_REGULARS; i++) pn_turns_welcome(&turns, ME + 1 + i);
    TEST_ASSERT_FALSE(turns.regulars[0] == ME);
}

/* Numbers begin again at 1. */
static void test_very_many_numbers(void)
{
    turns.drawn = turns.called = UINT32_MAX - 300;
    turns.second = now_s;
    test_as_many_as_there_is_room_for();
    crowd(PN_TURNS_WAITING, 1);
    for (int s = 0; s < 60; s++) {
        now_s += 2;
        crowd(PN_TURNS_WAITING, 1);
    }
    TEST_ASSERT_TRUE(turns.drawn < 1000000);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_alone);
    RUN_TEST(test_as_many_as_there_is_room_for);
    RUN_TEST(test_who_leaves_puts_nobody_off);
    RUN_TEST(test_a_number_is_good_for_some_time);
    RUN_TEST(test_no_more_is_saved_up_than_stands);
    RUN_TEST(test_more_than_there_is_room_for);
    RUN_TEST(test_very_many_numbers);
    return UNITY_END();
}
