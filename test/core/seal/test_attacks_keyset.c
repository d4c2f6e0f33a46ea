/* SPDX-License-Identifier: Apache-2.0 */
/* test_attacks_keyset.c - attacks on the envelope of a key set and on its signatures, one row each.
 *
 * A key set is put together from pieces that an attack replaces, and then signed by roots 0 and 1
 * over what a verifier will see. */
/* links: linux */
#include "core/seal/cose.h"
#include "test/core/seal/key_sets.h"
#include "unity.h"

/* The pieces. A slice that is empty is written as it should be. */
static struct {
    struct pn_slice tag, array, protected_map, unprotected, payload_head, payload, list, behind;
    struct pn_slice signature_array, headers[2], signature_unprotected, signature[2], aad, context;
    const struct pn_key_pair *signer[2];
    uint8_t made[2][64];
} at;

static struct pn_keyset held;
static uint8_t bytes[PN_KEYSET_BYTES_MAX];
static size_t len;

static void begin(void)
{
    static uint8_t headers[2][13];
    struct pn_keyset_wish wish = key_sets_wish(1);

    memset(&at, 0, sizeof at);
    held = *key_sets_provisioned();
    at.tag = PN_SLICE("\xD8\x62");
    at.array = PN_SLICE("\x84");
    at.protected_map = pn_keyset_document_protected();
    at.unprotected = at.signature_unprotected = PN_SLICE("\xA0");
    at.payload = key_set_payload(&wish);
    at.list = PN_SLICE("\x82");
    at.signature_array = PN_SLICE("\x83");
    at.aad = PN_SLICE(PN_KEYSET_AAD);
    at.context = PN_SLICE("\x85\x69"
                          "Signature");
    for (int i = 0; i < 2; i++) {
        at.signer[i] = key_sets_root(i);
        memcpy(headers[i], "\xA2\x01\x26\x04\x48", 5);
        memcpy(headers[i] + 5, at.signer[i]->id, 8);
        at.headers[i] = pn_slice(headers[i], 13);
    }
}

void setUp(void)
{
    sealed_crypto_init();
    begin();
}

void tearDown(void)
{
}

static void write_bytes(struct pn_writer *w, struct pn_slice s)
{
    uint8_t head[3] = { 0x59, (uint8_t)(s.len >> 8), (uint8_t)s.len };

    if (s.len < 24) {
        pn_write_byte(w, (uint8_t)(0x40 + s.len));
    } else if (s.len < 256) {
        pn_write_byte(w, 0x58);
        pn_write_byte(w, (uint8_t)s.len);
    } else {
        pn_write(w, pn_slice(head, 3));
    }
    pn_write(w, s);
}

/* The Sig_structure, written out. */
static void sign(int i)
{
    static uint8_t structure[PN_KEYSET_BYTES_MAX];
    struct pn_writer w = pn_writer(structure, sizeof structure);
    uint8_t digest[32];

    pn_write(&w, at.context);
    write_bytes(&w, at.protected_map);
    write_bytes(&w, at.headers[i]);
    write_bytes(&w, at.aad);
    write_bytes(&w, at.payload);
    port_sha256(structure, w.len, digest);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_sign(at.signer[i]->secret, digest, at.made[i]));
    if (at.signature[i].at == NULL) at.signature[i] = pn_slice(at.made[i], 64);
}

static void build(void)
{
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    pn_write(&w, at.tag);
    pn_write(&w, at.array);
    write_bytes(&w, at.protected_map);
    pn_write(&w, at.unprotected);
    if (at.payload_head.at != NULL) pn_write(&w, at.payload_head);
    else write_bytes(&w, at.payload);
    pn_write(&w, at.list);
    for (int i = 0; i < 2; i++) {
        sign(i);
        pn_write(&w, at.signature_array);
        write_bytes(&w, at.headers[i]);
        pn_write(&w, at.signature_unprotected);
        write_bytes(&w, at.signature[i]);
    }
    pn_write(&w, at.behind);
    TEST_ASSERT_FALSE(w.full);
    len = w.len;
}

#define PIECE(function, piece, text) \
    static void function(void) \
    { \
        at.piece = PN_SLICE(text); \
    }

/* --- the envelope --- */

