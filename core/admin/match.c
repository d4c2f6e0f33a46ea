/* see match.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/match.h"

static bool is_between(uint8_t ch)
{
    return ch == ' ' || ch == '\t' || ch == ',';
}

/* A tag of ours holds neither quotes nor commas, so what is between two of them is compared whole. */
static bool lists(struct pn_slice text, struct pn_slice tag)
{
    size_t end;

    if (pn_slice_equal(text, PN_SLICE("*"))) return true;
    for (size_t at = 0; at < text.len; at = end) {
        while (at < text.len && is_between(text.at[at])) at++;
        end = at;
        while (end < text.len && !is_between(text.at[end])) end++;
        if (end > at && pn_slice_equal(pn_slice(text.at + at, end - at), tag)) return true;
    }
    return false;
}

enum pn_denial pn_match_check(const struct pn_h1_head *head, struct pn_slice tag)
{
    if (!pn_h1_has(head, PN_FIELD_IF_MATCH)) return PN_DENIAL_MATCH_MISSING;
    for (unsigned i = 0; i < head->field_count; i++) {
        if (head->fields[i].id != PN_FIELD_IF_MATCH) continue;
        if (lists(pn_h1_field_value(head, i), tag)) return PN_DENIAL_NONE;
    }
    return PN_DENIAL_MATCH_STALE;
}
