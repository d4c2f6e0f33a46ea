/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_head.h */
#include "core/http/h1_head.h"

#include "core/base/assert.h"
#include "core/http/h1_framing.h"
#include "core/http/octet.h"
#include "core/http/target.h"
#include "core/limits.h"

_Static_assert(PN_HEAD_BYTES <= UINT16_MAX,
               "You need offsets of more than 16 bits for such heads.");
_Static_assert(PN_FIELD_COUNT <= UINT8_MAX && PN_H1_FIELDS_MAX < UINT8_MAX,
               "You need more than 8 bits to number your fields.");
_Static_assert(sizeof(struct pn_h1_head) <= 700, "You grow every connection with this struct.");

enum head_state { START_LINE, FIELD_LINES, COMPLETE, BROKEN };
enum message { REQUEST, RESPONSE };

/* What is found within a line: a CR is a line end gone wrong, whatever else the line is. */
static enum pn_reason malformed(struct pn_slice line)
{
    return pn_slice_find(line, '\r') < line.len ? PN_REASON_LINE_END_INVALID
                                                : PN_REASON_HEAD_MALFORMED;
}

static enum pn_step refuse(struct pn_h1_head *h, enum pn_reason reason)
{
    h->state = BROKEN;
    h->reason = (uint8_t)reason;
    return PN_REFUSED;
}

/* Find the next whole line, without its CR LF. */
static enum pn_step line_next(struct pn_h1_head *h, struct pn_slice bytes, struct pn_slice *line)
{
    size_t max = h->bytes_max > 0 ? h->bytes_max : PN_HEAD_BYTES;
    struct pn_slice head = pn_slice_head(bytes, bytes.len < max ? bytes.len : max);
    size_t from = h->seen_bytes > h->line_at ? h->seen_bytes : h->line_at;
    size_t end = from + pn_slice_find(pn_slice_from(head, from), '\n');

    if (end == head.len) {
        h->seen_bytes = (uint16_t)end;
        return head.len == max ? refuse(h, PN_REASON_HEAD_OVERSIZE) : PN_MORE;
    }
    if (end == h->line_at || head.at[end - 1] != '\r') return refuse(h, PN_REASON_LINE_END_INVALID);

    *line = pn_slice(head.at + h->line_at, end - 1 - h->line_at);
    h->line_at = (uint16_t)(end + 1);
    return PN_DONE;
}

static bool is_digit(uint8_t ch)
{
    return ch >= '0' && ch <= '9';
}

/* "HTTP/1.1" and nothing shorter or longer (RFC 9112, 2.3). */
static enum pn_reason version_take(struct pn_h1_head *h, struct pn_slice version)
{
    if (version.len != 8 || !pn_slice_begins(version, PN_SLICE("HTTP/")) || version.at[6] != '.' ||
        !is_digit(version.at[5]) || !is_digit(version.at[7])) {
        return PN_REASON_HEAD_MALFORMED;
    }
    h->minor = (uint8_t)(version.at[7] - '0');
    return version.at[5] == '1' && h->minor <= 1 ? PN_REASON_NONE : PN_REASON_VERSION_UNSUPPORTED;
}

static void text_take(struct pn_h1_head *h, struct pn_slice text)
{
    h->text_at = (uint16_t)(text.at - h->bytes);
    h->text_len = (uint16_t)text.len;
}

/* method SP request-target SP HTTP-version (RFC 9112, 3) */
static enum pn_reason request_line(struct pn_h1_head *h, struct pn_slice line)
{
    struct pn_target target;
    size_t method_len = pn_octets_span(line, PN_OCTET_TOKEN);

    if (method_len == 0 || method_len == line.len || line.at[method_len] != ' ')
        return malformed(line);

    struct pn_slice rest = pn_slice_from(line, method_len + 1);
    size_t target_len = pn_slice_find(rest, ' ');

    if (target_len == rest.len) return malformed(line);
    if (pn_slice_find(line, '\r') < line.len) return PN_REASON_LINE_END_INVALID;

    enum pn_reason reason = version_take(h, pn_slice_from(rest, target_len + 1));
    if (reason != PN_REASON_NONE) return reason;