PIECE(no_tag, tag, "")
PIECE(tag_18, tag, "\xD2")
PIECE(tag_96, tag, "\xD8\x60")
PIECE(tag_98_long, tag, "\xD9\x00\x62")
PIECE(tag_98_twice, tag, "\xD8\x62\xD8\x62")
PIECE(tag_61_around, tag, "\xD8\x3D\xD8\x62")
PIECE(array_long, array, "\x98\x04")
PIECE(array_of_three, array, "\x83")
PIECE(array_of_2_32, array, "\x9A\xFF\xFF\xFF\xFF")
PIECE(protected_empty, protected_map, "")
PIECE(protected_map_empty, protected_map, "\xA0")
PIECE(protected_of_a_policy, protected_map, "\xA1\x03\x78\x28" PN_COSE_CONTENT_TYPE)
PIECE(protected_with_alg, protected_map, "\xA2\x01\x26\x03\x78\x1F" PN_KEYSET_CONTENT_TYPE)
PIECE(unprotected_alg, unprotected, "\xA1\x01\x26")
PIECE(unprotected_open, unprotected, "\xBF\xFF")
PIECE(payload_nil, payload_head, "\xF6")
PIECE(payload_text, payload_head, "\x61x")
PIECE(payload_4_gb, payload_head, "\x5A\xFF\xFF\xFF\xFF")
PIECE(list_open, list, "\x9F")
PIECE(list_long, list, "\x98\x02")
PIECE(list_of_three, list, "\x83")
PIECE(list_of_2_32, list, "\x9A\xFF\xFF\xFF\xFF")
PIECE(list_as_map, list, "\xA1")
PIECE(signature_of_four, signature_array, "\x84")
PIECE(signature_of_two, signature_array, "\x82")
PIECE(signature_nested, signature_array, "\x81\x83")
PIECE(signature_key_id, signature_unprotected, "\xA1\x04\x41x")
PIECE(signature_countersigned, signature_unprotected, "\xA1\x0B\x40")
PIECE(signature_bomb, signature_unprotected, "\xA1\x07\x81\x81\x81\x81\x81\x81\x81\x80")

static void list_of_nine(void)
{
    static uint8_t more[700];
    struct pn_writer w = pn_writer(more, sizeof more);

    build();
    at.list = PN_SLICE("\x89");
    for (int i = 0; i < 7; i++) {
        uint8_t headers[13] = { 0xA2, 0x01, 0x26, 0x04, 0x48, (uint8_t)i };

        pn_write_byte(&w, 0x83);
        write_bytes(&w, pn_slice(headers, sizeof headers));
        pn_write_byte(&w, 0xA0);
        write_bytes(&w, pn_slice(at.made[0], 64));
    }
    TEST_ASSERT_FALSE(w.full);
    at.behind = pn_written(&w);
}

/* --- the headers of the first signature --- */

static void headers_are(struct pn_slice before, struct pn_slice behind)
{
    static uint8_t made[40];
    struct pn_writer w = pn_writer(made, sizeof made);

    pn_write(&w, before);
    pn_write(&w, pn_slice(at.signer[0]->id, 8));
    pn_write(&w, behind);
    at.headers[0] = pn_written(&w);
}
static void alg_es384(void)
{
    headers_are(PN_SLICE("\xA2\x01\x38\x22\x04\x48"), PN_SLICE(""));
}
static void alg_eddsa(void)
{
    headers_are(PN_SLICE("\xA2\x01\x27\x04\x48"), PN_SLICE(""));
}
static void alg_hmac(void)
{
    headers_are(PN_SLICE("\xA2\x01\x05\x04\x48"), PN_SLICE(""));
}
static void alg_twice(void)
{
    headers_are(PN_SLICE("\xA3\x01\x26\x01\x26\x04\x48"), PN_SLICE(""));
}
static void alg_missing(void)
{
    headers_are(PN_SLICE("\xA1\x04\x48"), PN_SLICE(""));
}
static void crit(void)
{
    headers_are(PN_SLICE("\xA3\x01\x26\x02\x81\x01\x04\x48"), PN_SLICE(""));
}
static void headers_trailing(void)
{
    headers_are(PN_SLICE("\xA2\x01\x26\x04\x48"), PN_SLICE("\x00"));
}
static void headers_unsorted(void)
{
    headers_are(PN_SLICE("\xA2\x04\x48"), PN_SLICE("\x01\x26"));
}
static void headers_missing(void)
{
    at.headers[0] = PN_SLICE("");
}
static void key_id_missing(void)
{
    at.headers[0] = PN_SLICE("\xA1\x01\x26");
}
static void one_root_twice(void)
{
    at.signer[1] = at.signer[0];
    at.headers[1] = at.headers[0];
}
static void one_root_twice_two_ways(void) /* its twin under the same id */
{
    static uint8_t twin[64];

    one_root_twice();
    build();
    memcpy(twin, at.made[1], 64);
    sealed_twin(twin);
    at.signature[1] = pn_slice(twin, 64);
}

