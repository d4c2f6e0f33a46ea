/* see lint.h: tools that a listing shows in vain
 *
 * A listing hides a tool that no arguments could use, as far as that shows predicate by predicate
 * (policy/FORMAT.md, Listing). What it cannot see is looked for here: that conditions exclude each
 * other, by calls with every combination of the values that they name and those next to them; and
 * that there are more conditions than a listing tries.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_reads.h"
#include "policy/record.h"
#include "tools/lint/rule_cover.h"

enum { VALUES_MAX = 24, SLOTS_TRIED_MAX = 8, CALLS_MAX = 50000 };

/* An attribute that conditions read, and what it is tried with. */
struct tried {
    uint16_t slot;
    size_t count, at;
    struct pn_value values[VALUES_MAX];
};

struct trial {
    struct lint *lint;
    const struct policy_doc *doc;
    struct pn_slice action;
    uint16_t role;
    struct pn_policy_scratch scratch;
    struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_facts facts;
    struct pn_reads reads;
    struct tried tried[SLOTS_TRIED_MAX];
    size_t tried_count;
};

static void begin_call(struct trial *t, enum pn_phase phase)
{
    const struct pn_policy *policy = &t->lint->policy;

    pn_facts_begin(&t->facts, policy, t->slots, phase);
    pn_facts_call(&t->facts, policy, t->doc->name, t->action);
    pn_facts_role(&t->facts, policy, pn_policy_role_name(policy, t->role));
    pn_facts_side(&t->facts, policy, PN_SIDE_RESOURCE, t->doc->version, t->doc->scope);
}

static bool is_let_through(struct trial *t)
{
    struct pn_decision decision;

    pn_policy_decide(&t->lint->policy, &t->facts, &t->scratch, &decision);
    return decision.outcome != PN_DENY;
}

/* With everything unknown that the call itself does not say. */
static bool is_listed(struct trial *t)
{
    begin_call(t, PN_PHASE_LIST);
    for (uint16_t i = 0; i < t->facts.slot_count; i++) {
        if (t->slots[i].type == PN_ABSENT) t->slots[i] = pn_value_of(PN_UNKNOWN);
    }
    bool listed = is_let_through(t);
    pn_policy_reads(&t->lint->policy, &t->facts, &t->scratch, &t->reads);
    return listed;
}

static bool is_argument(const struct pn_policy *policy, uint16_t slot)
{
    return slot != PN_NONE16 && (pn_policy_slot_flags(policy, slot) & PN_SLOT_ARGUMENT) != 0;
}

/* Predicates over arguments that the call's rules may ask for. */
static unsigned unknown_count(const struct trial *t)
{
    const struct pn_policy *policy = &t->lint->policy;
    unsigned count = 0;

    for (uint16_t i = 0; i < policy->predicate_count; i++) {
        if ((t->reads.predicates[i / 64] >> i % 64 & 1) == 0) continue;
        const uint8_t *at = pn_predicate_at(policy, i);
        count += is_argument(policy, pn_load16(at + PN_PREDICATE_SLOT)) ||
                 is_argument(policy, pn_load16(at + PN_PREDICATE_PEER));
    }
    return count;
}

/* --- values to try --- */

static bool add_value(struct tried *tried, struct pn_value v)
{
    if (tried->count == VALUES_MAX) return false;
    tried->values[tried->count++] = v;
    return true;
}

static struct pn_value double_of(double d)
{
    return (struct pn_value){ .type = PN_DOUBLE, .as.d = d };
}

/* A constant, and what lies on either side of a number. */
static bool add_constant(const struct pn_policy *policy, struct tried *tried, uint32_t constant)
{
    struct pn_value v = pn_constant(policy, constant);
    double d = v.type == PN_INT ? (double)v.as.i : v.as.d;
    bool added = add_value(tried, v);

    if (v.type != PN_INT && v.type != PN_DOUBLE) return added;
    return added && add_value(tried, double_of(d - 0.5)) && add_value(tried, double_of(d + 0.5)) &&
           add_value(tried, double_of(d - 1)) && add_value(tried, double_of(d + 1));
}

static bool add_set(const struct pn_policy *policy, struct tried *tried, uint32_t number)
{
    const uint8_t *set = pn_record(policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, number);
    uint32_t first = pn_load32(set + PN_SET_FIRST);
    uint32_t count = (uint32_t)pn_load16(set + PN_SET_STRINGS) + pn_load16(set + PN_SET_NUMBERS);

    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *member = pn_record(policy, PN_POLICY_SECTION_SET_MEMBERS, 4, i);
        if (!add_value(tried, pn_constant(policy, pn_load32(member)))) return false;
    }
    return true;
}

