/* compare.h - how two values relate, exactly and without copying.
 *
 * Integers and doubles compare by their mathematical value: nothing is rounded on the way, so
 * 9007199254740993 is greater than 9007199254740992.0. Strings compare by code point, which is the
 * order of their UTF-8 bytes, and are unescaped while they are read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_COMPARE_H
#define PN_POLICY_COMPARE_H

#include "core/base/value.h"
#include "policy/policy_format.h"

enum pn_order { PN_LESS, PN_SAME, PN_MORE_THAN, PN_UNORDERED /* not a number */ };

static inline bool pn_value_is_number(const struct pn_value *v)
{
    return v->type == PN_INT || v->type == PN_DOUBLE;
}

/* Neither a list nor a map, of what JSON can be. */
static inline bool pn_value_is_scalar(const struct pn_value *v)
{
    return v->type >= PN_NULL && v->type <= PN_STRING;
}

/* Order of two numbers (PN_INT or PN_DOUBLE). */
enum pn_order pn_number_order(const struct pn_value *a, const struct pn_value *b);

/* Order of two strings. Never PN_UNORDERED. */
enum pn_order pn_text_order(const struct pn_value *a, const struct pn_value *b);

/* True when the strings are equal. */
static inline bool pn_text_equal(const struct pn_value *a, const struct pn_value *b)
{
    if (((a->flags | b->flags) & PN_VALUE_ESCAPED) != 0) return pn_text_order(a, b) == PN_SAME;
    return a->len == b->len && (a->len == 0 || memcmp(a->as.text, b->as.text, a->len) == 0);
}

/* True when `text` begins or ends with `part`. */
bool pn_text_begins(const struct pn_value *text, const struct pn_value *part);
bool pn_text_ends(const struct pn_value *text, const struct pn_value *part);

/* Does `text` hold `part`? PN_FAULTY once more than PN_POLICY_HOLDS_STEPS_MAX bytes were compared
 * in places where `part` might have begun: texts from outside could otherwise make it take the
 * product of both lengths. */
enum pn_truth pn_text_holds(const struct pn_value *text, const struct pn_value *part);

/* Characters (code points) of a string, as CEL's size() counts them. */
uint32_t pn_text_size(const struct pn_value *text);

#endif
