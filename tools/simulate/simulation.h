/* simulation.h - which decisions of a log would be others under another policy.
 *
 * Reads logs of any size, record by record, and keeps nothing of a record but counts. Changes are
 * told as they are met, as far as the limit goes, and counted in any case.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SIMULATION_H
#define TOOLS_SIMULATION_H

#include <stdio.h>

#include "tools/simulate/replay.h"
#include "tools/simulate/tally.h"

enum simulation_form { SIMULATION_TEXT, SIMULATION_JSON };

struct simulation_wish {
    const char *program;
    char *const *logs; /* "-" is standard input */
    int log_count;
    uint64_t limit; /* records listed, of each kind */
    bool strict;    /* a line that is no record ends it */
    bool quiet;     /* no progress */
    enum simulation_form form;
    FILE *out;
};

/* What came of it. */
struct simulation_counts {
    uint64_t decisions; /* decided again: the sum of the next three */
    uint64_t same, changed, unknown;
    uint64_t other_rule; /* of `same`: another rule decides */
    uint64_t undecided;  /* records of calls about which no rule was asked */
    uint64_t broken;     /* lines that are no record */
};

/* Exit status of the commands. */
enum simulation_status {
    SIMULATION_SAME = 0,
    SIMULATION_FAILED = 1,  /* a log cannot be read, or a line with `strict`; told */
    SIMULATION_CHANGED = 3, /* at least one decision changes */
    SIMULATION_UNSURE =
        4, /* none does for certain; of some it cannot be told, or lines are broken */
};

/* Decide every record by `after`, and compare with `before`, or where that is NULL with what was
 * decided then. Prints to wish->out. `counts` is filled. */
enum simulation_status simulation_run(const struct simulation_wish *wish, struct candidate *before,
                                      struct candidate *after, struct simulation_counts *counts);

#endif
