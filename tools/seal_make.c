/* see seal_make.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/seal_make.h"

#include <cbor.h>

/* TinyCBOR's encoder remembers that it ran out of space, so errors are asked for once. */
struct encoding {
    uint8_t bytes[PN_ENVELOPE_BYTES_MAX];
    CborEncoder top;
    CborError error;
};

static void check(struct encoding *e, CborError error)
{
    if (error != CborNoError) e->error = error;
}

static struct pn_slice encoded(const struct encoding *e)
{
    if (e->error != CborNoError) return pn_slice(NULL, 0);
    return pn_slice(e->bytes, cbor_encoder_get_buffer_size(&e->top, e->bytes));
}

static void begin(struct encoding *e)
{
    memset(e, 0, sizeof *e);
    cbor_encoder_init(&e->top, e->bytes, sizeof e->bytes, 0);
}

static void put_uint(struct encoding *e, CborEncoder *map, uint64_t key, uint64_t value)
{
    check(e, cbor_encode_uint(map, key));
    check(e, cbor_encode_uint(map, value));
}

static void put_bytes(struct encoding *e, CborEncoder *map, uint64_t key, struct pn_slice bytes)
{
    check(e, cbor_encode_uint(map, key));
    check(e, cbor_encode_byte_string(map, bytes.at, bytes.len));
}

static void put_names(struct encoding *e, CborEncoder *map, uint64_t key,
                      const struct pn_slice *names, size_t count)
{
    CborEncoder list;

    if (count == 0) return;
    check(e, cbor_encode_uint(map, key));
    check(e, cbor_encoder_create_array(map, &list, count));
    for (size_t i = 0; i < count; i++) {
        check(e, cbor_encode_text_string(&list, (const char *)names[i].at, names[i].len));
    }
    check(e, cbor_encoder_close_container(map, &list));
}

static void put_targets(struct encoding *e, CborEncoder *manifest, const struct pn_seal_wish *wish)
{
    bool any = wish->device_count + wish->group_count == 0;
    size_t kinds = (wish->device_count > 0 ? 1u : 0u) + (wish->group_count > 0 ? 1u : 0u);
    CborEncoder map;

    check(e, cbor_encode_uint(manifest, PN_MANIFEST_KEY_TARGETS));
    check(e, cbor_encoder_create_map(manifest, &map, any ? 1 : kinds));
    put_names(e, &map, PN_TARGET_DEVICES, wish->devices, wish->device_count);
    put_names(e, &map, PN_TARGET_GROUPS, wish->groups, wish->group_count);
    if (any) {
        check(e, cbor_encode_uint(&map, PN_TARGET_ANY));
        check(e, cbor_encode_boolean(&map, true));
    }
    check(e, cbor_encoder_close_container(manifest, &map));
}

/* In the order of the keys, which is the canonical one. */
static void encode_manifest(struct encoding *e, const struct pn_seal_wish *wish,
                            struct pn_slice body)
{
    size_t count = 13 + (wish->grace_s > 0 ? 1u : 0u) + (wish->flags != 0 ? 1u : 0u);
    uint8_t digest[PORT_DIGEST_BYTES];
    CborEncoder m;

    begin(e);
    port_sha256(body.at, body.len, digest);
    check(e, cbor_encoder_create_map(&e->top, &m, count));
    put_uint(e, &m, PN_MANIFEST_KEY_FORMAT, PN_MANIFEST_FORMAT);
    put_uint(e, &m, PN_MANIFEST_KEY_SEQUENCE, wish->sequence);
    put_uint(e, &m, PN_MANIFEST_KEY_ISSUED, wish->issued_s);
    put_uint(e, &m, PN_MANIFEST_KEY_EXPIRES, wish->expires_s);
    put_bytes(e, &m, PN_MANIFEST_KEY_TENANT, pn_slice(wish->tenant, sizeof wish->tenant));
    put_targets(e, &m, wish);
    put_uint(e, &m, PN_MANIFEST_KEY_EPOCH, wish->epoch);
    put_bytes(e, &m, PN_MANIFEST_KEY_BODY_DIGEST, pn_slice(digest, sizeof digest));
    put_uint(e, &m, PN_MANIFEST_KEY_BODY_BYTES, body.len);
    put_uint(e, &m, PN_MANIFEST_KEY_ENGINE_MIN, wish->engine_min);
    put_uint(e, &m, PN_MANIFEST_KEY_ON_EXPIRY, wish->grace_s > 0 ? PN_EXPIRY_KEEP : PN_EXPIRY_DENY);
    if (wish->grace_s > 0) put_uint(e, &m, PN_MANIFEST_KEY_GRACE, wish->grace_s);
    put_uint(e, &m, PN_MANIFEST_KEY_KEYSET_MIN, wish->keyset_min);
    if (wish->flags != 0) put_uint(e, &m, PN_MANIFEST_KEY_FLAGS, wish->flags);
    put_uint(e, &m, PN_MANIFEST_KEY_MODE, wish->mode);
    check(e, cbor_encoder_close_container(&e->top, &m));
}

