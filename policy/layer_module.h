/* layer_module.h - what the rest of the engine asks of the modules for scopes, versions, principal and
 * role policies: pn_layer_module in mode edge, pn_cerbos54_module in mode cerbos54. They differ in how
 * they decide; an engine with both has the rest once. See policy.h and layers.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_LAYER_MODULE_H
#define PN_POLICY_LAYER_MODULE_H

#include "policy/opening.h"
#include "policy/verdict.h"

/* The resource of a call as layers name it. */
struct pn_layer_resource {
    struct pn_slice kind, version, scope;
};

struct pn_layer_module {
    /* While a policy is opened: all it refers to is sound already. */
    bool (*are_sound)(const struct pn_opening *o);
    /* Decide by what `e` knows so far; `decision` denies by default. */
    void (*decide)(struct pn_eval *e, struct pn_decision *decision);
    /* The name by which policies know a resource kind, written to `name`, which has room for as many
     * bytes as `kind`; returns how many. NULL: the kind itself. */
    size_t (*kind_name)(struct pn_slice kind, uint8_t *name);
    /* After a decision: mark the rules of principal and role policies that speak of the call. Those of
     * its resource are marked. */
    void (*mark)(const struct pn_policy *policy, const struct pn_facts *facts,
                 struct pn_policy_scratch *scratch);
    /* False: no policy is for the resource in a scope of its chain. `scratch` as pn_layers_begin(). */
    bool (*find_resource)(const struct pn_facts *facts, struct pn_policy_scratch *scratch,
                          struct pn_layer_resource *resource);
};

/* What both have: opening_layers.c, layer_module.c. */
bool pn_layers_are_sound(const struct pn_opening *o);
void pn_layers_mark(const struct pn_policy *policy, const struct pn_facts *facts,
                    struct pn_policy_scratch *scratch);
bool pn_layers_find_resource(const struct pn_facts *facts, struct pn_policy_scratch *scratch,
                             struct pn_layer_resource *resource);

#endif
