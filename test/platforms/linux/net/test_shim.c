/* What only Linux does: workers that share a listener, descriptors that run out, many connections,
 * and how often the kernel is bothered.
 *
 * SPDX-License-Identifier: Apache-2.0
 * links: linux
 * label: unit tsan slow */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "unity.h"

#include "platforms/linux/net/shim.h"
#include "port/port_clock.h"
#include "port/port_net.h"
#include "port/port_random.h"

struct loop { /* what each event loop has */
    struct shim *shim;
    struct port_net *net;
};

static struct loop loop_up(uint32_t sockets_max)
{
    struct loop loop;
    size_t shim_size = shim_bytes(sockets_max + 1), net_size = port_net_bytes(sockets_max);
    loop.shim = shim_init(malloc(shim_size), shim_size, sockets_max + 1);
    shim_enter(loop.shim);
    loop.net = port_net_init(malloc(net_size), net_size, sockets_max);
    return loop;
}

static void loop_down(struct loop loop)
{
    port_net_close_all(loop.net);
    free(loop.net);
    shim_close(loop.shim);
    free(loop.shim);
}

static struct loop here;

void setUp(void)
{
    here = loop_up(64);
}

void tearDown(void)
{
    loop_down(here);
}

static const struct port_net_addr loopback = { .family = 4, .ip = { 127, 0, 0, 1 } };

static uint16_t port_of(struct port_net *net, int32_t socket)
{
    struct port_net_addr at = { 0 };
    port_net_local(net, socket, &at);
    return at.port;
}

static int client_of(uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return -1;
    return fd;
}

static int32_t accept_one(struct port_net *net, int32_t listener)
{
    for (int i = 0; i < 50; i++) {
        int32_t ours = port_net_accept(net, listener, NULL);
        if (ours >= 0) return ours;
        port_net_wait(net, 20);
        while (port_net_ready(net) >= 0)
            ;
    }
    return PORT_NET_NONE;
}

static void test_second_gateway_on_the_port_fails(void)
{
    int32_t listener = port_net_listen(here.net, &loopback, 8);
    struct port_net_addr at = loopback;
    at.port = port_of(here.net, listener);
    TEST_ASSERT_EQUAL_INT(-EADDRINUSE, shim_listener_open(&at));
    struct loop other = loop_up(4);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_FAULT, port_net_listen(other.net, &at, 8));
    loop_down(other);
    shim_enter(here.shim);
}

static void test_ipv6(void)
{
    struct port_net_addr at = { .family = 6, .ip = { [15] = 1 } }, peer = { 0 };
    int32_t listener = port_net_listen(here.net, &at, 8);
    if (listener == PORT_NET_FAULT) TEST_IGNORE_MESSAGE("no IPv6 on this machine");
    at.port = port_of(here.net, listener);
    int32_t client = port_net_connect(here.net, &at);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, client);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, accept_one(here.net, listener));
    for (int i = 0; i < 50 && port_net_connected(here.net, client) == PORT_NET_AGAIN; i++)
        port_net_wait(here.net, 20);
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, port_net_connected(here.net, client));
    TEST_ASSERT_EQUAL_INT(PORT_NET_DONE, port_net_local(here.net, client, &peer));
    TEST_ASSERT_EQUAL_UINT8(6, peer.family);
    TEST_ASSERT_EQUAL_MEMORY(at.ip, peer.ip, 16);
}

/* ---- a listener shared by two workers ---- */

struct worker {
    pthread_t thread;
    int listener, quit;
    uint32_t served;
    struct loop loop;
    struct port_net *_Atomic net;
};

static void serve(struct port_net *net, int32_t socket)
{
    char byte;
    int32_t n = port_net_recv(net, socket, &byte, 1);
    if (n == 1) port_net_send(net, socket, &byte, 1);
    if (n == PORT_NET_EOF || n == PORT_NET_FAULT) port_net_close(net, socket);
}

