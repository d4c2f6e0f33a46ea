/* token_new.h - `postern token new`: make an API key, and the record that makes it known.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_TOKEN_NEW_H
#define PN_TOOLS_TOKEN_NEW_H

/* Run the command; argv[0] is not looked at. Nothing is written but to standard output. Returns the
 * program's exit status: 0, 1 when it failed, 2 when it was called wrongly. */
int tool_token_new(int argc, char **argv);

#endif
