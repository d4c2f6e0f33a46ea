/* Conditions that do not build: where the error points and what it says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/compile/policy_text.h"
#include "unity.h"

struct row {
    const char *condition;
    unsigned column; /* of the condition, from 1 */
    const char *says;
};

static const struct row rows[] = {
    /* Grammar. */
    { "R.attr.n >", 10, "the expression ends too early" },
    { "R.attr.n = 5", 10, "write ==" },
    { "R.attr.n & 5", 10, "CEL writes && and ||" },
    { "(R.attr.n == 5", 14, "')' is missing at the end" },
    { "R.attr.n == 5)", 14, "more follows" },
    { "R.attr.s == 'a", 13, "does not end" },
    { "R.attr.s == 'a\\q'", 15, "escape" },
    { "R.attr.s == '\\ud800'", 14, "no Unicode character" },
    { "R.attr.n == 12ab", 13, "not a number" },
    { "R.attr.n == 9223372036854775808", 13, "does not fit 64 bits" },
    { "R.attr.n == 0x", 13, "not a number" },
    { "R.attr.n == 18446744073709551616u", 13, "does not fit 64 bits" },
    { "R.attr.n == #", 13, "does not use this character" },
    { "has(R)", 1, "has() takes one selection" },
    { "R.attr.list.all(1, true)", 17, "the name of a variable" },
    { "for == 1", 1, "reserved" },
    { "R.attr.in == 1", 8, "not a field name" },
    { "R.attr.?x == 1", 8, "optional values are not part of this engine" },
    { "R.attr[?'x'] == 1", 8, "optional values are not part of this engine" },
    { "[?R.attr.x] == [1]", 2, "optional values are not part of this engine" },
    { "{?'a': R.attr.x} == {}", 2, "optional values are not part of this engine" },
    { "R.attr.list.all(x, x, 1 > 0)", 20, "need different names" },
    { "R.attr.list.all(x, P.id, 1 > 0)", 20, "the second variable of this macro is a name" },
    { "R.attr.list.all(x)", 13, "another number of arguments" },
    { "R.attr.list.all(.x, true)", 18, "the name of a variable" },
    { "cel.bind(x, 1)", 5, "cel.bind() takes" },
    { "cel.bind(x.y, 1, true)", 10, "cel.bind() begins with the name of a variable" },
    { "R.attr.s == '\xff'", 0, "" }, /* refused before: the file is not UTF-8 */
    /* Names. */
    { "resource.attr.n == 1", 1, "there is no 'resource' here" },
    { "P.atr.x == 1", 7, "did you mean 'attr'" },
    { "R.kin == 'a'", 3, "did you mean 'kind'" },
    { "request.principle.id == 'a'", 19, "did you mean 'principal'" },
    { "P == 1", 1, "this is not a value; name one of its members" },
    { "size(R) == 1", 6, "this is not a value; name one of its members" },
    { "request == 1", 1, "this is not a value; name one of its members" },
    { "size(request.principal) == 1", 14, "this is not a value; name one of its members" },
    { "request.auxData == {}", 9, "this is not a value; name one of its members" },
    { "runtime == 1", 1, "runtime has effectiveDerivedRoles only" },
    { "size(V) == 1", 6, "this is not a value; name one of its members" },
    { "'x' in variables", 8, "this is not a value; name one of its members" },
    { "C == {}", 1, "this is not a value; name one of its members" },
    { "'x' in constants", 8, "this is not a value; name one of its members" },
    { "G.exists(k, true)", 1, "this is not a value; name one of its members" },
    { "size(globals) == 0", 6, "this is not a value; name one of its members" },
    { "request.auxData.jwts.x.y == 1", 24, "not supported yet: auxData other than jwt" },
    { "P.policyVersion.x == 'x'", 17, "this is a text and has no members" },
    { "R.id.x == 'a'", 6, "has no members" },
    { "runtime.x == 1", 9, "effectiveDerivedRoles only" },
    { "V.nope", 3, "there is no variable 'nope'" },
    { "C.nope == 1", 3, "there is no constant 'nope'" },
    { "'x' in runtime.effectiveDerivedRoles", 5, "no imported derived role" },
    { "R.attr.arguments.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa == 1",
      1, "at most 63 bytes" },
    { "R.attr.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o == 1", 1, "nested too deeply" },
    { "R.attr.Amount == 1 && R.attr.amount == 1", 23, "letter case" },
    /* Types and constants. */
    { "5", 1, "a condition is true or false, this is of type int" },
    { "1 / 0 == 1", 3, "this is always an error: division by zero" },
    { "R.attr.n == 1 + (2 + 3 / (1 - 1))", 24, "division by zero" },
    { "9223372036854775807 + 1 == 1", 21, "out of range" },
    { "'a' + 1 == 1", 5, "no such overload" },
    { "1 < 'a'", 3, "no such overload" },
    { "R.attr.n < null", 10, "null has no order" },
    { "{1: 2, 1: 3} == {}", 1, "a map key is given twice" },
    { "[1][5] == 1", 4, "index out of range" },
    { "!5", 1, "no such overload" },
    { "int('x') == 1", 1, "cannot be converted" },
    { "timestamp('2026-02-30T00:00:00Z') < now()", 1, "this is always an error" },
    { "now() > 5", 7, "now() compares with a timestamp" },
    { "R.attr.n in 5", 10, "takes a list or a map" },
    /* Functions. */
    { "R.attr.s.lowerAsci() == 'a'", 10, "did you mean lowerAscii()?" },
    { "lowerAscii(R.attr.s) == 'a'", 1, "lowerAscii() is written x.lowerAscii()" },
    { "R.attr.s.charAt() == 'a'", 10, "charAt() takes 1 argument" },
    { "R.attr.s.substring(1, 2, 3) == 'a'", 10, "substring() takes 1 to 2 arguments" },
    { "R.attr.s.type() == string", 10, "type() is written type(x)" },
    { "optional.of(R.attr.s).hasValue()", 23, "optional values are not part of this engine" },
    { "R.attr.s.map(x, y)", 17, "there is no 'y' here" },
    { "R.attr.list.exists(x, x > 1 && z.a == 1)", 32, "there is no 'z' here" },
    { "regex.replace(R.attr.s, 'a', 'b') == ''", 22, "this is a constant text" },
    { "regex.replace('a', 'a', 'b', 1u) == ''", 30, "how often is a constant int" },
    { "regex.replace('a', 'a', 'b', 3000000000) == ''", 30, "more often than anything" },
    { "regex.replace('a', '(', 'b') == ''", 20, "in the pattern '(', at character 1" },
    { "regex.replace('a', '(a)', r'\\2') == ''", 27, "the pattern has no group 2, only 1" },
    { "regex.replace('a', 'a', r'\\x') == ''", 25, "a backslash stands before a digit" },
    { "regex.replace('a', 'a', '\\\\') == ''", 25, "a backslash stands before a digit" },
    { "regex.replace('a', 'a') == ''", 7, "regex.replace() takes 3 to 4 arguments" },
    { "regex.extract(R.attr.s, 'a(b)').value() == 'b'", 22, "this is a constant text" },
    { "regex.extract('a', 'a') == 'b'", 7, "write .orValue(x), .hasValue() or .value()" },
    { "regex.extract('a', '(a)(b)').hasValue()", 20, "more than one group" },
    { "regex.extract('a', 'b').value() == R.attr.s", 25, "there is no value" },
    { "regex.extractAll('a', '(a)(b)') == R.attr.l", 23, "more than one group" },
    { "regex.extractAll(R.attr.s, 'a') == []", 25, "this is a constant text" },
    { "regex.extract('a', 'a').or('b')", 25, "there is no function or()" },
    { "math.sine(R.attr.n) == 1.0", 6,
      "there is no function math.sine(); did you mean math.sign()?" },
    { "json.encode(R.attr.n) == '1'", 6, "there is no function json.encode()" },
    { "now().getHours(R.attr.zone) == 1", 23, "a time zone is a constant text" },
    { "['UTC'].exists(z, now().getHours(z) == 1)", 34, "a time zone is a constant text" },
    { "now().getHours('Europe/Nowhere') == 1", 16, "there is no time zone Europe/Nowhere" },
    { "T{a: 1} == 1", 1, "messages are not part of this engine" },
    { "R.attr.list.transformMapEntry(k, v, {k: v, v: k}) == {}", 37, "one entry for each" },
    { "runtime.effectiveDerivedRoles.x == 1", 31, "effectiveDerivedRoles only" },
    /* Too much for an engine. */
    { "R.attr.l.all(a, R.attr.l.all(b, R.attr.l.all(c, R.attr.l.all(d, R.attr.l.all(e, "
      "R.attr.l.all(f, R.attr.l.all(g, a == g)))))))",
      10, "more than 6 deep" },
    { "R.attr.l.all(a, R.attr.l.all(b, R.attr.l.all(c, R.attr.l.all(d, a + b == c + d))))", 1,
      "over lists of 32 elements this expression takes more than 1000000 steps" },
    { "size(lists.range(1000000)) == 1", 12, "this is always an error: " },
    /* Patterns. */
    { "R.attr.s.matches(R.attr.p)", 25, "the pattern of matches() is a constant text" },
    { "R.attr.s.matches('a(b')", 18, "at character 2: this group has no closing parenthesis" },
    { "R.attr.s.matches('[a-\\\\d]')", 18, "a range ends with one character" },
    { "R.attr.s.matches('(a)\\\\1')", 18, "back references" },
    { "R.attr.s.matches('(?=a)')", 18, "look-around" },
    { "R.attr.s.matches('\\\\p{Grek}')", 18, "Unicode has no category or script of this name" },
    { "R.attr.s.matches('^(?i)\\\\pL{1,50}$')", 18, "the pattern '^(?i)\\pL{1,50}$' needs" },
    { "R.attr.list.exists(x, R.attr.s.matches(x))", 40, "the pattern of matches() is a constant" },
    { "R.attr.s.matches('a' + R.attr.p)", 22, "the pattern of matches() is a constant text" },
    { "R.attr.s.matches('a{1001}')", 18, "more than 1000 times" },
    { "R.attr.s.matches('a.{0,300}b')", 18, "the budget is 512" },
    { "R.attr.s.matches('^(a|b)*a(a|b){12}$')", 18,
      "the pattern '^(a|b)*a(a|b){12}$' needs 4096 states or more, the budget is 512" },
};

