/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_seal.c - sealed policies from anybody.
 *
 * The first byte of an input chooses what the rest is: a whole sealed policy, a manifest whose
 * signature is taken for good, key text, the bytes of a manifest that the author then signs, so
 * that fuzzing gets behind the signature; a whole key set, or the payload of one that the roots
 * then sign; a timestamp or its payload. */
/* links: linux */
#include <stdlib.h>

#include "core/seal/timestamp.h"
#include "test/core/seal/key_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds) abort();
}

static void check_blob(struct pn_slice blob)
{
    struct pn_seal_expect expect = sealed_expect();
    struct pn_seal seal;
    enum pn_seal_refusal verdict = pn_seal_check(&expect, blob, &seal);

    demand(verdict == seal.verdict && verdict != PN_SEAL_UNCHECKED);
    if (verdict != PN_SEAL_ACCEPTED) {
        demand(seal.body.len == 0);
        return;
    }
    demand(seal.envelope.at == blob.at);
    demand(seal.envelope.len + seal.body.len == blob.len);
    demand(seal.manifest.body_bytes == seal.body.len);
}

/* What is read is a manifest on its own terms, whoever signed it. */
static void check_manifest(struct pn_slice bytes)
{
    struct pn_manifest m;

    if (pn_manifest_read(bytes, &m) != PN_SEAL_ACCEPTED) return;
    demand(m.expires_s > m.issued_s);
    demand(m.any_target == (m.devices.len + m.groups.len == 0));
    demand((m.on_expiry == PN_EXPIRY_KEEP) == (m.grace_s > 0));
    (void)pn_manifest_names(m.devices, PN_SLICE("d1"));
    (void)pn_manifest_names(m.groups, PN_SLICE("edge"));
    demand(pn_manifest_life(&m, m.expires_s - 1) == PN_LIFE_CURRENT);
}

static void check_signed(struct pn_slice payload)
{
    static struct sealed made;

    if (payload.len > 1500) return;
    sealed_raw(&made, sealed_headers(), PN_SLICE("\xA0"), payload, PN_SLICE("the body"));
    check_blob(pn_slice(made.bytes, made.len));
}

static void check_key(struct pn_slice text)
{
    struct pn_keyset keys = { 0 };
    struct pn_key_pair pair;

    demand((pn_keyset_add_text(&keys, text) == PN_KEYSET_ADDED) == (keys.count == 1));
    (void)pn_key_pair_read_text(text, &pair);
}

/* A key set that is taken can be followed by another one, and has somebody who may sign it. */
static void check_keyset(struct pn_slice bytes)
{
    struct pn_keyset_document doc;
    unsigned roots;

    if (pn_keyset_document_check(key_sets_provisioned(), bytes, SEALED_NOW_S, &doc) !=
        PN_SEAL_ACCEPTED) {
        demand(doc.keys.count == 0);
        return;
    }
    roots = pn_keyset_roots(&doc.keys);
    demand(doc.keys.version > 0 && doc.keys.threshold > 0 && doc.keys.threshold <= roots);
    demand(doc.keys.count <= PN_KEYSET_KEYS_MAX && roots <= PN_KEYSET_ROOTS_MAX);
    demand(doc.whole.at == bytes.at && doc.whole.len <= bytes.len);
    for (size_t i = 0; i < doc.keys.count; i++) {
        struct pn_slice id = pn_slice(doc.keys.keys[i].id, PN_KEY_ID_BYTES);

        demand(pn_keyset_find(&doc.keys, id) == &doc.keys.keys[i]);
        demand(!pn_keyset_is_revoked(&doc.keys, id));
    }
}

static void check_keyset_signed(struct pn_slice payload)
{
    static struct key_set set;

    if (payload.len > 1500) return;
    key_set_raw(&set, payload, "01");
    check_keyset(key_set_slice(&set));
}

static void check_timestamp(struct pn_slice bytes)
{
    static const uint8_t nonce[PN_NONCE_BYTES] = { 0 };
    struct pn_timestamp_expect expect = { .keys = sealed_keys(), .nonce = nonce };
    struct pn_timestamp t;

    if (pn_timestamp_check(&expect, bytes, &t) == PN_SEAL_ACCEPTED) abort(); /* a policy key's */
    if (pn_timestamp_read(bytes, &t) == PN_SEAL_ACCEPTED) demand(t.expires_s > t.now_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_slice rest = pn_slice(data + 1, size > 0 ? size - 1 : 0);

    sealed_crypto_init();
    if (size == 0) return 0;
    switch (data[0] % 7) {
    case 0: check_blob(rest); break;
    case 1: check_manifest(rest); break;
    case 2: check_signed(rest); break;
    case 4: check_keyset(rest); break;
    case 5: check_keyset_signed(rest); break;
    case 6: check_timestamp(rest); break;
    default: check_key(rest); break;
    }
    return 0;
}
