/* File paths: of Unix, drives and shares; cleaned before they are compared.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "test/policy/function_call.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct pn_call_row pieces[] = {
    { "basePath(\"/path/to/dir\")", "\"dir\"" },
    { "basePath(\"/path/to/dir/\")", "\"dir\"" },
    { "basePath(\"/\")", "\"/\"" },
    { "basePath(\"\")", "\".\"" },
    { "basePath(\".\")", "\".\"" },
    { "basePath(\"..\")", "\"..\"" },
    { "basePath(\"a/../..\")", "\"..\"" },
    { "basePath(\"\\\\\\\\host\\\\share\\\\dir\\\\\")", "\"dir\"" },
    { "basePath(\"C:\\\\path\\\\..\\\\dir\")", "\"dir\"" },
    { "basePath(\"C:dir\")", "!BAD_ARGUMENT" },
    { "basePath(1)", "!NO_SUCH_OVERLOAD" },
    { "dirPath(\"/path/to/dir\")", "\"/path/to\"" },
    { "dirPath(\"/path/to/dir/\")", "\"/path/to\"" },
    { "dirPath(\"/path//to/./x/../file.txt\")", "\"/path/to\"" },
    { "dirPath(\"/\")", "\"/\"" },
    { "dirPath(\"/a\")", "\"/\"" },
    { "dirPath(\"a\")", "\".\"" },
    { "dirPath(\"\")", "\".\"" },
    { "dirPath(\"./path/to/dir\")", "\"path/to\"" },
    { "dirPath(\"../path/to\")", "\"../path\"" },
    { "dirPath(\"/../../a/b\")", "\"/a\"" },
    { "dirPath(\"\\\\\\\\host\\\\share\\\\path\\\\dir\")", "\"\\\\\\\\host\\\\share\\\\path\"" },
    { "dirPath(\"\\\\\\\\host\\\\share\\\\dir\")", "\"\\\\\\\\host\\\\share\"" },
    { "dirPath(\"\\\\\\\\host\\\\share\")", "\"\\\\\\\\host\\\\share\"" },
    { "dirPath(\"C:\\\\path\\\\to\\\\dir\")", "\"C:\\\\path\\\\to\"" },
    { "dirPath(\"C:\\\\\")", "\"C:\\\\\"" },
    { "dirPath(\"C:\")", "\"C:\\\\\"" },
    { "dirPath(\"C:.\")", "!BAD_ARGUMENT" },
    { "dirPath(\"path\\\\to\\\\dir\")", "\"path\\\\to\"" },
    { "dirPath(\"..\\\\path\\\\to\")", "\"..\\\\path\"" },
    { "dirPath(\"a\\\\..\")", "!BAD_ARGUMENT" },
    { "dirPath(null)", "!NO_SUCH_OVERLOAD" },
    { "extPath(\"/path/to/file.txt\")", "\".txt\"" },
    { "extPath(\"/path/to/file.tar.gz\")", "\".gz\"" },
    { "extPath(\"/path.d/file\")", "\"\"" },
    { "extPath(\".bashrc\")", "\".bashrc\"" },
    { "extPath(\"C:\\\\file.txt\")", "\".txt\"" },
    { "extPath(\"\")", "\".\"" },
    { "extPath(5)", "!NO_SUCH_OVERLOAD" },
    { "volumeName(\"C:\\\\foo\")", "\"C:\"" },
    { "volumeName(\"c:\")", "\"c:\"" },
    { "volumeName(\"\\\\\\\\host\\\\share\\\\foo\")", "\"\\\\\\\\host\\\\share\"" },
    { "volumeName(\"\\\\\\\\host\\\\share\")", "\"\\\\\\\\host\\\\share\"" },
    { "volumeName(\"\\\\\\\\host\")", "\"\"" },
    { "volumeName(\"\\\\\\\\host\\\\\")", "\"\"" },
    { "volumeName(\"\\\\\\\\\\\\share\")", "\"\"" },
    { "volumeName(\"/path\")", "\"\"" },
    { "volumeName(\"1:x\")", "\"\"" },
    { "volumeName(\"\")", "\"\"" },
    { "volumeName(1)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row joints[] = {
    { "joinPath([])", "\"\"" },
    { "joinPath([\"\"])", "\"\"" },
    { "joinPath([\"/a/../b\"])", "\"/a/../b\"" },
    { "joinPath([\"/path\", \"to\", \"file.txt\"])", "\"/path/to/file.txt\"" },
    { "joinPath([\"/path\", \"../x\", \"/y\"])", "\"/x/y\"" },
    { "joinPath([\"a\", \"..\", \"..\", \"b\"])", "\"../b\"" },
    { "joinPath([\"\", \"a\"])", "\"a\"" },
    { "joinPath([\"\\\\\\\\host\", \"share\", \"file.txt\"])",
      "\"\\\\\\\\host\\\\share\\\\file.txt\"" },
    { "joinPath([\"C:\", \"path\", \"file.txt\"])", "\"C:\\\\path\\\\file.txt\"" },
    { "joinPath([\"a\", 1])", "!NO_SUCH_OVERLOAD" },
    { "joinPath([1])", "!NO_SUCH_OVERLOAD" },
    { "joinPath([\"a\", \"C:x\"])", "!BAD_ARGUMENT" },
    { "joinPath(\"a\")", "!NO_SUCH_OVERLOAD" },
    { "relPath(\"/path/to/dir\", \"/path/to/dir\")", "\".\"" },
    { "relPath(\"/path/to/dir\", \"/path/to\")", "\"..\"" },
    { "relPath(\"/path/to\", \"/path/to/file.txt\")", "\"file.txt\"" },
    { "relPath(\"/path/to/dir\", \"/path/to/other\")", "\"../other\"" },
    { "relPath(\"/path/to/../dir\", \"/path/to/../other\")", "\"../other\"" },
    { "relPath(\"/a/b/c/d\", \"/a/x\")", "\"../../../x\"" },
    { "relPath(\"a/b\", \"a/c\")", "\"../c\"" },
    { "relPath(\".\", \"a/b\")", "\"a/b\"" },
    { "relPath(\"../../a\", \"../../a/b\")", "\"b\"" },
    { "relPath(\"..\", \"a\")", "!BAD_ARGUMENT" },
    { "relPath(\"/a\", \"a\")", "!BAD_ARGUMENT" },
    { "relPath(\"\\\\\\\\host\\\\share\\\\a\", \"\\\\\\\\host\\\\share\\\\b\")", "\"..\\\\b\"" },
    { "relPath(\"C:\\\\path\\\\dir\", \"C:\\\\path\\\\other\")", "\"..\\\\other\"" },
    { "relPath(\"C:\\\\path\", \"C:\\\\path\\\\file.txt\")", "\"file.txt\"" },
    { "relPath(\"path\\\\dir\", \"path\\\\other\")", "\"..\\\\other\"" },
    { "relPath(\"a\", 1)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row prefixes[] = {
    { "pathHasPrefix(\"/srv/data/x\", \"/srv/data\")", "true" },
    { "pathHasPrefix(\"/srv/data/.hidden\", \"/srv/data\")", "true" },
    { "pathHasPrefix(\"/srv/data/..x\", \"/srv/data\")", "true" },
    { "pathHasPrefix(\"/srv/data\", \"/srv/data/\")", "true" },
    { "pathHasPrefix(\"/srv/database\", \"/srv/data\")", "false" },
    { "pathHasPrefix(\"/srv/data/../secret\", \"/srv/data\")", "false" },
    { "pathHasPrefix(\"/srv/data/a/../../secret\", \"/srv/data\")", "false" },
    { "pathHasPrefix(\"/srv//data/./x\", \"/srv/data\")", "true" },
    { "pathHasPrefix(\"/srv\", \"/srv/data\")", "false" },
    { "pathHasPrefix(\"/x\", \"/\")", "true" },
    { "pathHasPrefix(\"a/b\", \".\")", "true" },
    { "pathHasPrefix(\"../b\", \".\")", "false" },
    { "pathHasPrefix(\"../a/b\", \"a\")", "false" },
    { "pathHasPrefix(\"a\", \"..\")", "!BAD_ARGUMENT" },
    { "pathHasPrefix(\"a\", \"/\")", "!BAD_ARGUMENT" },
    { "pathHasPrefix(\"C:\\\\data\\\\x\", \"C:\\\\data\")", "true" },
    { "pathHasPrefix(\"C:\\\\data\\\\..\\\\x\", \"C:\\\\data\")", "false" },
    { "pathHasPrefix(\"D:\\\\data\\\\x\", \"C:\\\\data\")", "false" },
    { "pathHasPrefix(\"\\\\\\\\host\\\\share\\\\x\", \"\\\\\\\\host\\\\share\")", "true" },
    { "pathHasPrefix(1, \"a\")", "!NO_SUCH_OVERLOAD" },
    { "pathHasPrefix(\"a\", 1)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row patterns[] = {
    { "pathMatch(\"/path/to/file.zip\", \"/path/to/*.zip\")", "true" },
    { "pathMatch(\"/path/to/file.zip\", \"/path/to/*.txt\")", "false" },
    { "pathMatch(\"/path/to/file.zip\", \"/path/*.zip\")", "false" },
    { "pathMatch(\"/path/to/../etc/file.zip\", \"/path/to/*/*.zip\")", "false" },
    { "pathMatch(\"/path/to/file.zip\", \"/*/*/*\")", "true" },
    { "pathMatch(\"/path/to/file.zip\", \"/*/*\")", "false" },
    { "pathMatch(\"/path/\", \"/*\")", "true" },
    { "pathMatch(\"/\", \"/\")", "true" },
    { "pathMatch(\"abc\", \"a?c\")", "true" },
    { "pathMatch(\"a/c\", \"a?c\")", "false" },
    { "pathMatch(\"a\xC2\xA9"
      "c\", \"a?c\")",
      "true" },
    { "pathMatch(\"ac\", \"a?c\")", "false" },
    { "pathMatch(\"abxbcbz\", \"a*bcb*\")", "true" },
    { "pathMatch(\"aaab\", \"*a*b\")", "true" },
    { "pathMatch(\"aaa\", \"*a*b\")", "false" },
    { "pathMatch(\"b\", \"[a-c]\")", "true" },
    { "pathMatch(\"d\", \"[a-c]\")", "false" },
    { "pathMatch(\"d\", \"[^a-c]\")", "true" },
    { "pathMatch(\"\xC3\xA9\", \"[\xC3\xA0-\xC3\xBC]\")", "true" },
    { "pathMatch(\"x\", \"[abx]y\")", "false" },
    { "pathMatch(\"a/b\", \"a[^x]b\")", "false" },
    { "pathMatch(\"a]\", \"a]\")", "true" },
    { "pathMatch(\"\", \"*\")", "true" },
    { "pathMatch(\"a\", \"[\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"a\", \"[]a]\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"a\", \"[a-]\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"a\", \"[-x]\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"a\", \"[^]\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"a\", \"b[a\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"a\", \"*[a-\")", "!BAD_ARGUMENT" },
    { "pathMatch(\"C:\\\\path\\\\file.zip\", \"C:\\\\path\\\\*.zip\")", "true" },
    { "pathMatch(\"D:\\\\path\\\\file.zip\", \"C:\\\\path\\\\*.zip\")", "false" },
    { "pathMatch(\"a\", 1)", "!NO_SUCH_OVERLOAD" },
    { "pathMatch(1, \"a\")", "!NO_SUCH_OVERLOAD" },
    { "pathMatchAnyOf(\"/a/b.txt\", [\"/x/*\", \"/a/*\"])", "true" },
    { "pathMatchAnyOf(\"/a/b.txt\", [\"/x/*\"])", "false" },
    { "pathMatchAnyOf(\"/a/b.txt\", [])", "false" },
    { "pathMatchAnyOf(\"/a/b.txt\", [\"/x\", \"[\"])", "!BAD_ARGUMENT" },
    { "pathMatchAnyOf(\"/a/b.txt\", [\"/a/*\", \"[\"])", "true" },
    { "pathMatchAnyOf(\"/a/b.txt\", [1])", "!NO_SUCH_OVERLOAD" },
    { "pathMatchAnyOf(\"/a/b.txt\", \"/a/*\")", "!NO_SUCH_OVERLOAD" },
    { "pathMatchAnyOf(1, [\"/a/*\"])", "!NO_SUCH_OVERLOAD" },
};

static void test_pieces(void)
{
    PN_CALL_CHECK_ALL(pieces);
}

static void test_joints(void)
{
    PN_CALL_CHECK_ALL(joints);
}

static void test_prefixes(void)
{
    PN_CALL_CHECK_ALL(prefixes);
}

static void test_patterns(void)
{
    PN_CALL_CHECK_ALL(patterns);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_pieces);
    RUN_TEST(test_joints);
    RUN_TEST(test_prefixes);
    RUN_TEST(test_patterns);
    return UNITY_END();
}
