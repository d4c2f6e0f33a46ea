/* SPDX-License-Identifier: Apache-2.0 */
/* test_manifest.c - one map is a manifest; every other one is refused. */
/* links: linux */
#include "core/seal/manifest.h"

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

/* The pairs of a good manifest, so that rows can leave out or replace one. */
#define B16   "0123456789abcdef"
#define B32   B16 B16
#define K1    "\x01\x01"
#define K2    "\x02\x07"
#define K3    "\x03\x1A\x60\x00\x00\x00"
#define K4    "\x04\x1A\x70\x00\x00\x00"
#define K5    "\x05\x50" B16
#define K6    "\x06\xA1\x03\xF5"
#define K7    "\x07\x02"
#define K8    "\x08\x58\x20" B32
#define K9    "\x09\x19\x01\x00"
#define K10   "\x0A\x01"
#define K11   "\x0B\x00"
#define K13   "\x0D\x00"
#define K17   "\x11\x00"
#define TO5   K1 K2 K3 K4 K5
#define TO10  TO5 K6 K7 K8 K9 K10
#define FROM7 K7 K8 K9 K10 K11 K13 K17
#define GOOD  "\xAD" TO10 K11 K13 K17

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
    ROW("keep with a grace", "\xAE" TO10 "\x0B\x01\x0C\x19\x0E\x10" K13 K17, ACCEPTED),
    ROW("previous", "\xAE" TO10 K11 K13 "\x0E\x58\x20" B32 K17, ACCEPTED),
    ROW("flags", "\xAE" TO10 K11 K13 "\x0F\x03" K17, ACCEPTED),
    ROW("cerbos54", "\xAD" TO10 K11 K13 "\x11\x01", ACCEPTED),
    ROW("sequence 2^64-1", "\xAD" K1 "\x02\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF" K3 K4 K5 K6 FROM7,
        ACCEPTED),
    ROW("devices", "\xAD" TO5 "\x06\xA1\x01\x82\x61x\x61y" FROM7, ACCEPTED),
    ROW("groups", "\xAD" TO5 "\x06\xA1\x02\x81\x61x" FROM7, ACCEPTED),
    ROW("both", "\xAD" TO5 "\x06\xA2\x01\x81\x61x\x02\x81\x61y" FROM7, ACCEPTED),
    ROW("key 64 is passed over", "\xAE" TO10 K11 K13 K17 "\x18\x40\x61x", ACCEPTED),
    ROW("keys 64 and 65, tagged and nested",
        "\xAF" TO10 K11 K13 K17 "\x18\x40\xC1\x1A\x60\x00\x00\x00\x18\x41\x82\x00\xA1\x00\x00",
        ACCEPTED),
    ROW("key 2^64-1 is passed over",
        "\xAE" TO10 K11 K13 K17 "\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF6", ACCEPTED),
    /* format */
    ROW("format 2", "\xA1\x01\x02", FORMAT),
    ROW("format 2^64-1", "\xA1\x01\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", FORMAT),
    ROW("format is text",
        "\xA1\x01\x61"
        "1",
        MANIFEST),
    ROW("format is -2", "\xA1\x01\x21", MANIFEST),
    ROW("no format", "\xAC" K2 K3 K4 K5 K6 FROM7, MANIFEST),
    /* each required key missing */
    ROW("no sequence", "\xAC" K1 K3 K4 K5 K6 FROM7, MANIFEST),
    ROW("no issued", "\xAC" K1 K2 K4 K5 K6 FROM7, MANIFEST),
    ROW("no expires", "\xAC" K1 K2 K3 K5 K6 FROM7, MANIFEST),
    ROW("no tenant", "\xAC" K1 K2 K3 K4 K6 FROM7, MANIFEST),
    ROW("no targets", "\xAC" TO5 FROM7, MANIFEST),
    ROW("no epoch", "\xAC" TO5 K6 K8 K9 K10 K11 K13 K17, MANIFEST),
    ROW("no digest", "\xAC" TO5 K6 K7 K9 K10 K11 K13 K17, MANIFEST),
    ROW("no length", "\xAC" TO5 K6 K7 K8 K10 K11 K13 K17, MANIFEST),
    ROW("no engine", "\xAC" TO5 K6 K7 K8 K9 K11 K13 K17, MANIFEST),
    ROW("no on-expiry", "\xAC" TO10 K13 K17, MANIFEST),
    ROW("no key set", "\xAC" TO10 K11 K17, MANIFEST),
    ROW("no mode", "\xAC" TO10 K11 K13, MANIFEST),
    ROW("empty", "\xA0", MANIFEST),
    /* keys */
    ROW("key 16, reserved", "\xAE" TO10 K11 K13 "\x10\x80" K17, MANIFEST),
    ROW("key 18, reserved", "\xAE" TO10 K11 K13 K17 "\x12\x00", MANIFEST),
    ROW("key 63, unknown", "\xAE" TO10 K11 K13 K17 "\x18\x3F\x00", MANIFEST),
    ROW("key 0, unknown", "\xAE\x00\x00" TO10 K11 K13 K17, MANIFEST),
    ROW("key -1", "\xAE" TO10 K11 K13 K17 "\x20\x00", MANIFEST),
    ROW("key is text", "\xAE" TO10 K11 K13 K17 "\x61x\x00", MANIFEST),
    ROW("key twice", "\xAE" K1 K2 K2 K3 K4 K5 K6 FROM7, MANIFEST),
    ROW("key twice, encoded otherwise", "\xAE" K1 K2 "\x18\x02\x08" K3 K4 K5 K6 FROM7, MANIFEST),
    ROW("unsorted", "\xAD" K1 K3 K2 K4 K5 K6 FROM7, MANIFEST),
    ROW("ignored key with a bad value", "\xAE" TO10 K11 K13 K17 "\x18\x40\x18\x01", MANIFEST),
    ROW("ignored key nested too deeply",
        "\xAE" TO10 K11 K13 K17 "\x18\x40\x81\x81\x81\x81\x81\x81\x81\x81\x80", MANIFEST),
    ROW("ignored keys unsorted", "\xAF" TO10 K11 K13 K17 "\x18\x41\x00\x18\x40\x00", MANIFEST),
    ROW("ignored key without a value", "\xAE" TO10 K11 K13 K17 "\x18\x40", MANIFEST),
    /* form */
    ROW("bytes behind", GOOD "\x00", MANIFEST),
    ROW("indefinite map", "\xBF" TO10 K11 K13 K17 "\xFF", MANIFEST),
    ROW("an array", "\x80", MANIFEST),
    ROW("nothing", "", MANIFEST),
    ROW("one pair more than said", "\xAC" TO10 K11 K13 K17, MANIFEST),
    ROW("one pair fewer than said", "\xAE" TO10 K11 K13 K17, MANIFEST),
    ROW("2^31 pairs", "\xBA\x80\x00\x00\x00" TO10 K11 K13 K17, MANIFEST),
    /* values */
    ROW("sequence not shortest", "\xAD" K1 "\x02\x18\x07" K3 K4 K5 K6 FROM7, MANIFEST),
    ROW("sequence is a double", "\xAD" K1 "\x02\xFB\x40\x1C\0\0\0\0\0\0" K3 K4 K5 K6 FROM7,
        MANIFEST),
    ROW("sequence is -1", "\xAD" K1 "\x02\x20" K3 K4 K5 K6 FROM7, MANIFEST),
    ROW("sequence is a bignum", "\xAD" K1 "\x02\xC2\x41\x07" K3 K4 K5 K6 FROM7, MANIFEST),
    ROW("expires 2^53", "\xAD" K1 K2 K3 "\x04\x1B\0\x20\0\0\0\0\0\0" K5 K6 FROM7, MANIFEST),
    ROW("expires when issued", "\xAD" K1 K2 K3 "\x04\x1A\x60\0\0\0" K5 K6 FROM7, MANIFEST),
    ROW("tenant of 15 bytes",
        "\xAD" K1 K2 K3 K4 "\x05\x4F"
        "123456789abcdef" K6 FROM7,
        MANIFEST),
    ROW("tenant is text", "\xAD" K1 K2 K3 K4 "\x05\x70" B16 K6 FROM7, MANIFEST),
    ROW("epoch 2^32", "\xAD" TO5 K6 "\x07\x1B\0\0\0\x01\0\0\0\0" K8 K9 K10 K11 K13 K17, MANIFEST),
    ROW("digest of 31 bytes",
        "\xAD" TO5 K6 K7 "\x08\x58\x1F" B16 "123456789abcdef" K9 K10 K11 K13 K17, MANIFEST),
    ROW("length 2^32", "\xAD" TO5 K6 K7 K8 "\x09\x1B\0\0\0\x01\0\0\0\0" K10 K11 K13 K17, MANIFEST),
    ROW("engine 2^16", "\xAD" TO5 K6 K7 K8 K9 "\x0A\x1A\0\x01\0\0" K11 K13 K17, MANIFEST),
    ROW("on-expiry 2", "\xAD" TO10 "\x0B\x02" K13 K17, MANIFEST),
    ROW("keep without a grace", "\xAD" TO10 "\x0B\x01" K13 K17, MANIFEST),
    ROW("keep with a grace of 0", "\xAE" TO10 "\x0B\x01\x0C\x00" K13 K17, MANIFEST),
    ROW("deny with a grace", "\xAE" TO10 K11 "\x0C\x01" K13 K17, MANIFEST),
    ROW("key set 2^32", "\xAD" TO10 K11 "\x0D\x1B\0\0\0\x01\0\0\0\0" K17, MANIFEST),
    ROW("previous of 3 bytes",
        "\xAE" TO10 K11 K13 "\x0E\x43"
        "abc" K17,
        MANIFEST),
    ROW("flag 4", "\xAE" TO10 K11 K13 "\x0F\x04" K17, MANIFEST),
    ROW("mode 2", "\xAD" TO10 K11 K13 "\x11\x02", MANIFEST),
    /* targets */
    ROW("no target", "\xAD" TO5 "\x06\xA0" FROM7, MANIFEST),
    ROW("no device", "\xAD" TO5 "\x06\xA1\x01\x80" FROM7, MANIFEST),
    ROW("no group", "\xAD" TO5 "\x06\xA1\x02\x80" FROM7, MANIFEST),
    ROW("any is false", "\xAD" TO5 "\x06\xA1\x03\xF4" FROM7, MANIFEST),
    ROW("any is 1", "\xAD" TO5 "\x06\xA1\x03\x01" FROM7, MANIFEST),
    ROW("any and a group", "\xAD" TO5 "\x06\xA2\x02\x81\x61x\x03\xF5" FROM7, MANIFEST),
    ROW("target key 4, reserved", "\xAD" TO5 "\x06\xA2\x03\xF5\x04\x01" FROM7, MANIFEST),
    ROW("target key 0", "\xAD" TO5 "\x06\xA1\x00\x81\x61x" FROM7, MANIFEST),
    ROW("targets are a list", "\xAD" TO5 "\x06\x81\x61x" FROM7, MANIFEST),
    ROW("an empty name", "\xAD" TO5 "\x06\xA1\x02\x81\x60" FROM7, MANIFEST),
    ROW("a name of bytes", "\xAD" TO5 "\x06\xA1\x02\x81\x41x" FROM7, MANIFEST),
    ROW("a name of 65 bytes", "\xAD" TO5 "\x06\xA1\x02\x81\x78\x41" B32 B32 "x" FROM7, MANIFEST),
    ROW("a name of bad UTF-8", "\xAD" TO5 "\x06\xA1\x02\x81\x61\xFF" FROM7, MANIFEST),
    ROW("a name in chunks", "\xAD" TO5 "\x06\xA1\x02\x81\x7F\x61x\xFF" FROM7, MANIFEST),
    ROW("names 2^32-1, of which 1", "\xAD" TO5 "\x06\xA1\x02\x9A\xFF\xFF\xFF\xFF\x61x" FROM7,
        MANIFEST),
};

