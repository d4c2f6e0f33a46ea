/* check_input.h - a request in Cerbos's form, as `postern policy check` takes it.
 *
 *     { "requestId": "...",
 *       "principal": { "id": "...", "roles": ["..."], "attr": { ... } },
 *       "resource": { "kind": "...", "id": "...", "attr": { ... } },
 *
 * where principal and resource may each have a "policyVersion" and a "scope",
 *
 *       "actions": ["..."],
 *       "auxData": { "jwt": { ... } } }
 *
 * The text is read twice by the strict scanner: for what every request has, and with the policy's
 * own paths. It is then asked about one action at a time. Where R.attr.phase is "list" or "offer",
 * arguments are unknown, whatever the text says about them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_CHECK_INPUT_H
#define PN_POLICY_CHECK_INPUT_H

#include "core/base/step.h"
#include "core/json/json_keys.h"
#include "policy/policy.h"

enum {
    PN_CHECK_ACTIONS_MAX = 256,
    PN_CHECK_TEXT_MAX = 8192, /* of kind and actions together, unescaped */
};

struct pn_check_input {
    struct pn_value request_id, principal_id, resource_id; /* as the text has them; may be absent */
    uint16_t action_count;
    struct pn_slice kind, actions[PN_CHECK_ACTIONS_MAX];
    struct pn_slice version[PN_SIDE_COUNT], scope[PN_SIDE_COUNT]; /* empty: not named */
    enum pn_reason reason;                                        /* after PN_REFUSED */
    uint64_t offset; /* of the offending byte; 0 where the whole text is meant */

    struct pn_facts facts;
    struct pn_value slots[PN_POLICY_SLOTS_MAX];
    uint8_t text[PN_CHECK_TEXT_MAX];
    uint16_t text_len;
};

/* Read `text` for decisions by `policy`. `keys` is lent for the call. `text` must outlive `input`.
 *
 *   PN_DONE     ask about action 0 to action_count - 1
 *   PN_REFUSED  `reason` and `offset` say why: not strict JSON, or not of this form */
enum pn_step pn_check_input_read(struct pn_check_input *input, const struct pn_policy *policy,
                                 struct pn_json_keys *keys, struct pn_slice text);

/* The facts of one action; valid until the next call. `now_ms` is what now() answers. */
const struct pn_facts *pn_check_input_facts(struct pn_check_input *input,
                                            const struct pn_policy *policy, uint16_t action,
                                            int64_t now_ms);

#endif
