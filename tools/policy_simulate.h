/* policy_simulate.h - `postern policy simulate`: what a policy would have said of recorded calls.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_SIMULATE_H
#define TOOLS_POLICY_SIMULATE_H

/* Run the command; argv[0] is not looked at. Returns the exit status: 0 nothing changes, 1 the
 * policy or a log is not in order, 2 called wrongly, 3 something changes, 4 nothing is seen to
 * change and not everything could be told. */
int tool_policy_simulate(int argc, char **argv);

#endif
