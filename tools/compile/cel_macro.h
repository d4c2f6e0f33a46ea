/* cel_macro.h - calls that are macros: what looks like an argument names a variable.
 *
 *     has(x.y)                            cel.bind(v, value, result)
 *     x.all(v, p)      x.exists(v, p)     x.exists_one(v, p), also written existsOne
 *     x.map(v, t)      x.map(v, p, t)     x.filter(v, p)      x.sortBy(v, key)
 *     x.all(i, v, p)   x.exists(i, v, p)  x.existsOne(i, v, p)
 *     x.transformList(i, v, [p,] t)       x.transformMap(k, v, [p,] t)
 *     x.transformMapEntry(k, v, [p,] {key: value})
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_MACRO_H
#define TOOLS_CEL_MACRO_H

#include "tools/compile/cel_ast.h"

struct cel_fault {
    const char *says; /* NULL: nothing is wrong */
    size_t at;
};

/* Turn the CEL_CALL `call` into the macro that its name makes it; leave it if it is none. */
struct cel_fault cel_macro(struct cel_node *call);

#endif
