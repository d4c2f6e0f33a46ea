/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/code_emit.h"

#include "tools/compile/cel_operand.h"

void code_wrong(struct coding *c, const struct cel_node *node, const char *message)
{
    if (!c->failed) lower_wrong(c->l, node, message);
    c->failed = true;
}

/* By how much an operation without arguments changes the depth. */
static int change_of(enum pn_code_op op, uint32_t a, uint32_t b)
{
    switch (op) {
    case PN_CODE_CONST:
    case PN_CODE_SLOT:
    case PN_CODE_LOCAL:
    case PN_CODE_PREDICATE:
    case PN_CODE_NOW:
    case PN_CODE_DERIVED:
    case PN_CODE_LIST:
    case PN_CODE_MAP:
    case PN_CODE_LIST_LIKE:
    case PN_CODE_MAP_LIKE: return 1;
    case PN_CODE_AND:
    case PN_CODE_OR:
    case PN_CODE_BRANCH:
    case PN_CODE_EQ:
    case PN_CODE_NE:
    case PN_CODE_LT:
    case PN_CODE_LE:
    case PN_CODE_GT:
    case PN_CODE_GE:
    case PN_CODE_IN:
    case PN_CODE_ADD:
    case PN_CODE_SUBTRACT:
    case PN_CODE_MULTIPLY:
    case PN_CODE_DIVIDE:
    case PN_CODE_REMAINDER:
    case PN_CODE_INDEX:
    case PN_CODE_APPEND:
    case PN_CODE_AGAIN: return -1;
    case PN_CODE_PUT: return -2;
    case PN_CODE_SLIDE: return -(int)b;
    case PN_CODE_CALL: return 1 - (int)a;
    case PN_CODE_LOOP: return 1 + (int)a;
    case PN_CODE_END: return -2 - (int)a;
    case PN_CODE_NEVER:
    case PN_CODE_NOT:
    case PN_CODE_NEGATE:
    case PN_CODE_IF_FALSE:
    case PN_CODE_IF_TRUE:
    case PN_CODE_JUMP:
    case PN_CODE_SELECT:
    case PN_CODE_HAS:
    case PN_CODE_IN_SET:
    case PN_CODE_MATCH:
    case PN_CODE_SETTLE:
    case PN_CODE_STEP:
    case PN_CODE_OP_COUNT: break;
    }
    return 0;
}

void code_emit(struct coding *c, enum pn_code_op op, uint32_t a, uint32_t b)
{
    struct image_step step = { (uint8_t)op, (uint8_t)a, (uint16_t)b };

    if (c->failed) return;
    c->depth = (uint32_t)((int)c->depth + change_of(op, a, b));
    LIST_PUSH(c->l->image->arena, &c->code.steps, step);
    if (b > 0xffff) {
        code_wrong(c, c->root, "the policy holds more values than an engine can number");
    } else if (c->code.steps.count > PN_POLICY_CODE_MAX) {
        code_wrong(c, c->root,
                   arena_format(c->l->image->arena,
                                "this expression takes more than %d instructions; split it",
                                PN_POLICY_CODE_MAX));
    } else if (c->depth > PN_POLICY_VALUE_STACK_MAX) {
        code_wrong(c, c->root, "this expression is nested too deeply for an engine");
    }
}

size_t code_skip(struct coding *c, enum pn_code_op op)
{
    code_emit(c, op, 0, 0);
    return c->code.steps.count;
}

void code_land(struct coding *c, size_t skip)
{
    if (!c->failed) c->code.steps.items[skip - 1].b = (uint16_t)(c->code.steps.count - skip);
}

static void code_list(struct coding *c, const struct cel_value *value)
{
    code_emit(c, PN_CODE_LIST, 0, (uint32_t)value->list.count);
    for (size_t i = 0; i < value->list.count && !c->failed; i++) {
        code_value(c, &value->list.items[i]);
        code_emit(c, PN_CODE_APPEND, 0, 0);
    }
}

static void code_map(struct coding *c, const struct cel_value *value)
{
    code_emit(c, PN_CODE_MAP, 0, (uint32_t)value->map.count);
    for (size_t i = 0; i < value->map.count && !c->failed; i++) {
        code_value(c, &value->map.items[i].key);
        code_value(c, &value->map.items[i].value);
        code_emit(c, PN_CODE_PUT, 0, 0);
    }
}

void code_value(struct coding *c, const struct cel_value *value)
{
    if (value->type == CEL_LIST) {
        code_list(c, value);
    } else if (value->type == CEL_MAP) {
        code_map(c, value);
    } else {
        code_emit(c, PN_CODE_CONST, 0, image_code_constant(c->l->image, value));
    }
}

void code_local(struct coding *c, uint32_t cell)
{
    code_emit(c, PN_CODE_LOCAL, 0, cell);
}

struct code_loop code_loop_begin(struct coding *c, uint32_t variables)
{
    struct code_loop loop = { c->code.steps.count, c->depth - 2, variables };

    if (++c->loops > PN_POLICY_LOOP_DEPTH_MAX) {
        code_wrong(c, c->root,
                   arena_format(c->l->image->arena,
                                "macros over lists are nested more than %d deep",
                                PN_POLICY_LOOP_DEPTH_MAX));
    }
    code_emit(c, PN_CODE_LOOP, variables, 0);
    code_emit(c, PN_CODE_STEP, variables, 0);
    return loop;
}

void code_loop_end(struct coding *c, struct code_loop loop, enum pn_loop_exit exit)
{
    struct image_step *steps;
    uint32_t length;

    c->loops--;
    code_emit(c, PN_CODE_AGAIN, loop.variables | (uint32_t)exit << 4, 0);
    code_emit(c, PN_CODE_END, loop.variables, 0);
    if (c->failed) return;
    steps = c->code.steps.items + loop.at;
    length = (uint32_t)(c->code.steps.count - 1 - loop.at);
    steps[0].b = (uint16_t)length;
    steps[1].b = (uint16_t)(length - 1);
    steps[length - 1].b = (uint16_t)(length - 2);
}