static void *work(void *argument)
{
    struct worker *worker = (struct worker *)argument;
    struct loop loop = worker->loop = loop_up(64);
    int32_t listener =
        port_net_listen_adopt(loop.net, (intptr_t)shim_adopt(loop.shim, worker->listener, 64));

    worker->net = loop.net;
    while (!__atomic_load_n(&worker->quit, __ATOMIC_ACQUIRE)) {
        port_net_wait(loop.net, UINT32_MAX);
        for (int32_t ready; (ready = port_net_ready(loop.net)) >= 0;) {
            if (ready != listener) serve(loop.net, ready);
            else if (port_net_accept(loop.net, listener, NULL) >= 0) worker->served++;
        }
    }
    return NULL;
}

/* The loop outlives its thread: it must be there while somebody may wake it. */
static void dismiss(struct worker *worker)
{
    __atomic_store_n(&worker->quit, 1, __ATOMIC_RELEASE);
    port_net_wake(worker->net);
    pthread_join(worker->thread, NULL);
    loop_down(worker->loop);
}

static void test_workers_share_a_listener(void)
{
    struct port_net_addr at = loopback;
    int fd = shim_listener_open(&at);
    TEST_ASSERT_GREATER_OR_EQUAL_INT(0, fd);
    struct sockaddr_in where;
    socklen_t bytes = sizeof where;
    getsockname(fd, (struct sockaddr *)&where, &bytes);

    struct worker workers[2] = { { .listener = fd }, { .listener = fd } };
    for (int i = 0; i < 2; i++) pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    while (workers[0].net == NULL || workers[1].net == NULL) usleep(1000);
    close(fd); /* each worker has its own by now */

    for (int i = 0; i < 40; i++) {
        char byte = (char)i;
        int client = client_of(ntohs(where.sin_port));
        TEST_ASSERT_GREATER_OR_EQUAL_INT(0, client);
        TEST_ASSERT_EQUAL_INT(1, send(client, &byte, 1, MSG_NOSIGNAL));
        byte = 0;
        TEST_ASSERT_EQUAL_INT(1, recv(client, &byte, 1, 0));
        TEST_ASSERT_EQUAL_INT((char)i, byte);
        close(client);
    }
    for (int i = 0; i < 2; i++) dismiss(&workers[i]);
    TEST_ASSERT_EQUAL_UINT32(40, workers[0].served + workers[1].served);
    TEST_ASSERT_EQUAL_INT_MESSAGE(-1, client_of(ntohs(where.sin_port)), "nobody listens any more");
}

static void *wake_later(void *net)
{
    usleep(30000);
    port_net_wake((struct port_net *)net);
    return NULL;
}

static void test_another_thread_ends_the_wait(void)
{
    pthread_t thread;
    uint64_t start_ms = port_clock_ms();
    pthread_create(&thread, NULL, wake_later, here.net);
    port_net_wait(here.net, 60000);
    pthread_join(thread, NULL);
    TEST_ASSERT_LESS_THAN_UINT64(60000, port_clock_ms() - start_ms);
}

static void test_descriptors_run_out(void)
{
    int32_t listener = port_net_listen(here.net, &loopback, 64);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(here.net, listener, NULL));
    int client = client_of(port_of(here.net, listener));
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)client + 1; /* the lowest free descriptor is beyond the limit */
    int fillers[256], count = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    while (count < 256 && (fillers[count] = dup(client)) >= 0) count++;

    uint64_t start_ms = port_clock_ms();
    int turns = 0;
    for (; port_clock_ms() - start_ms < 300; turns++) {
        port_net_wait(here.net, 100);
        while (port_net_ready(here.net) >= 0)
            TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(here.net, listener, NULL));
    }
    setrlimit(RLIMIT_NOFILE, &before);
    while (count > 0) close(fillers[--count]);
    TEST_ASSERT_LESS_THAN_INT_MESSAGE(30, turns, "a busy loop");
    start_ms = port_clock_ms();
    int told = 0;
    while (!told && port_clock_ms() - start_ms < 60000) {
        port_net_wait(here.net, 100);
        for (int32_t ready; (ready = port_net_ready(here.net)) >= 0;)
            told |= ready == listener && port_net_accept(here.net, listener, NULL) >= 0;
    }
    TEST_ASSERT_TRUE_MESSAGE(told, "the listener never looked again");
    close(client);
}

