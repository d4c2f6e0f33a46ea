/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyset_tools.c - keyset new, sign and show, as somebody at a shell uses them. */
/* links: linux */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/core/seal/sealed.h"
#include "tools/key_new.h"
#include "tools/keyset_make.h"
#include "tools/keyset_new.h"
#include "tools/keyset_show.h"
#include "tools/keyset_sign.h"
#include "tools/whole_file.h"
#include "unity.h"

static char folder[64], back[4096];
static char said[65536];

/* Run a command with the words of `line`; what it prints on either stream is in `said`. */
static int run(int (*tool)(int, char **), const char *line)
{
    static char words[4096];
    char *argv[64] = { "postern" };
    int argc = 1, status, kept_out = dup(1), kept_err = dup(2);
    int file = open("said", O_RDWR | O_CREAT | O_TRUNC, 0600);
    ssize_t len;

    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    fflush(stdout);
    dup2(file, 1);
    dup2(file, 2);
    status = tool(argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(kept_out, 1);
    dup2(kept_err, 2);
    len = pread(file, said, sizeof said - 1, 0);
    said[len > 0 ? len : 0] = '\0';
    close(file);
    close(kept_out);
    close(kept_err);
    return status;
}

static void expect_said(const char *text)
{
    TEST_ASSERT_TRUE_MESSAGE(strstr(said, text) != NULL, said);
}

void setUp(void)
{
    static const char *const names[] = { "-o r1", "-o r2", "-o r3", "-o p1", "-o p2" };

    sealed_crypto_init();
    strcpy(folder, "/tmp/postern-keyset-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    TEST_ASSERT_NOT_NULL(getcwd(back, sizeof back));
    TEST_ASSERT_EQUAL(0, chdir(folder));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        TEST_ASSERT_EQUAL(0, run(tool_key_new, names[i]));
    }
}

void tearDown(void)
{
    char command[256];

    TEST_ASSERT_EQUAL(0, chdir(back));
    snprintf(command, sizeof command, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

static void make_first(void)
{
    TEST_ASSERT_EQUAL(0,
                      run(tool_keyset_new, "-o 1.set --root r1.pub --root r2.pub --policy p1.pub"));
}

static void read_public(struct pn_keyset *keys, const char *path, uint8_t roles)
{
    struct pn_slice text;

    TEST_ASSERT_TRUE(pn_whole_file_read("test", path, 4096, &text));
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add_text_as(keys, text, roles));
    free((void *)(uintptr_t)text.at);
}

/* From nothing to a rotated key, and a device takes both steps. */
static void test_a_key_is_replaced(void)
{
    struct pn_keyset held = { .threshold = 2 };
    struct pn_keyset_document doc;
    struct pn_slice bytes;

    make_first();
    expect_said("version: 1\n");
    expect_said("threshold: 2 of 2 roots\n");
    expect_said("signed by: nobody yet");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "1.set -k r1.key"));
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "1.set -k r2.key"));
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "1.set -k r2.key")); /* again: no second one */
    TEST_ASSERT_EQUAL(
        0, run(tool_keyset_new, "-o 2.set --from 1.set --revoke p1.pub --policy p2.pub"));
    expect_said("version: 2\n");
    expect_said("revoked: ");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "2.set -k r2.key -o half.set"));
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "half.set --after 1.set"));
    expect_said("seal_threshold");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "half.set -k r1.key -o 2.set"));
    TEST_ASSERT_EQUAL(0, run(tool_keyset_show, "2.set --after 1.set"));
    expect_said("(good)");
    expect_said("It may follow.");

    read_public(&held, "p1.pub", PN_KEY_POLICY);
    read_public(&held, "r1.pub", PN_KEY_ROOT);
    read_public(&held, "r2.pub", PN_KEY_ROOT);
    for (int i = 1; i <= 2; i++) {
        TEST_ASSERT_TRUE(
            pn_whole_file_read("test", i == 1 ? "1.set" : "2.set", PN_KEYSET_BYTES_MAX, &bytes));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_keyset_document_check(&held, bytes, 0, &doc));
        held = doc.keys;
        free((void *)(uintptr_t)bytes.at);
    }
    TEST_ASSERT_EQUAL(2, held.version);
    TEST_ASSERT_EQUAL(1, held.revoked_count);
}

static void test_roots_are_replaced(void)
{
    make_first();
    TEST_ASSERT_EQUAL(0, run(tool_keyset_new, "-o 2.set --from 1.set --remove r1.pub "
                                              "--root r3.pub --counters 3:100"));
    expect_said("counters: epoch 3, sequence 100\n");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "2.set -k r1.key"));
    expect_said("(good; not a root of this set");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "2.set -k r2.key"));
    expect_said("(good)");
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "2.set --after 1.set")); /* too few of its own */
    expect_said("seal_threshold");
    expect_said("name it with -k");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_show, "2.set -k r1.pub"));
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "2.set -k r3.key"));
    TEST_ASSERT_EQUAL(0, run(tool_keyset_show, "2.set --after 1.set"));
}

