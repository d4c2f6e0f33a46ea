/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_attacks_cbor.c - attacks on the bytes of a policy and on its encoding, one row each.
 *
 * What lies around the manifest is refused before the signature is looked at; the manifest itself
 * is signed again, so that its encoding is all that is wrong with it. */
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

/* --- bytes --- */

/* What a verifier goes by; false when the envelope cannot be read. */
static bool what_is_verified(uint8_t digest[32], uint8_t signature[64])
{
    struct pn_cose cose;

    if (pn_cose_read(attack_bytes(), &cose) != PN_SEAL_ACCEPTED) return false;
    pn_cose_digest(cose.protected_map, cose.payload, digest);
    memcpy(signature, cose.signature.at, 64);
    return true;
}

/* A bit of the payload or of the signature changes what is verified, so one of each byte, each time
 * another one, is verified. */
static void expect_another_signature(const uint8_t digest[32], const uint8_t signature[64])
{
    uint8_t now_digest[32], now_signature[64];

    TEST_ASSERT_TRUE(what_is_verified(now_digest, now_signature));
    TEST_ASSERT_TRUE(memcmp(digest, now_digest, 32) != 0 ||
                     memcmp(signature, now_signature, 64) != 0);
}

/* Each bit of the four parts, and what its flip is called. The heads between the parts and the
 * headers but the key id give several reasons, all from before the signature. */
static void test_flip_every_bit(void)
{
    uint8_t digest[32], signature[64];

    attack_build();
    TEST_ASSERT_TRUE(what_is_verified(digest, signature));
    for (size_t at = 0; at < attack.len; at++) {
        size_t headers_end = 4 + attack.headers.len;
        bool in_id = at >= headers_end - 8 && at < headers_end;
        bool in_payload = at >= attack.payload_at && at < attack.payload_at + attack.payload_len;
        bool in_signature = at >= attack.signature_at && at < attack.body_at;

        for (int bit = 0; bit < 8; bit++) {
            bool whole = (!in_payload && !in_signature) || bit == (int)(at % 8);
            enum pn_seal_refusal got = PN_SEAL_SIGNATURE;

            attack.bytes[at] ^= (uint8_t)(1 << bit);
            if (whole) got = sealed_verdict(&attack.expect, attack_bytes());
            else expect_another_signature(digest, signature);
            attack.bytes[at] ^= (uint8_t)(1 << bit);
            if (in_id) {
                TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, got);
            } else if (in_payload || in_signature) {
                TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, got);
            } else if (at >= attack.body_at) {
                TEST_ASSERT_EQUAL(PN_SEAL_DIGEST, got);
            } else {
                TEST_ASSERT_TRUE(got == PN_SEAL_UNSIGNED || got == PN_SEAL_CBOR ||
                                 got == PN_SEAL_ENVELOPE || got == PN_SEAL_ENVELOPE_OVERSIZE ||
                                 got == PN_SEAL_ALGORITHM);
            }
        }
    }
}

static void test_truncate_at_every_length(void)
{
    attack_build();
    for (size_t len = 0; len < attack.len; len++) {
        enum pn_seal_refusal wanted = len == 0               ? PN_SEAL_EMPTY
                                      : len < attack.body_at ? PN_SEAL_CBOR
                                                             : PN_SEAL_BODY_LENGTH;

        TEST_ASSERT_EQUAL(wanted, sealed_verdict(&attack.expect, pn_slice(attack.bytes, len)));
    }
}

static void test_append_one_byte(void)
{
    attack_build();
    for (int byte = 0; byte < 256; byte += 15) {
        attack.bytes[attack.len] = (uint8_t)byte;
        TEST_ASSERT_EQUAL(PN_SEAL_BODY_LENGTH,
                          sealed_verdict(&attack.expect, pn_slice(attack.bytes, attack.len + 1)));
    }
}

