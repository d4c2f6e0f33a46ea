/* policy_doc.h - one Cerbos policy file as it was written.
 *
 * Reading checks the shape: known keys, required ones, enumerations, the kinds that this compiler
 * has. What the expressions mean is found out later, when all files are there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_DOC_H
#define TOOLS_POLICY_DOC_H

#include "tools/compile/yaml.h"

enum policy_kind {
    POLICY_RESOURCE,
    POLICY_DERIVED_ROLES,
    POLICY_EXPORT_VARIABLES,
    POLICY_EXPORT_CONSTANTS,
    POLICY_PRINCIPAL,
    POLICY_ROLE,
    POLICY_KIND_COUNT,
};

enum scope_permissions {
    SCOPE_UNSPECIFIED,
    SCOPE_OVERRIDES_PARENT,
    SCOPE_WANTS_CONSENT,
};

enum condition_kind {
    CONDITION_EXPR,
    CONDITION_ALL,
    CONDITION_ANY,
    CONDITION_NONE,
};

struct condition_doc {
    enum condition_kind kind;
    struct mark mark;
    const struct yaml_node *expr; /* CONDITION_EXPR: the scalar */
    LIST(struct condition_doc *) of;
};

struct rule_doc {
    struct mark mark;
    struct pn_slice name; /* empty: unnamed */
    bool allows;
    const struct yaml_node *resource; /* of principal and role policies, a pattern */
    unsigned number; /* within its policy or, of a principal, its resource; from 1 */
    LIST(struct yaml_node *) actions;
    LIST(struct yaml_node *) roles;
    LIST(struct yaml_node *) derived_roles;
    struct condition_doc *condition;   /* NULL: always */
    const struct yaml_node *activated; /* output.when.ruleActivated, or NULL */
    const struct yaml_node *unmet;     /* output.when.conditionNotMet, or NULL */
};

struct derived_doc {
    struct mark mark;
    struct pn_slice name;
    LIST(struct yaml_node *) parents;
    struct condition_doc *condition;
};

/* schemas.principalSchema or .resourceSchema of a resource policy. */
struct schema_doc {
    const struct yaml_node *ref; /* NULL: there is none */
    LIST(struct yaml_node *) ignore;
};

struct policy_doc {
    enum policy_kind kind;
    const char *file;
    struct mark mark;
    struct pn_slice name;           /* resource, principal, role, or what others import it by */
    struct pn_slice version, scope; /* the empty scope is that at the top */
    enum scope_permissions permissions;
    bool disabled;
    LIST(struct yaml_node *) parents; /* of a role */
    LIST(struct rule_doc) rules;
    struct schema_doc schemas[2]; /* of a resource: for the principal, for the resource */
    LIST(struct derived_doc) derived;
    LIST(struct yaml_node *) import_derived;
    LIST(struct yaml_node *) import_variables;
    LIST(struct yaml_node *) import_constants;
    LIST(struct yaml_pair) variables; /* local ones, or those that an export defines */
    LIST(struct yaml_pair) constants;
};

/* Letters, digits and _, at least one. */
bool is_version_name(struct pn_slice text);

/* Parts of letters, digits, _ and - with a . between them; the empty text is the scope at the top. */
bool is_scope_name(struct pn_slice text);

/* Read the file's tree. What it could not read is reported and left out, so that files which import
 * this one do not fail over it a second time. NULL when it is no policy at all. */
struct policy_doc *policy_doc_read(struct arena *arena, struct diagnostics *diagnostics,
                                   const struct yaml_node *root);

#endif
