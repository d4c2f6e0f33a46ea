/* see control_told.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/control_told.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "platforms/linux/log.h"
#include "port/port_clock.h"

#define TEXT(slice) (int)(slice).len, (const char *)(slice).at

const struct pn_active *pn_control_active(const struct pn_control *c)
{
    uint32_t current = atomic_load(&c->setup.shared->current);

    return current == PN_GENERATION_NONE ? NULL : &c->setup.shared->generations[current];
}

void pn_control_tell(struct pn_control *c, enum pn_audit_event_name name, struct pn_slice detail)
{
    pn_control_tell_why(c, name, detail, PN_SLICE(""));
}

void pn_control_tell_why(struct pn_control *c, enum pn_audit_event_name name,
                         struct pn_slice detail, struct pn_slice reason)
{
    const struct pn_active *a = pn_control_active(c);
    struct pn_audit_event event = {
        .unix_ms = port_clock_unix_ms(), .name = (uint8_t)name, .detail = detail, .reason = reason
    };

    if (a) event.policy = (struct pn_audit_policy){ a->identity, a->sequence };
    const struct pn_operator *who = pn_admin_operator(&c->admin);
    if (who) {
        event.who.id = who->name;
        event.who.proof = pn_operator_proof_name((enum pn_operator_proof)who->proof);
        event.who.roles = pn_operator_role_name((enum pn_operator_role)who->role);
    }
    if (pn_audit_event(c->setup.ring, &event) != PN_DONE) {
        struct pn_slice text = pn_audit_event_text(name);
        pn_log(PN_LOG_WARNING, "the audit log has no room for the event %.*s", TEXT(text));
    }
}

/* What a gateway in development runs without; another refuses such a policy. */
static void tell_credentials(const struct pn_control *c, const struct pn_active *a)
{
    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        struct pn_upstream u = pn_upstream_at(&a->routes, i);
        struct pn_slice name = pn_upstream_secret(&a->routes, i);
        if (name.len == 0 || pn_credentials_know(&c->setup.secrets->credentials, name)) continue;
        pn_log(PN_LOG_WARNING, "upstream %.*s: credential %.*s is not on this device", TEXT(u.name),
               TEXT(name));
    }
}

static bool is_missing(const struct pn_control *c, struct pn_slice name)
{
    for (uint32_t i = 0; i < c->setup.device->credential_count; i++) {
        if (!pn_slice_equal(c->setup.device->credentials[i].name, name)) continue;
        return c->setup.secrets->missing[i];
    }
    return false;
}

/* In as many events as their names take: the log would cut a longer one. */
static void tell_names(struct pn_control *c, enum pn_audit_event_name name, const bool *which)
{
    enum { DETAIL_BYTES = 240 };
    const struct pn_device *d = c->setup.device;
    uint8_t text[DETAIL_BYTES];
    struct pn_writer w = pn_writer(text, sizeof text);

    for (uint32_t i = 0; i < d->credential_count; i++) {
        struct pn_slice one = d->credentials[i].name;
        if (!which[i]) continue;
        if (one.len > DETAIL_BYTES) one.len = DETAIL_BYTES;
        if (w.len > 0 && w.len + 2 + one.len > w.max) {
            pn_control_tell(c, name, pn_written(&w));
            w.len = 0;
        }
        if (w.len > 0) pn_write_text(&w, ", ");
        pn_write(&w, one);
    }
    if (w.len > 0) pn_control_tell(c, name, pn_written(&w));
}

void pn_control_told_changed(struct pn_control *c)
{
    tell_names(c, PN_AUDIT_EVENT_CREDENTIALS_CHANGED, c->setup.secrets->changed);
}

/* A vault that does not open is missing itself, also where nothing in it is named. */
static void tell_missing(struct pn_control *c)
{
    const struct pn_secrets *s = c->setup.secrets;
    bool any = false;

    for (uint32_t i = 0; i < c->setup.device->credential_count; i++) any |= s->missing[i];
    tell_names(c, PN_AUDIT_EVENT_CREDENTIALS_REFUSED, s->missing);
    if (any) return;
    pn_control_tell(c, PN_AUDIT_EVENT_CREDENTIALS_REFUSED, PN_SLICE("the vault"));
}

