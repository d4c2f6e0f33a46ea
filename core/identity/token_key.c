/* see token_key.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/token_key.h"

#include "core/base/assert.h"
#include "core/base/base64url.h"

/* The members that a thumbprint is made of, in its order, without the closing brace. */
static void write_point(struct pn_writer *w, const struct pn_token_key *key)
{
    pn_write_text(w, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"");
    pn_write_base64url(w, pn_slice(key->public_key, 32));
    pn_write_text(w, "\",\"y\":\"");
    pn_write_base64url(w, pn_slice(key->public_key + 32, 32));
    pn_write_byte(w, '"');
}

static void name_it(struct pn_token_key *key)
{
    uint8_t text[160], digest[PORT_DIGEST_BYTES];
    struct pn_writer w = pn_writer(text, sizeof text);
    struct pn_writer kid = pn_writer(key->kid, sizeof key->kid);

    write_point(&w, key);
    pn_write_byte(&w, '}');
    PN_ASSERT(!w.full);
    port_sha256(w.at, w.len, digest);
    pn_write_base64url(&kid, pn_slice(digest, sizeof digest));
    PN_ASSERT(!kid.full);
}

bool pn_token_key_of(struct pn_token_key *key, const uint8_t private_key[PORT_ES256_PRIVATE_BYTES])
{
    memset(key, 0, sizeof *key);
    if (port_es256_public(private_key, key->public_key) != PORT_CRYPTO_GOOD) return false;
    memcpy(key->private_key, private_key, sizeof key->private_key);
    name_it(key);
    key->there = true;
    return true;
}

void pn_token_key_write_jwk(struct pn_writer *w, const struct pn_token_key *key)
{
    PN_ASSERT(key->there);
    write_point(w, key);
    pn_write_text(w, ",\"alg\":\"ES256\",\"use\":\"sig\",\"kid\":\"");
    pn_write(w, pn_slice(key->kid, sizeof key->kid));
    pn_write_text(w, "\"}");
}
