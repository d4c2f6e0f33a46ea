/* see self_test.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/self_test.h"

#include "policy/record.h"

uint16_t pn_self_test_count(const struct pn_policy *policy)
{
    size_t bytes = policy->blob.section[PN_POLICY_SECTION_SELF_TESTS].len;

    return (uint16_t)(bytes / PN_SELF_TEST_BYTES);
}

struct pn_self_test pn_self_test_at(const struct pn_policy *policy, uint16_t index)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_SELF_TESTS, PN_SELF_TEST_BYTES, index);

    return (struct pn_self_test){
        .name = pn_string(policy, pn_load32(at + PN_SELF_TEST_NAME)),
        .input = pn_string(policy, pn_load32(at + PN_SELF_TEST_INPUT)),
        .now_ms = (int64_t)pn_load64(at + PN_SELF_TEST_NOW),
        .outcome = (enum pn_outcome)at[PN_SELF_TEST_OUTCOME],
    };
}

static void run(const struct pn_policy *policy, struct pn_self_test_room *room,
                struct pn_self_test_result *result)
{
    struct pn_self_test test = pn_self_test_at(policy, result->test);
    struct pn_check_input *input = &room->input;
    struct pn_decision decision;

    if (pn_check_input_read(input, policy, &room->keys, test.input) != PN_DONE) {
        result->verdict = PN_SELF_TEST_UNREADABLE;
        result->reason = input->reason;
        result->offset = input->offset;
        return;
    }
    for (uint16_t i = 0; i < input->action_count; i++) {
        const struct pn_facts *facts = pn_check_input_facts(input, policy, i, test.now_ms);
        pn_policy_decide(policy, facts, &room->scratch, &decision);
        if (decision.outcome == test.outcome) continue;
        result->verdict = PN_SELF_TEST_FAILED;
        result->action = input->actions[i];
        result->outcome = decision.outcome;
        return;
    }
}

struct pn_self_test_result pn_self_tests_run(const struct pn_policy *policy,
                                             struct pn_self_test_room *room)
{
    static const uint8_t seed[16] = { 0 }; /* the inputs are the author's, not a stranger's */
    struct pn_self_test_result result = { .verdict = PN_SELF_TEST_PASSED };
    uint16_t count = pn_self_test_count(policy);

    pn_json_keys_init(&room->keys, room->places, PN_SELF_TEST_PLACES, seed);
    room->scratch.values = pn_scratch(room->values, sizeof room->values);
    for (; result.test < count; result.test++) {
        run(policy, room, &result);
        if (result.verdict != PN_SELF_TEST_PASSED) return result;
    }
    return result;
}
