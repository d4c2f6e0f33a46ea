/* see token_new.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/token_new.h"

#include <getopt.h>
#include <stdio.h>

#include "core/base/base64url.h"
#include "core/identity/key_table.h"
#include "port/port_crypto.h"
#include "port/port_random.h"
#include "tools/compile/yaml_fields.h"

static const char program[] = "postern token new";

static const char help[] =
    "postern token new --user NAME | --agent NAME [OPTIONS]\n"
    "\n"
    "Make an API key, 256 random bits, and print it with its record for identity.yaml, which holds\n"
    "its SHA-256 only. The key is printed this once and written nowhere: hand it over now. It works\n"
    "as soon as a policy with the record is in force, and no longer than the record is there.\n"
    "\n"
    "  --user NAME        whom the key speaks for\n"
    "  --agent NAME       which agent uses it; a user's key without one may make tokens for any\n"
    "                     (POST /oauth/token of the gateway)\n"
    "  --id NAME          its public name, for the audit log; made up if it is not given\n"
    "  --team NAME        the team\n"
    "  --task NAME        the task that it is for\n"
    "  --role NAME        a role; again for more\n"
    "  --expires DATE     such as 2027-01-31 or 2027-01-31T18:00:00Z\n"
    "  -o, --output text  the key, and the record as YAML; json: {\"key\":...,\"record\":{...}}\n"
    "  -h, --help         print this\n"
    "\n"
    "Exit status: 0 done, 1 the system gives no random bytes, 2 wrong usage.\n"
    "\n"
    "Example: postern token new --user ana --role tier-1-support --expires 2027-01-31\n";

enum { SECRET_BYTES = 32, ROLES_MAX = 32, NAME_BYTES_MAX = 256, KEY_BYTES = 64 };

struct request {
    struct pn_slice id, user, agent, team, task, expires;
    struct pn_slice roles[ROLES_MAX];
    size_t role_count;
    bool json;
};

struct made {
    uint8_t key[KEY_BYTES], digest[PORT_DIGEST_BYTES], id[NAME_BYTES_MAX + 16];
    size_t key_len;
};

/* --- what is wanted --- */

static bool complain(const char *what)
{
    fprintf(stderr, "%s: %s\n", program, what);
    return false;
}

static bool take_name(const char *text, struct pn_slice *name)
{
    *name = pn_slice(text, strlen(text));
    for (size_t i = 0; i < name->len; i++) {
        if (name->at[i] < ' ' || name->at[i] == 0x7f) return complain("a name has no such bytes");
    }
    if (name->len > 0 && name->len <= NAME_BYTES_MAX) return true;
    return complain("a name has 1 to 256 bytes");
}

static bool take_role(const char *text, struct request *r)
{
    if (r->role_count == ROLES_MAX) return complain("at most 32 roles");
    struct pn_slice *role = &r->roles[r->role_count++];
    if (!take_name(text, role)) return false;
    if (pn_slice_find(*role, ',') == role->len && !pn_slice_equal(*role, PN_SLICE("*")))
        return true;
    return complain("a role is a name without commas");
}

/* As identity.yaml has it. */
static bool take_expires(const char *text, struct request *r)
{
    char midnight[32];
    int64_t ms;

    r->expires = pn_slice(text, strlen(text));
    snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", text);
    struct pn_slice whole =
        r->expires.len == 10 ? pn_slice(midnight, strlen(midnight)) : r->expires;
    if (timestamp_read(whole, &ms) && ms > 0) return true;
    return complain("--expires takes a date, such as 2027-01-31 or 2027-01-31T18:00:00Z");
}

static bool take_output(const char *word, struct request *r)
{
    r->json = strcmp(word, "json") == 0;
    if (r->json || strcmp(word, "text") == 0) return true;
    return complain("--output is text or json");
}

static bool take(int option, const char *text, struct request *r)
{
    switch (option) {
    case 'i': return take_name(text, &r->id);
    case 'u': return take_name(text, &r->user);
    case 'a': return take_name(text, &r->agent);
    case 't': return take_name(text, &r->team);
    case 'k': return take_name(text, &r->task);
    case 'r': return take_role(text, r);
    case 'e': return take_expires(text, r);
    case 'o': return take_output(text, r);
    default: fprintf(stderr, "see %s --help\n", program); return false;
    }
}

/* --- making it --- */

