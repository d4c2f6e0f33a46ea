/* The parts of the sandbox alone, each in a child: the filter of system calls in every thread,
 * Landlock's folders, ports and signals, and whom root becomes. test/e2e/process.ctest.sh has the
 * gateway as a whole.
 * timeout: 120
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platforms/linux/process.h"
#include "platforms/linux/seccomp.h"
#include "unity.h"

static char folder[] = "/tmp/test_sandbox_XXXXXX";
static char inside[64], outside[64];

void setUp(void)
{
}
void tearDown(void)
{
}

static int opened(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : 0;

    if (fd >= 0) close(fd);
    return error;
}

static int made_socket(int family, int type)
{
    int fd = socket(family, type, 0);
    int error = fd < 0 ? errno : 0;

    if (fd >= 0) close(fd);
    return error;
}

static int result_of(long result)
{
    return result == -1 ? errno : 0;
}

/* --- system calls --- */

static int executes(void)
{
    char *const none[] = { NULL };
    return result_of(execve("/bin/true", none, none));
}
static int forks(void)
{
    long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) _exit(0);
    return result_of(child);
}
static int maps_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? errno : 0;
}
static int makes_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return -1;
    return result_of(mprotect(at, 4096, PROT_READ | PROT_EXEC));
}
static int makes_unix_socket(void)
{
    return made_socket(AF_UNIX, SOCK_STREAM);
}
static int makes_netlink_socket(void)
{
    return made_socket(AF_NETLINK, SOCK_RAW);
}
static int traces(void)
{
    return result_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int changes_user(void)
{
    return result_of(setresuid((uid_t)-1, (uid_t)-1, (uid_t)-1));
}
static int listens(void)
{
    return result_of(listen(0, 1));
}
static int mounts(void)
{
    return result_of(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
}
static int unshares(void)
{
    return result_of(syscall(SYS_unshare, 0));
}
static int types(void)
{
    return result_of(ioctl(-1, TIOCSTI, "x"));
}
static int pastes(void)
{
    return result_of(ioctl(-1, TIOCLINUX, "\3"));
}
static int asks_for_the_window(void)
{
    struct winsize size;
    return result_of(ioctl(-1, TIOCGWINSZ, &size));
}

static const struct attempt {
    const char *what;
    int (*try)(void);
    int error;
} calls[] = {
    { "execve", executes, EPERM },
    { "clone", forks, EPERM },
    { "mmap of code", maps_code, EPERM },
    { "mprotect to code", makes_code, EPERM },
    { "a Unix socket", makes_unix_socket, EPERM },
    { "a netlink socket", makes_netlink_socket, EPERM },
    { "ptrace", traces, EPERM },
    { "setresuid", changes_user, EPERM },
    { "listen", listens, EPERM },
    { "mount", mounts, EPERM },
    { "unshare", unshares, EPERM },
    { "typing into the terminal", types, EPERM },
    { "pasting into it", pastes, EPERM },
    { "its size", asks_for_the_window, EBADF },
};

enum { CALLS = sizeof calls / sizeof calls[0] };

/* The exit status of a child that tries: 0, or the number of the attempt that went wrong, plus 1. */
static int tried_calls(void)
{
    for (int i = 0; i < CALLS; i++) {
        if (calls[i].try() != calls[i].error) return i + 1;
    }
    if (made_socket(AF_INET, SOCK_STREAM) != 0 || made_socket(AF_INET6, SOCK_DGRAM) != 0)
        return 100;
    return 0;
}

enum { STARTING = -1, WAITING = -2, GO = -3 };

/* It never ends: what watches a build's memory makes calls at a thread's begin and end that the filter
 * denies. */
static void *tried_in_thread(void *word)
{
    _Atomic int *result = word;

    atomic_store(result, WAITING);
    while (atomic_load(result) != GO) usleep(1000);
    atomic_store(result, tried_calls());
    for (;;) usleep(1000000);
    return NULL;
}

/* Also in a thread that was there before. */
static int child_of_calls(void)
{
    static _Atomic int result = STARTING;
    pthread_t thread;

    if (pthread_create(&thread, NULL, tried_in_thread, (void *)&result) != 0) return 101;
    while (atomic_load(&result) != WAITING) usleep(1000);
    if (!pn_capabilities_drop()) return 102;
    if (!pn_seccomp_enforce(PN_SECCOMP_GATEWAY)) return 103;
    atomic_store(&result, GO);
    while (atomic_load(&result) < 0) usleep(1000);
    int own = tried_calls();
    return own != 0 ? own : atomic_load(&result);
}

static int exit_of(int (*run)(void))
{
    int status = -1;

    fflush(NULL);
    pid_t child = fork();
    if (child == 0) syscall(SYS_exit_group, run()); /* a plain end is watched, by denied calls */
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_TRUE_MESSAGE(WIFEXITED(status), "the child was killed");
    return WEXITSTATUS(status);
}

static void test_calls_that_are_not_needed_are_denied_in_every_thread(void)
{
    if (!pn_seccomp_possible()) TEST_IGNORE_MESSAGE("this kernel or machine has no seccomp table");
    int went = exit_of(child_of_calls);
    TEST_ASSERT_EQUAL_MESSAGE(0, went, went > 0 && went <= CALLS ? calls[went - 1].what : "setup");
}

/* --- files --- */

static int shut_in(enum pn_landlock_right right)
{
    struct pn_landlock l;

    if (!pn_capabilities_drop() || !pn_landlock_begin(&l, PN_LANDLOCK_SIGNALS_NONE)) return 1;
    if (!pn_landlock_allow(&l, inside, right) || !pn_landlock_enforce(&l)) return 2;
    return 0;
}

static int in(const char *name, int flags)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s", inside, name);
    return opened(path, flags);
}

static int child_that_reads(void)
{
    if (shut_in(PN_LANDLOCK_READ) != 0) return 1;
    if (in("file", O_RDONLY) != 0) return 2;
    if (in("file", O_WRONLY) != EACCES || in("new", O_WRONLY | O_CREAT) != EACCES) return 3;
    if (opened(outside, O_RDONLY) != EACCES || opened("/etc/passwd", O_RDONLY) != EACCES) return 4;
    if (in("link", O_RDONLY) != EACCES) return 5; /* leads outside */
    return 0;
}

static int child_that_writes(void)
{
    char from[160], to[160];

    if (shut_in(PN_LANDLOCK_WRITE) != 0) return 1;
    if (in("new", O_WRONLY | O_CREAT) != 0 || in("new", O_RDWR | O_TRUNC) != 0) return 2;
    snprintf(from, sizeof from, "%s/new", inside);
    snprintf(to, sizeof to, "%s/newer", inside);
    if (rename(from, to) != 0 || unlink(to) != 0) return 3;
    if (opened(outside, O_WRONLY) != EACCES || unlink(outside) == 0) return 4;
    if (mkdir(to, 0700) == 0 || symlink("/etc", to) == 0) return 5;
    return 0;
}

static int child_that_binds(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET };
    int fd;

    if (shut_in(PN_LANDLOCK_READ) != 0) return 1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&any, sizeof any) == 0 || errno != EACCES) return 2;
    if (kill(getppid(), 0) == 0 && pn_landlock_abi() >= 6) return 3;
    return 0;
}

