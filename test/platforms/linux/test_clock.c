/* What the time is on Linux, and what being told it changes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "port/port_clock.h"
#include "unity.h"

void setUp(void)
{
    port_clock_tell(-1);
}

void tearDown(void)
{
}

static int64_t system_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

static void expect_about(int64_t unix_ms)
{
    TEST_ASSERT_LESS_OR_EQUAL_INT64(2000, llabs(port_clock_unix_ms() - unix_ms));
}

static void test_told(void)
{
    static const struct {
        int64_t ahead_ms;
        bool believed;
    } rows[] = { { 0, false },
                 { -86400000, false },
                 { PORT_CLOCK_BEHIND_MS - 5000, false },
                 { PORT_CLOCK_BEHIND_MS + 5000, true },
                 { INT64_C(86400000) * 365, true } };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        port_clock_tell(system_ms() + rows[i].ahead_ms);
        expect_about(system_ms() + (rows[i].believed ? rows[i].ahead_ms : 0));
    }
    port_clock_tell(-1);
    expect_about(system_ms());
}

static void test_it_goes_on(void)
{
    port_clock_tell(system_ms() + 86400000);
    int64_t before = port_clock_unix_ms();
    usleep(30000);
    TEST_ASSERT_GREATER_OR_EQUAL_INT64(before + 29, port_clock_unix_ms());
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_told);
    RUN_TEST(test_it_goes_on);
    return UNITY_END();
}
