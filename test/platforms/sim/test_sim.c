/* SPDX-License-Identifier: Apache-2.0
 * links: sim */
#include <stdlib.h>
#include <string.h>

#include "unity.h"

#include "core/base/assert.h"
#include "platforms/sim/sim.h"
#include "port/port_clock.h"
#include "port/port_random.h"

#define PORT        8080
#define SOCKETS_MAX 40U

static struct sim *sim;
static struct port_net *net;
static int32_t listener;

static void begin(uint64_t seed)
{
    struct port_net_addr at = { .family = 4, .port = PORT };
    size_t bytes = port_net_bytes(SOCKETS_MAX);

    sim = sim_open(seed);
    net = port_net_init(malloc(bytes), bytes, SOCKETS_MAX);
    listener = port_net_listen(net, &at, SOCKETS_MAX);
}

static void end(void)
{
    port_net_close_all(net);
    uint32_t held = sim_sockets_held(sim);
    free(net);
    sim_shut(sim);
    TEST_ASSERT_EQUAL_UINT32(0, held); /* last: after a failure this does not return */
}

void setUp(void)
{
    begin(1);
}

void tearDown(void)
{
    end();
}

/* ---- an echo over port_net: the smallest gateway ---- */

struct echo {
    uint8_t held[700];
    size_t from, to;
    bool ended;
};

static struct echo echoes[SOCKETS_MAX];
static uint64_t trace; /* of all that happened, to compare runs */

static void note(uint64_t what)
{
    trace = (trace ^ what) * UINT64_C(0x100000001b3);
}

static void echo_close(int32_t socket)
{
    note(UINT64_C(7000000) + (uint64_t)socket);
    port_net_close(net, socket);
}

/* What is held goes out before more is read: backpressure by wants. */
static void echo_step(int32_t socket)
{
    struct echo *e = &echoes[socket];

    for (int i = 0; i < 4; i++) {
        if (e->from == e->to) {
            if (e->ended) break;
            int32_t n = port_net_recv(net, socket, e->held, sizeof e->held);
            note((uint64_t)(n + 100));
            if (n == PORT_NET_AGAIN) break;
            if (n == PORT_NET_FAULT) {
                echo_close(socket);
                return;
            }
            e->ended = n == PORT_NET_EOF;
            e->from = 0;
            e->to = n > 0 ? (size_t)n : 0;
            continue;
        }
        int32_t n = port_net_send(net, socket, e->held + e->from, e->to - e->from);
        note((uint64_t)(n + 9000));
        if (n == PORT_NET_FAULT) {
            echo_close(socket);
            return;
        }
        e->from += (size_t)n;
        if (e->from < e->to) break;
    }
    if (e->ended && e->from == e->to) echo_close(socket);
    else port_net_want(net, socket, e->from < e->to ? PORT_NET_WANT_TX : PORT_NET_WANT_RX);
}

static void echo_accept(void)
{
    for (int32_t socket; (socket = port_net_accept(net, listener, NULL)) >= 0;)
        echoes[socket] = (struct echo){ .from = 0 };
}

static void echo_turn(uint32_t timeout_ms)
{
    port_net_wait(net, timeout_ms);
    for (int32_t socket; (socket = port_net_ready(net)) >= 0;) {
        note((uint64_t)socket);
        if (socket == listener) echo_accept();
        else echo_step(socket);
    }
}

static uint8_t pattern(size_t conn, size_t at)
{
    return (uint8_t)(conn * 7 + at * 13 + at / 255);
}

#define CONNS      12
#define CONN_BYTES 6000

struct script {
    struct sim_conn *conn;
    size_t pushed, taken;
    bool fin, lost;
};

static void script_push(struct script *s, size_t number)
{
    uint8_t bytes[900];
    size_t len = 1 + (size_t)sim_below(sim, sizeof bytes);

    if (len > CONN_BYTES - s->pushed) len = CONN_BYTES - s->pushed;
    for (size_t i = 0; i < len; i++) bytes[i] = pattern(number, s->pushed + i);
    sim_push(s->conn, pn_slice(bytes, len));
    s->pushed += len;
    if (s->pushed == CONN_BYTES && !s->fin) {
        sim_fin(s->conn);
        s->fin = true;
    }
}

