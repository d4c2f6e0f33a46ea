/* key_file.h - the two files of a signing key.
 *
 * Both are text with one line that counts; lines that begin with # and empty lines are passed over.
 *
 *     NAME.key, readable by its owner only:
 *         postern-private-key-v1 es256 <key id, 16 hex digits> <scalar, 64 hex digits>
 *     NAME.pub, for every device that is to trust it (core/seal/keyset.h reads it):
 *         postern-public-key-v1 es256 <key id> <x and y, 128 hex digits>
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEY_FILE_H
#define PN_TOOLS_KEY_FILE_H

#include "core/seal/keyset.h"

/* A key pair in memory. Wipe it with pn_key_pair_wipe() after use. */
struct pn_key_pair {
    uint8_t secret[PORT_ES256_PRIVATE_BYTES];
    uint8_t xy[PORT_ES256_PUBLIC_BYTES];
    uint8_t id[PN_KEY_ID_BYTES];
};

/* Make a new pair. False when the library failed; nothing is told. */
bool pn_key_pair_new(struct pn_key_pair *pair);
void pn_key_pair_wipe(struct pn_key_pair *pair);

/* Write the text of NAME.key. */
void pn_key_pair_write_text(struct pn_writer *w, const struct pn_key_pair *pair);

/* Read the text of NAME.key; false when it is not that, or its id is not its key's. */
bool pn_key_pair_read_text(struct pn_slice text, struct pn_key_pair *pair);

/* Read the file `path`. False, told on standard error, when that failed. A key that others may
 * read is used, with a warning. */
bool pn_key_pair_read_file(const char *program, const char *path, struct pn_key_pair *pair);

#endif
