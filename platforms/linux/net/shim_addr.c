/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "platforms/linux/net/shim_table.h"

socklen_t shim_to_bsd(const struct freertos_sockaddr *from, struct sockaddr_storage *to)
{
    memset(to, 0, sizeof *to);
    if (from->sin_family == FREERTOS_AF_INET6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
        six->sin6_family = AF_INET6;
        six->sin6_port = from->sin_port;
        memcpy(&six->sin6_addr, from->sin_address.xIP_IPv6.ucBytes, 16);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)to;
    four->sin_family = AF_INET;
    four->sin_port = from->sin_port;
    four->sin_addr.s_addr = from->sin_address.ulIP_IPv4;
    return sizeof *four;
}

/* IPv4 as ::ffff:a.b.c.d, for a descriptor that speaks both (RFC 4291, 2.5.5.2). */
socklen_t shim_to_bsd_mapped(const struct freertos_sockaddr *from, struct sockaddr_storage *to)
{
    if (from->sin_family == FREERTOS_AF_INET6) return shim_to_bsd(from, to);

    struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
    memset(to, 0, sizeof *to);
    six->sin6_family = AF_INET6;
    six->sin6_port = from->sin_port;
    six->sin6_addr.s6_addr[10] = six->sin6_addr.s6_addr[11] = 0xff;
    memcpy(&six->sin6_addr.s6_addr[12], &from->sin_address.ulIP_IPv4, 4);
    return sizeof *six;
}

static void from_bsd6(const struct sockaddr_in6 *from, struct freertos_sockaddr *to)
{
    to->sin_port = from->sin6_port;
    if (IN6_IS_ADDR_V4MAPPED(&from->sin6_addr)) {
        to->sin_family = FREERTOS_AF_INET;
        memcpy(&to->sin_address.ulIP_IPv4, &from->sin6_addr.s6_addr[12], 4);
        return;
    }
    to->sin_family = FREERTOS_AF_INET6;
    memcpy(to->sin_address.xIP_IPv6.ucBytes, &from->sin6_addr, 16);
}

void shim_from_bsd(const struct sockaddr_storage *from, struct freertos_sockaddr *to)
{
    memset(to, 0, sizeof *to);
    to->sin_len = (uint8_t)sizeof *to;
    if (from->ss_family == AF_INET6) {
        from_bsd6((const struct sockaddr_in6 *)from, to);
        return;
    }
    to->sin_family = FREERTOS_AF_INET;
    if (from->ss_family != AF_INET) return; /* a Unix peer has no address */
    const struct sockaddr_in *four = (const struct sockaddr_in *)from;
    to->sin_port = four->sin_port;
    to->sin_address.ulIP_IPv4 = four->sin_addr.s_addr;
}

BaseType_t shim_error(int error)
{
    switch (error) {
    case EAGAIN: return -pdFREERTOS_ERRNO_EWOULDBLOCK;
    case EINTR: return -pdFREERTOS_ERRNO_EINTR;
    case ENOMEM:
    case ENOBUFS:
    case EMFILE:
    case ENFILE: return -pdFREERTOS_ERRNO_ENOMEM;
    case EBADF: return -pdFREERTOS_ERRNO_EBADF;
    case EINVAL: return -pdFREERTOS_ERRNO_EINVAL;
    case EAFNOSUPPORT: return -pdFREERTOS_ERRNO_EAFNOSUPPORT;
    case EADDRINUSE: return -pdFREERTOS_ERRNO_EADDRINUSE;
    case EADDRNOTAVAIL:
    case ENETUNREACH:
    case EHOSTUNREACH: return -pdFREERTOS_ERRNO_EADDRNOTAVAIL;
    case EISCONN: return -pdFREERTOS_ERRNO_EISCONN;
    case EINPROGRESS: return -pdFREERTOS_ERRNO_EINPROGRESS;
    case EALREADY: return -pdFREERTOS_ERRNO_EALREADY;
    case ECONNRESET:
    case ECONNREFUSED:
    case ECONNABORTED:
    case EPIPE:
    case ENOTCONN:
    case ETIMEDOUT: return -pdFREERTOS_ERRNO_ENOTCONN;
    default: return -pdFREERTOS_ERRNO_EIO;
    }
}
