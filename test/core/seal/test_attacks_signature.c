/* SPDX-License-Identifier: Apache-2.0 */
/* test_attacks_signature.c - attacks on who signed a policy, one row each. */
/* links: linux */
#include "test/core/seal/attack.h"
#include "unity.h"

void setUp(void)
{
    sealed_crypto_init();
    attack_begin();
}

void tearDown(void)
{
}

static const uint8_t order[32] = "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                                 "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";

static uint8_t spoiled[80];

/* The real signature, to be spoiled; it is used as it then is, with this length. */
static uint8_t *spoil(size_t len)
{
    attack_build();
    memcpy(spoiled, attack.made_signature, 64);
    attack.signature = pn_slice(spoiled, len);
    return spoiled;
}

/* --- whose --- */

static void wrong_key(void)
{
    attack.signer = sealed_stranger(); /* under the author's key id */
}
static void unknown_key(void)
{
    static uint8_t headers[64];
    struct pn_slice good = sealed_headers();

    memcpy(headers, good.at, good.len);
    memcpy(headers + good.len - 8, sealed_stranger()->id, 8);
    attack.headers = pn_slice(headers, good.len);
    attack.signer = sealed_stranger();
}
static void no_keys(void)
{
    memset(&attack.keys, 0, sizeof attack.keys);
}
static void time_role(void)
{
    attack.keys.keys[0].roles = PN_KEY_TIME | PN_KEY_FIRMWARE | PN_KEY_DIRECTOR;
}
static void root_role(void)
{
    attack.keys.keys[0].roles = PN_KEY_ROOT;
}
static void no_role(void)
{
    attack.keys.keys[0].roles = 0;
}
static void revoked(void)
{
    memcpy(attack.keys.revoked[attack.keys.revoked_count++], sealed_author()->id, 8);
}
static void revoked_and_removed(void)
{
    revoked();
    attack.keys.count = 0;
}
static void expired_key(void)
{
    attack.keys.keys[0].not_after_s = SEALED_NOW_S;
}
static void expired_key_by_the_floor(void)
{
    expired_key();
    attack.expect.now_s = 0;
    attack.expect.time_floor_s = SEALED_NOW_S;
}
static void zero_key(void)
{
    memset(attack.keys.keys[0].xy, 0, 64);
}
static void key_beside_the_curve(void)
{
    attack.keys.keys[0].xy[63] ^= 1;
}
static void short_key_id(void)
{
    static uint8_t headers[64];
    struct pn_slice good = sealed_headers();

    memcpy(headers, good.at, good.len - 1);
    headers[good.len - 9] = 0x47;
    attack.headers = pn_slice(headers, good.len - 1);
}

/* --- algorithm confusion --- */

static void with_alg(const char *alg, size_t len)
{
    static uint8_t headers[64];
    struct pn_writer w = pn_writer(headers, sizeof headers);
    struct pn_slice good = sealed_headers();

    pn_write(&w, pn_slice_head(good, 2));
    pn_write(&w, pn_slice(alg, len));
    pn_write(&w, pn_slice_from(good, 3));
    attack.headers = pn_written(&w);
}
static void alg_es384(void)
{
    with_alg("\x38\x22", 2);
}
static void alg_es512(void)
{
    with_alg("\x38\x23", 2);
}
static void alg_eddsa(void)
{
    with_alg("\x27", 1);
}
static void alg_hss_lms(void)
{
    with_alg("\x38\x2D", 2);
}
static void alg_none(void)
{
    with_alg("\x00", 1);
}
static void alg_text(void)
{
    with_alg("\x65"
             "ES256",
             6);
}

/* HMAC-SHA-256 of what is signed, with the public key, which everybody has, as its secret. */
static void alg_hmac(void)
{
    uint8_t digest[32], *mac;
    struct port_hmac hmac;

    with_alg("\x05", 1);
    mac = spoil(64);
    pn_cose_digest(attack.headers, pn_slice(attack.bytes + attack.payload_at, attack.payload_len),
                   digest);
    port_hmac_begin(&hmac, sealed_author()->xy, 64);
    port_hmac_add(&hmac, digest, sizeof digest);
    port_hmac_end(&hmac, mac);
    memset(mac + 32, 0, 32);
}
static void alg_of_the_record(void)
{
    attack.keys.keys[0].alg = -8;
}

/* --- the numbers --- */

