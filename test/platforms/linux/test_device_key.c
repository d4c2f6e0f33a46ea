/* The secrets in the state directory: made once, kept, never replaced.
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/device_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/identity/token_key.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

typedef bool load_key(const char *state_path, uint8_t key[32], uint64_t *bytes);

static char folder[32];

static const char *path_of(const char *name)
{
    static char path[64];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

void setUp(void)
{
    tokens_begin();
    strcpy(folder, "/tmp/keys-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
}

void tearDown(void)
{
    unlink(path_of("device.key"));
    unlink(path_of("token.key"));
    rmdir(folder);
}

static void keeps(load_key *load, const char *name)
{
    uint8_t first[32] = { 0 }, again[32] = { 0 };
    uint64_t bytes;
    struct stat found;

    TEST_ASSERT_TRUE(load(folder, first, &bytes));
    TEST_ASSERT_EQUAL(0, stat(path_of(name), &found));
    TEST_ASSERT_EQUAL(0600, found.st_mode & 0777);
    TEST_ASSERT_TRUE(load(folder, again, &bytes));
    TEST_ASSERT_EQUAL_MEMORY(first, again, 32);
    TEST_ASSERT_EQUAL(0, truncate(path_of(name), 31));
    TEST_ASSERT_FALSE(load(folder, again, &bytes));
    TEST_ASSERT_EQUAL(31, bytes);
}

static void test_the_device_key(void)
{
    keeps(pn_device_key_load, "device.key");
}

static void test_the_token_key(void)
{
    struct pn_token_key key;
    uint8_t secret[32];
    uint64_t bytes;

    TEST_ASSERT_TRUE(pn_token_key_load(folder, secret, &bytes));
    TEST_ASSERT_TRUE(pn_token_key_of(&key, secret));
    keeps(pn_token_key_load, "token.key");
}

static void test_no_folder(void)
{
    uint8_t key[32];
    uint64_t bytes;

    TEST_ASSERT_FALSE(pn_token_key_load(path_of("nowhere"), key, &bytes));
    TEST_ASSERT_EQUAL(32, bytes);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_device_key);
    RUN_TEST(test_the_token_key);
    RUN_TEST(test_no_folder);
    return UNITY_END();
}
