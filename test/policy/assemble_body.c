/* see assemble_body.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/assemble_body.h"

#include <stdlib.h>
#include <string.h>

#include "policy/code_flow.h"

static const struct pn_asm *sorting; /* qsort() has no room for it */

static int row_order(const void *left, const void *right)
{
    const struct pn_asm_row *x = left, *y = right;
    int by_kind =
        pn_slice_order(pn_asm_string_at(sorting, x->kind), pn_asm_string_at(sorting, y->kind));
    int by_action =
        pn_slice_order(pn_asm_string_at(sorting, x->action), pn_asm_string_at(sorting, y->action));

    if (by_kind != 0) return by_kind;
    if ((x->rest == 0) != (y->rest == 0)) return x->rest == 0 ? -1 : 1;
    if (by_action != 0) return by_action;
    if (x->rest != y->rest) return x->rest - y->rest;
    if (x->dfa != y->dfa) return x->dfa < y->dfa ? -1 : 1;
    return x->rule - y->rule;
}

static bool same_entry(const struct pn_asm_row *x, const struct pn_asm_row *y)
{
    return x->kind == y->kind && x->action == y->action && x->rest == y->rest && x->dfa == y->dfa;
}

static uint16_t up_of(const struct pn_asm *a, uint32_t first, uint32_t prefix)
{
    const uint8_t *globs =
        a->section[PN_POLICY_SECTION_GLOBS].bytes + (size_t)PN_GLOB_BYTES * first;
    uint32_t at = pn_asm_count(a, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES) - first;

    while (at-- > 0) {
        uint32_t other = pn_load32(globs + (size_t)PN_GLOB_BYTES * at);
        if (pn_slice_begins(pn_asm_string_at(a, prefix), pn_asm_string_at(a, other)))
            return (uint16_t)at;
    }
    return PN_NONE16;
}

static void put_glob(struct pn_asm *a, const struct pn_asm_row *row, uint32_t kind_first)
{
    uint16_t up = up_of(a, kind_first, row->action);

    pn_asm_put32(a, PN_POLICY_SECTION_GLOBS, row->action);
    pn_asm_put16(a, PN_POLICY_SECTION_GLOBS, row->rest);
    pn_asm_put16(a, PN_POLICY_SECTION_GLOBS, up);
    pn_asm_put32(a, PN_POLICY_SECTION_GLOBS, row->dfa);
}

/* One action or pattern with the rules of `rows[at]` and its equals; returns the row after them. */
static size_t put_entry_of(struct pn_asm *a, size_t at, uint32_t glob_first)
{
    const struct pn_asm_row *row = &a->rows[at];
    unsigned section = row->rest == 0 ? PN_POLICY_SECTION_ACTIONS : PN_POLICY_SECTION_GLOBS;
    uint32_t first = pn_asm_count(a, PN_POLICY_SECTION_RULE_LISTS, 2);
    size_t end = at;

    for (; end < a->row_count && same_entry(&a->rows[end], row); end++) {
        pn_asm_put16(a, PN_POLICY_SECTION_RULE_LISTS, a->rows[end].rule);
    }
    if (row->rest == 0) pn_asm_put32(a, section, row->action);
    else put_glob(a, row, glob_first);
    pn_asm_put32(a, section, first);
    pn_asm_put32(a, section, (uint32_t)(end - at));
    return end;
}

static size_t put_kind(struct pn_asm *a, size_t at)
{
    uint32_t kind = a->rows[at].kind;
    uint32_t actions = pn_asm_count(a, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES);
    uint32_t globs = pn_asm_count(a, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES);

    while (at < a->row_count && a->rows[at].kind == kind) at = put_entry_of(a, at, globs);
    pn_asm_put32(a, PN_POLICY_SECTION_KINDS, kind);
    pn_asm_put32(a, PN_POLICY_SECTION_KINDS, actions);
    pn_asm_put32(a, PN_POLICY_SECTION_KINDS,
                 pn_asm_count(a, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES) - actions);
    pn_asm_put32(a, PN_POLICY_SECTION_KINDS, globs);
    pn_asm_put32(a, PN_POLICY_SECTION_KINDS,
                 pn_asm_count(a, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES) - globs);
    pn_asm_put32(a, PN_POLICY_SECTION_KINDS, 0);
    return at;
}

static void put_head(struct pn_asm *a, uint8_t major, size_t value)
{
    uint8_t *at = a->body + a->body_len;

    major = (uint8_t)(major << 5);
    if (value < 24) {
        at[0] = (uint8_t)(major | value);
        a->body_len += 1;
    } else if (value < 256) {
        at[0] = major | 24;
        at[1] = (uint8_t)value;
        a->body_len += 2;
    } else if (value < 65536) {
        at[0] = major | 25;
        at[1] = (uint8_t)(value >> 8);
        at[2] = (uint8_t)value;
        a->body_len += 3;
    } else {
        at[0] = major | 26;
        for (int i = 0; i < 4; i++) at[1 + i] = (uint8_t)(value >> (24 - 8 * i));
        a->body_len += 5;
    }
}

struct pn_slice pn_asm_wrap(struct pn_asm *a)
{
    size_t present = 0;

    a->body_len = 0;
    for (unsigned i = 1; i < PN_POLICY_SECTION_COUNT; i++) present += a->section[i].len > 0;
    put_head(a, 5, present);
    for (unsigned i = 1; i < PN_POLICY_SECTION_COUNT; i++) {
        if (a->section[i].len == 0) continue;
        if (a->body_len + a->section[i].len + 16 > sizeof a->body) abort();
        put_head(a, 0, i);
        put_head(a, 2, a->section[i].len);
        memcpy(a->body + a->body_len, a->section[i].bytes, a->section[i].len);
        a->body_len += a->section[i].len;
    }
    return pn_slice(a->body, a->body_len);
}

void pn_asm_features(struct pn_asm *a)
{
    unsigned code = PN_POLICY_SECTION_VALUE_CODE, constants = PN_POLICY_SECTION_CONSTANTS;
    uint32_t features =
        pn_code_features(pn_slice(a->section[code].bytes, a->section[code].len),
                         pn_slice(a->section[constants].bytes, a->section[constants].len));

    if (a->section[code].len > 0) features |= PN_FEATURE_VALUE_CODE;
    if (a->section[PN_POLICY_SECTION_HEADER].bytes[PN_HEADER_MODE] == PN_MODE_CERBOS54) {
        features |= PN_FEATURE_CERBOS54;
    } else if (a->section[PN_POLICY_SECTION_SCOPES].len > 0) {
        features |= PN_FEATURE_LAYERS;
    }
    pn_store32(a->section[PN_POLICY_SECTION_HEADER].bytes + PN_HEADER_FEATURES, features);
}

struct pn_slice pn_asm_finish(struct pn_asm *a)
{
    sorting = a;
    qsort(a->rows, a->row_count, sizeof a->rows[0], row_order);
    for (size_t at = 0; at < a->row_count;) at = put_kind(a, at);
    pn_asm_features(a);
    return pn_asm_wrap(a);
}
