/* see peer_cert.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/peer_cert.h"

#include "port/port_crypto.h"

enum { NAME_BYTES_MAX = 256 };

static struct pn_slice slice_of(struct port_tls_text text)
{
    return pn_slice(text.at, text.len);
}

/* --- reading --- */

/* Is its root one of those for `domain`? */
static bool leads_to(const struct pn_peer_cert *cert, struct pn_slice domain)
{
    for (uint32_t i = 0; i < cert->domain_count; i++) {
        bool is_in = (cert->peer.trusts >> i & 1) != 0;
        if (is_in && pn_slice_equal(cert->domains[i], domain)) return true;
    }
    return false;
}

static bool is_svid(const struct pn_peer_cert *cert, const struct pn_spiffe_id *id)
{
    return pn_spiffe_fits(id) && id->path.len > 0 && cert->peer.uses == PORT_TLS_USE_SIGNS;
}

enum pn_reason pn_peer_cert_read(const struct pn_peer_cert *cert, int64_t now_s,
                                 struct pn_slice *spiffe_id)
{
    struct pn_slice uri = slice_of(cert->peer.uri), scheme = PN_SLICE("spiffe:");
    struct pn_spiffe_id id = { .path = PN_SLICE("") };

    *spiffe_id = pn_slice("", 0);
    if (!cert->shown) return PN_REASON_NONE;
    if (pn_peer_cert_is_over(cert, now_s)) return PN_REASON_CERTIFICATE_EXPIRED;
    if (cert->peer.uri_count > 1) return PN_REASON_CERTIFICATE_SVID;
    if (uri.len >= scheme.len && pn_slice_equal_fold(pn_slice_head(uri, scheme.len), scheme)) {
        if (!pn_spiffe_read(uri, &id) || !is_svid(cert, &id)) return PN_REASON_CERTIFICATE_SVID;
        *spiffe_id = uri;
    }
    return leads_to(cert, id.domain) ? PN_REASON_NONE : PN_REASON_CERTIFICATE_DOMAIN;
}

/* --- entries --- */

/* The entry that fits best decides, also when it has expired: then no wider one does. So it is looked
 * for at a time when nothing had. */
enum { EVER = 0 };

static bool take_current(const struct pn_key *found, uint64_t now_s, struct pn_key *key)
{
    if (found->expires_s != 0 && found->expires_s <= now_s) return false;
    *key = *found;
    return true;
}

/* A field of a request holds no NUL, so no API key has such a digest. */
static void begin(struct port_sha256 *sha, enum pn_cert_name kind)
{
    uint8_t prefix[2] = { 0, (uint8_t)kind };

    port_sha256_begin(sha);
    port_sha256_add(sha, prefix, sizeof prefix);
}

void pn_cert_digest(enum pn_cert_name kind, struct pn_slice name, uint8_t digest[32])
{
    struct port_sha256 sha;

    begin(&sha, kind);
    port_sha256_add(&sha, name.at, name.len);
    port_sha256_end(&sha, digest);
}

/* One pass over the identifier: at each slash behind the domain the digest so far is that of an entry
 * for what is below. */
bool pn_cert_find_spiffe(const struct pn_key_table *table, struct pn_slice id, uint64_t now_s,
                         struct pn_key *key)
{
    struct pn_spiffe_id read;
    struct port_sha256 sha, below;
    struct pn_key best;
    uint8_t digest[32];
    bool found = false;

    if (!pn_spiffe_read(id, &read)) return false;
    struct pn_slice path = read.path;
    begin(&sha, PN_CERT_SPIFFE_ID);
    port_sha256_add(&sha, id.at, id.len - path.len);
    while (path.len > 0) {
        size_t len = 1 + pn_slice_find(pn_slice_from(path, 1), '/');
        below = sha;
        port_sha256_add(&below, "/*", 2);
        port_sha256_end(&below, digest);
        if (pn_key_find(table, digest, EVER, &best)) found = true;
        port_sha256_add(&sha, path.at, len);
        path = pn_slice_from(path, len);
    }
    port_sha256_end(&sha, digest);
    if (pn_key_find(table, digest, EVER, &best)) found = true;
    return found && take_current(&best, now_s, key);
}

static bool find_named(const struct pn_key_table *table, enum pn_cert_name kind,
                       struct pn_slice name, struct pn_key *key)
{
    uint8_t lower[NAME_BYTES_MAX], digest[32];

    if (name.len == 0 || name.len > sizeof lower) return false;
    for (size_t i = 0; i < name.len; i++) lower[i] = pn_ascii_lower(name.at[i]);
    if (kind == PN_CERT_DNS_NAME) name.at = lower;
    pn_cert_digest(kind, name, digest);
    return pn_key_find(table, digest, EVER, key);
}

bool pn_cert_find_named(const struct pn_key_table *table, const struct pn_peer_cert *cert,
                        uint64_t now_s, struct pn_key *key)
{
    const struct port_tls_peer *peer = &cert->peer;
    struct pn_key best;

    bool found =
        peer->dns_count == 1 && find_named(table, PN_CERT_DNS_NAME, slice_of(peer->dns), &best);
    if (!found && peer->common_name_count == 1) {
        found = find_named(table, PN_CERT_COMMON_NAME, slice_of(peer->common_name), &best);
    }
    return found && take_current(&best, now_s, key);
}