static void test_blank_bytes(void)
{
    static uint8_t blank[4096];

    TEST_ASSERT_EQUAL(PN_SEAL_EMPTY, sealed_verdict(&attack.expect, PN_SLICE("")));
    TEST_ASSERT_EQUAL(PN_SEAL_UNSIGNED,
                      sealed_verdict(&attack.expect, pn_slice(blank, sizeof blank)));
    memset(blank, 0xFF, sizeof blank);
    TEST_ASSERT_EQUAL(PN_SEAL_UNSIGNED,
                      sealed_verdict(&attack.expect, pn_slice(blank, sizeof blank)));
}

/* --- the envelope --- */

ATTACK(four_gb_of_headers, protected_head, "\x5A\xFF\xFF\xFF\xFF")
ATTACK(four_gb_of_payload, payload_head, "\x5A\xFF\xFF\xFF\xFF")
ATTACK(four_gb_of_signature, signature_head, "\x5A\xFF\xFF\xFF\xFF")
ATTACK(all_of_memory, payload_head, "\x5B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")
ATTACK(array_of_2_32, array, "\x9A\xFF\xFF\xFF\xFF")
ATTACK(array_head_of_two, array, "\x98\x04")
ATTACK(array_head_of_nine, array, "\x9B\0\0\0\0\0\0\0\x04")
ATTACK(headers_head_of_three, protected_head, "\x59\x00\x38")
ATTACK(headers_head_of_nine, protected_head, "\x5B\0\0\0\0\0\0\0\x38")
ATTACK(signature_head_of_three, signature_head, "\x59\x00\x40")
ATTACK(array_of_three, array, "\x83")
ATTACK(no_tag, tag, "")
ATTACK(tag_98, tag, "\xD8\x62")
ATTACK(tag_17, tag, "\xD1")
ATTACK(tag_61_around, tag, "\xD8\x3D\xD2")
ATTACK(tag_18_long, tag, "\xD8\x12")
ATTACK(tag_18_twice, tag, "\xD2\xD2")
ATTACK(tag_24_inside, array, "\xD8\x18\x84")
ATTACK(headers_empty, headers, "")
ATTACK(headers_empty_map, headers, "\xA0")
ATTACK(unprotected_alg, unprotected, "\xA1\x01\x26")
ATTACK(unprotected_crit, unprotected, "\xA1\x02\x81\x01")
ATTACK(unprotected_note, unprotected, "\xA1\x18\x40\x00")
ATTACK(unprotected_open, unprotected, "\xBF\xFF")
ATTACK(unprotected_list, unprotected, "\x80")
ATTACK(unprotected_bytes, unprotected, "\x40")
ATTACK(unprotected_unsorted, unprotected, "\xA2\x04\x41x\x01\x26")
ATTACK(unprotected_twice, unprotected, "\xA2\x01\x26\x01\x26")
ATTACK(unprotected_nan, unprotected, "\xA1\x01\xF9\x7E\x00")
ATTACK(unprotected_bad_text, unprotected, "\xA1\x01\x62\xC3\x28")
ATTACK(headers_as_text, protected_head, "\x78\x38")
ATTACK(fifth_item, behind_signature, "\x00")

static void indefinite_array(void)
{
    attack.array = PN_SLICE("\x9F");
    attack.behind_signature = PN_SLICE("\xFF");
}
static void chunked_payload(void)
{
    attack.payload_head = PN_SLICE("\x5F\x58\x57");
    attack.behind_pairs = PN_SLICE("\xFF");
}
static void chunked_headers(void)
{
    attack.protected_head = PN_SLICE("\x5F\x58\x38");
    attack.unprotected = PN_SLICE("\xFF\xA0");
}
static void headers_not_bytes(void)
{
    attack.protected_head = PN_SLICE(""); /* the map itself, and no string around it */
}
static void five_items(void)
{
    attack.array = PN_SLICE("\x85");
    attack.behind_signature = PN_SLICE("\x00");
}
static void map_instead_of_array(void)
{
    attack.array = PN_SLICE("\xA2");
}
static void nested_10000(void)
{
    static uint8_t bomb[10000];

    memset(bomb, 0x81, sizeof bomb);
    attack.unprotected = pn_slice(bomb, sizeof bomb);
}
static void nested_open(void)
{
    static uint8_t bomb[10000];

    memset(bomb, 0x9F, sizeof bomb);
    attack.unprotected = pn_slice(bomb, sizeof bomb);
}
static void key_id_in_both(void)
{
    static uint8_t both[11] = { 0xA1, 0x04, 0x48 };

    memcpy(both + 3, sealed_author()->id, 8);
    attack.unprotected = pn_slice(both, sizeof both);
}
static void without_payload(struct pn_slice item)
{
    attack.map_head = PN_SLICE("");
    attack.pair_count = 0;
    attack.payload_head = item;
}
static void payload_nil(void)
{
    without_payload(PN_SLICE("\xF6"));
}
static void payload_undefined(void)
{
    without_payload(PN_SLICE("\xF7"));
}
static void payload_map(void)
{
    attack.payload_head = PN_SLICE("");
}
static void payload_text(void)
{
    without_payload(PN_SLICE("\x63"
                             "abc"));
}
static void payload_tagged(void)
{
    without_payload(PN_SLICE("\xD8\x18\x41x"));
}
static void large_envelope(void)
{
    static uint8_t large[1200];

    memcpy(large, "\x18\x40\x59\x04\x00", 5);
    attack.pairs[attack.pair_count++] = pn_slice(large, 5 + 1024);
}

