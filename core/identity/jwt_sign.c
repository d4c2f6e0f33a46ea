/* see jwt_sign.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/jwt_sign.h"

#include "core/base/base64url.h"

static void write_header(struct pn_writer *w, const struct pn_token_key *key, struct pn_slice type)
{
    uint8_t text[128];
    struct pn_writer header = pn_writer(text, sizeof text);

    pn_write_text(&header, "{\"alg\":\"ES256\",\"typ\":\"");
    pn_write(&header, type);
    pn_write_text(&header, "\",\"kid\":\"");
    pn_write(&header, pn_slice(key->kid, sizeof key->kid));
    pn_write_text(&header, "\"}");
    if (header.full) w->full = true;
    pn_write_base64url(w, pn_written(&header));
}

static bool sign(struct pn_writer *w, const struct pn_token_key *key, struct pn_slice text)
{
    uint8_t digest[PORT_DIGEST_BYTES], signature[PORT_ES256_SIGNATURE_BYTES];

    port_sha256(text.at, text.len, digest);
    if (port_es256_sign(key->private_key, digest, signature) != PORT_CRYPTO_GOOD) return false;
    pn_write_byte(w, '.');
    pn_write_base64url(w, pn_slice(signature, sizeof signature));
    return !w->full;
}

bool pn_jwt_sign(struct pn_writer *w, const struct pn_token_key *key, struct pn_slice type,
                 struct pn_slice claims)
{
    const size_t begin = w->len;

    if (!key->there || w->full) return false;
    write_header(w, key, type);
    pn_write_byte(w, '.');
    pn_write_base64url(w, claims);
    if (!w->full && sign(w, key, pn_slice(w->at + begin, w->len - begin))) return true;
    w->len = begin;
    w->full = false;
    return false;
}
