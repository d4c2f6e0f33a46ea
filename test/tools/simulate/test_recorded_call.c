/* Lines of audit logs as calls: what is whole, what is not, what is no record.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/simulate/log_stream.h"
#include "tools/simulate/recorded_call.h"
#include "unity.h"

static struct recorded_call call;

void setUp(void)
{
}

void tearDown(void)
{
}

/* From a buffer of exactly that size. */
static enum recorded_kind take(const char *line)
{
    static char *held;
    size_t len = strlen(line);

    free(held);
    held = malloc(len > 0 ? len : 1);
    memcpy(held, line, len);
    return recorded_call_read(&call, pn_slice(held, len));
}

static const struct {
    const char *line;
    enum recorded_kind kind;
} kinds[] = {
    { "", RECORDED_BROKEN },
    { "{}", RECORDED_BROKEN },
    { "[]", RECORDED_BROKEN },
    { "{\"seq\":1}", RECORDED_BROKEN },
    { "{\"seq\":\"1\",\"kind\":\"end\"}", RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"other\"}", RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"end\"}", RECORDED_OTHER },
    { "{\"seq\":1,\"kind\":\"event\"}", RECORDED_OTHER },
    { "{\"seq\":1,\"kind\":\"decision\"}", RECORDED_UNDECIDED },
    { "{\"seq\":1,\"kind\":\"decision\",\"surface\":\"llm\",\"action\":\"list\"}",
      RECORDED_UNDECIDED },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"initialize\"}", RECORDED_DECISION },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"initialize\"", RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"initialize\"}}", RECORDED_BROKEN },
    { "{\"seq\":1,\"seq\":2,\"kind\":\"decision\",\"action\":\"initialize\"}", RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":7}", RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"a\",\"time\":\"yesterday\"}",
      RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"a\",\"facts\":[]}", RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"a\",\"fact_states\":{\"p\":1}}",
      RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"a\",\"who\":{\"roles\":\"r\"}}",
      RECORDED_BROKEN },
    { "{\"seq\":1,\"kind\":\"decision\",\"action\":\"a\",\"who\":{\"roles\":[1]}}",
      RECORDED_BROKEN },
};

static void lines_and_what_they_are(void)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        TEST_ASSERT_EQUAL_MESSAGE(kinds[i].kind, take(kinds[i].line), kinds[i].line);
    }
}

static const struct recorded_fact *fact(const char *path)
{
    struct pn_slice text = pn_slice(path, strlen(path));

    return recorded_fact_find(&call, text, recorded_hash(text));
}

static void facts_and_their_states(void)
{
    TEST_ASSERT_EQUAL(
        RECORDED_DECISION,
        take("{\"seq\":9,\"time\":\"2026-11-20T23:35:18.042Z\",\"kind\":\"decision\",\"action\":"
             "\"a\",\"facts\":{\"p\":\"***\",\"q\":\"***\",\"R.attr[\\\"x y\\\"]\":7,\"t\":{}},"
             "\"fact_states\":{\"p\":\"masked\",\"r\":\"absent\",\"t\":\"type\",\"s\":\"new\"}}"));
    TEST_ASSERT_EQUAL(9, call.seq);
    TEST_ASSERT_EQUAL_INT64(1795217718042, call.unix_ms);
    TEST_ASSERT_EQUAL(PN_AUDIT_FACT_MASKED, fact("p")->state);
    TEST_ASSERT_EQUAL(PN_AUDIT_FACT_WHOLE, fact("q")->state);
    TEST_ASSERT_EQUAL(PN_AUDIT_FACT_ABSENT, fact("r")->state);
    TEST_ASSERT_EQUAL(PN_AUDIT_FACT_UNKNOWN, fact("s")->state);
    TEST_ASSERT_EQUAL(PN_AUDIT_FACT_TYPE, fact("t")->state);
    TEST_ASSERT_EQUAL(7, fact("R.attr[\"x y\"]")->value.as.i);
    TEST_ASSERT_NULL(fact("u"));
}

static void a_text_that_was_cut(void)
{
    TEST_ASSERT_EQUAL(
        RECORDED_DECISION,
        take("{\"seq\":1,\"kind\":\"decision\",\"action\":\"a\xE2\x80\xA6[+12]\","
             "\"tool\":\"a\xE2\x80\xA6[+]x\",\"who\":{\"id\":\"\\u2026[+3]\",\"user\":\"[+3]\","
             "\"roles\":[\"r\",\"\xE2\x80\xA6[+8]\"]}}"));
    TEST_ASSERT_FALSE(recorded_whole(&call, RECORDED_ACTION));
    TEST_ASSERT_FALSE(recorded_whole(&call, RECORDED_WHO_ID));
    TEST_ASSERT_TRUE(recorded_whole(&call, RECORDED_TOOL));
    TEST_ASSERT_TRUE(recorded_whole(&call, RECORDED_WHO_USER));
    TEST_ASSERT_TRUE(call.roles_cut);
}

/* --- lines --- */

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "w");

    TEST_ASSERT_NOT_NULL(file);
    TEST_ASSERT_EQUAL(len, fwrite(text, 1, len, file));
    fclose(file);
}

static void expect_line(struct log_stream *s, enum log_step step, size_t len, unsigned long number)
{
    struct pn_slice line = { 0 };

    TEST_ASSERT_EQUAL(step, log_stream_next(s, &line));
    if (step == LOG_END) return;
    TEST_ASSERT_EQUAL(number, s->number);
    if (step != LOG_TOO_LONG) TEST_ASSERT_EQUAL(len, line.len);
}

static void lines_of_files(void)
{
    enum { LONG = 3 << 20 };
    static char big[LONG + 16];
    char one[] = "/tmp/lines-XXXXXX", two[] = "/tmp/lines-XXXXXX";
    char *files[] = { one, two };
    struct log_stream s;

    close(mkstemp(one));
    close(mkstemp(two));
    memset(big, 'x', LONG);
    memcpy(big, "a\nbc\n\n", 6);
    memcpy(big + LONG, "\nend\nto", 7);
    write_file(one, big, LONG + 7);
    write_file(two, "z\n", 2);
    TEST_ASSERT_TRUE(log_stream_begin(&s, "test", files, 2));
    TEST_ASSERT_EQUAL(LONG + 9, s.all_bytes);
    expect_line(&s, LOG_LINE, 1, 1);
    expect_line(&s, LOG_LINE, 2, 2);
    expect_line(&s, LOG_LINE, 0, 3);
    expect_line(&s, LOG_TOO_LONG, 0, 4);
    expect_line(&s, LOG_LINE, 3, 5);
    expect_line(&s, LOG_TORN, 2, 6);
    expect_line(&s, LOG_LINE, 1, 1);
    expect_line(&s, LOG_END, 0, 0);
    TEST_ASSERT_EQUAL(LONG + 9, s.read_bytes);
    log_stream_end(&s);
    unlink(one);
    TEST_ASSERT_FALSE(log_stream_begin(&s, "test", files, 2));
    unlink(two);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(lines_and_what_they_are);
    RUN_TEST(facts_and_their_states);
    RUN_TEST(a_text_that_was_cut);
    RUN_TEST(lines_of_files);
    return UNITY_END();
}