static void script_take(struct script *s, size_t number)
{
    uint8_t bytes[500];
    size_t len = sim_take(s->conn, bytes, 1 + (size_t)sim_below(sim, sizeof bytes));

    for (size_t i = 0; i < len; i++)
        TEST_ASSERT_EQUAL_UINT8(pattern(number, s->taken + i), bytes[i]);
    s->taken += len;
    s->lost = sim_end(s->conn) == SIM_GONE;
}

static bool script_done(const struct script *s)
{
    return s->lost || (s->taken == CONN_BYTES && sim_end(s->conn) == SIM_SHUT);
}

static uint64_t echo_run(uint64_t seed, struct sim_chaos chaos, size_t *lost)
{
    struct script scripts[CONNS] = { { .conn = NULL } };
    size_t done = 0;

    begin(seed);
    trace = seed;
    *lost = 0;
    sim_set_chaos(sim, chaos);
    for (size_t i = 0; i < CONNS; i++) {
        scripts[i].conn = sim_connect(sim, PORT);
        sim_window(scripts[i].conn, 200 + 100 * i);
        if (i % 3 == 1) sim_chop(scripts[i].conn, 1 + i, 3 + i);
    }
    for (int turn = 0; turn < 40000 && done < CONNS; turn++) {
        size_t at = (size_t)sim_below(sim, CONNS);
        if (scripts[at].pushed < CONN_BYTES) script_push(&scripts[at], at);
        at = (size_t)sim_below(sim, CONNS);
        script_take(&scripts[at], at);
        echo_turn((uint32_t)sim_below(sim, 20));
        done = *lost = 0;
        for (size_t i = 0; i < CONNS; i++) {
            done += script_done(&scripts[i]);
            *lost += scripts[i].lost;
        }
    }
    TEST_ASSERT_EQUAL_size_t_MESSAGE(CONNS, done, "somebody was forgotten");
    for (int turn = 0; turn < 50; turn++) echo_turn(20);
    for (size_t i = 0; i < CONNS; i++)
        TEST_ASSERT_FALSE_MESSAGE(sim_held(scripts[i].conn), "a socket leaked");
    end();
    return trace;
}

static void test_every_byte_comes_back_in_any_weather(void)
{
    static const struct sim_chaos weathers[] = {
        { .short_permille = 0 },
        { .short_permille = 700 },
        { .tight_permille = 500, .spurious_permille = 300 },
        { .stall_permille = 50, .stall_ms_max = 500 },
        { .short_permille = 400,
          .tight_permille = 300,
          .stall_permille = 20,
          .stall_ms_max = 90,
          .spurious_permille = 100 },
    };
    size_t lost;

    end();
    for (uint64_t seed = 1; seed <= 25; seed++) {
        for (size_t i = 0; i < sizeof weathers / sizeof weathers[0]; i++) {
            echo_run(seed, weathers[i], &lost);
            TEST_ASSERT_EQUAL_size_t(0, lost);
        }
    }
    begin(1);
}

static void test_resets_free_everything(void)
{
    size_t lost, all = 0;

    end();
    for (uint64_t seed = 1; seed <= 40; seed++) {
        echo_run(seed, (struct sim_chaos){ .reset_permille = 3, .short_permille = 300 }, &lost);
        all += lost;
    }
    TEST_ASSERT_GREATER_THAN_size_t(20, all);
    begin(1);
}

static void test_a_seed_is_a_run(void)
{
    static const struct sim_chaos weather = { .short_permille = 400,
                                              .tight_permille = 300,
                                              .stall_permille = 20,
                                              .stall_ms_max = 90,
                                              .reset_permille = 1 };
    size_t lost;

    end();
    uint64_t once = echo_run(5, weather, &lost), again = echo_run(5, weather, &lost);
    TEST_ASSERT_EQUAL_UINT64(once, again);
    TEST_ASSERT_NOT_EQUAL_UINT64(once, echo_run(6, weather, &lost));
    begin(1);
}

