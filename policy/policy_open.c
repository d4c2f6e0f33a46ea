/* see policy.h: check a policy once, so that deciding cannot fail.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/utf8.h"
#include "policy/compare.h"
#include "policy/dfa.h"
#include "policy/layer_module.h"
#include "policy/opening.h"
#include "policy/schema.h"
#include "policy/value_module.h"

struct size_row {
    uint8_t section, bytes;
    uint16_t count_max;
    uint8_t fault; /* enum pn_policy_fault of an index in it that is out of range */
};

/* Record sizes. ROLE_MASKS counts words here; their masks are counted once the header is read. */
static const struct size_row sizes[] = {
    { PN_POLICY_SECTION_HEADER, PN_HEADER_BYTES, 1, PN_POLICY_BAD_NOT_ZERO },
    { PN_POLICY_SECTION_STRINGS, PN_STRINGS_BYTES, 0xFFFF, PN_POLICY_BAD_STRING },
    { PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES, 0xFFFF, PN_POLICY_BAD_CONSTANT },
    { PN_POLICY_SECTION_SETS, PN_SET_BYTES, 0xFFFF, PN_POLICY_BAD_SET },
    { PN_POLICY_SECTION_SET_MEMBERS, 4, 0xFFFF, PN_POLICY_BAD_SET },
    { PN_POLICY_SECTION_SLOTS, PN_SLOT_BYTES, PN_POLICY_SLOTS_MAX, PN_POLICY_BAD_SLOT },
    { PN_POLICY_SECTION_TRIE, PN_TRIE_NODE_BYTES, PN_TRIE_NODES_MAX, PN_POLICY_BAD_TRIE },
    { PN_POLICY_SECTION_PREDICATES, PN_PREDICATE_BYTES, PN_POLICY_PREDICATES_MAX,
      PN_POLICY_BAD_PREDICATE },
    { PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, 0xFFFF, PN_POLICY_BAD_CONDITION },
    { PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES, 0xFFFF, PN_POLICY_BAD_CONDITION },
    { PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, 0xFFFF, PN_POLICY_BAD_CONDITION },
    { PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES, 0xFFFF, PN_POLICY_BAD_PROGRAM },
    { PN_POLICY_SECTION_RULES, PN_RULE_BYTES, PN_POLICY_RULES_MAX, PN_POLICY_BAD_RULE },
    { PN_POLICY_SECTION_ROLES, 4, 64 * PN_POLICY_ROLE_WORDS_MAX, PN_POLICY_BAD_ROLE },
    { PN_POLICY_SECTION_ROLE_MASKS, 8, 0xFFFF, PN_POLICY_BAD_ROLE },
    { PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, 64 * PN_POLICY_ROLE_WORDS_MAX,
      PN_POLICY_BAD_ROLE },
    { PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, 0xFFFF, PN_POLICY_BAD_OUTPUT },
    { PN_POLICY_SECTION_STRING_LISTS, 4, 0xFFFF, PN_POLICY_BAD_OUTPUT },
    { PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, 0xFFFF, PN_POLICY_BAD_DISPATCH },
    { PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES, 0xFFFF, PN_POLICY_BAD_DISPATCH },
    { PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, 0xFFFF, PN_POLICY_BAD_DISPATCH },
    { PN_POLICY_SECTION_RULE_LISTS, 2, 0xFFFF, PN_POLICY_BAD_DISPATCH },
    { PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, 0xFFFF, PN_POLICY_BAD_DFA },
    { PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES, 0xFFFF, PN_POLICY_BAD_CODE },
    { PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, 0xFFFF, PN_POLICY_BAD_CODE },
    { PN_POLICY_SECTION_LAYERS, PN_LAYER_BYTES, 0xFFFE, PN_POLICY_BAD_LAYER },
    { PN_POLICY_SECTION_ENTRIES, PN_ENTRY_BYTES, 0xFFFE, PN_POLICY_BAD_LAYER },
    { PN_POLICY_SECTION_PATTERNS, PN_PATTERN_BYTES, 0xFFFE, PN_POLICY_BAD_LAYER },
    { PN_POLICY_SECTION_SCOPES, PN_SCOPE_BYTES, PN_POLICY_SCOPES_MAX, PN_POLICY_BAD_LAYER },
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
    p->layer_count = (uint16_t)o->count[PN_POLICY_SECTION_LAYERS];
    p->scope_count = (uint16_t)o->count[PN_POLICY_SECTION_SCOPES];
    o->count[PN_POLICY_SECTION_ROLE_MASKS] /= p->role_words;
}

