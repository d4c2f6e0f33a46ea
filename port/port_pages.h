/* port_pages.h - memory that is not needed for a while.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_PAGES_H
#define PORT_PAGES_H

#include <stddef.h>

/* Tell the platform that the contents of these bytes are no longer wanted. It may take back whole
 * pages inside; they read as zero or as before, and can be written again at any time. A platform
 * without paging does nothing. Allocates nothing and cannot fail. */
void port_pages_release(void *at, size_t bytes);

#endif
