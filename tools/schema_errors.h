/* schema_errors.h - what schemas find wrong with a request, in Cerbos's words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SCHEMA_ERRORS_H
#define TOOLS_SCHEMA_ERRORS_H

#include "policy/check_input.h"
#include "tools/compile/arena.h"

enum schema_verdict {
    SCHEMA_PASSES,  /* nothing is wrong, or nobody asks */
    SCHEMA_WARNS,   /* something is wrong and changes nothing */
    SCHEMA_REJECTS, /* no action is allowed */
};

/* Check the attributes of a request that was read. Schemas of a side count unless they are to be
 * ignored for all its actions. Cerbos's ValidationErrors are appended to `out` as objects with a
 * comma between them. */
enum schema_verdict schema_errors(struct arena *arena, struct pn_check_input *input,
                                  const struct pn_policy *policy, struct pn_policy_scratch *scratch,
                                  struct bytes *out);

#endif