static void take_places(struct pn_policy *p, const uint8_t *header)
{
    for (int place = 0; place < PN_PLACE_COUNT; place++) {
        p->place_node[place] = pn_load16(header + PN_HEADER_NODE_PRINCIPAL + 2 * place);
    }
}

#define SCHEMA_SECTIONS \
    ((uint64_t)1 << PN_POLICY_SECTION_SCHEMA_BINDINGS | \
     (uint64_t)1 << PN_POLICY_SECTION_SCHEMA_NODES | \
     (uint64_t)1 << PN_POLICY_SECTION_SCHEMA_WORDS)

/* Bits of the modules that are there. */
static uint32_t features_of(const struct pn_modules *modules)
{
    uint32_t features = 0;

    if (modules->values != NULL) features |= PN_FEATURE_VALUE_CODE;
    if (modules->schemas != NULL) features |= PN_FEATURE_SCHEMAS;
    if (modules->layers != NULL) features |= PN_FEATURE_LAYERS;
    if (modules->cerbos54 != NULL) features |= PN_FEATURE_CERBOS54;
    for (uint32_t i = 0; i < PN_FUNCTION_GROUPS; i++) {
        if (modules->functions[i] != NULL) features |= (uint32_t)PN_FEATURE_TEXTS << i;
    }
    return features;
}

static uint32_t layers_needed(const struct pn_opening *o, uint8_t mode)
{
    uint32_t records = o->count[PN_POLICY_SECTION_LAYERS] | o->count[PN_POLICY_SECTION_ENTRIES] |
                       o->count[PN_POLICY_SECTION_PATTERNS] | o->count[PN_POLICY_SECTION_SCOPES];

    if (mode == PN_MODE_CERBOS54) return PN_FEATURE_CERBOS54;
    return records != 0 ? PN_FEATURE_LAYERS : 0;
}

/* What the sections need, but for groups of functions: those show in the code. */
static uint32_t features_needed(const struct pn_opening *o, uint8_t mode)
{
    uint32_t code =
        o->count[PN_POLICY_SECTION_CODE_BLOCKS] | o->count[PN_POLICY_SECTION_VALUE_CODE];
    uint32_t needed = layers_needed(o, mode);

    if (code != 0) needed |= PN_FEATURE_VALUE_CODE;
    if ((o->policy->blob.present & SCHEMA_SECTIONS) != 0) needed |= PN_FEATURE_SCHEMAS;
    return needed;
}

/* The blob says what it needs, neither more nor less, and this engine has it. */
static enum pn_policy_fault take_features(struct pn_opening *o, const uint8_t *header)
{
    const struct pn_modules *modules = o->policy->modules;
    uint32_t features = pn_load32(header + PN_HEADER_FEATURES);
    uint32_t lacking = features & ~features_of(modules);

