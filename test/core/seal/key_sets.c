/* SPDX-License-Identifier: Apache-2.0 */
/* see key_sets.h */
#include "test/core/seal/key_sets.h"

#include <stdio.h>
#include <stdlib.h>

static void demand(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "key_sets.c: %s\n", what);
    abort();
}

/* Secrets that are easy to write: a digit, repeated. */
static const struct pn_key_pair *pair_of(struct pn_key_pair *pair, uint8_t digit)
{
    if (pair->secret[0] == digit) return pair; /* made before */
    memset(pair->secret, digit, sizeof pair->secret);
    demand(port_es256_public(pair->secret, pair->xy) == PORT_CRYPTO_GOOD, "no public key");
    pn_key_id(pair->xy, pair->id);
    return pair;
}

const struct pn_key_pair *key_sets_root(int which)
{
    static struct pn_key_pair pairs[KEY_SETS_ROOTS];

    return pair_of(&pairs[which], (uint8_t)(0x10 + which));
}

const struct pn_key_pair *key_sets_worker(int which)
{
    static struct pn_key_pair pairs[KEY_SETS_WORKERS];

    return which == 0 ? sealed_author() : pair_of(&pairs[which], (uint8_t)(0x40 + which));
}

void key_sets_add(struct pn_keyset_wish *wish, const struct pn_key_pair *pair, uint8_t roles)
{
    demand(pn_keyset_add(&wish->keys, pair->xy, roles) == PN_KEYSET_ADDED, "cannot add a key");
}

void key_sets_remove(struct pn_keyset_wish *wish, const struct pn_key_pair *pair)
{
    struct pn_keyset *keys = &wish->keys;
    uint8_t count = 0;

    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->keys[i].id, pair->id, sizeof pair->id) == 0) continue;
        keys->keys[count++] = keys->keys[i];
    }
    keys->count = count;
}

void key_sets_revoke(struct pn_keyset_wish *wish, const struct pn_key_pair *pair)
{
    key_sets_remove(wish, pair);
    memcpy(wish->keys.revoked[wish->keys.revoked_count++], pair->id, sizeof pair->id);
}

struct pn_keyset_wish key_sets_wish(uint32_t version)
{
    struct pn_keyset_wish wish = { .keys = { .version = version, .threshold = 2 } };

    key_sets_add(&wish, sealed_author(), PN_KEY_POLICY);
    for (int i = 0; i < 3; i++) key_sets_add(&wish, key_sets_root(i), PN_KEY_ROOT);
    return wish;
}

const struct pn_keyset *key_sets_provisioned(void)
{
    static struct pn_keyset keys;

    if (keys.count == 0) keys = key_sets_wish(0).keys;
    return &keys;
}

static const struct pn_key_pair *signer_of(char name)
{
    if (name == 'w') return sealed_author();
    if (name == 's') return sealed_stranger();
    return key_sets_root(name - '0');
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

static void write_signature(struct pn_writer *w, struct pn_slice payload,
                            const struct pn_key_pair *pair)
{
    uint8_t headers[13] = { 0xA2, 0x01, 0x26, 0x04, 0x48 }, digest[32], signature[64];

    memcpy(headers + 5, pair->id, 8);
    pn_keyset_document_digest(pn_slice(headers, sizeof headers), payload, digest);
    demand(port_es256_sign(pair->secret, digest, signature) == PORT_CRYPTO_GOOD, "cannot sign");
    pn_write_byte(w, 0x83);
    write_bstr(w, pn_slice(headers, sizeof headers));
    pn_write_byte(w, 0xA0);
    write_bstr(w, pn_slice(signature, sizeof signature));
}

void key_set_raw(struct key_set *out, struct pn_slice payload, const char *roots)
{
    struct pn_writer w = pn_writer(out->bytes, sizeof out->bytes);
    static uint8_t copy[PN_KEYSET_BYTES_MAX]; /* the payload may stand in `out` */

    demand(payload.len <= sizeof copy, "a long payload");
    memcpy(copy, payload.at, payload.len);
    payload = pn_slice(copy, payload.len);
    pn_write_text(&w, "\xD8\x62\x84");
    write_bstr(&w, pn_keyset_document_protected());
    pn_write_byte(&w, 0xA0);
    write_bstr(&w, payload);
    pn_write_byte(&w, (uint8_t)(0x80 + strlen(roots)));
    for (; *roots != '\0'; roots++) write_signature(&w, payload, signer_of(*roots));
    demand(!w.full, "a key set above PN_KEYSET_BYTES_MAX");
    out->len = w.len;
}

struct pn_slice key_set_payload(const struct pn_keyset_wish *wish)
{
    static uint8_t bytes[PN_KEYSET_BYTES_MAX];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);
    struct pn_keyset_document doc;

    demand(pn_keyset_make(wish, &w, &doc) != PN_KEYSET_MAKE_OVERSIZE, "a long key set");
    demand(doc.payload.len > 0, "no payload");
    return doc.payload;
}

void key_set_make(struct key_set *out, const struct pn_keyset_wish *wish, const char *roots)
{
    key_set_raw(out, key_set_payload(wish), roots);
}

enum pn_seal_refusal key_set_verdict(const struct pn_keyset *held, struct pn_slice document)
{
    uint8_t *exact = sealed_exact(document);
    struct pn_keyset_document doc;
    enum pn_seal_refusal verdict =
        pn_keyset_document_check(held, pn_slice(exact, document.len), SEALED_NOW_S, &doc);

    demand(verdict == PN_SEAL_ACCEPTED || doc.keys.count == 0, "keys of a refused set are lent");
    free(exact);
    return verdict;
}
