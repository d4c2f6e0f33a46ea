/* sha256_x86.h - SHA-256 by the instructions that x86 processors have for it since 2016.
 *
 * mbedTLS 3.6 uses such instructions on Arm only, and its portable code takes seven times as long:
 * the audit log hashes every record, and the arguments of every call are digested.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MBEDTLS_SHA256_X86_H
#define PN_MBEDTLS_SHA256_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Does this processor have them? The same answer for the life of the process; false on others. */
bool pn_sha256_x86_present(void);

/* Take `count` blocks of 64 bytes into `state` (FIPS 180-4, 6.2.2). Only where it is present. */
void pn_sha256_x86_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

#endif
