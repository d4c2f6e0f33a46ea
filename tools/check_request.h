/* check_request.h - requests as people write them, as the strict reader of policy/check_input.h
 * takes them: one resource each.
 *
 * A CheckResources body holds several resources; a question may name another action or phase. Both
 * become texts of the one form. A request that needs neither is handed on byte for byte, so that
 * what a device would refuse about its spelling is refused here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CHECK_REQUEST_H
#define TOOLS_CHECK_REQUEST_H

#include "tools/compile/arena.h"
#include "tools/policy_check.h"

struct check_requests {
    LIST(struct pn_slice) texts;
    struct pn_slice request_id; /* as JSON; empty where there is none */
    bool is_input;              /* a CheckInput: one resource, beside its actions */
    bool wants_meta;            /* includeMeta of a CheckResources body */
};

/* Split `request`. NULL, or why not. */
const char *check_requests_read(struct arena *arena, struct pn_slice request,
                                const struct policy_question *question,
                                struct check_requests *requests);

#endif
