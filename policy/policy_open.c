/* see policy.h: check a policy once, so that deciding cannot fail.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/compare.h"
#include "policy/dfa.h"
#include "core/base/utf8.h"
#include "policy/opening.h"

struct size_row {
    uint8_t section, bytes;
    uint16_t count_max;
};

/* Record sizes. ROLE_MASKS counts words here; their masks are counted once the header is read. */
static const struct size_row sizes[] = {
    { PN_POLICY_SECTION_HEADER, PN_HEADER_BYTES, 1 },
    { PN_POLICY_SECTION_STRINGS, PN_STRINGS_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_SETS, PN_SET_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_SET_MEMBERS, 4, 0xFFFF },
    { PN_POLICY_SECTION_SLOTS, PN_SLOT_BYTES, PN_POLICY_SLOTS_MAX },
    { PN_POLICY_SECTION_TRIE, PN_TRIE_NODE_BYTES, PN_TRIE_NODES_MAX },
    { PN_POLICY_SECTION_PREDICATES, PN_PREDICATE_BYTES, PN_POLICY_PREDICATES_MAX },
    { PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_RULES, PN_RULE_BYTES, PN_POLICY_RULES_MAX },
    { PN_POLICY_SECTION_ROLES, 4, 64 * PN_POLICY_ROLE_WORDS_MAX },
    { PN_POLICY_SECTION_ROLE_MASKS, 8, 0xFFFF },
    { PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, 64 * PN_POLICY_ROLE_WORDS_MAX },
    { PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_STRING_LISTS, 4, 0xFFFF },
    { PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, 0xFFFF },
    { PN_POLICY_SECTION_RULE_LISTS, 2, 0xFFFF },
    { PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, 0xFFFF },
};

static enum pn_policy_fault count_records(struct pn_opening *o)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t len = o->policy->blob.section[sizes[i].section].len;
        if (len % sizes[i].bytes != 0) return PN_POLICY_BAD_SECTION_SIZE;
        if (len / sizes[i].bytes > sizes[i].count_max) return PN_POLICY_BAD_LIMIT;
        o->count[sizes[i].section] = (uint32_t)(len / sizes[i].bytes);
    }
    if (o->count[PN_POLICY_SECTION_HEADER] == 0 || o->count[PN_POLICY_SECTION_STRINGS] == 0 ||
        o->count[PN_POLICY_SECTION_TRIE] == 0) {
        return PN_POLICY_BAD_SECTION_MISSING;
    }
    if (o->policy->blob.section[PN_POLICY_SECTION_VALUE_CODE].len > 0) return PN_POLICY_BAD_FEATURE;
    return PN_POLICY_GOOD;
}

static void take_counts(struct pn_opening *o)
{
    struct pn_policy *p = o->policy;

    p->slot_count = (uint16_t)o->count[PN_POLICY_SECTION_SLOTS];
    p->predicate_count = (uint16_t)o->count[PN_POLICY_SECTION_PREDICATES];
    p->rule_count = (uint16_t)o->count[PN_POLICY_SECTION_RULES];
    p->role_count = (uint16_t)o->count[PN_POLICY_SECTION_ROLES];
    p->derived_count = (uint16_t)o->count[PN_POLICY_SECTION_DERIVED];
    o->count[PN_POLICY_SECTION_ROLE_MASKS] /= p->role_words;
}

static void take_places(struct pn_policy *p, const uint8_t *header)
{
    for (int place = 0; place < PN_PLACE_COUNT; place++) {
        p->place_node[place] = pn_load16(header + PN_HEADER_NODE_PRINCIPAL + 2 * place);
    }
}

static enum pn_policy_fault read_header(struct pn_opening *o)
{
    const uint8_t *at = o->policy->blob.section[PN_POLICY_SECTION_HEADER].at;
    uint8_t words = at[PN_HEADER_ROLE_WORDS];

    if (pn_load16(at + PN_HEADER_FORMAT) != PN_POLICY_FORMAT) return PN_POLICY_BAD_FORMAT;
    if (pn_load16(at + PN_HEADER_ENGINE_MIN) > PN_POLICY_ENGINE) return PN_POLICY_BAD_ENGINE;
    if (pn_load32(at + PN_HEADER_FEATURES) != 0) return PN_POLICY_BAD_FEATURE;
    if (at[PN_HEADER_MODE] != PN_MODE_EDGE) return PN_POLICY_BAD_MODE;
    if (words < 1 || words > PN_POLICY_ROLE_WORDS_MAX) return PN_POLICY_BAD_LIMIT;
    if (pn_load16(at + PN_HEADER_ZERO) != 0 || !pn_all_zero(at + PN_HEADER_ZERO2, 6)) {
        return PN_POLICY_BAD_NOT_ZERO;
    }
    o->policy->mode = PN_MODE_EDGE;
    o->policy->role_words = words;
    if (o->count[PN_POLICY_SECTION_ROLE_MASKS] % words != 0) return PN_POLICY_BAD_SECTION_SIZE;
    take_counts(o);
    take_places(o->policy, at);
    return PN_POLICY_GOOD;
}

