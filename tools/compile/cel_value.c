/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/writer.h"
#include "policy/double_text.h"

const char *cel_type_name(enum cel_type type)
{
    switch (type) {
    case CEL_NULL: return "null";
    case CEL_BOOL: return "bool";
    case CEL_INT: return "int";
    case CEL_UINT: return "uint";
    case CEL_DOUBLE: return "double";
    case CEL_STRING: return "string";
    case CEL_BYTES: return "bytes";
    case CEL_LIST: return "list";
    case CEL_MAP: return "map";
    case CEL_TIMESTAMP: return "timestamp";
    case CEL_DURATION: return "duration";
    case CEL_TYPE: return "type";
    }
    return "value";
}

bool cel_is_number(const struct cel_value *value)
{
    return value->type == CEL_INT || value->type == CEL_UINT || value->type == CEL_DOUBLE;
}

/* 64 bits of mantissa hold int64, uint64 and double exactly. */
static long double number_of(const struct cel_value *value)
{
    if (value->type == CEL_INT) return (long double)value->i;
    if (value->type == CEL_UINT) return (long double)value->u;
    return (long double)value->d;
}

static bool lists_equal(const struct cel_value *a, const struct cel_value *b)
{
    if (a->list.count != b->list.count) return false;
    for (size_t i = 0; i < a->list.count; i++) {
        if (!cel_values_equal(&a->list.items[i], &b->list.items[i])) return false;
    }
    return true;
}

static bool maps_equal(const struct cel_value *a, const struct cel_value *b)
{
    if (a->map.count != b->map.count) return false;
    for (size_t i = 0; i < a->map.count; i++) {
        size_t j = 0;
        while (j < b->map.count && !cel_values_equal(&a->map.items[i].key, &b->map.items[j].key))
            j++;
        if (j == b->map.count) return false;
        if (!cel_values_equal(&a->map.items[i].value, &b->map.items[j].value)) return false;
    }
    return true;
}

bool cel_values_equal(const struct cel_value *a, const struct cel_value *b)
{
    if (cel_is_number(a) && cel_is_number(b)) return number_of(a) == number_of(b);
    if (a->type != b->type) return false;
    switch (a->type) {
    case CEL_NULL: return true;
    case CEL_BOOL: return a->b == b->b;
    case CEL_STRING:
    case CEL_BYTES: return pn_slice_equal(a->s, b->s);
    case CEL_LIST: return lists_equal(a, b);
    case CEL_MAP: return maps_equal(a, b);
    case CEL_TIMESTAMP:
    case CEL_DURATION: return a->i == b->i && a->nanos == b->nanos;
    case CEL_TYPE: return a->i == b->i;
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE: break;
    }
    return false;
}

void cel_write_json_string(struct bytes *out, struct pn_slice text)
{
    size_t max = text.len * 6 + 2;
    uint8_t *room = malloc(max);

    if (room == NULL) abort();
    struct pn_writer writer = pn_writer(room, max);
    pn_write_json_string(&writer, text);
    bytes_append(out, pn_written(&writer));
    free(room);
}

/* The shortest decimal that reads back as the same double. */
static void write_double(struct bytes *out, double number)
{
    uint8_t text[40];
    struct pn_writer w = pn_writer(text, sizeof text);

    pn_double_json(&w, number);
    bytes_append(out, pn_written(&w));
}

static bool write_list(struct bytes *out, const struct cel_value *value)
{
    bytes_append_u8(out, '[');
    for (size_t i = 0; i < value->list.count; i++) {
        if (i > 0) bytes_append_u8(out, ',');
        if (!cel_write_json(out, &value->list.items[i])) return false;
    }
    bytes_append_u8(out, ']');
    return true;
}

static bool write_map(struct bytes *out, const struct cel_value *value)
{
    bytes_append_u8(out, '{');
    for (size_t i = 0; i < value->map.count; i++) {
        if (value->map.items[i].key.type != CEL_STRING) return false;
        if (i > 0) bytes_append_u8(out, ',');
        cel_write_json_string(out, value->map.items[i].key.s);
        bytes_append_u8(out, ':');
        if (!cel_write_json(out, &value->map.items[i].value)) return false;
    }
    bytes_append_u8(out, '}');
    return true;
}

bool cel_write_json(struct bytes *out, const struct cel_value *value)
{
    char text[32];

    switch (value->type) {
    case CEL_NULL: bytes_append(out, PN_SLICE("null")); return true;
    case CEL_BOOL: bytes_append(out, value->b ? PN_SLICE("true") : PN_SLICE("false")); return true;
    case CEL_INT:
        snprintf(text, sizeof text, "%lld", (long long)value->i);
        bytes_append(out, pn_slice(text, strlen(text)));
        return true;
    case CEL_UINT:
        snprintf(text, sizeof text, "%llu", (unsigned long long)value->u);
        bytes_append(out, pn_slice(text, strlen(text)));
        return true;
    case CEL_DOUBLE:
        if (!isfinite(value->d)) return false;
        write_double(out, value->d);
        return true;
    case CEL_STRING: cel_write_json_string(out, value->s); return true;
    case CEL_LIST: return write_list(out, value);
    case CEL_MAP: return write_map(out, value);
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: break;
    }
    return false;
}
