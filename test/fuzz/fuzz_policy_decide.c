/* Any request by a sound policy: read it, decide every action, explain. Nothing may fault, and an
 * allow must come from a rule.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "policy/check_input.h"
#include "policy/policy_explain.h"
#include "test/policy/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pn_asm sample;
static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_check_input input;
static struct pn_json_key places[64];
static struct pn_json_keys keys;

static void begin(void)
{
    const uint8_t seed[16] = { 7 };

    if (sample.body_len > 0) return;
    if (pn_policy_open(&policy, pn_sample_policy(&sample)) != PN_POLICY_GOOD) abort();
    pn_json_keys_init(&keys, places, 64, seed);
}

static void explain(const struct pn_facts *facts)
{
    struct pn_explain_rule rule = { 0 };

    while (pn_explain_rule_next(&policy, facts, &scratch, &rule)) {
        struct pn_explain_predicate p = { .predicate = 0 };
        while (pn_explain_predicate_next(&policy, facts, &scratch, &rule, &p)) {
            if (p.slot != PN_NONE16 && p.slot >= policy.slot_count) abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);

    begin();
    if (size > 0) memcpy(exact, data, size);
    if (pn_check_input_read(&input, &policy, &keys, pn_slice(exact, size)) == PN_DONE) {
        for (uint16_t i = 0; i < input.action_count; i++) {
            struct pn_decision decision;
            const struct pn_facts *facts = pn_check_input_facts(&input, &policy, i, 1);
            pn_policy_decide(&policy, facts, &scratch, &decision);
            if (decision.outcome != PN_DENY && decision.rule >= policy.rule_count) abort();
            explain(facts);
        }
    }
    free(exact);
    return 0;
}
