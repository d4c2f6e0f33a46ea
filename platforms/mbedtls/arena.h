/* arena.h - all the memory mbedTLS gets.
 *
 * A fixed region cut into blocks of about fifty sizes, four to each doubling. A block that is given
 * back waits in the list of its size, so a steady load takes no new memory and each call costs a
 * few instructions whatever the load; mbedTLS's own first-fit list grows slower with every session.
 * The price: a block never changes its size. When fresh memory has run out, a larger free block
 * serves; when there is none, the library is told so and the operation fails.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MBEDTLS_ARENA_H
#define PN_MBEDTLS_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARENA_SIZE_COUNT = 52 };

struct arena_block;

struct arena {
    uint8_t *begin, *fresh, *end; /* from `fresh` on it was never a block */
    size_t used_bytes, used_bytes_max;
    uint32_t refused_count; /* how often there was no room */
    struct arena_block *free[ARENA_SIZE_COUNT];
};

/* Take over `bytes` of memory at `at`, aligned for any type. */
void pn_arena_init(struct arena *arena, void *at, size_t bytes);

/* `bytes` of zeroed memory aligned for any type, or NULL when the arena has none. */
void *pn_arena_take(struct arena *arena, size_t bytes);

/* Does the block lie in this arena? */
bool pn_arena_has(const struct arena *arena, const void *memory);

/* Give back what pn_arena_take() gave; NULL is allowed. */
void pn_arena_give(struct arena *arena, void *memory);

#endif
