/* suite_text.h - policies and test files written by a test, run and reported.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_SUITE_TEXT_H
#define TEST_SUITE_TEXT_H

#include "tools/suite/suite_report.h"

/* A folder on disk and what was run in it. The test is in that folder, so paths are short. */
struct suite_text {
    char path[64];
    struct arena arena;
    struct diagnostics diagnostics;
    struct suite_policies policies; /* of "." */
    struct suite_filter filter;
    struct suite_runner *runner;
    struct suite_report report;
};

/* A new empty folder. */
void suite_text_begin(struct suite_text *t);
void suite_text_write(struct suite_text *t, const char *file, const char *text);

/* A policy "doc.yaml" for kind `doc`: `view` for role user where R.attr.owner == P.id, which puts out
 * {"who": P.id} or "not yours"; `edit` likewise after June 2026; `print` for admins; and `delete`
 * denied to everybody with "never". */
void suite_text_write_policy(struct suite_text *t);

/* Run a file and add it to the report. */
const struct suite_outcome *suite_text_run(struct suite_text *t, const char *file);

/* A letter for each result: P passed, F failed, E in error, S skipped, - left out. */
const char *suite_text_letters(const struct suite_outcome *outcome);

/* All messages, "file:line:column: message" a line, in a buffer that the next call reuses. */
const char *suite_text_messages(const struct suite_text *t);

/* Remove the folder and forget the rest. */
void suite_text_end(struct suite_text *t);

#endif
