/* see timestamp.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/timestamp.h"

#include "core/seal/cbor_reader.h"

static const uint64_t time_s_max = ((uint64_t)1 << 53) - 1;

static void take_key(struct pn_cbor_reader *r, enum pn_timestamp_key key)
{
    if (pn_cbor_take_uint(r, (uint64_t)key) != (uint64_t)key) r->bad = true;
}

static void take_exact(struct pn_cbor_reader *r, uint8_t *out, size_t len)
{
    struct pn_slice bytes = pn_cbor_take_bytes(r);

    if (bytes.len != len) r->bad = true;
    if (!r->bad) memcpy(out, bytes.at, len);
}

/* Every key is there and none else; they come sorted, so in this order. */
static bool read_payload(struct pn_slice payload, struct pn_timestamp *t)
{
    struct pn_cbor_reader r;

    if (!pn_cbor_begin(&r, payload) || pn_cbor_enter_map(&r) != PN_TIMESTAMP_KEY_IDENTITY) {
        return false;
    }
    take_key(&r, PN_TIMESTAMP_KEY_FORMAT);
    if (pn_cbor_take_uint(&r, PN_TIMESTAMP_FORMAT) != PN_TIMESTAMP_FORMAT) return false;
    take_key(&r, PN_TIMESTAMP_KEY_NONCE);
    take_exact(&r, t->nonce, sizeof t->nonce);
    take_key(&r, PN_TIMESTAMP_KEY_NOW);
    t->now_s = pn_cbor_take_uint(&r, time_s_max);
    take_key(&r, PN_TIMESTAMP_KEY_EXPIRES);
    t->expires_s = pn_cbor_take_uint(&r, time_s_max);
    take_key(&r, PN_TIMESTAMP_KEY_SEQUENCE);
    t->sequence = pn_cbor_take_uint(&r, UINT64_MAX);
    take_key(&r, PN_TIMESTAMP_KEY_IDENTITY);
    take_exact(&r, t->identity, sizeof t->identity);
    pn_cbor_leave(&r);
    return !r.bad && pn_cbor_next(&r) == payload.at + payload.len && t->expires_s > t->now_s;
}

enum pn_seal_refusal pn_timestamp_read(struct pn_slice payload, struct pn_timestamp *t)
{
    memset(t, 0, sizeof *t);
    return read_payload(payload, t) ? PN_SEAL_ACCEPTED : PN_SEAL_TIME;
}

static enum pn_seal_refusal check_signer(const struct pn_timestamp_expect *expect,
                                         const struct pn_cose *cose,
                                         const struct pn_seal_key **signer)
{
    const struct pn_seal_key *key = pn_keyset_find(expect->keys, cose->key_id);

    if (pn_keyset_is_revoked(expect->keys, cose->key_id)) return PN_SEAL_KEY_REVOKED;
    if (key == NULL) return PN_SEAL_KEY_UNKNOWN;
    if ((key->roles & PN_KEY_TIME) == 0) return PN_SEAL_KEY_ROLE;
    if (key->not_after_s != 0 && expect->now_s >= key->not_after_s) return PN_SEAL_KEY_EXPIRED;
    *signer = key;
    return pn_cose_verify(cose, key);
}

static enum pn_seal_refusal check(const struct pn_timestamp_expect *expect, struct pn_slice bytes,
                                  struct pn_timestamp *t)
{
    const struct pn_seal_key *signer = NULL;
    struct pn_cose cose;
    enum pn_seal_refusal refusal = pn_cose_read_for(&pn_cose_timestamp, bytes, &cose);

    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    if (cose.envelope_bytes != bytes.len) return PN_SEAL_ENVELOPE;
    refusal = check_signer(expect, &cose, &signer);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    refusal = pn_timestamp_read(cose.payload, t);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    if (expect->nonce == NULL || memcmp(t->nonce, expect->nonce, sizeof t->nonce) != 0) {
        return PN_SEAL_TIME_NONCE;
    }
    /* Its own word: at the time it states it may no longer sign. */
    if (signer->not_after_s != 0 && t->now_s >= signer->not_after_s) return PN_SEAL_KEY_EXPIRED;
    return PN_SEAL_ACCEPTED;
}

enum pn_seal_refusal pn_timestamp_check(const struct pn_timestamp_expect *expect,
                                        struct pn_slice bytes, struct pn_timestamp *t)
{
    enum pn_seal_refusal refusal;

    memset(t, 0, sizeof *t);
    refusal = check(expect, bytes, t);
    if (refusal != PN_SEAL_ACCEPTED) memset(t, 0, sizeof *t);
    return refusal;
}
