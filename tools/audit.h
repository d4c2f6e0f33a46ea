/* audit.h - `postern audit`: read and check audit logs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_AUDIT_H
#define PN_TOOLS_AUDIT_H

/* Run the command; argv[1] is verify, show or tail, argv[0] is not looked at. Returns the program's
 * exit status: 0, 1 when a log is not whole or cannot be read, 2 when it was called wrongly. */
int tool_audit(int argc, char **argv);

#endif
