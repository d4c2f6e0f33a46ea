/* SPDX-License-Identifier: Apache-2.0 */
/* test_seal_tools.c - key new, policy sign and policy show, as somebody at a shell uses them. */
/* links: linux */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test/core/seal/sealed.h"
#include "test/policy/sample.h"
#include "test/tools/command_line.h"
#include "tools/key_new.h"
#include "tools/seal_show.h"
#include "tools/seal_sign.h"
#include "tools/time_text.h"
#include "tools/whole_file.h"
#include "unity.h"

static struct pn_asm assembly;

void setUp(void)
{
    struct pn_slice body = pn_sample_policy(&assembly);

    sealed_crypto_init();
    command_folder_enter("seal");
    TEST_ASSERT_TRUE(pn_whole_file_create("test", "body.bin", 0644, body));
}

void tearDown(void)
{
    command_folder_leave();
}

static void make_key(void)
{
    TEST_ASSERT_EQUAL(0, command_run(tool_key_new, "-o k"));
}

static mode_t mode_of(const char *path)
{
    struct stat found;

    TEST_ASSERT_EQUAL(0, stat(path, &found));
    return found.st_mode & 0777;
}

static void test_a_key_has_two_files(void)
{
    struct pn_key_pair pair;
    struct pn_keyset keys = { 0 };
    struct pn_slice text;

    umask(022);
    make_key();
    command_expect_said("k.key");
    TEST_ASSERT_EQUAL(0600, mode_of("k.key"));
    TEST_ASSERT_EQUAL(0644, mode_of("k.pub"));
    TEST_ASSERT_TRUE(pn_key_pair_read_file("test", "k.key", &pair));
    TEST_ASSERT_TRUE(pn_whole_file_read("test", "k.pub", 4096, &text));
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add_text(&keys, text));
    TEST_ASSERT_EQUAL_MEMORY(pair.xy, keys.keys[0].xy, 64);
    free((void *)(uintptr_t)text.at);
}

static void test_a_key_is_never_overwritten(void)
{
    make_key();
    TEST_ASSERT_EQUAL(1, command_run(tool_key_new, "-o k"));
    command_expect_said("k.pub exists");
    unlink("k.pub");
    TEST_ASSERT_EQUAL(1, command_run(tool_key_new, "-o k"));
    command_expect_said("k.key exists");
    TEST_ASSERT_EQUAL(-1, access("k.pub", F_OK));
    TEST_ASSERT_EQUAL(1, command_run(tool_key_new, "-o nowhere/k"));
    command_expect_said("nowhere/k.pub: No such file");
}

static void test_how_commands_are_called(void)
{
    TEST_ASSERT_EQUAL(0, command_run(tool_key_new, "--help"));
    command_expect_said("-o, --out NAME");
    TEST_ASSERT_EQUAL(2, command_run(tool_key_new, ""));
    command_expect_said("-o NAME");
    TEST_ASSERT_EQUAL(2, command_run(tool_key_new, "-o a b"));
    command_expect_said("'b'");
    TEST_ASSERT_EQUAL(2, command_run(tool_key_new, "--what"));
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_sign, "--help"));
    command_expect_said("--sequence N");
    TEST_ASSERT_EQUAL(2, command_run(tool_policy_sign, ""));
    command_expect_said("name the policy body");
    TEST_ASSERT_EQUAL(2, command_run(tool_policy_sign, "body.bin"));
    command_expect_said("-k");
    TEST_ASSERT_EQUAL(2, command_run(tool_policy_sign, "body.bin -k k.key"));
    command_expect_said("-o");
    TEST_ASSERT_EQUAL(2, command_run(tool_policy_sign, "body.bin other.bin"));
    command_expect_said("other.bin");
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_show, "-h"));
    TEST_ASSERT_EQUAL(2, command_run(tool_policy_show, ""));
    TEST_ASSERT_EQUAL(2, command_run(tool_policy_show, "a b"));
}

struct bad_option {
    const char *words, *said;
};

