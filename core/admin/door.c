/* see door.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/door.h"

#include "core/route/address.h"
#include "port/port_crypto.h"

/* --- where to, and from which page --- */

bool pn_door_is_loopback(const struct port_net_addr *at)
{
    static const uint8_t one[16] = { [15] = 1 };

    return at->family == 4 ? at->ip[0] == 127 : memcmp(at->ip, one, sizeof one) == 0;
}

static bool is_any(const struct port_net_addr *at)
{
    static const uint8_t none[16] = { 0 };

    return memcmp(at->ip, none, sizeof none) == 0;
}

/* A page can give a name of its own to any address, and to no address another address. */
static bool is_address(const struct port_net_addr *at, struct pn_slice name)
{
    struct port_net_addr said;

    if (pn_door_is_loopback(at) && pn_slice_equal_fold(name, PN_SLICE("localhost"))) return true;
    if (!pn_address_parse(name, &said)) return false;
    if (is_any(at) || (pn_door_is_loopback(at) && pn_door_is_loopback(&said))) return true;
    said.port = at->port;
    return pn_address_equal(&said, at);
}

static bool lists(const struct pn_slice *names, uint32_t count, struct pn_slice name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (pn_slice_equal_fold(names[i], name)) return true;
    }
    return false;
}

/* Any port: what is between may have another one. */
static bool is_called(const struct pn_door *door, struct pn_slice host)
{
    bool bracketed = host.len > 0 && host.at[0] == '[';
    size_t end = pn_slice_find(host, bracketed ? ']' : ':');
    struct pn_slice name = pn_slice_head(host, bracketed && end < host.len ? end + 1 : end);

    return is_address(&door->at, name) || lists(door->rules->hosts, door->rules->host_count, name);
}

/* --- who --- */

static struct pn_operator as(const struct pn_door_operator *o, enum pn_operator_proof proof)
{
    return (struct pn_operator){ o->name, o->role, (uint8_t)proof };
}

/* All keys are compared, each whole: the time it takes says nothing of what they are. */
static struct pn_operator by_key(const struct pn_door_rules *rules, struct pn_slice key)
{
    struct pn_operator who = { .role = PN_OPERATOR_NOBODY };
    uint8_t digest[PN_ADMIN_KEY_DIGEST_BYTES];

    port_sha256(key.at, key.len, digest);
    for (uint32_t i = 0; i < rules->operator_count; i++) {
        const struct pn_door_operator *o = &rules->operators[i];
        bool same = pn_bytes_equal_secret(o->key_digest, digest, sizeof digest);
        if (same && o->by_key) who = as(o, PN_OPERATOR_BY_KEY);
    }
    return who;
}

/* The one name that a certificate is for. */
static struct pn_slice name_of(const struct pn_peer_cert *cert, struct pn_slice spiffe_id)
{
    const struct port_tls_peer *peer = &cert->peer;

    if (spiffe_id.len > 0) return spiffe_id;
    if (peer->dns_count == 1) return pn_slice(peer->dns.at, peer->dns.len);
    if (peer->dns_count > 1 || peer->common_name_count != 1) return PN_SLICE("");
    return pn_slice(peer->common_name.at, peer->common_name.len);
}

static struct pn_operator by_certificate(const struct pn_door_rules *rules,
                                         const struct pn_visit *visit)
{
    struct pn_operator who = { .role = PN_OPERATOR_NOBODY };
    struct pn_slice spiffe_id;

    if (pn_peer_cert_read(visit->cert, visit->unix_s, &spiffe_id) != PN_REASON_NONE) return who;
    struct pn_slice name = name_of(visit->cert, spiffe_id);
    for (uint32_t i = 0; name.len > 0 && i < rules->operator_count; i++) {
        const struct pn_door_operator *o = &rules->operators[i];
        if (pn_slice_equal(o->certificate, name)) who = as(o, PN_OPERATOR_BY_CERTIFICATE);
    }
    return who;
}

/* What stands behind the name of that scheme; its `at` is NULL where another one is named. */
static struct pn_slice said_by(struct pn_slice text, struct pn_slice scheme)
{
    bool is_it =
        text.len > scheme.len && pn_slice_equal_fold(pn_slice_head(text, scheme.len), scheme);

    return is_it ? pn_slice_from(text, scheme.len) : pn_slice(NULL, 0);
}

