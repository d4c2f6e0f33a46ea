/* image.h - the compiled policy while it grows: every table of policy_format.h, each entry once.
 *
 * Whoever adds something gets its index back, and the same thing always gets the same index: that
 * is how predicates come to be shared between rules. Roles, kinds and actions are sorted by the
 * format, so their final positions are known only when image_write() runs; until then they have
 * provisional numbers that it replaces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_IMAGE_H
#define TOOLS_IMAGE_H

#include "policy/policy.h"
#include "tools/compile/cel_ast.h"
#include "tools/compile/dfa.h"

enum attr_root {
    ATTR_PRINCIPAL,
    ATTR_RESOURCE,
    ATTR_AUX_DATA,
};

/* An attribute as rules name it: P.attr.team is ATTR_PRINCIPAL, "attr", "team". */
struct attr_path {
    enum attr_root root;
    LIST(struct pn_slice) steps;
};

struct image_slot {
    struct attr_path path;
    uint32_t text; /* string */
    uint16_t fact; /* enum pn_fact */
    uint8_t trie_flags;
    bool secret;      /* its value is masked wherever it is shown */
    bool unread;      /* no rule reads it: only a schema looks at it */
    struct mark mark; /* where it was first read */
};

/* A keyword and a node of a schema, as policy_format.h has them. */
struct image_schema_word {
    uint8_t op;
    uint16_t a;
    uint32_t b;
};

struct image_schema_node {
    uint16_t depth;
    LIST(struct image_schema_word) words;
};

struct image_schema_binding {
    struct pn_slice kind, version;
    uint8_t enforcement;
    uint32_t node[2], ignore[2]; /* by side; PN_NONE32: none */
};

struct image_constant {
    uint8_t type; /* enum pn_type or enum pn_built_type */
    uint32_t nanos;
    uint64_t value;
    double number; /* of numbers, to sort sets */
};

struct image_set {
    LIST(uint32_t) members; /* constants: strings, then numbers, each sorted */
    uint16_t strings, numbers;
    uint8_t flags;
};

struct image_predicate {
    uint8_t kind, op;
    uint16_t slot, peer;
    uint32_t arg; /* of PN_PREDICATE_ROLE a provisional role */
    uint32_t text;
};

/* One instruction of value code. */
struct image_step {
    uint8_t op, a;
    uint16_t b;
};

struct image_code {
    LIST(struct image_step) steps;
};

struct image_block {
    struct image_code code;
    struct mark mark; /* of the expression that was first to need it */
};

/* A conjunction: predicates that must be true and such that must be false, sorted. */
struct image_term {
    LIST(uint32_t) literals; /* predicate * 2, plus 1 where it must be false */
};

struct image_insn {
    uint8_t op;
    uint16_t arg;
};

struct image_condition {
    LIST(struct image_term) terms;   /* a mask or a small disjunction... */
    LIST(struct image_insn) program; /* ...or this */
};

/* Who a rule is for: any of these, provisional roles and derived roles. Empty `any` and no entries
 * is nobody. */
struct image_roles {
    bool any;
    LIST(uint32_t) roles;
    LIST(uint32_t) derived;
};

struct image_derived {
    uint32_t name;
    struct image_roles parents;
    uint32_t condition; /* PN_NONE32: always */
};

struct image_output {
    uint32_t json, reason, remediation, acr, approvers, ttl_s;
    uint32_t code, reason_code, remediation_code; /* blocks, PN_NONE32: none */
};

struct image_rule {
    uint8_t effect;  /* 0 deny, 1 allow */
    uint8_t outcome; /* enum pn_outcome */
    struct image_roles roles;
    uint32_t condition, activated, unmet; /* PN_NONE32: none */
    uint32_t name, source;                /* strings */
    uint16_t derived, memory;             /* of RULES; each plus 1, 0: none */
};

struct image_action {
    struct pn_slice pattern;
    bool is_glob;
    uint32_t prefix; /* of a glob: string, and */
    uint8_t rest;    /* enum pn_glob_rest */
    uint32_t dfa;
    LIST(uint16_t) rules;
};

struct image_kind {
    struct pn_slice name;
    LIST(struct image_action) actions;
};

/* As in a policy file, before it is found out how the engine matches it. */
struct image_pattern {
    struct pn_slice text;
    uint32_t prefix; /* string */
    uint8_t rest;    /* enum pn_glob_rest, 0: a literal */
    uint32_t dfa;
};

struct image_entry {
    uint16_t resource, action; /* patterns */
    uint16_t rule;
};

struct image_scope {
    struct pn_slice name;
    uint8_t flags; /* enum pn_scope_flag */
};

struct image_layer {
    enum pn_layer_kind kind;
    struct pn_slice scope, version, subject;
    size_t image_kind; /* of a resource */
    LIST(struct image_entry) entries;
    uint16_t rules, rule_count;
    bool has_roles;
    struct image_roles roles;
};

