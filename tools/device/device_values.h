/* device_values.h - what the values of a device file mean.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DEVICE_VALUES_H
#define TOOLS_DEVICE_VALUES_H

#include "port/port_net.h"
#include "tools/compile/arena.h"

/* Read "10.0.0.53", "10.0.0.53:5353", "fe80::1" or "[::1]:53"; without a port it is `port`. */
bool device_read_host(struct pn_slice text, uint16_t port, struct port_net_addr *address);

bool device_is_loopback(const struct port_net_addr *address);

/* Read a file of at most 8 KB whole. False when it cannot be read or is larger. */
bool device_read_small_file(struct arena *arena, const char *path, struct pn_slice *text);

#endif
