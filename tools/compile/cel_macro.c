/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_macro.h"

/* Arguments behind the dot, the variables among them. */
struct form {
    const char *name;
    enum cel_macro macro;
    uint8_t args, variables;
};

static const struct form forms[] = {
    { "all", CEL_ALL, 2, 1 },
    { "all", CEL_ALL, 3, 2 },
    { "exists", CEL_EXISTS, 2, 1 },
    { "exists", CEL_EXISTS, 3, 2 },
    { "exists_one", CEL_EXISTS_ONE, 2, 1 },
    { "exists_one", CEL_EXISTS_ONE, 3, 2 },
    { "existsOne", CEL_EXISTS_ONE, 2, 1 },
    { "existsOne", CEL_EXISTS_ONE, 3, 2 },
    { "map", CEL_MAP_TO, 2, 1 },
    { "map", CEL_MAP_TO, 3, 1 },
    { "filter", CEL_FILTER, 2, 1 },
    { "sortBy", CEL_SORT_BY, 2, 1 },
    { "transformList", CEL_TRANSFORM_LIST, 3, 2 },
    { "transformList", CEL_TRANSFORM_LIST, 4, 2 },
    { "transformMap", CEL_TRANSFORM_MAP, 3, 2 },
    { "transformMap", CEL_TRANSFORM_MAP, 4, 2 },
    { "transformMapEntry", CEL_TRANSFORM_MAP_ENTRY, 3, 2 },
    { "transformMapEntry", CEL_TRANSFORM_MAP_ENTRY, 4, 2 },
};

static const struct cel_fault good;

static struct cel_fault fault(size_t at, const char *says)
{
    return (struct cel_fault){ says, at };
}

/* Take `count` arguments out, from the second on. */
static void drop_arguments(struct cel_node *call, size_t count)
{
    for (size_t i = 1; i + count < call->args.count; i++) {
        call->args.items[i] = call->args.items[i + count];
    }
    call->args.count -= count;
}

static bool is_variable(const struct cel_node *node)
{
    return node->kind == CEL_IDENT && !node->absolute && !node->in_parentheses;
}

static struct cel_fault over(struct cel_node *call, const struct form *form)
{
    static const char needs_name[] = "this macro begins with the name of a variable";
    struct cel_node **args = call->args.items;

    if (!is_variable(args[1])) return fault(args[1]->at, needs_name);
    if (form->variables == 2 && !is_variable(args[2])) {
        return fault(args[2]->at, "the second variable of this macro is a name");
    }
    call->kind = CEL_COMPREHENSION;
    call->macro = form->macro;
    call->variable = args[1]->name;
    if (form->variables == 2) {
        call->variable2 = args[2]->name;
        if (pn_slice_equal(call->variable, call->variable2)) {
            return fault(args[2]->at, "the two variables of this macro need different names");
        }
    }
    drop_arguments(call, form->variables);
    return good;
}

static struct cel_fault member(struct cel_node *call)
{
    bool known = false;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (!text_is(call->name, forms[i].name)) continue;
        known = true;
        if (call->args.count == 1u + forms[i].args) return over(call, &forms[i]);
    }
    return known ? fault(call->op_at, "this macro takes another number of arguments") : good;
}

static bool is_bind(const struct cel_node *call)
{
    const struct cel_node *target = call->args.items[0];

    return text_is(call->name, "bind") && target->kind == CEL_IDENT && text_is(target->name, "cel");
}

static struct cel_fault bind(struct cel_node *call)
{
    if (call->args.count != 4)
        return fault(call->op_at, "cel.bind() takes a name, a value, a result");
    if (!is_variable(call->args.items[1])) {
        return fault(call->args.items[1]->at, "cel.bind() begins with the name of a variable");
    }
    call->kind = CEL_BIND;
    call->variable = call->args.items[1]->name;
    drop_arguments(call, 1);
    call->args.items++;
    call->args.count--;
    return good;
}

static struct cel_fault has(struct cel_node *call)
{
    if (call->args.count != 1 || call->args.items[0]->kind != CEL_SELECT) {
        return fault(call->at, "has() takes one selection, such as has(R.attr.owner)");
    }
    call->kind = CEL_HAS;
    return good;
}

struct cel_fault cel_macro(struct cel_node *call)
{
    if (!call->member) return text_is(call->name, "has") ? has(call) : good;
    return is_bind(call) ? bind(call) : member(call);
}
