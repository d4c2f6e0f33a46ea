/* see schema.h: is every record of the schemas sound?
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/schema.h"

struct schemas {
    const struct pn_opening *o;
    uint32_t bindings, nodes, words;
};

static const uint8_t *node_at(const struct schemas *s, uint32_t index)
{
    return pn_record(s->o->policy, PN_POLICY_SECTION_SCHEMA_NODES, PN_SCHEMA_NODE_BYTES, index);
}

static const uint8_t *word_at(const struct schemas *s, uint32_t index)
{
    return pn_record(s->o->policy, PN_POLICY_SECTION_SCHEMA_WORDS, PN_SCHEMA_WORD_BYTES, index);
}

static bool count_of(const struct schemas *s, enum pn_policy_section section, size_t bytes,
                     uint32_t *count)
{
    size_t len = s->o->policy->blob.section[section].len;

    *count = (uint32_t)(len / bytes);
    return len % bytes == 0 && len / bytes < PN_NONE16;
}

static bool string_fits(const struct schemas *s, uint32_t string)
{
    return pn_index_fits(s->o, PN_POLICY_SECTION_STRINGS, string);
}

static bool dfa_fits(const struct schemas *s, uint32_t dfa)
{
    return pn_index_fits(s->o, PN_POLICY_SECTION_DFAS, dfa);
}

/* What a keyword's A and B may be. */
enum shape {
    WRONG,
    A_TYPES,
    A_NODE,
    A_NODE_B_COUNT,
    A_NODE_B_STRING,
    A_OPEN, /* a node, or PN_NONE16 */
    A_GROUP,
    B_SET,
    B_DFA,
    A_STRING_B_DFA,
    B_COUNT,
    B_NUMBER,
    B_STRING,
    DECIMAL,
    NOTHING,
};

static const uint8_t shapes[PN_SCHEMA_OP_COUNT] = {
    [PN_SCHEMA_TYPE] = A_TYPES,
    [PN_SCHEMA_FALSE] = NOTHING,
    [PN_SCHEMA_CONST] = B_SET,
    [PN_SCHEMA_ENUM] = B_SET,
    [PN_SCHEMA_FORMAT] = A_STRING_B_DFA,
    [PN_SCHEMA_PATTERN] = B_DFA,
    [PN_SCHEMA_MIN_LENGTH] = B_COUNT,
    [PN_SCHEMA_MAX_LENGTH] = B_COUNT,
    [PN_SCHEMA_MINIMUM] = B_NUMBER,
    [PN_SCHEMA_MAXIMUM] = B_NUMBER,
    [PN_SCHEMA_ABOVE] = B_NUMBER,
    [PN_SCHEMA_BELOW] = B_NUMBER,
    [PN_SCHEMA_MULTIPLE] = DECIMAL,
    [PN_SCHEMA_MIN_ITEMS] = B_COUNT,
    [PN_SCHEMA_MAX_ITEMS] = B_COUNT,
    [PN_SCHEMA_UNIQUE] = NOTHING,
    [PN_SCHEMA_ARRAY] = A_GROUP,
    [PN_SCHEMA_PREFIX_ITEM] = A_NODE_B_COUNT,
    [PN_SCHEMA_ITEMS] = A_NODE_B_COUNT,
    [PN_SCHEMA_MIN_PROPERTIES] = B_COUNT,
    [PN_SCHEMA_MAX_PROPERTIES] = B_COUNT,
    [PN_SCHEMA_OBJECT] = A_GROUP,
    [PN_SCHEMA_REQUIRED] = B_STRING,
    [PN_SCHEMA_PROPERTY] = A_NODE_B_STRING,
    [PN_SCHEMA_ADDITIONAL] = A_OPEN,
    [PN_SCHEMA_REF] = A_NODE,
    [PN_SCHEMA_NOT] = A_NODE,
    [PN_SCHEMA_ANY_OF] = A_GROUP,
    [PN_SCHEMA_ONE_OF] = A_GROUP,
    [PN_SCHEMA_BRANCH] = A_NODE,
};

