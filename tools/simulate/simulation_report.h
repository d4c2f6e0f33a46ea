/* simulation_report.h - what simulation.c tells, for people and as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SIMULATION_REPORT_H
#define TOOLS_SIMULATION_REPORT_H

#include "tools/simulate/simulation.h"

enum report_kind { REPORT_CHANGED, REPORT_UNKNOWN, REPORT_BROKEN, REPORT_KINDS };

struct report {
    const struct simulation_wish *wish;
    struct bytes line;             /* being put together */
    uint64_t listed[REPORT_KINDS]; /* so far */
    uint64_t not_listed[REPORT_KINDS];
    bool any; /* JSON: something was listed, so a comma goes before the next */
    struct tally changes, facts;
};

/* One side of a decision. */
struct report_side {
    struct pn_slice outcome, rule, error;
    bool rule_open;
};

/* A record that is told. */
struct report_record {
    const struct recorded_call *call;
    const char *file;
    unsigned long line;
    struct report_side before, after;
};

void report_begin(struct report *r, const struct simulation_wish *wish);
void report_changed(struct report *r, const struct report_record *record);

/* `unsure` was not known under `c`; there may be two of them. */
void report_unknown(struct report *r, const struct report_record *record, const struct candidate *c,
                    const struct replayed *unsure);
void report_broken(struct report *r, const char *file, unsigned long line, const char *what);
void report_end(struct report *r, const struct simulation_counts *counts);

#endif
