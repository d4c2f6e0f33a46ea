/* Timestamps: the answer to one question by a key for it, and nothing else.
 * links: sim
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/timestamp.h"

#include <stdlib.h>

#include "platforms/sim/sim.h"
#include "test/core/seal/sealed.h"
#include "tools/timestamp_make.h"
#include "unity.h"

enum { NOW_S = 1800000000 };

static struct pn_keyset keys;
static struct pn_timestamp wish, read;
static struct pn_timestamp_expect expect;
static struct sealed policy;
static uint8_t bytes[PN_TIMESTAMP_BYTES_MAX];
static size_t len;
static const uint8_t nonce[PN_NONCE_BYTES] = "sixteen bytes..";

static void sign(const struct pn_key_pair *pair)
{
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    TEST_ASSERT_TRUE(pn_timestamp_make(&wish, pair, &w));
    len = w.len;
}

void setUp(void)
{
    sealed_crypto_init();
    memset(&keys, 0, sizeof keys);
    pn_keyset_add(&keys, sealed_author()->xy, PN_KEY_TIME);
    wish = (struct pn_timestamp){ .now_s = NOW_S, .expires_s = NOW_S + 86400, .sequence = 7 };
    memset(wish.identity, 0xAB, sizeof wish.identity);
    memcpy(wish.nonce, nonce, sizeof nonce);
    expect = (struct pn_timestamp_expect){ .keys = &keys, .now_s = NOW_S - 5, .nonce = nonce };
    sign(sealed_author());
}

void tearDown(void)
{
}

/* From an exact heap buffer. */
static enum pn_seal_refusal verdict(struct pn_slice s)
{
    uint8_t *exact = sealed_exact(s);
    enum pn_seal_refusal refusal = pn_timestamp_check(&expect, pn_slice(exact, s.len), &read);

    free(exact);
    if (refusal != PN_SEAL_ACCEPTED) TEST_ASSERT_EQUAL_UINT64(0, read.now_s);
    return refusal;
}

static void test_it_is_read_as_it_was_signed(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, verdict(pn_slice(bytes, len)));
    TEST_ASSERT_EQUAL_MEMORY(&wish, &read, sizeof wish);
    wish.sequence = UINT64_MAX;
    wish.now_s = 0;
    wish.expires_s = (UINT64_C(1) << 53) - 1;
    sign(sealed_author());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, verdict(pn_slice(bytes, len)));
    TEST_ASSERT_EQUAL_UINT64(UINT64_MAX, read.sequence);
}

static void test_bytes_that_were_changed(void)
{
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        TEST_ASSERT_NOT_EQUAL(PN_SEAL_ACCEPTED, verdict(pn_slice(bytes, len)));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) {
        TEST_ASSERT_EQUAL(cut == 0 ? PN_SEAL_EMPTY : PN_SEAL_CBOR, verdict(pn_slice(bytes, cut)));
    }
    bytes[len] = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE, verdict(pn_slice(bytes, len + 1)));
}

struct row {
    const char *what;
    void (*act)(void);
    enum pn_seal_refusal refusal;
};

static void good(void)
{
}

static void a_recorded_answer(void)
{
    static const uint8_t other[PN_NONCE_BYTES] = "another question";
    expect.nonce = other;
}

static void nothing_was_asked(void)
{
    expect.nonce = NULL;
}

static void a_strangers(void)
{
    sign(sealed_stranger());
}

static void under_the_key_id_of_another(void)
{
    struct pn_key_pair pair = *sealed_stranger();
    memcpy(pair.id, sealed_author()->id, sizeof pair.id);
    sign(&pair);
}

static void by_a_key_for_policies(void)
{
    keys.keys[0].roles = PN_KEY_POLICY | PN_KEY_DIRECTOR | PN_KEY_FIRMWARE;
}

static void by_a_root(void)
{
    keys.keys[0].roles = PN_KEY_ROOT;
}

