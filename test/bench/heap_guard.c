/* heap_guard.c - the C library's allocator, replaced by one that ends the program once it is ready.
 *
 * Linked with the objects of the shipping binary. Until pn_serve_is_ready() memory comes from one
 * static region, and nothing is ever given back; from then until pn_serve_is_over() any call, free()
 * included, is named on standard error and aborts. A program that lives through its traffic and ends
 * in order has made none. The process that compiles bundles for `serve --dev` was forked before
 * ready and is not watched.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platforms/linux/serve.h"

enum { REGION_BYTES = 256 << 20, ALIGN = 16 };

static _Alignas(64) uint8_t region[REGION_BYTES];
static _Atomic size_t used;
static atomic_bool armed;

/* The size lies in front of each piece, for realloc(). */
struct piece {
    size_t bytes;
    size_t unused;
};
_Static_assert(sizeof(struct piece) == ALIGN,
               "You need pieces that stay aligned behind their size.");

static void tell(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(1);
}

static void look(const char *name)
{
    if (!atomic_load(&armed)) return;
    tell("heap guard: ");
    tell(name);
    tell("() after ready\n");
    abort();
}

void pn_serve_is_ready(void)
{
    tell("heap guard: armed\n");
    atomic_store(&armed, true);
    /* So that a test can see that it would be told. */
    if (getenv("HEAP_GUARD_TRY")) free(malloc(1));
}

void pn_serve_is_over(void)
{
    atomic_store(&armed, false);
    tell("heap guard: 0 calls from ready to the end\n");
}

static void *take(size_t bytes, size_t align)
{
    size_t begin = atomic_load(&used), at, end;

    if (align < ALIGN) align = ALIGN;
    do {
        at = (begin + sizeof(struct piece) + align - 1) & ~(align - 1);
        end = at + ((bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1));
        if (bytes > REGION_BYTES || end > REGION_BYTES) {
            errno = ENOMEM;
            return NULL;
        }
    } while (!atomic_compare_exchange_weak(&used, &begin, end));
    struct piece *piece = (struct piece *)(void *)(region + at) - 1;
    piece->bytes = bytes;
    return region + at;
}

/* Pieces are used once, so they are zero as the region was. */
void *malloc(size_t bytes)
{
    look("malloc");
    return take(bytes, ALIGN);
}

void *calloc(size_t count, size_t bytes)
{
    look("calloc");
    if (bytes > 0 && count > REGION_BYTES / bytes) {
        errno = ENOMEM;
        return NULL;
    }
    return take(count * bytes, ALIGN);
}

void *realloc(void *at, size_t bytes)
{
    look("realloc");
    void *made = take(bytes, ALIGN);

    if (made && at) {
        size_t before = ((const struct piece *)at - 1)->bytes;
        memcpy(made, at, before < bytes ? before : bytes);
    }
    return made;
}

void free(void *at)
{
    (void)at;
    look("free");
}

void *memalign(size_t align, size_t bytes);
void *memalign(size_t align, size_t bytes)
{
    look("memalign");
    return take(bytes, align);
}

void *aligned_alloc(size_t align, size_t bytes)
{
    look("aligned_alloc");
    return take(bytes, align);
}

int posix_memalign(void **at, size_t align, size_t bytes)
{
    look("posix_memalign");
    *at = take(bytes, align);
    return *at ? 0 : ENOMEM;
}

size_t malloc_usable_size(void *at);
size_t malloc_usable_size(void *at)
{
    return at ? ((const struct piece *)at - 1)->bytes : 0;
}
