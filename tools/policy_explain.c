/* see policy_explain.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_explain.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "policy/check_input.h"
#include "policy/policy_output.h"
#include "tools/check_request.h"
#include "tools/decision_words.h"
#include "tools/explanation.h"
#include "tools/policy_load.h"
#include "tools/print_bytes.h"
#include "tools/request_lines.h"
#include "tools/schema_errors.h"
#include "tools/whole_file.h"

enum { KEYS_MAX = 65536, VALUE_BYTES_MAX = 1 << 20, WORDS_BYTES_MAX = 64 << 10 };

static const char program[] = "postern policy explain";

static const char help[] =
    "postern policy explain BUNDLE|BLOB REQUEST.json [--action A] [--phase P] [--output json]\n"
    "\n"
    "Tell why requests are decided as they are, by a bundle folder, a body of `postern policy\n"
    "build` or a sealed policy: every rule that speaks of the action with its file and line,\n"
    "whether it is for this principal, what its condition came to, and for each part of the\n"
    "condition what it came to and the values of the attributes it read. Values of passwords,\n"
    "tokens and keys are hidden, and those of the attributes under `secrets` in bundle.yaml.\n"
    "\n"
    "  --action A        ask about this action instead of those in the request\n"
    "  --phase P         call, list, offer or emit; while a tool is listed its arguments are\n"
    "                    unknown\n"
    "  --output FORMAT   text or json (one line a request)\n"
    "  -h, --help        print this\n"
    "\n"
    "Before a rule stands > where it decides, * where it matches, - where it does not.\n"
    "REQUEST.json is what `postern policy check` takes; with - requests come from standard input.\n"
    "\n"
    "Exit status: 0 explained, 1 the policy or a request is not in order, 2 wrong use.\n";

/* Large, so it comes from the arena. */
struct policy_explainer {
    struct pn_policy policy;
    struct pn_check_input input;
    struct pn_policy_scratch scratch;
    struct pn_json_keys keys;
    struct pn_json_key places[KEYS_MAX];
    uint8_t words[WORDS_BYTES_MAX];       /* of the rule that decides, where it computes them */
    uint64_t values[VALUE_BYTES_MAX / 8]; /* lent for values that expressions build */
};

struct policy_explainer *policy_explainer(struct arena *arena, struct pn_slice body,
                                          const char **error)
{
    static const uint8_t seed[16] = { 1 }; /* requests of ours: nobody attacks the table */
    struct policy_explainer *e = ARENA_NEW(arena, struct policy_explainer);
    enum pn_policy_fault fault = pn_policy_open(&e->policy, body);

    *error = NULL;
    if (fault == PN_POLICY_GOOD) {
        pn_json_keys_init(&e->keys, e->places, KEYS_MAX, seed);
        e->scratch.values = pn_scratch(e->values, sizeof e->values);
        return e;
    }
    *error = arena_format(arena, "the policy is refused: %.*s",
                          SLICE_ARGS(pn_policy_fault_sentence(fault)));
    return NULL;
}

static struct pn_slice resource_id(struct arena *arena, const struct pn_value *value)
{
    uint8_t *copy = arena_take(arena, (size_t)value->len + 1);
    size_t len = value->type == PN_STRING ? pn_value_copy_text(value, copy, value->len) : 0;

    return pn_slice(copy, len == SIZE_MAX ? 0 : len);
}

/* What is wrong with the attributes, whether it changes anything or not. */
static void add_schema_errors(struct policy_explainer *e, struct arena *arena,
                              enum explain_form form, struct bytes *out)
{
    struct bytes errors = { 0 };
    enum schema_verdict verdict = schema_errors(arena, &e->input, &e->policy, &e->scratch, &errors);

    if (form == EXPLAIN_JSON) {
        print_bytes(out, ",\"validationErrors\":[%.*s]", SLICE_ARGS(bytes_slice(&errors)));
    } else if (verdict != SCHEMA_PASSES) {
        print_bytes(out, "  schema %s: %.*s\n", verdict == SCHEMA_REJECTS ? "rejects" : "warns",
                    SLICE_ARGS(bytes_slice(&errors)));
    }
    bytes_free(&errors);
}

static void explain_action(struct policy_explainer *e, struct arena *arena, uint16_t action,
                           int64_t now_ms, enum explain_form form, struct bytes *out)
{
    struct pn_decision decision;
    struct bytes invalid = { 0 };
    add_schema_errors(e, arena, form, &invalid);
    const struct pn_facts *facts = pn_check_input_facts(&e->input, &e->policy, action, now_ms);
    struct explanation why = { &e->policy, facts, &e->scratch, &decision };
    struct pn_slice kind = e->input.kind, name = e->input.actions[action];
    struct pn_slice id = resource_id(arena, &e->input.resource_id);
    struct pn_writer words = pn_writer(e->words, sizeof e->words);

    pn_policy_decide(&e->policy, facts, &e->scratch, &decision);
    pn_output_complete(&e->policy, facts, &e->scratch, &decision, &words);
    if (form == EXPLAIN_TEXT) {
        print_bytes(out, "%.*s on %.*s %.*s\n", SLICE_ARGS(name), SLICE_ARGS(kind), SLICE_ARGS(id));
        bytes_append(out, bytes_slice(&invalid));
        bytes_free(&invalid);
        explanation_text(out, &why, "  ");
        return;
    }
    print_json(out, "{\"kind\":", kind);
    print_json(out, ",\"id\":", id);
    print_json(out, ",\"action\":", name);
    bytes_append(out, bytes_slice(&invalid));
    bytes_free(&invalid);
    print_bytes(out, ",\"explanation\":");
    explanation_json(out, &why);
    print_bytes(out, "}");
}

