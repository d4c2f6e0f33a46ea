/* see assemble.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/assemble.h"

#include <stdio.h>
#include <stdlib.h>

void pn_asm_put(struct pn_asm *a, unsigned section, const void *bytes, size_t len)
{
    if (a->section[section].len + len > PN_ASM_SECTION_MAX) {
        fprintf(stderr, "assemble: section %u is full\n", section);
        abort();
    }
    if (len > 0) memcpy(a->section[section].bytes + a->section[section].len, bytes, len);
    a->section[section].len += len;
}

void pn_asm_put16(struct pn_asm *a, unsigned section, uint16_t value)
{
    uint8_t bytes[2];

    pn_store16(bytes, value);
    pn_asm_put(a, section, bytes, sizeof bytes);
}

void pn_asm_put32(struct pn_asm *a, unsigned section, uint32_t value)
{
    uint8_t bytes[4];

    pn_store32(bytes, value);
    pn_asm_put(a, section, bytes, sizeof bytes);
}

void pn_asm_put64(struct pn_asm *a, unsigned section, uint64_t value)
{
    uint8_t bytes[8];

    pn_store64(bytes, value);
    pn_asm_put(a, section, bytes, sizeof bytes);
}

uint32_t pn_asm_count(const struct pn_asm *a, unsigned section, size_t record)
{
    return (uint32_t)(a->section[section].len / record);
}

struct pn_slice pn_asm_string_at(const struct pn_asm *a, uint32_t index)
{
    const uint8_t *at =
        a->section[PN_POLICY_SECTION_STRINGS].bytes + (size_t)PN_STRINGS_BYTES * index;

    return pn_slice(a->section[PN_POLICY_SECTION_STRING_BYTES].bytes + pn_load32(at),
                    pn_load32(at + PN_STRINGS_LEN));
}

static uint16_t add_node(struct pn_asm *a, const char *key, size_t len)
{
    unsigned trie = PN_POLICY_SECTION_TRIE;
    uint16_t index = (uint16_t)pn_asm_count(a, trie, PN_TRIE_NODE_BYTES);

    pn_asm_put32(a, trie, (uint32_t)a->section[PN_POLICY_SECTION_STRING_BYTES].len);
    pn_asm_put16(a, trie, (uint16_t)len);
    pn_asm_put16(a, trie, PN_TRIE_NO_SLOT);
    pn_asm_put32(a, trie, 0);
    pn_asm_put32(a, trie, pn_trie_fold_hash(pn_slice(key, len)));
    pn_asm_put(a, PN_POLICY_SECTION_STRING_BYTES, key, len);
    return index;
}

void pn_asm_begin(struct pn_asm *a)
{
    for (int i = 0; i < PN_POLICY_SECTION_COUNT; i++) a->section[i].len = 0;
    a->row_count = 0;
    pn_asm_put16(a, PN_POLICY_SECTION_HEADER, PN_POLICY_FORMAT);
    pn_asm_put16(a, PN_POLICY_SECTION_HEADER, PN_POLICY_ENGINE);
    pn_asm_put32(a, PN_POLICY_SECTION_HEADER, 0);
    pn_asm_put16(a, PN_POLICY_SECTION_HEADER, 0x0100); /* mode 0, one role word */
    for (size_t i = 10; i < PN_HEADER_BYTES; i += 2) pn_asm_put16(a, PN_POLICY_SECTION_HEADER, 0);
    pn_asm_put64(a, PN_POLICY_SECTION_STRINGS, 0);
    (void)add_node(a, "", 0);
}

uint32_t pn_asm_string(struct pn_asm *a, const char *text)
{
    unsigned strings = PN_POLICY_SECTION_STRINGS, bytes = PN_POLICY_SECTION_STRING_BYTES;
    size_t len = strlen(text);

    for (uint32_t i = 0; i < pn_asm_count(a, strings, PN_STRINGS_BYTES); i++) {
        const uint8_t *at = a->section[strings].bytes + (size_t)PN_STRINGS_BYTES * i;
        if (pn_load32(at + PN_STRINGS_LEN) != len) continue;
        if (memcmp(a->section[bytes].bytes + pn_load32(at), text, len) == 0) return i;
    }
    pn_asm_put32(a, strings, (uint32_t)a->section[bytes].len);
    pn_asm_put32(a, strings, (uint32_t)len);
    pn_asm_put(a, bytes, text, len);
    return pn_asm_count(a, strings, PN_STRINGS_BYTES) - 1;
}

