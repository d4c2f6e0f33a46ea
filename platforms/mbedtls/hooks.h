/* hooks.h - where the memory of mbedTLS comes from.
 *
 * The library's allocator hooks take no context. So a thread says whose memory its calls use: an
 * engine enters its arena before it calls the library and leaves it afterwards. What is taken outside
 * comes from the arena of the process, under a lock. A block goes back where it came from, which its
 * address tells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MBEDTLS_HOOKS_H
#define PN_MBEDTLS_HOOKS_H

#include "platforms/mbedtls/arena.h"

#if defined(__unix__) /* as in mbedtls_config.h */
#define PN_EACH_THREAD _Thread_local
#else
#define PN_EACH_THREAD
#endif

enum pn_hooks { PN_HOOKS_FAILED, PN_HOOKS_INSTALLED };

/* Install them, with the arena that belongs to no engine. Called once, before the first thread. */
enum pn_hooks pn_hooks_install(struct arena *process);

/* Have they been installed? */
enum pn_hooks pn_hooks_installed(void);

/* From here on this thread's calls use `arena`; NULL: that of the process. The one before, for
 * whoever leaves. */
struct arena *pn_hooks_enter(struct arena *arena);

/* What is installed, for tests that let an allocation fail. */
void *pn_hooks_take(size_t count, size_t bytes);
void pn_hooks_give(void *memory);

#endif
