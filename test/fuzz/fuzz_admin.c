/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_admin.c - any bytes to an admin listener that knows operators: a key for an operator, one for a
 * viewer, and a viewer's password.
 *
 * The first byte says in what pieces the rest arrives, and whether the operator is taken out of the list
 * before the last byte does. Nothing is written unless the operator's key is among the bytes, and nothing
 * after he was taken out; nothing is told to who shows no credential at all, nobody is left standing at
 * the door when the connection has ended, and what was shown there is wiped. */
/* links: sim */
#include <stdlib.h>
#include <string.h>

#include "core/admin/admin_server.h"
#include "core/admin/revocations.h"
#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "port/port_clock.h"
#include "port/port_crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PORT = 9900, SOCKETS = 24, MAX = 6, PLACES = 16, BODY_BYTES = 1024, TAKEN_OUT = 0x80 };

#define OPERATOR_KEY "postern_admin_olga"
#define VIEWER_KEY   "postern_admin_vera"
#define PASSWORD     "correct"
#define DI           "ZGk6Y29ycmVjdA==" /* di:correct, which is written like this alone */

static struct pn_shared *shared;
static struct pn_admin_server *server;
static struct port_net *net;
static struct sim *sim;
static struct port_store store;
static struct pn_install install;
static const struct pn_keyset nobodys; /* no policy is signed by anybody who is believed */
static struct pn_audit_writer writer;
static struct pn_stats stats;
static const struct pn_stats *const stats_of[] = { &stats };
static struct pn_limits limits;
static struct pn_system facts;
static struct pn_door_rules rules, without; /* an operator who writes */
static struct pn_admin admin;
static struct pn_admin_revocations revocations;
static struct pn_revoked_place places[PLACES];
static uint8_t records[MAX * PN_REVOCATION_BYTES];
static uint8_t body[BODY_BYTES], policies[PN_POLICY_GENERATIONS][BODY_BYTES];
static struct pn_self_test_room *self_test_room;
static uint64_t argon2_memory[8192 / 8 * 2];
static unsigned written, denied;

static void demand(bool holds)
{
    if (!holds) abort();
}

static void on_denied(void *context, const struct pn_admin_denied *d)
{
    (void)context;
    demand(d->denial != PN_DENIAL_NONE && d->from != NULL);
    denied++;
}

static void on_installed(void *context, const struct pn_install_result *r)
{
    (void)r;
    demand(pn_admin_operator(context) != NULL);
    written++;
}

static void on_revoked(void *context, const struct pn_revocation_told *t)
{
    (void)t;
    demand(pn_admin_operator(context) != NULL);
    written++;
}

/* --- making it --- */

static void add_operator(struct pn_door_rules *to, const char *name, enum pn_operator_role role,
                         const char *key)
{
    struct pn_door_operator *o = &to->operators[to->operator_count++];

    *o = (struct pn_door_operator){ .name = pn_slice(name, strlen(name)),
                                    .role = (uint8_t)role,
                                    .by_key = 1 };
    port_sha256(key, strlen(key), o->key_digest);
}

static void add_password(void)
{
    struct pn_door_operator *o = &rules.operators[rules.operator_count++];

    *o = (struct pn_door_operator){ .name = PN_SLICE("di"),
                                    .role = PN_OPERATOR_VIEWER,
                                    .by_password = 1,
                                    .password = { .cost = { 8, 1, 1 }, .salt_len = 8 } };
    struct port_argon2id_input input = { .password = PN_SLICE(PASSWORD),
                                         .salt = pn_slice(o->password.salt, 8) };
    demand(pn_password_bytes(&rules) <= sizeof argon2_memory);
    demand(port_argon2id(&o->password.cost, &input, argon2_memory, o->password.key));
}

static void make_once(void)
{
    if (shared) return;
    shared = calloc(1, sizeof *shared);
    server = calloc(1, sizeof *server);
    self_test_room = calloc(1, sizeof *self_test_room);
    demand(shared && server && self_test_room);
    pn_limits_default(&limits);
    facts = (struct pn_system){ .limits = &limits };
    add_operator(&rules, "olga", PN_OPERATOR_OPERATOR, OPERATOR_KEY);
    add_operator(&rules, "vera", PN_OPERATOR_VIEWER, VIEWER_KEY);
    add_operator(&without, "vera", PN_OPERATOR_VIEWER, VIEWER_KEY);
    add_password();
    rules.hosts[rules.host_count++] = PN_SLICE("gate");
    rules.origins[rules.origin_count++] = PN_SLICE("https://console");
}

static void make_install(void)
{
    memset(shared, 0, sizeof *shared);
    pn_shared_init(shared);
    memset(&install, 0, sizeof install);
    install.shared = shared;
    install.self_test_room = self_test_room;
    install.expect.keys = &nobodys;
    install.expect.engine = PN_POLICY_ENGINE;
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) {
        install.memory[i] = pn_writer(policies[i], sizeof policies[i]);
    }
    sim_store_init(&store);
    demand(pn_install_open(&install, &store) == PN_SEAL_ACCEPTED);
}