static bool is_number(const struct schemas *s, uint32_t constant)
{
    if (!pn_index_fits(s->o, PN_POLICY_SECTION_CONSTANTS, constant)) return false;
    uint8_t type = pn_record(s->o->policy, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES,
                             constant)[PN_CONSTANT_TYPE];
    return type == PN_INT || type == PN_DOUBLE;
}

/* A node that another refers to comes before it and is less deep. */
static bool is_below(const struct schemas *s, uint32_t node, uint16_t child)
{
    return child < node && pn_load16(node_at(s, child) + PN_SCHEMA_NODE_DEPTH) <
                               pn_load16(node_at(s, node) + PN_SCHEMA_NODE_DEPTH);
}

static bool fields_are_sound(const struct schemas *s, uint32_t node, const uint8_t *word)
{
    uint16_t a = pn_load16(word + PN_SCHEMA_WORD_A);
    uint32_t b = pn_load32(word + PN_SCHEMA_WORD_B);

    switch ((enum shape)shapes[word[PN_SCHEMA_WORD_OP]]) {
    case A_TYPES: return a > 0 && a < 128 && b == 0;
    case A_NODE: return is_below(s, node, a) && b == 0;
    case A_NODE_B_COUNT: return is_below(s, node, a);
    case A_NODE_B_STRING: return is_below(s, node, a) && string_fits(s, b);
    case A_OPEN: return (a == PN_NONE16 || is_below(s, node, a)) && b == 0;
    case A_GROUP: return a > 0 && b == 0;
    case B_SET: return a == 0 && pn_index_fits(s->o, PN_POLICY_SECTION_SETS, b);
    case B_DFA: return a == 0 && dfa_fits(s, b);
    case A_STRING_B_DFA: return string_fits(s, a) && dfa_fits(s, b);
    case B_COUNT: return a == 0;
    case B_NUMBER: return a == 0 && is_number(s, b);
    case B_STRING: return a == 0 && string_fits(s, b);
    case DECIMAL: return a <= 9 && b > 0 && b <= INT32_MAX;
    case NOTHING: return a == 0 && b == 0;
    case WRONG: break;
    }
    return false;
}

/* Which group a keyword stands in. PN_SCHEMA_NONE: in none. */
static enum pn_schema_op group_of(uint8_t op)
{
    if (op == PN_SCHEMA_PREFIX_ITEM || op == PN_SCHEMA_ITEMS) return PN_SCHEMA_ARRAY;
    if (op == PN_SCHEMA_BRANCH) return PN_SCHEMA_ANY_OF;
    return op >= PN_SCHEMA_REQUIRED && op <= PN_SCHEMA_ADDITIONAL ? PN_SCHEMA_OBJECT
                                                                  : PN_SCHEMA_NONE;
}

/* Members of the group at `first`: ITEMS and ADDITIONAL come last, REQUIRED not too often. */
static bool group_is_sound(const struct schemas *s, uint32_t first, uint16_t count)
{
    uint8_t op = word_at(s, first)[PN_SCHEMA_WORD_OP];
    unsigned required = 0;

    if (op == PN_SCHEMA_ONE_OF) op = PN_SCHEMA_ANY_OF;
    for (uint32_t i = first + 1; i <= first + count; i++) {
        uint8_t member = word_at(s, i)[PN_SCHEMA_WORD_OP];
        bool last = member == PN_SCHEMA_ITEMS || member == PN_SCHEMA_ADDITIONAL;
        if (group_of(member) != op || (last && i != first + count)) return false;
        required += member == PN_SCHEMA_REQUIRED;
    }
    return required <= 64;
}

static bool words_are_sound(const struct schemas *s, uint32_t node, uint32_t first, uint16_t count)
{
    uint32_t members = 0; /* of the group at hand, still to come */

    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *word = word_at(s, i);
        uint8_t op = word[PN_SCHEMA_WORD_OP];
        if (op >= PN_SCHEMA_OP_COUNT || word[PN_SCHEMA_WORD_ZERO] != 0) return false;
        if (!fields_are_sound(s, node, word)) return false;
        if ((members > 0) != (group_of(op) != PN_SCHEMA_NONE)) return false;
        if (members > 0) members--;
        if (shapes[op] != A_GROUP) continue;
        members = pn_load16(word + PN_SCHEMA_WORD_A);
        if (members >= first + count - i || !group_is_sound(s, i, (uint16_t)members)) return false;
    }
    return members == 0;
}

