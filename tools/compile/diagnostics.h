/* diagnostics.h - what the compiler has to say, each with file, line and column.
 *
 * Errors are collected, not thrown: reading goes on after one as far as it makes sense, so that a
 * person sees all of them at once. An error says what is wrong and, where we know, what to write
 * instead; it never repeats a value that may be a secret. A note is worth knowing and stops
 * nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DIAGNOSTICS_H
#define TOOLS_DIAGNOSTICS_H

#include <stdio.h>

#include "tools/compile/arena.h"

/* Where in a source file; lines and columns count from 1, columns in characters. */
struct mark {
    const char *file;
    unsigned line, column; /* 0: the file as a whole */
};

enum diag_level {
    DIAG_ERROR,
    DIAG_NOTE,
};

struct diag {
    enum diag_level level;
    struct mark mark;
    const char *message;
};

struct diagnostics { /* all-zero is empty */
    struct arena arena;
    LIST(struct diag) list;
    size_t error_count;
};

void diag_error(struct diagnostics *diagnostics, struct mark mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_note(struct diagnostics *diagnostics, struct mark mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One line each, "file:line:column: error: message", ordered as they were found. */
void diag_print(const struct diagnostics *diagnostics, FILE *out);
void diag_print_errors(const struct diagnostics *diagnostics, FILE *out);

void diag_free(struct diagnostics *diagnostics);

/* What a message quotes of `text`: all of it, or its beginning with "..." behind. */
struct pn_slice diag_excerpt(struct arena *arena, struct pn_slice text);

/* The name among `names` that somebody who wrote `word` most likely meant; NULL when none is near.
 * Near is at most a third of the letters wrong, missing, added or swapped. */
const char *diag_nearest(struct pn_slice word, const char *const *names, size_t count);

/* The same with at most `edits` letters in doubt, for lists that other names are expected beside.
 */
const char *diag_nearest_within(struct pn_slice word, const char *const *names, size_t count,
                                unsigned edits);

/* For "%.*s" in messages. */
#define SLICE_ARGS(slice) (int)(slice).len, (const char *)(slice).at

#endif
