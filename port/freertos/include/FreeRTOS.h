/* FreeRTOS.h - the part of the kernel's names that code written on FreeRTOS sockets needs.
 *
 * This folder stands in for the headers of FreeRTOS and FreeRTOS-Plus-TCP V4: names, types and
 * numbers are theirs, so that what compiles here compiles there. A product built on the real stack
 * puts its own include folders in place of this one. Only what port_net uses, or a platform must
 * offer for it, is here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef INC_FREERTOS_H
#define INC_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

typedef long BaseType_t; /* as wide as a pointer on most ports: never print it with %d */
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;

#ifndef configTICK_RATE_HZ
#define configTICK_RATE_HZ 1000U
#endif
#define portMAX_DELAY     ((TickType_t)0xffffffffUL)
#define pdMS_TO_TICKS(ms) ((TickType_t)(((uint64_t)(ms)*configTICK_RATE_HZ) / 1000U))

#define pdFALSE ((BaseType_t)0)
#define pdTRUE  ((BaseType_t)1)
#define pdFAIL  pdFALSE
#define pdPASS  pdTRUE

/* Functions return these negated. They are not the numbers of any other system's errno. */
#define pdFREERTOS_ERRNO_NONE          0
#define pdFREERTOS_ERRNO_ENOENT        2
#define pdFREERTOS_ERRNO_EINTR         4
#define pdFREERTOS_ERRNO_EIO           5
#define pdFREERTOS_ERRNO_EBADF         9
#define pdFREERTOS_ERRNO_EAGAIN        11
#define pdFREERTOS_ERRNO_EWOULDBLOCK   11
#define pdFREERTOS_ERRNO_ENOMEM        12
#define pdFREERTOS_ERRNO_EINVAL        22
#define pdFREERTOS_ERRNO_ENOSPC        28
#define pdFREERTOS_ERRNO_EOPNOTSUPP    95
#define pdFREERTOS_ERRNO_EAFNOSUPPORT  97
#define pdFREERTOS_ERRNO_ENOBUFS       105
#define pdFREERTOS_ERRNO_ENOPROTOOPT   109
#define pdFREERTOS_ERRNO_EADDRINUSE    112
#define pdFREERTOS_ERRNO_ETIMEDOUT     116
#define pdFREERTOS_ERRNO_EINPROGRESS   119
#define pdFREERTOS_ERRNO_EALREADY      120
#define pdFREERTOS_ERRNO_EADDRNOTAVAIL 125
#define pdFREERTOS_ERRNO_EISCONN       127
#define pdFREERTOS_ERRNO_ENOTCONN      128
#define pdFREERTOS_ERRNO_ECANCELED     140

#endif
