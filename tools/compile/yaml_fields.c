/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/yaml_fields.h"

#include <errno.h>
#include <stdlib.h>

#define NAMES_MAX       64
#define VALUE_DEPTH_MAX 32

/* aux_data and auxData are one name. */
static bool same_name(struct pn_slice key, const char *name)
{
    size_t at = 0;

    if (pn_slice_equal(key, pn_slice(name, strlen(name)))) return true;
    for (size_t i = 0; i < key.len; i++) {
        uint8_t ch = key.at[i];
        if (ch == '_' && i > 0 && i + 1 < key.len) {
            ch = key.at[++i];
            if (ch < 'a' || ch > 'z') return false;
            ch = (uint8_t)(ch - 0x20);
        }
        if (name[at] == 0 || (uint8_t)name[at++] != ch) return false;
    }
    return name[at] == 0;
}

static const struct yaml_field *field_named(const struct yaml_field *fields, size_t count,
                                            struct pn_slice key)
{
    for (size_t i = 0; i < count; i++) {
        if (same_name(key, fields[i].name)) return &fields[i];
    }
    return NULL;
}

/* The field that was most likely meant, or NULL. */
static const char *nearest_field(const struct yaml_field *fields, size_t count, struct pn_slice key)
{
    const char *names[NAMES_MAX];

    if (count > NAMES_MAX) count = NAMES_MAX;
    for (size_t i = 0; i < count; i++) names[i] = fields[i].name;
    return diag_nearest(key, names, count);
}

static void unknown_key(struct diagnostics *diagnostics, const struct yaml_node *key,
                        const char *what, const struct yaml_field *fields, size_t count)
{
    const char *nearest = nearest_field(fields, count, key->text);
    struct bytes known = { 0 };

    for (size_t i = 0; i < count; i++) {
        if (i > 0) bytes_append(&known, PN_SLICE(", "));
        bytes_append(&known, pn_slice(fields[i].name, strlen(fields[i].name)));
    }
    if (nearest != NULL) {
        diag_error(diagnostics, key->mark, "unknown key '%.*s' in %s; did you mean '%s'?",
                   SLICE_ARGS(key->text), what, nearest);
    } else {
        diag_error(diagnostics, key->mark, "unknown key '%.*s' in %s; known here: %.*s",
                   SLICE_ARGS(key->text), what, SLICE_ARGS(known));
    }
    bytes_free(&known);
}

/* A number or a word is the text it is written as; null is none. */
static bool all_texts(const struct yaml_node *list)
{
    for (size_t i = 0; i < list->items.count; i++) {
        const struct yaml_node *item = list->items.items[i];
        if (item->kind != YAML_SCALAR || yaml_is_null(item)) return false;
    }
    return true;
}

static const char *want_sentence(int want, const struct yaml_node *value)
{
    switch (want & YAML_WANT_KIND) {
    case YAML_WANT_TEXT: return value->kind == YAML_SCALAR ? NULL : "takes one value";
    case YAML_WANT_LIST: return value->kind == YAML_LIST ? NULL : "takes a list";
    case YAML_WANT_MAP: return value->kind == YAML_MAP ? NULL : "takes a map";
    case YAML_WANT_TEXTS:
        return value->kind == YAML_LIST && all_texts(value) ? NULL : "takes a list of texts";
    default: return NULL;
    }
}

/* Then it was told as a key that nobody knows, with its right name. */
static bool is_misspelled(const struct yaml_node *node, const struct yaml_field *fields,
                          size_t count, const char *name)
{
    for (size_t i = 0; i < node->pairs.count; i++) {
        struct pn_slice key = node->pairs.items[i].key->text;
        if (field_named(fields, count, key) == NULL && nearest_field(fields, count, key) == name) {
            return true;
        }
    }
    return false;
}

