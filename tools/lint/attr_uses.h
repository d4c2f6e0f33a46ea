/* attr_uses.h - which attributes a condition reads, where, and how.
 *
 * Variables count as if their definitions stood where they are named. What a macro binds is no
 * attribute; the list or map that it goes over is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ATTR_USES_H
#define TOOLS_ATTR_USES_H

#include "tools/compile/cel_path.h"
#include "tools/lint/lint.h"

enum attr_use_kind {
    ATTR_READ,     /* its value counts; when it is missing that is an error */
    ATTR_ASKED,    /* has(x) */
    ATTR_SEARCHED, /* x.contains(...) */
};

struct attr_use {
    enum attr_use_kind kind;
    struct attr_path path;
    const char *text; /* of the path, as an author writes it */
    struct mark mark;
};

struct attr_uses {
    LIST(struct attr_use) list;
};

/* What an expression may name in a policy. Fill it once for all expressions of the policy. */
void lint_scope(struct lint *lint, const struct policy_doc *doc, struct scope *scope);

/* Add the uses of a condition, all its parts; NULL has none. */
void attr_uses_add(struct lint *lint, struct scope *scope, const struct condition_doc *condition,
                   struct attr_uses *uses);

/* Called for each node of an expression, those behind variables too, outermost first. */
typedef void lint_visit(struct lint *lint, struct scope *scope, const struct cel_node *node);
void lint_each_node(struct lint *lint, struct scope *scope, const struct condition_doc *condition,
                    lint_visit *visit);

/* May a call lack it? What the gateway always sets, it may not. */
bool attr_is_optional(const struct attr_path *path);

/* Is it asked for by has() among the uses? */
bool attr_is_asked(const struct attr_uses *uses, const char *text);

/* Is it below R.attr.arguments? */
bool attr_is_argument(const struct attr_path *path);

#endif
