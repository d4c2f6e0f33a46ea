/* see policy_check.h: requests in, answers out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_check.h"

#include "policy/check_input.h"
#include "policy/kind_name.h"
#include "policy/policy_explain.h"
#include "policy/policy_output.h"
#include "tools/check_request.h"
#include "tools/compile/cel_value.h"
#include "tools/decision_words.h"
#include "tools/explanation.h"
#include "tools/schema_errors.h"

enum { KEYS_MAX = 65536, VALUE_BYTES_MAX = 1 << 20, OUTPUT_BYTES_MAX = 256 << 10 };

/* What answers are made with. Large, so it comes from the arena. */
struct policy_checker {
    struct arena *arena;           /* of the request being answered */
    struct bytes *out;             /* the answer */
    struct bytes details;          /* what goes under "postern" */
    struct bytes told;             /* outputs of the resource at hand */
    struct bytes effects;          /* its actions, as a CheckOutput has them */
    struct bytes matches;          /* its actions, as meta has them */
    LIST(struct pn_slice) derived; /* derived roles in effect for any of its actions */
    struct bytes invalid;          /* what its schemas find wrong */
    enum schema_verdict verdict;
    struct pn_policy policy;
    struct pn_check_input input;
    struct pn_policy_scratch scratch;
    struct pn_json_keys keys;
    struct pn_json_key places[KEYS_MAX];
    uint8_t room[OUTPUT_BYTES_MAX];       /* for one output */
    uint8_t words[OUTPUT_BYTES_MAX];      /* for what a decision says that was computed */
    uint64_t values[VALUE_BYTES_MAX / 8]; /* lent for values that expressions build */
};

static void text(struct bytes *out, const char *words)
{
    bytes_append(out, pn_slice(words, strlen(words)));
}

static struct pn_slice text_of(struct policy_checker *c, const struct pn_value *value)
{
    uint8_t *copy = arena_take(c->arena, (size_t)value->len + 1);
    size_t len = value->type == PN_STRING ? pn_value_copy_text(value, copy, value->len) : 0;

    return pn_slice(copy, len == SIZE_MAX ? 0 : len);
}

static void value_string(struct policy_checker *c, struct bytes *out, const struct pn_value *value)
{
    cel_write_json_string(out, text_of(c, value));
}

static void predicates(struct policy_checker *c, const struct pn_facts *facts,
                       const struct pn_explain_rule *rule)
{
    struct pn_explain_predicate p = { 0 };
    bool first = true;

    while (pn_explain_predicate_next(&c->policy, facts, &c->scratch, rule, &p)) {
        text(&c->details, first ? "{\"predicate\":" : ",{\"predicate\":");
        cel_write_json_string(&c->details, pn_policy_predicate_text(&c->policy, p.predicate));
        text(&c->details, ",\"result\":\"");
        text(&c->details, truth_word(p.value));
        text(&c->details, "\"}");
        first = false;
    }
}

/* Each rule that speaks of the call and what its condition came to. */
static void why(struct policy_checker *c, const struct pn_facts *facts)
{
    struct pn_explain_rule rule = { 0 };
    bool first = true;

    text(&c->details, ",\"why\":[");
    while (pn_explain_rule_next(&c->policy, facts, &c->scratch, &rule)) {
        text(&c->details, first ? "{\"rule\":" : ",{\"rule\":");
        cel_write_json_string(&c->details, pn_policy_rule_name(&c->policy, rule.rule));
        text(&c->details, ",\"source\":");
        cel_write_json_string(&c->details, pn_policy_rule_source(&c->policy, rule.rule));
        text(&c->details, ",\"effect\":\"");
        text(&c->details, rule.effect != 0 ? "EFFECT_ALLOW" : "EFFECT_DENY");
        text(&c->details, "\",\"roles\":\"");
        text(&c->details, truth_word(rule.roles));
        if (rule.roles != PN_FALSE) {
            text(&c->details, "\",\"condition\":\"");
            text(&c->details, truth_word(rule.condition));
        }
        text(&c->details, rule.matched ? "\",\"matched\":true" : "\",\"matched\":false");
        text(&c->details, ",\"predicates\":[");
        if (rule.roles != PN_FALSE) predicates(c, facts, &rule);
        text(&c->details, "]}");
        first = false;
    }
    text(&c->details, "]");
}

static void optional_string(struct bytes *out, const char *name, struct pn_slice value)
{
    if (value.len == 0) return;
    text(out, name);
    cel_write_json_string(out, value);
}

