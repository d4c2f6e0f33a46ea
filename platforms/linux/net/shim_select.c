/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "platforms/linux/net/shim_table.h"

/* What epoll is to watch. The peer's FIN is watched (EPOLLRDHUP) until it is known, since EPOLLIN
 * alone cannot tell it from data; after that only as long as somebody wants eSELECT_EXCEPT. */
static uint32_t wanted(const struct xSOCKET *socket)
{
    uint32_t mask = 0;
    int fin_known = socket->state == eCLOSED || socket->state >= eCLOSE_WAIT;

    if (socket->protocol == FREERTOS_IPPROTO_UDP || socket->state == eTCP_LISTEN) fin_known = 1;
    if ((socket->interest & eSELECT_READ) && !(socket->flags & SHIM_DRY)) mask |= EPOLLIN;
    if (socket->interest & eSELECT_WRITE) mask |= EPOLLOUT;
    if (socket->state == eTCP_LISTEN || socket->protocol == FREERTOS_IPPROTO_UDP) return mask;
    if ((socket->interest & eSELECT_EXCEPT) || ((socket->interest & eSELECT_READ) && !fin_known))
        mask |= EPOLLRDHUP;
    return mask;
}

/* An idle TCP descriptor reads as hung up, so it is not shown to epoll before it does something. */
static int is_watchable(const struct xSOCKET *socket, uint32_t mask)
{
    if (socket->fd < 0 || socket->set == NULL) return 0;
    if (socket->protocol == FREERTOS_IPPROTO_UDP) return mask != 0;
    if (socket->state == eTCP_LISTEN)
        return mask != 0 && !(socket->flags & (SHIM_RESTING | SHIM_FULL));
    return socket->state != eCLOSED || (socket->flags & SHIM_WATCHED);
}

void shim_unwatch(struct xSOCKET *socket)
{
    if (!(socket->flags & SHIM_WATCHED)) return;
    (void)epoll_ctl(socket->set->epoll, EPOLL_CTL_DEL, socket->fd, NULL);
    socket->owner->watch_changes++;
    socket->flags &= (uint8_t)~SHIM_WATCHED;
}

void shim_watch(struct xSOCKET *socket)
{
    uint32_t mask = wanted(socket);

    if (!is_watchable(socket, mask)) {
        shim_unwatch(socket);
        return;
    }
    if (socket->flags & SHIM_EXCLUSIVE) mask |= EPOLLEXCLUSIVE;
    int watched = (socket->flags & SHIM_WATCHED) != 0;
    if (watched && mask == socket->watched) return;

    struct epoll_event event = { .events = mask, .data = { .ptr = socket } };
    int how = watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    socket->owner->watch_changes++;
    if (epoll_ctl(socket->set->epoll, how, socket->fd, &event) != 0) return;
    socket->flags |= SHIM_WATCHED;
    socket->watched = mask;
}

void shim_rest(struct xSOCKET *listener)
{
    if (listener->flags & SHIM_RESTING) return;
    listener->flags |= SHIM_RESTING;
    listener->rest_until_ms = shim_now_ms() + SHIM_REST_MS;
    listener->next = listener->owner->resting;
    listener->owner->resting = listener;
    shim_watch(listener);
}

void shim_end_rests(struct shim *shim, uint64_t now_ms)
{
    struct xSOCKET **at = &shim->resting;

    while (*at != NULL) {
        struct xSOCKET *listener = *at;
        if (listener->rest_until_ms > now_ms) {
            at = &listener->next;
            continue;
        }
        *at = listener->next;
        listener->next = NULL;
        listener->flags &= (uint8_t)~SHIM_RESTING;
        shim_watch(listener);
    }
}

void FreeRTOS_FD_SET(Socket_t xSocket, SocketSet_t xSocketSet, EventBits_t xBitsToSet)
{
    if (xSocket->set != NULL && xSocket->set != xSocketSet) {
        shim_unwatch(xSocket);
        xSocket->interest = 0;
    }
    xSocket->set = xSocketSet;
    xSocket->interest |= (uint8_t)(xBitsToSet & eSELECT_ALL);
    shim_watch(xSocket);
}

void FreeRTOS_FD_CLR(Socket_t xSocket, SocketSet_t xSocketSet, EventBits_t xBitsToClear)
{
    if (xSocket->set != xSocketSet) return;
    xSocket->interest &= (uint8_t) ~(xBitsToClear & eSELECT_ALL);
    if (xSocket->interest == 0) {
        shim_unwatch(xSocket);
        xSocket->set = NULL;
        return;
    }
    shim_watch(xSocket);
}

