/* see policy_check.h: the command.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_check.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tools/compile/cel_value.h"
#include "tools/policy_load.h"
#include "tools/request_lines.h"
#include "tools/whole_file.h"

static const char program[] = "postern policy check";

static const char help[] =
    "postern policy check BUNDLE|BLOB REQUEST.json [--action A] [--phase P]\n"
    "\n"
    "Decide requests by a bundle folder, a body of `postern policy build` or a sealed policy, and\n"
    "print the answer as JSON: effects, outputs and effective derived roles in Cerbos's form, and\n"
    "under `postern` outcome, rule, reason, remediation and what each condition came to. The\n"
    "signature of a sealed policy is not checked here; `postern policy show` does that.\n"
    "\n"
    "  --action A   ask about this action instead of those in the request\n"
    "  --phase P    call, list, offer or emit; while a tool is listed its arguments are unknown\n"
    "  -h, --help   print this\n"
    "\n"
    "REQUEST.json holds a principal, a resource and actions (Cerbos's CheckInput) or resources\n"
    "(a CheckResources body), and auxData if there is any: claims under jwt, or a token, whose\n"
    "claims are taken without verifying it. With - requests come from standard input, one after\n"
    "the other, and each is answered by one line as soon as it is complete; one that is not in\n"
    "order is answered by {\"error\":\"...\"}, which says the member and its place.\n"
    "\n"
    "  {\"principal\":{\"id\":\"ann\",\"roles\":[\"user\"],\"attr\":{}},\n"
    "   \"resource\":{\"kind\":\"doc\",\"id\":\"1\",\"attr\":{\"owner\":\"ann\"}},\"actions\":[\"view\"]}\n"
    "  {\"principal\":{...},\"resources\":[{\"resource\":{...},\"actions\":[\"view\"]}],\n"
    "   \"auxData\":{\"jwt\":{\"acr\":\"mfa\"}}}\n"
    "\n"
    "Exit status: 0 decided, 1 the policy or a request is not in order, 2 wrong use.\n";

/* The policy at `path`. False, told, on failure. */
static bool load_body(const char *path, struct arena *arena, struct pn_slice *body)
{
    struct diagnostics diagnostics = { 0 };
    struct policy_source source;
    enum policy_load loaded = policy_load(program, path, arena, &diagnostics, &source);

    diag_print_errors(&diagnostics, stderr);
    diag_free(&diagnostics);
    *body = source.body;
    return loaded == POLICY_LOADED;
}

static int ask_file(struct policy_checker *checker, const char *path,
                    const struct policy_question *question)
{
    struct arena arena = { 0 };
    struct bytes answer = { 0 };
    struct pn_slice asked = { 0 };
    int status = 1;

    if (!pn_whole_file_read(program, path, REQUEST_BYTES_MAX, &asked)) return 1;
    const char *error = policy_checker_ask(checker, &arena, asked, question, &answer);
    if (error != NULL) {
        fprintf(stderr, "%s: %s: %s\n", program, path, error);
    } else {
        fwrite(answer.at, 1, answer.len, stdout);
        status = 0;
    }
    free((void *)(uintptr_t)asked.at);
    bytes_free(&answer);
    arena_free(&arena);
    return status;
}

static int answer_line(struct policy_checker *checker, struct pn_slice request,
                       struct policy_question *question)
{
    struct arena arena = { 0 };
    struct bytes answer = { 0 };
    const char *error = policy_checker_ask(checker, &arena, request, question, &answer);

    if (error != NULL) {
        bytes_append(&answer, PN_SLICE("{\"error\":"));
        cel_write_json_string(&answer, pn_slice(error, strlen(error)));
        bytes_append(&answer, PN_SLICE("}\n"));
        fprintf(stderr, "%s: %s\n", program, error);
    }
    fwrite(answer.at, 1, answer.len, stdout);
    fflush(stdout);
    bytes_free(&answer);
    arena_free(&arena);
    return error != NULL;
}

static int ask_lines(struct policy_checker *checker, struct policy_question *question)
{
    struct request_lines lines = { .from = stdin };
    struct pn_slice request;
    int status = 0;

    while (request_lines_next(&lines, &request)) status |= answer_line(checker, request, question);
    request_lines_free(&lines);
    return status;
}

static int check(const char *policy, const char *request, struct policy_question *question)
{
    struct arena arena = { 0 };
    struct pn_slice body;
    const char *error = NULL;
    int status = 1;

    if (load_body(policy, &arena, &body)) {
        struct policy_checker *checker = policy_checker(&arena, body, &error);
        if (checker == NULL) {
            fprintf(stderr, "%s: %s: %s\n", program, policy, error);
        } else if (strcmp(request, "-") == 0) {
            status = ask_lines(checker, question);
        } else {
            status = ask_file(checker, request, question);
        }
    }
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
