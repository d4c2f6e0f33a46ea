/* A writer that is killed at any of its system calls leaves the old vault or the new one, and nobody in
 * the way of the next.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "port/port_crypto.h"
#include "test/tools/command_line.h"
#include "tools/vault/vault_file.h"
#include "tools/vault/vault_tool.h"
#include "unity.h"

static uint64_t arena[4096];
static uint8_t key[32];

void setUp(void)
{
    command_folder_enter("vault-kill");
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_crypto_init(arena, sizeof arena));
}

void tearDown(void)
{
    command_folder_leave();
}

static void put(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");

    TEST_ASSERT_NOT_NULL(file);
    TEST_ASSERT_EQUAL(len, fwrite(bytes, 1, len, file));
    fclose(file);
}

/* What the vault says of `name`: the first byte of its value, or '-'; it has to open. */
static char value_of(const char *name)
{
    static uint8_t file[PN_VAULT_BYTES_MAX], text[PN_VAULT_TEXT_BYTES_MAX];
    struct pn_writer w = pn_writer(file, sizeof file);
    struct pn_vault v = { .text = text, .max = sizeof text };
    struct pn_vault_entry e;

    TEST_ASSERT_TRUE(vault_file_read("test", "v", &w));
    TEST_ASSERT_EQUAL(PN_VAULT_GOOD, pn_vault_open(&v, pn_written(&w), key));
    return pn_vault_find(&v, pn_slice(name, strlen(name)), &e) ? (char)e.value.at[0] : '-';
}

static void run_child(void)
{
    char *words[] = { "set", "v", "a", "--key-file", "key", "--value-file", "new", NULL };

    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(77);
    raise(SIGSTOP);
    _exit(tool_vault(7, words));
}

enum ended { KILLED, DONE, UNTRACED };

/* Begin a writer and kill it when it enters or leaves a system call for the `stop`th time. */
static enum ended write_and_kill(unsigned stop)
{
    pid_t child = fork();
    int status = 0;

    TEST_ASSERT_TRUE(child >= 0);
    if (child == 0) run_child();
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    if (WIFEXITED(status)) return UNTRACED;
    for (unsigned i = 0; i < stop; i++) {
        TEST_ASSERT_EQUAL(0, ptrace(PTRACE_SYSCALL, child, NULL, NULL));
        TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
        if (WIFEXITED(status)) {
            TEST_ASSERT_EQUAL(0, WEXITSTATUS(status));
            return DONE;
        }
    }
    kill(child, SIGKILL);
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    return KILLED;
}

static void test_killed_at_every_system_call(void)
{
    static uint8_t before[PN_VAULT_BYTES_MAX];
    char *init[] = { "init", "v", "--key-file", "key", NULL };
    char *set[] = { "set", "v", "a", "--key-file", "key", "--value-file", "old", NULL };
    struct pn_writer w = pn_writer(before, sizeof before);
    unsigned stop = 1, replaced = 0, left = 0;
    enum ended ended = KILLED;

    memset(key, 7, sizeof key);
    put("key", key, sizeof key);
    put("old", "old", 3);
    put("new", "new", 3);
    TEST_ASSERT_EQUAL(0, tool_vault(4, init));
    TEST_ASSERT_EQUAL(0, tool_vault(7, set));
    TEST_ASSERT_TRUE(vault_file_read("test", "v", &w));
    for (; ended == KILLED; stop++) {
        put("v", before, w.len);
        ended = write_and_kill(stop);
        if (ended == UNTRACED) TEST_IGNORE_MESSAGE("no process may be traced here");
        char value = value_of("a");
        TEST_ASSERT_TRUE(value == 'o' || value == 'n');
        if (replaced > 0) TEST_ASSERT_EQUAL_CHAR('n', value);
        if (value == 'n') replaced++;
        if (access("v.new", F_OK) == 0) left++;
    }
    TEST_ASSERT_TRUE(stop > 40);
    TEST_ASSERT_TRUE(replaced >= 2); /* before its end, too */
    TEST_ASSERT_TRUE(left > 0);      /* it was killed between writing and renaming */
    TEST_ASSERT_EQUAL_CHAR('n', value_of("a"));
    TEST_ASSERT_NOT_EQUAL(0, access("v.new", F_OK));
    printf("killed at %u places: %u left a file beside, %u had replaced\n", stop - 2, left,
           replaced);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_killed_at_every_system_call);
    return UNITY_END();
}
