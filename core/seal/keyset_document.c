/* see keyset_document.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/keyset_document.h"

#include "core/seal/cbor_reader.h"
#include "core/seal/cose.h"

enum { TAG_SIGN_AT_0 = 0xD8, TAG_SIGN_AT_1 = 0x62, HEADER_ALG = 1, HEADER_KEY_ID = 4 };
enum {
    ROLES_KNOWN = PN_KEY_POLICY | PN_KEY_DIRECTOR | PN_KEY_TIME | PN_KEY_FIRMWARE | PN_KEY_ROOT
};

static const uint64_t time_s_max = ((uint64_t)1 << 53) - 1;

struct pn_slice pn_keyset_document_protected(void)
{
    return PN_SLICE("\xA1\x03\x78\x1F" PN_KEYSET_CONTENT_TYPE);
}

bool pn_keyset_document_begins(struct pn_slice bytes)
{
    return bytes.len >= 2 && bytes.at[0] == TAG_SIGN_AT_0 && bytes.at[1] == TAG_SIGN_AT_1;
}

/* --- envelope --- */

static bool read_headers(struct pn_keyset_signature *s)
{
    struct pn_cbor_reader r;

    if (!pn_cbor_begin(&r, s->protected_map) || pn_cbor_enter_map(&r) != 2) return false;
    if (pn_cbor_take_uint(&r, HEADER_ALG) != HEADER_ALG) return false;
    s->alg = pn_cbor_take_int(&r);
    if (pn_cbor_take_uint(&r, HEADER_KEY_ID) != HEADER_KEY_ID) return false;
    s->key_id = pn_cbor_take_bytes(&r);
    pn_cbor_leave(&r);
    return pn_cbor_next(&r) == s->protected_map.at + s->protected_map.len &&
           s->key_id.len == PN_KEY_ID_BYTES;
}

static void take_signature(struct pn_cbor_reader *r, struct pn_keyset_signature *s)
{
    if (pn_cbor_enter_array(r) != 3) r->bad = true;
    s->protected_map = pn_cbor_take_bytes(r);
    if (pn_cbor_enter_map(r) != 0) r->bad = true;
    pn_cbor_leave(r);
    s->bytes = pn_cbor_take_bytes(r);
    pn_cbor_leave(r);
    if (s->bytes.len != PORT_ES256_SIGNATURE_BYTES) r->bad = true;
}

/* Each key signs once: a second signature of it would count double. */
static bool is_first(const struct pn_keyset_document *doc, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (pn_slice_equal(doc->signatures[i].key_id, doc->signatures[index].key_id)) return false;
    }
    return true;
}

static bool take_parts(struct pn_cbor_reader *r, struct pn_keyset_document *doc)
{
    if (pn_cbor_enter_array(r) != 4) return false;
    if (!pn_slice_equal(pn_cbor_take_bytes(r), pn_keyset_document_protected())) return false;
    if (pn_cbor_enter_map(r) != 0) return false;
    pn_cbor_leave(r);
    doc->payload = pn_cbor_take_bytes(r);
    if (pn_cbor_enter_array(r) > PN_KEYSET_SIGNATURES_MAX) return false;
    while (pn_cbor_more(r)) take_signature(r, &doc->signatures[doc->signature_count++]);
    pn_cbor_leave(r);
    pn_cbor_leave(r);
    return !r->bad;
}

static enum pn_seal_refusal read_envelope(struct pn_slice bytes, struct pn_keyset_document *doc)
{
    bool longer = bytes.len > PN_KEYSET_BYTES_MAX;
    struct pn_slice front = longer ? pn_slice_head(bytes, PN_KEYSET_BYTES_MAX) : bytes;
    struct pn_cbor_reader r;

    memset(doc, 0, sizeof *doc);
    if (bytes.len == 0) return PN_SEAL_EMPTY;
    if (!pn_keyset_document_begins(bytes)) return PN_SEAL_UNSIGNED;
    if (!pn_cbor_begin(&r, pn_slice_from(front, 2))) {
        return r.cut && longer ? PN_SEAL_ENVELOPE_OVERSIZE : PN_SEAL_CBOR;
    }
    if (!take_parts(&r, doc)) return PN_SEAL_ENVELOPE;
    for (size_t i = 0; i < doc->signature_count; i++) {
        if (!read_headers(&doc->signatures[i]) || !is_first(doc, i)) return PN_SEAL_ENVELOPE;
    }
    doc->whole = pn_slice_head(bytes, (size_t)(pn_cbor_next(&r) - bytes.at));
    return PN_SEAL_ACCEPTED;
}

