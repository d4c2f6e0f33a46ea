/* SPDX-License-Identifier: Apache-2.0 */
/* test_seal.c - who is believed, what is refused, in which order. */
/* links: linux */
#include "core/seal/seal.h"

#include <stdlib.h>

#include "test/core/seal/sealed.h"
#include "unity.h"

static struct sealed made;
static struct pn_seal_wish wish;
static struct pn_seal_expect expect;

void setUp(void)
{
    sealed_crypto_init();
    wish = sealed_wish();
    expect = sealed_expect();
}

void tearDown(void)
{
}

static struct pn_slice blob(void)
{
    return pn_slice(made.bytes, made.len);
}

/* Seal what `wish` says now and judge it by what `expect` says now. */
static enum pn_seal_refusal judge(void)
{
    sealed_make(&made, &wish, PN_SLICE("the body"));
    return sealed_verdict(&expect, blob());
}

static uint8_t *signature(void)
{
    return made.bytes + made.seal.envelope.len - 64;
}

static void test_what_is_right_is_accepted(void)
{
    struct pn_seal seal;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&expect, blob(), &seal));
    TEST_ASSERT_TRUE(pn_slice_equal(seal.body, PN_SLICE("the body")));
    TEST_ASSERT_EQUAL_UINT64(7, seal.manifest.sequence);
    TEST_ASSERT_EQUAL_MEMORY(sealed_author()->id, seal.key_id, 8);
    TEST_ASSERT_FALSE(seal.held);
}

/* The envelope is judged without the body, from the bytes that came first. */
static void test_the_envelope_comes_first(void)
{
    struct pn_seal seal;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check_envelope(&expect, made.seal.envelope, &seal));
    TEST_ASSERT_EQUAL(8, seal.manifest.body_bytes);
    TEST_ASSERT_EQUAL(0, seal.body.len);
}

/* One bit of each byte; test_attacks_cbor.c has all of them, with the reason of each. */
static void test_every_byte_counts(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    for (size_t at = 0; at < made.len; at++) {
        made.bytes[at] ^= (uint8_t)(1 << at % 8);
        TEST_ASSERT_NOT_EQUAL(PN_SEAL_ACCEPTED, sealed_verdict(&expect, blob()));
        made.bytes[at] ^= (uint8_t)(1 << at % 8);
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, sealed_verdict(&expect, blob()));
}

static void test_every_length_but_one_is_refused(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    for (size_t len = 0; len < made.len; len++) {
        enum pn_seal_refusal wanted = len == 0                       ? PN_SEAL_EMPTY
                                      : len < made.seal.envelope.len ? PN_SEAL_CBOR
                                                                     : PN_SEAL_BODY_LENGTH;

        TEST_ASSERT_EQUAL(wanted, sealed_verdict(&expect, pn_slice_head(blob(), len)));
    }
    made.bytes[made.len++] = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_LENGTH, sealed_verdict(&expect, blob()));
}

static void test_blank_memory_is_refused(void)
{
    static uint8_t blank[2048];

    TEST_ASSERT_EQUAL(PN_SEAL_UNSIGNED, sealed_verdict(&expect, pn_slice(blank, sizeof blank)));
    memset(blank, 0xFF, sizeof blank);
    TEST_ASSERT_EQUAL(PN_SEAL_UNSIGNED, sealed_verdict(&expect, pn_slice(blank, sizeof blank)));
    TEST_ASSERT_EQUAL(PN_SEAL_EMPTY, sealed_verdict(&expect, pn_slice(NULL, 0)));
}

static void test_strangers_are_refused(void)
{
    struct pn_writer w = pn_writer(made.bytes, sizeof made.bytes);

    TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                      pn_seal_make(&wish, PN_SLICE("x"), sealed_stranger(), &w, &made.seal));
    made.len = w.len;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, sealed_verdict(&expect, blob()));
}

