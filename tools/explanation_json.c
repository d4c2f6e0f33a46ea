/* see explanation.h: for programs
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/decision_words.h"
#include "tools/explanation_parts.h"
#include "tools/print_bytes.h"
#include "tools/slot_list.h"

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
    struct explanation_predicate p = { 0 };
    const char *between = "";

    while (explanation_predicate_next(why, rule, &p)) {
        enum pn_truth wanted = explanation_wanted(why, rule->condition_index, p.is.predicate);
        print_bytes(out, "%s{\"predicate\":", between);
        print_json(out, "", pn_policy_predicate_text(why->policy, p.is.predicate));
        print_json_words(out, ",\"result\":", truth_word(p.is.value));
        if (wanted != PN_UNDECIDED) print_json_words(out, ",\"wanted\":", truth_word(wanted));
        print_bytes(out, ",\"reads\":[");
        json_slots(out, why, p.is.predicate);
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
                explanation_decides(why, rule) ? "true" : "false");
    explanation_role_names(out, why, rule->rule, "\"");
    print_bytes(out, "]");
    if (explanation_derived(why, rule->rule).len > 0)
        print_json(out, ",\"derived_role\":", explanation_derived(why, rule->rule));
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
    if (explanation_hides(why)) print_bytes(out, ",\"hidden\":true");
}

static void json_alone(struct bytes *out, const struct explanation *why)
{
    unsigned held = explanation_roles_held(why);
    const char *between = "";

    if (held < 2 || held > EXPLANATION_ALONE_MAX) return;
    for (uint16_t role = 0; role < why->policy->role_count; role++) {
        if (!explanation_has_role(why, role)) continue;
        print_bytes(out, "%s{\"role\":", between);
        print_json(out, "", pn_policy_role_name(why->policy, role));
        print_json_words(out, ",\"outcome\":", outcome_word(explanation_alone(why, role)));
        print_bytes(out, "}");
        between = ",";
    }
}

void explanation_json(struct bytes *out, const struct explanation *why)
{
    struct pn_explain_rule rule = { 0 };
    const char *between = "";

    json_head(out, why);
    if (why->decision->why == PN_WHY_SCHEMA) {
        print_bytes(out, ",\"rules\":[],\"derived_roles\":[],\"alone\":[]}");
        return; /* no rule was asked */
    }
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
