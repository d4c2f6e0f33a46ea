/* see password.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/password.h"

#include "core/base/base64.h"
#include "core/base/bytes.h"
#include "port/port_crypto.h"
#include "port/port_pages.h"

/* What was sent, and what is known of it. */
struct read_claim {
    struct pn_slice text, name, password; /* name ":" password */
    uint8_t mac[32];
};

size_t pn_password_bytes(const struct pn_door_rules *rules)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < rules->operator_count; i++) {
        const struct pn_door_operator *o = &rules->operators[i];
        size_t needs = o->by_password ? port_argon2id_bytes(&o->password.cost) : 0;
        if (needs > bytes) bytes = needs;
    }
    return bytes;
}

/* --- known ones --- */

static struct pn_password_known *find_known(struct pn_passwords *p, const uint8_t mac[32],
                                            uint32_t mono_s)
{
    for (int i = 0; i < PN_PASSWORDS_KNOWN; i++) {
        struct pn_password_known *k = &p->known[i];
        if (k->until_s > mono_s && pn_bytes_equal_secret(k->mac, mac, sizeof k->mac)) return k;
    }
    return NULL;
}

static void learn(struct pn_passwords *p, const uint8_t mac[32], uint32_t index, uint32_t mono_s)
{
    struct pn_password_known *place = &p->known[0];

    for (int i = 1; i < PN_PASSWORDS_KNOWN; i++) {
        if (p->known[i].until_s < place->until_s) place = &p->known[i];
    }
    memcpy(place->mac, mac, sizeof place->mac);
    place->until_s = mono_s + PN_PASSWORD_KNOWN_S;
    place->index = index;
}

/* --- verifying --- */

/* The operator of that name, or, with the same work to come, one who is not. */
static uint32_t find_named(const struct pn_door_rules *rules, struct pn_slice name)
{
    uint32_t any = 0;

    for (uint32_t i = 0; i < rules->operator_count; i++) {
        if (!rules->operators[i].by_password) continue;
        if (pn_slice_equal(rules->operators[i].name, name)) return i;
        any = i;
    }
    return any;
}

static bool is_right(struct pn_passwords *p, const struct pn_door_operator *o,
                     struct pn_slice password)
{
    const struct pn_password *record = &o->password;
    struct port_argon2id_input input = { .password = password,
                                         .salt = pn_slice(record->salt, record->salt_len) };
    uint8_t key[PORT_ARGON2ID_BYTES];

    bool done = port_argon2id(&record->cost, &input, p->memory, key);
    bool same = pn_bytes_equal_secret(key, record->key, sizeof key);
    pn_bytes_wipe(key, sizeof key);
    port_pages_release(p->memory, p->memory_bytes);
    return done && same;
}

/* By the costliest, whoever is named. */
static uint32_t per_second(const struct pn_door_rules *rules)
{
    uint32_t most = 1;

    for (uint32_t i = 0; i < rules->operator_count; i++) {
        const struct port_argon2id_cost *cost = &rules->operators[i].password.cost;
        uint32_t work = cost->memory_kib * cost->passes;
        if (rules->operators[i].by_password && work > most) most = work;
    }
    return most < PN_PASSWORD_WORK_PER_S ? PN_PASSWORD_WORK_PER_S / most : 1;
}

static enum pn_denial verify(struct pn_passwords *p, const struct pn_door_rules *rules,
                             const struct read_claim *claim, uint32_t *index)
{
    uint32_t found = find_named(rules, claim->name);
    const struct pn_door_operator *o = &rules->operators[found];
    bool right = is_right(p, o, claim->password);

    if (!right || !pn_slice_equal(o->name, claim->name)) return PN_DENIAL_UNKNOWN;
    *index = found;
    return PN_DENIAL_NONE;
}

/* --- reading --- */

static bool read_claim(const struct pn_passwords *p, struct pn_slice text, uint8_t *room,
                       struct read_claim *claim)
{
    struct port_hmac hmac;

    if (text.len > PN_PASSWORD_TEXT_BYTES || !pn_base64_decode(text, room, &claim->text)) {
        return false;
    }
    size_t colon = pn_slice_find(claim->text, ':');
    if (colon == claim->text.len) return false;
    claim->name = pn_slice_head(claim->text, colon);
    claim->password = pn_slice_from(claim->text, colon + 1);
    port_hmac_begin(&hmac, p->secret, sizeof p->secret);
    port_hmac_add(&hmac, claim->text.at, claim->text.len);
    port_hmac_end(&hmac, claim->mac);
    return true;
}

static enum pn_denial judge(struct pn_passwords *p, const struct pn_door_rules *rules,
                            const struct pn_password_claim *by, const struct read_claim *claim,
                            uint32_t *index)
{
    struct pn_password_known *known = find_known(p, claim->mac, by->mono_s);

    if (known) {
        known->until_s = by->mono_s + PN_PASSWORD_KNOWN_S;
        *index = known->index;
        return PN_DENIAL_NONE;
    }
    if (by->may_try == PN_PASSWORD_KNOWN_ONLY) return PN_DENIAL_RATE;
    enum pn_step turn =
        pn_turns_take(&p->turns, by->address, per_second(rules), by->mono_s, &p->wait_s);
    if (turn != PN_DONE) return PN_DENIAL_RATE;
    enum pn_denial denial = verify(p, rules, claim, index);
    if (denial == PN_DENIAL_NONE) learn(p, claim->mac, *index, by->mono_s);
    return denial;
}

enum pn_denial pn_password_check(struct pn_passwords *p, const struct pn_door_rules *rules,
                                 const struct pn_password_claim *claim, uint32_t *index)
{
    uint8_t room[PN_PASSWORD_TEXT_BYTES];
    struct read_claim read;
    enum pn_denial denial = PN_DENIAL_UNKNOWN;

    p->wait_s = 0;
    if (p->memory && pn_password_bytes(rules) > 0 && read_claim(p, claim->text, room, &read)) {
        denial = judge(p, rules, claim, &read, index);
    } else if (claim->may_try == PN_PASSWORD_KNOWN_ONLY) {
        denial = PN_DENIAL_RATE;
    }
    pn_bytes_wipe(room, sizeof room);
    return denial;
}
