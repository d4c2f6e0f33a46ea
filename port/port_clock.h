/* port_clock.h - what time it is.
 *
 * Only the loops of a platform read clocks; the core is told the time as an argument. Where it comes
 * to know the time itself, from whoever is believed to sign it, it tells the platform: a device
 * without a clock of its own then has one until it is switched off.
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

/* A clock that is this far behind what was told is not believed. */
#define PORT_CLOCK_BEHIND_MS 300000

/* It is `unix_ms` now. From here on port_clock_unix_ms() counts from that where the device has no
 * clock, or one that is behind by more than PORT_CLOCK_BEHIND_MS; a clock that is set otherwise is
 * as good as before. What was told last counts; -1 takes it back. From any thread; lost when the
 * process ends. */
void port_clock_tell(int64_t unix_ms);

/* `unix_ms` has certainly passed; 0: that is not known of any time. What was said last counts, from any
 * thread; lost when the process ends. Nothing else here changes by it. */
void port_clock_passed(int64_t unix_ms);

/* port_clock_unix_ms(), or -1 as well where that is more than PORT_CLOCK_BEHIND_MS before what has
 * passed: then all that is known of the time is that it is later, and what is judged by it (a
 * certificate) is judged as without a clock. */
int64_t port_clock_sure_ms(void);

#endif
