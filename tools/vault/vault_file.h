/* vault_file.h - the vault as a file of a host: read by anybody who may, written by one at a time.
 *
 * A change is a new file under another name, on the disk before it takes the place of the old: whoever
 * reads meanwhile, and whoever comes after a loss of power, sees the one or the other, whole. Who
 * changes holds a lock on the file from before he reads it until it was replaced, so that no
 * entry of another's is lost.
 *
 * Failures are told on standard error.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_VAULT_FILE_H
#define TOOLS_VAULT_FILE_H

#include "core/vault/vault.h"

/* Read the file into `bytes`, PN_VAULT_BYTES_MAX and one: then what is too large is seen as such. */
bool vault_file_read(const char *program, const char *path, struct pn_writer *bytes);

/* Lock the file there is at `path`, waiting for others. A descriptor that unlocks when it is closed;
 * -1, told: there is none. */
int vault_file_lock(const char *program, const char *path);

/* Make the file (0600). One that is there is refused. */
bool vault_file_create(const char *program, const char *path, struct pn_slice bytes);

/* Replace the file behind `locked`, which is at `path`; it keeps its owner and becomes 0600. */
bool vault_file_replace(const char *program, const char *path, int locked, struct pn_slice bytes);

#endif
