/* known_facts.h - the slots of a candidate, filled with what is known of a recorded call.
 *
 * For replay.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_KNOWN_FACTS_H
#define TOOLS_KNOWN_FACTS_H

#include "tools/simulate/replay.h"

/* State what the gateway states of every call: from the texts of the record and the candidate's
 * tables. `*refused` names the reason for which the candidate's gateway would refuse the call before
 * or after its rules, or stays empty. */
void known_facts_state(struct replay *r, const struct recorded_call *call,
                       struct pn_slice *refused);

/* Fill r->slots and r->known. Facts were begun, who is calling was found. */
void known_facts_fill(struct replay *r, const struct recorded_call *call);

#endif