static void decision_record(struct policy_checker *c, struct pn_slice action,
                            const struct pn_facts *facts, const struct pn_decision *decision)
{
    struct bytes *out = &c->details;

    text(out, out->len > 0 ? ",{\"kind\":" : "{\"kind\":");
    cel_write_json_string(out, c->input.kind);
    text(out, ",\"id\":");
    value_string(c, out, &c->input.resource_id);
    text(out, ",\"action\":");
    cel_write_json_string(out, action);
    text(out, ",\"outcome\":\"");
    text(out, outcome_word(decision->outcome));
    text(out, "\",\"effect\":\"");
    text(out, effect_word(decision->outcome));
    text(out, "\",\"because\":\"");
    text(out, why_word(decision->why));
    text(out, "\"");
    optional_string(out, ",\"rule\":", decision->name);
    optional_string(out, ",\"reason\":", decision_reason(decision));
    if (decision->remediation.len > 0) {
        text(out, ",\"remediation\":");
        bytes_append(out, decision->remediation);
    }
    if (decision->error_predicate != PN_NONE16) {
        optional_string(
            out, ",\"error_in\":", pn_policy_predicate_text(&c->policy, decision->error_predicate));
    }
    if (decision->why != PN_WHY_SCHEMA) why(c, facts);
    text(out, "}");
}

/* What a rule says, also where it depends on the request; an output in error has no value. */
static void output_value(struct policy_checker *c, const struct pn_facts *facts,
                         struct pn_output_ref ref)
{
    struct pn_output_source source = { &c->policy, facts, &c->scratch, ref };
    struct pn_writer writer = pn_writer(c->room, sizeof c->room);

    if (!pn_output_write(&source, &writer) || writer.full) return;
    text(&c->told, ",\"val\":");
    bytes_append(&c->told, pn_written(&writer));
}

/* Cerbos's outputs of one action. */
static void outputs(struct policy_checker *c, const struct pn_facts *facts, struct pn_slice action,
                    const struct pn_decision *decision)
{
    struct bytes *out = &c->told;

    for (size_t i = 0; i < decision->output_count; i++) {
        text(out, out->len > 0 ? ",{\"src\":" : "{\"src\":");
        cel_write_json_string(out, pn_policy_rule_name(&c->policy, decision->outputs[i].rule));
        text(out, ",\"action\":");
        cel_write_json_string(out, action);
        output_value(c, facts, decision->outputs[i]);
        text(out, "}");
    }
}

/* A name as Cerbos has it in names of policies. */
static void append_clean(struct policy_checker *c, struct bytes *out, struct pn_slice name)
{
    uint8_t *clean = arena_take(c->arena, name.len + 1);
    bool cerbos = c->policy.mode == PN_MODE_CERBOS54;

    bytes_append(out, cerbos ? pn_slice(clean, pn_kind_name(name, clean)) : name);
}

/* "resource.crm.vdefault/acme" */
static void policy_name(struct policy_checker *c, struct bytes *out,
                        const struct pn_decision *decision)
{
    switch (decision->policy) {
    case PN_POLICY_NO_MATCH: text(out, "NO_MATCH"); return;
    case PN_POLICY_RESOURCE:
        text(out, "resource.");
        append_clean(c, out, c->input.kind);
        break;
    case PN_POLICY_PRINCIPAL:
        text(out, "principal.");
        append_clean(c, out, text_of(c, &c->input.principal_id));
        break;
    case PN_POLICY_ROLE:
        text(out, "role.");
        bytes_append(out, pn_policy_role_name(&c->policy, decision->policy_role));
        break;
    }
    text(out, ".v");
    bytes_append(out, decision->version);
    if (decision->policy_scope.len > 0) text(out, "/");
    bytes_append(out, decision->policy_scope);
}

static void matched(struct policy_checker *c, struct pn_slice action,
                    const struct pn_decision *decision)
{
    struct bytes name = { 0 };

    policy_name(c, &name, decision);
    text(&c->effects, c->effects.len > 0 ? "," : "");
    cel_write_json_string(&c->effects, action);
    text(&c->effects, ":{\"effect\":\"");
    text(&c->effects, effect_word(decision->outcome));
    text(&c->effects, "\",\"policy\":");
    cel_write_json_string(&c->effects, bytes_slice(&name));
    optional_string(&c->effects, ",\"scope\":", decision->scope);
    text(&c->effects, "}");
    text(&c->matches, c->matches.len > 0 ? "," : "");
    cel_write_json_string(&c->matches, action);
    text(&c->matches, ":{\"matchedPolicy\":");
    cel_write_json_string(&c->matches, bytes_slice(&name));
    optional_string(&c->matches, ",\"matchedScope\":", decision->scope);
    text(&c->matches, "}");
    bytes_free(&name);
}

