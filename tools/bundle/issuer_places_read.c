/* see issuer_places_read.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/issuer_places_read.h"

#include "core/identity/identity_format.h"
#include "core/identity/issuer_desk.h"
#include "tools/bundle/url.h"
#include "tools/compile/yaml_fields.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])
enum { ASK_USUAL_S = 30, ASK_MAX_S = 3600 };

static bool read_place(struct bundle *bundle, const struct yaml_node *node,
                       const struct bundle_issuer *issuer, struct pn_url *url)
{
    if (!url_check(bundle, node, url)) return false;
    if (node->text.len > PN_URL_BYTES_MAX) {
        diag_error(bundle->diagnostics, node->mark, "a URL here has at most %d bytes",
                   PN_URL_BYTES_MAX);
        return false;
    }
    struct bundle_upstream place = { .host = url->host, .egress = issuer->egress };
    egress_check(bundle, node, &place);
    return true;
}

/* Who can change what is fetched can be anybody. */
#define OWN_KEYS   "put keys of their own in the place of these"
#define OWN_ANSWER "read the tokens that are asked about, and answer in the issuer's place"

static void read_jwks_uri(struct bundle *bundle, const struct yaml_node *node,
                          struct bundle_issuer *issuer)
{
    struct pn_url url;

    issuer->fetch = PN_ISSUER_FETCH_JWKS;
    issuer->keys_url = node->text;
    if (read_place(bundle, node, issuer, &url)) http_check(bundle, node, &url, OWN_KEYS);
}

static void read_discovery(struct bundle *bundle, const struct issuer_places *places,
                           struct bundle_issuer *issuer)
{
    struct pn_url url;
    bool wanted = false;

    if (!yaml_read_bool(bundle->diagnostics, places->discovery, &wanted) || !wanted) return;
    issuer->fetch = PN_ISSUER_FETCH_DISCOVERY;
    issuer->keys_url = issuer->name;
    if (!read_place(bundle, places->issuer, issuer, &url)) return;
    http_check(bundle, places->issuer, &url, OWN_KEYS);
    if (url.query.len == 0) return;
    diag_error(bundle->diagnostics, places->issuer->mark,
               "an issuer that is found by discovery has no query in its name");
}

static void read_cache(struct bundle *bundle, const struct yaml_node *node,
                       struct bundle_issuer *issuer)
{
    uint64_t seconds;

    if (!yaml_read_seconds(bundle->diagnostics, node, &seconds)) return;
    if (seconds > ASK_MAX_S) {
        diag_error(bundle->diagnostics, node->mark,
                   "at most %ds: a token that is revoked would go on for as long", ASK_MAX_S);
        return;
    }
    issuer->ask_s = (uint32_t)seconds;
}

/* A token is shown to nobody but the one whom it may be of. */
static void check_only_one(struct bundle *bundle, const struct yaml_node *node)
{
    for (size_t i = 0; i < bundle->issuers.count; i++) {
        if (bundle->issuers.items[i].ask_url.len == 0) continue;
        diag_error(bundle->diagnostics, node->mark,
                   "the issuer on line %u is asked about tokens already, and only one can be",
                   bundle->issuers.items[i].mark.line);
    }
}

static void read_introspection(struct bundle *bundle, const struct yaml_node *node,
                               struct bundle_issuer *issuer)
{
    struct yaml_node *at = NULL, *credential = NULL, *cache = NULL;
    struct yaml_field fields[] = { { "url", YAML_WANT_TEXT | YAML_REQUIRED, &at },
                                   { "credential", YAML_WANT_TEXT, &credential },
                                   { "cache", YAML_WANT_TEXT, &cache } };
    struct pn_url url;

    yaml_fields(bundle->diagnostics, node, "introspection", FIELDS(fields));
    if (at == NULL) return;
    check_only_one(bundle, node);
    issuer->ask_s = ASK_USUAL_S;
    issuer->ask_url = at->text;
    if (read_place(bundle, at, issuer, &url)) http_check(bundle, at, &url, OWN_ANSWER);
    if (credential != NULL) credential_read(bundle, credential, &issuer->credential);
    if (cache != NULL) read_cache(bundle, cache, issuer);
}

void issuer_places_read(struct bundle *bundle, const struct issuer_places *places,
                        struct bundle_issuer *issuer)
{
    egress_read(bundle, places->egress, &issuer->egress);
    if (places->jwks_uri != NULL) read_jwks_uri(bundle, places->jwks_uri, issuer);
    if (places->discovery != NULL) read_discovery(bundle, places, issuer);
    if (places->introspection != NULL) read_introspection(bundle, places->introspection, issuer);
    int kinds = (places->jwks != NULL) + (places->jwks_uri != NULL) +
                (issuer->fetch == PN_ISSUER_FETCH_DISCOVERY);
    if (kinds > 1) {
        diag_error(bundle->diagnostics, places->issuer->mark,
                   "one of jwks, jwks_uri and discovery is wanted, not several");
    } else if (kinds == 0 && issuer->ask_url.len == 0) {
        diag_error(
            bundle->diagnostics, places->issuer->mark,
            "an issuer's public keys are wanted, as jwks, jwks_uri or by discovery: true; or "
            "introspection");
    }
}
