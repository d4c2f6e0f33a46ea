/* see explanation.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/explanation.h"

#include "core/base/step.h"
#include "tools/decision_words.h"
#include "tools/print_bytes.h"
#include "tools/slot_list.h"

enum { ALONE_MAX = 16 }; /* roles of a principal that are decided alone */

struct pn_slice decision_reason(const struct pn_decision *decision)
{
    if (decision->reason.len > 0 || decision->outcome == PN_ALLOW) return decision->reason;
    if (decision->why == PN_WHY_DEFAULT) return pn_reason_name(PN_REASON_DENIED_BY_DEFAULT);
    if (decision->why == PN_WHY_ERROR) return pn_reason_name(PN_REASON_DENIED_ON_ERROR);
    return pn_reason_name(decision->outcome == PN_STEP_UP ? PN_REASON_STEP_UP_REQUIRED
                                                          : PN_REASON_DENIED_BY_RULE);
}

/* --- roles --- */

static bool has_role(const struct pn_facts *facts, uint16_t role)
{
    return (facts->roles[role / 64] >> role % 64 & 1) != 0;
}

static unsigned roles_held(const struct explanation *why)
{
    unsigned count = 0;

    for (uint16_t role = 0; role < why->policy->role_count; role++) {
        count += has_role(why->facts, role);
    }
    return count;
}

/* The decision, were this the principal's only role. */
static enum pn_outcome decide_alone(const struct explanation *why, uint16_t role)
{
    static struct pn_policy_scratch scratch; /* large, and commands have one thread */
    struct pn_facts facts = *why->facts;
    struct pn_decision decision;

    memset(facts.roles, 0, sizeof facts.roles);
    facts.roles[role / 64] = (uint64_t)1 << role % 64;
    facts.role_list[0] = role;
    facts.role_list_count = 1;
    scratch = (struct pn_policy_scratch){ .values = why->scratch->values };
    pn_policy_decide(why->policy, &facts, &scratch, &decision);
    return decision.outcome;
}

