/* dfa.h - a pattern as a table that a device walks byte by byte.
 *
 * The tree becomes an automaton over UTF-8 bytes, that becomes a deterministic one, and that is
 * made as small as it can be: equal states and equal bytes are joined. A pattern is over budget
 * when that table has too many states; how many it has is then reported as far as it was built.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DFA_H
#define TOOLS_DFA_H

#include "tools/compile/regex_tree.h"

#define DFA_STATES_MAX 512 /* of a pattern, unless the caller allows more */

struct dfa {
    uint16_t states, classes, start;
    uint8_t class_of[256];
    uint16_t *next; /* next[state * classes + class] */
    bool *accepts;  /* by state, when the text ends there */
};

/* Does the pattern match somewhere in the text, or the text as a whole? */
enum dfa_sense { DFA_SEARCH, DFA_WHOLE };

enum dfa_result {
    DFA_BUILT,
    DFA_OVER_BUDGET, /* `dfa->states` is how many it would have, or a lower bound */
};

enum dfa_result dfa_build(struct arena *arena, const struct regex_node *tree, enum dfa_sense sense,
                          size_t states_max, struct dfa *dfa);

/* What the device will do; for tests. */
bool dfa_matches(const struct dfa *dfa, struct pn_slice text);

#endif
