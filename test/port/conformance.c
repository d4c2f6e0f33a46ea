/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "FreeRTOS.h"
#include "task.h"

#include "FreeRTOS_IP.h"
#include "FreeRTOS_Sockets.h"

#include "test/port/conformance.h"

#define A_SECOND pdMS_TO_TICKS(1000)

/* What a case starts with: an empty set, and a listener that takes two connections. */
struct scene {
    const struct peer_driver *peers;
    SocketSet_t set;
    Socket_t listener;
    uint16_t port;
};

static Socket_t tcp(void)
{
    static const TickType_t at_once = 0;
    Socket_t socket = FreeRTOS_socket(FREERTOS_AF_INET, FREERTOS_SOCK_STREAM, FREERTOS_IPPROTO_TCP);
    FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_RCVTIMEO, &at_once, sizeof at_once);
    FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_SNDTIMEO, &at_once, sizeof at_once);
    return socket;
}

static Socket_t udp(void)
{
    static const TickType_t at_once = 0;
    Socket_t socket = FreeRTOS_socket(FREERTOS_AF_INET, FREERTOS_SOCK_DGRAM, FREERTOS_IPPROTO_UDP);
    FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_RCVTIMEO, &at_once, sizeof at_once);
    return socket;
}

static struct freertos_sockaddr to_stack(const struct port_net_addr *addr)
{
    struct freertos_sockaddr to;
    memset(&to, 0, sizeof to);
    to.sin_family = FREERTOS_AF_INET;
    to.sin_port = FreeRTOS_htons(addr->port);
    memcpy(&to.sin_address, addr->ip, 4);
    return to;
}

static void set_ticks(Socket_t socket, int32_t option, TickType_t ticks)
{
    FreeRTOS_setsockopt(socket, 0, option, &ticks, sizeof ticks);
}

static BaseType_t bind_here(const struct scene *s, Socket_t socket, uint16_t port)
{
    struct freertos_sockaddr at = to_stack(&s->peers->here);
    at.sin_port = FreeRTOS_htons(port);
    return FreeRTOS_bind(socket, &at, sizeof at);
}

static uint16_t port_of(Socket_t socket)
{
    struct freertos_sockaddr at;
    FreeRTOS_GetLocalAddress(socket, &at);
    return FreeRTOS_ntohs(at.sin_port);
}

/* A connection through the listener: the test's end, and ours. */
struct pair {
    struct peer *peer;
    Socket_t ours;
};

static struct pair pair_up(const struct scene *s)
{
    struct pair p = { .peer = s->peers->connect(s->port) };
    s->peers->settle();
    p.ours = FreeRTOS_accept(s->listener, NULL, NULL);
    return p;
}

static void part(const struct scene *s, struct pair p)
{
    s->peers->release(p.peer);
    FreeRTOS_closesocket(p.ours);
}

/* Select until every bit of `bits` has fired for `socket`, a second at most. */
static int fires(const struct scene *s, Socket_t socket, EventBits_t bits)
{
    for (int i = 0; i < 50; i++) {
        FreeRTOS_select(s->set, pdMS_TO_TICKS(20));
        if ((FreeRTOS_FD_ISSET(socket, s->set) & bits) == bits) return 1;
    }
    return 0;
}

static EventBits_t fired_now(const struct scene *s, Socket_t socket)
{
    s->peers->settle();
    FreeRTOS_select(s->set, 0);
    return FreeRTOS_FD_ISSET(socket, s->set);
}

static int invalid_socket(const struct scene *s)
{
    (void)s;
    return FREERTOS_INVALID_SOCKET == (Socket_t)~0U && xSocketValid(NULL) == pdFALSE &&
           xSocketValid(FREERTOS_INVALID_SOCKET) == pdFALSE && xSocketValid(s->listener) == pdTRUE;
}

static int address_layout(const struct scene *s)
{
    (void)s;
    return sizeof(struct freertos_sockaddr) == 24 &&
           offsetof(struct freertos_sockaddr, sin_port) == 2 &&
           offsetof(struct freertos_sockaddr, sin_address) == 8;
}

static int wrong_socket(const struct scene *s)
{
    (void)s;
    return FreeRTOS_socket(FREERTOS_AF_INET, 3, 0) == FREERTOS_INVALID_SOCKET &&
           FreeRTOS_socket(1, FREERTOS_SOCK_STREAM, 0) == FREERTOS_INVALID_SOCKET &&
           FreeRTOS_socket(FREERTOS_AF_INET, FREERTOS_SOCK_STREAM, FREERTOS_IPPROTO_UDP) ==
               FREERTOS_INVALID_SOCKET;
}