static uint32_t constant(struct pn_asm *a, enum pn_type type, uint64_t value)
{
    pn_asm_put64(a, PN_POLICY_SECTION_CONSTANTS, (uint64_t)type);
    pn_asm_put64(a, PN_POLICY_SECTION_CONSTANTS, value);
    return pn_asm_count(a, PN_POLICY_SECTION_CONSTANTS, PN_CONSTANT_BYTES) - 1;
}

uint32_t pn_asm_null(struct pn_asm *a)
{
    return constant(a, PN_NULL, 0);
}

uint32_t pn_asm_bool(struct pn_asm *a, int value)
{
    return constant(a, PN_BOOL, value != 0);
}

uint32_t pn_asm_int(struct pn_asm *a, int64_t value)
{
    return constant(a, PN_INT, (uint64_t)value);
}

uint32_t pn_asm_double(struct pn_asm *a, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return constant(a, PN_DOUBLE, bits);
}

uint32_t pn_asm_text(struct pn_asm *a, const char *text)
{
    return constant(a, PN_STRING, pn_asm_string(a, text));
}

uint32_t pn_asm_set(struct pn_asm *a, const uint32_t *members, uint16_t strings, uint16_t numbers,
                    uint8_t flags)
{
    pn_asm_put32(a, PN_POLICY_SECTION_SETS, pn_asm_count(a, PN_POLICY_SECTION_SET_MEMBERS, 4));
    pn_asm_put16(a, PN_POLICY_SECTION_SETS, strings);
    pn_asm_put16(a, PN_POLICY_SECTION_SETS, numbers);
    pn_asm_put32(a, PN_POLICY_SECTION_SETS, flags);
    for (int i = 0; i < strings + numbers; i++) {
        pn_asm_put32(a, PN_POLICY_SECTION_SET_MEMBERS, members[i]);
    }
    return pn_asm_count(a, PN_POLICY_SECTION_SETS, PN_SET_BYTES) - 1;
}

static uint8_t *node_at(struct pn_asm *a, uint16_t node)
{
    return a->section[PN_POLICY_SECTION_TRIE].bytes + (size_t)PN_TRIE_NODE_BYTES * node;
}

static bool node_has_key(struct pn_asm *a, uint16_t node, const char *key, size_t len)
{
    const uint8_t *at = node_at(a, node);

    return at[4] == len &&
           memcmp(a->section[PN_POLICY_SECTION_STRING_BYTES].bytes + pn_load32(at), key, len) == 0;
}

/* The child of `parent` with that key, appended to its children when there is none. */
static uint16_t child_of(struct pn_asm *a, uint16_t parent, const char *key, size_t len)
{
    uint16_t last = 0;

    for (uint16_t at = pn_load16(node_at(a, parent) + 8); at != 0;
         at = pn_load16(node_at(a, at) + 10)) {
        if (node_has_key(a, at, key, len)) return at;
        last = at;
    }
    uint16_t added = add_node(a, key, len);
    pn_store16(last == 0 ? node_at(a, parent) + 8 : node_at(a, last) + 10, added);
    return added;
}

static const char *full_path(const char *path, char *out, size_t max)
{
    static const char *const heads[][2] = { { "P.", "principal." },
                                            { "R.", "resource." },
                                            { "J.", "auxData.jwt." } };

    for (int i = 0; i < 3; i++) {
        if (strncmp(path, heads[i][0], 2) != 0) continue;
        snprintf(out, max, "%s%s", heads[i][1], path + 2);
    }
    return out;
}

/* Is `path` up to `len` one of the places that the header names? */
static void note_place(struct pn_asm *a, const char *path, size_t len, uint16_t node)
{
    static const char *const places[] = { "principal.attr", "resource.attr",
                                          "resource.attr.arguments", "auxData.jwt",
                                          "principal.attr.claims" };

    for (int i = 0; i < PN_PLACE_COUNT; i++) {
        if (strlen(places[i]) != len || strncmp(places[i], path, len) != 0) continue;
        pn_store16(a->section[PN_POLICY_SECTION_HEADER].bytes + PN_HEADER_NODE_PRINCIPAL + 2 * i,
                   node);
    }
}