static const struct bad_option bad_options[] = {
    { "--sequence x", "--sequence x" },
    { "--sequence -1", "--sequence -1" },
    { "--sequence 9007199254740992", "--sequence 9007199254740992" },
    { "--expires never", "--expires never" },
    { "--expires 2026-02-30", "--expires 2026-02-30" },
    { "--expires 2020-01-01", "in the past" },
    { "--expires 0d", "in the past" },
    { "--on-expiry ask", "deny or keep" },
    { "--on-expiry keep", "--grace" },
    { "--grace 7d", "--on-expiry keep" },
    { "--grace 0d --on-expiry keep", "--grace 0d" },
    { "--grace week --on-expiry keep", "--grace week" },
    { "--epoch 4294967296", "--epoch" },
    { "--key-set 4294967296", "--key-set" },
    { "--tenant 1234", "not a UUID" },
    { "--tenant 123e4567-e89b-12d3-a456-42661417400g", "not a UUID" },
    { "--tenant 123e4567-e89b-12d3-a456-4266141740000", "not a UUID" },
    { "--device 0123456789012345678901234567890123456789012345678901234567890123456789",
      "64 bytes" },
    { "--surprise", "--help" },
};

static void test_bad_options_are_named(void)
{
    char line[512];

    make_key();
    for (size_t i = 0; i < sizeof bad_options / sizeof *bad_options; i++) {
        snprintf(line, sizeof line, "body.bin -k k.key -o p.pol %s", bad_options[i].words);
        TEST_ASSERT_EQUAL_MESSAGE(2, command_run(tool_policy_sign, line), line);
        command_expect_said(bad_options[i].said);
        TEST_ASSERT_EQUAL(-1, access("p.pol", F_OK));
    }
}

static void test_bad_files_are_named(void)
{
    make_key();
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_sign, "none.bin -k k.key -o p.pol"));
    command_expect_said("cannot open none.bin");
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_sign, "k.pub -k k.key -o p.pol"));
    command_expect_said("k.pub is not a body");
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_sign, "body.bin -k k.pub -o p.pol"));
    command_expect_said("k.pub is not a private key");
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_sign, "body.bin -k k.key -o nowhere/p.pol"));
    command_expect_said("nowhere/p.pol");
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_show, "body.bin"));
    command_expect_said("seal_unsigned");
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_show, "body.bin -k k.key"));
    command_expect_said("k.key: not a public key");
    chmod("k.key", 0644);
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_sign, "body.bin -k k.key -o p.pol"));
    command_expect_said("warning: others can read k.key");
}

/* What the defaults make is what a device with nothing but the key accepts. */
static void test_signed_by_default(void)
{
    struct pn_keyset keys = { 0 };
    struct pn_seal_expect expect = { .keys = &keys, .body_bytes_max = UINT32_MAX, .engine = 1 };
    struct pn_slice text, blob;
    struct pn_seal seal;
    uint64_t now_s = (uint64_t)time(NULL);

    make_key();
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_sign, "body.bin -k k.key -o p.pol"));
    command_expect_said("sealed: p.pol");
    TEST_ASSERT_TRUE(pn_whole_file_read("test", "k.pub", 4096, &text));
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add_text(&keys, text));
    TEST_ASSERT_TRUE(pn_whole_file_read("test", "p.pol", 1 << 20, &blob));
    expect.now_s = now_s;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&expect, blob, &seal));
    TEST_ASSERT_TRUE(seal.manifest.sequence >= now_s && seal.manifest.sequence < now_s + 60);
    TEST_ASSERT_EQUAL_UINT64(seal.manifest.issued_s + 90 * 86400, seal.manifest.expires_s);
    TEST_ASSERT_EQUAL(PN_EXPIRY_DENY, seal.manifest.on_expiry);
    TEST_ASSERT_TRUE(seal.manifest.any_target);
    TEST_ASSERT_EQUAL(1, seal.manifest.engine_min);
    TEST_ASSERT_EQUAL(PN_MODE_EDGE, seal.manifest.mode);
    free((void *)(uintptr_t)text.at);
    free((void *)(uintptr_t)blob.at);
}

static void test_what_was_asked_for_is_shown(void)
{
    make_key();
    TEST_ASSERT_EQUAL(
        0, command_run(tool_policy_sign,
                       "body.bin -k k.key -o p.pol --sequence 42 --expires 2099-12-31T18:00:00Z "
                       "--on-expiry keep --grace 2d --target-group edge --target-group lab "
                       "--device d1 --tenant 123e4567-e89b-12d3-a456-426614174000 --epoch 3 "
                       "--no-fallback --key-set 4"));
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_show, "p.pol -k k.pub"));
    command_expect_said("signature: good");
    command_expect_said("sequence: 42\n");
    command_expect_said("epoch: 3\n");
    command_expect_said("expires: 2099-12-31T18:00:00Z\n");
    command_expect_said("then kept until: 2100-01-02T18:00:00Z\n");
    command_expect_said("target group: \"edge\"\ntarget group: \"lab\"\ntarget device: \"d1\"\n");
    command_expect_said("tenant: 123e4567e89b12d3a456426614174000\n");
    command_expect_said("no fallback: yes\n");
    command_expect_said("key set: 4 or newer\n");
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_show, "p.pol"));
    command_expect_said("signature: not checked");
    TEST_ASSERT_EQUAL(0, command_run(tool_key_new, "-o other"));
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_show, "p.pol -k other.pub"));
    command_expect_said("seal_key_unknown");
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_show, "p.pol -k other.pub -k k.pub"));
}

