/* main.c - the command line of postern.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/postern.h"
#include "platforms/linux/certificates.h"
#include "platforms/linux/feed.h"
#include "platforms/linux/machine.h"
#include "platforms/linux/memory.h"
#include "platforms/linux/process.h"
#include "platforms/linux/sandbox.h"
#include "platforms/linux/serve.h"
#include "platforms/linux/version.h"
#include "port/port_clock.h"
#include "port/port_crypto.h"
#include "tools/audit.h"
#include "tools/compile/diagnostics.h"
#include "tools/demo/demo.h"
#include "tools/dev/dev_compile.h"
#include "tools/device/device_file.h"
#include "tools/device/device_values.h"
#include "tools/doctor/doctor.h"
#include "tools/key_new.h"
#include "tools/keyset_new.h"
#include "tools/keyset_show.h"
#include "tools/keyset_sign.h"
#include "tools/operator_new.h"
#include "tools/policy_build.h"
#include "tools/policy_check.h"
#include "tools/policy_diff.h"
#include "tools/policy_eval.h"
#include "tools/policy_explain.h"
#include "tools/policy_inspect.h"
#include "tools/policy_lint.h"
#include "tools/policy_schema.h"
#include "tools/policy_simulate.h"
#include "tools/policy_test.h"
#include "tools/revoke.h"
#include "tools/seal_show.h"
#include "tools/seal_sign.h"
#include "tools/timestamp_sign.h"
#include "tools/token_new.h"
#include "tools/vault/vault_tool.h"

enum { EXIT_USAGE = 2 };

static const char serve_help[] =
    "usage: postern serve --config FILE [OPTIONS]\n"
    "       postern serve --dev BUNDLE [--config FILE] [OPTIONS]\n"
    "\n"
    "Runs the gateway until SIGTERM or SIGINT; then requests under way are given time to end.\n"
    "\n"
    "  --config FILE     the device file: listeners, trusted keys, state, credentials, limits.\n"
    "                    policy.keys believes policies; with policy.roots, key sets that they have\n"
    "                    signed replace all of these keys (see postern keyset new --help)\n"
    "  --dev BUNDLE      compile this bundle folder, seal it with a throw-away key, and do so\n"
    "                    again whenever a file in it changes. A bundle that does not compile\n"
    "                    leaves the policy as it was. Without --config, state and audit log are\n"
    "                    kept in a new temporary folder, and credentials come from the environment\n"
    "  --listen ADDRESS  instead of the device file's, such as 127.0.0.1:8080\n"
    "  --admin ADDRESS   likewise for the admin listener; loopback only. Its tls and its\n"
    "                    operators stay as the device file has them\n"
    "  --user NAME[:GROUP]  whom root becomes once the ports are bound; instead of the device file's\n"
    "  --sandbox MODE    off, best-effort (unless said otherwise) or strict: how far the process\n"
    "                    shuts itself in. strict starts with all of it or not, and not as root\n"
    "  --core-dumps      let a crash leave a core file, which may hold secrets\n"
    "\n"
    "SIGHUP reads policy.key_set, policy.file, certificates, roots and credentials again (with\n"
    "--dev: compiles again), SIGUSR1 begins a new audit log. The admin listener answers /livez,\n"
    "/readyz, /metrics, /version, /v1/policy, /v1/keys, /v1/time, /v1/system and\n"
    "/v1/revocations. Clients call /v1, /mcp/SERVER and /oauth/token; /oauth/jwks and\n"
    "/.well-known/oauth-* tell them what they need for that.\n"
    "\n"
    "exit status: 0 stopped in order, 1 could not start or stop, 2 wrong usage\n";

/* --- serve --- */

struct serve_options {
    const char *config, *bundle, *listen, *admin, *user, *sandbox;
    bool core_dumps;
};

static int usage(const char *what, const char *argument, const char *help)
{
    fprintf(stderr, "postern: %s%s%s\n\n%s", what, argument ? " " : "", argument ? argument : "",
            help);
    return EXIT_USAGE;
}

