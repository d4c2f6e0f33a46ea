/* eval_case.h - one CEL expression, compiled to a policy and run by the device's evaluator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_EVAL_CASE_H
#define TOOLS_EVAL_CASE_H

#include "tools/compile/cel_run.h"

/* Memory that values are built in, unless the caller says otherwise. */
#define EVAL_MEMORY_BYTES (64u << 10)

struct eval_case {
    struct pn_slice expression;
    struct scope scope;
    enum cel_folding folding;
    int64_t now_ms;
    uint32_t memory_bytes;
};

enum eval_outcome {
    EVAL_VALUE,
    EVAL_ERROR,     /* the value is an error */
    EVAL_NOT_BUILT, /* the expression does not compile; `message` says why */
};

struct eval_result {
    enum eval_outcome outcome;
    struct bytes body;      /* of the policy that computes it; free with bytes_free() */
    struct bytes json;      /* the value as typed JSON, likewise */
    struct bytes text;      /* and as people write it */
    struct cel_value value; /* EVAL_VALUE: as a constant, if it `has_constant` */
    bool has_constant;
};

/* Compile and run. Messages about the expression go to `diagnostics`, whose arena holds what was
 * made. */
void eval_case_run(struct eval_case *eval, struct diagnostics *diagnostics,
                   struct eval_result *result);

/* Find the part that makes the expression an error, where every request would come to it: one error
 * with its place is added to `diagnostics`, or none. For a case that came to EVAL_ERROR. */
void eval_case_locate(struct eval_case *eval, struct diagnostics *diagnostics);

/* Print the messages, each with its line of the expression and a mark below the column. */
void eval_case_print(const struct eval_case *eval, const struct diagnostics *diagnostics,
                     FILE *out);

void eval_result_free(struct eval_result *result);

#endif
