/* slice.h - a run of bytes that somebody else owns.
 *
 * Input travels through the gateway as slices: a pointer into the buffer it arrived in and a
 * length. A slice never owns its bytes; each function that returns one says from which buffer it
 * borrows and until when. The empty slice has length 0 and any pointer, NULL included.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_SLICE_H
#define PN_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pn_slice {
    const uint8_t *at;
    size_t len;
};

/* A slice of a string literal, without its terminator. */
#define PN_SLICE(literal) ((struct pn_slice){ (const uint8_t *)(literal), sizeof(literal) - 1 })

/* The same for static initialisers, where a compound literal is not constant. */
#define PN_SLICE_INIT(literal) \
    { \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

static inline struct pn_slice pn_slice(const void *at, size_t len)
{
    return (struct pn_slice){ (const uint8_t *)at, len };
}

/* The bytes from `from` to the end; `from` is at most the length. */
static inline struct pn_slice pn_slice_from(struct pn_slice s, size_t from)
{
    return (struct pn_slice){ s.at + from, s.len - from };
}

/* The first `len` bytes; `len` is at most the length. */
static inline struct pn_slice pn_slice_head(struct pn_slice s, size_t len)
{
    return (struct pn_slice){ s.at, len };
}

/* True when both hold the same bytes. Its time depends on the contents: never for secrets. */
static inline bool pn_slice_equal(struct pn_slice a, struct pn_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* ASCII lower case of one byte; other bytes are returned as they are. */
static inline uint8_t pn_ascii_lower(uint8_t ch)
{
    return (uint8_t)(ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch);
}

/* What a hexadecimal digit of either case stands for, 0 to 15; -1 for anything else, -1 included. */
static inline int pn_hex_digit(int ch)
{
    int lower = ch | 0x20;

    if (ch >= '0' && ch <= '9') return ch - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* pn_slice_equal() that ignores ASCII case, as HTTP field names are compared (RFC 9110, 5.1). */
bool pn_slice_equal_fold(struct pn_slice a, struct pn_slice b);

/* True when `s` begins with `prefix`. */
static inline bool pn_slice_begins(struct pn_slice s, struct pn_slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

/* Order of `a` and `b` as byte strings: below 0, 0, above 0 (a prefix comes before the longer). */
int pn_slice_order(struct pn_slice a, struct pn_slice b);

/* Index of the first `ch`, or the length when there is none. */
size_t pn_slice_find(struct pn_slice s, uint8_t ch);

/* `s` without spaces and tabs at either end (RFC 9110, 5.6.3). */
struct pn_slice pn_slice_trim(struct pn_slice s);

/* Read `s` as a decimal number of digits only, at most `max`.
 * False when it is empty, holds another byte, or is larger; `*value` is then untouched. */
bool pn_slice_decimal(struct pn_slice s, uint64_t max, uint64_t *value);

/* True when `a` and `b`, both `len` bytes, are equal; takes the same time whatever they hold. */
bool pn_bytes_equal_secret(const uint8_t *a, const uint8_t *b, size_t len);

#endif
