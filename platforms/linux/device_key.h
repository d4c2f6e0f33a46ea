/* device_key.h - the secrets that are this device's own.
 *
 * 32 random bytes in the state directory, made at the first start. It keys the ids of MCP sessions
 * and the digests of arguments in the audit log, so it is kept: with a new one, open sessions are
 * unknown and digests of equal arguments differ. Beside it lies the key that signs tokens of the
 * gateway's own, which is kept so that they can be verified by a public key that was fetched earlier.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_DEVICE_KEY_H
#define PN_LINUX_DEVICE_KEY_H

#include <stdbool.h>
#include <stdint.h>

/* Read `<state>/device.key`, or make it (0600). False with errno when neither can be done; a file of
 * another length, which `*bytes` tells, is refused with EINVAL, never replaced. `*bytes` is 32
 * otherwise. */
bool pn_device_key_load(const char *state_path, uint8_t key[32], uint64_t *bytes);

/* The same of `<state>/token.key`, the private half of a P-256 key; needs port_crypto_init(). */
bool pn_token_key_load(const char *state_path, uint8_t key[32], uint64_t *bytes);

#endif
