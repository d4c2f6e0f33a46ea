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

/* A frame may take this much longer than the quickest one of its series. */
#define PN_ALONE_AT_MOST 1.12

static inline uint64_t pn_bench_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Four sums that do not wait for each other, some microseconds of them: how long they took, in ns. */
static inline uint32_t pn_wide_ns(void)
{
    static volatile uint32_t sink;
    uint32_t sum[4] = { 1, 2, 3, 4 };
    uint64_t began = pn_bench_ns(CLOCK_MONOTONIC);

    for (uint32_t i = 0; i < 4096; i++)
        for (int k = 0; k < 4; k++) sum[k] = (sum[k] << 5) + (sum[k] >> 2) + (i ^ sum[k]);
    sink = sink + sum[0] + sum[1] + sum[2] + sum[3];
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

static inline uint32_t pn_quickest_frame(const struct pn_sample *samples, int count)
{
    uint32_t best = UINT32_MAX;

    for (int i = 0; i < count; i++) best = samples[i].wide_ns < best ? samples[i].wide_ns : best;
    return best;
}

static inline void pn_sort_samples(struct pn_sample *samples, int count)
{
    qsort(samples, (size_t)count, sizeof *samples, pn_sample_order);
}

/* Of sorted samples keep those that were taken alone, still sorted; how many they are. */
static inline int pn_keep_alone(struct pn_sample *samples, int count)
{
    double limit = PN_ALONE_AT_MOST * pn_quickest_frame(samples, count);
    int kept = 0;

    for (int i = 0; i < count; i++)
        if (samples[i].wide_ns <= limit) samples[kept++] = samples[i];
    return kept;
}

#endif