/* 0 to go on, or an exit status plus 1. */
static int read_serve_options(int argc, char **argv, struct serve_options *o)
{
    static const struct option known[] = {
        { "config", required_argument, NULL, 'c' },
        { "dev", required_argument, NULL, 'd' },
        { "listen", required_argument, NULL, 'l' },
        { "admin", required_argument, NULL, 'a' },
        { "user", required_argument, NULL, 'u' },
        { "sandbox", required_argument, NULL, 's' },
        { "core-dumps", no_argument, NULL, 'C' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        switch (option) {
        case 'c': o->config = optarg; break;
        case 'd': o->bundle = optarg; break;
        case 'l': o->listen = optarg; break;
        case 'a': o->admin = optarg; break;
        case 'u': o->user = optarg; break;
        case 's': o->sandbox = optarg; break;
        case 'C': o->core_dumps = true; break;
        case 'h': fputs(serve_help, stdout); return 1;
        case ':': return 1 + usage("a value is missing after", argv[optind - 1], serve_help);
        default: return 1 + usage("unknown option", argv[optind - 1], serve_help);
        }
    }
    if (optind < argc) return 1 + usage("unknown option", argv[optind], serve_help);
    if (!o->config && !o->bundle)
        return 1 + usage("serve needs --config or --dev", NULL, serve_help);
    return 0;
}

static bool read_sandbox(const char *word, struct pn_device *device)
{
    static const char *const words[] = { "off", "best-effort", "strict" };

    for (uint8_t i = 0; word && i < 3; i++) {
        if (strcmp(word, words[i]) != 0) continue;
        device->sandbox = i; /* in the order of enum pn_sandbox_mode */
        return true;
    }
    if (word) fprintf(stderr, "postern: --sandbox is off, best-effort or strict, not %s\n", word);
    return !word;
}

static bool override(const char *text, struct port_net_addr *address)
{
    if (!text) return true;
    if (!device_read_address(pn_slice(text, strlen(text)), address)) {
        fprintf(stderr, "postern: %s is not an address and port, such as 127.0.0.1:8080\n", text);
        return false;
    }
    if (address->port == 0)
        fprintf(stderr, "postern: %s: port 0 is nobody's; choose a port\n", text);
    return address->port != 0;
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
    struct pn_user user;
    if (device->user &&
        (!pn_user_find(device->user, &user) || chown(folder, user.uid, user.gid) != 0)) {
        rmdir(folder);
        return false;
    }
    device->state_path = folder;
    device->audit_path = arena_format(arena, "%s/audit.jsonl", folder);
    fprintf(stderr, "postern: development: the audit log is %s\n", device->audit_path);
    return true;
}

/* What a development run leaves behind is its audit log, if it came to have one. A log that could
 * not be ended in order needs the spools beside it, so then everything stays. */
static void temporary_state_end(const struct pn_device *device, int status)
{
    struct stat log;
    bool has_log = stat(device->audit_path, &log) == 0 && log.st_size > 0;
    DIR *folder = has_log && status != 0 ? NULL : opendir(device->state_path);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)) != NULL) {
        if (has_log && strncmp(entry->d_name, "audit.jsonl", 11) == 0) continue;
        unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder) closedir(folder);
    if (!has_log) rmdir(device->state_path);
}

static bool read_addresses(const struct serve_options *o, struct pn_device *device)
{
    if (o->listen) {
        device->listen_count = 1;
        memset(device->tls, 0, PN_LISTENERS_MAX * sizeof device->tls[0]);
    }
    if (!override(o->listen, &device->listen[0]) || !override(o->admin, &device->admin))
        return false;
    if (!o->admin || device_is_loopback(&device->admin)) return true;
    fprintf(stderr, "postern: --admin takes a loopback address only\n");
    return false;
}

static bool read_device_file(struct arena *arena, const struct serve_options *o,
                             struct pn_device *device)
{
    enum device_keys need = o->bundle ? DEVICE_KEYS_FOLLOW : DEVICE_KEYS_NEEDED;
    struct diagnostics diagnostics = { 0 };
    bool good = device_file_read(arena, &diagnostics, o->config, need, device);

    diag_print(&diagnostics, stderr);
    diag_free(&diagnostics);
    return good;
}

static bool read_options(const struct serve_options *o, struct pn_device *device)
{
    if (o->user) device->user = o->user;
    if (o->core_dumps) device->core_dumps = PN_CORE_DUMPS_ON;
    return read_sandbox(o->sandbox, device) && read_addresses(o, device);
}

static bool read_device(struct arena *arena, const struct serve_options *o,
                        struct pn_device *device)
{
    device_defaults(device);
    if (o->config) return read_device_file(arena, o, device) && read_options(o, device);
    device_credentials_from_environment(arena, device);
    return read_options(o, device) && temporary_state(arena, device);
}

static bool is_folder(const char *path)
{
    struct stat found;

    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) return true;
    fprintf(stderr, "postern: bundle %s: %s\n", path,
            strerror(access(path, F_OK) == 0 ? ENOTDIR : errno));
    return false;
}

static enum pn_feed_kind feed_kind(enum dev_message kind)
{
    switch (kind) {
    case DEV_POLICY: return PN_FEED_POLICY;
    case DEV_NOTES: return PN_FEED_NOTES;
    case DEV_COMPLAINT: break;
    }
    return PN_FEED_COMPLAINT;
}