/* --- payload --- */

static bool take_key_is(struct pn_cbor_reader *r, uint64_t key)
{
    if (pn_cbor_take_uint(r, key) != key) r->bad = true;
    return !r->bad;
}

static void take_exact(struct pn_cbor_reader *r, uint8_t *out, size_t len)
{
    struct pn_slice bytes = pn_cbor_take_bytes(r);

    if (bytes.len != len) r->bad = true;
    if (!r->bad) memcpy(out, bytes.at, len);
}

static void take_record(struct pn_cbor_reader *r, struct pn_seal_key *key)
{
    if (pn_cbor_enter_map(r) != 5) r->bad = true;
    if (take_key_is(r, PN_KEY_RECORD_ID)) take_exact(r, key->id, sizeof key->id);
    if (take_key_is(r, PN_KEY_RECORD_ALG)) {
        key->alg = PN_KEY_ES256;
        if (pn_cbor_take_int(r) != PN_KEY_ES256) r->bad = true;
    }
    if (take_key_is(r, PN_KEY_RECORD_XY)) take_exact(r, key->xy, sizeof key->xy);
    if (take_key_is(r, PN_KEY_RECORD_ROLES)) {
        key->roles = (uint8_t)pn_cbor_take_uint(r, ROLES_KNOWN);
    }
    if (take_key_is(r, PN_KEY_RECORD_NOT_AFTER)) {
        key->not_after_s = pn_cbor_take_uint(r, time_s_max);
    }
    pn_cbor_leave(r);
}

/* A record that could not have been meant: the id of another key, a point beside the curve, a root
 * that also signs policies, a key that is there twice or that the same set revokes. */
static bool record_holds(const struct pn_keyset *set, size_t index)
{
    const struct pn_seal_key *key = &set->keys[index];
    uint8_t id[PN_KEY_ID_BYTES];

    pn_key_id(key->xy, id);
    if (memcmp(id, key->id, sizeof id) != 0) return false;
    if (port_es256_public_check(key->xy) != PORT_CRYPTO_GOOD) return false;
    if (key->roles == 0 || ((key->roles & PN_KEY_ROOT) != 0 && key->roles != PN_KEY_ROOT)) {
        return false;
    }
    if (pn_keyset_find(set, pn_slice(key->id, sizeof key->id)) != key) return false;
    return !pn_keyset_is_revoked(set, pn_slice(key->id, sizeof key->id));
}

static void take_keys(struct pn_cbor_reader *r, struct pn_keyset *set)
{
    if (pn_cbor_enter_array(r) > PN_KEYSET_KEYS_MAX) r->bad = true;
    while (pn_cbor_more(r)) take_record(r, &set->keys[set->count++]);
    pn_cbor_leave(r);
}

static void take_revoked(struct pn_cbor_reader *r, struct pn_keyset *set)
{
    if (pn_cbor_enter_array(r) > PN_KEYSET_REVOKED_MAX) r->bad = true;
    while (pn_cbor_more(r)) take_exact(r, set->revoked[set->revoked_count++], PN_KEY_ID_BYTES);
    pn_cbor_leave(r);
}

static void take_counters(struct pn_cbor_reader *r, struct pn_keyset_document *doc)
{
    if (pn_cbor_enter_array(r) != 2) r->bad = true;
    doc->has_counters = true;
    doc->epoch = (uint32_t)pn_cbor_take_uint(r, UINT32_MAX);
    doc->sequence = pn_cbor_take_uint(r, UINT64_MAX);
    pn_cbor_leave(r);
}

static void take_optional(struct pn_cbor_reader *r, struct pn_keyset_document *doc)
{
    while (pn_cbor_more(r)) {
        uint64_t key = pn_cbor_take_uint(r, UINT64_MAX);

        if (key == PN_KEYSET_KEY_COUNTERS) take_counters(r, doc);
        else if (key >= PN_KEYSET_IGNORED_FROM) pn_cbor_skip(r);
        else r->bad = true;
    }
}

