/* policy_reading.h - what the readers of policy files share. For policy_doc.c and its neighbour.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_READING_H
#define TOOLS_POLICY_READING_H

#include "tools/compile/policy_doc.h"
#include "tools/compile/yaml_fields.h"

struct policy_reading {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct policy_doc *doc;
};

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

/* Copy the items of a list that may be absent into another list of nodes. */
#define COPY_ITEMS(r, list, node) \
    for (size_t i_ = 0; (node) != NULL && i_ < (node)->items.count; i_++) { \
        LIST_PUSH((r)->arena, (list), (node)->items.items[i_]); \
    }
#define COPY_PAIRS(r, list, node) \
    for (size_t i_ = 0; (node) != NULL && i_ < (node)->pairs.count; i_++) { \
        LIST_PUSH((r)->arena, (list), (node)->pairs.items[i_]); \
    }

/* The name of what the policy is for: `what` it is, for messages. */
void policy_read_name(struct policy_reading *r, const struct yaml_node *name, const char *what);

/* Version, scope and scopePermissions, each of which may be absent. */
void policy_read_place(struct policy_reading *r, const struct yaml_node *version,
                       const struct yaml_node *scope, const struct yaml_node *permissions);

/* variables: {import: [...], local: {...}}, and constants alike; each may be absent. */
void policy_read_imports(struct policy_reading *r, const struct yaml_node *variables,
                         const struct yaml_node *constants);

/* Parts of a rule, each of which may be absent. */
void policy_read_rule_name(struct policy_reading *r, const struct yaml_node *name,
                           struct rule_doc *rule);
int policy_read_effect(struct policy_reading *r, const struct yaml_node *effect);
struct condition_doc *policy_read_condition(struct policy_reading *r, const struct yaml_node *node);
void policy_read_output(struct policy_reading *r, const struct yaml_node *node,
                        struct rule_doc *rule);
void policy_check_actions(struct policy_reading *r, const struct yaml_node *node,
                          const struct rule_doc *rule);

/* The bodies of principalPolicy and rolePolicy. */
void policy_read_principal(struct policy_reading *r, const struct yaml_node *node);
void policy_read_role(struct policy_reading *r, const struct yaml_node *node);

#endif
