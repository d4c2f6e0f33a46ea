/* see whole_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool tell(const char *program, const char *doing, const char *path)
{
    fprintf(stderr, "%s: cannot %s %s: %s\n", program, doing, path, strerror(errno));
    return false;
}

static bool grow(uint8_t **at, size_t *max)
{
    size_t more = *max == 0 ? 4096 : *max * 2;
    uint8_t *moved = realloc(*at, more);

    if (moved == NULL) return false;
    *at = moved;
    *max = more;
    return true;
}

/* errno is EFBIG when there is more than `bytes_max`. */
static bool read_all(int file, size_t bytes_max, uint8_t **at, size_t *len)
{
    size_t max = 0;

    for (;;) {
        ssize_t got;

        if (*len == max && !grow(at, &max)) return false;
        got = read(file, *at + *len, max - *len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) return true;
        *len += (size_t)got;
        errno = EFBIG;
        if (*len > bytes_max) return false;
    }
}

bool pn_whole_file_read(const char *program, const char *path, size_t bytes_max,
                        struct pn_slice *bytes)
{
    bool standard = strcmp(path, "-") == 0;
    int file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *at = NULL;
    size_t len = 0;
    bool good;

    *bytes = pn_slice(NULL, 0);
    if (file < 0) return tell(program, "open", path);
    good = read_all(file, bytes_max, &at, &len);
    if (good) *bytes = pn_slice(at, len);
    if (!good) tell(program, "read", standard ? "standard input" : path);
    if (!good) free(at);
    if (!standard) close(file);
    return good;
}

static bool write_all(int file, struct pn_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(file, bytes.at, bytes.len);

        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        bytes = pn_slice_from(bytes, (size_t)put);
    }
    return fsync(file) == 0 || errno == EINVAL || errno == ENOTSUP; /* a pipe or a device */
}

/* Write and close; a file that could not be written whole is removed. */
static bool fill(const char *program, const char *path, int file, struct pn_slice bytes)
{
    bool good = write_all(file, bytes);
    int error = errno;

    if (close(file) == 0 && good) return true;
    if (!good) errno = error;
    tell(program, "write", path);
    unlink(path);
    return false;
}

bool pn_whole_file_create(const char *program, const char *path, mode_t mode, struct pn_slice bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

    if (file < 0) return tell(program, "create", path);
    return fill(program, path, file, bytes);
}

bool pn_whole_file_replace(const char *program, const char *path, struct pn_slice bytes)
{
    char beside[4096];
    int len = snprintf(beside, sizeof beside, "%s.%ld.new", path, (long)getpid());

    errno = ENAMETOOLONG;
    if (len < 0 || (size_t)len >= sizeof beside) return tell(program, "write", path);
    unlink(beside);
    if (!pn_whole_file_create(program, beside, 0644, bytes)) return false;
    if (rename(beside, path) == 0) return true;
    tell(program, "replace", path);
    unlink(beside);
    return false;
}
