/* crc32c.h - has this record been written whole?
 *
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4). It finds torn writes and worn flash, nothing more:
 * who can write a record can write its checksum.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_CRC32C_H
#define PN_BASE_CRC32C_H

#include "core/base/slice.h"

/* The checksum of `bytes`; of "123456789" it is 0xE3069283. */
uint32_t pn_crc32c(struct pn_slice bytes);

#endif