static uint16_t path_node(struct pn_asm *a, const char *path)
{
    uint16_t node = 0;

    for (const char *at = path; *at != 0;) {
        size_t len = strcspn(at, ".");
        node = child_of(a, node, at, len);
        at += len;
        note_place(a, path, (size_t)(at - path), node);
        if (*at == '.') at++;
    }
    return node;
}

static uint16_t fact_of(const char *path)
{
    for (uint16_t i = 1; i < PN_FACT_COUNT; i++) {
        if (pn_slice_equal(pn_fact_path((enum pn_fact)i), pn_slice(path, strlen(path)))) return i;
    }
    return PN_FACT_NONE;
}

uint16_t pn_asm_slot(struct pn_asm *a, const char *path)
{
    char full[256];
    uint16_t node = path_node(a, full_path(path, full, sizeof full));
    uint16_t slot = pn_load16(node_at(a, node) + 6);
    bool argument = strncmp(path, "R.attr.arguments", 16) == 0;

    if (slot != PN_TRIE_NO_SLOT) return slot;
    slot = (uint16_t)pn_asm_count(a, PN_POLICY_SECTION_SLOTS, PN_SLOT_BYTES);
    pn_store16(node_at(a, node) + 6, slot);
    node_at(a, node)[5] = PN_TRIE_RAW | PN_TRIE_COMPARED;
    pn_asm_put16(a, PN_POLICY_SECTION_SLOTS, fact_of(path));
    pn_asm_put16(a, PN_POLICY_SECTION_SLOTS, argument ? PN_SLOT_ARGUMENT : 0);
    pn_asm_put32(a, PN_POLICY_SECTION_SLOTS, pn_asm_string(a, path));
    return slot;
}

uint16_t pn_asm_predicate(struct pn_asm *a, uint8_t kind, uint8_t op, uint16_t slot, uint16_t peer,
                          uint32_t arg, const char *text)
{
    unsigned section = PN_POLICY_SECTION_PREDICATES;

    pn_asm_put16(a, section, (uint16_t)(kind | op << 8));
    pn_asm_put16(a, section, slot);
    pn_asm_put16(a, section, peer);
    pn_asm_put16(a, section, 0);
    pn_asm_put32(a, section, arg);
    pn_asm_put32(a, section, pn_asm_string(a, text));
    return (uint16_t)(pn_asm_count(a, section, PN_PREDICATE_BYTES) - 1);
}

static uint32_t condition(struct pn_asm *a, enum pn_condition_kind kind, size_t records,
                          size_t first)
{
    pn_asm_put16(a, PN_POLICY_SECTION_CONDITIONS, (uint16_t)kind);
    pn_asm_put16(a, PN_POLICY_SECTION_CONDITIONS, (uint16_t)records);
    pn_asm_put32(a, PN_POLICY_SECTION_CONDITIONS, (uint32_t)first);
    return pn_asm_count(a, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES) - 1;
}

static uint64_t bits_in_word(const uint16_t *list, uint32_t word)
{
    uint64_t bits = 0;

    for (; list != NULL && *list != PN_NONE16; list++) {
        if (*list / 64 == word) bits |= (uint64_t)1 << *list % 64;
    }
    return bits;
}

uint32_t pn_asm_masks(struct pn_asm *a, const uint16_t *yes, const uint16_t *no)
{
    uint32_t first = pn_asm_count(a, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES);

    for (uint32_t word = 0; word < PN_POLICY_PREDICATES_MAX / 64; word++) {
        uint64_t need_true = bits_in_word(yes, word), need_false = bits_in_word(no, word);
        if ((need_true | need_false) == 0) continue;
        pn_asm_put32(a, PN_POLICY_SECTION_MASKS, word);
        pn_asm_put64(a, PN_POLICY_SECTION_MASKS, need_true);
        pn_asm_put64(a, PN_POLICY_SECTION_MASKS, need_false);
    }
    return condition(a, PN_CONDITION_MASK,
                     pn_asm_count(a, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES) - first, first);
}

uint32_t pn_asm_mask(struct pn_asm *a, uint16_t yes, uint16_t no)
{
    const uint16_t all[2] = { yes, PN_NONE16 }, none[2] = { no, PN_NONE16 };

    return pn_asm_masks(a, all, none);
}

