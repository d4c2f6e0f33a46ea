/* see audit_log.h
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "platforms/linux/audit_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES_MAX = PN_AUDIT_NAME_BYTES + 32, ASIDE_NAMES_MAX = 1000 };

static enum port_audit_result failed(struct port_audit *a)
{
    atomic_store(&a->error, errno);
    return PORT_AUDIT_FAULT;
}

int pn_audit_log_error(const struct port_audit *a)
{
    return atomic_load(&a->error);
}

static void suffixed(const struct port_audit *a, const char *suffix, char out[NAME_BYTES_MAX])
{
    size_t len = strlen(a->name);

    memcpy(out, a->name, len);
    strcpy(out + len, suffix);
}

/* Opened for appending, a plain file, and ours alone. */
static int open_locked(struct port_audit *a, const char *name, int more_flags, struct stat *found)
{
    int file = openat(a->folder, name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | more_flags, 0640);

    if (file < 0) return -1;
    if (fstat(file, found) == 0 && flock(file, LOCK_EX | LOCK_NB) == 0) {
        if (S_ISREG(found->st_mode)) return file;
        errno = EINVAL;
    }
    int error = errno;
    close(file);
    errno = error;
    return -1;
}

static void use_log(struct port_audit *a, int file, const struct stat *found)
{
    if (a->log >= 0) close(a->log);
    a->log = file;
    a->log_bytes = (uint64_t)found->st_size;
    a->log_device = found->st_dev;
    a->log_inode = found->st_ino;
}

static int open_folder_of(struct port_audit *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    char folder[4096] = ".";

    if (strlen(name) == 0 || strlen(name) >= sizeof a->name || strlen(path) >= sizeof folder) {
        errno = strlen(name) == 0 ? EISDIR : ENAMETOOLONG;
        return -1;
    }
    strcpy(a->name, name);
    if (slash != NULL) {
        memcpy(folder, path, (size_t)(slash + 1 - path));
        folder[slash + 1 - path] = '\0';
    }
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A rotation that was cut off after the log was put aside is completed, one before is undone. */
static void finish_rotation(struct port_audit *a)
{
    char fresh[NAME_BYTES_MAX];

    suffixed(a, ".new", fresh);
    if (faccessat(a->folder, a->name, F_OK, 0) != 0 && errno == ENOENT) {
        (void)renameat(a->folder, fresh, a->folder, a->name);
    } else {
        (void)unlinkat(a->folder, fresh, 0);
    }
}

static enum pn_audit_log_result open_all(struct port_audit *a, const char **where)
{
    struct stat found;

    *where = a->setup.path;
    a->folder = open_folder_of(a, a->setup.path);
    if (a->folder < 0) return PN_AUDIT_LOG_FAILED;
    finish_rotation(a);
    int file = open_locked(a, a->name, 0, &found);
    if (file < 0) return errno == EWOULDBLOCK ? PN_AUDIT_LOG_BUSY : PN_AUDIT_LOG_FAILED;
    use_log(a, file, &found);
    if (fsync(a->folder) != 0) return PN_AUDIT_LOG_FAILED;
    *where = a->setup.spool_folder;
    a->spools = open(a->setup.spool_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (a->spools < 0) return PN_AUDIT_LOG_FAILED;
    a->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return a->event < 0 ? PN_AUDIT_LOG_FAILED : PN_AUDIT_LOG_OPEN;
}

enum pn_audit_log_result pn_audit_log_open(struct port_audit *a,
                                           const struct pn_audit_log_setup *setup,
                                           const char **where)
{
    memset(a, 0, sizeof *a);
    a->setup = *setup;
    a->folder = a->log = a->spools = a->event = -1;
    enum pn_audit_log_result result = open_all(a, where);
    int error = errno;
    if (result != PN_AUDIT_LOG_OPEN) pn_audit_log_shut(a);
    a->setup.path = a->setup.spool_folder = NULL;
    errno = error;
    return result;
}

void pn_audit_log_shut(struct port_audit *a)
{
    int files[] = { a->folder, a->log, a->spools, a->event };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i] >= 0) close(files[i]);
    }
    a->folder = a->log = a->spools = a->event = -1;
    for (size_t i = 0; i < PN_AUDIT_SPOOLS_MAX; i++) {
        if (a->spool[i].at != NULL) munmap(a->spool[i].at, a->spool[i].bytes);
        a->spool[i].at = NULL;
    }
    if (a->head != NULL) munmap(a->head, a->head_bytes);
    a->head = NULL;
}

