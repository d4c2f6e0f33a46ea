/* fixture_read.h - principals, resources, auxData and their groups, in a test file and beside it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FIXTURE_READ_H
#define TOOLS_FIXTURE_READ_H

#include "tools/suite/suite_doc.h"

struct suite_reading {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct suite *suite;
};

/* The maps of a file; each may be NULL. */
struct fixture_maps {
    struct yaml_node *principals, *resources, *aux_data, *principal_groups, *resource_groups;
};

/* Add what the suite does not have yet: names that were read before stay what they are. */
void fixtures_read(struct suite_reading *r, const struct fixture_maps *maps);

/* Likewise those in `testdata` below `folder`, where there are any. */
void fixtures_read_shared(struct suite_reading *r, const char *folder);

/* The text of a scalar; empty for NULL. */
struct pn_slice suite_text(const struct yaml_node *node);

/* Add an error where a text or a list is there but empty. */
void suite_need_text(struct suite_reading *r, const struct yaml_node *node, const char *what);
void suite_need_items(struct suite_reading *r, const struct yaml_node *list, const char *what);

/* Add an error for each text that a list has twice. */
void suite_refuse_twice(struct suite_reading *r, const struct yaml_node *list);

#endif
