/* policy_diff.h - `postern policy diff`: how two policies differ.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_DIFF_H
#define TOOLS_POLICY_DIFF_H

/* Run the command; argv[0] is not looked at. Returns the exit status: 0 no decision differs, 1 a
 * policy or a log is not in order, 2 called wrongly, 3 decisions, callers, models or servers differ,
 * 4 no difference is seen, and not everything could be told. */
int tool_policy_diff(int argc, char **argv);

#endif
