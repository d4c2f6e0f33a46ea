/* policy_eval.h - `postern policy eval`: CEL expressions, one, a line each, or asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_EVAL_H
#define TOOLS_POLICY_EVAL_H

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 a value, 1 an
 * error, 2 wrong use. */
int tool_policy_eval(int argc, char **argv);

#endif
