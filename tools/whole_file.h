/* whole_file.h - read and write files in one piece.
 *
 * For host programs. Failures are told on standard error, with the program's name, the file's and
 * the cause, so a caller only passes the failure on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_WHOLE_FILE_H
#define PN_TOOLS_WHOLE_FILE_H

#include <sys/types.h>

#include "core/base/slice.h"

/* Read `path`, at most `bytes_max`; "-" is standard input. The bytes are the caller's, to be given
 * to free(). False, told, and `*bytes` empty when that failed. */
bool pn_whole_file_read(const char *program, const char *path, size_t bytes_max,
                        struct pn_slice *bytes);

/* Create `path` with `mode` and these bytes. An existing file is refused, never changed. */
bool pn_whole_file_create(const char *program, const char *path, mode_t mode,
                          struct pn_slice bytes);

/* Make `path` hold these bytes; who reads it meanwhile sees the old file or the new one. */
bool pn_whole_file_replace(const char *program, const char *path, struct pn_slice bytes);

#endif
