/* main.c - the command line of postern.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/postern.h"
#include "platforms/linux/feed.h"
#include "platforms/linux/serve.h"
#include "platforms/linux/version.h"
#include "port/port_crypto.h"
#include "tools/audit.h"
#include "tools/demo/demo.h"
#include "tools/dev/dev_compile.h"
#include "tools/device/device_file.h"
#include "tools/device/device_values.h"
#include "tools/key_new.h"
#include "tools/policy_build.h"
#include "tools/policy_check.h"
#include "tools/seal_show.h"
#include "tools/seal_sign.h"

enum { EXIT_USAGE = 2 };

static const char general_help[] =
    "postern - the gate in front of AI agents\n"
    "\n"
    "usage: postern COMMAND [ARGUMENTS]\n"
    "\n"
    "  serve          run the gateway\n"
    "  policy build   compile a bundle into a policy\n"
    "  policy sign    seal a policy for devices\n"
    "  policy show    print what a sealed policy says of itself\n"
    "  policy check   decide one request and explain the decision\n"
    "  key new        make the pair of keys that signs policies\n"
    "  audit verify   is this audit log whole and unaltered?\n"
    "  audit show     print an audit log for people\n"
    "  demo           serve stand-ins for the upstreams of the support-desk example\n"
    "  version        print the version\n"
    "\n"
    "`postern COMMAND --help` tells more about each.\n";

static const char serve_help[] =
    "usage: postern serve --config FILE\n"
    "       postern serve --dev BUNDLE [--config FILE] [--listen ADDRESS] [--admin ADDRESS]\n"
    "\n"
    "Runs the gateway until SIGTERM or SIGINT; then requests under way are given time to end.\n"
    "\n"
    "  --config FILE     the device file: listeners, trusted keys, state, credentials, limits\n"
    "  --dev BUNDLE      compile this bundle folder, seal it with a throw-away key, and do so\n"
    "                    again whenever a file in it changes. A bundle that does not compile\n"
    "                    leaves the policy as it was. Without --config, state and audit log are\n"
    "                    kept in a new temporary folder, and credentials come from the environment\n"
    "  --listen ADDRESS  instead of the device file's, such as 127.0.0.1:8080\n"
    "  --admin ADDRESS   likewise for the admin listener; loopback only\n"
    "\n"
    "SIGHUP reads the policy file again (with --dev: compiles again), SIGUSR1 begins a new audit\n"
    "log. The admin listener answers /livez, /readyz, /metrics, /version and /v1/policy.\n"
    "\n"
    "exit status: 0 stopped in order, 1 could not start or stop, 2 wrong usage\n";

/* --- serve --- */

struct serve_options {
    const char *config, *bundle, *listen, *admin;
};

static int usage(const char *what, const char *argument, const char *help)
{
    fprintf(stderr, "postern: %s%s%s\n\n%s", what, argument ? " " : "", argument ? argument : "", help);
    return EXIT_USAGE;
}

/* 0 to go on, or an exit status plus 1. */
static int read_serve_options(int argc, char **argv, struct serve_options *o)
{
    struct { const char *name; const char **at; } known[] = {
        { "--config", &o->config }, { "--dev", &o->bundle },
        { "--listen", &o->listen }, { "--admin", &o->admin },
    };

    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(serve_help, stdout);
            return 1;
        }
        while (k < sizeof known / sizeof known[0] && strcmp(argv[i], known[k].name) != 0) k++;
        if (k == sizeof known / sizeof known[0]) return 1 + usage("unknown option", argv[i], serve_help);
        if (i + 1 == argc) return 1 + usage("a value is missing after", argv[i], serve_help);
        *known[k].at = argv[++i];
    }
    if (!o->config && !o->bundle) return 1 + usage("serve needs --config or --dev", NULL, serve_help);
    return 0;
}

static bool override(const char *text, struct port_net_addr *address)
{
    if (!text || device_read_address(pn_slice(text, strlen(text)), address)) return true;
    fprintf(stderr, "postern: %s is not an address and port, such as 127.0.0.1:8080\n", text);
    return false;
}

/* State and audit log of a development run that has no device file. */
static bool temporary_state(struct arena *arena, struct pn_device *device)
{
    const char *base = getenv("TMPDIR");
    char *folder = arena_take(arena, 4096);

    snprintf(folder, 4096, "%s/postern-dev-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) {
        fprintf(stderr, "postern: %s: %s\n", folder, strerror(errno));
        return false;
    }
    device->state_path = folder;
    device->audit_path = arena_format(arena, "%s/audit.jsonl", folder);
    fprintf(stderr, "postern: development: the audit log is %s\n", device->audit_path);
    return true;
}

