/* How many messages a completion has, as a rule counts them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unity.h>

#include "core/facts/facts_llm.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct {
    const char *list;
    uint32_t count;
} rows[] = {
    { "[]", 0 },
    { "[ \n ]", 0 },
    { "[1]", 1 },
    { "[null,true]", 2 },
    { "[[],[1,2],{\"a\":[3,4]}]", 3 },
    { "[\"\"]", 1 },
    { "[\"a,b\",\"]\"]", 2 },
    { "[\"a\\\",\\\"b\"]", 1 },        /* escaped quotes do not end a string */
    { "[\"a\\\\\",\"b\"]", 2 },        /* an escaped backslash before one that does */
    { "[\"\\\\\\\",\",\"\\\\\"]", 2 }, /* three and two */
    { "[{\"role\":\"user\",\"content\":\"[,{,\"},{\"role\":\"}\"}]", 2 },
};

static void test_elements(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].list);
        uint8_t *exact = malloc(len); /* so that reading beyond it is seen */
        TEST_ASSERT_NOT_NULL(exact);
        memcpy(exact, rows[i].list, len);
        TEST_ASSERT_EQUAL_UINT32_MESSAGE(rows[i].count, pn_facts_llm_elements(pn_slice(exact, len)),
                                         rows[i].list);
        free(exact);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_elements);
    return UNITY_END();
}
