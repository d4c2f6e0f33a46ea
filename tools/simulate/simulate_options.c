/* see simulate_options.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/simulate_options.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/policy_load.h"

enum { LIMIT = 100 };

static bool read_limit(const char *text, uint64_t *limit)
{
    return pn_slice_decimal(pn_slice(text, strlen(text)), UINT64_MAX, limit);
}

static bool read_form(const char *text, enum simulation_form *form)
{
    *form = strcmp(text, "json") == 0 ? SIMULATION_JSON : SIMULATION_TEXT;
    return *form == SIMULATION_JSON || strcmp(text, "text") == 0;
}

static bool add_log(struct simulate_options *o, char *path)
{
    if (o->wish.log_count == SIMULATE_LOGS_MAX) return false;
    o->logs[o->wish.log_count++] = path;
    return true;
}

int simulate_misused(const char *program, const char *words)
{
    fprintf(stderr, "%s: %s\nsee %s --help\n", program, words, program);
    return 2;
}

/* What is wrong with the option just read, NULL when nothing is. Of an option that there is not,
 * getopt has told the name. */
static const char *take(struct simulate_options *o, int option)
{
    switch (option) {
    case 'l': return add_log(o, optarg) ? NULL : "too many logs";
    case 'n': return read_limit(optarg, &o->wish.limit) ? NULL : "--limit takes a number";
    case 'r': o->scope = CANDIDATE_RULES_ONLY; return NULL;
    case 's': o->wish.strict = true; return NULL;
    case 'o': return read_form(optarg, &o->wish.form) ? NULL : "--output is text or json";
    case 'q': o->wish.quiet = true; return NULL;
    default: return "wrong use";
    }
}

enum simulate_reading simulate_options_read(struct simulate_options *o, const char *program,
                                            int argc, char **argv)
{
    static const struct option options[] = {
        { "log", required_argument, NULL, 'l' },    { "limit", required_argument, NULL, 'n' },
        { "rules-only", no_argument, NULL, 'r' },   { "strict", no_argument, NULL, 's' },
        { "output", required_argument, NULL, 'o' }, { "quiet", no_argument, NULL, 'q' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 }
    };
    int option;

    *o = (struct simulate_options){
        .wish = { .program = program, .logs = o->logs, .limit = LIMIT, .out = stdout }
    };
    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "qh", options, NULL)) != -1) {
        if (option == 'h') return SIMULATE_HELP;
        const char *wrong = take(o, option);
        if (wrong == NULL) continue;
        (void)simulate_misused(program, wrong);
        return SIMULATE_MISUSED;
    }
    o->policies = argv + optind;
    o->policy_count = argc - optind;
    return SIMULATE_READ;
}

struct candidate *simulate_load(const struct simulate_options *o, const char *path,
                                struct arena *arena)
{
    const char *program = o->wish.program;
    struct diagnostics diagnostics = { 0 };
    struct policy_source source;
    bool loaded = policy_load(program, path, arena, &diagnostics, &source) == POLICY_LOADED;

    diag_print_errors(&diagnostics, stderr);
    diag_free(&diagnostics);
    if (!loaded) return NULL;
    struct candidate *candidate = ARENA_NEW(arena, struct candidate);
    const char *error = candidate_open(candidate, arena, source.body, o->scope);
    if (error == NULL) return candidate;
    fprintf(stderr, "%s: %s: %s\n", program, path, error);
    return NULL;
}
