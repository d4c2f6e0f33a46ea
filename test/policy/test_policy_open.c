/* What a policy must not be: every fault is provoked, and no damage gets past open into decide.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "test/policy/sample.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;

void setUp(void)
{
    pn_sample_policy(&a);
}

void tearDown(void)
{
}

/* From an exact heap buffer; decides where the policy opens. */
static enum pn_policy_fault open_exact(struct pn_slice body, uint32_t seed)
{
    uint8_t *copy = malloc(body.len > 0 ? body.len : 1);

    if (body.len > 0) memcpy(copy, body.at, body.len);
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_slice(copy, body.len));
    if (fault == PN_POLICY_GOOD) {
        for (uint32_t i = 0; i < 8; i++) pn_sample_decide(&policy, seed + i * 65536u);
    }
    free(copy);
    return fault;
}

static void expect(enum pn_policy_fault fault, const char *what)
{
    struct pn_slice body = pn_asm_wrap(&a);
    enum pn_policy_fault actual = open_exact(body, 1);
    char message[160];

    snprintf(message, sizeof message, "%s: %s, not %s", what, pn_policy_fault_name(actual).at,
             pn_policy_fault_name(fault).at);
    TEST_ASSERT_EQUAL_MESSAGE(fault, actual, message);
    if (fault != PN_POLICY_GOOD) TEST_ASSERT_EQUAL(0, policy.rule_count);
}

static void test_the_sample_opens(void)
{
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_wrap(&a)));
    for (uint32_t i = 0; i < 500; i++) pn_sample_decide(&policy, i * 7919u);
}

/* One field of the sample, changed: section, record's size, record, offset, width, value, fault. */
struct damage {
    const char *what;
    uint8_t section, bytes, record, at, width;
    uint32_t value;
    enum pn_policy_fault fault;
};

#define S(name)   PN_POLICY_SECTION_##name
#define BAD(name) PN_POLICY_BAD_##name

