/* process.h - as whom the process runs, and what of it nobody may look into.
 *
 * What needs a right of root, ports below 1024 and files that only root reads, is done before; after
 * it the process can never get one back: no capability is left, in no set, none can be gained by
 * executing anything, and no core file shows what it held.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_PROCESS_H
#define PN_LINUX_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/postern.h"

struct pn_user {
    uid_t uid;
    gid_t gid;
};

/* Who `wish` is: NAME, NAME:GROUP or numbers for either, from /etc/passwd and /etc/group. A number
 * that /etc/passwd lacks has the group of the same number. False, told on standard error, when there
 * is nobody of that name. */
bool pn_user_find(const char *wish, struct pn_user *user);

/* Be `user` for good, without supplementary groups. Does nothing for who is that user already. False,
 * told, when the system refuses. */
bool pn_user_become(const struct pn_user *user);

/* Give up all capabilities, in every set, and the way to new ones. Also of who stays root: it still
 * owns root's files, but passes no permission that is not its own. False when the system refused a
 * part. To be called before there is a second thread: each has its own. */
bool pn_capabilities_drop(void);

/* Whether a crash may leave a core file and others may trace the process. */
void pn_core_dumps_set(enum pn_core_dumps dumps);

#endif