    h->method = (uint8_t)pn_h1_method_find(pn_slice_head(line, method_len));
    if (h->method == PN_METHOD_NONE) return PN_REASON_METHOD_UNSUPPORTED;
    if (!pn_target_split(pn_slice_head(rest, target_len), &target)) return PN_REASON_TARGET_INVALID;
    text_take(h, pn_slice_head(rest, target_len));
    h->path_len = (uint16_t)target.path.len;
    return PN_REASON_NONE;
}

/* HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112, 4) */
static enum pn_reason status_line(struct pn_h1_head *h, struct pn_slice line)
{
    uint64_t status;

    if (!pn_octets_all(line, PN_OCTET_VALUE) || line.len < 12 || line.at[8] != ' ' ||
        (line.len > 12 && line.at[12] != ' ')) {
        return malformed(line);
    }
    enum pn_reason reason = version_take(h, pn_slice_head(line, 8));
    if (reason != PN_REASON_NONE) return reason;

    if (!pn_slice_decimal(pn_slice(line.at + 9, 3), 599, &status) || status < 100) {
        return PN_REASON_HEAD_MALFORMED;
    }
    h->status = (uint16_t)status;
    text_take(h, pn_slice_from(line, line.len > 12 ? 13 : 12));
    return PN_REASON_NONE;
}

static enum pn_reason repeated(enum pn_field field)
{
    if (field == PN_FIELD_HOST) return PN_REASON_HOST_REPEATED;
    if (field == PN_FIELD_CONTENT_LENGTH) return PN_REASON_LENGTH_REPEATED;
    if (field == PN_FIELD_TRANSFER_ENCODING) return PN_REASON_CODING_UNSUPPORTED;
    return PN_REASON_FIELD_REPEATED;
}

static enum pn_reason field_add(struct pn_h1_head *h, struct pn_slice name, struct pn_slice value)
{
    enum pn_field id = pn_field_find(name);

    if (h->field_count == PN_H1_FIELDS_MAX) return PN_REASON_HEAD_OVERSIZE;
    if (h->first[id] != 0 && (pn_field_traits(id) & PN_FIELD_ONCE)) return repeated(id);

    h->fields[h->field_count++] = (struct pn_h1_field){
        .name_at = (uint16_t)(name.at - h->bytes),
        .name_len = (uint8_t)name.len,
        .value_at = (uint16_t)(value.at - h->bytes),
        .value_len = (uint16_t)value.len,
        .id = (uint8_t)id,
    };
    if (h->first[id] == 0) h->first[id] = h->field_count;
    return PN_REASON_NONE;
}

/* Without spaces and tabs in front and spaces behind. */
static struct pn_slice value_trim(struct pn_slice s)
{
    while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) s = pn_slice_from(s, 1);
    while (s.len > 0 && s.at[s.len - 1] == ' ') s.len--;
    return s;
}

/* field-name ":" OWS field-value OWS (RFC 9112, 5), but no tab behind the value: parsers differ
 * about whether it belongs to a length or a coding. */
static enum pn_reason field_line(struct pn_h1_head *h, struct pn_slice line)
{
    size_t name_len = pn_octets_span(line, PN_OCTET_TOKEN);

    if (line.at[0] == ' ' || line.at[0] == '\t') return PN_REASON_FIELD_FOLDED;
    if (name_len == 0 || name_len == line.len || line.at[name_len] != ':') return malformed(line);

    struct pn_slice value = value_trim(pn_slice_from(line, name_len + 1));

    if (name_len > UINT8_MAX || !pn_octets_are_value(value)) return malformed(line);
    if (value.len > 0 && value.at[value.len - 1] == '\t') return PN_REASON_HEAD_MALFORMED;
    return field_add(h, pn_slice_head(line, name_len), value);
}

/* All lines are there: decide what they mean together. */
static enum pn_reason head_end(struct pn_h1_head *h, enum message message)
{
    enum pn_reason reason = message == REQUEST ? pn_h1_request_frame(h) : pn_h1_response_frame(h);

    h->head_bytes = h->line_at;
    h->state = COMPLETE;
    return reason;
}

static enum pn_reason line_take(struct pn_h1_head *h, struct pn_slice line, enum message message)
{
    if (h->state == FIELD_LINES) return line.len > 0 ? field_line(h, line) : head_end(h, message);

