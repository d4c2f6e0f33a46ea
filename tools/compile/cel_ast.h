/* cel_ast.h - a CEL expression as a tree.
 *
 * Operators are nodes of their own; `has`, `cel.bind` and the macros over lists and maps (`all`,
 * `exists`, `map`, ...) are recognised while parsing, because an argument of theirs names a
 * variable. Every node knows which bytes of its source it stands for, so an error can point at it
 * and an explanation can quote it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_AST_H
#define TOOLS_CEL_AST_H

#include "tools/compile/yaml.h"

/* Where an expression was written. */
struct cel_source {
    struct pn_slice text;
    const struct yaml_node *scalar; /* the scalar that holds it, or NULL for a text alone */
    const char *file;               /* where there is no scalar */
};

/* The place of byte `at` of the expression. */
struct mark cel_mark(const struct cel_source *source, size_t at);

enum cel_type {
    CEL_NULL,
    CEL_BOOL,
    CEL_INT,
    CEL_UINT,
    CEL_DOUBLE,
    CEL_STRING,
    CEL_BYTES,
    CEL_LIST,
    CEL_MAP,
    CEL_TIMESTAMP, /* seconds since 1970 in `i`, rounded down, and `nanos` */
    CEL_DURATION,  /* likewise */
    CEL_TYPE,      /* number of a type in `i` (policy/machine.h) */
};

struct cel_entry;

struct cel_value {
    enum cel_type type;
    bool b;
    uint32_t nanos; /* 0 to 10^9 - 1 */
    int64_t i;
    uint64_t u;
    double d;
    struct pn_slice s; /* CEL_STRING, CEL_BYTES */
    LIST(struct cel_value) list;
    LIST(struct cel_entry) map;
};

struct cel_entry {
    struct cel_value key;
    struct cel_value value;
};

enum cel_kind {
    CEL_LITERAL,       /* value */
    CEL_IDENT,         /* name; `absolute` with a leading dot */
    CEL_SELECT,        /* args[0].name */
    CEL_INDEX,         /* args[0][args[1]] */
    CEL_CALL,          /* name(args), or args[0].name(args[1...]) when `member` */
    CEL_LIST_OF,       /* [args] */
    CEL_MAP_OF,        /* {args[0]: args[1], ...} */
    CEL_MESSAGE,       /* Name{field: ...}: parsed, so that it can be refused by name */
    CEL_NOT,           /* !args[0] */
    CEL_NEGATE,        /* -args[0] */
    CEL_BINARY,        /* args[0] op args[1] */
    CEL_TERNARY,       /* args[0] ? args[1] : args[2] */
    CEL_HAS,           /* has(args[0]), args[0] is a CEL_SELECT */
    CEL_COMPREHENSION, /* args[0].macro(variable, args[1...]) */
    CEL_BIND,          /* cel.bind(variable, args[0], args[1]) */
};

enum cel_macro {
    CEL_MACRO_NONE,
    CEL_ALL,
    CEL_EXISTS,
    CEL_EXISTS_ONE,
    CEL_MAP_TO, /* args[1], or with three arguments args[2] where args[1] holds */
    CEL_FILTER,
    CEL_TRANSFORM_LIST, /* the last argument, with two of them where the first holds */
    CEL_TRANSFORM_MAP,
    CEL_TRANSFORM_MAP_ENTRY,
    CEL_SORT_BY,
};

enum cel_op {
    CEL_OP_NONE,
    CEL_OP_OR,
    CEL_OP_AND,
    CEL_OP_EQ,
    CEL_OP_NE,
    CEL_OP_LT,
    CEL_OP_LE,
    CEL_OP_GT,
    CEL_OP_GE,
    CEL_OP_IN,
    CEL_OP_ADD,
    CEL_OP_SUBTRACT,
    CEL_OP_MULTIPLY,
    CEL_OP_DIVIDE,
    CEL_OP_REMAINDER,
};

/* What cel_const() found out about a node, so that it is found out once. */
struct cel_memo {
    enum { CEL_MEMO_NEW, CEL_MEMO_DEPENDS, CEL_MEMO_CONSTANT, CEL_MEMO_WRONG } is;
    enum { CEL_REACH_NEW, CEL_REACH_FREE, CEL_REACH_BOUND } reach; /* of a variable's definition */
    struct cel_value value;
};

struct cel_node {
    enum cel_kind kind;
    enum cel_op op;
    enum cel_macro macro;
    bool member;
    bool absolute;
    bool in_parentheses;
    struct pn_slice name;
    struct pn_slice variable,
        variable2; /* of a comprehension; the second is empty if there is none */
    struct cel_value value;
    LIST(struct cel_node *) args;
    const struct cel_source *source;
    size_t at, end; /* first byte and the one after the last */
    size_t op_at;   /* of the operator, the dot or the bracket: where an error points */
    struct cel_memo *memo;
};

/* The bytes of the source that the node stands for. */
struct pn_slice cel_text(const struct cel_node *node);

/* True when `name` is a CEL identifier that needs no quotes. */
bool cel_is_identifier(struct pn_slice name);

#endif
