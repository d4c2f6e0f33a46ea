/* see admin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/admin.h"

#include "core/admin/match.h"
#include "core/admin/metrics.h"
#include "core/admin/revocations.h"

enum place {
    NOWHERE,
    LIVE,
    READY,
    METRICS,
    VERSION,
    POLICY,
    KEYS,
    TIME,
    SYSTEM,
    REVOCATIONS,
    INVENTORY
};

struct place_row {
    struct pn_slice path;
    uint8_t place;         /* enum place */
    uint8_t reads, writes; /* enum pn_operator_role that GET needs, and any other method */
};

enum { ANYBODY = PN_OPERATOR_NOBODY, VIEWER = PN_OPERATOR_VIEWER, OPERATOR = PN_OPERATOR_OPERATOR };

/* Who may do what. A question about the time takes the place of the one before, so it is no mere
 * reading. */
static const struct place_row places[] = {
    { PN_SLICE_INIT("/livez"), LIVE, ANYBODY, VIEWER },
    { PN_SLICE_INIT("/healthz"), LIVE, ANYBODY, VIEWER },
    { PN_SLICE_INIT("/health/liveliness"), LIVE, ANYBODY, VIEWER },
    { PN_SLICE_INIT("/readyz"), READY, ANYBODY, VIEWER },
    { PN_SLICE_INIT("/health/readiness"), READY, ANYBODY, VIEWER },
    { PN_SLICE_INIT("/metrics"), METRICS, VIEWER, VIEWER },
    { PN_SLICE_INIT("/version"), VERSION, VIEWER, VIEWER },
    { PN_SLICE_INIT("/v1/policy"), POLICY, VIEWER, OPERATOR },
    { PN_SLICE_INIT("/v1/keys"), KEYS, VIEWER, OPERATOR },
    { PN_SLICE_INIT("/v1/time"), TIME, OPERATOR, OPERATOR },
    { PN_SLICE_INIT("/v1/system"), SYSTEM, VIEWER, VIEWER },
    { PN_SLICE_INIT("/v1/inventory"), INVENTORY, VIEWER, VIEWER },
};

static const struct place_row *row_of(struct pn_slice path)
{
    static const struct place_row nowhere = { PN_SLICE_INIT(""), NOWHERE, VIEWER, VIEWER };
    static const struct place_row revocations = { PN_SLICE_INIT(""), REVOCATIONS, VIEWER,
                                                  OPERATOR };

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (pn_slice_equal(path, places[i].path)) return &places[i];
    }
    return pn_admin_revocations_has(path) ? &revocations : &nowhere;
}

enum pn_operator_role pn_admin_needs(const struct pn_h1_head *head)
{
    const struct place_row *row = row_of(pn_h1_path(head));

    return (enum pn_operator_role)(head->method == PN_METHOD_GET ? row->reads : row->writes);
}

static struct pn_admin_answer text(uint16_t status, struct pn_writer *w)
{
    return (struct pn_admin_answer){ .status = status,
                                     .content_type = PN_SLICE("text/plain; charset=utf-8"),
                                     .body = pn_written(w) };
}

static struct pn_admin_answer json(uint16_t status, struct pn_writer *w)
{
    return (struct pn_admin_answer){ .status = status,
                                     .content_type = PN_SLICE("application/json"),
                                     .body = pn_written(w) };
}

/* --- readiness --- */

const struct pn_active *pn_admin_active(const struct pn_admin *a)
{
    uint32_t current = atomic_load(&a->shared->current);

    return current == PN_GENERATION_NONE ? NULL : &a->shared->generations[current];
}

static enum pn_reason policy_state(const struct pn_admin *a, int64_t now_unix)
{
    const struct pn_active *p = pn_admin_active(a);

    return p ? pn_shared_usable(a->shared, p, now_unix) : PN_REASON_NO_POLICY;
}

static bool check_line(struct pn_writer *w, struct pn_slice what, enum pn_reason reason)
{
    pn_write(w, reason == PN_REASON_NONE ? PN_SLICE("[+] ") : PN_SLICE("[-] "));
    pn_write(w, what);
    if (reason != PN_REASON_NONE) {
        pn_write_text(w, " ");
        pn_write(w, pn_reason_name(reason));
    }
    pn_write_text(w, "\n");
    return reason == PN_REASON_NONE;
}

static bool revocations_line(struct pn_writer *w, const struct pn_admin *a)
{
    struct pn_slice fault =
        a->revocations ? pn_admin_revocations_fault(a->revocations) : PN_SLICE("");

    pn_write(w, fault.len > 0 ? PN_SLICE("[-] revocations ") : PN_SLICE("[+] revocations"));
    pn_write(w, fault);
    pn_write_text(w, "\n");
    return fault.len == 0;
}