static void r_zero(void)
{
    memset(spoil(64), 0, 32);
}
static void s_zero(void)
{
    memset(spoil(64) + 32, 0, 32);
}
static void both_zero(void)
{
    memset(spoil(64), 0, 64);
}
static void r_order(void)
{
    memcpy(spoil(64), order, 32);
}
static void s_order(void)
{
    memcpy(spoil(64) + 32, order, 32);
}
static void r_above(void)
{
    memset(spoil(64), 0xFF, 32);
}
static void s_above(void)
{
    memset(spoil(64) + 32, 0xFF, 32);
}
static void r_order_and_one(void)
{
    memcpy(spoil(64), order, 32);
    spoiled[31]++;
}
static void s_order_and_one(void)
{
    memcpy(spoil(64) + 32, order, 32);
    spoiled[63]++;
}
static void swapped(void)
{
    uint8_t r[32];

    spoil(64);
    memcpy(r, spoiled, 32);
    memcpy(spoiled, spoiled + 32, 32);
    memcpy(spoiled + 32, r, 32);
}

/* --- the form --- */

static void bytes_63(void)
{
    spoil(63);
}
static void bytes_65(void)
{
    spoil(65);
}
static void bytes_none(void)
{
    spoil(0);
}

/* SEQUENCE { INTEGER r, INTEGER s }, as other libraries write it. */
static void der(void)
{
    uint8_t raw[64];
    struct pn_writer w = pn_writer(spoiled, sizeof spoiled);

    memcpy(raw, spoil(64), 64);
    pn_write_text(&w, "\x30\x46\x02\x21");
    pn_write_byte(&w, 0);
    pn_write(&w, pn_slice(raw, 32));
    pn_write_text(&w, "\x02\x21");
    pn_write_byte(&w, 0);
    pn_write(&w, pn_slice(raw + 32, 32));
    attack.signature = pn_written(&w);
}

/* --- made for something else --- */

static void sign_over(struct pn_slice bytes)
{
    uint8_t digest[32];

    spoil(64);
    port_sha256(bytes.at, bytes.len, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_sign(sealed_author()->secret, digest, spoiled));
}
static void over_the_body(void)
{
    sign_over(PN_SLICE("the body"));
}
static void over_the_manifest(void)
{
    attack_build();
    sign_over(pn_slice(attack.bytes + attack.payload_at, attack.payload_len));
}

/* The Sig_structure with another context or external_aad. */
static void over_structure(struct pn_slice context, struct pn_slice aad)
{
    static uint8_t structure[1024];
    struct pn_writer w = pn_writer(structure, sizeof structure);

    attack_build();
    pn_write(&w, context);
    pn_write_byte(&w, 0x58);
    pn_write_byte(&w, (uint8_t)attack.headers.len);
    pn_write(&w, attack.headers);
    pn_write(&w, aad);
    pn_write_byte(&w, 0x58);
    pn_write_byte(&w, (uint8_t)attack.payload_len);
    pn_write(&w, pn_slice(attack.bytes + attack.payload_at, attack.payload_len));
    sign_over(pn_written(&w));
}
#define SIGNATURE1 \
    PN_SLICE("\x84\x6A" \
             "Signature1")
static void another_product(void)
{
    over_structure(SIGNATURE1, PN_SLICE("\x58\x1A"
                                        "another/policy-manifest/v1"));
}
static void no_aad(void)
{
    over_structure(SIGNATURE1, PN_SLICE("\x40"));
}
static void another_version(void)
{
    over_structure(SIGNATURE1, PN_SLICE("\x58\x1A"
                                        "postern/policy-manifest/v2"));
}
static void for_a_key_set(void)
{
    over_structure(SIGNATURE1, PN_SLICE("\x51"
                                        "postern/keyset/v1"));
}
static void as_a_mac(void)
{
    over_structure(PN_SLICE("\x84\x64"
                            "MAC0"),
                   PN_SLICE("\x58\x1A" PN_COSE_AAD));
}
static void as_a_countersignature(void)
{
    over_structure(PN_SLICE("\x84\x70"
                            "CounterSignature"),
                   PN_SLICE("\x58\x1A" PN_COSE_AAD));
}
static void of_another_policy(void)
{
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x06");
    spoil(64);
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x07");
}

