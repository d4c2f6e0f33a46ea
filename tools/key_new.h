/* key_new.h - `postern key new`: make the pair that signs policies.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEY_NEW_H
#define PN_TOOLS_KEY_NEW_H

/* Run the command; argv[0] is not looked at. port_crypto_init() has been called. Returns the
 * program's exit status: 0, 1 when it failed, 2 when it was called wrongly. */
int tool_key_new(int argc, char **argv);

#endif
