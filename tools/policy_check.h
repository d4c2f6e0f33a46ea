/* policy_check.h - `postern policy check`: what a policy says about one request.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_CHECK_H
#define TOOLS_POLICY_CHECK_H

#include <stdint.h>

#include "tools/compile/arena.h"

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 decided, 1 the
 * policy or the request is not in order, 2 when it was called wrongly. */
int tool_policy_check(int argc, char **argv);

/* How to ask. */
struct policy_question {
    const char *action; /* ask about this one instead of the request's own; NULL: those */
    const char
        *phase;     /* R.attr.phase: "call", "list", "offer", "emit"; NULL: as the request says */
    int64_t now_ms; /* what now() answers */
};

/* Decide `request`, a CheckInput or a CheckResources body as JSON, by the policy `body`, and append
 * the answer as JSON. Empty, or one sentence that says why not. */
const char *policy_check(struct arena *arena, struct pn_slice body, struct pn_slice request,
                         const struct policy_question *question, struct bytes *answer);

#endif
