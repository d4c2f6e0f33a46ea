/* see opening.h: predicates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/opening.h"

/* What a kind of predicate takes besides its argument. */
enum needs {
    KNOWN = 1, /* the kind exists */
    WITH_SLOT = 2,
    WITH_PEER = 4, /* a peer must be there */
    MAY_PEER = 8,  /* a peer may be there */
    OR_PEER = 16,  /* either a peer or the argument, not both */
    WITH_OP = 32,
};

enum { NO_ARG = 0, TYPE_ARG = 255 };

struct kind_row {
    uint8_t needs;
    uint8_t arg;  /* the section that the argument is an index into, NO_ARG or TYPE_ARG */
    uint8_t type; /* of the constant; PN_ABSENT: any */
};

#define S(name) PN_POLICY_SECTION_##name

static const struct kind_row kinds[] = {
    [PN_PREDICATE_BOOL] = { KNOWN | WITH_SLOT, NO_ARG, 0 },
    [PN_PREDICATE_COMPARE] = { KNOWN | WITH_SLOT | WITH_OP, S(CONSTANTS), PN_ABSENT },
    [PN_PREDICATE_COMPARE_SLOTS] = { KNOWN | WITH_SLOT | WITH_OP | WITH_PEER, NO_ARG, 0 },
    [PN_PREDICATE_IN_SET] = { KNOWN | WITH_SLOT, S(SETS), 0 },
    [PN_PREDICATE_PREFIX] = { KNOWN | WITH_SLOT | OR_PEER, S(CONSTANTS), PN_STRING },
    [PN_PREDICATE_SUFFIX] = { KNOWN | WITH_SLOT | OR_PEER, S(CONSTANTS), PN_STRING },
    [PN_PREDICATE_CONTAINS] = { KNOWN | WITH_SLOT | OR_PEER, S(CONSTANTS), PN_STRING },
    [PN_PREDICATE_MATCH] = { KNOWN | WITH_SLOT, S(DFAS), 0 },
    [PN_PREDICATE_HAS] = { KNOWN | WITH_SLOT | MAY_PEER, NO_ARG, 0 },
    [PN_PREDICATE_TYPE] = { KNOWN | WITH_SLOT, TYPE_ARG, 0 },
    [PN_PREDICATE_SIZE] = { KNOWN | WITH_SLOT | WITH_OP, S(CONSTANTS), PN_INT },
    [PN_PREDICATE_MEMBER] = { KNOWN | WITH_SLOT | OR_PEER, S(CONSTANTS), PN_ABSENT },
    [PN_PREDICATE_ROLE] = { KNOWN, S(ROLES), 0 },
    [PN_PREDICATE_DERIVED] = { KNOWN, S(DERIVED), 0 },
    [PN_PREDICATE_NOW] = { KNOWN | WITH_OP, S(CONSTANTS), PN_INT },
    [PN_PREDICATE_CODE] = { KNOWN, S(CODE_BLOCKS), 0 },
};

static bool slot_fits(const struct pn_opening *o, uint16_t slot)
{
    return slot < o->policy->slot_count;
}

static bool slots_fit(const struct pn_opening *o, const uint8_t *at, uint8_t needs)
{
    uint16_t slot = pn_load16(at + PN_PREDICATE_SLOT), peer = pn_load16(at + PN_PREDICATE_PEER);

    if ((needs & WITH_SLOT) != 0 ? !slot_fits(o, slot) : slot != PN_NONE16) return false;
    if ((needs & WITH_PEER) != 0) return slot_fits(o, peer);
    if ((needs & (MAY_PEER | OR_PEER)) == 0) return peer == PN_NONE16;
    return peer == PN_NONE16 || slot_fits(o, peer);
}

static bool arg_fits(const struct pn_opening *o, const uint8_t *at, const struct kind_row *kind)
{
    uint32_t arg = pn_load32(at + PN_PREDICATE_ARG);
    bool by_peer = (kind->needs & OR_PEER) != 0 && pn_load16(at + PN_PREDICATE_PEER) != PN_NONE16;

    if (by_peer || kind->arg == NO_ARG) return arg == PN_NONE32;
    if (kind->arg == TYPE_ARG) return arg >= PN_NULL && arg <= PN_MAP;
    if (!pn_index_fits(o, (enum pn_policy_section)kind->arg, arg)) return false;
    if (kind->arg != S(CONSTANTS)) return true;
    uint8_t type = pn_constant(o->policy, arg).type;
    return kind->type == PN_ABSENT ? type <= PN_STRING : type == kind->type;
}

static bool predicate_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint8_t kind = at[PN_PREDICATE_KIND], op = at[PN_PREDICATE_OP];

    if (kind >= sizeof kinds / sizeof kinds[0] || kinds[kind].needs == 0) return false;
    if ((kinds[kind].needs & WITH_OP) != 0 ? op > PN_GE : op != 0) return false;
    return slots_fit(o, at, kinds[kind].needs) && arg_fits(o, at, &kinds[kind]);
}

bool pn_predicates_are_sound(const struct pn_opening *o)
{
    for (uint16_t i = 0; i < o->policy->predicate_count; i++) {
        if (!predicate_is_sound(o, pn_predicate_at(o->policy, i))) return false;
    }
    return true;
}