static int bind_twice(const struct scene *s)
{
    Socket_t socket = tcp();
    int ok = bind_here(s, socket, 0) == 0 && bind_here(s, socket, 0) == -pdFREERTOS_ERRNO_EINVAL;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int bind_taken(const struct scene *s)
{
    Socket_t socket = tcp();
    int ok = bind_here(s, socket, s->port) == -pdFREERTOS_ERRNO_EINVAL;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int bind_any_port(const struct scene *s)
{
    Socket_t socket = tcp();
    int ok = bind_here(s, socket, 0) == 0 && port_of(socket) != 0;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int bind_invalid(const struct scene *s)
{
    return bind_here(s, FREERTOS_INVALID_SOCKET, 0) == -pdFREERTOS_ERRNO_EINVAL;
}

static int listen_unbound(const struct scene *s)
{
    Socket_t socket = tcp();
    int ok = FreeRTOS_listen(socket, 2) == -pdFREERTOS_ERRNO_EOPNOTSUPP;
    FreeRTOS_closesocket(socket);
    return ok && FreeRTOS_listen(s->listener, 2) == -pdFREERTOS_ERRNO_EOPNOTSUPP;
}

static int listen_udp(const struct scene *s)
{
    Socket_t socket = udp();
    bind_here(s, socket, 0);
    int ok = FreeRTOS_listen(socket, 2) == -pdFREERTOS_ERRNO_EOPNOTSUPP;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int accept_nobody(const struct scene *s)
{
    return FreeRTOS_accept(s->listener, NULL, NULL) == NULL;
}

static int accept_waits(const struct scene *s)
{
    uint64_t start_ms = s->peers->now_ms();
    set_ticks(s->listener, FREERTOS_SO_RCVTIMEO, pdMS_TO_TICKS(40));
    return FreeRTOS_accept(s->listener, NULL, NULL) == NULL && s->peers->now_ms() - start_ms >= 39;
}

static int accept_no_listener(const struct scene *s)
{
    Socket_t socket = tcp();
    int ok = FreeRTOS_accept(socket, NULL, NULL) == FREERTOS_INVALID_SOCKET;
    (void)s;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int accept_address(const struct scene *s)
{
    struct freertos_sockaddr seen, asked;
    socklen_t bytes = 0;
    struct peer *peer = s->peers->connect(s->port);
    s->peers->settle();
    Socket_t ours = FreeRTOS_accept(s->listener, &seen, &bytes);
    int ok = bytes == 24 && FreeRTOS_GetRemoteAddress(ours, &asked) == 24 &&
             seen.sin_port == asked.sin_port && seen.sin_family == FREERTOS_AF_INET &&
             seen.sin_address.ulIP_IPv4 == asked.sin_address.ulIP_IPv4;
    part(s, (struct pair){ peer, ours });
    return ok &&
           FreeRTOS_GetRemoteAddress(FREERTOS_INVALID_SOCKET, &asked) == -pdFREERTOS_ERRNO_EINVAL;
}

static int child_timeouts(const struct scene *s)
{
    char byte;
    struct pair p = pair_up(s);
    uint64_t start_ms = s->peers->now_ms();
    int ok = FreeRTOS_recv(p.ours, &byte, 1, 0) == 0 && s->peers->now_ms() - start_ms < 1000;
    part(s, p);
    return ok;
}

static int child_set(const struct scene *s)
{
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ);
    struct pair p = pair_up(s);
    s->peers->push(p.peer, "x", 1);
    int ok = fires(s, p.ours, eSELECT_READ);
    part(s, p);
    return ok;
}

static int rings;
static void ring(Socket_t socket)
{
    (void)socket;
    rings++;
}

static void set_ring(Socket_t socket)
{
    rings = 0;
    FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_WAKEUP_CALLBACK, (void *)ring, sizeof(void *));
}

static int child_callback(const struct scene *s)
{
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ);
    set_ring(s->listener);
    struct pair p = pair_up(s);
    rings = 0;
    s->peers->push(p.peer, "x", 1);
    int ok = fires(s, p.ours, eSELECT_READ) && rings == 0;
    part(s, p);
    return ok;
}

static int backlog_refuses(const struct scene *s)
{
    struct pair a = pair_up(s), b = pair_up(s);
    struct peer *third = s->peers->connect(s->port);
    int ok = third == NULL;
    s->peers->release(third);
    part(s, a);
    part(s, b);
    return ok;
}

static int backlog_counts_live(const struct scene *s)
{
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ);
    struct pair a = pair_up(s), b = pair_up(s);
    struct pair c = pair_up(s);
    int ok = a.ours != NULL && b.ours != NULL && c.ours == NULL;
    s->peers->release(c.peer);
    part(s, a);
    struct pair d = pair_up(s);
    ok = ok && d.ours != NULL;
    part(s, b);
    part(s, d);
    return ok;
}

static int connect_starts(const struct scene *s)
{
    struct port_net_addr at;
    struct peer *upstream = s->peers->listen(&at);
    struct freertos_sockaddr to = to_stack(&at);
    Socket_t socket = tcp();
    FreeRTOS_FD_SET(socket, s->set, eSELECT_WRITE | eSELECT_EXCEPT);
    int ok = FreeRTOS_connect(socket, &to, sizeof to) == -pdFREERTOS_ERRNO_EWOULDBLOCK &&
             fires(s, socket, eSELECT_WRITE) && FreeRTOS_issocketconnected(socket) == pdTRUE &&
             FreeRTOS_connstatus(socket) == eESTABLISHED;
    struct peer *peer = s->peers->accept(upstream);
    ok =
        ok && peer != NULL && FreeRTOS_connect(socket, &to, sizeof to) == -pdFREERTOS_ERRNO_EISCONN;
    part(s, (struct pair){ peer, socket });
    s->peers->release(upstream);
    return ok;
}

static int connect_refused(const struct scene *s)
{
    struct freertos_sockaddr to = to_stack(&s->peers->nobody);
    Socket_t socket = tcp();
    FreeRTOS_FD_SET(socket, s->set, eSELECT_WRITE | eSELECT_EXCEPT);
    int ok = FreeRTOS_connect(socket, &to, sizeof to) == -pdFREERTOS_ERRNO_EWOULDBLOCK &&
             fires(s, socket, eSELECT_EXCEPT) && FreeRTOS_connstatus(socket) == eCLOSED &&
             FreeRTOS_issocketconnected(socket) == pdFALSE;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int connect_waits(const struct scene *s)
{
    struct port_net_addr at;
    struct peer *upstream = s->peers->listen(&at);
    struct freertos_sockaddr to = to_stack(&at);
    Socket_t socket = tcp();
    set_ticks(socket, FREERTOS_SO_RCVTIMEO, A_SECOND);
    int ok = FreeRTOS_connect(socket, &to, sizeof to) == 0 &&
             FreeRTOS_issocketconnected(socket) == pdTRUE;
    FreeRTOS_closesocket(socket);
    s->peers->release(s->peers->accept(upstream));
    s->peers->release(upstream);
    return ok;
}

static int connect_waits_refused(const struct scene *s)
{
    struct freertos_sockaddr to = to_stack(&s->peers->nobody);
    Socket_t socket = tcp();
    set_ticks(socket, FREERTOS_SO_RCVTIMEO, A_SECOND);
    int ok = FreeRTOS_connect(socket, &to, sizeof to) == -pdFREERTOS_ERRNO_ENOTCONN;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int connect_udp(const struct scene *s)
{
    struct freertos_sockaddr to = to_stack(&s->peers->nobody);
    Socket_t socket = udp();
    int ok = FreeRTOS_connect(socket, &to, sizeof to) == -pdFREERTOS_ERRNO_EBADF;
    FreeRTOS_closesocket(socket);
    return ok;
}

static int recv_nothing(const struct scene *s)
{
    char byte;
    struct pair p = pair_up(s);
    uint64_t start_ms = s->peers->now_ms();
    set_ticks(p.ours, FREERTOS_SO_RCVTIMEO, pdMS_TO_TICKS(40));
    int ok = FreeRTOS_recv(p.ours, &byte, 1, 0) == 0 && s->peers->now_ms() - start_ms >= 39 &&
             FreeRTOS_recv(p.ours, &byte, 1, FREERTOS_MSG_DONTWAIT) == 0;
    part(s, p);
    return ok;
}

static int recv_bytes(const struct scene *s)
{
    char in[8];
    struct pair p = pair_up(s);
    s->peers->push(p.peer, "abcde", 5);
    int ok = FreeRTOS_rx_size(p.ours) == 5 &&
             FreeRTOS_recv(p.ours, in, 2, FREERTOS_MSG_PEEK) == 2 &&
             FreeRTOS_recv(p.ours, in, 3, 0) == 3 && memcmp(in, "abc", 3) == 0 &&
             FreeRTOS_recv(p.ours, in, 8, 0) == 2 && memcmp(in, "de", 2) == 0 &&
             FreeRTOS_recv(p.ours, in, 8, 0) == 0;
    part(s, p);
    return ok;
}

static int recv_after_fin(const struct scene *s)
{
    char in[8];
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ | eSELECT_EXCEPT);
    struct pair p = pair_up(s);
    s->peers->push(p.peer, "ab", 2);
    s->peers->fin(p.peer);
    int ok = FreeRTOS_recv(p.ours, in, 8, 0) == 2 &&
             FreeRTOS_recv(p.ours, in, 8, 0) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_recv(p.ours, in, 8, 0) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_connstatus(p.ours) == eCLOSE_WAIT &&
             FreeRTOS_issocketconnected(p.ours) == pdFALSE;
    part(s, p);
    return ok;
}

static int recv_after_reset(const struct scene *s)
{
    char in[8];
    struct pair p = pair_up(s);
    s->peers->reset(p.peer);
    int ok = FreeRTOS_recv(p.ours, in, 8, 0) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_recv(p.ours, in, 8, 0) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_connstatus(p.ours) == eCLOSED;
    part(s, p);
    return ok;
}

static int recv_wrong(const struct scene *s)
{
    char in[8];
    Socket_t one = udp(), other = tcp();
    int ok = FreeRTOS_recv(one, in, 8, 0) == -pdFREERTOS_ERRNO_EINVAL &&
             FreeRTOS_recv(FREERTOS_INVALID_SOCKET, in, 8, 0) == -pdFREERTOS_ERRNO_EINVAL &&
             FreeRTOS_recv(other, in, 8, 0) == -pdFREERTOS_ERRNO_ENOTCONN;
    (void)s;
    FreeRTOS_closesocket(one);
    FreeRTOS_closesocket(other);
    return ok;
}

static int send_bytes(const struct scene *s)
{
    char in[8];
    struct pair p = pair_up(s);
    int ok = FreeRTOS_send(p.ours, "hello", 5, 0) == 5 && s->peers->take(p.peer, in, 8) == 5 &&
             memcmp(in, "hello", 5) == 0 && FreeRTOS_send(p.ours, "", 0, 0) == 0;
    part(s, p);
    return ok;
}

/* Send until there is no more room, on our side and on the peer's; what the last call said. */
static BaseType_t fill(const struct scene *s, Socket_t socket, BaseType_t *total)
{
    static const uint8_t bytes[65536];
    BaseType_t sent = 0, before = -1;

    *total = 0;
    while (*total != before) {
        before = *total;
        while ((sent = FreeRTOS_send(socket, bytes, sizeof bytes, 0)) > 0) *total += sent;
        s->peers->settle();
        FreeRTOS_select(s->set, 0);
    }
    return sent;
}

static int send_full(const struct scene *s)
{
    static char sink[65536];
    BaseType_t total, taken = 0;
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_WRITE);
    int ok = fires(s, p.ours, eSELECT_WRITE);
    ok = ok && fill(s, p.ours, &total) == -pdFREERTOS_ERRNO_ENOSPC && total > 0 &&
         (fired_now(s, p.ours) & eSELECT_WRITE) == 0 && FreeRTOS_tx_space(p.ours) == 0;
    while (ok && taken < total) {
        size_t got = s->peers->take(p.peer, sink, sizeof sink);
        if (got == 0) ok = 0;
        taken += (BaseType_t)got;
    }
    ok = ok && fires(s, p.ours, eSELECT_WRITE) && FreeRTOS_tx_space(p.ours) > 0;
    part(s, p);
    return ok;
}

static int send_after_shutdown(const struct scene *s)
{
    struct pair p = pair_up(s);
    int ok = FreeRTOS_shutdown(p.ours, FREERTOS_SHUT_RDWR) == 0 &&
             FreeRTOS_send(p.ours, "x", 1, 0) == 0 && s->peers->end(p.peer) == PEER_SHUT;
    part(s, p);
    return ok;
}

static int recv_after_shutdown(const struct scene *s)
{
    char in[4];
    struct pair p = pair_up(s);
    FreeRTOS_shutdown(p.ours, FREERTOS_SHUT_RDWR);
    s->peers->push(p.peer, "x", 1);
    int ok = FreeRTOS_recv(p.ours, in, 4, 0) == 1;
    s->peers->fin(p.peer);
    ok = ok && FreeRTOS_recv(p.ours, in, 4, 0) == -pdFREERTOS_ERRNO_ENOTCONN;
    part(s, p);
    return ok;
}

static int send_after_reset(const struct scene *s)
{
    struct pair p = pair_up(s);
    s->peers->reset(p.peer);
    int ok = FreeRTOS_send(p.ours, "x", 1, 0) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_connstatus(p.ours) == eCLOSED;
    part(s, p);
    return ok;
}

static int send_unconnected(const struct scene *s)
{
    Socket_t socket = tcp(), other = udp();
    int ok = FreeRTOS_send(socket, "x", 1, 0) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_send(other, "x", 1, 0) == -pdFREERTOS_ERRNO_EINVAL;
    (void)s;
    FreeRTOS_closesocket(socket);
    FreeRTOS_closesocket(other);
    return ok;
}

static int send_early(const struct scene *s)
{
    /* TEST-NET-1 never answers on a host; in the simulator nothing moves before a select. */
    struct port_net_addr at = { .family = 4, .port = 9, .ip = { 192, 0, 2, 77 } };
    struct freertos_sockaddr to = to_stack(&at);
    Socket_t socket = tcp();
    BaseType_t sent = -1;
    if (FreeRTOS_connect(socket, &to, sizeof to) == -pdFREERTOS_ERRNO_EWOULDBLOCK)
        sent = FreeRTOS_send(socket, "x", 1, 0);
    (void)s;
    FreeRTOS_closesocket(socket);
    return sent == 1;
}

static int send_after_fin(const struct scene *s)
{
    char in[4];
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ | eSELECT_EXCEPT);
    struct pair p = pair_up(s);
    s->peers->fin(p.peer);
    fires(s, p.ours, eSELECT_EXCEPT);
    int ok = FreeRTOS_send(p.ours, "x", 1, 0) != 1 && s->peers->take(p.peer, in, 4) != 1;
    part(s, p);
    return ok;
}

