/* see policy_output.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_output.h"

#include "policy/value_module.h"

static const uint8_t *record_of(const struct pn_output_source *s)
{
    const uint8_t *rule = pn_rule_at(s->policy, s->ref.rule);
    uint32_t output = pn_load32(rule + (s->ref.activated ? PN_RULE_ACTIVATED : PN_RULE_UNMET));

    if (output == PN_NONE32) return NULL;
    return pn_record(s->policy, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, output);
}

/* A part of the output: a text, or a block that says it. */
static bool write_part(const struct pn_output_source *s, size_t text, size_t code,
                       struct pn_writer *w)
{
    const uint8_t *at = record_of(s);
    struct pn_eval e = pn_eval_after(s->policy, s->facts, s->scratch);

    if (at == NULL) return false;
    uint32_t string = pn_load32(at + text), block = pn_load32(at + code);
    if (block != PN_NONE32) {
        bool people = code == PN_OUTPUT_REASON_CODE;
        return s->policy->value_module->write(&e, block, w, people ? PN_FORM_TEXT : PN_FORM_JSON);
    }
    pn_write(w, pn_string(s->policy, string));
    return string != 0;
}

bool pn_output_write(const struct pn_output_source *source, struct pn_writer *w)
{
    return write_part(source, PN_OUTPUT_JSON, PN_OUTPUT_CODE, w);
}

bool pn_output_write_reason(const struct pn_output_source *source, struct pn_writer *w)
{
    return write_part(source, PN_OUTPUT_REASON, PN_OUTPUT_REASON_CODE, w);
}

bool pn_output_write_remediation(const struct pn_output_source *source, struct pn_writer *w)
{
    return write_part(source, PN_OUTPUT_REMEDIATION, PN_OUTPUT_REMEDIATION_CODE, w);
}

typedef bool write_fn(const struct pn_output_source *source, struct pn_writer *w);

/* What `write` appends, or nothing, and then `w` is as before. */
static struct pn_slice lent(const struct pn_output_source *source, struct pn_writer *w,
                            write_fn *write)
{
    struct pn_writer part = pn_writer(w->at + w->len, w->max - w->len);

    if (!write(source, &part) || part.full) return pn_slice("", 0);
    w->len += part.len;
    return pn_written(&part);
}

void pn_output_complete(const struct pn_policy *policy, const struct pn_facts *facts,
                        struct pn_policy_scratch *scratch, struct pn_decision *decision,
                        struct pn_writer *w)
{
    struct pn_output_source source = { policy, facts, scratch, { decision->rule, 1 } };

    if (decision->rule == PN_NONE16 || decision->why != PN_WHY_RULE) return;
    if (decision->reason.len == 0) decision->reason = lent(&source, w, pn_output_write_reason);
    if (decision->remediation.len == 0)
        decision->remediation = lent(&source, w, pn_output_write_remediation);
}