    if (features >> PN_FEATURE_BIT_COUNT != 0) return PN_POLICY_BAD_FEATURE;
    if ((features & ~PN_FEATURES_OF_CODE) != features_needed(o, header[PN_HEADER_MODE])) {
        return PN_POLICY_BAD_FEATURE;
    }
    if (lacking != 0) {
        return (enum pn_policy_fault)(PN_POLICY_LACKS_VALUE_CODE + __builtin_ctz(lacking));
    }
    o->features = features;
    if ((features & PN_FEATURE_LAYERS) != 0) o->policy->layer_module = modules->layers;
    if ((features & PN_FEATURE_CERBOS54) != 0) o->policy->layer_module = modules->cerbos54;
    if ((features & PN_FEATURE_VALUE_CODE) != 0) o->policy->value_module = modules->values;
    if ((features & PN_FEATURE_SCHEMAS) != 0) o->policy->schema_module = modules->schemas;
    return PN_POLICY_GOOD;
}

static enum pn_policy_fault read_header(struct pn_opening *o)
{
    const uint8_t *at = o->policy->blob.section[PN_POLICY_SECTION_HEADER].at;
    uint8_t words = at[PN_HEADER_ROLE_WORDS];

    if (pn_load16(at + PN_HEADER_FORMAT) != PN_POLICY_FORMAT) return PN_POLICY_BAD_FORMAT;
    if (pn_load16(at + PN_HEADER_ENGINE_MIN) > PN_POLICY_ENGINE) return PN_POLICY_BAD_ENGINE;
    if (at[PN_HEADER_MODE] > PN_MODE_CERBOS54) return PN_POLICY_BAD_MODE;
    enum pn_policy_fault fault = take_features(o, at);
    if (fault != PN_POLICY_GOOD) return fault;
    if (words < 1 || words > PN_POLICY_ROLE_WORDS_MAX) return PN_POLICY_BAD_LIMIT;
    if (!pn_all_zero(at + PN_HEADER_ZERO2, 6)) {
        return PN_POLICY_BAD_NOT_ZERO;
    }
    o->policy->mode = (enum pn_mode)at[PN_HEADER_MODE];
    o->policy->role_words = words;
    o->policy->loop_items = pn_load16(at + PN_HEADER_LOOP_ITEMS);
    if (o->policy->loop_items > PN_POLICY_LOOP_ITEMS_MAX) return PN_POLICY_BAD_LIMIT;
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

    if (at[PN_CONSTANT_TYPE] > PN_MAP) {
        return o->policy->value_module != NULL && o->policy->value_module->constant_is_sound(o, at);
    }
    if (pn_load32(at + PN_CONSTANT_NANOS) != 0) return false;
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
    return pn_constant(o->policy,
                       pn_load32(pn_record(o->policy, PN_POLICY_SECTION_SET_MEMBERS, 4, at)));
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

    if ((at[PN_SET_FLAGS] & ~flags) != 0) return false;
    return pn_run_fits(o, PN_POLICY_SECTION_SET_MEMBERS, first, strings + numbers) &&
           strings_ascend(o, first, strings) && numbers_ascend(o, first + strings, numbers);
}

static bool sets_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_SETS]; i++) {
        if (!set_is_sound(o, pn_record(o->policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, i))) {
            return false;
        }
    }
    return true;
}

/* One slot at most holds a fact. */
static bool take_slot(const struct pn_opening *o, uint16_t slot)
{
    const uint8_t *at = pn_record(o->policy, PN_POLICY_SECTION_SLOTS, PN_SLOT_BYTES, slot);
    uint16_t fact = pn_load16(at + PN_SLOT_FACT);

    if ((pn_load16(at + PN_SLOT_FLAGS) & ~(PN_SLOT_ARGUMENT | PN_SLOT_SECRET)) != 0) return false;
    if (fact == PN_FACT_NONE) return true;
    if (fact >= PN_FACT_COUNT || o->policy->fact_slot[fact] != PN_NONE16) return false;
    o->policy->fact_slot[fact] = slot;
    return true;
}

static bool slots_are_sound(const struct pn_opening *o)
{
    for (int fact = 0; fact < PN_FACT_COUNT; fact++) o->policy->fact_slot[fact] = PN_NONE16;
    for (uint16_t slot = 0; slot < o->policy->slot_count; slot++) {
        if (!take_slot(o, slot)) return false;
    }
    return true;
}

