/* see value_module.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/value_module.h"

#include "policy/value_json.h"

static void begin(struct pn_machine *m, struct pn_eval *e)
{
    *m = (struct pn_machine){
        .policy = e->policy, .facts = e->facts, .scratch = &e->scratch->values, .eval = e
    };
}

static enum pn_truth truth(struct pn_eval *e, uint32_t block)
{
    struct pn_machine machine;

    begin(&machine, e);
    return pn_machine_truth(&machine, block);
}

static bool write(struct pn_eval *e, uint32_t block, struct pn_writer *w, enum pn_value_form form)
{
    struct pn_machine machine;

    begin(&machine, e);
    return pn_write_block(&machine, block, w, form);
}

const struct pn_value_module pn_value_module = {
    pn_code_constant_is_sound,
    pn_code_is_sound,
    pn_code_features_of,
    pn_code_asks_for_derived,
    truth,
    write,
};