/* The stranger signs, and names the author's key. */
static void test_a_borrowed_key_id_does_not_help(void)
{
    struct pn_key_pair pair = *sealed_stranger();
    struct pn_cose cose;
    uint8_t digest[32];

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(blob(), &cose));
    pn_cose_digest(cose.protected_map, cose.payload, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_sign(pair.secret, digest, signature()));
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
}

static void test_no_keys_no_policy(void)
{
    struct pn_keyset none = { 0 };

    expect.keys = &none;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, judge());
}

static void test_a_key_has_a_role_and_an_end(void)
{
    struct pn_keyset keys = *sealed_keys();

    expect.keys = &keys;
    keys.keys[0].roles = PN_KEY_TIME | PN_KEY_FIRMWARE | PN_KEY_DIRECTOR;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_ROLE, judge());
    keys.keys[0].roles = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_ROLE, judge());
    keys.keys[0].roles = PN_KEY_POLICY | PN_KEY_TIME;
    keys.keys[0].not_after_s = SEALED_NOW_S + 1;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    keys.keys[0].not_after_s = SEALED_NOW_S;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_EXPIRED, judge());
    expect.now_s = 0; /* without a clock, what is certain still counts */
    expect.time_floor_s = SEALED_NOW_S;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_EXPIRED, judge());
}

/* The public key as the secret of a MAC, with the header saying so: the record says ES256. */
static void test_alg_confusion(void)
{
    static const uint8_t algs[] = { 0x05, 0x04, 0x27, 0x38 }; /* HMAC, HMAC 64, EdDSA, -35 */
    uint8_t headers[64];
    struct pn_slice good = sealed_headers();

    for (size_t i = 0; i < sizeof algs; i++) {
        struct pn_writer w = pn_writer(headers, sizeof headers);

        pn_write(&w, pn_slice_head(good, 2));
        pn_write_byte(&w, algs[i]);
        if (algs[i] == 0x38) pn_write_byte(&w, 0x22);
        pn_write(&w, pn_slice_from(good, 3));
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
        {
            struct pn_cose cose;
            struct pn_slice payload;
            uint8_t copy[1024];

            TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(blob(), &cose));
            memcpy(copy, cose.payload.at, cose.payload.len);
            payload = pn_slice(copy, cose.payload.len);
            sealed_raw(&made, pn_written(&w), PN_SLICE("\xA0"), payload, PN_SLICE("the body"));
        }
        TEST_ASSERT_EQUAL(PN_SEAL_ALGORITHM, sealed_verdict(&expect, blob()));
    }
}

static void test_bad_scalars_are_refused(void)
{
    static const uint8_t order[] =
        "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
        "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";

    for (int half = 0; half < 64; half += 32) {
        TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
        memset(signature() + half, 0, 32);
        TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
        memset(signature() + half, 0xFF, 32);
        TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
        memcpy(signature() + half, order, 32);
        TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
        signature()[half + 31]++;
        TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
    }
    memset(signature(), 0, 64);
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
}

/* A key record that is not a point verifies nothing. */
static void test_a_zero_key_is_no_key(void)
{
    struct pn_keyset keys = *sealed_keys();

    memset(keys.keys[0].xy, 0, 64);
    expect.keys = &keys;
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, judge());
}

static void resign_over(struct pn_slice signed_bytes)
{
    uint8_t digest[32];

    port_sha256(signed_bytes.at, signed_bytes.len, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_sign(sealed_author()->secret, digest, signature()));
}

/* The author's own signatures, made over something else: the body, the manifest, the same structure
 * for another product. */
