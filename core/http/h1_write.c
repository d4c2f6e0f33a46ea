/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_write.h */
#include "core/http/h1_write.h"

#include "core/base/assert.h"
#include "core/http/octet.h"

/* A space would end the target early; what else it holds was checked when it was read. */
static bool target_fits(struct pn_slice target)
{
    return target.len > 0 && target.at[0] == '/' && pn_slice_find(target, ' ') == target.len &&
           pn_slice_find(target, '\t') == target.len;
}

void pn_h1_write_request_line(struct pn_writer *w, enum pn_h1_method method, struct pn_slice target)
{
    PN_ASSERT(method != PN_METHOD_NONE);
    if (!target_fits(target) || !pn_octets_are_value(target)) w->full = true;
    pn_write(w, pn_h1_method_name(method));
    pn_write_byte(w, ' ');
    pn_write(w, target);
    pn_write_text(w, " HTTP/1.1\r\n");
}

static struct pn_slice phrase(unsigned status)
{
    switch (status) {
#define PN_H1_STATUS(number, text) \
    case number: \
        return PN_SLICE(text);
#include "core/http/h1_status.def"
#undef PN_H1_STATUS
    default: return PN_SLICE("");
    }
}

void pn_h1_write_status_line(struct pn_writer *w, unsigned status)
{
    PN_ASSERT(status >= 100 && status <= 599);
    pn_write_text(w, "HTTP/1.1 ");
    pn_write_u64(w, status);
    pn_write_byte(w, ' ');
    pn_write(w, phrase(status));
    pn_write_text(w, "\r\n");
}

static void write_line(struct pn_writer *w, struct pn_slice name, struct pn_slice value)
{
    if (!pn_octets_are_value(value)) w->full = true;

    uint8_t *at = pn_write_room(w, name.len + value.len + 4);
    if (at == NULL) return;
    memcpy(at, name.at, name.len);
    at += name.len;
    *at++ = ':';
    *at++ = ' ';
    if (value.len > 0) memcpy(at, value.at, value.len);
    at += value.len;
    *at++ = '\r';
    *at = '\n';
}

void pn_h1_write_field(struct pn_writer *w, enum pn_field field, struct pn_slice value)
{
    PN_ASSERT(field != PN_FIELD_OTHER);
    write_line(w, pn_field_name(field), value);
}

void pn_h1_write_field_u64(struct pn_writer *w, enum pn_field field, uint64_t value)
{
    uint8_t digits[20];
    struct pn_writer number = pn_writer(digits, sizeof digits);

    pn_write_u64(&number, value);
    pn_h1_write_field(w, field, pn_written(&number));
}

void pn_h1_write_field_named(struct pn_writer *w, struct pn_slice name, struct pn_slice value)
{
    if (name.len == 0 || !pn_octets_all(name, PN_OCTET_TOKEN)) w->full = true;
    write_line(w, name, value);
}

void pn_h1_write_length(struct pn_writer *w, uint64_t body_bytes)
{
    pn_h1_write_field_u64(w, PN_FIELD_CONTENT_LENGTH, body_bytes);
}

void pn_h1_write_chunked(struct pn_writer *w)
{
    pn_write_text(w, "transfer-encoding: chunked\r\n");
}

void pn_h1_write_connection(struct pn_writer *w, enum pn_h1_after after)
{
    if (after == PN_H1_KEEP) pn_write_text(w, "connection: keep-alive\r\n");
    else pn_write_text(w, "connection: close\r\n");
}

void pn_h1_write_head_end(struct pn_writer *w)
{
    pn_write_text(w, "\r\n");
}

void pn_h1_write_chunk_head(struct pn_writer *w, size_t data_bytes)
{
    static const uint8_t hex_digits[16] = "0123456789abcdef";
    uint8_t head[PN_CHUNK_HEAD_BYTES_MAX];
    size_t at = sizeof head;

    PN_ASSERT(data_bytes > 0);
    head[--at] = '\n';
    head[--at] = '\r';
    for (uint64_t left = data_bytes; left > 0; left /= 16) head[--at] = hex_digits[left % 16];
    pn_write(w, pn_slice(head + at, sizeof head - at));
}

void pn_h1_write_chunk_end(struct pn_writer *w)
{
    pn_write_text(w, "\r\n");
}

void pn_h1_write_chunk_last(struct pn_writer *w)
{
    pn_write_text(w, "0\r\n\r\n");
}

void pn_h1_write_response(struct pn_writer *w, const struct pn_h1_response *response)
{
    bool bodiless = response->status < 200 || response->status == 204 || response->status == 304;

    pn_h1_write_status_line(w, response->status);
    if (response->content_type.len > 0) {
        pn_h1_write_field(w, PN_FIELD_CONTENT_TYPE, response->content_type);
    }
    if (!bodiless) pn_h1_write_length(w, response->body.len);
    for (unsigned i = 0; i < response->extra_count; i++) {
        pn_h1_write_field(w, response->extra[i].field, response->extra[i].value);
    }
    pn_h1_write_connection(w, response->after);
    pn_h1_write_head_end(w);
    if (!bodiless && response->method != PN_METHOD_HEAD) pn_write(w, response->body);
}
