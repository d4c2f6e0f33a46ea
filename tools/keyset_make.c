/* see keyset_make.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/keyset_make.h"

#include <cbor.h>

/* TinyCBOR's encoder remembers that it ran out of space, so errors are asked for once. */
struct encoding {
    uint8_t bytes[PN_KEYSET_BYTES_MAX];
    CborEncoder top;
    CborError error;
};

static void check(struct encoding *e, CborError error)
{
    if (error != CborNoError) e->error = error;
}

static void begin(struct encoding *e)
{
    memset(e, 0, sizeof *e);
    cbor_encoder_init(&e->top, e->bytes, sizeof e->bytes, 0);
}

static struct pn_slice encoded(const struct encoding *e)
{
    if (e->error != CborNoError) return pn_slice(NULL, 0);
    return pn_slice(e->bytes, cbor_encoder_get_buffer_size(&e->top, e->bytes));
}

static void put_uint(struct encoding *e, CborEncoder *map, uint64_t key, uint64_t value)
{
    check(e, cbor_encode_uint(map, key));
    check(e, cbor_encode_uint(map, value));
}

static void put_bytes(struct encoding *e, CborEncoder *at, struct pn_slice bytes)
{
    check(e, cbor_encode_byte_string(at, bytes.at, bytes.len));
}

static void put_record(struct encoding *e, CborEncoder *list, const struct pn_seal_key *key)
{
    CborEncoder map;

    check(e, cbor_encoder_create_map(list, &map, 5));
    check(e, cbor_encode_uint(&map, PN_KEY_RECORD_ID));
    put_bytes(e, &map, pn_slice(key->id, sizeof key->id));
    check(e, cbor_encode_uint(&map, PN_KEY_RECORD_ALG));
    check(e, cbor_encode_int(&map, key->alg));
    check(e, cbor_encode_uint(&map, PN_KEY_RECORD_XY));
    put_bytes(e, &map, pn_slice(key->xy, sizeof key->xy));
    put_uint(e, &map, PN_KEY_RECORD_ROLES, key->roles);
    put_uint(e, &map, PN_KEY_RECORD_NOT_AFTER, key->not_after_s);
    check(e, cbor_encoder_close_container(list, &map));
}

static void put_lists(struct encoding *e, CborEncoder *map, const struct pn_keyset *keys)
{
    CborEncoder list;

    check(e, cbor_encode_uint(map, PN_KEYSET_KEY_KEYS));
    check(e, cbor_encoder_create_array(map, &list, keys->count));
    for (size_t i = 0; i < keys->count; i++) put_record(e, &list, &keys->keys[i]);
    check(e, cbor_encoder_close_container(map, &list));
    check(e, cbor_encode_uint(map, PN_KEYSET_KEY_REVOKED));
    check(e, cbor_encoder_create_array(map, &list, keys->revoked_count));
    for (size_t i = 0; i < keys->revoked_count; i++) {
        put_bytes(e, &list, pn_slice(keys->revoked[i], PN_KEY_ID_BYTES));
    }
    check(e, cbor_encoder_close_container(map, &list));
}

static void encode_payload(struct encoding *e, const struct pn_keyset_wish *wish)
{
    CborEncoder map, counters;

    begin(e);
    check(e, cbor_encoder_create_map(&e->top, &map, wish->has_counters ? 6 : 5));
    put_uint(e, &map, PN_KEYSET_KEY_FORMAT, PN_KEYSET_FORMAT);
    put_uint(e, &map, PN_KEYSET_KEY_VERSION, wish->keys.version);
    put_lists(e, &map, &wish->keys);
    put_uint(e, &map, PN_KEYSET_KEY_THRESHOLD, wish->keys.threshold);
    if (wish->has_counters) {
        check(e, cbor_encode_uint(&map, PN_KEYSET_KEY_COUNTERS));
        check(e, cbor_encoder_create_array(&map, &counters, 2));
        check(e, cbor_encode_uint(&counters, wish->epoch));
        check(e, cbor_encode_uint(&counters, wish->sequence));
        check(e, cbor_encoder_close_container(&map, &counters));
    }
    check(e, cbor_encoder_close_container(&e->top, &map));
}

static void put_signature(struct encoding *e, CborEncoder *list, struct pn_slice headers,
                          struct pn_slice signature)
{
    CborEncoder parts, none;

    check(e, cbor_encoder_create_array(list, &parts, 3));
    put_bytes(e, &parts, headers);
    check(e, cbor_encoder_create_map(&parts, &none, 0));
    check(e, cbor_encoder_close_container(&parts, &none));
    put_bytes(e, &parts, signature);
    check(e, cbor_encoder_close_container(list, &parts));
}