static void test_until_counts_for_what_follows(void)
{
    TEST_ASSERT_EQUAL(0, run(tool_keyset_new, "-o 1.set --root r1.pub --policy p1.pub --until "
                                              "2099-12-31 --policy p2.pub --version 7"));
    expect_said("version: 7\n");
    expect_said("threshold: 1 of 1 roots\n");
    expect_said(" policy until 2099-12-31T00:00:00Z\n");
    expect_said(" policy\n");
}

struct bad_call {
    const char *words, *said;
    int status;
};

static const struct bad_call bad_calls[] = {
    { "", "-o FILE", 2 },
    { "-o x.set y", "what is y", 2 },
    { "-o x.set --surprise", "--help", 2 },
    { "-o x.set", "without a root key", 1 },
    { "-o x.set --policy p1.pub", "without a root key", 1 },
    { "-o x.set --root r1.pub --threshold 2", "1 root keys can never be 2", 1 },
    { "-o x.set --root r1.pub --threshold 5", "--threshold 5", 2 },
    { "-o x.set --root r1.pub --threshold 0", "--threshold 0", 2 },
    { "-o x.set --root r1.pub --version 0", "--version 0", 2 },
    { "-o x.set --root r1.pub --version 4294967296", "--version 4294967296", 2 },
    { "-o x.set --root r1.pub --counters 3", "EPOCH:SEQUENCE", 2 },
    { "-o x.set --root r1.pub --counters x:3", "EPOCH:SEQUENCE", 2 },
    { "-o x.set --root r1.pub --until never --policy p1.pub", "--until never", 2 },
    { "-o x.set --root r1.pub --policy r1.pub", "another role", 1 },
    { "-o x.set --root r1.key", "not a public key", 1 },
    { "-o x.set --root none.pub", "none.pub", 1 },
    { "-o x.set --root r1.pub --remove r2.pub", "does not have this key", 1 },
    { "-o x.set --root r1.pub --remove 0011223344556677", "does not have this key", 1 },
    { "-o x.set --root r1.pub --revoke r1.key", "neither a public key", 1 },
    { "-o x.set --root r1.pub --from r1.pub", "before all keys", 2 },
    { "-o x.set --from r1.pub", "not a key set", 1 },
    { "-o no/x.set --root r1.pub", "no/x.set", 1 },
};

static void test_bad_calls_are_named(void)
{
    for (size_t i = 0; i < sizeof bad_calls / sizeof *bad_calls; i++) {
        TEST_ASSERT_EQUAL_MESSAGE(bad_calls[i].status, run(tool_keyset_new, bad_calls[i].words),
                                  bad_calls[i].words);
        expect_said(bad_calls[i].said);
        TEST_ASSERT_EQUAL(-1, access("x.set", F_OK));
    }
    TEST_ASSERT_EQUAL(0, run(tool_keyset_new, "--help"));
    expect_said("--revoke KEY");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "--help"));
    expect_said("-k, --key FILE");
    TEST_ASSERT_EQUAL(0, run(tool_keyset_show, "--help"));
    expect_said("--after OLD");
    TEST_ASSERT_EQUAL(2, run(tool_keyset_sign, "1.set"));
    TEST_ASSERT_EQUAL(2, run(tool_keyset_show, ""));
    TEST_ASSERT_EQUAL(2, run(tool_keyset_sign, "--what"));
    TEST_ASSERT_EQUAL(2, run(tool_keyset_show, "--what"));
}

static void test_bad_files_are_named(void)
{
    int file;

    make_first();
    TEST_ASSERT_EQUAL(1, run(tool_keyset_sign, "1.set -k r1.pub"));
    expect_said("r1.pub is not a private key");
    TEST_ASSERT_EQUAL(1, run(tool_keyset_sign, "r1.pub -k r1.key"));
    expect_said("seal_unsigned");
    TEST_ASSERT_EQUAL(1, run(tool_keyset_sign, "1.set -k r1.key -o no/1.set"));
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "1.set -k r1.key"));
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "none.set"));
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "1.set --after r1.pub"));
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "1.set -k r1.key"));
    file = open("1.set", O_RDWR | O_APPEND);
    TEST_ASSERT_EQUAL(1, write(file, "x", 1));
    close(file);
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "1.set"));
    expect_said("Bytes follow");
    make_first();
    TEST_ASSERT_EQUAL(0, run(tool_keyset_sign, "1.set -k r1.key"));
    file = open("1.set", O_RDWR);
    TEST_ASSERT_EQUAL(1, pwrite(file, "x", 1, lseek(file, 0, SEEK_END) - 1));
    close(file);
    TEST_ASSERT_EQUAL(1, run(tool_keyset_show, "1.set"));
    expect_said("does not verify");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_key_is_replaced);
    RUN_TEST(test_roots_are_replaced);
    RUN_TEST(test_until_counts_for_what_follows);
    RUN_TEST(test_bad_calls_are_named);
    RUN_TEST(test_bad_files_are_named);
    return UNITY_END();
}
