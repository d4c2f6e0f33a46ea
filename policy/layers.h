/* layers.h - which policies speak of a call?
 *
 * A layer is one policy: of a principal, of a role or of a resource kind, with a version and a
 * scope. Scopes are names in parts, "acme.hr" below "acme" below the empty one. A call has a scope
 * on the principal's side and one on the resource's; its policies are looked for there and in each
 * scope above that has any. A scope that no policy has is a mistake of whoever asks: nothing is
 * found, unless the policy is lenient about it, when the search begins at the nearest scope above.
 *
 * For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_LAYERS_H
#define PN_POLICY_LAYERS_H

#include "policy/condition.h"

/* Where the policies of one call are. */
struct pn_layers {
    const struct pn_policy *policy;
    struct pn_slice kind, action;           /* as layers and entries name them */
    struct pn_slice version[PN_SIDE_COUNT]; /* the default filled in */
    uint16_t scope[PN_SIDE_COUNT];          /* the lowest that has policies; PN_NONE16: none */
    uint16_t asked; /* the resource's scope itself; PN_NONE16: none has it */
};

/* Find the scopes of a call, for pn_scope_above() to go on from. `scratch` holds the kind's name, in
 * mode cerbos54 as Cerbos has it. */
void pn_layers_begin(struct pn_layers *l, const struct pn_facts *facts,
                     struct pn_policy_scratch *scratch);

/* The next scope of the chain, PN_NONE16 at its end. */
uint16_t pn_scope_above(const struct pn_policy *policy, uint16_t scope, enum pn_side side);

/* An allow in this scope counts only where a scope above allows too. */
bool pn_scope_wants_consent(const struct pn_policy *policy, uint16_t scope);

struct pn_slice pn_scope_name(const struct pn_policy *policy, uint16_t scope);

/* The layer's record, or NULL. Without a subject any one of that kind, scope and version. */
const uint8_t *pn_layer_find(const struct pn_policy *policy, enum pn_layer_kind kind,
                             uint16_t scope, struct pn_slice version,
                             const struct pn_value *subject);

/* The layer of the call's resource kind in a scope, or NULL; and of a role by its bit. */
const uint8_t *pn_layer_of_resource(const struct pn_layers *l, uint16_t scope);
const uint8_t *pn_layer_of_role(const struct pn_layers *l, uint16_t scope, uint16_t role);

/* The layer of the call's principal in a scope, or NULL. It is looked for under the resource's
 * version, as Cerbos does. */
const uint8_t *pn_layer_of_principal(const struct pn_layers *l, const struct pn_facts *facts,
                                     uint16_t scope);

/* Has the policy of one of `roles` (NULL: of any role) in this scope a rule for the call's resource
 * kind? */
bool pn_layers_role_knows(const struct pn_layers *l, uint16_t scope, const uint64_t *roles);

/* Add to `roles` what role `role` inherits in the resource's scope. */
void pn_layers_add_parents(const struct pn_layers *l, uint16_t role, uint64_t *roles);

/* Entries of a principal's or a role's layer that speak of the call, one after the other; of a role
 * each rule once. */
struct pn_entry_walk {
    const uint8_t *next;
    uint32_t left;
    uint16_t rule; /* the one found */
};
struct pn_entry_walk pn_entries_of(const struct pn_policy *policy, const uint8_t *layer);
bool pn_entry_next(const struct pn_layers *l, struct pn_entry_walk *walk, enum pn_layer_kind kind);

/* Forget the memories and marks of an earlier decision, mark the rules of every policy of the
 * resource that speak of the call, and gather the principal's roles with those they inherit. */
void pn_layers_prepare(const struct pn_layers *l, struct pn_eval *e);

/* From here on the derived roles of `layer` count; NULL: none do. */
void pn_layers_enter(struct pn_eval *e, const uint8_t *layer);

/* The next rule of the layer from `rule` on that is marked, PN_NONE16 at the end. */
uint16_t pn_layer_marked(const struct pn_policy_scratch *scratch, const uint8_t *layer,
                         uint16_t rule);

#endif
