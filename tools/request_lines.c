/* see request_lines.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/request_lines.h"

#include <stdlib.h>

/* Where in a JSON text a reader is: how many brackets are open, and whether within a string. */
struct nesting {
    unsigned depth;
    bool in_string, escaped;
};

static void follow(struct nesting *n, struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        if (n->escaped) {
            n->escaped = false;
        } else if (n->in_string) {
            n->escaped = ch == '\\';
            n->in_string = ch != '"';
        } else if (ch == '"') {
            n->in_string = true;
        } else if (ch == '{' || ch == '[') {
            n->depth++;
        } else if ((ch == '}' || ch == ']') && n->depth > 0) {
            n->depth--;
        }
    }
}

static bool is_blank(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(" \t\r\n", text.at[i], 4) == NULL) return false;
    }
    return true;
}

bool request_lines_next(struct request_lines *lines, struct pn_slice *request)
{
    struct nesting nesting = { 0 };
    ssize_t len;

    lines->request.len = 0;
    while ((len = getline(&lines->line, &lines->room, lines->from)) > 0) {
        struct pn_slice read = pn_slice(lines->line, (size_t)len);
        if (lines->request.len == 0 && is_blank(read)) continue;
        bytes_append(&lines->request, read);
        follow(&nesting, read);
        if (nesting.depth == 0 || lines->request.len >= REQUEST_BYTES_MAX) break;
    }
    *request = bytes_slice(&lines->request);
    return lines->request.len > 0;
}

void request_lines_free(struct request_lines *lines)
{
    free(lines->line);
    bytes_free(&lines->request);
}