struct image_dfa {
    struct pn_slice pattern;
    enum dfa_sense sense;
    struct dfa dfa;
};

struct image {
    struct arena *arena;
    struct diagnostics *diagnostics;
    enum pn_mode mode;
    struct bytes string_bytes;
    LIST(struct pn_slice) strings; /* at = offset into string_bytes, through string_at */
    LIST(uint32_t) string_at;
    LIST(uint32_t) string_table; /* hash slots: string plus 1 */
    LIST(struct image_constant) constants;
    LIST(struct image_set) sets;
    LIST(struct image_slot) slots;
    LIST(struct image_predicate) predicates;
    LIST(struct image_condition) conditions;
    LIST(struct pn_slice) roles;
    LIST(struct image_derived) derived;
    LIST(struct image_output) outputs;
    LIST(struct image_rule) rules;
    LIST(struct image_kind) kinds;
    LIST(struct image_dfa) dfas;
    LIST(struct image_block) blocks;
    LIST(struct image_pattern) patterns;
    LIST(struct image_scope) scopes; /* none: there are no layers */
    LIST(struct image_layer) layers;
    LIST(struct image_schema_node) schema_nodes;
    LIST(struct image_schema_binding) schema_bindings;
    struct pn_slice default_scope, default_version;
    uint16_t memories;
};

void image_begin(struct image *image, struct arena *arena, struct diagnostics *diagnostics,
                 enum pn_mode mode);
void image_free(struct image *image);

uint32_t image_string(struct image *image, struct pn_slice text);

/* The constant, or PN_NONE32 for a value that the format has no constant for. */
uint32_t image_constant(struct image *image, const struct cel_value *value);

/* The same for value code, which has constants of all types but lists and maps. */
uint32_t image_code_constant(struct image *image, const struct cel_value *value);

/* The block of value code. */
uint32_t image_block(struct image *image, const struct image_code *code, struct mark mark);

/* The set of the values, or PN_NONE32 when one of them cannot be in a set. */
uint32_t image_set(struct image *image, const struct cel_value *values, size_t count);

/* The slot of the attribute, with the trie flags that this use needs added. */
uint16_t image_slot(struct image *image, const struct attr_path *path, struct mark mark,
                    uint8_t trie_flags);

/* The same for a schema: it does not count as read by a rule. */
uint16_t image_schema_slot(struct image *image, const struct attr_path *path, struct mark mark);

/* The path as an author writes it. */
const char *attr_path_text(struct arena *arena, const struct attr_path *path);

/* The fact that the gateway states there, or PN_FACT_NONE. */
enum pn_fact attr_path_fact(struct arena *arena, const struct attr_path *path);

uint16_t image_predicate(struct image *image, struct image_predicate predicate);
uint32_t image_condition(struct image *image, const struct image_condition *condition);
uint32_t image_role(struct image *image, struct pn_slice name);
uint32_t image_output(struct image *image, const struct image_output *output);

/* The kind's entry, new or known; and a new one, of which the place in `kinds` is told. */
struct image_kind *image_kind(struct image *image, struct pn_slice name);
size_t image_kind_add(struct image *image, struct pn_slice name);

/* The scope's entry, new or known. */
struct image_scope *image_scope(struct image *image, struct pn_slice name);

/* The pattern compiled before under the same sense, or the new one; PN_NONE32 when it is over
 * budget, with an error at `mark`. */
uint32_t image_dfa(struct image *image, struct pn_slice pattern, const struct regex_node *tree,
                   enum dfa_sense sense, struct mark mark);

/* Lay out all engine sections: `sections[n]` is the contents of section n (enum
 * pn_policy_section) and belongs to the caller, empty ones stay untouched. False, with errors, when
 * the policy is over a limit of the engine. */
bool image_write(struct image *image, struct bytes sections[PN_POLICY_SECTION_COUNT]);

/* What image_write() works with. */
struct image_writing {
    struct image *image;
    struct bytes *sections;
    uint16_t *role_position; /* provisional role -> position in ROLES */
    size_t role_words;
    uint32_t *kind_position; /* place in `kinds` -> position in KINDS */
    uint16_t loop_items;
    uint64_t code_cost; /* of all blocks */
};

/* The index of the mask, written once however many rules have it. */
uint32_t image_write_roles(struct image_writing *w, const struct image_roles *roles);

/* Positions of `count` names in sorted order: order[position] = index. */
uint32_t *image_sorted(struct arena *arena, const struct pn_slice *names, size_t count);

/* Kinds, actions, patterns and the rules of each; fills `kind_position`. */
void image_write_dispatch(struct image_writing *w);

/* Scopes, layers, entries and patterns. */
void image_write_layers(struct image_writing *w);

/* Schemas and what they are bound to. */
void image_write_schemas(struct image_writing *w);

/* Where `name` will be in section ROLES, for those who write role masks of their own; call after
 * all roles are known. PN_NONE16: no rule names it. */
uint16_t image_role_bit(const struct image *image, struct pn_slice name);

#endif
