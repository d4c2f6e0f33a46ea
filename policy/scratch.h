/* scratch.h - the memory in which a rule's expressions build their values.
 *
 * The caller lends one piece, expressions take from its front, and all is free again after each
 * predicate or output. What does not fit is an error value of that expression, never a crash.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_SCRATCH_H
#define PN_POLICY_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/* A loop keeps in 16 bits which eighth byte was free when it began. What is lent beyond is left
 * alone. */
enum { PN_SCRATCH_BYTES_MAX = 8 * UINT16_MAX };

struct pn_scratch {
    uint8_t *at;    /* the caller's, aligned to 8 bytes; NULL: nothing is lent */
    uint32_t bytes; /* its size, at most PN_SCRATCH_BYTES_MAX */
    uint32_t used;
    uint32_t used_max; /* the most that was ever in use, for reports */
};

static inline struct pn_scratch pn_scratch(void *at, uint32_t bytes)
{
    if (bytes > PN_SCRATCH_BYTES_MAX) bytes = PN_SCRATCH_BYTES_MAX;
    return (struct pn_scratch){ .at = (uint8_t *)at, .bytes = bytes };
}

/* Memory aligned to 8 bytes, or NULL when what is left does not hold it. */
static inline void *pn_scratch_take(struct pn_scratch *s, size_t bytes)
{
    size_t rounded = (bytes + 7) & ~(size_t)7;

    if (rounded < bytes || rounded > s->bytes - s->used) return NULL;
    uint8_t *at = s->at + s->used;
    s->used += (uint32_t)rounded;
    if (s->used > s->used_max) s->used_max = s->used;
    return at;
}

/* Give back all that was taken after `used` bytes were in use. */
static inline void pn_scratch_back_to(struct pn_scratch *s, uint32_t used)
{
    s->used = used;
}

#endif
