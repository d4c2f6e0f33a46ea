/* see value_module.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/value_module.h"

#include "policy/machine.h"

static enum pn_truth truth(struct pn_eval *e, uint32_t block)
{
    struct pn_machine machine = {
        .policy = e->policy, .facts = e->facts, .scratch = &e->scratch->values, .eval = e
    };

    return pn_machine_truth(&machine, block);
}

const struct pn_value_module pn_value_module = {
    pn_code_constant_is_sound,
    pn_code_is_sound,
    pn_code_asks_for_derived,
    truth,
};

enum pn_policy_fault pn_policy_open(struct pn_policy *policy, struct pn_slice body)
{
    return pn_policy_open_with(policy, body, &pn_value_module);
}
