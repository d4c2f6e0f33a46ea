/* see missing_scope.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/missing_scope.h"

static bool scope_at(const struct pn_exchange *x, size_t index, struct pn_issuer_scope *scope)
{
    const struct pn_issuer_table *issuers = &pn_exchange_policy(x)->issuers;
    const uint8_t *issuer = x->principal.proof == PN_PROOF_INTROSPECTION
                                ? pn_issuer_asked(issuers)
                                : pn_issuer_of(issuers, &x->principal.jwt);

    return issuer && pn_issuer_scope_of(issuers, issuer, index, scope);
}

/* Its roles come from claims, so that other claims can give others. */
static bool has_scopes(const struct pn_exchange *x)
{
    bool token = x->principal.proof == PN_PROOF_JWT || x->principal.proof == PN_PROOF_INTROSPECTION;

    return token && x->principal.text.roles.len >= 2;
}

/* What may stand in a challenge (RFC 6749, A.4). */
static bool is_word(struct pn_slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        uint8_t ch = word.at[i];
        if (ch <= ' ' || ch >= 0x7f || ch == '"' || ch == '\\') return false;
    }
    return word.len > 0;
}

static bool has_role(const struct pn_exchange *x, struct pn_slice role)
{
    struct pn_slice names = x->principal.key.role_names;

    while (names.len > 0) {
        size_t len = pn_slice_find(names, ',');
        if (pn_slice_equal(pn_slice_head(names, len), role)) return true;
        names = pn_slice_from(names, len < names.len ? len + 1 : len);
    }
    return false;
}

static uint16_t roles_slot(const struct pn_exchange *x)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;

    for (uint16_t slot = 0; slot < x->call.facts.slot_count; slot++) {
        if (pn_slice_equal(pn_policy_slot_path(policy, slot), PN_SLICE("P.roles"))) return slot;
    }
    return PN_NONE16;
}

static uint32_t candidates(const struct pn_exchange *x)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;
    bool listed = roles_slot(x) != PN_NONE16;
    struct pn_issuer_scope scope;
    uint32_t found = 0;

    for (uint32_t i = 0; i < PN_MISSING_SCOPES_MAX && scope_at(x, i, &scope); i++) {
        bool read = listed || pn_policy_role(policy, scope.role) != PN_NONE16;
        bool may_help = read && is_word(scope.word) && !has_role(x, scope.role);
        if (may_help) found |= UINT32_C(1) << i;
    }
    return found;
}

/* The list of all roles, where a rule reads it, with those of `scopes` behind. */
static struct pn_value roles_with(struct pn_exchange *x, uint32_t scopes)
{
    struct pn_writer w = pn_writer(x->bench->relay, sizeof x->bench->relay);
    struct pn_slice list = x->principal.text.roles;
    struct pn_issuer_scope scope;

    pn_write(&w, pn_slice_head(list, list.len - 1));
    for (uint32_t i = 0; i < PN_MISSING_SCOPES_MAX; i++) {
        if ((scopes >> i & 1) == 0 || !scope_at(x, i, &scope)) continue;
        if (w.len > 1) pn_write_byte(&w, ',');
        pn_write_json_string(&w, scope.role);
    }
    pn_write_byte(&w, ']');
    struct pn_value value = pn_value_string(pn_written(&w));
    value.type = w.full ? PN_ERROR : PN_LIST;
    return value;
}

static bool decide_with(struct pn_exchange *x, uint32_t scopes)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;
    struct pn_facts facts = x->call.facts;
    struct pn_issuer_scope scope;

    for (uint32_t i = 0; i < PN_MISSING_SCOPES_MAX; i++) {
        if ((scopes >> i & 1) == 0 || !scope_at(x, i, &scope)) continue;
        pn_facts_role(&facts, policy, scope.role);
    }
    pn_policy_decide(policy, &facts, &x->bench->scratch, &x->bench->decision);
    return x->bench->decision.outcome == PN_ALLOW;
}

static bool helps(struct pn_exchange *x, uint32_t scopes)
{
    uint16_t slot = roles_slot(x);

    if (scopes == 0 || slot == PN_NONE16) return scopes != 0 && decide_with(x, scopes);
    struct pn_value before = x->slots[slot];
    x->slots[slot] = roles_with(x, scopes);
    bool allowed = decide_with(x, scopes);
    x->slots[slot] = before;
    return allowed;
}

static uint32_t fewest(struct pn_exchange *x)
{
    uint32_t all = has_scopes(x) ? candidates(x) : 0;

    for (uint32_t i = 0; i < PN_MISSING_SCOPES_MAX; i++) {
        uint32_t one = all & UINT32_C(1) << i;
        if (helps(x, one)) return one;
    }
    if (!helps(x, all)) return 0;
    for (uint32_t i = 0; i < PN_MISSING_SCOPES_MAX; i++) {
        uint32_t without = all & ~(UINT32_C(1) << i);
        if (without != all && helps(x, without)) all = without;
    }
    return all;
}

/* What is too long for a challenge is not asked for. */
uint32_t pn_missing_scopes(struct pn_exchange *x)
{
    uint32_t scopes = fewest(x);
    struct pn_writer w = pn_writer(x->bench->relay, PN_MISSING_SCOPES_BYTES);

    pn_missing_scopes_write(&w, x, scopes);
    return w.full ? 0 : scopes;
}

void pn_missing_scopes_write(struct pn_writer *w, const struct pn_exchange *x, uint32_t scopes)
{
    struct pn_issuer_scope scope;
    bool any = false;

    for (uint32_t i = 0; i < PN_MISSING_SCOPES_MAX; i++) {
        if ((scopes >> i & 1) == 0 || !scope_at(x, i, &scope)) continue;
        if (any) pn_write_byte(w, ' ');
        pn_write(w, scope.word);
        any = true;
    }
}
