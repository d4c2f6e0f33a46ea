/* bench_net - what the sockets cost, with nothing of the gateway above them.
 *
 *     bench_net [clients] [seconds]
 *
 * One thread relays over port_net as a proxy does, request by request, from each client connection to
 * an upstream connection of its own and back; another plays all clients and the upstream. Printed
 * are requests a second, the relay thread's CPU time for each (user and kernel), and how often epoll
 * was told something new.
 *
 * SPDX-License-Identifier: Apache-2.0
 * links: linux */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platforms/linux/net/shim.h"
#include "port/port_clock.h"
#include "port/port_net.h"

#define REQUEST_BYTES  1024
#define RESPONSE_BYTES 1024
#define CLIENTS_MAX    1000

struct relay { /* one direction is in flight at a time, as with HTTP/1.1 */
    int32_t other;
    uint8_t is_upstream;
};

struct bench {
    uint32_t clients;
    struct port_net_addr upstream;
    uint16_t port;
    atomic_int up, quit;
    struct port_net *net;
    struct shim *shim;
    uint64_t user_us, kernel_us, watch_changes;
};

static uint64_t us_of(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000U + (uint64_t)t.tv_usec;
}

static void cpu_of_thread(struct bench *bench)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    bench->user_us = us_of(usage.ru_utime) - bench->user_us;
    bench->kernel_us = us_of(usage.ru_stime) - bench->kernel_us;
}

static void open_pair(struct bench *bench, struct relay *relays, int32_t client)
{
    int32_t leg = port_net_connect(bench->net, &bench->upstream);

    if (leg < 0) abort();
    relays[client] = (struct relay){ .other = leg };
    relays[leg] = (struct relay){ .other = client, .is_upstream = 1 };
}

static void pass_on(struct bench *bench, struct relay *relays, int32_t socket)
{
    static uint8_t bytes[16384];
    struct relay *relay = &relays[socket];

    if (port_net_connected(bench->net, socket) == PORT_NET_AGAIN) return;
    int32_t n = port_net_recv(bench->net, socket, bytes, sizeof bytes);
    if (n == PORT_NET_AGAIN) return;
    if (n < 0) {
        port_net_close(bench->net, socket);
        return;
    }
    if (port_net_send(bench->net, relay->other, bytes, (size_t)n) != n) abort();
    port_net_want(bench->net, relay->is_upstream ? relay->other : socket,
                  relay->is_upstream ? PORT_NET_WANT_RX : 0);
}

static void *relay_all(void *argument)
{
    struct bench *bench = (struct bench *)argument;
    uint32_t sockets_max = bench->clients * 2 + 1;
    size_t shim_size = shim_bytes(sockets_max + 1), net_size = port_net_bytes(sockets_max);
    struct port_net_addr at = { .family = 4, .ip = { 127, 0, 0, 1 } };
    struct relay *relays = calloc(sockets_max, sizeof *relays);

    bench->shim = shim_init(malloc(shim_size), shim_size, sockets_max + 1);
    shim_enter(bench->shim);
    bench->net = port_net_init(malloc(net_size), net_size, sockets_max);
    int32_t listener = port_net_listen(bench->net, &at, sockets_max);
    port_net_local(bench->net, listener, &at);
    bench->port = at.port;
    atomic_store(&bench->up, 1);
    for (int counted = 0; !atomic_load(&bench->quit);) {
        if (!counted && atomic_load(&bench->up) == 2) {
            counted = 1;
            cpu_of_thread(bench);
            bench->watch_changes = shim_watch_changes(bench->shim);
        }
        port_net_wait(bench->net, 1000);
        for (int32_t ready; (ready = port_net_ready(bench->net)) >= 0;) {
            if (ready != listener) {
                pass_on(bench, relays, ready);
                continue;
            }
            int32_t client = port_net_accept(bench->net, listener, NULL);
            if (client >= 0) open_pair(bench, relays, client);
        }
    }
    cpu_of_thread(bench);
    bench->watch_changes = shim_watch_changes(bench->shim) - bench->watch_changes;
    return NULL;
}

static int client_of(uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) abort();
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static int upstream_listener(struct port_net_addr *at)
{
    struct sockaddr_in where;
    socklen_t bytes = sizeof where;

    *at = (struct port_net_addr){ .family = 4, .ip = { 127, 0, 0, 1 } };
    int fd = shim_listener_open(at);
    if (fd < 0) abort();
    getsockname(fd, (struct sockaddr *)&where, &bytes);
    at->port = ntohs(where.sin_port);
    return fd;
}

/* Answer what the relay sends, and send the next request for each answer. */
static uint64_t play(int epoll, int listener, uint64_t until_us)
{
    static char bytes[16384];
    struct epoll_event events[256];
    uint64_t answers = 0;

    while (port_clock_us() < until_us) {
        int count = epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < count; i++) {
            int fd = (int)(events[i].data.u64 & 0xffffffff);
            if (fd == listener) {
                int one = 1, conn = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                struct epoll_event event = { .events = EPOLLIN, .data = { .u64 = (uint32_t)conn } };
                epoll_ctl(epoll, EPOLL_CTL_ADD, conn, &event);
                continue;
            }
            if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0) continue;
            int is_client = (events[i].data.u64 >> 32) != 0;
            answers += (uint64_t)is_client;
            if (send(fd, bytes, is_client ? REQUEST_BYTES : RESPONSE_BYTES, 0) < 0) abort();
        }
    }
    return answers;
}

int main(int argc, char **argv)
{
    static char request[REQUEST_BYTES];
    struct bench bench = { .clients = argc > 1 ? (uint32_t)atoi(argv[1]) : 32 };
    uint64_t seconds = argc > 2 ? (uint64_t)atoi(argv[2]) : 3;
    pthread_t thread;

    if (bench.clients == 0 || bench.clients > CLIENTS_MAX || seconds == 0) return 2;
    int listener = upstream_listener(&bench.upstream), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data = { .u64 = (uint32_t)listener } };
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    pthread_create(&thread, NULL, relay_all, &bench);
    while (atomic_load(&bench.up) == 0) usleep(1000);
    for (uint32_t i = 0; i < bench.clients; i++) {
        int fd = client_of(bench.port);
        event.data.u64 = (uint32_t)fd | UINT64_C(1) << 32;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        if (send(fd, request, sizeof request, 0) < 0) abort();
    }
    play(epoll, listener, port_clock_us() + 300000); /* until all is connected and warm */
    atomic_store(&bench.up, 2);
    uint64_t start_us = port_clock_us();
    uint64_t answers = play(epoll, listener, start_us + seconds * 1000000U);
    double took = (double)(port_clock_us() - start_us) / 1e6;
    atomic_store(&bench.quit, 1);
    port_net_wake(bench.net);
    pthread_join(thread, NULL);
    if (answers == 0) return 1;

    printf("clients %u: %.0f requests/s, relay thread %.2f us user + %.2f us kernel a request, "
           "%llu epoll changes\n",
           bench.clients, (double)answers / took, (double)bench.user_us / (double)answers,
           (double)bench.kernel_us / (double)answers, (unsigned long long)bench.watch_changes);
    return 0;
}
