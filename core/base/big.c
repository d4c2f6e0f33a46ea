/* see big.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/big.h"

#include <string.h>

void pn_big_multiply_add(struct pn_big *n, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (uint32_t i = 0; i < n->count; i++) {
        carry += (uint64_t)n->word[i] * factor;
        n->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry > 0) n->word[n->count++] = (uint32_t)carry;
}

void pn_big_multiply_fives(struct pn_big *n, uint32_t power)
{
    for (; power >= 13; power -= 13) pn_big_multiply_add(n, 1220703125, 0);
    for (; power > 0; power--) pn_big_multiply_add(n, 5, 0);
}

void pn_big_shift_left(struct pn_big *n, uint32_t bits)
{
    uint32_t words = bits / 32;

    pn_big_multiply_add(n, (uint32_t)1 << bits % 32, 0);
    if (words == 0) return;
    memmove(n->word + words, n->word, n->count * sizeof n->word[0]);
    memset(n->word, 0, words * sizeof n->word[0]);
    n->count += words;
}

void pn_big_subtract(struct pn_big *a, const struct pn_big *b)
{
    uint32_t borrow = 0;

    for (uint32_t i = 0; i < a->count; i++) {
        uint64_t minus = (uint64_t)(i < b->count ? b->word[i] : 0) + borrow;
        borrow = a->word[i] < minus ? 1 : 0;
        a->word[i] = (uint32_t)(a->word[i] - minus);
    }
    while (a->count > 0 && a->word[a->count - 1] == 0) a->count--;
}

int pn_big_order(const struct pn_big *a, const struct pn_big *c)
{
    if (a->count != c->count) return a->count < c->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;) {
        if (a->word[i] != c->word[i]) return a->word[i] < c->word[i] ? -1 : 1;
    }
    return 0;
}

/* What a number has beyond its words is 0. */
static uint32_t word_at(const struct pn_big *n, uint32_t i)
{
    return i < n->count ? n->word[i] : 0;
}

int pn_big_order_sum(const struct pn_big *a, const struct pn_big *b, const struct pn_big *c)
{
    int64_t rest = 0; /* what is carried to the next word: -1, 0 or 1 */
    uint32_t any = 0;

    for (uint32_t i = 0; i < a->count || i < b->count || i < c->count; i++) {
        rest += (int64_t)word_at(a, i) + word_at(b, i) - word_at(c, i);
        any |= (uint32_t)rest;
        rest = rest >> 32;
    }
    if (rest != 0) return rest < 0 ? -1 : 1;
    return any != 0;
}