static bool make(struct made *m, struct request *r)
{
    uint8_t secret[SECRET_BYTES];
    struct pn_writer w = pn_writer(m->key, sizeof m->key);

    if (port_random(secret, sizeof secret) != PORT_RANDOM_DONE) return false;
    pn_write_text(&w, PN_KEY_PREFIX);
    pn_write_base64url(&w, pn_slice(secret, sizeof secret));
    explicit_bzero(secret, sizeof secret);
    m->key_len = w.len;
    port_sha256(m->key, m->key_len, m->digest);
    if (r->id.len > 0) return true;

    w = pn_writer(m->id, sizeof m->id);
    pn_write(&w, r->agent.len > 0 ? r->agent : r->user);
    pn_write_text(&w, "-");
    pn_write_hex(&w, m->digest, 4);
    r->id = pn_slice_head(pn_written(&w), w.len < NAME_BYTES_MAX ? w.len : NAME_BYTES_MAX);
    return true;
}

/* One member of the record: YAML takes JSON's strings. */
static void member(struct pn_writer *w, const struct request *r, const char *name,
                   struct pn_slice value)
{
    if (value.len == 0) return;
    if (r->json) pn_write_text(w, ",\"");
    else pn_write_text(w, "\n    ");
    pn_write(w, pn_slice(name, strlen(name)));
    if (r->json) pn_write_text(w, "\":");
    else pn_write_text(w, ": ");
    pn_write_json_string(w, value);
}

static void write_roles(struct pn_writer *w, const struct request *r)
{
    if (r->role_count == 0) return;
    if (r->json) pn_write_text(w, ",\"roles\":[");
    else pn_write_text(w, "\n    roles: [");
    for (size_t i = 0; i < r->role_count; i++) {
        if (i > 0) pn_write_text(w, ", ");
        pn_write_json_string(w, r->roles[i]);
    }
    pn_write_text(w, "]");
}

static void write_record(struct pn_writer *w, const struct request *r, const struct made *m)
{
    uint8_t digits[2 * PORT_DIGEST_BYTES];
    struct pn_writer hex = pn_writer(digits, sizeof digits);

    pn_write_hex(&hex, m->digest, sizeof m->digest);
    if (r->json) pn_write_text(w, "{\"id\":");
    else pn_write_text(w, "  - id: ");
    pn_write_json_string(w, r->id);
    member(w, r, "sha256", pn_written(&hex));
    member(w, r, "user", r->user);
    member(w, r, "agent", r->agent);
    member(w, r, "team", r->team);
    member(w, r, "task", r->task);
    write_roles(w, r);
    member(w, r, "expires", r->expires);
}

static void write_all(struct pn_writer *w, const struct request *r, const struct made *m)
{
    struct pn_slice key = pn_slice(m->key, m->key_len);

    if (r->json) {
        pn_write_text(w, "{\"key\":");
        pn_write_json_string(w, key);
        pn_write_text(w, ",\"record\":");
        write_record(w, r, m);
        pn_write_text(w, "}}\n");
        return;
    }
    pn_write(w, key);
    pn_write_text(
        w, "\n\nThe line above is the key, shown this once. For `keys:` of identity.yaml:\n\n");
    write_record(w, r, m);
    pn_write_text(w, "\n");
}

static int print(struct request *r)
{
    static uint8_t text[32768];
    struct pn_writer w = pn_writer(text, sizeof text);
    struct made m;

    if (!make(&m, r)) {
        complain("the key could not be made; is there a random source?");
        return 1;
    }
    write_all(&w, r, &m);
    bool good = !w.full && fwrite(text, 1, w.len, stdout) == w.len && fflush(stdout) == 0;
    explicit_bzero(text, sizeof text);
    explicit_bzero(&m, sizeof m);
    if (!good) complain("the key could not be printed; nobody knows it, make another one");
    return good ? 0 : 1;
}

int tool_token_new(int argc, char **argv)
{
    static const struct option options[] = {
        { "id", required_argument, NULL, 'i' },      { "user", required_argument, NULL, 'u' },
        { "agent", required_argument, NULL, 'a' },   { "team", required_argument, NULL, 't' },
        { "task", required_argument, NULL, 'k' },    { "role", required_argument, NULL, 'r' },
        { "expires", required_argument, NULL, 'e' }, { "output", required_argument, NULL, 'o' },
        { "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 }
    };
    struct request r = { .json = false };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (!take(option, optarg, &r)) return 2;
    }
    if (optind < argc) {
        fprintf(stderr, "%s: what is '%s'? Names follow their options\n", program, argv[optind]);
        return 2;
    }
    if (r.user.len + r.agent.len > 0) return print(&r);
    complain("a key belongs to a user, an agent, or both: --user NAME, --agent NAME");
    return 2;
}
