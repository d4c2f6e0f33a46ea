/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "platforms/linux/net/shim_table.h"

/* The API has no context argument; this is the one that this thread said is its own. */
static _Thread_local struct shim *entered;

size_t shim_bytes(uint32_t sockets_max)
{
    return sizeof(struct shim) + (size_t)sockets_max * sizeof(struct xSOCKET);
}

struct shim *shim_init(void *memory, size_t bytes, uint32_t sockets_max)
{
    if (bytes < shim_bytes(sockets_max)) return NULL;
    memset(memory, 0, shim_bytes(sockets_max));

    struct shim *shim = (struct shim *)memory;
    shim->sockets_max = sockets_max;
    for (uint32_t i = sockets_max; i > 0; i--) {
        shim->sockets[i - 1].owner = shim;
        shim_give_back(&shim->sockets[i - 1]);
    }
    return shim;
}

void shim_close(struct shim *shim)
{
    for (uint32_t i = 0; i < shim->sockets_max; i++) {
        if (shim->sockets[i].used) (void)FreeRTOS_closesocket(&shim->sockets[i]);
    }
    for (uint32_t i = 0; i < SHIM_SETS_MAX; i++) {
        if (shim->sets[i].used) FreeRTOS_DeleteSocketSet(&shim->sets[i]);
    }
    if (entered == shim) entered = NULL;
}

void shim_enter(struct shim *shim)
{
    entered = shim;
}

uint64_t shim_watch_changes(const struct shim *shim)
{
    return shim->watch_changes;
}

uint64_t shim_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

struct xSOCKET *shim_take(struct shim *shim, uint8_t domain, uint8_t protocol)
{
    struct xSOCKET *socket = shim->free;

    if (socket == NULL) return NULL;
    shim->free = socket->next;
    socket->next = NULL;
    socket->used = 1;
    socket->domain = domain;
    socket->protocol = protocol;
    socket->rx_ticks = socket->tx_ticks = pdMS_TO_TICKS(5000); /* the real stack's defaults */
    return socket;
}

void shim_give_back(struct xSOCKET *socket)
{
    struct shim *owner = socket->owner;

    memset(socket, 0, sizeof *socket);
    socket->owner = owner;
    socket->fd = -1;
    socket->next = owner->free;
    owner->free = socket;
}

