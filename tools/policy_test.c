/* see policy_test.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_test.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/suite/suite_find.h"
#include "tools/suite/suite_report.h"
#include "tools/whole_file.h"

static const char program[] = "postern policy test";

static const char help[] =
    "postern policy test BUNDLE|BLOB [FILE|FOLDER...] [options]\n"
    "\n"
    "Run test files in Cerbos's form against a bundle folder, a folder of Cerbos policies, a body of\n"
    "`postern policy build` or a sealed policy. Test files end in _test.yaml, _test.yml or\n"
    "_test.json; fixtures that several share lie in testdata/ beside them. Without FILE or FOLDER\n"
    "those below BUNDLE are run.\n"
    "\n"
    "  --run REGEX      run what has REGEX in its name: suite/test/principal/resource/action\n"
    "  --filter FILTER  as --test-filter of Cerbos: 'suite=a*,b*;test=..;principal=..;resource=..;\n"
    "                   action=..', each a list of globs; may be given several times\n"
    "  --output FORM    tree (default), list, json, junit or tap\n"
    "  --out FILE       write the report there instead of standard output\n"
    "  --coverage       tell which rules never matched, and which predicates were never true or\n"
    "                   never false\n"
    "  --verbose        explain the decisions of tests that failed\n"
    "  --quiet          no progress, also where standard error is a terminal\n"
    "  -h, --help       print this\n"
    "\n"
    "A test that reads now() needs `now` in its options. Beyond Cerbos's keys an expectation may\n"
    "have `outcomes`, a map of actions to deny, step_up, redact or allow.\n"
    "\n"
    "Exit status: 0 all passed or skipped, 1 a file cannot be read or there is nothing to run,\n"
    "2 wrong use, 3 the policy does not compile, 4 a test failed or a test file is not in order.\n";

enum form { FORM_TREE, FORM_LIST, FORM_JSON, FORM_JUNIT, FORM_TAP, FORM_COUNT };
static const char *const form_names[FORM_COUNT] = { "tree", "list", "json", "junit", "tap" };

enum { EXIT_GOOD, EXIT_UNREADABLE, EXIT_USAGE, EXIT_POLICY, EXIT_FAILED };

struct options {
    struct suite_filter filter;
    enum form form;
    enum suite_explain explain;
    const char *out;
    bool coverage, quiet, filtered;
};

/* What one run of the command holds. */
struct testing {
    struct arena arena;
    struct diagnostics diagnostics;
    struct options options;
    struct suite_policies policies;
    struct suite_files files;
    struct suite_report report;
};

/* --- options --- */

static bool read_form(const char *word, enum form *form)
{
    for (int i = 0; i < FORM_COUNT; i++) {
        if (strcmp(word, form_names[i]) != 0) continue;
        *form = (enum form)i;
        return true;
    }
    fprintf(stderr, "%s: there is no output '%s'; it is tree, list, json, junit or tap\n", program,
            word);
    return false;
}

static bool told(const char *option, const char *wrong)
{
    if (wrong != NULL) fprintf(stderr, "%s: %s: %s\n", program, option, wrong);
    return wrong == NULL;
}

