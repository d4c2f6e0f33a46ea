/* see code_flow.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/code_flow.h"

#include "core/base/bytes.h"
#include "policy/builtin.h"
#include "policy/code_effect.h"

enum { NOT_REACHED = 0xFF };

/* The whole block counts as the outermost loop, which nothing repeats. */
struct loop {
    uint32_t again, end; /* where its last two instructions are */
    uint32_t factor;     /* how often what stands around it runs */
    uint8_t floor;       /* depth that its body may not go below */
    uint8_t variables;
};

struct walk {
    const struct pn_modules *modules;
    struct pn_slice code;
    uint32_t count, at;
    uint32_t factor,
        cost; /* at most PN_POLICY_BLOCK_COST_MAX, or told apart before more is added */
    uint16_t loop_items, deepest;
    bool sound;        /* so far */
    struct loop *loop; /* the innermost */
    struct loop loops[1 + PN_POLICY_LOOP_DEPTH_MAX];
    uint8_t depth[PN_POLICY_CODE_MAX + 1]; /* before each instruction */
};

static const uint8_t *insn_at(const struct walk *w, uint32_t at)
{
    return w->code.at + (size_t)PN_CODE_BYTES * at;
}

/* Some way leads to instruction `at` with that depth. */
static void reach(struct walk *w, uint32_t at, uint32_t depth)
{
    if (at > w->count || depth > PN_POLICY_VALUE_STACK_MAX) {
        w->sound = false;
        return;
    }
    if (w->depth[at] == NOT_REACHED) w->depth[at] = (uint8_t)depth;
    if (depth > w->deepest) w->deepest = (uint16_t)depth;
    if (w->depth[at] != depth) w->sound = false;
}

/* The same by a skip, which stays inside the loop it is in. */
static void skip_to(struct walk *w, uint32_t at, uint32_t depth)
{
    if (at <= w->at || at > w->loop->again) w->sound = false;
    reach(w, at, depth);
}

static const struct pn_builtin *called(const struct walk *w, const uint8_t *insn)
{
    return pn_builtin_at(w->modules, pn_load16(insn + PN_CODE_B));
}

static bool call_fits(const struct walk *w, const uint8_t *insn)
{
    const struct pn_builtin *f = called(w, insn);

    return f != NULL && insn[PN_CODE_A] >= f->args_min && insn[PN_CODE_A] <= f->args_max;
}

/* A copy may be made of any cell but the loops' own. */
static bool local_fits(const struct walk *w, uint32_t cell, uint32_t depth)
{
    for (const struct loop *loop = w->loop; loop > w->loops; loop--) {
        if (cell == loop->floor - loop->variables - 1u) return false;
    }
    return cell < depth;
}

/* A false condition skips behind a JUMP; one that is no boolean goes to that JUMP with its error. */
static bool branch_fits(struct walk *w, uint32_t to, uint32_t depth)
{
    if (to >= w->count || insn_at(w, to)[PN_CODE_OP] != PN_CODE_JUMP) return false;
    skip_to(w, to, depth + 1);
    skip_to(w, to + 1, depth);
    return true;
}

static bool plain_fits(struct walk *w, const uint8_t *insn, uint32_t depth)
{
    uint8_t op = insn[PN_CODE_OP], effect = pn_code_effects[op];
    uint32_t takes = pn_code_takes(insn), b = pn_load16(insn + PN_CODE_B);
    uint32_t after = depth - takes + pn_code_leaves(insn);

    if ((effect & PN_EFFECT_A) == 0 && insn[PN_CODE_A] != 0) return false;
    if ((effect & PN_EFFECT_B) == 0 && b != 0) return false;
    if ((effect & 15) == 0 && op != PN_CODE_JUMP) return false;
    if (depth < takes + w->loop->floor) return false;
    switch (op) {
    case PN_CODE_JUMP: skip_to(w, w->at + 1 + b, after); return true;
    case PN_CODE_BRANCH:
        if (!branch_fits(w, w->at + b, after)) return false;
        break;
    case PN_CODE_IF_FALSE:
    case PN_CODE_IF_TRUE: skip_to(w, w->at + 1 + b, after); break;
    case PN_CODE_LOCAL:
        if (!local_fits(w, b, depth)) return false;
        break;
    case PN_CODE_CALL:
        if (!call_fits(w, insn)) return false;
        break;
    default:
        if (insn[PN_CODE_A] > 1) return false;
        break;
    }
    reach(w, w->at + 1, after);
    return true;
}

/* Instruction `at`, which there is, has to be that one. */
static void expect(struct walk *w, uint32_t at, enum pn_code_op op, uint32_t operands)
{
    const uint8_t *insn = insn_at(w, at);
    uint32_t has = insn[PN_CODE_A] | (uint32_t)pn_load16(insn + PN_CODE_B) << 8;

    if (insn[PN_CODE_OP] != op || has != operands) w->sound = false;
}

/* Nothing from before the loop leads into it. */
static bool is_entered_at_its_begin(const struct walk *w, uint32_t end)
{
    for (uint32_t i = w->at + 1; i <= end; i++) {
        if (w->depth[i] != NOT_REACHED) return false;
    }
    return true;
}