/* Headers that are not the three there have to be; all are inside what is signed. */
static void headers_with(struct pn_slice head, struct pn_slice before, struct pn_slice behind)
{
    static uint8_t bytes[128];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    pn_write(&w, head);
    pn_write(&w, before);
    pn_write(&w, pn_slice_from(sealed_headers(), 1));
    pn_write(&w, behind);
    attack.headers = pn_written(&w);
}
static void two_algs(void)
{
    headers_with(PN_SLICE("\xA4"), PN_SLICE("\x01\x26"), PN_SLICE(""));
}
static void two_algs_encoded_twice(void)
{
    headers_with(PN_SLICE("\xA4"), PN_SLICE(""), PN_SLICE("\x18\x01\x26"));
}
static void crit_unknown(void)
{
    headers_with(PN_SLICE("\xA4"), PN_SLICE(""), PN_SLICE("\x02\x81\x18\x63"));
}
static void headers_open(void)
{
    headers_with(PN_SLICE("\xBF"), PN_SLICE(""), PN_SLICE("\xFF"));
}
static void headers_trailing(void)
{
    headers_with(PN_SLICE("\xA3"), PN_SLICE(""), PN_SLICE("\x00"));
}
static void alg_in_unprotected_only(void)
{
    static uint8_t bytes[64];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    pn_write_text(&w, "\xA2");
    pn_write(&w, pn_slice_from(sealed_headers(), 3));
    attack.headers = pn_written(&w);
    attack.unprotected = PN_SLICE("\xA1\x01\x26");
}
static void no_key_id(void)
{
    static uint8_t bytes[64];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    pn_write_text(&w, "\xA2");
    pn_write(&w, pn_slice_from(pn_slice_head(sealed_headers(), 46), 1));
    attack.headers = pn_written(&w);
}

