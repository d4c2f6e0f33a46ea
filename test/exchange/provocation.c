/* see provocation.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/provocation.h"

#include "unity.h"

struct sim_conn *provoke_hello(struct desk *d)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
}

struct sim_conn *provoke_main(struct desk *d, struct sim_conn **client)
{
    *client = provoke_hello(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(up);
    return up;
}