static void make_revocations(void)
{
    static const uint8_t seed[16] = { 1 };
    struct pn_revocation e = { .kind = PN_REVOKED_TASK,
                               .name = PN_SLICE("T-1"),
                               .reason = PN_SLICE("r"),
                               .by = PN_SLICE("olga") };

    memset(&revocations, 0, sizeof revocations);
    memset(places, 0, sizeof places);
    pn_revoked_set_init(&shared->revoked, places, MAX, seed);
    pn_json_keys_init(&revocations.keys, revocations.places, PN_REVOCATION_KEYS, seed);
    revocations.told = on_revoked;
    revocations.context = &admin;
    revocations.list = (struct pn_revocations){ .records = records, .max = MAX };
    demand(pn_revocations_open(&revocations.list, &install.slots, &shared->revoked));
    demand(pn_revocations_add(&revocations.list, &e, 0) == PN_REVOCATION_KEPT);
}

static void open_door(void)
{
    struct port_net_addr at;
    size_t bytes = (port_net_bytes(SOCKETS) + 63) & ~(size_t)63;

    sim = sim_open(1);
    at = sim_addr("127.0.0.1", PORT);
    net = port_net_init(aligned_alloc(64, bytes), bytes, SOCKETS);
    demand(net != NULL);
    admin =
        (struct pn_admin){ .shared = shared,
                           .install = &install,
                           .audit = &writer,
                           .stats = stats_of,
                           .worker_count = 1,
                           .system = &facts,
                           .version = PN_SLICE("1"),
                           .installed = on_installed,
                           .denied = on_denied,
                           .revocations = &revocations,
                           .context = &admin,
                           .door = { .rules = &rules,
                                     .at = at,
                                     .passwords = { .memory = argon2_memory,
                                                    .memory_bytes = pn_password_bytes(&rules) } } };
    pn_admin_server_init(server, &admin, net, port_net_listen(net, &at, PN_ADMIN_CONNS_MAX),
                         pn_writer(body, sizeof body));
    written = denied = 0;
}

static void shut_door(void)
{
    port_net_close_all(net);
    sim_shut(sim);
    free(net);
}

/* --- one visit --- */

static void step(void *context)
{
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };

    (void)context;
    port_net_wait(net, 0);
    pn_admin_server_step(server, &now);
}

static bool has(struct pn_slice in, const char *what)
{
    return memmem(in.at, in.len, what, strlen(what)) != NULL;
}

static void check_answers(struct pn_slice in, struct pn_slice out)
{
    bool operator_key = has(in, OPERATOR_KEY);
    bool any = operator_key || has(in, VIEWER_KEY) || has(in, DI);

    demand(operator_key || written == 0);
    demand(operator_key || install.installs + install.refusals + install.keyset_refusals == 0);
    demand(operator_key || (revocations.list.count == 1 && revocations.list.number == 1));
    demand(operator_key || atomic_load(&shared->revoked.count) == 1);
    demand(any || !has(out, "\r\netag: "));
    demand(any || !has(out, "T-1") || has(in, "T-1"));
    demand(any || denied == 0 || has(out, "\"error\":{\"reason\":"));
    demand(!has(out, OPERATOR_KEY) || operator_key);
}

static void check_rest(void)
{
    demand(admin.who.role == PN_OPERATOR_NOBODY);
    demand(server->body_owner == NULL);
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) demand(server->conns[i].socket == PORT_NET_NONE);
    struct pn_slice head =
        pn_slice(server->conns[0].head_bytes, PN_HEAD_BYTES); /* the one there was */
    demand(!has(head, OPERATOR_KEY) && !has(head, VIEWER_KEY) && !has(head, DI));
}

/* Who was an operator when his request began is none when it ends. */
static void push_all(struct sim_conn *client, uint8_t how, struct pn_slice in)
{
    bool taken_out = (how & TAKEN_OUT) != 0 && in.len > 0;
    size_t first = in.len - (taken_out ? 1 : 0);

    sim_chop(client, how & 0x7F, 0);
    if (first > 0) sim_push(client, pn_slice_head(in, first));
    sim_settle(sim, step, NULL);
    if (!taken_out) return;
    unsigned before = written;
    pn_door_take(&admin.door, &without);
    sim_push(client, pn_slice_from(in, first));
    sim_settle(sim, step, NULL);
    demand(written == before);
}

static void visit(uint8_t how, struct pn_slice in)
{
    static uint8_t out[1 << 18];
    struct sim_conn *client = sim_connect(sim, PORT);

    demand(client != NULL);
    push_all(client, how, in);
    size_t len = sim_take(client, out, sizeof out);
    check_answers(in, pn_slice(out, len));
    sim_close(client);
    sim_settle(sim, step, NULL);
    for (int i = 0; i < 3; i++) { /* who lingers, and who says nothing more */
        sim_advance(sim, PN_ADMIN_WAIT_MS);
        sim_settle(sim, step, NULL);
    }
    check_answers(in, pn_slice(out, len));
    check_rest();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096) return 0;
    make_once();
    make_install();
    make_revocations();
    open_door();
    visit(data[0], pn_slice(data + 1, size - 1));
    shut_door();
    return 0;
}
