/* assemble.h - write a policy blob by hand, for tests of the engine.
 *
 * Sections grow as records are added; assemble_body.h makes a body of them.
 * Nothing is checked: a test may add a record that is wrong, or patch a section's bytes. Buffers
 * are large and fixed; running out stops the test program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TEST_POLICY_ASSEMBLE_H
#define PN_TEST_POLICY_ASSEMBLE_H

#include "core/base/bytes.h"
#include "policy/policy.h"

enum { PN_ASM_SECTION_MAX = 160 * 1024, PN_ASM_ROWS_MAX = 4096 };

struct pn_asm_row {
    uint32_t kind, action; /* strings; for a pattern the action's literal prefix */
    uint16_t rule;
    uint8_t rest; /* 0: exact, else enum pn_glob_rest */
    uint32_t dfa;
};

struct pn_asm {
    struct {
        uint8_t bytes[PN_ASM_SECTION_MAX];
        size_t len;
    } section[PN_POLICY_SECTION_COUNT];
    struct pn_asm_row rows[PN_ASM_ROWS_MAX];
    size_t row_count;
    uint8_t body[4 * PN_ASM_SECTION_MAX];
    size_t body_len;
};

/* Start over: header, the empty string and the trie's root are there. */
void pn_asm_begin(struct pn_asm *a);

/* Append bytes to a section. */
void pn_asm_put(struct pn_asm *a, unsigned section, const void *bytes, size_t len);
void pn_asm_put16(struct pn_asm *a, unsigned section, uint16_t value);
void pn_asm_put32(struct pn_asm *a, unsigned section, uint32_t value);
void pn_asm_put64(struct pn_asm *a, unsigned section, uint64_t value);

/* Index of a string, added when it is not there yet. */
uint32_t pn_asm_string(struct pn_asm *a, const char *text);

/* Constants. */
uint32_t pn_asm_null(struct pn_asm *a);
uint32_t pn_asm_bool(struct pn_asm *a, int value);
uint32_t pn_asm_int(struct pn_asm *a, int64_t value);
uint32_t pn_asm_double(struct pn_asm *a, double value);
uint32_t pn_asm_text(struct pn_asm *a, const char *text);

/* A set of constants given as the format wants them: strings, then numbers. */
uint32_t pn_asm_set(struct pn_asm *a, const uint32_t *members, uint16_t strings, uint16_t numbers,
                    uint8_t flags);

/* The slot of a path such as "R.attr.arguments.amount" ("J." is auxData.jwt), with its trie nodes.
 */
uint16_t pn_asm_slot(struct pn_asm *a, const char *path);

/* A predicate as it is; op, slots and argument as in policy_format.h. */
uint16_t pn_asm_predicate(struct pn_asm *a, uint8_t kind, uint8_t op, uint16_t slot, uint16_t peer,
                          uint32_t arg, const char *text);

/* A condition that needs predicate `yes` to be true and `no` to be false; PN_NONE16: neither. */
uint32_t pn_asm_mask(struct pn_asm *a, uint16_t yes, uint16_t no);

/* The same over lists that end with PN_NONE16, in as many words as it takes. */
uint32_t pn_asm_masks(struct pn_asm *a, const uint16_t *yes, const uint16_t *no);

/* A condition of instructions: pairs of operation and argument. */
uint32_t pn_asm_program(struct pn_asm *a, const uint16_t (*insns)[2], uint16_t count);

/* A condition that is any of the conjunctions of conditions made by pn_asm_mask(s). */
uint32_t pn_asm_any(struct pn_asm *a, const uint32_t *conditions, uint16_t count);

/* Roles, to be added in ascending order, all before the first derived role; masks of 64 bits. */
uint16_t pn_asm_role(struct pn_asm *a, const char *name);
uint32_t pn_asm_roles(struct pn_asm *a, uint64_t bits);
uint16_t pn_asm_derived(struct pn_asm *a, const char *name, uint32_t parents, uint32_t condition);

uint32_t pn_asm_output(struct pn_asm *a, const char *json, const char *reason,
                       const char *remediation);

/* A rule; effect follows from the outcome. */
uint16_t pn_asm_rule(struct pn_asm *a, enum pn_outcome outcome, uint32_t roles, uint32_t condition,
                     uint32_t output, const char *name);

/* Give a rule the conditionNotMet output too. */
void pn_asm_unmet(struct pn_asm *a, uint16_t rule, uint32_t output);

/* Let `rule` speak of an exact action, of a pattern that ends with `*` or `**`, or of a prefix and
 * a DFA. */
void pn_asm_on(struct pn_asm *a, const char *kind, const char *action, uint16_t rule);
void pn_asm_on_dfa(struct pn_asm *a, const char *kind, const char *prefix, uint32_t dfa,
                   uint16_t rule);

/* A DFA for `prefix` and then `least` to `most` bytes of [A-Za-z0-9]; `any` of them when most is 0.
 */
uint32_t pn_asm_dfa(struct pn_asm *a, const char *prefix, unsigned least, unsigned most,
                    uint8_t width);

/* Scopes in ascending order, the empty one first, with parents as they must be; then layers in their
 * order. `first` and `count` are a run of ENTRIES or the KINDS record of a resource, `rules` and
 * `rule_count` its rules. */
void pn_asm_scope(struct pn_asm *a, const char *name, uint8_t flags);
struct pn_asm_layer {
    enum pn_layer_kind kind;
    uint16_t scope;
    const char *version, *subject;
    uint32_t first, count;
    uint16_t rules, rule_count;
    uint32_t roles;
};
void pn_asm_layer(struct pn_asm *a, struct pn_asm_layer layer);

/* An entry: patterns as for pn_asm_on(), a literal without `*`. Its index. */
uint32_t pn_asm_entry(struct pn_asm *a, const char *resource, const char *action, uint16_t rule);

/* A self-test: `input` is JSON. */
void pn_asm_self_test(struct pn_asm *a, const char *name, const char *input,
                      enum pn_outcome outcome);

/* How many records of that size a section has; the string with that index. */
uint32_t pn_asm_count(const struct pn_asm *a, unsigned section, size_t record);
struct pn_slice pn_asm_string_at(const struct pn_asm *a, uint32_t index);

#endif
