/* cel_parse.h - the whole grammar of CEL (cel-spec, langdef.md), to a tree.
 *
 * Operators bind as the specification says; a chain of && or || of any length is one level deep, as
 * is a chain of selections, so that only real nesting counts against the depth limit. The first
 * mistake ends the parse and is reported at its place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_PARSE_H
#define TOOLS_CEL_PARSE_H

#include "tools/compile/cel_ast.h"

/* Parse `source`, which the tree refers to.
 *
 *   a node  the expression
 *   NULL    refused; one error was added */
struct cel_node *cel_parse(struct arena *arena, struct diagnostics *diagnostics,
                           const struct cel_source *source);

#endif
