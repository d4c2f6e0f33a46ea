/* revoke.h - `postern revoke`: stop a task, agent, user, key, token or session, or lift that.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_REVOKE_H
#define PN_TOOLS_REVOKE_H

#include "port/port_net.h"

/* Run the command; argv[0] is not looked at. `open_net` makes sockets, for TLS. Returns the program's
 * exit status: 0 done, 1 the gateway refused or did not answer, 2 wrong usage. */
int tool_revoke(int argc, char **argv, struct port_net *(*open_net)(uint32_t sockets_max));

#endif
