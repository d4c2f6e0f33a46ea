/* see route_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/route_text.h"

#include "core/http/h1_field.h"
#include "core/http/octet.h"
#include "core/limits.h"
#include "core/route/assertion_table.h"
#include "core/route/pass_table.h"

static bool is_word(struct pn_slice s)
{
    return pn_octets_are_value(s) && pn_slice_find(s, ' ') == s.len &&
           pn_slice_find(s, '\t') == s.len;
}

/* The texts of an upstream can stand in a request head as they are. Heads are written under an
 * assertion that they fit and hold no line end, so a policy that breaks that is refused here. */
static bool can_be_written(const struct pn_upstream *u)
{
    return is_word(u->authority) && is_word(u->path) &&
           pn_octets_all(u->auth_header, PN_OCTET_TOKEN) && pn_octets_are_value(u->auth_prefix);
}

/* The head has no other field of that name, from the client or of the gateway's. */
static bool can_carry(const struct pn_upstream *u, const struct pn_assertion *a)
{
    if (!pn_octets_all(a->header, PN_OCTET_TOKEN) || !pn_octets_are_value(a->prefix)) return false;
    enum pn_field field = pn_field_find(a->header);
    return (field == PN_FIELD_OTHER || field == PN_FIELD_AUTHORIZATION) &&
           !pn_slice_equal_fold(a->header, u->auth_header);
}

static size_t upstream_bytes(const struct pn_upstream *u)
{
    return u->name.len + u->host.len + u->authority.len + u->path.len + u->credential.len +
           u->auth_header.len + u->auth_prefix.len;
}

static size_t text_bytes(const struct pn_upstream *u, const struct pn_assertion *a)
{
    return upstream_bytes(u) + a->issuer.len + a->audience.len + a->header.len + a->prefix.len;
}

/* A pass is kept with its token endpoint's texts, and its token goes into the field that a
 * credential would. What is asked for is form-encoded, so it may be any text. */
static bool can_be_asked(const struct pn_route_table *routes, const struct pn_upstream *u,
                         size_t index)
{
    struct pn_pass pass = pn_pass_of(routes, index);
    struct pn_assertion a = pn_assertion_of(routes, index);

    if (pass.kind == PN_PASS_NONE) return true;
    struct pn_upstream to = pn_upstream_at(routes, pass.at);
    return u->credential.len == 0 && pn_field_find(a.header) != PN_FIELD_AUTHORIZATION &&
           pn_pass_text_bytes(&pass) + upstream_bytes(&to) <= PN_ROUTE_TEXT_BYTES;
}

bool pn_route_texts_fit(const struct pn_route_table *routes)
{
    size_t longest = 0;

    for (size_t i = 0; i < pn_upstream_count(routes); i++) {
        struct pn_upstream u = pn_upstream_at(routes, i);
        struct pn_assertion a = pn_assertion_of(routes, i);
        if (text_bytes(&u, &a) > longest) longest = text_bytes(&u, &a);
        if (!can_be_written(&u) || (a.lifetime_s > 0 && !can_carry(&u, &a))) return false;
        if (!can_be_asked(routes, &u, i)) return false;
    }
    for (size_t i = 0; i < pn_server_count(routes); i++) {
        struct pn_slice path = pn_server_at(routes, i).path;
        if (longest + path.len > PN_ROUTE_TEXT_BYTES) return false;
        if (!is_word(path)) return false;
    }
    for (size_t i = 0; i < pn_model_count(routes); i++) {
        if (pn_model_at(routes, i).upstream_name.len > PN_NAME_BYTES) return false;
    }
    return longest <= PN_ROUTE_TEXT_BYTES;
}

struct pn_slice pn_route_text_keep(struct pn_writer *w, struct pn_slice text)
{
    uint8_t *at = pn_write_room(w, text.len);

    if (!at) return pn_slice("", 0);
    if (text.len > 0) memcpy(at, text.at, text.len);
    return pn_slice(at, text.len);
}

struct pn_upstream pn_upstream_keep_texts(const struct pn_upstream *upstream, struct pn_writer *w)
{
    struct pn_upstream u = *upstream;

    u.name = pn_route_text_keep(w, u.name);
    u.host = pn_route_text_keep(w, u.host);
    u.authority = pn_route_text_keep(w, u.authority);
    u.path = pn_route_text_keep(w, u.path);
    u.credential = pn_route_text_keep(w, u.credential);
    u.auth_header = pn_route_text_keep(w, u.auth_header);
    u.auth_prefix = pn_route_text_keep(w, u.auth_prefix);
    return u;
}
