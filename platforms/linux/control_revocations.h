/* control_revocations.h - the list of what is revoked, in a process: its memory, its state directory, its log.
 *
 * For control.c, whose thread it belongs to.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_CONTROL_REVOCATIONS_H
#define PN_LINUX_CONTROL_REVOCATIONS_H

#include "platforms/linux/control.h"

/* Before workers run, and after the slots were opened: read the list, and have the admin listener
 * answer for it. With a list that cannot be read every call is refused. False: no memory, or no random
 * bytes. */
bool pn_control_revocations_make(struct pn_control *c);

/* Tell of a list that cannot be read. */
void pn_control_revocations_tell(struct pn_control *c);

/* At each turn: what has ended is taken out, and what the state directory has not taken is tried again
 * every few seconds. */
void pn_control_revocations_watch(struct pn_control *c, uint64_t now_ms);

#endif
