/* see builtin.h: base64 (RFC 4648, 4).
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64.h"
#include "policy/builtin.h"
#include "policy/result.h"
#include "policy/value_text.h"

void pn_fn_base64_encode(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_writer w = pn_machine_writer(m);

    (void)c;
    if (!pn_machine_spend(m, v->len / 4)) {
        pn_put_spent(v, m);
        return;
    }
    pn_write_base64(&w, pn_value_text(v));
    pn_machine_written(m, &w, v);
}

/* Without its padding, if it has any. */
static struct pn_slice unpadded(struct pn_slice text)
{
    if (text.len == 0 || text.len % 4 != 0) return text;
    for (int pad = 0; pad < 2 && text.at[text.len - 1] == '='; pad++) text.len--;
    return text;
}

void pn_fn_base64_decode(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice text = unpadded(pn_value_text(v));
    uint32_t bits = 0;

    (void)c;
    if (!pn_machine_spend(m, (size_t)v->len * 2)) {
        pn_put_spent(v, m);
        return;
    }
    if (text.len % 4 == 1) {
        pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
        return;
    }
    uint8_t *out = pn_machine_string(m, text.len * 3 / 4, v);
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        size_t six = pn_slice_find(pn_slice(pn_base64_digits, 64), text.at[i]);
        if (six == 64) {
            pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
            return;
        }
        bits = bits << 6 | (uint32_t)six;
        if (i % 4 != 0) *out++ = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    if (out != NULL) v->type = (uint8_t)PN_BYTES;
}