static void by_a_revoked_key(void)
{
    memcpy(keys.revoked[0], sealed_author()->id, PN_KEY_ID_BYTES);
    keys.revoked_count = 1;
}

static void by_a_key_that_ended(void)
{
    keys.keys[0].not_after_s = NOW_S - 5;
}

static void by_a_key_that_has_ended_by_then(void)
{
    keys.keys[0].not_after_s = NOW_S;
}

static void by_a_key_about_to_end(void)
{
    keys.keys[0].not_after_s = NOW_S + 1;
}

static void over_before_it_begins(void)
{
    wish.expires_s = wish.now_s;
    sign(sealed_author());
}

static void beyond_any_time(void)
{
    wish.expires_s = UINT64_C(1) << 53;
    sign(sealed_author());
}

static const struct row rows[] = {
    { "good", good, PN_SEAL_ACCEPTED },
    { "a recorded answer", a_recorded_answer, PN_SEAL_TIME_NONCE },
    { "nothing was asked", nothing_was_asked, PN_SEAL_TIME_NONCE },
    { "a stranger's", a_strangers, PN_SEAL_KEY_UNKNOWN },
    { "under the key id of another", under_the_key_id_of_another, PN_SEAL_SIGNATURE },
    { "by a key for policies", by_a_key_for_policies, PN_SEAL_KEY_ROLE },
    { "by a root", by_a_root, PN_SEAL_KEY_ROLE },
    { "by a revoked key", by_a_revoked_key, PN_SEAL_KEY_REVOKED },
    { "by a key that ended", by_a_key_that_ended, PN_SEAL_KEY_EXPIRED },
    { "by a key that has ended by then", by_a_key_that_has_ended_by_then, PN_SEAL_KEY_EXPIRED },
    { "by a key about to end", by_a_key_about_to_end, PN_SEAL_ACCEPTED },
    { "over before it begins", over_before_it_begins, PN_SEAL_TIME },
    { "beyond any time", beyond_any_time, PN_SEAL_TIME },
};

static void test_who_and_when(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setUp();
        rows[i].act();
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].refusal, verdict(pn_slice(bytes, len)), rows[i].what);
    }
}

/* A payload of any bytes, signed properly as a timestamp. */
static enum pn_seal_refusal signed_payload(struct pn_slice payload)
{
    static const uint8_t tail[] = { 0x58, 0x40 };
    struct pn_writer w = pn_writer(bytes, sizeof bytes);
    uint8_t digest[PORT_DIGEST_BYTES], signature[PORT_ES256_SIGNATURE_BYTES];
    struct pn_cose cose;

    sign(sealed_author());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED,
                      pn_cose_read_for(&pn_cose_timestamp, pn_slice(bytes, len), &cose));
    uint8_t front[128], head[] = { 0x58, (uint8_t)payload.len };
    size_t front_len = (size_t)(cose.payload.at - bytes) - 2;
    memcpy(front, bytes, front_len);
    pn_cose_digest_for(&pn_cose_timestamp, cose.protected_map, payload, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_sign(sealed_author()->secret, digest, signature));
    pn_write(&w, pn_slice(front, front_len));
    pn_write(&w, payload.len < 24 ? PN_SLICE("") : pn_slice(head, sizeof head));
    if (payload.len < 24) pn_write(&w, pn_slice((uint8_t[]){ (uint8_t)(0x40 | payload.len) }, 1));
    pn_write(&w, payload);
    pn_write(&w, pn_slice(tail, sizeof tail));
    pn_write(&w, pn_slice(signature, sizeof signature));
    return verdict(pn_written(&w));
}

#define N   "\x02\x50sixteen bytes..\x00"
#define D16 "\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB\xAB"
#define I   "\x06\x58\x20" D16 D16

struct payload_row {
    const char *what;
    struct pn_slice payload;
    enum pn_seal_refusal refusal;
};

