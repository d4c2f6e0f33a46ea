/* see store.h
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "platforms/linux/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/assert.h"

enum { LOG_BYTES = 8192, REVOKED_BYTES = 1 << 26, UNIT = PORT_STORE_UNIT_BYTES };

static const char *const names[PORT_STORE_AREA_COUNT] = { "slot-a",    "slot-b",   "log-a",
                                                          "log-b",     "keys-a",   "keys-b",
                                                          "revoked-a", "revoked-b" };

void pn_store_shut(struct port_store *store)
{
    for (int i = 0; i < PORT_STORE_AREA_COUNT; i++) {
        if (store->file[i] >= 0) close(store->file[i]);
    }
    if (store->lock >= 0) close(store->lock);
    if (store->folder >= 0) close(store->folder);
}

static int open_file(const struct port_store *store, const char *name)
{
    return openat(store->folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static enum pn_store_result take_lock(struct port_store *store)
{
    store->lock = open_file(store, "lock");
    if (store->lock < 0) return PN_STORE_FAILED;
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0) return PN_STORE_OPEN;
    return errno == EWOULDBLOCK ? PN_STORE_BUSY : PN_STORE_FAILED;
}

static enum pn_store_result open_all(struct port_store *store, const char *path, const char **where)
{
    enum pn_store_result result;

    *where = ".";
    if (mkdir(path, 0700) != 0 && errno != EEXIST) return PN_STORE_FAILED;
    store->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder < 0) return PN_STORE_FAILED;
    *where = "lock";
    result = take_lock(store);
    if (result != PN_STORE_OPEN) return result;
    for (int i = 0; i < PORT_STORE_AREA_COUNT; i++) {
        *where = names[i];
        store->file[i] = open_file(store, names[i]);
        if (store->file[i] < 0) return PN_STORE_FAILED;
    }
    *where = ".";
    return fsync(store->folder) == 0 ? PN_STORE_OPEN : PN_STORE_FAILED;
}

enum pn_store_result pn_store_open(struct port_store *store, const char *path, uint32_t slot_bytes,
                                   const char **where)
{
    enum pn_store_result result;
    int error;

    memset(store, 0, sizeof *store);
    store->folder = store->lock = -1;
    memset(store->file, 0xFF, sizeof store->file);
    store->slot_bytes = (slot_bytes + UNIT - 1) / UNIT * UNIT;
    result = open_all(store, path, where);
    error = errno;
    if (result != PN_STORE_OPEN) pn_store_shut(store);
    errno = error;
    return result;
}

uint32_t port_store_bytes(struct port_store *store, enum port_store_area area)
{
    if (area >= PORT_STORE_REVOKED_A) return REVOKED_BYTES; /* a file is as long as was written */
    return area <= PORT_STORE_SLOT_B ? store->slot_bytes : LOG_BYTES;
}

static void check_range(struct port_store *store, enum port_store_area area, uint32_t offset,
                        size_t len)
{
    PN_ASSERT(area < PORT_STORE_AREA_COUNT && offset <= port_store_bytes(store, area));
    PN_ASSERT(len <= port_store_bytes(store, area) - offset);
}

bool port_store_read(struct port_store *store, enum port_store_area area, uint32_t offset, void *to,
                     size_t len)
{
    uint8_t *at = to;

    check_range(store, area, offset, len);
    while (len > 0) {
        ssize_t got = pread(store->file[area], at, len, offset);

        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        at += got;
        len -= (size_t)got;
        offset += (uint32_t)got;
    }
    memset(at, 0xFF, len); /* beyond the end of the file: erased */
    return true;
}

bool port_store_erase(struct port_store *store, enum port_store_area area)
{
    store->written[area] = true;
    return ftruncate(store->file[area], 0) == 0;
}

static bool write_all(int file, const void *from, size_t len, off_t offset)
{
    const uint8_t *at = from;

    while (len > 0) {
        ssize_t put = pwrite(file, at, len, offset);

        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        at += put;
        len -= (size_t)put;
        offset += put;
    }
    return true;
}

/* A hole would read as zero, not as erased. */
static bool fill_to(int file, off_t offset)
{
    uint8_t blank[UNIT];
    struct stat now;

    memset(blank, 0xFF, sizeof blank);
    if (fstat(file, &now) != 0) return false;
    while (now.st_size < offset) {
        size_t len = offset - now.st_size < UNIT ? (size_t)(offset - now.st_size) : UNIT;

        if (!write_all(file, blank, len, now.st_size)) return false;
        now.st_size += (off_t)len;
    }
    return true;
}

bool port_store_program(struct port_store *store, enum port_store_area area, uint32_t offset,
                        const void *from, size_t len)
{
    check_range(store, area, offset, len);
    PN_ASSERT(offset % UNIT == 0 && len % UNIT == 0);
    store->written[area] = true;
    return fill_to(store->file[area], offset) && write_all(store->file[area], from, len, offset);
}

bool port_store_sync(struct port_store *store)
{
    for (int i = 0; i < PORT_STORE_AREA_COUNT; i++) {
        if (!store->written[i]) continue;
        if (fsync(store->file[i]) != 0) return false;
        store->written[i] = false;
    }
    return true;
}
