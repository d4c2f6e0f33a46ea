/* policy_compile.h - policy files as an image.
 *
 * Resolves imports, expands variables and constants, lowers every condition, compiles outputs and
 * patterns. All files are looked at, whatever is wrong in one of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_COMPILE_H
#define TOOLS_POLICY_COMPILE_H

#include "tools/compile/cel_names.h"
#include "tools/compile/image.h"
#include "tools/compile/policy_doc.h"

struct policy_set {
    LIST(struct policy_doc *) docs;
    size_t folder_len;  /* bytes of a file's path that rule sources leave out */
    struct scope names; /* its constants are the globals, G.x, of every expression */
    struct pn_slice default_version, default_scope; /* of a request that names none */
    bool lenient;                                   /* the scope of a request need not exist */
    const char *schema_folder;  /* where cerbos:///NAME is NAME; NULL: there is none */
    uint8_t schema_enforcement; /* enum pn_schema_enforcement; 0: schemas do not count */
};

/* Add all enabled policies of `set` to `image`, which was begun. False with errors. */
bool policy_compile(struct image *image, const struct policy_set *set);

#endif
