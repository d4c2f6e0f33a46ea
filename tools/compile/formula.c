/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/formula.h"

#define TERMS_MAX    8  /* of a condition by masks */
#define LITERALS_MAX 64 /* of one of its terms */

static struct formula *formula_new(struct arena *arena, enum formula_kind kind)
{
    struct formula *formula = ARENA_NEW(arena, struct formula);

    formula->kind = kind;
    return formula;
}

const struct formula *formula_constant(struct arena *arena, bool value)
{
    return formula_new(arena, value ? FORMULA_TRUE : FORMULA_FALSE);
}

const struct formula *formula_predicate(struct arena *arena, uint16_t predicate)
{
    struct formula *formula = formula_new(arena, FORMULA_PREDICATE);

    formula->predicate = predicate;
    return formula;
}

const struct formula *formula_not(struct arena *arena, const struct formula *a)
{
    if (a->kind == FORMULA_NOT) return a->parts.items[0];
    if (a->kind == FORMULA_TRUE) return formula_constant(arena, false);
    if (a->kind == FORMULA_FALSE) return formula_constant(arena, true);
    struct formula *formula = formula_new(arena, FORMULA_NOT);
    LIST_PUSH(arena, &formula->parts, a);
    return formula;
}

static void add_part(struct arena *arena, struct formula *formula, const struct formula *part)
{
    if (part->kind != formula->kind) {
        LIST_PUSH(arena, &formula->parts, part);
        return;
    }
    for (size_t i = 0; i < part->parts.count; i++) {
        LIST_PUSH(arena, &formula->parts, part->parts.items[i]);
    }
}

static const struct formula *joined(struct arena *arena, enum formula_kind kind,
                                    const struct formula *a, const struct formula *b)
{
    struct formula *formula = formula_new(arena, kind);

    add_part(arena, formula, a);
    add_part(arena, formula, b);
    return formula;
}

const struct formula *formula_and(struct arena *arena, const struct formula *a,
                                  const struct formula *b)
{
    if (a->kind == FORMULA_FALSE || b->kind == FORMULA_TRUE) return a;
    if (b->kind == FORMULA_FALSE || a->kind == FORMULA_TRUE) return b;
    return joined(arena, FORMULA_AND, a, b);
}

const struct formula *formula_or(struct arena *arena, const struct formula *a,
                                 const struct formula *b)
{
    if (a->kind == FORMULA_TRUE || b->kind == FORMULA_FALSE) return a;
    if (b->kind == FORMULA_TRUE || a->kind == FORMULA_FALSE) return b;
    return joined(arena, FORMULA_OR, a, b);
}

const struct formula *formula_select(struct arena *arena, const struct formula *condition,
                                     const struct formula *yes, const struct formula *no)
{
    if (condition->kind == FORMULA_TRUE) return yes;
    if (condition->kind == FORMULA_FALSE) return no;
    struct formula *formula = formula_new(arena, FORMULA_SELECT);
    LIST_PUSH(arena, &formula->parts, condition);
    LIST_PUSH(arena, &formula->parts, yes);
    LIST_PUSH(arena, &formula->parts, no);
    return formula;
}

const struct formula *formula_settle(struct arena *arena, const struct formula *a)
{
    if (a->kind == FORMULA_TRUE || a->kind == FORMULA_FALSE || a->kind == FORMULA_SETTLE) return a;
    struct formula *formula = formula_new(arena, FORMULA_SETTLE);
    LIST_PUSH(arena, &formula->parts, a);
    return formula;
}

/* --- as a disjunction of conjunctions --- */

struct terms {
    LIST(struct image_term) list;
    bool failed; /* does not fit, or has no such form */
};

enum sign { PLAIN, NEGATED };

static bool has_literal(const struct image_term *term, uint32_t literal)
{
    for (size_t i = 0; i < term->literals.count; i++) {
        if (term->literals.items[i] == literal) return true;
    }
    return false;
}

static void add_literal(struct arena *arena, struct image_term *term, uint32_t literal)
{
    size_t at = term->literals.count;

    if (has_literal(term, literal)) return;
    LIST_PUSH(arena, &term->literals, literal);
    for (; at > 0 && term->literals.items[at - 1] > literal; at--) {
        term->literals.items[at] = term->literals.items[at - 1];
    }
    term->literals.items[at] = literal;
}

