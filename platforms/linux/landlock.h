/* landlock.h - which files the process may still open, and which ports it may bind.
 *
 * The kernel's Landlock, by its own system calls, as far as the running kernel has it (ABI 1 came
 * with Linux 5.13, 4 with 6.7): folders to read, folders to write in, everything else is refused:
 * also to execute anything, to bind a TCP port (ABI 4), to use a device's ioctl (5), to reach Unix
 * sockets without a file that were not connected before and to signal other processes (6). Connecting stays free: where
 * upstreams are is the policy's word, which may change, and the egress rules judge addresses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_LANDLOCK_H
#define PN_LINUX_LANDLOCK_H

#include <limits.h>
#include <stdbool.h>

enum {
    PN_LANDLOCK_ABI_WHOLE = 6, /* from which on all of it can be had */
};

enum pn_landlock_right {
    PN_LANDLOCK_READ,   /* the files of a folder and below */
    PN_LANDLOCK_WRITE,  /* likewise; and make, replace and remove them */
    PN_LANDLOCK_UNFOLD, /* remove empty folders from it */
    PN_LANDLOCK_LIST,   /* the files of a folder and below, and which there are */
};

enum pn_landlock_signals { PN_LANDLOCK_SIGNALS_NONE, PN_LANDLOCK_SIGNALS_ANY };

struct pn_landlock {
    int abi;     /* of the kernel; 0: it has none, or it is switched off */
    int ruleset; /* being built; -1: none */
};

/* Begin. False, and errno, when the kernel has no Landlock. */
bool pn_landlock_begin(struct pn_landlock *l, enum pn_landlock_signals signals);

/* Allow something below a folder. For reading, `path` may be a file: then it is its folder, because
 * files are replaced, and where it is a link, that of what it leads to as well. What does not exist
 * cannot be read either and is left out. False, and errno, when the kernel refuses. */
bool pn_landlock_allow(struct pn_landlock *l, const char *path, enum pn_landlock_right right);

/* Would that allow a folder where others keep what is theirs, such as /etc, /tmp or somebody's home? Then
 * true, and which in `folder`. */
bool pn_landlock_broad(const char *path, char folder[PATH_MAX]);

/* Refuse everything else from now on, for this thread and those it starts. Nothing undoes it. */
bool pn_landlock_enforce(struct pn_landlock *l);

/* The ABI of the running kernel, 0 for none. */
int pn_landlock_abi(void);

#endif
