/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_call.h"
#include "tools/compile/cel_code.h"
#include "tools/compile/cel_pattern.h"

static void code_arguments(struct coding *c, const struct cel_node *node, size_t first)
{
    for (size_t i = first; i < node->args.count; i++) cel_code_node(c, node->args.items[i]);
}

static void code_matches(struct coding *c, const struct cel_node *node)
{
    uint32_t dfa = cel_pattern(c->l, node->args.items[1]);

    if (dfa == PN_NONE32) {
        c->failed = true;
        return;
    }
    cel_code_node(c, node->args.items[0]);
    code_emit(c, PN_CODE_MATCH, 0, dfa);
}

/* isSubset(a, b) asks whether b contains a. */
static void code_within(struct coding *c, const struct cel_node *node)
{
    cel_code_node(c, node->args.items[1]);
    cel_code_node(c, node->args.items[0]);
    code_emit(c, PN_CODE_CALL, 2, PN_BUILTIN_SETS_CONTAINS);
}

void cel_code_call(struct coding *c, const struct cel_node *node)
{
    struct cel_call call = cel_call_of(c->l->image->arena, c->l->scope, node);

    switch (call.function) {
    case CEL_FUNCTION_NONE: cel_code_unknown(c, node, call.says); return;
    case CEL_FUNCTION_SAME: cel_code_node(c, node->args.items[0]); return;
    case CEL_FUNCTION_NOW: code_emit(c, PN_CODE_NOW, 0, 0); return;
    case CEL_FUNCTION_SINCE:
        code_emit(c, PN_CODE_NOW, 0, 0);
        cel_code_node(c, node->args.items[0]);
        code_emit(c, PN_CODE_SUBTRACT, 0, 0);
        return;
    case CEL_FUNCTION_MATCHES: code_matches(c, node); return;
    case CEL_FUNCTION_SHARES:
        code_arguments(c, node, 0);
        code_emit(c, PN_CODE_CALL, 2, PN_BUILTIN_SETS_INTERSECTS);
        return;
    case CEL_FUNCTION_WITHIN: code_within(c, node); return;
    case CEL_FUNCTION_BUILTIN: break;
    }
    code_arguments(c, node, call.first);
    code_emit(c, PN_CODE_CALL, (uint32_t)(node->args.count - call.first), call.number);
}