static bool read_device(struct arena *arena, const struct serve_options *o, struct pn_device *device)
{
    struct diagnostics diagnostics = { 0 };
    bool good = true;

    device_defaults(device);
    if (o->config) {
        good = device_file_read(arena, &diagnostics, o->config, device);
        diag_print(&diagnostics, stderr);
    } else {
        device_credentials_from_environment(arena, device);
        good = temporary_state(arena, device);
    }
    diag_free(&diagnostics);
    if (good && !o->bundle && device->keys.count == 0) {
        fprintf(stderr, "postern: %s: no key under policy.keys: nobody's policy would be accepted\n",
                o->config);
        return false;
    }
    if (o->listen) device->listen_count = 1;
    good = good && override(o->listen, &device->listen[0]) && override(o->admin, &device->admin);
    if (good && !device_is_loopback(&device->admin)) {
        fprintf(stderr, "postern: --admin takes a loopback address only\n");
        return false;
    }
    return good;
}

static bool send_to_gateway(void *context, enum dev_message kind, struct pn_slice bytes)
{
    enum pn_feed_kind as = kind == DEV_POLICY ? PN_FEED_POLICY : PN_FEED_COMPLAINT;

    return pn_feed_send(*(const int *)context, as, bytes);
}

/* Start the compiler as a process of its own; false when that cannot be. */
static bool start_compiler(const char *bundle, struct pn_device *device, struct pn_serve_feed *feed)
{
    struct dev_compiler compiler = { .folder = bundle, .send = send_to_gateway };
    int ends[2];

    if (!pn_key_pair_new(&compiler.pair) ||
        pn_keyset_add(&device->keys, compiler.pair.xy, PN_KEY_POLICY) != PN_KEYSET_ADDED ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        fprintf(stderr, "postern: cannot prepare the compiler process\n");
        return false;
    }
    pid_t process = fork();
    if (process < 0) return false;
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        close(ends[0]);
        compiler.context = &ends[1];
        dev_compile_run(&compiler);
        _exit(0);
    }
    pn_key_pair_wipe(&compiler.pair);
    close(ends[1]);
    *feed = (struct pn_serve_feed){ .socket = ends[0], .process = process };
    return true;
}

static int command_serve(int argc, char **argv)
{
    static struct pn_device device;
    struct serve_options options = { 0 };
    struct pn_serve_feed feed = { .socket = -1 };
    struct arena arena = { 0 };
    int status = read_serve_options(argc, argv, &options);

    if (status > 0) return status - 1;
    status = 1;
    if (read_device(&arena, &options, &device) &&
        (!options.bundle || start_compiler(options.bundle, &device, &feed))) {
        status = pn_serve(&device, options.bundle ? &feed : NULL);
    }
    if (feed.process > 0) kill(feed.process, SIGTERM);
    arena_free(&arena);
    return status;
}

/* --- the others --- */

static int command_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("postern %s\n", PN_VERSION);
    return 0;
}

struct command {
    const char *first, *second; /* second NULL: one word */
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    { "serve", NULL, command_serve },
    { "policy", "build", tool_policy_build },
    { "policy", "sign", tool_policy_sign },
    { "policy", "show", tool_policy_show },
    { "policy", "check", tool_policy_check },
    { "key", "new", tool_key_new },
    { "audit", NULL, tool_audit },
    { "demo", NULL, tool_demo },
    { "version", NULL, command_version },
};

static int run_command(int argc, char **argv)
{
    bool first_known = false;

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *c = &commands[i];
        if (strcmp(argv[1], c->first) != 0) continue;
        first_known = true;
        if (!c->second) return c->run(argc - 1, argv + 1);
        if (argc > 2 && strcmp(argv[2], c->second) == 0) return c->run(argc - 2, argv + 2);
    }
    if (first_known && argc > 2 && strcmp(argv[2], "--help") != 0) {
        return usage("unknown command", argv[2], general_help);
    }
    return first_known ? usage("a command is missing after", argv[1], general_help)
                       : usage("unknown command", argv[1], general_help);
}

int main(int argc, char **argv)
{
    static _Alignas(64) uint8_t arena[65536];

    if (argc < 2) return usage("a command is missing", NULL, general_help);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        fputs(general_help, stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) return command_version(argc, argv);
    if (port_crypto_init(arena, sizeof arena) != PORT_CRYPTO_GOOD) {
        fprintf(stderr, "postern: the cryptographic library does not work on this machine\n");
        return 1;
    }
    return run_command(argc, argv);
}
