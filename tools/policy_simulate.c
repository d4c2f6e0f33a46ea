/* see policy_simulate.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_simulate.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/policy_load.h"
#include "tools/simulate/simulation.h"

enum { LOGS_MAX = 1024, LIMIT = 100 };

static const char program[] = "postern policy simulate";

static const char help[] =
    "postern policy simulate --log AUDIT.jsonl [--log FILE ...] BUNDLE|BLOB\n"
    "\n"
    "Decide every call of an audit log anew, by a bundle folder, a body of `postern policy build`\n"
    "or a sealed policy, and tell which decisions would change: each with its record's number, its\n"
    "decision id, who called, and the rule before and after; then how often, by action and rule.\n"
    "Logs of any size are read, in memory of one size. - is standard input.\n"
    "\n"
    "A fact that the record does not hold (no rule read it then, it is masked, it was cut) is not\n"
    "guessed: where the decision depends on it the call counts as unknown, and the fact is named.\n"
    "What a bundle says beside its rules counts too: a caller has the roles and attributes that\n"
    "identity.yaml gives its key, and keys, models and servers that are not there are refused.\n"
    "\n"
    "  --log FILE        a log of the gateway, again for each file, oldest first\n"
    "  --limit N         records listed, of each kind (100); all are counted\n"
    "  --rules-only      take callers, models and servers as they were recorded\n"
    "  --strict          stop at a line that is no record; else it is named and counted\n"
    "  --output FORMAT   text or json\n"
    "  -q, --quiet       no progress on standard error\n"
    "  -h, --help        print this\n"
    "\n"
    "Not in a log, so not replayed: requests refused before a rule was asked (an unknown key, a\n"
    "malformed body), and what lists of tools and models showed. Whether the log was altered is\n"
    "not checked here; `postern audit verify` does that.\n"
    "\n"
    "Exit status: 0 nothing changes, 1 the policy or a log is not in order, 2 wrong use,\n"
    "3 decisions change, 4 none is seen to change, and of some it cannot be told.\n";

struct options {
    char *logs[LOGS_MAX];
    struct simulation_wish wish;
    enum candidate_scope scope;
};

static int simulate(const struct options *o, const char *path)
{
    struct arena arena = { 0 };
    struct diagnostics diagnostics = { 0 };
    struct simulation_counts counts;
    struct policy_source source;
    int status = SIMULATION_FAILED;
    bool loaded = policy_load(program, path, &arena, &diagnostics, &source) == POLICY_LOADED;

    diag_print_errors(&diagnostics, stderr);
    struct candidate *candidate = ARENA_NEW(&arena, struct candidate);
    if (loaded) {
        const char *error = candidate_open(candidate, &arena, source.body, o->scope);
        if (error != NULL) fprintf(stderr, "%s: %s: %s\n", program, path, error);
        else status = (int)simulation_run(&o->wish, NULL, candidate, &counts);
    }
    diag_free(&diagnostics);
    arena_free(&arena);
    return status;
}

static bool read_limit(const char *text, uint64_t *limit)
{
    if (pn_slice_decimal(pn_slice(text, strlen(text)), UINT64_MAX, limit)) return true;
    fprintf(stderr, "%s: --limit takes a number\n", program);
    return false;
}

static bool read_form(const char *text, enum simulation_form *form)
{
    *form = strcmp(text, "json") == 0 ? SIMULATION_JSON : SIMULATION_TEXT;
    if (*form == SIMULATION_JSON || strcmp(text, "text") == 0) return true;
    fprintf(stderr, "%s: --output is text or json\n", program);
    return false;
}

static bool add_log(struct options *o, char *path)
{
    if (o->wish.log_count == LOGS_MAX) {
        fprintf(stderr, "%s: at most %d logs\n", program, LOGS_MAX);
        return false;
    }
    o->logs[o->wish.log_count++] = path;
    return true;
}

int tool_policy_simulate(int argc, char **argv)
{
    static const struct option options[] = {
        { "log", required_argument, NULL, 'l' },    { "limit", required_argument, NULL, 'n' },
        { "rules-only", no_argument, NULL, 'r' },   { "strict", no_argument, NULL, 's' },
        { "output", required_argument, NULL, 'o' }, { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 }
    };
    struct options o = { .wish = { .program = program, .limit = LIMIT, .out = stdout } };
    bool good = true;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while (good && (option = getopt_long(argc, argv, "qh", options, NULL)) != -1) {
        switch (option) {
        case 'l': good = add_log(&o, optarg); break;
        case 'n': good = read_limit(optarg, &o.wish.limit); break;
        case 'r': o.scope = CANDIDATE_RULES_ONLY; break;
        case 's': o.wish.strict = true; break;
        case 'o': good = read_form(optarg, &o.wish.form); break;
        case 'q': o.wish.quiet = true; break;
        case 'h': fputs(help, stdout); return 0;
        default: good = false; break;
        }
    }
    o.wish.logs = o.logs;
    if (good && (optind + 1 != argc || o.wish.log_count == 0)) {
        fprintf(stderr, "%s: name a log with --log, and one policy\n", program);
        good = false;
    }
    if (good) return simulate(&o, argv[optind]);
    fprintf(stderr, "see %s --help\n", program);
    return 2;
}
