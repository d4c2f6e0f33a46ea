/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX      64
#define WEIGHT_MAX     1000000
#define FILE_BYTES_MAX (16u << 20)

struct anchor {
    struct pn_slice name;
    struct yaml_node *node;
};

struct reading {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const char *file;
    struct pn_slice text;
    struct fy_parser *parser;
    LIST(struct anchor) anchors;
    unsigned depth;
    bool failed;
};

static struct mark mark_of(const struct reading *r, struct fy_token *token)
{
    const struct fy_mark *at = token != NULL ? fy_token_start_mark(token) : NULL;

    if (at == NULL) return (struct mark){ r->file, 0, 0 };
    return (struct mark){ r->file, (unsigned)at->line + 1, (unsigned)at->column + 1 };
}

static struct pn_slice token_text(struct reading *r, struct fy_token *token)
{
    size_t len = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &len) : NULL;

    return text != NULL ? arena_copy(r->arena, pn_slice(text, len)) : pn_slice("", 0);
}

static void refuse(struct reading *r, struct mark mark, const char *message)
{
    diag_error(r->diagnostics, mark, "%s", message);
    r->failed = true;
}

static struct yaml_node *node_new(struct reading *r, enum yaml_kind kind, struct fy_token *token)
{
    struct yaml_node *node = ARENA_NEW(r->arena, struct yaml_node);
    const struct fy_mark *at = token != NULL ? fy_token_start_mark(token) : NULL;

    node->kind = kind;
    node->weight = 1;
    node->mark = mark_of(r, token);
    node->file_text = r->text;
    node->file_at = at != NULL ? at->input_pos : 0;
    return node;
}

static void anchor_note(struct reading *r, struct fy_token *anchor, struct yaml_node *node)
{
    if (anchor == NULL) return;
    LIST_PUSH(r->arena, &r->anchors, ((struct anchor){ token_text(r, anchor), node }));
}

static struct yaml_node *alias_target(struct reading *r, struct fy_token *token)
{
    struct pn_slice name = token_text(r, token);

    for (size_t i = r->anchors.count; i > 0; i--) {
        if (pn_slice_equal(r->anchors.items[i - 1].name, name)) return r->anchors.items[i - 1].node;
    }
    refuse(r, mark_of(r, token), "this alias names no anchor above it");
    return NULL;
}

static struct yaml_node *scalar_of(struct reading *r, struct fy_event *event)
{
    struct fy_token *token = event->scalar.value;
    struct yaml_node *node = node_new(r, YAML_SCALAR, token);
    enum fy_scalar_style style = fy_token_scalar_style(token);

    node->text = token_text(r, token);
    node->plain = token == NULL || style == FYSS_PLAIN;
    if (token != NULL && (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)) {
        node->mark.column--; /* the quote, not what is behind it */
    }
    node->escaped = token != NULL && style == FYSS_DOUBLE_QUOTED;
    if (event->scalar.tag != NULL) refuse(r, node->mark, "YAML tags are not used here");
    anchor_note(r, event->scalar.anchor, node);
    return node;
}

static struct yaml_node *read_node(struct reading *r, struct fy_event *event);

static void weigh(struct reading *r, struct yaml_node *parent, const struct yaml_node *child)
{
    parent->weight += child->weight;
    if (parent->weight > WEIGHT_MAX) refuse(r, parent->mark, "aliases multiply to too much here");
}

/* The next event, or NULL at the end or after a syntax error. */
static struct fy_event *next_event(struct reading *r)
{
    return r->failed ? NULL : fy_parser_parse(r->parser);
}

static void read_items(struct reading *r, struct yaml_node *list)
{
    struct fy_event *event;

    while ((event = next_event(r)) != NULL && event->type != FYET_SEQUENCE_END) {
        struct yaml_node *item = read_node(r, event);
        if (item == NULL) continue;
        LIST_PUSH(r->arena, &list->items, item);
        weigh(r, list, item);
    }
    if (event == NULL) r->failed = true;
    fy_parser_event_free(r->parser, event);
}

static void refuse_second_key(struct reading *r, const struct yaml_node *map,
                              const struct yaml_node *key)
{
    for (size_t i = 0; i < map->pairs.count; i++) {
        const struct yaml_node *other = map->pairs.items[i].key;
        if (!pn_slice_equal(other->text, key->text)) continue;
        diag_error(r->diagnostics, key->mark, "the key '%.*s' is already given on line %u",
                   SLICE_ARGS(key->text), other->mark.line);
        r->failed = true;
        return;
    }
}

static bool has_key(const struct yaml_node *map, const struct yaml_node *key)
{
    for (size_t i = 0; i < map->pairs.count; i++) {
        if (pn_slice_equal(map->pairs.items[i].key->text, key->text)) return true;
    }
    return false;
}

static void merge(struct reading *r, struct yaml_node *map, const struct yaml_node *from)
{
    if (from->kind != YAML_MAP) refuse(r, from->mark, "<< takes a map, or a list of maps");
    for (size_t i = 0; i < from->pairs.count; i++) {
        struct yaml_pair pair = from->pairs.items[i];
        if (has_key(map, pair.key)) continue;
        LIST_PUSH(r->arena, &map->pairs, pair);
        weigh(r, map, pair.value);
    }
}

