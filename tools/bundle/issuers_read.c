/* identity.yaml: who issues tokens
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/spiffe_id.h"
#include "core/identity/issuer_table.h"
#include "tools/bundle/bundle.h"
#include "tools/bundle/issuer_places_read.h"
#include "tools/bundle/jwks_read.h"
#include "tools/compile/yaml_fields.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])
enum { SKEW_USUAL_S = 60, SKEW_MAX_S = 600, TEXT_BYTES_MAX = 256 };

static bool is_plain_text(struct bundle *bundle, const struct yaml_node *node)
{
    bool good = node->kind == YAML_SCALAR && node->text.len > 0 && node->text.len <= TEXT_BYTES_MAX;

    for (size_t i = 0; good && i < node->text.len; i++) {
        good = node->text.at[i] >= ' ' && node->text.at[i] != 0x7f;
    }
    if (!good) {
        diag_error(bundle->diagnostics, node->mark,
                   "a text of 1 to %d bytes without control characters is wanted here",
                   TEXT_BYTES_MAX);
    }
    return good;
}

/* Dots step into maps; a name with a slash, as claims of private names have, is taken whole. */
static struct pn_slice claim_path(struct bundle *bundle, const struct yaml_node *node)
{
    if (!is_plain_text(bundle, node)) return pn_slice("", 0);
    if (pn_slice_find(node->text, '/') < node->text.len) return node->text;
    uint8_t *path = arena_take(bundle->arena, node->text.len);
    for (size_t i = 0; i < node->text.len; i++) {
        uint8_t ch = node->text.at[i];
        bool edge = i == 0 || i + 1 == node->text.len || node->text.at[i - 1] == '.';
        if (ch == '.' && edge) {
            diag_error(bundle->diagnostics, node->mark,
                       "a claim is wanted here, such as sub or realm_access.roles");
        }
        path[i] = ch == '.' ? PN_CLAIM_STEP : ch;
    }
    return pn_slice(path, node->text.len);
}

static bool is_words(struct pn_slice claim)
{
    return pn_slice_equal(claim, PN_SLICE("scope")) || pn_slice_equal(claim, PN_SLICE("scp"));
}

static void add_role(struct bundle *bundle, struct bundle_issuer *issuer,
                     struct bundle_issuer_role role, struct yaml_node *name)
{
    bool plain = name->kind == YAML_SCALAR && name->text.len > 0 &&
                 pn_slice_find(name->text, ',') == name->text.len;

    if (!plain || pn_slice_equal(name->text, PN_SLICE("*"))) {
        diag_error(bundle->diagnostics, name->mark, "a role is a name without commas");
        return;
    }
    role.role = name;
    LIST_PUSH(bundle->arena, &issuer->roles, role);
}

/* {claim: {value: role, value: [role, role]}} */
static void read_roles(struct bundle *bundle, const struct yaml_node *roles,
                       struct bundle_issuer *issuer)
{
    for (size_t i = 0; i < roles->pairs.count; i++) {
        const struct yaml_pair *pair = &roles->pairs.items[i];
        struct bundle_issuer_role role = { .claim = claim_path(bundle, pair->key) };
        role.words = is_words(role.claim);
        if (pair->value->kind != YAML_MAP || pair->value->pairs.count == 0) {
            diag_error(bundle->diagnostics, pair->value->mark,
                       "a map from the claim's values to roles is wanted here");
            continue;
        }
        for (size_t k = 0; k < pair->value->pairs.count; k++) {
            const struct yaml_pair *gives = &pair->value->pairs.items[k];
            role.value = gives->key->text;
            is_plain_text(bundle, gives->key);
            if (gives->value->kind != YAML_LIST) add_role(bundle, issuer, role, gives->value);
            for (size_t n = 0; n < gives->value->items.count; n++) {
                add_role(bundle, issuer, role, gives->value->items.items[n]);
            }
        }
    }
}

static void read_claims(struct bundle *bundle, const struct yaml_node *claims,
                        struct bundle_issuer *issuer)
{
    struct yaml_node *at[BUNDLE_CLAIMS] = { 0 }, *roles = NULL;
    struct yaml_field fields[] = { { "user", YAML_WANT_TEXT, &at[BUNDLE_CLAIM_USER] },
                                   { "agent", YAML_WANT_TEXT, &at[BUNDLE_CLAIM_AGENT] },
                                   { "team", YAML_WANT_TEXT, &at[BUNDLE_CLAIM_TEAM] },
                                   { "task", YAML_WANT_TEXT, &at[BUNDLE_CLAIM_TASK] },
                                   { "roles", YAML_WANT_MAP, &roles } };