static void test_time_moves_when_nothing_happens(void)
{
    uint64_t start_ms = sim_now_ms(sim);
    echo_turn(0);
    echo_turn(250);
    TEST_ASSERT_EQUAL_UINT64(start_ms + 250, sim_now_ms(sim));
    TEST_ASSERT_EQUAL_UINT64(sim_now_ms(sim), port_clock_ms());
    TEST_ASSERT_EQUAL_UINT64(sim_now_ms(sim) * 1000, port_clock_us());
    sim_hold_clock(sim);
    echo_turn(250);
    TEST_ASSERT_EQUAL_UINT64(start_ms + 250, sim_now_ms(sim));
    sim_advance(sim, 5);
    TEST_ASSERT_EQUAL_UINT64(start_ms + 255, sim_now_ms(sim));
    sim_free_clock(sim);
    echo_turn(UINT32_MAX); /* nothing will ever happen: back at once rather than never */
    TEST_ASSERT_EQUAL_UINT64(start_ms + 255, sim_now_ms(sim));
}

static void test_wall_clock_may_be_unknown(void)
{
    sim_set_unix_ms(sim, 5000);
    sim_advance(sim, 10);
    TEST_ASSERT_EQUAL_INT64(5010, port_clock_unix_ms());
    sim_set_unix_ms(sim, -1);
    TEST_ASSERT_EQUAL_INT64(-1, port_clock_unix_ms());
}

static void step(void *turns)
{
    ++*(int *)turns;
    echo_turn(1000);
}

static void test_idle_means_nothing_more_will_happen(void)
{
    struct sim_conn *conn = sim_connect(sim, PORT);
    uint64_t start_ms = sim_now_ms(sim);
    sim_push_text(conn, "hello");
    int turns = 0;
    sim_settle(sim, step, &turns);
    TEST_ASSERT_GREATER_THAN_INT(1, turns);
    TEST_ASSERT_LESS_THAN_INT(8, turns);
    TEST_ASSERT_TRUE(sim_idle(sim));
    TEST_ASSERT_EQUAL_UINT64(start_ms, sim_now_ms(sim));
    TEST_ASSERT_EQUAL_MEMORY("hello", sim_sent(conn).at, 5);
    TEST_ASSERT_EQUAL_size_t(5, sim_sent(conn).len);
}

static void test_stall_holds_bytes_back(void)
{
    struct sim_conn *conn = sim_connect(sim, PORT);
    echo_turn(0);
    sim_stall(conn, 300);
    sim_push_text(conn, "late");
    uint64_t start_ms = sim_now_ms(sim);
    while (sim_sent(conn).len == 0 && sim_now_ms(sim) < start_ms + 1000) echo_turn(1000);
    TEST_ASSERT_EQUAL_UINT64(start_ms + 300, sim_now_ms(sim));
}

static void test_chop_cuts_both_ways(void)
{
    uint8_t in[16];
    struct sim_conn *conn = sim_connect(sim, PORT);
    int32_t ours = port_net_accept(net, listener, NULL);
    sim_chop(conn, 3, 2);
    sim_push_text(conn, "abcdefg");
    TEST_ASSERT_EQUAL_INT32(3, port_net_recv(net, ours, in, sizeof in));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_AGAIN, port_net_recv(net, ours, in, sizeof in));
    TEST_ASSERT_EQUAL_INT32(2, port_net_send(net, ours, "xyz", 3));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_AGAIN, port_net_send(net, ours, "z", 1));
    port_net_want(net, ours, PORT_NET_WANT_RX | PORT_NET_WANT_TX);
    TEST_ASSERT_GREATER_THAN_UINT32(0, port_net_wait(net, 0));
    TEST_ASSERT_EQUAL_INT32(3, port_net_recv(net, ours, in, sizeof in));
    TEST_ASSERT_EQUAL_INT32(1, port_net_send(net, ours, "z", 1));
}

/* With a neighbour that rings in every turn, nothing is found by looking at all sockets: each event
 * must have left its own mark. In how many turns `socket` is reported. */
