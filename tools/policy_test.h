/* policy_test.h - `postern policy test`: run Cerbos test files against a policy.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_TEST_H
#define TOOLS_POLICY_TEST_H

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 all tests passed
 * or were skipped, 1 a file cannot be read or there is nothing to run, 2 wrong use, 3 the policy does
 * not compile, 4 a test failed or a test file is not in order. 3 and 4 are those of
 * `cerbos compile`. */
int tool_policy_test(int argc, char **argv);

#endif