static const struct damage damages[] = {
    { "format", S(HEADER), 0, 0, PN_HEADER_FORMAT, 2, PN_POLICY_FORMAT + 1, BAD(FORMAT) },
    { "engine", S(HEADER), 0, 0, PN_HEADER_ENGINE_MIN, 2, 2, BAD(ENGINE) },
    { "feature", S(HEADER), 0, 0, PN_HEADER_FEATURES, 4, PN_FEATURE_VALUE_CODE, BAD(FEATURE) },
    { "mode cerbos54", S(HEADER), 0, 0, PN_HEADER_MODE, 1, PN_MODE_CERBOS54, BAD(FEATURE) },
    { "mode 9", S(HEADER), 0, 0, PN_HEADER_MODE, 1, 9, BAD(MODE) },
    { "no role words", S(HEADER), 0, 0, PN_HEADER_ROLE_WORDS, 1, 0, BAD(LIMIT) },
    { "role words", S(HEADER), 0, 0, PN_HEADER_ROLE_WORDS, 1, 5, BAD(LIMIT) },
    { "masks of two words", S(HEADER), 0, 0, PN_HEADER_ROLE_WORDS, 1, 2, BAD(SECTION_SIZE) },
    { "loop items", S(HEADER), 0, 0, PN_HEADER_LOOP_ITEMS, 2, 1025, BAD(LIMIT) },
    { "header zero at the end", S(HEADER), 0, 0, PN_HEADER_ZERO2 + 5, 1, 1, BAD(NOT_ZERO) },
    { "place", S(HEADER), 0, 0, PN_HEADER_NODE_ARGUMENTS, 2, 500, BAD(TRIE) },
    { "string offset", S(STRINGS), 8, 1, PN_STRINGS_OFFSET, 4, 0xFFFFFFF0u, BAD(STRING) },
    { "string length", S(STRINGS), 8, 1, PN_STRINGS_LEN, 4, 100000, BAD(STRING) },
    { "string 0 is not empty", S(STRINGS), 8, 0, PN_STRINGS_LEN, 4, 1, BAD(STRING) },
    { "UTF-8", S(STRING_BYTES), 1, 0, 0, 1, 0xFF, BAD(TRIE) },
    { "trie link back", S(TRIE), 16, 2, 8, 2, 1, BAD(TRIE) },
    { "trie slot", S(TRIE), 16, 4, 6, 2, 400, BAD(TRIE) },
    { "trie pause", S(TRIE), 16, 4, 5, 1, PN_TRIE_PAUSE_BEGIN, BAD(TRIE) },
    { "trie graft", S(TRIE), 16, 4, 5, 1, PN_TRIE_GRAFT, BAD(TRIE) },
    { "trie hash", S(TRIE), 16, 1, 12, 4, 7, BAD(TRIE) },
    { "constant type", S(CONSTANTS), 16, 0, PN_CONSTANT_TYPE, 1, PN_LIST, BAD(CONSTANT) },
    { "constant absent", S(CONSTANTS), 16, 0, PN_CONSTANT_TYPE, 1, PN_ABSENT, BAD(CONSTANT) },
    { "constant zero", S(CONSTANTS), 16, 0, PN_CONSTANT_ZERO, 1, 1, BAD(CONSTANT) },
    { "constant string", S(CONSTANTS), 16, 0, PN_CONSTANT_VALUE, 4, 60000, BAD(CONSTANT) },
    { "constant string, high half", S(CONSTANTS), 16, 0, PN_CONSTANT_VALUE + 4, 4, 1,
      BAD(CONSTANT) },
    { "constant null", S(CONSTANTS), 16, 4, PN_CONSTANT_VALUE, 4, 1, BAD(CONSTANT) },
    { "set run", S(SETS), 12, 0, PN_SET_FIRST, 4, 3, BAD(SET) },
    { "set run far", S(SETS), 12, 0, PN_SET_FIRST, 4, 0xFFFFFFFEu, BAD(SET) },
    { "set strings", S(SETS), 12, 0, PN_SET_STRINGS, 2, 3, BAD(SET) },
    { "set numbers", S(SETS), 12, 0, PN_SET_STRINGS, 4, 3u << 16 | 1, BAD(SET) },
    { "set flags", S(SETS), 12, 0, PN_SET_FLAGS, 1, 8, BAD(SET) },
    { "set zero", S(SETS), 12, 0, PN_SET_ZERO, 1, 1, BAD(SET) },
    { "set member", S(SET_MEMBERS), 4, 0, 0, 4, 99, BAD(SET) },
    { "set strings out of order", S(SET_MEMBERS), 4, 0, 0, 4, 1, BAD(SET) },
    { "set numbers out of order", S(SET_MEMBERS), 4, 2, 0, 4, 3, BAD(SET) },
    { "slot fact", S(SLOTS), 8, 0, PN_SLOT_FACT, 2, PN_FACT_COUNT, BAD(SLOT) },
    { "slot fact twice", S(SLOTS), 8, 0, PN_SLOT_FACT, 2, PN_FACT_PRINCIPAL_TASK, BAD(SLOT) },
    { "slot flags", S(SLOTS), 8, 0, PN_SLOT_FLAGS, 2, 4, BAD(SLOT) },
    { "slot path", S(SLOTS), 8, 0, PN_SLOT_PATH, 4, 60000, BAD(SLOT) },
    { "self-test without a name", S(SELF_TESTS), 20, 0, PN_SELF_TEST_NAME, 4, 0, BAD(SELF_TEST) },
    { "self-test name", S(SELF_TESTS), 20, 0, PN_SELF_TEST_NAME, 4, 60000, BAD(SELF_TEST) },
    { "self-test input", S(SELF_TESTS), 20, 0, PN_SELF_TEST_INPUT, 4, 60000, BAD(SELF_TEST) },
    { "self-test outcome", S(SELF_TESTS), 20, 0, PN_SELF_TEST_OUTCOME, 1, 4, BAD(SELF_TEST) },
    { "self-test zero", S(SELF_TESTS), 20, 0, PN_SELF_TEST_ZERO, 1, 1, BAD(SELF_TEST) },
    { "self-test last zero", S(SELF_TESTS), 20, 0, PN_SELF_TEST_ZERO + 2, 1, 1, BAD(SELF_TEST) },
    { "dfa classes", S(DFAS), 24, 0, PN_DFA_CLASSES, 2, 257, BAD(DFA) },
    { "dfa no classes", S(DFAS), 24, 0, PN_DFA_CLASSES, 2, 0, BAD(DFA) },
    { "dfa class map", S(DFA_BYTES), 1, 'a', 0, 1, 200, BAD(DFA) },
    { "dfa class map place", S(DFAS), 24, 0, PN_DFA_CLASS_MAP, 4, 0xFFFFFFFFu, BAD(DFA) },
    { "dfa states", S(DFAS), 24, 0, PN_DFA_STATES, 2, 60000, BAD(DFA) },
    { "dfa no states", S(DFAS), 24, 0, PN_DFA_STATES, 2, 0, BAD(DFA) },
    { "dfa start", S(DFAS), 24, 0, PN_DFA_START, 2, 30, BAD(DFA) },
    { "dfa width", S(DFAS), 24, 0, PN_DFA_WIDTH, 1, 3, BAD(DFA) },
    { "dfa zero", S(DFAS), 24, 0, PN_DFA_ZERO, 1, 1, BAD(DFA) },
    { "dfa next", S(DFAS), 24, 0, PN_DFA_NEXT, 4, 0xFFFFFFF0u, BAD(DFA) },
    { "dfa entry", S(DFA_BYTES), 1, 255, 1, 1, 200, BAD(DFA) },
    { "dfa accept", S(DFAS), 24, 0, PN_DFA_ACCEPT, 4, 100000, BAD(DFA) },
    { "dfa text", S(DFAS), 24, 0, PN_DFA_TEXT, 4, 60000, BAD(DFA) },
    { "predicate kind 0", S(PREDICATES), 16, 0, PN_PREDICATE_KIND, 1, 0, BAD(PREDICATE) },
    { "predicate kind code", S(PREDICATES), 16, 0, PN_PREDICATE_KIND, 1, PN_PREDICATE_CODE,
      BAD(PREDICATE) },
    { "predicate kind", S(PREDICATES), 16, 0, PN_PREDICATE_KIND, 1, 200, BAD(PREDICATE) },
    { "predicate operation", S(PREDICATES), 16, 1, PN_PREDICATE_OP, 1, 6, BAD(PREDICATE) },
    { "predicate needs no operation", S(PREDICATES), 16, 0, PN_PREDICATE_OP, 1, 1, BAD(PREDICATE) },
    { "predicate slot", S(PREDICATES), 16, 0, PN_PREDICATE_SLOT, 2, 5, BAD(PREDICATE) },
    { "predicate without slot", S(PREDICATES), 16, 0, PN_PREDICATE_SLOT, 2, PN_NONE16,
      BAD(PREDICATE) },
    { "predicate needs no slot", S(PREDICATES), 16, 12, PN_PREDICATE_SLOT, 2, 0, BAD(PREDICATE) },
    { "predicate needs no peer", S(PREDICATES), 16, 0, PN_PREDICATE_PEER, 2, 0, BAD(PREDICATE) },
    { "predicate peer", S(PREDICATES), 16, 15, PN_PREDICATE_PEER, 2, 5, BAD(PREDICATE) },
    { "predicate without peer", S(PREDICATES), 16, 15, PN_PREDICATE_PEER, 2, PN_NONE16,
      BAD(PREDICATE) },
    { "predicate parent", S(PREDICATES), 16, 16, PN_PREDICATE_PEER, 2, 5, BAD(PREDICATE) },
    { "predicate peer and constant", S(PREDICATES), 16, 4, PN_PREDICATE_PEER, 2, 1,
      BAD(PREDICATE) },
    { "predicate neither peer nor constant", S(PREDICATES), 16, 17, PN_PREDICATE_PEER, 2, PN_NONE16,
      BAD(PREDICATE) },
    { "predicate zero", S(PREDICATES), 16, 0, PN_PREDICATE_ZERO, 2, 1, BAD(PREDICATE) },
    { "predicate needs no argument", S(PREDICATES), 16, 0, PN_PREDICATE_ARG, 4, 0, BAD(PREDICATE) },
    { "predicate constant", S(PREDICATES), 16, 1, PN_PREDICATE_ARG, 4, 5, BAD(PREDICATE) },
    { "predicate set", S(PREDICATES), 16, 3, PN_PREDICATE_ARG, 4, 1, BAD(PREDICATE) },
    { "predicate prefix of a number", S(PREDICATES), 16, 4, PN_PREDICATE_ARG, 4, 2,
      BAD(PREDICATE) },
    { "predicate dfa", S(PREDICATES), 16, 7, PN_PREDICATE_ARG, 4, 9, BAD(PREDICATE) },
    { "predicate type", S(PREDICATES), 16, 9, PN_PREDICATE_ARG, 4, PN_MAP + 1, BAD(PREDICATE) },
    { "predicate type absent", S(PREDICATES), 16, 9, PN_PREDICATE_ARG, 4, PN_ABSENT,
      BAD(PREDICATE) },
    { "predicate size of text", S(PREDICATES), 16, 10, PN_PREDICATE_ARG, 4, 0, BAD(PREDICATE) },
    { "predicate role", S(PREDICATES), 16, 12, PN_PREDICATE_ARG, 4, 2, BAD(PREDICATE) },
    { "predicate time of text", S(PREDICATES), 16, 13, PN_PREDICATE_ARG, 4, 0, BAD(PREDICATE) },
    { "predicate derived role", S(PREDICATES), 16, 14, PN_PREDICATE_ARG, 4, 1, BAD(PREDICATE) },
    { "predicate text", S(PREDICATES), 16, 0, PN_PREDICATE_TEXT, 4, 60000, BAD(PREDICATE) },
    { "condition kind", S(CONDITIONS), 8, 0, PN_CONDITION_KIND, 1, 4, BAD(CONDITION) },
    { "condition zero", S(CONDITIONS), 8, 0, PN_CONDITION_ZERO, 1, 1, BAD(CONDITION) },
    { "condition of nothing", S(CONDITIONS), 8, 0, PN_CONDITION_COUNT, 2, 0, BAD(CONDITION) },
    { "condition run", S(CONDITIONS), 8, 0, PN_CONDITION_COUNT, 2, 99, BAD(CONDITION) },
    { "condition run far", S(CONDITIONS), 8, 2, PN_CONDITION_FIRST, 4, 0xFFFFFFFFu,
      BAD(CONDITION) },
    { "conjunction of nothing", S(CONJUNCTIONS), 8, 0, PN_CONJUNCTION_COUNT, 2, 0, BAD(CONDITION) },
    { "conjunction run", S(CONJUNCTIONS), 8, 0, PN_CONJUNCTION_FIRST, 4, 99, BAD(CONDITION) },
    { "conjunction zero", S(CONJUNCTIONS), 8, 0, PN_CONJUNCTION_ZERO, 2, 1, BAD(CONDITION) },
    { "mask word", S(MASKS), 20, 0, PN_MASK_WORD, 4, 1, BAD(CONDITION) },
    { "mask bit", S(MASKS), 20, 0, PN_MASK_NEED_TRUE, 4, 1u << 18, BAD(CONDITION) },
    { "mask bit, high half", S(MASKS), 20, 0, PN_MASK_NEED_FALSE + 4, 4, 1, BAD(CONDITION) },
    { "program operation 0", S(PROGRAM), 4, 0, PN_INSN_OP, 1, 0, BAD(PROGRAM) },
    { "program operation", S(PROGRAM), 4, 0, PN_INSN_OP, 1, 11, BAD(PROGRAM) },
    { "program zero", S(PROGRAM), 4, 0, PN_INSN_ZERO, 1, 1, BAD(PROGRAM) },
    { "program predicate", S(PROGRAM), 4, 0, PN_INSN_ARG, 2, 18, BAD(PROGRAM) },
    { "program constant", S(PROGRAM), 4, 9, PN_INSN_ARG, 2, 4, BAD(PROGRAM) },
    { "program needs no argument", S(PROGRAM), 4, 3, PN_INSN_ARG, 2, 1, BAD(PROGRAM) },
    { "program underflow", S(PROGRAM), 4, 0, PN_INSN_OP, 4, PN_OP_NOT, BAD(PROGRAM) },
    { "program leaves two", S(PROGRAM), 4, 5, PN_INSN_OP, 4, PN_OP_NOT, BAD(PROGRAM) },
    { "program jumps out", S(PROGRAM), 4, 1, PN_INSN_ARG, 2, 10, BAD(PROGRAM) },
    { "program jumps to another depth", S(PROGRAM), 4, 1, PN_INSN_ARG, 2, 1, BAD(PROGRAM) },
    { "role name", S(ROLES), 4, 0, 0, 4, 60000, BAD(ROLE) },
    { "role without name", S(ROLES), 4, 0, 0, 4, 0, BAD(ROLE) },
    { "role mask bit", S(ROLE_MASKS), 8, 0, 0, 1, 8, BAD(ROLE) },
    { "derived name", S(DERIVED), 16, 0, PN_DERIVED_NAME, 4, 60000, BAD(ROLE) },
    { "derived parents", S(DERIVED), 16, 0, PN_DERIVED_PARENTS, 4, 3, BAD(ROLE) },
    { "derived of derived", S(DERIVED), 16, 0, PN_DERIVED_PARENTS, 4, 1, BAD(ROLE) },
    { "derived condition", S(DERIVED), 16, 0, PN_DERIVED_CONDITION, 4, 99, BAD(ROLE) },
    { "derived asks for itself", S(DERIVED), 16, 0, PN_DERIVED_CONDITION, 4, 1, BAD(ROLE) },
    { "derived asks for itself in a list", S(DERIVED), 16, 0, PN_DERIVED_CONDITION, 4, 2,
      BAD(ROLE) },
    { "derived zero", S(DERIVED), 16, 0, PN_DERIVED_ZERO, 4, 1, BAD(ROLE) },
    { "output json", S(OUTPUTS), 44, 0, PN_OUTPUT_JSON, 4, 60000, BAD(OUTPUT) },
    { "output reason", S(OUTPUTS), 44, 0, PN_OUTPUT_REASON, 4, 60000, BAD(OUTPUT) },
    { "output remediation", S(OUTPUTS), 44, 0, PN_OUTPUT_REMEDIATION, 4, 60000, BAD(OUTPUT) },
    { "output acr", S(OUTPUTS), 44, 0, PN_OUTPUT_ACR, 4, 60000, BAD(OUTPUT) },
    { "output approvers", S(OUTPUTS), 44, 0, PN_OUTPUT_APPROVERS, 4, 60000, BAD(OUTPUT) },
    { "output paths", S(OUTPUTS), 44, 0, PN_OUTPUT_PATH_COUNT, 4, 1, BAD(OUTPUT) },
    { "output code", S(OUTPUTS), 44, 0, PN_OUTPUT_CODE, 4, 60000, BAD(OUTPUT) },
    { "output reason code", S(OUTPUTS), 44, 0, PN_OUTPUT_REASON_CODE, 4, 60000, BAD(OUTPUT) },
    { "output remediation code", S(OUTPUTS), 44, 0, PN_OUTPUT_REMEDIATION_CODE, 4, 60000,
      BAD(OUTPUT) },
    { "rule effect", S(RULES), 32, 0, PN_RULE_EFFECT, 1, 2, BAD(RULE) },
    { "rule denies and allows", S(RULES), 32, 0, PN_RULE_EFFECT, 1, 0, BAD(RULE) },
    { "rule outcome", S(RULES), 32, 0, PN_RULE_OUTCOME, 1, 4, BAD(RULE) },
    { "rule flags", S(RULES), 32, 0, PN_RULE_FLAGS, 1, 1, BAD(RULE) },
    { "rule zero", S(RULES), 32, 0, PN_RULE_ZERO, 1, 1, BAD(RULE) },
    { "rule derived role", S(RULES), 32, 0, PN_RULE_DERIVED, 2, 1, BAD(RULE) },
    { "rule memory", S(RULES), 32, 0, PN_RULE_MEMORY, 2, 1, BAD(RULE) },
    { "rule roles", S(RULES), 32, 0, PN_RULE_ROLES, 4, 3, BAD(RULE) },
    { "rule condition", S(RULES), 32, 0, PN_RULE_CONDITION, 4, 99, BAD(RULE) },
    { "rule output", S(RULES), 32, 0, PN_RULE_ACTIVATED, 4, 1, BAD(RULE) },
    { "rule other output", S(RULES), 32, 0, PN_RULE_UNMET, 4, 1, BAD(RULE) },
    { "rule name", S(RULES), 32, 0, PN_RULE_NAME, 4, 60000, BAD(RULE) },
    { "rule source", S(RULES), 32, 0, PN_RULE_SOURCE, 4, 60000, BAD(RULE) },
    { "kind name", S(KINDS), 24, 0, PN_KIND_NAME, 4, 60000, BAD(DISPATCH) },
    { "a kind may be empty", S(KINDS), 24, 0, PN_KIND_NAME, 4, 0, PN_POLICY_GOOD },
    { "kind zero", S(KINDS), 24, 0, PN_KIND_ZERO, 4, 1, BAD(DISPATCH) },
    { "kind actions", S(KINDS), 24, 0, PN_KIND_ACTION_COUNT, 4, 99, BAD(DISPATCH) },
    { "kind actions far", S(KINDS), 24, 0, PN_KIND_ACTIONS, 4, 0xFFFFFFFFu, BAD(DISPATCH) },
    { "kind globs", S(KINDS), 24, 1, PN_KIND_GLOB_COUNT, 4, 99, BAD(DISPATCH) },
    { "kind has too many globs", S(KINDS), 24, 1, PN_KIND_GLOB_COUNT, 4, 0x10003, BAD(DISPATCH) },
    { "action name", S(ACTIONS), 12, 0, PN_ACTION_NAME, 4, 60000, BAD(DISPATCH) },
    { "action rules", S(ACTIONS), 12, 0, PN_ACTION_RULES, 4, 99, BAD(DISPATCH) },
    { "action rule count", S(ACTIONS), 12, 0, PN_ACTION_COUNT, 4, 99, BAD(DISPATCH) },
    { "glob prefix", S(GLOBS), 20, 0, PN_GLOB_PREFIX, 4, 60000, BAD(DISPATCH) },
    { "glob rest", S(GLOBS), 20, 0, PN_GLOB_REST, 1, 4, BAD(DISPATCH) },
    { "glob zero", S(GLOBS), 20, 0, PN_GLOB_ZERO, 1, 1, BAD(DISPATCH) },
    { "glob up", S(GLOBS), 20, 0, PN_GLOB_UP, 2, 0, BAD(DISPATCH) },
    { "glob up that skips one", S(GLOBS), 20, 2, PN_GLOB_UP, 2, 0, BAD(DISPATCH) },
    { "glob up to none", S(GLOBS), 20, 2, PN_GLOB_UP, 2, PN_NONE16, BAD(DISPATCH) },
    { "glob dfa", S(GLOBS), 20, 0, PN_GLOB_DFA, 4, 99, BAD(DISPATCH) },
    { "glob needs no dfa", S(GLOBS), 20, 1, PN_GLOB_DFA, 4, 0, BAD(DISPATCH) },
    { "glob rules", S(GLOBS), 20, 0, PN_GLOB_RULES, 4, 99, BAD(DISPATCH) },
    { "rule list", S(RULE_LISTS), 2, 0, 0, 2, 4, BAD(DISPATCH) },
};