/* ---- what has been told does not keep the loop awake ---- */

static void expect_rest(const char *after)
{
    for (int i = 0; i < 4; i++) { /* what there is to tell may be told, and unwatched */
        port_net_wait(here.net, 5);
        while (port_net_ready(here.net) >= 0)
            ;
    }
    uint64_t start_ms = port_clock_ms();
    int turns = 0;
    for (; port_clock_ms() - start_ms < 60; turns++)
        TEST_ASSERT_EQUAL_UINT32_MESSAGE(0, port_net_wait(here.net, 60), after);
    TEST_ASSERT_LESS_THAN_INT_MESSAGE(4, turns, after);
}

static void expect_rest_after(const char *what, int client_shuts, int we_shut, uint32_t wants)
{
    uint8_t byte;
    int32_t listener = port_net_listen(here.net, &loopback, 8);
    int client = client_of(port_of(here.net, listener));
    int32_t ours = accept_one(here.net, listener);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(here.net, listener, NULL));
    struct linger now = { .l_onoff = 1 };

    if (we_shut) port_net_shut(here.net, ours);
    if (client_shuts) shutdown(client, SHUT_WR);
    else setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    if (!client_shuts) close(client);
    for (int i = 0; i < 20 && port_net_recv(here.net, ours, &byte, 1) == PORT_NET_AGAIN; i++)
        port_net_wait(here.net, 20);
    port_net_want(here.net, ours, wants);
    expect_rest(what);
    if (client_shuts) close(client);
    port_net_close(here.net, ours);
    port_net_close(here.net, listener);
}

static void test_the_loop_rests_after_all_was_told(void)
{
    expect_rest_after("FIN, reading", 1, 0, PORT_NET_WANT_RX);
    expect_rest_after("FIN, nothing wanted", 1, 0, 0);
    expect_rest_after("both shut, reading", 1, 1, PORT_NET_WANT_RX);
    expect_rest_after("both shut, nothing wanted", 1, 1, 0);
    expect_rest_after("reset, reading", 0, 0, PORT_NET_WANT_RX);
    expect_rest_after("reset, nothing wanted", 0, 0, 0);
}

static void test_a_shared_listener_that_was_closed_is_silent(void)
{
    struct port_net_addr at = loopback;
    int fd = shim_listener_open(&at);
    int32_t listener = port_net_listen_adopt(here.net, (intptr_t)shim_adopt(here.shim, fd, 4));
    uint16_t port = port_of(here.net, listener);
    port_net_close(here.net, listener);
    int client = client_of(port); /* another worker would take it */
    TEST_ASSERT_GREATER_OR_EQUAL_INT(0, client);
    expect_rest("a listener of others");
    close(client);
    close(fd);
}

/* ---- a proxied request costs no epoll_ctl ---- */

static void pass_on(struct port_net *net, int32_t from, int32_t to)
{
    char bytes[2048];
    int32_t n = PORT_NET_AGAIN;

    while (n == PORT_NET_AGAIN) {
        port_net_wait(net, 1000);
        for (int32_t ready; (ready = port_net_ready(net)) >= 0;) {
            TEST_ASSERT_EQUAL_INT32_MESSAGE(from, ready, "woken for nothing");
            n = port_net_recv(net, from, bytes, sizeof bytes);
        }
    }
    TEST_ASSERT_GREATER_THAN_INT32(0, n);
    TEST_ASSERT_EQUAL_INT32(n, port_net_send(net, to, bytes, (size_t)n));
}

