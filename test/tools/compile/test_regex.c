/* Patterns against texts: rows, RE2's corners, budgets, and generated patterns against the C
 * library's regcomp() where both speak the same language.
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/utf8.h"
#include "tools/compile/dfa.h"
#include "tools/compile/regex_search.h"
#include "unity.h"

static struct arena arena;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
}

struct row {
    const char *pattern;
    const char *yes[4]; /* texts it matches somewhere */
    const char *no[4];
};

static const struct row rows[] = {
    { "", { "", "x" }, { NULL } },
    { "abc", { "abc", "xabcx" }, { "ab", "abd" } },
    { "^abc$", { "abc" }, { "xabc", "abcx", "abc\n" } },
    { "\\Aabc\\z", { "abc" }, { "xabc", "abcx" } },
    { "^", { "", "x" }, { NULL } },
    { "^$", { "" }, { "x" } },
    { "a^b", { NULL }, { "ab", "a^b" } },
    { "(^a|b)c", { "ac", "xbc" }, { "xac" } },
    { "a(b$|c)", { "ab", "acx" }, { "abx" } },
    { "a|b|", { "", "zzz" }, { NULL } },
    { "^(ab|cd)*$", { "", "abcd" }, { "abc" } },
    { "^a+?b??$", { "a", "aab" }, { "b", "abb" } },
    { "^a{2}$", { "aa" }, { "a", "aaa" } },
    { "^a{2,}$", { "aa", "aaaa" }, { "a" } },
    { "^a{1,3}$", { "a", "aaa" }, { "", "aaaa" } },
    { "^a{0}$", { "" }, { "a" } },
    { "a{,2}", { "a{,2}" }, { "aa" } },
    { "^.$", { "x", "\xc3\xa9", "\xf0\x9f\x98\x80" }, { "", "\n", "xx" } },
    { "^(?s).$", { "\n" }, { "" } },
    { "^[a-c]$", { "b" }, { "d", "B" } },
    { "^[^a-c]$", { "d", "\xc3\xa9", "\n" }, { "b", "" } },
    { "^[]a]$", { "]", "a" }, { "b" } },
    { "^[a-]$", { "-", "a" }, { "b" } },
    { "^[\\d_]+$", { "1_2" }, { "a" } },
    { "^[[:alpha:]]+$", { "aZ" }, { "a1" } },
    { "^[[:^alpha:]]+$", { "12" }, { "a" } },
    { "^\\d\\D\\s\\S\\w\\W$", { "1a xa-" }, { "a1 xa-" } },
    { "^[\xc3\xa0-\xc3\xbf]$", { "\xc3\xa9" }, { "e", "\xc4\x80" } },
    { "^[\\x{100}-\\x{10ffff}]$", { "\xc4\x80", "\xf4\x8f\xbf\xbf" }, { "\xc3\xbf" } },
    { "^\\x41\\x{e9}$", { "A\xc3\xa9" }, { "A\xe9" } },
    { "^\\07\\101\\60$", { "\aA0" }, { "7A0" } },
    { "^\\0601$", { "01" }, { "\x30" } },
    { "(?i)abc", { "ABC", "xaBc" }, { "ab" } },
    { "^(?i)k$", { "k", "K", "\xe2\x84\xaa" }, { "j" } },
    { "a(?i)b", { "aB" }, { "AB" } },
    { "(?i:a)b", { "Ab" }, { "AB" } },
    { "(?-i:a)b", { "ab" }, { "Ab" } },
    { "^(?i)[^a]$", { "b" }, { "A", "a" } },
    { "(?P<year>\\d{4})-(?<m>\\d\\d)", { "2026-11" }, { "26-11" } },
    { "^\\Qa.b\\E$", { "a.b" }, { "axb" } },
    { "^\\.\\*\\[\\]$", { ".*[]" }, { "x" } },
    { "^\\a\\f\\n\\r\\t\\v$", { "\a\f\n\r\t\v" }, { "" } },
    { "\\bcat\\b",
      { "cat", "a cat!",
        "\xc3\xa9"
        "cat" },
      { "cats", "concat", "cat_" } },
    { "\\Bcat", { "concat", "_cat" }, { "cat", "a cat" } },
    { "\\B",
      { "", " ", "aa", "\xc3\xa9" },
      { "a",
        "a\xc3\xa9"
        "a",
        "a a" } },
    { "^\\b$|^\\B\\B$", { "" }, { "a", " " } },
    { "a\\b.\\b", { "a-b" }, { "a--", "ab-" } },
    { "a$b|c\\zd|e$", { "e", "xe" }, { "ab", "cd", "ex" } },
    { "(^|b)a($|c)", { "a", "bac", "ac" }, { "xa", "ax", "xac" } },
    { "(?:a$|^b)*c", { "bc", "c" }, { NULL } },
    { "$^", { "" }, { "a", "\n" } },
    { "(?m)^b$", { "b", "a\nb", "b\nc", "a\nb\nc" }, { "ab", "a\nbc", "b\r\n" } },
    { "(?m)$\n^", { "\n", "a\nb" }, { "a" } },
    { "(?m)$^", { "", "\n", "a\n\nb" }, { "a", "ab" } },
    { "(?m)\\Ab|b\\z", { "b", "a\nb", "b\na" }, { "a\nb\na" } },
    { "(?m:^b)$", { "a\nb" }, { "b\na" } },
    { "(?ms)^a.b$", { "a\nb", "c\na\nb\nd" }, { "a\n\nb" } },
    { "(?s-m)^a.b$", { "a\nb" }, { "a\nb\n" } },
    { "(?U)^a+$", { "aa" }, { "" } },
    { "(?)a(?)", { "a" }, { "b" } },
    { "^a(?i)*$", { "", "aaa" }, { "A" } },
    { "^\\Qab\\E*$", { "a", "abb" }, { "abab", "" } },
    { "^[[:a]$", { "[", ":", "a" }, { "b" } },
    { "^[\\d-z]$", { "1", "-", "z" }, { "y" } },
    { "^a{01}$", { "a{01}" }, { "a" } },
    { "^\\pL+$", { "a\xc3\xa9\xe6\x97\xa5" }, { "1", "a1", "" } },
    { "^\\PL$", { "1", "-", "\xf0\x9f\x98\x80" }, { "a", "\xc3\xa9" } },
    { "^\\p{Lu}$", { "A", "\xc3\x89" }, { "a", "\xc3\xa9", "\xc7\x85" } },
    { "^(?i)\\p{Lu}$", { "a", "\xc3\xa9", "\xc7\x85" }, { "1", "\xe6\x97\xa5" } },
    { "^\\p{^Lu}\\P{^Lu}$", { "aA", "1\xc3\x89" }, { "Aa", "AA" } },
    { "^\\p{Greek}\\p{han}$", { "\xce\xb1\xe6\x97\xa5" }, { "a\xe6\x97\xa5" } },
    { "^\\p{Old Italic}$", { "\xf0\x90\x8c\x80" }, { "a" } },
    { "^\\p{Uppercase_Letter}\\p{digit}$", { "A1", "A\xd9\xa1" }, { "a1" } },
    { "^\\p{Any}\\p{Assigned}$", { "\nA" }, { "\n\xcd\xb8" } },
    { "^\\p{Cn}$", { "\xcd\xb8" }, { "A" } },
    { "^(?i)\\p{ASCII}$", { "a", "\xe2\x84\xaa" }, { "\xc3\xa9" } },
    { "^\\p{LC}$", { "a", "A", "\xc7\x85" }, { "1", "\xca\xb0" } },
    { "^[\\p{Lu}\\d_]+$", { "A1_\xc3\x89" }, { "a" } },
    { "^[^\\pL\\PN]$", { "1" }, { "a", "-" } },
    { "^\\p{Cs}$", { NULL }, { "", "a", "\xed\x9f\xbf" } },
    { "^(?i)stra\xc3\x9f"
      "e$",
      { "STRA\xe1\xba\x9e"
        "E",
        "\xc5\xbftra\xc3\x9f"
        "e" },
      { "strasse" } },
    { "^(?i)\xcf\x83+$", { "\xce\xa3\xcf\x83\xcf\x82" }, { "s" } },
    { "^(?i)[\xc3\xa0-\xc3\xa9]$", { "\xc3\x89", "\xc3\xa9" }, { "\xc3\x8a" } },
    { "^(?i)[^\xc3\xa9]$", { "e" }, { "\xc3\x89" } },
    { "^(?i)\xc4\xb0$", { "\xc4\xb0" }, { "i", "\xc4\xb1" } },
    { "^cus_[A-Za-z0-9]{6,24}$", { "cus_abcDEF123" }, { "cus_abc", "cus_abc-def" } },
    { "^[^@\\s]+@example\\.(com|org)$",
      { "a.b@example.org" },
      { "a@b@example.com", "a@exampleXcom" } },
};

