/* see yaml_json.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/yaml_json.h"

#include <errno.h>
#include <stdlib.h>

#include "tools/compile/cel_value.h"
#include "tools/compile/yaml_fields.h"
#include "tools/json_tree.h"
#include "tools/print_bytes.h"

static size_t digits_at(struct pn_slice text, size_t at)
{
    size_t count = 0;

    while (at + count < text.len && text.at[at + count] >= '0' && text.at[at + count] <= '9')
        count++;
    return count;
}

/* RFC 8259, 6. */
static bool is_json_number(struct pn_slice text)
{
    size_t at = text.len > 0 && text.at[0] == '-';
    size_t whole = digits_at(text, at);

    if (whole == 0 || (whole > 1 && text.at[at] == '0')) return false;
    at += whole;
    if (at < text.len && text.at[at] == '.') {
        size_t part = digits_at(text, at + 1);
        if (part == 0) return false;
        at += 1 + part;
    }
    if (at < text.len && (text.at[at] == 'e' || text.at[at] == 'E')) {
        at++;
        if (at < text.len && (text.at[at] == '+' || text.at[at] == '-')) at++;
        size_t part = digits_at(text, at);
        if (part == 0) return false;
        at += part;
    }
    return at == text.len;
}

/* The booleans of YAML 1.1 that 1.2 reads as text. NULL: it is none. */
static const char *old_boolean(const struct yaml_node *node)
{
    static const char *const words[][2] = {
        { "y", "true" },  { "yes", "true" }, { "on", "true" },
        { "n", "false" }, { "no", "false" }, { "off", "false" }
    };
    struct pn_slice text = node->text;

    if (!node->plain || node->kind != YAML_SCALAR || text.len == 0) return NULL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!pn_slice_equal_fold(text, pn_slice(words[i][0], strlen(words[i][0])))) continue;
        /* yes, Yes and YES, but not yEs. */
        bool first_upper = text.at[0] < 'a';
        for (size_t k = 1; k < text.len; k++) {
            bool upper = text.at[k] < 'a';
            if (upper != (text.at[1] < 'a') || (upper && !first_upper)) return NULL;
        }
        return words[i][1];
    }
    return NULL;
}

static void write_words(struct bytes *out, const char *words)
{
    bytes_append(out, pn_slice(words, strlen(words)));
}

/* The base of a number without its sign, and how many characters say so. */
static int base_of(struct pn_slice digits, size_t *prefix)
{
    static const struct {
        uint8_t letter;
        int base;
    } known[] = { { 'x', 16 }, { 'o', 8 }, { 'b', 2 } };

    *prefix = 0;
    if (digits.len < 2 || digits.at[0] != '0') return 10;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (pn_ascii_lower(digits.at[1]) != known[i].letter) continue;
        *prefix = 2;
        return known[i].base;
    }
    *prefix = 1;
    return 8;
}

/* +1, 0x1f, 0o17, 010, 0b11, 1_000: true and appended. */
static bool write_integer(struct bytes *out, struct pn_slice text)
{
    char digits[64], *end;
    size_t count = 0, prefix, sign = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+');
    int base = base_of(pn_slice_from(text, sign), &prefix);

    text = pn_slice_from(text, sign);
    if (text.len >= sizeof digits || text.len <= prefix) return false;
    if (text.at[0] < '0' || text.at[0] > '9') return false;
    for (size_t i = prefix; i < text.len; i++) {
        if (text.at[i] != '_') digits[count++] = (char)text.at[i];
    }
    digits[count] = 0;
    if (count == 0 || digits[0] == '-' || digits[0] == '+') return false;
    errno = 0;
    long long value = strtoll(digits, &end, base);
    if (*end != 0 || errno != 0) return false;
    print_bytes(out, "%s%lld", sign == 1 && text.at[-1] == '-' ? "-" : "", value);
    return true;
}

/* .5, 1., 08.5, 1_000.5: true and appended. */
static bool write_decimal(struct bytes *out, struct pn_slice text)
{
    char digits[64], *end;
    size_t count = 0;

    if (text.len == 0 || text.len >= sizeof digits || text.at[0] == '_') return false;
    for (size_t i = 0; i < text.len; i++) {
        if (memchr("0123456789.eE+-_", text.at[i], 16) == NULL) return false;
        if (text.at[i] != '_') digits[count++] = (char)text.at[i];
    }
    digits[count] = 0;
    double value = strtod(digits, &end);
    if (end == digits || *end != 0 || value - value != 0) return false;
    print_bytes(out, "%.17g", value);
    return true;
}