static void test_signatures_for_other_things_are_refused(void)
{
    uint8_t structure[1024];
    struct pn_writer w = pn_writer(structure, sizeof structure);
    struct pn_cose cose;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(blob(), &cose));
    resign_over(PN_SLICE("the body"));
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
    resign_over(cose.payload);
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));

    pn_write_text(&w, "\x84\x6A"
                      "Signature1"
                      "\x58");
    pn_write_byte(&w, (uint8_t)cose.protected_map.len);
    pn_write(&w, cose.protected_map);
    pn_write_text(&w, "\x58\x1A"
                      "another/policy-manifest/v1"
                      "\x58");
    pn_write_byte(&w, (uint8_t)cose.payload.len);
    pn_write(&w, cose.payload);
    resign_over(pn_written(&w));
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
    memcpy(structure + 2 + 10 + 2 + cose.protected_map.len + 2, "postern", 7); /* and now ours */
    resign_over(pn_written(&w));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, sealed_verdict(&expect, blob()));
}

static void hold(const struct pn_seal *seal)
{
    expect.held = (struct pn_seal_held){ .any = true,
                                         .sequence = seal->manifest.sequence,
                                         .epoch = seal->manifest.epoch };
    memcpy(expect.held.identity, seal->identity, 32);
}

static void test_the_twin_is_the_same_policy(void)
{
    struct pn_seal seal, twin;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&expect, blob(), &seal));
    hold(&seal);
    sealed_twin(signature());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&expect, blob(), &twin));
    TEST_ASSERT_EQUAL_MEMORY(seal.identity, twin.identity, 32);
    TEST_ASSERT_TRUE(twin.held);
}

static void test_order_never_goes_back(void)
{
    struct pn_seal seal;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    hold(&made.seal);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&expect, blob(), &seal));
    TEST_ASSERT_TRUE(seal.held);

    wish.sequence = 6;
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, judge());
    wish.sequence = 7;
    wish.expires_s++;
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_CONFLICT, judge());
    wish.sequence = 8;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    wish.epoch = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, judge());
    wish.epoch = 3;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    wish.sequence = 6; /* a raised epoch does not excuse an old sequence */
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, judge());
    wish.sequence = UINT64_MAX;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    hold(&made.seal);
    wish.epoch = UINT32_MAX;
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_CONFLICT, judge()); /* nothing is newer than 2^64-1 */
}

static void test_refusals_after_the_signature_can_be_reported(void)
{
    struct pn_seal seal;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    hold(&made.seal);
    wish.sequence = 6;
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, pn_seal_check(&expect, blob(), &seal));
    TEST_ASSERT_EQUAL_UINT64(6, seal.manifest.sequence);
    signature()[5] ^= 1;
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, pn_seal_check(&expect, blob(), &seal));
    TEST_ASSERT_EQUAL_UINT64(0, seal.manifest.sequence);
}

static void test_time(void)
{
    expect.now_s = wish.expires_s - 1;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    expect.now_s = wish.expires_s;
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED, judge());
    wish.grace_s = 3600; /* it would be kept if it were there, but it does not come in any more */
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED, judge());
    expect.moment = PN_SEAL_BOOT;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());

    expect = sealed_expect();
    expect.now_s = wish.issued_s - PN_SEAL_SKEW_S;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    expect.now_s--;
    TEST_ASSERT_EQUAL(PN_SEAL_NOT_YET, judge());
    expect.moment = PN_SEAL_BOOT;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
}

static void test_time_without_a_clock(void)
{
    expect.now_s = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    expect.time_floor_s = wish.expires_s; /* it cannot be earlier than that */
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED, judge());
    expect.now_s = SEALED_NOW_S; /* and a clock that was set back does not help */
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED, judge());
}

