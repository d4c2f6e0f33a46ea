/* see contrast.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/contrast.h"

#include "policy/policy_explain.h"
#include "policy/predicate.h"
#include "policy/record.h"
#include "policy/truth.h"
#include "tools/diff/possible.h"
#include "tools/diff/role_classes.h"
#include "tools/diff/terms.h"
#include "tools/simulate/assume.h"

enum { VALUE_BYTES = 1 << 20, INSTANTS_MAX = 64 };

struct side {
    const struct pn_policy *policy;
    struct pn_facts facts;
    struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_assumed assumed;
    struct pn_policy_scratch scratch;
    struct pn_decision decision;
    uint16_t next; /* predicate that it asks for, or PN_NONE16 */
};

struct contrast_bench {
    struct side sides[2];
    struct variables *variables;
    struct arena *arena;
    struct contrast *out;
    uint16_t *local; /* of each variable: its place in the masks, PN_NONE16: none */
    size_t left;     /* decisions, for the subject and for all of them */
    size_t left_of_all;
    uint8_t masks[CONTRAST_VARIABLES_MAX]; /* of the branch at hand */
};

struct contrast_bench *contrast_bench(struct arena *arena,
                                      const struct pn_policy *const policies[2],
                                      struct variables *variables)
{
    struct contrast_bench *b = ARENA_NEW(arena, struct contrast_bench);

    b->variables = variables;
    b->left_of_all = CONTRAST_DECISIONS_OF_ALL_MAX;
    b->local = arena_take(arena, sizeof *b->local * (variables->count + 1));
    for (size_t i = 0; i < 2; i++) {
        b->sides[i].policy = policies[i];
        b->sides[i].scratch.values = pn_scratch(arena_take(arena, VALUE_BYTES), VALUE_BYTES);
    }
    return b;
}

/* --- the subject's facts --- */

static void state(struct side *s, enum pn_fact fact, struct pn_slice text)
{
    if (text.len > 0) pn_facts_set_text(&s->facts, s->policy, fact, text);
}

/* What follows from the subject itself is known. */
static void state_subject(struct side *s, const struct subject *subject)
{
    struct pn_slice mcp = PN_SLICE("mcp:"), call = PN_SLICE("tools/call/");
    bool whole = pn_slice_find(subject->action, '<') == subject->action.len && !subject->example;

    state(s, PN_FACT_RESOURCE_KIND, subject->kind);
    state(s, PN_FACT_PHASE, PN_SLICE("call"));
    state(s, PN_FACT_PRINCIPAL_ID, subject->principal);
    if (!pn_slice_begins(subject->kind, mcp)) return;
    state(s, PN_FACT_SERVER, pn_slice_from(subject->kind, mcp.len));
    if (!whole || !pn_slice_begins(subject->action, call)) return;
    state(s, PN_FACT_TOOL, pn_slice_from(subject->action, call.len));
    state(s, PN_FACT_RESOURCE_ID, pn_slice_from(subject->action, call.len));
}

static void begin_side(struct side *s, const struct subject *subject)
{
    pn_facts_begin(&s->facts, s->policy, s->slots, PN_PHASE_LIST);
    for (uint16_t i = 0; i < s->policy->slot_count; i++) s->slots[i] = pn_value_of(PN_UNKNOWN);
    for (int i = 0; i < PN_SIDE_COUNT; i++) {
        pn_facts_side(&s->facts, s->policy, (enum pn_side)i, subject->version, subject->scope);
    }
    memset(&s->assumed, 0, sizeof s->assumed);
    s->facts.assumed = &s->assumed;
    s->facts.kind = subject->kind;
    s->facts.action = subject->action;
    state_subject(s, subject);
}

/* --- variables of the subject --- */

static uint16_t place_of(struct contrast_bench *b, uint16_t variable)
{
    if (b->local[variable] != PN_NONE16) return b->local[variable];
    if (b->out->variable_count == CONTRAST_VARIABLES_MAX) return PN_NONE16;
    b->local[variable] = (uint16_t)b->out->variable_count;
    b->out->variables[b->out->variable_count++] = variable;
    return b->local[variable];
}

static void set_variable(struct contrast_bench *b, uint16_t variable, enum pn_truth value)
{
    struct variable *v = &b->variables->items[variable];

    v->value = (uint8_t)value;
    for (size_t i = 0; i < 2; i++) {
        if (v->index[i] != PN_NONE16) assume(&b->sides[i].assumed, v->index[i], value);
    }
}

