/* Patterns: the first line is the pattern, the rest a text. What builds fits the budget, walking it
 * stays inside the table, and it finds a match where the search over the steps finds one. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "core/base/utf8.h"
#include "tools/compile/dfa.h"
#include "tools/compile/regex_search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build_and_walk(struct arena *arena, const struct regex_node *tree, enum dfa_sense sense,
                           struct pn_slice text)
{
    struct dfa dfa;

    if (dfa_build(arena, tree, sense, DFA_STATES_MAX, &dfa) != DFA_BUILT) {
        if (dfa.states <= DFA_STATES_MAX) abort();
        return;
    }
    if (dfa.states == 0 || dfa.states > DFA_STATES_MAX || dfa.start >= dfa.states) abort();
    for (size_t i = 0; i < (size_t)dfa.states * dfa.classes; i++) {
        if (dfa.next[i] >= dfa.states) abort();
    }
    bool found = dfa_matches(&dfa, text);
    struct nfa nfa;
    if (sense != DFA_SEARCH || !pn_utf8_valid(text) || text.len > 200) return;
    if (!nfa_build(arena, tree, &nfa)) abort();
    if ((regex_find_all(arena, &nfa, text, 1).list.count > 0) != found) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_slice all = pn_slice(data, size);
    size_t line = pn_slice_find(all, '\n');
    struct pn_slice pattern = pn_slice_head(all, line);
    struct regex_error error;
    struct arena arena = { 0 };

    if (line > 200) return 0; /* long patterns only take long */
    struct regex_node *tree = regex_parse(&arena, pattern, &error);
    if (tree == NULL && (error.message == NULL || error.at > pattern.len)) abort();
    if (tree != NULL) build_and_walk(&arena, tree, DFA_SEARCH, pn_slice_from(all, line));
    tree = glob_parse(&arena, pattern, &error);
    if (tree != NULL) build_and_walk(&arena, tree, DFA_WHOLE, pn_slice_from(all, line));
    arena_free(&arena);
    return 0;
}
