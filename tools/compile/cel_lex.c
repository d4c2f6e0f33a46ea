/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_lex.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/utf8.h"

static bool is_digit(int ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_letter(int ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
}

/* The byte `ahead` bytes from here, or -1 beyond the end. */
static int peek(const struct cel_lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;

    return at < lexer->text.len ? lexer->text.at[at] : -1;
}

static struct cel_token bad(struct cel_lexer *lexer, size_t at, const char *error)
{
    lexer->at = lexer->text.len;
    return (struct cel_token){ .kind = CEL_TOKEN_BAD, .at = at, .end = at, .error = error };
}

static void skip_blanks(struct cel_lexer *lexer)
{
    for (;;) {
        int ch = peek(lexer, 0);
        if (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == '\f') {
            lexer->at++;
        } else if (ch == '/' && peek(lexer, 1) == '/') {
            while (peek(lexer, 0) != -1 && peek(lexer, 0) != '\n') lexer->at++;
        } else {
            return;
        }
    }
}

bool cel_is_identifier(struct pn_slice name)
{
    if (name.len == 0 || !is_letter(name.at[0])) return false;
    for (size_t i = 1; i < name.len; i++) {
        if (!is_letter(name.at[i]) && !is_digit(name.at[i])) return false;
    }
    return true;
}

static struct cel_token word(struct cel_lexer *lexer)
{
    size_t at = lexer->at;

    while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) lexer->at++;
    return (struct cel_token){ .kind = CEL_TOKEN_WORD,
                               .at = at,
                               .end = lexer->at,
                               .text = pn_slice(lexer->text.at + at, lexer->at - at) };
}

static struct cel_token quoted_word(struct cel_lexer *lexer)
{
    size_t at = lexer->at++;

    while (peek(lexer, 0) != '`') {
        int ch = peek(lexer, 0);
        bool fits =
            is_letter(ch) || is_digit(ch) || ch == '.' || ch == '-' || ch == '/' || ch == ' ';
        if (!fits)
            return bad(lexer, at, "a quoted field ends with ` and holds letters, digits, . - / _");
        lexer->at++;
    }
    lexer->at++;
    struct pn_slice text = pn_slice(lexer->text.at + at + 1, lexer->at - at - 2);
    if (text.len == 0) return bad(lexer, at, "a quoted field is empty");
    return (struct cel_token){
        .kind = CEL_TOKEN_QUOTED_WORD, .at = at, .end = lexer->at, .text = text
    };
}

/* The end of digits in `base` from `ahead` on. */
static size_t digits_end(const struct cel_lexer *lexer, size_t ahead, int base)
{
    while (pn_hex_digit(peek(lexer, ahead)) >= 0 && pn_hex_digit(peek(lexer, ahead)) < base)
        ahead++;
    return ahead;
}

/* Length of a floating-point literal here, or 0 when it is none. */
static size_t double_length(const struct cel_lexer *lexer)
{
    size_t end = digits_end(lexer, 0, 10);
    bool is_double = false;

    if (peek(lexer, end) == '.' && is_digit(peek(lexer, end + 1))) {
        end = digits_end(lexer, end + 1, 10);
        is_double = true;
    }
    if (peek(lexer, end) == 'e' || peek(lexer, end) == 'E') {
        size_t digits = end + 1;
        if (peek(lexer, digits) == '+' || peek(lexer, digits) == '-') digits++;
        if (is_digit(peek(lexer, digits))) {
            end = digits_end(lexer, digits, 10);
            is_double = true;
        }
    }
    return is_double ? end : 0;
}

static struct cel_token double_token(struct cel_lexer *lexer, size_t len)
{
    struct cel_token token = { .kind = CEL_TOKEN_NUMBER, .at = lexer->at };
    struct pn_slice text = arena_copy(lexer->arena, pn_slice(lexer->text.at + lexer->at, len));

