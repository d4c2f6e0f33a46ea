/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/diagnostics.h"

#include <string.h>

#define WORD_MAX      48
#define EXCERPT_BYTES 80

/* What several rules share is said once. */
static bool said(const struct diagnostics *diagnostics, const struct diag *diag)
{
    for (size_t i = 0; i < diagnostics->list.count; i++) {
        const struct diag *before = &diagnostics->list.items[i];
        bool same_place = before->mark.line == diag->mark.line &&
                          before->mark.column == diag->mark.column &&
                          strcmp(before->mark.file, diag->mark.file) == 0;
        if (same_place && strcmp(before->message, diag->message) == 0) return true;
    }
    return false;
}

static void add(struct diagnostics *diagnostics, struct diag diag)
{
    if (said(diagnostics, &diag)) {
        diagnostics->error_count += diag.level == DIAG_ERROR;
        return;
    }
    LIST_PUSH(&diagnostics->arena, &diagnostics->list, diag);
    if (diag.level == DIAG_ERROR) diagnostics->error_count++;
}

void diag_error(struct diagnostics *diagnostics, struct mark mark, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *message = arena_format_list(&diagnostics->arena, format, arguments);
    va_end(arguments);
    add(diagnostics, (struct diag){ DIAG_ERROR, mark, message });
}

void diag_note(struct diagnostics *diagnostics, struct mark mark, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *message = arena_format_list(&diagnostics->arena, format, arguments);
    va_end(arguments);
    add(diagnostics, (struct diag){ DIAG_NOTE, mark, message });
}

static void print(const struct diag *diag, FILE *out)
{
    const char *level = diag->level == DIAG_ERROR ? "error" : "note";

    if (diag->mark.line == 0) {
        fprintf(out, "%s: %s: %s\n", diag->mark.file, level, diag->message);
    } else {
        fprintf(out, "%s:%u:%u: %s: %s\n", diag->mark.file, diag->mark.line, diag->mark.column,
                level, diag->message);
    }
}

void diag_print(const struct diagnostics *diagnostics, FILE *out)
{
    for (size_t i = 0; i < diagnostics->list.count; i++) print(&diagnostics->list.items[i], out);
}

void diag_print_errors(const struct diagnostics *diagnostics, FILE *out)
{
    for (size_t i = 0; i < diagnostics->list.count; i++) {
        const struct diag *diag = &diagnostics->list.items[i];
        if (diag->level == DIAG_ERROR) print(diag, out);
    }
}

void diag_free(struct diagnostics *diagnostics)
{
    arena_free(&diagnostics->arena);
    *diagnostics = (struct diagnostics){ 0 };
}

struct pn_slice diag_excerpt(struct arena *arena, struct pn_slice text)
{
    size_t len = EXCERPT_BYTES;

    if (text.len <= EXCERPT_BYTES) return text;
    while (len > 0 && (text.at[len] & 0xc0) == 0x80) len--;
    const char *cut = arena_format(arena, "%.*s...", SLICE_ARGS(pn_slice_head(text, len)));
    return pn_slice(cut, strlen(cut));
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits (letter wrong, missing, added, two swapped) from one word to the other. */
static unsigned edit_distance(struct pn_slice a, struct pn_slice b)
{
    unsigned rows[3][WORD_MAX + 1] = { 0 };

    for (unsigned j = 0; j <= b.len; j++) rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *before = rows[(i + 2) % 3], *swap = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned same = pn_ascii_lower(a.at[i - 1]) == pn_ascii_lower(b.at[j - 1]);
            row[j] = least(before[j - 1] + !same, least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1]) {
                row[j] = least(row[j], swap[j - 2] + 1);
            }
        }
    }
    return rows[a.len % 3][b.len];
}

const char *diag_nearest(struct pn_slice word, const char *const *names, size_t count)
{
    if (word.len < 3 || word.len > WORD_MAX) return NULL;
    return diag_nearest_within(word, names, count, 1 + (unsigned)word.len / 6);
}

const char *diag_nearest_within(struct pn_slice word, const char *const *names, size_t count,
                                unsigned edits)
{
    const char *nearest = NULL;
    unsigned best = edits + 1;

    if (word.len > WORD_MAX) return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]);
        if (len > WORD_MAX) continue;
        unsigned distance = edit_distance(word, pn_slice(names[i], len));
        if (distance < best && distance < len) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
