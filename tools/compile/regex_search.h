/* regex_search.h - where in a text a pattern matches, and its groups; while building only.
 *
 * Of all matches the first in the text, and of those that begin there the one that a matcher which
 * tries alternatives in their order finds first: as Go's regexp. Time is the length of the text times
 * the steps of the pattern.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REGEX_SEARCH_H
#define TOOLS_REGEX_SEARCH_H

#include "tools/compile/nfa.h"

#define REGEX_NO_PLACE SIZE_MAX

/* A match: group n is from place[2n] to place[2n + 1], the whole is group 0. A group that took no
 * part has REGEX_NO_PLACE. */
struct regex_match {
    const size_t *place;
};

/* All matches from the left that do not overlap, at most `matches_max` of them; no empty one right
 * behind another. `text` is valid UTF-8. */
struct regex_matches {
    LIST(struct regex_match) list;
};
struct regex_matches regex_find_all(struct arena *arena, const struct nfa *nfa,
                                    struct pn_slice text, size_t matches_max);

#endif
