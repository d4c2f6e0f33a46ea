/* see check_input.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/check_input.h"

#include "core/base/assert.h"
#include "core/json/json_scan.h"
#include "policy/elements.h"

enum slot {
    REQUEST_ID,
    PRINCIPAL_ID,
    ROLES,
    KIND,
    RESOURCE_ID,
    ACTIONS,
    PHASE,
    VERSIONS, /* one a side */
    SCOPES = VERSIONS + PN_SIDE_COUNT,
    SLOT_COUNT = SCOPES + PN_SIDE_COUNT,
};

/* What every request has, whatever the policy reads. */
#define INPUT_TRIE(NODE) \
    NODE(input, root, "", 0, PN_TRIE_NO_SLOT, input_request_id, 0) \
    NODE(input, request_id, "requestId", 0, REQUEST_ID, 0, input_principal) \
    NODE(input, principal, "principal", 0, PN_TRIE_NO_SLOT, input_principal_id, input_resource) \
    NODE(input, principal_id, "id", 0, PRINCIPAL_ID, 0, input_roles) \
    NODE(input, roles, "roles", PN_TRIE_RAW, ROLES, 0, input_principal_version) \
    NODE(input, principal_version, "policyVersion", 0, (int)VERSIONS + PN_SIDE_PRINCIPAL, 0, \
         input_principal_scope) \
    NODE(input, principal_scope, "scope", 0, (int)SCOPES + PN_SIDE_PRINCIPAL, 0, 0) \
    NODE(input, resource, "resource", 0, PN_TRIE_NO_SLOT, input_kind, input_actions) \
    NODE(input, kind, "kind", 0, KIND, 0, input_resource_id) \
    NODE(input, resource_id, "id", 0, RESOURCE_ID, 0, input_attr) \
    NODE(input, attr, "attr", 0, PN_TRIE_NO_SLOT, input_phase, input_resource_version) \
    NODE(input, resource_version, "policyVersion", 0, (int)VERSIONS + PN_SIDE_RESOURCE, 0, \
         input_resource_scope) \
    NODE(input, resource_scope, "scope", 0, (int)SCOPES + PN_SIDE_RESOURCE, 0, 0) \
    NODE(input, phase, "phase", 0, PHASE, 0, 0) \
    NODE(input, actions, "actions", PN_TRIE_RAW, ACTIONS, 0, 0)
PN_TRIE_DEFINE(input, SLOT_COUNT, INPUT_TRIE)

static enum pn_step refuse(struct pn_check_input *input, enum pn_reason reason, uint64_t offset)
{
    input->reason = reason;
    input->offset = offset;
    return PN_REFUSED;
}

static enum pn_step scan_text(struct pn_check_input *input, struct pn_json_keys *keys,
                              struct pn_slice text, struct pn_json_pick *pick)
{
    struct pn_json_scan scan;

    pick->base = text.at;
    pn_json_keys_reset(keys);
    pn_json_pick_begin(pick);
    pn_json_scan_begin(&scan, keys, NULL);
    if (pn_json_scan_step(&scan, text, PN_JSON_LAST, pick) == PN_DONE) return PN_DONE;
    return refuse(input, scan.reason, scan.offset);
}

/* Keep a string unescaped; false when it is none or there is no room. */
static bool keep_text(struct pn_check_input *input, const struct pn_value *string,
                      struct pn_slice *kept)
{
    uint8_t *at = input->text + input->text_len;

    if (string->type != PN_STRING) return false;
    size_t len = pn_value_copy_text(string, at, sizeof input->text - input->text_len);
    if (len == SIZE_MAX) return false;
    *kept = pn_slice(at, len);
    input->text_len = (uint16_t)(input->text_len + len);
    return true;
}

static bool keep_actions(struct pn_check_input *input, const struct pn_value *actions)
{
    struct pn_elements it;
    struct pn_value action;

    if (actions->type != PN_LIST) return false;
    pn_elements_begin(&it, actions);
    while (pn_elements_next(&it, &action)) {
        if (input->action_count == PN_CHECK_ACTIONS_MAX) return false;
        if (!keep_text(input, &action, &input->actions[input->action_count++])) return false;
    }
    return input->action_count > 0;
}

