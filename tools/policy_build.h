/* policy_build.h - `postern policy build`: a bundle folder becomes the body of a policy.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_BUILD_H
#define TOOLS_POLICY_BUILD_H

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0, 1 when the
 * bundle does not build, 2 when it was called wrongly. */
int tool_policy_build(int argc, char **argv);

#endif
