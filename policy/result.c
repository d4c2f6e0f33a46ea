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

static void put(struct pn_value *v, unsigned type, uint32_t len)
{
    v->type = (uint8_t)type;
    v->flags = 0;
    v->node = 0;
    v->len = len;
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
    pn_put_int(v, 0);
    v->type = PN_BOOL;
    v->as.b = b;
}

void pn_put_int(struct pn_value *v, int64_t i)
{
    put(v, PN_INT, 0);
    v->as.i = i;
}

void pn_put_double(struct pn_value *v, double d)
{
    put(v, PN_DOUBLE, 0);
    v->as.d = d;
}

void pn_put_time(struct pn_value *v, enum pn_built_type type, int64_t seconds, uint32_t nanos)
{
    put(v, type, nanos);
    v->as.i = seconds;
}

double pn_number_as_double(const struct pn_value *v)
{
    if (v->type == PN_DOUBLE) return v->as.d;
    return v->type == PN_INT ? (double)v->as.i : (double)pn_value_as_uint(v);
}

void pn_put_text(struct pn_value *v, struct pn_slice text)
{
    pn_put_text_as(v, (enum pn_built_type)PN_STRING, text);
}

void pn_put_text_as(struct pn_value *v, enum pn_built_type type, struct pn_slice text)
{
    put(v, type, (uint32_t)text.len);
    v->as.text = text.at;
}

void pn_put_truth(struct pn_value *v, enum pn_truth truth, enum pn_fault fault)
{
    pn_put_bool(v, truth == PN_TRUE);
    if (truth == PN_UNDECIDED) v->type = PN_UNKNOWN;
    if (truth == PN_FAULTY) pn_put_fault(v, fault);
}
