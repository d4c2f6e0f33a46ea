/* Rows of limbs times a limb (mbedtls_multiply.inc), against the same in halves of limbs, which
 * no carry leaves: every length, from the smallest limbs to those that carry all the way.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/bignum.h>
#include <string.h>

#include "unity.h"

enum { LIMBS_MAX = 40, EXCESS_MAX = 3, FENCE = 2, HALVES = (int)sizeof(mbedtls_mpi_uint) / 4 };

/* Of library/bignum_core.h: d += s * b; what is carried out. */
mbedtls_mpi_uint mbedtls_mpi_core_mla(mbedtls_mpi_uint *d, size_t d_len, const mbedtls_mpi_uint *s,
                                      size_t s_len, mbedtls_mpi_uint b);

static uint64_t state;

void setUp(void)
{
    state = 20261121;
}

void tearDown(void)
{
}

/* Marsaglia's xorshift. */
static uint64_t any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static mbedtls_mpi_uint limb(int kind)
{
    static const uint64_t edges[] = { 0, 1, UINT64_MAX, UINT64_C(1) << 63, UINT32_MAX };

    return (mbedtls_mpi_uint)(kind < 5 ? edges[kind] : kind == 5 ? edges[any() % 5] : any());
}

static void to_halves(uint32_t *out, const mbedtls_mpi_uint *limbs, size_t count)
{
    for (size_t i = 0; i < count * HALVES; i++)
        out[i] = (uint32_t)((uint64_t)limbs[i / HALVES] >> (32 * (i % HALVES)));
}

/* d += s * b, in halves; what is carried out. */
static uint64_t in_halves(uint32_t *d, size_t d_len, const uint32_t *s, size_t s_len,
                          const uint32_t *b, size_t b_len)
{
    uint64_t out = 0;

    for (size_t k = 0; k < b_len; k++) {
        uint64_t carry = 0;
        for (size_t i = 0; i + k < d_len; i++) {
            carry += d[i + k] + (i < s_len ? (uint64_t)s[i] * b[k] : 0);
            d[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        /* A part of s above d's end and the carry belong to the limb that is carried out. */
        for (size_t i = d_len - k; i < s_len; i++)
            out += (uint64_t)s[i] * b[k] << (32 * (i + k - d_len));
        out += carry;
    }
    return out;
}

static void same(size_t len, size_t excess, int kind, int kind_of_b)
{
    mbedtls_mpi_uint s[LIMBS_MAX], d[LIMBS_MAX + EXCESS_MAX + FENCE], was[FENCE];
    mbedtls_mpi_uint b = limb(kind_of_b);
    uint32_t sh[LIMBS_MAX * 2], dh[(LIMBS_MAX + EXCESS_MAX) * 2], got[(LIMBS_MAX + EXCESS_MAX) * 2],
        bh[2];

    for (size_t i = 0; i < len; i++) s[i] = limb(kind);
    for (size_t i = 0; i < len + excess + FENCE; i++) d[i] = limb(kind == 2 ? 2 : 6);
    memcpy(was, d + len + excess, sizeof was);
    to_halves(sh, s, len);
    to_halves(dh, d, len + excess);
    to_halves(bh, &b, 1);

    uint64_t want = in_halves(dh, (len + excess) * HALVES, sh, len * HALVES, bh, HALVES);
    mbedtls_mpi_uint out = mbedtls_mpi_core_mla(d, len + excess, s, len, b);
    to_halves(got, d, len + excess);
    if (len + excess > 0) TEST_ASSERT_EQUAL_HEX32_ARRAY(dh, got, (len + excess) * HALVES);
    TEST_ASSERT_EQUAL_HEX64(want, (uint64_t)out);
    TEST_ASSERT_EQUAL_MEMORY(was, d + len + excess, sizeof was);
}

static void every_length(void)
{
    for (size_t len = 0; len <= LIMBS_MAX; len++)
        for (size_t excess = 0; excess <= EXCESS_MAX; excess++)
            for (int kind = 0; kind <= 6; kind++)
                for (int of_b = 0; of_b <= 6; of_b++) same(len, excess, kind, of_b);
}

static void many_at_random(void)
{
    for (int i = 0; i < 20000; i++)
        same((size_t)(any() % (LIMBS_MAX + 1)), (size_t)(any() % 2), 5 + (int)(any() % 2), 6);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(every_length);
    RUN_TEST(many_at_random);
    return UNITY_END();
}