static void test_tenant_and_targets(void)
{
    static const struct pn_slice ours[] = { PN_SLICE_INIT("d0"), PN_SLICE_INIT("d1") };
    static const struct pn_slice groups[] = { PN_SLICE_INIT("lab"), PN_SLICE_INIT("none") };
    static const struct pn_slice others[] = { PN_SLICE_INIT("D1"), PN_SLICE_INIT("d10"),
                                              PN_SLICE_INIT("edge") };

    expect.tenant[15] = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_TENANT, judge());
    wish.tenant[15] = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());

    wish.devices = ours;
    wish.device_count = 2;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    wish.devices = others; /* a device that is called like our group is not us */
    wish.device_count = 3;
    TEST_ASSERT_EQUAL(PN_SEAL_TARGET, judge());
    wish.groups = groups;
    wish.group_count = 2;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    expect.group_count = 1; /* no longer in the lab */
    TEST_ASSERT_EQUAL(PN_SEAL_TARGET, judge());
    wish.group_count = 0;
    expect.device = PN_SLICE("");
    TEST_ASSERT_EQUAL(PN_SEAL_TARGET, judge());
}

static void test_engine_and_key_set(void)
{
    struct pn_slice payload;
    static uint8_t copy[1024];
    struct pn_cose cose;

    wish.engine_min = SEALED_ENGINE + 1;
    TEST_ASSERT_EQUAL(PN_SEAL_ENGINE, judge());
    wish.engine_min = SEALED_ENGINE;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(blob(), &cose));
    memcpy(copy, cose.payload.at, cose.payload.len);
    payload = pn_slice(copy, cose.payload.len);
    TEST_ASSERT_EQUAL(0x0D, copy[payload.len - 4]); /* 13: 0, 17: 0 */
    copy[payload.len - 3] = 1;
    sealed_raw(&made, sealed_headers(), PN_SLICE("\xA0"), payload, PN_SLICE("the body"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET, sealed_verdict(&expect, blob()));
}

static void test_body(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge());
    expect.body_bytes_max = 7;
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_OVERSIZE, sealed_verdict(&expect, blob()));
    expect.body_bytes_max = 8;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, sealed_verdict(&expect, blob()));
    memcpy(made.bytes + made.len - 8, "THE BODY", 8); /* manifest of one, body of another */
    TEST_ASSERT_EQUAL(PN_SEAL_DIGEST, sealed_verdict(&expect, blob()));
    sealed_make(&made, &wish, PN_SLICE(""));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, sealed_verdict(&expect, blob()));
}

/* Signed properly, and still not what we read. */
static void test_signed_nonsense(void)
{
    sealed_raw(&made, sealed_headers(), PN_SLICE("\xA0"), PN_SLICE("\xA1\x01\x02"), PN_SLICE("x"));
    TEST_ASSERT_EQUAL(PN_SEAL_FORMAT, sealed_verdict(&expect, blob()));
    sealed_raw(&made, sealed_headers(), PN_SLICE("\xA0"), PN_SLICE("\xA1\x01\x01"), PN_SLICE("x"));
    TEST_ASSERT_EQUAL(PN_SEAL_MANIFEST, sealed_verdict(&expect, blob()));
    sealed_raw(&made, sealed_headers(), PN_SLICE("\xA0"), PN_SLICE(""), PN_SLICE("x"));
    TEST_ASSERT_EQUAL(PN_SEAL_MANIFEST, sealed_verdict(&expect, blob()));
    sealed_raw(&made, sealed_headers(), PN_SLICE("\xA1\x01\x26"), PN_SLICE("\xA0"), PN_SLICE("x"));
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE, sealed_verdict(&expect, blob()));
}

/* With several faults at once the earliest check is the one that answers: every fault there is, and
 * then one after the other is mended, from the first to the last. */
