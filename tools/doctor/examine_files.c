/* see examination.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/vault/vault.h"
#include "port/port_tls.h"
#include "tools/doctor/device_paths.h"
#include "tools/doctor/examination.h"
#include "tools/time_text.h"
#include "tools/whole_file.h"

enum {
    SOON_S = 14 * 86400,
    CHECK_BYTES = 262144,    /* memory to look at a pair with */
    PAIR_TEXT_BYTES = 32768, /* of a chain, and of a key */
    FULL_BYTES = 1 << 20,
    PATH_BYTES = 4096,
};

/* --- who may read and write --- */

static int error_of_reading(const char *path)
{
    return access(path, R_OK) == 0 ? 0 : errno;
}

/* Root reads everything, and the gateway is somebody else by the time it reads: so a child becomes
 * who it will be. 0, or what errno is for it. */
static int error_for_gateway(const struct examination *x, const char *path)
{
    gid_t gid = x->machine.gid;
    int status = 0;

    if (geteuid() != 0 || x->machine.uid == 0) return error_of_reading(path);
    pid_t child = fork();
    if (child == 0) {
        bool is = setgroups(1, &gid) == 0 && setgid(gid) == 0 && setuid(x->machine.uid) == 0;
        _exit(is ? error_of_reading(path) : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 0;
    return WEXITSTATUS(status);
}

/* What is not there is told by others. */
static void examine_reading(const struct examination *x, const char *path)
{
    int error = access(path, F_OK) == 0 ? error_for_gateway(x, path) : 0;

    if (error == 0) return;
    finding_add(x->findings, FINDING_FAULT, "secret_unread",
                "let the gateway's user read it: chgrp to its group and chmod 640",
                "user %u, whom the gateway runs as, cannot read %s: %s", x->machine.uid, path,
                strerror(error));
}

static void examine_secret(const struct examination *x, const char *path)
{
    struct stat s;

    if (stat(path, &s) != 0 || (s.st_mode & (S_IRWXO | S_IWGRP)) == 0) return;
    finding_add(x->findings, FINDING_ADVICE, "key_mode",
                "chmod 640, with a group that only the gateway is in",
                "%s is open to others: mode %03o", path, (unsigned)s.st_mode & 0777);
}

static void examine_kept_key(const struct examination *x, const char *name)
{
    const char *path = arena_format(&x->findings->arena, "%s/%s", x->device->state_path, name);
    struct stat s;

    if (stat(path, &s) != 0) return;
    examine_secret(x, path);
    if (s.st_size == 32) return;
    finding_add(x->findings, FINDING_FAULT, "state_key",
                "restore it from a backup, or remove it to have a new one made",
                "%s is %llu bytes, not 32", path, (unsigned long long)s.st_size);
}

static void examine_state(const struct examination *x)
{
    const char *path = x->device->state_path;
    struct stat s;

    if (stat(path, &s) != 0) {
        finding_add(x->findings, errno == ENOENT ? FINDING_ADVICE : FINDING_FAULT, "state_missing",
                    "nothing, at the first start, which makes it; else mount or restore it",
                    "the state folder %s cannot be read: %s", path, strerror(errno));
        return;
    }
    if (s.st_uid != x->machine.uid && x->machine.uid != 0) {
        finding_add(x->findings, FINDING_FAULT, "state_owner",
                    "chown it and all in it to the user that the gateway runs as",
                    "the state folder %s belongs to user %u, the gateway would be user %u", path,
                    s.st_uid, x->machine.uid);
    }
    if ((s.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
        finding_add(x->findings, FINDING_ADVICE, "state_mode", "chmod 700",
                    "the state folder %s is open to others: mode %03o", path,
                    (unsigned)s.st_mode & 0777);
    }
    examine_kept_key(x, "device.key");
    examine_kept_key(x, "token.key");
}

/* Whoever can write the device file says whose policies are believed, and who installs them. */
static void examine_device_file(const struct examination *x, const char *path)
{
    struct stat s;

    if (!path || stat(path, &s) != 0 || (s.st_mode & (S_IWGRP | S_IWOTH)) == 0) return;
    finding_add(x->findings, FINDING_FAULT, "device_file_mode", "chmod go-w",
                "others may write %s: mode %03o", path, (unsigned)s.st_mode & 0777);
}

/* --- room --- */

static void examine_disk(const struct examination *x)
{
    char *folder =
        (char *)(uintptr_t)arena_format(&x->findings->arena, "%s", x->device->audit_path);
    char *slash = strrchr(folder, '/');
    uint64_t wanted = 2 * x->device->audit_rotate_bytes;
    struct statvfs disk;

    if (slash) slash[slash == folder ? 1 : 0] = '\0';
    if (statvfs(slash ? folder : ".", &disk) != 0) return;
    uint64_t bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (bytes >= wanted && bytes >= FULL_BYTES) return;
    finding_add(
        x->findings, bytes < FULL_BYTES ? FINDING_FAULT : FINDING_ADVICE, "disk_space",
        "move old logs away, or lower audit.rotate_bytes; a log that cannot be written stops "
        "traffic",
        "%llu MB are free for the audit log in %s, two logs take %llu",
        (unsigned long long)(bytes >> 20), slash ? folder : ".",
        (unsigned long long)(wanted >> 20));
}

/* --- credentials --- */

/* Variables, and what the service manager hands over, are the service's alone: nobody here sees them. */
static bool is_here(const struct pn_secret_ref *ref)
{
    return ref->place == PN_SECRET_FILE && ref->where[0] != '$';
}

static void examine_ref(const struct examination *x, const struct pn_secret_ref *ref)
{
    if (!is_here(ref)) return;
    examine_secret(x, ref->where);
    int error = error_for_gateway(x, ref->where);
    if (error == 0) return;
    finding_add(x->findings, FINDING_FAULT, "secret_unread",
                "put it there, for the gateway's user to read",
                "line %u of the device file: %.*s: %s: %s", ref->line, (int)ref->name.len,
                (const char *)ref->name.at, ref->where, strerror(error));
}

static void examine_vault(const struct examination *x)
{
    uint8_t *room = arena_take(&x->findings->arena, PN_VAULT_BYTES_MAX + 1);
    const char *path = x->device->vault.path;
    struct pn_vault_head head;
    FILE *file = path ? fopen(path, "rbe") : NULL;

    if (!path) return;
    examine_secret(x, path);
    examine_reading(x, path);
    size_t len = file ? fread(room, 1, PN_VAULT_BYTES_MAX + 1, file) : 0;
    if (file) fclose(file);
    enum pn_vault_verdict verdict = pn_vault_read_head(pn_slice(room, len), &head);
    if (verdict == PN_VAULT_GOOD) return;
    struct pn_slice why = pn_vault_sentence(verdict);
    finding_add(x->findings, FINDING_FAULT, "vault",
                "make it with `postern vault init`, or restore it", "%s: %.*s", path, (int)why.len,
                (const char *)why.at);
}

static void examine_secrets(const struct examination *x)
{
    const struct pn_device *d = x->device;

    for (uint32_t i = 0; i < d->credential_count; i++) examine_ref(x, &d->credentials[i]);
    examine_ref(x, &d->vault.passphrase);
    examine_ref(x, &d->vault.key);
    examine_vault(x);
}

static void examine_private(const struct examination *x, const char *path)
{
    examine_secret(x, path);
    examine_reading(x, path);
}

/* --- all that it opens --- */

static void examine_plain(const struct examination *x, const char *path)
{
    int error = access(path, F_OK) == 0 ? error_for_gateway(x, path) : 0;

    if (error == 0) return;
    finding_add(x->findings, FINDING_FAULT, "file_unread",
                "let the gateway's user read it, and enter the folders above it: chmod a+rX",
                "user %u, whom the gateway runs as, cannot read %s: %s", x->machine.uid, path,
                strerror(error));
}

static void examine_folder(const struct examination *x, const char *path)
{
    char folder[PATH_BYTES];

    if (!x->machine.is_broad || !x->machine.is_broad(path, folder)) return;
    finding_add(x->findings, FINDING_ADVICE, "broad_folder",
                "put it into a folder of its own; --sandbox=strict does not start without",
                "for %s the sandbox leaves all of %s open to the gateway", path, folder);
}

static void examine_path(const struct examination *x, const char *path, enum device_path is)
{
    if (is == DEVICE_PATH_PLAIN) examine_plain(x, path);
    examine_folder(x, path);
}

/* Who is neither root nor the gateway's user reads other files than it does. */
static void examine_reader(const struct examination *x)
{
    if (geteuid() == 0 || geteuid() == x->machine.uid) return;
    finding_add(x->findings, FINDING_ADVICE, "user_unseen", "run this as root or as that user",
                "the gateway runs as user %u, and what it can read is not known to user %u",
                x->machine.uid, (unsigned)geteuid());
}

void examine_files(const struct examination *x)
{
    const struct pn_device *d = x->device;

    examine_reader(x);
    examine_device_file(x, d->file_path);
    examine_device_file(x, d->operators_path);
    examine_state(x);
    examine_disk(x);
    examine_secrets(x);
    for (uint32_t i = 0; i <= PN_LISTENERS_MAX; i++) {
        for (uint32_t k = 0; k < d->tls[i].pair_count; k++) {
            examine_private(x, d->tls[i].pairs[k].key_path);
        }
    }
    for (uint32_t i = 0; i < d->own_count; i++) examine_private(x, d->own[i].key_path);
    device_paths_each(x, examine_path);
}

/* --- certificates --- */

static bool read_text(const char *path, uint8_t *into, struct port_tls_text *text)
{
    FILE *file = fopen(path, "rbe");

    if (!file) return false;
    *text = (struct port_tls_text){ into, fread(into, 1, PAIR_TEXT_BYTES, file) };
    fclose(file);
    return true;
}

/* What cannot be read, or does not belong together, was told when the device file was read. */
static void examine_pair(const struct examination *x, const char *chain, const char *key)
{
    struct port_tls_setup setup = { .net = NULL };
    uint8_t *room = arena_take(&x->findings->arena, CHECK_BYTES + 2 * PAIR_TEXT_BYTES);
    struct port_tls *tls = port_tls_init(room, CHECK_BYTES, &setup);
    struct port_tls_pair_facts facts;
    struct port_tls_pair pair;
    char end[PN_TIME_TEXT_BYTES];

    if (!tls || !read_text(chain, room + CHECK_BYTES, &pair.chain) ||
        !read_text(key, room + CHECK_BYTES + PAIR_TEXT_BYTES, &pair.key) ||
        port_tls_pair_check(tls, &pair, &facts) != PORT_TLS_PAIR_GOOD) {
        return;
    }
    int64_t left_s = facts.end_s - x->machine.now_unix;
    pn_time_write((uint64_t)facts.end_s, end);
    if (left_s < SOON_S) {
        finding_add(x->findings, left_s < 0 ? FINDING_FAULT : FINDING_ADVICE, "certificate_ends",
                    "put a new one and its key into these files; it is taken up by itself",
                    "the certificate %s %s %s", chain, left_s < 0 ? "ended" : "ends", end);
    } else if (facts.begin_s > x->machine.now_unix) {
        finding_add(x->findings, FINDING_FAULT, "certificate_early",
                    "look at clock and certificate", "the certificate %s is not valid yet", chain);
    }
}

void examine_certificates(const struct examination *x)
{
    const struct pn_device *d = x->device;

    for (uint32_t i = 0; i <= PN_LISTENERS_MAX; i++) {
        for (uint32_t k = 0; k < d->tls[i].pair_count; k++) {
            examine_pair(x, d->tls[i].pairs[k].chain_path, d->tls[i].pairs[k].key_path);
        }
    }
    for (uint32_t i = 0; i < d->own_count; i++) {
        examine_pair(x, d->own[i].chain_path, d->own[i].key_path);
    }
}
