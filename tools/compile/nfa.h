/* nfa.h - a pattern as an automaton over the bytes of UTF-8.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_NFA_H
#define TOOLS_NFA_H

#include "tools/compile/regex_tree.h"

#define NFA_STEPS_MAX 60000 /* counted repetitions multiply; beyond this a pattern is hopeless */

enum nfa_kind {
    NFA_BYTES, /* a byte from low to high, then `to` */
    NFA_SPLIT, /* `to` or `other` */
    NFA_BEGIN, /* `to`, where the text begins */
    NFA_END,   /* `to`, where the text ends */
    NFA_MATCH,
};

struct nfa_step {
    enum nfa_kind kind;
    uint8_t low, high;
    uint32_t to, other;
};

struct nfa {
    LIST(struct nfa_step) steps;
    uint32_t start;
};

/* Build the automaton. False when it would have more than NFA_STEPS_MAX steps. */
bool nfa_build(struct arena *arena, const struct regex_node *tree, struct nfa *nfa);

#endif
