/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "unity.h"

#include "test/port/net_suite.h"

#define SOCKETS_MAX 6U

static const struct peer_driver *peers;
static struct port_net *net;
static int32_t listener;
static uint16_t port;

static void begin(void)
{
    peers->up();
    size_t bytes = port_net_bytes(SOCKETS_MAX);
    net = port_net_init(malloc(bytes), bytes, SOCKETS_MAX);
    TEST_ASSERT_NOT_NULL(net);
    listener = port_net_listen(net, &peers->here, 16);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, listener);
    struct port_net_addr at;
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, port_net_local(net, listener, &at));
    port = at.port;
}

static void end(void)
{
    port_net_close_all(net);
    free(net);
    peers->down();
}

/* Wait and drain the round, up to a second, until `socket` is reported. */
static int reported(int32_t socket)
{
    for (int turn = 0; turn < 20; turn++) {
        int found = 0;
        port_net_wait(net, 50);
        for (int32_t ready; (ready = port_net_ready(net)) >= 0;) found |= ready == socket;
        if (found) return 1;
    }
    return 0;
}

/* In how many of the next five turns `socket` is reported, without anything new. */
static int reports(int32_t socket)
{
    int count = 0;
    for (int turn = 0; turn < 5; turn++) {
        peers->settle();
        port_net_wait(net, 0);
        for (int32_t ready; (ready = port_net_ready(net)) >= 0;) count += ready == socket;
    }
    return count;
}

/* Try what a hint was for and find nothing: a report is only a hint, and stands until then. */
static void exhaust(int32_t socket)
{
    uint8_t byte;
    reports(socket);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(net, listener, NULL));
    if (socket >= 0 && socket != listener)
        TEST_ASSERT_EQUAL_INT32(PORT_NET_AGAIN, port_net_recv(net, socket, &byte, 1));
}

struct pair {
    struct peer *peer;
    int32_t ours;
};

static struct pair pair_up(void)
{
    struct pair p = { .peer = peers->connect(port), .ours = PORT_NET_NONE };
    for (int i = 0; i < 20 && p.ours < 0; i++) {
        p.ours = port_net_accept(net, listener, NULL);
        if (p.ours < 0) reported(listener);
    }
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, p.ours);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(net, listener, NULL));
    return p;
}

static void part(struct pair p)
{
    port_net_close(net, p.ours);
    peers->release(p.peer);
}

/* Read `len` bytes, waiting for each part. */
static void expect_bytes(int32_t socket, const void *bytes, size_t len)
{
    uint8_t got[256];
    size_t have = 0;

    while (have < len) {
        int32_t n = port_net_recv(net, socket, got + have, sizeof got - have);
        if (n == PORT_NET_AGAIN) {
            TEST_ASSERT_TRUE_MESSAGE(reported(socket), "bytes came and nobody said so");
            continue;
        }
        TEST_ASSERT_GREATER_THAN_INT32(0, n);
        have += (size_t)n;
    }
    TEST_ASSERT_EQUAL_size_t(len, have);
    TEST_ASSERT_EQUAL_MEMORY(bytes, got, len);
}

static void expect_eof(int32_t socket, int32_t how)
{
    uint8_t byte;
    int32_t n = port_net_recv(net, socket, &byte, 1);
    for (int i = 0; i < 20 && n == PORT_NET_AGAIN; i++) {
        TEST_ASSERT_TRUE_MESSAGE(reported(socket), "the end came and nobody said so");
        n = port_net_recv(net, socket, &byte, 1);
    }
    TEST_ASSERT_EQUAL_INT32(how, n);
}

static void test_too_little_memory_is_refused(void)
{
    size_t bytes = port_net_bytes(4);
    void *memory = malloc(bytes);
    TEST_ASSERT_NULL(port_net_init(memory, bytes - 1, 4));
    TEST_ASSERT_NULL(port_net_init(memory, bytes, 0));
    free(memory);
}

static void test_two_listeners_on_a_port(void)
{
    struct port_net_addr at = peers->here;
    at.port = port;
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_listen(net, &at, 16));
}

static void test_new_connection_is_ready_at_once(void)
{
    struct peer *peer = peers->connect(port);
    peers->push(peer, "hi", 2);
    TEST_ASSERT_TRUE(reported(listener));
    struct port_net_addr from = { 0 };
    int32_t ours = port_net_accept(net, listener, &from);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, ours);
    TEST_ASSERT_EQUAL_UINT8(4, from.family);
    TEST_ASSERT_NOT_EQUAL_UINT16(0, from.port);
    TEST_ASSERT_TRUE(reported(ours));
    expect_bytes(ours, "hi", 2);
    part((struct pair){ peer, ours });
}

