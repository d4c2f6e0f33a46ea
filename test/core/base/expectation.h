/* expectation.h - a reason or a text is the one that is wanted, or the test fails and says both.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_CORE_BASE_EXPECTATION_H
#define TEST_CORE_BASE_EXPECTATION_H

#include "core/base/slice.h"
#include "core/base/step.h"

/* `what` tells one row from the others. */
void expect_reason(enum pn_reason wanted, enum pn_reason got, const char *what);

void expect_text(const char *wanted, struct pn_slice got);

#endif
