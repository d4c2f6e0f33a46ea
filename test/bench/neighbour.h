/* neighbour.h - was somebody else on this core while something was measured?
 *
 * Two processors of a machine are often halves of one core, and of a virtual machine the other half
 * is a stranger's. While he works, code that keeps a core busy takes up to twice as long, and
 * code that waits for its own results, step after step, takes what it always does: that is how he is
 * told from a clock that varies. pn_wide_ns() is work of the first kind, the same each time, so
 * what is framed by two quick runs of it was measured alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BENCH_NEIGHBOUR_H
#define PN_BENCH_NEIGHBOUR_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* A frame may take this much longer than the quickest one of all. */
#define PN_ALONE_AT_MOST 1.12

static inline uint64_t pn_bench_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Not for the compiler to see through: what it could put into one instruction stays several. */
#define PN_APART(x) __asm__ volatile("" : "+r"(x))

/* Six sums that do not wait for each other, some microseconds of them: how long they took, in ns. */
static inline uint32_t pn_wide_ns(void)
{
    static volatile uint32_t sink;
    uint32_t a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
    uint64_t began = pn_bench_ns(CLOCK_MONOTONIC);

    for (uint32_t i = 0; i < 4096; i++) {
        a = (a ^ i) + (a >> 3), b = (b ^ i) + (b >> 3), c = (c ^ i) + (c >> 3);
        PN_APART(a);
        PN_APART(b);
        PN_APART(c);
        d = (d ^ i) + (d >> 3), e = (e ^ i) + (e >> 3), f = (f ^ i) + (f >> 3);
        PN_APART(d);
        PN_APART(e);
        PN_APART(f);
    }
    sink = sink + a + b + c + d + e + f;
    return (uint32_t)(pn_bench_ns(CLOCK_MONOTONIC) - began);
}

struct pn_sample {
    double value;
    uint32_t wide_ns; /* the slower one of its two frames */
};

static inline int pn_sample_order(const void *x, const void *y)
{
    double l = ((const struct pn_sample *)x)->value, r = ((const struct pn_sample *)y)->value;

    return l < r ? -1 : l > r;
}

static inline void pn_sort_samples(struct pn_sample *samples, int count)
{
    qsort(samples, (size_t)count, sizeof *samples, pn_sample_order);
}

/* The quickest of all frames so far, given one more: of everything a program measures, since he may
 * work all through a part of it. */
static inline uint32_t pn_quickest_frame(uint32_t wide_ns)
{
    static uint32_t best = UINT32_MAX;

    if (wide_ns < best) best = wide_ns;
    return best;
}

static inline int pn_was_alone(const struct pn_sample *s)
{
    return s->wide_ns <= PN_ALONE_AT_MOST * pn_quickest_frame(s->wide_ns);
}

/* Of sorted samples keep those that were taken alone, still sorted; how many they are, perhaps none. Once
 * all has been measured. */
static inline int pn_keep_alone(struct pn_sample *samples, int count)
{
    int kept = 0;

    for (int i = 0; i < count; i++)
        if (pn_was_alone(&samples[i])) samples[kept++] = samples[i];
    return kept;
}

#endif
