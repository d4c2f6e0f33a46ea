/* see layer_module.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/layer_module.h"

#include "policy/dispatch.h"
#include "policy/layers.h"

static void mark_entries(const struct pn_layers *l, struct pn_policy_scratch *scratch,
                         const uint8_t *layer, enum pn_layer_kind kind)
{
    if (layer == NULL) return;
    struct pn_entry_walk entries = pn_entries_of(l->policy, layer);
    while (pn_entry_next(l, &entries, kind)) (void)pn_rule_is_new(scratch, entries.rule);
}

/* The decision marked the resource's rules; those of principal and role policies come to it. */
void pn_layers_mark(const struct pn_policy *policy, const struct pn_facts *facts,
                    struct pn_policy_scratch *scratch)
{
    struct pn_layers l;

    pn_layers_begin(&l, facts, scratch);
    uint16_t scope = l.scope[PN_SIDE_PRINCIPAL];
    for (; scope != PN_NONE16; scope = pn_scope_above(policy, scope, PN_SIDE_PRINCIPAL)) {
        mark_entries(&l, scratch, pn_layer_of_principal(&l, facts, scope), PN_LAYER_PRINCIPAL);
    }
    scope = l.scope[PN_SIDE_RESOURCE];
    for (; scope != PN_NONE16; scope = pn_scope_above(policy, scope, PN_SIDE_RESOURCE)) {
        for (uint16_t role = 0; role < policy->role_count; role++) {
            if ((scratch->roles[role / 64] >> role % 64 & 1) == 0) continue;
            mark_entries(&l, scratch, pn_layer_of_role(&l, scope, role), PN_LAYER_ROLE);
        }
    }
}

bool pn_layers_find_resource(const struct pn_facts *facts, struct pn_policy_scratch *scratch,
                             struct pn_layer_resource *resource)
{
    struct pn_layers l;

    pn_layers_begin(&l, facts, scratch);
    uint16_t scope = l.scope[PN_SIDE_RESOURCE];
    if (scope == PN_NONE16) return false;
    *resource = (struct pn_layer_resource){ l.kind, l.version[PN_SIDE_RESOURCE],
                                            pn_scope_name(l.policy, scope) };
    for (; scope != PN_NONE16; scope = pn_scope_above(l.policy, scope, PN_SIDE_RESOURCE)) {
        if (pn_layer_of_resource(&l, scope) != NULL) return true;
    }
    return false;
}
