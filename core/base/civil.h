/* civil.h - moments as people write them (RFC 3339, in UTC, no leap seconds).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_CIVIL_H
#define PN_BASE_CIVIL_H

#include "core/base/writer.h"

enum { PN_CIVIL_BYTES = 24 };

/* Append the moment `unix_ms` after 1970-01-01 00:00 UTC in 24 bytes, such as
 * "2026-11-20T23:35:18.042Z". What lies before 1970 or after the year 9999 is written as that
 * bound. */
void pn_write_civil(struct pn_writer *w, int64_t unix_ms);

#endif
