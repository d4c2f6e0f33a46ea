/* see since_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/since_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/crc32c.h"

/* What stands before the table; whoever lays the table out otherwise has another size. */
struct front {
    uint8_t magic[8];
    uint32_t bytes, crc;
};

static struct front front_of(const struct pn_since *since)
{
    return (struct front){ .magic = "PNSINCE1",
                           .bytes = sizeof *since,
                           .crc = pn_crc32c(pn_slice(since, sizeof *since)) };
}

static bool read_all(int file, void *into, size_t bytes)
{
    uint8_t *at = into;
    ssize_t got = 1;

    for (size_t len = 0; len < bytes && got > 0; len += (size_t)got) {
        got = read(file, at + len, bytes - len);
    }
    return got > 0;
}

void pn_since_file_read(const char *state_path, struct pn_since *since)
{
    int folder = open(state_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int file = folder < 0 ? -1 : openat(folder, "inventory.since", O_RDONLY | O_CLOEXEC);
    struct front front;

    if (folder >= 0) close(folder);
    if (file < 0) return;
    bool whole = read_all(file, &front, sizeof front) && read_all(file, since, sizeof *since);
    close(file);
    struct front wanted = front_of(since);
    if (whole && memcmp(&front, &wanted, sizeof front) == 0) return;
    memset(since, 0, sizeof *since);
}

static bool write_all(int file, const void *from, size_t bytes)
{
    const uint8_t *at = from;

    for (size_t len = 0; len < bytes;) {
        ssize_t put = write(file, at + len, bytes - len);
        if (put <= 0) return false;
        len += (size_t)put;
    }
    return true;
}

static bool write_new(int folder, const struct pn_since *since)
{
    struct front front = front_of(since);
    int file = openat(folder, "inventory.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (file < 0) return false;
    bool written = write_all(file, &front, sizeof front) && write_all(file, since, sizeof *since) &&
                   fsync(file) == 0;
    int error = errno;
    close(file);
    if (!written) unlinkat(folder, "inventory.new", 0);
    errno = error;
    return written;
}

bool pn_since_file_write(const char *state_path, const struct pn_since *since)
{
    int folder = open(state_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0) return false;
    bool done = write_new(folder, since) &&
                renameat(folder, "inventory.new", folder, "inventory.since") == 0 &&
                fsync(folder) == 0;
    int error = errno;
    close(folder);
    errno = error;
    return done;
}
