/* see device_key.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/device_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/port_crypto.h"
#include "port/port_random.h"

static bool fail(int error)
{
    errno = error;
    return false;
}

static bool read_key(int file, uint8_t key[32], uint64_t *bytes)
{
    struct stat found;

    if (fstat(file, &found) != 0) return false;
    *bytes = (uint64_t)found.st_size;
    if (*bytes != 32 || read(file, key, 32) != 32) return fail(EINVAL);
    return true;
}

static bool new_random(uint8_t key[32])
{
    return port_random(key, 32) == PORT_RANDOM_DONE;
}

static bool new_scalar(uint8_t key[32])
{
    uint8_t public_key[PORT_ES256_PUBLIC_BYTES];

    return port_es256_key_new(key, public_key) == PORT_CRYPTO_GOOD;
}

struct kept_key {
    const char *name, *new_name;
    bool (*make)(uint8_t key[32]);
};

/* Written under another name first, so that a crash leaves no half a key. */
static bool make_key(int folder, const struct kept_key *kept, uint8_t key[32])
{
    if (!kept->make(key)) return fail(EIO);
    int file = openat(folder, kept->new_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return false;
    bool written = write(file, key, 32) == 32 && fsync(file) == 0;
    int error = errno;
    close(file);
    if (!written) return fail(error);
    return renameat(folder, kept->new_name, folder, kept->name) == 0 && fsync(folder) == 0;
}

static bool load(const char *state_path, const struct kept_key *kept, uint8_t key[32],
                 uint64_t *bytes)
{
    int folder = open(state_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *bytes = 32;
    if (folder < 0) return false;
    int file = openat(folder, kept->name, O_RDONLY | O_CLOEXEC);
    bool done =
        file >= 0 ? read_key(file, key, bytes) : errno == ENOENT && make_key(folder, kept, key);
    int error = errno;
    if (file >= 0) close(file);
    close(folder);
    return done || fail(error);
}

bool pn_device_key_load(const char *state_path, uint8_t key[32], uint64_t *bytes)
{
    static const struct kept_key kept = { "device.key", "device.key.new", new_random };

    return load(state_path, &kept, key, bytes);
}

bool pn_token_key_load(const char *state_path, uint8_t key[32], uint64_t *bytes)
{
    static const struct kept_key kept = { "token.key", "token.key.new", new_scalar };

    return load(state_path, &kept, key, bytes);
}
