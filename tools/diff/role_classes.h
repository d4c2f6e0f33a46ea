/* role_classes.h - the roles that matter to a subject, those that mean the same taken together.
 *
 * For contrast.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ROLE_CLASSES_H
#define TOOLS_ROLE_CLASSES_H

#include "tools/diff/contrast.h"

/* A policy, the rules of it that speak of the subject, and what they read. */
struct role_side {
    const struct pn_policy *policy;
    const uint64_t *rules;
    const struct pn_reads *reads;
};

/* Fill contrast->roles. False when they are more than every set of which can be tried. */
bool role_classes_find(struct arena *arena, const struct role_side sides[2],
                       struct contrast *contrast);

#endif