/* The same for the sample with layers: its scopes "", "acme", "acme.hr"; layers two of a principal,
 * one of a role, four of a resource, one of parents. */
static const struct damage layer_damages[] = {
    { "mode edge", S(HEADER), 0, 0, PN_HEADER_MODE, 1, PN_MODE_EDGE, BAD(FEATURE) },
    { "derived role", S(RULES), 32, 1, PN_RULE_DERIVED, 2, 2, BAD(RULE) },
    { "memory", S(RULES), 32, 1, PN_RULE_MEMORY, 2, PN_POLICY_MEMORIES_MAX + 1, BAD(RULE) },
    { "scope name", S(SCOPES), 16, 1, PN_SCOPE_NAME, 4, 60000, BAD(LAYER) },
    { "scope at the top has a name", S(SCOPES), 16, 0, PN_SCOPE_NAME, 4, 1, BAD(LAYER) },
    { "scope twice", S(SCOPES), 16, 1, PN_SCOPE_NAME, 4, 0, BAD(LAYER) },
    { "scope is its own parent", S(SCOPES), 16, 1, PN_SCOPE_PARENTS, 2, 1, BAD(LAYER) },
    { "scope below a later one", S(SCOPES), 16, 1, PN_SCOPE_PARENTS + 2, 2, 2, BAD(LAYER) },
    { "scope has a parent", S(SCOPES), 16, 2, PN_SCOPE_PARENTS, 2, PN_NONE16, BAD(LAYER) },
    { "scope skips one", S(SCOPES), 16, 2, PN_SCOPE_PARENTS + 2, 2, 0, BAD(LAYER) },
    { "scope at the top has none", S(SCOPES), 16, 0, PN_SCOPE_PARENTS, 2, 0, BAD(LAYER) },
    { "scope flags", S(SCOPES), 16, 0, PN_SCOPE_FLAGS, 1, 0x13, BAD(LAYER) },
    { "scope that is lenient", S(SCOPES), 16, 1, PN_SCOPE_FLAGS, 1, 0xF, BAD(LAYER) },
    { "the first may be lenient", S(SCOPES), 16, 0, PN_SCOPE_FLAGS, 1, 0xB, PN_POLICY_GOOD },
    { "scope has no principal", S(SCOPES), 16, 0, PN_SCOPE_FLAGS, 1, 2, BAD(LAYER) },
    { "scope zero", S(SCOPES), 16, 1, PN_SCOPE_ZERO, 1, 1, BAD(LAYER) },
    { "scope default", S(SCOPES), 16, 0, PN_SCOPE_DEFAULT, 2, 3, BAD(LAYER) },
    { "another scope's default", S(SCOPES), 16, 1, PN_SCOPE_DEFAULT, 2, 1, BAD(LAYER) },
    { "scope version", S(SCOPES), 16, 0, PN_SCOPE_VERSION, 4, 60000, BAD(LAYER) },
    { "another scope's version", S(SCOPES), 16, 1, PN_SCOPE_VERSION, 4, 1, BAD(LAYER) },
    { "pattern prefix", S(PATTERNS), 12, 0, PN_PATTERN_PREFIX, 4, 60000, BAD(LAYER) },
    { "pattern rest", S(PATTERNS), 12, 0, PN_PATTERN_REST, 1, 4, BAD(LAYER) },
    { "pattern without its table", S(PATTERNS), 12, 0, PN_PATTERN_REST, 1, PN_GLOB_BY_DFA,
      BAD(LAYER) },
    { "pattern zero", S(PATTERNS), 12, 0, PN_PATTERN_ZERO, 3, 1, BAD(LAYER) },
    { "pattern table", S(PATTERNS), 12, 0, PN_PATTERN_DFA, 4, 0, BAD(LAYER) },
    { "entry resource", S(ENTRIES), 8, 0, PN_ENTRY_RESOURCE, 2, 8, BAD(LAYER) },
    { "entry action", S(ENTRIES), 8, 0, PN_ENTRY_ACTION, 2, PN_NONE16, BAD(LAYER) },
    { "entry rule", S(ENTRIES), 8, 0, PN_ENTRY_RULE, 2, 8, BAD(LAYER) },
    { "entry zero", S(ENTRIES), 8, 0, PN_ENTRY_ZERO, 2, 1, BAD(LAYER) },
    { "layer kind", S(LAYERS), 28, 7, PN_LAYER_KIND, 1, 4, BAD(LAYER) },
    { "layer zero", S(LAYERS), 28, 0, PN_LAYER_ZERO, 1, 1, BAD(LAYER) },
    { "layer scope", S(LAYERS), 28, 7, PN_LAYER_SCOPE, 2, 3, BAD(LAYER) },
    { "layer in a scope without such", S(LAYERS), 28, 1, PN_LAYER_SCOPE, 2, 2, BAD(LAYER) },
    { "layers out of order", S(LAYERS), 28, 0, PN_LAYER_SCOPE, 2, 1, BAD(LAYER) },
    { "layers of one version", S(LAYERS), 28, 4, PN_LAYER_VERSION, 4, 0, BAD(LAYER) },
    { "layer version", S(LAYERS), 28, 0, PN_LAYER_VERSION, 4, 60000, BAD(LAYER) },
    { "layer subject", S(LAYERS), 28, 0, PN_LAYER_SUBJECT, 4, 60000, BAD(LAYER) },
    { "layer entries", S(LAYERS), 28, 2, PN_LAYER_COUNT, 4, 3, BAD(LAYER) },
    { "layer entries far", S(LAYERS), 28, 2, PN_LAYER_FIRST, 4, 0xFFFFFFFFu, BAD(LAYER) },
    { "layer kinds", S(LAYERS), 28, 3, PN_LAYER_FIRST, 4, 4, BAD(LAYER) },
    { "layer of two kinds", S(LAYERS), 28, 3, PN_LAYER_COUNT, 4, 2, BAD(LAYER) },
    { "layer of no kind", S(LAYERS), 28, 3, PN_LAYER_COUNT, 4, 0, BAD(LAYER) },
    { "layer rules", S(LAYERS), 28, 3, PN_LAYER_RULES, 2, 8, BAD(LAYER) },
    { "layer rule count", S(LAYERS), 28, 3, PN_LAYER_RULE_COUNT, 2, 9, BAD(LAYER) },
    { "a principal's rules are entries", S(LAYERS), 28, 0, PN_LAYER_RULES, 2, 1, BAD(LAYER) },
    { "a principal's layer has no roles", S(LAYERS), 28, 0, PN_LAYER_ROLES, 4, 0, BAD(LAYER) },
    { "layer roles", S(LAYERS), 28, 3, PN_LAYER_ROLES, 4, 60000, BAD(LAYER) },
    { "parents have no entries", S(LAYERS), 28, 7, PN_LAYER_COUNT, 4, 1, BAD(LAYER) },
    { "parents are there", S(LAYERS), 28, 7, PN_LAYER_ROLES, 4, PN_NONE32, BAD(LAYER) },
    { "parents are no derived roles", S(LAYERS), 28, 7, PN_LAYER_ROLES, 4, 2, BAD(LAYER) },
};