/* --- the signatures --- */

static uint8_t spoiled[80];

static uint8_t *spoil(size_t bytes_left)
{
    build();
    memcpy(spoiled, at.made[0], 64);
    at.signature[0] = pn_slice(spoiled, bytes_left);
    return spoiled;
}
static void wrong_key(void)
{
    at.signer[0] = sealed_stranger(); /* under root 0's key id */
}
static void r_zero(void)
{
    memset(spoil(64), 0, 32);
}
static void s_zero(void)
{
    memset(spoil(64) + 32, 0, 32);
}
static void s_above(void)
{
    memset(spoil(64) + 32, 0xFF, 32);
}
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
static void another_product(void)
{
    at.aad = PN_SLICE("another/keyset/v1");
}
static void for_a_policy(void)
{
    at.aad = PN_SLICE(PN_COSE_AAD);
}
static void without_aad(void)
{
    at.aad = PN_SLICE("");
}
static void as_sign1(void)
{
    at.context = PN_SLICE("\x85\x6A"
                          "Signature1");
}
static void as_a_countersignature(void)
{
    at.context = PN_SLICE("\x85\x70"
                          "CounterSignature");
}
static void of_another_set(void)
{
    static uint8_t before[2][64];
    struct pn_keyset_wish wish = key_sets_wish(2);

    build();
    memcpy(before, at.made, sizeof before);
    for (int i = 0; i < 2; i++) at.signature[i] = pn_slice(before[i], 64);
    at.payload = key_set_payload(&wish);
}
static void a_good_one_beside_a_bad_one(void)
{
    held.threshold = 1;
    r_zero();
}

struct row {
    const char *name;
    void (*make)(void);
    enum pn_seal_refusal refusal;
};

