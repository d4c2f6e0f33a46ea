/* see policy_simulate.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_simulate.h"

#include <stdio.h>

#include "tools/simulate/simulate_options.h"

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

static int simulate(const struct simulate_options *o)
{
    struct arena arena = { 0 };
    struct simulation_counts counts;
    int status = SIMULATION_FAILED;
    struct candidate *candidate = simulate_load(o, o->policies[0], &arena);

    if (candidate != NULL) status = (int)simulation_run(&o->wish, NULL, candidate, &counts);
    arena_free(&arena);
    return status;
}

int tool_policy_simulate(int argc, char **argv)
{
    struct simulate_options o;

    switch (simulate_options_read(&o, program, argc, argv)) {
    case SIMULATE_MISUSED: return 2;
    case SIMULATE_HELP: fputs(help, stdout); return 0;
    case SIMULATE_READ: break;
    }
    if (o.policy_count == 1 && o.wish.log_count > 0) return simulate(&o);
    return simulate_misused(program, "name a log with --log, and one policy");
}