static void change(const struct damage *d)
{
    uint8_t *at = a.section[d->section].bytes + (size_t)d->bytes * d->record + d->at;

    TEST_ASSERT_LESS_THAN_MESSAGE(a.section[d->section].len + 1,
                                  (size_t)d->bytes * d->record + d->at + d->width, d->what);
    for (int i = 0; i < d->width; i++) at[i] = (uint8_t)(d->value >> 8 * i);
}

static void test_every_field_is_checked(void)
{
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        pn_sample_policy(&a);
        change(&damages[i]);
        expect(damages[i].fault, damages[i].what);
    }
}

static void put_glob_rest(struct pn_asm *b)
{
    pn_store16(b->section[S(GLOBS)].bytes + PN_GLOB_REST, PN_GLOB_ANY);
}

static void test_every_field_of_layers_is_checked(void)
{
    pn_sample_layers(&a, PN_MODE_EDGE);
    expect(PN_POLICY_GOOD, "layers in mode edge");
    for (size_t i = 0; i < sizeof layer_damages / sizeof layer_damages[0]; i++) {
        pn_sample_layers(&a, PN_MODE_CERBOS54);
        if (i == 0) expect(PN_POLICY_GOOD, "layers in mode cerbos54");
        change(&layer_damages[i]);
        expect(layer_damages[i].fault, layer_damages[i].what);
    }
}

