/* json_string.h - the inside of a JSON string, strictly (RFC 8259, 7 and 8).
 *
 * The scanner's part that reads from after the opening quote to the closing one. It may be cut
 * anywhere: within an escape, a surrogate pair, a UTF-8 sequence. Runs of plain ASCII, which most
 * text is, are passed over eight bytes at a time. Of a key it also makes the unescaped bytes: all
 * of them go into the hash, the first few are kept to be looked up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JSON_STRING_H
#define PN_JSON_STRING_H

#include "core/base/bytes.h"
#include "core/json/json_keys.h"
#include "core/json/json_trie.h"

struct pn_json_string {
    uint16_t code;       /* of the \u escape under way */
    uint16_t high;       /* the surrogate that awaits its second half, or 0 */
    uint8_t part;        /* enum part in json_string.c; 0 outside escapes and sequences */
    uint8_t left;        /* hex digits or continuation bytes to come */
    uint8_t least, most; /* range of the next continuation byte */
    uint8_t flags;       /* PN_VALUE_ESCAPED once an escape was met */
};

/* A key as it is unescaped. */
struct pn_json_name {
    struct pn_json_hash hash;          /* hash.len is its length */
    uint8_t text[PN_TRIE_SPELLED_MAX]; /* its beginning */
};

/* Read on from the front of `in`, which loses what was read. `name` is NULL for values; for keys it
 * was begun with pn_json_hash_begin(&name->hash, keys).
 *
 *   PN_MORE     `in` is used up
 *   PN_DONE     the closing quote was read
 *   PN_REFUSED  the byte at the front of `in` cannot be, for `*reason` */
enum pn_step pn_json_string_step(struct pn_json_string *string, struct pn_slice *in,
                                 struct pn_json_name *name, const struct pn_json_keys *keys,
                                 enum pn_reason *reason);

/* A bit at the top of each byte of `word` that needs a look: quote, backslash, control character,
 * not ASCII. With bit 1 flipped, the quote changes places with the space and so joins the control
 * characters. Borrows may mark bytes above a marked one, never below: the lowest is right. */
static inline uint64_t pn_json_odd_bytes(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;

    return (word | ((word ^ ones * 2) - ones * 0x21) | ((word ^ ones * '\\') - ones)) & tops;
}

/* The first byte from `at` that needs a look, or `end`. */
static inline const uint8_t *pn_json_plain_end(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 8) {
        uint64_t odd = pn_json_odd_bytes(pn_load64(at));
        if (odd != 0) return at + ((unsigned)__builtin_ctzll(odd) >> 3);
        at += 8;
    }
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') at++;
    return at;
}

/* Where the closing quote is of a key that begins at `at`, and its hash, if it is plain; else NULL,
 * also when it is not found before eight bytes would have to be read beyond `last`. Those at `at` can
 * be read. */
static inline const uint8_t *pn_json_plain_key(const struct pn_json_keys *keys, const uint8_t *at,
                                               const uint8_t *last, uint64_t *hash)
{
    uint64_t sum = keys->first, word = pn_load64(at), odd;

    while ((odd = pn_json_odd_bytes(word)) == 0) {
        sum = pn_json_hash_mix(keys, sum, word);
        at += 8;
        if (at > last) return NULL;
        word = pn_load64(at);
    }
    at += (unsigned)__builtin_ctzll(odd) >> 3;
    *hash = pn_json_hash_mix(keys, sum, word & (odd ^ (odd - 1)) >> 8);
    return *at == '"' ? at : NULL;
}

/* The same of a string that begins at `at`, without a hash. */
static inline const uint8_t *pn_json_plain_close(const uint8_t *at, const uint8_t *last)
{
    uint64_t odd;

    while ((odd = pn_json_odd_bytes(pn_load64(at))) == 0) {
        at += 8;
        if (at > last) return NULL;
    }
    at += (unsigned)__builtin_ctzll(odd) >> 3;
    return *at == '"' ? at : NULL;
}

#endif
