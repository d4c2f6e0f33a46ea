/* see schema_scalars.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/schema_scalars.h"

#include "tools/compile/schema_format.h"
#include "tools/compile/yaml_fields.h"

enum { DECIMALS_MAX = 9 };

void schema_wrong(struct schema_building *b, const struct yaml_node *at, const char *message)
{
    diag_error(b->image->diagnostics, at->mark, "%s", message);
}

void schema_push(struct schema_building *b, enum pn_schema_op op, uint16_t a, uint32_t bb)
{
    LIST_PUSH(b->image->arena, &b->node.words, ((struct image_schema_word){ (uint8_t)op, a, bb }));
}

uint16_t schema_type_bit(const struct yaml_node *name)
{
    static const char *const names[] = { "null",   "boolean", "integer", "number",
                                         "string", "array",   "object" };

    for (unsigned i = 0; i < 7; i++) {
        if (name->kind == YAML_SCALAR && text_is(name->text, names[i])) return (uint16_t)(1u << i);
    }
    return 0;
}

void schema_read_type(struct schema_building *b, const struct yaml_node *value)
{
    uint16_t types = value->kind == YAML_SCALAR ? schema_type_bit(value) : 0;
    bool good = types != 0;

    for (size_t i = 0; value->kind == YAML_LIST && i < value->items.count; i++) {
        uint16_t bit = schema_type_bit(value->items.items[i]);
        good = bit != 0 && (i == 0 || good);
        types |= bit;
    }
    if (good) schema_push(b, PN_SCHEMA_TYPE, types, 0);
    else
        schema_wrong(b, value, "a type is null, boolean, integer, number, string, array or object");
}

static void push_set(struct schema_building *b, enum pn_schema_op op,
                     struct yaml_node *const *values, size_t count)
{
    struct cel_value *constants = arena_take(b->image->arena, (count + 1) * sizeof *constants);
    bool good = true;

    for (size_t i = 0; i < count; i++) {
        if (values[i]->kind != YAML_SCALAR) {
            schema_wrong(b, values[i], "not supported: a list or map as const or in enum");
            good = false;
        } else if (!yaml_read_value(b->image->arena, b->image->diagnostics, values[i],
                                    &constants[i])) {
            good = false;
        }
    }
    if (!good) return;
    uint32_t set = image_set(b->image, constants, count);
    if (set != PN_NONE32) schema_push(b, op, 0, set);
    else schema_wrong(b, b->at, "not supported: numbers beyond 64 bits");
}

void schema_read_const(struct schema_building *b, const struct yaml_node *value)
{
    struct yaml_node *one = (struct yaml_node *)(uintptr_t)value;

    push_set(b, PN_SCHEMA_CONST, &one, 1);
}

void schema_read_enum(struct schema_building *b, const struct yaml_node *value)
{
    if (value->kind == YAML_LIST && value->items.count > 0) {
        push_set(b, PN_SCHEMA_ENUM, value->items.items, value->items.count);
    } else {
        schema_wrong(b, value, "enum is a list of values");
    }
}

static void push_pattern(struct schema_building *b, const struct yaml_node *value,
                         enum pn_schema_op op, struct pn_slice pattern)
{
    struct regex_error error;
    struct regex_node *tree = regex_parse(b->image->arena, pattern, &error);
    bool format = op == PN_SCHEMA_FORMAT;

    if (tree == NULL) {
        diag_error(b->image->diagnostics, value->mark, "in the pattern, at character %zu: %s",
                   error.at + 1, error.message);
        return;
    }
    uint32_t dfa = image_dfa(b->image, pattern, tree, format ? DFA_WHOLE : DFA_SEARCH, value->mark);
    uint32_t name = format ? image_string(b->image, value->text) : 0;
    if (dfa != PN_NONE32) schema_push(b, op, (uint16_t)name, dfa);
}

void schema_read_pattern(struct schema_building *b, const struct yaml_node *value)
{
    if (value->kind == YAML_SCALAR) push_pattern(b, value, PN_SCHEMA_PATTERN, value->text);
    else schema_wrong(b, value, "pattern is a regular expression in RE2's syntax");
}

void schema_read_format(struct schema_building *b, const struct yaml_node *value)
{
    struct pn_slice pattern =
        value->kind == YAML_SCALAR ? schema_format(value->text) : PN_SLICE("");

    if (pattern.len > 0) push_pattern(b, value, PN_SCHEMA_FORMAT, pattern);
    else schema_wrong(b, value, "not supported: formats but date-time, date, time, uuid and ipv4");
}

void schema_push_count(struct schema_building *b, const struct yaml_node *value,
                       enum pn_schema_op op)
{
    uint64_t count = 0;

    if (yaml_read_u64(b->image->diagnostics, value, UINT32_MAX, &count))
        schema_push(b, op, 0, (uint32_t)count);
}

void schema_push_bound(struct schema_building *b, const struct yaml_node *value,
                       enum pn_schema_op op)
{
    struct cel_value number = { 0 };
    bool read = value->kind == YAML_SCALAR &&
                yaml_read_value(b->image->arena, b->image->diagnostics, value, &number);
    bool is_number = read && (number.type == CEL_INT || number.type == CEL_DOUBLE);

    if (is_number) schema_push(b, op, 0, image_constant(b->image, &number));
    else schema_wrong(b, value, "a bound is a number that 64 bits or a double hold");
}

/* A positive decimal as n / 10^decimals, without zeros at its end. */
static bool decimal_of(struct pn_slice text, uint64_t *n, uint16_t *decimals)
{
    bool point = false;

    *n = 0;
    *decimals = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        if (ch == '.' && !point && i > 0) {
            point = true;
            continue;
        }
        if (ch < '0' || ch > '9' || *n > INT32_MAX || *decimals > 18) return false;
        *n = *n * 10 + (uint64_t)(ch - '0');
        *decimals = (uint16_t)(*decimals + point);
    }
    while (*decimals > 0 && *n % 10 == 0) {
        *n /= 10;
        --*decimals;
    }
    return *n > 0 && *n <= INT32_MAX && *decimals <= DECIMALS_MAX;
}

void schema_read_multiple(struct schema_building *b, const struct yaml_node *value)
{
    uint64_t n = 0;
    uint16_t decimals = 0;

    if (value->kind == YAML_SCALAR && decimal_of(value->text, &n, &decimals)) {
        schema_push(b, PN_SCHEMA_MULTIPLE, decimals, (uint32_t)n);
    } else {
        schema_wrong(b, value, "multipleOf is a positive decimal with at most 9 digits here");
    }
}