/* What is looked for must be there to be found: layers need scopes, entries layers. */
static void test_layers_without_scopes(void)
{
    pn_sample_layers(&a, PN_MODE_CERBOS54);
    a.section[S(SCOPES)].len = 0;
    expect(BAD(LAYER), "layers without scopes");
    pn_sample_layers(&a, PN_MODE_EDGE);
    a.section[S(LAYERS)].len = 0;
    expect(BAD(LAYER), "scopes without layers");
    a.section[S(SCOPES)].len = 0;
    expect(BAD(LAYER), "entries without layers");
    a.section[S(ENTRIES)].len = 0;
    expect(BAD(LAYER), "patterns without layers");
    a.section[S(PATTERNS)].len = 0;
    expect(BAD(FEATURE), "a feature that nothing needs");
    pn_asm_features(&a);
    expect(PN_POLICY_GOOD, "rules alone");
}

static void test_too_many_scopes(void)
{
    pn_sample_layers(&a, PN_MODE_CERBOS54);
    while (a.section[S(SCOPES)].len <= (size_t)PN_POLICY_SCOPES_MAX * PN_SCOPE_BYTES) {
        pn_asm_put(&a, S(SCOPES), a.section[S(SCOPES)].bytes, PN_SCOPE_BYTES);
    }
    expect(BAD(LIMIT), "scopes");
}

