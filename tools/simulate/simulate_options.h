/* simulate_options.h - what `postern policy simulate` and `postern policy diff` are told alike.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_OPTIONS_H
#define SIMULATE_OPTIONS_H

#include "tools/simulate/candidate.h"
#include "tools/simulate/simulation.h"

enum { SIMULATE_LOGS_MAX = 1024 };

struct simulate_options {
    char *logs[SIMULATE_LOGS_MAX];
    struct simulation_wish wish; /* its logs are the ones above */
    enum candidate_scope scope;
    char *const *policies; /* what follows the options */
    int policy_count;
};

enum simulate_reading { SIMULATE_MISUSED, SIMULATE_HELP, SIMULATE_READ };

/* Read the command line for `program`, printing to standard output, at most 100 records of a kind
 * listed. SIMULATE_MISUSED was told on standard error; SIMULATE_HELP: help was asked for.
 * `o` must stay where it is. */
enum simulate_reading simulate_options_read(struct simulate_options *o, const char *program,
                                            int argc, char **argv);

/* Tell on standard error what is wrong and where help is. Returns 2, the exit status of that. */
int simulate_misused(const char *program, const char *words);

/* Open the policy at `path` as the options say. NULL when it is not in order, told on standard
 * error. The arena owns it. */
struct candidate *simulate_load(const struct simulate_options *o, const char *path,
                                struct arena *arena);

#endif
