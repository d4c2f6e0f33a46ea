/* audit_value.h - texts and values inside a record, each bounded.
 *
 * Used by audit.c. Whatever goes in, one well-formed JSON value on one line comes out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_VALUE_H
#define PN_AUDIT_VALUE_H

#include "core/audit/audit.h"

/* Append `text` as a JSON string of at most `bytes_max` (32 or more) bytes, quotes included. One
 * that would be longer is cut at a whole character and ends in the mark, and is told by false. */
bool pn_audit_write_text(struct pn_writer *w, struct pn_slice text, size_t bytes_max);

/* Append the mark of a cut, inside a string: an ellipsis and "[+N]" for the N bytes left out. */
void pn_audit_write_mark(struct pn_writer *w, size_t left_out);

/* Append `"path":value`, at most PN_AUDIT_PATH_BYTES and PN_AUDIT_VALUE_BYTES and a colon.
 *
 * A masked value is "***" whatever it is. Strings are written unescaped and escaped again, lists
 * and maps as their JSON text without the white space, or empty where no text of them was kept. A
 * value that was absent, in error or unknown is written as {"absent":true}, {"error":true},
 * {"unknown":true}, which null is not.
 *
 * Returns PN_AUDIT_FACT_WHOLE when what was written reads back as the value, else what it is. */
enum pn_audit_fact_state pn_audit_write_fact(struct pn_writer *w, const struct pn_audit_fact *fact);

#endif