static const struct attack_row rows[] = {
    { "a stranger signs under the author's key id", wrong_key, PN_SEAL_SIGNATURE },
    { "a stranger signs under the stranger's key id", unknown_key, PN_SEAL_KEY_UNKNOWN },
    { "the device has no keys", no_keys, PN_SEAL_KEY_UNKNOWN },
    { "the right key in other roles", time_role, PN_SEAL_KEY_ROLE },
    { "a root key signs a policy", root_role, PN_SEAL_KEY_ROLE },
    { "the right key without a role", no_role, PN_SEAL_KEY_ROLE },
    { "a revoked key", revoked, PN_SEAL_KEY_REVOKED },
    { "a revoked key that was removed", revoked_and_removed, PN_SEAL_KEY_REVOKED },
    { "a key that came to its end", expired_key, PN_SEAL_KEY_EXPIRED },
    { "the same without a clock", expired_key_by_the_floor, PN_SEAL_KEY_EXPIRED },
    { "an all-zero key", zero_key, PN_SEAL_SIGNATURE },
    { "a key beside the curve", key_beside_the_curve, PN_SEAL_SIGNATURE },
    { "a key id of seven bytes", short_key_id, PN_SEAL_ENVELOPE },
    { "alg ES384", alg_es384, PN_SEAL_ALGORITHM },
    { "alg ES512", alg_es512, PN_SEAL_ALGORITHM },
    { "alg EdDSA", alg_eddsa, PN_SEAL_ALGORITHM },
    { "alg HSS-LMS", alg_hss_lms, PN_SEAL_ALGORITHM },
    { "alg 0", alg_none, PN_SEAL_ALGORITHM },
    { "alg as text", alg_text, PN_SEAL_ENVELOPE },
    { "alg HMAC, the public key as secret", alg_hmac, PN_SEAL_ALGORITHM },
    { "a key record of another algorithm", alg_of_the_record, PN_SEAL_ALGORITHM },
    { "r = 0", r_zero, PN_SEAL_SIGNATURE },
    { "s = 0", s_zero, PN_SEAL_SIGNATURE },
    { "r = s = 0", both_zero, PN_SEAL_SIGNATURE },
    { "r = n", r_order, PN_SEAL_SIGNATURE },
    { "s = n", s_order, PN_SEAL_SIGNATURE },
    { "r = n + 1", r_order_and_one, PN_SEAL_SIGNATURE },
    { "s = n + 1", s_order_and_one, PN_SEAL_SIGNATURE },
    { "r = 2^256 - 1", r_above, PN_SEAL_SIGNATURE },
    { "s = 2^256 - 1", s_above, PN_SEAL_SIGNATURE },
    { "r and s swapped", swapped, PN_SEAL_SIGNATURE },
    { "a signature of 63 bytes", bytes_63, PN_SEAL_ENVELOPE },
    { "a signature of 65 bytes", bytes_65, PN_SEAL_ENVELOPE },
    { "an empty signature", bytes_none, PN_SEAL_ENVELOPE },
    { "a signature in DER", der, PN_SEAL_ENVELOPE },
    { "a signature over the body only", over_the_body, PN_SEAL_SIGNATURE },
    { "a signature over the manifest only", over_the_manifest, PN_SEAL_SIGNATURE },
    { "a signature from another product", another_product, PN_SEAL_SIGNATURE },
    { "a signature without external_aad", no_aad, PN_SEAL_SIGNATURE },
    { "a signature for the next version", another_version, PN_SEAL_SIGNATURE },
    { "a signature for a key set", for_a_key_set, PN_SEAL_SIGNATURE },
    { "a MAC's structure", as_a_mac, PN_SEAL_SIGNATURE },
    { "a countersignature's structure", as_a_countersignature, PN_SEAL_SIGNATURE },
    { "the signature of another policy", of_another_policy, PN_SEAL_SIGNATURE },
};

static void test_signatures(void)
{
    ATTACK_RUN(rows);
}

/* The structures above are those of a verifier but for what the row says. */
static void test_the_rows_are_not_just_wrong(void)
{
    over_structure(SIGNATURE1, PN_SLICE("\x58\x1A" PN_COSE_AAD));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
}

/* (r, n - s) is as valid as (r, s): the same policy, so nothing happens, before as after. */
static void test_the_twin_is_idempotent(void)
{
    struct pn_seal seal;

    attack_build();
    attack_hold();
    sealed_twin(spoil(64));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&attack.expect, attack_bytes(), &seal));
    TEST_ASSERT_TRUE(seal.held);
    TEST_ASSERT_EQUAL_MEMORY(attack.expect.held.identity, seal.identity, 32);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_signatures);
    RUN_TEST(test_the_rows_are_not_just_wrong);
    RUN_TEST(test_the_twin_is_idempotent);
    return UNITY_END();
}
