/* see sandbox.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/sandbox.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platforms/linux/log.h"
#include "platforms/linux/process.h"
#include "platforms/linux/seccomp.h"
#include "port/port_clock.h"

/* Such a build looks at itself, at its end with another process, and writes what it finds. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { WATCHES_ITSELF = 1 };
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { WATCHES_ITSELF = 1 };
#else
enum { WATCHES_ITSELF = 0 };
#endif
#else
enum { WATCHES_ITSELF = 0 };
#endif

/* What could not be had: reason enough not to start, or to be told. */
static bool lacks(const struct pn_device *d, const char *what, const char *why)
{
    bool strict = d->sandbox == PN_SANDBOX_STRICT;

    pn_log(strict ? PN_LOG_ERROR : PN_LOG_WARNING, "sandbox: %s: %s%s", what, why,
           strict ? "; --sandbox=strict does not start without it" : "");
    return !strict;
}

/* --- rights --- */

/* A state folder that is not there yet is made by root for who will use it. */
static void make_state(const char *path, const struct pn_user *user)
{
    if (mkdir(path, 0700) == 0 && chown(path, user->uid, user->gid) != 0) {
        pn_log(PN_LOG_WARNING, "cannot give %s to its user: %s", path, strerror(errno));
    }
}

static bool become(const struct pn_device *d)
{
    struct pn_user user;

    if (!d->user) {
        if (geteuid() != 0 || d->sandbox == PN_SANDBOX_OFF) return true;
        return lacks(d, "user", "runs as root; say whom to become with --user");
    }
    if (!pn_user_find(d->user, &user)) return false;
    if (geteuid() == 0) make_state(d->state_path, &user);
    return pn_user_become(&user);
}

static uint64_t soft(const struct rlimit *limit)
{
    return limit->rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit->rlim_cur;
}

static void describe(const struct pn_device *d, struct pn_system *s)
{
    struct rlimit files = { 0, 0 }, locked = { 0, 0 };

    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)getrlimit(RLIMIT_MEMLOCK, &locked);
    *s = (struct pn_system){
        .started_us = port_clock_us(),
        .pid = (uint32_t)getpid(),
        .uid = geteuid(),
        .gid = getegid(),
        .workers = d->workers,
        .open_files_max = soft(&files),
        .locked_bytes_max = soft(&locked),
        .sandbox = d->sandbox,
        .core_dumps = d->core_dumps,
        .limits = &d->limits,
    };
}

bool pn_sandbox_enter(const struct pn_device *d, struct pn_system *s)
{
    if (!become(d)) return false;
    pn_core_dumps_set((enum pn_core_dumps)d->core_dumps);
    describe(d, s);
    if (d->sandbox == PN_SANDBOX_OFF) return true;
    s->privileges = PN_GUARD_ON;
    if (pn_capabilities_drop()) return true;
    s->privileges = PN_GUARD_UNAVAILABLE;
    return lacks(d, "capabilities", strerror(errno));
}

/* --- files and ports --- */

static bool read_from(struct pn_landlock *l, const char *path)
{
    return !path || pn_landlock_allow(l, path, PN_LANDLOCK_READ);
}

/* A development run removes its temporary folder when nothing is left in it. */
static bool allow_removal(struct pn_landlock *l, const char *folder)
{
    char above[PATH_MAX];

    snprintf(above, sizeof above, "%s/..", folder);
    return pn_landlock_allow(l, above, PN_LANDLOCK_UNFOLD);
}

/* All that is opened again by name: see the README. */
static bool allow_all(struct pn_landlock *l, const struct pn_device *d,
                      const struct pn_sandbox_needs *needs)
{
    const struct pn_certificates *c = needs->certificates;
    const struct pn_secrets *secrets = needs->secrets;
    bool good = read_from(l, d->policy_path) && read_from(l, d->keyset_path) &&
                pn_landlock_allow(l, d->state_path, PN_LANDLOCK_WRITE) &&
                pn_landlock_allow(l, d->audit_path, PN_LANDLOCK_WRITE);

    for (uint32_t i = 0; good && i < c->seen_count; i++) good = read_from(l, c->seen[i].path);
    for (uint32_t i = 0; good && i < secrets->seen_count; i++) {
        good = read_from(l, secrets->seen[i].path);
    }
    if (good && !d->file_path) good = allow_removal(l, d->state_path);
    if (good && d->core_dumps) good = pn_landlock_allow(l, ".", PN_LANDLOCK_WRITE);
    return good;
}

bool pn_sandbox_shut(const struct pn_device *d, const struct pn_sandbox_needs *needs,
                     struct pn_system *s)
{
    struct pn_landlock l;

    if (d->sandbox == PN_SANDBOX_OFF) return true;
    s->landlock = PN_GUARD_UNAVAILABLE;
    if (WATCHES_ITSELF) return lacks(d, "landlock", "this build watches itself");
    if (!pn_landlock_begin(&l, needs->signals)) return lacks(d, "landlock", strerror(errno));
    s->landlock_abi = (uint8_t)l.abi;
    if (!allow_all(&l, d, needs) || !pn_landlock_enforce(&l)) {
        return lacks(d, "landlock", strerror(errno));
    }
    s->landlock = PN_GUARD_ON;
    if (l.abi >= PN_LANDLOCK_ABI_WHOLE) return true;
    s->landlock = PN_GUARD_PARTIAL;
    return lacks(d, "landlock", "this kernel is too old for all of it");
}

/* --- system calls --- */

bool pn_sandbox_seal(const struct pn_device *d, struct pn_system *s)
{
    if (d->sandbox == PN_SANDBOX_OFF) return true;
    s->seccomp = PN_GUARD_UNAVAILABLE;
    if (WATCHES_ITSELF) return lacks(d, "seccomp", "this build watches itself");
    if (!pn_seccomp_enforce()) return lacks(d, "seccomp", strerror(errno));
    s->seccomp = PN_GUARD_ON;
    return true;
}
