/* cel_run.h - run an expression here, with the device's evaluator.
 *
 * The expression becomes a policy of one block, which is opened and run as on a device.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_RUN_H
#define TOOLS_CEL_RUN_H

#include "policy/machine.h"
#include "tools/compile/cel_lower.h"

/* What is between the source and its compiled form? CEL_LITERAL_INPUTS: nothing, literals reach the
 * evaluator as they are. */
enum cel_folding { CEL_FOLDS, CEL_LITERAL_INPUTS };

/* Append to `body` the body of a policy whose block 0 computes `node`. False with errors. */
bool cel_program(struct arena *arena, struct diagnostics *diagnostics, struct scope *scope,
                 enum pn_mode mode, enum cel_folding folding, const struct cel_node *node,
                 struct bytes *body);

/* An opened program and what it works with; `memory` is lent for the values it builds. It runs as in
 * `mode`, in whichever it was compiled. */
struct cel_run {
    enum pn_mode mode;
    struct pn_policy policy;
    struct pn_facts facts;
    struct pn_scratch scratch;
    struct pn_machine machine;
    struct pn_value slots[PN_POLICY_SLOTS_MAX];
};

/* Open `body` and run block 0. False when the engine refuses the body: a mistake of the compiler. */
bool cel_run(struct cel_run *run, struct pn_slice body, void *memory, uint32_t memory_bytes,
             int64_t now_ms, struct pn_value *value);

/* A value of the engine as a constant, copied. False for types that no constant has. */
bool cel_value_of(struct arena *arena, struct pn_machine *machine, const struct pn_value *value,
                  struct cel_value *out);

#endif
