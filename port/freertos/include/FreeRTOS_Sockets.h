/* FreeRTOS_Sockets.h - the sockets of FreeRTOS-Plus-TCP V4, as far as port_net uses them.
 *
 * What surprises who comes from BSD sockets, and must hold on every platform:
 *
 *   FreeRTOS_recv() == 0     nothing arrived in time; the end of the peer's bytes is -ENOTCONN
 *   FreeRTOS_send()          -ENOSPC when nothing could be queued
 *   FreeRTOS_accept()        NULL when nobody waits, FREERTOS_INVALID_SOCKET on an error
 *   FreeRTOS_connect()       waits as long as FREERTOS_SO_RCVTIMEO says; with 0 it starts and
 *                            answers -EWOULDBLOCK
 *   FreeRTOS_closesocket()   1 when it worked
 *   FreeRTOS_select()        a peer that closed raises eSELECT_EXCEPT, never eSELECT_READ; a socket
 *                            is in one set at most
 *   FreeRTOS_listen()        its backlog bounds live connections, not a queue
 *   timeouts                 are ticks; 0 does not block
 *
 * test/port/conformance.c tries each of these on each platform.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FREERTOS_SOCKETS_H
#define FREERTOS_SOCKETS_H

#include "FreeRTOS.h"
#include "task.h"

#include "FreeRTOS_IP.h"
#include "event_groups.h"

struct xSOCKET;
typedef struct xSOCKET *Socket_t;
typedef struct xSOCKET const *ConstSocket_t;
struct xSOCKET_SET;
typedef struct xSOCKET_SET *SocketSet_t;
typedef struct xSOCKET_SET const *ConstSocketSet_t;

/* The stack's own expression: on a 64-bit machine it is 0x00000000ffffffff. */
#define FREERTOS_INVALID_SOCKET ((Socket_t)~0U)

#define FREERTOS_AF_INET              2
#define FREERTOS_AF_INET4             FREERTOS_AF_INET
#define FREERTOS_AF_INET6             10
#define FREERTOS_SOCK_STREAM          1
#define FREERTOS_SOCK_DGRAM           2
#define FREERTOS_SOCK_DEPENDENT_PROTO 0
#define FREERTOS_IPPROTO_TCP          6
#define FREERTOS_IPPROTO_UDP          17
#define FREERTOS_INADDR_ANY           0U

#define FREERTOS_ZERO_COPY     1
#define FREERTOS_MSG_OOB       2
#define FREERTOS_MSG_PEEK      4
#define FREERTOS_MSG_DONTROUTE 8
#define FREERTOS_MSG_DONTWAIT  16

#define FREERTOS_SHUT_RD   0
#define FREERTOS_SHUT_WR   1
#define FREERTOS_SHUT_RDWR 2

/* Options, by pointer to a value: TickType_t for the timeouts, uint32_t bytes for the buffers. The
 * wake-up callback is passed as the pointer itself. */
#define FREERTOS_SO_RCVTIMEO        0
#define FREERTOS_SO_SNDTIMEO        1
#define FREERTOS_SO_SNDBUF          4
#define FREERTOS_SO_RCVBUF          5
#define FREERTOS_SO_WAKEUP_CALLBACK 17

/* Runs in the stack's own task whenever something happened to the socket: no socket call, no wait
 * in it. */
typedef void (*SocketWakeupCallback_t)(Socket_t xSocket);

/* "socklen_t" is a macro in this API, so a file never includes both this and POSIX headers that
 * declare it, unless those come first. */
#define socklen_t uint32_t

struct freertos_sockaddr {
    uint8_t sin_len;
    uint8_t sin_family;
    uint16_t sin_port; /* as on the wire */
    uint32_t sin_flowinfo;
    IP_Address_t sin_address;
};

typedef enum eSELECT_EVENT {
    eSELECT_READ = 0x0001,
    eSELECT_WRITE = 0x0002,
    eSELECT_EXCEPT = 0x0004,
    eSELECT_INTR = 0x0008,
    eSELECT_ALL = 0x000F,
} eSelectEvent_t;

BaseType_t xSocketValid(ConstSocket_t xSocket);
BaseType_t xSocketSetSocketID(Socket_t xSocket, void *pvSocketID);
void *pvSocketGetSocketID(ConstSocket_t xSocket);

Socket_t FreeRTOS_socket(BaseType_t xDomain, BaseType_t xType, BaseType_t xProtocol);
BaseType_t FreeRTOS_bind(Socket_t xSocket, struct freertos_sockaddr const *pxAddress,
                         socklen_t xAddressLength);
BaseType_t FreeRTOS_setsockopt(Socket_t xSocket, int32_t lLevel, int32_t lOptionName,
                               const void *pvOptionValue, size_t uxOptionLength);
BaseType_t FreeRTOS_closesocket(Socket_t xSocket);
size_t FreeRTOS_GetLocalAddress(ConstSocket_t xSocket, struct freertos_sockaddr *pxAddress);
BaseType_t FreeRTOS_SignalSocket(Socket_t xSocket);

BaseType_t FreeRTOS_connect(Socket_t xClientSocket, const struct freertos_sockaddr *pxAddress,
                            socklen_t xAddressLength);
BaseType_t FreeRTOS_listen(Socket_t xSocket, BaseType_t xBacklog);
Socket_t FreeRTOS_accept(Socket_t xServerSocket, struct freertos_sockaddr *pxAddress,
                         socklen_t *pxAddressLength);
BaseType_t FreeRTOS_recv(Socket_t xSocket, void *pvBuffer, size_t uxBufferLength,
                         BaseType_t xFlags);
BaseType_t FreeRTOS_send(Socket_t xSocket, const void *pvBuffer, size_t uxDataLength,
                         BaseType_t xFlags);
BaseType_t FreeRTOS_shutdown(Socket_t xSocket, BaseType_t xHow);
BaseType_t FreeRTOS_rx_size(ConstSocket_t xSocket);
#define FreeRTOS_recvcount(xSocket) FreeRTOS_rx_size(xSocket)
BaseType_t FreeRTOS_tx_space(ConstSocket_t xSocket);
BaseType_t FreeRTOS_issocketconnected(ConstSocket_t xSocket);
BaseType_t FreeRTOS_connstatus(ConstSocket_t xSocket);
BaseType_t FreeRTOS_GetRemoteAddress(ConstSocket_t xSocket, struct freertos_sockaddr *pxAddress);

int32_t FreeRTOS_recvfrom(Socket_t xSocket, void *pvBuffer, size_t uxBufferLength,
                          BaseType_t xFlags, struct freertos_sockaddr *pxSourceAddress,
                          const socklen_t *pxSourceAddressLength);
int32_t FreeRTOS_sendto(Socket_t xSocket, const void *pvBuffer, size_t uxTotalDataLength,
                        BaseType_t xFlags, const struct freertos_sockaddr *pxDestinationAddress,
                        socklen_t xDestinationAddressLength);

SocketSet_t FreeRTOS_CreateSocketSet(void);
void FreeRTOS_DeleteSocketSet(SocketSet_t xSocketSet);
void FreeRTOS_FD_SET(Socket_t xSocket, SocketSet_t xSocketSet, EventBits_t xBitsToSet);
void FreeRTOS_FD_CLR(Socket_t xSocket, SocketSet_t xSocketSet, EventBits_t xBitsToClear);
EventBits_t FreeRTOS_FD_ISSET(ConstSocket_t xSocket, ConstSocketSet_t xSocketSet);
BaseType_t FreeRTOS_select(SocketSet_t xSocketSet, TickType_t xBlockTimeTicks);

#endif
