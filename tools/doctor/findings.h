/* findings.h - what is the matter with a deployment, and what to do about it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DOCTOR_FINDINGS_H
#define TOOLS_DOCTOR_FINDINGS_H

#include <stdio.h>

#include "tools/compile/arena.h"

enum finding_level {
    FINDING_ADVICE, /* it serves, but should not be left so */
    FINDING_FAULT,  /* it does not start, or refuses calls */
};

struct finding {
    const char *name; /* such as "certificate_expired"; for programs */
    const char *what, *cure;
    enum finding_level level;
};

struct findings { /* all-zero is none */
    struct arena arena;
    LIST(struct finding) list;
    size_t fault_count;
};

/* Add one: `what` is formatted, `cure` is a constant. */
void finding_add(struct findings *f, enum finding_level level, const char *name, const char *cure,
                 const char *what, ...) __attribute__((format(printf, 5, 6)));

/* For people: two lines each. For programs: {"status":"faults","findings":[...]}. */
void findings_print(const struct findings *f, FILE *to);
void findings_print_json(const struct findings *f, FILE *to);

/* 0 nothing found, 1 advice only, 2 faults. */
int findings_status(const struct findings *f);

#endif
