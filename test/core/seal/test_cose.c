/* SPDX-License-Identifier: Apache-2.0 */
/* test_cose.c - one envelope is read, every other shape of it is refused. */
/* links: linux */
#include "core/seal/cose.h"

#include <stdlib.h>

#include "test/core/seal/sealed.h"
#include "unity.h"

void setUp(void)
{
    sealed_crypto_init();
}

void tearDown(void)
{
}

/* Parts of a good envelope, cut up so that rows can put others in their place. */
#define CT "\x03\x78\x28" PN_COSE_CONTENT_TYPE
#define HEADERS \
    "\xA3\x01\x26" CT "\x04\x48" \
    "12345678"
#define PROTECTED "\x58\x38" HEADERS
#define PAYLOAD \
    "\x43" \
    "abc"
#define SIG64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SIG   "\x58\x40" SIG64
#define GOOD  "\xD2\x84" PROTECTED "\xA0" PAYLOAD SIG

struct row {
    const char *what;
    struct pn_slice in;
    enum pn_seal_refusal verdict;
};

#define ROW(what, in, verdict) \
    { \
        what, PN_SLICE_INIT(in), PN_SEAL_##verdict \
    }

static const struct row rows[] = {
    ROW("good", GOOD, ACCEPTED),
    ROW("good, a body behind", GOOD "\xFF\xFF", ACCEPTED),
    ROW("nothing", "", EMPTY),
    /* tag */
    ROW("no tag", "\x84" PROTECTED "\xA0" PAYLOAD SIG, UNSIGNED),
    ROW("tag 98, COSE_Sign", "\xD8\x62\x84" PROTECTED "\xA0" PAYLOAD SIG, UNSIGNED),
    ROW("tag 17, COSE_Mac0", "\xD1\x84" PROTECTED "\xA0" PAYLOAD SIG, UNSIGNED),
    ROW("tag 61 around tag 18", "\xD8\x3D" GOOD, UNSIGNED),
    ROW("tag 18 in two bytes", "\xD8\x12\x84" PROTECTED "\xA0" PAYLOAD SIG, UNSIGNED),
    ROW("tag 18 twice", "\xD2" GOOD, ENVELOPE),
    ROW("a policy body", "\xA1\x01\x41x", UNSIGNED),
    ROW("all ones", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", UNSIGNED),
    ROW("all zeros", "\0\0\0\0\0\0\0\0", UNSIGNED),
    /* array */
    ROW("three items", "\xD2\x83" PROTECTED "\xA0" PAYLOAD, ENVELOPE),
    ROW("five items", "\xD2\x85" PROTECTED "\xA0" PAYLOAD SIG "\x00", ENVELOPE),
    ROW("a map", "\xD2\xA2" PROTECTED "\xA0" PAYLOAD SIG, CBOR), /* keys not sorted */
    ROW("indefinite array", "\xD2\x9F" PROTECTED "\xA0" PAYLOAD SIG "\xFF", CBOR),
    ROW("length 4 in two bytes", "\xD2\x98\x04" PROTECTED "\xA0" PAYLOAD SIG, CBOR),
    ROW("length 4 in nine bytes", "\xD2\x9B\0\0\0\0\0\0\0\x04" PROTECTED "\xA0" PAYLOAD SIG, CBOR),
    ROW("2^32-1 items, of which 3", "\xD2\x9A\xFF\xFF\xFF\xFF" PROTECTED "\xA0" PAYLOAD, CBOR),
    ROW("2^64-1 items", "\xD2\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", CBOR),
    ROW("4 GB of protected", "\xD2\x84\x5A\xFF\xFF\xFF\xFF", CBOR),
    ROW("nested too deeply", "\xD2\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x80", CBOR),
    ROW("nested and open", "\xD2\x9F\x9F\x9F\x9F\x9F\x9F\x9F\x9F\x9F\x9F\x9F\x9F", CBOR),
    /* protected */
    ROW("protected is empty", "\xD2\x84\x40\xA0" PAYLOAD SIG, ENVELOPE),
    ROW("protected is an empty map", "\xD2\x84\x41\xA0\xA0" PAYLOAD SIG, ENVELOPE),
    ROW("protected is a map", "\xD2\x84" HEADERS "\xA0" PAYLOAD SIG, ENVELOPE),
    ROW("protected is text", "\xD2\x84\x78\x38" HEADERS "\xA0" PAYLOAD SIG, CBOR), /* bad UTF-8 */
    ROW("protected in chunks", "\xD2\x84\x5F" PROTECTED "\xFF\xA0" PAYLOAD SIG, CBOR),
    ROW("protected length in three bytes", "\xD2\x84\x59\x00\x38" HEADERS "\xA0" PAYLOAD SIG, CBOR),
    ROW("bytes behind the protected map", "\xD2\x84\x58\x39" HEADERS "\x00\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("no key id", "\xD2\x84\x58\x2E\xA2\x01\x26" CT "\xA0" PAYLOAD SIG, ENVELOPE),
    ROW("no alg",
        "\xD2\x84\x58\x36\xA2" CT "\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("no content type",
        "\xD2\x84\x4D\xA2\x01\x26\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("two algs",
        "\xD2\x84\x58\x3A\xA4\x01\x26\x01\x26" CT "\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("alg under -1 and 1",
        "\xD2\x84\x58\x3A\xA4\x01\x26" CT "\x04\x48"
        "12345678\x20\x26\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("label 1 in two bytes",
        "\xD2\x84\x58\x39\xA3\x18\x01\x26" CT "\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("unsorted",
        "\xD2\x84\x58\x38\xA3\x04\x48"
        "12345678\x01\x26" CT "\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("crit",
        "\xD2\x84\x58\x3B\xA4\x01\x26\x02\x81\x01" CT "\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("key id of 7 bytes",
        "\xD2\x84\x58\x37\xA3\x01\x26" CT "\x04\x47"
        "1234567\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("key id is text",
        "\xD2\x84\x58\x38\xA3\x01\x26" CT "\x04\x68"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("alg is text",
        "\xD2\x84\x58\x3D\xA3\x01\x65"
        "ES256" CT "\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    ROW("another content type",
        "\xD2\x84\x50\xA3\x01\x26\x03\x61x\x04\x48"
        "12345678\xA0" PAYLOAD SIG,
        ENVELOPE),
    /* unprotected */
    ROW("alg unprotected", "\xD2\x84" PROTECTED "\xA1\x01\x26" PAYLOAD SIG, ENVELOPE),
    ROW("key id in both",
        "\xD2\x84" PROTECTED "\xA1\x04\x48"
        "12345678" PAYLOAD SIG,
        ENVELOPE),
    ROW("unprotected is an array", "\xD2\x84" PROTECTED "\x80" PAYLOAD SIG, ENVELOPE),
    ROW("unprotected is open", "\xD2\x84" PROTECTED "\xBF\xFF" PAYLOAD SIG, CBOR),
    ROW("unprotected is bytes", "\xD2\x84" PROTECTED "\x40" PAYLOAD SIG, ENVELOPE),
    /* payload and signature */
    ROW("payload is nil", "\xD2\x84" PROTECTED "\xA0\xF6" SIG, ENVELOPE),
    ROW("payload is undefined", "\xD2\x84" PROTECTED "\xA0\xF7" SIG, CBOR),
    ROW("payload is text",
        "\xD2\x84" PROTECTED "\xA0\x63"
        "abc" SIG,
        ENVELOPE),
    ROW("payload is a half float", "\xD2\x84" PROTECTED "\xA0\xF9\x7E\x00" SIG, ENVELOPE),
    ROW("payload is a map", "\xD2\x84" PROTECTED "\xA0\xA0" SIG, ENVELOPE),
    ROW("payload is tagged", "\xD2\x84" PROTECTED "\xA0\xD8\x18" PAYLOAD SIG, ENVELOPE),
    ROW("signature is empty", "\xD2\x84" PROTECTED "\xA0" PAYLOAD "\x40", ENVELOPE),
    ROW("signature of 63",
        "\xD2\x84" PROTECTED "\xA0" PAYLOAD "\x58\x3F"
        "123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ENVELOPE),
    ROW("signature of 65", "\xD2\x84" PROTECTED "\xA0" PAYLOAD "\x58\x41" SIG64 "0", ENVELOPE),
    ROW("signature is nil", "\xD2\x84" PROTECTED "\xA0" PAYLOAD "\xF6", ENVELOPE),
};

static void test_each_shape_has_its_verdict(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t *exact = sealed_exact(rows[i].in);
        struct pn_cose cose;

        TEST_ASSERT_EQUAL_MESSAGE(
            rows[i].verdict, pn_cose_read(pn_slice(exact, rows[i].in.len), &cose), rows[i].what);
        free(exact);
    }
}

static void test_parts_are_lent(void)
{
    struct pn_slice in = PN_SLICE(GOOD "body");
    struct pn_cose cose;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(in, &cose));
    TEST_ASSERT_TRUE(pn_slice_equal(cose.payload, PN_SLICE("abc")));
    TEST_ASSERT_TRUE(pn_slice_equal(cose.key_id, PN_SLICE("12345678")));
    TEST_ASSERT_TRUE(pn_slice_equal(cose.signature, PN_SLICE(SIG64)));
    TEST_ASSERT_TRUE(pn_slice_equal(cose.protected_map, PN_SLICE(HEADERS)));
    TEST_ASSERT_EQUAL(-7, cose.alg);
    TEST_ASSERT_EQUAL(in.len - 4, cose.envelope_bytes);
}

/* A prefix is never an envelope, and no prefix is read beyond its end. */
static void test_every_cut_is_refused(void)
{
    struct pn_slice in = PN_SLICE(GOOD);
    struct pn_cose cose;

    for (size_t len = 0; len < in.len; len++) {
        uint8_t *exact = sealed_exact(pn_slice_head(in, len));
        enum pn_seal_refusal wanted = len == 0 ? PN_SEAL_EMPTY : PN_SEAL_CBOR;

        TEST_ASSERT_EQUAL(wanted, pn_cose_read(pn_slice(exact, len), &cose));
        free(exact);
    }
}

static void test_an_oversize_envelope_is_named(void)
{
    uint8_t big[2000];
    struct pn_writer w = pn_writer(big, sizeof big);
    struct pn_cose cose;

    memset(big, 0, sizeof big);
    pn_write_text(&w, "\xD2\x84" PROTECTED "\xA0\x59\x05\x00");
    w.len += 0x500;
    pn_write_text(&w, SIG);
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE_OVERSIZE, pn_cose_read(pn_written(&w), &cose));
}

/* RFC 9052, 4.4: the bytes that are signed, written out once by hand. */
static void test_the_digest_is_of_the_sig_structure(void)
{
    static const char structure[] = "\x84\x6A"
                                    "Signature1"
                                    "\x43\xA1\x01\x26\x58\x1A"
                                    "postern/policy-manifest/v1"
                                    "\x45hello";
    uint8_t wanted[32], got[32];

    port_sha256(structure, sizeof structure - 1, wanted);
    pn_cose_digest(PN_SLICE("\xA1\x01\x26"), PN_SLICE("hello"), got);
    TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
}

static void test_long_payloads_have_long_heads(void)
{
    static uint8_t structure[600], payload[300];
    struct pn_writer w = pn_writer(structure, sizeof structure);
    uint8_t wanted[32], got[32];

    pn_write_text(&w, "\x84\x6A"
                      "Signature1"
                      "\x40\x58\x1A" PN_COSE_AAD "\x59\x01\x2C");
    pn_write(&w, pn_slice(payload, sizeof payload));
    port_sha256(structure, w.len, wanted);
    pn_cose_digest(pn_slice(NULL, 0), pn_slice(payload, sizeof payload), got);
    TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
}

static void test_the_key_record_has_the_last_word_on_alg(void)
{
    static const int64_t claims[] = { -35, -36, -8, 5, 4, 0, -46, -9 };
    struct pn_seal_wish wish = sealed_wish();
    struct sealed made;
    struct pn_cose cose;
    struct pn_seal_key key;

    sealed_make(&made, &wish, PN_SLICE("x"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_read(pn_slice(made.bytes, made.len), &cose));
    key = *pn_keyset_find(sealed_keys(), cose.key_id);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_cose_verify(&cose, &key));
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        cose.alg = claims[i];
        TEST_ASSERT_EQUAL(PN_SEAL_ALGORITHM, pn_cose_verify(&cose, &key));
        key.alg = (int8_t)claims[i]; /* nor does a record with an algorithm we lack verify */
        TEST_ASSERT_EQUAL(PN_SEAL_ALGORITHM, pn_cose_verify(&cose, &key));
        key.alg = PN_KEY_ES256;
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_each_shape_has_its_verdict);
    RUN_TEST(test_parts_are_lent);
    RUN_TEST(test_every_cut_is_refused);
    RUN_TEST(test_an_oversize_envelope_is_named);
    RUN_TEST(test_the_digest_is_of_the_sig_structure);
    RUN_TEST(test_long_payloads_have_long_heads);
    RUN_TEST(test_the_key_record_has_the_last_word_on_alg);
    return UNITY_END();
}