static void set_option(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

/* IPv6 listeners leave IPv4 alone, so that what is listened on is what was written; datagram
 * sockets speak both, so that a resolver needs one. */
int shim_open_fd(struct xSOCKET *socket_, uint8_t domain)
{
    int tcp = socket_->protocol == FREERTOS_IPPROTO_TCP;
    int type = (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;

    if (socket_->fd >= 0) return 1;
    int fd = socket(domain == FREERTOS_AF_INET6 ? AF_INET6 : AF_INET, type, 0);
    if (fd < 0 && errno == EAFNOSUPPORT && !tcp && domain == FREERTOS_AF_INET6) {
        domain = FREERTOS_AF_INET;
        fd = socket(AF_INET, type, 0);
    }
    if (fd < 0) return 0;

    if (domain == FREERTOS_AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, tcp);
    if (tcp) set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    socket_->fd = fd;
    socket_->domain = domain;
    return 1;
}

int shim_poll(const struct xSOCKET *socket, short events, TickType_t ticks)
{
    struct pollfd one = { .fd = socket->fd, .events = events };

    if (ticks == 0) return 0;
    return poll(&one, 1, ticks > INT32_MAX ? -1 : (int)ticks) > 0;
}

static int listener_at(const struct sockaddr_storage *address, socklen_t bytes)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;

    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address->ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (bind(fd, (const struct sockaddr *)address, bytes) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

int shim_listener_open(const struct port_net_addr *at)
{
    struct freertos_sockaddr from;
    struct sockaddr_storage address;

    memset(&from, 0, sizeof from);
    from.sin_family = at->family == 6 ? FREERTOS_AF_INET6 : FREERTOS_AF_INET;
    from.sin_port = htons(at->port);
    memcpy(&from.sin_address, at->ip, at->family == 6 ? 16 : 4);
    return listener_at(&address, shim_to_bsd(&from, &address));
}

struct xSOCKET *shim_adopt(struct shim *shim, int listener, uint32_t connections_max)
{
    struct xSOCKET *socket = shim_take(shim, FREERTOS_AF_INET, FREERTOS_IPPROTO_TCP);
    if (socket == NULL) return NULL;

    socket->fd = fcntl(listener, F_DUPFD_CLOEXEC, 3);
    if (socket->fd < 0) {
        shim_give_back(socket);
        return NULL;
    }
    int flags = fcntl(socket->fd, F_GETFL);
    (void)fcntl(socket->fd, F_SETFL, flags | O_NONBLOCK);
    set_option(socket->fd, IPPROTO_TCP, TCP_NODELAY, 1); /* what it accepts inherits this */
    socket->state = eTCP_LISTEN;
    socket->flags = SHIM_EXCLUSIVE | SHIM_BOUND;
    socket->children_max = connections_max;
    return socket;
}

BaseType_t xSocketValid(ConstSocket_t xSocket)
{
    return xSocket != NULL && xSocket != FREERTOS_INVALID_SOCKET ? pdTRUE : pdFALSE;
}

BaseType_t xSocketSetSocketID(Socket_t xSocket, void *pvSocketID)
{
    if (xSocketValid(xSocket) == pdFALSE) return -pdFREERTOS_ERRNO_EINVAL;
    xSocket->id = pvSocketID;
    return 0;
}

void *pvSocketGetSocketID(ConstSocket_t xSocket)
{
    return xSocketValid(xSocket) == pdTRUE ? xSocket->id : NULL;
}

Socket_t FreeRTOS_socket(BaseType_t xDomain, BaseType_t xType, BaseType_t xProtocol)
{
    int known_domain = xDomain == FREERTOS_AF_INET || xDomain == FREERTOS_AF_INET6;
    int stream = xType == FREERTOS_SOCK_STREAM;
    BaseType_t fitting = stream ? FREERTOS_IPPROTO_TCP : FREERTOS_IPPROTO_UDP;

    if (entered == NULL || !known_domain || (!stream && xType != FREERTOS_SOCK_DGRAM))
        return FREERTOS_INVALID_SOCKET;
    if (xProtocol != fitting && xProtocol != FREERTOS_SOCK_DEPENDENT_PROTO)
        return FREERTOS_INVALID_SOCKET;
    struct xSOCKET *socket = shim_take(entered, (uint8_t)xDomain, (uint8_t)fitting);
    return socket != NULL ? socket : FREERTOS_INVALID_SOCKET;
}

static BaseType_t set_buffer(Socket_t socket, int name, const void *value)
{
    uint32_t bytes;

    if (!shim_is_tcp(socket) || socket->state >= eCONNECT_SYN) return -pdFREERTOS_ERRNO_EINVAL;
    memcpy(&bytes, value, sizeof bytes);
    if (!shim_open_fd(socket, socket->domain)) return shim_error(errno);
    set_option(socket->fd, SOL_SOCKET, name, bytes > INT32_MAX ? INT32_MAX : (int)bytes);
    return 0;
}

BaseType_t FreeRTOS_setsockopt(Socket_t xSocket, int32_t lLevel, int32_t lOptionName,
                               const void *pvOptionValue, size_t uxOptionLength)
{
    (void)lLevel;
    (void)uxOptionLength;
    if (xSocketValid(xSocket) == pdFALSE) return -pdFREERTOS_ERRNO_EINVAL;

    switch (lOptionName) {
    case FREERTOS_SO_RCVTIMEO:
        memcpy(&xSocket->rx_ticks, pvOptionValue, sizeof xSocket->rx_ticks);
        return 0;
    case FREERTOS_SO_SNDTIMEO:
        memcpy(&xSocket->tx_ticks, pvOptionValue, sizeof xSocket->tx_ticks);
        return 0;
    case FREERTOS_SO_WAKEUP_CALLBACK:
        xSocket->callback = (SocketWakeupCallback_t)pvOptionValue;
        return 0;
    case FREERTOS_SO_SNDBUF: return set_buffer(xSocket, SO_SNDBUF, pvOptionValue);
    case FREERTOS_SO_RCVBUF: return set_buffer(xSocket, SO_RCVBUF, pvOptionValue);
    default: return -pdFREERTOS_ERRNO_ENOPROTOOPT;
    }
}

SocketSet_t FreeRTOS_CreateSocketSet(void)
{
    struct xSOCKET_SET *set = NULL;

    for (uint32_t i = 0; entered != NULL && i < SHIM_SETS_MAX && set == NULL; i++) {
        if (!entered->sets[i].used) set = &entered->sets[i];
    }
    if (set == NULL) return NULL;
    set->epoll = epoll_create1(EPOLL_CLOEXEC);
    set->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event ringing = { .events = EPOLLIN, .data = { .ptr = NULL } };
    if (set->epoll < 0 || set->bell < 0 ||
        epoll_ctl(set->epoll, EPOLL_CTL_ADD, set->bell, &ringing) != 0) {
        if (set->epoll >= 0) close(set->epoll);
        if (set->bell >= 0) close(set->bell);
        return NULL;
    }
    set->owner = entered;
    set->turn = 0;
    set->used = 1;
    return set;
}

void FreeRTOS_DeleteSocketSet(SocketSet_t xSocketSet)
{
    struct shim *shim = xSocketSet->owner;

    for (uint32_t i = 0; i < shim->sockets_max; i++) {
        struct xSOCKET *socket = &shim->sockets[i];
        if (!socket->used || socket->set != xSocketSet) continue;
        socket->set = NULL;
        socket->interest = 0;
        socket->flags &= (uint8_t)~SHIM_WATCHED;
    }
    close(xSocketSet->epoll);
    close(xSocketSet->bell);
    xSocketSet->used = 0;
}