static int shutdown_wrong(const struct scene *s)
{
    Socket_t socket = tcp(), other = udp();
    int ok = FreeRTOS_shutdown(socket, FREERTOS_SHUT_RDWR) == -pdFREERTOS_ERRNO_ENOTCONN &&
             FreeRTOS_shutdown(other, FREERTOS_SHUT_RDWR) == -pdFREERTOS_ERRNO_EOPNOTSUPP;
    (void)s;
    FreeRTOS_closesocket(socket);
    FreeRTOS_closesocket(other);
    return ok;
}

static int close_says_one(const struct scene *s)
{
    struct pair p = pair_up(s);
    int ok = FreeRTOS_closesocket(p.ours) == 1 && s->peers->end(p.peer) == PEER_SHUT &&
             FreeRTOS_closesocket(NULL) == 0 && FreeRTOS_closesocket(FREERTOS_INVALID_SOCKET) == 0;
    s->peers->release(p.peer);
    return ok;
}

static int close_unread(const struct scene *s)
{
    struct pair p = pair_up(s);
    s->peers->push(p.peer, "unread", 6);
    FreeRTOS_closesocket(p.ours);
    int ok = s->peers->end(p.peer) == PEER_RESET;
    s->peers->release(p.peer);
    return ok;
}

static int select_times_out(const struct scene *s)
{
    uint64_t start_ms = s->peers->now_ms();
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ);
    return FreeRTOS_select(s->set, pdMS_TO_TICKS(40)) == 0 && s->peers->now_ms() - start_ms >= 39 &&
           FreeRTOS_FD_ISSET(s->listener, s->set) == 0;
}

