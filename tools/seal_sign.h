/* seal_sign.h - `postern policy sign`: seal what `postern policy build` wrote.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_SEAL_SIGN_H
#define PN_TOOLS_SEAL_SIGN_H

/* Run the command; argv[0] is not looked at. port_crypto_init() has been called. Returns the
 * program's exit status: 0, 1 when it failed, 2 when it was called wrongly. */
int tool_policy_sign(int argc, char **argv);

#endif
