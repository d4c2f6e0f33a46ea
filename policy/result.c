/* see result.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/result.h"

static const struct pn_slice sentences[] = {
#define PN_FAULT(symbol, sentence) PN_SLICE_INIT(sentence),
#include "policy/machine_fault.def"
#undef PN_FAULT
};

struct pn_slice pn_fault_sentence(enum pn_fault fault)
{
    return sentences[fault < PN_FAULT_COUNT ? fault : PN_FAULT_UNUSABLE];
}

struct pn_value pn_value_fault(enum pn_fault fault)
{
    return (struct pn_value){ .type = PN_ERROR, .as.i = fault };
}

void pn_put_fault(struct pn_value *v, enum pn_fault fault)
{
    pn_put_int(v, (int64_t)fault);
    v->type = PN_ERROR;
}

void pn_put_no_overload(struct pn_value *v)
{
    pn_put_fault(v, PN_FAULT_NO_SUCH_OVERLOAD);
}

void pn_put_spent(struct pn_value *v, const struct pn_machine *m)
{
    pn_put_fault(v, m->steps_left == 0 ? PN_FAULT_TOO_MANY_STEPS : PN_FAULT_SCRATCH_FULL);
}

void pn_put_bool(struct pn_value *v, bool b)
{
    *v = pn_value_bool(b);
}

void pn_put_int(struct pn_value *v, int64_t i)
{
    *v = pn_value_int(i);
}

void pn_put_double(struct pn_value *v, double d)
{
    *v = pn_value_double(d);
}

void pn_put_text(struct pn_value *v, struct pn_slice text)
{
    *v = pn_value_string(text);
}

void pn_put_text_as(struct pn_value *v, enum pn_built_type type, struct pn_slice text)
{
    pn_put_text(v, text);
    v->type = (uint8_t)type;
}

void pn_put_truth(struct pn_value *v, enum pn_truth truth, enum pn_fault fault)
{
    if (truth == PN_FAULTY) {
        pn_put_fault(v, fault);
        return;
    }
    pn_put_bool(v, truth == PN_TRUE);
    if (truth == PN_UNDECIDED) v->type = PN_UNKNOWN;
}
