/* contrast.h - for which requests do two policies decide a call differently?
 *
 * Both are asked about the same subject with every attribute unknown, and whatever predicate one of
 * them asks for is taken for true, for false and for in error, in both, until neither asks for more:
 * a tree whose leaves are all requests there can be, told apart by what the predicates come to. A
 * leaf at which the outcomes differ becomes a term; terms are joined where they differ in one
 * predicate only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CONTRAST_H
#define TOOLS_CONTRAST_H

#include "policy/policy_reads.h"
#include "tools/diff/subjects.h"
#include "tools/diff/witnesses.h"

enum {
    CONTRAST_ROLES_MAX = 8,      /* classes of roles of which every set is tried */
    CONTRAST_VARIABLES_MAX = 96, /* predicates and roles of one subject */
    CONTRAST_TERMS_MAX = 200000,
    CONTRAST_DECISIONS_MAX = 3000000,         /* for one subject */
    CONTRAST_DECISIONS_OF_ALL_MAX = 24000000, /* for all of them */
};

/* What one term says of one of the subject's variables: bits 1 << enum pn_truth, 0: nothing. */
struct term {
    uint16_t change; /* which of the changes */
    uint8_t masks[CONTRAST_VARIABLES_MAX];
};

/* An outcome before, and one after, by the rules that decide. */
struct change {
    enum pn_outcome outcome[2];
    struct pn_slice rule[2];
};

/* Why not every request was tried. */
enum contrast_gap {
    GAP_NONE = 0,
    GAP_DECISIONS = 1, /* too many */
    GAP_VARIABLES = 2, /* too many predicates at once */
    GAP_ROLES = 4,     /* not every set of roles */
    GAP_EXAMPLE = 8,   /* one of many actions that a pattern stands for */
    GAP_TIME = 16,     /* an expression computes with the time */
    GAP_DERIVED = 32,  /* an expression lists derived roles */
    GAP_SCHEMA = 64,   /* a schema may reject the call */
};

/* A role, or roles that mean the same to both policies. */
struct role_class {
    struct pn_slice name;  /* "a or b" */
    struct pn_slice first; /* one of them */
};

struct contrast {
    const struct subject *subject;
    uint8_t gaps; /* enum contrast_gap */
    size_t predicate_count;
    LIST(struct role_class) roles;
    LIST(struct change) changes;
    LIST(struct term) terms;
    /* Of masks[i]: below the number of roles a role, behind that this variable. */
    uint16_t variables[CONTRAST_VARIABLES_MAX];
    size_t variable_count; /* roles included */
};

/* Memory for deciding by two policies. */
struct contrast_bench;
struct contrast_bench *contrast_bench(struct arena *arena,
                                      const struct pn_policy *const policies[2],
                                      struct variables *variables);

/* Compare the policies for one subject. What `contrast` holds lives as long as the arena. */
void contrast_find(struct contrast_bench *bench, struct arena *arena, const struct subject *subject,
                   struct contrast *contrast);

#endif