static struct pn_admin_answer ready(const struct pn_admin *a, int64_t now_unix, struct pn_writer *w)
{
    bool draining = atomic_load(&a->shared->draining) != 0;
    bool fault = pn_audit_writer_fault(a->audit) != 0;
    bool good = check_line(w, PN_SLICE("policy"), policy_state(a, now_unix));

    if (!check_line(w, PN_SLICE("audit"), fault ? PN_REASON_AUDIT_UNAVAILABLE : PN_REASON_NONE)) {
        good = false;
    }
    if (!check_line(w, PN_SLICE("serving"), draining ? PN_REASON_DRAINING : PN_REASON_NONE)) {
        good = false;
    }
    if (!revocations_line(w, a)) good = false;
    pn_write(w, good ? PN_SLICE("ready\n") : PN_SLICE("not ready\n"));
    return text(good ? 200 : 503, w);
}

/* --- the policy --- */

static void member(struct pn_writer *w, struct pn_slice key)
{
    pn_write_text(w, ",\"");
    pn_write(w, key);
    pn_write_text(w, "\":");
}

static void hex_member(struct pn_writer *w, struct pn_slice key, const uint8_t *bytes, size_t len)
{
    member(w, key);
    pn_write_text(w, "\"");
    pn_write_hex(w, bytes, len);
    pn_write_text(w, "\"");
}

static void describe_policy(struct pn_writer *w, const struct pn_active *p)
{
    hex_member(w, PN_SLICE("identity"), p->identity, sizeof p->identity);
    member(w, PN_SLICE("sequence"));
    pn_write_u64(w, p->sequence);
    hex_member(w, PN_SLICE("signer"), p->signer, sizeof p->signer);
    member(w, PN_SLICE("issued"));
    pn_write_i64(w, p->issued_unix);
    member(w, PN_SLICE("expires"));
    pn_write_i64(w, p->expires_unix);
    member(w, PN_SLICE("on_expiry"));
    pn_write_json_string(w, p->on_expiry == PN_EXPIRY_KEEP ? PN_SLICE("keep") : PN_SLICE("deny"));
    member(w, PN_SLICE("rules"));
    pn_write_u64(w, p->policy.rule_count);
}

static void describe_result(struct pn_writer *w, const struct pn_install_result *r)
{
    pn_write_text(w, "{\"reason\":");
    pn_write_json_string(w, r->name);
    member(w, PN_SLICE("message"));
    pn_write_json_string(w, r->sentence);
    if (r->detail_len > 0) {
        member(w, PN_SLICE("subject"));
        pn_write_json_string(w, pn_install_detail(r));
    }
}

static struct pn_slice state_name(enum pn_reason state)
{
    return state == PN_REASON_NONE ? PN_SLICE("active") : pn_reason_name(state);
}

/* As far as the last timestamp says. */
static void describe_newest(struct pn_writer *w, const struct pn_admin *a)
{
    const struct pn_freshness *f = &a->install->fresh;
    bool newest = pn_freshness_newest(f, pn_admin_active(a)) == PN_NEWEST_YES;

    if (f->any) {
        member(w, PN_SLICE("newest"));
        pn_write(w, newest ? PN_SLICE("true") : PN_SLICE("false"));
        member(w, PN_SLICE("newest_sequence"));
        pn_write_u64(w, f->last.sequence);
    }
    member(w, PN_SLICE("stale"));
    pn_write(w, pn_freshness_is_stale(f) ? PN_SLICE("true") : PN_SLICE("false"));
}

static void policy_document(const struct pn_admin *a, int64_t now_unix, struct pn_writer *w)
{
    const struct pn_active *p = pn_admin_active(a);
    const struct pn_install *in = a->install;

    pn_write_text(w, "{\"state\":");
    pn_write_json_string(w, state_name(policy_state(a, now_unix)));
    if (p) describe_policy(w, p);
    member(w, PN_SLICE("key_set"));
    pn_write_u64(w, in->keyring.keys.version);
    describe_newest(w, a);
    if (in->refusals + in->keyset_refusals > 0) {
        member(w, PN_SLICE("last_refusal"));
        describe_result(w, &in->last_refusal);
        member(w, PN_SLICE("at"));
        pn_write_i64(w, in->last_refusal_unix);
        pn_write_text(w, "}");
    }
    pn_write_text(w, "}\n");
}

/* --- the keys --- */

