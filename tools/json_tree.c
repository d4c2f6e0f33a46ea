/* see json_tree.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/json_tree.h"

#include "core/base/utf8.h"

enum { DEPTH_MAX = 256 };

struct reading {
    struct arena *arena;
    const uint8_t *at, *end;
    unsigned depth;
};

static int peek(const struct reading *r)
{
    return r->at < r->end ? *r->at : -1;
}

static void skip_blanks(struct reading *r)
{
    while (r->at < r->end && memchr(" \t\r\n", *r->at, 4) != NULL) r->at++;
}

static bool take(struct reading *r, char ch)
{
    skip_blanks(r);
    if (peek(r) != ch) return false;
    r->at++;
    return true;
}

static bool take_word(struct reading *r, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0) return false;
    r->at += len;
    return true;
}

/* The four digits of \u, or -1. */
static int32_t code_unit(struct reading *r)
{
    int32_t code = 0;

    if (r->end - r->at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        int ch = *r->at++;
        int digit = ch >= '0' && ch <= '9'   ? ch - '0'
                    : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
                    : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
                                             : -1;
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

static bool read_unicode(struct reading *r, struct bytes *out)
{
    int32_t code = code_unit(r), low;
    uint8_t utf8[4];

    if (code >= 0xd800 && code < 0xdc00) {
        if (!take_word(r, "\\u")) return false;
        low = code_unit(r);
        if (low < 0xdc00 || low > 0xdfff) return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code < 0 || (code >= 0xdc00 && code < 0xe000)) return false;
    bytes_append(out, pn_slice(utf8, pn_utf8_encode((uint32_t)code, utf8)));
    return true;
}

static bool read_escape(struct reading *r, struct bytes *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    int ch = peek(r);
    const char *found = ch > 0 ? strchr(names, ch) : NULL;

    if (ch < 0) return false;
    r->at++;
    if (ch == 'u') return read_unicode(r, out);
    if (found == NULL) return false;
    bytes_append_u8(out, (uint8_t)values[found - names]);
    return true;
}

static bool read_string(struct reading *r, struct pn_slice *text)
{
    struct bytes out = { 0 };
    bool good = take(r, '"');

    while (good && peek(r) != '"') {
        int ch = peek(r);
        good = ch >= 0x20;
        if (!good) break;
        r->at++;
        if (ch == '\\') {
            good = read_escape(r, &out);
        } else {
            bytes_append_u8(&out, (uint8_t)ch);
        }
    }
    if (good) r->at++;
    *text = arena_copy(r->arena, bytes_slice(&out));
    bytes_free(&out);
    return good && pn_utf8_valid(*text);
}

static struct json_tree *read_value(struct reading *r);

static bool read_members(struct reading *r, struct json_tree *tree)
{
    bool is_map = tree->kind == JSON_MAP;
    char close = is_map ? '}' : ']';
    struct pn_slice key;

    if (take(r, close)) return true;
    do {
        if (is_map) {
            if (!read_string(r, &key) || !take(r, ':')) return false;
            LIST_PUSH(r->arena, &tree->keys, key);
        }
        struct json_tree *item = read_value(r);
        if (item == NULL) return false;
        LIST_PUSH(r->arena, &tree->items, item);
    } while (take(r, ','));
    return take(r, close);
}

static bool take_digits(struct reading *r)
{
    const uint8_t *begin = r->at;

    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return r->at > begin;
}

static bool take_one(struct reading *r, const char *of)
{
    if (peek(r) <= 0 || strchr(of, peek(r)) == NULL) return false;
    r->at++;
    return true;
}

/* RFC 8259, 6: no plus sign in front, no needless zero, digits on both sides of the point. */
static bool read_number(struct reading *r, struct json_tree *tree)
{
    const uint8_t *begin = r->at;

    take_one(r, "-");
    bool good = take_one(r, "0") || take_digits(r);
    if (good && take_one(r, ".")) good = take_digits(r);
    if (good && take_one(r, "eE")) {
        take_one(r, "+-");
        good = take_digits(r);
    }
    tree->text = arena_copy(r->arena, pn_slice(begin, (size_t)(r->at - begin)));
    return good;
}

static bool read_into(struct reading *r, struct json_tree *tree)
{
    switch (peek(r)) {
    case '"': tree->kind = JSON_STRING; return read_string(r, &tree->text);
    case '{':
    case '[': tree->kind = *r->at++ == '{' ? JSON_MAP : JSON_LIST; return read_members(r, tree);
    case 't': tree->kind = JSON_TRUE; return take_word(r, "true");
    case 'f': tree->kind = JSON_FALSE; return take_word(r, "false");
    case 'n': tree->kind = JSON_NULL; return take_word(r, "null");
    default: tree->kind = JSON_NUMBER; return read_number(r, tree);
    }
}

static struct json_tree *read_value(struct reading *r)
{
    struct json_tree *tree = ARENA_NEW(r->arena, struct json_tree);

    skip_blanks(r);
    if (++r->depth > DEPTH_MAX || !read_into(r, tree)) return NULL;
    r->depth--;
    return tree;
}

struct json_tree *json_tree_read(struct arena *arena, struct pn_slice text)
{
    struct reading r = { .arena = arena, .at = text.at, .end = text.at + text.len };
    struct json_tree *tree = read_value(&r);

    skip_blanks(&r);
    return r.at == r.end ? tree : NULL;
}

const struct json_tree *json_member(const struct json_tree *map, const char *key)
{
    const struct json_tree *found = NULL;

    if (map == NULL || map->kind != JSON_MAP) return NULL;
    for (size_t i = 0; i < map->keys.count; i++) {
        if (text_is(map->keys.items[i], key)) found = map->items.items[i];
    }
    return found;
}
