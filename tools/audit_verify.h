/* audit_verify.h - is this log whole, and if not, where does it first differ?
 *
 * Lines are given one after the other, over as many files as there are. The check stops at the
 * first that is not the next of the chain. To tell a record that is missing from one that stands
 * elsewhere the lines behind it are wanted too: they are given to pn_audit_verify_behind().
 *
 * What cannot be seen from the lines alone: records missing at the end, unless the head of the log
 * was kept and is asked for; and a log that somebody who may write it made anew from some record
 * on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_AUDIT_VERIFY_H
#define PN_TOOLS_AUDIT_VERIFY_H

#include "core/audit/audit_chain.h"
#include "tools/audit_record.h"

enum pn_audit_verdict {
    PN_AUDIT_VERDICT_UNKNOWN,   /* nothing was read yet */
    PN_AUDIT_VERDICT_WHOLE,     /* each line follows the one before */
    PN_AUDIT_VERDICT_ALTERED,   /* the line's hash is not that of its bytes */
    PN_AUDIT_VERDICT_FORM,      /* the line is no record in the form our writer gives it */
    PN_AUDIT_VERDICT_MISSING,   /* records between the line before and this one are in no file */
    PN_AUDIT_VERDICT_ELSEWHERE, /* the record that belongs here stands further on, at `behind` */
    PN_AUDIT_VERDICT_REPEATED, /* a record with this number stood before, or another chain begins */
    PN_AUDIT_VERDICT_REPLACED, /* its number is right, and the line before not the one it names */
    PN_AUDIT_VERDICT_UNFINISHED, /* the last line has no end */
    PN_AUDIT_VERDICT_CUT,        /* the head that was asked for is not in the log */
};

struct pn_audit_place {
    const char *file;
    unsigned long line; /* from 1 */
};

struct pn_audit_verify {
    struct pn_audit_chain head; /* of what was found whole */
    uint64_t first_seq;
    uint64_t record_count, decision_count, end_count, event_count;
    enum pn_audit_verdict verdict;
    struct pn_audit_place place, behind;
    uint64_t seq;          /* of the line at `place`; 0 when it could not be read */
    const uint8_t *wanted; /* the head to look for, 32 bytes, or NULL */
    uint64_t wanted_seq;   /* the record that has it; 0: not met */
    uint8_t begins_chain;  /* 1: the first line is the first of its chain */
};

/* Start, looking for a head or for none; it is lent. */
void pn_audit_verify_begin(struct pn_audit_verify *v, const uint8_t *wanted);

/* The next line, without its line feed. False when it is not the next of the chain; v->verdict says
 * why, and no more lines are to be given here. `record` is filled when the line is good and the
 * caller wants it (not NULL). */
bool pn_audit_verify_line(struct pn_audit_verify *v, struct pn_slice line,
                          struct pn_audit_place place, struct pn_audit_record *record);

/* After MISSING: a line further on. Turns the verdict into ELSEWHERE when it is the record. */
void pn_audit_verify_behind(struct pn_audit_verify *v, struct pn_slice line,
                            struct pn_audit_place place);

/* All lines were given. Returns the verdict. */
enum pn_audit_verdict pn_audit_verify_end(struct pn_audit_verify *v);

/* A last line without a line feed. */
void pn_audit_verify_unfinished(struct pn_audit_verify *v, struct pn_audit_place place);

/* Run `postern audit verify`; argv[0] is not looked at. Returns the exit status: 0 whole, 1 not, or
 * a file cannot be read, 2 called wrongly. */
int tool_audit_verify(int argc, char **argv);

#endif
