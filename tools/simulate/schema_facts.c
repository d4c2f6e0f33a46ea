/* see schema_facts.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/schema_facts.h"

#include "policy/schema.h"

struct looking {
    const struct replay *r;
    const struct pn_policy *policy;
    enum pn_place place;
};

static bool is_lacking(const struct looking *l, const uint8_t *word)
{
    struct pn_slice name = pn_string(l->policy, pn_load32(word + PN_SCHEMA_WORD_B));
    uint16_t slot = pn_policy_attr_slot(l->policy, l->place, name);

    return slot != PN_NONE16 && l->r->known[slot] != KNOWN_VALUE;
}

/* Of a node that speaks of all attributes together. Nodes refer to earlier ones only. */
static bool node_lacks(const struct looking *l, uint32_t node)
{
    const uint8_t *at =
        pn_record(l->policy, PN_POLICY_SECTION_SCHEMA_NODES, PN_SCHEMA_NODE_BYTES, node);
    uint32_t first = pn_load32(at + PN_SCHEMA_NODE_FIRST);

    for (uint32_t i = first; i < first + pn_load16(at + PN_SCHEMA_NODE_COUNT); i++) {
        const uint8_t *word =
            pn_record(l->policy, PN_POLICY_SECTION_SCHEMA_WORDS, PN_SCHEMA_WORD_BYTES, i);
        uint8_t op = word[PN_SCHEMA_WORD_OP];
        bool here = op == PN_SCHEMA_REF || op == PN_SCHEMA_NOT || op == PN_SCHEMA_BRANCH;
        if (here && node_lacks(l, pn_load16(word + PN_SCHEMA_WORD_A))) return true;
        if (op != PN_SCHEMA_PROPERTY && op != PN_SCHEMA_REQUIRED) continue;
        if (is_lacking(l, word)) return true;
    }
    return false;
}

bool schema_facts_lacking(const struct replay *r)
{
    struct looking l = { .r = r, .policy = &r->candidate->policy };

    if (l.policy->schema_module == NULL) return false;
    const uint8_t *binding = pn_schema_binding(l.policy, &r->facts, &r->candidate->scratch);
    if (binding == NULL || binding[PN_SCHEMA_BINDING_ENFORCEMENT] != PN_SCHEMA_REJECT) return false;
    for (unsigned side = 0; side < PN_SIDE_COUNT; side++) {
        const uint8_t *at = binding + PN_SCHEMA_BINDING_SIDES + PN_SCHEMA_SIDE_BYTES * side;
        if (!pn_schema_asks(l.policy, binding, (enum pn_side)side, r->facts.action)) continue;
        l.place = side == PN_SIDE_PRINCIPAL ? PN_PLACE_PRINCIPAL : PN_PLACE_RESOURCE;
        if (node_lacks(&l, pn_load32(at + PN_SCHEMA_SIDE_NODE))) return true;
    }
    return false;
}
