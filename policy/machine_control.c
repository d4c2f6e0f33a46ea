/* see run.h: skips and loops. The opener saw to it that they stay within the block.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/bytes.h"
#include "core/base/frame.h"
#include "policy/run.h"

/* Give back what an iteration built, unless the accumulator may hold some of it. */
static void forget_built(struct pn_run *r, const struct pn_value *accumulator, uint32_t used)
{
    bool holds_some = accumulator->type >= PN_STRING && accumulator->type != PN_UINT &&
                      accumulator->type != PN_TIMESTAMP && accumulator->type != PN_DURATION;

    if (!holds_some) pn_scratch_back_to(r->machine->scratch, used);
}

/* The loop's own cell says how far it is, and what of the scratch was in use before it. */
static void loop(struct pn_run *r, uint32_t variables, uint16_t skip)
{
    struct pn_value *container = r->top - 2;
    bool walks = container->type == PN_LIST || container->type == PN_MAP;

    if (walks && pn_sequence_count(r->machine, container) <= r->machine->policy->loop_items) {
        memset(r->top, 0, (1 + variables) * sizeof *r->top);
        r->top->type = PN_LOOP_CELL;
        r->top->node = (uint16_t)(r->machine->scratch->used / 8);
        for (uint32_t i = 1; i <= variables; i++) r->top[i].type = PN_NULL;
        r->top += 1 + variables;
        return;
    }
    if (pn_value_is_usable(container)) {
        pn_put_fault(container, walks ? PN_FAULT_TOO_MANY_ITEMS : PN_FAULT_NO_SUCH_OVERLOAD);
    }
    r->top--;
    r->at += skip; /* the step behind it is made by the caller */
}

/* Element `cell->len` of the container; the cell keeps the place in a text. */
static bool next_element(struct pn_run *r, const struct pn_value *container, struct pn_value *cell,
                         struct pn_value *key, struct pn_value *value)
{
    struct pn_sequence s;

    pn_sequence_begin(&s, r->machine, container);
    if (s.cells != NULL) {
        s.cells += (size_t)cell->len * s.step;
        s.left = container->len - cell->len;
    } else if (cell->len > 0) {
        s.text.at = cell->as.text;
    }
    if (!pn_sequence_next(&s, key, value)) return false;
    if (s.cells == NULL) cell->as.text = s.text.at;
    return true;
}

/* One variable: the element, of a map the key. Two: index or key, and element. */
static void loop_step(struct pn_run *r, uint32_t variables, uint16_t skip)
{
    struct pn_value *cell = r->top - variables - 1, *value = &cell[variables], ignored;
    const struct pn_value *container = cell - 2;
    bool map = container->type == PN_MAP;

    if (map && variables == 1) value = &ignored;
    if (!next_element(r, container, cell, map ? &cell[1] : NULL, value)) {
        r->at += skip - 1u;
        return;
    }
    if (value->type == PN_ERROR) pn_put_fault(value, PN_FAULT_UNUSABLE);
    if (!map && variables == 2) pn_put_int(&cell[1], cell->len);
    cell->len++;
}

static void loop_again(struct pn_run *r, uint8_t a, uint16_t back)
{
    uint32_t variables = a & 0xF;
    struct pn_value *next = --r->top, *cell = next - variables - 1, *accumulator = cell - 1;
    enum pn_loop_exit exit = (enum pn_loop_exit)(a >> 4);

    *accumulator = *next;
    forget_built(r, accumulator, (uint32_t)cell->node * 8);
    enum pn_truth truth = pn_value_truth(accumulator);
    if (exit == PN_LOOP_ON_FALSE && truth == PN_FALSE) return;
    if (exit == PN_LOOP_ON_TRUE && truth == PN_TRUE) return;
    if (exit == PN_LOOP_ON_ERROR && !pn_value_is_usable(accumulator)) return;
    r->at -= back + 1u;
}

static void loop_end(struct pn_run *r, uint32_t variables)
{
    struct pn_value *container = r->top - variables - 3;

    *container = container[1];
    r->top = container + 1;
}

static void branch(struct pn_run *r, uint16_t skip)
{
    struct pn_value *condition = --r->top;
    enum pn_truth truth = pn_value_truth(condition);

    if (truth == PN_FALSE) r->at += skip;
    if (truth == PN_TRUE || truth == PN_FALSE) return;
    if (pn_value_is_usable(condition)) pn_put_no_overload(condition);
    r->top++;
    r->at += skip - 1u;
}

PN_OWN_FRAME void pn_run_control(struct pn_run *r, const uint8_t *insn)
{
    uint16_t b = pn_load16(insn + PN_CODE_B);
    uint8_t a = insn[PN_CODE_A];

    switch (insn[PN_CODE_OP]) {
    case PN_CODE_IF_FALSE:
        if (pn_value_truth(r->top - 1) == PN_FALSE) r->at += b;
        break;
    case PN_CODE_IF_TRUE:
        if (pn_value_truth(r->top - 1) == PN_TRUE) r->at += b;
        break;
    case PN_CODE_BRANCH: branch(r, b); break;
    case PN_CODE_JUMP: r->at += b; break;
    case PN_CODE_LOOP: loop(r, a, b); break;
    case PN_CODE_STEP: loop_step(r, a, b); break;
    case PN_CODE_AGAIN: loop_again(r, a, b); break;
    default: loop_end(r, a); break;
    }
}
