/* event_groups.h - the type FreeRTOS_FD_ISSET() answers with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_GROUPS_H
#define EVENT_GROUPS_H

#include "FreeRTOS.h"

typedef TickType_t EventBits_t;

#endif
