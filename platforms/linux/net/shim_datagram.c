/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>

#include "platforms/linux/net/shim_table.h"

static int is_udp(ConstSocket_t socket)
{
    return xSocketValid(socket) == pdTRUE && socket->protocol == FREERTOS_IPPROTO_UDP;
}

int32_t FreeRTOS_sendto(Socket_t xSocket, const void *pvBuffer, size_t uxTotalDataLength,
                        BaseType_t xFlags, const struct freertos_sockaddr *pxDestinationAddress,
                        socklen_t xDestinationAddressLength)
{
    struct sockaddr_storage to;

    (void)xFlags;
    (void)xDestinationAddressLength;
    if (!is_udp(xSocket) || pxDestinationAddress == NULL) return -pdFREERTOS_ERRNO_EINVAL;
    int opening = xSocket->fd < 0;
    if (!shim_open_fd(xSocket, xSocket->domain)) return (int32_t)shim_error(errno);

    int both = xSocket->domain == FREERTOS_AF_INET6;
    if (!both && pxDestinationAddress->sin_family == FREERTOS_AF_INET6)
        return -pdFREERTOS_ERRNO_EAFNOSUPPORT;
    socklen_t bytes = both ? shim_to_bsd_mapped(pxDestinationAddress, &to)
                           : shim_to_bsd(pxDestinationAddress, &to);
    ssize_t sent = sendto(xSocket->fd, pvBuffer, uxTotalDataLength, MSG_DONTWAIT | MSG_NOSIGNAL,
                          (struct sockaddr *)&to, bytes);
    if (opening) shim_watch(xSocket);
    if (sent >= 0) return (int32_t)sent;
    return errno == EAGAIN ? 0 : (int32_t)shim_error(errno);
}

int32_t FreeRTOS_recvfrom(Socket_t xSocket, void *pvBuffer, size_t uxBufferLength,
                          BaseType_t xFlags, struct freertos_sockaddr *pxSourceAddress,
                          const socklen_t *pxSourceAddressLength)
{
    struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
    unsigned bytes = sizeof from;

    (void)pxSourceAddressLength;
    if (!is_udp(xSocket) || (xFlags & FREERTOS_ZERO_COPY)) return -pdFREERTOS_ERRNO_EINVAL;
    if (xSocket->fd < 0) return -pdFREERTOS_ERRNO_EWOULDBLOCK;

    TickType_t ticks = xFlags & FREERTOS_MSG_DONTWAIT ? 0 : xSocket->rx_ticks;
    for (;;) {
        ssize_t got = recvfrom(xSocket->fd, pvBuffer, uxBufferLength, MSG_DONTWAIT,
                               (struct sockaddr *)&from, &bytes);
        if (got >= 0) {
            if (pxSourceAddress != NULL) shim_from_bsd(&from, pxSourceAddress);
            return (int32_t)got;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return (int32_t)shim_error(errno);
        if (!shim_poll(xSocket, POLLIN, ticks)) return -pdFREERTOS_ERRNO_EWOULDBLOCK;
        ticks = 0;
    }
}
