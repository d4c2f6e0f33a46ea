/* see admin_key_new.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/admin_key_new.h"

#include <getopt.h>
#include <stdio.h>

#include "core/admin/door_rules.h"
#include "core/base/base64url.h"
#include "port/port_crypto.h"
#include "port/port_random.h"

static const char program[] = "postern admin key new";

static const char help[] =
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

enum { SECRET_BYTES = 32, NAME_BYTES_MAX = 128 };

struct wanted {
    struct pn_slice name, role;
};

static int complain(const char *what)
{
    fprintf(stderr, "%s: %s\n", program, what);
    return 2;
}

static bool is_role(struct pn_slice role)
{
    for (int i = PN_OPERATOR_VIEWER; i < PN_OPERATOR_ROLE_COUNT; i++) {
        if (pn_slice_equal(role, pn_operator_role_name((enum pn_operator_role)i))) return true;
    }
    return false;
}

static void write_record(struct pn_writer *w, const struct wanted *o, const uint8_t *digest)
{
    pn_write_text(
        w, "\n\nThe line above is the key, shown this once. For `operators:` of the device file:\n"
           "\n  - name: ");
    pn_write_json_string(w, o->name);
    pn_write_text(w, "\n    role: ");
    pn_write(w, o->role);
    pn_write_text(w, "\n    key_sha256: ");
    pn_write_hex(w, digest, PORT_DIGEST_BYTES);
    pn_write_text(w, "\n");
}

static int make(const struct wanted *o)
{
    uint8_t secret[SECRET_BYTES], digest[PORT_DIGEST_BYTES], text[2048];
    struct pn_writer w = pn_writer(text, sizeof text);

    if (port_random(secret, sizeof secret) != PORT_RANDOM_DONE) {
        complain("the system gives no random bytes");
        return 1;
    }
    pn_write_text(&w, PN_ADMIN_KEY_PREFIX);
    pn_write_base64url(&w, pn_slice(secret, sizeof secret));
    port_sha256(text, w.len, digest);
    write_record(&w, o, digest);
    bool good = !w.full && fwrite(text, 1, w.len, stdout) == w.len && fflush(stdout) == 0;
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(text, sizeof text);
    if (!good) complain("the key could not be printed; nobody knows it, make another one");
    return good ? 0 : 1;
}

int tool_admin_key(int argc, char **argv)
{
    static const struct option options[] = { { "name", required_argument, NULL, 'n' },
                                             { "role", required_argument, NULL, 'r' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct wanted o = { .name = PN_SLICE("") };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (option == '?') return complain("see --help");
        *(option == 'n' ? &o.name : &o.role) = pn_slice(optarg, strlen(optarg));
    }
    if (optind + 1 != argc || strcmp(argv[optind], "new") != 0) {
        return complain("the only thing to do with a key is `new`; names follow their options");
    }
    if (o.name.len == 0 || o.name.len > NAME_BYTES_MAX) {
        return complain("--name NAME is wanted, of 1 to 128 bytes");
    }
    if (!is_role(o.role)) return complain("--role is viewer, operator or admin");
    return make(&o);
}
