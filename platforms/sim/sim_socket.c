/* The gateway's side of the simulator: sockets by the FreeRTOS API.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "platforms/sim/sim_net.h"

uint32_t sim_sockets_held(const struct sim *sim)
{
    return sim->sockets_held;
}

void sim_limit_sockets(struct sim *sim, uint32_t count)
{
    sim->sockets_limit = count;
}

struct xSOCKET *sim_socket_new(struct sim *sim, BaseType_t domain, BaseType_t protocol)
{
    struct xSOCKET *socket = (struct xSOCKET *)sim_alloc(sizeof *socket);
    struct xSOCKET **end = &sim->sockets;

    while (*end != NULL) end = &(*end)->next;
    *end = socket;
    socket->sim = sim;
    socket->domain = (uint8_t)domain;
    socket->protocol = (int32_t)protocol;
    socket->rx_ticks = socket->tx_ticks = pdMS_TO_TICKS(5000);
    sim->sockets_held++;
    return socket;
}

/* Whoever came through this listener stays; whoever still waits in its queue is turned away. */
static void leave_children(struct xSOCKET *listener)
{
    struct xSOCKET *next;
    for (struct xSOCKET *child = listener->sim->sockets; child != NULL; child = next) {
        next = child->next;
        if (child->parent == listener) child->parent = NULL;
    }
    while (listener->accept_head != NULL) {
        struct xSOCKET *child = listener->accept_head;
        listener->accept_head = child->queued;
        child->conn->end = SIM_GONE;
        sim_socket_free(child);
    }
}

/* The peer sees FIN, or a reset when bytes of its were never read. */
static void leave_conn(struct xSOCKET *socket)
{
    struct sim_conn *conn = socket->conn;

    conn->socket = NULL;
    if (conn->end == SIM_GONE) return;
    conn->end = SIM_SHUT;
    if (conn->in.len == 0) return;
    conn->end = SIM_GONE;
    sim_bytes_drop(&conn->out, conn->out.len);
}

void sim_socket_free(struct xSOCKET *socket)
{
    struct sim *sim = socket->sim;
    struct xSOCKET **at = &sim->sockets;

    if (socket->state == eTCP_LISTEN) leave_children(socket);
    if (socket->parent != NULL) socket->parent->children_count--;
    if (socket->conn != NULL) leave_conn(socket);
    sim_datagrams_free(&socket->datagrams);
    at = &sim->sockets; /* the children changed the list */
    while (*at != socket) at = &(*at)->next;
    *at = socket->next;
    free(socket);
    sim->sockets_held--;
    sim->deeds++;
}

BaseType_t xSocketValid(ConstSocket_t xSocket)
{
    return xSocket != NULL && xSocket != FREERTOS_INVALID_SOCKET ? pdTRUE : pdFALSE;
}

static bool is_tcp(ConstSocket_t socket)
{
    return xSocketValid(socket) == pdTRUE && socket->protocol == FREERTOS_IPPROTO_TCP;
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
    struct sim *sim = sim_current();
    bool stream = xType == FREERTOS_SOCK_STREAM;
    BaseType_t fitting = stream ? FREERTOS_IPPROTO_TCP : FREERTOS_IPPROTO_UDP;

    if (sim == NULL || sim->sockets_held >= sim->sockets_limit) return FREERTOS_INVALID_SOCKET;
    if ((xDomain != FREERTOS_AF_INET && xDomain != FREERTOS_AF_INET6) ||
        (!stream && xType != FREERTOS_SOCK_DGRAM))
        return FREERTOS_INVALID_SOCKET;
    if (xProtocol != fitting && xProtocol != FREERTOS_SOCK_DEPENDENT_PROTO)
        return FREERTOS_INVALID_SOCKET;
    return sim_socket_new(sim, xDomain, fitting);
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
    case FREERTOS_SO_SNDBUF:
    case FREERTOS_SO_RCVBUF: /* windows are the test's to set */
        return is_tcp(xSocket) && xSocket->conn == NULL ? 0 : -pdFREERTOS_ERRNO_EINVAL;
    default: return -pdFREERTOS_ERRNO_ENOPROTOOPT;
    }
}

BaseType_t FreeRTOS_closesocket(Socket_t xSocket)
{
    if (xSocketValid(xSocket) == pdFALSE) return 0;
    sim_socket_free(xSocket);
    return 1;
}

