/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_names.h"

#include "policy/machine.h"

const struct scope_local *scope_local_of(const struct scope *scope, const struct cel_node *ident)
{
    const struct scope_local *local = scope->locals;

    if (ident->kind != CEL_IDENT || ident->absolute) return NULL;
    while (local != NULL && !pn_slice_equal(local->name, ident->name)) local = local->outer;
    return local;
}

/* The x of V.x and the like; empty when the node is no such selection. */
static struct pn_slice name_below(const struct scope *scope, const struct cel_node *node,
                                  const char *brief, const char *full)
{
    if (scope->kind != SCOPE_POLICY || node->kind != CEL_SELECT) return pn_slice("", 0);
    const struct cel_node *root = node->args.items[0];
    if (root->kind != CEL_IDENT || scope_local_of(scope, root) != NULL) return pn_slice("", 0);
    return text_is(root->name, brief) || text_is(root->name, full) ? node->name : pn_slice("", 0);
}

struct scope_variable *scope_variable_of(struct diagnostics *diagnostics, struct scope *scope,
                                         const struct cel_node *node, bool *wrong)
{
    struct pn_slice name = name_below(scope, node, "V", "variables");

    for (size_t i = 0; i < scope->variables.count && name.len > 0; i++) {
        if (pn_slice_equal(scope->variables.items[i].name, name)) return &scope->variables.items[i];
    }
    if (name.len > 0) {
        diag_error(diagnostics, cel_mark(node->source, node->op_at), "there is no variable '%.*s'",
                   SLICE_ARGS(name));
        *wrong = true;
    }
    return NULL;
}

static const struct scope_constant *constant_named(const struct scope *scope, struct pn_slice name)
{
    for (size_t i = 0; scope != NULL && i < scope->constants.count; i++) {
        if (pn_slice_equal(scope->constants.items[i].name, name)) return &scope->constants.items[i];
    }
    return NULL;
}

const struct scope_constant *scope_constant_of(struct diagnostics *diagnostics, struct scope *scope,
                                               const struct cel_node *node, bool *wrong)
{
    struct pn_slice constant = name_below(scope, node, "C", "constants");
    struct pn_slice global = name_below(scope, node, "G", "globals");
    struct pn_slice name = constant.len > 0 ? constant : global;

    if (name.len == 0) return NULL;
    const struct scope_constant *found =
        constant_named(constant.len > 0 ? scope : scope->globals, name);
    if (found != NULL) return found;
    diag_error(diagnostics, cel_mark(node->source, node->op_at), "there is no %s '%.*s'",
               constant.len > 0 ? "constant" : "global", SLICE_ARGS(name));
    *wrong = true;
    return NULL;
}

static bool chain_write(const struct scope *scope, const struct cel_node *node, struct bytes *out)
{
    if (node->kind == CEL_IDENT) {
        if (scope_local_of(scope, node) != NULL) return false;
        bytes_append(out, node->name);
        return true;
    }
    if (node->kind != CEL_SELECT || !chain_write(scope, node->args.items[0], out)) return false;
    bytes_append_u8(out, '.');
    bytes_append(out, node->name);
    return true;
}

struct pn_slice scope_chain(struct arena *arena, const struct scope *scope,
                            const struct cel_node *node)
{
    struct bytes out = { 0 };
    bool is_chain = chain_write(scope, node, &out);
    struct pn_slice name = is_chain ? arena_copy(arena, bytes_slice(&out)) : pn_slice("", 0);

    bytes_free(&out);
    return name;
}

static const struct cel_value *binding_named(const struct scope *scope, struct pn_slice name)
{
    for (size_t i = 0; i < scope->bindings.count; i++) {
        if (pn_slice_equal(scope->bindings.items[i].name, name))
            return &scope->bindings.items[i].value;
    }
    return NULL;
}

static const struct cel_node *root_of(const struct cel_node *node)
{
    while (node->kind == CEL_SELECT) node = node->args.items[0];
    return node;
}

const struct cel_value *scope_binding_of(struct arena *arena, const struct scope *scope,
                                         const struct cel_node *node)
{
    struct pn_slice chain, space = scope->container;

    if (scope->bindings.count == 0) return NULL;
    chain = scope_chain(arena, scope, node);
    if (chain.len == 0) return NULL;
    if (root_of(node)->absolute) return binding_named(scope, chain);
    while (space.len > 0) {
        const char *full = arena_format(arena, "%.*s.%.*s", SLICE_ARGS(space), SLICE_ARGS(chain));
        const struct cel_value *found = binding_named(scope, pn_slice(full, strlen(full)));
        if (found != NULL) return found;
        while (space.len > 0 && space.at[space.len - 1] != '.') space.len--;
        if (space.len > 0) space.len--;
    }
    return binding_named(scope, chain);
}

int scope_type_of(struct pn_slice name)
{
    static const struct {
        const char *name;
        int type;
    } types[] = {
        { "int", PN_INT },
        { "uint", PN_UINT },
        { "double", PN_DOUBLE },
        { "bool", PN_BOOL },
        { "string", PN_STRING },
        { "bytes", PN_BYTES },
        { "list", PN_LIST },
        { "map", PN_MAP },
        { "null_type", PN_NULL },
        { "type", PN_TYPE },
        { "google.protobuf.Timestamp", PN_TIMESTAMP },
        { "google.protobuf.Duration", PN_DURATION },
        { "net.IP", PN_IP },
        { "net.CIDR", PN_CIDR },
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (text_is(name, types[i].name)) return types[i].type;
    }
    return -1;
}
