/* see landlock.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's numbers, here because headers are older than kernels. The three calls have the same
 * numbers on every machine. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum { RULE_PATH_BENEATH = 1, GET_VERSION = 1 };
enum {
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_DIR = 1 << 4,
    REMOVE_FILE = 1 << 5,
    MAKE_REG = 1 << 8,
    ALL_OF_1 = (1 << 13) - 1,
    REFER = 1 << 13,     /* ABI 2 */
    TRUNCATE = 1 << 14,  /* ABI 3 */
    IOCTL_DEV = 1 << 15, /* ABI 5 */
};
enum { BIND_TCP = 1 << 0 };                                       /* ABI 4 */
enum { SCOPE_ABSTRACT_SOCKETS = 1 << 0, SCOPE_SIGNALS = 1 << 1 }; /* ABI 6 */

struct ruleset {
    uint64_t fs, net, scoped;
};

struct __attribute__((packed)) beneath {
    uint64_t allowed;
    int32_t folder;
};

int pn_landlock_abi(void)
{
    long abi = syscall(CREATE_RULESET, NULL, 0, GET_VERSION);

    return abi > 0 ? (int)abi : 0;
}

static uint64_t handled_fs(int abi)
{
    return (uint64_t)ALL_OF_1 | (abi >= 2 ? REFER : 0u) | (abi >= 3 ? TRUNCATE : 0u) |
           (abi >= 5 ? IOCTL_DEV : 0u);
}

/* Older kernels know only the front of it. */
static size_t ruleset_bytes(int abi)
{
    if (abi < 4) return 8;
    return abi < 6 ? 16 : 24;
}

bool pn_landlock_begin(struct pn_landlock *l, enum pn_landlock_signals signals)
{
    struct ruleset rules = { .net = BIND_TCP, .scoped = SCOPE_ABSTRACT_SOCKETS };

    l->ruleset = -1;
    l->abi = pn_landlock_abi();
    if (l->abi == 0) return false;
    rules.fs = handled_fs(l->abi);
    if (signals == PN_LANDLOCK_SIGNALS_NONE) rules.scoped |= SCOPE_SIGNALS;
    l->ruleset = (int)syscall(CREATE_RULESET, &rules, ruleset_bytes(l->abi), 0);
    return l->ruleset >= 0;
}

static uint64_t rights_of(enum pn_landlock_right right)
{
    switch (right) {
    case PN_LANDLOCK_WRITE:
        return READ_FILE | READ_DIR | WRITE_FILE | MAKE_REG | REMOVE_FILE | TRUNCATE;
    case PN_LANDLOCK_UNFOLD: return REMOVE_DIR;
    case PN_LANDLOCK_LIST: return READ_FILE | READ_DIR;
    case PN_LANDLOCK_READ: break;
    }
    return READ_FILE;
}

static bool allow_folder(struct pn_landlock *l, const char *path, uint64_t rights)
{
    struct beneath rule = { .allowed = rights & handled_fs(l->abi),
                            .folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) };

    if (rule.folder < 0) return errno == ENOENT || errno == EACCES || errno == ENOTDIR;
    bool good = syscall(ADD_RULE, l->ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
    int error = errno;
    close(rule.folder);
    errno = error;
    return good;
}

/* `path` itself when it is a folder, else the one it is in. False: it is too long to be opened. */
static bool folder_of(const char *path, char folder[PATH_MAX])
{
    struct stat found;
    size_t len = strlen(path);

    if (len >= PATH_MAX) return false;
    memcpy(folder, path, len + 1);
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) return true;
    char *slash = strrchr(folder, '/');
    if (slash) slash[slash == folder ? 1 : 0] = '\0';
    else memcpy(folder, ".", 2);
    return true;
}

static bool allow_above(struct pn_landlock *l, const char *path, uint64_t rights)
{
    char folder[PATH_MAX];

    return !folder_of(path, folder) || allow_folder(l, folder, rights);
}

bool pn_landlock_allow(struct pn_landlock *l, const char *path, enum pn_landlock_right right)
{
    char target[PATH_MAX];
    uint64_t rights = rights_of(right);

    if (!allow_above(l, path, rights)) return false;
    return !realpath(path, target) || allow_above(l, target, rights);
}

/* --- folders that are not ours alone --- */

/* Where a system keeps what is everybody's, and below which each user has a folder of his. */
static const char *const broad_folders[] = {
    "/",          "/bin",         "/boot",      "/dev",      "/dev/shm",       "/etc",
    "/home",      "/lib",         "/lib64",     "/media",    "/mnt",           "/opt",
    "/proc",      "/root",        "/run",       "/run/lock", "/run/user",      "/sbin",
    "/srv",       "/sys",         "/tmp",       "/usr",      "/usr/bin",       "/usr/lib",
    "/usr/local", "/usr/sbin",    "/usr/share", "/usr/src",  "/usr/local/etc", "/usr/local/share",
    "/var",       "/var/backups", "/var/cache", "/var/lib",  "/var/log",       "/var/spool",
    "/var/tmp",
};
static const char *const homes[] = { "/home/", "/run/user/" };

static bool is_broad(const char *folder)
{
    for (size_t i = 0; i < sizeof broad_folders / sizeof broad_folders[0]; i++) {
        if (strcmp(folder, broad_folders[i]) == 0) return true;
    }
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        size_t len = strlen(homes[i]);
        if (strncmp(folder, homes[i], len) == 0 && !strchr(folder + len, '/')) return true;
    }
    return false;
}

bool pn_landlock_broad(const char *path, char folder[PATH_MAX])
{
    char target[PATH_MAX], above[PATH_MAX];

    if (folder_of(path, above) && realpath(above, folder) && is_broad(folder)) return true;
    if (!realpath(path, target) || !folder_of(target, folder)) return false;
    return is_broad(folder);
}

bool pn_landlock_enforce(struct pn_landlock *l)
{
    bool good = syscall(RESTRICT_SELF, l->ruleset, 0) == 0;
    int error = errno;

    close(l->ruleset);
    l->ruleset = -1;
    errno = error;
    return good;
}
