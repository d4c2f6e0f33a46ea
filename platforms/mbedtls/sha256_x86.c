/* see sha256_x86.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/mbedtls/sha256_x86.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

enum { BLOCK_BYTES = 64, UNKNOWN = 0, ABSENT, PRESENT };

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static bool ask_processor(void)
{
    unsigned a, b, c, d;

    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_SSE4_1) == 0 || (c & bit_SSSE3) == 0)
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

/* Asked once: the instruction that asks leaves a virtual machine, which takes microseconds. */
bool pn_sha256_x86_present(void)
{
    static _Atomic int known;
    int now = atomic_load_explicit(&known, memory_order_relaxed);

    if (now == UNKNOWN) {
        now = ask_processor() ? PRESENT : ABSENT;
        atomic_store_explicit(&known, now, memory_order_relaxed);
    }
    return now == PRESENT;
}

/* The eight working variables as the instructions hold them, from the low lane up: f e b a and
 * h g d c. */
struct lanes {
    __m128i abef, cdgh;
};

WITH_SHA static inline struct lanes load_state(const uint32_t state[8])
{
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0xB1);
    __m128i hgfe =
        _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(state + 4)), 0x1B);

    return (struct lanes){ _mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0) };
}

WITH_SHA static inline void store_state(uint32_t state[8], struct lanes v)
{
    __m128i abef = _mm_shuffle_epi32(v.abef, 0x1B), cdgh = _mm_shuffle_epi32(v.cdgh, 0xB1);

    /* Now a b e f and g h c d, from the low lane up. */
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(abef, cdgh, 0xF0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(cdgh, abef, 8));
}

WITH_SHA static inline struct lanes four_rounds(struct lanes v, __m128i words, int round)
{
    __m128i constants = _mm_loadu_si128((const __m128i *)(const void *)(round_constants + round));
    __m128i sum = _mm_add_epi32(words, constants);

    v.cdgh = _mm_sha256rnds2_epu32(v.cdgh, v.abef, sum);
    v.abef = _mm_sha256rnds2_epu32(v.abef, v.cdgh, _mm_shuffle_epi32(sum, 0x0E));
    return v;
}

/* The four words of the schedule that follow the sixteen at hand, oldest first. */
WITH_SHA static inline __m128i next_words(__m128i w0, __m128i w4, __m128i w8, __m128i w12)
{
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w4), _mm_alignr_epi8(w12, w8, 4));

    return _mm_sha256msg2_epu32(sum, w12);
}

WITH_SHA static inline __m128i load_words(const uint8_t *at)
{
    const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);

    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), big_endian);
}

WITH_SHA static inline struct lanes take_block(struct lanes v, const uint8_t *block)
{
    __m128i w0 = load_words(block), w4 = load_words(block + 16);
    __m128i w8 = load_words(block + 32), w12 = load_words(block + 48);

    for (int round = 0;; round += 16) {
        v = four_rounds(v, w0, round);
        v = four_rounds(v, w4, round + 4);
        v = four_rounds(v, w8, round + 8);
        v = four_rounds(v, w12, round + 12);
        if (round == 48) return v;
        w0 = next_words(w0, w4, w8, w12);
        w4 = next_words(w4, w8, w12, w0);
        w8 = next_words(w8, w12, w0, w4);
        w12 = next_words(w12, w0, w4, w8);
    }
}

WITH_SHA void pn_sha256_x86_blocks(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    struct lanes v = load_state(state);

    for (size_t i = 0; i < count; i++) {
        struct lanes after = take_block(v, blocks + i * BLOCK_BYTES);
        v.abef = _mm_add_epi32(v.abef, after.abef);
        v.cdgh = _mm_add_epi32(v.cdgh, after.cdgh);
    }
    store_state(state, v);
}

#else

bool pn_sha256_x86_present(void)
{
    return false;
}

void pn_sha256_x86_blocks(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    (void)state;
    (void)blocks;
    (void)count;
}

#endif
