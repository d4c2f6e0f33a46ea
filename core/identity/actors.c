/* see actors.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/actors.h"

#include "core/identity/jwt.h"

static bool is_name(const struct pn_value *name)
{
    uint8_t room[PN_ACTOR_NAME_BYTES];

    return name->type == PN_STRING && pn_value_copy_text(name, room, sizeof room) != SIZE_MAX;
}

bool pn_actors_read(const struct pn_value *act, struct pn_actors *actors)
{
    struct pn_value actor = *act, name, before;

    actors->count = 0;
    while (actor.type != PN_ABSENT) {
        if (actors->count == PN_ACTORS_MAX || actor.type != PN_MAP) return false;
        if (!pn_claim_find(&actor, PN_SLICE("sub"), &name) || !is_name(&name)) return false;
        actors->names[actors->count++] = name;
        pn_claim_find(&actor, PN_SLICE("act"), &before);
        actor = before;
    }
    return true;
}