static bool is_taken(const struct xSOCKET *socket, uint16_t port)
{
    for (const struct xSOCKET *other = socket->sim->sockets; other != NULL; other = other->next) {
        if (other != socket && other->bound && other->conn == NULL &&
            other->protocol == socket->protocol && other->domain == socket->domain &&
            other->local.port == port)
            return true;
    }
    return false;
}

uint16_t sim_any_port(struct sim *sim)
{
    if (sim->next_port == UINT16_MAX) sim->next_port = 49152;
    return sim->next_port++;
}

BaseType_t FreeRTOS_bind(Socket_t xSocket, struct freertos_sockaddr const *pxAddress,
                         socklen_t xAddressLength)
{
    (void)xAddressLength;
    if (xSocketValid(xSocket) == pdFALSE || xSocket->bound) return -pdFREERTOS_ERRNO_EINVAL;

    struct port_net_addr at = { .family = xSocket->domain == FREERTOS_AF_INET6 ? 6 : 4 };
    if (pxAddress != NULL) at = sim_from_stack(pxAddress);
    if (at.port == 0) at.port = sim_any_port(xSocket->sim);
    xSocket->domain = at.family == 6 ? FREERTOS_AF_INET6 : FREERTOS_AF_INET;
    if (is_taken(xSocket, at.port)) return -pdFREERTOS_ERRNO_EINVAL;
    xSocket->local = at;
    xSocket->bound = true;
    return 0;
}

BaseType_t FreeRTOS_listen(Socket_t xSocket, BaseType_t xBacklog)
{
    if (!is_tcp(xSocket) || !xSocket->bound || xSocket->state != eCLOSED || xSocket->conn != NULL)
        return -pdFREERTOS_ERRNO_EOPNOTSUPP;
    xSocket->state = eTCP_LISTEN;
    xSocket->children_max = (uint32_t)xBacklog;
    return 0;
}

static bool has_client(const struct xSOCKET *socket)
{
    return socket->accept_head != NULL;
}

Socket_t FreeRTOS_accept(Socket_t xServerSocket, struct freertos_sockaddr *pxAddress,
                         socklen_t *pxAddressLength)
{
    if (!is_tcp(xServerSocket) || xServerSocket->state != eTCP_LISTEN)
        return FREERTOS_INVALID_SOCKET;
    if (!sim_await(xServerSocket, has_client, xServerSocket->rx_ticks)) return NULL;

    struct xSOCKET *child = xServerSocket->accept_head;
    xServerSocket->accept_head = child->queued;
    child->queued = NULL;
    child->accepted = true;
    child->sim->deeds++;
    if (pxAddress != NULL) sim_to_stack(&child->conn->near, pxAddress);
    if (pxAddressLength != NULL) *pxAddressLength = sizeof *pxAddress;
    return child;
}

static bool connect_ended(const struct xSOCKET *socket)
{
    return socket->state != eCONNECT_SYN;
}

static void start_connect(struct xSOCKET *socket, struct port_net_addr to)
{
    struct sim *sim = socket->sim;
    struct port_net_addr from = sim_addr(to.family == 6 ? "2001:db8::1" : "192.0.2.1", 0);
    struct sim_upstream *upstream = sim_upstream_at(sim, &to);
    uint64_t delay_ms = upstream != NULL && !upstream->refuses ? upstream->delay_ms : 0;

    from.port = socket->bound ? socket->local.port : sim_any_port(sim);
    socket->conn = sim_conn_new(sim, to, from);
    socket->conn->socket = socket;
    socket->conn->still_until_ms = delay_ms == SIM_NEVER ? SIM_NEVER
                                   : delay_ms == 0       ? 0
                                                         : sim->now_ms + delay_ms;
    socket->local = from;
    socket->bound = true;
    socket->accepted = true;
    socket->state = eCONNECT_SYN;
}