static bool loop_fits(struct walk *w, const uint8_t *insn, uint32_t depth)
{
    uint32_t length = pn_load16(insn + PN_CODE_B), end = w->at + length;
    uint8_t variables = insn[PN_CODE_A];
    uint32_t floor = depth + 1 + variables;

    if (variables < 1 || variables > 2 || length < 4 || end >= w->count) return false;
    if (w->loop_items == 0 || w->loop == &w->loops[PN_POLICY_LOOP_DEPTH_MAX]) return false;
    if (depth < 2u + w->loop->floor || end > w->loop->again) return false;
    uint32_t exit = insn_at(w, end - 1)[PN_CODE_A] >> 4;
    if (exit > PN_LOOP_ON_ERROR || !is_entered_at_its_begin(w, end)) return false;
    expect(w, w->at + 1, PN_CODE_STEP, variables | (length - 1) << 8);
    expect(w, end - 1, PN_CODE_AGAIN, variables | exit << 4 | (length - 2) << 8);
    expect(w, end, PN_CODE_END, variables);
    skip_to(w, end + 1, depth - 1);
    *++w->loop = (struct loop){ end - 1, end, w->factor, (uint8_t)floor, variables };
    w->factor *= w->loop_items;
    reach(w, w->at + 1, floor);
    return w->factor <= PN_POLICY_BLOCK_COST_MAX;
}

/* The three others of a loop are known to stand where they belong: loop_fits() looked. */
static bool loop_part_fits(struct walk *w, const uint8_t *insn, uint32_t depth)
{
    const struct loop *loop = w->loop;

    if (insn[PN_CODE_OP] == PN_CODE_STEP) {
        if (w->at + pn_load16(insn + PN_CODE_B) != loop->end || depth != loop->floor) return false;
        reach(w, loop->end, depth);
    } else if (insn[PN_CODE_OP] == PN_CODE_AGAIN) {
        if (w->at != loop->again || depth-- != loop->floor + 1u) return false;
    } else {
        if (w->at != loop->end) return false;
        w->factor = loop->factor;
        w->loop--;
        depth -= loop->variables + 2u;
    }
    reach(w, w->at + 1, depth);
    return true;
}

static uint32_t weight_of(const struct walk *w, const uint8_t *insn)
{
    const struct pn_builtin *f = insn[PN_CODE_OP] == PN_CODE_CALL ? called(w, insn) : NULL;

    return f == NULL ? 1 : 1u + f->weight;
}

static bool insn_fits(struct walk *w)
{
    const uint8_t *insn = insn_at(w, w->at);
    uint32_t depth = w->depth[w->at];

    if (depth == NOT_REACHED) return false;
    w->cost += w->factor * weight_of(w, insn);
    if (w->cost > PN_POLICY_BLOCK_COST_MAX) return false;
    switch (insn[PN_CODE_OP]) {
    case PN_CODE_LOOP: return loop_fits(w, insn, depth);
    case PN_CODE_STEP:
    case PN_CODE_AGAIN:
    case PN_CODE_END: return loop_part_fits(w, insn, depth);
    default: return insn[PN_CODE_OP] < PN_CODE_OP_COUNT && plain_fits(w, insn, depth);
    }
}

bool pn_code_measure(const struct pn_modules *modules, struct pn_slice code, uint16_t loop_items,
                     struct pn_code_size *size)
{
    struct walk w = { .modules = modules, .code = code, .factor = 1, .loop_items = loop_items };

    if (code.len % PN_CODE_BYTES != 0 || code.len == 0) return false;
    if (code.len / PN_CODE_BYTES > PN_POLICY_CODE_MAX) return false;
    w.count = (uint32_t)(code.len / PN_CODE_BYTES);
    w.loop = w.loops;
    w.loops[0] = (struct loop){ .again = w.count, .end = UINT32_MAX };
    memset(w.depth, NOT_REACHED, sizeof w.depth);
    w.depth[0] = 0;
    for (w.sound = true; w.at < w.count; w.at++) {
        if (!insn_fits(&w) || !w.sound) return false;
    }
    *size = (struct pn_code_size){ w.deepest, w.cost };
    return w.depth[w.count] == 1;
}

static bool is_moment(struct pn_slice constants, size_t index)
{
    if (index >= constants.len / PN_CONSTANT_BYTES) return false;
    uint8_t type = constants.at[index * PN_CONSTANT_BYTES + PN_CONSTANT_TYPE];
    return type == PN_TIMESTAMP || type == PN_DURATION;
}

uint32_t pn_code_features(struct pn_slice code, struct pn_slice constants)
{
    uint32_t features = 0;

    for (size_t i = 0; i + PN_CODE_BYTES <= code.len; i += PN_CODE_BYTES) {
        const uint8_t *insn = code.at + i;
        uint32_t b = pn_load16(insn + PN_CODE_B), group = b / PN_GROUP_NUMBERS;
        if (insn[PN_CODE_OP] == PN_CODE_CALL && group - 1 < PN_FUNCTION_GROUPS) {
            features |= (uint32_t)PN_FEATURE_TEXTS << (group - 1);
        }
        if (insn[PN_CODE_OP] == PN_CODE_NOW ||
            (insn[PN_CODE_OP] == PN_CODE_CONST && is_moment(constants, b))) {
            features |= PN_FEATURE_TIME;
        }
    }
    return features;
}