/* Derived roles that the decision found in effect join those of the actions before it: each name
 * once, in the policy's order. */
static void gather_derived(struct policy_checker *c, const struct pn_facts *facts)
{
    for (uint16_t i = 0; i < c->policy.derived_count; i++) {
        struct pn_slice name = pn_policy_derived_name(&c->policy, i);
        size_t k = 0;
        if (pn_explain_derived(&c->policy, facts, &c->scratch, i) != PN_TRUE) continue;
        while (k < c->derived.count && !pn_slice_equal(c->derived.items[k], name)) k++;
        if (k == c->derived.count) LIST_PUSH(c->arena, &c->derived, name);
    }
}

static void derived_roles(struct policy_checker *c)
{
    text(c->out, "[");
    for (size_t i = 0; i < c->derived.count; i++) {
        if (i > 0) text(c->out, ",");
        cel_write_json_string(c->out, c->derived.items[i]);
    }
    text(c->out, "]");
}

static void resource_head(struct policy_checker *c)
{
    text(c->out, "{\"resource\":{\"id\":");
    value_string(c, c->out, &c->input.resource_id);
    text(c->out, ",\"kind\":");
    cel_write_json_string(c->out, c->input.kind);
    optional_string(c->out, ",\"policyVersion\":", c->input.version[PN_SIDE_RESOURCE]);
    optional_string(c->out, ",\"scope\":", c->input.scope[PN_SIDE_RESOURCE]);
    text(c->out, "},\"actions\":{");
}

static void forget_resource(struct policy_checker *c)
{
    c->told.len = c->effects.len = c->matches.len = c->invalid.len = 0;
    memset(&c->derived, 0, sizeof c->derived);
}

/* What schemas reject is rejected for all actions together, as Cerbos does: by the decision on one
 * of those for which they count. */
static void decide(struct policy_checker *c, uint16_t action, int64_t now_ms,
                   struct pn_decision *decision)
{
    const struct pn_facts *facts = pn_check_input_facts(&c->input, &c->policy, action, now_ms);

    pn_policy_decide(&c->policy, facts, &c->scratch, decision);
    for (uint16_t i = 0; c->verdict == SCHEMA_REJECTS && i < c->input.action_count; i++) {
        if (decision->why == PN_WHY_SCHEMA) break;
        facts = pn_check_input_facts(&c->input, &c->policy, i, now_ms);
        pn_policy_decide(&c->policy, facts, &c->scratch, decision);
    }
    pn_check_input_facts(&c->input, &c->policy, action, now_ms);
}

/* One entry of "results". */
static void result(struct policy_checker *c, const struct check_requests *requests, int64_t now_ms)
{
    const struct pn_facts *facts = NULL;

    forget_resource(c);
    c->verdict = schema_errors(c->arena, &c->input, &c->policy, &c->scratch, &c->invalid);
    resource_head(c);
    for (uint16_t i = 0; i < c->input.action_count; i++) {
        struct pn_decision decision;
        struct pn_writer words = pn_writer(c->words, sizeof c->words);
        facts = pn_check_input_facts(&c->input, &c->policy, i, now_ms);
        decide(c, i, now_ms, &decision);
        pn_output_complete(&c->policy, facts, &c->scratch, &decision, &words);
        if (i > 0) text(c->out, ",");
        cel_write_json_string(c->out, c->input.actions[i]);
        text(c->out, ":\"");
        text(c->out, effect_word(decision.outcome));
        text(c->out, "\"");
        outputs(c, facts, c->input.actions[i], &decision);
        matched(c, c->input.actions[i], &decision);
        if (c->verdict != SCHEMA_REJECTS) gather_derived(c, facts);
        decision_record(c, c->input.actions[i], facts, &decision);
    }
    text(c->out, "},\"validationErrors\":[");
    bytes_append(c->out, bytes_slice(&c->invalid));
    text(c->out, "],\"outputs\":[");
    bytes_append(c->out, bytes_slice(&c->told));
    text(c->out, "],\"meta\":{");
    if (requests->wants_meta) {
        text(c->out, "\"actions\":{");
        bytes_append(c->out, bytes_slice(&c->matches));
        text(c->out, "},");
    }
    text(c->out, "\"effectiveDerivedRoles\":");
    derived_roles(c);
    text(c->out, "}}");
}

