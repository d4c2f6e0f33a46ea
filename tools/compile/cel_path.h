/* cel_path.h - which attribute an expression names.
 *
 * P, R and request are the roots (design vocabulary: principal, resource, auxData); a selection or
 * an index by a constant text goes one step down; a variable that is such an expression counts as
 * if it stood there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_PATH_H
#define TOOLS_CEL_PATH_H

#include "tools/compile/cel_const.h"
#include "tools/compile/image.h"

enum cel_path_kind {
    CEL_PATH_NONE,    /* not the name of an attribute */
    CEL_PATH_ATTR,    /* `path` */
    CEL_PATH_PLACE,   /* P.attr, R.attr or the JWT's claims as a whole: `path` */
    CEL_PATH_ROLES,   /* P.roles */
    CEL_PATH_DERIVED, /* runtime.effectiveDerivedRoles */
    CEL_PATH_WRONG,   /* names something that there is not, which was reported */
};

/* Read `node` as the name of an attribute. */
enum cel_path_kind cel_path(struct arena *arena, struct diagnostics *diagnostics,
                            struct scope *scope, const struct cel_node *node,
                            struct attr_path *path);

/* True when the attribute sits directly in a map that always is there: P.attr, R.attr or the JWT's
 * claims, or one that the gateway itself fills. Else `parent` is the attribute that holds it. */
bool attr_path_parent(struct arena *arena, const struct attr_path *path, struct attr_path *parent);

#endif