static void test_each_map_has_its_verdict(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t *exact = sealed_exact(rows[i].in);
        struct pn_manifest m;

        TEST_ASSERT_EQUAL_MESSAGE(
            rows[i].verdict, pn_manifest_read(pn_slice(exact, rows[i].in.len), &m), rows[i].what);
        free(exact);
    }
}

static void test_every_cut_is_refused(void)
{
    struct pn_slice in = PN_SLICE(GOOD);
    struct pn_manifest m;

    for (size_t len = 0; len < in.len; len++) {
        uint8_t *exact = sealed_exact(pn_slice_head(in, len));

        TEST_ASSERT_EQUAL(PN_SEAL_MANIFEST, pn_manifest_read(pn_slice(exact, len), &m));
        free(exact);
    }
}

static void test_values_are_read(void)
{
    struct pn_manifest m;

    TEST_ASSERT_EQUAL(
        PN_SEAL_ACCEPTED,
        pn_manifest_read(PN_SLICE("\xB0" TO5 "\x06\xA2\x01\x81\x61x\x02\x82\x61y\x61z" K7 K8 K9 K10
                                  "\x0B\x01\x0C\x19\x0E\x10\x0D\x03\x0E\x58\x20" B32
                                  "\x0F\x01\x11\x01"),
                         &m));
    TEST_ASSERT_EQUAL_UINT64(7, m.sequence);
    TEST_ASSERT_EQUAL_UINT64(0x60000000, m.issued_s);
    TEST_ASSERT_EQUAL_UINT64(0x70000000, m.expires_s);
    TEST_ASSERT_EQUAL_MEMORY(B16, m.tenant, 16);
    TEST_ASSERT_EQUAL(2, m.epoch);
    TEST_ASSERT_EQUAL_MEMORY(B32, m.body_digest, 32);
    TEST_ASSERT_EQUAL(256, m.body_bytes);
    TEST_ASSERT_EQUAL(1, m.engine_min);
    TEST_ASSERT_EQUAL(PN_EXPIRY_KEEP, m.on_expiry);
    TEST_ASSERT_EQUAL(3600, m.grace_s);
    TEST_ASSERT_EQUAL(3, m.keyset_min);
    TEST_ASSERT_TRUE(pn_slice_equal(m.previous, PN_SLICE(B32)));
    TEST_ASSERT_EQUAL(PN_MANIFEST_NO_FALLBACK, m.flags);
    TEST_ASSERT_EQUAL(PN_MODE_CERBOS54, m.mode);
    TEST_ASSERT_FALSE(m.any_target);
    TEST_ASSERT_TRUE(pn_manifest_names(m.devices, PN_SLICE("x")));
    TEST_ASSERT_FALSE(pn_manifest_names(m.devices, PN_SLICE("y")));
    TEST_ASSERT_TRUE(pn_manifest_names(m.groups, PN_SLICE("y")));
    TEST_ASSERT_TRUE(pn_manifest_names(m.groups, PN_SLICE("z")));
    TEST_ASSERT_FALSE(pn_manifest_names(m.groups, PN_SLICE("")));
    TEST_ASSERT_FALSE(pn_manifest_names(m.groups, PN_SLICE("Z")));
}