static bool set_holds(const struct pn_keyset *set)
{
    unsigned roots = pn_keyset_roots(set);

    for (size_t i = 0; i < set->count; i++) {
        if (!record_holds(set, i)) return false;
    }
    return set->version > 0 && roots <= PN_KEYSET_ROOTS_MAX && set->threshold > 0 &&
           set->threshold <= roots;
}

static enum pn_seal_refusal read_payload(struct pn_keyset_document *doc)
{
    struct pn_keyset *set = &doc->keys;
    struct pn_cbor_reader r;
    uint64_t format;

    if (!pn_cbor_begin(&r, doc->payload)) return PN_SEAL_KEYSET_MALFORMED;
    pn_cbor_enter_map(&r);
    if (!take_key_is(&r, PN_KEYSET_KEY_FORMAT)) return PN_SEAL_KEYSET_MALFORMED;
    format = pn_cbor_take_uint(&r, UINT64_MAX);
    if (r.bad) return PN_SEAL_KEYSET_MALFORMED;
    if (format != PN_KEYSET_FORMAT) return PN_SEAL_FORMAT;
    if (take_key_is(&r, PN_KEYSET_KEY_VERSION)) {
        set->version = (uint32_t)pn_cbor_take_uint(&r, UINT32_MAX);
    }
    if (take_key_is(&r, PN_KEYSET_KEY_KEYS)) take_keys(&r, set);
    if (take_key_is(&r, PN_KEYSET_KEY_REVOKED)) take_revoked(&r, set);
    if (take_key_is(&r, PN_KEYSET_KEY_THRESHOLD)) {
        set->threshold = (uint8_t)pn_cbor_take_uint(&r, PN_KEYSET_ROOTS_MAX);
    }
    take_optional(&r, doc);
    pn_cbor_leave(&r);
    if (r.bad || pn_cbor_next(&r) != doc->payload.at + doc->payload.len || !set_holds(set)) {
        return PN_SEAL_KEYSET_MALFORMED;
    }
    port_sha256(doc->payload.at, doc->payload.len, set->identity);
    return PN_SEAL_ACCEPTED;
}

enum pn_seal_refusal pn_keyset_document_read(struct pn_slice bytes, struct pn_keyset_document *doc)
{
    enum pn_seal_refusal refusal = read_envelope(bytes, doc);

    return refusal == PN_SEAL_ACCEPTED ? read_payload(doc) : refusal;
}

/* --- signatures --- */

void pn_keyset_document_digest(struct pn_slice protected_map, struct pn_slice payload,
                               uint8_t digest[PORT_DIGEST_BYTES])
{
    static const uint8_t begin[] = "\x85\x69Signature"; /* array(5), text(9) */
    struct port_sha256 sha;

    port_sha256_begin(&sha);
    port_sha256_add(&sha, begin, sizeof begin - 1);
    pn_cose_add_bytes(&sha, pn_keyset_document_protected());
    pn_cose_add_bytes(&sha, protected_map);
    pn_cose_add_bytes(&sha, PN_SLICE(PN_KEYSET_AAD));
    pn_cose_add_bytes(&sha, payload);
    port_sha256_end(&sha, digest);
}

static enum pn_seal_refusal verify(const struct pn_keyset_document *doc,
                                   const struct pn_keyset_signature *s,
                                   const struct pn_seal_key *key)
{
    uint8_t digest[PORT_DIGEST_BYTES];

    if (s->alg != key->alg || key->alg != PN_KEY_ES256) return PN_SEAL_ALGORITHM;
    pn_keyset_document_digest(s->protected_map, doc->payload, digest);
    switch (port_es256_verify(key->xy, digest, s->bytes.at)) {
    case PORT_CRYPTO_GOOD: return PN_SEAL_ACCEPTED;
    case PORT_CRYPTO_BAD_SIGNATURE: return PN_SEAL_SIGNATURE;
    case PORT_CRYPTO_FAULT: break;
    }
    return PN_SEAL_CRYPTO_FAULT;
}

