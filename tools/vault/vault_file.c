/* see vault_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/vault/vault_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static bool tell(const char *program, const char *doing, const char *path)
{
    fprintf(stderr, "%s: cannot %s %s: %s\n", program, doing, path, strerror(errno));
    return false;
}

bool vault_file_read(const char *program, const char *path, struct pn_writer *bytes)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 1;

    if (file < 0) return tell(program, "open", path);
    while (bytes->len < bytes->max && got != 0) {
        got = read(file, bytes->at + bytes->len, bytes->max - bytes->len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) break;
        bytes->len += (size_t)got;
    }
    if (got < 0) tell(program, "read", path);
    close(file);
    return got >= 0;
}

/* A file that was locked may have been replaced while we waited; then its successor is locked. */
int vault_file_lock(const char *program, const char *path)
{
    for (;;) {
        struct stat locked, there;
        int file = open(path, O_RDONLY | O_CLOEXEC);

        if (file < 0 || flock(file, LOCK_EX) != 0 || fstat(file, &locked) != 0) {
            tell(program, "lock", path);
            if (file >= 0) close(file);
            return -1;
        }
        if (stat(path, &there) == 0 && there.st_ino == locked.st_ino &&
            there.st_dev == locked.st_dev) {
            return file;
        }
        close(file);
    }
}

static bool write_all(int file, struct pn_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(file, bytes.at, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        bytes = pn_slice_from(bytes, (size_t)put);
    }
    return fsync(file) == 0;
}

/* The name must not be lost either. */
static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_BYTES] = ".";

    if (slash) {
        size_t len = slash > path ? (size_t)(slash - path) : 1;
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = at >= 0 && fsync(at) == 0;
    if (at >= 0) close(at);
    return good;
}

/* `number` 0: the name that whoever holds the lock uses, whatever a killed one has left there. */
static bool name_beside(const char *program, const char *path, long number, char beside[PATH_BYTES])
{
    int len = number ? snprintf(beside, PATH_BYTES, "%s.%ld.new", path, number)
                     : snprintf(beside, PATH_BYTES, "%s.new", path);

    errno = ENAMETOOLONG;
    return (len > 0 && len < PATH_BYTES) || tell(program, "write", path);
}

/* Bytes on the disk under a name that is removed where that fails. `owner` NULL: ours. */
static bool write_beside(const char *beside, const struct stat *owner, struct pn_slice bytes)
{
    int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (file < 0) return false;
    bool ours = !owner || (owner->st_uid == geteuid() && owner->st_gid == getegid());
    bool good = (ours || fchown(file, owner->st_uid, owner->st_gid) == 0) && write_all(file, bytes);
    int error = errno;
    good = close(file) == 0 && good;
    if (good) return true;
    unlink(beside);
    errno = error;
    return false;
}

bool vault_file_create(const char *program, const char *path, struct pn_slice bytes)
{
    char beside[PATH_BYTES];

    if (!name_beside(program, path, (long)getpid(), beside)) return false;
    unlink(beside);
    bool good =
        write_beside(beside, NULL, bytes) && link(beside, path) == 0 && sync_folder_of(path);
    int error = errno;
    unlink(beside);
    errno = error;
    return good || tell(program, "create", path);
}

bool vault_file_replace(const char *program, const char *path, int locked, struct pn_slice bytes)
{
    char beside[PATH_BYTES];
    struct stat owner;

    if (!name_beside(program, path, 0, beside)) return false;
    unlink(beside); /* as the lock is ours, nobody is at it */
    bool good = fstat(locked, &owner) == 0 && write_beside(beside, &owner, bytes) &&
                rename(beside, path) == 0 && sync_folder_of(path);
    return good || tell(program, "write", path);
}
