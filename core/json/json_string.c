/* see json_string.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_string.h"

#include "core/base/utf8.h"
#include "core/base/value.h"

enum part {
    PLAIN,
    SEQUENCE,  /* within a UTF-8 sequence, `left` bytes to come */
    ESCAPE,    /* after a backslash */
    HEX,       /* within the digits of \u, `left` to come */
    LOW_SLASH, /* after a high surrogate: its other half must follow */
    LOW_U,
};

static void name_byte(struct pn_json_name *name, const struct pn_json_keys *keys, uint8_t byte)
{
    if (!name) return;
    if (name->hash.len < sizeof name->text) name->text[name->hash.len] = byte;
    pn_json_hash_add(&name->hash, keys, byte);
}

static void name_code(struct pn_json_name *name, const struct pn_json_keys *keys, uint32_t code)
{
    uint8_t bytes[4];

    if (!name) return;
    size_t len = pn_utf8_encode(code, bytes);
    for (size_t i = 0; i < len; i++) name_byte(name, keys, bytes[i]);
}

/* What the letter after a backslash stands for, or 0 when it is no such letter. */
static uint8_t escaped_byte(uint8_t letter)
{
    switch (letter) {
    case '"':
    case '\\':
    case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

/* The first byte of a sequence: how many follow, and what the second may be (RFC 3629, 4). */
static enum pn_reason sequence_begin(struct pn_json_string *string, uint8_t first)
{
    if (first < 0xC2 || first > 0xF4) return PN_REASON_JSON_UTF8;
    string->part = SEQUENCE;
    string->left = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    string->least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    string->most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return PN_REASON_NONE;
}

static enum pn_reason sequence_byte(struct pn_json_string *string, uint8_t ch)
{
    if (ch < string->least || ch > string->most) return PN_REASON_JSON_UTF8;
    string->least = 0x80;
    string->most = 0xBF;
    if (--string->left == 0) string->part = PLAIN;
    return PN_REASON_NONE;
}

/* All four digits are there. A pair of surrogates is one character; half a pair is none. */
static enum pn_reason code_end(struct pn_json_string *string, struct pn_json_name *name,
                               const struct pn_json_keys *keys)
{
    uint32_t code = string->code;
    bool is_low = code >= 0xDC00 && code <= 0xDFFF;

    if (code == 0) return PN_REASON_JSON_NUL;
    if (is_low != (string->high != 0)) return PN_REASON_JSON_SURROGATE;
    if (code >= 0xD800 && code <= 0xDBFF) {
        string->high = (uint16_t)code;
        string->part = LOW_SLASH;
        return PN_REASON_NONE;
    }
    if (is_low) code = 0x10000 + ((string->high - 0xD800u) << 10) + (code - 0xDC00);
    name_code(name, keys, code);
    string->high = 0;
    string->part = PLAIN;
    return PN_REASON_NONE;
}

static enum pn_reason hex_byte(struct pn_json_string *string, uint8_t ch, struct pn_json_name *name,
                               const struct pn_json_keys *keys)
{
    int digit = pn_hex_digit(ch);

    if (digit < 0) return PN_REASON_JSON_ESCAPE;
    string->code = (uint16_t)(string->code << 4 | digit);
    return --string->left == 0 ? code_end(string, name, keys) : PN_REASON_NONE;
}

static void hex_begin(struct pn_json_string *string)
{
    string->part = HEX;
    string->left = 4;
    string->code = 0;
}

static enum pn_reason escape_byte(struct pn_json_string *string, uint8_t ch,
                                  struct pn_json_name *name, const struct pn_json_keys *keys)
{
    uint8_t byte = escaped_byte(ch);

    if (ch == 'u') {
        hex_begin(string);
        return PN_REASON_NONE;
    }
    if (byte == 0) return PN_REASON_JSON_ESCAPE;
    name_byte(name, keys, byte);
    string->part = PLAIN;
    return PN_REASON_NONE;
}

/* A byte outside any escape or sequence; the closing quote is not for here. */
static enum pn_reason plain_byte(struct pn_json_string *string, uint8_t ch)
{
    if (ch == '\\') {
        string->part = ESCAPE;
        string->flags |= PN_VALUE_ESCAPED;
        return PN_REASON_NONE;
    }
    if (ch >= 0x80) return sequence_begin(string, ch);
    if (ch == 0) return PN_REASON_JSON_NUL;
    return ch < 0x20 ? PN_REASON_JSON_CONTROL : PN_REASON_NONE;
}

static enum pn_reason low_byte(struct pn_json_string *string, uint8_t ch)
{
    if (ch != (string->part == LOW_SLASH ? '\\' : 'u')) return PN_REASON_JSON_SURROGATE;
    if (string->part == LOW_SLASH) string->part = LOW_U;
    else hex_begin(string);
    return PN_REASON_NONE;
}

static enum pn_reason any_byte(struct pn_json_string *string, uint8_t ch, struct pn_json_name *name,
                               const struct pn_json_keys *keys)
{
    enum pn_reason reason = PN_REASON_NONE;

    switch ((enum part)string->part) {
    case PLAIN:
        reason = plain_byte(string, ch);
        if (ch != '\\') name_byte(name, keys, ch);
        return reason;
    case SEQUENCE: name_byte(name, keys, ch); return sequence_byte(string, ch);
    case ESCAPE: return escape_byte(string, ch, name, keys);
    case HEX: return hex_byte(string, ch, name, keys);
    case LOW_SLASH:
    case LOW_U: return low_byte(string, ch);
    }
    return reason;
}

/* Pass over characters that are whole and need nothing done to them: ASCII, and sequences of UTF-8
 * that do not reach the end. What is odd about the byte it stops at, any_byte() finds out. */
static const uint8_t *plain_run(const uint8_t *at, const uint8_t *end)
{
    for (;;) {
        at = pn_json_plain_end(at, end);
        if (at == end || *at < 0xC2) return at;
        size_t len = pn_utf8_length(pn_slice(at, (size_t)(end - at)));
        if (len == 0) return at;
        at += len;
    }
}

enum pn_step pn_json_string_step(struct pn_json_string *string, struct pn_slice *in,
                                 struct pn_json_name *name, const struct pn_json_keys *keys,
                                 enum pn_reason *reason)
{
    const uint8_t *at = in->at, *end = in->at + in->len;
    enum pn_step step = PN_MORE;

    while (step == PN_MORE && at < end) {
        if (string->part == PLAIN && !name) {
            at = plain_run(at, end);
            if (at == end) break;
        }
        if (string->part == PLAIN && *at == '"') {
            step = PN_DONE;
        } else {
            *reason = any_byte(string, *at, name, keys);
            if (*reason != PN_REASON_NONE) step = PN_REFUSED;
        }
        if (step != PN_REFUSED) at++;
    }
    *in = pn_slice(at, (size_t)(end - at));
    return step;
}