    yaml_fields(bundle->diagnostics, claims, "claims", FIELDS(fields));
    for (int i = 0; i < BUNDLE_CLAIMS; i++) {
        if (at[i] != NULL) issuer->claims[i] = claim_path(bundle, at[i]);
    }
    if (roles != NULL) read_roles(bundle, roles, issuer);
}

static void read_types(struct bundle *bundle, const struct yaml_node *types,
                       struct bundle_issuer *issuer)
{
    static const char *const words[] = { "at+jwt", "JWT", "absent" };
    static const uint8_t bits[] = { PN_JWT_TYPE_AT, PN_JWT_TYPE_JWT, PN_JWT_TYPE_ABSENT };

    issuer->types = 0;
    for (size_t i = 0; i < types->items.count; i++) {
        int word = yaml_read_word(bundle->diagnostics, types->items.items[i], words, 3);
        if (word >= 0) issuer->types |= bits[word];
    }
    if (types->items.count == 0) {
        diag_error(bundle->diagnostics, types->mark, "at+jwt, JWT or absent is wanted here");
    }
}

static uint8_t read_algorithms(struct bundle *bundle, const struct yaml_node *list)
{
    static const char *const words[] = { "ES256", "ES384", "RS256", "PS256" };
    uint8_t algorithms = 0;

    for (size_t i = 0; i < list->items.count; i++) {
        int word = yaml_read_word(bundle->diagnostics, list->items.items[i], words, 4);
        if (word >= 0) algorithms |= (uint8_t)(1 << (PN_JWT_ES256 + word));
    }
    if (list->items.count == 0) {
        diag_error(bundle->diagnostics, list->mark, "name at least one algorithm, or none at all");
    }
    return algorithms;
}

static void read_audiences(struct bundle *bundle, const struct yaml_node *list,
                           struct bundle_issuer *issuer)
{
    for (size_t i = 0; i < list->items.count; i++) {
        const struct yaml_node *audience = list->items.items[i];
        if (is_plain_text(bundle, audience)) {
            LIST_PUSH(bundle->arena, &issuer->audiences, audience->text);
        }
    }
    if (list->items.count == 0) {
        diag_error(bundle->diagnostics, list->mark,
                   "an audience is wanted here: what tokens for this gateway have as aud");
    }
}

static void read_skew(struct bundle *bundle, const struct yaml_node *node,
                      struct bundle_issuer *issuer)
{
    uint64_t seconds;

    if (!yaml_read_seconds(bundle->diagnostics, node, &seconds)) return;
    if (seconds > SKEW_MAX_S) {
        diag_error(bundle->diagnostics, node->mark, "at most %ds: a token would outlive its end",
                   SKEW_MAX_S);
        return;
    }
    issuer->skew_s = (uint32_t)seconds;
}

static void check_unique(struct bundle *bundle, const struct bundle_issuer *issuer)
{
    for (size_t i = 0; i < bundle->issuers.count; i++) {
        if (!pn_slice_equal(bundle->issuers.items[i].name, issuer->name)) continue;
        diag_error(bundle->diagnostics, issuer->mark, "this issuer is on line %u already",
                   bundle->issuers.items[i].mark.line);
    }
}

static struct bundle_issuer usual(const struct yaml_node *node)
{
    return (struct bundle_issuer){
        .mark = node->mark,
        .skew_s = SKEW_USUAL_S,
        .types = PN_JWT_TYPE_AT | PN_JWT_TYPE_JWT,
        .claims = { [BUNDLE_CLAIM_USER] = PN_SLICE("sub"),
                    [BUNDLE_CLAIM_AGENT] = PN_SLICE("act\x1Fsub") },
    };
}

/* Its tokens need no iss; their typ is JWT or JOSE, or there is none (JWT-SVID, 2.1). */
static void read_domain(struct bundle *bundle, const struct yaml_node *node,
                        struct bundle_issuer *issuer)
{
    bool good = pn_spiffe_is_domain(node->text) && node->text.len <= PN_SPIFFE_DOMAIN_BYTES_MAX;

