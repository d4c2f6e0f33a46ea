/* certificates.h - the certificates of certificates.sh, for tests in C.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TLS_CERTIFICATES_H
#define TEST_TLS_CERTIFICATES_H

#include <stdbool.h>

#include "port/port_tls.h"

/* Make them in a folder of their own, or copy there what the build has made; `source` is PN_SOURCE_DIR.
 * False where there is no openssl; aborts where it cannot make them. Once a process. */
bool certificates_make(const char *source);

/* When they were made, within minutes: their 30 days begin then, which may be days ago. */
int64_t certificates_made_s(void);

/* The text of one file, such as "desk.pem"; lives until the end. Aborts when there is none. */
struct port_tls_text certificates_text(const char *name);

/* Where that file is. */
const char *certificates_path(const char *name);

/* A pair by its name, such as "desk". */
struct port_tls_pair certificates_pair(const char *name);

/* Remove the folder. */
void certificates_remove(void);

#endif