static int select_read(const struct scene *s)
{
    char in[4];
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ);
    int ok = fired_now(s, p.ours) == 0;
    s->peers->push(p.peer, "xy", 2);
    ok = ok && fired_now(s, p.ours) == eSELECT_READ && fired_now(s, p.ours) == eSELECT_READ;
    FreeRTOS_recv(p.ours, in, 4, 0);
    ok = ok && fired_now(s, p.ours) == 0;
    part(s, p);
    return ok;
}

static int select_accept(const struct scene *s)
{
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ);
    struct peer *peer = s->peers->connect(s->port);
    int ok = fires(s, s->listener, eSELECT_READ);
    Socket_t ours = FreeRTOS_accept(s->listener, NULL, NULL);
    ok = ok && fired_now(s, s->listener) == 0;
    part(s, (struct pair){ peer, ours });
    return ok;
}

static int select_fin(const struct scene *s)
{
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ | eSELECT_EXCEPT);
    s->peers->fin(p.peer);
    int ok = fires(s, p.ours, eSELECT_EXCEPT) && fired_now(s, p.ours) == eSELECT_EXCEPT;
    part(s, p);
    return ok;
}

static int select_fin_unasked(const struct scene *s)
{
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ);
    s->peers->fin(p.peer);
    int ok = fired_now(s, p.ours) == 0 && fired_now(s, p.ours) == 0;
    uint64_t start_ms = s->peers->now_ms();
    ok = ok && FreeRTOS_select(s->set, pdMS_TO_TICKS(40)) == 0 &&
         s->peers->now_ms() - start_ms >= 39;
    part(s, p);
    return ok;
}