static void role_names(struct pn_writer *w, uint8_t roles)
{
    static const struct {
        uint8_t role;
        struct pn_slice name;
    } names[] = {
        { PN_KEY_POLICY, PN_SLICE_INIT("policy") }, { PN_KEY_DIRECTOR, PN_SLICE_INIT("director") },
        { PN_KEY_TIME, PN_SLICE_INIT("time") },     { PN_KEY_FIRMWARE, PN_SLICE_INIT("firmware") },
        { PN_KEY_ROOT, PN_SLICE_INIT("root") },
    };
    bool first = true;

    pn_write_text(w, "[");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((roles & names[i].role) == 0) continue;
        if (!first) pn_write_text(w, ",");
        pn_write_json_string(w, names[i].name);
        first = false;
    }
    pn_write_text(w, "]");
}

static void describe_key(struct pn_writer *w, const struct pn_seal_key *key)
{
    pn_write_text(w, "{\"id\":\"");
    pn_write_hex(w, key->id, sizeof key->id);
    pn_write_text(w, "\"");
    member(w, PN_SLICE("roles"));
    role_names(w, key->roles);
    if (key->not_after_s != 0) {
        member(w, PN_SLICE("until"));
        pn_write_u64(w, key->not_after_s);
    }
    pn_write_text(w, "}");
}

static void write_keys(struct pn_writer *w, const struct pn_keyset *keys)
{
    member(w, PN_SLICE("keys"));
    pn_write_text(w, "[");
    for (size_t i = 0; i < keys->count; i++) {
        if (i > 0) pn_write_text(w, ",");
        describe_key(w, &keys->keys[i]);
    }
    pn_write_text(w, "]");
}

static void write_revoked(struct pn_writer *w, const struct pn_keyset *keys)
{
    member(w, PN_SLICE("revoked"));
    pn_write_text(w, "[");
    for (size_t i = 0; i < keys->revoked_count; i++) {
        if (i > 0) pn_write_text(w, ",");
        pn_write_text(w, "\"");
        pn_write_hex(w, keys->revoked[i], PN_KEY_ID_BYTES);
        pn_write_text(w, "\"");
    }
    pn_write_text(w, "]");
}

static void keys_document(const struct pn_keyring *ring, struct pn_writer *w)
{
    const struct pn_keyset *keys = &ring->keys;

    pn_write_text(w, "{\"key_set\":");
    pn_write_u64(w, keys->version);
    member(w, PN_SLICE("lost"));
    pn_write(w, ring->lost ? PN_SLICE("true") : PN_SLICE("false"));
    if (keys->version > 0 && !ring->lost) {
        hex_member(w, PN_SLICE("identity"), keys->identity, sizeof keys->identity);
    }
    member(w, PN_SLICE("threshold"));
    pn_write_u64(w, keys->threshold);
    write_keys(w, keys);
    write_revoked(w, keys);
    pn_write_text(w, "}\n");
}

static struct pn_admin_answer refused(const struct pn_install_result *r, struct pn_writer *w)
{
    pn_write_text(w, "{\"error\":");
    describe_result(w, r);
    pn_write_text(w, "}}\n");
    return json(r->status, w);
}

struct pn_admin_answer pn_admin_deny(enum pn_denial denial, struct pn_writer *w)
{
    pn_write_text(w, "{\"error\":{\"reason\":");
    pn_write_json_string(w, pn_denial_name(denial));
    member(w, PN_SLICE("message"));
    pn_write_json_string(w, pn_denial_sentence(denial));
    pn_write_text(w, "}}\n");
    return json(pn_denial_status(denial), w);
}

/* Which policy and which key set are in force. */
static struct pn_slice tag_of(struct pn_admin *a)
{
    struct pn_writer w = pn_writer(a->tag, sizeof a->tag);
    const struct pn_active *p = pn_admin_active(a);

    pn_write_text(&w, "\"");
    if (p) pn_write_hex(&w, p->identity, 8);
    pn_write_text(&w, "-");
    pn_write_u64(&w, p ? p->sequence : 0);
    pn_write_text(&w, "-");
    pn_write_u64(&w, a->install->keyring.keys.version);
    pn_write_text(&w, "\"");
    return pn_written(&w);
}

static struct pn_admin_answer tagged(struct pn_admin *a, struct pn_admin_answer answer)
{
    answer.tag = tag_of(a);
    return answer;
}

static struct pn_admin_answer put_policy(struct pn_admin *a, struct pn_slice body, int64_t now_unix,
                                         struct pn_writer *w)
{
    struct pn_install_result r = pn_install_sealed(a->install, body, now_unix);