static const char *refusal(struct arena *arena, const struct pn_check_input *input)
{
    struct pn_slice name = pn_reason_name(input->reason);
    struct pn_slice sentence = pn_reason_sentence(input->reason);

    if (input->reason == PN_REASON_FIELD_TYPE) {
        return "a request has principal.id, principal.roles, resource.kind and actions, all texts";
    }
    return arena_format(arena, "%.*s at byte %llu: %.*s", SLICE_ARGS(name),
                        (unsigned long long)input->offset, SLICE_ARGS(sentence));
}

static const char *explain_all(struct policy_explainer *e, struct arena *arena,
                               const struct check_requests *requests, int64_t now_ms,
                               enum explain_form form, struct bytes *out)
{
    const char *between = "";

    for (size_t i = 0; i < requests->texts.count; i++) {
        struct pn_slice from = requests->texts.items[i];
        if (pn_check_input_read(&e->input, &e->policy, &e->keys, from) != PN_DONE)
            return refusal(arena, &e->input);
        for (uint16_t k = 0; k < e->input.action_count; k++) {
            print_bytes(out, "%s", between);
            explain_action(e, arena, k, now_ms, form, out);
            between = form == EXPLAIN_JSON ? "," : "\n";
        }
    }
    return NULL;
}

const char *policy_explainer_ask(struct policy_explainer *explainer, struct arena *arena,
                                 struct pn_slice request, const struct policy_question *question,
                                 enum explain_form form, struct bytes *answer)
{
    struct check_requests requests = { 0 };
    size_t before = answer->len;
    const char *error = check_requests_read(arena, request, question, &requests);

    if (error != NULL) return error;
    if (form == EXPLAIN_JSON) {
        print_json_words(answer, "{\"mode\":", mode_word(explainer->policy.mode));
        print_bytes(answer, ",\"explanations\":[");
    }
    error = explain_all(explainer, arena, &requests, question->now_ms, form, answer);
    if (form == EXPLAIN_JSON) print_bytes(answer, "]}\n");
    if (error != NULL) answer->len = before;
    return error;
}

/* --- the command --- */

struct explain_options {
    const char *policy, *request;
    struct policy_question question;
    enum explain_form form;
};

static int answer_one(struct policy_explainer *e, const struct explain_options *o,
                      struct pn_slice request)
{
    struct arena arena = { 0 };
    struct bytes answer = { 0 };
    const char *error = policy_explainer_ask(e, &arena, request, &o->question, o->form, &answer);

    if (error != NULL) {
        fprintf(stderr, "%s: %s: %s\n", program, o->request, error);
        if (strcmp(o->request, "-") == 0 && o->form == EXPLAIN_JSON) {
            print_json_words(&answer, "{\"error\":", error);
            print_bytes(&answer, "}\n");
        }
    }
    if (answer.len > 0) fwrite(answer.at, 1, answer.len, stdout);
    fflush(stdout);
    bytes_free(&answer);
    arena_free(&arena);
    return error != NULL;
}

static int answer_all(struct policy_explainer *e, const struct explain_options *o)
{
    struct request_lines lines = { .from = stdin };
    struct pn_slice request;
    int status = 0;

    if (strcmp(o->request, "-") != 0) {
        if (!pn_whole_file_read(program, o->request, REQUEST_BYTES_MAX, &request)) return 1;
        status = answer_one(e, o, request);
        free((void *)(uintptr_t)request.at);
        return status;
    }
    for (bool first = true; request_lines_next(&lines, &request); first = false) {
        if (!first && o->form == EXPLAIN_TEXT) putchar('\n');
        status |= answer_one(e, o, request);
    }
    request_lines_free(&lines);
    return status;
}

static int explain(const struct explain_options *o)
{
    struct arena arena = { 0 };
    struct diagnostics diagnostics = { 0 };
    struct policy_source source;
    const char *error = NULL;
    int status = 1;

    enum policy_load loaded = policy_load(program, o->policy, &arena, &diagnostics, &source);
    diag_print_errors(&diagnostics, stderr);
    if (loaded == POLICY_LOADED) {
        struct policy_explainer *e = policy_explainer(&arena, source.body, &error);
        if (e == NULL) fprintf(stderr, "%s: %s: %s\n", program, o->policy, error);
        if (e != NULL) status = answer_all(e, o);
    }
    diag_free(&diagnostics);
    arena_free(&arena);
    return status;
}

static bool is_one_of(const char *word, const char *const *words, const char *what)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) return true;
    }
    fprintf(stderr, "%s: there is no %s '%s'; see --help\n", program, what, word);
    return false;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int tool_policy_explain(int argc, char **argv)
{
    static const char *const phases[] = { "call", "list", "offer", "emit", NULL };
    static const char *const forms[] = { "text", "json", NULL };
    static const struct option options[] = { { "action", required_argument, NULL, 'a' },
                                             { "phase", required_argument, NULL, 'p' },
                                             { "output", required_argument, NULL, 'o' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct explain_options o = { .question.now_ms = now_ms() };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "a:p:o:h", options, NULL)) != -1) {
        switch (option) {
        case 'a': o.question.action = optarg; break;
        case 'p':
            if (!is_one_of(optarg, phases, "phase")) return 2;
            o.question.phase = optarg;
            break;
        case 'o':
            if (!is_one_of(optarg, forms, "output")) return 2;
            o.form = strcmp(optarg, "json") == 0 ? EXPLAIN_JSON : EXPLAIN_TEXT;
            break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 2 != argc) {
        fprintf(stderr, "%s: name a policy and a request\n", program);
        return 2;
    }
    o.policy = argv[optind];
    o.request = argv[optind + 1];
    return explain(&o);
}