static int select_fin_behind_bytes(const struct scene *s)
{
    char in[4];
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ | eSELECT_EXCEPT);
    s->peers->push(p.peer, "x", 1);
    s->peers->fin(p.peer);
    int ok = fires(s, p.ours, eSELECT_READ | eSELECT_EXCEPT);
    FreeRTOS_recv(p.ours, in, 4, 0);
    ok = ok && fired_now(s, p.ours) == eSELECT_EXCEPT;
    part(s, p);
    return ok;
}

static int select_reset(const struct scene *s)
{
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ | eSELECT_EXCEPT);
    s->peers->reset(p.peer);
    int ok = fires(s, p.ours, eSELECT_EXCEPT) && FreeRTOS_connstatus(p.ours) == eCLOSED;
    part(s, p);
    return ok;
}

static int clear_stops(const struct scene *s)
{
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ | eSELECT_EXCEPT);
    s->peers->push(p.peer, "x", 1);
    int ok = fires(s, p.ours, eSELECT_READ);
    FreeRTOS_FD_CLR(p.ours, s->set, eSELECT_READ);
    ok = ok && fired_now(s, p.ours) == 0;
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ);
    ok = ok && fired_now(s, p.ours) == eSELECT_READ;
    part(s, p);
    return ok;
}

static int set_steals(const struct scene *s)
{
    SocketSet_t other = FreeRTOS_CreateSocketSet();
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ);
    FreeRTOS_FD_SET(p.ours, other, eSELECT_READ);
    s->peers->push(p.peer, "x", 1);
    int ok = fired_now(s, p.ours) == 0 && FreeRTOS_select(other, A_SECOND) == eSELECT_READ &&
             FreeRTOS_FD_ISSET(p.ours, other) == eSELECT_READ &&
             FreeRTOS_FD_ISSET(p.ours, s->set) == 0;
    part(s, p);
    FreeRTOS_DeleteSocketSet(other);
    return ok;
}

