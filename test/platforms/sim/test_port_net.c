/* SPDX-License-Identifier: Apache-2.0
 * links: sim */
#include "unity.h"

#include "test/port/net_suite.h"

void setUp(void)
{
}
void tearDown(void)
{
}

int main(void)
{
    UNITY_BEGIN();
    net_suite_run(&peer_sim);
    return UNITY_END();
}