static void test_life_ends_as_signed(void)
{
    struct pn_manifest m = { .expires_s = 1000, .on_expiry = PN_EXPIRY_DENY };

    TEST_ASSERT_EQUAL(PN_LIFE_CURRENT, pn_manifest_life(&m, 0));
    TEST_ASSERT_EQUAL(PN_LIFE_CURRENT, pn_manifest_life(&m, 999));
    TEST_ASSERT_EQUAL(PN_LIFE_EXPIRED, pn_manifest_life(&m, 1000));
    m.on_expiry = PN_EXPIRY_KEEP;
    m.grace_s = 50;
    TEST_ASSERT_EQUAL(PN_LIFE_CURRENT, pn_manifest_life(&m, 999));
    TEST_ASSERT_EQUAL(PN_LIFE_GRACE, pn_manifest_life(&m, 1000));
    TEST_ASSERT_EQUAL(PN_LIFE_GRACE, pn_manifest_life(&m, 1049));
    TEST_ASSERT_EQUAL(PN_LIFE_EXPIRED, pn_manifest_life(&m, 1050));
    m.expires_s = ((uint64_t)1 << 53) - 1;
    m.grace_s = UINT32_MAX;
    TEST_ASSERT_EQUAL(PN_LIFE_EXPIRED, pn_manifest_life(&m, UINT64_MAX));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_each_map_has_its_verdict);
    RUN_TEST(test_every_cut_is_refused);
    RUN_TEST(test_values_are_read);
    RUN_TEST(test_life_ends_as_signed);
    return UNITY_END();
}
