/* see seal.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/seal.h"

uint64_t pn_seal_now(const struct pn_seal_expect *expect)
{
    return expect->now_s > expect->time_floor_s ? expect->now_s : expect->time_floor_s;
}

static enum pn_seal_refusal check_signer(const struct pn_seal_expect *expect,
                                         const struct pn_cose *cose)
{
    const struct pn_seal_key *key = pn_keyset_find(expect->keys, cose->key_id);

    if (pn_keyset_is_revoked(expect->keys, cose->key_id)) return PN_SEAL_KEY_REVOKED;
    if (key == NULL) return PN_SEAL_KEY_UNKNOWN;
    if ((key->roles & PN_KEY_POLICY) == 0) return PN_SEAL_KEY_ROLE;
    if (key->not_after_s != 0 && pn_seal_now(expect) >= key->not_after_s) {
        return PN_SEAL_KEY_EXPIRED;
    }
    return pn_cose_verify(cose, key);
}

static bool for_this_device(const struct pn_seal_expect *expect, const struct pn_manifest *m)
{
    if (m->any_target) return true;
    if (expect->device.len > 0 && pn_manifest_names(m->devices, expect->device)) return true;
    for (size_t i = 0; i < expect->group_count; i++) {
        if (pn_manifest_names(m->groups, expect->groups[i])) return true;
    }
    return false;
}

/* Epoch and sequence never go back. The same sequence is the same policy, or an alarm. */
static enum pn_seal_refusal check_order(const struct pn_seal_expect *expect, struct pn_seal *seal)
{
    const struct pn_seal_held *held = &expect->held;

    if (!held->any) return PN_SEAL_ACCEPTED;
    if (seal->manifest.epoch < held->epoch) return PN_SEAL_EPOCH;
    if (seal->manifest.sequence > held->sequence) return PN_SEAL_ACCEPTED;
    if (seal->manifest.sequence < held->sequence) return PN_SEAL_SEQUENCE_OLDER;
    seal->held = memcmp(seal->identity, held->identity, sizeof seal->identity) == 0;
    return seal->held ? PN_SEAL_ACCEPTED : PN_SEAL_SEQUENCE_CONFLICT;
}

static enum pn_seal_refusal check_time(const struct pn_seal_expect *expect,
                                       const struct pn_manifest *m)
{
    uint64_t now_s = pn_seal_now(expect);

    if (expect->moment == PN_SEAL_BOOT) return PN_SEAL_ACCEPTED;
    /* Without a clock the floor can prove that a time has passed, not that it has yet to come. */
    if (expect->now_s != 0 && m->issued_s > now_s + PN_SEAL_SKEW_S) return PN_SEAL_NOT_YET;
    return now_s >= m->expires_s ? PN_SEAL_EXPIRED : PN_SEAL_ACCEPTED;
}

static enum pn_seal_refusal check_manifest(const struct pn_seal_expect *expect,
                                           struct pn_seal *seal)
{
    const struct pn_manifest *m = &seal->manifest;
    enum pn_seal_refusal refusal;

    if (memcmp(m->tenant, expect->tenant, sizeof m->tenant) != 0) return PN_SEAL_TENANT;
    if (!for_this_device(expect, m)) return PN_SEAL_TARGET;
    refusal = check_order(expect, seal);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    refusal = check_time(expect, m);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    if (m->engine_min > expect->engine) return PN_SEAL_ENGINE;
    if (m->keyset_min > expect->keys->version) return PN_SEAL_KEYSET;
    if (m->body_bytes > expect->body_bytes_max) return PN_SEAL_BODY_OVERSIZE;
    return PN_SEAL_ACCEPTED;
}

static enum pn_seal_refusal check_envelope(const struct pn_seal_expect *expect,
                                           struct pn_slice front, struct pn_seal *seal)
{
    struct pn_cose cose;
    enum pn_seal_refusal refusal = pn_cose_read(front, &cose);

    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    refusal = check_signer(expect, &cose);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    refusal = pn_manifest_read(cose.payload, &seal->manifest);
    if (refusal != PN_SEAL_ACCEPTED) {
        memset(&seal->manifest, 0, sizeof seal->manifest);
        return refusal;
    }
    seal->envelope = pn_slice_head(front, cose.envelope_bytes);
    memcpy(seal->key_id, cose.key_id.at, sizeof seal->key_id);
    port_sha256(cose.payload.at, cose.payload.len, seal->identity);
    seal->passed_s =
        seal->manifest.issued_s < expect->now_s ? seal->manifest.issued_s : expect->now_s;
    return check_manifest(expect, seal);
}

enum pn_seal_refusal pn_seal_check_envelope(const struct pn_seal_expect *expect,
                                            struct pn_slice front, struct pn_seal *seal)
{
    memset(seal, 0, sizeof *seal);
    seal->verdict = check_envelope(expect, front, seal);
    return seal->verdict;
}

static enum pn_seal_refusal check_body(const struct pn_seal *seal, struct pn_slice body)
{
    uint8_t digest[PORT_DIGEST_BYTES];

    if (body.len != seal->manifest.body_bytes) return PN_SEAL_BODY_LENGTH;
    port_sha256(body.at, body.len, digest);
    return memcmp(digest, seal->manifest.body_digest, sizeof digest) == 0 ? PN_SEAL_ACCEPTED
                                                                          : PN_SEAL_DIGEST;
}

enum pn_seal_refusal pn_seal_check(const struct pn_seal_expect *expect, struct pn_slice blob,
                                   struct pn_seal *seal)
{
    if (pn_seal_check_envelope(expect, blob, seal) != PN_SEAL_ACCEPTED) return seal->verdict;
    seal->body = pn_slice_from(blob, seal->envelope.len);
    seal->verdict = check_body(seal, seal->body);
    if (seal->verdict != PN_SEAL_ACCEPTED) seal->body = pn_slice(NULL, 0);
    return seal->verdict;
}
