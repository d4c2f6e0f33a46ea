/* see dfa.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/dfa.h"

#include "policy/record.h"

struct dfa {
    const uint8_t *classes, *next, *accept;
    uint32_t state_count, class_count, start, width;
};

static uint32_t accept_bytes(const struct dfa *d)
{
    return (d->state_count + 7) / 8;
}

/* The counts of a record; the tables are bound apart, once they are known to fit. */
static struct dfa dfa_counts(const uint8_t *at)
{
    return (struct dfa){ .state_count = pn_load16(at + PN_DFA_STATES),
                         .class_count = pn_load16(at + PN_DFA_CLASSES),
                         .start = pn_load16(at + PN_DFA_START),
                         .width = at[PN_DFA_WIDTH] };
}

static void bind_tables(struct dfa *d, const struct pn_policy *p, const uint8_t *at)
{
    const uint8_t *bytes = p->blob.section[PN_POLICY_SECTION_DFA_BYTES].at;

    d->classes = bytes + pn_load32(at + PN_DFA_CLASS_MAP);
    d->next = bytes + pn_load32(at + PN_DFA_NEXT);
    d->accept = bytes + pn_load32(at + PN_DFA_ACCEPT);
}

static uint32_t entry(const struct dfa *d, uint32_t at)
{
    return d->width == 1 ? d->next[at] : pn_load16(d->next + 2 * (size_t)at);
}

static uint32_t step(const struct dfa *d, uint32_t state, uint8_t byte)
{
    return entry(d, state * d->class_count + d->classes[byte]);
}

static uint32_t last_state(const struct dfa *d, const struct pn_value *text)
{
    uint32_t state = d->start;
    struct pn_text_iter it;

    if ((text->flags & PN_VALUE_ESCAPED) == 0) {
        for (uint32_t i = 0; i < text->len; i++) state = step(d, state, text->as.text[i]);
        return state;
    }
    pn_text_begin(&it, text);
    for (int ch = pn_text_next(&it); ch >= 0; ch = pn_text_next(&it)) {
        state = step(d, state, (uint8_t)ch);
    }
    return state;
}

bool pn_dfa_accepts(const struct pn_policy *policy, uint32_t index, const struct pn_value *text)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, index);
    struct dfa d = dfa_counts(at);

    bind_tables(&d, policy, at);
    uint32_t state = last_state(&d, text);
    return (d.accept[state / 8] >> state % 8 & 1) != 0;
}

static bool counts_are_sound(const struct dfa *d)
{
    return d->state_count >= 1 && d->state_count <= PN_POLICY_DFA_STATES_MAX &&
           d->class_count >= 1 && d->class_count <= 256 && d->start < d->state_count &&
           (d->width == 1 || d->width == 2);
}

static bool lies_within(struct pn_slice bytes, uint32_t at, size_t len)
{
    return at <= bytes.len && len <= bytes.len - at;
}

static bool tables_fit(const struct pn_policy *p, const uint8_t *at, const struct dfa *d)
{
    struct pn_slice bytes = p->blob.section[PN_POLICY_SECTION_DFA_BYTES];

    return lies_within(bytes, pn_load32(at + PN_DFA_CLASS_MAP), 256) &&
           lies_within(bytes, pn_load32(at + PN_DFA_NEXT),
                       (size_t)d->state_count * d->class_count * d->width) &&
           lies_within(bytes, pn_load32(at + PN_DFA_ACCEPT), accept_bytes(d));
}

static bool entries_are_sound(const struct dfa *d)
{
    for (uint32_t i = 0; i < 256; i++) {
        if (d->classes[i] >= d->class_count) return false;
    }
    for (uint32_t i = 0; i < d->state_count * d->class_count; i++) {
        if (entry(d, i) >= d->state_count) return false;
    }
    return true;
}

bool pn_dfa_is_sound(const struct pn_policy *policy, uint32_t index)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, index);
    struct dfa d = dfa_counts(at);

    if (at[PN_DFA_ZERO] != 0 || !counts_are_sound(&d) || !tables_fit(policy, at, &d)) return false;
    bind_tables(&d, policy, at);
    return entries_are_sound(&d);
}