    if (!good) {
        diag_error(bundle->diagnostics, node->mark,
                   "a trust domain is wanted here, such as example.org: lower case, without "
                   "spiffe:// and without a path");
    }
    const char *name = arena_format(bundle->arena, "spiffe://%.*s", SLICE_ARGS(node->text));
    issuer->mark = node->mark;
    issuer->kind = PN_ISSUER_SPIFFE;
    issuer->name = pn_slice(name, strlen(name));
    issuer->types = PN_JWT_TYPE_JWT | PN_JWT_TYPE_JOSE | PN_JWT_TYPE_ABSENT;
    for (int i = 0; i < BUNDLE_CLAIMS; i++) issuer->claims[i] = pn_slice("", 0);
}

/* An authorization server, or a trust domain of SPIFFE. False: neither is named, or both. */
static bool read_name(struct bundle *bundle, const struct yaml_node *name,
                      const struct yaml_node *domain, struct bundle_issuer *issuer)
{
    if (domain != NULL && name == NULL) {
        read_domain(bundle, domain, issuer);
        return true;
    }
    if (domain != NULL || name == NULL) return false;
    issuer->mark = name->mark;
    if (is_plain_text(bundle, name)) issuer->name = name->text;
    return true;
}

/* What an authorization server has and a trust domain has not. */
static void refuse(struct bundle *bundle, const struct yaml_node *domain,
                   const struct yaml_node *node, const char *message)
{
    if (domain != NULL && node != NULL) diag_error(bundle->diagnostics, node->mark, "%s", message);
}

static void read_issuer(struct bundle *bundle, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *domain = NULL, *audiences = NULL, *algorithms = NULL,
                     *jwks = NULL;
    struct yaml_node *jwks_uri = NULL, *discovery = NULL, *skew = NULL, *types = NULL;
    struct yaml_node *claims = NULL, *introspection = NULL, *egress = NULL;
    struct yaml_field fields[] = { { "issuer", YAML_WANT_TEXT, &name },
                                   { "spiffe", YAML_WANT_TEXT, &domain },
                                   { "audiences", YAML_WANT_TEXTS | YAML_REQUIRED, &audiences },
                                   { "algorithms", YAML_WANT_TEXTS, &algorithms },
                                   { "jwks", YAML_WANT_MAP, &jwks },
                                   { "jwks_uri", YAML_WANT_TEXT, &jwks_uri },
                                   { "discovery", YAML_WANT_ANY, &discovery },
                                   { "introspection", YAML_WANT_MAP, &introspection },
                                   { "egress", YAML_WANT_TEXTS, &egress },
                                   { "clock_skew", YAML_WANT_TEXT, &skew },
                                   { "types", YAML_WANT_TEXTS, &types },
                                   { "claims", YAML_WANT_MAP, &claims } };
    struct bundle_issuer issuer = usual(node);

    yaml_fields(bundle->diagnostics, node, "an issuer", FIELDS(fields));
    if (!read_name(bundle, name, domain, &issuer)) {
        diag_error(bundle->diagnostics, node->mark,
                   "an issuer has one name: issuer (what iss says), or spiffe (a trust domain)");
        return;
    }
    refuse(bundle, domain, types, "tokens of a trust domain are of one type");
    refuse(bundle, domain, claims,
           "tokens of a trust domain name a SPIFFE identifier and nothing else; who that is stands "
           "under certificates");
    refuse(
        bundle, domain, discovery,
        "a trust domain has no metadata; its keys are put here, under jwks, or jwks_uri says where "
        "a device fetches its bundle");
    refuse(bundle, domain, introspection, "nobody is asked about the tokens of a trust domain");
    if (audiences == NULL) return;
    read_audiences(bundle, audiences, &issuer);
    if (skew != NULL) read_skew(bundle, skew, &issuer);
    if (types != NULL) read_types(bundle, types, &issuer);
    if (claims != NULL) read_claims(bundle, claims, &issuer);
    if (algorithms != NULL) issuer.algorithms = read_algorithms(bundle, algorithms);
    struct issuer_places places = {
        name != NULL ? name : domain, jwks, jwks_uri, discovery, introspection, egress
    };
    issuer_places_read(bundle, &places, &issuer);
    if (jwks != NULL) jwks_read(bundle, jwks, issuer.algorithms, &issuer);
    check_unique(bundle, &issuer);
    LIST_PUSH(bundle->arena, &bundle->issuers, issuer);
}

void bundle_read_issuers(struct bundle *bundle, const struct yaml_node *list)
{
    for (size_t i = 0; i < list->items.count; i++) read_issuer(bundle, list->items.items[i]);
}