/* Names of the bits of a mask in ROLE_MASKS, roles and derived roles. */
static void mask_names(struct bytes *out, const struct pn_policy *policy, uint32_t mask,
                       const char *quote)
{
    const char *between = "";

    if (mask == PN_NONE32) {
        print_bytes(out, "%s*%s", quote, quote);
        return;
    }
    const uint8_t *at = pn_role_mask_at(policy, mask);
    for (uint16_t bit = 0; bit < policy->role_count + policy->derived_count; bit++) {
        if ((pn_load64(at + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) == 0) continue;
        struct pn_slice name =
            bit < policy->role_count
                ? pn_policy_role_name(policy, bit)
                : pn_policy_derived_name(policy, (uint16_t)(bit - policy->role_count));
        print_bytes(out, "%s", between);
        if (*quote != 0) {
            print_json(out, "", name);
        } else {
            bytes_append(out, name);
        }
        between = *quote != 0 ? "," : ", ";
    }
}

static uint32_t rule_roles(const struct explanation *why, uint16_t rule)
{
    return pn_load32(pn_rule_at(why->policy, rule) + PN_RULE_ROLES);
}

/* The derived role that such a rule of mode cerbos54 is for; empty: it is for roles. */
static struct pn_slice rule_derived(const struct explanation *why, uint16_t rule)
{
    uint16_t derived = pn_load16(pn_rule_at(why->policy, rule) + PN_RULE_DERIVED);

    return derived != 0 ? pn_policy_derived_name(why->policy, (uint16_t)(derived - 1))
                        : pn_slice("", 0);
}

static bool decides(const struct explanation *why, const struct pn_explain_rule *rule)
{
    return why->decision->why != PN_WHY_DEFAULT && why->decision->rule == rule->rule;
}

/* --- text --- */

static void text_value(struct bytes *out, const struct explanation *why, uint16_t slot,
                       const char *indent)
{
    const struct pn_value *value = &why->facts->slots[slot];
    struct pn_slice path = pn_policy_slot_path(why->policy, slot);

    print_bytes(out, "%s          %.*s ", indent, (int)path.len, (const char *)path.at);
    if (value->type == PN_ABSENT || value->type == PN_ERROR || value->type == PN_UNKNOWN) {
        print_bytes(out, "is %s\n", type_word((enum pn_type)value->type));
        return;
    }
    print_bytes(out, "= ");
    slot_write_value(out, why->policy, slot, value);
    print_bytes(out, " (%s)\n", type_word((enum pn_type)value->type));
}

static void text_predicates(struct bytes *out, const struct explanation *why,
                            const struct pn_explain_rule *rule, const char *indent)
{
    struct pn_explain_predicate p = { 0 };

    while (pn_explain_predicate_next(why->policy, why->facts, why->scratch, rule, &p)) {
        struct pn_slice text = pn_policy_predicate_text(why->policy, p.predicate);
        struct slot_list slots = { 0 };
        print_bytes(out, "%s      %-7s %.*s\n", indent, truth_word(p.value), (int)text.len,
                    (const char *)text.at);
        slot_list_of_predicate(why->policy, p.predicate, &slots);
        for (size_t i = 0; i < slots.count; i++) text_value(out, why, slots.slots[i], indent);
    }
}

static void text_rule(struct bytes *out, const struct explanation *why,
                      const struct pn_explain_rule *rule, const char *indent)
{
    struct pn_slice name = pn_policy_rule_name(why->policy, rule->rule);
    struct pn_slice source = pn_policy_rule_source(why->policy, rule->rule);

    const char *sign = decides(why, rule) ? ">" : rule->matched ? "*" : "-";

    print_bytes(out, "%s  %s %-7s %.*s  (%.*s)\n", indent, sign, outcome_word(rule->outcome),
                (int)name.len, (const char *)name.at, (int)source.len, (const char *)source.at);
    if (rule->roles == PN_FALSE) {
        struct pn_slice derived = rule_derived(why, rule->rule);
        print_bytes(out, "%s      not for this principal: it is for ", indent);
        mask_names(out, why->policy, rule_roles(why, rule->rule), "");
        if (derived.len > 0)
            print_bytes(out, " as derived role %.*s", (int)derived.len, (const char *)derived.at);
        print_bytes(out, "\n");
        return;
    }
    if (rule->roles != PN_TRUE)
        print_bytes(out, "%s      roles: %s\n", indent, truth_word(rule->roles));
    if (rule->condition_index == PN_NONE32) {
        print_bytes(out, "%s      no condition\n", indent);
    } else {
        print_bytes(out, "%s      condition: %s\n", indent, truth_word(rule->condition));
        text_predicates(out, why, rule, indent);
    }
}

static void text_head(struct bytes *out, const struct explanation *why, const char *indent)
{
    const struct pn_decision *d = why->decision;
    struct pn_slice reason = decision_reason(d);

    print_bytes(out, "%s%s (%s)", indent, outcome_word(d->outcome), effect_word(d->outcome));
    if (d->why == PN_WHY_DEFAULT) print_bytes(out, ": no rule matches");
    if (d->why == PN_WHY_ERROR) print_bytes(out, ": a condition is in error");
    if (d->name.len > 0) print_bytes(out, ": %.*s", (int)d->name.len, (const char *)d->name.at);
    print_bytes(out, "\n");
    if (reason.len > 0)
        print_bytes(out, "%s  reason: %.*s\n", indent, (int)reason.len, (const char *)reason.at);
    if (d->optimistic)
        print_bytes(out, "%s  something is unknown and was given the benefit of the doubt\n",
                    indent);
    if (d->error_predicate != PN_NONE16) {
        struct pn_slice text = pn_policy_predicate_text(why->policy, d->error_predicate);
        print_bytes(out, "%s  in error: %.*s\n", indent, (int)text.len, (const char *)text.at);
    }
    if (d->scope.len > 0)
        print_bytes(out, "%s  scope: %.*s\n", indent, (int)d->scope.len, (const char *)d->scope.at);
}

static void text_alone(struct bytes *out, const struct explanation *why, const char *indent)
{
    unsigned held = roles_held(why);

    if (held < 2 || held > ALONE_MAX) return;
    for (uint16_t role = 0; role < why->policy->role_count; role++) {
        if (!has_role(why->facts, role)) continue;
        struct pn_slice name = pn_policy_role_name(why->policy, role);
        print_bytes(out, "%s  with role %.*s alone: %s\n", indent, (int)name.len,
                    (const char *)name.at, outcome_word(decide_alone(why, role)));
    }
}

void explanation_text(struct bytes *out, const struct explanation *why, const char *indent)
{
    struct pn_explain_rule rule = { 0 };
    unsigned count = 0;

    text_head(out, why, indent);
    while (pn_explain_rule_next(why->policy, why->facts, why->scratch, &rule)) {
        text_rule(out, why, &rule, indent);
        count++;
    }
    if (count == 0) print_bytes(out, "%s  no rule speaks of this action\n", indent);
    for (uint16_t i = 0; i < why->policy->derived_count; i++) {
        enum pn_truth truth = pn_explain_derived(why->policy, why->facts, why->scratch, i);
        struct pn_slice name = pn_policy_derived_name(why->policy, i);
        if (truth == PN_FALSE) continue;
        print_bytes(out, "%s  derived role %.*s: %s\n", indent, (int)name.len,
                    (const char *)name.at, truth_word(truth));
    }
    text_alone(out, why, indent);
}

/* --- JSON --- */

static void json_slots(struct bytes *out, const struct explanation *why, uint16_t predicate)
{
    struct slot_list slots = { 0 };

    slot_list_of_predicate(why->policy, predicate, &slots);
    for (size_t i = 0; i < slots.count; i++) {
        const struct pn_value *value = &why->facts->slots[slots.slots[i]];
        bool secret = (pn_policy_slot_flags(why->policy, slots.slots[i]) & PN_SLOT_SECRET) != 0;
        print_json(out, i > 0 ? ",{\"path\":" : "{\"path\":",
                   pn_policy_slot_path(why->policy, slots.slots[i]));
        print_json_words(out, ",\"type\":", type_word((enum pn_type)value->type));
        if (secret) {
            print_bytes(out, ",\"masked\":true}");
            continue;
        }
        print_bytes(out, ",\"value\":");
        slot_write_value(out, why->policy, slots.slots[i], value);
        print_bytes(out, "}");
    }
}

static void json_predicates(struct bytes *out, const struct explanation *why,
                            const struct pn_explain_rule *rule)
{
    struct pn_explain_predicate p = { 0 };
    const char *between = "";

    while (pn_explain_predicate_next(why->policy, why->facts, why->scratch, rule, &p)) {
        print_bytes(out, "%s{\"predicate\":", between);
        print_json(out, "", pn_policy_predicate_text(why->policy, p.predicate));
        print_json_words(out, ",\"result\":", truth_word(p.value));
        print_bytes(out, ",\"reads\":[");
        json_slots(out, why, p.predicate);
        print_bytes(out, "]}");
        between = ",";
    }
}

static void json_rule(struct bytes *out, const struct explanation *why,
                      const struct pn_explain_rule *rule)
{
    print_json(out, "{\"rule\":", pn_policy_rule_name(why->policy, rule->rule));
    print_json(out, ",\"source\":", pn_policy_rule_source(why->policy, rule->rule));
    print_json_words(out, ",\"effect\":", rule->effect != 0 ? "EFFECT_ALLOW" : "EFFECT_DENY");
    print_json_words(out, ",\"outcome\":", outcome_word(rule->outcome));
    print_bytes(out, ",\"matched\":%s,\"decides\":%s,\"for\":[", rule->matched ? "true" : "false",
                decides(why, rule) ? "true" : "false");
    mask_names(out, why->policy, rule_roles(why, rule->rule), "\"");
    print_bytes(out, "]");
    if (rule_derived(why, rule->rule).len > 0)
        print_json(out, ",\"derived_role\":", rule_derived(why, rule->rule));
    print_json_words(out, ",\"roles\":", truth_word(rule->roles));
    if (rule->roles != PN_FALSE)
        print_json_words(out, ",\"condition\":", truth_word(rule->condition));
    print_bytes(out, ",\"predicates\":[");
    if (rule->roles != PN_FALSE) json_predicates(out, why, rule);
    print_bytes(out, "]}");
}

static void json_head(struct bytes *out, const struct explanation *why)
{
    const struct pn_decision *d = why->decision;

    print_json_words(out, "{\"outcome\":", outcome_word(d->outcome));
    print_json_words(out, ",\"effect\":", effect_word(d->outcome));
    print_json_words(out, ",\"because\":", why_word(d->why));
    if (d->name.len > 0) print_json(out, ",\"rule\":", d->name);
    if (decision_reason(d).len > 0) print_json(out, ",\"reason\":", decision_reason(d));
    if (d->scope.len > 0) print_json(out, ",\"scope\":", d->scope);
    if (d->error_predicate != PN_NONE16) {
        print_json(out,
                   ",\"error_in\":", pn_policy_predicate_text(why->policy, d->error_predicate));
    }
    if (d->optimistic) print_bytes(out, ",\"optimistic\":true");
}

static void json_alone(struct bytes *out, const struct explanation *why)
{
    unsigned held = roles_held(why);
    const char *between = "";

    if (held < 2 || held > ALONE_MAX) return;
    for (uint16_t role = 0; role < why->policy->role_count; role++) {
        if (!has_role(why->facts, role)) continue;
        print_bytes(out, "%s{\"role\":", between);
        print_json(out, "", pn_policy_role_name(why->policy, role));
        print_json_words(out, ",\"outcome\":", outcome_word(decide_alone(why, role)));
        print_bytes(out, "}");
        between = ",";
    }
}

void explanation_json(struct bytes *out, const struct explanation *why)
{
    struct pn_explain_rule rule = { 0 };
    const char *between = "";

    json_head(out, why);
    print_bytes(out, ",\"rules\":[");
    while (pn_explain_rule_next(why->policy, why->facts, why->scratch, &rule)) {
        print_bytes(out, "%s", between);
        json_rule(out, why, &rule);
        between = ",";
    }
    print_bytes(out, "],\"derived_roles\":[");
    between = "";
    for (uint16_t i = 0; i < why->policy->derived_count; i++) {
        enum pn_truth truth = pn_explain_derived(why->policy, why->facts, why->scratch, i);
        print_bytes(out, "%s{\"role\":", between);
        print_json(out, "", pn_policy_derived_name(why->policy, i));
        print_json_words(out, ",\"in_effect\":", truth_word(truth));
        print_bytes(out, "}");
        between = ",";
    }
    print_bytes(out, "],\"alone\":[");
    json_alone(out, why);
    print_bytes(out, "]}");
}
