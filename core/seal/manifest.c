/* see manifest.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/manifest.h"

#include "core/seal/cbor_reader.h"

/* Times are at most 2^53 - 1, so that sums cannot wrap and JSON shows them exactly. */
static const uint64_t time_s_max = ((uint64_t)1 << 53) - 1;

enum { FLAGS_KNOWN = PN_MANIFEST_NO_FALLBACK | PN_MANIFEST_CANARY };

#define BIT(key) (1u << (key))
static const uint32_t required =
    BIT(PN_MANIFEST_KEY_FORMAT) | BIT(PN_MANIFEST_KEY_SEQUENCE) | BIT(PN_MANIFEST_KEY_ISSUED) |
    BIT(PN_MANIFEST_KEY_EXPIRES) | BIT(PN_MANIFEST_KEY_TENANT) | BIT(PN_MANIFEST_KEY_TARGETS) |
    BIT(PN_MANIFEST_KEY_EPOCH) | BIT(PN_MANIFEST_KEY_BODY_DIGEST) |
    BIT(PN_MANIFEST_KEY_BODY_BYTES) | BIT(PN_MANIFEST_KEY_ENGINE_MIN) |
    BIT(PN_MANIFEST_KEY_ON_EXPIRY) | BIT(PN_MANIFEST_KEY_KEYSET_MIN) | BIT(PN_MANIFEST_KEY_MODE);

static void take_exact(struct pn_cbor_reader *r, uint8_t *out, size_t len)
{
    struct pn_slice bytes = pn_cbor_take_bytes(r);

    if (bytes.len != len) r->bad = true;
    if (!r->bad) memcpy(out, bytes.at, len);
}

/* A list of names that is not empty; what is kept is its encoding. */
static struct pn_slice take_names(struct pn_cbor_reader *r)
{
    const uint8_t *begin = pn_cbor_next(r);

    if (pn_cbor_enter_array(r) == 0) r->bad = true;
    while (pn_cbor_more(r)) {
        struct pn_slice name = pn_cbor_take_text(r);
        if (name.len == 0 || name.len > PN_TARGET_NAME_BYTES_MAX) r->bad = true;
    }
    pn_cbor_leave(r);
    return r->bad ? pn_slice(NULL, 0) : pn_slice(begin, (size_t)(pn_cbor_next(r) - begin));
}

static void take_targets(struct pn_cbor_reader *r, struct pn_manifest *m)
{
    if (pn_cbor_enter_map(r) == 0) r->bad = true;
    while (pn_cbor_more(r)) {
        switch ((enum pn_target_key)pn_cbor_take_uint(r, PN_TARGET_ANY)) {
        case PN_TARGET_DEVICES: m->devices = take_names(r); break;
        case PN_TARGET_GROUPS: m->groups = take_names(r); break;
        case PN_TARGET_ANY:
            pn_cbor_take_true(r);
            m->any_target = true;
            break;
        default: r->bad = true; break;
        }
    }
    pn_cbor_leave(r);
    if (m->any_target && m->devices.len + m->groups.len > 0) r->bad = true;
}

static void take_value(struct pn_cbor_reader *r, enum pn_manifest_key key, struct pn_manifest *m)
{
    switch (key) {
    case PN_MANIFEST_KEY_SEQUENCE: m->sequence = pn_cbor_take_uint(r, UINT64_MAX); return;
    case PN_MANIFEST_KEY_ISSUED: m->issued_s = pn_cbor_take_uint(r, time_s_max); return;
    case PN_MANIFEST_KEY_EXPIRES: m->expires_s = pn_cbor_take_uint(r, time_s_max); return;
    case PN_MANIFEST_KEY_TENANT: take_exact(r, m->tenant, sizeof m->tenant); return;
    case PN_MANIFEST_KEY_TARGETS: take_targets(r, m); return;
    case PN_MANIFEST_KEY_EPOCH: m->epoch = (uint32_t)pn_cbor_take_uint(r, UINT32_MAX); return;
    case PN_MANIFEST_KEY_BODY_DIGEST: take_exact(r, m->body_digest, sizeof m->body_digest); return;
    case PN_MANIFEST_KEY_BODY_BYTES:
        m->body_bytes = (uint32_t)pn_cbor_take_uint(r, UINT32_MAX);
        return;
    case PN_MANIFEST_KEY_ENGINE_MIN:
        m->engine_min = (uint16_t)pn_cbor_take_uint(r, UINT16_MAX);
        return;
    case PN_MANIFEST_KEY_ON_EXPIRY:
        m->on_expiry = (uint8_t)pn_cbor_take_uint(r, PN_EXPIRY_KEEP);
        return;
    case PN_MANIFEST_KEY_GRACE: m->grace_s = (uint32_t)pn_cbor_take_uint(r, UINT32_MAX); return;
    case PN_MANIFEST_KEY_KEYSET_MIN:
        m->keyset_min = (uint32_t)pn_cbor_take_uint(r, UINT32_MAX);
        return;
    case PN_MANIFEST_KEY_PREVIOUS:
        m->previous = pn_cbor_take_bytes(r);
        if (m->previous.len != PORT_DIGEST_BYTES) r->bad = true;
        return;
    case PN_MANIFEST_KEY_FLAGS: m->flags = (uint8_t)pn_cbor_take_uint(r, FLAGS_KNOWN); return;
    case PN_MANIFEST_KEY_MODE: m->mode = (uint8_t)pn_cbor_take_uint(r, PN_MODE_CERBOS54); return;
    case PN_MANIFEST_KEY_FORMAT:
    case PN_MANIFEST_KEY_SECTIONS:
    case PN_MANIFEST_KEY_IGNORED_FROM: break;
    }
    r->bad = true;
}

