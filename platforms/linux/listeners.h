/* listeners.h - the listening sockets of the process: bound here, or handed over by the service
 * manager.
 *
 * A manager that activates by sockets leaves them in descriptors 3 and up and says so in LISTEN_PID,
 * LISTEN_FDS and LISTEN_FDNAMES. One that is named `admin` is the admin listener; `listen` or
 * `listen1` is the first of the device file, `listen2` the second, and so on, wherever they are
 * bound, Unix sockets included; any other belongs to the listener whose address it has. A socket that
 * matches nothing, or what another one matched, is an error: a port that nobody meant to open. So is an
 * admin listener that another machine could reach, a Unix socket and loopback being all that it could
 * not, where the device file has it on loopback and may ask nobody who he is. What is left over of the device file is bound here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_LISTENERS_H
#define PN_LINUX_LISTENERS_H

#include "core/postern.h"

enum { PN_LISTENER_TEXT_BYTES = 128 };

struct pn_listeners {
    int listen[PN_LISTENERS_MAX]; /* as the device file lists them */
    int admin;
    const char *names; /* of those that were handed over, not yet looked at */
};

/* Have all of them. False, told on standard error, when one cannot be. */
bool pn_listeners_open(struct pn_listeners *l, const struct pn_device *device);

/* Where a listener is bound, for people. */
const char *pn_listener_text(int listener, char text[PN_LISTENER_TEXT_BYTES]);

#endif
