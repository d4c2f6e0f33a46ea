/* see revoke.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/revoke.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/writer.h"
#include "core/identity/jwt.h"
#include "core/revocation/revoked_set.h"
#include "tools/admin_client.h"
#include "tools/revoked_table.h"
#include "tools/time_text.h"
#include "tools/token_claims.h"
#include "tools/whole_file.h"

static const char program[] = "postern revoke";

static const char help[] =
    "postern revoke KIND NAME --reason TEXT [--until TIME]\n"
    "postern revoke token --from FILE --reason TEXT\n"
    "postern revoke --lift ID\n"
    "postern revoke --list [--output json]\n"
    "\n"
    "Whoever is revoked may call nothing any more, whatever the policy says: the next call is refused\n"
    "in every worker, calls under way end, open streams within a second. It lasts, through restarts,\n"
    "until it is lifted. Who revoked and why is in the audit log; so is who lifted it.\n"
    "\n"
    "  KIND          task, agent, user, key, token or session\n"
    "  NAME          as the audit log has it: who.task, who.agent (or a SPIFFE identifier), who.user,\n"
    "                who.key_id; of a token its jti; of a session its Mcp-Session-Id\n"
    "  --from FILE   take jti and end of the token in FILE; - is standard input\n"
    "  --reason TEXT why; needed\n"
    "  --until TIME  2026-12-31, 2026-12-31T18:00:00Z, or a span such as 12h: when what is revoked\n"
    "                ends by itself. Then the entry gives its place back. Without it, it stays\n"
    "  --lift ID     what is revoked by that entry may call again\n"
    "  --list        print what is revoked: the entry's number, who, by whom and since when, until when\n"
    "                and why\n"
    "  --output FORM of --list: text or json, which is what the gateway answers, a part of it a line\n"
    "  --admin AT    address and port of the admin listener (default: " ADMIN_CLIENT_AT ")\n"
    "  --key FILE    the admin key, or in " ADMIN_CLIENT_VARIABLE "; where operators are known\n"
    "  --roots FILE  ask over TLS; who signed the listener's certificate (PEM)\n"
    "  --name NAME   whom that certificate is for (default: the address)\n"
    "  --certificate FILE, --certificate-key FILE\n"
    "                our own, where operators prove who they are by one\n"
    "  -h, --help    print this\n"
    "\n"
    "Exit status: 0 done, 1 the gateway refused or did not answer, 2 not called like this.\n"
    "\n"
    "Example: postern revoke task T-1001 --reason 'refunds in a loop'\n";

enum { TOKEN_BYTES = 16384, BODY_BYTES = 4096, PATH_BYTES = 64, TRIES = 5 };

static const char path_of_all[] = "/v1/revocations";

enum act { REVOKE, LIFT, LIST };
enum form { FORM_TEXT, FORM_JSON };

struct wish {
    struct admin_client client;
    enum act act;
    enum form form;
    const char *kind, *name, *reason, *token_path, *id;
    uint64_t until_s;
    uint8_t jti[512];
    struct admin_reply reply;
};

static int complain(const char *what)
{
    fprintf(stderr, "%s: %s; see %s --help\n", program, what, program);
    return 2;
}

/* --- the token that is to be revoked --- */

static bool read_claims(struct wish *wish, struct pn_slice claims)
{
    static const uint8_t seed[16] = { 0 };
    struct pn_json_key places[256];
    struct pn_json_keys keys;
    struct pn_jwt jwt;

    memset(&keys, 0, sizeof keys);
    memset(&jwt, 0, sizeof jwt);
    pn_json_keys_init(&keys, places, 256, seed);
    if (!pn_jwt_read_claims(claims, &keys, &jwt) || jwt.jti.type != PN_STRING) return false;
    size_t len = pn_value_copy_text(&jwt.jti, wish->jti, sizeof wish->jti - 1);
    if (len == SIZE_MAX || len == 0) return false;
    wish->jti[len] = '\0';
    wish->name = (const char *)wish->jti;
    if (wish->until_s == 0 && jwt.exp.type == PN_INT) wish->until_s = (uint64_t)jwt.exp.as.i;
    return true;
}

static bool read_token(struct wish *wish)
{
    struct pn_slice text, claims;
    struct arena arena = { 0 };

    if (!pn_whole_file_read(program, wish->token_path, TOKEN_BYTES, &text)) return false;
    size_t len = text.len;
    while (len > 0 && text.at[len - 1] <= ' ') len--;
    bool good = token_claims(&arena, pn_slice(text.at, len), &claims) && read_claims(wish, claims);
    if (!good) fprintf(stderr, "%s: %s: no JWT with a jti\n", program, wish->token_path);
    explicit_bzero((void *)(uintptr_t)text.at, text.len);
    free((void *)(uintptr_t)text.at);
    arena_free(&arena);
    return good;
}

