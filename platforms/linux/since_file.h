/* since_file.h - since when what a policy has is there, over restarts: the file inventory.since of the
 * state directory.
 *
 * It is written whole beside the old one and renamed, so a crash leaves one or the other. One that is
 * damaged, or of another version, counts as none: then it is told from now on what was there earlier. It
 * is for people, so what cannot be written stops nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_SINCE_FILE_H
#define PN_LINUX_SINCE_FILE_H

#include "core/postern.h"

/* Read it into `since`, which is zeroed and stays so where there is none that is whole. */
void pn_since_file_read(const char *state_path, struct pn_since *since);

/* False, with errno: it was not kept. */
bool pn_since_file_write(const char *state_path, const struct pn_since *since);

#endif
