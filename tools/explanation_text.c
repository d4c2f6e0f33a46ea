/* see explanation.h: for people
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/decision_words.h"
#include "tools/explanation_parts.h"
#include "tools/print_bytes.h"
#include "tools/slot_list.h"

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
    struct explanation_predicate p = { 0 };

    while (explanation_predicate_next(why, rule, &p)) {
        struct pn_slice text = pn_policy_predicate_text(why->policy, p.is.predicate);
        struct slot_list slots = { 0 };
        bool negated = explanation_wanted(why, rule->condition_index, p.is.predicate) == PN_FALSE;
        print_bytes(out, "%s      %-7s %.*s%s\n", indent, truth_word(p.is.value), (int)text.len,
                    (const char *)text.at, negated ? "  (is to be false)" : "");
        slot_list_of_predicate(why->policy, p.is.predicate, &slots);
        for (size_t i = 0; i < slots.count; i++) text_value(out, why, slots.slots[i], indent);
    }
}

static void text_rule(struct bytes *out, const struct explanation *why,
                      const struct pn_explain_rule *rule, const char *indent)
{
    struct pn_slice name = pn_policy_rule_name(why->policy, rule->rule);
    struct pn_slice source = pn_policy_rule_source(why->policy, rule->rule);

    const char *sign = explanation_decides(why, rule) ? ">" : rule->matched ? "*" : "-";

    print_bytes(out, "%s  %s %-7s %.*s  (%.*s)\n", indent, sign, outcome_word(rule->outcome),
                (int)name.len, (const char *)name.at, (int)source.len, (const char *)source.at);
    if (rule->roles == PN_FALSE) {
        struct pn_slice derived = explanation_derived(why, rule->rule);
        print_bytes(out, "%s      not for this principal: it is for ", indent);
        explanation_role_names(out, why, rule->rule, "");
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
    if (explanation_hides(why)) {
        print_bytes(out, ": whatever the arguments, it comes to a denial");
    } else if (d->why == PN_WHY_DEFAULT) {
        print_bytes(out, ": no rule matches");
    }
    if (d->why == PN_WHY_ERROR) print_bytes(out, ": a condition is in error");
    if (d->why == PN_WHY_SCHEMA) print_bytes(out, ": an attribute is not as its schema wants it");
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
    unsigned held = explanation_roles_held(why);

    if (held < 2 || held > EXPLANATION_ALONE_MAX) return;
    for (uint16_t role = 0; role < why->policy->role_count; role++) {
        if (!explanation_has_role(why, role)) continue;
        struct pn_slice name = pn_policy_role_name(why->policy, role);
        print_bytes(out, "%s  with role %.*s alone: %s\n", indent, (int)name.len,
                    (const char *)name.at, outcome_word(explanation_alone(why, role)));
    }
}

void explanation_text(struct bytes *out, const struct explanation *why, const char *indent)
{
    struct pn_explain_rule rule = { 0 };
    unsigned count = 0;

    text_head(out, why, indent);
    if (why->decision->why == PN_WHY_SCHEMA) return; /* no rule was asked */
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
