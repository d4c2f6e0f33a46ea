/* test_reason.c - every reason has a name, a status and a sentence that can be shown.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/step.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const char *const symbols[] = {
    "NONE",
#define PN_REASON(symbol, name, status, sentence) #symbol,
#include "core/base/reason.def"
#undef PN_REASON
};

/* A name is its symbol in lower case, so that who reads one finds the other. */
static void test_names(void)
{
    for (int i = 0; i < PN_REASON_COUNT; i++) {
        struct pn_slice symbol = pn_slice(symbols[i], strlen(symbols[i]));
        struct pn_slice name = pn_reason_name((enum pn_reason)i);
        TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal_fold(symbol, name), symbols[i]);
        for (size_t k = 0; k < name.len; k++) {
            TEST_ASSERT_TRUE(name.at[k] == '_' || (name.at[k] >= '0' && name.at[k] <= '9') ||
                             (name.at[k] >= 'a' && name.at[k] <= 'z'));
        }
    }
}

static void test_statuses(void)
{
    TEST_ASSERT_EQUAL_UINT16(200, pn_reason_status(PN_REASON_NONE));
    for (int i = 1; i < PN_REASON_COUNT; i++) {
        uint16_t status = pn_reason_status((enum pn_reason)i);
        TEST_ASSERT_TRUE_MESSAGE(status >= 400 && status <= 599, symbols[i]);
    }
    TEST_ASSERT_EQUAL_UINT16(413, pn_reason_status(PN_REASON_BODY_TOO_LARGE));
    TEST_ASSERT_EQUAL_UINT16(403, pn_reason_status(PN_REASON_DENIED_BY_DEFAULT));
}

/* One sentence: it begins with a capital, ends with a full stop, and needs no escape in JSON. */
static void test_sentences(void)
{
    for (int i = 0; i < PN_REASON_COUNT; i++) {
        struct pn_slice s = pn_reason_sentence((enum pn_reason)i);
        TEST_ASSERT_GREATER_THAN_size_t(10, s.len);
        TEST_ASSERT_TRUE_MESSAGE(s.at[0] >= 'A' && s.at[0] <= 'Z', symbols[i]);
        TEST_ASSERT_EQUAL_MESSAGE('.', s.at[s.len - 1], symbols[i]);
        for (size_t k = 0; k < s.len; k++) {
            bool plain = s.at[k] >= 0x20 && s.at[k] < 0x7F && s.at[k] != '"' && s.at[k] != '\\';
            TEST_ASSERT_TRUE_MESSAGE(plain, symbols[i]);
        }
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_names);
    RUN_TEST(test_statuses);
    RUN_TEST(test_sentences);
    return UNITY_END();
}
