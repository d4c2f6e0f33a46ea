/* keyset_show.h - `postern keyset show`.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEYSET_SHOW_H
#define PN_TOOLS_KEYSET_SHOW_H

/* Run the command; argv[0] is not looked at. Returns the exit status: 0 done, 1 could not be done,
 * 2 not called as its help says. */
int tool_keyset_show(int argc, char **argv);

#endif
