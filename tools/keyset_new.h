/* keyset_new.h - `postern keyset new`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEYSET_NEW_H
#define PN_TOOLS_KEYSET_NEW_H

/* Run the command; argv[0] is not looked at. Returns the exit status: 0 done, 1 could not be done,
 * 2 not called as its help says. */
int tool_keyset_new(int argc, char **argv);

#endif
