/* policy_compiling.h - what the files that compile policies share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_COMPILING_H
#define TOOLS_POLICY_COMPILING_H

#include "tools/compile/cel_lower.h"
#include "tools/compile/policy_compile.h"

/* Derived roles of one file, compiled when first imported. */
struct derived_set {
    const struct policy_doc *doc;
    LIST(struct derived_name) names;
};

struct compiling {
    struct image *image;
    const struct policy_set *set;
    LIST(struct derived_set) derived_sets;
    LIST(struct schema_file *) schema_files;
    bool layered; /* the policy has scopes, versions, principal or role policies, or is ordered */
};

/* A name as Cerbos rewrites it: "mcp:pay-roll" is "mcp_pay_roll". */
struct pn_slice policy_clean_name(const struct compiling *c, struct pn_slice name);

/* By what name requests reach the policy: its own or, in mode cerbos54 for a resource, Cerbos's. */
struct pn_slice policy_subject(const struct compiling *c, const struct policy_doc *doc);

/* The name of a policy in answers, "resource.crm.vdefault/acme", as Cerbos writes it. */
const char *policy_key(const struct compiling *c, const struct policy_doc *doc);

/* An enabled policy of this kind, subject, version and scope, the first in the files; or NULL. */
const struct policy_doc *policy_placed(const struct compiling *c, const struct policy_doc *like,
                                       struct pn_slice scope);

/* The word by which files say of which kind they are, "resourcePolicy". */
const char *policy_kind_name(enum policy_kind kind);

/* An enabled file of this kind and name, or NULL; the same for what an import names, NULL with an
 * error. */
const struct policy_doc *policy_doc_named(const struct policy_set *set, enum policy_kind kind,
                                          struct pn_slice name);
const struct policy_doc *policy_imported(struct compiling *c, enum policy_kind kind,
                                         const struct yaml_node *import);

/* Variables, constants and globals that the policy's expressions may use. */
void policy_fill_names(struct compiling *c, const struct policy_doc *doc, struct scope *names);

/* Condition, effect, outputs, name and source of a rule; who it is for is left open. False with
 * errors. */
bool policy_compile_rule(struct compiling *c, struct lowering *l, const struct policy_doc *doc,
                         const struct rule_doc *from, struct image_rule *rule);

/* Compile the schemas of a resource policy and bind them to what it is about. */
void policy_bind_schemas(struct compiling *c, const struct policy_doc *doc);

/* Scopes and layers. The first is called before any policy is compiled, the last after all. */
void policy_begin_layers(struct compiling *c);
void policy_compile_subject(struct compiling *c, const struct policy_doc *doc);
void policy_add_resource_layer(struct compiling *c, const struct policy_doc *doc, size_t kind,
                               size_t first_rule, const struct image_roles *derived);
void policy_end_layers(struct compiling *c);

#endif
