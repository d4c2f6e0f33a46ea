/* predicate.h - the value of one atom: false, true, error or unknown.
 *
 * Reading an attribute that is not there, or that cannot be used, is an error; so is an operation
 * that CEL does not define for the types at hand. == and != are defined for all types.
 * For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_PREDICATE_H
#define PN_POLICY_PREDICATE_H

#include "policy/record.h"
#include "policy/truth.h"

/* The value of the predicate at `record`. Of every kind but PN_PREDICATE_DERIVED, which needs
 * conditions. */
enum pn_truth pn_predicate_value(const struct pn_policy *policy, const struct pn_facts *facts,
                                 const uint8_t *record);

/* Is a usable value of enum pn_type in set `number`? */
enum pn_truth pn_set_holds(const struct pn_policy *policy, uint32_t number,
                           const struct pn_value *v);

/* Does `op` hold of what is in this order? Four bits for each operator: less, the same, more than,
 * unordered. */
static inline enum pn_truth pn_order_holds(uint32_t order, uint8_t op)
{
    const uint32_t holds = 2u << 4 * PN_EQ | 13u << 4 * PN_NE | 1u << 4 * PN_LT | 3u << 4 * PN_LE |
                           4u << 4 * PN_GT | 6u << 4 * PN_GE;

    return (enum pn_truth)(holds >> (4u * op + order) & 1);
}

/* The value of the predicate at `record` if it is of the commonest kinds and so quickly told: an
 * integer, or a string without escapes that is equal or not, compared with a constant of its type.
 * PN_UNDECIDED: it is to be had the long way. */
static inline enum pn_truth pn_predicate_quick(const struct pn_policy *policy,
                                               const struct pn_facts *facts, const uint8_t *record)
{
    uint8_t op = record[PN_PREDICATE_OP];
    uint32_t order;

    if (record[PN_PREDICATE_KIND] != PN_PREDICATE_COMPARE) return PN_UNDECIDED;
    const struct pn_value *left = &facts->slots[pn_load16(record + PN_PREDICATE_SLOT)];
    const uint8_t *right = pn_record(policy, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES,
                                     pn_load32(record + PN_PREDICATE_ARG));
    if (left->type != right[PN_CONSTANT_TYPE]) return PN_UNDECIDED;
    if (left->type == PN_STRING && left->flags == 0 && op <= PN_NE) {
        struct pn_slice text = pn_string(policy, pn_load32(right + PN_CONSTANT_VALUE));
        order = left->len == text.len && pn_bytes_same(left->as.text, text.at, text.len);
    } else if (left->type == PN_INT) {
        int64_t number = (int64_t)pn_load64(right + PN_CONSTANT_VALUE);
        order = (uint32_t)(left->as.i >= number) + (uint32_t)(left->as.i > number);
    } else {
        return PN_UNDECIDED;
    }
    return pn_order_holds(order, op);
}

#endif
