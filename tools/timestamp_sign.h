/* timestamp_sign.h - `postern policy timestamp`: answer a gateway's question.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_TIMESTAMP_SIGN_H
#define PN_TOOLS_TIMESTAMP_SIGN_H

/* Run the command; argv[0] is not looked at. port_crypto_init() has been called. Returns the
 * program's exit status: 0, 1 when a file is not in order, 2 when it was called wrongly. */
int tool_policy_timestamp(int argc, char **argv);

#endif
