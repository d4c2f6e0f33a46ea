/* see siphash.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/siphash.h"

#include "core/base/bytes.h"

static uint64_t turn(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static void rounds(uint64_t v[4], int count)
{
    for (int i = 0; i < count; i++) {
        v[0] += v[1];
        v[1] = turn(v[1], 13) ^ v[0];
        v[0] = turn(v[0], 32);
        v[2] += v[3];
        v[3] = turn(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = turn(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = turn(v[1], 17) ^ v[2];
        v[2] = turn(v[2], 32);
    }
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    rounds(v, 2);
    v[0] ^= word;
}

uint64_t pn_siphash(const uint8_t seed[16], uint8_t domain, struct pn_slice bytes)
{
    uint64_t k0 = pn_load64(seed) ^ domain, k1 = pn_load64(seed + 8);
    uint64_t v[4] = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                      k1 ^ 0x7465646279746573 };
    uint64_t last = (uint64_t)bytes.len << 56;

    for (; bytes.len >= 8; bytes = pn_slice_from(bytes, 8)) absorb(v, pn_load64(bytes.at));
    for (size_t i = 0; i < bytes.len; i++) last |= (uint64_t)bytes.at[i] << 8 * i;
    absorb(v, last);
    v[2] ^= 0xFF;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
