/* secrets.h - the values of the device's credentials: where they are read, and the memory they live in.
 *
 * One region holds them: locked into memory, left out of core dumps, empty in a child of the process.
 * It has two halves, the two sets of core/credential.h. At the start all that the device file names is
 * read into the first, each file straight to its place; a value that is missing or cannot be used is
 * told with its name and where it was looked for, and the gateway does not start. Variables of the
 * environment that the device file names are wiped where they were found.
 *
 * On SIGHUP, and when a file has changed, all of it is read again into the other half. Where something
 * cannot be read, all stays as it is; else the new half is current from then on, and the old one is
 * wiped when no worker copies from it. What came from the environment is carried over: it
 * does not change.
 *
 * The device's own keys (device_key.h) are in the region too, where the workers read them.
 *
 * The vault's key is kept in the region, so that Argon2id runs at the start and when the vault was sealed
 * anew, not with each change. Its memory is reserved at the start, for what the vault asks then and
 * at least the usual 64 MiB; it is resident only while it is used.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_SECRETS_H
#define PN_LINUX_SECRETS_H

#include "core/postern.h"
#include "platforms/linux/seen_file.h"

struct secret_room; /* the region */

struct pn_secrets {
    const struct pn_device *device;
    struct pn_credentials credentials; /* for the workers */
    struct pn_credential sets[PN_CREDENTIAL_SETS][PN_CREDENTIALS_MAX];
    bool missing[PN_CREDENTIALS_MAX]; /* those that could not be read last, by number */
    bool changed[PN_CREDENTIALS_MAX]; /* those whose value the last reading replaced by another */
    struct secret_room *room;
    size_t locked_bytes[PN_CREDENTIAL_SETS]; /* of each half */
    void *derive_memory;                     /* of Argon2id */
    size_t derive_bytes;
    uint8_t *sealed; /* room for the vault's file */
    struct pn_seen_file seen[PN_CREDENTIALS_MAX + 3];
    uint32_t seen_count;
    uint64_t look_ms; /* when the files are looked at next */
    bool due;         /* a change waits to be read */
    bool old;         /* the set that is not current waits to be wiped */
    uint32_t reloads, refusals;
};

/* What the device itself keeps, in the same region; filled by the caller after making. */
struct pn_own_keys {
    uint8_t device_key[32];
    struct pn_token_key token_key;
};
struct pn_own_keys *pn_secrets_own(struct pn_secrets *s);

/* How much of memory it locks: at the start when values are short, and once every one is as long as it
 * may be and was replaced. */
struct pn_secrets_size {
    uint64_t bytes_min, bytes_max;
};
struct pn_secrets_size pn_secrets_size(const struct pn_device *device);

enum pn_secrets_result { PN_SECRETS_FAILED, PN_SECRETS_MADE };

/* Read all that the device names. `s` was zeroed. FAILED, told on standard error: something is missing or
 * cannot be used, or its memory cannot be locked. */
enum pn_secrets_result pn_secrets_make(struct pn_secrets *s, const struct pn_device *device);

enum pn_secrets_news { PN_SECRETS_SAME, PN_SECRETS_NEW, PN_SECRETS_REFUSED };

/* Look whether a file has changed, if it is time to; pn_secrets_hurry() makes it time. NEW: from now on
 * heads have the new values, `changed` says whose. REFUSED, told: `missing` says what was, and all stays as it was. */
enum pn_secrets_news pn_secrets_watch(struct pn_secrets *s, uint64_t now_ms);
void pn_secrets_hurry(struct pn_secrets *s);

/* Wipe them all, once no worker runs any more. */
void pn_secrets_wipe(struct pn_secrets *s);

#endif
