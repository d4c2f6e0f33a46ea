/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "platforms/linux/net/shim_table.h"

BaseType_t FreeRTOS_bind(Socket_t xSocket, struct freertos_sockaddr const *pxAddress,
                         socklen_t xAddressLength)
{
    struct freertos_sockaddr any = { .sin_family = FREERTOS_AF_INET };
    struct sockaddr_storage address;
    int one = 1;

    (void)xAddressLength;
    if (xSocketValid(xSocket) == pdFALSE || (xSocket->flags & SHIM_BOUND))
        return -pdFREERTOS_ERRNO_EINVAL;
    any.sin_family = xSocket->domain;
    if (pxAddress == NULL) pxAddress = &any;
    if (!shim_open_fd(xSocket, pxAddress->sin_family)) return -pdFREERTOS_ERRNO_EINVAL;

    socklen_t bytes =
        xSocket->protocol == FREERTOS_IPPROTO_UDP && xSocket->domain == FREERTOS_AF_INET6
            ? shim_to_bsd_mapped(pxAddress, &address)
            : shim_to_bsd(pxAddress, &address);
    /* A listener may take its port back while old connections linger, but no second one may have
     * it beside the first: so not SO_REUSEPORT. */
    if (xSocket->protocol == FREERTOS_IPPROTO_TCP)
        (void)setsockopt(xSocket->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(xSocket->fd, (struct sockaddr *)&address, bytes) != 0) return -pdFREERTOS_ERRNO_EINVAL;
    xSocket->flags |= SHIM_BOUND;
    shim_watch(xSocket);
    return 0;
}

BaseType_t FreeRTOS_listen(Socket_t xSocket, BaseType_t xBacklog)
{
    if (!shim_is_tcp(xSocket) || !(xSocket->flags & SHIM_BOUND) || xSocket->state != eCLOSED)
        return -pdFREERTOS_ERRNO_EOPNOTSUPP;
    if (listen(xSocket->fd, xBacklog > SOMAXCONN ? SOMAXCONN : (int)xBacklog) != 0)
        return -pdFREERTOS_ERRNO_EOPNOTSUPP; /* the port was taken since the bind */
    xSocket->state = eTCP_LISTEN;
    xSocket->children_max = xBacklog > UINT32_MAX ? UINT32_MAX : (uint32_t)xBacklog;
    shim_watch(xSocket);
    return 0;
}

static Socket_t child_of(struct xSOCKET *listener, int fd)
{
    struct xSOCKET *child = shim_take(listener->owner, listener->domain, FREERTOS_IPPROTO_TCP);

    child->fd = fd;
    child->state = eESTABLISHED;
    child->flags = SHIM_BOUND;
    child->parent = listener;
    child->set = listener->set;
    child->interest = listener->interest;
    child->rx_ticks = listener->rx_ticks;
    child->tx_ticks = listener->tx_ticks;
    listener->children_count++;
    shim_watch(child);
    return child;
}

/* Nobody was taken in: why decides what the listener does now. */
static Socket_t none_accepted(struct xSOCKET *listener, int error)
{
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        /* Somebody waits whom we cannot take: asking again at once would be a busy loop. */
        shim_rest(listener);
        return NULL;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP: return FREERTOS_INVALID_SOCKET;
    default: return NULL; /* nobody waits, or the one who did has left */
    }
}

