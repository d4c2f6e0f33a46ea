/* see device_start.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/cel_spec/device_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_panic.h"

enum { PAINT = 0x5A, PAINTED_BYTES = 16 * 1024, SPARE_BYTES = 64 };

extern int main(void);
extern void initialise_monitor_handles(void);
extern uint32_t data_begin, data_end, data_image, bss_begin, bss_end, stack_top;

void port_panic(const char *file, int at)
{
    printf("panic at %s:%d\n", file, at);
    exit(3);
}

uint32_t device_stack_of(void (*run)(void *with), void *with)
{
    volatile uint8_t *here = (volatile uint8_t *)__builtin_frame_address(0);
    volatile uint8_t *low = here - PAINTED_BYTES, *at;

    for (at = low; at < here - SPARE_BYTES; at++) *at = PAINT;
    run(with);
    for (at = low; *at == PAINT; at++) continue;
    return (uint32_t)(here - at);
}

void reset(void)
{
    memcpy(&data_begin, &data_image, (size_t)((char *)&data_end - (char *)&data_begin));
    memset(&bss_begin, 0, (size_t)((char *)&bss_end - (char *)&bss_begin));
    initialise_monitor_handles();
    exit(main());
}

static void fault_handler(void)
{
    exit(4);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &stack_top,
    (void *)reset,
    (void *)fault_handler,
    (void *)fault_handler,
    (void *)fault_handler,
    (void *)fault_handler,
    (void *)fault_handler,
};