static bool send_to_gateway(void *context, enum dev_message kind, struct pn_slice bytes)
{
    return pn_feed_send(*(const int *)context, feed_kind(kind), bytes);
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
        struct pn_user user;
        if (device->user && (!pn_user_find(device->user, &user) || !pn_user_become(&user)))
            _exit(1);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        close(ends[0]);
        if (!pn_sandbox_compiler(device)) _exit(1);
        compiler.context = &ends[1];
        dev_compile_run(&compiler);
        _exit(0);
    }
    pn_key_pair_wipe(&compiler.pair);
    close(ends[1]);
    *feed = (struct pn_serve_feed){ .socket = ends[0], .process = process };
    return true;
}

/* Operators that are read again: those in force have the one arena, the next are read into the other. */
struct operators_reading {
    const struct pn_device *device;
    struct arena arenas[2];
    unsigned current;
};

static bool read_operators(void *context, struct pn_door_rules *rules)
{
    struct operators_reading *r = context;
    struct arena *arena = &r->arenas[1 - r->current];
    struct diagnostics diagnostics = { 0 };

    arena_free(arena);
    bool good = device_operators_read(arena, &diagnostics, r->device, rules);
    diag_print(&diagnostics, stderr);
    diag_free(&diagnostics);
    if (good) r->current = 1 - r->current;
    return good;
}