/* The answer, or a failed test when the pattern does not build. */
static bool matches(const char *pattern, const char *text)
{
    struct regex_error error;
    struct dfa dfa;
    struct regex_node *tree = regex_parse(&arena, pn_slice(pattern, strlen(pattern)), &error);

    TEST_ASSERT_NOT_NULL_MESSAGE(tree, pattern);
    TEST_ASSERT_EQUAL_MESSAGE(DFA_BUILT, dfa_build(&arena, tree, DFA_SEARCH, DFA_STATES_MAX, &dfa),
                              pattern);
    bool found = dfa_matches(&dfa, pn_slice(text, strlen(text)));
    if (pn_utf8_valid(pn_slice(text, strlen(text)))) {
        struct nfa nfa;
        TEST_ASSERT_TRUE(nfa_build(&arena, tree, &nfa));
        TEST_ASSERT_EQUAL_MESSAGE(
            found, regex_find_all(&arena, &nfa, pn_slice(text, strlen(text)), 1).list.count > 0,
            pattern);
    }
    arena_free(&arena);
    return found;
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t t = 0; t < 4 && rows[i].yes[t] != NULL; t++) {
            TEST_ASSERT_TRUE_MESSAGE(matches(rows[i].pattern, rows[i].yes[t]), rows[i].pattern);
        }
        for (size_t t = 0; t < 4 && rows[i].no[t] != NULL; t++) {
            TEST_ASSERT_FALSE_MESSAGE(matches(rows[i].pattern, rows[i].no[t]), rows[i].pattern);
        }
    }
}

