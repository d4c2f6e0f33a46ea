/* suite_report.h - what a run of suites came to, for people and for programs.
 *
 *   tree   for people: what failed, below suite, test, principal and resource
 *   list   one line for each action that was decided
 *   json   Cerbos's form of `cerbos compile --test-output=json`, and under `postern` what it lacks
 *   junit  a test suite for each file, a test case for each action
 *   tap    TAP version 14, a line for each action
 *
 * What a filter left out is told in JSON only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_REPORT_H
#define TOOLS_SUITE_REPORT_H

#include "tools/suite/suite_run.h"

struct suite_report {
    LIST(const struct suite_outcome *) outcomes;
    const struct diagnostics *diagnostics;
    enum pn_mode mode;
    const struct coverage_table *coverage; /* NULL: it was not asked for */
    size_t counts[SUITE_STATUS_COUNT];     /* of all actions */
    size_t broken;                         /* files that are not in order */
    enum suite_status status;
};

/* Add a file's outcome to the report. */
void suite_report_add(struct arena *arena, struct suite_report *report,
                      const struct suite_outcome *outcome);

/* Actions that were counted: all but those a filter left out. */
size_t suite_counted(const size_t counts[SUITE_STATUS_COUNT]);

/* The effect that was expected; did the decision differ from it, or from an expected outcome? */
const char *suite_effect_wanted(const struct suite_result *result);
bool suite_decision_differs(const struct suite_result *result);

/* Append a message as the compiler prints it, without a line's end. */
void suite_write_message(struct bytes *out, const struct diag *diag);

/* Append the report. */
void suite_report_tree(struct bytes *out, const struct suite_report *report);
void suite_report_list(struct bytes *out, const struct suite_report *report);
void suite_report_json(struct bytes *out, const struct suite_report *report);
void suite_report_junit(struct bytes *out, const struct suite_report *report);
void suite_report_tap(struct bytes *out, const struct suite_report *report);

#endif
