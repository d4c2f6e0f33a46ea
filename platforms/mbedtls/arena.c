/* see arena.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/mbedtls/arena.h"

#include <string.h>

#include "core/base/assert.h"

enum { STEP_BYTES = 16, IN_USE = 0xB10C };

/* In front of each block. 16 bytes on every target, so what follows is aligned for any type. */
struct arena_block {
    union {
        struct arena_block *next; /* while free */
        uint64_t align;
    } link;
    uint32_t state; /* IN_USE, or 0 while free */
    uint32_t size;  /* index of its size */
};
_Static_assert(sizeof(struct arena_block) == STEP_BYTES, "your target aligns blocks otherwise");

/* 16, 32, 48, 64, then four steps to each doubling: 80, 96, 112, 128, 160, ... */
static size_t size_bytes(unsigned size)
{
    unsigned doubling = size / 4;

    if (doubling == 0) return (size_t)(size + 1) * STEP_BYTES;
    return (size_t)(4 + size % 4 + 1) * STEP_BYTES << (doubling - 1);
}

static unsigned size_that_holds(size_t bytes)
{
    unsigned size = 0;

    while (size < ARENA_SIZE_COUNT && size_bytes(size) < bytes) size += 4;
    size = size > 3 ? size - 3 : 0;
    while (size < ARENA_SIZE_COUNT && size_bytes(size) < bytes) size++;
    return size;
}

void pn_arena_init(struct arena *arena, void *at, size_t bytes)
{
    *arena = (struct arena){ .begin = at, .fresh = at, .end = (uint8_t *)at + bytes };
}

static struct arena_block *cut_fresh(struct arena *arena, unsigned size)
{
    struct arena_block *block = (struct arena_block *)(void *)arena->fresh;
    size_t need = sizeof *block + size_bytes(size);

    if ((size_t)(arena->end - arena->fresh) < need) return NULL;
    arena->fresh += need;
    block->size = size;
    return block;
}

static struct arena_block *pop_free(struct arena *arena, unsigned size)
{
    struct arena_block *block = arena->free[size];

    if (block != NULL) arena->free[size] = block->link.next;
    return block;
}

static struct arena_block *find_block(struct arena *arena, unsigned size)
{
    struct arena_block *block = pop_free(arena, size);

    if (block == NULL) block = cut_fresh(arena, size);
    while (block == NULL && ++size < ARENA_SIZE_COUNT) block = pop_free(arena, size);
    return block;
}

void *pn_arena_take(struct arena *arena, size_t bytes)
{
    unsigned size = size_that_holds(bytes);
    struct arena_block *block = size < ARENA_SIZE_COUNT ? find_block(arena, size) : NULL;

    if (block == NULL) {
        arena->refused_count++;
        return NULL;
    }
    block->state = IN_USE;
    arena->used_bytes += sizeof *block + size_bytes(block->size);
    if (arena->used_bytes > arena->used_bytes_max) arena->used_bytes_max = arena->used_bytes;
    return memset(block + 1, 0, bytes);
}

bool pn_arena_has(const struct arena *arena, const void *memory)
{
    const uint8_t *at = memory;

    return at >= arena->begin && at < arena->end;
}

void pn_arena_give(struct arena *arena, void *memory)
{
    struct arena_block *block;

    if (memory == NULL) return;
    block = (struct arena_block *)memory - 1;
    PN_ASSERT(block->state == IN_USE); /* given back twice, or never taken */
    block->state = 0;
    block->link.next = arena->free[block->size];
    arena->free[block->size] = block;
    arena->used_bytes -= sizeof *block + size_bytes(block->size);
}