static void test_refused(void)
{
    static const struct {
        const char *pattern;
        size_t at;
    } bad[] = {
        { "(", 0 },
        { ")", 0 },
        { "[a", 0 },
        { "*a", 0 },
        { "(?i)*", 4 },
        { "a**", 2 },
        { "a\\", 1 },
        { "(a)\\1", 3 },
        { "(?=a)", 2 },
        { "(?!a)", 2 },
        { "(?<=a)", 2 },
        { "(?-)a", 3 },
        { "(?i-)a", 4 },
        { "(?--i)a", 3 },
        { "(?x)a", 2 },
        { "[b-a]", 1 },
        { "[a-\\d]", 3 },
        { "[a-\\pL]", 3 },
        { "[\\b]", 1 },
        { "[[:nope:]]", 1 },
        { "\\p", 0 },
        { "x\\p{Greek", 1 },
        { "\\p{}", 0 },
        { "[\\p{Grek}]", 1 },
        { "a{2,1}", 1 },
        { "a{1001}", 1 },
        { "a{99999999999}", 1 },
        { "(?:a{40}){40}", 9 },
        { "\\x{110000}", 0 },
        { "\\xg", 0 },
        { "\\y", 0 },
        { "\\Z", 0 },
        { "\\C", 0 },
        { "(?P<1", 4 },
        { "(?P<a", 4 },
        { "|*", 1 },
        { "\\8", 0 },
        { "\\18", 0 },
        { "\\\xc3\xa9", 0 },
    };
    struct regex_error error;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pn_slice pattern = pn_slice(bad[i].pattern, strlen(bad[i].pattern));
        TEST_ASSERT_NULL_MESSAGE(regex_parse(&arena, pattern, &error), bad[i].pattern);
        TEST_ASSERT_NOT_NULL_MESSAGE(error.message, bad[i].pattern);
        TEST_ASSERT_EQUAL_MESSAGE(bad[i].at, error.at, bad[i].pattern);
    }
}

static enum dfa_result build(const char *pattern, struct dfa *dfa)
{
    struct regex_error error;
    struct regex_node *tree = regex_parse(&arena, pn_slice(pattern, strlen(pattern)), &error);

    TEST_ASSERT_NOT_NULL(tree);
    return dfa_build(&arena, tree, DFA_SEARCH, DFA_STATES_MAX, dfa);
}

