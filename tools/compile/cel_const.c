/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_const.h"

#include <stdlib.h>

#include "tools/compile/cel_free.h"
#include "tools/compile/cel_run.h"

enum { MEMORY_BYTES = 1 << 20 }; /* more than any engine lends (core/limits.def) */

struct folding {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct scope *scope;
    struct cel_run run;
    uint64_t memory[MEMORY_BYTES / 8];
};

enum outcome { CAME_TO_VALUE, CAME_TO_ERROR, DID_NOT_BUILD, HAS_NO_FORM };

/* Compile and run. What does not build is told on the way. */
static enum outcome run(struct folding *f, const struct cel_node *node, struct cel_value *value,
                        enum pn_fault *fault)
{
    struct bytes body = { 0 };
    struct pn_value result;
    enum outcome outcome = DID_NOT_BUILD;

    if (cel_program(f->arena, f->diagnostics, f->scope, PN_MODE_EDGE, CEL_LITERAL_INPUTS, node,
                    &body)) {
        outcome = HAS_NO_FORM;
        bool ran = cel_run(&f->run, bytes_slice(&body), f->memory, MEMORY_BYTES, 0, &result);
        if (ran && result.type == PN_ERROR) {
            *fault = (enum pn_fault)result.as.i;
            outcome = CAME_TO_ERROR;
        } else if (ran && cel_value_of(f->arena, &f->run.machine, &result, value)) {
            outcome = CAME_TO_VALUE;
        }
    }
    bytes_free(&body);
    return outcome;
}

/* The innermost part that is an error by itself. */
static const struct cel_node *culprit(struct folding *f, const struct cel_node *node)
{
    struct cel_value value;
    enum pn_fault fault;

    for (size_t i = 0; i < node->args.count; i++) {
        const struct cel_node *part = node->args.items[i];
        if (part->kind == CEL_LITERAL || !cel_is_free(f->arena, f->scope, part)) continue;
        if (run(f, part, &value, &fault) == CAME_TO_ERROR) return culprit(f, part);
    }
    return node;
}

static enum cel_constness fold(struct folding *f, const struct cel_node *node,
                               struct cel_value *value)
{
    enum pn_fault fault = PN_FAULT_UNUSABLE;

    switch (run(f, node, value, &fault)) {
    case CAME_TO_VALUE: return CEL_CONSTANT;
    case HAS_NO_FORM: return CEL_NOT_CONSTANT;
    case DID_NOT_BUILD: return CEL_WRONG;
    case CAME_TO_ERROR: break;
    }
    if (f->scope->errors_run) return CEL_NOT_CONSTANT;
    const struct cel_node *at = culprit(f, node);
    struct pn_slice sentence = pn_fault_sentence(fault);
    diag_error(f->diagnostics, cel_mark(at->source, at->op_at), "this is always an error: %.*s",
               SLICE_ARGS(sentence));
    return CEL_WRONG;
}

static enum cel_constness folded(struct arena *arena, struct diagnostics *diagnostics,
                                 struct scope *scope, const struct cel_node *node,
                                 struct cel_value *value)
{
    struct folding *f;
    enum cel_constness constness;

    if (node->kind == CEL_LITERAL) {
        *value = node->value;
        return CEL_CONSTANT;
    }
    if (!cel_is_free(arena, scope, node)) return CEL_NOT_CONSTANT;
    f = malloc(sizeof *f);
    if (f == NULL) abort();
    f->arena = arena;
    f->diagnostics = diagnostics;
    f->scope = scope;
    f->run.mode = scope->errors_run ? PN_MODE_CERBOS54 : PN_MODE_EDGE;
    constness = fold(f, node, value);
    free(f);
    return constness;
}

enum cel_constness cel_const(struct arena *arena, struct diagnostics *diagnostics,
                             struct scope *scope, const struct cel_node *node,
                             struct cel_value *value)
{
    struct cel_memo *memo = node->memo;

    if (memo->is == CEL_MEMO_NEW) {
        switch (folded(arena, diagnostics, scope, node, &memo->value)) {
        case CEL_NOT_CONSTANT: memo->is = CEL_MEMO_DEPENDS; break;
        case CEL_CONSTANT: memo->is = CEL_MEMO_CONSTANT; break;
        case CEL_WRONG: memo->is = CEL_MEMO_WRONG; break;
        }
    }
    *value = memo->value;
    if (memo->is == CEL_MEMO_WRONG) return CEL_WRONG;
    return memo->is == CEL_MEMO_CONSTANT ? CEL_CONSTANT : CEL_NOT_CONSTANT;
}
