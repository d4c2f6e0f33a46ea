/* policy.h - decide a call by a compiled policy.
 *
 * A policy is opened once: every offset, type, jump and table in it is checked, and what passes
 * cannot make a decision fail or read out of range, whatever the request holds. Deciding is a pure
 * function of the policy and the facts of one call; it allocates nothing, takes no lock, and any
 * number of workers may decide by one opened policy at once.
 *
 * Whatever is unclear is denied: nothing matches, the call is denied; a condition that cannot be
 * evaluated is no match where the rule allows and a match where it denies or steps up. While a tool
 * is only being listed its arguments are unknown, and an unknown condition is a match where the
 * rule allows or steps up and no match where it denies, so that no tool is hidden that some
 * arguments could use. A tool that no arguments can use, as far as that shows within
 * PN_POLICY_UNKNOWNS_MAX predicates and PN_POLICY_TRIES_MAX decisions, is denied by default.
 *
 * In a call nothing is unknown; a value that is so all the same counts as an error.
 *
 * Order of use: pn_policy_open() once; then for each call pn_facts_begin(), a JSON scan of the
 * arguments into `slots` with the policy's own trie (beginning a scan empties all slots, so it
 * comes first), pn_facts_*(), pn_policy_decide().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_POLICY_H
#define PN_POLICY_POLICY_H

#include "core/base/value.h"
#include "core/json/json_trie.h"
#include "policy/blob.h"
#include "policy/policy_format.h"
#include "policy/policy_limits.h"
#include "policy/scratch.h"

/* Attributes the gateway knows by itself, one per line of facts.def; 0 is none. */
enum pn_fact {
    PN_FACT_NONE,
#define PN_FACT(symbol, path) PN_FACT_##symbol,
#include "policy/facts.def"
#undef PN_FACT
    PN_FACT_COUNT,
};

/* The fact's path as a policy author writes it, such as "P.attr.task". */
struct pn_slice pn_fact_path(enum pn_fact fact);

/* Where attributes hang that have no fact of their own. */
enum pn_place {
    PN_PLACE_PRINCIPAL, /* P.attr */
    PN_PLACE_RESOURCE,  /* R.attr */
    PN_PLACE_ARGUMENTS, /* R.attr.arguments */
    PN_PLACE_JWT,       /* request.auxData.jwt */
    PN_PLACE_CLAIMS,    /* P.attr.claims */
    PN_PLACE_COUNT,
};

/* An opened policy. Read only after pn_policy_open(); all slices borrow from the body. */
struct pn_policy {
    struct pn_blob blob; /* sections 32 to 63 are the gateway's to read */
    enum pn_mode mode;
    uint16_t slot_count, predicate_count, rule_count;
    uint16_t role_count, derived_count;
    uint8_t role_words;   /* 64-bit words of a role mask */
    uint16_t layer_count; /* 0: resource policies of one version without scopes, in mode edge */
    uint16_t scope_count;
    uint16_t loop_items; /* elements a loop of value code visits at most */
    /* What it was opened with, and of that the modules that the blob needs, NULL where it does not. */
    const struct pn_modules *modules;
    const struct pn_layer_module *layer_module;   /* decides where there are layers; of the mode */
    const struct pn_value_module *value_module;   /* runs value code */
    const struct pn_schema_module *schema_module; /* judges attributes */
    uint16_t fact_slot[PN_FACT_COUNT]; /* slot of each fact, PN_NONE16 where no rule reads it */
    uint16_t
        place_node[PN_PLACE_COUNT]; /* trie node of each place, 0 where no rule reads below it */
};

/* Check `body` and make it ready. It must stay unchanged at its address while `policy` is in use.
 *
 *   PN_POLICY_GOOD   ready
 *   anything else    not to be used; the fault says why, and `policy` is zeroed */
enum pn_policy_fault pn_policy_open(struct pn_policy *policy, struct pn_slice body);