static const struct attack_row envelope_rows[] = {
    { "4 GB of headers are declared", four_gb_of_headers, PN_SEAL_CBOR },
    { "4 GB of payload are declared", four_gb_of_payload, PN_SEAL_CBOR },
    { "4 GB of signature are declared", four_gb_of_signature, PN_SEAL_CBOR },
    { "2^64-1 bytes are declared", all_of_memory, PN_SEAL_CBOR },
    { "2^32-1 items, four of which are there", array_of_2_32, PN_SEAL_CBOR },
    { "indefinite array", indefinite_array, PN_SEAL_CBOR },
    { "indefinite map", unprotected_open, PN_SEAL_CBOR },
    { "indefinite payload", chunked_payload, PN_SEAL_CBOR },
    { "indefinite headers", chunked_headers, PN_SEAL_CBOR },
    { "array length in two bytes", array_head_of_two, PN_SEAL_CBOR },
    { "array length in nine bytes", array_head_of_nine, PN_SEAL_CBOR },
    { "headers' length in three bytes", headers_head_of_three, PN_SEAL_CBOR },
    { "headers' length in nine bytes", headers_head_of_nine, PN_SEAL_CBOR },
    { "signature's length in three bytes", signature_head_of_three, PN_SEAL_CBOR },
    { "unsorted keys", unprotected_unsorted, PN_SEAL_CBOR },
    { "duplicate keys", unprotected_twice, PN_SEAL_CBOR },
    { "text that is not UTF-8", unprotected_bad_text, PN_SEAL_CBOR },
    { "nested 10,000 deep", nested_10000, PN_SEAL_CBOR },
    { "nested 10,000 deep and left open", nested_open, PN_SEAL_CBOR },
    { "NaN, a half float", unprotected_nan, PN_SEAL_ENVELOPE },
    { "tag 18 is missing", no_tag, PN_SEAL_UNSIGNED },
    { "tag 98", tag_98, PN_SEAL_UNSIGNED },
    { "tag 17", tag_17, PN_SEAL_UNSIGNED },
    { "tag 61 around tag 18", tag_61_around, PN_SEAL_UNSIGNED },
    { "tag 18 in two bytes", tag_18_long, PN_SEAL_UNSIGNED },
    { "tag 18 twice", tag_18_twice, PN_SEAL_ENVELOPE },
    { "an unknown tag inside", tag_24_inside, PN_SEAL_ENVELOPE },
    { "three items", array_of_three, PN_SEAL_ENVELOPE },
    { "five items", five_items, PN_SEAL_ENVELOPE },
    { "a map in place of the array", map_instead_of_array, PN_SEAL_ENVELOPE },
    { "a byte between envelope and body", fifth_item, PN_SEAL_BODY_LENGTH },
    { "protected is the empty string", headers_empty, PN_SEAL_ENVELOPE },
    { "protected is an empty map", headers_empty_map, PN_SEAL_ENVELOPE },
    { "protected is a map, no string", headers_not_bytes, PN_SEAL_ENVELOPE },
    { "protected is text", headers_as_text, PN_SEAL_CBOR },
    { "alg is unprotected too", unprotected_alg, PN_SEAL_ENVELOPE },
    { "alg is unprotected only", alg_in_unprotected_only, PN_SEAL_ENVELOPE },
    { "key id is in both", key_id_in_both, PN_SEAL_ENVELOPE },
    { "crit is unprotected", unprotected_crit, PN_SEAL_ENVELOPE },
    { "an unknown header is unprotected", unprotected_note, PN_SEAL_ENVELOPE },
    { "unprotected is a list", unprotected_list, PN_SEAL_ENVELOPE },
    { "unprotected is bytes", unprotected_bytes, PN_SEAL_ENVELOPE },
    { "two alg entries", two_algs, PN_SEAL_ENVELOPE },
    { "two alg entries, encoded differently", two_algs_encoded_twice, PN_SEAL_ENVELOPE },
    { "crit names an unknown header", crit_unknown, PN_SEAL_ENVELOPE },
    { "no key id", no_key_id, PN_SEAL_ENVELOPE },
    { "headers are an indefinite map", headers_open, PN_SEAL_ENVELOPE },
    { "a byte behind the headers' map", headers_trailing, PN_SEAL_ENVELOPE },
    { "payload is nil", payload_nil, PN_SEAL_ENVELOPE },
    { "payload is undefined", payload_undefined, PN_SEAL_CBOR },
    { "payload is a map", payload_map, PN_SEAL_ENVELOPE },
    { "payload is text", payload_text, PN_SEAL_ENVELOPE },
    { "payload is tagged", payload_tagged, PN_SEAL_ENVELOPE },
    { "an envelope above 1 KB", large_envelope, PN_SEAL_ENVELOPE_OVERSIZE },
};

static void test_envelope(void)
{
    ATTACK_RUN(envelope_rows);
}

/* --- the manifest, signed again --- */

