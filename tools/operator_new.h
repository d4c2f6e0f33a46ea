/* operator_new.h - `postern admin key new` and `postern admin password new`: make what an operator
 * proves himself with, and the record that makes it known.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_OPERATOR_NEW_H
#define PN_TOOLS_OPERATOR_NEW_H

/* Run the command; argv[0] is not looked at, one of the others is "new". Nothing is written but to
 * standard output. Returns the program's exit status: 0, 1 when it failed, 2 when it was called wrongly. */
int tool_admin_key(int argc, char **argv);
int tool_admin_password(int argc, char **argv);

#endif