static int reports_beside_noise(int32_t socket)
{
    static struct sim_conn *noise;
    static const struct sim *where;
    static int32_t noisy;
    int count = 0;

    if (where != sim) {
        where = sim;
        noise = sim_connect(sim, PORT);
        noisy = port_net_accept(net, listener, NULL);
    }
    for (int turn = 0; turn < 5; turn++) {
        uint8_t in[8];
        sim_push_text(noise, "!");
        port_net_wait(net, 10);
        for (int32_t ready; (ready = port_net_ready(net)) >= 0;) {
            if (ready == noisy) port_net_recv(net, noisy, in, sizeof in);
            count += ready == socket;
        }
    }
    return count;
}

static void test_nobody_is_forgotten_beside_noise(void)
{
    uint8_t in[64];
    struct sim_conn *early = sim_connect(sim, PORT);
    sim_push_text(early, "before it was accepted");
    int32_t ours = port_net_accept(net, listener, NULL);
    TEST_ASSERT_EQUAL_INT(5, reports_beside_noise(ours));

    TEST_ASSERT_EQUAL_INT32(22, port_net_recv(net, ours, in, sizeof in));
    sim_push_text(early, "the last");
    sim_fin(early);
    TEST_ASSERT_EQUAL_INT(5, reports_beside_noise(ours));
    TEST_ASSERT_EQUAL_INT32(8, port_net_recv(net, ours, in, sizeof in));
    TEST_ASSERT_EQUAL_INT(5, reports_beside_noise(ours));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_EOF, port_net_recv(net, ours, in, sizeof in));
    TEST_ASSERT_EQUAL_INT(0, reports_beside_noise(ours));

    sim_window(early, 4);
    TEST_ASSERT_EQUAL_INT32(4, port_net_send(net, ours, "full", 4));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_AGAIN, port_net_send(net, ours, "up", 2));
    sim_drop(early, 4); /* room comes back before anybody wants it */
    TEST_ASSERT_EQUAL_INT(0, reports_beside_noise(ours));
    port_net_want(net, ours, PORT_NET_WANT_TX);
    TEST_ASSERT_EQUAL_INT(5, reports_beside_noise(ours));
}

static void test_closing_unread_loses_what_was_sent(void)
{
    struct sim_conn *conn = sim_connect(sim, PORT);
    int32_t ours = port_net_accept(net, listener, NULL);
    sim_push_text(conn, "a body that nobody reads");
    port_net_send(net, ours, "413", 3);
    TEST_ASSERT_EQUAL_size_t(3, sim_sent(conn).len);
    port_net_close(net, ours);
    TEST_ASSERT_EQUAL_INT(SIM_GONE, sim_end(conn));
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(conn).len);
    TEST_ASSERT_FALSE(sim_held(conn));
}

static void test_a_client_that_closed_answers_with_reset(void)
{
    uint8_t in[16];
    struct sim_conn *conn = sim_connect(sim, PORT);
    int32_t ours = port_net_accept(net, listener, NULL);
    echo_accept();
    sim_close(conn);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_EOF, port_net_recv(net, ours, in, sizeof in));
    TEST_ASSERT_EQUAL_INT32(1, port_net_send(net, ours, "x", 1));
    port_net_wait(net, 0);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_send(net, ours, "x", 1));
    TEST_ASSERT_EQUAL_INT(PORT_NET_PEER_GONE, port_net_peer(net, ours));
}

static enum port_net_result connect_within(const struct port_net_addr *to, uint32_t ms)
{
    int32_t socket = port_net_connect(net, to);
    uint64_t deadline_ms = sim_now_ms(sim) + ms;
    while (port_net_connected(net, socket) == PORT_NET_AGAIN && sim_now_ms(sim) < deadline_ms) {
        port_net_wait(net, (uint32_t)(deadline_ms - sim_now_ms(sim)));
        for (int32_t ready; (ready = port_net_ready(net)) >= 0;)
            if (ready == listener) echo_accept();
    }
    enum port_net_result result = port_net_connected(net, socket);
    port_net_close(net, socket);
    return result;
}