BaseType_t FreeRTOS_connect(Socket_t xClientSocket, const struct freertos_sockaddr *pxAddress,
                            socklen_t xAddressLength)
{
    (void)xAddressLength;
    if (!is_tcp(xClientSocket)) return -pdFREERTOS_ERRNO_EBADF;
    if (pxAddress == NULL) return -pdFREERTOS_ERRNO_EINVAL;
    if (xClientSocket->state == eCONNECT_SYN) return -pdFREERTOS_ERRNO_EINPROGRESS;
    if (xClientSocket->state != eCLOSED || xClientSocket->conn != NULL)
        return -pdFREERTOS_ERRNO_EISCONN;

    start_connect(xClientSocket, sim_from_stack(pxAddress));
    if (xClientSocket->rx_ticks == 0) return -pdFREERTOS_ERRNO_EWOULDBLOCK;
    if (!sim_await(xClientSocket, connect_ended, xClientSocket->rx_ticks))
        return -pdFREERTOS_ERRNO_ETIMEDOUT;
    return xClientSocket->state == eCLOSED ? -pdFREERTOS_ERRNO_ENOTCONN : 0;
}

/* There are bytes to read, or none will come any more. */
static bool recv_can_tell(const struct xSOCKET *socket)
{
    return socket->conn->in_arrived > 0 || socket->state == eCLOSED || socket->state == eCLOSE_WAIT;
}

BaseType_t FreeRTOS_recv(Socket_t xSocket, void *pvBuffer, size_t uxBufferLength, BaseType_t xFlags)
{
    if (!is_tcp(xSocket) || (xFlags & FREERTOS_ZERO_COPY)) return -pdFREERTOS_ERRNO_EINVAL;
    struct sim_conn *conn = xSocket->conn;
    if (conn == NULL) return -pdFREERTOS_ERRNO_ENOTCONN;

    TickType_t ticks = xFlags & FREERTOS_MSG_DONTWAIT ? 0 : xSocket->rx_ticks;
    if (!sim_await(xSocket, recv_can_tell, ticks)) return 0;
    size_t bytes = conn->in_arrived < uxBufferLength ? conn->in_arrived : uxBufferLength;
    if (conn->in_arrived == 0) return -pdFREERTOS_ERRNO_ENOTCONN;
    if (bytes == 0) return 0;
    memcpy(pvBuffer, conn->in.at + conn->in.head, bytes);
    if (xFlags & FREERTOS_MSG_PEEK) return (BaseType_t)bytes;
    sim_bytes_drop(&conn->in, bytes);
    conn->in_arrived -= bytes;
    conn->sim->deeds++;
    return (BaseType_t)bytes;
}

static bool has_room(const struct xSOCKET *socket)
{
    return socket->state < eESTABLISHED || sim_room(socket->conn) > 0;
}

/* What is said to someone who listens no more comes back as a reset. */
static void say_to_the_deaf(struct sim_conn *conn)
{
    sim_bytes_drop(&conn->out, conn->out.len);
    conn->reset_sent = true;
    conn->end = SIM_GONE;
}

