/* actors.h - through whom a token came: the one who calls, and those who acted before (RFC 8693, 4.1).
 *
 * Each is a map with its name (`sub`) and, within it (`act`), the one before. There are few of them and
 * their names are no longer than a caller's: each may be shut out by its name, so none may be there
 * that could not be.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ACTORS_H
#define PN_ACTORS_H

#include "core/base/value.h"

enum { PN_ACTORS_MAX = 4, PN_ACTOR_NAME_BYTES = 256 };

struct pn_actors {
    struct pn_value names[PN_ACTORS_MAX]; /* strings, the one who calls first */
    uint32_t count;
};

/* Read what the claim `act` says; PN_ABSENT is nobody. False: an actor is no map, has no name or one
 * that is too long, or there are too many; `actors` then has those before it. */
bool pn_actors_read(const struct pn_value *act, struct pn_actors *actors);

#endif
