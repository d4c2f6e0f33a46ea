/* see policy_eval.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_eval.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tools/compile/cel_value.h"
#include "tools/eval_case.h"
#include "tools/eval_repl.h"
#include "tools/typed_json.h"
#include "tools/typed_json_read.h"
#include "tools/whole_file.h"

enum { FILE_BYTES_MAX = 64 << 20 };

static const char program[] = "postern policy eval";

static const char help[] =
    "postern policy eval [EXPR] [--bindings FILE] [--container NAME]\n"
    "postern policy eval --jsonl [FILE] [--emit FILE]\n"
    "\n"
    "Compute a CEL expression with the evaluator that devices run: the expression is compiled into\n"
    "a policy, which is opened and run. Without EXPR expressions are asked for, line by line: _ is\n"
    "what the last one came to, NAME = EXPR binds a name, :help tells the rest.\n"
    "\n"
    "  --bindings FILE   JSON {\"name\": value}: what names stand for. Values say their type:\n"
    "                    {\"int\":\"5\"} {\"uint\":\"7\"} {\"double\":\"1.5\"} {\"string\":\"a\"}\n"
    "                    {\"bytes\":\"<base64>\"} {\"bool\":true} {\"null\":true} {\"list\":[...]}\n"
    "                    {\"map\":[[key,value],...]} {\"timestamp\":\"...\"} {\"duration\":\"...\"}\n"
    "                    {\"type\":\"int\"}; {\"error\":\"...\"} is an error where it is asked for\n"
    "  --container NAME  namespace that names are looked up in first\n"
    "  --jsonl           read {\"expr\",\"container\",\"bindings\"} a line from FILE or standard\n"
    "                    input, write {\"result\":value} a line, in order; an error is\n"
    "                    {\"error\":\"...\"}, also where the line is not in order. Names that are\n"
    "                    not bound are errors when they are asked for, not before\n"
    "  --no-fold, --fold compute nothing while compiling, so that literals reach the evaluator\n"
    "                    as inputs (what --jsonl does), or fold what is constant (else)\n"
    "  --emit FILE       with --jsonl: also write all compiled expressions, one after the other,\n"
    "                    each a length (4 bytes, little-endian) and a policy body; 0: it did not\n"
    "                    compile\n"
    "  --memory BYTES    what values may be built in; 65536 if nothing is said\n"
    "  --output FORM     text (as CEL writes it) or json (with its type)\n"
    "  -h, --help        print this\n"
    "\n"
    "An expression that begins with - stands behind --, as in: postern policy eval -- -1\n"
    "\n"
    "Exit status: 0 a value (with --jsonl: all lines were read), 1 an error, 2 wrong use.\n";

struct options {
    const char *expression, *bindings, *container, *emit;
    bool jsonl, json;
    enum cel_folding folding;
    uint32_t memory_bytes;
};

static int64_t now_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

static struct eval_case case_of(const struct options *options)
{
    struct eval_case eval = { .folding = options->folding,
                              .now_ms = now_ms(),
                              .memory_bytes = options->memory_bytes };

    eval.scope.kind = SCOPE_ALONE;
    eval.scope.errors_run = true;
    if (options->container != NULL) {
        eval.scope.container = pn_slice(options->container, strlen(options->container));
    }
    return eval;
}

/* --- one expression --- */

static bool bind_file(const char *path, struct arena *arena, struct scope *scope)
{
    struct pn_slice bytes;

    if (!pn_whole_file_read(program, path, FILE_BYTES_MAX, &bytes)) return false;
    const struct json_tree *tree = json_tree_read(arena, bytes);
    const char *error = tree == NULL ? "not JSON" : typed_json_bind(arena, tree, scope);
    free((void *)(uintptr_t)bytes.at);
    if (error != NULL) fprintf(stderr, "%s: %s: %s\n", program, path, error);
    return error == NULL;
}