/* What is written beside << wins, and of several maps the first. */
static void merge_all(struct reading *r, struct yaml_node *map, const struct yaml_node *from)
{
    if (from == NULL) return;
    if (from->kind != YAML_LIST) merge(r, map, from);
    for (size_t i = 0; i < from->items.count; i++) merge(r, map, from->items.items[i]);
}

static void read_pairs(struct reading *r, struct yaml_node *map)
{
    struct yaml_node *merged = NULL;
    struct fy_event *event;

    while ((event = next_event(r)) != NULL && event->type != FYET_MAPPING_END) {
        struct yaml_node *key = read_node(r, event);
        struct fy_event *next = next_event(r);
        if (key == NULL || next == NULL) {
            fy_parser_event_free(r->parser, next);
            r->failed = true;
            return;
        }
        struct yaml_node *value = read_node(r, next);
        if (value != NULL && value->mark.line == 0)
            value->mark = key->mark; /* nothing is written */
        if (key->kind != YAML_SCALAR) refuse(r, key->mark, "a key must be plain text");
        refuse_second_key(r, map, key);
        if (value == NULL) continue;
        if (key->plain && yaml_text_is(key, "<<")) {
            if (merged != NULL) refuse(r, key->mark, "<< is already given here; name a list");
            merged = value;
            continue;
        }
        LIST_PUSH(r->arena, &map->pairs, ((struct yaml_pair){ key, value }));
        weigh(r, map, value);
    }
    if (event == NULL) r->failed = true;
    fy_parser_event_free(r->parser, event);
    merge_all(r, map, merged);
}

static struct yaml_node *read_collection(struct reading *r, struct fy_event *event)
{
    bool is_list = event->type == FYET_SEQUENCE_START;
    struct fy_token *start =
        is_list ? event->sequence_start.sequence_start : event->mapping_start.mapping_start;
    struct fy_token *tag = is_list ? event->sequence_start.tag : event->mapping_start.tag;
    struct fy_token *anchor = is_list ? event->sequence_start.anchor : event->mapping_start.anchor;
    struct yaml_node *node = node_new(r, is_list ? YAML_LIST : YAML_MAP, start);

    if (tag != NULL) refuse(r, node->mark, "YAML tags are not used here");
    if (++r->depth > DEPTH_MAX) refuse(r, node->mark, "nested too deeply");
    struct yaml_node *named = anchor != NULL ? node : NULL;
    struct pn_slice name = anchor != NULL ? token_text(r, anchor) : pn_slice("", 0);
    fy_parser_event_free(r->parser, event);

    if (is_list) {
        read_items(r, node);
    } else {
        read_pairs(r, node);
    }
    /* Named only now: a collection that holds itself would have no end. */
    if (named != NULL) LIST_PUSH(r->arena, &r->anchors, ((struct anchor){ name, named }));
    r->depth--;
    return node;
}

/* Reads one node, whose first event is given, and gives that event back. */
static struct yaml_node *read_node(struct reading *r, struct fy_event *event)
{
    struct yaml_node *node = NULL;

    if (event->type == FYET_SEQUENCE_START || event->type == FYET_MAPPING_START) {
        return read_collection(r, event);
    }
    if (event->type == FYET_SCALAR) node = scalar_of(r, event);
    if (event->type == FYET_ALIAS) node = alias_target(r, event->alias.anchor);
    fy_parser_event_free(r->parser, event);
    return node;
}

/* An empty document counts as a scalar without text, at the top of the file. */
static struct yaml_node *read_stream(struct reading *r)
{
    struct yaml_node *root = NULL;
    struct fy_event *event;
    unsigned document_count = 0;

    while ((event = next_event(r)) != NULL) {
        if (event->type == FYET_DOCUMENT_START && ++document_count > 1) {
            refuse(r, mark_of(r, event->document_start.document_start),
                   "a file holds one document; put this one in a file of its own");
        }
        bool is_node = event->type == FYET_SCALAR || event->type == FYET_ALIAS ||
                       event->type == FYET_SEQUENCE_START || event->type == FYET_MAPPING_START;
        if (is_node) {
            root = read_node(r, event);
        } else {
            fy_parser_event_free(r->parser, event);
        }
    }
    return root;
}

static void report_syntax(struct reading *r, struct fy_diag *diag)
{
    const struct fy_diag_error *error;
    void *at = NULL;

    while ((error = fy_diag_errors_iterate(diag, &at)) != NULL) {
        struct mark mark = { r->file, (unsigned)error->line, (unsigned)error->column };
        if (mark.line == 0) mark.line = 1;
        if (mark.column == 0) mark.column = 1;
        diag_error(r->diagnostics, mark, "not readable as YAML: %s", error->msg);
        r->failed = true;
    }
}