static void test_steady_requests_change_no_watch(void)
{
    struct port_net_addr at = loopback;
    int upstream_listener = shim_listener_open(&at);
    socklen_t size = sizeof(struct sockaddr_in);
    struct sockaddr_in where;
    getsockname(upstream_listener, (struct sockaddr *)&where, &size);
    at.port = ntohs(where.sin_port);

    int32_t listener = port_net_listen(here.net, &loopback, 64);
    int client = client_of(port_of(here.net, listener));
    int32_t ours = accept_one(here.net, listener);
    TEST_ASSERT_EQUAL_INT32(PORT_NET_NONE, port_net_accept(here.net, listener, NULL));
    int32_t leg = port_net_connect(here.net, &at);
    while (port_net_connected(here.net, leg) == PORT_NET_AGAIN) port_net_wait(here.net, 1000);
    int upstream = -1;
    while (upstream < 0) upstream = accept4(upstream_listener, NULL, NULL, SOCK_CLOEXEC);
    char bytes[512] = { 0 };
    port_net_recv(here.net, ours, bytes, 1); /* AGAIN: what a new socket's mark is for */
    port_net_recv(here.net, leg, bytes, 1);
    port_net_wait(here.net, 0);
    while (port_net_ready(here.net) >= 0)
        ;

    uint64_t before = 0;
    for (int i = 0; i < 200; i++) {
        if (i == 2) before = shim_watch_changes(here.shim);
        TEST_ASSERT_EQUAL_INT(sizeof bytes, send(client, bytes, sizeof bytes, 0));
        pass_on(here.net, ours, leg);
        port_net_want(here.net, ours, 0); /* no second request before the answer */
        TEST_ASSERT_EQUAL_INT(sizeof bytes, recv(upstream, bytes, sizeof bytes, 0));
        TEST_ASSERT_EQUAL_INT(sizeof bytes, send(upstream, bytes, sizeof bytes, 0));
        pass_on(here.net, leg, ours);
        port_net_want(here.net, ours, PORT_NET_WANT_RX);
        TEST_ASSERT_EQUAL_INT(sizeof bytes, recv(client, bytes, sizeof bytes, 0));
    }
    TEST_ASSERT_EQUAL_UINT64(before, shim_watch_changes(here.shim));
    close(client);
    close(upstream);
    close(upstream_listener);
}

/* ---- more than fits ---- */

#define FLOOD_BYTES (14U << 20) /* more than the kernel's buffers hold */

static uint8_t flood_byte(size_t at)
{
    return (uint8_t)(at * 131 + at / 4093);
}

/* The client's side of a flood: send what goes, read a little; how far each has come. */
static void flood_turn(int client, size_t *pushed, size_t *taken)
{
    static uint8_t bytes[60000];

    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = flood_byte(*pushed + i);
    size_t left = FLOOD_BYTES - *pushed, len = left < sizeof bytes ? left : sizeof bytes;
    ssize_t n = len == 0 ? 0 : send(client, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) *pushed += (size_t)n;
    n = recv(client, bytes, 20000, MSG_DONTWAIT);
    for (ssize_t i = 0; i < n; i++)
        TEST_ASSERT_EQUAL_UINT8(flood_byte(*taken + (size_t)i), bytes[i]);
    if (n > 0) *taken += (size_t)n;
}

