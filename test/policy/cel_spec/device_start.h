/* device_start.h - how programs for QEMU's Cortex-M3 begin, and how much stack they take.
 *
 * main() gets no arguments; files and output are the host's, through semihosting.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_DEVICE_START_H
#define TEST_DEVICE_START_H

#include <stdint.h>

/* Run it and say how deep the stack grew below the caller, in bytes: what was painted before and is
 * no longer. At most 16 KB are seen. */
uint32_t device_stack_of(void (*run)(void *with), void *with);

#endif