static struct policy_text p;

void setUp(void)
{
}

void tearDown(void)
{
    policy_text_free(&p);
    p = (struct policy_text){ 0 };
}

static void expect_error(const struct mark *mark, const char *says, const char *what)
{
    char place[64];
    char messages[4096];

    snprintf(messages, sizeof messages, "%s\n%s", what, policy_text_messages(&p));
    snprintf(place, sizeof place, "%s:%u:%u: error: ", mark->file, mark->line, mark->column);
    if (mark->line > 0 && strstr(messages, place) == NULL) TEST_FAIL_MESSAGE(messages);
    if (strstr(messages, says) == NULL) TEST_FAIL_MESSAGE(messages);
}

static void test_errors(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mark mark = { "0.yaml", rows[i].column > 0 ? 11 : 0, 12 + rows[i].column };
        TEST_ASSERT_FALSE_MESSAGE(policy_text_allow_when(&p, rows[i].condition), rows[i].condition);
        expect_error(&mark, rows[i].says, rows[i].condition);
        policy_text_free(&p);
    }
}

static void nest(char *out, const char *open, size_t count, const char *inner, const char *close)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) out += sprintf(out, "%s", open);
    out += sprintf(out, "%s", inner);
    for (size_t i = 0; i < count; i++) out += sprintf(out, "%s", close);
}

