/* Requests that a policy refuses, or the gateway in the state that it is in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/policy_format.h"
#include "test/exchange/provocation.h"

#define ODD_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"

static struct sim_conn *no_policy(struct desk *d)
{
    pn_shared_publish(&d->shared, PN_GENERATION_NONE);
    return provoke_hello(d);
}

static struct sim_conn *expired_policy(struct desk *d)
{
    d->shared.generations[atomic_load(&d->shared.current)].expires_unix = 1;
    return provoke_hello(d);
}

static struct sim_conn *stale_policy(struct desk *d)
{
    atomic_store(&d->shared.stale, 1);
    return provoke_hello(d);
}

static struct sim_conn *swapped_policy(struct desk *d)
{
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 90000\r\n\r\n{");
    static char filler[1000];

    memset(filler, ' ', sizeof filler);
    desk_install(d, DESK_FOLDER);
    for (int i = 0; i < 7; i++) {
        sim_push(client, pn_slice((uint8_t *)filler, sizeof filler));
        desk_wait(d, 1000);
    }
    return client;
}

static struct sim_conn *approval(struct desk *d)
{
    return desk_ask(d, desk_post("/mcp/crm", TIER_1, CALL_BARE("customer_delete")));
}

static struct sim_conn *long_note(struct desk *d)
{
    return desk_ask(d,
                    desk_post("/mcp/crm", TIER_1,
                              "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                              "\"name\":\"annotate\",\"arguments\":{\"note\":\"l\\u00f6nger\"}}}"));
}

/* No compiler writes this outcome yet, but a later one will: an older gateway then refuses it. */
static struct sim_conn *redaction(struct desk *d)
{
    uint32_t place = atomic_load(&d->shared.current);
    struct pn_slice rules =
        d->shared.generations[place].policy.blob.section[PN_POLICY_SECTION_RULES];
    uint8_t *bytes = d->bodies[place].at + (rules.at - (const uint8_t *)d->bodies[place].at);

    size_t rule_bytes = rules.len / d->shared.generations[place].policy.rule_count;

    for (size_t at = 0; at < rules.len; at += rule_bytes) {
        if (bytes[at + PN_RULE_OUTCOME] == PN_ALLOW) bytes[at + PN_RULE_OUTCOME] = PN_REDACT;
    }
    return provoke_hello(d);
}

static struct sim_conn *full_exchanges(struct desk *d)
{
    for (uint32_t i = 0; i < d->config.limits.exchanges_max; i++) provoke_hello(d);
    return provoke_hello(d);
}

static void one_client(struct pn_config *config)
{
    config->limits.connections_max = 2; /* and the listener */
}

static struct sim_conn *full_disk(struct desk *d)
{
    d->audit.disk_bytes = d->audit.log_len;
    sim_close(provoke_hello(d));
    desk_reached(d, DESK_MAIN);
    desk_wait(d, 200);
    return provoke_hello(d);
}

static struct sim_conn *lost_revocations(struct desk *d)
{
    atomic_store(&d->shared.revoked.lost, 1);
    return provoke_hello(d);
}

static struct sim_conn *draining(struct desk *d)
{
    atomic_store(&d->shared.draining, 1);
    return provoke_hello(d);
}

static struct sim_conn *stopped(struct desk *d)
{
    struct pn_now now = { 1000 * sim_now_ms(d->sim), -1 };
    struct sim_conn *client;

    provoke_main(d, &client);
    pn_gateway_stop(d->gateway, &now);
    desk_run(d);
    return client;
}

static struct sim_conn *gone_client(struct desk *d)
{
    struct sim_conn *client;

    provoke_main(d, &client);
    sim_close(client);
    desk_run(d);
    return client;
}

const struct provocation provocations_of_policies[PN_REASON_COUNT] = {
    [PN_REASON_NO_POLICY] = { .act = no_policy, .detail = "None was installed yet." },
    [PN_REASON_POLICY_EXPIRED] = { .act = expired_policy,
                                   .detail = "valid until 1970-01-01T00:00:01" },
    [PN_REASON_POLICY_STALE] = { .act = stale_policy },
    [PN_REASON_POLICY_CHANGED] = { .act = swapped_policy, .detail = "swap_grace_ms is 5000 ms." },
    [PN_REASON_DENIED_BY_DEFAULT] = BODY("{\"model\":\"o3\"}"),
    [PN_REASON_DENIED_BY_RULE] = RPC(REFUND("5001")),
    [PN_REASON_DENIED_ON_ERROR] = RPC(REFUND("\"1\"")),
    [PN_REASON_DENIED_BY_SCHEMA] = { .act = long_note,
                                     .folder = ODD_FOLDER,
                                     .detail = "R.attr/arguments/note: maxLength" },
    [PN_REASON_STEP_UP_REQUIRED] = { .act = approval, .folder = ODD_FOLDER },
    [PN_REASON_OUTCOME_UNSUPPORTED] = { .act = redaction, .folder = ODD_FOLDER },
    [PN_REASON_TOOL_HIDDEN] = { .rpc = CALL_BARE("payout_create"), .silent = true },
    [PN_REASON_EXCHANGES_FULL] = { .act = full_exchanges,
                                   .heard = true,
                                   .detail = "exchanges_max is " },
    [PN_REASON_UPSTREAMS_FULL] = { .chat = HELLO, .change = one_client },
    [PN_REASON_AUDIT_UNAVAILABLE] = { .act = full_disk },
    [PN_REASON_REVOCATIONS_LOST] = { .act = lost_revocations },
    [PN_REASON_DRAINING] = { .act = draining },
    [PN_REASON_STOPPED] = { .act = stopped, .heard = true },
    [PN_REASON_CLIENT_GONE] = { .act = gone_client, .silent = true, .heard = true },
};