static void test_fields_that_depend_on_each_other(void)
{
    pn_store32(a.section[S(STRINGS)].bytes + 8 + PN_STRINGS_LEN, 1); /* cuts a character off */
    a.section[S(STRING_BYTES)].bytes[pn_load32(a.section[S(STRINGS)].bytes + 8)] = 0xC3;
    expect(BAD(STRING), "half a character");
    pn_sample_policy(&a);
    put_glob_rest(&a); /* the sample's first pattern has a table */
    expect(BAD(DISPATCH), "a pattern with a table that needs none");
    pn_sample_policy(&a);
    memcpy(a.section[S(KINDS)].bytes, a.section[S(KINDS)].bytes + 24, 4);
    expect(BAD(DISPATCH), "a kind twice");
    pn_sample_policy(&a);
    memcpy(a.section[S(ROLES)].bytes, a.section[S(ROLES)].bytes + 4, 4);
    expect(BAD(ROLE), "a role twice");
    pn_sample_policy(&a);
    memset(a.section[S(MASKS)].bytes + PN_MASK_NEED_TRUE, 0, 16);
    expect(BAD(CONDITION), "a mask of nothing");
}

static void test_a_rule_named_twice_in_a_list(void)
{
    pn_asm_begin(&a);
    pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "r"));
    pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "s"));
    pn_asm_on(&a, "k", "bct", 0);
    pn_asm_finish(&a);
    expect(PN_POLICY_GOOD, "ascending");
    pn_store16(a.section[S(RULE_LISTS)].bytes + 2, 0);
    expect(BAD(DISPATCH), "twice");
    pn_store16(a.section[S(RULE_LISTS)].bytes, 1);
    expect(BAD(DISPATCH), "descending");
    pn_store16(a.section[S(RULE_LISTS)].bytes, 0);
    pn_store16(a.section[S(RULE_LISTS)].bytes + 2, 1);
    memcpy(a.section[S(ACTIONS)].bytes, a.section[S(ACTIONS)].bytes + PN_ACTION_BYTES, 4);
    expect(BAD(DISPATCH), "an action twice");
}

