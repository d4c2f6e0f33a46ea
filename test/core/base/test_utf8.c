/* test_utf8.c - every code point, and every sequence of up to three bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/utf8.h"
#include "unity.h"

#include <stdlib.h>

void setUp(void)
{
}

void tearDown(void)
{
}

static void test_encode(void)
{
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        uint8_t out[4];
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        size_t len = pn_utf8_encode(code, out);
        size_t want = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        if (len != want || pn_utf8_length(pn_slice(out, len)) != len) TEST_FAIL_MESSAGE("length");
        /* Decoded by its bits alone it is the same code point. */
        uint32_t back = len == 1 ? out[0] : (uint32_t)(out[0] & (0x7F >> len));
        for (size_t i = 1; i < len; i++) back = back << 6 | (out[i] & 0x3F);
        if (back != code) TEST_FAIL_MESSAGE("code point");
    }
}

/* The sequences there are: mark what encoding makes, then nothing else may be accepted. */
static void test_three_bytes(void)
{
    uint8_t *lengths = calloc(1, 1 << 24); /* by the first three bytes, of the character there */

    for (uint32_t code = 0; code < 0x10000; code++) {
        uint8_t out[4];
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        size_t len = pn_utf8_encode(code, out), rest = (size_t)1 << 8 * (3 - len);
        size_t at = 0;
        for (size_t i = 0; i < len; i++) at |= (size_t)out[i] << (16 - 8 * i);
        memset(lengths + at, (int)len, rest);
    }
    for (size_t at = 0; at < 1 << 24; at++) {
        uint8_t bytes[3] = { (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at };
        if (pn_utf8_length(pn_slice(bytes, 3)) != lengths[at]) TEST_FAIL_MESSAGE("length");
    }
    free(lengths);
}

struct row {
    struct pn_slice text;
    bool valid;
};

static void test_valid(void)
{
    static const struct row rows[] = {
        { PN_SLICE_INIT(""), true },
        { PN_SLICE_INIT("plain"), true },
        { PN_SLICE_INIT("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"), true },
        { PN_SLICE_INIT("\xF0\x8F\xBF\xBF"), false },
        { PN_SLICE_INIT("\xF4\x90\x80\x80"), false },
        { PN_SLICE_INIT("\xF0\x90\x80"), false },
        { PN_SLICE_INIT("\xF0\x90\x80\xC0"), false },
        { PN_SLICE_INIT("\xF0\x90\x28\x80"), false },
        { PN_SLICE_INIT("\xF5\x80\x80\x80"), false },
        { PN_SLICE_INIT("good, then \x80"), false },
        { PN_SLICE_INIT("\xC3"), false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *exact = malloc(rows[i].text.len);
        memcpy(exact, rows[i].text.at, rows[i].text.len);
        TEST_ASSERT_EQUAL(rows[i].valid, pn_utf8_valid(pn_slice(exact, rows[i].text.len)));
        free(exact);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_encode);
    RUN_TEST(test_three_bytes);
    RUN_TEST(test_valid);
    return UNITY_END();
}
