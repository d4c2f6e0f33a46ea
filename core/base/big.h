/* big.h - whole numbers of any size, for exact conversion between decimal and binary.
 *
 * A double and its decimal text meet exactly only in numbers of a thousand bits and more. Nobody
 * converts in a hot loop, so everything here is the school method, chosen for little code.
 *
 * The caller lends the words and knows how many its largest number needs; nothing checks that.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_BIG_H
#define PN_BASE_BIG_H

#include <stdint.h>

struct pn_big {
    uint32_t *word; /* the caller's; the lowest first */
    uint32_t count; /* words in use; the highest is not 0, and the number 0 has none */
};

/* n = n * factor + addend; factor is not 0. Needs one word more at most. */
void pn_big_multiply_add(struct pn_big *n, uint32_t factor, uint32_t addend);

/* n *= 5^power. Needs the words of the result. */
void pn_big_multiply_fives(struct pn_big *n, uint32_t power);

/* n *= 2^bits, where n is not 0. Needs the words of the result. */
void pn_big_shift_left(struct pn_big *n, uint32_t bits);

/* a -= b, where b is at most a. */
void pn_big_subtract(struct pn_big *a, const struct pn_big *b);

/* Below 0, 0 or above 0 as a, or a + b, is less than, equal to or more than c. */
int pn_big_order(const struct pn_big *a, const struct pn_big *c);
int pn_big_order_sum(const struct pn_big *a, const struct pn_big *b, const struct pn_big *c);

/* The place of the highest bit of a number that is not 0, counted from 1. */
static inline uint32_t pn_big_bits(const struct pn_big *n)
{
    return n->count * 32 - (uint32_t)__builtin_clz(n->word[n->count - 1]);
}

#endif
