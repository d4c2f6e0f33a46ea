/* suite_case.h - which principal meets which resource, and what is expected.
 *
 * A test's input names principals and resources; every principal meets every resource. Expectations
 * of one case add up. What none of them speaks of is expected to be denied.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_CASE_H
#define TOOLS_SUITE_CASE_H

#include "tools/suite/suite_doc.h"

struct suite_case {
    const struct suite_test *test;
    const struct suite_fixture *principal, *resource;
    const struct suite_aux *aux;         /* NULL: none */
    const struct suite_options *options; /* the test's own, else the suite's */
    LIST(const struct suite_expectation *) expected;
};

struct suite_cases {
    LIST(struct suite_case) list;
};

/* Add the cases of all tests. Errors are added for names that lead nowhere, expectations that no
 * case meets or that contradict each other, and actions that are not in a test's input. */
void suite_expand(struct arena *arena, struct diagnostics *diagnostics, const struct suite *suite,
                  struct suite_cases *cases);

/* What is expected of `action`; a case that says nothing about it expects a denial. */
bool suite_expects_allow(const struct suite_case *asked, struct pn_slice action);

/* The outcome that is expected of `action`: its text, or NULL where none is named. */
const struct yaml_node *suite_expects_outcome(const struct suite_case *asked,
                                              struct pn_slice action);

#endif