static int evaluate(const struct options *options)
{
    struct diagnostics diagnostics = { 0 };
    struct eval_case eval = case_of(options);
    struct eval_result result = { .outcome = EVAL_NOT_BUILT };
    int status = 1;

    eval.expression = pn_slice(options->expression, strlen(options->expression));
    if (options->bindings == NULL ||
        bind_file(options->bindings, &diagnostics.arena, &eval.scope)) {
        eval_case_run(&eval, &diagnostics, &result);
        const struct bytes *out = options->json ? &result.json : &result.text;
        if (result.outcome == EVAL_ERROR) eval_case_locate(&eval, &diagnostics);
        eval_case_print(&eval, &diagnostics, stderr);
        if (result.outcome != EVAL_NOT_BUILT || options->json) {
            printf("%.*s\n", (int)out->len, (const char *)out->at);
        }
        status = result.outcome == EVAL_VALUE ? 0 : 1;
    }
    eval_result_free(&result);
    diag_free(&diagnostics);
    return status;
}

/* --- a line each --- */

struct lines {
    const struct options *options;
    struct bytes emitted;
    size_t number;
};

/* Reads the line into the case; NULL, or what is wrong with the line. */
static const char *read_line(struct arena *arena, struct pn_slice line, struct eval_case *eval)
{
    const struct json_tree *tree = json_tree_read(arena, line);
    const struct json_tree *expr = json_member(tree, "expr");
    const struct json_tree *container = json_member(tree, "container");
    const struct json_tree *bindings = json_member(tree, "bindings");

    if (expr == NULL || expr->kind != JSON_STRING) {
        return "a line is a JSON object with a text \"expr\"";
    }
    eval->expression = expr->text;
    eval->scope.kind = SCOPE_ALONE_AT_RUN;
    if (container != NULL) eval->scope.container = container->text;
    if (bindings == NULL || bindings->kind == JSON_NULL) return NULL;
    return typed_json_bind(arena, bindings, &eval->scope);
}

/* Its place in the output is kept: who reads counts lines. */
static void refuse_line(struct lines *lines, const char *error)
{
    struct bytes said = { 0 };

    fprintf(stderr, "%s: line %zu: %s\n", program, lines->number, error);
    cel_write_json_string(&said, pn_slice(error, strlen(error)));
    printf("{\"result\":{\"error\":%.*s}}\n", (int)said.len, (const char *)said.at);
    bytes_free(&said);
}

static bool evaluate_line(struct lines *lines, struct pn_slice line)
{
    struct diagnostics diagnostics = { 0 };
    struct eval_case eval = case_of(lines->options);
    struct eval_result result;
    const char *error = read_line(&diagnostics.arena, line, &eval);

    if (error != NULL) {
        refuse_line(lines, error);
        diag_free(&diagnostics);
        return false;
    }
    eval_case_run(&eval, &diagnostics, &result);
    printf("{\"result\":%.*s}\n", (int)result.json.len, (const char *)result.json.at);
    bytes_append_u32(&lines->emitted, (uint32_t)result.body.len);
    bytes_append(&lines->emitted, bytes_slice(&result.body));
    eval_result_free(&result);
    diag_free(&diagnostics);
    return true;
}

static int evaluate_lines(const struct options *options)
{
    struct lines lines = { .options = options };
    FILE *in = options->expression == NULL ? stdin : fopen(options->expression, "r");
    char *line = NULL;
    size_t max = 0;
    ssize_t len;
    bool good = in != NULL;

    if (in == NULL) fprintf(stderr, "%s: cannot read %s\n", program, options->expression);
    while (in != NULL && (len = getline(&line, &max, in)) > 0) {
        lines.number++;
        if (line[len - 1] == '\n') len--;
        if (len > 0) good = evaluate_line(&lines, pn_slice(line, (size_t)len)) && good;
    }
    free(line);
    if (in != NULL && in != stdin) fclose(in);
    if (good && options->emit != NULL) {
        good = pn_whole_file_replace(program, options->emit, bytes_slice(&lines.emitted));
    }
    bytes_free(&lines.emitted);
    return good ? 0 : 1;
}

