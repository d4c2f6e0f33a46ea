/* print_bytes.h - formatted text at the end of growing bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_PRINT_BYTES_H
#define TOOLS_PRINT_BYTES_H

#include "tools/compile/arena.h"

/* Append what printf() would print. */
void print_bytes(struct bytes *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append `text` as a JSON string, after `before`. */
void print_json(struct bytes *out, const char *before, struct pn_slice text);
void print_json_words(struct bytes *out, const char *before, const char *words);

#endif