static bool give_roles(struct pn_check_input *input, const struct pn_policy *policy,
                       const struct pn_value *roles)
{
    struct pn_elements it;
    struct pn_value role;

    if (roles->type != PN_LIST) return false;
    pn_elements_begin(&it, roles);
    while (pn_elements_next(&it, &role)) {
        uint16_t begin = input->text_len;
        struct pn_slice name;
        if (!keep_text(input, &role, &name)) return false;
        pn_facts_role(&input->facts, policy, name);
        input->text_len = begin; /* a role is known by its bit from here on */
    }
    return true;
}

static bool keep_places(struct pn_check_input *input, const struct pn_value *head)
{
    for (int side = 0; side < PN_SIDE_COUNT; side++) {
        const struct pn_value *version = &head[VERSIONS + side], *scope = &head[SCOPES + side];
        input->version[side] = input->scope[side] = pn_slice(NULL, 0);
        if (version->type > PN_NULL && !keep_text(input, version, &input->version[side])) {
            return false;
        }
        if (scope->type > PN_NULL && !keep_text(input, scope, &input->scope[side])) return false;
    }
    return true;
}

static enum pn_phase phase_of(const struct pn_value *phase)
{
    bool lists =
        pn_value_is_text(phase, PN_SLICE("list")) || pn_value_is_text(phase, PN_SLICE("offer"));

    return lists ? PN_PHASE_LIST : PN_PHASE_CALL;
}

static bool take_head(struct pn_check_input *input, const struct pn_policy *policy,
                      const struct pn_value *head)
{
    input->request_id = head[REQUEST_ID];
    input->principal_id = head[PRINCIPAL_ID];
    input->resource_id = head[RESOURCE_ID];
    pn_facts_begin(&input->facts, policy, input->slots, phase_of(&head[PHASE]));
    return keep_text(input, &head[KIND], &input->kind) && keep_actions(input, &head[ACTIONS]) &&
           keep_places(input, head) && give_roles(input, policy, &head[ROLES]);
}

/* What the scan found about arguments does not count while they are unknown. */
static void forget_arguments(struct pn_check_input *input, const struct pn_policy *policy)
{
    for (uint16_t i = 0; i < policy->slot_count; i++) {
        if ((pn_policy_slot_flags(policy, i) & PN_SLOT_ARGUMENT) == 0) continue;
        input->slots[i] = pn_value_of(PN_UNKNOWN);
    }
}

enum pn_step pn_check_input_read(struct pn_check_input *input, const struct pn_policy *policy,
                                 struct pn_json_keys *keys, struct pn_slice text)
{
    struct pn_value head[SLOT_COUNT];
    struct pn_json_pick fixed = { .wire = input_trie, .slots = head };
    struct pn_json_pick read = { .wire = pn_policy_trie(policy), .slots = input->slots };

    input->action_count = input->text_len = 0;
    if (scan_text(input, keys, text, &fixed) != PN_DONE) return PN_REFUSED;
    if (!take_head(input, policy, head)) return refuse(input, PN_REASON_FIELD_TYPE, 0);
    if (scan_text(input, keys, text, &read) != PN_DONE) return PN_REFUSED;
    if (input->facts.phase == PN_PHASE_LIST) forget_arguments(input, policy);
    for (int side = 0; side < PN_SIDE_COUNT; side++) {
        pn_facts_side(&input->facts, policy, (enum pn_side)side, input->version[side],
                      input->scope[side]);
    }
    return PN_DONE;
}

const struct pn_facts *pn_check_input_facts(struct pn_check_input *input,
                                            const struct pn_policy *policy, uint16_t action,
                                            int64_t now_ms)
{
    PN_ASSERT(action < input->action_count);
    input->facts.now_ms = now_ms;
    pn_facts_call(&input->facts, policy, input->kind, input->actions[action]);
    return &input->facts;
}
