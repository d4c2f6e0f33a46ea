/* suite_run.h - decide the cases of a suite and compare.
 *
 * Each case becomes a request in text, goes through the strict reader and is decided for one action
 * at a time, as on a device. A case that reads now() in a suite that does not say what time it is
 * is in error, all of it: it would come out otherwise on another day.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_RUN_H
#define TOOLS_SUITE_RUN_H

#include "tools/suite/coverage.h"
#include "tools/suite/suite_filter.h"
#include "tools/suite/suite_policy.h"

enum suite_status {
    SUITE_UNSELECTED, /* a filter leaves it out; not counted */
    SUITE_SKIPPED,
    SUITE_PASSED,
    SUITE_FAILED,
    SUITE_ERRORED,
    SUITE_STATUS_COUNT
};

/* An expected output that did not come, or came as something else. */
struct suite_mismatch {
    const struct suite_output *wanted;
    struct pn_slice expected; /* JSON */
    struct pn_slice actual;   /* JSON; empty: there was none */
};

/* One action of one case. */
struct suite_result {
    const struct suite_case *asked;
    struct pn_slice action;
    enum suite_status status;
    const char *why; /* unselected, skipped or in error: a sentence; else NULL */
    bool expected_allow;
    const char *expected_outcome; /* NULL: none was named */
    enum pn_outcome outcome;
    LIST(struct suite_mismatch) mismatches;
    struct pn_slice outputs;     /* what was put out: members of a JSON list, as Cerbos has them */
    struct pn_slice explanation; /* of what failed: text, where it was asked for */
};

/* One file. */
struct suite_outcome {
    const struct suite *suite;
    const char *error;        /* the file is not in order: nothing of it was run; else NULL */
    enum suite_status status; /* the worst of what was counted */
    LIST(struct suite_result) results;
    size_t counts[SUITE_STATUS_COUNT];
    size_t first_message, message_count; /* what diagnostics say about the file */
};

enum suite_explain { SUITE_QUIET, SUITE_EXPLAIN };

struct suite_runner;

/* Get ready to run suites against the policy. All lent things outlive the runner. */
struct suite_runner *suite_runner(struct suite_policies *policies,
                                  const struct suite_filter *filter, enum suite_explain explain);

/* Run the file. Errors in it go to the diagnostics of the policies; nothing in it is then run. */
struct suite_outcome *suite_run(struct suite_runner *runner, const char *path);

/* What the runs exercised, in the numbers of the first variant of the policy. */
const struct coverage *suite_coverage(const struct suite_runner *runner);

#endif
