/* SPDX-License-Identifier: Apache-2.0 */
/* see sealed.h */
#include "test/core/seal/sealed.h"

#include <stdio.h>
#include <stdlib.h>

static void demand(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "sealed.c: %s\n", what);
    abort();
}

void sealed_crypto_init(void)
{
    static uint64_t arena[8192];

    demand(port_crypto_init(arena, sizeof arena) == PORT_CRYPTO_GOOD, "no crypto");
}

static void pair_of(struct pn_key_pair *pair, struct pn_slice secret)
{
    if (memcmp(pair->secret, secret.at, sizeof pair->secret) == 0) return; /* made before */
    memcpy(pair->secret, secret.at, sizeof pair->secret);
    demand(port_es256_public(pair->secret, pair->xy) == PORT_CRYPTO_GOOD, "no public key");
    pn_key_id(pair->xy, pair->id);
}

const struct pn_key_pair *sealed_author(void)
{
    static struct pn_key_pair pair;

    pair_of(&pair, PN_SLICE("\xC9\xAF\xA9\xD8\x45\xBA\x75\x16\x6B\x5C\x21\x57\x67\xB1\xD6\x93"
                            "\x4E\x50\xC3\xDB\x36\xE8\x9B\x12\x7B\x8A\x62\x2B\x12\x0F\x67\x21"));
    return &pair;
}

const struct pn_key_pair *sealed_stranger(void)
{
    static struct pn_key_pair pair;

    pair_of(&pair, PN_SLICE("a secret of thirty-two bytes, ok"));
    return &pair;
}

const struct pn_keyset *sealed_keys(void)
{
    static struct pn_keyset keys;

    if (keys.count > 0) return &keys;
    demand(pn_keyset_add(&keys, sealed_author()->xy, PN_KEY_POLICY) == PN_KEYSET_ADDED, "no key");
    return &keys;
}

struct pn_seal_expect sealed_expect(void)
{
    static const struct pn_slice groups[] = { PN_SLICE_INIT("edge"), PN_SLICE_INIT("lab") };

    return (struct pn_seal_expect){ .keys = sealed_keys(),
                                    .groups = groups,
                                    .group_count = 2,
                                    .device = PN_SLICE("d1"),
                                    .now_s = SEALED_NOW_S,
                                    .body_bytes_max = 3000,
                                    .engine = SEALED_ENGINE,
                                    .moment = PN_SEAL_INSTALL };
}

struct pn_seal_wish sealed_wish(void)
{
    return (struct pn_seal_wish){ .sequence = 7,
                                  .issued_s = SEALED_NOW_S,
                                  .expires_s = SEALED_NOW_S + 86400,
                                  .epoch = 2,
                                  .engine_min = SEALED_ENGINE };
}

void sealed_make(struct sealed *out, const struct pn_seal_wish *wish, struct pn_slice body)
{
    struct pn_writer w = pn_writer(out->bytes, sizeof out->bytes);

    demand(pn_seal_make(wish, body, sealed_author(), &w, &out->seal) == PN_SEAL_MAKE_DONE,
           "could not seal");
    out->len = w.len;
}

static void write_bstr(struct pn_writer *w, struct pn_slice bytes)
{
    uint8_t head[3] = { 0x59, (uint8_t)(bytes.len >> 8), (uint8_t)bytes.len };

    if (bytes.len < 24) {
        pn_write_byte(w, (uint8_t)(0x40 + bytes.len));
    } else if (bytes.len < 256) {
        pn_write_byte(w, 0x58);
        pn_write_byte(w, (uint8_t)bytes.len);
    } else {
        pn_write(w, pn_slice(head, 3));
    }
    pn_write(w, bytes);
}

void sealed_raw(struct sealed *out, struct pn_slice headers, struct pn_slice unprotected,
                struct pn_slice payload, struct pn_slice body)
{
    struct pn_writer w = pn_writer(out->bytes, sizeof out->bytes);
    uint8_t digest[32], signature[64];

    memset(&out->seal, 0, sizeof out->seal);
    pn_cose_digest(headers, payload, digest);
    demand(port_es256_sign(sealed_author()->secret, digest, signature) == PORT_CRYPTO_GOOD, "sign");
    pn_write_text(&w, "\xD2\x84");
    write_bstr(&w, headers);
    pn_write(&w, unprotected);
    write_bstr(&w, payload);
    write_bstr(&w, pn_slice(signature, sizeof signature));
    pn_write(&w, body);
    demand(!w.full, "raise SEALED_BYTES_MAX");
    out->len = w.len;
}

struct pn_slice sealed_headers(void)
{
    static struct sealed made;
    struct pn_seal_wish wish = sealed_wish();
    struct pn_cose cose;

    sealed_make(&made, &wish, PN_SLICE("x"));
    demand(pn_cose_read(pn_slice(made.bytes, made.len), &cose) == PN_SEAL_ACCEPTED, "no cose");
    return cose.protected_map;
}

uint8_t *sealed_exact(struct pn_slice s)
{
    uint8_t *at = malloc(s.len > 0 ? s.len : 1);

    demand(at != NULL, "no memory");
    if (s.len > 0) memcpy(at, s.at, s.len);
    return at;
}

enum pn_seal_refusal sealed_verdict(const struct pn_seal_expect *expect, struct pn_slice s)
{
    uint8_t *exact = sealed_exact(s);
    struct pn_seal seal;
    enum pn_seal_refusal verdict = pn_seal_check(expect, pn_slice(exact, s.len), &seal);

    demand(seal.verdict == verdict, "two verdicts");
    demand(verdict == PN_SEAL_ACCEPTED || seal.body.at == NULL, "a refused body is lent");
    free(exact);
    return verdict;
}

void sealed_twin(uint8_t signature[64])
{
    static const uint8_t order[32] =
        "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
        "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";
    int borrow = 0;

    for (int i = 31; i >= 0; i--) {
        int digit = order[i] - signature[32 + i] - borrow;

        borrow = digit < 0;
        signature[32 + i] = (uint8_t)(digit + (borrow ? 256 : 0));
    }
}
