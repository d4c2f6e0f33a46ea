/* memory.h - address space, taken once before ready.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_MEMORY_H
#define PN_LINUX_MEMORY_H

#include <stddef.h>

/* `bytes` of zeroed memory for the life of the process, aligned to a page. Pages become resident as
 * they are touched. NULL when there is not so much address space. */
void *pn_memory_reserve(size_t bytes);

/* Leave it out of core dumps. */
void pn_memory_hide(void *at, size_t bytes);

#endif
