/* audit_lines.h - the lines of several log files, one after the other.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_AUDIT_LINES_H
#define PN_TOOLS_AUDIT_LINES_H

#include <stdio.h>

#include "core/base/slice.h"

enum pn_audit_lines_step {
    PN_AUDIT_LINES_ERROR, /* a file cannot be read; told on standard error */
    PN_AUDIT_LINES_END,   /* no file is left */
    PN_AUDIT_LINES_LINE,
    PN_AUDIT_LINES_UNFINISHED, /* the last line of a file, without a line feed */
};

struct pn_audit_lines {
    const char *program;
    char *const *files;   /* "-" is standard input */
    int file_count, file; /* of them, and the next */
    FILE *open;
    const char *name;     /* of the file the line is from */
    unsigned long number; /* of the line, from 1 */
    char *buffer;         /* from malloc(); the line lies in it */
    size_t buffer_bytes;
};

/* Begin with the first of `file_count` paths, which are lent. */
void pn_audit_lines_begin(struct pn_audit_lines *l, const char *program, char *const *files,
                          int file_count);

/* The next line, without its line feed; borrows until the next call. */
enum pn_audit_lines_step pn_audit_lines_next(struct pn_audit_lines *l, struct pn_slice *line);

/* Close and free. */
void pn_audit_lines_end(struct pn_audit_lines *l);

#endif
