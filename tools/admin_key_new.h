/* admin_key_new.h - `postern admin key new`: make the key of an operator, and the record that makes it
 * known.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_ADMIN_KEY_NEW_H
#define PN_TOOLS_ADMIN_KEY_NEW_H

/* Run the command; argv[0] is not looked at, argv[1] is "new". Nothing is written but to standard
 * output. Returns the program's exit status: 0, 1 when it failed, 2 when it was called wrongly. */
int tool_admin_key(int argc, char **argv);

#endif
