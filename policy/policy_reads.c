/* see policy_reads.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_reads.h"

#include "policy/condition.h"
#include "policy/layers.h"
#include "policy/policy_explain.h"
#include "policy/record.h"

/* What is being gathered; derived roles are followed once each. */
struct gathering {
    const struct pn_policy *policy;
    struct pn_reads *reads;
    uint64_t derived[PN_POLICY_ROLE_WORDS_MAX]; /* met so far */
};

static void add_predicate(struct pn_reads *reads, uint16_t predicate)
{
    reads->predicates[predicate / 64] |= (uint64_t)1 << predicate % 64;
}

static void add_slot(struct pn_reads *reads, uint16_t slot)
{
    if (slot != PN_NONE16) reads->slots[slot / 64] |= (uint64_t)1 << slot % 64;
}

/* Most conditions are one mask, whose bits are the predicates. */
static void add_condition(struct gathering *g, uint32_t condition)
{
    struct pn_condition_walk walk = { 0 };
    uint16_t predicate;

    if (condition == PN_NONE32) return;
    const uint8_t *at =
        pn_record(g->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
    if (pn_load32(at) == (PN_CONDITION_MASK | 1u << 16)) {
        const uint8_t *mask = pn_record(g->policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES,
                                        pn_load32(at + PN_CONDITION_FIRST));
        g->reads->predicates[pn_load32(mask + PN_MASK_WORD)] |=
            pn_load64(mask + PN_MASK_NEED_TRUE) | pn_load64(mask + PN_MASK_NEED_FALSE);
        return;
    }
    while ((predicate = pn_condition_walk(g->policy, condition, &walk)) != PN_NONE16) {
        add_predicate(g->reads, predicate);
    }
}

static void add_derived(struct gathering *g, uint32_t derived)
{
    uint64_t bit = (uint64_t)1 << derived % 64;

    if ((g->derived[derived / 64] & bit) != 0) return;
    g->derived[derived / 64] |= bit;
    const uint8_t *at = pn_record(g->policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, derived);
    add_condition(g, pn_load32(at + PN_DERIVED_CONDITION));
}

/* Derived roles have the bits behind those of the plain ones. */
static void add_roles(struct gathering *g, uint32_t roles)
{
    uint32_t first = g->policy->role_count, count = g->policy->derived_count;

    if (roles == PN_NONE32) return;
    const uint8_t *mask = pn_role_mask_at(g->policy, roles);
    for (uint32_t bit = first; bit < first + count; bit++) {
        if ((pn_load64(mask + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) != 0) {
            add_derived(g, bit - first);
        }
    }
}

static void add_rule(struct gathering *g, uint16_t index)
{
    const uint8_t *rule = pn_rule_at(g->policy, index);
    uint16_t derived = pn_load16(rule + PN_RULE_DERIVED);

    add_condition(g, pn_load32(rule + PN_RULE_CONDITION));
    if (g->policy->derived_count == 0) return;
    add_roles(g, pn_load32(rule + PN_RULE_ROLES));
    if (derived != 0) add_derived(g, derived - 1u);
}

static void add_all_derived(struct gathering *g)
{
    for (uint32_t i = 0; i < g->policy->derived_count; i++) add_derived(g, i);
}

/* Code reads slots by itself and through the predicates that it pushes. */
static void open_code(struct gathering *g, uint32_t block)
{
    const uint8_t *at = pn_record(g->policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
    uint32_t first = pn_load32(at + PN_BLOCK_FIRST), count = pn_load16(at + PN_BLOCK_COUNT);

    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *insn = pn_record(g->policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES, i);
        uint16_t b = pn_load16(insn + PN_CODE_B);
        if (insn[PN_CODE_OP] == PN_CODE_SLOT) add_slot(g->reads, b);
        else if (insn[PN_CODE_OP] == PN_CODE_PREDICATE) add_predicate(g->reads, b);
        else if (insn[PN_CODE_OP] == PN_CODE_DERIVED) add_all_derived(g);
    }
}

static void open_predicate(struct gathering *g, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(g->policy, predicate);

    add_slot(g->reads, pn_load16(at + PN_PREDICATE_SLOT));
    add_slot(g->reads, pn_load16(at + PN_PREDICATE_PEER));
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_DERIVED) {
        add_derived(g, pn_load32(at + PN_PREDICATE_ARG));
    } else if (at[PN_PREDICATE_KIND] == PN_PREDICATE_CODE) {
        open_code(g, pn_load32(at + PN_PREDICATE_ARG));
    }
}

/* Opening one may add others, so words are gone over until nothing is new. */
static void open_predicates(struct gathering *g)
{
    size_t words = ((size_t)g->policy->predicate_count + 63) / 64;
    uint64_t opened[PN_POLICY_PREDICATES_MAX / 64] = { 0 };
    bool more;

    do {
        more = false;
        for (size_t word = 0; word < words; word++) {
            uint64_t bits = g->reads->predicates[word] & ~opened[word];
            opened[word] |= bits;
            more = more || bits != 0;
            for (; bits != 0; bits &= bits - 1) {
                open_predicate(g, (uint16_t)(word * 64 + (size_t)__builtin_ctzll(bits)));
            }
        }
    } while (more);
}

void pn_policy_reads(const struct pn_policy *policy, const struct pn_facts *facts,
                     struct pn_policy_scratch *scratch, struct pn_reads *reads)
{
    struct gathering g = { .policy = policy, .reads = reads };

    memset(reads, 0, sizeof *reads);
    /* A schema may ask for any attribute. */
    if (policy->schema_module != NULL) memset(reads->slots, 0xFF, sizeof reads->slots);
    pn_explain_mark(policy, facts, scratch);
    for (size_t word = 0; word < ((size_t)policy->rule_count + 63) / 64; word++) {
        uint64_t bits = scratch->considered[word];
        for (; bits != 0; bits &= bits - 1) {
            add_rule(&g, (uint16_t)(word * 64 + (size_t)__builtin_ctzll(bits)));
        }
    }
    open_predicates(&g);
}
