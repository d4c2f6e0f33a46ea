/* An upstream may have times of its own in the policy.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/base/bytes.h"
#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

static struct desk *d;

/* What `timeout: 1s` in models.yaml compiles to, in every upstream. */
static void set_times(uint16_t field, uint32_t ms)
{
    const struct pn_active *a = &d->shared.generations[atomic_load(&d->shared.current)];

    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        uint8_t *record = (uint8_t *)(uintptr_t)a->routes.upstreams.at + i * PN_UPSTREAM_BYTES;
        pn_store32(record + field, ms);
    }
}

void setUp(void)
{
    d = desk_open(NULL);
}

void tearDown(void)
{
    desk_close(d);
}

static void test_an_answer_is_awaited_as_long_as_the_policy_says(void)
{
    set_times(PN_UPSTREAM_ANSWER_MS, 1000);
    struct sim_conn *client = desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));

    desk_wait(d, 800);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 600);
    TEST_ASSERT_NOT_NULL(strstr(desk_text(client), "HTTP/1.1 504 "));
    TEST_ASSERT_NOT_NULL(strstr(desk_text(client), "upstream_timeout"));
}

static void test_a_silent_stream_is_awaited_as_long_as_the_policy_says(void)
{
    set_times(PN_UPSTREAM_IDLE_MS, 2000);
    struct sim_conn *client = desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));
    struct sim_conn *up = sim_accept(d->upstream[DESK_MAIN]);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n");
    desk_run(d);
    desk_wait(d, 1500);
    sim_push_text(up, "9\r\ndata: b\n\n\r\n");
    desk_run(d);
    desk_wait(d, 1500);
    TEST_ASSERT_NULL(strstr(desk_text(client), "upstream_timeout"));
    desk_wait(d, 1000);
    TEST_ASSERT_NOT_NULL(strstr(desk_text(client), "upstream_timeout"));
    TEST_ASSERT_NOT_NULL(strstr(desk_text(client), "data: [DONE]\n\n"));
}

static void test_a_connect_is_awaited_as_long_as_the_policy_says(void)
{
    set_times(PN_UPSTREAM_CONNECT_MS, 500);
    sim_upstream_silence(d->upstream[DESK_MAIN]);
    struct sim_conn *client = desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));

    desk_wait(d, 300);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 600);
    TEST_ASSERT_NOT_NULL(strstr(desk_text(client), "HTTP/1.1 504 "));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_an_answer_is_awaited_as_long_as_the_policy_says);
    RUN_TEST(test_a_silent_stream_is_awaited_as_long_as_the_policy_says);
    RUN_TEST(test_a_connect_is_awaited_as_long_as_the_policy_says);
    return UNITY_END();
}