static bool nodes_are_sound(const struct schemas *s)
{
    for (uint32_t i = 0; i < s->nodes; i++) {
        uint32_t first = pn_load32(node_at(s, i) + PN_SCHEMA_NODE_FIRST);
        uint16_t count = pn_load16(node_at(s, i) + PN_SCHEMA_NODE_COUNT);
        uint16_t depth = pn_load16(node_at(s, i) + PN_SCHEMA_NODE_DEPTH);
        if (depth < 1 || depth > PN_POLICY_SCHEMA_DEPTH_MAX) return false;
        if (first > s->words || count > s->words - first) return false;
        if (!words_are_sound(s, i, first, count)) return false;
    }
    return true;
}

static bool side_is_sound(const struct schemas *s, const uint8_t *side)
{
    uint32_t node = pn_load32(side + PN_SCHEMA_SIDE_NODE);
    uint32_t ignore = pn_load32(side + PN_SCHEMA_SIDE_IGNORE);

    if (ignore != PN_NONE32 && !dfa_fits(s, ignore)) return false;
    return node == PN_NONE32 || node < s->nodes;
}

static int binding_order(const struct schemas *s, const uint8_t *a, const uint8_t *b)
{
    const struct pn_policy *p = s->o->policy;
    int order = pn_slice_order(pn_string(p, pn_load32(a + PN_SCHEMA_BINDING_KIND)),
                               pn_string(p, pn_load32(b + PN_SCHEMA_BINDING_KIND)));

    if (order != 0) return order;
    return pn_slice_order(pn_string(p, pn_load32(a + PN_SCHEMA_BINDING_VERSION)),
                          pn_string(p, pn_load32(b + PN_SCHEMA_BINDING_VERSION)));
}

static bool binding_is_sound(const struct schemas *s, const uint8_t *at)
{
    uint8_t enforcement = at[PN_SCHEMA_BINDING_ENFORCEMENT];
    const uint8_t *sides = at + PN_SCHEMA_BINDING_SIDES;

    return string_fits(s, pn_load32(at + PN_SCHEMA_BINDING_KIND)) &&
           string_fits(s, pn_load32(at + PN_SCHEMA_BINDING_VERSION)) &&
           (enforcement == PN_SCHEMA_WARN || enforcement == PN_SCHEMA_REJECT) &&
           pn_all_zero(at + PN_SCHEMA_BINDING_ZERO, 3) && side_is_sound(s, sides) &&
           side_is_sound(s, sides + PN_SCHEMA_SIDE_BYTES);
}

static bool bindings_are_sound(const struct schemas *s)
{
    const uint8_t *at = s->o->policy->blob.section[PN_POLICY_SECTION_SCHEMA_BINDINGS].at;

    for (uint32_t i = 0; i < s->bindings; i++, at += PN_SCHEMA_BINDING_BYTES) {
        if (!binding_is_sound(s, at)) return false;
        if (i > 0 && binding_order(s, at - PN_SCHEMA_BINDING_BYTES, at) >= 0) return false;
    }
    return s->bindings > 0;
}

bool pn_schemas_are_sound(const struct pn_opening *o)
{
    struct schemas s = { .o = o };

    return count_of(&s, PN_POLICY_SECTION_SCHEMA_BINDINGS, PN_SCHEMA_BINDING_BYTES, &s.bindings) &&
           count_of(&s, PN_POLICY_SECTION_SCHEMA_NODES, PN_SCHEMA_NODE_BYTES, &s.nodes) &&
           count_of(&s, PN_POLICY_SECTION_SCHEMA_WORDS, PN_SCHEMA_WORD_BYTES, &s.words) &&
           nodes_are_sound(&s) && bindings_are_sound(&s);
}