struct yaml_node *yaml_read(struct arena *arena, struct diagnostics *diagnostics, const char *file,
                            struct pn_slice text)
{
    struct reading r = { .arena = arena, .diagnostics = diagnostics, .file = file, .text = text };
    struct fy_diag_cfg diag_cfg;
    size_t errors_before = diagnostics->error_count;
    struct yaml_node *root = NULL;

    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    if (diag == NULL) abort();
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {
        .search_path = "",
        .flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
        .diag = diag,
    };
    r.parser = fy_parser_create(&cfg);
    if (r.parser == NULL) abort();
    if (text.len > 0 && fy_parser_set_string(r.parser, (const char *)text.at, text.len) == 0) {
        root = read_stream(&r);
    }
    report_syntax(&r, diag);
    if (r.failed && diagnostics->error_count == errors_before) {
        diag_error(diagnostics, (struct mark){ file, 1, 1 }, "not readable as YAML");
    }
    fy_parser_destroy(r.parser);
    fy_diag_destroy(diag);
    if (r.failed) return NULL;
    if (root == NULL) {
        root = node_new(&r, YAML_SCALAR, NULL);
        root->plain = true;
        root->mark = (struct mark){ file, 1, 1 };
    }
    return root;
}

static bool file_bytes(struct arena *arena, FILE *in, struct pn_slice *text)
{
    struct bytes bytes = { 0 };
    uint8_t part[16384];
    size_t got;

    while ((got = fread(part, 1, sizeof part, in)) > 0 && bytes.len <= FILE_BYTES_MAX) {
        bytes_append(&bytes, pn_slice(part, got));
    }
    bool whole = !ferror(in) && bytes.len <= FILE_BYTES_MAX;
    *text = arena_copy(arena, bytes_slice(&bytes));
    bytes_free(&bytes);
    return whole;
}

struct yaml_node *yaml_read_file(struct arena *arena, struct diagnostics *diagnostics,
                                 const char *path)
{
    FILE *in = fopen(path, "rb");
    struct pn_slice text = { 0 };

    if (in == NULL) {
        diag_error(diagnostics, (struct mark){ path, 0, 0 }, "cannot be opened: %s",
                   strerror(errno));
        return NULL;
    }
    bool whole = file_bytes(arena, in, &text);
    fclose(in);
    if (!whole) {
        diag_error(diagnostics, (struct mark){ path, 0, 0 }, "cannot be read whole");
        return NULL;
    }
    return yaml_read(arena, diagnostics, path, text);
}

static bool is_blank(uint8_t ch)
{
    return ch == ' ' || ch == '\n' || ch == '\t' || ch == '\r';
}

/* Bytes of the escape at `at`, a backslash in double quotes. */
static size_t escape_length(struct pn_slice file, size_t at)
{
    uint8_t letter = at + 1 < file.len ? file.at[at + 1] : 0;

    return letter == 'x' ? 4 : letter == 'u' ? 6 : letter == 'U' ? 10 : 2;
}

/* Walk text and file side by side. Where they differ the file has more: indentation, line ends,
 * quotes and escapes. */
static size_t file_offset(const struct yaml_node *scalar, size_t offset)
{
    struct pn_slice file = scalar->file_text;
    size_t at = scalar->file_at;

    for (size_t i = 0; i < scalar->text.len; i++) {
        uint8_t ch = scalar->text.at[i];
        size_t width = 1, probe = at;
        if (is_blank(ch)) {
            while (probe < file.len && file.at[probe] != ch && is_blank(file.at[probe])) probe++;
            if (probe < file.len && file.at[probe] == ch) at = probe;
        } else {
            while (at < file.len && file.at[at] != ch && (file.at[at] != '\\' || !scalar->escaped))
                at++;
        }
        if (scalar->escaped && at < file.len && file.at[at] == '\\') {
            width = escape_length(file, at);
            /* One escape may stand for several bytes of text. */
            while (i < offset && i + 1 < scalar->text.len &&
                   (scalar->text.at[i + 1] & 0xc0) == 0x80)
                i++;
        }
        if (i >= offset) break;
        at += width;
    }
    return at < file.len ? at : file.len;
}

struct mark yaml_mark_in(const struct yaml_node *scalar, size_t offset)
{
    struct mark mark = { scalar->mark.file, 1, 1 };
    size_t end = file_offset(scalar, offset);

    for (size_t i = 0; i < end && i < scalar->file_text.len; i++) {
        uint8_t ch = scalar->file_text.at[i];
        if (ch == '\n') {
            mark.line++;
            mark.column = 1;
        } else if ((ch & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    struct pn_slice name = pn_slice(key, strlen(key));

    for (size_t i = 0; i < map->pairs.count; i++) {
        if (pn_slice_equal(map->pairs.items[i].key->text, name)) return map->pairs.items[i].value;
    }
    return NULL;
}

bool yaml_text_is(const struct yaml_node *node, const char *words)
{
    return text_is(node->text, words);
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const struct pn_slice words[] = { PN_SLICE_INIT(""), PN_SLICE_INIT("~"),
                                             PN_SLICE_INIT("null"), PN_SLICE_INIT("Null"),
                                             PN_SLICE_INIT("NULL") };

    if (node->kind != YAML_SCALAR || !node->plain) return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (pn_slice_equal(words[i], node->text)) return true;
    }
    return false;
}
