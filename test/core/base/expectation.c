/* see expectation.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/base/expectation.h"

#include <stdio.h>
#include <string.h>

#include "unity.h"

void expect_reason(enum pn_reason wanted, enum pn_reason got, const char *what)
{
    char message[600];
    struct pn_slice a = pn_reason_name(wanted), b = pn_reason_name(got);

    if (wanted == got) return;
    snprintf(message, sizeof message, "%.300s: wanted %.*s, got %.*s", what, (int)a.len,
             (const char *)a.at, (int)b.len, (const char *)b.at);
    TEST_FAIL_MESSAGE(message);
}

void expect_text(const char *wanted, struct pn_slice got)
{
    char shown[3000];

    snprintf(shown, sizeof shown, "%.*s", (int)got.len, (const char *)got.at);
    TEST_ASSERT_EQUAL_STRING(wanted, shown);
    TEST_ASSERT_EQUAL(strlen(wanted), got.len); /* a NUL ends neither */
}