/* A request for one resource is answered as a CheckOutput too. */
static void check_output(struct policy_checker *c)
{
    text(c->out, ",\"resourceId\":");
    value_string(c, c->out, &c->input.resource_id);
    text(c->out, ",\"actions\":{");
    bytes_append(c->out, bytes_slice(&c->effects));
    text(c->out, "},\"effectiveDerivedRoles\":");
    derived_roles(c);
    text(c->out, ",\"validationErrors\":[");
    bytes_append(c->out, bytes_slice(&c->invalid));
    text(c->out, "],\"outputs\":[");
    bytes_append(c->out, bytes_slice(&c->told));
    text(c->out, "]");
}

static const char *refusal(struct policy_checker *c)
{
    struct pn_slice name = pn_reason_name(c->input.reason);
    struct pn_slice sentence = pn_reason_sentence(c->input.reason);

    if (c->input.reason == PN_REASON_FIELD_TYPE) {
        return "a request has principal.id, principal.roles, resource.kind and actions, all texts";
    }
    return arena_format(c->arena, "%.*s at byte %llu: %.*s", SLICE_ARGS(name),
                        (unsigned long long)c->input.offset, SLICE_ARGS(sentence));
}

static const char *answer_requests(struct policy_checker *c, const struct check_requests *requests,
                                   int64_t now_ms)
{
    text(c->out, "{");
    if (requests->request_id.len > 0) {
        text(c->out, "\"requestId\":");
        bytes_append(c->out, requests->request_id);
        text(c->out, ",");
    }
    text(c->out, "\"results\":[");
    for (size_t i = 0; i < requests->texts.count; i++) {
        struct pn_slice from = requests->texts.items[i];
        if (i > 0) text(c->out, ",");
        if (pn_check_input_read(&c->input, &c->policy, &c->keys, from) != PN_DONE)
            return refusal(c);
        result(c, requests, now_ms);
    }
    text(c->out, "]");
    if (requests->is_input) check_output(c);
    text(c->out, ",\"postern\":{\"mode\":\"");
    text(c->out, mode_word(c->policy.mode));
    text(c->out, "\",\"decisions\":[");
    bytes_append(c->out, bytes_slice(&c->details));
    text(c->out, "]}}\n");
    return NULL;
}

struct policy_checker *policy_checker(struct arena *arena, struct pn_slice body, const char **error)
{
    static const uint8_t seed[16] = { 1 }; /* requests of ours: nobody attacks the table */
    struct policy_checker *c = ARENA_NEW(arena, struct policy_checker);
    enum pn_policy_fault fault = pn_policy_open(&c->policy, body);

    *error = NULL;
    if (fault == PN_POLICY_GOOD) {
        pn_json_keys_init(&c->keys, c->places, KEYS_MAX, seed);
        c->scratch.values = pn_scratch(c->values, sizeof c->values);
        return c;
    }
    *error = arena_format(arena, "the policy is refused: %.*s",
                          SLICE_ARGS(pn_policy_fault_sentence(fault)));
    return NULL;
}

static void free_parts(struct policy_checker *c)
{
    bytes_free(&c->details);
    bytes_free(&c->told);
    bytes_free(&c->effects);
    bytes_free(&c->matches);
    bytes_free(&c->invalid);
}

const char *policy_checker_ask(struct policy_checker *checker, struct arena *arena,
                               struct pn_slice request, const struct policy_question *question,
                               struct bytes *answer)
{
    struct check_requests requests = { 0 };
    size_t before = answer->len;
    const char *error = check_requests_read(arena, request, question, &requests);

    if (error != NULL) return error;
    checker->arena = arena;
    checker->out = answer;
    error = answer_requests(checker, &requests, question->now_ms);
    free_parts(checker);
    if (error != NULL) answer->len = before;
    return error;
}

const char *policy_check(struct arena *arena, struct pn_slice body, struct pn_slice request,
                         const struct policy_question *question, struct bytes *answer)
{
    const char *error;
    struct policy_checker *checker = policy_checker(arena, body, &error);

    return checker != NULL ? policy_checker_ask(checker, arena, request, question, answer) : error;
}