static void test_waiting_takes_as_long_as_asked(void)
{
    port_net_accept(net, listener, NULL);
    uint64_t start_ms = peers->now_ms();
    TEST_ASSERT_EQUAL_UINT32(0, port_net_wait(net, 50));
    TEST_ASSERT_GREATER_OR_EQUAL_UINT64(49, peers->now_ms() - start_ms);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_ready(net));
}

static void test_mark_stands_until_all_was_read(void)
{
    uint8_t in[8];
    struct pair p = pair_up();
    peers->push(p.peer, "abcdef", 6);
    TEST_ASSERT_TRUE(reported(p.ours));
    TEST_ASSERT_EQUAL_INT(5, reports(p.ours));
    TEST_ASSERT_EQUAL_INT32(4, port_net_recv(net, p.ours, in, 4));
    TEST_ASSERT_EQUAL_INT(5, reports(p.ours));
    TEST_ASSERT_EQUAL_INT32(2, port_net_recv(net, p.ours, in, 4));
    TEST_ASSERT_EQUAL_INT(0, reports(p.ours));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_AGAIN, port_net_recv(net, p.ours, in, 4));
    peers->push(p.peer, "g", 1);
    TEST_ASSERT_TRUE(reported(p.ours));
    part(p);
}

static void test_each_is_reported_once_in_a_round(void)
{
    struct pair a = pair_up(), b = pair_up();
    peers->push(a.peer, "a", 1);
    peers->push(b.peer, "b", 1);
    int seen_a = 0, seen_b = 0;
    for (int i = 0; i < 20 && !(seen_a && seen_b); i++) {
        seen_a = seen_b = 0;
        port_net_wait(net, 50);
        for (int32_t ready; (ready = port_net_ready(net)) >= 0;) {
            seen_a += ready == a.ours;
            seen_b += ready == b.ours;
        }
    }
    TEST_ASSERT_EQUAL_INT(1, seen_a);
    TEST_ASSERT_EQUAL_INT(1, seen_b);
    part(a);
    part(b);
}

static void test_closed_in_the_round_is_not_reported(void)
{
    struct pair a = pair_up(), b = pair_up();
    peers->push(a.peer, "a", 1);
    peers->push(b.peer, "b", 1);
    peers->settle();
    port_net_wait(net, 50);
    int32_t first = port_net_ready(net);
    while (first == listener) first = port_net_ready(net);
    int32_t other = first == a.ours ? b.ours : a.ours;
    port_net_close(net, other);
    for (int32_t ready; (ready = port_net_ready(net)) >= 0;)
        TEST_ASSERT_NOT_EQUAL_INT32(other, ready);
    port_net_close(net, first);
    TEST_ASSERT_EQUAL_INT(0, reports(a.ours) + reports(b.ours));
    peers->release(a.peer);
    peers->release(b.peer);
}

static void test_end_of_bytes(void)
{
    struct pair p = pair_up();
    peers->push(p.peer, "last", 4);
    peers->fin(p.peer);
    expect_bytes(p.ours, "last", 4);
    expect_eof(p.ours, PORT_NET_EOF);
    expect_eof(p.ours, PORT_NET_EOF);
    TEST_ASSERT_EQUAL_INT(PORT_NET_PEER_SHUT, port_net_peer(net, p.ours));
    reports(p.ours);
    TEST_ASSERT_EQUAL_INT(0, reports(p.ours));
    part(p);
}

/* A short read with the FIN right behind it: nobody rings twice for that. */
static void test_end_right_behind_bytes(void)
{
    uint8_t in[64];
    struct pair p = pair_up();
    peers->push(p.peer, "x", 1);
    peers->fin(p.peer);
    TEST_ASSERT_TRUE(reported(p.ours));
    TEST_ASSERT_EQUAL_INT32(1, port_net_recv(net, p.ours, in, sizeof in));
    TEST_ASSERT_TRUE(reported(p.ours));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_EOF, port_net_recv(net, p.ours, in, sizeof in));
    part(p);
}

static void test_reset_is_not_an_end(void)
{
    struct pair p = pair_up();
    peers->reset(p.peer);
    expect_eof(p.ours, PORT_NET_FAULT);
    TEST_ASSERT_EQUAL_INT(PORT_NET_PEER_GONE, port_net_peer(net, p.ours));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_send(net, p.ours, "x", 1));
    part(p);
}