uint32_t pn_asm_program(struct pn_asm *a, const uint16_t (*insns)[2], uint16_t insn_count)
{
    uint32_t first = pn_asm_count(a, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES);

    for (int i = 0; i < insn_count; i++) {
        pn_asm_put16(a, PN_POLICY_SECTION_PROGRAM, insns[i][0]);
        pn_asm_put16(a, PN_POLICY_SECTION_PROGRAM, insns[i][1]);
    }
    return condition(a, PN_CONDITION_PROGRAM, insn_count, first);
}

uint32_t pn_asm_any(struct pn_asm *a, const uint32_t *conditions, uint16_t condition_count)
{
    uint32_t first = pn_asm_count(a, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES);

    for (int i = 0; i < condition_count; i++) {
        const uint8_t *at = a->section[PN_POLICY_SECTION_CONDITIONS].bytes +
                            (size_t)PN_CONDITION_BYTES * conditions[i];
        pn_asm_put32(a, PN_POLICY_SECTION_CONJUNCTIONS, pn_load32(at + PN_CONDITION_FIRST));
        pn_asm_put32(a, PN_POLICY_SECTION_CONJUNCTIONS, pn_load16(at + PN_CONDITION_COUNT));
    }
    return condition(a, PN_CONDITION_DNF, condition_count, first);
}

uint16_t pn_asm_role(struct pn_asm *a, const char *name)
{
    pn_asm_put32(a, PN_POLICY_SECTION_ROLES, pn_asm_string(a, name));
    return (uint16_t)(pn_asm_count(a, PN_POLICY_SECTION_ROLES, 4) - 1);
}

uint32_t pn_asm_roles(struct pn_asm *a, uint64_t bits)
{
    pn_asm_put64(a, PN_POLICY_SECTION_ROLE_MASKS, bits);
    return pn_asm_count(a, PN_POLICY_SECTION_ROLE_MASKS, 8) - 1;
}

uint16_t pn_asm_derived(struct pn_asm *a, const char *name, uint32_t parents, uint32_t when)
{
    pn_asm_put32(a, PN_POLICY_SECTION_DERIVED, pn_asm_string(a, name));
    pn_asm_put32(a, PN_POLICY_SECTION_DERIVED, parents);
    pn_asm_put32(a, PN_POLICY_SECTION_DERIVED, when);
    pn_asm_put32(a, PN_POLICY_SECTION_DERIVED, 0);
    return (uint16_t)(pn_asm_count(a, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES) - 1);
}

uint32_t pn_asm_output(struct pn_asm *a, const char *json, const char *reason,
                       const char *remediation)
{
    pn_asm_put32(a, PN_POLICY_SECTION_OUTPUTS, pn_asm_string(a, json));
    pn_asm_put32(a, PN_POLICY_SECTION_OUTPUTS, pn_asm_string(a, reason));
    pn_asm_put32(a, PN_POLICY_SECTION_OUTPUTS, pn_asm_string(a, remediation));
    for (int i = PN_OUTPUT_ACR; i < PN_OUTPUT_BYTES; i += 4) {
        pn_asm_put32(a, PN_POLICY_SECTION_OUTPUTS, i < PN_OUTPUT_CODE ? 0 : PN_NONE32);
    }
    return pn_asm_count(a, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES) - 1;
}

uint16_t pn_asm_rule(struct pn_asm *a, enum pn_outcome outcome, uint32_t roles, uint32_t when,
                     uint32_t output, const char *name)
{
    unsigned rules = PN_POLICY_SECTION_RULES;

    pn_asm_put32(a, rules, (outcome >= PN_REDACT ? 1u : 0u) | (uint32_t)outcome << 8);
    pn_asm_put32(a, rules, roles);
    pn_asm_put32(a, rules, when);
    pn_asm_put32(a, rules, output);
    pn_asm_put32(a, rules, PN_NONE32);
    pn_asm_put32(a, rules, pn_asm_string(a, name));
    pn_asm_put64(a, rules, 0);
    return (uint16_t)(pn_asm_count(a, rules, PN_RULE_BYTES) - 1);
}

void pn_asm_unmet(struct pn_asm *a, uint16_t rule, uint32_t output)
{
    pn_store32(a->section[PN_POLICY_SECTION_RULES].bytes + (size_t)PN_RULE_BYTES * rule +
                   PN_RULE_UNMET,
               output);
}

