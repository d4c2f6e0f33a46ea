/* What CEL conditions come to: compiled, opened, decided, with an error told apart from false by
 * what a DENY rule with the same condition does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/compile/policy_text.h"
#include "unity.h"

/* T true, F false, E error. */
struct row {
    const char *condition;
    const char *resource_attr;
    char expected;
};

#define ARGS(inside) "\"arguments\":{" inside "}"

static const char principal_attr[] =
    "\"region\":\"eu\",\"limit\":500,\"vip\":true,\"team\":\"blue\"";

static const struct row rows[] = {
    /* What a pattern finds in a constant text is found while building. */
    { "R.attr.s == regex.replace('one two', '(o)n(e)', r'\\2\\1\\0')", "\"s\":\"eoone two\"", 'T' },
    { "R.attr.s == regex.replace('aaa', 'a', 'b', 2)", "\"s\":\"bba\"", 'T' },
    { "R.attr.s == regex.replace('aaa', 'a', 'b', -7)", "\"s\":\"bbb\"", 'T' },
    { "R.attr.s == regex.replace('aaa', '(', 'b', 0)", "\"s\":\"aaa\"", 'T' },
    { "R.attr.s == regex.replace('ab', 'x*', '-')", "\"s\":\"-a-b-\"", 'T' },
    { "R.attr.s == regex.replace('a\xc3\xa9', '', '.')", "\"s\":\".a.\xc3\xa9.\"", 'T' },
    { "R.attr.s == regex.replace('a.b', r'[.]', r'\\\\')", "\"s\":\"a\\\\b\"", 'T' },
    { "R.attr.s == regex.replace('ac', 'a(b)?c', r'<\\1>')", "\"s\":\"<>\"", 'T' },
    { "R.attr.s == regex.replace('a', 'x', r'\\9')", "\"s\":\"a\"", 'T' },
    { "R.attr.s == regex.replace('aabb', '(a+?)(b*)', r'\\2\\1')", "\"s\":\"abba\"", 'T' },
    { "R.attr.s == regex.replace('ab', 'a|ab', 'x')", "\"s\":\"xb\"", 'T' },
    { "R.attr.s == regex.extract('k=12;', r'=(\\d+)').orValue('none')", "\"s\":\"12\"", 'T' },
    { "R.attr.s == regex.extract('k=12;', r'\\d').value()", "\"s\":\"1\"", 'T' },
    { "R.attr.s == regex.extract('k=;', r'=(\\d*)').orValue('none')", "\"s\":\"none\"", 'T' },
    { "R.attr.s == regex.extract('k', '(x)').orValue(R.attr.t)", "\"s\":\"a\",\"t\":\"a\"", 'T' },
    { "regex.extract('k', 'x').hasValue() || R.attr.b", "\"b\":false", 'F' },
    { "regex.extract('', '').hasValue() && R.attr.b", "\"b\":true", 'T' },
    { "R.attr.s in regex.extractAll('a1 b2', r'[a-z](\\d)')", "\"s\":\"2\"", 'T' },
    { "R.attr.s in regex.extractAll('a1 b', r'[a-z](\\d?)')", "\"s\":\"\"", 'F' },
    { "R.attr.n == regex.extractAll('aaaa', 'aa').size()", "\"n\":2", 'T' },
    { "R.attr.n == regex.extractAll('ab', '').size()", "\"n\":3", 'T' },
    { "R.attr.n == regex.extractAll('x', 'y').size()", "\"n\":0", 'T' },
    /* Patterns that look at both sides of a place, and Unicode. */
    { "R.attr.s.matches(r'\\bcat\\b')", "\"s\":\"a cat\"", 'T' },
    { "R.attr.s.matches(r'\\bcat\\b')", "\"s\":\"concat\"", 'F' },
    { "R.attr.s.matches('(?m)^b$')", "\"s\":\"a\\nb\"", 'T' },
    { "R.attr.s.matches(r'(?i)^\xc3\xa9\\p{Lu}$')", "\"s\":\"\xc3\x89x\"", 'T' },
    /* Comparison with constants, whole and not. */
    { "R.attr.n > 5", "\"n\":6", 'T' },
    { "R.attr.n > 5", "\"n\":5", 'F' },
    { "R.attr.n > 5", "\"n\":5.0", 'F' },
    { "R.attr.n > 5", "\"n\":5.5", 'T' },
    { "R.attr.n > 5", "\"n\":\"6\"", 'E' },
    { "R.attr.n > 5", "\"n\":null", 'E' },
    { "R.attr.n > 5", "", 'E' },
    { "R.attr.n > 5", "\"n\":9007199254740993", 'T' },
    { "R.attr.n == 9007199254740993", "\"n\":9007199254740993", 'T' },
    { "R.attr.n == 9007199254740992", "\"n\":9007199254740993", 'F' },
    { "R.attr.n > 5", "\"n\":1e400", 'E' },
    { "R.attr.n > 5", "\"n\":99999999999999999999", 'E' },
    { "5 < R.attr.n", "\"n\":6", 'T' },
    { "5 >= R.attr.n", "\"n\":6", 'F' },
    { "R.attr.n >= 5u", "\"n\":5", 'T' },
    { "R.attr.n <= -2.5", "\"n\":-3", 'T' },
    { "R.attr.n == 5", "\"n\":\"5\"", 'F' },
    { "R.attr.n != 5", "\"n\":\"5\"", 'T' },
    { "R.attr.n == null", "\"n\":null", 'T' },
    { "R.attr.n == null", "", 'E' },
    { "R.attr.s == \"a\\u00e9\"", "\"s\":\"a\\u00E9\"", 'T' },
    { "R.attr.s == 'x'", "\"s\":\"\\u0078\"", 'T' },
    { "R.attr.s < 'b'", "\"s\":\"a\"", 'T' },
    { "R.attr.s == '''it's'''", "\"s\":\"it's\"", 'T' },
    { "R.attr.s == r'\\d'", "\"s\":\"\\\\d\"", 'T' },
    { "R.attr.b == true", "\"b\":true", 'T' },
    { "R.attr.b == true", "\"b\":\"true\"", 'F' },
    /* A boolean attribute as a condition. */
    { "R.attr.b", "\"b\":true", 'T' },
    { "R.attr.b", "\"b\":1", 'E' },
    { "!R.attr.b", "\"b\":false", 'T' },
    { "!R.attr.b", "", 'E' },
    { "P.attr.vip", "", 'T' },
    { "P.attr[\"vip\"]", "", 'T' },
    { "R.attr[\"a-b\"] == 1", "\"a-b\":1", 'T' },
    /* Paths under their long names, and two attributes. */
    { "request.resource.attr.n == 1 && request.principal.id == 'sue'", "\"n\":1", 'T' },
    { "request.auxData.jwt.acr == 'mfa'", "", 'T' },
    { "request.aux_data.jwt.level >= 3", "", 'T' },
    { "R.kind == 'k' && R.id == 'one'", "", 'T' },
    { "R.attr.arguments.region == P.attr.region", ARGS("\"region\":\"eu\""), 'T' },
    { "R.attr.arguments.region == P.attr.region", ARGS("\"region\":\"us\""), 'F' },
    { "R.attr.arguments.region != P.attr.nothing", ARGS("\"region\":\"us\""), 'E' },
    { "R.attr.n > P.attr.limit", "\"n\":500.5", 'T' },
    { "R.attr.arguments.a.b.c == 1", ARGS("\"a\":{\"b\":{\"c\":1}}"), 'T' },
    { "R.attr.arguments.a.b.c == 1", ARGS("\"a\":{\"b\":7}"), 'E' },
    /* has */
    { "has(R.attr.n)", "\"n\":null", 'T' },
    { "has(R.attr.n)", "", 'F' },
    { "has(R.attr.arguments.n)", ARGS(""), 'F' },
    { "has(R.attr.arguments.n)", "", 'E' },
    { "has(R.attr.arguments.n)", "\"arguments\":[]", 'E' },
    { "has(P.id) && has(P.roles)", "", 'T' },
    { "has(request.auxData.jwt.acr) && !has(request.auxData.jwt.none)", "", 'T' },
    { "!has(R.attr.n) || R.attr.n > 5", "", 'T' },
    { "!has(R.attr.n) || R.attr.n > 5", "\"n\":5", 'F' },
    /* in */
    { "R.attr.s in ['a', 'b']", "\"s\":\"b\"", 'T' },
    { "R.attr.s in ['a', 'b']", "\"s\":\"c\"", 'F' },
    { "R.attr.s in ['a', 'b']", "", 'E' },
    { "R.attr.n in [1, 2.0, 3u]", "\"n\":2", 'T' },
    { "R.attr.n in [1, 'x', null, true]", "\"n\":null", 'T' },
    { "R.attr.n in [1, 'x', null, true]", "\"n\":false", 'F' },
    { "R.attr.n in []", "\"n\":false", 'F' },
    { "R.attr.s in {'a': 1}", "\"s\":\"a\"", 'T' },
    { "!(R.attr.s in ['a'])", "\"s\":\"b\"", 'T' },
    { "R.attr.a == R.attr.b", "\"a\":[1, 2],\"b\":[1,2.0]", 'T' },
    { "R.attr.a == R.attr.b", "\"a\":[1,2],\"b\":[2,1]", 'F' },
    { "R.attr.a != R.attr.b", "\"a\":{\"x\":1, \"y\":[]},\"b\":{\"y\":[],\"x\":1}", 'F' },
    { "R.attr.a == R.attr.b", "\"a\":[1],\"b\":\"x\"", 'F' },
    { "R.attr.a == R.attr.b", "\"a\":\"x\",\"b\":\"\\u0078\"", 'T' },
    { "R.attr.a == R.attr.b", "\"a\":1", 'E' },
    { "R.attr.a == R.id", "\"a\":[1]", 'F' },
    { "R.attr.a == P.attr.team", "\"a\":{\"x\":1}", 'F' },
    { "'x' in R.attr.list", "\"list\":[1,\"x\"]", 'T' },
    { "'y' in R.attr.list", "\"list\":[1,\"x\"]", 'F' },
    { "2 in R.attr.list", "\"list\":[1,2.0]", 'T' },
    { "'y' in R.attr.list", "\"list\":7", 'E' },
    { "'k' in R.attr.map", "\"map\":{\"k\":1}", 'T' },
    { "P.attr.region in R.attr.list", "\"list\":[\"us\",\"eu\"]", 'T' },
    { "'other' in P.roles", "", 'T' },
    { "'admin' in P.roles", "", 'F' },
    /* Texts. */
    { "R.attr.s.startsWith('ab')", "\"s\":\"abc\"", 'T' },
    { "R.attr.s.endsWith('bc')", "\"s\":\"abc\"", 'T' },
    { "R.attr.s.contains('x')", "\"s\":\"abc\"", 'F' },
    { "R.attr.s.contains('x')", "\"s\":7", 'E' },
    { "R.attr.s.startsWith(P.attr.region)", "\"s\":\"eu-1\"", 'T' },
    { "R.attr.s.matches('^cus_[A-Za-z0-9]{6,24}$')", "\"s\":\"cus_abc123\"", 'T' },
    { "R.attr.s.matches('^cus_[A-Za-z0-9]{6,24}$')", "\"s\":\"cus_abc12\"", 'F' },
    { "R.attr.s.matches('^cus_[A-Za-z0-9]{6,24}$')", "\"s\":\"cus_abc123\\n\"", 'F' },
    { "R.attr.s.matches('b+')", "\"s\":\"abbc\"", 'T' },
    { "matches(R.attr.s, 'b+')", "\"s\":\"ac\"", 'F' },
    { "R.attr.s.matches('b+')", "\"s\":5", 'E' },
    { "'abc'.matches('^a.c$')", "", 'T' },
    { "size(R.attr.s) > 2", "\"s\":\"\\u00e9\\u00e9\"", 'F' },
    { "R.attr.s.size() == 2", "\"s\":\"\\u00e9\\u00e9\"", 'T' },
    { "size(R.attr.list) >= 3", "\"list\":[1,[2,3],{}]", 'T' },
    { "size(R.attr.n) > 0", "\"n\":5", 'E' },
    { "type(R.attr.s) == string", "\"s\":\"\"", 'T' },
    { "type(R.attr.s) != list", "\"s\":[]", 'F' },
    /* Logic: CEL absorbs errors, a ternary does not. */
    { "R.attr.x == 1 || true", "", 'T' },
    { "R.attr.x == 1 || R.attr.n == 1", "\"n\":1", 'T' },
    { "R.attr.x == 1 || R.attr.n == 1", "\"n\":2", 'E' },
    { "R.attr.x == 1 && R.attr.n == 1", "\"n\":2", 'F' },
    { "R.attr.x == 1 && R.attr.n == 1", "\"n\":1", 'E' },
    { "!(R.attr.x == 1 && false)", "", 'T' },
    { "R.attr.x == 1 ? true : true", "", 'E' },
    { "R.attr.n == 1 ? R.attr.a : R.attr.b", "\"n\":1,\"a\":true", 'T' },
    { "R.attr.n == 1 ? R.attr.a : R.attr.b", "\"n\":2,\"b\":false", 'F' },
    { "!(R.attr.n == 1 ? R.attr.a : R.attr.b)", "\"n\":2,\"b\":false", 'T' },
    { "!(R.attr.n == 1 ? R.attr.a : R.attr.b)", "", 'E' },
    { "(R.attr.n == 1) == (R.attr.a == 2)", "\"n\":5,\"a\":6", 'T' },
    { "(R.attr.n == 1) != (R.attr.a == 2)", "\"n\":1,\"a\":6", 'T' },
    { "(R.attr.n == 1) == (R.attr.a == 2)", "\"n\":1", 'E' },
    { "R.attr.n == 1 || R.attr.n == 2 && R.attr.a == 3", "\"n\":1,\"a\":0", 'T' },
    { "(R.attr.n == 1 || R.attr.n == 2) && R.attr.a == 3", "\"n\":1,\"a\":0", 'F' },
    /* Folding. */
    { "R.attr.n > 2 * 2 + 1", "\"n\":6", 'T' },
    { "R.attr.n == -(3 - 5)", "\"n\":2", 'T' },
    { "R.attr.n == 7 / 2", "\"n\":3", 'T' },
    { "R.attr.n == 7.0 / 2.0", "\"n\":3.5", 'T' },
    { "R.attr.n == -7 % 3", "\"n\":-1", 'T' },
    { "R.attr.s == 'a' + \"b\"", "\"s\":\"ab\"", 'T' },
    { "R.attr.s in ['a'] + ['b']", "\"s\":\"b\"", 'T' },
    { "R.attr.n == size('\\u00e9a')", "\"n\":2", 'T' },
    { "R.attr.n == {'a': [10, 20]}.a[1]", "\"n\":20", 'T' },
    { "R.attr.n == int('12') + int(2.9)", "\"n\":14", 'T' },
    { "R.attr.s == string(12)", "\"s\":\"12\"", 'T' },
    { "R.attr.n == 0x10", "\"n\":16", 'T' },
    { "R.attr.n == -9223372036854775808", "\"n\":-9223372036854775808", 'T' },
    { "1 == 1.0 && 'a' < 'b' && !(2u > 3)", "", 'T' },
    { "has({'a': 1}.a) && !has({'a': 1}.b)", "", 'T' },
    { "true ? R.attr.n == 1 : R.attr.n == 2", "\"n\":1", 'T' },
    { "R.attr.n == 1 // a comment", "\"n\":1", 'T' },
    /* Time: the request is decided at 2027-01-15T08:00:00Z. */
    { "now() < timestamp('2027-01-15T08:00:01Z')", "", 'T' },
    { "now() > timestamp('2027-01-15T09:00:00.000+01:00')", "", 'F' },
    { "timestamp('2027-01-15T09:00:00+01:00') == now()", "", 'T' },
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

static char truth_of(const struct row *row)
{
    TEST_ASSERT_TRUE_MESSAGE(policy_text_allow_when(&p, row->condition), policy_text_messages(&p));
    bool allowed = policy_text_decide(&p, principal_attr, row->resource_attr).outcome == PN_ALLOW;
    policy_text_free(&p);
    TEST_ASSERT_TRUE_MESSAGE(policy_text_deny_when(&p, row->condition), policy_text_messages(&p));
    struct pn_decision deny = policy_text_decide(&p, principal_attr, row->resource_attr);
    policy_text_free(&p);
    if (allowed) return deny.outcome == PN_DENY && deny.why == PN_WHY_RULE ? 'T' : '?';
    if (deny.outcome == PN_ALLOW) return 'F';
    return deny.why == PN_WHY_ERROR ? 'E' : '?';
}

static void test_conditions(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[] = { rows[i].expected, 0 }, found[] = { truth_of(&rows[i]), 0 };
        TEST_ASSERT_EQUAL_STRING_MESSAGE(expected, found, rows[i].condition);
    }
}

