/* assert.h - what we promised ourselves.
 *
 * For relations between our own values, never for bytes from outside. A failed assertion stops the
 * device through port_panic(); it stays in release builds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_ASSERT_H
#define PN_BASE_ASSERT_H

#include "port/port_panic.h"

#define PN_ASSERT(holds) ((holds) ? (void)0 : port_panic(__FILE__, __LINE__))

#endif
