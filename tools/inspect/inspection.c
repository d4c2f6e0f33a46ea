/* see inspection.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/inspection.h"

enum { COSE_SIGN1_TAG = 0xD2 }; /* tag 18 (RFC 9052, 4.2); a body begins with a map */

static enum signature_state check_signature(const struct pn_cose *cose,
                                            const struct pn_keyset *keys)
{
    const struct pn_seal_key *key = pn_keyset_find(keys, cose->key_id);

    if (keys->count == 0) return SIGNATURE_UNCHECKED;
    if (key == NULL || pn_cose_verify(cose, key) != PN_SEAL_ACCEPTED) return SIGNATURE_BAD;
    return SIGNATURE_GOOD;
}

/* All that can be known without a device: form, manifest, digest of the body. */
static void read_seal(struct inspection *i, const struct pn_keyset *keys)
{
    uint8_t digest[PORT_DIGEST_BYTES];
    struct pn_cose cose;

    i->refusal = pn_cose_read(i->file, &cose);
    if (i->refusal != PN_SEAL_ACCEPTED) return;
    i->signature = check_signature(&cose, keys);
    i->body = pn_slice_from(i->file, cose.envelope_bytes);
    memcpy(i->seal.key_id, cose.key_id.at, sizeof i->seal.key_id);
    port_sha256(cose.payload.at, cose.payload.len, i->seal.identity);
    i->refusal = pn_manifest_read(cose.payload, &i->seal.manifest);
    if (i->refusal != PN_SEAL_ACCEPTED) return;
    port_sha256(i->body.at, i->body.len, digest);
    if (i->body.len != i->seal.manifest.body_bytes) {
        i->refusal = PN_SEAL_BODY_LENGTH;
    } else if (memcmp(digest, i->seal.manifest.body_digest, sizeof digest) != 0) {
        i->refusal = PN_SEAL_DIGEST;
    }
}

void inspection_make(struct inspection *i, struct pn_slice file, const struct pn_keyset *keys)
{
    *i = (struct inspection){ .file = file, .body = file, .refusal = PN_SEAL_ACCEPTED };
    i->sealed = file.len > 0 && file.at[0] == COSE_SIGN1_TAG;
    if (i->sealed) {
        i->body = pn_slice_from(file, file.len);
        i->signature = SIGNATURE_UNCHECKED;
        read_seal(i, keys);
    }
    i->fault = body_fault_find(i->body);
    if (i->fault.fault != PN_POLICY_GOOD) return;
    (void)pn_policy_open(&i->policy, i->body);
    action_costs_find(&i->arena, &i->policy, &i->costs);
}

bool inspection_is_good(const struct inspection *i)
{
    return i->refusal == PN_SEAL_ACCEPTED && i->signature != SIGNATURE_BAD &&
           i->fault.fault == PN_POLICY_GOOD;
}

void inspection_free(struct inspection *i)
{
    arena_free(&i->arena);
}
