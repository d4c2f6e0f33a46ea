/* What is told of an inventory survives restarts, crashes and full disks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/since_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unity.h"

static char folder[] = "/tmp/since-XXXXXX";
static char path[64], new_path[64];
static struct pn_since table, found;

void setUp(void)
{
    unlink(path);
    unlink(new_path);
    memset(&found, 0, sizeof found);
    table = (struct pn_since){ .round = 3, .identity = { 7 } };
    table.entries[5] = (struct pn_since_entry){ .key = 5, .sequence = 9, .at_s = 100, .round = 3 };
}

void tearDown(void)
{
}

static bool is_empty(const struct pn_since *since)
{
    static const struct pn_since none;

    return memcmp(since, &none, sizeof none) == 0;
}

static void test_what_was_written_is_read(void)
{
    struct stat about;

    pn_since_file_read(folder, &found);
    TEST_ASSERT_TRUE(is_empty(&found));
    TEST_ASSERT_TRUE(pn_since_file_write(folder, &table));
    pn_since_file_read(folder, &found);
    TEST_ASSERT_EQUAL_MEMORY(&table, &found, sizeof table);
    TEST_ASSERT_EQUAL(0, stat(path, &about));
    TEST_ASSERT_EQUAL(0600, about.st_mode & 0777);
    table.round = 4;
    TEST_ASSERT_TRUE(pn_since_file_write(folder, &table));
    pn_since_file_read(folder, &found);
    TEST_ASSERT_EQUAL_UINT32(4, found.round);
}

/* Cut anywhere, or with any byte changed, it is none. */
static void test_a_damaged_one_is_none(void)
{
    for (off_t at = 0; at < (off_t)sizeof table; at += at < 64 ? 1 : 997) {
        uint8_t byte;
        TEST_ASSERT_TRUE(pn_since_file_write(folder, &table));
        int file = open(path, O_RDWR);
        TEST_ASSERT_EQUAL(1, pread(file, &byte, 1, at));
        byte ^= 1;
        TEST_ASSERT_EQUAL(1, pwrite(file, &byte, 1, at));
        pn_since_file_read(folder, &found);
        TEST_ASSERT_TRUE(is_empty(&found));
        TEST_ASSERT_EQUAL(0, ftruncate(file, at));
        pn_since_file_read(folder, &found);
        TEST_ASSERT_TRUE(is_empty(&found));
        close(file);
    }
}

/* Where there is no room the one before stays, and nothing else is left. */
static void test_a_full_disk_leaves_the_one_before(void)
{
    struct rlimit unlimited, small;

    TEST_ASSERT_TRUE(pn_since_file_write(folder, &table));
    TEST_ASSERT_EQUAL(0, getrlimit(RLIMIT_FSIZE, &unlimited));
    signal(SIGXFSZ, SIG_IGN);
    small = unlimited;
    small.rlim_cur = 10000;
    TEST_ASSERT_EQUAL(0, setrlimit(RLIMIT_FSIZE, &small));
    table.round = 4;
    bool kept = pn_since_file_write(folder, &table);
    TEST_ASSERT_EQUAL(0, setrlimit(RLIMIT_FSIZE, &unlimited));
    TEST_ASSERT_FALSE(kept);
    TEST_ASSERT_NOT_EQUAL(0, access(new_path, F_OK));
    pn_since_file_read(folder, &found);
    TEST_ASSERT_EQUAL_UINT32(3, found.round);
}

static void test_a_folder_that_is_none(void)
{
    TEST_ASSERT_FALSE(pn_since_file_write("/tmp/nowhere-at-all", &table));
    pn_since_file_read("/tmp/nowhere-at-all", &found);
    TEST_ASSERT_TRUE(is_empty(&found));
}

int main(void)
{
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/inventory.since", folder);
    snprintf(new_path, sizeof new_path, "%s/inventory.new", folder);
    UNITY_BEGIN();
    RUN_TEST(test_what_was_written_is_read);
    RUN_TEST(test_a_damaged_one_is_none);
    RUN_TEST(test_a_full_disk_leaves_the_one_before);
    RUN_TEST(test_a_folder_that_is_none);
    int failed = UNITY_END();
    unlink(path);
    rmdir(folder);
    return failed;
}