/* Returns the keys below 32 that were there. */
static uint32_t take_pairs(struct pn_cbor_reader *r, struct pn_manifest *m)
{
    uint32_t seen = BIT(PN_MANIFEST_KEY_FORMAT);

    while (pn_cbor_more(r)) {
        uint64_t key = pn_cbor_take_uint(r, UINT64_MAX);

        if (key >= PN_MANIFEST_KEY_IGNORED_FROM) {
            pn_cbor_skip(r);
        } else {
            take_value(r, (enum pn_manifest_key)key, m);
            seen |= key < 32 ? BIT(key) : 0;
        }
    }
    return seen;
}

/* A grace without its reason, or the reason without a grace, is a mistake of the author. */
static bool agrees(const struct pn_manifest *m, uint32_t seen)
{
    bool grace = (seen & BIT(PN_MANIFEST_KEY_GRACE)) != 0 && m->grace_s > 0;
    bool no_grace = (seen & BIT(PN_MANIFEST_KEY_GRACE)) == 0;

    return (seen & required) == required && m->expires_s > m->issued_s &&
           (m->on_expiry == PN_EXPIRY_KEEP ? grace : no_grace);
}

enum pn_seal_refusal pn_manifest_read(struct pn_slice payload, struct pn_manifest *m)
{
    struct pn_cbor_reader r;
    uint64_t format;
    uint32_t seen;

    memset(m, 0, sizeof *m);
    if (!pn_cbor_begin(&r, payload)) return PN_SEAL_MANIFEST;
    pn_cbor_enter_map(&r);
    if (pn_cbor_take_uint(&r, PN_MANIFEST_KEY_FORMAT) != PN_MANIFEST_KEY_FORMAT) {
        return PN_SEAL_MANIFEST;
    }
    format = pn_cbor_take_uint(&r, UINT64_MAX);
    if (r.bad) return PN_SEAL_MANIFEST;
    if (format != PN_MANIFEST_FORMAT) return PN_SEAL_FORMAT;

    seen = take_pairs(&r, m);
    pn_cbor_leave(&r);
    if (r.bad || pn_cbor_next(&r) != payload.at + payload.len) return PN_SEAL_MANIFEST;
    return agrees(m, seen) ? PN_SEAL_ACCEPTED : PN_SEAL_MANIFEST;
}

bool pn_manifest_names(struct pn_slice array, struct pn_slice name)
{
    struct pn_cbor_reader r;
    bool found = false;

    if (array.len == 0 || !pn_cbor_begin(&r, array)) return false;
    pn_cbor_enter_array(&r);
    while (pn_cbor_more(&r)) {
        if (pn_slice_equal(pn_cbor_take_text(&r), name)) found = true;
    }
    return found && !r.bad;
}

enum pn_manifest_life pn_manifest_life(const struct pn_manifest *m, uint64_t now_s)
{
    if (now_s < m->expires_s) return PN_LIFE_CURRENT;
    if (m->on_expiry == PN_EXPIRY_KEEP && now_s < m->expires_s + m->grace_s) return PN_LIFE_GRACE;
    return PN_LIFE_EXPIRED;
}