static void patch(const char *path, off_t at)
{
    int file = open(path, O_RDWR);
    struct stat found;
    uint8_t byte;

    TEST_ASSERT_EQUAL(0, fstat(file, &found));
    if (at < 0) at += found.st_size;
    TEST_ASSERT_EQUAL(1, pread(file, &byte, 1, at));
    byte ^= 1;
    TEST_ASSERT_EQUAL(1, pwrite(file, &byte, 1, at));
    close(file);
}

static void test_altered_files_are_shown_as_such(void)
{
    make_key();
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_sign, "body.bin -k k.key -o p.pol"));
    patch("p.pol", -1);
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_show, "p.pol"));
    command_expect_said("seal_digest");
    patch("p.pol", -1);
    patch("p.pol", 71); /* the last byte of the sequence */
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_show, "p.pol -k k.pub"));
    command_expect_said("seal_signature");
    patch("p.pol", 71);
    TEST_ASSERT_EQUAL(0, command_run(tool_policy_show, "p.pol -k k.pub"));
    TEST_ASSERT_EQUAL(0, truncate("p.pol", 400));
    TEST_ASSERT_EQUAL(1, command_run(tool_policy_show, "p.pol"));
    command_expect_said("seal_body_length");
}

static void test_spans_and_times(void)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } spans[] = { { "1s", 1 },        { "2m", 120 },     { "3h", 10800 },
                  { "30d", 2592000 }, { "2w", 1209600 }, { "36525d", 3155760000 } };
    static const char *const bad[] = { "",    "d",   "30",     "1.5d", "-1d",
                                       "30D", "1d ", "36526d", "1y",   "99999999999999999999s" };
    uint64_t value = 0;
    char text[PN_TIME_TEXT_BYTES];

    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        TEST_ASSERT_TRUE(pn_span_read(spans[i].text, &value));
        TEST_ASSERT_EQUAL_UINT64(spans[i].seconds, value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        TEST_ASSERT_FALSE_MESSAGE(pn_span_read(bad[i], &value), bad[i]);
        TEST_ASSERT_FALSE_MESSAGE(pn_time_read(bad[i], 0, &value), bad[i]);
    }
    TEST_ASSERT_TRUE(pn_time_read("2027-01-15T08:00:00Z", 0, &value));
    TEST_ASSERT_EQUAL_UINT64(1800000000, value);
    pn_time_write(value, text);
    TEST_ASSERT_EQUAL_STRING("2027-01-15T08:00:00Z", text);
    TEST_ASSERT_TRUE(pn_time_read("2024-02-29", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2023-02-29", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2023-13-01", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2027-01-15 08:00:00", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2027-00-15", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2027-01-15T24:00:00Z", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2027-01-15T08:60:00Z", 0, &value));
    TEST_ASSERT_FALSE(pn_time_read("2027-01-15T08:00:60Z", 0, &value));
    TEST_ASSERT_TRUE(pn_time_read("2027-12-31T23:59:59Z", 0, &value));
    TEST_ASSERT_EQUAL_UINT64(1830297599, value);
    TEST_ASSERT_FALSE(pn_time_read("1969-12-31", 0, &value));
    TEST_ASSERT_TRUE(pn_time_read("1h", 100, &value));
    TEST_ASSERT_EQUAL_UINT64(3700, value);
    pn_time_write(((uint64_t)1 << 53) - 1, text);
    TEST_ASSERT_EQUAL_STRING("9007199254740991", text);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_key_has_two_files);
    RUN_TEST(test_a_key_is_never_overwritten);
    RUN_TEST(test_how_commands_are_called);
    RUN_TEST(test_bad_options_are_named);
    RUN_TEST(test_bad_files_are_named);
    RUN_TEST(test_signed_by_default);
    RUN_TEST(test_what_was_asked_for_is_shown);
    RUN_TEST(test_altered_files_are_shown_as_such);
    RUN_TEST(test_spans_and_times);
    return UNITY_END();
}
