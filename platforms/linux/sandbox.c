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

/* Who is told of each path that is opened again by name; false ends it. */
struct listener {
    bool (*hear)(void *context, const char *path, enum pn_landlock_right right);
    void *context;
};

static bool reads(const struct listener *to, const char *path)
{
    return !path || to->hear(to->context, path, PN_LANDLOCK_READ);
}

static bool writes(const struct listener *to, const char *path)
{
    return to->hear(to->context, path, PN_LANDLOCK_WRITE);
}

/* All of them: see the README. */
static bool each_path(const struct pn_device *d, const struct pn_sandbox_needs *needs,
                      const struct listener *to)
{
    const struct pn_certificates *c = needs->certificates;
    const struct pn_secrets *secrets = needs->secrets;
    bool good = reads(to, d->policy_path) && reads(to, d->keyset_path) &&
                writes(to, d->state_path) && writes(to, d->audit_path) &&
                reads(to, d->operators_path) && reads(to, d->operators_here ? d->file_path : NULL);

    for (uint32_t i = 0; good && i < c->seen_count; i++) good = reads(to, c->seen[i].path);
    for (uint32_t i = 0; good && i < secrets->seen_count; i++) {
        good = reads(to, secrets->seen[i].path);
    }
    return good && (!d->core_dumps || writes(to, "."));
}

static bool allow(void *context, const char *path, enum pn_landlock_right right)
{
    return pn_landlock_allow(context, path, right);
}

/* A development run removes its temporary folder when nothing is left in it. */
static bool allow_removal(struct pn_landlock *l, const char *folder)
{
    char above[PATH_MAX];

    snprintf(above, sizeof above, "%s/..", folder);
    return pn_landlock_allow(l, above, PN_LANDLOCK_UNFOLD);
}

static bool allow_all(struct pn_landlock *l, const struct pn_device *d,
                      const struct pn_sandbox_needs *needs)
{
    struct listener to = { allow, l };

    return each_path(d, needs, &to) && (d->file_path || allow_removal(l, d->state_path));
}

/* A rule is for all of a folder; where others keep what is theirs in it, theirs is open too. */
struct look {
    const struct pn_device *device;
    struct pn_system *system;
};

static bool note_broad(void *context, const char *path, enum pn_landlock_right right)
{
    const struct look *look = context;
    struct pn_system *s = look->system;
    bool strict = look->device->sandbox == PN_SANDBOX_STRICT;
    char folder[PATH_MAX];

    if (!pn_landlock_broad(path, folder)) return true;
    pn_log(strict ? PN_LOG_ERROR : PN_LOG_WARNING,
           "sandbox: %s: all of %s could be %s for it; put it into a folder of its own%s",
           strcmp(path, ".") == 0 ? "core files" : path, folder,
           right == PN_LANDLOCK_WRITE ? "written" : "read",
           strict ? ": --sandbox=strict does not start while it is there" : "");
    if (s->broad_count < PN_SYSTEM_BROAD_MAX) {
        s->broad[s->broad_count] = pn_slice(path, strlen(path));
    }
    s->broad_count++;
    return true;
}

/* All of them are told. */
static bool is_narrow(const struct pn_device *d, const struct pn_sandbox_needs *needs,
                      struct pn_system *s)
{
    struct look look = { d, s };
    struct listener to = { note_broad, &look };

    each_path(d, needs, &to);
    return s->broad_count == 0 || d->sandbox != PN_SANDBOX_STRICT;
}

bool pn_sandbox_shut(const struct pn_device *d, const struct pn_sandbox_needs *needs,
                     struct pn_system *s)
{
    struct pn_landlock l;

    if (d->sandbox == PN_SANDBOX_OFF) return true;
    s->landlock = PN_GUARD_UNAVAILABLE;
    if (!is_narrow(d, needs, s)) return false;
    if (WATCHES_ITSELF) return lacks(d, "landlock", "this build watches itself");
    if (!pn_landlock_begin(&l, needs->signals)) return lacks(d, "landlock", strerror(errno));
    s->landlock_abi = (uint8_t)l.abi;
    if (!allow_all(&l, d, needs) || !pn_landlock_enforce(&l)) {
        return lacks(d, "landlock", strerror(errno));
    }
    s->landlock = s->broad_count == 0 ? PN_GUARD_ON : PN_GUARD_PARTIAL;
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
    if (!pn_seccomp_enforce(PN_SECCOMP_GATEWAY)) return lacks(d, "seccomp", strerror(errno));
    s->seccomp = PN_GUARD_ON;
    return true;
}

/* --- the compiler process --- */

/* Bundles have links that lead anywhere, and come and go: it may read all that its user may. */
static bool reads_only(void)
{
    struct pn_landlock l;

    return pn_landlock_begin(&l, PN_LANDLOCK_SIGNALS_NONE) &&
           pn_landlock_allow(&l, "/", PN_LANDLOCK_LIST) && pn_landlock_enforce(&l);
}

bool pn_sandbox_compiler(const struct pn_device *d)
{
    pn_core_dumps_set((enum pn_core_dumps)d->core_dumps);
    if (d->sandbox == PN_SANDBOX_OFF || WATCHES_ITSELF) return true;
    if (!pn_capabilities_drop()) return lacks(d, "compiler: capabilities", strerror(errno));
    if (!reads_only() && !lacks(d, "compiler: landlock", strerror(errno))) return false;
    return pn_seccomp_enforce(PN_SECCOMP_COMPILER) ||
           lacks(d, "compiler: seccomp", strerror(errno));
}
