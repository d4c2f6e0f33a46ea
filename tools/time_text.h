/* time_text.h - points in time and spans, as people write them on a command line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_TIME_TEXT_H
#define PN_TOOLS_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A span: digits and one of s, m, h, d, w, such as "30d". At most 100 years. */
bool pn_span_read(const char *text, uint64_t *seconds);

/* A point in time in UTC, "2026-12-31" (its first second) or "2026-12-31T18:00:00Z", as Unix time;
 * or a span from `now_s`. */
bool pn_time_read(const char *text, uint64_t now_s, uint64_t *unix_s);

enum { PN_TIME_TEXT_BYTES = 32 };

/* Write Unix time as "2026-12-31T18:00:00Z", zero-terminated; beyond the year 9999 as digits. */
void pn_time_write(uint64_t unix_s, char text[PN_TIME_TEXT_BYTES]);

#endif