static bool contains(const struct image_term *larger, const struct image_term *smaller)
{
    for (size_t i = 0; i < smaller->literals.count; i++) {
        if (!has_literal(larger, smaller->literals.items[i])) return false;
    }
    return true;
}

/* a || (a && b) is a. */
static void add_term(struct arena *arena, struct terms *terms, struct image_term term)
{
    size_t kept = 0;

    for (size_t i = 0; i < terms->list.count; i++) {
        if (contains(&term, &terms->list.items[i])) return;
    }
    for (size_t i = 0; i < terms->list.count; i++) {
        if (!contains(&terms->list.items[i], &term))
            terms->list.items[kept++] = terms->list.items[i];
    }
    terms->list.count = kept;
    LIST_PUSH(arena, &terms->list, term);
    if (terms->list.count > TERMS_MAX || term.literals.count > LITERALS_MAX) terms->failed = true;
}

static struct terms terms_of(struct arena *arena, const struct formula *formula, enum sign sign);

static struct terms either(struct arena *arena, struct terms a, struct terms b)
{
    struct terms both = { .failed = a.failed || b.failed };

    for (size_t i = 0; i < a.list.count && !both.failed; i++)
        add_term(arena, &both, a.list.items[i]);
    for (size_t i = 0; i < b.list.count && !both.failed; i++)
        add_term(arena, &both, b.list.items[i]);
    return both;
}

static struct terms both(struct arena *arena, struct terms a, struct terms b)
{
    struct terms product = { .failed = a.failed || b.failed };

    for (size_t i = 0; i < a.list.count; i++) {
        for (size_t j = 0; j < b.list.count && !product.failed; j++) {
            struct image_term term = { 0 };
            const struct image_term *from[] = { &a.list.items[i], &b.list.items[j] };
            for (size_t s = 0; s < 2; s++) {
                for (size_t l = 0; l < from[s]->literals.count; l++) {
                    add_literal(arena, &term, from[s]->literals.items[l]);
                }
            }
            add_term(arena, &product, term);
        }
    }
    return product;
}

static struct terms terms_of_parts(struct arena *arena, const struct formula *formula,
                                   enum sign sign)
{
    bool is_and = (formula->kind == FORMULA_AND) == (sign == PLAIN);
    struct terms sum = terms_of(arena, formula->parts.items[0], sign);

    for (size_t i = 1; i < formula->parts.count && !sum.failed; i++) {
        struct terms next = terms_of(arena, formula->parts.items[i], sign);
        sum = is_and ? both(arena, sum, next) : either(arena, sum, next);
    }
    return sum;
}

/* !(c ? a : b) is c ? !a : !b. */
static struct terms terms_of_select(struct arena *arena, const struct formula *formula,
                                    enum sign sign)
{
    const struct formula *condition = formula->parts.items[0];
    struct terms yes = terms_of(arena, condition, PLAIN), no = terms_of(arena, condition, NEGATED);
    struct terms a = terms_of(arena, formula->parts.items[1], sign);
    struct terms b = terms_of(arena, formula->parts.items[2], sign);
    struct terms branches = either(arena, both(arena, yes, a), both(arena, no, b));

    return either(arena, branches, both(arena, yes, no));
}

static struct terms terms_of(struct arena *arena, const struct formula *formula, enum sign sign)
{
    struct terms terms = { 0 };
    struct image_term term = { 0 };

    switch (formula->kind) {
    case FORMULA_FALSE:
    case FORMULA_TRUE:
        if ((formula->kind == FORMULA_TRUE) == (sign == PLAIN)) add_term(arena, &terms, term);
        return terms;
    case FORMULA_PREDICATE:
        add_literal(arena, &term, formula->predicate * 2u + (sign == NEGATED));
        add_term(arena, &terms, term);
        return terms;
    case FORMULA_NOT:
        return terms_of(arena, formula->parts.items[0], sign == PLAIN ? NEGATED : PLAIN);
    case FORMULA_AND:
    case FORMULA_OR: return terms_of_parts(arena, formula, sign);
    case FORMULA_SELECT: return terms_of_select(arena, formula, sign);
    case FORMULA_SETTLE: break;
    }
    terms.failed = true;
    return terms;
}

/* --- as a program --- */

struct program {
    struct image *image;
    struct image_condition *condition;
};

