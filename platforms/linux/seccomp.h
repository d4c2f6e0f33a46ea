/* seccomp.h - which system calls the process may still make.
 *
 * An allow-list, as a filter of the kernel's for all threads at once: what serving takes, and nothing
 * that begins a process or a thread, executes a file, makes memory executable, opens a socket that is
 * not of the internet families, or administers the machine. A call that is not listed fails with EPERM and is
 * written to the kernel's log where that is on. It does not kill: a path that nobody has thought of
 * then costs one answer, not every answer, and whoever breaks in gains as little either way. Calls of
 * another machine's kind (32 bit programs on 64 bit kernels) do kill: nothing here makes them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_SECCOMP_H
#define PN_LINUX_SECCOMP_H

#include <stdbool.h>

/* The compiler process of --dev waits for changes of files, and opens no socket at all. */
enum pn_seccomp_whose { PN_SECCOMP_GATEWAY, PN_SECCOMP_COMPILER };

/* Put it in force for every thread of the process; no_new_privs is set. False, and errno, when the
 * kernel refuses, or this program was built for a machine that the table is not for. */
bool pn_seccomp_enforce(enum pn_seccomp_whose whose);

/* Could it be? Changes nothing. */
bool pn_seccomp_possible(void);

#endif