static int serve(const struct pn_device *device, const struct pn_serve_feed *feed)
{
    struct operators_reading reading = { .device = device };
    struct pn_serve_operators operators = { read_operators, &reading };
    int status = pn_serve(device, feed, &operators);

    for (int i = 0; i < 2; i++) arena_free(&reading.arenas[i]);
    return status;
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
    bool ready =
        (!options.bundle || is_folder(options.bundle)) && read_device(&arena, &options, &device);
    if (ready && (!options.bundle || start_compiler(options.bundle, &device, &feed))) {
        status = serve(&device, options.bundle ? &feed : NULL);
    }
    if (feed.process > 0) kill(feed.process, SIGTERM);
    if (ready && !options.config) temporary_state_end(&device, status);
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

/* tool_audit() reads its second word itself. */
static int command_audit(int argc, char **argv)
{
    return tool_audit(argc + 1, argv - 1);
}

static bool look(const struct pn_device *device, struct doctor_machine *m)
{
    static struct pn_resolv_conf names;
    struct pn_machine found;
    bool good = pn_machine_look(device, &found);

    pn_resolv_conf_read(&names);
    *m = (struct doctor_machine){
        .now_unix = port_clock_unix_ms() / 1000,
        .uid = found.uid,
        .gid = found.gid,
        .open_files_max = found.open_files_max,
        .locked_bytes_max = found.locked_bytes_max,
        .secrets_bytes_min = found.secrets.bytes_min,
        .secrets_bytes_max = found.secrets.bytes_max,
        .landlock_abi = found.landlock_abi,
        .landlock_abi_whole = PN_LANDLOCK_ABI_WHOLE,
        .seccomp = found.seccomp,
        .entropy = found.entropy,
        .roots_path = pn_certificates_system(),
        .hosts = names.hosts,
        .host_count = names.host_count,
        .nameservers = names.nameservers,
        .nameserver_count = names.nameserver_count,
        .is_broad = pn_landlock_broad,
    };
    return good;
}

static int command_doctor(int argc, char **argv)
{
    static const struct doctor_platform platform = { look, pn_machine_store, pn_machine_net };

    return tool_doctor(argc, argv, &platform);
}

static int command_revoke(int argc, char **argv)
{
    return tool_revoke(argc, argv, pn_machine_net);
}

struct command {
    const char *first, *second; /* second NULL: one word */
    const char *sentence;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    { "serve", NULL, "run the gateway", command_serve },
    { "policy", "build", "compile a bundle into a policy", tool_policy_build },
    { "policy", "sign", "seal a policy for devices", tool_policy_sign },
    { "policy", "timestamp", "sign the time, and which policy is the newest",
      tool_policy_timestamp },
    { "policy", "show", "print what a sealed policy says of itself", tool_policy_show },
    { "policy", "check", "decide one request and explain the decision", tool_policy_check },
    { "policy", "explain", "tell why a request is decided as it is", tool_policy_explain },
    { "policy", "diff", "tell for which requests two policies differ", tool_policy_diff },
    { "policy", "simulate", "decide the calls of an audit log anew", tool_policy_simulate },
    { "policy", "eval", "compute a CEL expression", tool_policy_eval },
    { "policy", "inspect", "print everything that a policy file says of itself",
      tool_policy_inspect },
    { "policy", "lint", "tell what a bundle most likely does not mean", tool_policy_lint },
    { "policy", "schema", "print JSON Schemas of bundle files, for editors", tool_policy_schema },
    { "policy", "test", "run test files against a policy", tool_policy_test },
    { "key", "new", "make the pair of keys that signs policies", tool_key_new },
    { "admin", "key", "make the key of an operator", tool_admin_key },
    { "admin", "password", "make the record of an operator's password", tool_admin_password },
    { "token", "new", "make an API key and its record for identity.yaml", tool_token_new },
    { "keyset", "new", "write the keys that gateways are to believe", tool_keyset_new },
    { "keyset", "sign", "sign a key set with a root key", tool_keyset_sign },
    { "keyset", "show", "print what a key set says, and who signed it", tool_keyset_show },
    { "revoke", NULL, "stop a task, agent, user, key, token or session", command_revoke },
    { "audit", "verify", "is this audit log whole and unaltered?", command_audit },
    { "audit", "show", "print an audit log for people", command_audit },
    { "audit", "tail", "print its last records, and those to come", command_audit },
    { "vault", "init", "make an empty vault, a sealed file of secrets", tool_vault },
    { "vault", "set", "put a secret into a vault", tool_vault },
    { "vault", "get", "print a secret, if --reveal is said", tool_vault },
    { "vault", "list", "print the names of its secrets", tool_vault },
    { "vault", "rotate", "seal a vault anew, or replace one secret", tool_vault },
    { "vault", "rm", "take a secret out", tool_vault },
    { "doctor", NULL, "look whether a deployment is in order", command_doctor },
    { "demo", NULL, "serve stand-ins for the upstreams of the support-desk example", tool_demo },
    { "version", NULL, "print the version", command_version },
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

/* The commands of `group`, or all when it is NULL. */
static void print_help(FILE *to, const char *group)
{
    if (!group) fputs("postern - the gate in front of AI agents\n\n", to);
    fprintf(to, "usage: postern %s%s[ARGUMENTS]\n\n", group ? group : "COMMAND",
            group ? " COMMAND " : " ");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];
        char name[32];
        if (group && strcmp(c->first, group) != 0) continue;
        snprintf(name, sizeof name, "%s%s%s", c->first, c->second ? " " : "",
                 c->second ? c->second : "");
        fprintf(to, "  %-16s  %s\n", name, c->sentence);
    }
    fprintf(to, "\n`postern %s%s--help` tells more about each.\n", group ? group : "COMMAND",
            group ? " COMMAND " : " ");
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* `word` is no command, or no command of `group`. */
static int unknown(const char *word, const char *group)
{
    const char *names[COMMAND_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (group && strcmp(commands[i].first, group) != 0) continue;
        names[count++] = group ? commands[i].second : commands[i].first;
    }
    const char *nearest = diag_nearest(pn_slice(word, strlen(word)), names, count);
    fprintf(stderr, "postern: unknown command %s%s%s", group ? group : "", group ? " " : "", word);
    if (nearest) {
        fprintf(stderr, "; did you mean %s%s%s?", group ? group : "", group ? " " : "", nearest);
    }
    fputs("\n\n", stderr);
    print_help(stderr, group);
    return EXIT_USAGE;
}

static int run_in_group(int argc, char **argv)
{
    const char *group = argv[1];

    if (argc < 3) {
        fprintf(stderr, "postern: a command is missing after %s\n\n", group);
        print_help(stderr, group);
        return EXIT_USAGE;
    }
    if (asks_for_help(argv[2])) {
        print_help(stdout, group);
        return 0;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];
        if (strcmp(group, c->first) != 0 || strcmp(argv[2], c->second) != 0) continue;
        return c->run(argc - 2, argv + 2);
    }
    return unknown(argv[2], group);
}

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].first) != 0) continue;
        return commands[i].second ? run_in_group(argc, argv) : commands[i].run(argc - 1, argv + 1);
    }
    return unknown(argv[1], NULL);
}

int main(int argc, char **argv)
{
    static _Alignas(4096) uint8_t arena[65536];

    if (argc < 2) {
        fputs("postern: a command is missing\n\n", stderr);
        print_help(stderr, NULL);
        return EXIT_USAGE;
    }
    if (asks_for_help(argv[1])) {
        print_help(stdout, NULL);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) return command_version(argc, argv);
    pn_memory_hide(arena, sizeof arena); /* keys are in it while they are used */
    if (port_crypto_init(arena, sizeof arena) != PORT_CRYPTO_GOOD) {
        fprintf(stderr, "postern: the cryptographic library does not work on this machine\n");
        return 1;
    }
    return run_command(argc, argv);
}