    h->state = FIELD_LINES;
    return message == REQUEST ? request_line(h, line) : status_line(h, line);
}

/* An interim response is whole: begin anew behind it. */
static void interim_skip(struct pn_h1_head *h)
{
    uint16_t line_at = h->line_at;
    uint8_t method = h->method;

    pn_h1_head_reset(h);
    h->line_at = line_at;
    h->method = method;
}

static enum pn_step parse(struct pn_h1_head *h, struct pn_slice bytes, enum message message)
{
    struct pn_slice line;

    if (h->state == BROKEN) return PN_REFUSED;
    PN_ASSERT(bytes.len >= h->line_at && bytes.len >= h->seen_bytes);
    h->bytes = bytes.at;

    while (h->state != COMPLETE) {
        enum pn_step step = line_next(h, bytes, &line);
        if (step != PN_DONE) return step;

        enum pn_reason reason = line_take(h, line, message);
        if (reason != PN_REASON_NONE) return refuse(h, reason);
        if (h->state == COMPLETE && message == RESPONSE && h->status < 200) {
            interim_skip(h);
            h->bytes = bytes.at;
        }
    }
    return PN_DONE;
}

enum pn_step pn_h1_request_parse(struct pn_h1_head *h, struct pn_slice bytes)
{
    return parse(h, bytes, REQUEST);
}

enum pn_step pn_h1_response_parse(struct pn_h1_head *h, struct pn_slice bytes)
{
    return parse(h, bytes, RESPONSE);
}

void pn_h1_head_reset(struct pn_h1_head *h)
{
    uint16_t bytes_max = h->bytes_max;

    memset(h, 0, offsetof(struct pn_h1_head, fields));
    h->bytes_max = bytes_max;
}

struct pn_slice pn_h1_field(const struct pn_h1_head *h, enum pn_field field)
{
    return pn_h1_has(h, field) ? pn_h1_field_value(h, h->first[field] - 1u) : pn_slice(NULL, 0);
}

struct pn_slice pn_h1_field_name(const struct pn_h1_head *h, unsigned index)
{
    PN_ASSERT(index < h->field_count);
    return pn_slice(h->bytes + h->fields[index].name_at, h->fields[index].name_len);
}

struct pn_slice pn_h1_field_value(const struct pn_h1_head *h, unsigned index)
{
    PN_ASSERT(index < h->field_count);
    return pn_slice(h->bytes + h->fields[index].value_at, h->fields[index].value_len);
}

struct pn_slice pn_h1_target(const struct pn_h1_head *h)
{
    return pn_slice(h->bytes + h->text_at, h->text_len);
}

struct pn_slice pn_h1_path(const struct pn_h1_head *h)
{
    return pn_slice_head(pn_h1_target(h), h->path_len);
}

struct pn_slice pn_h1_query(const struct pn_h1_head *h)
{
    if (h->path_len == h->text_len) return pn_slice(NULL, 0);
    return pn_slice_from(pn_h1_target(h), h->path_len + 1u);
}

struct pn_slice pn_h1_reason_phrase(const struct pn_h1_head *h)
{
    return pn_slice(h->bytes + h->text_at, h->text_len);
}

static const char *const method_names[PN_METHOD_COUNT] = {
    [PN_METHOD_NONE] = "",
#define PN_H1_METHOD(name) [PN_METHOD_##name] = #name,
#include "core/http/h1_method.def"
#undef PN_H1_METHOD
};

static const uint8_t method_lens[PN_METHOD_COUNT] = {
#define PN_H1_METHOD(name) [PN_METHOD_##name] = sizeof(#name) - 1,
#include "core/http/h1_method.def"
#undef PN_H1_METHOD
};

struct pn_slice pn_h1_method_name(enum pn_h1_method method)
{
    return pn_slice(method_names[method], method_lens[method]);
}

enum pn_h1_method pn_h1_method_find(struct pn_slice name)
{
    for (unsigned i = PN_METHOD_NONE + 1; i < PN_METHOD_COUNT; i++) {
        if (pn_slice_equal(name, pn_h1_method_name((enum pn_h1_method)i)))
            return (enum pn_h1_method)i;
    }
    return PN_METHOD_NONE;
}
