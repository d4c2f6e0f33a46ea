/* see hooks.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/mbedtls/hooks.h"

#include <mbedtls/platform.h>

#include "core/base/assert.h"

#if defined(MBEDTLS_THREADING_C)
#include <mbedtls/threading.h>
#endif

static struct {
    struct arena *process;
#if defined(MBEDTLS_THREADING_C)
    mbedtls_threading_mutex_t lock;
#endif
} hooks;

static PN_EACH_THREAD struct arena *entered;

static void lock(void)
{
#if defined(MBEDTLS_THREADING_C)
    PN_ASSERT(mbedtls_mutex_lock(&hooks.lock) == 0);
#endif
}

static void unlock(void)
{
#if defined(MBEDTLS_THREADING_C)
    PN_ASSERT(mbedtls_mutex_unlock(&hooks.lock) == 0);
#endif
}

struct arena *pn_hooks_enter(struct arena *arena)
{
    struct arena *before = entered;

    entered = arena;
    return before;
}

void *pn_hooks_take(size_t count, size_t bytes)
{
    void *memory = NULL;

    if (bytes != 0 && count > SIZE_MAX / bytes) return NULL;
    if (entered) return pn_arena_take(entered, count * bytes);
    lock();
    memory = pn_arena_take(hooks.process, count * bytes);
    unlock();
    return memory;
}

void pn_hooks_give(void *memory)
{
    if (memory == NULL) return;
    if (entered && pn_arena_has(entered, memory)) {
        pn_arena_give(entered, memory);
        return;
    }
    lock();
    PN_ASSERT(pn_arena_has(hooks.process, memory)); /* of an engine that was not entered */
    pn_arena_give(hooks.process, memory);
    unlock();
}

enum pn_hooks pn_hooks_install(struct arena *process)
{
#if defined(MBEDTLS_THREADING_C)
    mbedtls_mutex_init(&hooks.lock);
#endif
    hooks.process = process;
    return mbedtls_platform_set_calloc_free(pn_hooks_take, pn_hooks_give) == 0 ? PN_HOOKS_INSTALLED
                                                                               : PN_HOOKS_FAILED;
}

enum pn_hooks pn_hooks_installed(void)
{
    return hooks.process ? PN_HOOKS_INSTALLED : PN_HOOKS_FAILED;
}
