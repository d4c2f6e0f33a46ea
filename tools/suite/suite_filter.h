/* suite_filter.h - which tests run.
 *
 *     suite=refunds*;test=small *,large *;principal=ana;resource=*;action=mcp:*
 *
 * Each part is a list of globs in Cerbos's form, of which one must fit; all parts must. A part given
 * twice adds up. What does not fit is not run and not counted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_FILTER_H
#define TOOLS_SUITE_FILTER_H

#include "tools/compile/dfa.h"
#include "tools/suite/suite_case.h"

enum suite_part { PART_SUITE, PART_TEST, PART_PRINCIPAL, PART_RESOURCE, PART_ACTION, PART_COUNT };

struct suite_filter { /* all-zero: everything runs */
    struct {
        LIST(struct dfa) globs;
    } parts[PART_COUNT];
    bool has_run;
    struct dfa run;
};

/* Add a filter, or the pattern of --run, which is looked for in
 * "suite/test/principal/resource/action". NULL, or a sentence that says what is wrong with it. */
const char *suite_filter_add(struct arena *arena, struct suite_filter *filter, const char *text);
const char *suite_filter_run(struct arena *arena, struct suite_filter *filter, const char *pattern);

/* NULL when the action is to run, else why it is not. */
const char *suite_filter_skips(struct arena *arena, const struct suite_filter *filter,
                               const struct suite *suite, const struct suite_case *asked,
                               struct pn_slice action);

#endif
