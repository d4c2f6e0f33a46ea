/* see policy_diff.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_diff.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/diff/diff_report.h"
#include "tools/policy_load.h"
#include "tools/simulate/simulation.h"

enum { LOGS_MAX = 1024, LIMIT = 100 };

static const char program[] = "postern policy diff";

static const char help[] =
    "postern policy diff OLD NEW [--log AUDIT.jsonl ...]\n"
    "\n"
    "Tell how two policies differ, each a bundle folder, a body of `postern policy build` or a\n"
    "sealed policy. First what is named differently: + added, - removed, ~ changed. Then, for\n"
    "every action that either speaks of, for which requests the decision differs, in terms of\n"
    "roles and of what parts of the conditions come to (true, false, or an error, as where an\n"
    "attribute is missing). All that requests could make of them is gone through; where that is\n"
    "too much it is said, with the action and the number of predicates. Combinations that no\n"
    "request can have are left out as far as single attributes show it.\n"
    "\n"
    "With a log the calls recorded there are decided by both instead.\n"
    "\n"
    "  --log FILE        compare over this log, again for each file; see postern policy simulate\n"
    "  --limit N         cases listed of each change, or records of each kind (100)\n"
    "  --rules-only      with a log: take callers, models and servers as they were recorded\n"
    "  --strict          with a log: stop at a line that is no record\n"
    "  --output FORMAT   text or json\n"
    "  -q, --quiet       no progress on standard error\n"
    "  -h, --help        print this\n"
    "\n"
    "Exit status: 0 no decision differs, 1 a policy or a log is not in order, 2 wrong use,\n"
    "3 decisions differ (or callers, models, servers do), 4 none is seen to differ, and not\n"
    "everything could be told.\n";

struct options {
    char *logs[LOGS_MAX];
    struct simulation_wish wish;
    enum candidate_scope scope;
};

/* --- without a log --- */

static void find(struct arena *arena, struct candidate *const sides[2], struct diff_findings *found)
{
    const struct pn_policy *policies[2] = { &sides[0]->policy, &sides[1]->policy };
    const struct candidate *both[2] = { sides[0], sides[1] };
    struct variables *variables = ARENA_NEW(arena, struct variables);
    struct subjects subjects = { .left_out = 0 };

    structure_compare(arena, both, &found->structure);
    variables_find(arena, policies, variables);
    found->variables = variables;
    subjects_gather(arena, policies, &subjects);
    found->subject_count = subjects.list.count;
    found->subjects_left_out = subjects.left_out;
    struct contrast_bench *bench = contrast_bench(arena, policies, variables);
    for (size_t i = 0; i < subjects.list.count; i++) {
        struct contrast contrast;
        contrast_find(bench, arena, &subjects.list.items[i], &contrast);
        if (contrast.terms.count == 0 && contrast.gaps == GAP_NONE) continue;
        LIST_PUSH(arena, &found->contrasts, contrast);
    }
}

static bool tables_differ(const struct structure *structure)
{
    for (size_t i = 0; i < structure->items.count; i++) {
        if (structure->items.items[i].of_tables) return true;
    }
    return false;
}

static int compare(const struct options *o, struct arena *arena, struct candidate *const sides[2])
{
    struct diff_findings found = { .subject_count = 0 };
    size_t limit = o->wish.limit < SIZE_MAX ? (size_t)o->wish.limit : SIZE_MAX;
    struct bytes out = { 0 };

    find(arena, sides, &found);
    if (o->wish.form == SIMULATION_JSON) diff_report_json(&out, &found, limit);
    else diff_report_text(&out, &found, limit);
    fwrite(out.at, 1, out.len, stdout);
    bytes_free(&out);
    if (diff_decides_otherwise(&found) || tables_differ(&found.structure)) {
        return SIMULATION_CHANGED;
    }
    return diff_has_gaps(&found) ? SIMULATION_UNSURE : SIMULATION_SAME;
}

/* --- the command --- */

static struct candidate *load(const struct options *o, const char *path, struct arena *arena)
{
    struct diagnostics diagnostics = { 0 };
    struct policy_source source;
    bool loaded = policy_load(program, path, arena, &diagnostics, &source) == POLICY_LOADED;
    struct candidate *c = ARENA_NEW(arena, struct candidate);

    diag_print_errors(&diagnostics, stderr);
    diag_free(&diagnostics);
    if (!loaded) return NULL;
    const char *error = candidate_open(c, arena, source.body, o->scope);
    if (error == NULL) return c;
    fprintf(stderr, "%s: %s: %s\n", program, path, error);
    return NULL;
}

static int diff(const struct options *o, char *const paths[2])
{
    struct arena arena = { 0 };
    struct candidate *sides[2];
    struct simulation_counts counts;
    int status = SIMULATION_FAILED;

    for (size_t i = 0; i < 2; i++) sides[i] = load(o, paths[i], &arena);
    if (sides[0] != NULL && sides[1] != NULL) {
        status = o->wish.log_count > 0 ? (int)simulation_run(&o->wish, sides[0], sides[1], &counts)
                                       : compare(o, &arena, sides);
    }
    arena_free(&arena);
    return status;
}

static bool complain(const char *words)
{
    fprintf(stderr, "%s: %s\n", program, words);
    return false;
}

static bool read_form(const char *text, enum simulation_form *form)
{
    *form = strcmp(text, "json") == 0 ? SIMULATION_JSON : SIMULATION_TEXT;
    return *form == SIMULATION_JSON || strcmp(text, "text") == 0 ||
           complain("--output is text or json");
}

static bool add_log(struct options *o, char *path)
{
    if (o->wish.log_count == LOGS_MAX) return complain("too many logs");
    o->logs[o->wish.log_count++] = path;
    return true;
}

static bool read_limit(const char *text, uint64_t *limit)
{
    return pn_slice_decimal(pn_slice(text, strlen(text)), UINT64_MAX, limit) ||
           complain("--limit takes a number");
}

int tool_policy_diff(int argc, char **argv)
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
    if (good && optind + 2 != argc) good = complain("name two policies");
    if (good) return diff(&o, argv + optind);
    fprintf(stderr, "see %s --help\n", program);
    return 2;
}