static void test_backpressure_holds_both_ways(void)
{
    static uint8_t held[30000];
    size_t from = 0, to = 0, pushed = 0, taken = 0;
    int32_t listener = port_net_listen(here.net, &loopback, 8);
    int client = client_of(port_of(here.net, listener)), blocked = 0, little = 32768;
    setsockopt(client, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    int32_t ours = accept_one(here.net, listener);

    for (int turn = 0; taken < FLOOD_BYTES && turn < 200000; turn++) {
        flood_turn(client, &pushed, &taken);
        port_net_wait(here.net, 1);
        for (int32_t ready; (ready = port_net_ready(here.net)) >= 0;) {
            int32_t n = 0;
            if (ready != ours) continue;
            if (from == to && (n = port_net_recv(here.net, ours, held, sizeof held)) > 0) {
                from = 0;
                to = (size_t)n;
            }
            if (from < to && (n = port_net_send(here.net, ours, held + from, to - from)) > 0)
                from += (size_t)n;
            blocked += from < to;
            port_net_want(here.net, ours, from < to ? PORT_NET_WANT_TX : PORT_NET_WANT_RX);
        }
    }
    TEST_ASSERT_EQUAL_size_t(FLOOD_BYTES, taken);
    TEST_ASSERT_GREATER_THAN_INT_MESSAGE(0, blocked, "it all fitted, so nothing was tried");
    close(client);
}

static void test_unix_listener(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    char byte = 0;
    snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "postern-test-%d", (int)getpid());
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    TEST_ASSERT_EQUAL_INT(0, bind(fd, (struct sockaddr *)&at, sizeof at));
    TEST_ASSERT_EQUAL_INT(0, listen(fd, 4));
    int32_t listener = port_net_listen_adopt(here.net, (intptr_t)shim_adopt(here.shim, fd, 4));
    TEST_ASSERT_EQUAL_INT(0, connect(client, (struct sockaddr *)&at, sizeof at));
    TEST_ASSERT_EQUAL_INT(1, send(client, "x", 1, 0));
    int32_t ours = accept_one(here.net, listener);
    TEST_ASSERT_EQUAL_INT32(1, port_net_recv(here.net, ours, &byte, 1));
    TEST_ASSERT_EQUAL_INT32(1, port_net_send(here.net, ours, "y", 1));
    TEST_ASSERT_EQUAL_INT(1, recv(client, &byte, 1, 0));
    TEST_ASSERT_EQUAL_INT('y', byte);
    close(client);
    close(fd);
}

/* ---- many connections ---- */

#define IDLE_MAX 2000
#define BUSY     32
#define ROUNDS   60

static void *echo_all(void *argument)
{
    struct worker *worker = (struct worker *)argument;
    struct loop loop = worker->loop = loop_up(IDLE_MAX + BUSY + 2);
    int32_t listener = port_net_listen_adopt(
        loop.net, (intptr_t)shim_adopt(loop.shim, worker->listener, IDLE_MAX + BUSY));
    static char bytes[4096];

    worker->net = loop.net;
    while (!__atomic_load_n(&worker->quit, __ATOMIC_ACQUIRE)) {
        port_net_wait(loop.net, UINT32_MAX);
        for (int32_t ready; (ready = port_net_ready(loop.net)) >= 0;) {
            if (ready == listener) {
                while (port_net_accept(loop.net, listener, NULL) >= 0)
                    __atomic_add_fetch(&worker->served, 1, __ATOMIC_RELEASE);
                continue;
            }
            int32_t n = port_net_recv(loop.net, ready, bytes, sizeof bytes);
            if (n > 0) port_net_send(loop.net, ready, bytes, (size_t)n);
            else if (n < 0) port_net_close(loop.net, ready);
        }
    }
    return NULL;
}

static void exchange_once(int fd, int seed)
{
    char out[700], in[700];
    for (size_t i = 0; i < sizeof out; i++) out[i] = (char)(seed * 17 + (int)i);
    TEST_ASSERT_EQUAL_INT(sizeof out, send(fd, out, sizeof out, MSG_NOSIGNAL));
    TEST_ASSERT_EQUAL_INT(sizeof in, recv(fd, in, sizeof in, MSG_WAITALL));
    TEST_ASSERT_EQUAL_MEMORY(out, in, sizeof in);
}