BaseType_t FreeRTOS_send(Socket_t xSocket, const void *pvBuffer, size_t uxDataLength,
                         BaseType_t xFlags)
{
    if (!is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    struct sim_conn *conn = xSocket->conn;
    if (conn == NULL || xSocket->state == eCLOSED) return -pdFREERTOS_ERRNO_ENOTCONN;
    if (xSocket->shut || uxDataLength == 0) return 0;
    if (xSocket->state < eESTABLISHED) return -pdFREERTOS_ERRNO_ENOSPC;

    TickType_t ticks = xFlags & FREERTOS_MSG_DONTWAIT ? 0 : xSocket->tx_ticks;
    if (!sim_await(xSocket, has_room, ticks)) return -pdFREERTOS_ERRNO_ENOSPC;
    if (xSocket->state == eCLOSED) return -pdFREERTOS_ERRNO_ENOTCONN;
    size_t room = sim_room(conn);
    size_t bytes = room < uxDataLength ? room : uxDataLength;
    if (conn->tx_max == 0 && bytes > 1 && conn->sim->chaos.tight_permille > 0 &&
        sim_below(conn->sim, 1000) < conn->sim->chaos.tight_permille) {
        conn->tx_max = SIZE_MAX; /* until the next turn, when credit is given again */
        conn->tx_credit = bytes = 1 + (size_t)sim_below(conn->sim, bytes - 1);
    }
    sim_bytes_add(&conn->out, pvBuffer, bytes);
    if (conn->tx_max > 0) conn->tx_credit -= bytes;
    conn->sim->deeds++;
    if (conn->deaf) say_to_the_deaf(conn);
    return (BaseType_t)bytes;
}

BaseType_t FreeRTOS_shutdown(Socket_t xSocket, BaseType_t xHow)
{
    (void)xHow;
    if (!is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EOPNOTSUPP;
    if (xSocket->state < eESTABLISHED) return -pdFREERTOS_ERRNO_ENOTCONN;
    xSocket->shut = true;
    if (xSocket->state == eESTABLISHED) xSocket->state = eFIN_WAIT_1;
    if (xSocket->conn->end == SIM_OPEN) xSocket->conn->end = SIM_SHUT;
    xSocket->sim->deeds++;
    return 0;
}

BaseType_t FreeRTOS_rx_size(ConstSocket_t xSocket)
{
    if (!is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    return xSocket->conn == NULL ? 0 : (BaseType_t)xSocket->conn->in_arrived;
}

BaseType_t FreeRTOS_tx_space(ConstSocket_t xSocket)
{
    if (!is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    return xSocket->state < eESTABLISHED ? 0 : (BaseType_t)sim_room(xSocket->conn);
}

BaseType_t FreeRTOS_issocketconnected(ConstSocket_t xSocket)
{
    if (!is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    return xSocket->state >= eESTABLISHED && xSocket->state < eCLOSE_WAIT ? pdTRUE : pdFALSE;
}

BaseType_t FreeRTOS_connstatus(ConstSocket_t xSocket)
{
    return is_tcp(xSocket) ? (BaseType_t)xSocket->state : -pdFREERTOS_ERRNO_EINVAL;
}

BaseType_t FreeRTOS_GetRemoteAddress(ConstSocket_t xSocket, struct freertos_sockaddr *pxAddress)
{
    if (!is_tcp(xSocket) || xSocket->conn == NULL) return -pdFREERTOS_ERRNO_EINVAL;
    sim_to_stack(&xSocket->conn->near, pxAddress);
    return sizeof *pxAddress;
}

size_t FreeRTOS_GetLocalAddress(ConstSocket_t xSocket, struct freertos_sockaddr *pxAddress)
{
    if (xSocketValid(xSocket) == pdFALSE) return 0;
    sim_to_stack(&xSocket->local, pxAddress);
    return sizeof *pxAddress;
}

static bool has_datagram(const struct xSOCKET *socket)
{
    return socket->datagrams.head != NULL;
}

int32_t FreeRTOS_sendto(Socket_t xSocket, const void *pvBuffer, size_t uxTotalDataLength,
                        BaseType_t xFlags, const struct freertos_sockaddr *pxDestinationAddress,
                        socklen_t xDestinationAddressLength)
{
    (void)xFlags;
    (void)xDestinationAddressLength;
    if (xSocketValid(xSocket) == pdFALSE || is_tcp(xSocket)) return -pdFREERTOS_ERRNO_EINVAL;
    if (!xSocket->bound) (void)FreeRTOS_bind(xSocket, NULL, 0);

    struct port_net_addr to = sim_from_stack(pxDestinationAddress);
    struct port_net_addr from =
        sim_addr(to.family == 6 ? "2001:db8::1" : "192.0.2.1", xSocket->local.port);
    for (struct sim_udp *udp = xSocket->sim->udps; udp != NULL; udp = udp->next) {
        if (sim_same_addr(&udp->at, &to))
            sim_datagram_add(&udp->datagrams, from, pvBuffer, uxTotalDataLength);
    }
    xSocket->sim->deeds++;
    return (int32_t)uxTotalDataLength;
}

int32_t FreeRTOS_recvfrom(Socket_t xSocket, void *pvBuffer, size_t uxBufferLength,
                          BaseType_t xFlags, struct freertos_sockaddr *pxSourceAddress,
                          const socklen_t *pxSourceAddressLength)
{
    struct port_net_addr from;

    (void)pxSourceAddressLength;
    if (xSocketValid(xSocket) == pdFALSE || is_tcp(xSocket) || (xFlags & FREERTOS_ZERO_COPY))
        return -pdFREERTOS_ERRNO_EINVAL;
    TickType_t ticks = xFlags & FREERTOS_MSG_DONTWAIT ? 0 : xSocket->rx_ticks;
    if (!sim_await(xSocket, has_datagram, ticks)) return -pdFREERTOS_ERRNO_EWOULDBLOCK;
    size_t bytes = sim_datagram_take(&xSocket->datagrams, &from, pvBuffer, uxBufferLength);
    if (pxSourceAddress != NULL) sim_to_stack(&from, pxSourceAddress);
    xSocket->sim->deeds++;
    return (int32_t)bytes;
}