    token.value.type = CEL_DOUBLE;
    token.value.d = strtod((const char *)text.at, NULL);
    lexer->at += len;
    token.end = lexer->at;
    if (is_letter(peek(lexer, 0))) return bad(lexer, token.at, "this is not a number");
    return token;
}

static struct cel_token number(struct cel_lexer *lexer)
{
    size_t real = double_length(lexer);
    struct cel_token token = { .kind = CEL_TOKEN_NUMBER, .at = lexer->at };

    if (real > 0) return double_token(lexer, real);

    bool hex = peek(lexer, 0) == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X');
    size_t first = hex ? 2 : 0, end = digits_end(lexer, first, hex ? 16 : 10);
    struct pn_slice digits =
        arena_copy(lexer->arena, pn_slice(lexer->text.at + lexer->at + first, end - first));
    errno = 0;
    uint64_t magnitude = strtoull((const char *)digits.at, NULL, hex ? 16 : 10);
    bool is_unsigned = peek(lexer, end) == 'u' || peek(lexer, end) == 'U';

    lexer->at += end + is_unsigned;
    token.end = lexer->at;
    if (digits.len == 0 || is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) {
        return bad(lexer, token.at, "this is not a number");
    }
    if (errno == ERANGE || (!is_unsigned && magnitude > (uint64_t)INT64_MAX + 1)) {
        return bad(lexer, token.at, "this number does not fit 64 bits");
    }
    token.value.type = is_unsigned ? CEL_UINT : CEL_INT;
    token.value.u = magnitude;
    token.magnitude_only = !is_unsigned && magnitude > INT64_MAX;
    token.value.i = token.magnitude_only ? INT64_MIN : (int64_t)magnitude;
    return token;
}

struct string_form {
    bool raw, bytes;
    int quote;
    size_t quotes; /* 1 or 3 */
};

/* Recognise r, b, rb and the quotes. Length of what was recognised, 0 when this is no string. */
static size_t string_begin(const struct cel_lexer *lexer, struct string_form *form)
{
    size_t at = 0;

    *form = (struct string_form){ 0 };
    for (; at < 2; at++) {
        int ch = pn_ascii_lower((uint8_t)peek(lexer, at));
        if (peek(lexer, at) < 0) return 0;
        if (ch == 'r' && !form->raw) {
            form->raw = true;
        } else if (ch == 'b' && !form->bytes) {
            form->bytes = true;
        } else {
            break;
        }
    }
    form->quote = peek(lexer, at);
    if (form->quote != '"' && form->quote != '\'') return 0;
    bool triple = peek(lexer, at + 1) == form->quote && peek(lexer, at + 2) == form->quote;
    form->quotes = triple ? 3 : 1;
    return at + form->quotes;
}

static bool string_ends(const struct cel_lexer *lexer, const struct string_form *form)
{
    for (size_t i = 0; i < form->quotes; i++) {
        if (peek(lexer, i) != form->quote) return false;
    }
    return true;
}

/* The number that `count` digits from `ahead` on write, or -1. */
static int64_t escape_number(const struct cel_lexer *lexer, size_t ahead, size_t count, int base)
{
    int64_t number = 0;

    for (size_t i = 0; i < count; i++) {
        int digit = pn_hex_digit(peek(lexer, ahead + i));
        if (digit < 0 || digit >= base) return -1;
        number = number * base + digit;
    }
    return number;
}

