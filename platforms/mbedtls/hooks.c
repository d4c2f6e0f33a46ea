/* see hooks.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/mbedtls/hooks.h"

#include <mbedtls/platform.h>
#include <mbedtls/platform_time.h>
#include <mbedtls/platform_util.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/civil.h"
#include "port/port_clock.h"

#if defined(MBEDTLS_THREADING_C)
#include <mbedtls/threading.h>
#define PN_EACH_THREAD _Thread_local
#else
#define PN_EACH_THREAD
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

/* --- memory --- */

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

/* --- the time --- */

/* While nobody has told the time it is 1970, when no certificate was valid yet. */
static mbedtls_time_t now(mbedtls_time_t *at)
{
    int64_t unix_ms = port_clock_unix_ms();
    mbedtls_time_t seconds = unix_ms < 0 ? 0 : (mbedtls_time_t)(unix_ms / 1000);

    if (at) *at = seconds;
    return seconds;
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
    return (mbedtls_ms_time_t)port_clock_ms();
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *tt, struct tm *tm_buf)
{
    struct pn_civil_parts parts = pn_civil_parts((int64_t)*tt);
    struct pn_date date = pn_date_of_days(parts.days);

    memset(tm_buf, 0, sizeof *tm_buf);
    tm_buf->tm_year = (int)date.year - 1900;
    tm_buf->tm_mon = (int)date.month - 1;
    tm_buf->tm_mday = (int)date.day;
    tm_buf->tm_hour = (int)(parts.second / 3600);
    tm_buf->tm_min = (int)(parts.second / 60 % 60);
    tm_buf->tm_sec = (int)(parts.second % 60);
    return tm_buf;
}

/* --- installing --- */

enum pn_hooks pn_hooks_install(struct arena *process)
{
#if defined(MBEDTLS_THREADING_C)
    mbedtls_mutex_init(&hooks.lock);
#endif
    hooks.process = process;
    if (mbedtls_platform_set_calloc_free(pn_hooks_take, pn_hooks_give) != 0) return PN_HOOKS_FAILED;
    return mbedtls_platform_set_time(now) == 0 ? PN_HOOKS_INSTALLED : PN_HOOKS_FAILED;
}

enum pn_hooks pn_hooks_installed(void)
{
    return hooks.process ? PN_HOOKS_INSTALLED : PN_HOOKS_FAILED;
}
