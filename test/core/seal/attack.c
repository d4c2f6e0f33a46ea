/* SPDX-License-Identifier: Apache-2.0 */
/* see attack.h */
#include "test/core/seal/attack.h"

#include <stdlib.h>

#include "unity.h"

struct attack attack;

static const struct pn_slice good_pairs[PAIR_COUNT] = {
    [PAIR_FORMAT] = PN_SLICE_INIT("\x01\x01"),
    [PAIR_SEQUENCE] = PN_SLICE_INIT("\x02\x07"),
    [PAIR_ISSUED] = PN_SLICE_INIT("\x03\x1A\x6B\x49\xD2\x00"),
    [PAIR_EXPIRES] = PN_SLICE_INIT("\x04\x1A\x6B\x4B\x23\x80"),
    [PAIR_TENANT] = PN_SLICE_INIT("\x05\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    [PAIR_TARGETS] = PN_SLICE_INIT("\x06\xA1\x03\xF5"),
    [PAIR_EPOCH] = PN_SLICE_INIT("\x07\x02"),
    [PAIR_BYTES] = PN_SLICE_INIT("\x09\x08"),
    [PAIR_ENGINE] = PN_SLICE_INIT("\x0A\x03"),
    [PAIR_ON_EXPIRY] = PN_SLICE_INIT("\x0B\x00"),
    [PAIR_KEYSET_MIN] = PN_SLICE_INIT("\x0D\x00"),
    [PAIR_MODE] = PN_SLICE_INIT("\x11\x00"),
};

void attack_begin(void)
{
    memset(&attack, 0, sizeof attack);
    attack.tag = PN_SLICE("\xD2");
    attack.array = PN_SLICE("\x84");
    attack.headers = sealed_headers();
    attack.unprotected = PN_SLICE("\xA0");
    attack.body = PN_SLICE("the body");
    memcpy(attack.pairs, good_pairs, sizeof good_pairs);
    attack.pair_count = PAIR_COUNT;
    memcpy(attack.digest, "\x08\x58\x20", 3);
    port_sha256("the body", 8, attack.digest + 3);
    attack.pairs[PAIR_DIGEST] = pn_slice(attack.digest, 35);
    attack.signer = sealed_author();
    attack.keys = *sealed_keys();
    attack.expect = sealed_expect();
    attack.expect.keys = &attack.keys;
}

static void write_head(struct pn_writer *w, struct pn_slice head, size_t len)
{
    uint8_t plain[3] = { 0x59, (uint8_t)(len >> 8), (uint8_t)len };

    if (head.at != NULL) {
        pn_write(w, head);
    } else if (len < 24) {
        pn_write_byte(w, (uint8_t)(0x40 + len));
    } else if (len < 256) {
        pn_write_byte(w, 0x58);
        pn_write_byte(w, (uint8_t)len);
    } else {
        pn_write(w, pn_slice(plain, sizeof plain));
    }
}

static void write_payload(struct pn_writer *w)
{
    if (attack.map_head.at != NULL) {
        pn_write(w, attack.map_head);
    } else {
        pn_write_byte(w, (uint8_t)(0xA0 + attack.pair_count));
    }
    for (size_t i = 0; i < attack.pair_count; i++) pn_write(w, attack.pairs[i]);
    pn_write(w, attack.behind_pairs);
}

static void sign(struct pn_slice payload)
{
    uint8_t digest[32];

    pn_cose_digest(attack.headers, payload, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_sign(attack.signer->secret, digest, attack.made_signature));
    if (attack.signature.at == NULL) attack.signature = pn_slice(attack.made_signature, 64);
}

void attack_build(void)
{
    static uint8_t payload[ATTACK_BYTES_MAX];
    struct pn_writer p = pn_writer(payload, sizeof payload);
    struct pn_writer w = pn_writer(attack.bytes, sizeof attack.bytes);

    write_payload(&p);
    sign(pn_written(&p));
    pn_write(&w, attack.tag);
    pn_write(&w, attack.array);
    write_head(&w, attack.protected_head, attack.headers.len);
    pn_write(&w, attack.headers);
    pn_write(&w, attack.unprotected);
    write_head(&w, attack.payload_head, p.len);
    attack.payload_at = w.len;
    attack.payload_len = p.len;
    pn_write(&w, pn_written(&p));
    write_head(&w, attack.signature_head, attack.signature.len);
    attack.signature_at = w.len;
    pn_write(&w, attack.signature);
    pn_write(&w, attack.behind_signature);
    attack.body_at = w.len;
    pn_write(&w, attack.body);
    TEST_ASSERT_FALSE(p.full || w.full);
    attack.len = w.len;
}

enum pn_seal_refusal attack_verdict(void)
{
    attack_build();
    return sealed_verdict(&attack.expect, attack_bytes());
}

void attack_hold(void)
{
    struct pn_seal seal;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&attack.expect, attack_bytes(), &seal));
    attack.expect.held = (struct pn_seal_held){ .any = true,
                                                .sequence = seal.manifest.sequence,
                                                .epoch = seal.manifest.epoch };
    memcpy(attack.expect.held.identity, seal.identity, sizeof seal.identity);
}

void attack_run(const struct attack_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        attack_begin();
        TEST_ASSERT_EQUAL_MESSAGE(PN_SEAL_ACCEPTED, attack_verdict(), "without the attack");
        attack_begin();
        rows[i].make();
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].refusal, attack_verdict(), rows[i].name);
    }
}
