/* SPDX-License-Identifier: Apache-2.0 */
/* test_keyset.c - which keys get into the set, and how they are written. */
/* links: linux */
#include "core/seal/keyset.h"

#include <stdio.h>
#include <stdlib.h>

#include "test/core/seal/sealed.h"
#include "unity.h"

/* The key of RFC 6979, A.2.5. Its id was computed with openssl: SHA-256 of the DER of its
 * SubjectPublicKeyInfo. */
#define ID "5a7a78cca4a0f420"
#define XY \
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" \
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define LINE "postern-public-key-v1 es256 " ID " " XY

void setUp(void)
{
    sealed_crypto_init();
}

void tearDown(void)
{
}

struct row {
    const char *what, *text;
    enum pn_keyset_result result;
};

static const struct row rows[] = {
    { "a line", LINE, PN_KEYSET_ADDED },
    { "with its end", LINE "\n", PN_KEYSET_ADDED },
    { "with the other end", LINE "\r\n", PN_KEYSET_ADDED },
    { "comments", "# a\n\n  # b\n" LINE "\n#", PN_KEYSET_ADDED },
    { "spaces", "  postern-public-key-v1   es256 \t" ID "  " XY "  \n", PN_KEYSET_ADDED },
    { "nothing", "", PN_KEYSET_TEXT_BAD },
    { "comments only", "# " LINE "\n", PN_KEYSET_TEXT_BAD },
    { "two keys", LINE "\n" LINE "\n", PN_KEYSET_TEXT_BAD },
    { "a private key", "postern-private-key-v1 es256 " ID " " XY, PN_KEYSET_TEXT_BAD },
    { "version 2", "postern-public-key-v2 es256 " ID " " XY, PN_KEYSET_TEXT_BAD },
    { "another algorithm", "postern-public-key-v1 es384 " ID " " XY, PN_KEYSET_TEXT_BAD },
    { "one digit more", LINE "0", PN_KEYSET_TEXT_BAD },
    { "one word more", LINE " x", PN_KEYSET_TEXT_BAD },
    { "no key", "postern-public-key-v1 es256 " ID, PN_KEYSET_TEXT_BAD },
    { "no digit", "postern-public-key-v1 es256 5a7a78cca4a0f42g " XY, PN_KEYSET_TEXT_BAD },
    { "id of another key", "postern-public-key-v1 es256 5a7a78cca4a0f421 " XY, PN_KEYSET_ID_BAD },
};

static void test_text(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pn_slice text = pn_slice(rows[i].text, strlen(rows[i].text));
        uint8_t *exact = sealed_exact(text);
        struct pn_keyset set = { 0 };

        TEST_ASSERT_EQUAL_MESSAGE(
            rows[i].result, pn_keyset_add_text(&set, pn_slice(exact, text.len)), rows[i].what);
        TEST_ASSERT_EQUAL(rows[i].result == PN_KEYSET_ADDED ? 1 : 0, set.count);
        free(exact);
    }
}

static void test_text_of_every_length(void)
{
    struct pn_slice text = PN_SLICE(LINE);

    for (size_t len = 0; len < text.len; len++) {
        uint8_t *exact = sealed_exact(pn_slice_head(text, len));
        struct pn_keyset set = { 0 };

        TEST_ASSERT_EQUAL(PN_KEYSET_TEXT_BAD, pn_keyset_add_text(&set, pn_slice(exact, len)));
        free(exact);
    }
}

static void test_a_huge_text_is_not_read(void)
{
    static uint8_t huge[PN_KEY_TEXT_BYTES_MAX + 1];
    struct pn_keyset set = { 0 };

    memset(huge, '\n', sizeof huge);
    memcpy(huge, LINE, sizeof LINE - 1);
    TEST_ASSERT_EQUAL(PN_KEYSET_TEXT_BAD, pn_keyset_add_text(&set, pn_slice(huge, sizeof huge)));
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add_text(&set, pn_slice(huge, sizeof huge - 1)));
}

/* A point beside the curve, with an id that fits. */
static void test_points_off_the_curve_are_refused(void)
{
    uint8_t text[400], id[8], xy[64];
    struct pn_keyset set = { 0 };

    memcpy(xy, sealed_author()->xy, 64);
    for (int i = 0; i < 64; i += 9) {
        struct pn_writer w = pn_writer(text, sizeof text);

        xy[i] ^= 1;
        pn_key_id(xy, id);
        pn_write_text(&w, "postern-public-key-v1 es256 ");
        pn_write_hex(&w, id, sizeof id);
        pn_write_byte(&w, ' ');
        pn_write_hex(&w, xy, sizeof xy);
        TEST_ASSERT_EQUAL(PN_KEYSET_POINT_BAD, pn_keyset_add_text(&set, pn_written(&w)));
        xy[i] ^= 1;
    }
    memset(xy, 0, sizeof xy);
    TEST_ASSERT_EQUAL(PN_KEYSET_POINT_BAD, pn_keyset_add(&set, xy, PN_KEY_POLICY));
    TEST_ASSERT_EQUAL(0, set.count);
}

static void test_written_text_is_read(void)
{
    uint8_t text[512];
    struct pn_writer w = pn_writer(text, sizeof text);
    struct pn_keyset set = { 0 };

    pn_key_write_text(&w, sealed_author()->xy);
    TEST_ASSERT_FALSE(w.full);
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add_text(&set, pn_written(&w)));
    TEST_ASSERT_EQUAL_MEMORY(sealed_author()->xy, set.keys[0].xy, 64);
    TEST_ASSERT_EQUAL(PN_KEY_POLICY, set.keys[0].roles);
    TEST_ASSERT_EQUAL(PN_KEY_ES256, set.keys[0].alg);
}

static void test_the_set_is_bounded_and_has_no_doubles(void)
{
    struct pn_keyset set = { 0 };
    struct pn_key_pair pair;

    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add(&set, sealed_author()->xy, PN_KEY_POLICY));
    TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add(&set, sealed_author()->xy, PN_KEY_POLICY));
    TEST_ASSERT_EQUAL(1, set.count);
    while (set.count < PN_KEYSET_KEYS_MAX) {
        TEST_ASSERT_TRUE(pn_key_pair_new(&pair));
        TEST_ASSERT_EQUAL(PN_KEYSET_ADDED, pn_keyset_add(&set, pair.xy, PN_KEY_POLICY));
        TEST_ASSERT_NOT_NULL(pn_keyset_find(&set, pn_slice(pair.id, 8)));
    }
    TEST_ASSERT_TRUE(pn_key_pair_new(&pair));
    TEST_ASSERT_EQUAL(PN_KEYSET_FULL, pn_keyset_add(&set, pair.xy, PN_KEY_POLICY));
    TEST_ASSERT_NULL(pn_keyset_find(&set, pn_slice(pair.id, 8)));
    TEST_ASSERT_NULL(pn_keyset_find(&set, pn_slice(set.keys[0].id, 7)));
    TEST_ASSERT_NULL(pn_keyset_find(&set, pn_slice(NULL, 0)));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_text);
    RUN_TEST(test_text_of_every_length);
    RUN_TEST(test_a_huge_text_is_not_read);
    RUN_TEST(test_points_off_the_curve_are_refused);
    RUN_TEST(test_written_text_is_read);
    RUN_TEST(test_the_set_is_bounded_and_has_no_doubles);
    return UNITY_END();
}
