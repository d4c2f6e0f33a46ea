/* port_panic.h - the device cannot go on.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_PANIC_H
#define PORT_PANIC_H

/* Record `file` and `line` where the platform can keep them and stop: abort the process, or store
 * the cause and reset the board. Never returns. */
_Noreturn void port_panic(const char *file, int line);

#endif
