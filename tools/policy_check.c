/* see policy_check.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_check.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/seal/seal.h"
#include "policy/check_input.h"
#include "policy/policy_explain.h"
#include "tools/bundle/bundle.h"
#include "tools/check_request.h"
#include "tools/compile/cel_value.h"
#include "tools/whole_file.h"

enum { KEYS_MAX = 65536, BLOB_BYTES_MAX = 64 << 20, REQUEST_BYTES_MAX = 16 << 20 };

static const char program[] = "postern policy check";

static const char help[] =
    "postern policy check BUNDLE|BLOB REQUEST.json [--action A] [--phase P]\n"
    "\n"
    "Decide one request by a bundle folder, a body of `postern policy build` or a sealed policy, "
    "and\n"
    "print the answer as JSON: effects in Cerbos's form, and under `postern` outcome, rule, "
    "reason,\n"
    "remediation and what each condition came to. The signature of a sealed policy is not checked\n"
    "here; `postern policy show` does that.\n"
    "\n"
    "  --action A   ask about this action instead of those in the request\n"
    "  --phase P    call, list, offer or emit; while a tool is listed its arguments are unknown\n"
    "  -h, --help   print this\n"
    "\n"
    "REQUEST.json holds a principal, a resource and actions (or resources, as CheckResources has\n"
    "them), and auxData if there is any; - reads it from standard input.\n"
    "\n"
    "Exit status: 0 decided, 1 the policy or the request is not in order, 2 wrong use.\n";

/* What one answer is made with. Large, so it comes from the arena. */
struct checking {
    struct arena *arena;
    struct bytes *out;    /* the results */
    struct bytes details; /* what goes under "postern" */
    struct pn_policy policy;
    struct pn_check_input input;
    struct pn_policy_scratch scratch;
    struct pn_json_keys keys;
    struct pn_json_key places[KEYS_MAX];
};

static void text(struct bytes *out, const char *words)
{
    bytes_append(out, pn_slice(words, strlen(words)));
}

static void value_string(struct checking *c, struct bytes *out, const struct pn_value *value)
{
    uint8_t *copy = arena_take(c->arena, (size_t)value->len + 1);
    size_t len = value->type == PN_STRING ? pn_value_copy_text(value, copy, value->len) : 0;

    cel_write_json_string(out, pn_slice(copy, len == SIZE_MAX ? 0 : len));
}

static const char *truth_name(enum pn_truth truth)
{
    switch (truth) {
    case PN_FALSE: return "false";
    case PN_TRUE: return "true";
    case PN_FAULTY: return "error";
    case PN_UNDECIDED: return "unknown";
    }
    return "error";
}

static const char *outcome_name(enum pn_outcome outcome)
{
    switch (outcome) {
    case PN_DENY: return "deny";
    case PN_STEP_UP: return "step_up";
    case PN_REDACT: return "redact";
    case PN_ALLOW: return "allow";
    }
    return "deny";
}

static const char *effect_name(enum pn_outcome outcome)
{
    return outcome == PN_ALLOW || outcome == PN_REDACT ? "EFFECT_ALLOW" : "EFFECT_DENY";
}

static void predicates(struct checking *c, const struct pn_facts *facts,
                       const struct pn_explain_rule *rule)
{
    struct pn_explain_predicate p = { 0 };
    bool first = true;

    while (pn_explain_predicate_next(&c->policy, facts, &c->scratch, rule, &p)) {
        text(&c->details, first ? "{\"predicate\":" : ",{\"predicate\":");
        cel_write_json_string(&c->details, pn_policy_predicate_text(&c->policy, p.predicate));
        text(&c->details, ",\"result\":\"");
        text(&c->details, truth_name(p.value));
        text(&c->details, "\"}");
        first = false;
    }
}

