/* keyset_file.h - what the commands for key sets have in common: files, and what people read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEYSET_FILE_H
#define PN_TOOLS_KEYSET_FILE_H

#include <stdio.h>

#include "core/seal/keyset_document.h"

/* Read a key set, signed or not, into bytes that the caller gives to free(); `doc` borrows from
 * them. Its form is checked, no signature. False, told on standard error, when that failed. */
bool pn_keyset_file_read(const char *program, const char *path, struct pn_slice *bytes,
                         struct pn_keyset_document *doc);

/* Print what a key set says, keys and counters, and who has signed it. A signature is checked with
 * the key of that id in the set itself, else in `more`. False when one does not verify. */
bool pn_keyset_file_print(FILE *to, const struct pn_keyset_document *doc,
                          const struct pn_keyset *more);

#endif
