/* see doctor.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/doctor/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/compile/diagnostics.h"
#include "tools/device/device_file.h"
#include "tools/whole_file.h"

enum { EXIT_USAGE = 2, SOCKETS = 40, FILE_BYTES_MAX = 128 << 20 };

static const char program[] = "postern doctor";

static const char help[] =
    "postern doctor --config FILE [--user NAME[:GROUP]] [--output json] [--offline]\n"
    "\n"
    "Look whether a deployment is in order: the device file and all that it names, modes and owners,\n"
    "clock, descriptors, room for the audit log, what ends soon (certificates, keys, the policy),\n"
    "which policy would be in force, whether upstreams and issuers answer and prove who they are, the\n"
    "admin listener, and what the sandbox needs. Each finding says what to do. Changes nothing; also\n"
    "beside a gateway that runs. Run it as root or as the gateway's user, with its environment.\n"
    "\n"
    "  --config FILE    the device file\n"
    "  --user NAME[:GROUP]  as whom the gateway runs, where the device file does not say it: a unit's\n"
    "                   User=. Root looks what that user can read\n"
    "  --output FORMAT  text or json\n"
    "  --offline        connect to nobody\n"
    "  -h, --help       print this\n"
    "\n"
    "Exit status: 0 nothing found, 1 advice only, 2 something that stops the gateway or some calls,\n"
    "or wrong usage.\n";

struct wish {
    const char *config, *user;
    bool json, offline;
};

/* --- a copy of the state, to install in --- */

static bool is_kept(const char *name)
{
    return strncmp(name, "slot-", 5) == 0 || strncmp(name, "log-", 4) == 0 ||
           strncmp(name, "keys-", 5) == 0 || strncmp(name, "revoked-", 8) == 0;
}

static bool copy_file(struct arena *arena, const char *from, const char *to, const char *name)
{
    struct pn_slice bytes;

    if (!pn_whole_file_read(program, arena_format(arena, "%s/%s", from, name), FILE_BYTES_MAX,
                            &bytes)) {
        return false;
    }
    bool good = pn_whole_file_create(program, arena_format(arena, "%s/%s", to, name), 0600, bytes);
    free((void *)(uintptr_t)bytes.at);
    return good;
}

/* A state folder that is not there yet is an empty one. */
static bool copy_state(struct findings *f, const char *from, const char *to)
{
    DIR *folder = opendir(from);
    struct dirent *entry;
    bool good = folder || errno == ENOENT;

    while (good && folder && (entry = readdir(folder)) != NULL) {
        if (is_kept(entry->d_name)) good = copy_file(&f->arena, from, to, entry->d_name);
    }
    if (folder) closedir(folder);
    if (!good) {
        finding_add(f, FINDING_ADVICE, "state_unread", "run this as root or as the gateway's user",
                    "the state folder %s cannot be read: what would be in force is not known",
                    from);
    }
    return good;
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)) != NULL) unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder) closedir(folder);
    rmdir(path);
}

static void examine_state(struct examination *x, const struct doctor_platform *p)
{
    const char *base = getenv("TMPDIR");
    char folder[4096];

    snprintf(folder, sizeof folder, "%s/postern-doctor-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) {
        fprintf(stderr, "%s: %s: %s\n", program, folder, strerror(errno));
        return;
    }
    if (copy_state(x->findings, x->device->state_path, folder)) {
        struct port_store *store =
            p->open_store(folder, x->device->policy_bytes_max + PN_SLOT_OVERHEAD_BYTES);
        if (store) examine_policy(x, store);
    }
    remove_folder(folder);
}

/* --- all of it --- */

static bool read_device(struct findings *f, const char *path, struct pn_device *device)
{
    struct diagnostics diagnostics = { 0 };

    device_defaults(device);
    bool good = device_file_read(&f->arena, &diagnostics, path, DEVICE_KEYS_NEEDED, device);
    for (size_t i = 0; i < diagnostics.list.count; i++) {
        const struct diag *d = &diagnostics.list.items[i];
        finding_add(f, d->level == DIAG_ERROR ? FINDING_FAULT : FINDING_ADVICE, "device_file",
                    "correct the device file, or put there what it names", "%s:%u:%u: %s",
                    d->mark.file ? d->mark.file : path, d->mark.line, d->mark.column, d->message);
    }
    diag_free(&diagnostics);
    return good;
}

static void examine(struct findings *f, const struct wish *wish, const struct doctor_platform *p)
{
    struct pn_device *device = ARENA_NEW(&f->arena, struct pn_device);
    struct examination x = { .findings = f, .device = device };

    bool good = read_device(f, wish->config, device);
    if (wish->user) device->user = wish->user;
    if (!p->look(device, &x.machine)) {
        finding_add(f, FINDING_FAULT, "user", "make it (systemd-sysusers, adduser --system)",
                    "the user %s of %s is nobody here", device->user,
                    wish->user ? "--user" : "the device file");
    }
    examine_machine(&x);
    if (!device->file_path) return; /* there is no such file, or it is no YAML */
    examine_files(&x);
    examine_certificates(&x);
    if (good) examine_state(&x, p);
    if (good && !wish->offline) examine_reach(&x, p->open_net(SOCKETS));
}

/* 0 to go on, or an exit status plus 1. */
static int read_wish(int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' }, { "output", required_argument, NULL, 'o' },
        { "user", required_argument, NULL, 'u' },   { "offline", no_argument, NULL, 'n' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 }
    };
    int option;

    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c': wish->config = optarg; break;
        case 'u': wish->user = optarg; break;
        case 'n': wish->offline = true; break;
        case 'h': fputs(help, stdout); return 1;
        case 'o':
            wish->json = strcmp(optarg, "json") == 0;
            if (wish->json || strcmp(optarg, "text") == 0) break;
            fprintf(stderr, "%s: --output is text or json\n", program);
            return 1 + EXIT_USAGE;
        default: fputs(help, stderr); return 1 + EXIT_USAGE;
        }
    }
    if (wish->config && optind == argc) return 0;
    fprintf(stderr, "%s: --config FILE is needed, and nothing beside options\n\n%s", program, help);
    return 1 + EXIT_USAGE;
}

int tool_doctor(int argc, char **argv, const struct doctor_platform *platform)
{
    struct findings findings = { 0 };
    struct wish wish = { 0 };
    int status = read_wish(argc, argv, &wish);

    if (status > 0) return status - 1;
    examine(&findings, &wish, platform);
    if (wish.json) findings_print_json(&findings, stdout);
    else findings_print(&findings, stdout);
    status = findings_status(&findings);
    arena_free(&findings.arena);
    return status;
}