bool yaml_fields(struct diagnostics *diagnostics, const struct yaml_node *node, const char *what,
                 const struct yaml_field *fields, size_t count)
{
    size_t errors_before = diagnostics->error_count;

    if (node->kind != YAML_MAP) {
        diag_error(diagnostics, node->mark, "%s is a map of keys and values", what);
        return false;
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        struct yaml_pair pair = node->pairs.items[i];
        const struct yaml_field *field = field_named(fields, count, pair.key->text);
        if (field == NULL) {
            unknown_key(diagnostics, pair.key, what, fields, count);
            continue;
        }
        if (field->at == NULL || yaml_is_null(pair.value)) continue;
        const char *wrong = want_sentence(field->want, pair.value);
        if (wrong != NULL) {
            diag_error(diagnostics, pair.value->mark, "'%s' in %s %s", field->name, what, wrong);
        } else {
            *field->at = pair.value;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool missing = (fields[i].want & YAML_REQUIRED) != 0 && *fields[i].at == NULL;
        if (missing && yaml_get(node, fields[i].name) == NULL &&
            !is_misspelled(node, fields, count, fields[i].name)) {
            diag_error(diagnostics, node->mark, "'%s' is missing in %s", fields[i].name, what);
        }
    }
    return diagnostics->error_count == errors_before;
}

static bool is_plain_word(const struct yaml_node *node, const char *a, const char *b, const char *c)
{
    return node->kind == YAML_SCALAR && node->plain &&
           (yaml_text_is(node, a) || yaml_text_is(node, b) || yaml_text_is(node, c));
}

bool yaml_read_bool(struct diagnostics *diagnostics, const struct yaml_node *node, bool *value)
{
    if (is_plain_word(node, "true", "True", "TRUE")) {
        *value = true;
        return true;
    }
    if (is_plain_word(node, "false", "False", "FALSE")) {
        *value = false;
        return true;
    }
    diag_error(diagnostics, node->mark, "true or false is wanted here");
    return false;
}

bool yaml_read_u64(struct diagnostics *diagnostics, const struct yaml_node *node, uint64_t max,
                   uint64_t *value)
{
    if (node->kind == YAML_SCALAR && pn_slice_decimal(node->text, max, value)) return true;
    diag_error(diagnostics, node->mark, "a number from 0 to %llu is wanted here",
               (unsigned long long)max);
    return false;
}

bool duration_read(struct pn_slice text, uint64_t *milliseconds)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
    size_t digits = 0;
    uint64_t number, unit_ms = 1000;

    while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9') digits++;
    struct pn_slice unit = pn_slice_from(text, digits);
    if (!pn_slice_decimal(pn_slice_head(text, digits), 1000000000, &number)) return false;
    if (unit.len > 0) {
        unit_ms = 0;
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (pn_slice_equal(unit, pn_slice(units[i].unit, strlen(units[i].unit)))) {
                unit_ms = units[i].ms;
            }
        }
    }
    *milliseconds = number * unit_ms;
    return unit_ms != 0;
}

bool yaml_read_milliseconds(struct diagnostics *diagnostics, const struct yaml_node *node,
                            uint64_t *milliseconds)
{
    if (node->kind == YAML_SCALAR && duration_read(node->text, milliseconds)) return true;
    diag_error(diagnostics, node->mark,
               "a duration is wanted here, such as 250ms, 90s, 5m, 12h or 30d");
    return false;
}

bool yaml_read_seconds(struct diagnostics *diagnostics, const struct yaml_node *node,
                       uint64_t *seconds)
{
    uint64_t ms;

    if (!yaml_read_milliseconds(diagnostics, node, &ms)) return false;
    if (ms % 1000 != 0) {
        diag_error(diagnostics, node->mark, "whole seconds are wanted here");
        return false;
    }
    *seconds = ms / 1000;
    return true;
}

/* Days from 1970 to a date of the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = year - (month <= 2);
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t of_era = shifted - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool take_digits(struct pn_slice *text, size_t count, uint64_t max, int64_t *number)
{
    uint64_t value;

    if (text->len < count || !pn_slice_decimal(pn_slice_head(*text, count), max, &value))
        return false;
    *text = pn_slice_from(*text, count);
    *number = (int64_t)value;
    return true;
}

static bool take_byte(struct pn_slice *text, char a, char b)
{
    if (text->len == 0 || (text->at[0] != (uint8_t)a && text->at[0] != (uint8_t)b)) return false;
    *text = pn_slice_from(*text, 1);
    return true;
}

/* "Z" or "+hh:mm": minutes to subtract. */
static bool take_zone(struct pn_slice *text, int64_t *minutes)
{
    int64_t hour, minute;

    *minutes = 0;
    if (take_byte(text, 'Z', 'z')) return true;
    bool minus = text->len > 0 && text->at[0] == '-';
    if (!take_byte(text, '+', '-') || !take_digits(text, 2, 23, &hour)) return false;
    if (!take_byte(text, ':', ':') || !take_digits(text, 2, 59, &minute)) return false;
    *minutes = (hour * 60 + minute) * (minus ? -1 : 1);
    return true;
}