static void test_answer_after_half_close(void)
{
    char in[16];
    struct pair p = pair_up();
    peers->push(p.peer, "ask", 3);
    peers->fin(p.peer);
    expect_bytes(p.ours, "ask", 3);
    expect_eof(p.ours, PORT_NET_EOF);
    TEST_ASSERT_EQUAL_INT32(6, port_net_send(net, p.ours, "answer", 6));
    port_net_shut(net, p.ours);
    TEST_ASSERT_EQUAL_size_t(6, peers->take(p.peer, in, sizeof in));
    TEST_ASSERT_EQUAL_MEMORY("answer", in, 6);
    TEST_ASSERT_EQUAL_INT(PEER_SHUT, peers->end(p.peer));
    part(p);
}

static void expect_leave_is_told(void (*leave)(struct peer *), const char *unread,
                                 enum port_net_peer as)
{
    struct pair p = pair_up();
    port_net_want(net, p.ours, 0);
    reports(p.ours);
    peers->push(p.peer, unread, strlen(unread));
    TEST_ASSERT_EQUAL_INT_MESSAGE(0, reports(p.ours), "bytes that nobody wanted were reported");
    TEST_ASSERT_EQUAL_INT(PORT_NET_PEER_OPEN, port_net_peer(net, p.ours));
    leave(p.peer);
    TEST_ASSERT_TRUE_MESSAGE(reported(p.ours), "the client left and nobody said so");
    TEST_ASSERT_EQUAL_INT(as, port_net_peer(net, p.ours));
    TEST_ASSERT_EQUAL_INT_MESSAGE(0, reports(p.ours), "it is reported once");
    part(p);
}

static void test_leaving_is_told_when_nothing_is_wanted(void)
{
    expect_leave_is_told(peers->fin, "", PORT_NET_PEER_SHUT);
    expect_leave_is_told(peers->fin, "unread", PORT_NET_PEER_SHUT);
    expect_leave_is_told(peers->reset, "", PORT_NET_PEER_GONE);
}

static void test_what_is_not_wanted_waits(void)
{
    struct pair p = pair_up();
    exhaust(p.ours);
    port_net_want(net, p.ours, 0);
    peers->push(p.peer, "later", 5);
    TEST_ASSERT_EQUAL_INT(0, reports(p.ours));
    uint64_t start_ms = peers->now_ms();
    while (peers->now_ms() - start_ms < 30) TEST_ASSERT_EQUAL_UINT32(0, port_net_wait(net, 10));
    port_net_want(net, p.ours, PORT_NET_WANT_RX);
    TEST_ASSERT_TRUE(reported(p.ours));
    expect_bytes(p.ours, "later", 5);
    part(p);
}

static uint8_t pattern(size_t at)
{
    return (uint8_t)(at * 31 + at / 251);
}

static size_t send_until_again(int32_t socket, size_t from)
{
    uint8_t out[5000];
    for (size_t at = from;;) {
        for (size_t i = 0; i < sizeof out; i++) out[i] = pattern(at + i);
        int32_t n = port_net_send(net, socket, out, sizeof out);
        if (n == PORT_NET_AGAIN) return at;
        TEST_ASSERT_GREATER_THAN_INT32(0, n);
        at += (size_t)n;
        TEST_ASSERT_LESS_THAN_size_t_MESSAGE(64U << 20, at, "nothing holds us back");
    }
}

static size_t take_all(struct peer *peer, size_t from, size_t to)
{
    static uint8_t in[65536];
    while (from < to) {
        size_t n = peers->take(peer, in, sizeof in);
        if (n == 0) break;
        for (size_t i = 0; i < n; i++) TEST_ASSERT_EQUAL_UINT8(pattern(from + i), in[i]);
        from += n;
    }
    return from;
}

static void test_room_to_send_comes_back(void)
{
    struct pair p = pair_up();
    size_t sent = send_until_again(p.ours, 0), taken = 0;
    for (int round = 0; round < 3; round++) {
        port_net_want(net, p.ours, PORT_NET_WANT_RX | PORT_NET_WANT_TX);
        taken = take_all(p.peer, taken, sent);
        TEST_ASSERT_TRUE(reported(p.ours));
        size_t more = send_until_again(p.ours, sent);
        TEST_ASSERT_GREATER_THAN_size_t(sent, more);
        sent = more;
    }
    port_net_want(net, p.ours, PORT_NET_WANT_RX);
    TEST_ASSERT_EQUAL_size_t(sent, take_all(p.peer, taken, sent));
    exhaust(p.ours);
    TEST_ASSERT_EQUAL_INT_MESSAGE(0, reports(p.ours), "room is told, but nobody wants it");
    part(p);
}

