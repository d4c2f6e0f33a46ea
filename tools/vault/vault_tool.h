/* vault_tool.h - `postern vault init|set|get|list|rotate|rm`.
 *
 * Values are printed by `get --reveal` and by nothing else, and are in memory that is neither swapped
 * nor dumped, and wiped. A wrong passphrase goes the way of a right one until the vault does not
 * open.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_VAULT_TOOL_H
#define TOOLS_VAULT_TOOL_H

/* The command line from the command's second word on. Exit status: 0 done; 1 it could not be done, told on
 * standard error; 2 wrong usage. */
int tool_vault(int argc, char **argv);

#endif