bool timestamp_read(struct pn_slice text, int64_t *milliseconds)
{
    static const uint8_t month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t year, month, day, hour, minute, second, zone, ms = 0, scale = 100;

    if (!take_digits(&text, 4, 9999, &year) || !take_byte(&text, '-', '-')) return false;
    if (!take_digits(&text, 2, 12, &month) || !take_byte(&text, '-', '-')) return false;
    if (!take_digits(&text, 2, 31, &day) || !take_byte(&text, 'T', 't')) return false;
    if (!take_digits(&text, 2, 23, &hour) || !take_byte(&text, ':', ':')) return false;
    if (!take_digits(&text, 2, 59, &minute) || !take_byte(&text, ':', ':')) return false;
    if (!take_digits(&text, 2, 59, &second) || year < 1 || month < 1 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > month_days[month - 1] + (month == 2 && leap)) return false;
    if (take_byte(&text, '.', '.')) {
        int64_t digit;
        if (text.len == 0 || text.at[0] < '0' || text.at[0] > '9') return false;
        while (take_digits(&text, 1, 9, &digit)) {
            if (scale == 0 && digit != 0) return false; /* finer than we keep */
            ms += digit * scale;
            scale /= 10;
        }
    }
    if (!take_zone(&text, &zone) || text.len != 0) return false;
    int64_t minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute - zone;
    *milliseconds = (minutes * 60 + second) * 1000 + ms;
    return true;
}

int yaml_read_word(struct diagnostics *diagnostics, const struct yaml_node *node,
                   const char *const *words, size_t count)
{
    struct bytes known = { 0 };

    for (size_t i = 0; i < count && node->kind == YAML_SCALAR; i++) {
        if (yaml_text_is(node, words[i])) return (int)i;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0) bytes_append(&known, i + 1 < count ? PN_SLICE(", ") : PN_SLICE(" or "));
        bytes_append(&known, pn_slice(words[i], strlen(words[i])));
    }
    diag_error(diagnostics, node->mark, "%.*s is wanted here", SLICE_ARGS(known));
    bytes_free(&known);
    return -1;
}

/* Is the text a number as YAML 1.2's core schema writes one? */
static bool is_number(struct pn_slice text, bool *is_integer)
{
    size_t at = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+'), digits = 0;

    *is_integer = true;
    for (; at < text.len; at++) {
        uint8_t ch = text.at[at];
        if (ch >= '0' && ch <= '9') {
            digits++;
        } else if (ch == '.' && *is_integer) {
            *is_integer = false;
        } else if ((ch == 'e' || ch == 'E') && digits > 0 && at + 1 < text.len) {
            size_t sign = text.at[at + 1] == '-' || text.at[at + 1] == '+';
            *is_integer = false;
            uint64_t exponent;
            return pn_slice_decimal(pn_slice_from(text, at + 1 + sign), 99999, &exponent);
        } else {
            return false;
        }
    }
    return digits > 0;
}

static void plain_value(struct pn_slice text, struct cel_value *value)
{
    bool is_integer;

    if (!is_number(text, &is_integer)) return;
    errno = 0;
    if (is_integer) {
        value->i = strtoll((const char *)text.at, NULL, 10);
        if (errno == 0) {
            value->type = CEL_INT;
            return;
        }
    }
    value->type = CEL_DOUBLE;
    value->d = strtod((const char *)text.at, NULL);
}

static bool read_value(struct arena *arena, struct diagnostics *diagnostics,
                       const struct yaml_node *node, unsigned depth, struct cel_value *value)
{
    *value = (struct cel_value){ .type = CEL_STRING, .s = node->text };
    if (depth > VALUE_DEPTH_MAX) {
        diag_error(diagnostics, node->mark, "nested too deeply");
        return false;
    }
    if (node->kind == YAML_SCALAR && node->plain) {
        bool is_true = is_plain_word(node, "true", "True", "TRUE");
        if (is_true || is_plain_word(node, "false", "False", "FALSE")) {
            *value = (struct cel_value){ .type = CEL_BOOL, .b = is_true };
        } else if (yaml_is_null(node)) {
            *value = (struct cel_value){ .type = CEL_NULL };
        } else {
            plain_value(node->text, value);
        }
    }
    if (node->kind == YAML_LIST) value->type = CEL_LIST;
    if (node->kind == YAML_MAP) value->type = CEL_MAP;
    for (size_t i = 0; i < node->items.count; i++) {
        struct cel_value item;
        if (!read_value(arena, diagnostics, node->items.items[i], depth + 1, &item)) return false;
        LIST_PUSH(arena, &value->list, item);
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        struct yaml_pair pair = node->pairs.items[i];
        struct cel_entry entry = { .key = { .type = CEL_STRING, .s = pair.key->text } };
        if (!read_value(arena, diagnostics, pair.value, depth + 1, &entry.value)) return false;
        LIST_PUSH(arena, &value->map, entry);
    }
    return true;
}

bool yaml_read_value(struct arena *arena, struct diagnostics *diagnostics,
                     const struct yaml_node *node, struct cel_value *value)
{
    return read_value(arena, diagnostics, node, 0, value);
}