/* --- exploring --- */

/* How far the rules of a side have come: without layers the most severe outcome of all rules that
 * match decides, whatever their order. */
struct standing {
    bool settled;                /* some rule matches for certain */
    bool holds;                  /* the one that leads is no error */
    struct pn_explain_rule best; /* the most severe of those */
    bool open;                   /* some rule is undecided that would outweigh it */
    struct pn_explain_rule rule; /* the most severe of those */
};

/* Whatever becomes of what is undecided, the rule does not match. */
static bool cannot_match(struct side *s, const struct pn_explain_rule *rule)
{
    struct pn_eval e = pn_eval_after(s->policy, &s->facts, &s->scratch);
    uint8_t possible = possible_of_condition(&e, rule->condition_index);

    for (int value = PN_FALSE; value <= PN_FAULTY; value++) {
        if ((possible >> value & 1) == 0) continue;
        if (pn_truth_matches((enum pn_truth)value, rule->outcome, PN_PHASE_CALL)) return false;
    }
    return true;
}

static void weigh(struct side *s, struct standing *st, const struct pn_explain_rule *rule)
{
    enum pn_truth value = pn_truth_and(rule->roles, rule->condition, PN_PHASE_LIST);

    if (value == PN_UNDECIDED) {
        if (st->open && rule->outcome >= st->rule.outcome) return;
        if (rule->roles != PN_UNDECIDED && cannot_match(s, rule)) return;
        st->open = true;
        st->rule = *rule;
        return;
    }
    if (!pn_truth_matches(value, rule->outcome, PN_PHASE_CALL)) return;
    bool leads = !st->settled || rule->outcome < st->best.outcome;
    if (!leads && (rule->outcome > st->best.outcome || st->holds || value != PN_TRUE)) return;
    st->settled = true;
    st->holds = value == PN_TRUE;
    st->best = *rule;
}

static struct standing standing_of(struct side *s)
{
    struct pn_explain_rule rule = { .next = 0 };
    struct standing st = { .settled = false };

    while (pn_explain_rule_next(s->policy, &s->facts, &s->scratch, &rule)) weigh(s, &st, &rule);
    if (st.settled && st.open && st.rule.outcome >= st.best.outcome) st.open = false;
    return st;
}

/* A predicate of the rule that is undecided and was asked for: where one side of an || holds the
 * other is not. PN_NONE16: the rule's roles are undecided. */
static uint16_t open_predicate(struct side *s, const struct pn_explain_rule *rule)
{
    struct pn_condition_walk walk = { 0 };
    uint16_t p;

    while ((p = pn_condition_walk(s->policy, rule->condition_index, &walk)) != PN_NONE16) {
        bool asked = (s->assumed.undecided[p / 64] >> p % 64 & 1) != 0;
        if (asked && pn_predicate_at(s->policy, p)[PN_PREDICATE_KIND] != PN_PREDICATE_DERIVED) {
            return p;
        }
    }
    return PN_NONE16;
}

static void decide(struct side *s)
{
    assume_begin(&s->assumed);
    pn_policy_decide(s->policy, &s->facts, &s->scratch, &s->decision);
    s->next = assume_next(s->policy, &s->assumed);
    if (s->next == PN_NONE16 || s->policy->mode != PN_MODE_EDGE || s->policy->layer_count > 0) {
        return;
    }
    struct standing st = standing_of(s);
    if (!st.open) {
        s->next = PN_NONE16;
        s->decision.outcome = st.settled ? st.best.outcome : PN_DENY;
        s->decision.name =
            st.settled ? pn_policy_rule_name(s->policy, st.best.rule) : pn_slice(NULL, 0);
        return;
    }
    uint16_t open = open_predicate(s, &st.rule);
    if (open != PN_NONE16) s->next = open;
}

static uint16_t change_of(struct contrast_bench *b)
{
    const struct pn_decision *d[2] = { &b->sides[0].decision, &b->sides[1].decision };
    struct contrast *out = b->out;

    for (size_t i = 0; i < out->changes.count; i++) {
        const struct change *c = &out->changes.items[i];
        bool same = true;
        for (size_t k = 0; k < 2; k++) {
            same = same && c->outcome[k] == d[k]->outcome && pn_slice_equal(c->rule[k], d[k]->name);
        }
        if (same) return (uint16_t)i;
    }
    LIST_PUSH(b->arena, &out->changes,
              ((struct change){ { d[0]->outcome, d[1]->outcome }, { d[0]->name, d[1]->name } }));
    return (uint16_t)(out->changes.count - 1);
}

