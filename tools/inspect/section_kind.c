/* see section_kind.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/section_kind.h"

#include "core/identity/identity_format.h"
#include "core/json/json_trie.h"
#include "core/route/route_format.h"

#define S(name) PN_POLICY_SECTION_##name

static const struct section_kind kinds[] = {
    { S(HEADER), PN_HEADER_BYTES, "header" },
    { S(STRING_BYTES), 1, "string_bytes" },
    { S(STRINGS), PN_STRINGS_BYTES, "strings" },
    { S(CONSTANTS), PN_CONSTANT_BYTES, "constants" },
    { S(SETS), PN_SET_BYTES, "sets" },
    { S(SET_MEMBERS), 4, "set_members" },
    { S(SLOTS), PN_SLOT_BYTES, "slots" },
    { S(TRIE), PN_TRIE_NODE_BYTES, "trie" },
    { S(PREDICATES), PN_PREDICATE_BYTES, "predicates" },
    { S(CONDITIONS), PN_CONDITION_BYTES, "conditions" },
    { S(CONJUNCTIONS), PN_CONJUNCTION_BYTES, "conjunctions" },
    { S(MASKS), PN_MASK_BYTES, "masks" },
    { S(PROGRAM), PN_INSN_BYTES, "program" },
    { S(RULES), PN_RULE_BYTES, "rules" },
    { S(ROLES), 4, "roles" },
    { S(ROLE_MASKS), 8, "role_masks" },
    { S(DERIVED), PN_DERIVED_BYTES, "derived" },
    { S(OUTPUTS), PN_OUTPUT_BYTES, "outputs" },
    { S(STRING_LISTS), 4, "string_lists" },
    { S(KINDS), PN_KIND_BYTES, "kinds" },
    { S(ACTIONS), PN_ACTION_BYTES, "actions" },
    { S(GLOBS), PN_GLOB_BYTES, "globs" },
    { S(RULE_LISTS), 2, "rule_lists" },
    { S(DFAS), PN_DFA_BYTES, "dfas" },
    { S(DFA_BYTES), 1, "dfa_bytes" },
    { S(VALUE_CODE), PN_CODE_BYTES, "value_code" },
    { S(CODE_BLOCKS), PN_BLOCK_BYTES, "code_blocks" },
    { S(LAYERS), PN_LAYER_BYTES, "layers" },
    { S(ENTRIES), PN_ENTRY_BYTES, "entries" },
    { S(PATTERNS), PN_PATTERN_BYTES, "patterns" },
    { S(SCOPES), PN_SCOPE_BYTES, "scopes" },
    { S(SCHEMA_BINDINGS), PN_SCHEMA_BINDING_BYTES, "schema_bindings" },
    { S(SCHEMA_NODES), PN_SCHEMA_NODE_BYTES, "schema_nodes" },
    { S(SCHEMA_WORDS), PN_SCHEMA_WORD_BYTES, "schema_words" },
    { S(SELF_TESTS), PN_SELF_TEST_BYTES, "self_tests" },
    { PN_SECTION_STRINGS, 1, "route_texts" },
    { PN_SECTION_UPSTREAMS, PN_UPSTREAM_BYTES, "upstreams" },
    { PN_SECTION_MODELS, PN_MODEL_BYTES, "models" },
    { PN_SECTION_SERVERS, PN_SERVER_BYTES, "servers" },
    { PN_SECTION_ORIGINS, 8, "origins" },
    { PN_SECTION_ASSERTIONS, PN_ASSERTION_BYTES, "assertions" },
    { PN_SECTION_PASSES, PN_PASS_BYTES, "passes" },
    { PN_SECTION_OWNERS, PN_OWNER_BYTES, "owners" },
    { PN_SECTION_KEYS, PN_KEY_BYTES, "keys" },
    { PN_SECTION_KEY_ATTRS, 1, "key_attrs" },
    { PN_SECTION_ISSUERS, PN_ISSUER_BYTES, "issuers" },
    { PN_SECTION_ISSUER_TEXTS, 8, "issuer_texts" },
    { PN_SECTION_ISSUER_KEYS, PN_ISSUER_KEY_BYTES, "issuer_keys" },
    { PN_SECTION_ATTACHMENTS, PN_ATTACHMENT_BYTES, "attachments" },
    { PN_SECTION_ISSUER_ROLES, PN_ISSUER_ROLE_BYTES, "issuer_roles" },
};

const struct section_kind *section_kind_of(unsigned number)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].number == number) return &kinds[i];
    }
    return NULL;
}

size_t section_records(unsigned number, size_t bytes)
{
    const struct section_kind *kind = section_kind_of(number);

    return kind != NULL ? bytes / kind->record_bytes : bytes;
}

static const uint8_t none[] = { 0 };
static const uint8_t header[] = { S(HEADER), 0 };
static const uint8_t strings[] = { S(STRINGS), S(STRING_BYTES), 0 };
static const uint8_t trie[] = { S(TRIE), 0 };
static const uint8_t constants[] = { S(CONSTANTS), 0 };
static const uint8_t sets[] = { S(SETS), S(SET_MEMBERS), 0 };
static const uint8_t slots[] = { S(SLOTS), 0 };
static const uint8_t predicates[] = { S(PREDICATES), 0 };
static const uint8_t conditions[] = { S(CONDITIONS), S(CONJUNCTIONS), S(MASKS), 0 };
static const uint8_t program[] = { S(PROGRAM), S(CONDITIONS), 0 };
static const uint8_t roles[] = { S(ROLES), S(DERIVED), S(ROLE_MASKS), 0 };
static const uint8_t rules[] = { S(RULES), 0 };
static const uint8_t outputs[] = { S(OUTPUTS), S(STRING_LISTS), 0 };
static const uint8_t dispatch[] = { S(KINDS), S(ACTIONS), S(GLOBS), S(RULE_LISTS), 0 };
static const uint8_t layers[] = { S(LAYERS), S(ENTRIES), S(PATTERNS), S(SCOPES), 0 };
static const uint8_t code[] = { S(CODE_BLOCKS), S(VALUE_CODE), 0 };
static const uint8_t self_tests[] = { S(SELF_TESTS), 0 };
static const uint8_t schemas[] = { S(SCHEMA_BINDINGS), S(SCHEMA_NODES), S(SCHEMA_WORDS), 0 };
static const uint8_t dfas[] = { S(DFAS), S(DFA_BYTES), 0 };

const uint8_t *fault_sections(enum pn_policy_fault fault)
{
    if (fault >= PN_POLICY_LACKS_VALUE_CODE) return header;
    switch ((int)fault) {
    case PN_POLICY_BAD_FORMAT:
    case PN_POLICY_BAD_ENGINE:
    case PN_POLICY_BAD_FEATURE:
    case PN_POLICY_BAD_MODE:
    case PN_POLICY_BAD_NOT_ZERO: return header;
    case PN_POLICY_BAD_STRING: return strings;
    case PN_POLICY_BAD_TRIE: return trie;
    case PN_POLICY_BAD_CONSTANT: return constants;
    case PN_POLICY_BAD_SET: return sets;
    case PN_POLICY_BAD_SLOT: return slots;
    case PN_POLICY_BAD_PREDICATE: return predicates;
    case PN_POLICY_BAD_CONDITION: return conditions;
    case PN_POLICY_BAD_PROGRAM: return program;
    case PN_POLICY_BAD_ROLE: return roles;
    case PN_POLICY_BAD_RULE: return rules;
    case PN_POLICY_BAD_OUTPUT: return outputs;
    case PN_POLICY_BAD_DISPATCH: return dispatch;
    case PN_POLICY_BAD_LAYER: return layers;
    case PN_POLICY_BAD_CODE: return code;
    case PN_POLICY_BAD_SCHEMA: return schemas;
    case PN_POLICY_BAD_SELF_TEST: return self_tests;
    case PN_POLICY_BAD_DFA: return dfas;
    default: return none;
    }
}
