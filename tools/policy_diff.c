/* see policy_diff.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_diff.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/diff/diff_report.h"
#include "tools/simulate/simulate_options.h"

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

static int compare(const struct simulate_options *o, struct arena *arena,
                   struct candidate *const sides[2])
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

static int diff(const struct simulate_options *o)
{
    struct arena arena = { 0 };
    struct candidate *sides[2];
    struct simulation_counts counts;
    int status = SIMULATION_FAILED;

    for (size_t i = 0; i < 2; i++) sides[i] = simulate_load(o, o->policies[i], &arena);
    if (sides[0] != NULL && sides[1] != NULL) {
        status = o->wish.log_count > 0 ? (int)simulation_run(&o->wish, sides[0], sides[1], &counts)
                                       : compare(o, &arena, sides);
    }
    arena_free(&arena);
    return status;
}

int tool_policy_diff(int argc, char **argv)
{
    struct simulate_options o;

    switch (simulate_options_read(&o, program, argc, argv)) {
    case SIMULATE_MISUSED: return 2;
    case SIMULATE_HELP: fputs(help, stdout); return 0;
    case SIMULATE_READ: break;
    }
    return o.policy_count == 2 ? diff(&o) : simulate_misused(program, "name two policies");
}