static const struct payload_row payloads[] = {
    { "good", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x01\x04\x02\x05\x07" I), PN_SEAL_ACCEPTED },
    { "no map", PN_SLICE_INIT("\x01"), PN_SEAL_TIME },
    { "an empty map", PN_SLICE_INIT("\xA0"), PN_SEAL_TIME },
    { "nothing", PN_SLICE_INIT(""), PN_SEAL_TIME },
    { "format 2", PN_SLICE_INIT("\xA6\x01\x02" N "\x03\x01\x04\x02\x05\x07" I), PN_SEAL_TIME },
    { "no nonce", PN_SLICE_INIT("\xA5\x01\x01\x03\x01\x04\x02\x05\x07" I), PN_SEAL_TIME },
    { "a short nonce", PN_SLICE_INIT("\xA6\x01\x01\x02\x41s\x03\x01\x04\x02\x05\x07" I),
      PN_SEAL_TIME },
    { "a key too many", PN_SLICE_INIT("\xA7\x01\x01" N "\x03\x01\x04\x02\x05\x07" I "\x07\x01"),
      PN_SEAL_TIME },
    { "another key", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x01\x04\x02\x07\x07" I), PN_SEAL_TIME },
    { "keys unsorted", PN_SLICE_INIT("\xA6\x01\x01\x03\x01" N "\x04\x02\x05\x07" I), PN_SEAL_TIME },
    { "a key twice", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x01\x03\x01\x05\x07" I), PN_SEAL_TIME },
    { "now in two bytes", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x18\x01\x04\x02\x05\x07" I),
      PN_SEAL_TIME },
    { "now is a float", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\xF9\x3C\x00\x04\x02\x05\x07" I),
      PN_SEAL_TIME },
    { "now is below zero", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x20\x04\x02\x05\x07" I),
      PN_SEAL_TIME },
    { "a short identity", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x01\x04\x02\x05\x07\x06\x41i"),
      PN_SEAL_TIME },
    { "a byte behind", PN_SLICE_INIT("\xA6\x01\x01" N "\x03\x01\x04\x02\x05\x07" I "\x00"),
      PN_SEAL_TIME },
    { "an indefinite map", PN_SLICE_INIT("\xBF\x01\x01" N "\x03\x01\x04\x02\x05\x07" I "\xFF"),
      PN_SEAL_TIME },
};

static void test_signed_mistakes(void)
{
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        setUp();
        TEST_ASSERT_EQUAL_MESSAGE(payloads[i].refusal, signed_payload(payloads[i].payload),
                                  payloads[i].what);
    }
}

/* The same key with both roles: what it signed for one purpose is nothing for the other. */
static void test_purposes_are_apart(void)
{
    struct pn_seal_expect device = sealed_expect();
    struct pn_seal_wish terms = sealed_wish();

    keys.keys[0].roles = PN_KEY_POLICY | PN_KEY_TIME;
    sealed_make(&policy, &terms, PN_SLICE("body"));
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE, verdict(policy.seal.envelope));
    device.keys = &keys;
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE, sealed_verdict(&device, pn_slice(bytes, len)));
    /* the headers of a timestamp around a signature for a policy */
    struct pn_cose cose;
    uint8_t digest[PORT_DIGEST_BYTES];
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED,
                      pn_cose_read_for(&pn_cose_timestamp, pn_slice(bytes, len), &cose));
    pn_cose_digest(cose.protected_map, cose.payload, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_sign(sealed_author()->secret, digest, bytes + len - 64));
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, verdict(pn_slice(bytes, len)));
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_it_is_read_as_it_was_signed);
    RUN_TEST(test_bytes_that_were_changed);
    RUN_TEST(test_who_and_when);
    RUN_TEST(test_signed_mistakes);
    RUN_TEST(test_purposes_are_apart);
    sim_shut(sim);
    return UNITY_END();
}
