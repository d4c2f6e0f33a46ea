/* control_told.h - what the control thread tells of what has come in: in the log for who runs the
 * gateway, as an event in the audit log for good.
 *
 * The telling changes nothing but what was told already. For control.c; the event itself is
 * pn_control_tell(), in control.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_CONTROL_TOLD_H
#define PN_LINUX_CONTROL_TOLD_H

#include "platforms/linux/control.h"

/* The policy in force; NULL: none. */
const struct pn_active *pn_control_active(const struct pn_control *c);

/* The result is that refusal. */
bool pn_control_is_named(const struct pn_install_result *r, enum pn_seal_refusal refusal);

/* A policy, a key set or a timestamp came in, from c->source, and that is what came of it. */
void pn_control_told(struct pn_control *c, const struct pn_install_result *r);

/* A request was turned away at the admin door. While the audit log takes nothing and the ring before it
 * is more than half full it is only counted: strangers leave room for what operators do. */
void pn_control_told_denied(struct pn_control *c, const struct pn_admin_denied *d);

/* At each turn: once there is room again, one event for all that were only counted. */
void pn_control_told_untold(struct pn_control *c);

/* Credentials were read again: which are others now, by name. */
void pn_control_told_changed(struct pn_control *c);

/* They could not be read again: which, and what upstreams want those. */
void pn_control_told_missing(struct pn_control *c);

/* The key set of the state directory is damaged. */
void pn_control_told_lost(struct pn_control *c);

#endif
