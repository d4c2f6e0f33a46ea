/* manifest.h - what is signed: whom a policy is for, its place in time, and the digest of its body.
 *
 * A small map with integer keys; seal.cddl is its grammar. Keys below 64 that this version does not
 * know are refused, keys from 64 on are passed over. Reading says that the bytes are a manifest,
 * not that the policy is for this device or still in force: that is pn_seal_check() in seal.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_MANIFEST_H
#define PN_SEAL_MANIFEST_H

#include "core/seal/refusal.h"
#include "policy/policy_format.h"
#include "port/port_crypto.h"

enum { PN_MANIFEST_FORMAT = 1, PN_TENANT_BYTES = 16, PN_TARGET_NAME_BYTES_MAX = 64 };

enum pn_on_expiry {
    PN_EXPIRY_DENY, /* from `expires` on every call is refused */
    PN_EXPIRY_KEEP  /* it stays in force for `grace_s` longer */
};

/* Bits of `flags`. */
enum pn_manifest_flag {
    PN_MANIFEST_NO_FALLBACK = 1, /* never return to the policy before, also when this one is lost */
    PN_MANIFEST_CANARY = 2       /* for the control plane; no effect on the device */
};

/* Keys of the map. */
enum pn_manifest_key {
    PN_MANIFEST_KEY_FORMAT = 1,
    PN_MANIFEST_KEY_SEQUENCE = 2,
    PN_MANIFEST_KEY_ISSUED = 3,
    PN_MANIFEST_KEY_EXPIRES = 4,
    PN_MANIFEST_KEY_TENANT = 5,
    PN_MANIFEST_KEY_TARGETS = 6,
    PN_MANIFEST_KEY_EPOCH = 7,
    PN_MANIFEST_KEY_BODY_DIGEST = 8,
    PN_MANIFEST_KEY_BODY_BYTES = 9,
    PN_MANIFEST_KEY_ENGINE_MIN = 10,
    PN_MANIFEST_KEY_ON_EXPIRY = 11,
    PN_MANIFEST_KEY_GRACE = 12,
    PN_MANIFEST_KEY_KEYSET_MIN = 13,
    PN_MANIFEST_KEY_PREVIOUS = 14,
    PN_MANIFEST_KEY_FLAGS = 15,
    PN_MANIFEST_KEY_SECTIONS = 16, /* reserved: refused in format 1 */
    PN_MANIFEST_KEY_MODE = 17,
    PN_MANIFEST_KEY_IGNORED_FROM = 64
};

/* Keys of the map of targets. */
enum pn_target_key { PN_TARGET_DEVICES = 1, PN_TARGET_GROUPS = 2, PN_TARGET_ANY = 3 };

/* Slices borrow from the payload. */
struct pn_manifest {
    uint64_t sequence;
    uint64_t issued_s, expires_s;    /* Unix time */
    uint8_t tenant[PN_TENANT_BYTES]; /* all zero where there is one tenant only */
    struct pn_slice devices, groups; /* encoded arrays of names; empty when not given */
    struct pn_slice previous;        /* identity of the policy before; empty when not given */
    uint8_t body_digest[PORT_DIGEST_BYTES];
    uint32_t body_bytes;
    uint32_t epoch;
    uint32_t grace_s;
    uint32_t keyset_min;
    uint16_t engine_min;
    uint8_t on_expiry; /* enum pn_on_expiry */
    uint8_t mode;      /* enum pn_mode; the body says it too */
    uint8_t flags;     /* enum pn_manifest_flag */
    bool any_target;   /* for every device of the tenant */
};

/* Read the payload of an envelope whose signature has been verified.
 *
 *   PN_SEAL_ACCEPTED   all of `m` is set
 *   PN_SEAL_FORMAT     another format number; nothing else was read
 *   PN_SEAL_MANIFEST   not canonical, or not the map of seal.cddl */
enum pn_seal_refusal pn_manifest_read(struct pn_slice payload, struct pn_manifest *m);

/* True when `name` is one of the names in `array`, which is `devices` or `groups` of a manifest. */
bool pn_manifest_names(struct pn_slice array, struct pn_slice name);

/* Where a policy stands at Unix time `now_s`. */
enum pn_manifest_life {
    PN_LIFE_EXPIRED, /* refuse every call */
    PN_LIFE_GRACE,   /* expired, kept in force by its own on_expiry */
    PN_LIFE_CURRENT
};
enum pn_manifest_life pn_manifest_life(const struct pn_manifest *m, uint64_t now_s);

#endif