uint64_t port_audit_log_bytes(struct port_audit *a)
{
    return a->log_bytes;
}

size_t port_audit_log_read(struct port_audit *a, uint64_t at, uint8_t *out, size_t max)
{
    size_t len = 0;

    while (len < max) {
        ssize_t got = pread(a->log, out + len, max - len, (off_t)(at + len));

        if (got < 0 && errno == EINTR) continue;
        if (got < 0) (void)failed(a);
        if (got <= 0) break;
        len += (size_t)got;
    }
    return len;
}

static enum port_audit_result write_all(struct port_audit *a, int file, struct pn_slice bytes,
                                        size_t *taken)
{
    *taken = 0;
    while (*taken < bytes.len) {
        ssize_t put = write(file, bytes.at + *taken, bytes.len - *taken);

        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return failed(a);
        *taken += (size_t)put;
    }
    return PORT_AUDIT_DONE;
}

enum port_audit_result port_audit_log_append(struct port_audit *a, struct pn_slice bytes,
                                             size_t *taken)
{
    enum port_audit_result result = write_all(a, a->log, bytes, taken);

    a->log_bytes += *taken;
    return result;
}

enum port_audit_result port_audit_log_sync(struct port_audit *a)
{
    return fdatasync(a->log) == 0 ? PORT_AUDIT_DONE : failed(a);
}

enum port_audit_result port_audit_log_cut(struct port_audit *a, uint64_t bytes)
{
    if (ftruncate(a->log, (off_t)bytes) != 0) return failed(a);
    a->log_bytes = bytes;
    return PORT_AUDIT_DONE;
}

/* A log that became shorter was emptied in place by somebody, which is as good as removed. */
enum port_audit_result port_audit_log_present(struct port_audit *a)
{
    struct stat found;

    if (fstatat(a->folder, a->name, &found, AT_SYMLINK_NOFOLLOW) != 0) return failed(a);
    if (found.st_dev != a->log_device || found.st_ino != a->log_inode ||
        (uint64_t)found.st_size < a->log_bytes) {
        errno = ESTALE;
        return failed(a);
    }
    return PORT_AUDIT_DONE;
}

static void aside_name(const struct port_audit *a, uint64_t last_seq, int attempt,
                       char out[NAME_BYTES_MAX])
{
    char suffix[32];

    if (attempt == 0) snprintf(suffix, sizeof suffix, ".%012llu", (unsigned long long)last_seq);
    else snprintf(suffix, sizeof suffix, ".%012llu-%d", (unsigned long long)last_seq, attempt);
    suffixed(a, suffix, out);
}

