/* see timestamp_make.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/timestamp_make.h"

#include <cbor.h>

struct encoding {
    uint8_t bytes[PN_TIMESTAMP_BYTES_MAX];
    CborEncoder top;
};

/* All is of known length, far below the room, so the encoder cannot fail. */
static void begin(struct encoding *e)
{
    memset(e, 0, sizeof *e);
    cbor_encoder_init(&e->top, e->bytes, sizeof e->bytes, 0);
}

static struct pn_slice encoded(const struct encoding *e)
{
    return pn_slice(e->bytes, cbor_encoder_get_buffer_size(&e->top, e->bytes));
}

static void put_uint(CborEncoder *map, uint64_t key, uint64_t value)
{
    cbor_encode_uint(map, key);
    cbor_encode_uint(map, value);
}

static void put_bytes(CborEncoder *map, uint64_t key, const uint8_t *at, size_t len)
{
    cbor_encode_uint(map, key);
    cbor_encode_byte_string(map, at, len);
}

static void encode_payload(struct encoding *e, const struct pn_timestamp *t)
{
    CborEncoder map;

    begin(e);
    cbor_encoder_create_map(&e->top, &map, PN_TIMESTAMP_KEY_IDENTITY);
    put_uint(&map, PN_TIMESTAMP_KEY_FORMAT, PN_TIMESTAMP_FORMAT);
    put_bytes(&map, PN_TIMESTAMP_KEY_NONCE, t->nonce, sizeof t->nonce);
    put_uint(&map, PN_TIMESTAMP_KEY_NOW, t->now_s);
    put_uint(&map, PN_TIMESTAMP_KEY_EXPIRES, t->expires_s);
    put_uint(&map, PN_TIMESTAMP_KEY_SEQUENCE, t->sequence);
    put_bytes(&map, PN_TIMESTAMP_KEY_IDENTITY, t->identity, sizeof t->identity);
    cbor_encoder_close_container(&e->top, &map);
}

static void encode_headers(struct encoding *e, const struct pn_key_pair *pair)
{
    struct pn_slice type = pn_cose_timestamp.content_type;
    CborEncoder map;

    begin(e);
    cbor_encoder_create_map(&e->top, &map, 3);
    cbor_encode_uint(&map, 1);
    cbor_encode_int(&map, PN_KEY_ES256);
    cbor_encode_uint(&map, 3);
    cbor_encode_text_string(&map, (const char *)type.at, type.len);
    put_bytes(&map, 4, pair->id, sizeof pair->id);
    cbor_encoder_close_container(&e->top, &map);
}

static void encode_envelope(struct encoding *e, struct pn_slice headers, struct pn_slice payload,
                            const uint8_t signature[PORT_ES256_SIGNATURE_BYTES])
{
    CborEncoder parts, none;

    begin(e);
    cbor_encode_tag(&e->top, 18);
    cbor_encoder_create_array(&e->top, &parts, 4);
    cbor_encode_byte_string(&parts, headers.at, headers.len);
    cbor_encoder_create_map(&parts, &none, 0);
    cbor_encoder_close_container(&parts, &none);
    cbor_encode_byte_string(&parts, payload.at, payload.len);
    cbor_encode_byte_string(&parts, signature, PORT_ES256_SIGNATURE_BYTES);
    cbor_encoder_close_container(&e->top, &parts);
}

bool pn_timestamp_make(const struct pn_timestamp *t, const struct pn_key_pair *pair,
                       struct pn_writer *out)
{
    struct encoding payload, headers, envelope;
    uint8_t digest[PORT_DIGEST_BYTES], signature[PORT_ES256_SIGNATURE_BYTES];

    encode_payload(&payload, t);
    encode_headers(&headers, pair);
    pn_cose_digest_for(&pn_cose_timestamp, encoded(&headers), encoded(&payload), digest);
    if (port_es256_sign(pair->secret, digest, signature) != PORT_CRYPTO_GOOD) return false;
    encode_envelope(&envelope, encoded(&headers), encoded(&payload), signature);
    pn_write(out, encoded(&envelope));
    return !out->full;
}
