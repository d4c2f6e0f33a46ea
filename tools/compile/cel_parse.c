/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_parse.h"

#include <string.h>

#include "core/base/utf8.h"
#include "tools/compile/cel_lex.h"
#include "tools/compile/cel_macro.h"

#define DEPTH_MAX 200 /* nested expressions; each costs a dozen C frames */

static const char no_optionals[] =
    "optional values are not part of this engine; write has(x.y) && x.y == ... instead";

struct parser {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct cel_source *source;
    struct cel_lexer lexer;
    struct cel_token token; /* the one not yet taken */
    size_t taken_end;       /* where the last taken one ended */
    unsigned depth;
    bool failed;
};

struct mark cel_mark(const struct cel_source *source, size_t at)
{
    struct mark mark = { source->file, 1, 1 };

    if (source->scalar != NULL) return yaml_mark_in(source->scalar, at);
    for (size_t i = 0; i < at && i < source->text.len; i++) {
        if (source->text.at[i] == '\n') {
            mark.line++;
            mark.column = 1;
        } else if ((source->text.at[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

struct pn_slice cel_text(const struct cel_node *node)
{
    return pn_slice(node->source->text.at + node->at, node->end - node->at);
}

static struct cel_node *fail(struct parser *p, size_t at, const char *message)
{
    if (!p->failed) {
        size_t len = p->source->text.len;
        size_t seen = at < len ? at : len > 0 ? len - 1 : 0;
        diag_error(p->diagnostics, cel_mark(p->source, seen), "%s", message);
    }
    p->failed = true;
    return NULL;
}

static void advance(struct parser *p)
{
    p->taken_end = p->token.end;
    p->token = cel_lex_next(&p->lexer);
    if (p->token.kind == CEL_TOKEN_BAD) fail(p, p->token.at, p->token.error);
}

static bool is_sign(const struct parser *p, const char *sign)
{
    return p->token.kind == CEL_TOKEN_SIGN &&
           pn_slice_equal(p->token.text, pn_slice(sign, strlen(sign)));
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->token.kind == CEL_TOKEN_WORD &&
           pn_slice_equal(p->token.text, pn_slice(word, strlen(word)));
}

static bool take_sign(struct parser *p, const char *sign)
{
    if (!is_sign(p, sign)) return false;
    advance(p);
    return true;
}

static bool want_sign(struct parser *p, const char *sign)
{
    if (take_sign(p, sign)) return true;
    if (p->token.kind == CEL_TOKEN_END) {
        fail(p, p->token.at, arena_format(p->arena, "'%s' is missing at the end", sign));
    } else {
        fail(p, p->token.at,
             arena_format(p->arena, "'%s' is expected here, not '%.*s'", sign,
                          (int)(p->token.end - p->token.at),
                          (const char *)p->lexer.text.at + p->token.at));
    }
    return false;
}

static struct cel_node *node_new(struct parser *p, enum cel_kind kind, size_t at)
{
    struct cel_node *node = ARENA_NEW(p->arena, struct cel_node);

    node->kind = kind;
    node->source = p->source;
    node->memo = ARENA_NEW(p->arena, struct cel_memo);
    node->at = at;
    node->op_at = at;
    node->end = p->taken_end;
    return node;
}

static void add(struct parser *p, struct cel_node *node, struct cel_node *arg)
{
    LIST_PUSH(p->arena, &node->args, arg);
    node->end = p->taken_end;
}

static struct cel_node *expression(struct parser *p);
static struct cel_node *unary(struct parser *p);

/* Expressions up to `close`, a comma between them and one at the end allowed if `trailing`. */
static bool arguments(struct parser *p, struct cel_node *node, const char *close)
{
    bool is_call = close[0] == ')';

    while (!is_sign(p, close)) {
        if (is_sign(p, "?")) return fail(p, p->token.at, no_optionals) != NULL;
        struct cel_node *arg = expression(p);
        if (arg == NULL) return false;
        add(p, node, arg);
        if (!take_sign(p, ",")) break;
        if (is_call && is_sign(p, close)) {
            fail(p, p->token.at, "an argument is missing behind the comma");
            return false;
        }
    }
    if (!want_sign(p, close)) return false;
    node->end = p->taken_end;
    return true;
}

static bool is_reserved(struct pn_slice word)
{
    static const char *const reserved[] = {
        "as",       "break",     "const",  "continue", "else", "false", "for",
        "function", "if",        "import", "in",       "let",  "loop",  "null",
        "package",  "namespace", "return", "true",     "var",  "void",  "while",
    };

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (pn_slice_equal(word, pn_slice(reserved[i], strlen(reserved[i])))) return true;
    }
    return false;
}

static struct cel_node *call(struct parser *p, struct cel_node *target, struct pn_slice name,
                             size_t at)
{
    struct cel_node *node = node_new(p, CEL_CALL, at);

    node->name = name;
    node->member = target != NULL;
    if (target != NULL) {
        node->at = target->at;
        node->op_at = at;
        add(p, node, target);
    }
    if (!arguments(p, node, ")")) return NULL;
    struct cel_fault fault = cel_macro(node);
    return fault.says == NULL ? node : fail(p, fault.at, fault.says);
}

/* What follows a dot. */
static struct cel_node *selection(struct parser *p, struct cel_node *target)
{
    struct pn_slice name = p->token.text;
    size_t at = p->token.at;
    bool quoted = p->token.kind == CEL_TOKEN_QUOTED_WORD;

    if (is_sign(p, "?")) return fail(p, at, no_optionals);
    if (p->token.kind != CEL_TOKEN_WORD && !quoted)
        return fail(p, at, "a field name is expected here");
    if (!quoted && is_reserved(name) &&
        (text_is(name, "in") || text_is(name, "true") || text_is(name, "false") ||
         text_is(name, "null"))) {
        return fail(p, at, "this word is not a field name; write it in brackets and quotes");
    }
    advance(p);
    if (!quoted && take_sign(p, "(")) return call(p, target, name, at);

    struct cel_node *node = node_new(p, CEL_SELECT, target->at);
    node->name = name;
    node->op_at = at;
    add(p, node, target);
    return node;
}

static struct cel_node *index_of(struct parser *p, struct cel_node *target, size_t at)
{
    struct cel_node *node = node_new(p, CEL_INDEX, target->at);

    if (is_sign(p, "?")) return fail(p, p->token.at, no_optionals);
    struct cel_node *key = expression(p);
    if (key == NULL || !want_sign(p, "]")) return NULL;
    node->op_at = at;
    add(p, node, target);
    add(p, node, key);
    return node;
}

static struct cel_node *map_of(struct parser *p, size_t at)
{
    struct cel_node *node = node_new(p, CEL_MAP_OF, at);

    while (!is_sign(p, "}")) {
        if (is_sign(p, "?")) return fail(p, p->token.at, no_optionals);
        struct cel_node *key = expression(p);
        if (key == NULL || !want_sign(p, ":")) return NULL;
        struct cel_node *value = expression(p);
        if (value == NULL) return NULL;
        add(p, node, key);
        add(p, node, value);
        if (!take_sign(p, ",")) break;
    }
    if (!want_sign(p, "}")) return NULL;
    node->end = p->taken_end;
    return node;
}

/* Behind "a.b.Name{": fields by name. */
static struct cel_node *message(struct parser *p, struct cel_node *type)
{
    struct cel_node *node = node_new(p, CEL_MESSAGE, type->at);

    while (!is_sign(p, "}")) {
        if (is_sign(p, "?")) return fail(p, p->token.at, no_optionals);
        if (p->token.kind != CEL_TOKEN_WORD && p->token.kind != CEL_TOKEN_QUOTED_WORD) {
            return fail(p, p->token.at, "a field name is expected here");
        }
        advance(p);
        if (!want_sign(p, ":") || expression(p) == NULL) return NULL;
        if (!take_sign(p, ",")) break;
    }
    if (!want_sign(p, "}")) return NULL;
    node->end = p->taken_end;
    return node;
}

static struct cel_node *literal(struct parser *p)
{
    size_t at = p->token.at;
    struct cel_value value = p->token.value;

    if (p->token.magnitude_only) return fail(p, at, "this number does not fit 64 bits");
    advance(p);
    struct cel_node *node = node_new(p, CEL_LITERAL, at);
    node->value = value;
    return node;
}

static struct cel_node *word_literal(struct parser *p, struct cel_value value)
{
    p->token.value = value;
    return literal(p);
}

static struct cel_node *name(struct parser *p)
{
    struct pn_slice text = p->token.text;
    size_t at = p->token.at;

    if (is_word(p, "true"))
        return word_literal(p, (struct cel_value){ .type = CEL_BOOL, .b = true });
    if (is_word(p, "false")) return word_literal(p, (struct cel_value){ .type = CEL_BOOL });
    if (is_word(p, "null")) return word_literal(p, (struct cel_value){ .type = CEL_NULL });
    if (is_reserved(text)) return fail(p, at, "this word is reserved and names nothing");
    advance(p);
    if (take_sign(p, "(")) return call(p, NULL, text, at);
    struct cel_node *node = node_new(p, CEL_IDENT, at);
    node->name = text;
    return node;
}

static struct cel_node *parenthesised(struct parser *p, size_t at)
{
    struct cel_node *inner = expression(p);

    if (inner == NULL || !want_sign(p, ")")) return NULL;
    inner->at = at;
    inner->end = p->taken_end;
    inner->in_parentheses = true;
    return inner;
}

static struct cel_node *primary(struct parser *p)
{
    size_t at = p->token.at;

    if (p->failed) return NULL;
    if (p->token.kind == CEL_TOKEN_NUMBER || p->token.kind == CEL_TOKEN_STRING) return literal(p);
    if (p->token.kind == CEL_TOKEN_WORD) return name(p);
    if (take_sign(p, "(")) return parenthesised(p, at);
    if (take_sign(p, "[")) {
        struct cel_node *list = node_new(p, CEL_LIST_OF, at);
        return arguments(p, list, "]") ? list : NULL;
    }
    if (take_sign(p, "{")) return map_of(p, at);
    if (take_sign(p, ".")) {
        if (p->token.kind != CEL_TOKEN_WORD) return fail(p, p->token.at, "a name is expected here");
        struct cel_node *node = name(p);
        if (node != NULL) node->absolute = true;
        return node;
    }
    if (p->token.kind == CEL_TOKEN_END) return fail(p, at, "the expression ends too early");
    return fail(p, at, "an expression is expected here");
}

static bool is_type_name(const struct cel_node *node)
{
    while (node->kind == CEL_SELECT) node = node->args.items[0];
    return node->kind == CEL_IDENT;
}

static struct cel_node *member(struct parser *p)
{
    struct cel_node *node = primary(p);

    while (node != NULL) {
        size_t at = p->token.at;
        if (take_sign(p, ".")) {
            node = selection(p, node);
        } else if (take_sign(p, "[")) {
            node = index_of(p, node, at);
        } else if (is_sign(p, "{") && is_type_name(node)) {
            advance(p);
            node = message(p, node);
        } else {
            break;
        }
    }
    return node;
}

/* A minus before a number is part of it, or the least int64 could not be written. */
static struct cel_node *negative_number(struct parser *p, size_t at)
{
    struct cel_value *value = &p->token.value;

    if (value->type == CEL_UINT) return NULL;
    if (value->type == CEL_DOUBLE) value->d = -value->d;
    if (value->type == CEL_INT && !p->token.magnitude_only) value->i = -value->i;
    p->token.magnitude_only = false;
    struct cel_node *node = member(p);
    if (node != NULL && node->kind == CEL_LITERAL) node->at = at;
    return node;
}

static struct cel_node *unary(struct parser *p)
{
    size_t at = p->token.at;
    bool negate = is_sign(p, "-");

    if (!negate && !is_sign(p, "!")) return member(p);
    advance(p);
    if (negate && p->token.kind == CEL_TOKEN_NUMBER && p->token.value.type != CEL_UINT) {
        return negative_number(p, at);
    }
    if (++p->depth > DEPTH_MAX) return fail(p, at, "the expression is nested too deeply");
    struct cel_node *operand = unary(p);
    p->depth--;
    if (operand == NULL) return NULL;
    struct cel_node *node = node_new(p, negate ? CEL_NEGATE : CEL_NOT, at);
    add(p, node, operand);
    return node;
}

struct operator
{
    const char *sign;
    enum cel_op op;
    unsigned level; /* 1 binds least */
};

static const struct operator operators[] = {
    { "||", CEL_OP_OR, 1 },    { "&&", CEL_OP_AND, 2 },      { "==", CEL_OP_EQ, 3 },
    { "!=", CEL_OP_NE, 3 },    { "<", CEL_OP_LT, 3 },        { "<=", CEL_OP_LE, 3 },
    { ">", CEL_OP_GT, 3 },     { ">=", CEL_OP_GE, 3 },       { "in", CEL_OP_IN, 3 },
    { "+", CEL_OP_ADD, 4 },    { "-", CEL_OP_SUBTRACT, 4 },  { "*", CEL_OP_MULTIPLY, 5 },
    { "/", CEL_OP_DIVIDE, 5 }, { "%", CEL_OP_REMAINDER, 5 },
};

#define LEVEL_MAX 5

static const struct operator* operator_here(const struct parser *p, unsigned level)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (operators[i].level != level) continue;
        if (is_sign(p, operators[i].sign) || is_word(p, operators[i].sign)) return &operators[i];
    }
    return NULL;
}

/* Left-associative operators of `level` and above. */
static struct cel_node *binary(struct parser *p, unsigned level)
{
    struct cel_node *left = level > LEVEL_MAX ? unary(p) : binary(p, level + 1);
    const struct operator* found;

    while (left != NULL && level <= LEVEL_MAX && (found = operator_here(p, level)) != NULL) {
        size_t op_at = p->token.at;
        advance(p);
        struct cel_node *right = binary(p, level + 1);
        if (right == NULL) return NULL;
        struct cel_node *node = node_new(p, CEL_BINARY, left->at);
        node->op = found->op;
        node->op_at = op_at;
        /* a && b && c is one node with three arguments: chains do not nest. */
        if (level <= 2 && left->kind == CEL_BINARY && left->op == found->op &&
            !left->in_parentheses) {
            node->args = left->args;
        } else {
            add(p, node, left);
        }
        add(p, node, right);
        left = node;
    }
    return left;
}

static struct cel_node *expression(struct parser *p)
{
    if (p->failed) return NULL;
    if (++p->depth > DEPTH_MAX) return fail(p, p->token.at, "the expression is nested too deeply");
    struct cel_node *node = binary(p, 1);
    size_t at = p->token.at;
    if (node != NULL && take_sign(p, "?")) {
        struct cel_node *ternary = node_new(p, CEL_TERNARY, node->at);
        struct cel_node *yes = binary(p, 1);
        if (yes == NULL || !want_sign(p, ":")) return NULL;
        struct cel_node *no = expression(p);
        if (no == NULL) return NULL;
        add(p, ternary, node);
        add(p, ternary, yes);
        add(p, ternary, no);
        ternary->op_at = at;
        node = ternary;
    }
    p->depth--;
    return node;
}

/* Where the first byte is that is no UTF-8; the length when all are. The source is shown to people,
 * and a policy holds it, so this includes literals of bytes and comments. */
static size_t bad_byte(struct pn_slice text)
{
    size_t at = 0, len = 1;

    for (; at < text.len && len > 0; at += len) len = pn_utf8_length(pn_slice_from(text, at));
    return len > 0 ? text.len : at;
}

struct cel_node *cel_parse(struct arena *arena, struct diagnostics *diagnostics,
                           const struct cel_source *source)
{
    struct parser p = { .arena = arena, .diagnostics = diagnostics, .source = source };

    size_t bad = bad_byte(source->text);
    if (bad < source->text.len) return fail(&p, bad, "this is not UTF-8");
    p.lexer = (struct cel_lexer){ .arena = arena, .text = source->text };
    advance(&p);
    struct cel_node *node = expression(&p);
    if (node != NULL && p.token.kind != CEL_TOKEN_END) {
        if (is_sign(&p, "?")) return fail(&p, p.token.at, "a ternary needs parentheses here");
        return fail(&p, p.token.at, "the expression has ended, but more follows");
    }
    return p.failed ? NULL : node;
}