/* --- the command --- */

static bool read_memory(const char *text, uint32_t *bytes)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *bytes = (uint32_t)value;
    if (*end == 0 && value >= 1024 && value <= PN_SCRATCH_BYTES_MAX) return true;
    fprintf(stderr, "%s: --memory takes 1024 to %d bytes\n", program, PN_SCRATCH_BYTES_MAX);
    return false;
}

static bool read_output(const char *text, bool *json)
{
    *json = strcmp(text, "json") == 0;
    if (*json || strcmp(text, "text") == 0) return true;
    fprintf(stderr, "%s: there is no output '%s'; it is text or json\n", program, text);
    return false;
}

/* What is asked for fits together; else told. */
static bool check_options(const struct options *o, int rest)
{
    if (rest > 0) {
        fprintf(stderr, "%s: one expression, or one file; quote what holds blanks\n", program);
    } else if (o->emit != NULL && !o->jsonl) {
        fprintf(stderr, "%s: --emit goes with --jsonl\n", program);
    } else {
        return true;
    }
    return false;
}

enum {
    OPT_BINDINGS = 256,
    OPT_CONTAINER,
    OPT_JSONL,
    OPT_FOLD,
    OPT_NO_FOLD,
    OPT_EMIT,
    OPT_MEMORY,
    OPT_OUTPUT
};

/* -1: go on with the options; else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option known[] = { { "bindings", required_argument, NULL, OPT_BINDINGS },
                                           { "container", required_argument, NULL, OPT_CONTAINER },
                                           { "jsonl", no_argument, NULL, OPT_JSONL },
                                           { "fold", no_argument, NULL, OPT_FOLD },
                                           { "no-fold", no_argument, NULL, OPT_NO_FOLD },
                                           { "emit", required_argument, NULL, OPT_EMIT },
                                           { "memory", required_argument, NULL, OPT_MEMORY },
                                           { "output", required_argument, NULL, OPT_OUTPUT },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
    int option, folding = -1;
    bool good = true;

    optind = 0; /* begin anew, also when another command was read before */
    while (good && (option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        switch (option) {
        case OPT_BINDINGS: o->bindings = optarg; break;
        case OPT_CONTAINER: o->container = optarg; break;
        case OPT_JSONL: o->jsonl = true; break;
        case OPT_FOLD: folding = CEL_FOLDS; break;
        case OPT_NO_FOLD: folding = CEL_LITERAL_INPUTS; break;
        case OPT_EMIT: o->emit = optarg; break;
        case OPT_MEMORY: good = read_memory(optarg, &o->memory_bytes); break;
        case OPT_OUTPUT: good = read_output(optarg, &o->json); break;
        case 'h': fputs(help, stdout); return 0;
        default: good = false; break;
        }
    }
    o->folding = folding >= 0 ? (enum cel_folding)folding
                 : o->jsonl   ? CEL_LITERAL_INPUTS
                              : CEL_FOLDS;
    if (optind < argc) o->expression = argv[optind++];
    if (good && check_options(o, argc - optind)) return -1;
    fprintf(stderr, "see %s --help\n", program);
    return 2;
}

static int ask(const struct options *options)
{
    struct diagnostics bound = { 0 };
    struct eval_case eval = case_of(options);
    int status = 1;

    if (options->bindings == NULL || bind_file(options->bindings, &bound.arena, &eval.scope)) {
        status = eval_repl(&eval, &bound.arena, options->json ? EVAL_REPL_JSON : EVAL_REPL_TEXT);
    }
    diag_free(&bound);
    return status;
}

int tool_policy_eval(int argc, char **argv)
{
    struct options options = { .memory_bytes = EVAL_MEMORY_BYTES };
    int status = read_options(argc, argv, &options);

    if (status >= 0) return status;
    if (options.jsonl) return evaluate_lines(&options);
    return options.expression != NULL ? evaluate(&options) : ask(&options);
}
