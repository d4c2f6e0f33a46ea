/* policy_lint.h - `postern policy lint`: what is valid in a bundle and most likely not meant.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_LINT_H
#define TOOLS_POLICY_LINT_H

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 nothing but notes,
 * 1 warnings or errors, 2 when it was called wrongly. */
int tool_policy_lint(int argc, char **argv);

#endif