/* A string starts and ends with whole characters of its own, so each is read by itself. */
static bool strings_are_sound(const struct pn_opening *o)
{
    struct pn_slice bytes = o->policy->blob.section[PN_POLICY_SECTION_STRING_BYTES];

    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_STRINGS]; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_STRINGS, PN_STRINGS_BYTES, i);
        uint32_t offset = pn_load32(at + PN_STRINGS_OFFSET), len = pn_load32(at + PN_STRINGS_LEN);
        if (offset > bytes.len || len > bytes.len - offset) return false;
        if (!pn_utf8_valid(pn_string(o->policy, i))) return false;
    }
    return pn_string(o->policy, 0).len == 0;
}

/* What pauses or grafts is the gateway's business, not a policy's. */
static bool trie_is_sound(const struct pn_opening *o)
{
    const uint8_t wanted = PN_TRIE_ELEMENT | PN_TRIE_RAW | PN_TRIE_NODES | PN_TRIE_COMPARED;
    struct pn_trie trie = pn_policy_trie(o->policy);

    if (!pn_trie_check(trie)) return false;
    for (uint32_t i = 0; i < trie.node_count; i++) {
        uint8_t flags = pn_record(o->policy, PN_POLICY_SECTION_TRIE, PN_TRIE_NODE_BYTES, i)[5];
        if ((flags & ~wanted) != 0) return false;
    }
    for (int place = 0; place < PN_PLACE_COUNT; place++) {
        if (o->policy->place_node[place] >= trie.node_count) return false;
    }
    return true;
}

static bool constant_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint64_t value = pn_load64(at + PN_CONSTANT_VALUE);

    if (!pn_all_zero(at + PN_CONSTANT_ZERO, 7)) return false;
    switch (at[PN_CONSTANT_TYPE]) {
    case PN_NULL: return value == 0;
    case PN_BOOL: return value <= 1;
    case PN_INT:
    case PN_DOUBLE: return true;
    case PN_STRING: return value < o->count[PN_POLICY_SECTION_STRINGS];
    default: return false;
    }
}

static bool constants_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_CONSTANTS]; i++) {
        if (!constant_is_sound(
                o, pn_record(o->policy, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, i))) {
            return false;
        }
    }
    return true;
}

static struct pn_value member_at(const struct pn_opening *o, uint32_t at)
{
    return pn_constant(
        o->policy, pn_load32(pn_record(o->policy, PN_POLICY_SECTION_SET_MEMBERS, 4, at)));
}

static bool strings_ascend(const struct pn_opening *o, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pn_value v = member_at(o, first + i), before;
        if (v.type != PN_STRING) return false;
        if (i == 0) continue;
        before = member_at(o, first + i - 1);
        if (pn_text_order(&before, &v) != PN_LESS) return false;
    }
    return true;
}

/* A NaN is below nothing, itself included, so it is found even where it stands alone. */
static bool numbers_ascend(const struct pn_opening *o, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pn_value v = member_at(o, first + i), before;
        if (!pn_value_is_number(&v) || pn_number_order(&v, &v) != PN_SAME) return false;
        if (i == 0) continue;
        before = member_at(o, first + i - 1);
        if (pn_number_order(&before, &v) != PN_LESS) return false;
    }
    return true;
}

static bool set_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint32_t first = pn_load32(at + PN_SET_FIRST);
    uint32_t strings = pn_load16(at + PN_SET_STRINGS), numbers = pn_load16(at + PN_SET_NUMBERS);
    const uint8_t flags = PN_SET_HAS_NULL | PN_SET_HAS_FALSE | PN_SET_HAS_TRUE;

    if ((at[PN_SET_FLAGS] & ~flags) != 0 || !pn_all_zero(at + PN_SET_ZERO, 3)) return false;
    return pn_run_fits(o, PN_POLICY_SECTION_SET_MEMBERS, first, strings + numbers) &&
           strings_ascend(o, first, strings) && numbers_ascend(o, first + strings, numbers);
}