/* --- asking --- */

static int tell_refused(const struct admin_reply *reply)
{
    static const struct pn_slice key = PN_SLICE_INIT("\"message\":\"");
    struct pn_slice rest = reply->body;

    while (rest.len > 0 && !pn_slice_begins(rest, key)) rest = pn_slice_from(rest, 1);
    if (rest.len > 0) {
        rest = pn_slice_from(rest, key.len);
        rest = pn_slice_head(rest, pn_slice_find(rest, '"'));
    } else {
        rest = reply->body;
    }
    fprintf(stderr, "%s: refused, %u: %.*s\n", program, reply->status, (int)rest.len,
            (const char *)rest.at);
    return 1;
}

static int print(const struct admin_reply *reply)
{
    if (reply->status != 200) return tell_refused(reply);
    fwrite(reply->body.at, 1, reply->body.len, stdout);
    return 0;
}

/* What is changed is the list as it is now; if somebody else is quicker, the one after that. */
static int change(struct wish *wish, const char *method, const char *path, struct pn_slice body)
{
    uint8_t tag[256];
    struct admin_request look = { .method = "GET", .path = path_of_all };
    struct admin_request write = { .method = method, .path = path, .body = body };

    for (int i = 0; i < TRIES; i++) {
        if (!admin_client_ask(&wish->client, &look, &wish->reply)) return 1;
        if (wish->reply.status != 200) break;
        size_t len = wish->reply.tag.len < sizeof tag ? wish->reply.tag.len : 0;
        if (len > 0) memcpy(tag, wish->reply.tag.at, len);
        write.match = pn_slice(tag, len);
        if (!admin_client_ask(&wish->client, &write, &wish->reply)) return 1;
        if (wish->reply.status != 412) break;
    }
    return print(&wish->reply);
}

static int revoke(struct wish *wish)
{
    uint8_t room[BODY_BYTES];
    struct pn_writer body = pn_writer(room, sizeof room);

    pn_write_text(&body, "{\"kind\":");
    pn_write_json_string(&body, pn_slice(wish->kind, strlen(wish->kind)));
    pn_write_text(&body, ",\"name\":");
    pn_write_json_string(&body, pn_slice(wish->name, strlen(wish->name)));
    pn_write_text(&body, ",\"reason\":");
    pn_write_json_string(&body, pn_slice(wish->reason, strlen(wish->reason)));
    if (wish->until_s != 0) {
        pn_write_text(&body, ",\"until\":");
        pn_write_u64(&body, wish->until_s);
    }
    pn_write_text(&body, "}");
    if (body.full) return complain("NAME or --reason is too long");
    return change(wish, "POST", path_of_all, pn_written(&body));
}

static int lift(struct wish *wish)
{
    char path[PATH_BYTES];
    uint64_t id;

    if (!pn_slice_decimal(pn_slice(wish->id, strlen(wish->id)), UINT32_MAX, &id)) {
        return complain("--lift takes the id of an entry, as --list prints it");
    }
    snprintf(path, sizeof path, "%s/%u", path_of_all, (unsigned)id);
    return change(wish, "DELETE", path, PN_SLICE(""));
}

/* After which entry the next part begins; 0: this was the last. */
static uint64_t next_after(struct pn_slice part)
{
    static const struct pn_slice next = PN_SLICE_INIT("],\"next\":");
    struct pn_slice rest = pn_slice_from(part, part.len > 32 ? part.len - 32 : 0);

    while (rest.len > 0 && !pn_slice_begins(rest, next)) rest = pn_slice_from(rest, 1);
    return rest.len > 0 ? strtoull((const char *)rest.at + next.len, NULL, 10) : 0;
}

/* JSON as it came: one document a line. */
static int show_part(const struct wish *wish, struct revoked_table *table)
{
    const struct admin_reply *reply = &wish->reply;

    if (wish->form == FORM_JSON || reply->status != 200) return print(reply);
    if (revoked_table_add(table, reply->body)) return 0;
    fprintf(stderr, "%s: the answer is no list of what is revoked\n", program);
    return 1;
}

static int list(struct wish *wish)
{
    char path[PATH_BYTES];
    struct admin_request look = { .method = "GET", .path = path };
    struct revoked_table table = { 0 };
    uint64_t after = 0;
    int status = 0;

    do {
        snprintf(path, sizeof path, "%s?after=%llu", path_of_all, (unsigned long long)after);
        status = admin_client_ask(&wish->client, &look, &wish->reply) ? show_part(wish, &table) : 1;
        after = status == 0 ? next_after(wish->reply.body) : 0;
    } while (after > 0);
    if (status == 0 && wish->form == FORM_TEXT) revoked_table_print(&table, stdout);
    revoked_table_free(&table);
    return status;
}