ATTACK(m_long_int, pairs[PAIR_SEQUENCE], "\x02\x18\x07")
ATTACK(m_longer_int, pairs[PAIR_SEQUENCE], "\x02\x19\x00\x07")
ATTACK(m_longest_int, pairs[PAIR_SEQUENCE], "\x02\x1B\0\0\0\0\0\0\0\x07")
ATTACK(m_long_key, pairs[PAIR_SEQUENCE], "\x18\x02\x07")
ATTACK(m_long_length, pairs[PAIR_TENANT], "\x05\x58\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
ATTACK(m_chunked, pairs[PAIR_TENANT], "\x05\x5F\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF")
ATTACK(m_open_targets, pairs[PAIR_TARGETS], "\x06\xBF\x03\xF5\xFF")
ATTACK(m_open_names, pairs[PAIR_TARGETS], "\x06\xA1\x01\x9F\x62\x64\x31\xFF")
ATTACK(m_unsorted_targets, pairs[PAIR_TARGETS],
       "\x06\xA2\x02\x81\x64"
       "edge"
       "\x01\x81\x62"
       "d1")
ATTACK(m_twice_targets, pairs[PAIR_TARGETS], "\x06\xA2\x03\xF5\x03\xF5")
ATTACK(m_bad_text, pairs[PAIR_TARGETS], "\x06\xA1\x01\x81\x62\xC3\x28")
ATTACK(m_half_float, pairs[PAIR_SEQUENCE], "\x02\xF9\x47\x00")
ATTACK(m_nan, pairs[PAIR_SEQUENCE], "\x02\xF9\x7E\x00")
ATTACK(m_double, pairs[PAIR_SEQUENCE], "\x02\xFB\x40\x1C\0\0\0\0\0\0")
ATTACK(m_negative, pairs[PAIR_SEQUENCE], "\x02\x26")
ATTACK(m_bignum, pairs[PAIR_SEQUENCE], "\x02\xC2\x41\x07")
ATTACK(m_tagged, pairs[PAIR_SEQUENCE], "\x02\xC1\x07")
ATTACK(m_true, pairs[PAIR_SEQUENCE], "\x02\xF5")
ATTACK(m_nil, pairs[PAIR_SEQUENCE], "\x02\xF6")
ATTACK(m_trailing, behind_pairs, "\x00")
ATTACK(m_2_32_pairs, map_head, "\xBA\xFF\xFF\xFF\xFF")
ATTACK(m_long_map, map_head, "\xB8\x0D")
ATTACK(m_one_more, map_head, "\xAE")
ATTACK(m_one_less, map_head, "\xAC")
ATTACK(m_array, map_head, "\x98\x1A")

static void m_open(void)
{
    attack.map_head = PN_SLICE("\xBF");
    attack.behind_pairs = PN_SLICE("\xFF");
}
static void m_unsorted(void)
{
    struct pn_slice kept = attack.pairs[PAIR_SEQUENCE];

    attack.pairs[PAIR_SEQUENCE] = attack.pairs[PAIR_ISSUED];
    attack.pairs[PAIR_ISSUED] = kept;
}
static void insert(size_t at, struct pn_slice pair)
{
    memmove(attack.pairs + at + 1, attack.pairs + at,
            (attack.pair_count - at) * sizeof *attack.pairs);
    attack.pairs[at] = pair;
    attack.pair_count++;
}
static void m_twice(void)
{
    insert(PAIR_ISSUED, PN_SLICE("\x02\x07"));
}
static void m_twice_other_value(void)
{
    insert(PAIR_ISSUED, PN_SLICE("\x02\x08"));
}
static void m_twice_other_encoding(void)
{
    insert(PAIR_COUNT, PN_SLICE("\x18\x02\x08"));
}
static void m_twice_ignored(void)
{
    insert(PAIR_COUNT, PN_SLICE("\x18\x40\x00"));
    insert(PAIR_COUNT, PN_SLICE("\x18\x40\x00"));
}
static void m_bomb(void)
{
    static uint8_t bomb[700];

    memset(bomb, 0x81, sizeof bomb);
    bomb[0] = 0x18;
    bomb[1] = 0x40;
    bomb[sizeof bomb - 1] = 0x00;
    insert(PAIR_COUNT, pn_slice(bomb, sizeof bomb));
}
static void m_open_bomb(void)
{
    static uint8_t bomb[700];

    memset(bomb, 0x9F, sizeof bomb);
    bomb[0] = 0x18;
    bomb[1] = 0x40;
    insert(PAIR_COUNT, pn_slice(bomb, sizeof bomb));
}
static void m_unknown_key(void)
{
    insert(PAIR_MODE, PN_SLICE("\x10\x80"));
}
static void m_unknown_key_63(void)
{
    insert(PAIR_COUNT, PN_SLICE("\x18\x3F\x00"));
}
static void m_text_key(void)
{
    insert(PAIR_COUNT, PN_SLICE("\x61x\x00"));
}
static void m_undefined(void)
{
    insert(PAIR_COUNT, PN_SLICE("\x18\x40\xF7"));
}

static const struct attack_row manifest_rows[] = {
    { "indefinite map", m_open, PN_SEAL_MANIFEST },
    { "indefinite map of targets", m_open_targets, PN_SEAL_MANIFEST },
    { "indefinite array of names", m_open_names, PN_SEAL_MANIFEST },
    { "indefinite string", m_chunked, PN_SEAL_MANIFEST },
    { "7 in two bytes", m_long_int, PN_SEAL_MANIFEST },
    { "7 in three bytes", m_longer_int, PN_SEAL_MANIFEST },
    { "7 in nine bytes", m_longest_int, PN_SEAL_MANIFEST },
    { "key 2 in two bytes", m_long_key, PN_SEAL_MANIFEST },
    { "a length in two bytes", m_long_length, PN_SEAL_MANIFEST },
    { "the map's length in two bytes", m_long_map, PN_SEAL_MANIFEST },
    { "unsorted keys", m_unsorted, PN_SEAL_MANIFEST },
    { "unsorted keys of targets", m_unsorted_targets, PN_SEAL_MANIFEST },
    { "a key twice", m_twice, PN_SEAL_MANIFEST },
    { "a key twice with two values", m_twice_other_value, PN_SEAL_MANIFEST },
    { "a key twice in two encodings", m_twice_other_encoding, PN_SEAL_MANIFEST },
    { "a key twice that may be ignored", m_twice_ignored, PN_SEAL_MANIFEST },
    { "a key twice in targets", m_twice_targets, PN_SEAL_MANIFEST },
    { "nested 700 deep where it may be ignored", m_bomb, PN_SEAL_MANIFEST },
    { "nested 700 deep and left open", m_open_bomb, PN_SEAL_MANIFEST },
    { "2^32-1 pairs, thirteen of which are there", m_2_32_pairs, PN_SEAL_MANIFEST },
    { "one pair more is declared", m_one_more, PN_SEAL_MANIFEST },
    { "one pair less is declared", m_one_less, PN_SEAL_MANIFEST },
    { "an array in place of the map", m_array, PN_SEAL_MANIFEST },
    { "a name that is not UTF-8", m_bad_text, PN_SEAL_MANIFEST },
    { "a sequence that is a half float", m_half_float, PN_SEAL_MANIFEST },
    { "a sequence that is NaN", m_nan, PN_SEAL_MANIFEST },
    { "a sequence that is a double", m_double, PN_SEAL_MANIFEST },
    { "a sequence that is negative", m_negative, PN_SEAL_MANIFEST },
    { "a sequence that is a bignum", m_bignum, PN_SEAL_MANIFEST },
    { "a sequence with a tag", m_tagged, PN_SEAL_MANIFEST },
    { "a sequence that is true", m_true, PN_SEAL_MANIFEST },
    { "a sequence that is nil", m_nil, PN_SEAL_MANIFEST },
    { "undefined where it may be ignored", m_undefined, PN_SEAL_MANIFEST },
    { "an unknown key below 64", m_unknown_key, PN_SEAL_MANIFEST },
    { "unknown key 63", m_unknown_key_63, PN_SEAL_MANIFEST },
    { "a key that is text", m_text_key, PN_SEAL_MANIFEST },
    { "a byte behind the map", m_trailing, PN_SEAL_MANIFEST },
};

static void test_manifest(void)
{
    ATTACK_RUN(manifest_rows);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_flip_every_bit);
    RUN_TEST(test_truncate_at_every_length);
    RUN_TEST(test_append_one_byte);
    RUN_TEST(test_blank_bytes);
    RUN_TEST(test_envelope);
    RUN_TEST(test_manifest);
    return UNITY_END();
}