/* The condition is too wide for masks and becomes a program: it must mean the same. */
static void test_program(void)
{
    const char *wide = "(R.attr.a == 1 || R.attr.b == 1) && (R.attr.c == 1 || R.attr.d == 1) && "
                       "(R.attr.e == 1 || R.attr.f == 1) && (R.attr.g == 1 || R.attr.h == 1)";
    const struct row cases[] = {
        { wide, "\"a\":1,\"c\":1,\"e\":1,\"g\":1", 'T' },
        { wide, "\"b\":1,\"d\":1,\"f\":1,\"h\":1", 'T' },
        { wide, "\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":0,\"h\":0", 'F' },
        { wide, "\"a\":1,\"c\":1,\"e\":1,\"g\":0", 'E' },
        { wide, "\"a\":0,\"b\":0,\"c\":1,\"e\":1,\"g\":0", 'F' },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[] = { cases[i].expected, 0 }, found[] = { truth_of(&cases[i]), 0 };
        TEST_ASSERT_EQUAL_STRING_MESSAGE(expected, found, cases[i].resource_attr);
    }
    TEST_ASSERT_TRUE(policy_text_allow_when(&p, wide));
    TEST_ASSERT_GREATER_THAN(0, p.policy.blob.section[PN_POLICY_SECTION_PROGRAM].len);
}

static void test_predicates_are_shared(void)
{
    TEST_ASSERT_TRUE(policy_text_deny_when(
        &p, "R.attr.n > 5 && (P.attr.vip || 5 < request.resource.attr['n'] || R.attr.n > 3 + 2)"));
    TEST_ASSERT_EQUAL(2, p.policy.predicate_count);
    TEST_ASSERT_EQUAL(2, p.policy.slot_count);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_conditions);
    RUN_TEST(test_program);
    RUN_TEST(test_predicates_are_shared);
    return UNITY_END();
}
