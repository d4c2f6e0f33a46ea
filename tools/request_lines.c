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

/* The next line, be it one that was put back. */
static struct pn_slice next_line(struct request_lines *lines)
{
    struct pn_slice line = lines->ahead;

    lines->ahead = pn_slice(NULL, 0);
    if (line.len > 0) return line;
    ssize_t len = getline(&lines->line, &lines->room, lines->from);
    return pn_slice(lines->line, len > 0 ? (size_t)len : 0);
}

bool request_lines_next(struct request_lines *lines, struct pn_slice *request)
{
    struct nesting nesting = { 0 };
    struct pn_slice line;

    lines->request.len = 0;
    while ((line = next_line(lines)).len > 0) {
        if (lines->request.len == 0 && is_blank(line)) continue;
        if (lines->request.len > 0 && line.at[0] == '{') {
            lines->ahead = line;
            break;
        }
        bytes_append(&lines->request, line);
        follow(&nesting, line);
        if (nesting.depth == 0 || nesting.in_string) break;
        if (lines->request.len >= REQUEST_BYTES_MAX) break;
    }
    *request = bytes_slice(&lines->request);
    return lines->request.len > 0;
}

void request_lines_free(struct request_lines *lines)
{
    free(lines->line);
    bytes_free(&lines->request);
}
