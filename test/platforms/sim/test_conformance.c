/* SPDX-License-Identifier: Apache-2.0
 * links: sim */
#include "unity.h"

#include "test/port/conformance.h"

void setUp(void)
{
}
void tearDown(void)
{
}

static void test_behaves_as_the_real_stack(void)
{
    TEST_ASSERT_EQUAL_INT(0, conformance_run(&peer_sim));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_behaves_as_the_real_stack);
    return UNITY_END();
}