static void test_the_first_fault_is_named(void)
{
    struct pn_slice other = PN_SLICE("d2");

    wish.tenant[0] = 1;
    wish.devices = &other;
    wish.device_count = 1;
    wish.engine_min = 99;
    wish.keyset_min = 9;
    expect.held = (struct pn_seal_held){ .any = true, .sequence = 99, .epoch = 99 };
    expect.now_s = wish.expires_s;
    expect.body_bytes_max = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_TENANT, judge());
    signature()[0] ^= 1;
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, sealed_verdict(&expect, blob()));
    wish.tenant[0] = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_TARGET, judge());
    wish.device_count = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_EPOCH, judge());
    expect.held.epoch = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_SEQUENCE_OLDER, judge());
    expect.held.any = false;
    TEST_ASSERT_EQUAL(PN_SEAL_EXPIRED, judge());
    expect.now_s = SEALED_NOW_S;
    TEST_ASSERT_EQUAL(PN_SEAL_ENGINE, judge());
    wish.engine_min = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET, judge());
    wish.keyset_min = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_OVERSIZE, judge());
    expect.body_bytes_max = 8;
    made.bytes[made.len - 1] ^= 1;
    made.bytes[made.len++] = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_BODY_LENGTH, sealed_verdict(&expect, blob()));
    made.len--;
    TEST_ASSERT_EQUAL(PN_SEAL_DIGEST, sealed_verdict(&expect, blob()));
}

static void test_names_of_refusals(void)
{
    struct pn_seal never = { 0 };

    TEST_ASSERT_EQUAL(PN_SEAL_UNCHECKED, never.verdict);
    TEST_ASSERT_TRUE(
        pn_slice_equal(pn_seal_refusal_name(PN_SEAL_SIGNATURE), PN_SLICE("seal_signature")));
    TEST_ASSERT_TRUE(
        pn_slice_equal(pn_seal_refusal_name(PN_SEAL_ACCEPTED), PN_SLICE("seal_accepted")));
    TEST_ASSERT_TRUE(pn_slice_equal(pn_seal_refusal_name((enum pn_seal_refusal)9999),
                                    PN_SLICE("seal_unchecked")));
    TEST_ASSERT_EQUAL(409, pn_seal_refusal_status(PN_SEAL_SEQUENCE_OLDER));
    TEST_ASSERT_EQUAL(409, pn_seal_refusal_status(PN_SEAL_SEQUENCE_CONFLICT));
    TEST_ASSERT_EQUAL(422, pn_seal_refusal_status(PN_SEAL_SIGNATURE));
    TEST_ASSERT_EQUAL(200, pn_seal_refusal_status(PN_SEAL_ACCEPTED));
    for (int i = 0; i < PN_SEAL_REFUSAL_COUNT; i++) {
        TEST_ASSERT_TRUE(pn_seal_refusal_name((enum pn_seal_refusal)i).len > 5);
        TEST_ASSERT_TRUE(pn_seal_refusal_sentence((enum pn_seal_refusal)i).len > 10);
        TEST_ASSERT_TRUE(pn_seal_refusal_status((enum pn_seal_refusal)i) >= 400);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_is_right_is_accepted);
    RUN_TEST(test_the_envelope_comes_first);
    RUN_TEST(test_every_byte_counts);
    RUN_TEST(test_every_length_but_one_is_refused);
    RUN_TEST(test_blank_memory_is_refused);
    RUN_TEST(test_strangers_are_refused);
    RUN_TEST(test_a_borrowed_key_id_does_not_help);
    RUN_TEST(test_no_keys_no_policy);
    RUN_TEST(test_a_key_has_a_role_and_an_end);
    RUN_TEST(test_alg_confusion);
    RUN_TEST(test_bad_scalars_are_refused);
    RUN_TEST(test_a_zero_key_is_no_key);
    RUN_TEST(test_signatures_for_other_things_are_refused);
    RUN_TEST(test_the_twin_is_the_same_policy);
    RUN_TEST(test_order_never_goes_back);
    RUN_TEST(test_refusals_after_the_signature_can_be_reported);
    RUN_TEST(test_time);
    RUN_TEST(test_time_without_a_clock);
    RUN_TEST(test_tenant_and_targets);
    RUN_TEST(test_engine_and_key_set);
    RUN_TEST(test_body);
    RUN_TEST(test_signed_nonsense);
    RUN_TEST(test_the_first_fault_is_named);
    RUN_TEST(test_names_of_refusals);
    return UNITY_END();
}
