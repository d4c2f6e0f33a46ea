/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_jwks.c - any bytes as what an issuer publishes.
 *
 * The first byte is the set of algorithms, and whether it is read as the bundle of a trust domain. What
 * is taken is sound: no two names alike, no key that could not be used. */
/* links: linux */
#include "core/identity/jwks.h"

#include <stdlib.h>

#include "core/identity/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) abort();
}

static void check(const struct pn_jwks *set, uint8_t allowed)
{
    must(set->count <= PN_JWKS_KEYS_MAX);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct pn_jwks_key *key = &set->keys[i];
        must(key->jwk.alg >= PN_JWT_ES256 && key->jwk.alg <= PN_JWT_PS256);
        must(allowed == 0 || (allowed >> key->jwk.alg & 1) != 0);
        must(key->jwk.material_len <= sizeof key->jwk.material && key->id_len <= sizeof key->id);
        for (uint32_t k = 0; k < i; k++) {
            must(!pn_slice_equal(pn_jwks_id(key), pn_jwks_id(&set->keys[k])));
        }
    }
    must(pn_jwks_holds(set, set));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pn_json_key places[256];
    static uint64_t arena[4096];
    static struct pn_jwks set;
    struct pn_json_keys keys;

    if (size == 0) return 0;
    must(port_crypto_init(arena, sizeof arena) == PORT_CRYPTO_GOOD);
    uint8_t *text = malloc(size), allowed = data[0] & 0x1E;
    if (text == NULL) abort();
    memcpy(text, data + 1, size - 1);
    pn_json_keys_init(&keys, places, 256, (const uint8_t *)"sixteen bytes ok");
    bool read = (data[0] & 1) != 0
                    ? pn_jwks_read_domain(pn_slice(text, size - 1), allowed, &keys, &set)
                    : pn_jwks_read(pn_slice(text, size - 1), allowed, &keys, &set);
    if (read) check(&set, allowed);
    free(text);
    return 0;
}