static bool dfas_are_sound(const struct pn_opening *o)
{
    for (uint32_t i = 0; i < o->count[PN_POLICY_SECTION_DFAS]; i++) {
        if (!pn_dfa_is_sound(o->policy, i)) return false;
    }
    return true;
}

static enum pn_policy_fault check_code(const struct pn_opening *o)
{
    const struct pn_value_module *values = o->policy->value_module;

    if (values == NULL) {
        return (o->features & PN_FEATURES_OF_CODE) == 0 ? PN_POLICY_GOOD : PN_POLICY_BAD_FEATURE;
    }
    if (!values->code_is_sound(o)) return PN_POLICY_BAD_CODE;
    return values->features(o) == (o->features & PN_FEATURES_OF_CODE) ? PN_POLICY_GOOD
                                                                      : PN_POLICY_BAD_FEATURE;
}

/* What only a module can look at. */
static bool layers_are_sound(const struct pn_opening *o)
{
    return o->policy->layer_module == NULL || o->policy->layer_module->are_sound(o);
}

static bool schemas_are_sound(const struct pn_opening *o)
{
    return o->policy->schema_module == NULL || o->policy->schema_module->are_sound(o);
}

static enum pn_policy_fault fault_of(uint8_t section)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i].section == section) return (enum pn_policy_fault)sizes[i].fault;
    }
    return PN_POLICY_GOOD;
}

/* Each check relies on those before it. */
static enum pn_policy_fault check_all(struct pn_opening *o)
{
    enum pn_policy_fault fault = count_records(o);

    if (fault == PN_POLICY_GOOD) fault = read_header(o);
    if (fault == PN_POLICY_GOOD) fault = fault_of(pn_unsound_section(o));
    if (fault != PN_POLICY_GOOD) return fault;
    if (!strings_are_sound(o)) return PN_POLICY_BAD_STRING;
    if (!trie_is_sound(o)) return PN_POLICY_BAD_TRIE;
    if (!constants_are_sound(o)) return PN_POLICY_BAD_CONSTANT;
    if (!sets_are_sound(o)) return PN_POLICY_BAD_SET;
    if (!slots_are_sound(o)) return PN_POLICY_BAD_SLOT;
    if (!dfas_are_sound(o)) return PN_POLICY_BAD_DFA;
    if (!pn_predicates_are_sound(o)) return PN_POLICY_BAD_PREDICATE;
    fault = check_code(o);
    if (fault != PN_POLICY_GOOD) return fault;
    if (!schemas_are_sound(o)) return PN_POLICY_BAD_SCHEMA;
    if (!pn_conditions_are_sound(o)) return PN_POLICY_BAD_CONDITION;
    if (!pn_programs_are_sound(o)) return PN_POLICY_BAD_PROGRAM;
    if (!pn_roles_are_sound(o)) return PN_POLICY_BAD_ROLE;
    if (!pn_outputs_are_sound(o)) return PN_POLICY_BAD_OUTPUT;
    if (!pn_rules_are_sound(o)) return PN_POLICY_BAD_RULE;
    if (!pn_dispatch_is_sound(o)) return PN_POLICY_BAD_DISPATCH;
    if (!layers_are_sound(o)) return PN_POLICY_BAD_LAYER;
    if (!pn_self_tests_are_sound(o)) return PN_POLICY_BAD_SELF_TEST;
    return PN_POLICY_GOOD;
}

enum pn_policy_fault pn_policy_open_with(struct pn_policy *policy, struct pn_slice body,
                                         const struct pn_modules *modules)
{
    struct pn_opening o = { .policy = policy };

    memset(policy, 0, sizeof *policy);
    policy->modules = modules;
    enum pn_policy_fault fault = pn_blob_open(&policy->blob, body);
    if (fault == PN_POLICY_GOOD) fault = check_all(&o);
    if (fault != PN_POLICY_GOOD) memset(policy, 0, sizeof *policy);
    return fault;
}
