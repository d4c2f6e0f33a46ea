/* seal.h - is this sealed policy one that this device may use?
 *
 * A sealed policy is one run of bytes: the envelope of cose.h, whose payload is the manifest of
 * manifest.h, then at once the body, exactly as long as the manifest says. So the envelope (at most
 * 1 KB) can be judged before the first byte of the body is stored, and the body is hashed as it
 * comes.
 *
 * The order of the checks is fixed and is the order of refusal.def: what is cheap and needs no
 * trust first, then the signature, and nothing of the manifest is believed before that.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_SEAL_H
#define PN_SEAL_SEAL_H

#include "core/seal/cose.h"
#include "core/seal/manifest.h"

enum {
    PN_SEAL_SKEW_S = 300 /* how far ahead of ours an author's clock may be */
};

enum pn_seal_moment {
    PN_SEAL_INSTALL, /* somebody hands it over now: it must be in force now */
    PN_SEAL_BOOT     /* it was accepted before: times are judged by pn_manifest_life() instead */
};

/* The newest policy this device has ever accepted. */
struct pn_seal_held {
    bool any; /* false: none yet, and the rest is zero */
    uint64_t sequence;
    uint32_t epoch;
    uint8_t identity[PORT_DIGEST_BYTES];
};

/* What the device knows. Names and keys stay with the caller. */
struct pn_seal_expect {
    const struct pn_keyset *keys;
    const struct pn_slice *groups; /* the groups this device belongs to */
    size_t group_count;
    struct pn_slice device; /* its id */
    uint8_t tenant[PN_TENANT_BYTES];
    struct pn_seal_held held;
    uint64_t now_s;          /* Unix time; 0 when the clock is not trusted */
    uint64_t time_floor_s;   /* a time that has certainly passed: expiry holds without a clock */
    uint32_t body_bytes_max; /* what a slot can take */
    uint16_t engine;         /* what the policy engine of this gateway is able to run */
    enum pn_seal_moment moment;
};

/* What a check found. Slices borrow from the bytes that were checked. */
struct pn_seal {
    enum pn_seal_refusal verdict;
    struct pn_slice envelope, body;
    uint8_t identity[PORT_DIGEST_BYTES]; /* SHA-256 of the manifest: signatures can be rewritten by
                                            anybody into their twin, so they name nothing */
    uint8_t key_id[PN_KEY_ID_BYTES];
    struct pn_manifest manifest;
    uint64_t passed_s; /* signer and clock agree that this time has passed; 0: there is no clock */
    bool held;         /* the very policy that `expect` holds: accepted again, nothing to do */
};

/* Check all but the body. `front` holds at least the envelope; what follows is not looked at.
 *
 * The result is also `seal->verdict`. With PN_SEAL_ACCEPTED everything but `body` is set. With a
 * refusal from PN_SEAL_TENANT on, manifest, identity and key id are authentic and may be reported;
 * with an earlier one they are zero. */
enum pn_seal_refusal pn_seal_check_envelope(const struct pn_seal_expect *expect,
                                            struct pn_slice front, struct pn_seal *seal);

/* Check everything: `blob` is the whole sealed policy and nothing else. */
enum pn_seal_refusal pn_seal_check(const struct pn_seal_expect *expect, struct pn_slice blob,
                                   struct pn_seal *seal);

/* The time to judge by: the clock, but never before the floor. 0 when nothing is known. */
uint64_t pn_seal_now(const struct pn_seal_expect *expect);

#endif
