/* cel_lex.h - the words of a CEL expression (cel-spec, langdef.md, "Syntax").
 *
 * All literal forms: integers in decimal and hexadecimal, unsigned, doubles, strings and bytes in
 * one or three quotes, raw or with escapes, comments to the end of the line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_LEX_H
#define TOOLS_CEL_LEX_H

#include "tools/compile/cel_ast.h"

enum cel_token_kind {
    CEL_TOKEN_END,
    CEL_TOKEN_BAD,         /* `error` says why */
    CEL_TOKEN_WORD,        /* identifier or keyword, in `text` */
    CEL_TOKEN_QUOTED_WORD, /* `identifier` between back quotes, in `text` */
    CEL_TOKEN_NUMBER,      /* `value`; an int too large by one for itself has `magnitude_only` */
    CEL_TOKEN_STRING,      /* `value`: string or bytes */
    CEL_TOKEN_SIGN,        /* punctuation and operators, in `text` */
};

struct cel_token {
    enum cel_token_kind kind;
    struct pn_slice text;
    struct cel_value value;
    bool magnitude_only; /* 9223372036854775808: legal only behind a minus */
    size_t at, end;
    const char *error;
};

struct cel_lexer {
    struct arena *arena;
    struct pn_slice text;
    size_t at;
};

/* The next word. After CEL_TOKEN_END or CEL_TOKEN_BAD there is none. */
struct cel_token cel_lex_next(struct cel_lexer *lexer);

#endif