static void need_landlock(int abi)
{
    if (pn_landlock_abi() < abi) TEST_IGNORE_MESSAGE("this kernel's Landlock is too old");
}

static void test_reading_is_for_the_folder_only(void)
{
    need_landlock(1);
    TEST_ASSERT_EQUAL(0, exit_of(child_that_reads));
}

static void test_writing_is_for_the_folder_only(void)
{
    need_landlock(3);
    TEST_ASSERT_EQUAL(0, exit_of(child_that_writes));
}

static void test_no_port_is_bound_and_nobody_signalled(void)
{
    need_landlock(4);
    TEST_ASSERT_EQUAL(0, exit_of(child_that_binds));
}

/* A link to a file allows the folder that it leads to: certificates are renewed there. */
static int child_that_follows(void)
{
    struct pn_landlock l;
    char link[160];

    snprintf(link, sizeof link, "%s/link", inside);
    if (!pn_capabilities_drop() || !pn_landlock_begin(&l, PN_LANDLOCK_SIGNALS_NONE)) return 1;
    if (!pn_landlock_allow(&l, link, PN_LANDLOCK_READ) ||
        !pn_landlock_allow(&l, "/nonexistent/file", PN_LANDLOCK_READ) || !pn_landlock_enforce(&l))
        return 2;
    if (opened(link, O_RDONLY) != 0 || opened(outside, O_RDONLY) != 0) return 3;
    if (opened("/etc/passwd", O_RDONLY) != EACCES) return 4;
    return 0;
}

static void test_a_link_allows_where_it_leads(void)
{
    need_landlock(1);
    TEST_ASSERT_EQUAL(0, exit_of(child_that_follows));
}

