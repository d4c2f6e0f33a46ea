/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyset_tools.c - keyset new, sign and show, as somebody at a shell uses them. */
/* links: linux */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/core/seal/sealed.h"
#include "test/tools/command_line.h"
#include "tools/key_new.h"
#include "tools/keyset_make.h"
#include "tools/keyset_new.h"
#include "tools/keyset_show.h"
#include "tools/keyset_sign.h"
#include "tools/whole_file.h"
#include "unity.h"

void setUp(void)
{
    static const char *const names[] = { "-o r1", "-o r2", "-o r3", "-o p1", "-o p2" };

    sealed_crypto_init();
    command_folder_enter("keyset");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        TEST_ASSERT_EQUAL(0, command_run(tool_key_new, names[i]));
    }
}

void tearDown(void)
{
    command_folder_leave();
}

static void make_first(void)
{
    TEST_ASSERT_EQUAL(
        0, command_run(tool_keyset_new, "-o 1.set --root r1.pub --root r2.pub --policy p1.pub"));
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
    command_expect_said("version: 1\n");
    command_expect_said("threshold: 2 of 2 roots\n");
    command_expect_said("signed by: nobody yet");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "1.set -k r1.key"));
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "1.set -k r2.key"));
    TEST_ASSERT_EQUAL(0,
                      command_run(tool_keyset_sign, "1.set -k r2.key")); /* again: no second one */
    TEST_ASSERT_EQUAL(
        0, command_run(tool_keyset_new, "-o 2.set --from 1.set --revoke p1.pub --policy p2.pub"));
    command_expect_said("version: 2\n");
    command_expect_said("revoked: ");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "2.set -k r2.key -o half.set"));
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_show, "half.set --after 1.set"));
    command_expect_said("seal_threshold");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "half.set -k r1.key -o 2.set"));
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_show, "2.set --after 1.set"));
    command_expect_said("(good)");
    command_expect_said("It may follow.");

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
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_new, "-o 2.set --from 1.set --remove r1.pub "
                                                      "--root r3.pub --counters 3:100"));
    command_expect_said("counters: epoch 3, sequence 100\n");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "2.set -k r1.key"));
    command_expect_said("(good; not a root of this set");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "2.set -k r2.key"));
    command_expect_said("(good)");
    TEST_ASSERT_EQUAL(
        1, command_run(tool_keyset_show, "2.set --after 1.set")); /* too few of its own */
    command_expect_said("seal_threshold");
    command_expect_said("name it with -k");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_show, "2.set -k r1.pub"));
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "2.set -k r3.key"));
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_show, "2.set --after 1.set"));
}

static void test_until_counts_for_what_follows(void)
{
    TEST_ASSERT_EQUAL(0,
                      command_run(tool_keyset_new, "-o 1.set --root r1.pub --policy p1.pub --until "
                                                   "2099-12-31 --policy p2.pub --version 7"));
    command_expect_said("version: 7\n");
    command_expect_said("threshold: 1 of 1 roots\n");
    command_expect_said(" policy until 2099-12-31T00:00:00Z\n");
    command_expect_said(" policy\n");
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
        TEST_ASSERT_EQUAL_MESSAGE(bad_calls[i].status,
                                  command_run(tool_keyset_new, bad_calls[i].words),
                                  bad_calls[i].words);
        command_expect_said(bad_calls[i].said);
        TEST_ASSERT_EQUAL(-1, access("x.set", F_OK));
    }
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_new, "--help"));
    command_expect_said("--revoke KEY");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "--help"));
    command_expect_said("-k, --key FILE");
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_show, "--help"));
    command_expect_said("--after OLD");
    TEST_ASSERT_EQUAL(2, command_run(tool_keyset_sign, "1.set"));
    TEST_ASSERT_EQUAL(2, command_run(tool_keyset_show, ""));
    TEST_ASSERT_EQUAL(2, command_run(tool_keyset_sign, "--what"));
    TEST_ASSERT_EQUAL(2, command_run(tool_keyset_show, "--what"));
}

static void test_bad_files_are_named(void)
{
    int file;

    make_first();
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_sign, "1.set -k r1.pub"));
    command_expect_said("r1.pub is not a private key");
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_sign, "r1.pub -k r1.key"));
    command_expect_said("seal_unsigned");
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_sign, "1.set -k r1.key -o no/1.set"));
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_show, "1.set -k r1.key"));
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_show, "none.set"));
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_show, "1.set --after r1.pub"));
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "1.set -k r1.key"));
    file = open("1.set", O_RDWR | O_APPEND);
    TEST_ASSERT_EQUAL(1, write(file, "x", 1));
    close(file);
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_show, "1.set"));
    command_expect_said("Bytes follow");
    make_first();
    TEST_ASSERT_EQUAL(0, command_run(tool_keyset_sign, "1.set -k r1.key"));
    file = open("1.set", O_RDWR);
    TEST_ASSERT_EQUAL(1, pwrite(file, "x", 1, lseek(file, 0, SEEK_END) - 1));
    close(file);
    TEST_ASSERT_EQUAL(1, command_run(tool_keyset_show, "1.set"));
    command_expect_said("does not verify");
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
