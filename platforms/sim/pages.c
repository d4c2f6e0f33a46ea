/* The simulator has no pages to take back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "port/port_pages.h"

void port_pages_release(void *at, size_t bytes)
{
    (void)at;
    (void)bytes;
}
