/* keyset_sign.h - `postern keyset sign`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEYSET_SIGN_H
#define PN_TOOLS_KEYSET_SIGN_H

/* Run the command; argv[0] is not looked at. Returns the exit status: 0 done, 1 could not be done,
 * 2 not called as its help says. */
int tool_keyset_sign(int argc, char **argv);

#endif
