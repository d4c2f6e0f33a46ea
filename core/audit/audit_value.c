/* see audit_value.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_value.h"

#include "core/audit/audit_number.h"
#include "core/base/assert.h"
#include "core/base/utf8.h"

enum { MARK_BYTES_MAX = 24 };

void pn_audit_write_mark(struct pn_writer *w, size_t left_out)
{
    pn_write_text(w, "\xE2\x80\xA6[+");
    pn_write_u64(w, left_out);
    pn_write_byte(w, ']');
}

/* Bytes at the front of `text` that take at most `room` bytes in a JSON string. */
static size_t fitting(struct pn_slice text, size_t room)
{
    size_t taken = 0;

    while (taken < text.len) {
        uint8_t coded[16];
        struct pn_writer w = pn_writer(coded, sizeof coded);
        struct pn_slice rest = pn_slice_from(text, taken);
        size_t len = pn_utf8_length(rest);

        if (len == 0) len = 1;
        pn_write_json_string(&w, pn_slice_head(rest, len));
        if (w.len - 2 > room) break;
        room -= w.len - 2;
        taken += len;
    }
    return taken;
}

static void write_cut(struct pn_writer *w, struct pn_slice text, size_t bytes_max, size_t bytes_all)
{
    PN_ASSERT(bytes_max > 2 + MARK_BYTES_MAX);
    size_t taken = fitting(text, bytes_max - 2 - MARK_BYTES_MAX);

    pn_write_json_string(w, pn_slice_head(text, taken));
    if (w->full) return;
    w->len--; /* the closing quote moves behind the mark */
    pn_audit_write_mark(w, bytes_all - taken);
    pn_write_byte(w, '"');
}

bool pn_audit_write_text(struct pn_writer *w, struct pn_slice text, size_t bytes_max)
{
    size_t begin = w->len;
    bool full = w->full;

    if (text.len + 2 <= bytes_max) {
        pn_write_json_string(w, text);
        if (!w->full && w->len - begin <= bytes_max) return true;
        w->len = begin;
        w->full = full;
    }
    write_cut(w, text, bytes_max, text.len);
    return false;
}

static enum pn_audit_fact_state write_bounded(struct pn_writer *w, struct pn_slice text)
{
    bool whole = pn_audit_write_text(w, text, PN_AUDIT_VALUE_BYTES);

    return whole ? PN_AUDIT_FACT_WHOLE : PN_AUDIT_FACT_CUT;
}

/* A string that still holds JSON escapes: as much of it as could matter is unescaped first. */
static enum pn_audit_fact_state write_escaped(struct pn_writer *w, const struct pn_value *string)
{
    uint8_t plain[PN_AUDIT_VALUE_BYTES];
    struct pn_text_iter it;
    size_t len = 0;

    pn_text_begin(&it, string);
    for (int ch; len < sizeof plain && (ch = pn_text_next(&it)) >= 0;) {
        plain[len++] = (uint8_t)ch;
    }
    size_t more = 0;
    while (pn_text_next(&it) >= 0) {
        more++;
    }
    if (more == 0) return write_bounded(w, pn_slice(plain, len));
    write_cut(w, pn_slice(plain, len), PN_AUDIT_VALUE_BYTES, len + more);
    return PN_AUDIT_FACT_CUT;
}

/* JSON text without the white space between its tokens, so that it stays on the line. */
static void write_compact(struct pn_writer *w, struct pn_slice json)
{
    bool in_string = false;

    for (size_t i = 0; i < json.len && !w->full; i++) {
        uint8_t ch = json.at[i];

        if (!in_string && (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r')) continue;
        pn_write_byte(w, ch);
        if (ch == '"') in_string = !in_string;
        if (ch == '\\' && in_string && i + 1 < json.len) pn_write_byte(w, json.at[++i]);
    }
}

/* Where rules ask for no more than its type, a list or map comes without its text. */
static enum pn_audit_fact_state write_json(struct pn_writer *w, const struct pn_value *v)
{
    uint8_t text[PN_AUDIT_VALUE_BYTES];
    struct pn_writer compact = pn_writer(text, sizeof text);
    struct pn_slice json = pn_value_text(v);

    if (json.len == 0) {
        pn_write(w, v->type == PN_LIST ? PN_SLICE("[]") : PN_SLICE("{}"));
        return PN_AUDIT_FACT_TYPE;
    }
    write_compact(&compact, json);
    if (compact.full) {
        (void)pn_audit_write_text(w, json, PN_AUDIT_VALUE_BYTES);
        return PN_AUDIT_FACT_CUT;
    }
    pn_write(w, pn_written(&compact));
    return PN_AUDIT_FACT_WHOLE;
}

static enum pn_audit_fact_state write_string(struct pn_writer *w, const struct pn_value *v)
{
    if ((v->flags & PN_VALUE_ESCAPED) != 0) return write_escaped(w, v);
    return write_bounded(w, pn_value_text(v));
}

static enum pn_audit_fact_state write_value(struct pn_writer *w, const struct pn_value *v)
{
    switch ((enum pn_type)v->type) {
    case PN_ABSENT: pn_write_text(w, "{\"absent\":true}"); return PN_AUDIT_FACT_ABSENT;
    case PN_ERROR: pn_write_text(w, "{\"error\":true}"); return PN_AUDIT_FACT_ERROR;
    case PN_UNKNOWN: pn_write_text(w, "{\"unknown\":true}"); return PN_AUDIT_FACT_UNKNOWN;
    case PN_NULL: pn_write_text(w, "null"); break;
    case PN_BOOL:
        if (v->as.b) pn_write_text(w, "true");
        else pn_write_text(w, "false");
        break;
    case PN_INT: pn_write_i64(w, v->as.i); break;
    case PN_DOUBLE: pn_audit_write_double(w, v->as.d); break;
    case PN_STRING: return write_string(w, v);
    case PN_LIST:
    case PN_MAP: return write_json(w, v);
    }
    return PN_AUDIT_FACT_WHOLE;
}

enum pn_audit_fact_state pn_audit_write_fact(struct pn_writer *w, const struct pn_audit_fact *fact)
{
    (void)pn_audit_write_text(w, fact->path, PN_AUDIT_PATH_BYTES);
    pn_write_byte(w, ':');
    if (!fact->masked) return write_value(w, &fact->value);
    pn_write_text(w, "\"***\"");
    return PN_AUDIT_FACT_MASKED;
}