void pn_control_told_missing(struct pn_control *c)
{
    const struct pn_active *a = pn_control_active(c);

    tell_missing(c);
    for (size_t i = 0; a && i < pn_upstream_count(&a->routes); i++) {
        struct pn_upstream u = pn_upstream_at(&a->routes, i);
        struct pn_slice name = pn_upstream_secret(&a->routes, i);
        if (name.len == 0 || !is_missing(c, name)) continue;
        pn_log(PN_LOG_ERROR, "upstream %.*s goes on with the value of %.*s that was read before",
               TEXT(u.name), TEXT(name));
    }
}

static const char *source_of(const struct pn_control *c)
{
    return c->source ? c->source : "pushed";
}

bool pn_control_is_named(const struct pn_install_result *r, enum pn_seal_refusal refusal)
{
    return pn_slice_equal(r->name, pn_seal_refusal_name(refusal));
}

/* After a push the files of the start are older as a matter of course. */
static bool tell_older(const struct pn_control *c, const struct pn_install_result *r)
{
    const struct pn_active *a = pn_control_active(c);

    if (!c->source) return false;
    if (pn_control_is_named(r, PN_SEAL_KEYSET_OLDER)) {
        pn_log(PN_LOG_WARNING, "%s: is older than what is in force, version %u, which stays",
               c->source, c->install.keyring.keys.version);
        return true;
    }
    if (!a || !pn_control_is_named(r, PN_SEAL_SEQUENCE_OLDER)) return false;
    pn_log(PN_LOG_WARNING, "%s: is older than what is in force, sequence %llu, which stays",
           c->source, (unsigned long long)a->sequence);
    return true;
}

static void tell_refused(struct pn_control *c, const struct pn_install_result *r)
{
    struct pn_slice about = pn_install_detail(r);
    bool keyset = r->kind == PN_INSTALL_KEYSET;

    if (!tell_older(c, r)) {
        pn_log(PN_LOG_ERROR, "%s: %s refused (%.*s): %.*s%s%.*s%s", source_of(c),
               keyset ? "key set" : "policy", TEXT(r->name), TEXT(r->sentence),
               about.len > 0 ? " (" : "", TEXT(about), about.len > 0 ? ")" : "");
    }
    pn_control_tell(c, keyset ? PN_AUDIT_EVENT_KEYSET_REFUSED : PN_AUDIT_EVENT_POLICY_REFUSED,
                    r->name);
}

static void tell_keyset(struct pn_control *c, const struct pn_install_result *r)
{
    const struct pn_keyset *keys = &c->install.keyring.keys;
    const uint8_t *id = keys->identity;
    char what[64];

    if (r->verdict == PN_INSTALL_HELD) {
        pn_log(PN_LOG_INFO, "%s: key set unchanged: version %u is in force already", source_of(c),
               keys->version);
        return;
    }
    c->expiry_told = 0; /* another policy may be in force since */
    int len = snprintf(what, sizeof what, "version %u, identity %02x%02x%02x%02x", keys->version,
                       id[0], id[1], id[2], id[3]);
    pn_log(PN_LOG_INFO, "%s: key set in force: %s, %u keys, %u of %u roots; %s", source_of(c), what,
           keys->count, keys->threshold, pn_keyset_roots(keys),
           pn_control_active(c) ? "a policy is in force" : "no policy is in force");
    pn_control_tell(c, PN_AUDIT_EVENT_KEYSET_INSTALLED, pn_slice(what, (size_t)len));
}

static void tell_policy(struct pn_control *c, const struct pn_install_result *r)
{
    const struct pn_active *a = pn_control_active(c);

    if (r->verdict == PN_INSTALL_HELD) {
        pn_log(PN_LOG_INFO, "%s: policy unchanged: sequence %llu is in force already", source_of(c),
               (unsigned long long)a->sequence);
        return;
    }
    c->expiry_told = 0;
    pn_log(PN_LOG_INFO, "%s: policy in force: sequence %llu, identity %02x%02x%02x%02x, %u rules",
           source_of(c), (unsigned long long)a->sequence, a->identity[0], a->identity[1],
           a->identity[2], a->identity[3], a->policy.rule_count);
    tell_credentials(c, a);
    pn_control_tell(c, PN_AUDIT_EVENT_POLICY_INSTALLED, PN_SLICE(""));
}

