/* command_line.h - a command as somebody at a shell runs it, in a folder of its own, and what it
 * prints.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TOOLS_COMMAND_LINE_H
#define TEST_TOOLS_COMMAND_LINE_H

/* What the last command printed, on either stream; cut off at the end of the array. */
extern char command_said[65536];

/* Make a folder whose name has `name` in it, and go there. Leave goes back and removes it. */
void command_folder_enter(const char *name);
void command_folder_leave(void);

/* Run `tool` with the words of `line`, which are apart by spaces. Returns its exit status. */
int command_run(int (*tool)(int, char **), const char *line);

/* The test fails unless the last command said `text`. */
void command_expect_said(const char *text);

#endif