static void encode_headers(struct encoding *e, const struct pn_key_pair *pair)
{
    CborEncoder map;

    begin(e);
    check(e, cbor_encoder_create_map(&e->top, &map, 3));
    check(e, cbor_encode_uint(&map, 1));
    check(e, cbor_encode_int(&map, PN_KEY_ES256));
    check(e, cbor_encode_uint(&map, 3));
    check(e, cbor_encode_text_string(&map, PN_COSE_CONTENT_TYPE, sizeof PN_COSE_CONTENT_TYPE - 1));
    put_bytes(e, &map, 4, pn_slice(pair->id, sizeof pair->id));
    check(e, cbor_encoder_close_container(&e->top, &map));
}

static void encode_envelope(struct encoding *e, struct pn_slice headers, struct pn_slice payload,
                            struct pn_slice signature)
{
    CborEncoder parts, none;

    begin(e);
    check(e, cbor_encode_tag(&e->top, 18));
    check(e, cbor_encoder_create_array(&e->top, &parts, 4));
    check(e, cbor_encode_byte_string(&parts, headers.at, headers.len));
    check(e, cbor_encoder_create_map(&parts, &none, 0));
    check(e, cbor_encoder_close_container(&parts, &none));
    check(e, cbor_encode_byte_string(&parts, payload.at, payload.len));
    check(e, cbor_encode_byte_string(&parts, signature.at, signature.len));
    check(e, cbor_encoder_close_container(&e->top, &parts));
}

/* Would a device for which it is meant take it? */
static enum pn_seal_made read_back(const struct pn_seal_wish *wish, const struct pn_key_pair *pair,
                                   struct pn_slice blob, struct pn_seal *seal)
{
    struct pn_keyset keys = { .version = wish->keyset_min };
    struct pn_seal_expect expect = { .keys = &keys,
                                     .now_s = wish->issued_s,
                                     .body_bytes_max = UINT32_MAX,
                                     .engine = UINT16_MAX,
                                     .moment = PN_SEAL_INSTALL };

    memcpy(expect.tenant, wish->tenant, sizeof expect.tenant);
    if (wish->device_count > 0) {
        expect.device = wish->devices[0];
    } else if (wish->group_count > 0) {
        expect.groups = wish->groups;
        expect.group_count = 1;
    }
    if (pn_keyset_add(&keys, pair->xy, PN_KEY_POLICY) != PN_KEYSET_ADDED)
        return PN_SEAL_MAKE_FAILED;
    return pn_seal_check(&expect, blob, seal) == PN_SEAL_ACCEPTED ? PN_SEAL_MAKE_DONE
                                                                  : PN_SEAL_MAKE_REFUSED;
}

enum pn_seal_made pn_seal_make(const struct pn_seal_wish *wish, struct pn_slice body,
                               const struct pn_key_pair *pair, struct pn_writer *out,
                               struct pn_seal *seal)
{
    struct encoding manifest, headers, envelope;
    uint8_t digest[PORT_DIGEST_BYTES], signature[PORT_ES256_SIGNATURE_BYTES];
    size_t begin_at = out->len;

    memset(seal, 0, sizeof *seal);
    if (body.len > UINT32_MAX) return PN_SEAL_MAKE_OVERSIZE;
    encode_manifest(&manifest, wish, body);
    encode_headers(&headers, pair);
    pn_cose_digest(encoded(&headers), encoded(&manifest), digest);
    if (port_es256_sign(pair->secret, digest, signature) != PORT_CRYPTO_GOOD) {
        return PN_SEAL_MAKE_FAILED;
    }
    encode_envelope(&envelope, encoded(&headers), encoded(&manifest),
                    pn_slice(signature, sizeof signature));
    if (encoded(&manifest).len == 0 || encoded(&envelope).len == 0) return PN_SEAL_MAKE_OVERSIZE;
    pn_write(out, encoded(&envelope));
    pn_write(out, body);
    if (out->full) return PN_SEAL_MAKE_OVERSIZE;
    return read_back(wish, pair, pn_slice_from(pn_written(out), begin_at), seal);
}

struct pn_seal_wish pn_seal_wish_dev(uint64_t now_s, uint64_t sequence, enum pn_mode mode)
{
    return (struct pn_seal_wish){ .sequence = sequence,
                                  .issued_s = now_s,
                                  .expires_s = now_s + 365 * 86400,
                                  .mode = (uint8_t)mode };
}
