/* Any request by sound policies, one without layers and one with them in either mode: read it, decide
 * every action, explain. Nothing may fault, and an allow must come from a rule.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "policy/check_input.h"
#include "policy/policy_explain.h"
#include "test/policy/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pn_asm samples[3];
static struct pn_policy policies[3];
static struct pn_policy_scratch scratch;
static struct pn_check_input input;
static struct pn_json_key places[64];
static struct pn_json_keys keys;

static void begin(void)
{
    const uint8_t seed[16] = { 7 };

    if (samples[0].body_len > 0) return;
    if (pn_policy_open(&policies[0], pn_sample_policy(&samples[0])) != PN_POLICY_GOOD) abort();
    for (int mode = PN_MODE_EDGE; mode <= PN_MODE_CERBOS54; mode++) {
        struct pn_slice body = pn_sample_layers(&samples[1 + mode], (enum pn_mode)mode);
        if (pn_policy_open(&policies[1 + mode], body) != PN_POLICY_GOOD) abort();
    }
    pn_json_keys_init(&keys, places, 64, seed);
}

static void explain(const struct pn_policy *policy, const struct pn_facts *facts)
{
    struct pn_explain_rule rule = { 0 };

    while (pn_explain_rule_next(policy, facts, &scratch, &rule)) {
        struct pn_explain_predicate p = { .predicate = 0 };
        while (pn_explain_predicate_next(policy, facts, &scratch, &rule, &p)) {
            if (p.slot != PN_NONE16 && p.slot >= policy->slot_count) abort();
        }
    }
}

static void ask(const struct pn_policy *policy, struct pn_slice request)
{
    if (pn_check_input_read(&input, policy, &keys, request) != PN_DONE) return;
    for (uint16_t i = 0; i < input.action_count; i++) {
        struct pn_decision decision;
        const struct pn_facts *facts = pn_check_input_facts(&input, policy, i, 1);
        pn_policy_decide(policy, facts, &scratch, &decision);
        if (decision.outcome != PN_DENY && decision.rule >= policy->rule_count) abort();
        explain(policy, facts);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);

    begin();
    if (size > 0) memcpy(exact, data, size);
    for (int i = 0; i < 3; i++) ask(&policies[i], pn_slice(exact, size));
    free(exact);
    return 0;
}