    if (a->installed) a->installed(a->context, &r);
    if (r.verdict == PN_INSTALL_REFUSED) return refused(&r, w);
    policy_document(a, now_unix, w);
    return json(200, w);
}

/* --- the time --- */

static void time_document(const struct pn_admin *a, struct pn_writer *w)
{
    const struct pn_freshness *f = &a->install->fresh;

    pn_write_text(w, "{\"passed\":");
    pn_write_u64(w, a->install->floor.floor_s);
    if (f->asked) hex_member(w, PN_SLICE("nonce"), f->nonce, sizeof f->nonce);
    describe_newest(w, a);
    pn_write_text(w, "}\n");
}

/* Each question is a new one. */
static struct pn_admin_answer get_time(struct pn_admin *a, struct pn_writer *w)
{
    if (!pn_freshness_ask(&a->install->fresh)) {
        pn_write_text(w, "the system gives no random bytes\n");
        return text(503, w);
    }
    time_document(a, w);
    return json(200, w);
}

static struct pn_admin_answer put_time(struct pn_admin *a, struct pn_slice body, int64_t now_unix,
                                       struct pn_writer *w)
{
    struct pn_install_result r = pn_install_timestamp(a->install, body, now_unix);

    if (a->installed) a->installed(a->context, &r);
    if (r.verdict == PN_INSTALL_REFUSED) return refused(&r, w);
    time_document(a, w);
    return json(200, w);
}

/* --- the inventory --- */

static struct pn_admin_answer get_inventory(struct pn_admin *a, struct pn_writer *w)
{
    struct pn_admin_answer answer = tagged(a, json(200, w));

    answer.lists = a->since && pn_admin_active(a);
    if (answer.lists) return answer;
    pn_write_text(w, "{\"policy\":null,\"models\":[],\"servers\":[]}\n");
    answer.body = pn_written(w);
    return answer;
}

/* --- the paths --- */

static struct pn_admin_answer not_allowed(struct pn_slice allow, struct pn_writer *w)
{
    pn_write(w, pn_reason_sentence(PN_REASON_METHOD_NOT_ALLOWED));
    pn_write_text(w, "\n");
    struct pn_admin_answer answer = text(405, w);
    answer.allow = allow;
    return answer;
}

static struct pn_admin_answer get(struct pn_admin *a, enum place place, const struct pn_now *now,
                                  struct pn_writer *w)
{
    int64_t now_unix = now->unix_ms / 1000;

    switch (place) {
    case READY: return ready(a, now_unix, w);
    case METRICS: pn_metrics_write(w, a, now_unix); return text(200, w);
    case POLICY: policy_document(a, now_unix, w); return tagged(a, json(200, w));
    case KEYS: keys_document(&a->install->keyring, w); return tagged(a, json(200, w));
    case TIME: return get_time(a, w);
    case INVENTORY: return get_inventory(a, w);
    case SYSTEM: pn_system_write(w, a->system, a->version, now); return json(200, w);
    case VERSION:
        pn_write_text(w, "postern ");
        pn_write(w, a->version);
        break;
    case LIVE: pn_write_text(w, "alive"); break;
    case REVOCATIONS: /* answered elsewhere */
    case NOWHERE: pn_write(w, pn_reason_sentence(PN_REASON_ROUTE_UNKNOWN)); break;
    }
    pn_write_text(w, "\n");
    return text(place == NOWHERE ? 404 : 200, w);
}

struct pn_admin_answer pn_admin_answer(struct pn_admin *a, const struct pn_h1_head *head,
                                       struct pn_slice body, const struct pn_now *now,
                                       struct pn_writer *w)
{
    enum place place = (enum place)row_of(pn_h1_path(head))->place;

    if (place == REVOCATIONS && a->revocations) {
        return pn_admin_revocations_answer(a, head, body, now, w);
    }
    if (place == REVOCATIONS) place = NOWHERE;
    if (place == POLICY && head->method == PN_METHOD_PUT) {
        enum pn_denial late = pn_match_check(head, tag_of(a));
        return tagged(a, late == PN_DENIAL_NONE ? put_policy(a, body, now->unix_ms / 1000, w)
                                                : pn_admin_deny(late, w));
    }
    if (place == TIME && head->method == PN_METHOD_PUT) {
        return put_time(a, body, now->unix_ms / 1000, w);
    }
    if (head->method != PN_METHOD_GET && place != NOWHERE) {
        return not_allowed(
            place == POLICY || place == TIME ? PN_SLICE("GET, PUT") : PN_SLICE("GET"), w);
    }
    return get(a, place, now, w);
}