/* Rename what is at the log's name, if anything is, and never over another file. */
static int put_aside(struct port_audit *a, uint64_t last_seq, char aside[NAME_BYTES_MAX])
{
    for (int attempt = 0; attempt < ASIDE_NAMES_MAX; attempt++) {
        aside_name(a, last_seq, attempt, aside);
        if (faccessat(a->folder, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0) continue;
        if (renameat(a->folder, a->name, a->folder, aside) == 0) return 0;
        aside[0] = '\0';
        return errno == ENOENT ? 0 : -1;
    }
    errno = EEXIST;
    return -1;
}

static int switch_names(struct port_audit *a, uint64_t last_seq, const char *fresh)
{
    char aside[NAME_BYTES_MAX];

    if (put_aside(a, last_seq, aside) != 0) return -1;
    if (renameat(a->folder, fresh, a->folder, a->name) == 0) return fsync(a->folder);
    int error = errno;
    if (aside[0] != '\0') (void)renameat(a->folder, aside, a->folder, a->name);
    errno = error;
    return -1;
}

/* The new log is whole and stable under another name before the old one loses its own. */
enum port_audit_result port_audit_log_rotate(struct port_audit *a, uint64_t last_seq,
                                             struct pn_slice first)
{
    char fresh[NAME_BYTES_MAX];
    struct stat found;
    size_t taken;

    if (fdatasync(a->log) != 0) return failed(a);
    suffixed(a, ".new", fresh);
    int file = open_locked(a, fresh, O_TRUNC, &found);
    if (file < 0) return failed(a);
    if (write_all(a, file, first, &taken) == PORT_AUDIT_DONE && fsync(file) == 0 &&
        fstat(file, &found) == 0 && switch_names(a, last_seq, fresh) == 0) {
        use_log(a, file, &found);
        return PORT_AUDIT_DONE;
    }
    (void)failed(a);
    (void)unlinkat(a->folder, fresh, 0);
    close(file);
    return PORT_AUDIT_FAULT;
}

static const char *spool_name(uint32_t index, char out[32])
{
    snprintf(out, 32, "audit-spool-%02u", (unsigned)index);
    return out;
}

static void *map_spool(struct port_audit *a, uint32_t index, int file, size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    if (at == MAP_FAILED) return NULL;
    a->spool[index].at = at;
    a->spool[index].bytes = bytes;
    return at;
}

static void unmap_spool(struct port_audit *a, uint32_t index)
{
    if (a->spool[index].at != NULL) munmap(a->spool[index].at, a->spool[index].bytes);
    a->spool[index].at = NULL;
}

void *port_audit_spool_found(struct port_audit *a, uint32_t index, size_t *bytes)
{
    char name[32];
    struct stat found;
    void *at = NULL;
    int file = openat(a->spools, spool_name(index, name), O_RDWR | O_CLOEXEC | O_NOFOLLOW);

    if (file < 0 && errno == ENOENT) return NULL;
    unmap_spool(a, index);
    if (file >= 0 && fstat(file, &found) == 0) {
        if (found.st_size > 0) at = map_spool(a, index, file, (size_t)found.st_size);
        if (at == NULL && found.st_size > 0) a->spool_unreadable = 1;
        *bytes = (size_t)found.st_size;
    } else {
        a->spool_unreadable = 1;
    }
    if (a->spool_unreadable != 0) (void)failed(a);
    if (file >= 0) close(file);
    return at;
}

void *port_audit_spool_make(struct port_audit *a, uint32_t index, size_t bytes)
{
    char name[32];
    void *at = NULL;
    int error = 0;

    if (a->spool_unreadable != 0) return NULL;
    if (a->spool[index].at != NULL && a->spool[index].bytes == bytes) return a->spool[index].at;
    unmap_spool(a, index);
    int file =
        openat(a->spools, spool_name(index, name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0 && ftruncate(file, 0) == 0) {
        error = posix_fallocate(file, 0, (off_t)bytes);
        if (error == 0) at = map_spool(a, index, file, bytes);
    }
    if (error != 0) errno = error;
    if (at == NULL) (void)failed(a);
    if (file >= 0) close(file);
    return at;
}

void port_audit_spool_drop(struct port_audit *a, uint32_t index)
{
    char name[32];

    unmap_spool(a, index);
    (void)unlinkat(a->spools, spool_name(index, name), 0);
}

/* A file that is shorter, or new, is zero where nothing was written. That it is there is made stable
 * at once: it is missed from now on. */
uint8_t *port_audit_head(struct port_audit *a, size_t bytes)
{
    int file = openat(a->spools, "audit-head", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int error = file >= 0 ? posix_fallocate(file, 0, (off_t)bytes) : errno;

    if (error == 0 && (fsync(file) != 0 || fsync(a->spools) != 0)) error = errno;
    if (error == 0) {
        void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (at == MAP_FAILED) error = errno;
        else a->head = at;
        a->head_bytes = bytes;
    }
    if (file >= 0) close(file);
    errno = error;
    if (error != 0) (void)failed(a);
    return error == 0 ? a->head : NULL;
}

enum port_audit_result port_audit_head_sync(struct port_audit *a)
{
    return msync(a->head, a->head_bytes, MS_SYNC) == 0 ? PORT_AUDIT_DONE : failed(a);
}

void port_audit_wake(struct port_audit *a)
{
    uint64_t one = 1;

    /* It fails only when it already counts 2^64 - 2 wakes that nobody has taken. */
    ssize_t put = write(a->event, &one, sizeof one);
    (void)put;
}

void port_audit_wake_worker(struct port_audit *a, uint32_t index)
{
    if (a->setup.wake_worker != NULL) a->setup.wake_worker(a->setup.wake_context, index);
}

void pn_audit_log_wait(struct port_audit *a, uint32_t wait_ms)
{
    struct pollfd event = { .fd = a->event, .events = POLLIN };
    uint64_t wakes;

    if (poll(&event, 1, wait_ms > INT32_MAX ? -1 : (int)wait_ms) <= 0) return;
    ssize_t got = read(a->event, &wakes, sizeof wakes);
    (void)got;
}
