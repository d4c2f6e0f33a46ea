/* task.h - wanted by FreeRTOS_Sockets.h, which says so when it is missing. Nothing of it is used.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef INC_TASK_H
#define INC_TASK_H

#ifndef INC_FREERTOS_H
#include "FreeRTOS.h"
#endif

#endif