static void test_size(void)
{
    struct dfa dfa;

    TEST_ASSERT_EQUAL(DFA_BUILT, build("^(a|aa|aaa|aaaa)*$", &dfa));
    TEST_ASSERT_EQUAL(2, dfa.states);
    TEST_ASSERT_EQUAL(2, dfa.classes);
    TEST_ASSERT_EQUAL(DFA_BUILT, build("^cus_[A-Za-z0-9]{6,24}$", &dfa));
    TEST_ASSERT_EQUAL(30, dfa.states);
    TEST_ASSERT_EQUAL(DFA_BUILT, build("\\pL", &dfa));
    TEST_ASSERT_LESS_THAN(300, dfa.states);
    TEST_ASSERT_EQUAL(DFA_BUILT, build("\\bname\\b", &dfa));
    TEST_ASSERT_EQUAL(7, dfa.states);
    static const char *const large[] = { "^a{600}$", "a.{40}b", "^(?i)\\pL{1,50}$",
                                         "(\\b\\pL{2}\\B){400}", "(?i)[\\pL\\pN]{1000}" };
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        clock_t begin = clock();
        TEST_ASSERT_EQUAL_MESSAGE(DFA_OVER_BUDGET, build(large[i], &dfa), large[i]);
        TEST_ASSERT_GREATER_THAN(DFA_STATES_MAX, dfa.states);
        TEST_ASSERT_LESS_THAN_MESSAGE(30 * CLOCKS_PER_SEC, clock() - begin, large[i]);
        arena_free(&arena);
    }
}

/* The places of all matches, group by group; a dash is one that took no part. */
static void test_places(void)
{
    static const struct {
        const char *pattern, *text, *places;
    } places[] = {
        { "a", "banana", "1-2 3-4 5-6 " },
        { "a*", "baac", "0-0 1-3 4-4 " },
        { "", "a\xc3\xa9", "0-0 1-1 3-3 " },
        { "\\b", "ab c", "0-0 2-2 3-3 4-4 " },
        { "(?m)^", "a\nb\n", "0-0 2-2 4-4 " },
        { "(a)|(b)", "ab", "0-1,0-1,- 1-2,-,1-2 " },
        { "(a|ab)(c|bcd)(d*)", "abcd", "0-4,0-1,1-4,4-4 " },
        { "(?U)a+", "aaa", "0-1 1-2 2-3 " },
        { "a+?b??", "ab", "0-1 " },
        { "(a){0}b", "b", "0-1,- " },
        { "(a){2}", "aaa", "0-2,1-2 " },
        { "(|a)*", "aa", "0-0,0-0 1-1,1-1 2-2,2-2 " },
        { "(b|c*?)*", "cb", "0-0,0-0 1-2,1-2 " },
        { "(aa|[^b]*?)*", "aac", "0-3,2-3 " },
        { "x", "abc", "" },
    };
    char told[200], part[32];

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct pn_slice text = pn_slice(places[i].text, strlen(places[i].text));
        struct regex_error error;
        struct nfa nfa;
        struct regex_node *tree =
            regex_parse(&arena, pn_slice(places[i].pattern, strlen(places[i].pattern)), &error);
        TEST_ASSERT_NOT_NULL(tree);
        TEST_ASSERT_TRUE(nfa_build(&arena, tree, &nfa));
        struct regex_matches found = regex_find_all(&arena, &nfa, text, SIZE_MAX);
        told[0] = 0;
        for (size_t m = 0; m < found.list.count; m++) {
            const size_t *place = found.list.items[m].place;
            for (unsigned g = 0; g <= nfa.groups; g++) {
                snprintf(part, sizeof part, "%s%zu-%zu", g > 0 ? "," : "", place[2 * g],
                         place[2 * g + 1]);
                strcat(told, place[2 * g] != REGEX_NO_PLACE ? part : g > 0 ? ",-" : "-");
            }
            strcat(told, " ");
        }
        TEST_ASSERT_EQUAL_STRING_MESSAGE(places[i].places, told, places[i].pattern);
        arena_free(&arena);
    }
}

