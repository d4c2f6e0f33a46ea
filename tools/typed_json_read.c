/* see typed_json_read.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/typed_json_read.h"

#include <errno.h>
#include <stdlib.h>

#include "policy/double_text.h"
#include "policy/duration.h"

static const char not_typed[] =
    "a value is an object that names its type, such as {\"int\":\"5\"} or {\"string\":\"a\"}";

/* The C library would also take blanks and a plus. */
static bool is_number(struct pn_slice text, char sign)
{
    if (text.len == 0) return false;
    return (text.at[0] >= '0' && text.at[0] <= '9') || text.at[0] == (uint8_t)sign;
}

static bool read_int(struct pn_slice text, struct cel_value *value)
{
    char *end;

    errno = 0;
    value->i = strtoll((const char *)text.at, &end, 10);
    return is_number(text, '-') && errno == 0 && (const uint8_t *)end == text.at + text.len;
}

static bool read_uint(struct pn_slice text, struct cel_value *value)
{
    char *end;

    errno = 0;
    value->u = strtoull((const char *)text.at, &end, 10);
    return is_number(text, '0') && errno == 0 && (const uint8_t *)end == text.at + text.len;
}

static int base64_digit(uint8_t ch)
{
    if (ch >= 'A' && ch <= 'Z') return ch - 'A';
    if (ch >= 'a' && ch <= 'z') return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9') return ch - '0' + 52;
    if (ch == '+' || ch == '-') return 62;
    return ch == '/' || ch == '_' ? 63 : -1;
}

static bool read_bytes(struct arena *arena, struct pn_slice text, struct cel_value *value)
{
    uint8_t *out = arena_take(arena, text.len + 1);
    uint32_t group = 0;
    unsigned bits = 0;
    size_t len = 0;

    while (text.len > 0 && text.at[text.len - 1] == '=') text.len--;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.at[i]);
        if (digit < 0) return false;
        group = group << 6 | (uint32_t)digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[len++] = (uint8_t)(group >> bits);
    }
    value->s = pn_slice(out, len);
    return true;
}

static bool read_timestamp(struct pn_slice text, struct cel_value *value)
{
    struct pn_instant instant;

    if (pn_instant_read(text, &instant) != PN_INSTANT_READ) return false;
    value->i = instant.seconds;
    value->nanos = instant.nanos;
    return true;
}

static bool read_duration(struct pn_slice text, struct cel_value *value)
{
    struct pn_duration d;

    if (!pn_duration_read(text, &d)) return false;
    value->i = d.seconds;
    value->nanos = d.nanos;
    return true;
}

static bool read_type(struct pn_slice text, struct cel_value *value)
{
    value->i = scope_type_of(text);
    return value->i >= 0;
}

static const char *read_list(struct arena *arena, const struct json_tree *list,
                             struct cel_value *value)
{
    struct cel_value item;

    for (size_t i = 0; i < list->items.count; i++) {
        const char *error = typed_json_read(arena, list->items.items[i], &item);
        if (error != NULL) return error;
        LIST_PUSH(arena, &value->list, item);
    }
    return NULL;
}

static const char *read_map(struct arena *arena, const struct json_tree *list,
                            struct cel_value *value)
{
    struct cel_entry entry;

    for (size_t i = 0; i < list->items.count; i++) {
        const struct json_tree *pair = list->items.items[i];
        if (pair->kind != JSON_LIST || pair->items.count != 2) return "a map is pairs [key, value]";
        const char *error = typed_json_read(arena, pair->items.items[0], &entry.key);
        if (error == NULL) error = typed_json_read(arena, pair->items.items[1], &entry.value);
        if (error != NULL) return error;
        LIST_PUSH(arena, &value->map, entry);
    }
    return NULL;
}

static bool read_text(struct arena *arena, struct pn_slice text, struct cel_value *value)
{
    switch (value->type) {
    case CEL_INT: return read_int(text, value);
    case CEL_UINT: return read_uint(text, value);
    case CEL_DOUBLE: return pn_double_read(text, &value->d);
    case CEL_STRING: value->s = text; return true;
    case CEL_BYTES: return read_bytes(arena, text, value);
    case CEL_TIMESTAMP: return read_timestamp(text, value);
    case CEL_DURATION: return read_duration(text, value);
    case CEL_TYPE: return read_type(text, value);
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_LIST:
    case CEL_MAP: break;
    }
    return false;
}

/* The type that the only member names. */
static bool read_name(struct pn_slice name, enum cel_type *type)
{
    static const char *const names[] = {
        [CEL_NULL] = "null",           [CEL_BOOL] = "bool",         [CEL_INT] = "int",
        [CEL_UINT] = "uint",           [CEL_DOUBLE] = "double",     [CEL_STRING] = "string",
        [CEL_BYTES] = "bytes",         [CEL_LIST] = "list",         [CEL_MAP] = "map",
        [CEL_TIMESTAMP] = "timestamp", [CEL_DURATION] = "duration", [CEL_TYPE] = "type",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!text_is(name, names[i])) continue;
        *type = (enum cel_type)i;
        return true;
    }
    return false;
}

const char *typed_json_read(struct arena *arena, const struct json_tree *tree,
                            struct cel_value *value)
{
    const struct json_tree *inside;

    *value = (struct cel_value){ 0 };
    if (tree->kind != JSON_MAP || tree->items.count != 1 ||
        !read_name(tree->keys.items[0], &value->type)) {
        return not_typed;
    }
    inside = tree->items.items[0];
    if (value->type == CEL_NULL) return inside->kind == JSON_TRUE ? NULL : not_typed;
    if (value->type == CEL_BOOL) {
        value->b = inside->kind == JSON_TRUE;
        return value->b || inside->kind == JSON_FALSE ? NULL : not_typed;
    }
    if (value->type == CEL_LIST || value->type == CEL_MAP) {
        if (inside->kind != JSON_LIST) return not_typed;
        return value->type == CEL_LIST ? read_list(arena, inside, value)
                                       : read_map(arena, inside, value);
    }
    if (inside->kind != JSON_STRING) return not_typed;
    return read_text(arena, inside->text, value)
               ? NULL
               : arena_format(arena, "'%.*s' is no %s", SLICE_ARGS(inside->text),
                              cel_type_name(value->type));
}

static bool is_error(const struct json_tree *tree)
{
    const struct json_tree *error = json_member(tree, "error");

    return error != NULL && error->kind == JSON_STRING && tree->items.count == 1;
}

const char *typed_json_bind(struct arena *arena, const struct json_tree *map, struct scope *scope)
{
    struct scope_constant binding;

    if (map->kind != JSON_MAP) return "bindings are a map of names to values";
    for (size_t i = 0; i < map->items.count; i++) {
        binding.name = map->keys.items[i];
        if (is_error(map->items.items[i])) {
            scope->kind = SCOPE_ALONE_AT_RUN; /* a name without a value is an error there */
            continue;
        }
        const char *error = typed_json_read(arena, map->items.items[i], &binding.value);
        if (error != NULL) {
            return arena_format(arena, "of '%.*s': %s", SLICE_ARGS(binding.name), error);
        }
        LIST_PUSH(arena, &scope->bindings, binding);
    }
    return NULL;
}
