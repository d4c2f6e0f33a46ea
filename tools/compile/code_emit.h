/* code_emit.h - write a block of value code, instruction by instruction.
 *
 * The writer knows the depth of the stack at every point, so that variables of macros can be named
 * by their cell, and patches skips when their end is reached. After an error everything is ignored.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CODE_EMIT_H
#define TOOLS_CODE_EMIT_H

#include "tools/compile/cel_lower.h"

struct coding {
    struct lowering *l;
    const struct cel_node *root;
    struct image_code code;
    uint32_t depth; /* values on the stack here */
    uint32_t loops; /* open here */
    bool failed;    /* with an error */
};

/* Report an error at the node's operator, once for the block. */
void code_wrong(struct coding *c, const struct cel_node *node, const char *message);

/* An instruction that has no skip. */
void code_emit(struct coding *c, enum pn_code_op op, uint32_t a, uint32_t b);

/* A skip (IF_FALSE, IF_TRUE, BRANCH, JUMP); its end is where code_land() is called with what this
 * returned. Behind a JUMP the stack is as deep as before what it skips: the caller says so. */
size_t code_skip(struct coding *c, enum pn_code_op op);
void code_land(struct coding *c, size_t skip);

/* A value, as a constant or built of constants. */
void code_value(struct coding *c, const struct cel_value *value);

/* A copy of stack cell `cell`. */
void code_local(struct coding *c, uint32_t cell);

/* A loop over the container and with the accumulator that lie on the stack. Between the two calls
 * code that leaves the accumulator's next value. */
struct code_loop {
    size_t at;
    uint32_t container; /* cell of it; the accumulator is next, then one of the loop's own */
    uint32_t variables;
};
struct code_loop code_loop_begin(struct coding *c, uint32_t variables);
void code_loop_end(struct coding *c, struct code_loop loop, enum pn_loop_exit exit);

static inline uint32_t code_loop_result(struct code_loop loop)
{
    return loop.container + 1;
}

static inline uint32_t code_loop_variable(struct code_loop loop, uint32_t number)
{
    return loop.container + 3 + number;
}

#endif
