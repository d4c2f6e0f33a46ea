/* seen_file.h - a file as it was when it was looked at last.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_SEEN_FILE_H
#define PN_LINUX_SEEN_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

struct pn_seen_file {
    const char *path;
    struct timespec changed;
    off_t bytes;
    ino_t inode;
};

/* Look: is it another than before? A file that is not there is as it was: one that is being replaced
 * comes back, and one that stays away is told of when it is read. */
bool pn_seen_file_look(struct pn_seen_file *seen);

#endif
