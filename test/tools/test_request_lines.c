/* Requests out of a stream: on one line, on many, and broken ones between good ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "tools/request_lines.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct {
    const char *stream;
    const char *requests[5];
} rows[] = {
    { "", { NULL } },
    { "\n \r\n", { NULL } },
    { "{\"a\":1}\n{\"b\":2}\n", { "{\"a\":1}\n", "{\"b\":2}\n" } },
    { "{\"a\":1}", { "{\"a\":1}" } },
    { "{\n  \"a\": [\n    {}\n  ]\n}\n\n{}\n", { "{\n  \"a\": [\n    {}\n  ]\n}\n", "{}\n" } },
    /* One that breaks off takes no other with it. */
    { "{\"a\":\n{\"b\":2}\n{\"c\":3}\n", { "{\"a\":\n", "{\"b\":2}\n", "{\"c\":3}\n" } },
    { "{\"a\":[1,{\n{\"b\":2}\n", { "{\"a\":[1,{\n", "{\"b\":2}\n" } },
    { "{\"a\":\"x\n{\"b\":2}\n", { "{\"a\":\"x\n", "{\"b\":2}\n" } },
    { "{\"a\":\"x\\\n{\"b\":2}\n", { "{\"a\":\"x\\\n", "{\"b\":2}\n" } },
    { "{\n{\n{}\n", { "{\n", "{\n", "{}\n" } },
    { "]}\n{\"b\":2}\n", { "]}\n", "{\"b\":2}\n" } },
    { "{\"b\":2}\n{\"a\":", { "{\"b\":2}\n", "{\"a\":" } },
    { "nonsense\n{\"b\":\"}\"}\n", { "nonsense\n", "{\"b\":\"}\"}\n" } },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = strdup(rows[i].stream);
        FILE *from = strlen(text) > 0 ? fmemopen(text, strlen(text), "r") : fopen("/dev/null", "r");
        struct request_lines lines = { .from = from };
        struct pn_slice request;
        size_t count = 0;
        while (request_lines_next(&lines, &request)) {
            TEST_ASSERT_NOT_NULL_MESSAGE(rows[i].requests[count], rows[i].stream);
            TEST_ASSERT_TRUE_MESSAGE(text_is(request, rows[i].requests[count]), rows[i].stream);
            count++;
        }
        TEST_ASSERT_NULL_MESSAGE(rows[i].requests[count], rows[i].stream);
        request_lines_free(&lines);
        fclose(from);
        free(text);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    return UNITY_END();
}
