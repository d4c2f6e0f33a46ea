/* see dev_compile.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/dev/dev_compile.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/bundle/bundle.h"
#include "tools/seal_make.h"

enum {
    QUIET_MS =
        150, /* editors write a file in several steps: wait until it has been quiet so long */
    FOLDER_DEPTH_MAX = 9,
};

static volatile sig_atomic_t asked_again;

static void on_hangup(int signal)
{
    (void)signal;
    asked_again = 1;
}

static uint64_t unix_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool tell(const struct dev_compiler *c, enum dev_message kind,
                 const struct diagnostics *diagnostics)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out) return true;
    diag_print(diagnostics, out);
    fclose(out);
    bool taken = len == 0 || c->send(c->context, kind, pn_slice(text, len));
    free(text);
    return taken;
}

static enum pn_mode mode_of(const struct bytes *body)
{
    struct pn_policy policy;

    return pn_policy_open(&policy, bytes_slice(body)) == PN_POLICY_GOOD ? policy.mode
                                                                        : PN_MODE_EDGE;
}

/* The time in milliseconds is the sequence: greater with each change, also after a restart. */
static bool seal_and_send(const struct dev_compiler *c, const struct bytes *body)
{
    struct pn_seal_wish wish = pn_seal_wish_dev(unix_ms() / 1000, unix_ms(), mode_of(body));
    size_t max = body->len + PN_SEAL_MAKE_OVERHEAD_BYTES;
    uint8_t *room = malloc(max);
    struct pn_writer out = pn_writer(room, max);
    struct pn_seal seal;

    if (!room) return true;
    enum pn_seal_made made = pn_seal_make(&wish, bytes_slice(body), &c->pair, &out, &seal);
    bool taken = made == PN_SEAL_MAKE_DONE
                     ? c->send(c->context, DEV_POLICY, pn_written(&out))
                     : c->send(c->context, DEV_COMPLAINT, PN_SLICE("the policy cannot be sealed"));
    free(room);
    return taken;
}

static bool hand_over(const struct dev_compiler *c, const struct bytes *body,
                      const struct diagnostics *diagnostics)
{
    return tell(c, DEV_NOTES, diagnostics) && seal_and_send(c, body);
}

/* Something happened that await_change() has not been told yet. */
static bool has_changed(int notify)
{
    struct pollfd waiting = { .fd = notify, .events = POLLIN };

    return poll(&waiting, 1, 0) > 0;
}

static bool compile_once(const struct dev_compiler *c, int notify)
{
    struct diagnostics diagnostics = { 0 };
    struct bytes body = { 0 };
    bool taken = true;

    bool good = compile_bundle(c->folder, &body, &diagnostics) == 0;
    if (!has_changed(notify)) { /* else it comes again at once */
        taken = good ? hand_over(c, &body, &diagnostics) : tell(c, DEV_COMPLAINT, &diagnostics);
    }
    bytes_free(&body);
    diag_free(&diagnostics);
    return taken;
}

/* Links count as what they lead to. What is written through a link to a file changes no folder of
 * the bundle, so the file itself is watched. */
static void watch(int notify, const char *folder, unsigned depth)
{
    const uint32_t changes =
        IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    struct stat found;
    char path[4096];

    inotify_add_watch(notify, folder, changes);
    while (entries && (entry = readdir(entries)) != NULL) {
        if (entry->d_type == DT_REG || entry->d_name[0] == '.') continue;
        int len = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (len < 0 || (size_t)len >= sizeof path || stat(path, &found) != 0) continue;
        if (S_ISREG(found.st_mode)) inotify_add_watch(notify, path, IN_MODIFY | IN_CLOSE_WRITE);
        if (S_ISDIR(found.st_mode) && depth > 0) watch(notify, path, depth - 1);
    }
    if (entries) closedir(entries);
}

/* Return when something has changed and then been quiet for a while. SIGHUP is blocked but while
 * waiting, so none is lost between the look at `asked_again` and the wait. */
static void await_change(int notify, const sigset_t *unblocked)
{
    static const struct timespec quiet = { .tv_nsec = QUIET_MS * 1000000L };
    struct pollfd waiting = { .fd = notify, .events = POLLIN };
    const struct timespec *wait = NULL;
    char events[4096];

    while (!asked_again) {
        int ready = ppoll(&waiting, 1, wait, unblocked);
        if (ready == 0) return;
        if (ready > 0 && read(notify, events, sizeof events) <= 0 && errno != EINTR) return;
        if (ready > 0) wait = &quiet;
    }
    asked_again = 0;
}

void dev_compile_run(const struct dev_compiler *c)
{
    struct sigaction action = { .sa_handler = on_hangup };
    sigset_t hangup, unblocked;
    bool taken = true;

    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    sigprocmask(SIG_BLOCK, &hangup, &unblocked);
    sigdelset(&unblocked, SIGHUP);
    sigaction(SIGHUP, &action, NULL);
    while (taken) {
        int notify = inotify_init1(IN_CLOEXEC); /* anew each time: folders come and go */
        if (notify < 0) return;
        watch(notify, c->folder, FOLDER_DEPTH_MAX); /* before compiling: edits meanwhile are seen */
        taken = compile_once(c, notify);
        if (taken) await_change(notify, &unblocked);
        close(notify);
    }
}
