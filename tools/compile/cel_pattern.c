/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_pattern.h"

#include "tools/compile/cel_operand.h"

uint32_t cel_pattern(struct lowering *l, const struct cel_node *node)
{
    struct arena *arena = l->image->arena;
    struct cel_value pattern;
    struct regex_error error;

    enum cel_constness constness =
        cel_const(arena, l->image->diagnostics, l->scope, node, &pattern);
    if (constness == CEL_WRONG) return PN_NONE32;
    if (constness != CEL_CONSTANT || pattern.type != CEL_STRING) {
        lower_wrong(l, node,
                    "the pattern of matches() is a constant text: it is compiled while building");
        return PN_NONE32;
    }
    struct regex_node *tree = regex_parse(arena, pattern.s, &error);
    if (tree == NULL) {
        struct pn_slice excerpt = diag_excerpt(arena, pattern.s);
        lower_wrong(l, node,
                    arena_format(arena, "in the pattern '%.*s', at character %zu: %s",
                                 SLICE_ARGS(excerpt), error.at + 1, error.message));
        return PN_NONE32;
    }
    return image_dfa(l->image, pattern.s, tree, DFA_SEARCH, operand_mark(node));
}
