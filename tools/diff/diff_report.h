/* diff_report.h - how two policies differ, for people and as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DIFF_REPORT_H
#define TOOLS_DIFF_REPORT_H

#include "tools/diff/contrast.h"
#include "tools/diff/structure.h"

/* What was found out about all subjects. */
struct diff_findings {
    struct structure structure;
    const struct variables *variables;
    LIST(struct contrast) contrasts; /* those with terms or gaps */
    size_t subject_count, subjects_left_out;
};

/* Append it; of each subject at most `limit` terms. */
void diff_report_text(struct bytes *out, const struct diff_findings *found, size_t limit);
void diff_report_json(struct bytes *out, const struct diff_findings *found, size_t limit);

/* True when some request is decided differently, or may be for want of having tried all. */
bool diff_decides_otherwise(const struct diff_findings *found);
bool diff_has_gaps(const struct diff_findings *found);

#endif