/* What an engine is made of besides this interface; NULL: not there. A blob names what it needs
 * (feature.def), and is refused by the name of the first module that is missing, such as
 * PN_POLICY_LACKS_VALUE_CODE. A module that no table names is not linked. */
struct pn_modules {
    const struct pn_layer_module *layers;   /* scopes, versions, principal and role policies */
    const struct pn_layer_module *cerbos54; /* mode cerbos54, with all of these */
    const struct pn_value_module *values;   /* value code; no group of functions without it */
    const struct pn_schema_module *schemas; /* JSON Schemas of attributes */
    /* By the bit of its feature, less PN_FEATURE_BIT_TEXTS. */
    const struct pn_function_group *functions[PN_FUNCTION_GROUPS];
};

extern const struct pn_layer_module pn_layer_module, pn_cerbos54_module;
extern const struct pn_value_module pn_value_module;
extern const struct pn_schema_module pn_schema_module;
extern const struct pn_function_group pn_text_functions, pn_math_functions, pn_list_functions,
    pn_time_functions, pn_network_functions, pn_hierarchy_functions, pn_spiffe_functions,
    pn_path_functions;

/* All of them. pn_policy_open() takes these, and both are in modules_all.c: a device that carries less
 * links a file of its own in its place, where pn_policy_open() takes what the device has. */
extern const struct pn_modules pn_modules_all;

/* The same with what is in `modules`, which must stay as long as the policy is in use. */
enum pn_policy_fault pn_policy_open_with(struct pn_policy *policy, struct pn_slice body,
                                         const struct pn_modules *modules);

/* The paths that rules read, as the JSON scanner wants them; values go to the slots of the facts.
 * Node 0 is the root of a request in Cerbos's form, place_node tells where the rest hangs. */
struct pn_trie pn_policy_trie(const struct pn_policy *policy);

/* Is the call executed, or is a tool only listed or offered, its arguments not known yet? */
enum pn_phase { PN_PHASE_CALL, PN_PHASE_LIST };

/* Policies are looked for by the principal and by the resource, each with a version and a scope. */
enum pn_side { PN_SIDE_PRINCIPAL, PN_SIDE_RESOURCE, PN_SIDE_COUNT };

/* What a decision takes for granted: predicates that are not evaluated but come to what is written
 * here, a bit each. For tools that ask "what if", such as when a fact was not recorded. */
