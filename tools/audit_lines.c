/* see audit_lines.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit_lines.h"

#include <errno.h>
#include <stdlib.h>

void pn_audit_lines_begin(struct pn_audit_lines *l, const char *program, char *const *files,
                          int file_count)
{
    *l = (struct pn_audit_lines){ .program = program, .files = files, .file_count = file_count };
}

static void shut(struct pn_audit_lines *l)
{
    if (l->open != NULL && l->open != stdin) fclose(l->open);
    l->open = NULL;
}

static enum pn_audit_lines_step fail(struct pn_audit_lines *l)
{
    fprintf(stderr, "%s: cannot read %s: %s\n", l->program, l->name, strerror(errno));
    shut(l);
    return PN_AUDIT_LINES_ERROR;
}

static bool open_next(struct pn_audit_lines *l)
{
    l->name = l->files[l->file++];
    l->number = 0;
    l->open = strcmp(l->name, "-") == 0 ? stdin : fopen(l->name, "r");
    return l->open != NULL;
}

enum pn_audit_lines_step pn_audit_lines_next(struct pn_audit_lines *l, struct pn_slice *line)
{
    for (;;) {
        if (l->open == NULL && l->file == l->file_count) return PN_AUDIT_LINES_END;
        if (l->open == NULL && !open_next(l)) return fail(l);
        errno = 0;
        ssize_t len = getline(&l->buffer, &l->buffer_bytes, l->open);
        if (len > 0) {
            bool finished = l->buffer[len - 1] == '\n';
            l->number++;
            *line = pn_slice(l->buffer, (size_t)len - (finished ? 1 : 0));
            return finished ? PN_AUDIT_LINES_LINE : PN_AUDIT_LINES_UNFINISHED;
        }
        if (ferror(l->open)) return fail(l);
        shut(l);
    }
}

void pn_audit_lines_end(struct pn_audit_lines *l)
{
    shut(l);
    free(l->buffer);
    l->buffer = NULL;
}
