/* see operator_new.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/operator_new.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/admin/door_rules.h"
#include "core/base/base64url.h"
#include "core/base/bytes.h"
#include "port/port_crypto.h"
#include "port/port_random.h"
#include "tools/device/password_text.h"
#include "tools/vault/typed.h"

static const char key_program[] = "postern admin key new";
static const char password_program[] = "postern admin password new";

static const char key_help[] =
    "postern admin key new --name NAME --role ROLE\n"
    "\n"
    "Make an admin key, 256 random bits, and print it with its record for `operators:` under `admin:`\n"
    "of the device file, which holds its SHA-256 only. The key is printed this once and written\n"
    "nowhere: hand it over now. It is sent as `Authorization: Bearer KEY`.\n"
    "\n"
    "  --name NAME  the operator's, for the audit log\n"
    "  --role ROLE  viewer: may read; operator: may also install policies and key sets; admin: all\n"
    "  -h, --help   print this\n"
    "\n"
    "Exit status: 0 done, 1 the system gives no random bytes, 2 wrong usage.\n"
    "\n"
    "Example: postern admin key new --name ana --role operator\n";

static const char password_help[] =
    "postern admin password new --name NAME --role ROLE [--file FILE]\n"
    "\n"
    "Ask for a password, of 12 bytes or more, and print the record with its Argon2id for `operators:`\n"
    "under `admin:` of the device file. It is sent as HTTP Basic, with the name. For programs use\n"
    "postern admin key new: what nobody remembers nobody guesses.\n"
    "\n"
    "  --name NAME  the operator's, without colons\n"
    "  --role ROLE  viewer, operator or admin\n"
    "  --file FILE  the password is its first line, of standard input where it is -\n"
    "  -h, --help   print this\n"
    "\n"
    "Exit status: 0 done, 1 no password or no random bytes, 2 wrong usage.\n";

enum { SECRET_BYTES = 32, NAME_BYTES_MAX = 128, SALT_BYTES = 16, PASSWORD_BYTES_MAX = 512 };

struct wanted {
    const char *program, *help;
    struct pn_slice name, role;
    const char *file; /* of the password; NULL: it is asked for */
    int (*make)(const struct wanted *wanted);
};

static int complain(const struct wanted *o, const char *what)
{
    fprintf(stderr, "%s: %s\n", o->program, what);
    return 2;
}

static bool is_role(struct pn_slice role)
{
    for (int i = PN_OPERATOR_VIEWER; i < PN_OPERATOR_ROLE_COUNT; i++) {
        if (pn_slice_equal(role, pn_operator_role_name((enum pn_operator_role)i))) return true;
    }
    return false;
}

static void write_operator(struct pn_writer *w, const struct wanted *o)
{
    pn_write_text(w, "  - name: ");
    pn_write_json_string(w, o->name);
    pn_write_text(w, "\n    role: ");
    pn_write(w, o->role);
}

static bool print(const uint8_t *text, const struct pn_writer *w)
{
    return !w->full && fwrite(text, 1, w->len, stdout) == w->len && fflush(stdout) == 0;
}

/* --- keys --- */

static int make_key(const struct wanted *o)
{
    uint8_t secret[SECRET_BYTES], digest[PORT_DIGEST_BYTES], text[2048];
    struct pn_writer w = pn_writer(text, sizeof text);

    if (port_random(secret, sizeof secret) != PORT_RANDOM_DONE) {
        complain(o, "the system gives no random bytes");
        return 1;
    }
    pn_write_text(&w, PN_ADMIN_KEY_PREFIX);
    pn_write_base64url(&w, pn_slice(secret, sizeof secret));
    port_sha256(text, w.len, digest);
    pn_write_text(
        &w,
        "\n\nThe line above is the key, shown this once. For `operators:` of the device file:\n\n");
    write_operator(&w, o);
    pn_write_text(&w, "\n    key_sha256: ");
    pn_write_hex(&w, digest, PORT_DIGEST_BYTES);
    pn_write_text(&w, "\n");
    bool good = print(text, &w);
    pn_bytes_wipe(secret, sizeof secret);
    pn_bytes_wipe(text, sizeof text);
    if (!good) complain(o, "the key could not be printed; nobody knows it, make another one");
    return good ? 0 : 1;
}

/* --- passwords --- */

static bool derive(struct pn_password *p, struct pn_slice password)
{
    *p = (struct pn_password){ .cost = { .memory_kib = 19456, .passes = 2, .lanes = 1 },
                               .salt_len = SALT_BYTES };
    struct port_argon2id_input input = { .password = password,
                                         .salt = pn_slice(p->salt, SALT_BYTES) };
    void *memory = malloc(port_argon2id_bytes(&p->cost));
    bool done = memory && port_random(p->salt, SALT_BYTES) == PORT_RANDOM_DONE &&
                port_argon2id(&p->cost, &input, memory, p->key);

    free(memory);
    return done;
}

static int make_password(const struct wanted *o)
{
    uint8_t typed[PASSWORD_BYTES_MAX], text[2048];
    struct pn_writer password = pn_writer(typed, sizeof typed), w = pn_writer(text, sizeof text);
    struct pn_password record;

    if (pn_slice_find(o->name, ':') < o->name.len) return complain(o, "a name without colons");
    if (!typed_new_passphrase(o->program, o->file, &password)) return 1;
    bool good = derive(&record, pn_written(&password));
    pn_bytes_wipe(typed, sizeof typed);
    write_operator(&w, o);
    pn_write_text(&w, "\n    password: ");
    password_text_write(&w, &record);
    pn_write_text(&w, "\n");
    if (good && print(text, &w)) return 0;
    complain(o, "the record could not be made or printed");
    return 1;
}

/* --- the command line --- */

static int run(struct wanted o, int argc, char **argv)
{
    static const struct option options[] = { { "name", required_argument, NULL, 'n' },
                                             { "role", required_argument, NULL, 'r' },
                                             { "file", required_argument, NULL, 'f' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(o.help, stdout);
            return 0;
        }
        if (option == '?') return complain(&o, "see --help");
        if (option == 'f') o.file = optarg;
        else *(option == 'n' ? &o.name : &o.role) = pn_slice(optarg, strlen(optarg));
    }
    if (optind + 1 != argc || strcmp(argv[optind], "new") != 0) {
        return complain(&o, "what can be done is `new`; names follow their options");
    }
    if (o.name.len == 0 || o.name.len > NAME_BYTES_MAX) {
        return complain(&o, "--name NAME is wanted, of 1 to 128 bytes");
    }
    if (!is_role(o.role)) return complain(&o, "--role is viewer, operator or admin");
    return o.make(&o);
}

int tool_admin_key(int argc, char **argv)
{
    return run((struct wanted){ .program = key_program, .help = key_help, .make = make_key }, argc,
               argv);
}

int tool_admin_password(int argc, char **argv)
{
    return run((struct wanted){ .program = password_program,
                                .help = password_help,
                                .make = make_password },
               argc, argv);
}