EventBits_t FreeRTOS_FD_ISSET(ConstSocket_t xSocket, ConstSocketSet_t xSocketSet)
{
    if (xSocket->set != xSocketSet || xSocket->fired_turn != xSocketSet->turn) return 0;
    return xSocket->fired & xSocket->interest;
}

BaseType_t FreeRTOS_SignalSocket(Socket_t xSocket)
{
    if (xSocketValid(xSocket) == pdFALSE || xSocket->set == NULL) return -pdFREERTOS_ERRNO_EINVAL;
    uint64_t one = 1;
    return write(xSocket->set->bell, &one, sizeof one) == sizeof one ? 0 : -pdFREERTOS_ERRNO_EIO;
}

/* Asked only when the peer has ended: there EPOLLIN may mean data, or nothing but the end. */
static int has_bytes(struct xSOCKET *socket)
{
    char byte;
    if (socket->flags & SHIM_DRY) return 0;
    if (recv(socket->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) return 1;
    socket->flags |= SHIM_DRY;
    return 0;
}

/* Follow a connect to its end. True while the socket is, or has become, a connection. */
static int follow_connect(struct xSOCKET *socket, uint32_t events)
{
    if (socket->state != eCONNECT_SYN) return 1;
    if (events & (EPOLLERR | EPOLLHUP)) {
        socket->state = eCLOSED;
        socket->flags |= SHIM_DRY;
        return 0;
    }
    if (events & EPOLLOUT) socket->state = eESTABLISHED;
    return 1;
}

static uint32_t stream_fired(struct xSOCKET *socket, uint32_t events)
{
    uint32_t fired = 0;

    if (!follow_connect(socket, events)) return eSELECT_EXCEPT;
    if (events & EPOLLOUT) {
        socket->flags &= (uint8_t)~SHIM_BLOCKED;
        fired |= eSELECT_WRITE;
    }
    if (events & EPOLLERR) socket->state = eCLOSED;
    else if ((events & (EPOLLRDHUP | EPOLLHUP)) && socket->state != eCLOSED)
        socket->state = eCLOSE_WAIT;
    if (events & (EPOLLERR | EPOLLRDHUP | EPOLLHUP)) {
        fired |= eSELECT_EXCEPT;
        if (!has_bytes(socket)) return fired;
    }
    return events & EPOLLIN ? fired | eSELECT_READ : fired;
}

static uint32_t fired_by(struct xSOCKET *socket, uint32_t events)
{
    if (socket->protocol == FREERTOS_IPPROTO_TCP && socket->state != eTCP_LISTEN)
        return stream_fired(socket, events);
    uint32_t fired = 0;
    if (events & (EPOLLIN | EPOLLERR)) fired |= eSELECT_READ;
    if (events & EPOLLOUT) fired |= eSELECT_WRITE;
    return fired;
}

/* Note what happened to one socket and ring for it. What nobody asked for is not watched longer:
 * epoll is level-triggered and would report it for ever. */
static uint32_t note(struct xSOCKET *socket, uint32_t events)
{
    uint8_t state = socket->state;
    uint32_t fired = fired_by(socket, events) & socket->interest;

    socket->fired = (uint8_t)fired;
    socket->fired_turn = socket->set->turn;
    if ((fired != 0 || socket->state != state) && socket->callback != NULL)
        socket->callback(socket);
    if (fired != 0) return fired;
    if (events & (EPOLLERR | EPOLLHUP)) shim_unwatch(socket);
    else shim_watch(socket);
    return 0;
}

static uint32_t take_events(struct xSOCKET_SET *set, int count)
{
    const struct epoll_event *events = set->owner->events;
    uint32_t fired = 0;
    uint64_t rung;

    for (int i = 0; i < count; i++) {
        struct xSOCKET *socket = (struct xSOCKET *)events[i].data.ptr;
        if (socket != NULL) fired |= note(socket, events[i].events);
        else if (read(set->bell, &rung, sizeof rung) == sizeof rung) fired |= eSELECT_INTR;
    }
    return fired;
}

static int timeout_of(const struct shim *shim, TickType_t ticks)
{
    if (shim->resting != NULL && ticks > SHIM_REST_MS) return SHIM_REST_MS;
    return ticks > INT32_MAX ? -1 : (int)ticks;
}

BaseType_t FreeRTOS_select(SocketSet_t xSocketSet, TickType_t xBlockTimeTicks)
{
    struct shim *shim = xSocketSet->owner;

    if (shim->resting != NULL) shim_end_rests(shim, shim_now_ms());
    int count = epoll_wait(xSocketSet->epoll, shim->events, SHIM_EVENTS_MAX,
                           timeout_of(shim, xBlockTimeTicks));
    xSocketSet->turn++;
    return count > 0 ? (BaseType_t)take_events(xSocketSet, count) : 0;
}