static void write_value(struct arena *arena, struct bytes *out, const struct yaml_node *node)
{
    struct diagnostics ignored = { 0 };
    struct cel_value value;
    size_t begin = out->len;

    if (!yaml_read_value(arena, &ignored, node, &value) || !cel_write_json(out, &value)) {
        out->len = begin;
        cel_write_json_string(out, node->text);
    }
    diag_free(&ignored);
}

static void write_scalar(struct arena *arena, struct bytes *out, const struct yaml_node *node)
{
    if (node->plain && is_json_number(node->text)) {
        bytes_append(out, node->text);
        return;
    }
    if (old_boolean(node) != NULL) {
        write_words(out, old_boolean(node));
        return;
    }
    if (node->plain && (write_integer(out, node->text) || write_decimal(out, node->text))) return;
    write_value(arena, out, node);
}

static void write_key(struct bytes *out, const struct yaml_node *key)
{
    const char *word = old_boolean(key);

    cel_write_json_string(out, word != NULL ? pn_slice(word, strlen(word)) : key->text);
}

void yaml_note_words(struct diagnostics *diagnostics, const struct yaml_node *node)
{
    if (node == NULL) return;
    if (old_boolean(node) != NULL) {
        diag_note(diagnostics, node->mark,
                  "'%.*s' is read as %s, as Cerbos does; quote it for text", SLICE_ARGS(node->text),
                  old_boolean(node));
    }
    for (size_t i = 0; i < node->items.count; i++) {
        yaml_note_words(diagnostics, node->items.items[i]);
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        yaml_note_words(diagnostics, node->pairs.items[i].key);
        yaml_note_words(diagnostics, node->pairs.items[i].value);
    }
}

void yaml_write_json(struct arena *arena, struct bytes *out, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR) {
        write_scalar(arena, out, node);
        return;
    }
    bytes_append_u8(out, node->kind == YAML_LIST ? '[' : '{');
    for (size_t i = 0; i < node->items.count; i++) {
        if (i > 0) bytes_append_u8(out, ',');
        yaml_write_json(arena, out, node->items.items[i]);
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        if (i > 0) bytes_append_u8(out, ',');
        write_key(out, node->pairs.items[i].key);
        bytes_append_u8(out, ':');
        yaml_write_json(arena, out, node->pairs.items[i].value);
    }
    bytes_append_u8(out, node->kind == YAML_LIST ? ']' : '}');
}

static struct cel_value number(struct pn_slice text)
{
    char *end;
    long long whole = strtoll((const char *)text.at, &end, 10);

    if (text.len < 19 && (const uint8_t *)end == text.at + text.len) {
        return (struct cel_value){ .type = CEL_INT, .i = whole };
    }
    return (struct cel_value){ .type = CEL_DOUBLE, .d = strtod((const char *)text.at, NULL) };
}

static struct cel_value value_of(struct arena *arena, const struct json_tree *tree)
{
    struct cel_value value = { .type = CEL_NULL };

    switch (tree->kind) {
    case JSON_NULL: break;
    case JSON_FALSE:
    case JSON_TRUE:
        value = (struct cel_value){ .type = CEL_BOOL, .b = tree->kind == JSON_TRUE };
        break;
    case JSON_NUMBER: value = number(arena_copy(arena, tree->text)); break;
    case JSON_STRING: value = (struct cel_value){ .type = CEL_STRING, .s = tree->text }; break;
    case JSON_LIST: value.type = CEL_LIST; break;
    case JSON_MAP: value.type = CEL_MAP; break;
    }
    for (size_t i = 0; i < tree->items.count; i++) {
        struct cel_value item = value_of(arena, tree->items.items[i]);
        if (tree->kind == JSON_LIST) {
            LIST_PUSH(arena, &value.list, item);
        } else {
            struct cel_value key = { .type = CEL_STRING, .s = tree->keys.items[i] };
            LIST_PUSH(arena, &value.map, ((struct cel_entry){ key, item }));
        }
    }
    return value;
}

bool yaml_equals_json(struct arena *arena, const struct yaml_node *node, struct pn_slice json)
{
    struct json_tree *tree = json_tree_read(arena, json);
    struct bytes text = { 0 };

    yaml_write_json(arena, &text, node);
    struct json_tree *wanted = json_tree_read(arena, bytes_slice(&text));
    bytes_free(&text);
    if (tree == NULL || wanted == NULL) return false;
    struct cel_value a = value_of(arena, tree), b = value_of(arena, wanted);
    return cel_values_equal(&a, &b);
}
