/* see suite_run.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_run.h"

#include "policy/check_input.h"
#include "policy/policy_output.h"
#include "tools/decision_words.h"
#include "tools/explanation.h"
#include "tools/print_bytes.h"
#include "tools/schema_errors.h"
#include "tools/suite/now_use.h"
#include "tools/suite/yaml_json.h"

enum { KEYS_MAX = 65536, SCRATCH_BYTES = 1 << 20, OUTPUT_BYTES_MAX = 256 << 10 };

struct suite_runner {
    struct arena *arena;
    struct suite_policies *policies;
    const struct suite_filter *filter;
    enum suite_explain explain;
    struct coverage coverage;
    struct pn_check_input input;
    struct pn_policy_scratch scratch;
    struct pn_json_keys keys;
    struct pn_json_key places[KEYS_MAX];
    uint8_t room[OUTPUT_BYTES_MAX]; /* for one output */
    struct now_use now_use;
};

struct suite_runner *suite_runner(struct suite_policies *policies,
                                  const struct suite_filter *filter, enum suite_explain explain)
{
    static const uint8_t seed[16] = { 1 }; /* nobody attacks the table */
    struct suite_runner *r = ARENA_NEW(policies->arena, struct suite_runner);

    r->arena = policies->arena;
    r->policies = policies;
    r->filter = filter;
    r->explain = explain;
    pn_json_keys_init(&r->keys, r->places, KEYS_MAX, seed);
    r->scratch.values = pn_scratch(arena_take(r->arena, SCRATCH_BYTES), SCRATCH_BYTES);
    return r;
}

const struct coverage *suite_coverage(const struct suite_runner *runner)
{
    return &runner->coverage;
}

/* --- the request --- */

static void optional(struct bytes *out, const char *name, struct pn_slice value)
{
    if (value.len > 0) print_json(out, name, value);
}

static void write_roles(struct bytes *out, const struct yaml_node *roles)
{
    print_bytes(out, ",\"roles\":[");
    for (size_t i = 0; roles != NULL && i < roles->items.count; i++) {
        print_json(out, i > 0 ? "," : "", roles->items.items[i]->text);
    }
    print_bytes(out, "]");
}

static void write_attr(struct arena *arena, struct bytes *out, const struct yaml_node *attr)
{
    print_bytes(out, ",\"attr\":");
    if (attr != NULL) yaml_write_json(arena, out, attr);
    print_bytes(out, attr != NULL ? "}" : "{}}");
}

static struct pn_slice request_of(struct arena *arena, const struct suite_case *asked)
{
    struct bytes out = { 0 };

    print_json(&out, "{\"principal\":{\"id\":", asked->principal->id);
    optional(&out, ",\"policyVersion\":", asked->principal->version);
    optional(&out, ",\"scope\":", asked->principal->scope);
    write_roles(&out, asked->principal->roles);
    write_attr(arena, &out, asked->principal->attr);
    print_json(&out, ",\"resource\":{\"kind\":", asked->resource->kind);
    print_json(&out, ",\"id\":", asked->resource->id);
    optional(&out, ",\"policyVersion\":", asked->resource->version);
    optional(&out, ",\"scope\":", asked->resource->scope);
    write_attr(arena, &out, asked->resource->attr);
    print_bytes(&out, ",\"actions\":[");
    for (size_t i = 0; i < asked->test->actions.count; i++) {
        print_json(&out, i > 0 ? "," : "", asked->test->actions.items[i]->text);
    }
    print_bytes(&out, "]");
    if (asked->aux != NULL && asked->aux->jwt != NULL) {
        print_bytes(&out, ",\"auxData\":{\"jwt\":");
        yaml_write_json(arena, &out, asked->aux->jwt);
        print_bytes(&out, "}");
    }
    print_bytes(&out, "}");
    struct pn_slice text = arena_copy(arena, bytes_slice(&out));
    bytes_free(&out);
    return text;
}