static void emit(struct program *p, enum pn_op op, uint16_t arg)
{
    struct image_insn insn = { (uint8_t)op, arg };

    LIST_PUSH(p->image->arena, &p->condition->program, insn);
}

/* Stack that computing the formula takes. */
static size_t depth_of(const struct formula *formula)
{
    size_t deepest = 1;

    for (size_t i = 0; i < formula->parts.count; i++) {
        size_t below = formula->kind == FORMULA_SELECT ? i : i > 0;
        size_t depth = depth_of(formula->parts.items[i]) + below;
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}

/* The deepest part of && and || is computed first, while the stack is empty; CEL's && and || do not
 * care about order. */
static size_t deepest_part(const struct formula *formula)
{
    size_t deepest = 0;

    for (size_t i = 1; i < formula->parts.count; i++) {
        if (depth_of(formula->parts.items[i]) > depth_of(formula->parts.items[deepest]))
            deepest = i;
    }
    return deepest;
}

static void emit_formula(struct program *p, const struct formula *formula);

static void emit_parts(struct program *p, const struct formula *formula)
{
    size_t first = deepest_part(formula);

    emit_formula(p, formula->parts.items[first]);
    for (size_t i = 0; i < formula->parts.count; i++) {
        if (i == first) continue;
        emit_formula(p, formula->parts.items[i]);
        emit(p, formula->kind == FORMULA_AND ? PN_OP_AND : PN_OP_OR, 0);
    }
}

static void emit_formula(struct program *p, const struct formula *formula)
{
    switch (formula->kind) {
    case FORMULA_FALSE: emit(p, PN_OP_CONST, PN_FALSE); return;
    case FORMULA_TRUE: emit(p, PN_OP_CONST, PN_TRUE); return;
    case FORMULA_PREDICATE: emit(p, PN_OP_PUSH, formula->predicate); return;
    case FORMULA_AND:
    case FORMULA_OR: emit_parts(p, formula); return;
    case FORMULA_NOT:
    case FORMULA_SETTLE:
    case FORMULA_SELECT: break;
    }
    for (size_t i = 0; i < formula->parts.count; i++) emit_formula(p, formula->parts.items[i]);
    if (formula->kind == FORMULA_NOT) emit(p, PN_OP_NOT, 0);
    if (formula->kind == FORMULA_SETTLE) emit(p, PN_OP_SETTLE, 0);
    if (formula->kind == FORMULA_SELECT) emit(p, PN_OP_SELECT, 0);
}

static size_t real_depth(const struct image_condition *condition)
{
    size_t depth = 0, deepest = 0;

    for (size_t i = 0; i < condition->program.count; i++) {
        uint8_t op = condition->program.items[i].op;
        if (op == PN_OP_PUSH || op == PN_OP_CONST) depth++;
        if (op == PN_OP_AND || op == PN_OP_OR) depth--;
        if (op == PN_OP_SELECT) depth -= 2;
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}

static bool program_compile(struct image *image, const struct formula *formula, struct mark mark,
                            uint32_t *index)
{
    struct image_condition condition = { 0 };
    struct program p = { image, &condition };

    emit_formula(&p, formula);
    if (condition.program.count > PN_POLICY_PROGRAM_MAX) {
        diag_error(
            image->diagnostics, mark,
            "this condition takes %zu steps, an engine takes %d; split it into several rules",
            condition.program.count, PN_POLICY_PROGRAM_MAX);
        return false;
    }
    if (real_depth(&condition) > PN_POLICY_STACK_MAX) {
        diag_error(image->diagnostics, mark, "this condition is nested too deeply for an engine");
        return false;
    }
    *index = image_condition(image, &condition);
    return true;
}

bool formula_compile(struct image *image, const struct formula *formula, struct mark mark,
                     uint32_t *index)
{
    struct image_condition condition = { 0 };
    struct terms terms = terms_of(image->arena, formula, PLAIN);

    *index = PN_NONE32;
    bool always = !terms.failed && terms.list.count == 1 && terms.list.items[0].literals.count == 0;
    if (always) return true;
    if (terms.failed || terms.list.count == 0) return program_compile(image, formula, mark, index);
    condition.terms.items = terms.list.items;
    condition.terms.count = terms.list.count;
    *index = image_condition(image, &condition);
    return true;
}