static void emit(struct contrast_bench *b)
{
    struct term term;

    if (b->sides[0].decision.outcome == b->sides[1].decision.outcome) return;
    if (b->out->terms.count == CONTRAST_TERMS_MAX) {
        b->out->gaps |= GAP_DECISIONS;
        return;
    }
    term.change = change_of(b);
    memcpy(term.masks, b->masks, sizeof term.masks);
    LIST_PUSH(b->arena, &b->out->terms, term);
}

static void explore(struct contrast_bench *b);

static void branch(struct contrast_bench *b, uint16_t variable)
{
    static const enum pn_truth values[] = { PN_TRUE, PN_FALSE, PN_FAULTY };
    uint16_t place = place_of(b, variable);

    if (place == PN_NONE16) {
        b->out->gaps |= GAP_VARIABLES;
        return;
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (!variable_can_be(b->variables, variable, values[i])) continue;
        set_variable(b, variable, values[i]);
        b->masks[place] = (uint8_t)(1u << values[i]);
        explore(b);
        set_variable(b, variable, PN_UNDECIDED);
    }
    b->masks[place] = 0;
}

static void explore(struct contrast_bench *b)
{
    if (b->left == 0) {
        b->out->gaps |= GAP_DECISIONS;
        return;
    }
    b->left--;
    b->left_of_all--;
    for (size_t i = 0; i < 2; i++) decide(&b->sides[i]);
    for (size_t i = 0; i < 2; i++) {
        uint16_t next = b->sides[i].next;
        if (next == PN_NONE16) continue;
        if (next != ASSUME_CANNOT) branch(b, b->variables->of[i][next]);
        else b->out->gaps |= GAP_DERIVED;
        return;
    }
    emit(b);
}

/* --- time --- */

struct instants {
    int64_t at_ms[INSTANTS_MAX];
    size_t count;
};

static void add_instant(struct instants *all, int64_t at_ms)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->at_ms[i] == at_ms) return;
    }
    if (all->count < INSTANTS_MAX) all->at_ms[all->count++] = at_ms;
}

/* Moments that tell apart all the constants that the subject's predicates compare now() with. */
static void find_instants(const struct contrast_bench *b, const struct pn_reads reads[2],
                          struct instants *all)
{
    *all = (struct instants){ .count = 0 };
    for (size_t i = 0; i < 2; i++) {
        const struct pn_policy *policy = b->sides[i].policy;
        for (uint16_t p = 0; p < policy->predicate_count; p++) {
            const uint8_t *at = pn_predicate_at(policy, p);
            if ((reads[i].predicates[p / 64] >> p % 64 & 1) == 0) continue;
            if (at[PN_PREDICATE_KIND] != PN_PREDICATE_NOW) continue;
            int64_t then = pn_constant(policy, pn_load32(at + PN_PREDICATE_ARG)).as.i;
            add_instant(all, then - 1);
            add_instant(all, then);
            add_instant(all, then + 1);
        }
    }
    if (all->count == 0) add_instant(all, 0);
}

/* What the clock says is not asked for but known, so it goes into the term at once. */
static void set_time(struct contrast_bench *b, const struct pn_reads reads[2], int64_t at_ms)
{
    for (size_t i = 0; i < 2; i++) {
        struct side *s = &b->sides[i];
        s->facts.now_ms = at_ms;
        for (uint16_t p = 0; p < s->policy->predicate_count; p++) {
            uint16_t variable = b->variables->of[i][p];
            if ((reads[i].predicates[p / 64] >> p % 64 & 1) == 0 || variable == PN_NONE16) continue;
            if (!b->variables->items[variable].asks_time) continue;
            const uint8_t *at = pn_predicate_at(s->policy, p);
            if (at[PN_PREDICATE_KIND] != PN_PREDICATE_NOW) {
                b->out->gaps |= GAP_TIME;
                continue;
            }
            uint16_t place = place_of(b, variable);
            if (place == PN_NONE16) continue;
            b->masks[place] = (uint8_t)(1u << pn_predicate_value(s->policy, &s->facts, at));
        }
    }
}

