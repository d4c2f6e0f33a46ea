/* bundle_notes.h - what a bundle says that can never come to pass.
 *
 * A rule on a kind, a role or an attribute that no call ever has is valid and does nothing; most
 * often a name is misspelled. These are notes, not errors: a key may come later, and a policy may be
 * written for a gateway that can more.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_BUNDLE_NOTES_H
#define TOOLS_BUNDLE_NOTES_H

#include "tools/bundle/bundle.h"
#include "tools/compile/policy_compile.h"

/* Add the notes to the bundle's diagnostics; `image` was compiled from `set` without errors. */
void bundle_note_idle(struct bundle *bundle, const struct image *image,
                      const struct policy_set *set);

#endif
