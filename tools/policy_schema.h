/* policy_schema.h - `postern policy schema`: JSON Schemas of bundle files, for editors.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_SCHEMA_H
#define TOOLS_POLICY_SCHEMA_H

/* Run the command; argv[0] is not looked at. Returns the program's exit status: 0 printed or
 * written, 1 a file could not be written, 2 when it was called wrongly. */
int tool_policy_schema(int argc, char **argv);

#endif
