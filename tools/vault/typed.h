/* typed.h - what a person types and nobody is to see: passphrases and secrets.
 *
 * From the terminal without echo, from a file, or from standard input. Failures are told on standard
 * error; what was read never is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_VAULT_TYPED_H
#define TOOLS_VAULT_TYPED_H

#include "core/base/writer.h"

/* A passphrase: the first line of the file `path`, of standard input where that is "-", or of the terminal
 * where it is NULL; without a terminal, of standard input. */
bool typed_passphrase(const char *program, const char *path, const char *prompt,
                      struct pn_writer *into);

/* Likewise, typed twice at a terminal, and of 12 bytes at least. */
bool typed_new_passphrase(const char *program, const char *path, struct pn_writer *into);

/* A secret, without the newline that ends it: the file `path`, or standard input where it is NULL, which
 * is asked for at a terminal. Printable ASCII, since it is to go into a header. */
bool typed_secret(const char *program, const char *path, struct pn_writer *into);

#endif