static int plain_escape(int ch)
{
    switch (ch) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`': return ch;
    default: return -1;
    }
}

static void append_code(struct bytes *out, const struct string_form *form, uint32_t code)
{
    uint8_t utf8[4];

    if (form->bytes && code < 256) {
        bytes_append_u8(out, (uint8_t)code);
    } else {
        bytes_append(out, pn_slice(utf8, pn_utf8_encode(code, utf8)));
    }
}

/* Read the escape behind the backslash here; NULL, or what is wrong with it. */
static const char *escape(struct cel_lexer *lexer, const struct string_form *form,
                          struct bytes *out)
{
    int ch = peek(lexer, 1);
    size_t digits = ch == 'u' ? 4 : ch == 'U' ? 8 : ch == 'x' || ch == 'X' ? 2 : 0;
    int plain = plain_escape(ch);

    if (plain >= 0) {
        bytes_append_u8(out, (uint8_t)plain);
        lexer->at += 2;
        return NULL;
    }
    bool octal = ch >= '0' && ch <= '3';
    if (!octal && digits == 0) return "this escape is not one of CEL's";
    if (form->bytes && digits > 2) return "\\u and \\U are not used in bytes";
    int64_t code = octal ? escape_number(lexer, 1, 3, 8) : escape_number(lexer, 2, digits, 16);
    if (code < 0) return "this escape needs more digits";
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return "this is no Unicode character";
    append_code(out, form, (uint32_t)code);
    lexer->at += octal ? 4 : 2 + digits;
    return NULL;
}

/* Read up to and with the closing quotes; NULL, or what is wrong. */
static const char *string_body(struct cel_lexer *lexer, const struct string_form *form,
                               struct bytes *out)
{
    while (!string_ends(lexer, form)) {
        int ch = peek(lexer, 0);
        if (ch < 0) return "this string does not end";
        if ((ch == '\n' || ch == '\r') && form->quotes == 1)
            return "this string does not end on its line";
        if (ch == '\\' && !form->raw) {
            const char *error = escape(lexer, form, out);
            if (error != NULL) return error;
        } else {
            bytes_append_u8(out, (uint8_t)ch);
            lexer->at++;
        }
    }
    lexer->at += form->quotes;
    return NULL;
}

static struct cel_token string(struct cel_lexer *lexer, const struct string_form *form,
                               size_t begin)
{
    struct cel_token token = { .kind = CEL_TOKEN_STRING, .at = lexer->at };
    struct bytes out = { 0 };

    lexer->at += begin;
    const char *error = string_body(lexer, form, &out);
    size_t at = lexer->at;
    token.value.type = form->bytes ? CEL_BYTES : CEL_STRING;
    token.value.s = arena_copy(lexer->arena, bytes_slice(&out));
    bytes_free(&out);
    if (error != NULL) return bad(lexer, at < lexer->text.len ? at : token.at, error);
    token.end = lexer->at;
    return token;
}

static struct cel_token sign(struct cel_lexer *lexer)
{
    static const char *const pairs[] = { "==", "!=", "<=", ">=", "&&", "||" };
    size_t at = lexer->at, len = 1;
    int ch = peek(lexer, 0);

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (ch == pairs[i][0] && peek(lexer, 1) == pairs[i][1]) len = 2;
    }
    if (len == 1 && (ch <= 0 || ch >= 0x80 || strchr("()[]{}.,:?!<>+-*/%", ch) == NULL)) {
        if (ch == '=') return bad(lexer, at, "a single = compares nothing; write ==");
        if (ch == '&' || ch == '|') return bad(lexer, at, "CEL writes && and ||");
        return bad(lexer, at, "CEL does not use this character here");
    }
    lexer->at += len;
    return (struct cel_token){ .kind = CEL_TOKEN_SIGN,
                               .at = at,
                               .end = at + len,
                               .text = pn_slice(lexer->text.at + at, len) };
}

struct cel_token cel_lex_next(struct cel_lexer *lexer)
{
    struct string_form form;

    skip_blanks(lexer);
    int ch = peek(lexer, 0);
    if (ch < 0) {
        return (struct cel_token){ .kind = CEL_TOKEN_END, .at = lexer->at, .end = lexer->at };
    }
    size_t begin = string_begin(lexer, &form);
    if (begin > 0) return string(lexer, &form, begin);
    if (is_letter(ch)) return word(lexer);
    if (is_digit(ch) || (ch == '.' && is_digit(peek(lexer, 1)))) return number(lexer);
    if (ch == '`') return quoted_word(lexer);
    return sign(lexer);
}