static void test_wanting_to_send_with_room_is_ready(void)
{
    struct pair p = pair_up();
    exhaust(p.ours);
    TEST_ASSERT_EQUAL_INT(0, reports(p.ours));
    port_net_want(net, p.ours, PORT_NET_WANT_TX);
    TEST_ASSERT_EQUAL_INT(5, reports(p.ours));
    part(p);
}

static void test_connect(void)
{
    struct port_net_addr at;
    char in[8];
    struct peer *upstream = peers->listen(&at);
    int32_t ours = port_net_connect(net, &at);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, ours);
    while (port_net_connected(net, ours) == PORT_NET_AGAIN) TEST_ASSERT_TRUE(reported(ours));
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, port_net_connected(net, ours));
    struct peer *peer = peers->accept(upstream);
    TEST_ASSERT_NOT_NULL(peer);
    TEST_ASSERT_EQUAL_INT32(3, port_net_send(net, ours, "ask", 3));
    TEST_ASSERT_EQUAL_size_t(3, peers->take(peer, in, sizeof in));
    peers->push(peer, "answer", 6);
    expect_bytes(ours, "answer", 6);
    exhaust(ours);
    TEST_ASSERT_EQUAL_INT_MESSAGE(0, reports(ours), "an idle connection rests");
    part((struct pair){ peer, ours });
    peers->release(upstream);
}

static void test_connect_refused(void)
{
    int32_t ours = port_net_connect(net, &peers->nobody);
    if (ours == PORT_NET_FAULT) return; /* the system knew at once */
    while (port_net_connected(net, ours) == PORT_NET_AGAIN) TEST_ASSERT_TRUE(reported(ours));
    TEST_ASSERT_EQUAL_INT(PORT_NET_FAULT, port_net_connected(net, ours));
    port_net_close(net, ours);
}

static void test_full_table_rests_the_listener(void)
{
    struct pair pairs[SOCKETS_MAX - 1];
    for (uint32_t i = 0; i < SOCKETS_MAX - 1; i++) pairs[i] = pair_up();
    struct peer *late = peers->connect(port);
    peers->push(late, "late", 4);
    for (int i = 0; i < 5; i++) {
        port_net_wait(net, 10);
        while (port_net_ready(net) >= 0)
            ;
        TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(net, listener, NULL));
    }
    TEST_ASSERT_EQUAL_INT_MESSAGE(0, reports(listener), "a full table makes no busy loop");
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_connect(net, &peers->nobody));
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_udp_open(net));

    part(pairs[0]);
    TEST_ASSERT_TRUE(reported(listener));
    int32_t ours = port_net_accept(net, listener, NULL);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, ours);
    expect_bytes(ours, "late", 4);
    part((struct pair){ late, ours });
    for (uint32_t i = 1; i < SOCKETS_MAX - 1; i++) part(pairs[i]);
}

static void test_resting_listener(void)
{
    port_net_want(net, listener, 0);
    reports(listener);
    struct peer *peer = peers->connect(port);
    TEST_ASSERT_EQUAL_INT(0, reports(listener));
    port_net_want(net, listener, PORT_NET_WANT_RX);
    TEST_ASSERT_TRUE(reported(listener));
    int32_t ours = port_net_accept(net, listener, NULL);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, ours);
    part((struct pair){ peer, ours });
}

static void test_wake(void)
{
    port_net_accept(net, listener, NULL);
    port_net_wait(net, 0);
    for (int i = 0; i < 3; i++) {
        uint64_t start_ms = peers->now_ms();
        port_net_wake(net);
        port_net_wake(net);
        TEST_ASSERT_EQUAL_UINT32(0, port_net_wait(net, 5000));
        TEST_ASSERT_LESS_THAN_UINT64(1000, peers->now_ms() - start_ms);
    }
    uint64_t start_ms = peers->now_ms();
    port_net_wait(net, 30);
    TEST_ASSERT_GREATER_OR_EQUAL_UINT64(29, peers->now_ms() - start_ms);
}

