/* action_cost.h - what a decision takes at worst, action by action and policy by policy.
 *
 * An action has the rules that name it and those of every pattern that fits it; a pattern has its
 * own and those of the wider patterns that may fit the same call. In a policy with scopes each
 * scope counts by itself, and so do the policies of principals and roles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ACTION_COST_H
#define TOOLS_ACTION_COST_H

#include "tools/compile/arena.h"
#include "tools/inspect/rule_needs.h"

struct action_cost {
    const char *kind;               /* "mcp:crm", "principal sue", "role clerk" */
    struct pn_slice action;         /* or a pattern; empty: all of them */
    struct pn_slice version, scope; /* where the policy has layers */
    struct rule_cost cost;
    uint16_t dearest; /* the rule that takes most by itself; PN_NONE16: there is none */
    struct rule_cost dearest_cost;
};

struct policy_cost {
    struct pn_slice file; /* "policies/crm.yaml" */
    struct rule_cost cost;
};

struct action_costs {
    LIST(struct action_cost) actions;
    LIST(struct policy_cost) policies;
};

/* By steps, then by predicates. */
bool rule_cost_is_more(const struct rule_cost *a, const struct rule_cost *b);

/* All of an opened policy; what they hold lives as long as `arena` and the policy. */
void action_costs_find(struct arena *arena, const struct pn_policy *policy,
                       struct action_costs *costs);

#endif
