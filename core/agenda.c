/* see agenda.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/agenda.h"

void pn_agenda_turn(struct pn_gateway *g)
{
    (void)g;
}

void pn_agenda_ended(struct pn_gateway *g, struct pn_errand *e)
{
    (void)g;
    switch ((enum pn_errand_for)e->purpose) {
    case PN_ERRAND_FOR_KEYS:
    case PN_ERRAND_FOR_TOKEN:
    case PN_ERRAND_FOR_NOBODY: break;
    }
}