/* Each rule that speaks of the call and what its condition came to. */
static void why(struct checking *c, const struct pn_facts *facts)
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
        text(&c->details, truth_name(rule.roles));
        if (rule.roles != PN_FALSE) {
            text(&c->details, "\",\"condition\":\"");
            text(&c->details, truth_name(rule.condition));
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

/* Why the gateway would refuse, in its own words, where the rule has none. */
static struct pn_slice reason_of(const struct pn_decision *decision)
{
    if (decision->reason.len > 0 || decision->outcome == PN_ALLOW) return decision->reason;
    if (decision->why == PN_WHY_DEFAULT) return pn_reason_name(PN_REASON_DENIED_BY_DEFAULT);
    if (decision->why == PN_WHY_ERROR) return pn_reason_name(PN_REASON_DENIED_ON_ERROR);
    return pn_reason_name(decision->outcome == PN_STEP_UP ? PN_REASON_STEP_UP_REQUIRED
                                                          : PN_REASON_DENIED_BY_RULE);
}

static const char *cause_name(enum pn_why why)
{
    switch (why) {
    case PN_WHY_DEFAULT: return "default";
    case PN_WHY_RULE: return "rule";
    case PN_WHY_ERROR: return "error";
    }
    return "default";
}

static void decision_record(struct checking *c, struct pn_slice action,
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
    text(out, outcome_name(decision->outcome));
    text(out, "\",\"effect\":\"");
    text(out, effect_name(decision->outcome));
    text(out, "\",\"because\":\"");
    text(out, cause_name(decision->why));
    text(out, "\"");
    optional_string(out, ",\"rule\":", decision->name);
    optional_string(out, ",\"reason\":", reason_of(decision));
    if (decision->remediation.len > 0) {
        text(out, ",\"remediation\":");
        bytes_append(out, decision->remediation);
    }
    if (decision->error_predicate != PN_NONE16) {
        optional_string(
            out, ",\"error_in\":", pn_policy_predicate_text(&c->policy, decision->error_predicate));
    }
    why(c, facts);
    text(out, "}");
}

/* Cerbos's outputs of one action. */
static void outputs(struct checking *c, struct bytes *out, struct pn_slice action,
                    const struct pn_decision *decision)
{
    for (size_t i = 0; i < decision->output_count; i++) {
        struct pn_output output = pn_policy_output(&c->policy, decision->outputs[i]);
        text(out, out->len > 0 ? ",{\"src\":" : "{\"src\":");
        cel_write_json_string(out, pn_policy_rule_name(&c->policy, decision->outputs[i].rule));
        text(out, ",\"action\":");
        cel_write_json_string(out, action);
        text(out, ",\"val\":");
        bytes_append(out, output.json);
        text(out, "}");
    }
}

static void derived_roles(struct checking *c, const struct pn_facts *facts)
{
    bool first = true;

    text(c->out, "],\"meta\":{\"effectiveDerivedRoles\":[");
    for (uint16_t i = 0; i < c->policy.derived_count; i++) {
        if (pn_explain_derived(&c->policy, facts, &c->scratch, i) != PN_TRUE) continue;
        if (!first) text(c->out, ",");
        cel_write_json_string(c->out, pn_policy_derived_name(&c->policy, i));
        first = false;
    }
    text(c->out, "]}}");
}

/* One entry of "results". */
static void result(struct checking *c, int64_t now_ms)
{
    struct bytes told = { 0 };
    const struct pn_facts *facts = NULL;

    text(c->out, "{\"resource\":{\"id\":");
    value_string(c, c->out, &c->input.resource_id);
    text(c->out, ",\"kind\":");
    cel_write_json_string(c->out, c->input.kind);
    text(c->out, "},\"actions\":{");
    for (uint16_t i = 0; i < c->input.action_count; i++) {
        struct pn_decision decision;
        facts = pn_check_input_facts(&c->input, &c->policy, i, now_ms);
        pn_policy_decide(&c->policy, facts, &c->scratch, &decision);
        if (i > 0) text(c->out, ",");
        cel_write_json_string(c->out, c->input.actions[i]);
        text(c->out, ":\"");
        text(c->out, effect_name(decision.outcome));
        text(c->out, "\"");
        outputs(c, &told, c->input.actions[i], &decision);
        decision_record(c, c->input.actions[i], facts, &decision);
    }
    text(c->out, "},\"outputs\":[");
    bytes_append(c->out, bytes_slice(&told));
    bytes_free(&told);
    derived_roles(c, facts);
}

static const char *refusal(struct checking *c)
{
    struct pn_slice name = pn_reason_name(c->input.reason);
    struct pn_slice sentence = pn_reason_sentence(c->input.reason);

    if (c->input.reason == PN_REASON_FIELD_TYPE) {
        return "a request has principal.id, principal.roles, resource.kind and actions, all texts";
    }
    return arena_format(c->arena, "%.*s at byte %llu: %.*s", SLICE_ARGS(name),
                        (unsigned long long)c->input.offset, SLICE_ARGS(sentence));
}

static const char *answer_requests(struct checking *c, const struct check_requests *requests,
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
        result(c, now_ms);
    }
    text(c->out, "],\"postern\":{\"mode\":\"");
    text(c->out, c->policy.mode == PN_MODE_EDGE ? "edge" : "cerbos54");
    text(c->out, "\",\"decisions\":[");
    bytes_append(c->out, bytes_slice(&c->details));
    text(c->out, "]}}\n");
    return NULL;
}