static void encode_envelope(struct encoding *e, struct pn_slice payload,
                            const struct pn_keyset_signature *signatures, size_t count)
{
    CborEncoder parts, inner;

    begin(e);
    check(e, cbor_encode_tag(&e->top, 98));
    check(e, cbor_encoder_create_array(&e->top, &parts, 4));
    put_bytes(e, &parts, pn_keyset_document_protected());
    check(e, cbor_encoder_create_map(&parts, &inner, 0));
    check(e, cbor_encoder_close_container(&parts, &inner));
    put_bytes(e, &parts, payload);
    check(e, cbor_encoder_create_array(&parts, &inner, count));
    for (size_t i = 0; i < count; i++) {
        put_signature(e, &inner, signatures[i].protected_map, signatures[i].bytes);
    }
    check(e, cbor_encoder_close_container(&parts, &inner));
    check(e, cbor_encoder_close_container(&e->top, &parts));
}

static enum pn_keyset_made hand_over(const struct encoding *e, struct pn_writer *out,
                                     struct pn_keyset_document *doc)
{
    size_t begin_at = out->len;

    if (encoded(e).len == 0) return PN_KEYSET_MAKE_OVERSIZE;
    pn_write(out, encoded(e));
    if (out->full) return PN_KEYSET_MAKE_OVERSIZE;
    return pn_keyset_document_read(pn_slice_from(pn_written(out), begin_at), doc) ==
                   PN_SEAL_ACCEPTED
               ? PN_KEYSET_MAKE_DONE
               : PN_KEYSET_MAKE_REFUSED;
}

enum pn_keyset_made pn_keyset_make(const struct pn_keyset_wish *wish, struct pn_writer *out,
                                   struct pn_keyset_document *doc)
{
    struct encoding payload, envelope;

    encode_payload(&payload, wish);
    if (encoded(&payload).len == 0) return PN_KEYSET_MAKE_OVERSIZE;
    encode_envelope(&envelope, encoded(&payload), NULL, 0);
    return hand_over(&envelope, out, doc);
}

static void encode_headers(struct encoding *e, const struct pn_key_pair *pair)
{
    CborEncoder map;

    begin(e);
    check(e, cbor_encoder_create_map(&e->top, &map, 2));
    check(e, cbor_encode_uint(&map, 1));
    check(e, cbor_encode_int(&map, PN_KEY_ES256));
    check(e, cbor_encode_uint(&map, 4));
    put_bytes(e, &map, pn_slice(pair->id, sizeof pair->id));
    check(e, cbor_encoder_close_container(&e->top, &map));
}

/* The place of this key's signature: the one it has, or a new one at the end. */
static size_t place_of(const struct pn_keyset_document *doc, const struct pn_key_pair *pair)
{
    struct pn_slice id = pn_slice(pair->id, sizeof pair->id);
    size_t i = 0;

    while (i < doc->signature_count && !pn_slice_equal(doc->signatures[i].key_id, id)) i++;
    return i;
}

enum pn_keyset_made pn_keyset_sign(struct pn_slice document, const struct pn_key_pair *pair,
                                   struct pn_writer *out)
{
    struct pn_keyset_signature all[PN_KEYSET_SIGNATURES_MAX];
    uint8_t digest[PORT_DIGEST_BYTES], signature[PORT_ES256_SIGNATURE_BYTES];
    struct encoding headers, envelope;
    struct pn_keyset_document doc;
    size_t place;

    if (pn_keyset_document_read(document, &doc) != PN_SEAL_ACCEPTED) return PN_KEYSET_MAKE_REFUSED;
    place = place_of(&doc, pair);
    if (place == PN_KEYSET_SIGNATURES_MAX) return PN_KEYSET_MAKE_FULL;
    encode_headers(&headers, pair);
    pn_keyset_document_digest(encoded(&headers), doc.payload, digest);
    if (port_es256_sign(pair->secret, digest, signature) != PORT_CRYPTO_GOOD) {
        return PN_KEYSET_MAKE_FAILED;
    }
    memcpy(all, doc.signatures, sizeof all);
    all[place] = (struct pn_keyset_signature){ .protected_map = encoded(&headers),
                                               .bytes = pn_slice(signature, sizeof signature) };
    if (place == doc.signature_count) doc.signature_count++;
    encode_envelope(&envelope, doc.payload, all, doc.signature_count);
    return hand_over(&envelope, out, &doc);
}
