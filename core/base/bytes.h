/* bytes.h - integers in byte buffers, whatever the host's order and alignment.
 *
 * Sections of a policy blob are little-endian and sit at any address, so they are read through
 * these loads and nothing else; compilers turn each into one instruction where that is allowed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_BYTES_H
#define PN_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t pn_load16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* A constant, so one of two ways remains. Where bytes lie as in the buffer a load is one instruction
 * and is copied in wherever it is wanted; put together byte by byte it would be a call. */
static inline bool pn_bytes_are_little(void)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

/* PN_LITTLE16(value), PN_LITTLE32(value): a constant in the order of the buffers, for tables. The value
 * is written out once. */
#define PN_LITTLE16                PN_LITTLE_(16, __BYTE_ORDER__)
#define PN_LITTLE32                PN_LITTLE_(32, __BYTE_ORDER__)
#define PN_LITTLE_(bits, order)    PN_LITTLE_OF_(bits, order)
#define PN_LITTLE_OF_(bits, order) PN_LITTLE##bits##_##order##_
#define PN_LITTLE16_1234_(value)   ((uint16_t)(value))
#define PN_LITTLE32_1234_(value)   ((uint32_t)(value))
#define PN_LITTLE16_4321_(value)   __builtin_bswap16((uint16_t)(value))
#define PN_LITTLE32_4321_(value)   __builtin_bswap32((uint32_t)(value))

static inline uint32_t pn_load32(const uint8_t *at)
{
    uint32_t v;

    memcpy(&v, at, sizeof v);
    return pn_bytes_are_little() ? v : __builtin_bswap32(v);
}

static inline uint64_t pn_load64(const uint8_t *at)
{
    uint64_t v;

    memcpy(&v, at, sizeof v);
    return pn_bytes_are_little() ? v : __builtin_bswap64(v);
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

/* Zero bytes that held a secret. The compiler is told that somebody may still look at them, so that it
 * cannot leave the writing out. */
static inline void pn_bytes_wipe(void *at, size_t len)
{
    if (len > 0) memset(at, 0, len);
    __asm__ volatile("" : : "r"(at) : "memory");
}

/* A machine word in the host's order, for bytes that are only compared. */
static inline size_t pn_load_word(const uint8_t *at)
{
    size_t v;

    memcpy(&v, at, sizeof v);
    return v;
}

/* True when `a` and `b`, both `len` bytes, are equal; its time depends on what they hold. For names
 * and the like, most of which are too short to be worth a call. */
static inline bool pn_bytes_same(const uint8_t *a, const uint8_t *b, size_t len)
{
    const size_t step = sizeof(size_t);

    if (len >= step) {
        for (; len > 2 * step; a += step, b += step, len -= step) {
            if (pn_load_word(a) != pn_load_word(b)) return false;
        }
        size_t last = pn_load_word(a + len - step) ^ pn_load_word(b + len - step);
        return ((pn_load_word(a) ^ pn_load_word(b)) | last) == 0;
    }
    if (len >= 4) {
        uint32_t last = pn_load32(a + len - 4) ^ pn_load32(b + len - 4);
        return ((pn_load32(a) ^ pn_load32(b)) | last) == 0;
    }
    /* The first, the middle and the last byte are all of them. */
    return len == 0 || (a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1]);
}

#endif