static void test_patterns_out_of_order(void)
{
    pn_asm_begin(&a);
    pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "r");
    pn_asm_on(&a, "k", "a*", 0);
    pn_asm_on(&a, "k", "b*", 0);
    pn_asm_finish(&a);
    expect(PN_POLICY_GOOD, "ascending");
    uint8_t *globs = a.section[S(GLOBS)].bytes, kept[PN_GLOB_BYTES];
    memcpy(kept, globs, PN_GLOB_BYTES);
    memcpy(globs, globs + PN_GLOB_BYTES, PN_GLOB_BYTES);
    memcpy(globs + PN_GLOB_BYTES, kept, PN_GLOB_BYTES);
    expect(BAD(DISPATCH), "descending");
}

static void test_a_set_with_a_number_that_is_none(void)
{
    pn_asm_begin(&a);
    uint32_t nan = pn_asm_double(&a, 0.0);
    pn_store64(a.section[S(CONSTANTS)].bytes + PN_CONSTANT_VALUE, 0x7FF8000000000000u);
    pn_asm_set(&a, &nan, 0, 1, 0);
    pn_asm_finish(&a);
    expect(BAD(SET), "NaN");
}

static void test_a_stack_too_deep(void)
{
    uint16_t insns[2 * PN_POLICY_STACK_MAX + 2][2] = { { 0 } };
    uint16_t count = 0;

    pn_asm_begin(&a);
    for (int i = 0; i <= PN_POLICY_STACK_MAX; i++) insns[count++][0] = PN_OP_CONST;
    for (int i = 0; i < PN_POLICY_STACK_MAX; i++) insns[count++][0] = PN_OP_AND;
    pn_asm_program(&a, (const uint16_t(*)[2])insns, count);
    pn_asm_finish(&a);
    expect(BAD(PROGRAM), "depth");
}

static void test_a_program_too_long(void)
{
    static uint16_t insns[PN_POLICY_PROGRAM_MAX + 1][2];

    pn_asm_begin(&a);
    insns[0][0] = PN_OP_CONST;
    for (int i = 1; i <= PN_POLICY_PROGRAM_MAX; i++) insns[i][0] = PN_OP_NOT;
    pn_asm_program(&a, (const uint16_t(*)[2])insns, PN_POLICY_PROGRAM_MAX + 1);
    pn_asm_finish(&a);
    expect(BAD(PROGRAM), "length");
}

static void test_self_tests_in_number_and_length(void)
{
    static char input[PN_POLICY_TEST_BYTES_MAX + 2];

    for (int i = 1; i < PN_POLICY_SELF_TESTS_MAX; i++) pn_asm_self_test(&a, "t", "{}", PN_DENY);
    expect(PN_POLICY_GOOD, "as many as may be");
    pn_asm_self_test(&a, "t", "{}", PN_DENY);
    expect(PN_POLICY_BAD_SELF_TEST, "one more");
    pn_sample_policy(&a);
    a.section[S(SELF_TESTS)].len--;
    expect(PN_POLICY_BAD_SELF_TEST, "a byte is missing");
    pn_sample_policy(&a);
    memset(input, ' ', PN_POLICY_TEST_BYTES_MAX);
    pn_asm_self_test(&a, "t", input, PN_DENY);
    expect(PN_POLICY_GOOD, "as long as may be");
    input[PN_POLICY_TEST_BYTES_MAX] = ' ';
    pn_asm_self_test(&a, "t", input, PN_DENY);
    expect(PN_POLICY_BAD_SELF_TEST, "longer");
}

static void test_limits(void)
{
    uint8_t record[PN_RULE_BYTES] = { 0 };

    while (a.section[S(RULES)].len <= (size_t)PN_POLICY_RULES_MAX * PN_RULE_BYTES) {
        pn_asm_put(&a, S(RULES), record, PN_RULE_BYTES);
    }
    expect(BAD(LIMIT), "rules");
    pn_sample_policy(&a);
    while (a.section[S(PREDICATES)].len <= (size_t)PN_POLICY_PREDICATES_MAX * PN_PREDICATE_BYTES) {
        pn_asm_put(&a, S(PREDICATES), record, PN_PREDICATE_BYTES);
    }
    expect(BAD(LIMIT), "predicates");
    pn_sample_policy(&a);
    while (a.section[S(SLOTS)].len <= (size_t)PN_POLICY_SLOTS_MAX * PN_SLOT_BYTES) {
        pn_asm_put(&a, S(SLOTS), record, PN_SLOT_BYTES);
    }
    expect(BAD(LIMIT), "slots");
}

static void test_sections(void)
{
    static const uint8_t must[] = { S(HEADER), S(STRINGS), S(TRIE) };

    for (int i = 0; i < 3; i++) {
        pn_sample_policy(&a);
        a.section[must[i]].len = 0;
        expect(BAD(SECTION_MISSING), "missing");
    }
    for (unsigned section = 1; section <= S(ENGINE_LAST); section++) {
        pn_sample_policy(&a);
        if (a.section[section].len == 0 || section == S(STRING_BYTES) || section == S(DFA_BYTES))
            continue;
        a.section[section].len--;
        expect(BAD(SECTION_SIZE), "size");
    }
    pn_sample_policy(&a);
    pn_asm_put32(&a, S(VALUE_CODE), 0);
    expect(BAD(FEATURE), "value code");
    pn_sample_policy(&a);
    pn_asm_put32(&a, S(GATEWAY_FIRST) + 3, 7);
    expect(PN_POLICY_GOOD, "the gateway's");
}

static void test_the_gateway_finds_its_sections(void)
{
    pn_asm_put32(&a, S(GATEWAY_FIRST) + 3, 7);
    struct pn_slice body = pn_asm_wrap(&a);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, body));
    TEST_ASSERT_EQUAL(4, policy.blob.section[S(GATEWAY_FIRST) + 3].len);
    TEST_ASSERT_EQUAL(7, pn_load32(policy.blob.section[S(GATEWAY_FIRST) + 3].at));
    TEST_ASSERT_EQUAL(0, policy.blob.section[S(GATEWAY_FIRST)].len);
    policy.blob.present &= ~(UINT64_C(1) << S(SELF_TESTS));
    TEST_ASSERT_EQUAL(1, policy.blob.present >> (S(GATEWAY_FIRST) + 3));
}

