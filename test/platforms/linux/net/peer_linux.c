/* Peers of the gateway on Linux: plain BSD sockets on the loopback.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platforms/linux/net/shim.h"
#include "test/port/peer.h"

#define SOCKETS_MAX 64U
#define PATIENCE_MS 10000

struct peer {
    int fd;
};

static struct shim *shim;

static void up(void)
{
    size_t bytes = shim_bytes(SOCKETS_MAX);
    shim = shim_init(malloc(bytes), bytes, SOCKETS_MAX);
    shim_enter(shim);
}

static void down(void)
{
    shim_close(shim);
    free(shim);
    shim = NULL;
}

/* What was sent so far is there: a datagram to oneself, sent after it, is. */
static void settle(void)
{
    static int self = -1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t bytes = sizeof at;
    char byte = 0;

    nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
    if (self < 0) {
        self = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (bind(self, (struct sockaddr *)&at, sizeof at) != 0) abort();
        getsockname(self, (struct sockaddr *)&at, &bytes);
        if (connect(self, (struct sockaddr *)&at, sizeof at) != 0) abort();
    }
    if (send(self, &byte, 1, 0) == 1) (void)recv(self, &byte, 1, 0);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

static struct peer *peer_of(int fd)
{
    struct peer *peer = (struct peer *)calloc(1, sizeof *peer);
    peer->fd = fd;
    return peer;
}

static int is_ready(const struct peer *peer, short events)
{
    struct pollfd one = { .fd = peer->fd, .events = events };
    return poll(&one, 1, PATIENCE_MS) > 0;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static struct peer *connect_to(uint16_t port)
{
    struct sockaddr_in to = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int unread = 64 * 1024;

    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &unread, sizeof unread);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        return NULL;
    }
    return peer_of(fd);
}

static struct peer *bound(int type, struct port_net_addr *at)
{
    struct sockaddr_in where = loopback(0);
    unsigned bytes = sizeof where;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&where, sizeof where) != 0) abort();
    getsockname(fd, (struct sockaddr *)&where, &bytes);
    *at = (struct port_net_addr){ .family = 4,
                                  .port = ntohs(where.sin_port),
                                  .ip = { 127, 0, 0, 1 } };
    return peer_of(fd);
}

static struct peer *listen_at(struct port_net_addr *at)
{
    struct peer *peer = bound(SOCK_STREAM, at);
    if (listen(peer->fd, 16) != 0) abort();
    return peer;
}

static struct peer *accept_from(struct peer *listener)
{
    if (!is_ready(listener, POLLIN)) return NULL;
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
    return fd < 0 ? NULL : peer_of(fd);
}

static void push(struct peer *peer, const void *bytes, size_t len)
{
    if (send(peer->fd, bytes, len, MSG_NOSIGNAL) != (ssize_t)len) return;
    settle();
}

static size_t take(struct peer *peer, void *out, size_t max)
{
    if (!is_ready(peer, POLLIN)) return 0;
    ssize_t got = recv(peer->fd, out, max, MSG_DONTWAIT);
    return got > 0 ? (size_t)got : 0;
}

static enum peer_end end(struct peer *peer)
{
    char byte;
    settle();
    ssize_t got = recv(peer->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (got == 0) return PEER_SHUT;
    return got < 0 && errno == ECONNRESET ? PEER_RESET : PEER_OPEN;
}

static void fin(struct peer *peer)
{
    shutdown(peer->fd, SHUT_WR);
    settle();
}

static void reset(struct peer *peer)
{
    struct linger now = { .l_onoff = 1 };
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(peer->fd);
    peer->fd = -1;
    settle();
}

static void release(struct peer *peer)
{
    if (peer == NULL) return;
    if (peer->fd >= 0) close(peer->fd);
    free(peer);
}

static struct peer *udp(struct port_net_addr *at)
{
    return bound(SOCK_DGRAM, at);
}

static size_t udp_take(struct peer *peer, struct port_net_addr *from, void *out, size_t max)
{
    struct sockaddr_in where = { 0 };
    unsigned bytes = sizeof where;

    if (!is_ready(peer, POLLIN)) return 0;
    ssize_t got = recvfrom(peer->fd, out, max, MSG_DONTWAIT, (struct sockaddr *)&where, &bytes);
    *from = (struct port_net_addr){ .family = 4, .port = ntohs(where.sin_port) };
    memcpy(from->ip, &where.sin_addr, 4);
    return got > 0 ? (size_t)got : 0;
}

static void udp_push(struct peer *peer, const struct port_net_addr *to, const void *bytes,
                     size_t len)
{
    struct sockaddr_in where = loopback(to->port);
    sendto(peer->fd, bytes, len, 0, (struct sockaddr *)&where, sizeof where);
    settle();
}

const struct peer_driver peer_linux = {
    .name = "linux",
    .here = { .family = 4, .ip = { 127, 0, 0, 1 } },
    .nobody = { .family = 4, .port = 1, .ip = { 127, 0, 0, 1 } },
    .up = up,
    .down = down,
    .settle = settle,
    .now_ms = now_ms,
    .connect = connect_to,
    .listen = listen_at,
    .accept = accept_from,
    .push = push,
    .take = take,
    .end = end,
    .fin = fin,
    .reset = reset,
    .release = release,
    .udp = udp,
    .udp_take = udp_take,
    .udp_push = udp_push,
};
