/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_function.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/compile/cel_value.h"
#include "tools/compile/yaml_fields.h"

static size_t characters(struct pn_slice text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) count += (text.at[i] & 0xc0) != 0x80;
    return count;
}

static bool size_of(const struct cel_value *of, struct cel_value *value)
{
    *value = (struct cel_value){ .type = CEL_INT };
    switch (of->type) {
    case CEL_STRING: value->i = (int64_t)characters(of->s); return true;
    case CEL_BYTES: value->i = (int64_t)of->s.len; return true;
    case CEL_LIST: value->i = (int64_t)of->list.count; return true;
    case CEL_MAP: value->i = (int64_t)of->map.count; return true;
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE:
    case CEL_TIMESTAMP: break;
    }
    return false;
}

static bool to_int(const struct cel_value *from, struct cel_value *value)
{
    char *end;

    *value = (struct cel_value){ .type = CEL_INT, .i = from->i };
    if (from->type == CEL_INT) return true;
    if (from->type == CEL_TIMESTAMP) {
        value->i = from->i / 1000 - (from->i % 1000 < 0);
        return true;
    }
    if (from->type == CEL_UINT) {
        value->i = (int64_t)from->u;
        return from->u <= INT64_MAX;
    }
    if (from->type == CEL_DOUBLE) {
        if (!(from->d > -9223372036854775808.0 && from->d < 9223372036854775808.0)) return false;
        value->i = (int64_t)from->d;
        return true;
    }
    if (from->type != CEL_STRING || from->s.len == 0) return false;
    errno = 0;
    value->i = strtoll((const char *)from->s.at, &end, 10);
    return errno == 0 && (const uint8_t *)end == from->s.at + from->s.len && from->s.at[0] > ' ' &&
           from->s.at[0] != '+';
}

static bool to_double(const struct cel_value *from, struct cel_value *value)
{
    char *end;

    *value = (struct cel_value){ .type = CEL_DOUBLE, .d = from->d };
    if (from->type == CEL_DOUBLE) return true;
    if (from->type == CEL_INT) value->d = (double)from->i;
    if (from->type == CEL_UINT) value->d = (double)from->u;
    if (from->type == CEL_INT || from->type == CEL_UINT) return true;
    if (from->type != CEL_STRING || from->s.len == 0) return false;
    value->d = strtod((const char *)from->s.at, &end);
    return (const uint8_t *)end == from->s.at + from->s.len && from->s.at[0] > ' ';
}

static bool to_uint(const struct cel_value *from, struct cel_value *value)
{
    struct cel_value number;

    if (from->type == CEL_UINT) {
        *value = *from;
        return true;
    }
    if (!to_int(from, &number) || number.i < 0) return false;
    if (from->type == CEL_TIMESTAMP) return false;
    *value = (struct cel_value){ .type = CEL_UINT, .u = (uint64_t)number.i };
    return true;
}

static bool to_string(struct arena *arena, const struct cel_value *from, struct cel_value *value)
{
    struct bytes text = { 0 };
    bool plain = from->type == CEL_BOOL || cel_is_number(from);

    *value = *from;
    if (from->type == CEL_STRING) return true;
    if (!plain || !cel_write_json(&text, from)) {
        bytes_free(&text);
        return false;
    }
    *value = (struct cel_value){ .type = CEL_STRING, .s = arena_copy(arena, bytes_slice(&text)) };
    bytes_free(&text);
    return true;
}

static bool holds_text(struct pn_slice text, struct pn_slice part)
{
    for (size_t at = 0; at + part.len <= text.len; at++) {
        if (pn_slice_equal(pn_slice(text.at + at, part.len), part)) return true;
    }
    return false;
}

static bool string_test(struct pn_slice name, const struct cel_value *args, struct cel_value *value)
{
    struct pn_slice text = args[0].s, part = args[1].s;

    if (args[0].type != CEL_STRING || args[1].type != CEL_STRING) return false;
    *value = (struct cel_value){ .type = CEL_BOOL };
    if (text_is(name, "contains")) value->b = holds_text(text, part);
    if (text_is(name, "startsWith")) value->b = pn_slice_begins(text, part);
    if (text_is(name, "endsWith")) {
        value->b =
            part.len <= text.len && pn_slice_equal(pn_slice_from(text, text.len - part.len), part);
    }
    return true;
}

bool cel_function(struct arena *arena, const struct cel_node *node, const struct cel_value *args,
                  struct cel_value *value)
{
    struct pn_slice name = node->name;

    if (node->args.count == 1) {
        if (text_is(name, "size")) return size_of(&args[0], value);
        if (node->member) return false;
        if (text_is(name, "int")) return to_int(&args[0], value);
        if (text_is(name, "uint")) return to_uint(&args[0], value);
        if (text_is(name, "double")) return to_double(&args[0], value);
        if (text_is(name, "string")) return to_string(arena, &args[0], value);
        *value = (struct cel_value){ .type = CEL_TIMESTAMP };
        return args[0].type == CEL_STRING && timestamp_read(args[0].s, &value->i);
    }
    return node->args.count == 2 && node->member && string_test(name, args, value);
}