static int signal_ends_select(const struct scene *s)
{
    FreeRTOS_FD_SET(s->listener, s->set, eSELECT_READ);
    return FreeRTOS_SignalSocket(s->listener) == 0 &&
           FreeRTOS_select(s->set, A_SECOND) == eSELECT_INTR && FreeRTOS_select(s->set, 0) == 0 &&
           FreeRTOS_SignalSocket(NULL) == -pdFREERTOS_ERRNO_EINVAL;
}

static int options(const struct scene *s)
{
    uint32_t bytes = 8192;
    Socket_t socket = tcp();
    struct pair p = pair_up(s);
    int ok =
        FreeRTOS_setsockopt(socket, 0, 99, &bytes, 4) == -pdFREERTOS_ERRNO_ENOPROTOOPT &&
        FreeRTOS_setsockopt(NULL, 0, FREERTOS_SO_RCVTIMEO, &bytes, 4) == -pdFREERTOS_ERRNO_EINVAL &&
        FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_SNDBUF, &bytes, 4) == 0 &&
        FreeRTOS_setsockopt(p.ours, 0, FREERTOS_SO_SNDBUF, &bytes, 4) == -pdFREERTOS_ERRNO_EINVAL;
    FreeRTOS_closesocket(socket);
    part(s, p);
    return ok;
}