static void add_row(struct pn_asm *a, struct pn_asm_row row)
{
    if (a->row_count == PN_ASM_ROWS_MAX) abort();
    a->rows[a->row_count++] = row;
}

static uint8_t rest_of(const char *pattern, size_t prefix)
{
    if (pattern[prefix] == 0) return 0;
    return strcmp(pattern + prefix, "**") == 0 || strcmp(pattern, "*") == 0 ? PN_GLOB_ANY
                                                                            : PN_GLOB_SEGMENT;
}

void pn_asm_on(struct pn_asm *a, const char *kind, const char *action, uint16_t rule)
{
    char prefix[256];
    size_t len = strcspn(action, "*");

    memcpy(prefix, action, len);
    prefix[len] = 0;
    add_row(a, (struct pn_asm_row){ pn_asm_string(a, kind), pn_asm_string(a, prefix), rule,
                                    rest_of(action, len), PN_NONE32 });
}

/* The nearest scope above that has `flag`, among those there are. */
static uint16_t scope_above(const struct pn_asm *a, const char *name, uint8_t flag)
{
    const uint8_t *at = a->section[PN_POLICY_SECTION_SCOPES].bytes;
    uint32_t last = pn_asm_count(a, PN_POLICY_SECTION_SCOPES, PN_SCOPE_BYTES);
    uint16_t above = PN_NONE16;

    for (uint16_t i = 0; i < last; i++, at += PN_SCOPE_BYTES) {
        struct pn_slice other = pn_asm_string_at(a, pn_load32(at));
        bool begins = pn_slice_begins(pn_slice(name, strlen(name)), other);
        if ((at[PN_SCOPE_FLAGS] & flag) == 0 || !begins) continue;
        if (other.len == 0 || name[other.len] == '.') above = i;
    }
    return above;
}

void pn_asm_scope(struct pn_asm *a, const char *name, uint8_t flags)
{
    unsigned section = PN_POLICY_SECTION_SCOPES;
    uint16_t principal = scope_above(a, name, PN_SCOPE_HAS_PRINCIPAL);
    uint16_t resource = scope_above(a, name, PN_SCOPE_HAS_RESOURCE);

    pn_asm_put32(a, section, pn_asm_string(a, name));
    pn_asm_put16(a, section, principal);
    pn_asm_put16(a, section, resource);
    pn_asm_put32(a, section, flags);
    pn_asm_put32(a, section, *name == 0 ? pn_asm_string(a, "default") : 0);
}

void pn_asm_layer(struct pn_asm *a, struct pn_asm_layer layer)
{
    unsigned section = PN_POLICY_SECTION_LAYERS;

    pn_asm_put16(a, section, (uint16_t)layer.kind);
    pn_asm_put16(a, section, layer.scope);
    pn_asm_put32(a, section, pn_asm_string(a, layer.version));
    pn_asm_put32(a, section, pn_asm_string(a, layer.subject));
    pn_asm_put32(a, section, layer.first);
    pn_asm_put32(a, section, layer.count);
    pn_asm_put16(a, section, layer.rules);
    pn_asm_put16(a, section, layer.rule_count);
    pn_asm_put32(a, section, layer.roles);
}

static uint16_t pattern(struct pn_asm *a, const char *text)
{
    char prefix[256];
    size_t len = strcspn(text, "*");

    memcpy(prefix, text, len);
    prefix[len] = 0;
    pn_asm_put32(a, PN_POLICY_SECTION_PATTERNS, pn_asm_string(a, prefix));
    pn_asm_put32(a, PN_POLICY_SECTION_PATTERNS, rest_of(text, len));
    pn_asm_put32(a, PN_POLICY_SECTION_PATTERNS, PN_NONE32);
    return (uint16_t)(pn_asm_count(a, PN_POLICY_SECTION_PATTERNS, PN_PATTERN_BYTES) - 1);
}

uint32_t pn_asm_entry(struct pn_asm *a, const char *resource, const char *action, uint16_t rule)
{
    uint16_t resources = pattern(a, resource), actions = pattern(a, action);

    pn_asm_put16(a, PN_POLICY_SECTION_ENTRIES, resources);
    pn_asm_put16(a, PN_POLICY_SECTION_ENTRIES, actions);
    pn_asm_put16(a, PN_POLICY_SECTION_ENTRIES, rule);
    pn_asm_put16(a, PN_POLICY_SECTION_ENTRIES, 0);
    return pn_asm_count(a, PN_POLICY_SECTION_ENTRIES, PN_ENTRY_BYTES) - 1;
}