/* --- roles --- */

static void give_roles(struct contrast_bench *b, uint32_t set)
{
    const struct contrast *out = b->out;

    for (size_t i = 0; i < 2; i++) {
        struct side *s = &b->sides[i];
        memset(s->facts.roles, 0, sizeof s->facts.roles);
        s->facts.role_list_count = 0;
        for (size_t r = 0; r < out->roles.count; r++) {
            if ((set >> r & 1) == 0) continue;
            pn_facts_role(&s->facts, s->policy, out->roles.items[r].first);
        }
        if (set == 0) pn_facts_role(&s->facts, s->policy, PN_SLICE(SUBJECT_OTHER));
    }
    for (size_t r = 0; r < out->roles.count && r < CONTRAST_VARIABLES_MAX; r++) {
        b->masks[r] = (uint8_t)(1u << ((set >> r & 1) != 0 ? PN_TRUE : PN_FALSE));
    }
}

/* Every set where there are few; else none, each, each two, and all. */
static bool is_tried(const struct contrast *out, uint32_t set)
{
    uint32_t all = (uint32_t)((UINT64_C(1) << out->roles.count) - 1);

    return out->roles.count <= CONTRAST_ROLES_MAX || __builtin_popcount(set) <= 2 || set == all;
}

/* --- a subject --- */

static size_t predicates_in(const struct contrast_bench *b, const struct pn_reads reads[2])
{
    size_t count = 0;

    for (size_t i = 0; i < b->variables->count; i++) {
        const struct variable *v = &b->variables->items[i];
        bool read = false;
        for (size_t k = 0; k < 2; k++) {
            uint16_t p = v->index[k];
            read = read || (p != PN_NONE16 && (reads[k].predicates[p / 64] >> p % 64 & 1) != 0);
        }
        count += read;
    }
    return count;
}

static void explore_roles(struct contrast_bench *b, const struct pn_reads reads[2])
{
    struct instants instants;

    find_instants(b, reads, &instants);
    for (size_t t = 0; t < instants.count; t++) {
        set_time(b, reads, instants.at_ms[t]);
        for (uint32_t set = 0; set < UINT32_C(1) << b->out->roles.count; set++) {
            if (!is_tried(b->out, set)) continue;
            give_roles(b, set);
            explore(b);
        }
    }
}

/* Which rules speak of the subject, and what they read. The roles have no part in it but in layered
 * policies, where everybody's are taken. */
static void find_reads(struct contrast_bench *b, struct pn_reads reads[2])
{
    for (size_t i = 0; i < 2; i++) {
        struct side *s = &b->sides[i];
        for (uint16_t r = 0; r < s->policy->role_count; r++) {
            pn_facts_role(&s->facts, s->policy, pn_policy_role_name(s->policy, r));
        }
        decide(s);
        pn_policy_reads(s->policy, &s->facts, &s->scratch, &reads[i]);
    }
}

void contrast_find(struct contrast_bench *b, struct arena *arena, const struct subject *subject,
                   struct contrast *contrast)
{
    struct pn_reads reads[2];
    struct role_side roles[2];

    *contrast = (struct contrast){ .subject = subject };
    b->arena = arena;
    b->out = contrast;
    b->left = CONTRAST_DECISIONS_MAX < b->left_of_all ? CONTRAST_DECISIONS_MAX : b->left_of_all;
    memset(b->masks, 0, sizeof b->masks);
    for (size_t i = 0; i < b->variables->count; i++) b->local[i] = PN_NONE16;
    for (size_t i = 0; i < 2; i++) begin_side(&b->sides[i], subject);
    find_reads(b, reads);
    for (size_t i = 0; i < 2; i++) {
        roles[i] =
            (struct role_side){ b->sides[i].policy, b->sides[i].scratch.considered, &reads[i] };
    }
    if (!role_classes_find(arena, roles, contrast)) contrast->gaps |= GAP_ROLES;
    contrast->variable_count = contrast->roles.count;
    contrast->predicate_count = predicates_in(b, reads);
    if (subject->example) contrast->gaps |= GAP_EXAMPLE;
    for (size_t i = 0; i < 2; i++) {
        if (b->sides[i].policy->schema_module != NULL) contrast->gaps |= GAP_SCHEMA;
    }
    explore_roles(b, reads);
    terms_join(arena, b->variables, contrast);
}
