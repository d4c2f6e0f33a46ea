/* audit_show.h - `postern audit show` and `postern audit tail`: records as lines that people read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_AUDIT_SHOW_H
#define PN_TOOLS_AUDIT_SHOW_H

#include <stdio.h>

#include "tools/audit_record.h"

/* What is to be shown. Empty filters let everything through. */
struct pn_audit_filter {
    struct pn_slice id;  /* of the decision: its record and its end */
    struct pn_slice who; /* principal, user, agent, key id, issuer, token id or SPIFFE identifier */
    bool refused;        /* only decisions that did not let the call through */
};

bool pn_audit_filter_passes(const struct pn_audit_filter *f, const struct pn_audit_record *record);

/* Print a text of a log as it stands there, escapes included; bytes that could steer a terminal are
 * printed as question marks. */
void pn_audit_show_text(FILE *out, struct pn_slice text);

/* Print one record on one line: time, outcome, who, how that was proven and by what, action, rule and reason, id. */
void pn_audit_show_record(FILE *out, const struct pn_audit_record *record);

/* Run the commands; argv[0] is not looked at. Return the exit status: 0, 1 a file cannot be read,
 * 2 called wrongly. */
int tool_audit_show(int argc, char **argv);
int tool_audit_tail(int argc, char **argv);

#endif
