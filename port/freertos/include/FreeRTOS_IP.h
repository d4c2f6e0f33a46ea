/* FreeRTOS_IP.h - addresses, byte order and the states of a TCP connection.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FREERTOS_IP_H
#define FREERTOS_IP_H

#include "FreeRTOS.h"

#define ipSIZE_OF_IPv6_ADDRESS 16
#define ipTYPE_IPv4            ((uint8_t)0x40)
#define ipTYPE_IPv6            ((uint8_t)0x60)

typedef struct xIPv6_Address {
    uint8_t ucBytes[ipSIZE_OF_IPv6_ADDRESS];
} IPv6_Address_t;

typedef union xIP_ADDRESS {
    uint32_t ulIP_IPv4; /* as on the wire */
    IPv6_Address_t xIP_IPv6;
} IP_Address_t;

/* What FreeRTOS_connstatus() answers. A reset or a failure leads to eCLOSED, the peer's FIN to
 * eCLOSE_WAIT or eLAST_ACK. */
typedef enum eTCP_STATE {
    eCLOSED = 0,
    eTCP_LISTEN,
    eCONNECT_SYN,
    eSYN_FIRST,
    eSYN_RECEIVED,
    eESTABLISHED,
    eFIN_WAIT_1,
    eFIN_WAIT_2,
    eCLOSE_WAIT,
    eCLOSING,
    eLAST_ACK,
    eTIME_WAIT,
} eIPTCPState_t;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FreeRTOS_htons(x) \
    ((uint16_t)((((uint16_t)(x)&0x00ffU) << 8) | (((uint16_t)(x)&0xff00U) >> 8)))
#define FreeRTOS_htonl(x) \
    ((uint32_t)((((uint32_t)(x)&0xffU) << 24) | (((uint32_t)(x)&0xff00U) << 8) | \
                (((uint32_t)(x) >> 8) & 0xff00U) | (((uint32_t)(x) >> 24) & 0xffU)))
#else
#define FreeRTOS_htons(x) ((uint16_t)(x))
#define FreeRTOS_htonl(x) ((uint32_t)(x))
#endif
#define FreeRTOS_ntohs(x) FreeRTOS_htons(x)
#define FreeRTOS_ntohl(x) FreeRTOS_htonl(x)

#endif
