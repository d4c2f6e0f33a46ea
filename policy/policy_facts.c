/* see policy.h: what is known about one call.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_trie.h"
#include "policy/record.h"

void pn_facts_begin(struct pn_facts *facts, const struct pn_policy *policy, struct pn_value *slots,
                    enum pn_phase phase)
{
    *facts = (struct pn_facts){
        .policy = policy, .phase = phase, .slots = slots, .slot_count = policy->slot_count
    };
    for (uint16_t i = 0; i < policy->slot_count; i++) {
        bool unknown =
            phase == PN_PHASE_LIST && (pn_policy_slot_flags(policy, i) & PN_SLOT_ARGUMENT) != 0;
        slots[i] = pn_value_of(unknown ? PN_UNKNOWN : PN_ABSENT);
    }
}

/* A surface that knows the phase better, such as "emit", says so before or after. */
static void state_phase(struct pn_facts *facts, const struct pn_policy *policy)
{
    uint16_t slot = policy->fact_slot[PN_FACT_PHASE];
    bool lists = facts->phase == PN_PHASE_LIST;

    if (slot == PN_NONE16 || facts->slots[slot].type != PN_ABSENT) return;
    facts->slots[slot] = pn_value_string(lists ? PN_SLICE("list") : PN_SLICE("call"));
}

/* Versions and scopes that were not stated are empty, not absent. */
static void state_sides(struct pn_facts *facts, const struct pn_policy *policy)
{
    for (uint32_t fact = PN_FACT_PRINCIPAL_VERSION; fact <= PN_FACT_RESOURCE_SCOPE; fact++) {
        uint16_t slot = policy->fact_slot[fact];
        if (slot == PN_NONE16 || facts->slots[slot].type != PN_ABSENT) continue;
        facts->slots[slot] = pn_value_string(pn_slice(NULL, 0));
    }
}

void pn_facts_call(struct pn_facts *facts, const struct pn_policy *policy, struct pn_slice kind,
                   struct pn_slice action)
{
    facts->kind = kind;
    facts->action = action;
    state_sides(facts, policy);
    pn_facts_set_text(facts, policy, PN_FACT_RESOURCE_KIND, kind);
    state_phase(facts, policy);
}

void pn_facts_role(struct pn_facts *facts, const struct pn_policy *policy, struct pn_slice role)
{
    uint16_t bit = pn_policy_role(policy, role);

    if (bit != PN_NONE16) facts->roles[bit / 64] |= (uint64_t)1 << bit % 64;
    if (facts->role_list_count < PN_POLICY_ROLES_LISTED_MAX) {
        facts->role_list[facts->role_list_count++] = bit;
    }
}

void pn_facts_side(struct pn_facts *facts, const struct pn_policy *policy, enum pn_side side,
                   struct pn_slice version, struct pn_slice scope)
{
    static const enum pn_fact version_facts[] = { PN_FACT_PRINCIPAL_VERSION,
                                                  PN_FACT_RESOURCE_VERSION };
    static const enum pn_fact scope_facts[] = { PN_FACT_PRINCIPAL_SCOPE, PN_FACT_RESOURCE_SCOPE };

    facts->version[side] = version;
    facts->scope[side] = scope;
    if (pn_slice_equal(scope, PN_SLICE("."))) scope.len = 0;
    pn_facts_set_text(facts, policy, version_facts[side], version);
    pn_facts_set_text(facts, policy, scope_facts[side], scope);
}

void pn_facts_set(struct pn_facts *facts, const struct pn_policy *policy, enum pn_fact fact,
                  struct pn_value value)
{
    uint16_t slot = policy->fact_slot[fact];

    if (slot != PN_NONE16) facts->slots[slot] = value;
}

void pn_facts_set_text(struct pn_facts *facts, const struct pn_policy *policy, enum pn_fact fact,
                       struct pn_slice text)
{
    pn_facts_set(facts, policy, fact, pn_value_string(text));
}

enum { NODE_SLOT = 6 }; /* where a trie node names its slot */

struct pn_trie pn_policy_trie(const struct pn_policy *policy)
{
    struct pn_slice nodes = policy->blob.section[PN_POLICY_SECTION_TRIE];

    return (struct pn_trie){ .nodes = nodes.at,
                             .keys = policy->blob.section[PN_POLICY_SECTION_STRING_BYTES],
                             .node_count = (uint16_t)(nodes.len / PN_TRIE_NODE_BYTES),
                             .slot_count = policy->slot_count };
}

uint16_t pn_policy_attr_slot(const struct pn_policy *policy, enum pn_place place,
                             struct pn_slice name)
{
    struct pn_trie trie = pn_policy_trie(policy);
    uint16_t child, parent = policy->place_node[place];

    if (parent == 0) return PN_NONE16;
    if (pn_trie_find(&trie, parent, name, &child) != PN_TRIE_EXACT) return PN_NONE16;
    return pn_load16(trie.nodes + (size_t)PN_TRIE_NODE_BYTES * child + NODE_SLOT);
}

void pn_facts_set_attr(struct pn_facts *facts, const struct pn_policy *policy, enum pn_place place,
                       struct pn_slice name, struct pn_value value)
{
    uint16_t slot = pn_policy_attr_slot(policy, place, name);

    if (slot != PN_NONE16) facts->slots[slot] = value;
}

uint16_t pn_policy_role(const struct pn_policy *policy, struct pn_slice name)
{
    uint16_t first = 0, count = policy->role_count;

    while (count > 0) {
        uint16_t half = count / 2;
        const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_ROLES, 4, (size_t)first + half);
        int order = pn_slice_order(name, pn_string(policy, pn_load32(at)));
        if (order == 0) return (uint16_t)(first + half);
        if (order > 0) {
            first = (uint16_t)(first + half + 1);
            count = (uint16_t)(count - half - 1);
        } else {
            count = half;
        }
    }
    return PN_NONE16;
}
