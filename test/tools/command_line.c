/* see command_line.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/command_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unity.h"

enum { WORDS_MAX = 64 };

char command_said[65536];

static char folder[64], back[4096];

void command_folder_enter(const char *name)
{
    snprintf(folder, sizeof folder, "/tmp/postern-%s-XXXXXX", name);
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    TEST_ASSERT_NOT_NULL(getcwd(back, sizeof back));
    TEST_ASSERT_EQUAL(0, chdir(folder));
}

void command_folder_leave(void)
{
    char command[256];

    TEST_ASSERT_EQUAL(0, chdir(back));
    snprintf(command, sizeof command, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

static int words_of(char *line, char **argv)
{
    int argc = 1;

    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        TEST_ASSERT_LESS_THAN(WORDS_MAX - 1, argc);
        argv[argc++] = word;
    }
    return argc;
}

int command_run(int (*tool)(int, char **), const char *line)
{
    static char words[4096];
    char *argv[WORDS_MAX] = { "postern" };
    int kept_out = dup(1), kept_err = dup(2), file = open("/tmp", O_RDWR | O_TMPFILE, 0600);
    ssize_t len;

    TEST_ASSERT_GREATER_OR_EQUAL(0, file);
    snprintf(words, sizeof words, "%s", line);
    int argc = words_of(words, argv);
    fflush(stdout);
    dup2(file, 1);
    dup2(file, 2);
    int status = tool(argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(kept_out, 1);
    dup2(kept_err, 2);
    len = pread(file, command_said, sizeof command_said - 1, 0);
    command_said[len > 0 ? len : 0] = '\0';
    close(file);
    close(kept_out);
    close(kept_err);
    return status;
}

void command_expect_said(const char *text)
{
    TEST_ASSERT_TRUE_MESSAGE(strstr(command_said, text) != NULL, command_said);
}