/* --- the command line --- */

enum {
    REASON = 256,
    UNTIL,
    FROM,
    LIFT_ID,
    LIST_ALL,
    OUTPUT,
    ADMIN,
    KEY,
    ROOTS,
    NAME,
    CERTIFICATE,
    CERTIFICATE_KEY
};

static const struct option options[] = {
    { "reason", required_argument, NULL, REASON },
    { "until", required_argument, NULL, UNTIL },
    { "from", required_argument, NULL, FROM },
    { "lift", required_argument, NULL, LIFT_ID },
    { "list", no_argument, NULL, LIST_ALL },
    { "output", required_argument, NULL, OUTPUT },
    { "admin", required_argument, NULL, ADMIN },
    { "key", required_argument, NULL, KEY },
    { "roots", required_argument, NULL, ROOTS },
    { "name", required_argument, NULL, NAME },
    { "certificate", required_argument, NULL, CERTIFICATE },
    { "certificate-key", required_argument, NULL, CERTIFICATE_KEY },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static int read_option(struct wish *wish, int option, const char *value)
{
    switch (option) {
    case REASON: wish->reason = value; return 0;
    case FROM: wish->token_path = value; return 0;
    case ADMIN: wish->client.at = value; return 0;
    case KEY: wish->client.key_path = value; return 0;
    case ROOTS: wish->client.roots_path = value; return 0;
    case NAME: wish->client.name = value; return 0;
    case CERTIFICATE: wish->client.certificate_path = value; return 0;
    case CERTIFICATE_KEY: wish->client.certificate_key_path = value; return 0;
    case LIST_ALL: wish->act = LIST; return 0;
    case LIFT_ID:
        wish->act = LIFT;
        wish->id = value;
        return 0;
    case OUTPUT:
        wish->form = strcmp(value, "json") == 0 ? FORM_JSON : FORM_TEXT;
        if (wish->form == FORM_JSON || strcmp(value, "text") == 0) return 0;
        return complain("--output is text or json");
    case UNTIL:
        if (pn_time_read(value, (uint64_t)time(NULL), &wish->until_s)) return 0;
        return complain("--until takes 2026-12-31, 2026-12-31T18:00:00Z or a span such as 12h");
    default: return complain("an option is not known, or lacks its value");
    }
}

static int check_tls(const struct admin_client *c)
{
    if ((c->certificate_path == NULL) != (c->certificate_key_path == NULL)) {
        return complain("--certificate and --certificate-key go together");
    }
    if (!c->roots_path && (c->certificate_path || c->name)) {
        return complain("over TLS needs --roots: by whom the listener is believed");
    }
    return 0;
}

static int read_words(struct wish *wish, int count, char **words)
{
    bool from = wish->token_path != NULL;

    if (wish->act != REVOKE) {
        return count == 0 ? 0 : complain("--lift and --list take no words besides");
    }
    if (count != (from ? 1 : 2)) {
        return complain(from ? "--from stands for the name" : "say the kind, and the name");
    }
    wish->kind = words[0];
    wish->name = from ? NULL : words[1];
    enum pn_revoked_kind kind = pn_revoked_kind_of(pn_slice(wish->kind, strlen(wish->kind)));
    if (kind == PN_REVOKED_NOTHING) {
        return complain("the kind is task, agent, user, key, token or session");
    }
    if (from && kind != PN_REVOKED_TOKEN) return complain("--from is for tokens");
    if (!wish->reason || wish->reason[0] == '\0') return complain("say why with --reason");
    return 0;
}

static int run(struct wish *wish)
{
    switch (wish->act) {
    case LIFT: return lift(wish);
    case LIST: return list(wish);
    case REVOKE: break;
    }
    if (wish->token_path && !read_token(wish)) return 1;
    return revoke(wish);
}

int tool_revoke(int argc, char **argv, struct port_net *(*open_net)(uint32_t sockets_max))
{
    static struct wish wish;
    int option, status = 0;

    wish.client = (struct admin_client){ .program = program, .at = ADMIN_CLIENT_AT };
    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        status = read_option(&wish, option, optarg);
        if (status != 0) return status;
    }
    status = read_words(&wish, argc - optind, argv + optind);
    if (status == 0) status = check_tls(&wish.client);
    if (status != 0) return status;
    if (wish.client.roots_path) wish.client.net = open_net(ADMIN_CLIENT_SOCKETS);
    return run(&wish);
}