static void test_nesting(void)
{
    static char text[20000];

    nest(text, "(", 60, "R.attr.n == 1", ")");
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, text), policy_text_messages(&p));
    policy_text_free(&p);
    nest(text, "(", 5000, "R.attr.n == 1", ")");
    TEST_ASSERT_FALSE(policy_text_allow_when(&p, text));
    TEST_ASSERT_NOT_NULL(strstr(policy_text_messages(&p), "nested too deeply"));
    policy_text_free(&p);
    nest(text, "!", 5000, "R.attr.b", "");
    TEST_ASSERT_FALSE(policy_text_allow_when(&p, text));
    policy_text_free(&p);
    nest(text, "R.attr.n == 1 || ", 400, "R.attr.n == 2", "");
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, text), policy_text_messages(&p));
}

static void refuses(const char *text, const char *place, const char *says)
{
    TEST_ASSERT_FALSE_MESSAGE(policy_text_allow_when(&p, text), says);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(policy_text_messages(&p), place), policy_text_messages(&p));
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(policy_text_messages(&p), says), policy_text_messages(&p));
    policy_text_free(&p);
}

/* `count` times `part` with its number, between the two others. */
static void repeat(char *out, const char *begin, const char *part, unsigned count, const char *end)
{
    out += sprintf(out, "%s", begin);
    for (unsigned i = 0; i < count; i++) out += sprintf(out, part, i);
    sprintf(out, "%s", end);
}

