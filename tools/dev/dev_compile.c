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
#include <time.h>
#include <unistd.h>

#include "tools/bundle/bundle.h"
#include "tools/seal_make.h"

/* Editors write a file in several steps: wait until it has been quiet for so long. */
enum { QUIET_MS = 150 };

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

static bool complain(const struct dev_compiler *c, const struct diagnostics *diagnostics)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out) return true;
    diag_print(diagnostics, out);
    fclose(out);
    bool taken = c->send(c->context, DEV_COMPLAINT, pn_slice(text, len));
    free(text);
    return taken;
}

/* The time in milliseconds is the sequence: greater with each change, also after a restart. */
static bool seal_and_send(const struct dev_compiler *c, const struct bytes *body)
{
    struct pn_seal_wish wish = pn_seal_wish_dev(unix_ms() / 1000, unix_ms());
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

static bool compile_once(const struct dev_compiler *c)
{
    struct diagnostics diagnostics = { 0 };
    struct bytes body = { 0 };

    bool good = compile_bundle(c->folder, &body, &diagnostics) == 0;
    bool taken = good ? seal_and_send(c, &body) : complain(c, &diagnostics);
    bytes_free(&body);
    diag_free(&diagnostics);
    return taken;
}

static void watch(int notify, const char *folder)
{
    const uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    char path[4096];

    inotify_add_watch(notify, folder, changes);
    while (entries && (entry = readdir(entries)) != NULL) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        int len = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (len > 0 && (size_t)len < sizeof path) watch(notify, path);
    }
    if (entries) closedir(entries);
}

/* Return when something has changed and then been quiet for a while. */
static void await_change(int notify)
{
    struct pollfd waiting = { .fd = notify, .events = POLLIN };
    char events[4096];
    int wait_ms = -1;

    while (!asked_again) {
        int ready = poll(&waiting, 1, wait_ms);
        if (ready == 0) return;
        if (ready > 0 && read(notify, events, sizeof events) <= 0 && errno != EINTR) return;
        if (ready > 0) wait_ms = QUIET_MS;
    }
    asked_again = 0;
}

void dev_compile_run(const struct dev_compiler *c)
{
    struct sigaction action = { .sa_handler = on_hangup };

    sigaction(SIGHUP, &action, NULL);
    while (compile_once(c)) {
        int notify = inotify_init1(IN_CLOEXEC); /* anew each time: folders come and go */
        if (notify < 0) return;
        watch(notify, c->folder);
        await_change(notify);
        close(notify);
    }
}
