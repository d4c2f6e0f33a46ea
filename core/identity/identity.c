/* see identity.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/identity.h"

#include "port/port_crypto.h"

/* The token of "Bearer <token>", or the empty slice (the scheme is case-insensitive). */
static struct pn_slice bearer_token(struct pn_slice value)
{
    const size_t scheme = sizeof "Bearer" - 1;

    if (value.len <= scheme || value.at[scheme] != ' ') return PN_SLICE("");
    if (!pn_slice_equal_fold(pn_slice_head(value, scheme), PN_SLICE("Bearer"))) return PN_SLICE("");
    return pn_slice_trim(pn_slice_from(value, scheme));
}

static struct pn_slice acting_id(const struct pn_key *key)
{
    if (key->agent.len > 0) return key->agent;
    return key->user.len > 0 ? key->user : key->key_id;
}

enum pn_reason pn_identify(const struct pn_h1_head *head, const struct pn_key_table *keys,
                           int64_t now_unix, struct pn_principal *who)
{
    bool has_bearer = pn_h1_has(head, PN_FIELD_AUTHORIZATION);
    bool has_key = pn_h1_has(head, PN_FIELD_X_API_KEY);
    struct pn_slice token;

    if (has_bearer && has_key) return PN_REASON_KEY_REPEATED;
    if (has_key) token = pn_h1_field(head, PN_FIELD_X_API_KEY);
    else token = bearer_token(pn_h1_field(head, PN_FIELD_AUTHORIZATION));
    if (token.len == 0) return PN_REASON_KEY_MISSING;

    port_sha256(token.at, token.len, who->digest);
    return pn_identify_again(who, keys, now_unix) ? PN_REASON_NONE : PN_REASON_KEY_UNKNOWN;
}

bool pn_identify_again(struct pn_principal *who, const struct pn_key_table *keys, int64_t now_unix)
{
    uint64_t now_s = now_unix > 0 ? (uint64_t)now_unix : 0;

    who->known = pn_key_find(keys, who->digest, now_s, &who->key);
    if (who->known) who->id = acting_id(&who->key);
    return who->known;
}

/* Layered policies go through the roles one after the other, in the order they were given. */
static void list_roles(const struct pn_key *key, const struct pn_policy *policy,
                       struct pn_facts *facts)
{
    struct pn_slice names = key->role_names;

    if (policy->layer_count == 0 && policy->mode == PN_MODE_EDGE) return;
    while (names.len > 0) {
        struct pn_slice name = pn_slice_head(names, pn_slice_find(names, ','));
        pn_facts_role(facts, policy, name);
        names = pn_slice_from(names, name.len < names.len ? name.len + 1 : name.len);
    }
}

static void set_if_stated(struct pn_facts *facts, const struct pn_policy *policy, enum pn_fact fact,
                          struct pn_slice text)
{
    if (text.len > 0) pn_facts_set_text(facts, policy, fact, text);
}

void pn_principal_facts(const struct pn_principal *who, const struct pn_key_table *keys,
                        const struct pn_policy *policy, struct pn_facts *facts)
{
    const struct pn_key *key = &who->key;

    for (uint32_t i = 0; i < key->attr_count; i++) {
        uint16_t slot;
        struct pn_value value = pn_key_attr(keys, key, i, &slot);
        facts->slots[slot] = value;
    }
    memcpy(facts->roles, key->roles, sizeof facts->roles);
    list_roles(key, policy, facts);
    pn_facts_set_text(facts, policy, PN_FACT_PRINCIPAL_ID, who->id);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_USER, key->user);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_AGENT, key->agent);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_TEAM, key->team);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_TASK, key->task);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_KEY_ID, key->key_id);
    pn_facts_set_text(facts, policy, PN_FACT_PRINCIPAL_PROOF, PN_SLICE("api_key"));
}

_Static_assert(PN_KEY_ROLE_WORDS == PN_POLICY_ROLE_WORDS_MAX,
               "You need key records with as many role words as the policy's facts have.");
