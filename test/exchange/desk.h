/* desk.h - a whole gateway over the simulator, with the support-desk policy, for tests.
 *
 * The test is the client and every upstream. Nothing is replaced: the policy is compiled from
 * policy/examples/support-desk, the audit writer runs, bytes pass through the one port_net.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_DESK_H
#define TEST_EXCHANGE_DESK_H

#include "core/gateway.h"
#include "platforms/sim/sim.h"
#include "platforms/sim/sim_audit.h"
#include "tools/compile/arena.h"

#define TIER_1  "Authorization: Bearer sk-postern-demo-tier-1\r\n"
#define TIER_2  "Authorization: Bearer sk-postern-demo-tier-2\r\n"
#define TRIAGE  "Authorization: Bearer sk-postern-demo-triage\r\n"
#define PAYROLL "Authorization: Bearer sk-postern-demo-payroll\r\n"

enum { DESK_PORT = 8080, DESK_ANSWER_BYTES = 1 << 20 };

enum desk_upstream {
    DESK_MAIN,
    DESK_MINI,
    DESK_CRM,
    DESK_TICKETS,
    DESK_PAYMENTS,
    DESK_PAYROLL,
    DESK_UPSTREAMS
};

struct desk {
    struct sim *sim;
    struct port_net *net;
    struct pn_gateway *gateway;
    struct pn_config config;
    struct pn_credentials credentials;
    struct pn_token_key token_key; /* config's */
    struct pn_shared shared;
    struct port_audit audit;
    struct pn_audit_writer writer;
    struct pn_audit_ring ring;
    struct bytes bodies[PN_POLICY_GENERATIONS]; /* compiled policies */
    struct sim_upstream *upstream[DESK_UPSTREAMS];
    uint8_t batch[3 * PN_AUDIT_LINE_BYTES];
    void *net_memory, *gateway_memory;
    uint32_t installs; /* each policy has an identity of its own */
    struct pn_revoked_place revoked[16];
    bool writer_rests; /* set by a test: what is recorded stays in the ring */
};

/* Build one with the policy of `folder`. `change` may alter the configuration before the gateway is made; NULL: as it is. */
struct desk *desk_open_at(const char *folder, void (*change)(struct pn_config *config));
#define DESK_FOLDER       PN_SOURCE_DIR "/policy/examples/support-desk"
#define desk_open(change) desk_open_at(DESK_FOLDER, (change))
struct desk *desk_open_seeded(const char *folder, void (*change)(struct pn_config *config),
                              uint64_t seed);
void desk_close(struct desk *d);

/* Put the policy of `folder` in force (again); aborts when it does not compile. */
void desk_install(struct desk *d, const char *folder);

/* Revoke a name, as the control thread does, and lift that again. */
void desk_revoke(struct desk *d, enum pn_revoked_kind kind, const char *name);
void desk_lift(struct desk *d, enum pn_revoked_kind kind, const char *name);

/* One turn of the loop, and of the audit writer. */
void desk_turn(struct desk *d);

/* Turn the loop until nothing moves any more without time passing. */
void desk_run(struct desk *d);

/* Let time pass, turning the loop. */
void desk_wait(struct desk *d, uint32_t ms);

/* Connect a client, push `request`, run. */
struct sim_conn *desk_ask(struct desk *d, const char *request);

/* The connection that the gateway has opened to an upstream, or NULL. */
struct sim_conn *desk_reached(struct desk *d, enum desk_upstream upstream);

/* Ask, and leave: did the gateway open a connection to that upstream? What it sent there holds no token. */
bool desk_reaches(struct desk *d, const char *request, enum desk_upstream upstream);

/* What was sent to this end so far, NUL-terminated; lent until the next call. */
const char *desk_text(struct sim_conn *conn);

/* What that upstream was sent in a connection, which is closed then; the test fails where there is none. Lent until the
 * third call after. */
const char *desk_heard(struct desk *d, enum desk_upstream upstream);

/* Answer with JSON in an upstream's connection, which stays open. */
void desk_answer(struct desk *d, struct sim_conn *up, const char *status, const char *body);

/* The audit log so far, NUL-terminated, every record in it. */
const char *desk_log(struct desk *d);

/* A POST with a JSON body; lent until the next call. */
const char *desk_post(const char *path, const char *fields, const char *body);

/* The text holds that part, or the test fails and prints both. */
void desk_expect(const char *text, const char *part);

/* No connection that was not taken with desk_reached() was opened to an upstream. */
void desk_nobody_asked(struct desk *d);

/* Everybody has left: close what waits for a timeout, and nothing may be held any more - requests,
 * connections, sockets, pins, body bytes, room in the audit ring - and every decision has its end. */
void desk_check_rest(struct desk *d);

/* How often a value occurs. */
size_t desk_count(const char *text, const char *part);

#endif
