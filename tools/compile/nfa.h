/* nfa.h - a pattern as an automaton over the bytes of UTF-8.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_NFA_H
#define TOOLS_NFA_H

#include "tools/compile/regex_tree.h"

#define NFA_STEPS_MAX 60000  /* counted repetitions multiply; beyond this a pattern is hopeless */
#define NFA_ARCS_MAX  400000 /* likewise */

enum nfa_kind {
    NFA_BYTES, /* takes a byte: one of `other` arcs from number `to` on */
    NFA_SPLIT, /* `to`, else `other`: the order is that of preference */
    NFA_LOOK,  /* `to`, where `look` holds */
    NFA_SAVE,  /* this place is number `other` of the match, then `to` */
    NFA_MATCH,
};

struct nfa_step {
    uint8_t kind, look;
    uint32_t to, other;
};

struct nfa_arc {
    uint8_t low, high;
    uint32_t to; /* a step */
};

struct nfa {
    LIST(struct nfa_step) steps;
    LIST(struct nfa_arc) arcs; /* those of a step ascend and are apart */
    uint32_t start;
    unsigned looks;  /* bit n: a step looks as enum regex_look n says */
    unsigned groups; /* the highest number of a group; its places are 2n and 2n + 1 */
};

#define NFA_NOWHERE UINT32_MAX

/* Where a step of kind NFA_BYTES leads with `byte`. */
uint32_t nfa_after(const struct nfa *nfa, const struct nfa_step *step, uint8_t byte);

/* Build the automaton. False when it would have too many steps or arcs. */
bool nfa_build(struct arena *arena, const struct regex_node *tree, struct nfa *nfa);

#endif