static void tell_timestamp(struct pn_control *c, const struct pn_install_result *r)
{
    const struct pn_freshness *f = &c->install.fresh;
    const uint8_t *id = f->last.identity;
    char what[64];

    if (r->verdict == PN_INSTALL_REFUSED) {
        pn_log(PN_LOG_ERROR, "timestamp refused (%.*s): %.*s", TEXT(r->name), TEXT(r->sentence));
        pn_control_tell(c, PN_AUDIT_EVENT_TIMESTAMP_REFUSED, r->name);
        return;
    }
    if (pn_freshness_newest(f, pn_control_active(c)) == PN_NEWEST_YES) {
        pn_control_tell(c, PN_AUDIT_EVENT_TIMESTAMP_TAKEN, PN_SLICE(""));
        return;
    }
    int len = snprintf(what, sizeof what, "sequence %llu, identity %02x%02x%02x%02x",
                       (unsigned long long)f->last.sequence, id[0], id[1], id[2], id[3]);
    pn_log(PN_LOG_WARNING, "timestamp: the newest policy is not in force: %s", what);
    pn_control_tell(c, PN_AUDIT_EVENT_POLICY_OUTDATED, pn_slice(what, (size_t)len));
}

void pn_control_told(struct pn_control *c, const struct pn_install_result *r)
{
    if (r->kind == PN_INSTALL_TIME) tell_timestamp(c, r);
    else if (r->verdict == PN_INSTALL_REFUSED) tell_refused(c, r);
    else if (r->kind == PN_INSTALL_KEYSET) tell_keyset(c, r);
    else tell_policy(c, r);
}

void pn_control_told_denied(struct pn_control *c, const struct pn_admin_denied *d)
{
    struct pn_slice name = pn_denial_name(d->denial);
    struct pn_slice method = PN_SLICE("a certificate"), path = PN_SLICE("");
    char ip[INET6_ADDRSTRLEN] = "?", what[320];

    if (d->head) {
        method = pn_h1_method_name((enum pn_h1_method)d->head->method);
        path = pn_h1_path(d->head);
    }
    if (path.len > 128) path.len = 128;
    inet_ntop(d->from->family == 6 ? AF_INET6 : AF_INET, d->from->ip, ip, sizeof ip);
    int len = snprintf(
        what, sizeof what, "%s: %.*s %.*s%s", ip, TEXT(method), TEXT(path),
        d->telling == PN_ATTEMPT_TOLD_LAST ? "; further ones of this minute are only counted" : "");
    pn_log(PN_LOG_WARNING, "admin listener: denied (%.*s): %s", TEXT(name), what);
    if (pn_audit_ring_is_crowded(c->setup.ring)) {
        c->untold++;
        return;
    }
    pn_control_tell_why(c, PN_AUDIT_EVENT_ADMIN_DENIED, pn_slice(what, (size_t)len), name);
}

void pn_control_told_untold(struct pn_control *c)
{
    char what[64];

    if (c->untold == 0 || pn_audit_ring_is_crowded(c->setup.ring)) return;
    int len = snprintf(what, sizeof what, "%u more, while the audit log took nothing", c->untold);
    c->untold = 0;
    pn_control_tell(c, PN_AUDIT_EVENT_ADMIN_DENIED, pn_slice(what, (size_t)len));
}

void pn_control_told_lost(struct pn_control *c)
{
    unsigned version = c->install.keyring.keys.version + 1;
    char what[32];
    int len = snprintf(what, sizeof what, "version %u", version);

    pn_log(PN_LOG_ERROR,
           "the signed key set, version %u, is damaged in the state directory: "
           "no policy is believed until it is handed over again",
           version);
    pn_control_tell(c, PN_AUDIT_EVENT_KEYSET_LOST, pn_slice(what, (size_t)len));
}
