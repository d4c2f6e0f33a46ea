/* policy_inspect.h - `postern policy inspect`: everything that a file with a policy says of itself.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_INSPECT_H
#define TOOLS_POLICY_INSPECT_H

/* Run the command; argv[0] is not looked at. port_crypto_init() has been called. Returns the
 * program's exit status: 0 in order, 1 not, 2 when it was called wrongly. */
int tool_policy_inspect(int argc, char **argv);

#endif