/* One signature, seen from `set`. KEY_UNKNOWN: it says nothing here. */
static enum pn_seal_refusal judge(const struct pn_keyset *set, const struct pn_keyset_document *doc,
                                  const struct pn_keyset_signature *s, uint64_t now_s)
{
    const struct pn_seal_key *key = pn_keyset_find(set, s->key_id);

    if (pn_keyset_is_revoked(set, s->key_id)) return PN_SEAL_KEY_REVOKED;
    if (key == NULL) return PN_SEAL_KEY_UNKNOWN;
    if ((key->roles & PN_KEY_ROOT) == 0) return PN_SEAL_KEY_ROLE;
    if (key->not_after_s != 0 && now_s >= key->not_after_s) return PN_SEAL_KEY_EXPIRED;
    return verify(doc, s, key);
}

/* Have enough roots of `set` signed, and nobody who must not? */
static enum pn_seal_refusal count_roots(const struct pn_keyset *set,
                                        const struct pn_keyset_document *doc, uint64_t now_s)
{
    unsigned good = 0;

    for (size_t i = 0; i < doc->signature_count; i++) {
        enum pn_seal_refusal refusal = judge(set, doc, &doc->signatures[i], now_s);

        if (refusal == PN_SEAL_ACCEPTED) good++;
        else if (refusal != PN_SEAL_KEY_UNKNOWN) return refusal;
    }
    if (good > 0 && set->threshold > 0 && good >= set->threshold) return PN_SEAL_ACCEPTED;
    return good == 0 && doc->signature_count > 0 ? PN_SEAL_KEY_UNKNOWN : PN_SEAL_THRESHOLD;
}

/* As count_roots(), but a root that signs its own dismissal may do so. */
static enum pn_seal_refusal count_own_roots(const struct pn_keyset_document *doc)
{
    unsigned good = 0;

    for (size_t i = 0; i < doc->signature_count; i++) {
        const struct pn_keyset_signature *s = &doc->signatures[i];
        const struct pn_seal_key *key = pn_keyset_find(&doc->keys, s->key_id);
        enum pn_seal_refusal refusal;

        if (key == NULL || (key->roles & PN_KEY_ROOT) == 0) continue;
        refusal = verify(doc, s, key);
        if (refusal != PN_SEAL_ACCEPTED) return refusal;
        good++;
    }
    return good > 0 && good >= doc->keys.threshold ? PN_SEAL_ACCEPTED : PN_SEAL_THRESHOLD;
}

static enum pn_seal_refusal check_version(const struct pn_keyset *held,
                                          struct pn_keyset_document *doc)
{
    if (doc->keys.version > held->version) return PN_SEAL_ACCEPTED;
    if (doc->keys.version < held->version) return PN_SEAL_KEYSET_OLDER;
    doc->held = memcmp(doc->keys.identity, held->identity, sizeof held->identity) == 0;
    return doc->held ? PN_SEAL_ACCEPTED : PN_SEAL_KEYSET_CONFLICT;
}

/* Delivered again. The set may have dismissed the roots that brought it, so its own ones answer. */
static bool is_held(const struct pn_keyset *held, const struct pn_keyset_document *doc)
{
    uint8_t identity[PORT_DIGEST_BYTES];

    port_sha256(doc->payload.at, doc->payload.len, identity);
    return held->version > 0 && memcmp(identity, held->identity, sizeof identity) == 0;
}

enum pn_seal_refusal pn_keyset_document_check(const struct pn_keyset *held, struct pn_slice bytes,
                                              uint64_t now_s, struct pn_keyset_document *doc)
{
    enum pn_seal_refusal refusal = read_envelope(bytes, doc);

    if (refusal == PN_SEAL_ACCEPTED && !is_held(held, doc)) {
        refusal = count_roots(held, doc, now_s);
    }
    if (refusal == PN_SEAL_ACCEPTED) refusal = read_payload(doc);
    if (refusal == PN_SEAL_ACCEPTED) refusal = count_own_roots(doc);
    if (refusal == PN_SEAL_ACCEPTED) refusal = check_version(held, doc);
    if (refusal != PN_SEAL_ACCEPTED) memset(&doc->keys, 0, sizeof doc->keys);
    return refusal;
}