static int socket_id(const struct scene *s)
{
    int ok = pvSocketGetSocketID(s->listener) == NULL;
    xSocketSetSocketID(s->listener, &rings);
    return ok && pvSocketGetSocketID(s->listener) == &rings;
}

static int callback_rings(const struct scene *s)
{
    struct pair p = pair_up(s);
    FreeRTOS_FD_SET(p.ours, s->set, eSELECT_READ | eSELECT_EXCEPT);
    set_ring(p.ours);
    s->peers->push(p.peer, "x", 1);
    int ok = fires(s, p.ours, eSELECT_READ) && rings > 0;
    rings = 0;
    s->peers->fin(p.peer);
    ok = ok && fires(s, p.ours, eSELECT_EXCEPT) && rings > 0;
    part(s, p);
    return ok;
}

static int datagrams(const struct scene *s)
{
    char in[8];
    struct port_net_addr at, from;
    struct freertos_sockaddr sender;
    socklen_t bytes = sizeof sender;
    struct peer *peer = s->peers->udp(&at);
    struct freertos_sockaddr to = to_stack(&at);
    Socket_t socket = udp();
    FreeRTOS_FD_SET(socket, s->set, eSELECT_READ);
    int ok = FreeRTOS_sendto(socket, "ask", 3, 0, &to, sizeof to) == 3 &&
             s->peers->udp_take(peer, &from, in, 8) == 3 &&
             FreeRTOS_recvfrom(socket, in, 8, 0, &sender, &bytes) == -pdFREERTOS_ERRNO_EWOULDBLOCK;
    s->peers->udp_push(peer, &from, "answer", 6);
    ok = ok && fires(s, socket, eSELECT_READ) &&
         FreeRTOS_recvfrom(socket, in, 8, 0, &sender, &bytes) == 6 &&
         sender.sin_port == to.sin_port && memcmp(in, "answer", 6) == 0 &&
         FreeRTOS_recvfrom(s->listener, in, 8, 0, &sender, &bytes) == -pdFREERTOS_ERRNO_EINVAL;
    FreeRTOS_closesocket(socket);
    s->peers->release(peer);
    return ok;
}

