/* see value_json.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/value_json.h"

bool pn_write_value_json(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v)
{
    size_t begin = w->len;
    bool written = pn_write_value(m, w, v, PN_FORM_JSON) == PN_FAULT_COUNT;

    if (!written && !w->full) w->len = begin;
    return written;
}

/* What has no form is told as such, in the way of Cerbos. */
static void write_or_tell(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v,
                          enum pn_value_form form)
{
    static const uint8_t told[] = "\"<failed to convert evaluation to protobuf value>\"";
    bool quoted = form == PN_FORM_JSON;

    if (v->type == PN_STRING && !quoted && pn_write_value(m, w, v, form) == PN_FAULT_COUNT) return;
    if (pn_write_value_json(m, w, v)) return;
    pn_write(w, pn_slice(told + !quoted, sizeof told - 1 - 2 * (size_t)!quoted));
}

bool pn_write_block(struct pn_machine *m, uint32_t block, struct pn_writer *w,
                    enum pn_value_form form)
{
    uint32_t used = m->scratch->used;
    struct pn_value v = pn_machine_run(m, block);
    bool is_value = v.type != PN_ERROR && v.type != PN_UNKNOWN;

    if (is_value) write_or_tell(m, w, &v, form);
    pn_scratch_back_to(m->scratch, used);
    return is_value;
}