static void test_shut_then_read_on(void)
{
    struct pair p = pair_up();
    TEST_ASSERT_EQUAL_INT32(4, port_net_send(net, p.ours, "stop", 4));
    port_net_shut(net, p.ours);
    peers->push(p.peer, "still going", 11);
    expect_bytes(p.ours, "still going", 11);
    peers->fin(p.peer);
    expect_eof(p.ours, PORT_NET_EOF);
    port_net_close(net, p.ours);
    char in[8];
    TEST_ASSERT_EQUAL_size_t(4, peers->take(p.peer, in, sizeof in));
    TEST_ASSERT_EQUAL_INT(PEER_SHUT, peers->end(p.peer));
    peers->release(p.peer);
}

static void test_datagrams(void)
{
    char in[16];
    struct port_net_addr at, from;
    struct peer *server = peers->udp(&at);
    int32_t ours = port_net_udp_open(net);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, ours);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_AGAIN, port_net_udp_recv(net, ours, &from, in, sizeof in));
    TEST_ASSERT_EQUAL_INT32(5, port_net_udp_send(net, ours, &at, "query", 5));
    TEST_ASSERT_EQUAL_size_t(5, peers->udp_take(server, &from, in, sizeof in));
    peers->udp_push(server, &from, "", 0);
    peers->udp_push(server, &from, "answer", 6);
    struct port_net_addr sender = { 0 };
    int32_t n = 0;
    for (int i = 0; i < 20 && n == PORT_NET_AGAIN; i++) {
        TEST_ASSERT_TRUE(reported(ours));
        n = port_net_udp_recv(net, ours, &sender, in, sizeof in);
    }
    TEST_ASSERT_EQUAL_INT32(6, n);
    TEST_ASSERT_EQUAL_MEMORY("answer", in, 6);
    TEST_ASSERT_EQUAL_UINT16(at.port, sender.port);
    TEST_ASSERT_EQUAL_MEMORY(at.ip, sender.ip, 4);
    port_net_udp_recv(net, ours, &sender, in, sizeof in);
    TEST_ASSERT_EQUAL_INT(0, reports(ours));
    port_net_close(net, ours);
    peers->release(server);
}

static void test_pointer_of_the_callers(void)
{
    int mine;
    struct pair p = pair_up();
    TEST_ASSERT_NULL(port_net_socket_user(net, p.ours));
    port_net_socket_set_user(net, p.ours, &mine);
    TEST_ASSERT_EQUAL_PTR(&mine, port_net_socket_user(net, p.ours));
    int32_t number = p.ours;
    part(p);
    p = pair_up();
    TEST_ASSERT_EQUAL_INT32_MESSAGE(number, p.ours, "numbers are used again");
    TEST_ASSERT_NULL(port_net_socket_user(net, p.ours));
    part(p);
}

static void run(void (*test)(void), const char *name, int line)
{
    peers->settle();
    UnityDefaultTestRun(test, name, line);
}

void net_suite_run(const struct peer_driver *driver)
{
    peers = driver;
#define RUN_IN_NET(test) \
    do { \
        begin(); \
        run(test, #test, __LINE__); \
        end(); \
    } while (0)
    RUN_IN_NET(test_too_little_memory_is_refused);
    RUN_IN_NET(test_two_listeners_on_a_port);
    RUN_IN_NET(test_new_connection_is_ready_at_once);
    RUN_IN_NET(test_waiting_takes_as_long_as_asked);
    RUN_IN_NET(test_mark_stands_until_all_was_read);
    RUN_IN_NET(test_each_is_reported_once_in_a_round);
    RUN_IN_NET(test_closed_in_the_round_is_not_reported);
    RUN_IN_NET(test_end_of_bytes);
    RUN_IN_NET(test_end_right_behind_bytes);
    RUN_IN_NET(test_reset_is_not_an_end);
    RUN_IN_NET(test_answer_after_half_close);
    RUN_IN_NET(test_leaving_is_told_when_nothing_is_wanted);
    RUN_IN_NET(test_what_is_not_wanted_waits);
    RUN_IN_NET(test_room_to_send_comes_back);
    RUN_IN_NET(test_wanting_to_send_with_room_is_ready);
    RUN_IN_NET(test_connect);
    RUN_IN_NET(test_connect_refused);
    RUN_IN_NET(test_full_table_rests_the_listener);
    RUN_IN_NET(test_resting_listener);
    RUN_IN_NET(test_wake);
    RUN_IN_NET(test_shut_then_read_on);
    RUN_IN_NET(test_datagrams);
    RUN_IN_NET(test_pointer_of_the_callers);
#undef RUN_IN_NET
}