struct pn_assumed {
    uint64_t known[PN_POLICY_PREDICATES_MAX / 64]; /* and one of: */
    uint64_t is_true[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t is_false[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t is_faulty[PN_POLICY_PREDICATES_MAX / 64];
    /* Told by the decision, which never clears it: predicates that it evaluated and that came to
     * unknown. While there is none, no unknown fact had a part in the decision. */
    uint64_t undecided[PN_POLICY_PREDICATES_MAX / 64];
};

/* What is known about one call. Strings borrow from wherever they were found and must live until
 * the decision is made. */
struct pn_facts {
    const struct pn_policy *policy; /* whose slots these are; no other may decide by them */
    struct pn_slice kind, action;   /* such as "mcp:crm" and "tools/call/lookup" */
    enum pn_phase phase;
    int64_t now_ms; /* since 1970, what now() answers */
    uint64_t roles[PN_POLICY_ROLE_WORDS_MAX];
    /* The same in the order they were given, PN_NONE16 for one that no rule names: mode cerbos54
     * tries one role after the other. Beyond the last place they allow nothing by themselves. */
    uint16_t role_list[PN_POLICY_ROLES_LISTED_MAX];
    uint16_t role_list_count;
    /* Empty: what the policy says calls have that name none. A scope "." is the empty one. */
    struct pn_slice version[PN_SIDE_COUNT], scope[PN_SIDE_COUNT];
    struct pn_value *slots; /* slot_count of the policy; the JSON scanner writes here too */
    uint16_t slot_count;
    struct pn_assumed *assumed; /* lent; NULL, as pn_facts_begin() leaves it: nothing is assumed */
};

/* Start the facts of a call: `slots` has room for policy->slot_count values (at most
 * PN_POLICY_SLOTS_MAX) and is lent to `facts`. All slots become absent, or in PN_PHASE_LIST those
 * of arguments unknown. */
void pn_facts_begin(struct pn_facts *facts, const struct pn_policy *policy, struct pn_value *slots,
                    enum pn_phase phase);

/* Name what is called, after the arguments were scanned. Also states R.kind, and R.attr.phase as
 * "call" or "list" unless it was stated before. */
void pn_facts_call(struct pn_facts *facts, const struct pn_policy *policy, struct pn_slice kind,
                   struct pn_slice action);

/* Give the principal a role. A role that no rule names changes nothing. */
void pn_facts_role(struct pn_facts *facts, const struct pn_policy *policy, struct pn_slice role);

/* Name the policy version and the scope of one side; empty: the policy's own. Call it before the
 * decision, or not at all. */
void pn_facts_side(struct pn_facts *facts, const struct pn_policy *policy, enum pn_side side,
                   struct pn_slice version, struct pn_slice scope);

/* State a fact. One that no rule reads is dropped; a fact stated twice holds the last value. */
void pn_facts_set(struct pn_facts *facts, const struct pn_policy *policy, enum pn_fact fact,
                  struct pn_value value);
void pn_facts_set_text(struct pn_facts *facts, const struct pn_policy *policy, enum pn_fact fact,
                       struct pn_slice text);

/* State the attribute `name` directly below `place`, such as "region" below P.attr. One that no
 * rule reads is dropped. For nested values scan their JSON from policy->place_node[place] instead.
 */
void pn_facts_set_attr(struct pn_facts *facts, const struct pn_policy *policy, enum pn_place place,
                       struct pn_slice name, struct pn_value value);

/* The slot of the attribute `name` directly below `place`, or PN_NONE16. */
uint16_t pn_policy_attr_slot(const struct pn_policy *policy, enum pn_place place,
                             struct pn_slice name);

/* The bit of a role, or PN_NONE16 when no rule names it. */
uint16_t pn_policy_role(const struct pn_policy *policy, struct pn_slice name);

/* Why a decision is what it is. */
enum pn_why {
    PN_WHY_DEFAULT, /* no rule matched */
    PN_WHY_RULE,    /* the rule's condition holds */
    PN_WHY_ERROR,   /* a rule that denies or steps up could not be evaluated */
    PN_WHY_SCHEMA, /* an attribute is not as a schema of the policy wants it; `reason` names both */
};

/* One rule's output that the decision carries. */
struct pn_output_ref {
    uint16_t rule;
    uint8_t activated; /* 1: output.when.ruleActivated, 0: output.when.conditionNotMet */
};

/* Which policy an answer in Cerbos's form names. */
enum pn_policy_kind {
    PN_POLICY_NO_MATCH,  /* none speaks of the resource */
    PN_POLICY_RESOURCE,  /* of the call's resource kind */
    PN_POLICY_PRINCIPAL, /* of its principal */
    PN_POLICY_ROLE,      /* of a role, which it does not let do this */
};

/* The decision. All zero is a denial by default. Slices borrow from the policy. */
struct pn_decision {
    enum pn_outcome outcome;
    enum pn_why why;
    uint16_t rule;               /* index of the rule that decided, PN_NONE16 by default */
    bool optimistic;             /* an unknown condition was given the benefit of the doubt */
    struct pn_slice name;        /* of the rule: "resource.mcp:payments.vdefault#refund-cap" */
    struct pn_slice reason;      /* `reason` of its output, else empty */
    struct pn_slice remediation; /* `remediation` of its output as JSON, else empty */
    struct pn_slice output;      /* its whole output as JSON, else empty */
    struct pn_slice warning;     /* the first thing wrong by a schema that only warns, else empty */
    uint16_t
        error_predicate; /* first predicate in error of the first rule in error, else PN_NONE16 */
    uint16_t error_slot; /* the slot it read, or PN_NONE16 */
    uint16_t error_rule; /* that rule, or PN_NONE16 */
    /* Of a policy with layers, for an answer in Cerbos's form. */
    enum pn_policy_kind policy;
    uint16_t policy_role;                  /* of PN_POLICY_ROLE */
    struct pn_slice version, policy_scope; /* of that policy */
    struct pn_slice scope;                 /* where it was decided; empty also where it was not */
    uint8_t output_count; /* outputs told below; more are dropped and counted in the next */
    uint8_t output_lost;
    struct pn_output_ref outputs[PN_POLICY_OUTPUTS_MAX];
};

/* The evaluator's memory: the caller's, zeroed before its first use, may be shared by decisions that
 * do not overlap. After a decision it holds what explain reads. */
struct pn_policy_scratch {
    struct pn_scratch
        values; /* lent for values that expressions build; a policy with value code has
                                 errors in their place where nothing is lent */
    uint64_t known[PN_POLICY_PREDICATES_MAX / 64]; /* predicate was evaluated; if so, one of: */
    uint64_t is_true[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t is_false[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t is_faulty[PN_POLICY_PREDICATES_MAX / 64]; /* none of the three: unknown */
    struct pn_derived_word {
        uint32_t known, low, high; /* bits of enum pn_truth, once it is known */
    } derived[2 * PN_POLICY_ROLE_WORDS_MAX];
    uint64_t considered[PN_POLICY_RULES_MAX / 64]; /* rules that were tried, where it matters */
    /* Of a policy with layers: */
    uint64_t roles[PN_POLICY_ROLE_WORDS_MAX];         /* of the principal, inherited ones too */
    uint64_t derived_asked[PN_POLICY_ROLE_WORDS_MAX]; /* derived roles of the policies visited */
    uint64_t remembered[PN_POLICY_MEMORIES_MAX / 64]; /* rules whose first visit is kept... */
    uint64_t held[PN_POLICY_MEMORIES_MAX / 64];       /* ...and what it came to */
    uint8_t kind[PN_POLICY_KIND_BYTES_MAX];           /* of the call, as Cerbos names it */
    uint8_t schema_text[PN_POLICY_SCHEMA_TEXT_MAX];   /* reason of PN_WHY_SCHEMA, warning */
};

/* Decide. Cannot fail: whatever the facts hold, `decision` is filled. `facts` were begun with this
 * very policy: those of another generation have other slots. */
void pn_policy_decide(const struct pn_policy *policy, const struct pn_facts *facts,
                      struct pn_policy_scratch *scratch, struct pn_decision *decision);

/* Texts of the policy by index, for records and explanations; empty for PN_NONE16. */
struct pn_slice pn_policy_rule_name(const struct pn_policy *policy, uint16_t rule);
struct pn_slice pn_policy_rule_source(const struct pn_policy *policy, uint16_t rule);
struct pn_slice pn_policy_role_name(const struct pn_policy *policy, uint16_t role);
struct pn_slice pn_policy_predicate_text(const struct pn_policy *policy, uint16_t predicate);

/* Path and flags (enum pn_slot_flag) of the attribute in `slot`, for slots 0 to slot_count - 1: the
 * attributes that rules read, which is what the audit log records. */
struct pn_slice pn_policy_slot_path(const struct pn_policy *policy, uint16_t slot);
uint16_t pn_policy_slot_flags(const struct pn_policy *policy, uint16_t slot);

/* An output by reference: what of it is constant. */
struct pn_output {
    struct pn_slice json, reason, remediation, acr, approvers_role;
    uint32_t ttl_s;
    bool computed; /* it depends on the call: policy_output.h writes what is empty here */
};
struct pn_output pn_policy_output(const struct pn_policy *policy, struct pn_output_ref ref);

#endif