/* A file is replaced in its folder, so all of that is open: better not where others keep theirs. */
static void test_folders_of_everybody_are_known(void)
{
    static const char *const broad[][2] = {
        { "/policy.blob", "/" },
        { "/etc/passwd", "/etc" },
        { "/etc/no-such-file", "/etc" },
        { "/etc", "/etc" },
        { "/etc/", "/etc" },
        { "/etc/../etc/./no-such-file", "/etc" },
        { "/tmp/no-such-file", "/tmp" },
        { "/var/lib/no-such-file", "/var/lib" },
        { "/root/no-such-file", "/root" },
        { "/usr/no-such-file", "/usr" },
    };
    char found[PATH_MAX], path[160];

    for (size_t i = 0; i < sizeof broad / sizeof broad[0]; i++) {
        TEST_ASSERT_TRUE_MESSAGE(pn_landlock_broad(broad[i][0], found), broad[i][0]);
        TEST_ASSERT_EQUAL_STRING(broad[i][1], found);
    }
    snprintf(path, sizeof path, "%s/file", inside);
    TEST_ASSERT_FALSE(pn_landlock_broad(path, found));
    TEST_ASSERT_FALSE(pn_landlock_broad(inside, found));
    TEST_ASSERT_FALSE(pn_landlock_broad("/etc/no-such-folder/file", found));
    TEST_ASSERT_FALSE(pn_landlock_broad("/var/lib/no-such-folder/.", found));
    snprintf(path, sizeof path, "%s/link", inside);
    TEST_ASSERT_FALSE(pn_landlock_broad(path, found));
    snprintf(path, sizeof path, "%s/out", inside);
    TEST_ASSERT_EQUAL(0, symlink("/etc/passwd", path));
    TEST_ASSERT_TRUE_MESSAGE(pn_landlock_broad(path, found), "where it leads");
    TEST_ASSERT_EQUAL_STRING("/etc", found);
    TEST_ASSERT_EQUAL(0, unlink(path));
}

/* --- whom to become --- */

static void test_users_are_found(void)
{
    struct pn_user user;

    TEST_ASSERT_TRUE(pn_user_find("root", &user));
    TEST_ASSERT_EQUAL(0, user.uid);
    TEST_ASSERT_EQUAL(0, user.gid);
    TEST_ASSERT_TRUE(pn_user_find("daemon:root", &user));
    TEST_ASSERT_EQUAL(1, user.uid);
    TEST_ASSERT_EQUAL(0, user.gid);
    TEST_ASSERT_TRUE(pn_user_find("0", &user));
    TEST_ASSERT_EQUAL(0, user.gid);
    TEST_ASSERT_TRUE(pn_user_find("123456", &user));
    TEST_ASSERT_EQUAL(123456, user.uid);
    TEST_ASSERT_EQUAL(123456, user.gid);
    TEST_ASSERT_TRUE(pn_user_find("123456:7", &user));
    TEST_ASSERT_EQUAL(7, user.gid);
    TEST_ASSERT_FALSE(pn_user_find("nobody-of-that-name", &user));
    TEST_ASSERT_FALSE(pn_user_find("root:no-such-group", &user));
    TEST_ASSERT_FALSE(pn_user_find("", &user));
    TEST_ASSERT_FALSE(pn_user_find("4294967295", &user));
}

static int child_that_becomes(void)
{
    struct pn_user user = { 54321, 54322 };
    gid_t groups[8];

    if (!pn_user_become(&user)) return 1;
    if (getuid() != 54321 || geteuid() != 54321 || getegid() != 54322) return 2;
    if (getgroups(8, groups) != 1 || groups[0] != 54322) return 3;
    if (setresuid(0, 0, 0) == 0) return 4;
    return pn_user_become(&user) ? 0 : 5;
}

static void test_root_becomes_somebody_for_good(void)
{
    if (geteuid() != 0) TEST_IGNORE_MESSAGE("only root can");
    TEST_ASSERT_EQUAL(0, exit_of(child_that_becomes));
}

static void write_text(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file || fputs("text", file) < 0 || fclose(file) != 0) abort();
}

int main(void)
{
    char path[128];

    if (!mkdtemp(folder)) return 1;
    snprintf(inside, sizeof inside, "%s/in", folder);
    mkdir(inside, 0700);
    snprintf(outside, sizeof outside, "%s/out", folder);
    mkdir(outside, 0700);
    snprintf(outside, sizeof outside, "%s/out/file", folder);
    write_text(outside);
    snprintf(path, sizeof path, "%s/file", inside);
    write_text(path);
    snprintf(path, sizeof path, "%s/link", inside);
    if (symlink(outside, path) != 0) return 1;
    UNITY_BEGIN();
    RUN_TEST(test_calls_that_are_not_needed_are_denied_in_every_thread);
    RUN_TEST(test_reading_is_for_the_folder_only);
    RUN_TEST(test_writing_is_for_the_folder_only);
    RUN_TEST(test_no_port_is_bound_and_nobody_signalled);
    RUN_TEST(test_a_link_allows_where_it_leads);
    RUN_TEST(test_folders_of_everybody_are_known);
    RUN_TEST(test_users_are_found);
    RUN_TEST(test_root_becomes_somebody_for_good);
    int failed = UNITY_END();
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || failed;
}
