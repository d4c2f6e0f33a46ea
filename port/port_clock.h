/* port_clock.h - what time it is.
 *
 * Only the loops of a platform read clocks; the core is told the time as an argument.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H

#include <stdint.h>

/* Time since some fixed moment before the start; never runs backwards. */
uint64_t port_clock_ms(void);
uint64_t port_clock_us(void);

/* Milliseconds since 1970-01-01 00:00 UTC without leap seconds, or -1 when nobody has told this
 * device the time yet. May jump. */
int64_t port_clock_unix_ms(void);

#endif
