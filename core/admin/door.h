/* door.h - who may come in at the admin listener, and for what.
 *
 * In this order, and before the body of a request is read: what is open to all needs nothing. Anything
 * else needs a Host by which the listener is known, so that no page can reach it under a name of its
 * own; an Origin, where there is one, that the device file lists; then an operator, and that his role
 * allows it. Without operators in the device file everybody is one, on loopback, and only the first two
 * hold.
 *
 * One credential proves who an operator is: what Authorization says, or, where it says nothing, the
 * certificate of the connection. An admin key (Bearer) has 256 random bits, which nobody guesses: a
 * right one is let in whatever its address has tried before. So failures of others shut nobody out. A
 * password (Basic) may be guessed, so attempts at it are limited and take turns (password.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_DOOR_H
#define PN_DOOR_H

#include "core/admin/attempts.h"
#include "core/admin/denial.h"
#include "core/admin/door_rules.h"
#include "core/admin/password.h"
#include "core/http/h1_head.h"
#include "core/identity/peer_cert.h"

enum { PN_DOOR_WAIT_S = 60 }; /* then there are attempts again */

struct pn_door {
    const struct pn_door_rules *rules;
    uint32_t turn;           /* how often they were replaced: who came in before is asked again */
    struct port_net_addr at; /* the listener */
    struct pn_attempts attempts;
    struct pn_passwords passwords;
    uint32_t denied[PN_DENIAL_COUNT]; /* for metrics */
    uint32_t wait_s; /* when to come again, where the last one was denied for RATE */
};

/* One request at the door. */
struct pn_visit {
    const struct pn_h1_head *head;
    const struct port_net_addr *from;
    const struct pn_peer_cert *cert; /* NULL: the listener is plain */
    enum pn_operator_role needs;     /* what it asks for needs */
    int64_t unix_s;
    uint32_t mono_s;
};

/* May it come in?
 *
 *   PN_DENIAL_NONE  yes; `*who` says as whom, nobody where nobody is asked
 *   otherwise       why not; counted. `*who` is nobody, or whose role does not do */
enum pn_denial pn_door_enter(struct pn_door *door, const struct pn_visit *visit,
                             struct pn_operator *who);

/* Take other rules from now on. No password is known any more. */
void pn_door_take(struct pn_door *door, const struct pn_door_rules *rules);

/* Is the address one that only this machine can reach? */
bool pn_door_is_loopback(const struct port_net_addr *at);

#endif