void pn_asm_on_dfa(struct pn_asm *a, const char *kind, const char *prefix, uint32_t dfa,
                   uint16_t rule)
{
    add_row(a, (struct pn_asm_row){ pn_asm_string(a, kind), pn_asm_string(a, prefix), rule,
                                    PN_GLOB_BY_DFA, dfa });
}

/* Bytes of one table: state = how much was read, the last two are "more than enough" and "no". */
static uint8_t class_of(const char *prefix, unsigned byte)
{
    for (unsigned i = 0; prefix[i] != 0; i++) {
        if ((uint8_t)prefix[i] == byte) return (uint8_t)(2 + i);
    }
    bool word = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= 'a' && byte <= 'z');
    return word ? 1 : 0;
}

static bool class_is_word(const char *prefix, unsigned class)
{
    return class == 1 || (class >= 2 && class_of("", (uint8_t)prefix[class - 2]) == 1);
}

static unsigned dfa_next(const char *prefix, unsigned least, unsigned most, unsigned state,
                         unsigned class)
{
    unsigned len = (unsigned)strlen(prefix), end = len + (most > 0 ? most : least), dead = end + 1;

    if (state >= dead) return dead;
    if (state < len) {
        return class >= 2 && prefix[class - 2] == prefix[state] ? state + 1 : dead;
    }
    if (!class_is_word(prefix, class)) return dead;
    if (state == end) return most == 0 ? end : dead;
    return state + 1;
}

static void put_entry(struct pn_asm *a, unsigned value, uint8_t width)
{
    uint8_t bytes[2];

    pn_store16(bytes, (uint16_t)value);
    pn_asm_put(a, PN_POLICY_SECTION_DFA_BYTES, bytes, width);
}

uint32_t pn_asm_dfa(struct pn_asm *a, const char *prefix, unsigned least, unsigned most,
                    uint8_t width)
{
    unsigned len = (unsigned)strlen(prefix), end = len + (most > 0 ? most : least);
    unsigned states = end + 2, classes = 2 + len, bytes = PN_POLICY_SECTION_DFA_BYTES;
    uint32_t map = (uint32_t)a->section[bytes].len;

    for (unsigned i = 0; i < 256; i++) put_entry(a, class_of(prefix, i), 1);
    uint32_t next = (uint32_t)a->section[bytes].len;
    for (unsigned s = 0; s < states; s++) {
        for (unsigned c = 0; c < classes; c++)
            put_entry(a, dfa_next(prefix, least, most, s, c), width);
    }
    uint32_t accept = (uint32_t)a->section[bytes].len;
    for (unsigned i = 0; i < (states + 7) / 8; i++) {
        unsigned bits = 0;
        for (unsigned s = i * 8; s < i * 8 + 8; s++) {
            if (s >= len + least && s <= end) bits |= 1u << s % 8;
        }
        put_entry(a, bits, 1);
    }
    pn_asm_put32(a, PN_POLICY_SECTION_DFAS, map);
    pn_asm_put32(a, PN_POLICY_SECTION_DFAS, next);
    pn_asm_put32(a, PN_POLICY_SECTION_DFAS, accept);
    pn_asm_put16(a, PN_POLICY_SECTION_DFAS, (uint16_t)states);
    pn_asm_put16(a, PN_POLICY_SECTION_DFAS, (uint16_t)classes);
    pn_asm_put32(a, PN_POLICY_SECTION_DFAS, (uint32_t)width << 16); /* start 0 */
    pn_asm_put32(a, PN_POLICY_SECTION_DFAS, pn_asm_string(a, prefix));
    return pn_asm_count(a, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES) - 1;
}

void pn_asm_self_test(struct pn_asm *a, const char *name, const char *input,
                      enum pn_outcome outcome)
{
    pn_asm_put32(a, PN_POLICY_SECTION_SELF_TESTS, pn_asm_string(a, name));
    pn_asm_put32(a, PN_POLICY_SECTION_SELF_TESTS, pn_asm_string(a, input));
    pn_asm_put64(a, PN_POLICY_SECTION_SELF_TESTS, 0);
    pn_asm_put32(a, PN_POLICY_SECTION_SELF_TESTS, (uint32_t)outcome);
}
