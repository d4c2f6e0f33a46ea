/* policy_check.h - `postern policy check`: what a policy says about requests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_CHECK_H
#define TOOLS_POLICY_CHECK_H

#include <stdint.h>

#include "tools/compile/arena.h"

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 decided, 1 the
 * policy or a request is not in order, 2 when it was called wrongly. */
int tool_policy_check(int argc, char **argv);

/* How to ask. */
struct policy_question {
    const char *action; /* ask about this one instead of the request's own; NULL: those */
    const char
        *phase;     /* R.attr.phase: "call", "list", "offer", "emit"; NULL: as the request says */
    int64_t now_ms; /* what now() answers */
};

/* A policy that answers one request after the other. */
struct policy_checker;

/* Open the policy `body`, which must stay as it is while the checker is used. NULL, and in `error`
 * one sentence that says why not. */
struct policy_checker *policy_checker(struct arena *arena, struct pn_slice body,
                                      const char **error);

/* Decide `request`, a CheckInput or a CheckResources body as JSON, and append the answer as one line
 * of JSON in the matching form. NULL, or one sentence, which `arena` holds, that says why not;
 * nothing is appended then. */
const char *policy_checker_ask(struct policy_checker *checker, struct arena *arena,
                               struct pn_slice request, const struct policy_question *question,
                               struct bytes *answer);

/* Both for one request. */
const char *policy_check(struct arena *arena, struct pn_slice body, struct pn_slice request,
                         const struct policy_question *question, struct bytes *answer);

#endif
