/* Memory given back while its addresses stay reserved. Private anonymous mappings read as zero
 * afterwards; the pages at either end that hold other bytes too are left alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "port/port_pages.h"

void port_pages_release(void *at, size_t bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)at + page - 1) & ~(page - 1);
    uintptr_t end = ((uintptr_t)at + bytes) & ~(page - 1);

    /* A kernel that does not want them back may keep them: nothing depends on it. */
    if (end > first) (void)madvise((void *)first, end - first, MADV_DONTNEED);
}
