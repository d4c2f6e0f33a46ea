/* see memory.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/memory.h"

#include <sys/mman.h>

void *pn_memory_reserve(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return at == MAP_FAILED ? NULL : at;
}

void pn_memory_hide(void *at, size_t bytes)
{
    (void)madvise(at, bytes, MADV_DONTDUMP);
}
