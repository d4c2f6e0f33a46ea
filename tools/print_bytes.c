/* see print_bytes.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/print_bytes.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/compile/cel_value.h"

void print_bytes(struct bytes *out, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    int len = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (len < 0) abort();
    bytes_append(out, pn_slice(text, (size_t)len));
    free(text);
}

void print_json(struct bytes *out, const char *before, struct pn_slice text)
{
    bytes_append(out, pn_slice(before, strlen(before)));
    cel_write_json_string(out, text);
}

void print_json_words(struct bytes *out, const char *before, const char *words)
{
    print_json(out, before, pn_slice(words, strlen(words)));
}
