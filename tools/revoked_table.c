/* see revoked_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/revoked_table.h"

#include <stdlib.h>

#include "tools/audit_show.h"
#include "tools/time_text.h"

enum { COLUMNS = 7, AT = 4, UNTIL = 5, WIDE = 40 /* a longer text pushes the rest of its line */ };

static const struct column {
    const char *title, *member;
} columns[COLUMNS] = {
    { "ID", "id" },    { "KIND", "kind" },   { "NAME", "name" },     { "BY", "by" },
    { "SINCE", "at" }, { "UNTIL", "until" }, { "REASON", "reason" },
};

static struct pn_slice text_of(const struct json_tree *map, const char *member)
{
    const struct json_tree *value = json_member(map, member);

    return value && (value->kind == JSON_STRING || value->kind == JSON_NUMBER) ? value->text
                                                                               : PN_SLICE("");
}

bool revoked_table_add(struct revoked_table *t, struct pn_slice part)
{
    const struct json_tree *tree = json_tree_read(&t->arena, part);
    const struct json_tree *entries = json_member(tree, "revocations");

    if (!entries || entries->kind != JSON_LIST) return false;
    for (size_t i = 0; i < entries->items.count; i++) {
        LIST_PUSH(&t->arena, &t->entries, entries->items.items[i]);
    }
    t->count = text_of(tree, "count");
    t->max = text_of(tree, "max");
    t->fault = text_of(tree, "fault");
    return true;
}

/* What stands there; a time lies in `room`. */
static struct pn_slice cell(const struct json_tree *entry, int column,
                            char room[PN_TIME_TEXT_BYTES])
{
    struct pn_slice text = text_of(entry, columns[column].member);
    uint64_t time_s;

    if (text.len == 0) return PN_SLICE("-");
    if (column != AT && column != UNTIL) return text;
    if (!pn_slice_decimal(text, UINT64_MAX, &time_s)) return text;
    pn_time_write(time_s, room);
    return pn_slice(room, strlen(room));
}

/* In characters of UTF-8. */
static size_t width_of(struct pn_slice text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len; i++) width += (text.at[i] & 0xC0) != 0x80;
    return width;
}

static void measure(const struct revoked_table *t, size_t widths[COLUMNS])
{
    char room[PN_TIME_TEXT_BYTES];

    for (int c = 0; c < COLUMNS; c++) {
        widths[c] = strlen(columns[c].title);
        for (size_t i = 0; i < t->entries.count; i++) {
            size_t width = width_of(cell(t->entries.items[i], c, room));
            if (width > widths[c] && width <= WIDE) widths[c] = width;
        }
    }
}

static void print_cell(FILE *out, struct pn_slice text, int column, size_t width)
{
    pn_audit_show_text(out, text);
    if (column + 1 == COLUMNS) {
        fputc('\n', out);
        return;
    }
    for (size_t have = width_of(text); have < width; have++) fputc(' ', out);
    fputs("  ", out);
}

void revoked_table_print(const struct revoked_table *t, FILE *out)
{
    size_t widths[COLUMNS];
    char room[PN_TIME_TEXT_BYTES];

    measure(t, widths);
    for (int c = 0; t->entries.count > 0 && c < COLUMNS; c++) {
        print_cell(out, pn_slice(columns[c].title, strlen(columns[c].title)), c, widths[c]);
    }
    for (size_t i = 0; i < t->entries.count; i++) {
        for (int c = 0; c < COLUMNS; c++) {
            print_cell(out, cell(t->entries.items[i], c, room), c, widths[c]);
        }
    }
    pn_audit_show_text(out, t->count);
    fputs(" of ", out);
    pn_audit_show_text(out, t->max);
    fputs(" entries are taken", out);
    fputs(t->fault.len > 0 ? "; " : "", out);
    pn_audit_show_text(out, t->fault);
    fputc('\n', out);
}

void revoked_table_free(struct revoked_table *t)
{
    arena_free(&t->arena);
    *t = (struct revoked_table){ 0 };
}
