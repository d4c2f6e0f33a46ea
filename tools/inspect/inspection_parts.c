/* see inspection_parts.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/inspection_parts.h"

#include "policy/record.h"
#include "tools/compile/diagnostics.h"
#include "tools/inspect/section_kind.h"
#include "tools/print_bytes.h"

static uint32_t count_of(const struct pn_policy *policy, enum pn_policy_section section,
                         size_t bytes)
{
    return (uint32_t)(policy->blob.section[section].len / bytes);
}

static uint32_t deepest(const struct pn_policy *policy)
{
    uint32_t stack = 0;

    for (uint32_t i = 0; i < count_of(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES); i++) {
        uint16_t own = pn_load16(
            pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, i) + PN_BLOCK_STACK);
        if (own > stack) stack = own;
    }
    return stack;
}

static uint32_t dearest(const struct pn_policy *policy)
{
    uint32_t cost = 0;

    for (uint32_t i = 0; i < count_of(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES); i++) {
        uint32_t own = pn_load32(
            pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, i) + PN_BLOCK_COST);
        if (own > cost) cost = own;
    }
    return cost;
}

void limit_rows(const struct pn_policy *policy, struct limit_row rows[LIMIT_ROWS])
{
    const struct limit_row all[LIMIT_ROWS] = {
        { "predicates", policy->predicate_count, PN_POLICY_PREDICATES_MAX },
        { "slots", policy->slot_count, PN_POLICY_SLOTS_MAX },
        { "rules", policy->rule_count, PN_POLICY_RULES_MAX },
        { "roles", (uint32_t)policy->role_count + policy->derived_count,
          64 * PN_POLICY_ROLE_WORDS_MAX },
        { "trie_nodes", count_of(policy, PN_POLICY_SECTION_TRIE, PN_TRIE_NODE_BYTES),
          PN_TRIE_NODES_MAX },
        { "scopes", policy->scope_count, PN_POLICY_SCOPES_MAX },
        { "loop_items", policy->loop_items, PN_POLICY_LOOP_ITEMS_MAX },
        { "stack_cells", deepest(policy), PN_POLICY_VALUE_STACK_MAX },
        { "steps_of_an_expression", dearest(policy), PN_POLICY_BLOCK_COST_MAX },
    };

    memcpy(rows, all, sizeof all);
}

const char *predicate_kind_name(unsigned kind)
{
    static const char *const names[PREDICATE_KINDS] = {
        "never",  "bool",     "compare", "compare_slots", "in_set", "prefix",
        "suffix", "contains", "match",   "has",           "type",   "size",
        "member", "role",     "derived", "now",           "code",
    };

    return names[kind < PREDICATE_KINDS ? kind : 0];
}

void predicate_kind_counts(const struct pn_policy *policy, uint32_t counts[PREDICATE_KINDS])
{
    memset(counts, 0, PREDICATE_KINDS * sizeof *counts);
    for (uint16_t i = 0; i < policy->predicate_count; i++) {
        uint8_t kind = pn_predicate_at(policy, i)[PN_PREDICATE_KIND];
        counts[kind < PREDICATE_KINDS ? kind : 0]++;
    }
}

bool header_read(struct pn_slice body, struct header_fields *header)
{
    size_t at = 0;
    uint64_t number;
    struct pn_slice bytes;

    while (body_section_next(body, &at, &number, &bytes)) {
        if (number != PN_POLICY_SECTION_HEADER || bytes.len < PN_HEADER_BYTES) continue;
        *header = (struct header_fields){
            .format = pn_load16(bytes.at + PN_HEADER_FORMAT),
            .engine_min = pn_load16(bytes.at + PN_HEADER_ENGINE_MIN),
            .loop_items = pn_load16(bytes.at + PN_HEADER_LOOP_ITEMS),
            .features = pn_load32(bytes.at + PN_HEADER_FEATURES),
            .cost = pn_load32(bytes.at + PN_HEADER_COST),
            .mode = bytes.at[PN_HEADER_MODE],
            .role_words = bytes.at[PN_HEADER_ROLE_WORDS],
        };
        return true;
    }
    return false;
}

static void feature_bit(struct bytes *out, unsigned bit)
{
    static const char *const names[] = {
#define PN_FEATURE(number, symbol, name, what) [number] = #name,
#include "policy/feature.def"
#undef PN_FEATURE
    };

    if (bit < PN_FEATURE_BIT_COUNT) print_bytes(out, "%s", names[bit]);
    else print_bytes(out, "bit %u", bit);
}

void features_text(struct bytes *out, uint32_t features)
{
    if (features == 0) print_bytes(out, " none");
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((features >> bit & 1) == 0) continue;
        print_bytes(out, " ");
        feature_bit(out, bit);
    }
}

void features_json(struct bytes *out, uint32_t features)
{
    const char *between = "";

    print_bytes(out, "[");
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((features >> bit & 1) == 0) continue;
        print_bytes(out, "%s\"", between);
        feature_bit(out, bit);
        print_bytes(out, "\"");
        between = ",";
    }
    print_bytes(out, "]");
}

uint32_t kind_count(const struct pn_policy *policy)
{
    return count_of(policy, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES);
}

struct kind_row kind_row_at(const struct pn_policy *policy, uint32_t index)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, index);

    return (struct kind_row){ pn_string(policy, pn_load32(at + PN_KIND_NAME)),
                              pn_load32(at + PN_KIND_ACTION_COUNT),
                              pn_load32(at + PN_KIND_GLOB_COUNT) };
}

const char *inspection_signature(enum signature_state state)
{
    switch (state) {
    case SIGNATURE_NONE: return "none";
    case SIGNATURE_UNCHECKED: return "not checked";
    case SIGNATURE_GOOD: return "good";
    case SIGNATURE_BAD: return "refused";
    }
    return "refused";
}

const char *inspection_mode(uint8_t mode)
{
    return mode == PN_MODE_EDGE ? "edge" : mode == PN_MODE_CERBOS54 ? "cerbos54" : "unknown";
}

void body_fault_write(struct bytes *out, const struct body_fault *f)
{
    const struct section_kind *kind = section_kind_of(f->section);

    print_bytes(out, "%.*s", SLICE_ARGS(pn_policy_fault_sentence(f->fault)));
    if (f->fault == PN_POLICY_BAD_SECTION_UNKNOWN)
        print_bytes(out, " It is section %u.", f->section);
    if (f->section > 0 && kind != NULL) {
        if (f->record != BODY_FAULT_NOWHERE) {
            print_bytes(out, " It is record %zu of section %s,", f->record, kind->name);
        } else {
            print_bytes(out, " It is section %s%s", kind->name,
                        f->offset != BODY_FAULT_NOWHERE ? "," : ".");
        }
        if (f->offset != BODY_FAULT_NOWHERE)
            print_bytes(out, " at byte %zu of the body.", f->offset);
    } else if (f->offset != BODY_FAULT_NOWHERE) {
        print_bytes(out, " It can be read up to byte %zu.", f->offset);
    }
    if (f->count_max > 0 && f->count > f->count_max)
        print_bytes(out, " It has %zu records, at most %zu may be.", f->count, f->count_max);
}
