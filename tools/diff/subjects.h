/* subjects.h - the calls that two policies have something to say about.
 *
 * For every resource kind and every action that a rule of either policy names there is one subject,
 * and one or two for every pattern of actions, whose text stands for all others that it matches.
 * Where there are policies by version, scope or principal, a subject for each of these.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUBJECTS_H
#define TOOLS_SUBJECTS_H

#include "policy/policy.h"
#include "tools/compile/arena.h"

/* Stands for any name that no policy names. It is no name: "<" is in none. */
#define SUBJECT_OTHER "<other>"

struct subject {
    struct pn_slice kind, action, version, scope;
    struct pn_slice principal; /* P.id; empty: neither policy has policies of principals */
    bool example;              /* stands for a pattern with wildcards within: one text of many */
};

enum { SUBJECTS_MAX = 20000 };

struct subjects {
    LIST(struct subject) list;
    size_t left_out; /* beyond the limit */
};

/* Gather them from `policies`. Texts borrow from the policies or the arena. */
void subjects_gather(struct arena *arena, const struct pn_policy *const policies[2],
                     struct subjects *subjects);

/* The text of a pattern, a record of GLOBS or PATTERNS, as its author might have written it. */
struct pn_slice pattern_text(struct arena *arena, const struct pn_policy *policy,
                             const uint8_t *pattern);

#endif