static void test_globs(void)
{
    static const struct {
        const char *glob, *text;
        bool matches;
    } globs[] = {
        { "g:*", "g:a", true },     { "g:*", "g", false },        { "g:*", "g:a:b", false },
        { "a:**", "a:x:y", true },  { "h:*:z", "h:b:z", true },   { "h:*:z", "h:b:c:z", false },
        { "f*", "foo", true },      { "f*", "f:oo", false },      { "f*", "f", true },
        { "a?c*", "abc", true },    { "a?c*", "a:c", false },     { "[a-c]*", "bx", true },
        { "[!a-c]*", "bx", false }, { "{ab,c*}d*", "cxd", true }, { "{ab,c*}d*", "abd", true },
        { "\\**", "*x", true },     { "\\**", "x", false },       { "{a,{b,c}}*", "c", true },
        { "a,b*", "a,b", true },    { "x}*", "x}", true },
    };
    struct regex_error error;
    struct dfa dfa;

    for (size_t i = 0; i < sizeof globs / sizeof globs[0]; i++) {
        struct pn_slice text = pn_slice(globs[i].text, strlen(globs[i].text));
        struct regex_node *tree =
            glob_parse(&arena, pn_slice(globs[i].glob, strlen(globs[i].glob)), &error);
        TEST_ASSERT_NOT_NULL_MESSAGE(tree, globs[i].glob);
        TEST_ASSERT_EQUAL(DFA_BUILT, dfa_build(&arena, tree, DFA_WHOLE, DFA_STATES_MAX, &dfa));
        TEST_ASSERT_EQUAL_MESSAGE(globs[i].matches, dfa_matches(&dfa, text), globs[i].glob);
    }
    TEST_ASSERT_NULL(glob_parse(&arena, PN_SLICE("[a*"), &error));
    TEST_ASSERT_NULL(glob_parse(&arena, PN_SLICE("{a*"), &error));
    TEST_ASSERT_NULL(glob_parse(&arena, PN_SLICE("[]*"), &error));
    TEST_ASSERT_NULL(glob_parse(&arena, PN_SLICE("[b-a]*"), &error));
}

/* --- generated patterns --- */

static uint32_t seed = 1;

static unsigned chance(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % below;
}

static void append(char *out, const char *more)
{
    if (strlen(out) + strlen(more) < 200) strcat(out, more);
}

static void generate(char *out, unsigned depth)
{
    static const char *const atoms[] = { "a", "b", "c", ".", "[ab]", "[^a]", "[a-c]" };
    static const char *const repeats[] = { "", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}" };
    unsigned parts = 1 + chance(3);

    for (unsigned i = 0; i < parts; i++) {
        if (depth > 0 && chance(4) == 0) {
            append(out, "(");
            generate(out, depth - 1);
            if (chance(2) == 0) {
                append(out, "|");
                generate(out, depth - 1);
            }
            append(out, ")");
        } else {
            append(out, atoms[chance(7)]);
        }
        append(out, repeats[chance(9)]);
    }
}

static void test_against_regcomp(void)
{
    char pattern[300], inner[256], text[16];
    unsigned compared = 0;

    for (unsigned i = 0; i < 400; i++) {
        regex_t theirs;
        inner[0] = 0;
        generate(inner, 2);
        snprintf(pattern, sizeof pattern, "%s%s%s", chance(2) ? "^" : "", inner,
                 chance(2) ? "$" : "");
        if (strlen(inner) > 190 || regcomp(&theirs, pattern, REG_EXTENDED | REG_NOSUB) != 0)
            continue;
        struct regex_error error;
        struct dfa dfa;
        struct regex_node *tree = regex_parse(&arena, pn_slice(pattern, strlen(pattern)), &error);
        TEST_ASSERT_NOT_NULL_MESSAGE(tree, pattern);
        if (dfa_build(&arena, tree, DFA_SEARCH, DFA_STATES_MAX, &dfa) == DFA_BUILT) {
            for (unsigned t = 0; t < 40; t++) {
                unsigned len = chance(12);
                for (unsigned k = 0; k < len; k++) text[k] = (char)('a' + chance(4));
                text[len] = 0;
                bool expected = regexec(&theirs, text, 0, NULL, 0) == 0;
                TEST_ASSERT_EQUAL_MESSAGE(expected, dfa_matches(&dfa, pn_slice(text, len)),
                                          pattern);
                compared++;
            }
        }
        regfree(&theirs);
        arena_free(&arena);
    }
    TEST_ASSERT_GREATER_THAN(10000, compared);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_refused);
    RUN_TEST(test_size);
    RUN_TEST(test_places);
    RUN_TEST(test_globs);
    RUN_TEST(test_against_regcomp);
    return UNITY_END();
}
