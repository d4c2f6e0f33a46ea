/* audit_record.h - one line of an audit log, as a reader wants it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_AUDIT_RECORD_H
#define PN_TOOLS_AUDIT_RECORD_H

#include "core/base/value.h"

/* The fields that readers look at; core/audit/audit.def says what they mean. */
enum pn_audit_shown {
    PN_AUDIT_SHOWN_SEQ,
    PN_AUDIT_SHOWN_KIND,
    PN_AUDIT_SHOWN_TIME,
    PN_AUDIT_SHOWN_ID,
    PN_AUDIT_SHOWN_EVENT,
    PN_AUDIT_SHOWN_DETAIL,
    PN_AUDIT_SHOWN_WHO_ID,
    PN_AUDIT_SHOWN_WHO_USER,
    PN_AUDIT_SHOWN_WHO_AGENT,
    PN_AUDIT_SHOWN_WHO_KEY_ID,
    PN_AUDIT_SHOWN_WHO_ISSUER,
    PN_AUDIT_SHOWN_WHO_PROOF,
    PN_AUDIT_SHOWN_WHO_TOKEN_ID,
    PN_AUDIT_SHOWN_WHO_SPIFFE_ID,
    PN_AUDIT_SHOWN_SERVER,
    PN_AUDIT_SHOWN_MODEL,
    PN_AUDIT_SHOWN_METHOD,
    PN_AUDIT_SHOWN_ACTION,
    PN_AUDIT_SHOWN_OUTCOME,
    PN_AUDIT_SHOWN_RULE,
    PN_AUDIT_SHOWN_REASON,
    PN_AUDIT_SHOWN_ERROR,
    PN_AUDIT_SHOWN_STATUS,
    PN_AUDIT_SHOWN_UPSTREAM,
    PN_AUDIT_SHOWN_LATENCY_US,
    PN_AUDIT_SHOWN_BYTES_OUT,
    PN_AUDIT_SHOWN_HOW,
    PN_AUDIT_SHOWN_COUNT,
};

struct pn_audit_record {
    struct pn_value fields[PN_AUDIT_SHOWN_COUNT]; /* strings, integers or absent; borrow the line */
};

/* Read a line without its line feed; false when it is no JSON object that our writer could have
 * written. Says nothing about whether it was altered. */
bool pn_audit_record_read(struct pn_slice line, struct pn_audit_record *record);

/* The text of a string field as it stands between its quotes, escapes included; else empty. */
struct pn_slice pn_audit_record_text(const struct pn_audit_record *record,
                                     enum pn_audit_shown field);

/* True when the field is this text. */
bool pn_audit_record_is(const struct pn_audit_record *record, enum pn_audit_shown field,
                        struct pn_slice text);

#endif
