/* see limits.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/limits.h"

#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) \
    _Static_assert((floor) <= (usual) && (usual) <= (ceiling), \
                   "You set a default of " #name " outside its own floor and ceiling.");
#include "core/limits.def"
#undef PN_LIMIT

_Static_assert(PN_RELAY_BYTES >= PN_HEAD_BYTES + 1024,
               "You need a relay buffer that holds a whole head and some body behind it.");
_Static_assert(PN_POLICY_GENERATIONS >= 2,
               "You need two generations at least, or no policy can be replaced.");

void pn_limits_default(struct pn_limits *limits)
{
    *limits = (struct pn_limits){
#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) .name = usual,
#include "core/limits.def"
#undef PN_LIMIT
    };
}
