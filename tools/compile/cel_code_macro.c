/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "tools/compile/cel_code.h"

/* A name for a cell of the stack while some code is written. */
static struct scope_local named(struct coding *c, struct pn_slice name, uint32_t cell)
{
    return (struct scope_local){ name, cell, c->l->scope->locals };
}

static void code_bool(struct coding *c, bool value)
{
    code_value(c, &(struct cel_value){ .type = CEL_BOOL, .b = value });
}

static void code_int(struct coding *c, int64_t value)
{
    code_value(c, &(struct cel_value){ .type = CEL_INT, .i = value });
}

static const struct cel_node *last_of(const struct cel_node *node)
{
    return node->args.items[node->args.count - 1];
}

/* What comes to stand in the accumulator for an element that is let through. */
static void code_next(struct coding *c, const struct cel_node *node, struct code_loop loop)
{
    code_local(c, code_loop_result(loop));
    switch (node->macro) {
    case CEL_EXISTS_ONE:
        code_int(c, 1);
        code_emit(c, PN_CODE_ADD, 0, 0);
        return;
    case CEL_FILTER:
        code_local(c, code_loop_variable(loop, 0));
        code_emit(c, PN_CODE_APPEND, 0, 0);
        return;
    case CEL_TRANSFORM_MAP:
        code_local(c, code_loop_variable(loop, 0));
        cel_code_node(c, last_of(node));
        code_emit(c, PN_CODE_PUT, 0, 0);
        return;
    case CEL_MAP_TO:
    case CEL_TRANSFORM_LIST:
    case CEL_SORT_BY:
        cel_code_node(c, last_of(node));
        code_emit(c, PN_CODE_APPEND, 0, 0);
        return;
    case CEL_TRANSFORM_MAP_ENTRY:
    case CEL_ALL:
    case CEL_EXISTS:
    case CEL_MACRO_NONE: break;
    }
}

/* The one entry that a map literal gives. */
static void code_entry(struct coding *c, const struct cel_node *entry, struct code_loop loop)
{
    code_local(c, code_loop_result(loop));
    if (entry->args.count == 0) return;
    if (entry->args.count > 2) {
        code_wrong(c, entry, "transformMapEntry() adds one entry for each element, not several");
        return;
    }
    cel_code_node(c, entry->args.items[0]);
    cel_code_node(c, entry->args.items[1]);
    code_emit(c, PN_CODE_PUT, 0, 0);
}

/* All entries of a map that is computed: a loop in the loop. */
static void code_entries(struct coding *c, const struct cel_node *node, struct code_loop loop)
{
    cel_code_node(c, last_of(node));
    code_local(c, code_loop_result(loop));
    struct code_loop inner = code_loop_begin(c, 2);
    code_local(c, code_loop_result(inner));
    code_local(c, code_loop_variable(inner, 0));
    code_local(c, code_loop_variable(inner, 1));
    code_emit(c, PN_CODE_PUT, 0, 0);
    code_loop_end(c, inner, PN_LOOP_ON_ERROR);
}

static void code_yield(struct coding *c, const struct cel_node *node, struct code_loop loop)
{
    if (node->macro != CEL_TRANSFORM_MAP_ENTRY) {
        code_next(c, node, loop);
    } else if (last_of(node)->kind == CEL_MAP_OF) {
        code_entry(c, last_of(node), loop);
    } else {
        code_entries(c, node, loop);
    }
}

/* The condition that an element must meet, or NULL. */
static const struct cel_node *filter_of(const struct cel_node *node)
{
    if (node->macro == CEL_FILTER || node->macro == CEL_EXISTS_ONE) return node->args.items[1];
    return node->args.count == 3 ? node->args.items[1] : NULL;
}

static void code_gathering(struct coding *c, const struct cel_node *node, struct code_loop loop)
{
    const struct cel_node *filter = filter_of(node);

    if (filter == NULL) {
        code_yield(c, node, loop);
        return;
    }
    cel_code_node(c, filter);
    size_t otherwise = code_skip(c, PN_CODE_BRANCH);
    code_yield(c, node, loop);
    size_t done = code_skip(c, PN_CODE_JUMP);
    code_land(c, otherwise);
    c->depth--;
    code_local(c, code_loop_result(loop));
    code_land(c, done);
}

/* all and exists go on behind an error: a later element may settle the matter. */
static void code_quantifier(struct coding *c, const struct cel_node *node, struct code_loop loop)
{
    code_local(c, code_loop_result(loop));
    cel_code_node(c, node->args.items[1]);
    code_emit(c, node->macro == CEL_ALL ? PN_CODE_AND : PN_CODE_OR, 0, 0);
}

static void code_begin(struct coding *c, const struct cel_node *node)
{
    switch (node->macro) {
    case CEL_ALL: code_bool(c, true); return;
    case CEL_EXISTS: code_bool(c, false); return;
    case CEL_EXISTS_ONE: code_int(c, 0); return;
    case CEL_MAP_TO:
    case CEL_FILTER:
    case CEL_SORT_BY:
    case CEL_TRANSFORM_LIST: code_emit(c, PN_CODE_LIST_LIKE, 0, 0); return;
    case CEL_TRANSFORM_MAP:
    case CEL_TRANSFORM_MAP_ENTRY: code_emit(c, PN_CODE_MAP_LIKE, 0, 0); return;
    case CEL_MACRO_NONE: break;
    }
}

static void code_body(struct coding *c, const struct cel_node *node, struct code_loop loop)
{
    struct scope *scope = c->l->scope;
    struct scope_local first = named(c, node->variable, code_loop_variable(loop, 0));
    struct scope_local second = { node->variable2, code_loop_variable(loop, 1), &first };

    scope->locals = node->variable2.len > 0 ? &second : &first;
    if (node->macro == CEL_ALL || node->macro == CEL_EXISTS) {
        code_quantifier(c, node, loop);
    } else {
        code_gathering(c, node, loop);
    }
    scope->locals = first.outer;
}

static enum pn_loop_exit exit_of(enum cel_macro macro)
{
    if (macro == CEL_ALL) return PN_LOOP_ON_FALSE;
    return macro == CEL_EXISTS ? PN_LOOP_ON_TRUE : PN_LOOP_ON_ERROR;
}

void cel_code_macro(struct coding *c, const struct cel_node *node)
{
    uint32_t variables = node->variable2.len > 0 ? 2 : 1;

    cel_code_node(c, node->args.items[0]);
    if (node->macro == CEL_SORT_BY) code_local(c, c->depth - 1);
    code_begin(c, node);
    struct code_loop loop = code_loop_begin(c, variables);
    code_body(c, node, loop);
    code_loop_end(c, loop, exit_of(node->macro));
    if (node->macro == CEL_EXISTS_ONE) {
        code_int(c, 1);
        code_emit(c, PN_CODE_EQ, 0, 0);
    }
    if (node->macro == CEL_SORT_BY) code_emit(c, PN_CODE_CALL, 2, PN_BUILTIN_SORT_BY_KEYS);
}

void cel_code_bind(struct coding *c, const struct cel_node *node)
{
    struct scope_local local = named(c, node->variable, c->depth);

    cel_code_node(c, node->args.items[0]);
    c->l->scope->locals = &local;
    cel_code_node(c, node->args.items[1]);
    c->l->scope->locals = local.outer;
    code_emit(c, PN_CODE_SLIDE, 0, 1);
}