enum { OPT_RUN = 256, OPT_FILTER, OPT_OUTPUT, OPT_OUT, OPT_COVERAGE, OPT_VERBOSE, OPT_QUIET };

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct testing *t)
{
    static const struct option known[] = { { "run", required_argument, NULL, OPT_RUN },
                                           { "filter", required_argument, NULL, OPT_FILTER },
                                           { "test-filter", required_argument, NULL, OPT_FILTER },
                                           { "output", required_argument, NULL, OPT_OUTPUT },
                                           { "test-output", required_argument, NULL, OPT_OUTPUT },
                                           { "out", required_argument, NULL, OPT_OUT },
                                           { "coverage", no_argument, NULL, OPT_COVERAGE },
                                           { "verbose", no_argument, NULL, OPT_VERBOSE },
                                           { "quiet", no_argument, NULL, OPT_QUIET },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
    struct options *o = &t->options;
    bool good = true;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while (good && (option = getopt_long(argc, argv, "o:vqh", known, NULL)) != -1) {
        switch (option) {
        case OPT_RUN:
            good = told("--run", suite_filter_run(&t->arena, &o->filter, optarg));
            o->filtered = true;
            break;
        case OPT_FILTER:
            good = told("--filter", suite_filter_add(&t->arena, &o->filter, optarg));
            o->filtered = true;
            break;
        case OPT_OUTPUT:
        case 'o': good = read_form(optarg, &o->form); break;
        case OPT_OUT: o->out = optarg; break;
        case OPT_COVERAGE: o->coverage = true; break;
        case OPT_VERBOSE:
        case 'v': o->explain = SUITE_EXPLAIN; break;
        case OPT_QUIET:
        case 'q': o->quiet = true; break;
        case 'h': fputs(help, stdout); return EXIT_GOOD;
        default: good = false; break;
        }
    }
    if (good && optind >= argc) good = told("BUNDLE", "name the policy to test");
    if (good) return -1;
    fprintf(stderr, "see %s --help\n", program);
    return EXIT_USAGE;
}

/* --- running --- */

static bool find_files(struct testing *t, char **names, int count)
{
    const char *policy = t->policies.source.path;

    if (count == 0 && !t->policies.source.is_folder) {
        fprintf(stderr, "%s: %s is a compiled policy; name the test files too\n", program, policy);
        return false;
    }
    for (int i = 0; i < (count > 0 ? count : 1); i++) {
        const char *error = suite_find(&t->arena, count > 0 ? names[i] : policy, &t->files);
        if (error == NULL) continue;
        fprintf(stderr, "%s: %s\n", program, error);
        return false;
    }
    if (t->files.paths.count > 0) return true;
    fprintf(stderr, "%s: there are no test files below %s; their names end in _test.yaml\n",
            program, count > 0 ? names[0] : policy);
    return false;
}

static void show_progress(const struct testing *t, size_t done)
{
    const struct suite_report *report = &t->report;
    bool bad = report->counts[SUITE_FAILED] + report->counts[SUITE_ERRORED] + report->broken > 0;

    if (t->options.quiet || !isatty(STDERR_FILENO)) return;
    if (done == t->files.paths.count) {
        fprintf(stderr, "\r\033[K");
    } else {
        fprintf(stderr, "\r\033[K%zu of %zu files, %zu tests%s: %s", done, t->files.paths.count,
                suite_counted(report->counts), bad ? ", some failed" : "",
                t->files.paths.items[done]);
    }
    fflush(stderr);
}

static void run_files(struct testing *t)
{
    struct suite_runner *runner =
        suite_runner(&t->policies, &t->options.filter, t->options.explain);
    struct coverage_table *table = ARENA_NEW(&t->arena, struct coverage_table);

    for (size_t i = 0; i < t->files.paths.count; i++) {
        show_progress(t, i);
        suite_report_add(&t->arena, &t->report, suite_run(runner, t->files.paths.items[i]));
    }
    show_progress(t, t->files.paths.count);
    t->report.diagnostics = &t->diagnostics;
    if (t->policies.first == NULL) return;
    t->report.mode = t->policies.first->policy.mode;
    if (!t->options.coverage) return;
    coverage_table(&t->arena, suite_coverage(runner), &t->policies.first->policy, table);
    t->report.coverage = table;
}

/* True when a test wanted a policy that does not compile. */
static bool policy_is_wrong(const struct suite_policies *policies)
{
    for (size_t i = 0; i < policies->list.count; i++) {
        const struct suite_policy *made = policies->list.items[i];
        if (made->fault != NULL && !(made->globals != NULL && !policies->source.is_folder))
            return true;
    }
    return false;
}

static int write_report(const struct testing *t)
{
    static void (*const writers[FORM_COUNT])(struct bytes *, const struct suite_report *) = {
        suite_report_tree, suite_report_list, suite_report_json, suite_report_junit,
        suite_report_tap
    };
    struct bytes out = { 0 };
    int status = EXIT_GOOD;

    writers[t->options.form](&out, &t->report);
    if (t->options.out == NULL) {
        fwrite(out.at, 1, out.len, stdout);
        if (fflush(stdout) != 0) status = EXIT_UNREADABLE;
    } else if (!pn_whole_file_replace(program, t->options.out, bytes_slice(&out))) {
        status = EXIT_UNREADABLE;
    }
    bytes_free(&out);
    return status;
}

static int verdict(const struct testing *t)
{
    if (policy_is_wrong(&t->policies)) return EXIT_POLICY;
    if (t->report.status >= SUITE_FAILED) return EXIT_FAILED;
    if (t->options.filtered && suite_counted(t->report.counts) == 0) {
        fprintf(stderr, "%s: no test fits the filter\n", program);
        return EXIT_UNREADABLE;
    }
    return EXIT_GOOD;
}

static int load_compiled(struct testing *t)
{
    struct diagnostics messages = { 0 };
    const char *path = t->policies.source.path;
    enum policy_load loaded = policy_load(program, path, &t->arena, &messages, &t->policies.source);

    diag_free(&messages);
    return loaded == POLICY_LOADED ? EXIT_GOOD : EXIT_UNREADABLE;
}

static int open_policy(struct testing *t, const char *path)
{
    t->policies = (struct suite_policies){ .arena = &t->arena, .diagnostics = &t->diagnostics };
    t->policies.source.path = path;
    t->policies.source.is_folder = path_is_folder(path);
    return t->policies.source.is_folder ? EXIT_GOOD : load_compiled(t);
}

static bool suite_sets_globals(const struct suite *suite)
{
    if (suite->options.globals != NULL) return true;
    for (size_t i = 0; i < suite->tests.count; i++) {
        if (suite->tests.items[i].options.globals != NULL) return true;
    }
    return false;
}

/* A policy that reads a global which only tests set does not compile without them. */
static bool tests_set_globals(struct testing *t)
{
    bool found = false;

    for (size_t i = 0; i < t->files.paths.count && !found; i++) {
        struct diagnostics ignored = { 0 };
        found = suite_sets_globals(suite_read(&t->arena, &ignored, t->files.paths.items[i]));
        diag_free(&ignored);
    }
    return found;
}

/* A policy that does not compile is told once, not by each test. */
static int try_policy(struct testing *t)
{
    const struct suite_policy *plain = suite_policy(&t->policies, NULL, false);

    if (plain->fault == NULL) return EXIT_GOOD;
    if (t->policies.source.is_folder && tests_set_globals(t)) {
        t->policies.list.count = 0;
        diag_free(&t->diagnostics);
        return EXIT_GOOD;
    }
    diag_print_errors(&t->diagnostics, stderr);
    fprintf(stderr, "%s: %s: %s\n", program, t->policies.source.path, plain->fault);
    return EXIT_POLICY;
}

static int test(struct testing *t, char **names, int count)
{
    int status = open_policy(t, names[0]);

    if (status != EXIT_GOOD) return status;
    if (!find_files(t, names + 1, count - 1)) return EXIT_UNREADABLE;
    status = try_policy(t);
    if (status != EXIT_GOOD) return status;
    run_files(t);
    status = write_report(t);
    return status != EXIT_GOOD ? status : verdict(t);
}

int tool_policy_test(int argc, char **argv)
{
    struct testing t = { 0 };
    int status = read_options(argc, argv, &t);

    if (status < 0) status = test(&t, argv + optind, argc - optind);
    diag_free(&t.diagnostics);
    arena_free(&t.arena);
    return status;
}