static const struct {
    const char *says; /* of the real stack */
    int (*holds)(const struct scene *);
    const char *linux_differs, *sim_differs;
} cases[] = {
    { "no socket is NULL or ~0U", invalid_socket, NULL, NULL },
    { "an address is 24 bytes, port at 2, IP at 8", address_layout, NULL, NULL },
    { "socket of an unknown kind is INVALID", wrong_socket, NULL, NULL },
    { "bind of a bound socket is -EINVAL", bind_twice, NULL, NULL },
    { "bind to a taken port is -EINVAL", bind_taken, NULL, NULL },
    { "bind to port 0 takes a free one", bind_any_port, NULL, NULL },
    { "bind of no socket is -EINVAL", bind_invalid, NULL, NULL },
    { "listen unbound, or twice, is -EOPNOTSUPP", listen_unbound, NULL, NULL },
    { "listen on datagrams is -EOPNOTSUPP", listen_udp, NULL, NULL },
    { "accept is NULL when nobody waits", accept_nobody, NULL, NULL },
    { "accept waits as long as RCVTIMEO", accept_waits, NULL, NULL },
    { "accept on no listener is INVALID", accept_no_listener, NULL, NULL },
    { "accept and GetRemoteAddress name the peer", accept_address, NULL, NULL },
    { "a child inherits the timeouts", child_timeouts, NULL, NULL },
    { "a child inherits the set and its bits", child_set, NULL, NULL },
    { "a child does not inherit the wake-up callback", child_callback, NULL, NULL },
    { "beyond the backlog a SYN is reset", backlog_refuses,
      "the kernel completes the handshake and the connection waits", NULL },
    { "the backlog counts live connections", backlog_counts_live, NULL, NULL },
    { "connect with RCVTIMEO 0 starts; WRITE ends it", connect_starts, NULL, NULL },
    { "a refused connect raises EXCEPT", connect_refused, NULL, NULL },
    { "connect waits as long as RCVTIMEO", connect_waits, NULL, NULL },
    { "a refused connect that waits is -ENOTCONN", connect_waits_refused, NULL, NULL },
    { "connect of a datagram socket is -EBADF", connect_udp, NULL, NULL },
    { "recv is 0 when nothing came in RCVTIMEO", recv_nothing, NULL, NULL },
    { "recv, peek and rx_size agree", recv_bytes, NULL, NULL },
    { "recv after FIN: the bytes, then -ENOTCONN", recv_after_fin, NULL, NULL },
    { "recv after a reset is -ENOTCONN in eCLOSED", recv_after_reset, NULL, NULL },
    { "recv of the wrong socket is -EINVAL", recv_wrong, NULL, NULL },
    { "send takes bytes; nothing of nothing", send_bytes, NULL, NULL },
    { "send without room is -ENOSPC, and WRITE rests", send_full, NULL, NULL },
    { "send after shutdown is 0", send_after_shutdown, NULL, NULL },
    { "recv goes on after shutdown", recv_after_shutdown, NULL, NULL },
    { "send after a reset is -ENOTCONN", send_after_reset, NULL, NULL },
    { "send of an unconnected socket is -ENOTCONN", send_unconnected, NULL, NULL },
    { "send before the connection stands is queued", send_early, "it is -ENOSPC", "it is -ENOSPC" },
    { "nothing can be sent after the peer's FIN", send_after_fin,
      "it can: the peer may have shut one direction only",
      "it can: the peer may have shut one direction only" },
    { "shutdown unconnected is -ENOTCONN", shutdown_wrong, NULL, NULL },
    { "closesocket is 1, or 0 for no socket", close_says_one, NULL, NULL },
    { "close with bytes unread is a reset", close_unread, NULL, NULL },
    { "select is 0 after its time", select_times_out, NULL, NULL },
    { "select is level-triggered", select_read, NULL, NULL },
    { "READ on a listener is a client", select_accept, NULL, NULL },
    { "FIN raises EXCEPT and not READ", select_fin, NULL, NULL },
    { "FIN raises nothing where EXCEPT is not asked for", select_fin_unasked, NULL, NULL },
    { "FIN behind bytes raises both", select_fin_behind_bytes, NULL, NULL },
    { "a reset raises EXCEPT", select_reset, NULL, NULL },
    { "FD_CLR stops an event, FD_SET brings it back", clear_stops, NULL, NULL },
    { "FD_SET takes a socket out of another set", set_steals, NULL, NULL },
    { "SignalSocket ends select with INTR", signal_ends_select, NULL, NULL },
    { "setsockopt: unknown, invalid and too late", options, NULL, NULL },
    { "a socket carries an ID", socket_id, NULL, NULL },
    { "the callback rings for bytes and for FIN", callback_rings, NULL, NULL },
    { "datagrams go and come; none is -EWOULDBLOCK", datagrams, NULL, NULL },
};

static int try_case(const struct peer_driver *driver, int (*holds)(const struct scene *))
{
    struct scene s = { .peers = driver };

    driver->up();
    s.set = FreeRTOS_CreateSocketSet();
    s.listener = tcp();
    bind_here(&s, s.listener, 0);
    FreeRTOS_listen(s.listener, 2);
    s.port = port_of(s.listener);
    int ok = holds(&s);
    FreeRTOS_closesocket(s.listener);
    FreeRTOS_DeleteSocketSet(s.set);
    driver->down();
    return ok;
}

int conformance_run(const struct peer_driver *driver)
{
    int surprises = 0, differs = 0;
    int count = (int)(sizeof cases / sizeof cases[0]);

    for (int i = 0; i < count; i++) {
        const char *known =
            strcmp(driver->name, "linux") == 0 ? cases[i].linux_differs : cases[i].sim_differs;
        int ok = try_case(driver, cases[i].holds);
        if (ok != (known == NULL)) {
            printf("%s: \"%s\" %s\n", driver->name, cases[i].says,
                   ok ? "holds, and is listed as different" : "does not hold");
            surprises++;
        }
        if (known != NULL) {
            printf("%s differs: where on the real stack %s, here %s\n", driver->name, cases[i].says,
                   known);
            differs++;
        }
    }
    printf("%s: %d cases as the real stack, %d known to differ, %d surprises\n", driver->name,
           count - differs, differs, surprises);
    return surprises;
}