static struct tried *tried_for(struct trial *t, uint16_t slot)
{
    for (size_t i = 0; i < t->tried_count; i++) {
        if (t->tried[i].slot == slot) return &t->tried[i];
    }
    if (t->tried_count == SLOTS_TRIED_MAX) return NULL;
    struct tried *tried = &t->tried[t->tried_count++];
    *tried = (struct tried){ .slot = slot };
    bool added = add_value(tried, pn_value_of(PN_ABSENT)) &&
                 add_value(tried, pn_value_bool(false)) && add_value(tried, pn_value_bool(true)) &&
                 add_value(tried, pn_value_string(PN_SLICE(""))) &&
                 add_value(tried, pn_value_int(0));
    return added ? tried : NULL;
}

/* False when the predicate is of a kind whose values are not to be listed. */
static bool add_predicate(struct trial *t, const uint8_t *at)
{
    const struct pn_policy *policy = &t->lint->policy;
    uint16_t slot = pn_load16(at + PN_PREDICATE_SLOT);
    uint32_t argument = pn_load32(at + PN_PREDICATE_ARG);

    switch (at[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_ROLE:
    case PN_PREDICATE_DERIVED: return true;
    case PN_PREDICATE_BOOL:
    case PN_PREDICATE_COMPARE:
    case PN_PREDICATE_IN_SET: break;
    default: return false;
    }
    struct tried *tried = tried_for(t, slot);
    if (tried == NULL) return false;
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_COMPARE) return add_constant(policy, tried, argument);
    return at[PN_PREDICATE_KIND] == PN_PREDICATE_BOOL || add_set(policy, tried, argument);
}

/* Every attribute that is read and that the call does not say. */
static bool gather_values(struct trial *t)
{
    size_t calls = 1;

    t->tried_count = 0;
    for (uint16_t i = 0; i < t->lint->policy.predicate_count; i++) {
        bool read = (t->reads.predicates[i / 64] >> i % 64 & 1) != 0;
        if (read && !add_predicate(t, pn_predicate_at(&t->lint->policy, i))) return false;
    }
    for (size_t i = 0; i < t->tried_count; i++) calls *= t->tried[i].count;
    return calls <= CALLS_MAX;
}

/* --- calls --- */

static bool next_combination(struct trial *t)
{
    for (size_t i = 0; i < t->tried_count; i++) {
        if (++t->tried[i].at < t->tried[i].count) return true;
        t->tried[i].at = 0;
    }
    return false;
}

static bool some_call_is_let_through(struct trial *t)
{
    for (size_t i = 0; i < t->tried_count; i++) t->tried[i].at = 0;
    do {
        begin_call(t, PN_PHASE_CALL);
        for (size_t i = 0; i < t->tried_count; i++) {
            struct pn_value *slot = &t->slots[t->tried[i].slot];
            if (slot->type == PN_ABSENT) *slot = t->tried[i].values[t->tried[i].at];
        }
        if (is_let_through(t)) return true;
    } while (next_combination(t));
    return false;
}

static void check_role(struct trial *t, const struct yaml_node *action)
{
    struct pn_slice role = pn_policy_role_name(&t->lint->policy, t->role);

    if (!is_listed(t)) return;
    unsigned unknowns = unknown_count(t);
    if (unknowns > PN_POLICY_UNKNOWNS_MAX) {
        lint_find(t->lint, LINT_SHOWN_IN_VAIN, LINT_NOTE, action->mark,
                  "%.*s may be listed in vain: its rules ask %u things of arguments, and a listing "
                  "tries at most %d",
                  SLICE_ARGS(t->action), unknowns, PN_POLICY_UNKNOWNS_MAX);
        return;
    }
    if (!gather_values(t) || some_call_is_let_through(t)) return;
    lint_find(
        t->lint, LINT_SHOWN_IN_VAIN, LINT_WARNING, action->mark,
        "%.*s is listed for role '%.*s', but no call of it is let through: conditions exclude "
        "each other",
        SLICE_ARGS(t->action), SLICE_ARGS(role));
}

static void check_action(struct trial *t, const struct yaml_node *action)
{
    t->action = action->text;
    if (memchr(action->text.at, '*', action->text.len) != NULL) return;
    for (t->role = 0; t->role < t->lint->policy.role_count; t->role++) check_role(t, action);
}

void lint_listings(struct lint *lint)
{
    struct trial *t = arena_take(lint->bundle.arena, sizeof *t);

    memset(t, 0, sizeof *t);
    t->lint = lint;
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        t->doc = lint->set.docs.items[i];
        if (t->doc->kind != POLICY_RESOURCE || t->doc->disabled) continue;
        if (!pn_slice_begins(t->doc->name, PN_SLICE("mcp:"))) continue;
        for (size_t k = 0; k < t->doc->rules.count; k++) {
            const struct rule_doc *rule = &t->doc->rules.items[k];
            for (size_t a = 0; a < rule->actions.count; a++)
                check_action(t, rule->actions.items[a]);
        }
    }
}