struct cbor_row {
    const char *what, *bytes;
    size_t len;
    enum pn_policy_fault fault;
};

#define CBOR(what, bytes, fault) \
    { \
        what, bytes, sizeof bytes - 1, fault \
    }

static const struct cbor_row containers[] = {
    CBOR("nothing", "", BAD(CBOR)),
    CBOR("an empty map", "\xA0", BAD(SECTION_MISSING)),
    CBOR("an array", "\x80", BAD(CBOR)),
    CBOR("a byte string", "\x41\x00", BAD(CBOR)),
    CBOR("trailing byte", "\xA0\x00", BAD(CBOR)),
    CBOR("indefinite map", "\xBF\xFF", BAD(CBOR)),
    CBOR("long length", "\xB8\x00", BAD(CBOR)),
    CBOR("text key", "\xA1\x61\x61\x40", BAD(CBOR)),
    CBOR("negative key", "\xA1\x20\x40", BAD(CBOR)),
    CBOR("text value", "\xA1\x01\x60", BAD(CBOR)),
    CBOR("number value", "\xA1\x01\x01", BAD(CBOR)),
    CBOR("tagged value", "\xA1\x01\xC1\x40", BAD(CBOR)),
    CBOR("tagged map", "\xC1\xA0", BAD(CBOR)),
    CBOR("indefinite string", "\xA1\x01\x5F\x40\xFF", BAD(CBOR)),
    CBOR("long key", "\xA1\x18\x01\x40", BAD(CBOR)),
    CBOR("long string length", "\xA1\x01\x58\x01\x00", BAD(CBOR)),
    CBOR("key twice", "\xA2\x01\x40\x01\x40", BAD(CBOR)),
    CBOR("keys out of order", "\xA2\x02\x40\x01\x40", BAD(CBOR)),
    CBOR("cut value", "\xA1\x01\x42\x00", BAD(CBOR)),
    CBOR("no value", "\xA1\x01", BAD(CBOR)),
    CBOR("huge string", "\xA1\x01\x5B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", BAD(CBOR)),
    CBOR("huge map", "\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", BAD(CBOR)),
    CBOR("section 0", "\xA1\x00\x40", BAD(SECTION_UNKNOWN)),
    CBOR("section 31", "\xA1\x18\x1F\x40", BAD(SECTION_MISSING)),
    CBOR("section 63", "\xA1\x18\x3F\x40", BAD(SECTION_MISSING)),
    CBOR("section 64", "\xA1\x18\x40\x40", BAD(SECTION_MISSING)),
    CBOR("section 2^32", "\xA1\x1B\x00\x00\x00\x01\x00\x00\x00\x00\x40", BAD(SECTION_MISSING)),
};

static void test_containers(void)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        const struct cbor_row *row = &containers[i];
        TEST_ASSERT_EQUAL_MESSAGE(row->fault, open_exact(pn_slice(row->bytes, row->len), 1),
                                  row->what);
    }
}

static void test_a_cut_policy_never_opens(void)
{
    struct pn_slice body = pn_asm_wrap(&a);

    for (size_t len = 0; len < body.len; len++) {
        TEST_ASSERT_NOT_EQUAL(PN_POLICY_GOOD, open_exact(pn_slice_head(body, len), 1));
    }
}

/* Whatever one changed byte does, the policy is refused or decides without fault. */
static void flip_every_byte(struct pn_slice body)
{
    static uint8_t damaged[sizeof a.body];
    uint32_t opened = 0;

    memcpy(damaged, body.at, body.len);
    for (size_t i = 0; i < body.len; i++) {
        static const uint8_t flips[] = { 0x01, 0x80, 0xFF };
        for (int k = 0; k < 3; k++) {
            damaged[i] = body.at[i] ^ flips[k];
            opened += open_exact(pn_slice(damaged, body.len), (uint32_t)i) == PN_POLICY_GOOD;
        }
        damaged[i] = body.at[i];
    }
    TEST_ASSERT_GREATER_THAN(0, opened); /* so the decisions were made */
}

static void test_every_byte_flipped(void)
{
    flip_every_byte(pn_asm_wrap(&a));
    flip_every_byte(pn_sample_layers(&a, PN_MODE_EDGE));
    flip_every_byte(pn_sample_layers(&a, PN_MODE_CERBOS54));
}

/* Names and sentences are there for every fault. */
static void test_faults_have_names(void)
{
    for (int fault = 0; fault < PN_POLICY_FAULT_COUNT; fault++) {
        TEST_ASSERT_GREATER_THAN(0, pn_policy_fault_name((enum pn_policy_fault)fault).len);
        TEST_ASSERT_GREATER_THAN(0, pn_policy_fault_sentence((enum pn_policy_fault)fault).len);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_sample_opens);
    RUN_TEST(test_every_field_is_checked);
    RUN_TEST(test_every_field_of_layers_is_checked);
    RUN_TEST(test_layers_without_scopes);
    RUN_TEST(test_too_many_scopes);
    RUN_TEST(test_fields_that_depend_on_each_other);
    RUN_TEST(test_a_rule_named_twice_in_a_list);
    RUN_TEST(test_patterns_out_of_order);
    RUN_TEST(test_a_set_with_a_number_that_is_none);
    RUN_TEST(test_a_stack_too_deep);
    RUN_TEST(test_a_program_too_long);
    RUN_TEST(test_self_tests_in_number_and_length);
    RUN_TEST(test_limits);
    RUN_TEST(test_sections);
    RUN_TEST(test_the_gateway_finds_its_sections);
    RUN_TEST(test_containers);
    RUN_TEST(test_a_cut_policy_never_opens);
    RUN_TEST(test_every_byte_flipped);
    RUN_TEST(test_faults_have_names);
    return UNITY_END();
}
