/* version.h - what this program calls itself.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_VERSION_H
#define PN_LINUX_VERSION_H

#define PN_VERSION "0.1.0"

#endif