/* --- comparing --- */

/* Cerbos puts `_` for every run of characters but letters, digits, `_` and `.` in the names of
 * resources and principals, and so do tests that were written for it. */
static bool is_named_byte(uint8_t ch)
{
    uint8_t lower = pn_ascii_lower(ch);

    return (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '#' ||
           ch == '@' || ch == '/';
}

static bool same_source(struct pn_slice a, struct pn_slice b)
{
    size_t i = 0, k = 0;

    if (pn_slice_equal(a, b)) return true;
    while (i < a.len && k < b.len) {
        bool plain = is_named_byte(a.at[i]);
        if (plain != is_named_byte(b.at[k]) || (plain && a.at[i] != b.at[k])) return false;
        i++;
        k++;
        while (!plain && i < a.len && !is_named_byte(a.at[i])) i++;
        while (!plain && k < b.len && !is_named_byte(b.at[k])) k++;
    }
    return i == a.len && k == b.len;
}

/* An output of the decision at hand. */
struct told {
    struct pn_slice src, val; /* val: JSON; empty: its expression came to an error */
};

struct told_list {
    LIST(struct told) list;
};

static struct pn_slice output_of(struct suite_runner *r, const struct pn_policy *policy,
                                 const struct pn_facts *facts, struct pn_output_ref ref)
{
    struct pn_output_source source = { policy, facts, &r->scratch, ref };
    struct pn_writer writer = pn_writer(r->room, sizeof r->room);
    bool written = pn_output_write(&source, &writer) && !writer.full;

    return written ? arena_copy(r->arena, pn_written(&writer)) : pn_slice("", 0);
}

static void compare_output(struct suite_runner *r, const struct told_list *told,
                           const struct suite_output *wanted, struct suite_result *result)
{
    static const struct yaml_node null_node = { .kind = YAML_SCALAR, .plain = true };
    const struct yaml_node *val = wanted->val != NULL ? wanted->val : &null_node;
    struct suite_mismatch mismatch = { .wanted = wanted };
    struct bytes text = { 0 };

    for (size_t i = 0; i < told->list.count; i++) {
        if (!same_source(told->list.items[i].src, wanted->src)) continue;
        mismatch.actual = told->list.items[i].val;
        if (mismatch.actual.len > 0 && yaml_equals_json(r->arena, val, mismatch.actual)) return;
    }
    yaml_write_json(r->arena, &text, val);
    mismatch.expected = arena_copy(r->arena, bytes_slice(&text));
    bytes_free(&text);
    LIST_PUSH(r->arena, &result->mismatches, mismatch);
}

static void compare(struct suite_runner *r, const struct told_list *told,
                    struct suite_result *result)
{
    const char *effect = result->expected_allow ? "EFFECT_ALLOW" : "EFFECT_DENY";
    bool good = strcmp(effect, effect_word(result->outcome)) == 0;

    if (result->expected_outcome != NULL)
        good = good && strcmp(result->expected_outcome, outcome_word(result->outcome)) == 0;
    for (size_t e = 0; e < result->asked->expected.count; e++) {
        const struct suite_expectation *expected = result->asked->expected.items[e];
        for (size_t i = 0; i < expected->outputs.count; i++) {
            const struct suite_output *wanted = &expected->outputs.items[i];
            if (!pn_slice_equal(wanted->action, result->action)) continue;
            compare_output(r, told, wanted, result);
        }
    }
    result->status = good && result->mismatches.count == 0 ? SUITE_PASSED : SUITE_FAILED;
}

static void keep_outputs(struct suite_runner *r, const struct told_list *told,
                         struct suite_result *result)
{
    struct bytes out = { 0 };

    for (size_t i = 0; i < told->list.count; i++) {
        print_json(&out, i > 0 ? ",{\"src\":" : "{\"src\":", told->list.items[i].src);
        if (told->list.items[i].val.len > 0) print_bytes(&out, ",\"val\":");
        bytes_append(&out, told->list.items[i].val);
        print_json(&out, ",\"action\":", result->action);
        print_bytes(&out, "}");
    }
    result->outputs = arena_copy(r->arena, bytes_slice(&out));
    bytes_free(&out);
}

/* --- running --- */

/* A case that is being decided. */
struct running {
    struct suite_runner *r;
    struct suite_outcome *outcome;
    const struct suite_case *asked;
    const struct suite_policy *variant;
    enum pn_step read;
    enum schema_verdict schemas;
    bool now_needed;
};

static void explain(struct suite_runner *r, const struct explanation *why,
                    struct suite_result *result)
{
    struct bytes text = { 0 };

    explanation_text(&text, why, "");
    result->explanation = arena_copy(r->arena, bytes_slice(&text));
    bytes_free(&text);
}

/* What schemas reject is rejected for all actions of a case, as in Cerbos. */
static const struct pn_facts *decide_one(struct running *x, uint16_t action,
                                         struct pn_decision *decision)
{
    struct suite_runner *r = x->r;
    const struct pn_policy *policy = &x->variant->policy;
    int64_t now_ms = x->asked->options->now_ms;

    pn_policy_decide(policy, pn_check_input_facts(&r->input, policy, action, now_ms), &r->scratch,
                     decision);
    for (uint16_t i = 0; x->schemas == SCHEMA_REJECTS && i < r->input.action_count; i++) {
        if (decision->why == PN_WHY_SCHEMA) break;
        pn_policy_decide(policy, pn_check_input_facts(&r->input, policy, i, now_ms), &r->scratch,
                         decision);
    }
    return pn_check_input_facts(&r->input, policy, action, now_ms);
}

static void decide(struct running *x, uint16_t action, struct suite_result *result)
{
    struct suite_runner *r = x->r;
    const struct pn_policy *policy = &x->variant->policy;
    struct pn_decision decision;
    struct told_list told = { 0 };
    const struct pn_facts *facts = decide_one(x, action, &decision);

    bool rules_counted = decision.why != PN_WHY_SCHEMA;
    bool now_needed = rules_counted && !x->asked->options->has_now &&
                      now_was_needed(&r->now_use, policy, facts, &r->scratch, &decision);
    x->now_needed = x->now_needed || now_needed;
    result->outcome = decision.outcome;
    for (size_t i = 0; i < decision.output_count; i++) {
        struct told one = { pn_policy_rule_name(policy, decision.outputs[i].rule),
                            output_of(r, policy, facts, decision.outputs[i]) };
        LIST_PUSH(r->arena, &told.list, one);
    }
    compare(r, &told, result);
    keep_outputs(r, &told, result);
    if (r->explain == SUITE_EXPLAIN && result->status == SUITE_FAILED) {
        explain(r, &(struct explanation){ policy, facts, &r->scratch, &decision }, result);
    }
    if (!now_needed) coverage_note(&r->coverage, x->variant, facts, &r->scratch);
}

static const char *refusal(struct suite_runner *r)
{
    return arena_format(r->arena, "the request would be refused: %.*s: %.*s",
                        SLICE_ARGS(pn_reason_name(r->input.reason)),
                        SLICE_ARGS(pn_reason_sentence(r->input.reason)));
}

static void run_action(struct running *x, uint16_t action, struct suite_result *result)
{
    const struct suite_test *test = x->asked->test;
    const struct yaml_node *wanted = suite_expects_outcome(x->asked, result->action);

    result->expected_allow = suite_expects_allow(x->asked, result->action);
    if (wanted != NULL)
        result->expected_outcome = arena_format(x->r->arena, "%.*s", SLICE_ARGS(wanted->text));
    result->why =
        suite_filter_skips(x->r->arena, x->r->filter, x->outcome->suite, x->asked, result->action);
    if (result->why != NULL) return;
    if (test->skip) {
        result->status = SUITE_SKIPPED;
        result->why = arena_format(x->r->arena, "%.*s", SLICE_ARGS(test->skip_reason));
    } else if (x->read != PN_DONE) {
        result->status = SUITE_ERRORED;
        result->why = x->variant->fault != NULL ? x->variant->fault : refusal(x->r);
    } else {
        decide(x, action, result);
    }
}

static void count(struct suite_outcome *outcome, struct suite_result *result)
{
    outcome->counts[result->status]++;
    if (result->status > outcome->status) outcome->status = result->status;
}

static enum schema_verdict judge(struct suite_runner *r, const struct suite_policy *variant)
{
    struct bytes told = { 0 };
    enum schema_verdict verdict =
        schema_errors(r->arena, &r->input, &variant->policy, &r->scratch, &told);

    bytes_free(&told);
    return verdict;
}

/* R.scope stays what the request says, so defaults are not written into it. */
static void set_defaults(struct pn_facts *facts, const struct suite_options *options)
{
    for (size_t side = 0; side < PN_SIDE_COUNT; side++) {
        if (facts->version[side].len == 0) facts->version[side] = options->version;
        if (facts->scope[side].len == 0) facts->scope[side] = options->scope;
    }
}

static void run_case(struct suite_runner *r, struct suite_outcome *outcome,
                     const struct suite_case *asked)
{
    const struct suite_options *options = asked->options;
    struct running x = { r, outcome, asked, NULL, PN_REFUSED, SCHEMA_PASSES, false };
    size_t first = outcome->results.count;

    x.variant = suite_policy(r->policies, options->globals, options->lenient);
    if (x.variant->fault == NULL) {
        x.read = pn_check_input_read(&r->input, &x.variant->policy, &r->keys,
                                     request_of(r->arena, asked));
        set_defaults(&r->input.facts, options);
    }
    if (x.read == PN_DONE) x.schemas = judge(r, x.variant);
    for (size_t i = 0; i < asked->test->actions.count; i++) {
        struct suite_result result = { .asked = asked,
                                       .action = asked->test->actions.items[i]->text };
        run_action(&x, (uint16_t)i, &result);
        LIST_PUSH(r->arena, &outcome->results, result);
    }
    for (size_t i = first; i < outcome->results.count; i++) {
        struct suite_result *result = &outcome->results.items[i];
        bool decided = result->status == SUITE_PASSED || result->status == SUITE_FAILED;
        if (decided && x.now_needed) {
            result->status = SUITE_ERRORED;
            result->why = "a condition reads now(), and the test's options do not say what `now` "
                          "is";
        }
        count(outcome, result);
    }
}

static void read_and_run(struct suite_runner *r, struct suite_outcome *outcome, const char *path)
{
    struct diagnostics *diagnostics = r->policies->diagnostics;
    struct suite_cases *cases = ARENA_NEW(r->arena, struct suite_cases);
    size_t errors_before = diagnostics->error_count;

    outcome->suite = suite_read(r->arena, diagnostics, path);
    if (outcome->suite->skip) {
        outcome->status = SUITE_SKIPPED;
        return;
    }
    suite_expand(r->arena, diagnostics, outcome->suite, cases);
    if (diagnostics->error_count > errors_before) {
        outcome->status = SUITE_ERRORED;
        outcome->error = "the test file is not in order";
        return;
    }
    for (size_t i = 0; i < cases->list.count; i++) run_case(r, outcome, &cases->list.items[i]);
}

struct suite_outcome *suite_run(struct suite_runner *r, const char *path)
{
    struct suite_outcome *outcome = ARENA_NEW(r->arena, struct suite_outcome);

    outcome->first_message = r->policies->diagnostics->list.count;
    read_and_run(r, outcome, path);
    outcome->message_count = r->policies->diagnostics->list.count - outcome->first_message;
    return outcome;
}
