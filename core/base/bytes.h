/* bytes.h - integers in byte buffers, whatever the host's order and alignment.
 *
 * Sections of a policy blob are little-endian and sit at any address, so they are read through
 * these loads and nothing else; compilers turn each into one instruction where that is allowed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_BYTES_H
#define PN_BASE_BYTES_H

#include <stdint.h>

static inline uint16_t pn_load16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t pn_load32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t pn_load64(const uint8_t *at)
{
    return (uint64_t)pn_load32(at) | (uint64_t)pn_load32(at + 4) << 32;
}

static inline void pn_store16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline void pn_store32(uint8_t *at, uint32_t value)
{
    pn_store16(at, (uint16_t)value);
    pn_store16(at + 2, (uint16_t)(value >> 16));
}

static inline void pn_store64(uint8_t *at, uint64_t value)
{
    pn_store32(at, (uint32_t)value);
    pn_store32(at + 4, (uint32_t)(value >> 32));
}

#endif