static int idle_possible(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    long room = ((long)limit.rlim_cur - 200) / 2 - BUSY;
    return room < IDLE_MAX ? (int)room : IDLE_MAX;
}

static void test_many_idle_and_some_busy(void)
{
    static int idle[IDLE_MAX], busy[BUSY];
    struct port_net_addr at = loopback;
    int count = idle_possible(), fd = shim_listener_open(&at);
    struct sockaddr_in where;
    socklen_t bytes = sizeof where;
    getsockname(fd, (struct sockaddr *)&where, &bytes);
    struct worker worker = { .listener = fd };
    pthread_create(&worker.thread, NULL, echo_all, &worker);

    for (int i = 0; i < count; i++) {
        idle[i] = client_of(ntohs(where.sin_port));
        TEST_ASSERT_GREATER_OR_EQUAL_INT(0, idle[i]);
    }
    for (int i = 0; i < BUSY; i++) {
        busy[i] = client_of(ntohs(where.sin_port));
        TEST_ASSERT_GREATER_OR_EQUAL_INT(0, busy[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BUSY; i++) exchange_once(busy[i], round + i);
    }
    for (int i = 0; i < count; i++) /* and the idle are still there */
        if (i % 50 == 0) exchange_once(idle[i], i);
    TEST_ASSERT_EQUAL_UINT32(count + BUSY, __atomic_load_n(&worker.served, __ATOMIC_ACQUIRE));

    for (int i = 0; i < count; i++) close(idle[i]);
    for (int i = 0; i < BUSY; i++) close(busy[i]);
    dismiss(&worker);
    close(fd);
}

static int lowest_free(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

static void test_nothing_stays_open(void)
{
    loop_down(here);
    int before = lowest_free();
    here = loop_up(8);
    int32_t listener = port_net_listen(here.net, &loopback, 8);
    struct port_net_addr at = loopback;
    at.port = port_of(here.net, listener);
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, port_net_connect(here.net, &at));
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, accept_one(here.net, listener));
    TEST_ASSERT_GREATER_OR_EQUAL_INT32(0, port_net_udp_open(here.net));
    loop_down(here);
    int after = lowest_free();
    here = loop_up(64);
    TEST_ASSERT_EQUAL_INT(before, after);
}

static void test_clock_and_chance(void)
{
    uint8_t once[16] = { 0 }, again[16] = { 0 };
    uint64_t start_us = port_clock_us();
    usleep(2000);
    TEST_ASSERT_GREATER_OR_EQUAL_UINT64(start_us + 2000, port_clock_us());
    TEST_ASSERT_UINT64_WITHIN(1000, port_clock_us() / 1000, port_clock_ms());
    TEST_ASSERT_TRUE(port_clock_unix_ms() == -1 ||
                     llabs(port_clock_unix_ms() / 1000 - (int64_t)time(NULL)) <= 1);
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_DONE, port_random(once, sizeof once));
    TEST_ASSERT_EQUAL_INT(PORT_RANDOM_DONE, port_random(again, sizeof again));
    TEST_ASSERT_TRUE(memcmp(once, again, sizeof once) != 0);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_second_gateway_on_the_port_fails);
    RUN_TEST(test_ipv6);
    RUN_TEST(test_workers_share_a_listener);
    RUN_TEST(test_another_thread_ends_the_wait);
    RUN_TEST(test_descriptors_run_out);
    RUN_TEST(test_the_loop_rests_after_all_was_told);
    RUN_TEST(test_a_shared_listener_that_was_closed_is_silent);
    RUN_TEST(test_steady_requests_change_no_watch);
    RUN_TEST(test_backpressure_holds_both_ways);
    RUN_TEST(test_unix_listener);
    RUN_TEST(test_many_idle_and_some_busy);
    RUN_TEST(test_nothing_stays_open);
    RUN_TEST(test_clock_and_chance);
    return UNITY_END();
}
