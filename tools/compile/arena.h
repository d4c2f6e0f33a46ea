/* arena.h - memory of one compilation, given back all at once.
 *
 * Host programs only. Everything that a compilation makes lives until it ends, so nothing is freed
 * on its own; a machine without memory ends the process with a message.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ARENA_H
#define TOOLS_ARENA_H

#include <stdarg.h>

#include "core/base/slice.h"

struct arena_block;

struct arena { /* all-zero is empty */
    struct arena_block *blocks;
    size_t left; /* bytes free at the end of the first block */
};

/* `bytes` zeroed bytes, aligned for any object; they live until arena_free(). */
void *arena_take(struct arena *arena, size_t bytes);
void arena_free(struct arena *arena);

/* A copy of `bytes`, with a NUL behind it for those who print it. */
struct pn_slice arena_copy(struct arena *arena, struct pn_slice bytes);

/* Formatted text, NUL-terminated. */
const char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *arena_format_list(struct arena *arena, const char *format, va_list arguments);

/* True when `text` is exactly the C string `words`. */
static inline bool text_is(struct pn_slice text, const char *words)
{
    return pn_slice_equal(text, pn_slice(words, strlen(words)));
}

#define ARENA_NEW(arena, type) ((type *)arena_take((arena), sizeof(type)))

/* A growing array inside a struct, and one more item at its end. */
#define LIST(type) \
    struct { \
        type *items; \
        size_t count, max; \
    }

#define LIST_PUSH(arena, list, item) \
    do { \
        (list)->items = arena_grown((arena), (list)->items, (list)->count, &(list)->max, \
                                    sizeof *(list)->items); \
        (list)->items[(list)->count++] = (item); \
    } while (0)

/* `items` with room for one more than `count`; moved and `*max` raised when it was full. */
void *arena_grown(struct arena *arena, void *items, size_t count, size_t *max, size_t item_bytes);

/* Bytes that grow on the heap and belong to whoever holds the struct. All-zero is empty. */
struct bytes {
    uint8_t *at;
    size_t len, max;
};

void bytes_append(struct bytes *bytes, struct pn_slice more);
void bytes_append_u8(struct bytes *bytes, uint8_t value);
void bytes_append_u16(struct bytes *bytes, uint16_t value); /* little-endian */
void bytes_append_u32(struct bytes *bytes, uint32_t value);
void bytes_append_u64(struct bytes *bytes, uint64_t value);
void bytes_append_zero(struct bytes *bytes, size_t count);
void bytes_free(struct bytes *bytes);

static inline struct pn_slice bytes_slice(const struct bytes *bytes)
{
    return pn_slice(bytes->at, bytes->len);
}

#endif
