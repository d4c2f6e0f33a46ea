/* see cose.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/cose.h"

#include "core/seal/cbor_reader.h"

enum { TAG_SIGN1 = 0xD2, HEADER_ALG = 1, HEADER_CONTENT_TYPE = 3, HEADER_KEY_ID = 4 };

const struct pn_cose_purpose pn_cose_policy = {
    PN_SLICE_INIT(PN_COSE_CONTENT_TYPE),
    PN_SLICE_INIT(PN_COSE_AAD),
};
const struct pn_cose_purpose pn_cose_timestamp = {
    PN_SLICE_INIT("application/postern-timestamp+cbor"),
    PN_SLICE_INIT("postern/timestamp/v1"),
};

/* Keys come sorted and unique, so the three stand in one order. */
static bool read_headers(struct pn_cose *cose)
{
    struct pn_cbor_reader r;
    struct pn_slice content_type;

    if (!pn_cbor_begin(&r, cose->protected_map)) return false;
    if (pn_cbor_enter_map(&r) != 3) return false;
    if (pn_cbor_take_uint(&r, HEADER_ALG) != HEADER_ALG) return false;
    cose->alg = pn_cbor_take_int(&r);
    if (pn_cbor_take_uint(&r, HEADER_CONTENT_TYPE) != HEADER_CONTENT_TYPE) return false;
    content_type = pn_cbor_take_text(&r);
    if (pn_cbor_take_uint(&r, HEADER_KEY_ID) != HEADER_KEY_ID) return false;
    cose->key_id = pn_cbor_take_bytes(&r);
    pn_cbor_leave(&r);
    return pn_cbor_next(&r) == cose->protected_map.at + cose->protected_map.len &&
           pn_slice_equal(content_type, cose->purpose->content_type) &&
           cose->key_id.len == PN_KEY_ID_BYTES;
}

static bool read_parts(struct pn_cbor_reader *r, struct pn_cose *cose)
{
    if (pn_cbor_enter_array(r) != 4) return false;
    cose->protected_map = pn_cbor_take_bytes(r);
    if (pn_cbor_enter_map(r) != 0) return false;
    pn_cbor_leave(r);
    cose->payload = pn_cbor_take_bytes(r);
    cose->signature = pn_cbor_take_bytes(r);
    pn_cbor_leave(r);
    return !r->bad && cose->signature.len == PORT_ES256_SIGNATURE_BYTES;
}

enum pn_seal_refusal pn_cose_read(struct pn_slice blob, struct pn_cose *cose)
{
    return pn_cose_read_for(&pn_cose_policy, blob, cose);
}

enum pn_seal_refusal pn_cose_read_for(const struct pn_cose_purpose *purpose, struct pn_slice blob,
                                      struct pn_cose *cose)
{
    struct pn_slice front =
        pn_slice_head(blob, blob.len < PN_ENVELOPE_BYTES_MAX ? blob.len : PN_ENVELOPE_BYTES_MAX);
    struct pn_cbor_reader r;

    memset(cose, 0, sizeof *cose);
    cose->purpose = purpose;
    if (blob.len == 0) return PN_SEAL_EMPTY;
    if (blob.at[0] != TAG_SIGN1) return PN_SEAL_UNSIGNED;
    if (!pn_cbor_begin(&r, pn_slice_from(front, 1))) {
        return r.cut && front.len < blob.len ? PN_SEAL_ENVELOPE_OVERSIZE : PN_SEAL_CBOR;
    }
    if (!read_parts(&r, cose)) return PN_SEAL_ENVELOPE;
    cose->envelope_bytes = (size_t)(pn_cbor_next(&r) - blob.at);
    return read_headers(cose) ? PN_SEAL_ACCEPTED : PN_SEAL_ENVELOPE;
}

void pn_cose_add_bytes(struct port_sha256 *sha, struct pn_slice bytes)
{
    uint8_t head[3] = { 0x59, (uint8_t)(bytes.len >> 8), (uint8_t)bytes.len };

    if (bytes.len < 24) {
        head[2] = (uint8_t)(0x40 | bytes.len);
        port_sha256_add(sha, head + 2, 1);
    } else if (bytes.len < 256) {
        head[1] = 0x58;
        port_sha256_add(sha, head + 1, 2);
    } else {
        port_sha256_add(sha, head, 3);
    }
    port_sha256_add(sha, bytes.at, bytes.len);
}

void pn_cose_digest(struct pn_slice protected_map, struct pn_slice payload,
                    uint8_t digest[PORT_DIGEST_BYTES])
{
    pn_cose_digest_for(&pn_cose_policy, protected_map, payload, digest);
}

void pn_cose_digest_for(const struct pn_cose_purpose *purpose, struct pn_slice protected_map,
                        struct pn_slice payload, uint8_t digest[PORT_DIGEST_BYTES])
{
    static const uint8_t begin[] = "\x84\x6ASignature1"; /* array(4), text(10) */
    struct port_sha256 sha;

    port_sha256_begin(&sha);
    port_sha256_add(&sha, begin, sizeof begin - 1);
    pn_cose_add_bytes(&sha, protected_map);
    pn_cose_add_bytes(&sha, purpose->aad);
    pn_cose_add_bytes(&sha, payload);
    port_sha256_end(&sha, digest);
}

enum pn_seal_refusal pn_cose_verify(const struct pn_cose *cose, const struct pn_seal_key *key)
{
    uint8_t digest[PORT_DIGEST_BYTES];

    if (cose->alg != key->alg || key->alg != PN_KEY_ES256) return PN_SEAL_ALGORITHM;
    pn_cose_digest_for(cose->purpose, cose->protected_map, cose->payload, digest);
    switch (port_es256_verify(key->xy, digest, cose->signature.at)) {
    case PORT_CRYPTO_GOOD: return PN_SEAL_ACCEPTED;
    case PORT_CRYPTO_BAD_SIGNATURE: return PN_SEAL_SIGNATURE;
    case PORT_CRYPTO_FAULT: break;
    }
    return PN_SEAL_CRYPTO_FAULT;
}