const char *policy_check(struct arena *arena, struct pn_slice body, struct pn_slice request,
                         const struct policy_question *question, struct bytes *answer)
{
    static const uint8_t seed[16] = { 1 }; /* one request, ours: nobody attacks the table */
    struct checking *c = ARENA_NEW(arena, struct checking);
    struct check_requests requests = { 0 };
    enum pn_policy_fault fault = pn_policy_open(&c->policy, body);

    c->arena = arena;
    c->out = answer;
    if (fault != PN_POLICY_GOOD) {
        return arena_format(arena, "the policy is refused: %.*s",
                            SLICE_ARGS(pn_policy_fault_sentence(fault)));
    }
    const char *error = check_requests_read(arena, request, question, &requests);
    if (error != NULL) return error;
    pn_json_keys_init(&c->keys, c->places, KEYS_MAX, seed);
    error = answer_requests(c, &requests, question->now_ms);
    bytes_free(&c->details);
    if (error != NULL) bytes_free(answer);
    return error;
}

/* --- the command --- */

/* The body of a bundle folder, of a body file or inside a sealed policy. False, told, on failure.
 */
static bool load_body(const char *path, struct arena *arena, struct pn_slice *body)
{
    struct diagnostics diagnostics = { 0 };
    struct bytes compiled = { 0 };
    struct pn_slice file;
    struct pn_cose cose;
    struct stat found;

    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) {
        int status = compile_bundle(path, &compiled, &diagnostics);
        diag_print_errors(&diagnostics, stderr);
        diag_free(&diagnostics);
        *body = arena_copy(arena, bytes_slice(&compiled));
        bytes_free(&compiled);
        return status == 0;
    }
    if (!pn_whole_file_read(program, path, BLOB_BYTES_MAX, &file)) return false;
    *body = arena_copy(arena, file);
    free((void *)(uintptr_t)file.at);
    if (pn_cose_read(*body, &cose) == PN_SEAL_ACCEPTED) {
        *body = pn_slice_from(*body, cose.envelope_bytes);
    }
    return true;
}

static int check(const char *policy, const char *request, const struct policy_question *question)
{
    struct arena arena = { 0 };
    struct bytes answer = { 0 };
    struct pn_slice body, asked = { 0 };
    int status = 1;

    if (load_body(policy, &arena, &body) &&
        pn_whole_file_read(program, request, REQUEST_BYTES_MAX, &asked)) {
        const char *error = policy_check(&arena, body, asked, question, &answer);
        if (error != NULL) {
            fprintf(stderr, "%s: %s: %s\n", program, request, error);
        } else {
            fwrite(answer.at, 1, answer.len, stdout);
            status = 0;
        }
        free((void *)(uintptr_t)asked.at);
    }
    bytes_free(&answer);
    arena_free(&arena);
    return status;
}

static bool is_phase(const char *word)
{
    static const char *const phases[] = { "call", "list", "offer", "emit" };

    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        if (strcmp(word, phases[i]) == 0) return true;
    }
    fprintf(stderr, "%s: there is no phase '%s'; it is call, list, offer or emit\n", program, word);
    return false;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int tool_policy_check(int argc, char **argv)
{
    static const struct option options[] = { { "action", required_argument, NULL, 'a' },
                                             { "phase", required_argument, NULL, 'p' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct policy_question question = { .now_ms = now_ms() };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "a:p:h", options, NULL)) != -1) {
        switch (option) {
        case 'a': question.action = optarg; break;
        case 'p': question.phase = optarg; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (question.phase != NULL && !is_phase(question.phase)) return 2;
    if (optind + 2 != argc) {
        fprintf(stderr, "%s: name a policy and a request\n", program);
        return 2;
    }
    return check(argv[optind], argv[optind + 1], &question);
}
