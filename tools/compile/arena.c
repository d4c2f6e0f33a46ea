/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/arena.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/bytes.h"

#define BLOCK_BYTES 65536
#define ALIGN_BYTES 16

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(ALIGN_BYTES) uint8_t bytes[];
};

static void out_of_memory(void)
{
    fputs("postern: out of memory\n", stderr);
    exit(1);
}

void *arena_take(struct arena *arena, size_t bytes)
{
    size_t rounded = (bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;

    if (arena->blocks == NULL || arena->left < rounded) {
        size_t size = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;
        struct arena_block *block = calloc(1, sizeof *block + size);
        if (block == NULL) out_of_memory();
        block->next = arena->blocks;
        block->size = size;
        arena->blocks = block;
        arena->left = size;
    }
    uint8_t *at = arena->blocks->bytes + (arena->blocks->size - arena->left);
    arena->left -= rounded;
    return at;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->left = 0;
}

struct pn_slice arena_copy(struct arena *arena, struct pn_slice bytes)
{
    uint8_t *at = arena_take(arena, bytes.len + 1);

    if (bytes.len > 0) memcpy(at, bytes.at, bytes.len);
    return pn_slice(at, bytes.len);
}

const char *arena_format_list(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;

    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t size = (size_t)(length < 0 ? 0 : length) + 1;
    char *text = arena_take(arena, size);
    vsnprintf(text, size, format, arguments);
    return text;
}

const char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *text = arena_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

void *arena_grown(struct arena *arena, void *items, size_t count, size_t *max, size_t item_bytes)
{
    if (count < *max) return items;

    size_t more = *max == 0 ? 8 : *max * 2;
    void *moved = arena_take(arena, more * item_bytes);
    if (count > 0) memcpy(moved, items, count * item_bytes);
    *max = more;
    return moved;
}

static void bytes_reserve(struct bytes *bytes, size_t more)
{
    size_t max = bytes->max == 0 ? 256 : bytes->max;

    if (bytes->max - bytes->len >= more && bytes->at != NULL) return;
    while (max - bytes->len < more) max *= 2;
    uint8_t *moved = realloc(bytes->at, max);
    if (moved == NULL) out_of_memory();
    bytes->at = moved;
    bytes->max = max;
}

void bytes_append(struct bytes *bytes, struct pn_slice more)
{
    bytes_reserve(bytes, more.len);
    if (more.len > 0) memcpy(bytes->at + bytes->len, more.at, more.len);
    bytes->len += more.len;
}

void bytes_append_zero(struct bytes *bytes, size_t count)
{
    bytes_reserve(bytes, count);
    memset(bytes->at + bytes->len, 0, count);
    bytes->len += count;
}

void bytes_append_u8(struct bytes *bytes, uint8_t value)
{
    bytes_append(bytes, pn_slice(&value, 1));
}

void bytes_append_u16(struct bytes *bytes, uint16_t value)
{
    uint8_t raw[2];

    pn_store16(raw, value);
    bytes_append(bytes, pn_slice(raw, sizeof raw));
}

void bytes_append_u32(struct bytes *bytes, uint32_t value)
{
    uint8_t raw[4];

    pn_store32(raw, value);
    bytes_append(bytes, pn_slice(raw, sizeof raw));
}

void bytes_append_u64(struct bytes *bytes, uint64_t value)
{
    uint8_t raw[8];

    pn_store64(raw, value);
    bytes_append(bytes, pn_slice(raw, sizeof raw));
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct bytes){ 0 };
}
