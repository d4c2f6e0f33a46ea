/* see seen_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/seen_file.h"

bool pn_seen_file_look(struct pn_seen_file *seen)
{
    struct stat now;

    if (stat(seen->path, &now) != 0) return false;
    if (now.st_mtim.tv_sec == seen->changed.tv_sec &&
        now.st_mtim.tv_nsec == seen->changed.tv_nsec && now.st_size == seen->bytes &&
        now.st_ino == seen->inode) {
        return false;
    }
    seen->changed = now.st_mtim;
    seen->bytes = now.st_size;
    seen->inode = now.st_ino;
    return true;
}