Socket_t FreeRTOS_accept(Socket_t xServerSocket, struct freertos_sockaddr *pxAddress,
                         socklen_t *pxAddressLength)
{
    struct sockaddr_storage peer;
    unsigned peer_bytes = sizeof peer;

    if (!shim_is_tcp(xServerSocket) || xServerSocket->state != eTCP_LISTEN)
        return FREERTOS_INVALID_SOCKET;
    if (xServerSocket->children_count >= xServerSocket->children_max) {
        xServerSocket->flags |= SHIM_FULL;
        shim_watch(xServerSocket);
        return NULL;
    }
    if (xServerSocket->owner->free == NULL) return none_accepted(xServerSocket, ENOBUFS);

    peer.ss_family = AF_UNSPEC;
    int fd = accept4(xServerSocket->fd, (struct sockaddr *)&peer, &peer_bytes,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN && shim_poll(xServerSocket, POLLIN, xServerSocket->rx_ticks))
        fd = accept4(xServerSocket->fd, (struct sockaddr *)&peer, &peer_bytes,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return none_accepted(xServerSocket, errno);
    if (pxAddress != NULL) shim_from_bsd(&peer, pxAddress);
    if (pxAddressLength != NULL) *pxAddressLength = sizeof *pxAddress;
    return child_of(xServerSocket, fd);
}

/* The attempt was started: wait for its end as long as RCVTIMEO says. */
static BaseType_t await_connect(struct xSOCKET *socket)
{
    int error = 0;
    unsigned bytes = sizeof error;

    if (socket->rx_ticks == 0) return -pdFREERTOS_ERRNO_EWOULDBLOCK;
    if (!shim_poll(socket, POLLOUT, socket->rx_ticks)) return -pdFREERTOS_ERRNO_ETIMEDOUT;
    if (getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0 || error != 0) {
        socket->state = eCLOSED;
        return -pdFREERTOS_ERRNO_ENOTCONN;
    }
    socket->state = eESTABLISHED;
    return 0;
}

BaseType_t FreeRTOS_connect(Socket_t xClientSocket, const struct freertos_sockaddr *pxAddress,
                            socklen_t xAddressLength)
{
    struct sockaddr_storage address;

    (void)xAddressLength;
    if (!shim_is_tcp(xClientSocket)) return -pdFREERTOS_ERRNO_EBADF;
    if (pxAddress == NULL) return -pdFREERTOS_ERRNO_EINVAL;
    if (xClientSocket->state == eCONNECT_SYN) return -pdFREERTOS_ERRNO_EINPROGRESS;
    if (xClientSocket->state != eCLOSED) return -pdFREERTOS_ERRNO_EISCONN;
    if (!shim_open_fd(xClientSocket, pxAddress->sin_family)) return shim_error(errno);

    socklen_t bytes = shim_to_bsd(pxAddress, &address);
    if (connect(xClientSocket->fd, (struct sockaddr *)&address, bytes) == 0) {
        xClientSocket->state = eESTABLISHED;
        shim_watch(xClientSocket);
        return 0;
    }
    if (errno != EINPROGRESS) return shim_error(errno);
    xClientSocket->state = eCONNECT_SYN;
    shim_watch(xClientSocket);
    return await_connect(xClientSocket);
}

/* The system reported that no more bytes will come: in order, or because the connection broke. */
static BaseType_t recv_ended(struct xSOCKET *socket, int error)
{
    socket->flags |= SHIM_DRY;
    if (error != 0) socket->state = eCLOSED;
    else if (socket->state != eCLOSED) socket->state = eCLOSE_WAIT;
    return -pdFREERTOS_ERRNO_ENOTCONN;
}

BaseType_t FreeRTOS_recv(Socket_t xSocket, void *pvBuffer, size_t uxBufferLength, BaseType_t xFlags)
{
    if (!shim_is_tcp(xSocket) || (xFlags & FREERTOS_ZERO_COPY)) return -pdFREERTOS_ERRNO_EINVAL;
    if ((xSocket->flags & SHIM_DRY) || xSocket->fd < 0) return -pdFREERTOS_ERRNO_ENOTCONN;

    int flags = MSG_DONTWAIT | (xFlags & FREERTOS_MSG_PEEK ? MSG_PEEK : 0);
    TickType_t ticks = xFlags & FREERTOS_MSG_DONTWAIT ? 0 : xSocket->rx_ticks;
    for (;;) {
        ssize_t got = recv(xSocket->fd, pvBuffer, uxBufferLength, flags);
        if (got > 0) return (BaseType_t)got;
        if (got == 0) return uxBufferLength == 0 ? 0 : recv_ended(xSocket, 0);
        if (errno == EINTR) continue;
        if (errno == ENOMEM || errno == ENOBUFS) return -pdFREERTOS_ERRNO_ENOMEM;
        if (errno != EAGAIN) return recv_ended(xSocket, errno);
        if (!shim_poll(xSocket, POLLIN, ticks)) return 0;
        ticks = 0;
    }
}

static BaseType_t send_failed(struct xSOCKET *socket, int error)
{
    if (error == ENOMEM || error == ENOBUFS) return -pdFREERTOS_ERRNO_ENOMEM;
    if (socket->state != eCONNECT_SYN) socket->state = eCLOSED;
    return -pdFREERTOS_ERRNO_ENOTCONN;
}

BaseType_t FreeRTOS_send(Socket_t xSocket, const void *pvBuffer, size_t uxDataLength,
                         BaseType_t xFlags)
{
    const uint8_t *from = (const uint8_t *)pvBuffer;
    size_t sent = 0;

    if (!shim_is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    if (xSocket->state == eCLOSED || xSocket->state == eTCP_LISTEN)
        return -pdFREERTOS_ERRNO_ENOTCONN;
    if (xSocket->flags & SHIM_SHUT) return 0;

    TickType_t ticks = xFlags & FREERTOS_MSG_DONTWAIT ? 0 : xSocket->tx_ticks;
    while (sent < uxDataLength) {
        ssize_t took =
            send(xSocket->fd, from + sent, uxDataLength - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (took > 0) sent += (size_t)took;
        if (sent == uxDataLength || (took < 0 && errno == EINTR)) continue;
        if (took < 0 && errno != EAGAIN)
            return sent > 0 ? (BaseType_t)sent : send_failed(xSocket, errno);
        xSocket->flags |= SHIM_BLOCKED;
        if (!shim_poll(xSocket, POLLOUT, ticks)) break;
    }
    return sent == 0 && uxDataLength > 0 ? -pdFREERTOS_ERRNO_ENOSPC : (BaseType_t)sent;
}

BaseType_t FreeRTOS_shutdown(Socket_t xSocket, BaseType_t xHow)
{
    (void)xHow;
    if (!shim_is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EOPNOTSUPP;
    if (xSocket->state < eESTABLISHED) return -pdFREERTOS_ERRNO_ENOTCONN;
    if (xSocket->flags & SHIM_SHUT) return 0;
    if (shutdown(xSocket->fd, SHUT_WR) != 0) return -pdFREERTOS_ERRNO_ENOTCONN;
    xSocket->flags |= SHIM_SHUT;
    if (xSocket->state == eESTABLISHED) xSocket->state = eFIN_WAIT_1;
    return 0;
}

/* A listener that leaves its children behind, or a child that makes room for another. */
static void leave_family(struct xSOCKET *socket)
{
    struct shim *shim = socket->owner;

    if (socket->parent != NULL) {
        socket->parent->children_count--;
        if (socket->parent->flags & SHIM_FULL) {
            socket->parent->flags &= (uint8_t)~SHIM_FULL;
            shim_watch(socket->parent);
        }
    }
    if (socket->children_count == 0) return;
    for (uint32_t i = 0; i < shim->sockets_max; i++) {
        if (shim->sockets[i].parent == socket) shim->sockets[i].parent = NULL;
    }
}

BaseType_t FreeRTOS_closesocket(Socket_t xSocket)
{
    if (xSocketValid(xSocket) == pdFALSE || !xSocket->used) return 0;

    struct shim *shim = xSocket->owner;
    if (shim->resting != NULL) shim_end_rests(shim, SHIM_ANY_TIME);
    leave_family(xSocket);
    /* Closing ends the watch by itself, except where others hold the same listener open. */
    if (xSocket->flags & SHIM_EXCLUSIVE) shim_unwatch(xSocket);
    if (xSocket->fd >= 0) close(xSocket->fd);
    shim_give_back(xSocket);
    return 1;
}

BaseType_t FreeRTOS_rx_size(ConstSocket_t xSocket)
{
    int bytes = 0;
    if (!shim_is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    if (xSocket->fd < 0 || (xSocket->flags & SHIM_DRY)) return 0;
    return ioctl(xSocket->fd, FIONREAD, &bytes) == 0 ? bytes : 0;
}

/* 0 where the last send found no room and the system has not reported any since. */
BaseType_t FreeRTOS_tx_space(ConstSocket_t xSocket)
{
    int queued = 0, size = 0;
    unsigned bytes = sizeof size;

    if (!shim_is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    if (xSocket->state < eESTABLISHED || (xSocket->flags & SHIM_BLOCKED)) return 0;
    if (ioctl(xSocket->fd, SIOCOUTQ, &queued) != 0) return 0;
    if (getsockopt(xSocket->fd, SOL_SOCKET, SO_SNDBUF, &size, &bytes) != 0) return 0;
    return size > queued ? size - queued : 0;
}

BaseType_t FreeRTOS_issocketconnected(ConstSocket_t xSocket)
{
    if (!shim_is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    return xSocket->state >= eESTABLISHED && xSocket->state < eCLOSE_WAIT ? pdTRUE : pdFALSE;
}

BaseType_t FreeRTOS_connstatus(ConstSocket_t xSocket)
{
    return shim_is_tcp(xSocket) ? (BaseType_t)xSocket->state : -pdFREERTOS_ERRNO_EINVAL;
}

BaseType_t FreeRTOS_GetRemoteAddress(ConstSocket_t xSocket, struct freertos_sockaddr *pxAddress)
{
    struct sockaddr_storage peer;
    unsigned bytes = sizeof peer;

    if (!shim_is_tcp(xSocket) || xSocket->fd < 0) return -pdFREERTOS_ERRNO_EINVAL;
    if (getpeername(xSocket->fd, (struct sockaddr *)&peer, &bytes) != 0)
        return -pdFREERTOS_ERRNO_EINVAL;
    shim_from_bsd(&peer, pxAddress);
    return sizeof *pxAddress;
}

size_t FreeRTOS_GetLocalAddress(ConstSocket_t xSocket, struct freertos_sockaddr *pxAddress)
{
    struct sockaddr_storage local = { .ss_family = AF_UNSPEC };
    unsigned bytes = sizeof local;

    if (xSocketValid(xSocket) == pdFALSE) return 0;
    if (xSocket->fd >= 0) (void)getsockname(xSocket->fd, (struct sockaddr *)&local, &bytes);
    shim_from_bsd(&local, pxAddress);
    return sizeof *pxAddress;
}