/* Its own attempts may be used up; that those of many others are keeps nobody's password out. */
static enum pn_denial by_password(struct pn_door *door, struct pn_slice text,
                                  enum pn_attempts_left left, const struct pn_visit *visit,
                                  struct pn_operator *who)
{
    struct pn_passwords *p = &door->passwords;
    uint32_t index = 0;
    struct pn_password_claim claim = { .text = text,
                                       .address = pn_attempts_address(visit->from),
                                       .mono_s = visit->mono_s,
                                       .may_try = left == PN_ATTEMPTS_NONE ? PN_PASSWORD_KNOWN_ONLY
                                                                           : PN_PASSWORD_TRY };
    enum pn_denial denial = pn_password_check(p, door->rules, &claim, &index);

    if (denial == PN_DENIAL_NONE)
        *who = as(&door->rules->operators[index], PN_OPERATOR_BY_PASSWORD);
    if (p->wait_s > 0) door->wait_s = p->wait_s;
    return denial;
}

static enum pn_denial by_authorization(struct pn_door *door, const struct pn_visit *visit,
                                       struct pn_operator *who)
{
    struct pn_slice text = pn_h1_field(visit->head, PN_FIELD_AUTHORIZATION);
    struct pn_slice key = said_by(text, PN_SLICE("bearer "));
    struct pn_slice password = said_by(text, PN_SLICE("basic "));
    enum pn_attempts_left left = pn_attempts_left(&door->attempts, visit->from, visit->mono_s);
    enum pn_denial denial = left == PN_ATTEMPTS_SOME ? PN_DENIAL_UNKNOWN : PN_DENIAL_RATE;

    door->wait_s = PN_DOOR_WAIT_S;
    if (key.at) *who = by_key(door->rules, key);
    if (password.at) denial = by_password(door, password, left, visit, who);
    if (who->role != PN_OPERATOR_NOBODY) {
        pn_turns_welcome(&door->passwords.turns, pn_attempts_address(visit->from));
        return PN_DENIAL_NONE;
    }
    if (denial == PN_DENIAL_UNKNOWN) {
        pn_attempts_failed(&door->attempts, visit->from, visit->mono_s);
    }
    return denial;
}

static enum pn_denial identify(struct pn_door *door, const struct pn_visit *visit,
                               struct pn_operator *who)
{
    if (door->rules->operator_count == 0) {
        *who =
            (struct pn_operator){ PN_SLICE("local"), PN_OPERATOR_ADMIN, PN_OPERATOR_BY_LOOPBACK };
        return PN_DENIAL_NONE;
    }
    if (pn_h1_has(visit->head, PN_FIELD_AUTHORIZATION)) return by_authorization(door, visit, who);
    if (!visit->cert || !visit->cert->shown) return PN_DENIAL_UNPROVEN;
    *who = by_certificate(door->rules, visit);
    return who->role == PN_OPERATOR_NOBODY ? PN_DENIAL_UNKNOWN : PN_DENIAL_NONE;
}

static enum pn_denial look(struct pn_door *door, const struct pn_visit *visit,
                           struct pn_operator *who)
{
    const struct pn_door_rules *rules = door->rules;
    const struct pn_h1_head *head = visit->head;

    if (visit->needs == PN_OPERATOR_NOBODY) return PN_DENIAL_NONE;
    if (!is_called(door, pn_h1_field(head, PN_FIELD_HOST))) return PN_DENIAL_HOST;
    if (pn_h1_has(head, PN_FIELD_ORIGIN) &&
        !lists(rules->origins, rules->origin_count, pn_h1_field(head, PN_FIELD_ORIGIN))) {
        return PN_DENIAL_ORIGIN;
    }
    enum pn_denial denial = identify(door, visit, who);
    if (denial == PN_DENIAL_NONE && who->role < visit->needs) return PN_DENIAL_ROLE;
    return denial;
}

enum pn_denial pn_door_enter(struct pn_door *door, const struct pn_visit *visit,
                             struct pn_operator *who)
{
    *who = (struct pn_operator){ .role = PN_OPERATOR_NOBODY };
    enum pn_denial denial = look(door, visit, who);
    door->denied[denial]++;
    return denial;
}

void pn_door_take(struct pn_door *door, const struct pn_door_rules *rules)
{
    door->rules = rules;
    door->turn++;
    memset(door->passwords.known, 0, sizeof door->passwords.known);
}