static bool sets_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_SET_MEMBERS]; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_SET_MEMBERS, 4, i);
        if (!pn_index_fits(o, PN_POLICY_SECTION_CONSTANTS, pn_load32(at))) return false;
    }
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_SETS]; i++) {
        if (!set_is_sound(o, pn_record(o->policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, i))) {
            return false;
        }
    }
    return true;
}

/* A fact is known by its number and by its path; both must mean the same, and one slot holds it. */
static bool take_slot(const struct pn_opening *o, uint16_t slot)
{
    const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_SLOTS, PN_SLOT_BYTES, slot);
    uint16_t fact = pn_load16(at + PN_SLOT_FACT);

    if (!pn_string_fits(o, at + PN_SLOT_PATH) || fact >= PN_FACT_COUNT) return false;
    if ((pn_load16(at + PN_SLOT_FLAGS) & ~(PN_SLOT_ARGUMENT | PN_SLOT_SECRET)) != 0) return false;
    if (fact == PN_FACT_NONE) return true;
    if (o->policy->fact_slot[fact] != PN_NONE16) return false;
    o->policy->fact_slot[fact] = slot;
    return pn_slice_equal(pn_policy_slot_path(o->policy, slot), pn_fact_path((enum pn_fact)fact));
}

static bool slots_are_sound(const struct pn_opening *o)
{
    for (int fact = 0; fact < PN_FACT_COUNT; fact++) o->policy->fact_slot[fact] = PN_NONE16;
    for (uint16_t slot = 0; slot < o->policy->slot_count; slot++) {
        if (!take_slot(o, slot)) return false;
    }
    return true;
}

/* What a kind of predicate takes. */
enum needs {
    WITH_SLOT = 1,
    WITH_PEER = 2,     /* a peer must be there */
    MAY_PEER = 4,      /* a peer may be there */
    OR_PEER = 8,       /* either a peer or the argument, not both */
    WITH_OP = 16,
    OF_CONSTANT = 32,  /* the argument is a constant, of type `type` if that is not PN_ABSENT */
    OF_SET = 64,
    OF_DFA = 128,
    OF_TYPE = 256,
    OF_ROLE = 512,
    OF_DERIVED = 1024,
};

struct kind_row {
    uint16_t needs;
    uint8_t type;
};

static const struct kind_row kinds[] = {
    [PN_PREDICATE_BOOL] = { WITH_SLOT, 0 },
    [PN_PREDICATE_COMPARE] = { WITH_SLOT | WITH_OP | OF_CONSTANT, PN_ABSENT },
    [PN_PREDICATE_COMPARE_SLOTS] = { WITH_SLOT | WITH_OP | WITH_PEER, 0 },
    [PN_PREDICATE_IN_SET] = { WITH_SLOT | OF_SET, 0 },
    [PN_PREDICATE_PREFIX] = { WITH_SLOT | OR_PEER | OF_CONSTANT, PN_STRING },
    [PN_PREDICATE_SUFFIX] = { WITH_SLOT | OR_PEER | OF_CONSTANT, PN_STRING },
    [PN_PREDICATE_CONTAINS] = { WITH_SLOT | OR_PEER | OF_CONSTANT, PN_STRING },
    [PN_PREDICATE_MATCH] = { WITH_SLOT | OF_DFA, 0 },
    [PN_PREDICATE_HAS] = { WITH_SLOT | MAY_PEER, 0 },
    [PN_PREDICATE_TYPE] = { WITH_SLOT | OF_TYPE, 0 },
    [PN_PREDICATE_SIZE] = { WITH_SLOT | WITH_OP | OF_CONSTANT, PN_INT },
    [PN_PREDICATE_MEMBER] = { WITH_SLOT | OR_PEER | OF_CONSTANT, PN_ABSENT },
    [PN_PREDICATE_ROLE] = { OF_ROLE, 0 },
    [PN_PREDICATE_DERIVED] = { OF_DERIVED, 0 },
    [PN_PREDICATE_NOW] = { WITH_OP | OF_CONSTANT, PN_INT },
};

static bool slot_fits(const struct pn_opening *o, uint16_t slot)
{
    return slot < o->policy->slot_count;
}

static bool slots_fit(const struct pn_opening *o, const uint8_t *at, uint16_t needs)
{
    uint16_t slot = pn_load16(at + PN_PREDICATE_SLOT), peer = pn_load16(at + PN_PREDICATE_PEER);

    if ((needs & WITH_SLOT) != 0 ? !slot_fits(o, slot) : slot != PN_NONE16) return false;
    if ((needs & WITH_PEER) != 0) return slot_fits(o, peer);
    if ((needs & (MAY_PEER | OR_PEER)) == 0) return peer == PN_NONE16;
    return peer == PN_NONE16 || slot_fits(o, peer);
}