/* What is larger than the memory of an engine, or takes longer than it grants. */
static void test_sizes(void)
{
    static char text[60000];

    repeat(text, "R.attr.n in [", "R.attr.a + %u, ", 500, "1]");
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, text), policy_text_messages(&p));
    policy_text_free(&p);
    repeat(text, "R.attr.n in [", "R.attr.a + %u, ", 520, "1]");
    refuses(text, "0.yaml:11:22: error: ", "takes more than 2048 instructions; split it");
    nest(text, "R.attr.n + (", 40, "R.attr.n", ")");
    strcat(text, " == 1");
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, text), policy_text_messages(&p));
    policy_text_free(&p);
    nest(text, "[R.attr.n, ", 70, "R.attr.n", "]");
    strcat(text, " == []");
    refuses(text, "0.yaml:11:", "nested");
    repeat(text, "R.attr.a0 in [", "R.attr.a%u, ", 512, "1]");
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, text), policy_text_messages(&p));
    policy_text_free(&p);
    repeat(text, "R.attr.b in [", "R.attr.a%u, ", 513, "1]");
    refuses(text, "0.yaml:11:", "they have 514 attributes, an engine takes 512");
    repeat(text, "", "R.attr.a == %u || ", 256, "R.attr.b");
    refuses(text, "0.yaml:10:11: error: ", "this condition takes 513 steps, an engine takes 512");
    repeat(text, "R.attr.n == R", ".attr", 9, " && R.attr.b");
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, text), policy_text_messages(&p));
    policy_text_free(&p);
    repeat(text, "R.attr.n == R", ".attr", 20, "");
    refuses(text, "0.yaml:11:", "nested too deeply");
}

static void test_too_many_conditions(void)
{
    static char text[60000];
    const char *files[] = { text };
    char *out = text;

    out +=
        sprintf(out, "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  rules:\n");
    for (unsigned i = 0; i < 1025; i++) {
        out += sprintf(out, "%s R.attr.a == %u\n",
                       i % 200 == 0
                           ? "    - actions: [act]\n"
                             "      effect: EFFECT_ALLOW\n      roles: [r]\n      condition:\n"
                             "        match:\n          expr: >-\n           "
                           : "            ||",
                       i);
    }
    TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, files, 1));
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(policy_text_messages(&p),
                                        "they have 1025 distinct conditions, an engine takes 1024"),
                                 policy_text_messages(&p));
}

/* Names and rules that an engine has no number for. */
static void test_too_many_roles_and_rules(void)
{
    static char text[400000];
    const char *files[] = { text };

    repeat(text,
           "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  rules:\n"
           "    - {actions: [a], effect: EFFECT_ALLOW, roles: [",
           "r%u, ", 256, "last]}\n");
    TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, files, 1));
    TEST_ASSERT_NOT_NULL_MESSAGE(
        strstr(policy_text_messages(&p),
               "they have 257 roles and derived roles, an engine takes 256"),
        policy_text_messages(&p));
    policy_text_free(&p);
    repeat(text, "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  rules:\n",
           "    - {actions: [a%u], effect: EFFECT_ALLOW, roles: [r]}\n", 4097, "");
    TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, files, 1));
    TEST_ASSERT_NOT_NULL_MESSAGE(
        strstr(policy_text_messages(&p), "they have 4097 rules, an engine takes 4096"),
        policy_text_messages(&p));
}

/* Where an expression is written in other YAML forms, the place is still the right one. */
static void test_places(void)
{
    static const struct {
        const char *expr;
        unsigned line, column;
    } forms[] = {
        { "          expr: R.attr.n == 1 && V.x\n", 10, 36 },
        { "          expr: 'R.attr.s == ''a'' && V.x'\n", 10, 41 },
        { "          expr: \"R.attr.s == \\\"a\\\" && V.x\"\n", 10, 41 },
        { "          expr: \"\\u0052.attr.s == '\\xe9' && V.x\"\n", 10, 47 },
        { "          expr: |\n            R.attr.n == 1 &&\n            V.x\n", 12, 15 },
        { "          expr: >-\n            R.attr.n == 1\n            && V.x\n", 12, 18 },
        { "          expr: R.attr.n == 1\n            && V.x\n", 11, 18 },
        { "          expr: R.attr.\xc3\xa9 == 1 && V.x\n", 10, 24 },
    };
    static char text[2000];
    const char *files[] = { text };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        snprintf(text, sizeof text,
                 "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  rules:\n"
                 "    - actions: [act]\n      effect: EFFECT_ALLOW\n      roles: [r]\n"
                 "      condition:\n        match:\n%s",
                 forms[i].expr);
        struct mark mark = { "0.yaml", forms[i].line, forms[i].column };
        TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, files, 1));
        expect_error(&mark, "", forms[i].expr);
        policy_text_free(&p);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_errors);
    RUN_TEST(test_nesting);
    RUN_TEST(test_sizes);
    RUN_TEST(test_too_many_conditions);
    RUN_TEST(test_too_many_roles_and_rules);
    RUN_TEST(test_places);
    return UNITY_END();
}
