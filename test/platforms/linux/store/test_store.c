/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_store.c - the state directory on a real file system. */
/* links: linux */
#include "platforms/linux/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/seal/slots.h"
#include "test/core/seal/sealed.h"
#include "unity.h"

enum { SLOT = 8192 };

static char folder[64], state[128];
static struct port_store store;
static const char *where;

void setUp(void)
{
    strcpy(folder, "/tmp/postern-store-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    snprintf(state, sizeof state, "%s/state", folder);
}

void tearDown(void)
{
    char command[256];

    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", folder, folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

static void open_store(void)
{
    TEST_ASSERT_EQUAL(PN_STORE_OPEN, pn_store_open(&store, state, SLOT, &where));
}

static void test_what_is_not_there_is_erased(void)
{
    uint8_t bytes[100];

    open_store();
    TEST_ASSERT_EQUAL(SLOT, port_store_bytes(&store, PORT_STORE_SLOT_A));
    TEST_ASSERT_EQUAL(0, port_store_bytes(&store, PORT_STORE_LOG_A) % PN_SLOTS_RECORD_BYTES);
    TEST_ASSERT_TRUE(port_store_read(&store, PORT_STORE_SLOT_A, 1000, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++) TEST_ASSERT_EQUAL(0xFF, bytes[i]);
    pn_store_shut(&store);
}

static void test_units_stay_where_they_are_written(void)
{
    uint8_t unit[64], bytes[256];

    memset(unit, 0x5A, sizeof unit);
    open_store();
    TEST_ASSERT_TRUE(port_store_erase(&store, PORT_STORE_SLOT_B));
    TEST_ASSERT_TRUE(port_store_program(&store, PORT_STORE_SLOT_B, 96, unit, 64));
    TEST_ASSERT_TRUE(port_store_sync(&store));
    pn_store_shut(&store);

    open_store();
    TEST_ASSERT_TRUE(port_store_read(&store, PORT_STORE_SLOT_B, 0, bytes, sizeof bytes));
    for (size_t i = 0; i < sizeof bytes; i++) {
        TEST_ASSERT_EQUAL(i >= 96 && i < 160 ? 0x5A : 0xFF, bytes[i]); /* no hole of zeros */
    }
    TEST_ASSERT_TRUE(port_store_program(&store, PORT_STORE_SLOT_B, 0, unit, 32));
    TEST_ASSERT_TRUE(port_store_read(&store, PORT_STORE_SLOT_B, 0, bytes, sizeof bytes));
    TEST_ASSERT_EQUAL(0x5A, bytes[31]);
    TEST_ASSERT_EQUAL(0xFF, bytes[32]);
    TEST_ASSERT_TRUE(port_store_read(&store, PORT_STORE_SLOT_A, 0, bytes, sizeof bytes));
    TEST_ASSERT_EQUAL(0xFF, bytes[0]);
    TEST_ASSERT_TRUE(port_store_erase(&store, PORT_STORE_SLOT_B));
    TEST_ASSERT_TRUE(port_store_read(&store, PORT_STORE_SLOT_B, 0, bytes, sizeof bytes));
    TEST_ASSERT_EQUAL(0xFF, bytes[100]);
    pn_store_shut(&store);
}

static void test_one_gateway_a_directory(void)
{
    struct port_store second;
    pid_t child;
    int status = 0;

    open_store();
    TEST_ASSERT_EQUAL(PN_STORE_BUSY, pn_store_open(&second, state, SLOT, &where));
    TEST_ASSERT_EQUAL_STRING("lock", where);
    child = fork();
    if (child == 0) _exit(pn_store_open(&second, state, SLOT, &where) == PN_STORE_BUSY ? 0 : 1);
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_EQUAL(0, status);
    pn_store_shut(&store);
    open_store(); /* and free again, also after a crash, for the lock goes with the process */
    pn_store_shut(&store);
}

static void test_files_are_private(void)
{
    struct stat found;
    char path[256];

    open_store();
    pn_store_shut(&store);
    TEST_ASSERT_EQUAL(0, stat(state, &found));
    TEST_ASSERT_EQUAL(0700, found.st_mode & 0777);
    snprintf(path, sizeof path, "%s/slot-a", state);
    TEST_ASSERT_EQUAL(0, stat(path, &found));
    TEST_ASSERT_EQUAL(0600, found.st_mode & 0777);
}

static void test_failures_name_the_file(void)
{
    char path[256];

    TEST_ASSERT_EQUAL(PN_STORE_FAILED, pn_store_open(&store, "/nowhere/at/all", SLOT, &where));
    TEST_ASSERT_EQUAL_STRING(".", where);
    TEST_ASSERT_EQUAL(ENOENT, errno);

    TEST_ASSERT_EQUAL(0, mkdir(state, 0700));
    snprintf(path, sizeof path, "%s/slot-b", state);
    TEST_ASSERT_EQUAL(0, mkdir(path, 0700));
    TEST_ASSERT_EQUAL(PN_STORE_FAILED, pn_store_open(&store, state, SLOT, &where));
    TEST_ASSERT_EQUAL_STRING("slot-b", where);
    TEST_ASSERT_EQUAL(EISDIR, errno);
    rmdir(path);
    TEST_ASSERT_EQUAL(0, symlink("/etc/passwd", path)); /* a slot is never somebody else's file */
    TEST_ASSERT_EQUAL(PN_STORE_FAILED, pn_store_open(&store, state, SLOT, &where));
    TEST_ASSERT_EQUAL(ELOOP, errno);
}

static enum pn_seal_refusal install(struct pn_slots *slots, uint64_t sequence)
{
    static struct sealed made;
    struct pn_seal_expect expect = sealed_expect();
    struct pn_seal_wish wish = sealed_wish();
    struct pn_seal seal;
    enum pn_seal_refusal refusal;

    wish.sequence = sequence;
    sealed_make(&made, &wish, PN_SLICE("a policy"));
    refusal = pn_slots_check(slots, &expect, pn_slice(made.bytes, made.len), &seal);
    return refusal == PN_SEAL_ACCEPTED ? pn_slots_commit(slots, &seal) : refusal;
}

static uint64_t restart(struct pn_slots *slots)
{
    static uint8_t memory[SLOT];
    struct pn_seal_expect expect = sealed_expect();
    struct pn_slots_loaded loaded = { .memory = pn_writer(memory, sizeof memory) };

    pn_store_shut(&store);
    open_store();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(slots, &store));
    if (pn_slots_load(slots, &expect, PN_SLOTS_NEWEST, &loaded) != PN_SEAL_ACCEPTED &&
        pn_slots_load(slots, &expect, PN_SLOTS_OTHER, &loaded) != PN_SEAL_ACCEPTED) {
        return 0;
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_adopt(slots, &loaded));
    return loaded.seal.manifest.sequence;
}

/* Long enough for the log to change its sector several times. */
static void test_policies_live_in_the_directory(void)
{
    struct pn_slots slots;
    char path[256];

    sealed_crypto_init();
    open_store();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
    for (uint64_t sequence = 1; sequence < 200; sequence++) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(&slots, sequence));
        if (sequence % 16 == 0) TEST_ASSERT_EQUAL_UINT64(sequence, restart(&slots));
    }
    TEST_ASSERT_EQUAL_UINT64(199, restart(&slots));
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(&slots, 198));

    snprintf(path, sizeof path, "%s/slot-a", state);
    TEST_ASSERT_EQUAL(0, unlink(path));
    snprintf(path, sizeof path, "%s/slot-b", state);
    TEST_ASSERT_EQUAL(0, unlink(path));
    TEST_ASSERT_EQUAL_UINT64(0, restart(&slots));
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, install(&slots, 198)); /* the log remembers */
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(&slots, 200));
    TEST_ASSERT_EQUAL_UINT64(200, restart(&slots));
    pn_store_shut(&store);
}

/* No room on the disk: the new policy is not stored, the old one stays. */
static void test_a_full_disk_keeps_the_old_policy(void)
{
    struct rlimit before, none;
    struct pn_slots slots;

    sealed_crypto_init();
    open_store();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_slots_open(&slots, &store));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(&slots, 1));
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    TEST_ASSERT_EQUAL(PN_SEAL_STORE, install(&slots, 2));
    setrlimit(RLIMIT_FSIZE, &before);
    TEST_ASSERT_EQUAL_UINT64(1, restart(&slots));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, install(&slots, 2));
    TEST_ASSERT_EQUAL_UINT64(2, restart(&slots));
    pn_store_shut(&store);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_is_not_there_is_erased);
    RUN_TEST(test_units_stay_where_they_are_written);
    RUN_TEST(test_one_gateway_a_directory);
    RUN_TEST(test_files_are_private);
    RUN_TEST(test_failures_name_the_file);
    RUN_TEST(test_policies_live_in_the_directory);
    RUN_TEST(test_a_full_disk_keeps_the_old_policy);
    return UNITY_END();
}
