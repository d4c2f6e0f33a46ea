/* suite_find.h - the test files below a folder.
 *
 * All that end in _test.yaml, _test.yml or _test.json, in folders too, but for those in folders
 * called testdata. In the order of their names, so that a report does not depend on the disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_FIND_H
#define TOOLS_SUITE_FIND_H

#include "tools/compile/arena.h"

struct suite_files {
    LIST(const char *) paths;
};

/* Add the test files below `path`, or `path` itself where it is a file, whatever its name. NULL, or
 * one sentence that says what cannot be read. */
const char *suite_find(struct arena *arena, const char *path, struct suite_files *files);

#endif
