/* policy_explain.h - `postern policy explain`: why a policy decides requests as it does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_EXPLAIN_H
#define TOOLS_POLICY_EXPLAIN_H

#include "tools/policy_check.h"

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 explained, 1 the
 * policy or a request is not in order, 2 when it was called wrongly. */
int tool_policy_explain(int argc, char **argv);

enum explain_form { EXPLAIN_TEXT, EXPLAIN_JSON };

/* A policy that explains one request after the other. */
struct policy_explainer;

/* Open the policy `body`, which must stay as it is while the explainer is used. NULL, and in
 * `error` one sentence that says why not. */
struct policy_explainer *policy_explainer(struct arena *arena, struct pn_slice body,
                                          const char **error);

/* Append why each action of `request` is decided as it is: lines of text, or one line of JSON. NULL,
 * or one sentence, which `arena` holds, that says why not; nothing is appended then. */
const char *policy_explainer_ask(struct policy_explainer *explainer, struct arena *arena,
                                 struct pn_slice request, const struct policy_question *question,
                                 enum explain_form form, struct bytes *answer);

#endif