static const struct row rows[] = {
    { "tag 98 is missing", no_tag, PN_SEAL_UNSIGNED },
    { "tag 18", tag_18, PN_SEAL_UNSIGNED },
    { "tag 96", tag_96, PN_SEAL_UNSIGNED },
    { "tag 98 in three bytes", tag_98_long, PN_SEAL_UNSIGNED },
    { "tag 61 around tag 98", tag_61_around, PN_SEAL_UNSIGNED },
    { "tag 98 twice", tag_98_twice, PN_SEAL_ENVELOPE },
    { "array length in two bytes", array_long, PN_SEAL_CBOR },
    { "2^32-1 items", array_of_2_32, PN_SEAL_CBOR },
    { "three items", array_of_three, PN_SEAL_ENVELOPE },
    { "protected is the empty string", protected_empty, PN_SEAL_ENVELOPE },
    { "protected is an empty map", protected_map_empty, PN_SEAL_ENVELOPE },
    { "the content type of a policy", protected_of_a_policy, PN_SEAL_ENVELOPE },
    { "alg in the outer headers", protected_with_alg, PN_SEAL_ENVELOPE },
    { "alg unprotected", unprotected_alg, PN_SEAL_ENVELOPE },
    { "indefinite map", unprotected_open, PN_SEAL_CBOR },
    { "payload is nil", payload_nil, PN_SEAL_ENVELOPE },
    { "payload is text", payload_text, PN_SEAL_ENVELOPE },
    { "4 GB of payload are declared", payload_4_gb, PN_SEAL_CBOR },
    { "indefinite list of signatures", list_open, PN_SEAL_CBOR },
    { "list length in two bytes", list_long, PN_SEAL_CBOR },
    { "one signature less than declared", list_of_three, PN_SEAL_CBOR },
    { "2^32-1 signatures", list_of_2_32, PN_SEAL_CBOR },
    { "a map of signatures", list_as_map, PN_SEAL_ENVELOPE },
    { "nine signatures", list_of_nine, PN_SEAL_ENVELOPE },
    { "a signature of four items", signature_of_four, PN_SEAL_CBOR },
    { "a signature of two items", signature_of_two, PN_SEAL_ENVELOPE },
    { "a signature one level deeper", signature_nested, PN_SEAL_ENVELOPE },
    { "a key id unprotected", signature_key_id, PN_SEAL_ENVELOPE },
    { "a countersignature", signature_countersigned, PN_SEAL_ENVELOPE },
    { "nesting below a signature", signature_bomb, PN_SEAL_CBOR },
    { "alg ES384", alg_es384, PN_SEAL_ALGORITHM },
    { "alg EdDSA", alg_eddsa, PN_SEAL_ALGORITHM },
    { "alg HMAC", alg_hmac, PN_SEAL_ALGORITHM },
    { "alg twice", alg_twice, PN_SEAL_ENVELOPE },
    { "no alg", alg_missing, PN_SEAL_ENVELOPE },
    { "crit", crit, PN_SEAL_ENVELOPE },
    { "a byte behind the headers", headers_trailing, PN_SEAL_ENVELOPE },
    { "headers unsorted", headers_unsorted, PN_SEAL_ENVELOPE },
    { "no headers", headers_missing, PN_SEAL_ENVELOPE },
    { "no key id", key_id_missing, PN_SEAL_ENVELOPE },
    { "one root signs for two", one_root_twice, PN_SEAL_ENVELOPE },
    { "one root and its twin", one_root_twice_two_ways, PN_SEAL_ENVELOPE },
    { "a stranger under a root's key id", wrong_key, PN_SEAL_SIGNATURE },
    { "r = 0", r_zero, PN_SEAL_SIGNATURE },
    { "s = 0", s_zero, PN_SEAL_SIGNATURE },
    { "s = 2^256 - 1", s_above, PN_SEAL_SIGNATURE },
    { "a signature of 63 bytes", bytes_63, PN_SEAL_ENVELOPE },
    { "a signature of 65 bytes", bytes_65, PN_SEAL_ENVELOPE },
    { "an empty signature", bytes_none, PN_SEAL_ENVELOPE },
    { "signatures from another product", another_product, PN_SEAL_SIGNATURE },
    { "signatures for a policy", for_a_policy, PN_SEAL_SIGNATURE },
    { "signatures without external_aad", without_aad, PN_SEAL_SIGNATURE },
    { "signatures of a COSE_Sign1", as_sign1, PN_SEAL_SIGNATURE },
    { "countersignatures", as_a_countersignature, PN_SEAL_SIGNATURE },
    { "signatures of another key set", of_another_set, PN_SEAL_SIGNATURE },
    { "one is enough, and the other is bad", a_good_one_beside_a_bad_one, PN_SEAL_SIGNATURE },
};

static enum pn_seal_refusal verdict(void)
{
    build();
    return key_set_verdict(&held, pn_slice(bytes, len));
}

static void test_attacks(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin();
        TEST_ASSERT_EQUAL_MESSAGE(PN_SEAL_ACCEPTED, verdict(), "without the attack");
        begin();
        rows[i].make();
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].refusal, verdict(), rows[i].name);
    }
}

/* A policy where a key set is wanted, and the other way round. */
static void test_doors_are_not_confused(void)
{
    struct pn_seal_wish wish = sealed_wish();
    struct pn_seal_expect expect = sealed_expect();
    struct sealed made;

    sealed_make(&made, &wish, PN_SLICE("x"));
    TEST_ASSERT_FALSE(pn_keyset_document_begins(pn_slice(made.bytes, made.len)));
    TEST_ASSERT_EQUAL(PN_SEAL_UNSIGNED, key_set_verdict(&held, pn_slice(made.bytes, made.len)));
    build();
    TEST_ASSERT_TRUE(pn_keyset_document_begins(pn_slice(bytes, len)));
    TEST_ASSERT_EQUAL(PN_SEAL_UNSIGNED, sealed_verdict(&expect, pn_slice(bytes, len)));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_attacks);
    RUN_TEST(test_doors_are_not_confused);
    return UNITY_END();
}