static bool constant_fits(const struct pn_opening *o, uint32_t constant, uint8_t type)
{
    if (!pn_index_fits(o, PN_POLICY_SECTION_CONSTANTS, constant)) return false;
    return type == PN_ABSENT || pn_constant(o->policy, constant).type == type;
}

static bool arg_fits(const struct pn_opening *o, const uint8_t *at, const struct kind_row *kind)
{
    uint32_t arg = pn_load32(at + PN_PREDICATE_ARG);

    if ((kind->needs & OR_PEER) != 0 && pn_load16(at + PN_PREDICATE_PEER) != PN_NONE16) {
        return arg == PN_NONE32;
    }
    if ((kind->needs & OF_CONSTANT) != 0) return constant_fits(o, arg, kind->type);
    if ((kind->needs & OF_SET) != 0) return pn_index_fits(o, PN_POLICY_SECTION_SETS, arg);
    if ((kind->needs & OF_DFA) != 0) return pn_index_fits(o, PN_POLICY_SECTION_DFAS, arg);
    if ((kind->needs & OF_TYPE) != 0) return arg >= PN_NULL && arg <= PN_MAP;
    if ((kind->needs & OF_ROLE) != 0) return arg < o->policy->role_count;
    if ((kind->needs & OF_DERIVED) != 0) return arg < o->policy->derived_count;
    return arg == PN_NONE32;
}

static bool predicate_is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint8_t kind = at[PN_PREDICATE_KIND], op = at[PN_PREDICATE_OP];

    if (kind >= sizeof kinds / sizeof kinds[0] || kinds[kind].needs == 0) return false;
    if ((kinds[kind].needs & WITH_OP) != 0 ? op > PN_GE : op != 0) return false;
    if (pn_load16(at + PN_PREDICATE_ZERO) != 0 || !pn_string_fits(o, at + PN_PREDICATE_TEXT)) {
        return false;
    }
    return slots_fit(o, at, kinds[kind].needs) && arg_fits(o, at, &kinds[kind]);
}

static bool predicates_are_sound(const struct pn_opening *o)
{
    for (uint16_t i = 0; i < o->policy->predicate_count; i++) {
        if (!predicate_is_sound(o, pn_predicate_at(o->policy, i))) return false;
    }
    return true;
}

static bool dfas_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_DFAS]; i++) {
        const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, i);
        if (!pn_string_fits(o, at + PN_DFA_TEXT) || !pn_dfa_is_sound(o->policy, i)) return false;
    }
    return true;
}

/* Each check relies on those before it. */
static enum pn_policy_fault check_all(struct pn_opening *o)
{
    enum pn_policy_fault fault = count_records(o);

    if (fault == PN_POLICY_GOOD) fault = read_header(o);
    if (fault != PN_POLICY_GOOD) return fault;
    if (!strings_are_sound(o)) return PN_POLICY_BAD_STRING;
    if (!trie_is_sound(o)) return PN_POLICY_BAD_TRIE;
    if (!constants_are_sound(o)) return PN_POLICY_BAD_CONSTANT;
    if (!sets_are_sound(o)) return PN_POLICY_BAD_SET;
    if (!slots_are_sound(o)) return PN_POLICY_BAD_SLOT;
    if (!dfas_are_sound(o)) return PN_POLICY_BAD_DFA;
    if (!predicates_are_sound(o)) return PN_POLICY_BAD_PREDICATE;
    if (!pn_conditions_are_sound(o)) return PN_POLICY_BAD_CONDITION;
    if (!pn_programs_are_sound(o)) return PN_POLICY_BAD_PROGRAM;
    if (!pn_roles_are_sound(o)) return PN_POLICY_BAD_ROLE;
    if (!pn_outputs_are_sound(o)) return PN_POLICY_BAD_OUTPUT;
    if (!pn_rules_are_sound(o)) return PN_POLICY_BAD_RULE;
    if (!pn_dispatch_is_sound(o)) return PN_POLICY_BAD_DISPATCH;
    return PN_POLICY_GOOD;
}

enum pn_policy_fault pn_policy_open(struct pn_policy *policy, struct pn_slice body)
{
    struct pn_opening o = { .policy = policy };

    memset(policy, 0, sizeof *policy);
    enum pn_policy_fault fault = pn_blob_open(&policy->blob, body);
    if (fault == PN_POLICY_GOOD) fault = check_all(&o);
    if (fault != PN_POLICY_GOOD) memset(policy, 0, sizeof *policy);
    return fault;
}