static void test_upstreams_answer_as_they_are_told(void)
{
    struct port_net_addr at = sim_addr("2001:db8::5", 443);
    TEST_ASSERT_EQUAL_INT(PORT_NET_FAULT, connect_within(&at, 100));
    struct sim_upstream *upstream = sim_listen(sim, at);
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, connect_within(&at, 100));
    TEST_ASSERT_NOT_NULL(sim_accept(upstream));
    sim_upstream_delay(upstream, 80);
    TEST_ASSERT_EQUAL_INT(PORT_NET_AGAIN, connect_within(&at, 79));
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, connect_within(&at, 80));
    TEST_ASSERT_NOT_NULL(sim_accept(upstream));
    sim_upstream_silence(upstream);
    TEST_ASSERT_EQUAL_INT(PORT_NET_AGAIN, connect_within(&at, 100000));
    sim_upstream_refuse(upstream);
    TEST_ASSERT_EQUAL_INT(PORT_NET_FAULT, connect_within(&at, 100));
    sim_upstream_answer(upstream);
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, connect_within(&at, 100));
    TEST_ASSERT_NOT_NULL(sim_accept(upstream));
    TEST_ASSERT_NULL(sim_accept(upstream));
}

static void test_nobody_listens(void)
{
    TEST_ASSERT_NULL(sim_connect(sim, 99));
    TEST_ASSERT_NULL(sim_connect_from(sim, sim_addr("10.0.0.1", 9), sim_addr("::1", PORT)));
    struct sim_conn *conn =
        sim_connect_from(sim, sim_addr("10.0.0.1", 9), sim_addr("192.0.2.1", PORT));
    struct port_net_addr peer;
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, port_net_accept(net, listener, &peer));
    TEST_ASSERT_EQUAL_UINT16(9, peer.port);
    TEST_ASSERT_EQUAL_UINT16(PORT, sim_far(conn).port);
    TEST_ASSERT_EQUAL_UINT16(9, sim_near(conn).port);
}

static void test_sockets_run_out(void)
{
    struct port_net_addr at = sim_addr("10.1.1.1", 1);
    sim_limit_sockets(sim, sim_sockets_held(sim));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_connect(net, &at));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_udp_open(net));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_listen(net, &at, 1));
    sim_limit_sockets(sim, UINT32_MAX);
}

static void test_chance_is_from_the_seed(void)
{
    uint8_t once[32], again[32], other[32];
    end();
    begin(77);
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_DONE, port_random(once, sizeof once));
    end();
    begin(77);
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_DONE, port_random(again, sizeof again));
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_DONE, port_random(other, sizeof other));
    TEST_ASSERT_EQUAL_MEMORY(once, again, sizeof once);
    TEST_ASSERT_TRUE(memcmp(once, other, sizeof once) != 0);
    sim_drain_entropy(sim);
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_NONE, port_random(other, sizeof other));
    sim_refill_entropy(sim);
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_DONE, port_random(other, sizeof other));
}

static void test_a_panic_can_be_caught(void)
{
    volatile int line = 0;
    if (setjmp(*sim_catch_panic()) == 0) {
        line = __LINE__ + 1;
        PN_ASSERT(line == 0);
        TEST_FAIL_MESSAGE("the assertion held");
    }
    TEST_ASSERT_EQUAL_INT(line, sim_panic_line());
    TEST_ASSERT_NOT_NULL(strstr(sim_panic_file(), "test_sim.c"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_every_byte_comes_back_in_any_weather);
    RUN_TEST(test_resets_free_everything);
    RUN_TEST(test_a_seed_is_a_run);
    RUN_TEST(test_time_moves_when_nothing_happens);
    RUN_TEST(test_wall_clock_may_be_unknown);
    RUN_TEST(test_idle_means_nothing_more_will_happen);
    RUN_TEST(test_stall_holds_bytes_back);
    RUN_TEST(test_chop_cuts_both_ways);
    RUN_TEST(test_nobody_is_forgotten_beside_noise);
    RUN_TEST(test_closing_unread_loses_what_was_sent);
    RUN_TEST(test_a_client_that_closed_answers_with_reset);
    RUN_TEST(test_upstreams_answer_as_they_are_told);
    RUN_TEST(test_nobody_listens);
    RUN_TEST(test_sockets_run_out);
    RUN_TEST(test_chance_is_from_the_seed);
    RUN_TEST(test_a_panic_can_be_caught);
    return UNITY_END();
}
