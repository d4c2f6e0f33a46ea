/* see process.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/process.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platforms/linux/log.h"

enum { LINE_BYTES = 1024, CAPABILITIES_MAX = 64 };

/* --- who --- */

/* The third field, a number, of the line of `path` whose field number `field` is `word`. The line is
 * left after it. libc's own way would load modules into a static program. */
static bool find_number(const char *path, int field, const char *word, char line[LINE_BYTES],
                        char **rest)
{
    FILE *file = fopen(path, "re");
    bool found = false;

    while (file && !found && fgets(line, LINE_BYTES, file)) {
        char *at = line, *fields[3];
        for (int i = 0; i < 3; i++) fields[i] = at ? strsep(&at, ":") : NULL;
        found = fields[2] && strcmp(fields[field], word) == 0;
        if (found) snprintf(line, LINE_BYTES, "%s:%s", fields[2], at ? at : "");
    }
    if (file) fclose(file);
    *rest = found ? strchr(line, ':') + 1 : NULL;
    return found;
}

static bool is_number(const char *text, unsigned *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *number = (unsigned)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value < UINT32_MAX;
}

static bool find_group(const char *name, gid_t *gid)
{
    char line[LINE_BYTES], *rest;

    if (is_number(name, gid)) return true;
    if (!find_number("/etc/group", 0, name, line, &rest)) {
        pn_log(PN_LOG_ERROR, "there is no group %s", name);
        return false;
    }
    *gid = (gid_t)strtoul(line, NULL, 10);
    return true;
}

static bool find_user(const char *name, struct pn_user *user)
{
    char line[LINE_BYTES], *rest;
    unsigned number;

    if (find_number("/etc/passwd", is_number(name, &number) ? 2 : 0, name, line, &rest)) {
        user->uid = (uid_t)strtoul(line, NULL, 10);
        user->gid = (gid_t)strtoul(rest, NULL, 10);
        return true;
    }
    if (!is_number(name, &number)) {
        pn_log(PN_LOG_ERROR, "there is no user %s", name);
        return false;
    }
    user->uid = user->gid = number;
    return true;
}

bool pn_user_find(const char *wish, struct pn_user *user)
{
    char name[256];
    const char *group = strchr(wish, ':');
    size_t len = group ? (size_t)(group - wish) : strlen(wish);

    snprintf(name, sizeof name, "%.*s", (int)len, wish);
    return find_user(name, user) && (!group || find_group(group + 1, &user->gid));
}

/* It takes a capability, which who is not root lacks; without any and without a way to new ones the
 * bounding set bounds nothing. */
static void drop_bounding(void)
{
    for (unsigned long i = 0; i < CAPABILITIES_MAX; i++) (void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

bool pn_user_become(const struct pn_user *user)
{
    if (geteuid() == user->uid && getuid() == user->uid && user->uid != 0) return true;
    drop_bounding();
    if (setgroups(1, &user->gid) == 0 && setresgid(user->gid, user->gid, user->gid) == 0 &&
        setresuid(user->uid, user->uid, user->uid) == 0) {
        return true;
    }
    pn_log(PN_LOG_ERROR, "cannot become user %u, group %u: %s", user->uid, user->gid,
           strerror(errno));
    return false;
}

/* --- what it may --- */

bool pn_capabilities_drop(void)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } }, now[2];

    drop_bounding();
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    if (syscall(SYS_capget, &head, now) == 0 && memcmp(now, none, sizeof now) == 0) return true;
    return syscall(SYS_capset, &head, none) == 0; /* a service's filter may deny even that */
}

/* --- who may look --- */

void pn_core_dumps_set(enum pn_core_dumps dumps)
{
    static const struct rlimit none = { 0, 0 };

    if (dumps == PN_CORE_DUMPS_OFF) (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, dumps == PN_CORE_DUMPS_OFF ? 0UL : 1UL, 0, 0, 0);
}
