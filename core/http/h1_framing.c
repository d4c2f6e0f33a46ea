/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_framing.h */
#include "core/http/h1_framing.h"

#include "core/http/octet.h"

/* Digits, dots and colons of an IPv6 address in brackets; whether they make one is for whoever
 * would connect to it, and nobody does. Returns the length with its brackets, or 0. */
static size_t address_literal_span(struct pn_slice host)
{
    size_t end = pn_slice_find(host, ']');

    if (end == host.len || end < 3) return 0;
    for (size_t i = 1; i < end; i++) {
        uint8_t ch = host.at[i];
        if (ch != ':' && ch != '.' && pn_octet_hex(ch) < 0) return 0;
    }
    return end + 1;
}

/* host [ ":" port ], with a host (RFC 9110, 7.2). */
static bool host_valid(struct pn_slice value)
{
    uint64_t port;
    bool literal = value.len > 0 && value.at[0] == '[';
    size_t len = literal ? address_literal_span(value) : pn_octets_span(value, PN_OCTET_HOST);

    if (len == 0) return false;
    if (len == value.len) return true;
    return value.at[len] == ':' && pn_slice_decimal(pn_slice_from(value, len + 1), 65535, &port);
}

/* Walks the elements of all Connection fields of a head. */
struct connection {
    const struct pn_h1_head *head;
    struct pn_slice rest; /* of the field line before `next` */
    unsigned next;        /* field line to look at next */
};

static struct connection connection(const struct pn_h1_head *h)
{
    unsigned first = h->first[PN_FIELD_CONNECTION];

    return (struct connection){ .head = h, .next = first > 0 ? first - 1 : h->field_count };
}

static bool connection_next(struct connection *c, struct pn_slice *element)
{
    while (!pn_field_list_next(&c->rest, element)) {
        if (c->next == c->head->field_count) return false;
        if (c->head->fields[c->next].id == PN_FIELD_CONNECTION) {
            c->rest = pn_h1_field_value(c->head, c->next);
        }
        c->next++;
    }
    return true;
}

bool pn_h1_connection_lists(const struct pn_h1_head *h, struct pn_slice name)
{
    struct connection c = connection(h);
    struct pn_slice element;

    if (!h->hop_fields) return false;
    while (connection_next(&c, &element)) {
        if (pn_slice_equal_fold(element, name)) return true;
    }
    return false;
}

/* A request may not call a field of ours hop-by-hop: an upstream that obeyed would act on a request
 * without the field that was judged. */
static bool may_be_listed(const struct pn_h1_head *h, struct pn_slice element)
{
    if (!pn_octets_all(element, PN_OCTET_TOKEN)) return false;

    enum pn_field field = pn_field_find(element);
    if (h->status != 0 || field == PN_FIELD_OTHER) return true;
    return field != PN_FIELD_TRANSFER_ENCODING && (pn_field_traits(field) & PN_FIELD_HOP);
}

static enum pn_reason connection_frame(struct pn_h1_head *h)
{
    struct connection c = connection(h);
    struct pn_slice element;
    bool close = false;

    h->keep_alive = h->minor >= 1;
    while (connection_next(&c, &element)) {
        if (pn_slice_equal_fold(element, PN_SLICE("keep-alive"))) {
            h->keep_alive = true;
        } else if (pn_slice_equal_fold(element, PN_SLICE("close"))) {
            close = true;
        } else {
            if (!may_be_listed(h, element)) return PN_REASON_HEAD_MALFORMED;
            h->hop_fields = true;
        }
    }
    if (close) h->keep_alive = false;
    return PN_REASON_NONE;
}

/* RFC 9112, 6.3, without any of its leniencies. Leaves `framing` alone when no field says. */
static enum pn_reason body_frame(struct pn_h1_head *h)
{
    bool coded = pn_h1_has(h, PN_FIELD_TRANSFER_ENCODING);
    bool sized = pn_h1_has(h, PN_FIELD_CONTENT_LENGTH);
    struct pn_slice coding = pn_h1_field(h, PN_FIELD_TRANSFER_ENCODING);

    if (coded && sized) return PN_REASON_LENGTH_AND_CHUNKED;
    if (sized) {
        h->framing = PN_BODY_LENGTH;
        return pn_slice_decimal(pn_h1_field(h, PN_FIELD_CONTENT_LENGTH), INT64_MAX, &h->body_bytes)
                   ? PN_REASON_NONE
                   : PN_REASON_LENGTH_INVALID;
    }
    if (!coded) return PN_REASON_NONE;
    if (h->minor == 0) return PN_REASON_VERSION_UNSUPPORTED;
    if (!pn_slice_equal_fold(coding, PN_SLICE("chunked"))) return PN_REASON_CODING_UNSUPPORTED;
    h->framing = PN_BODY_CHUNKED;
    return PN_REASON_NONE;
}

static void content_frame(struct pn_h1_head *h)
{
    struct pn_slice coding = pn_h1_field(h, PN_FIELD_CONTENT_ENCODING);
    bool plain = !pn_h1_has(h, PN_FIELD_CONTENT_ENCODING) ||
                 pn_slice_equal_fold(coding, PN_SLICE("identity"));

    h->coding = plain ? PN_CODING_IDENTITY : PN_CODING_OTHER;
    if (pn_h1_has(h, PN_FIELD_CONTENT_TYPE)) {
        h->media = (uint8_t)pn_media_of(pn_h1_field(h, PN_FIELD_CONTENT_TYPE));
    }
}

static enum pn_reason host_frame(const struct pn_h1_head *h)
{
    if (!pn_h1_has(h, PN_FIELD_HOST)) return PN_REASON_HOST_MISSING;
    return host_valid(pn_h1_field(h, PN_FIELD_HOST)) ? PN_REASON_NONE : PN_REASON_HOST_INVALID;
}

/* RFC 9110, 10.1.1: an HTTP/1.0 client cannot be waiting for 100. */
static enum pn_reason expect_frame(struct pn_h1_head *h)
{
    if (!pn_h1_has(h, PN_FIELD_EXPECT)) return PN_REASON_NONE;
    if (!pn_slice_equal_fold(pn_h1_field(h, PN_FIELD_EXPECT), PN_SLICE("100-continue"))) {
        return PN_REASON_EXPECTATION_UNKNOWN;
    }
    h->expect_continue = h->minor >= 1;
    return PN_REASON_NONE;
}

enum pn_reason pn_h1_request_frame(struct pn_h1_head *h)
{
    enum pn_reason reason = host_frame(h);

    if (reason == PN_REASON_NONE) reason = body_frame(h);
    if (reason == PN_REASON_NONE) reason = connection_frame(h);
    if (reason == PN_REASON_NONE) reason = expect_frame(h);
    if (reason == PN_REASON_NONE) content_frame(h);
    return reason;
}

/* Statuses whose messages have no body must not be dressed as if they had one (RFC 9110, 8.6). */
static bool bodiless_honest(const struct pn_h1_head *h)
{
    if (h->status >= 200 && h->status != 204) return true;
    if (h->framing == PN_BODY_LENGTH) return h->status == 204 && h->body_bytes == 0;
    return h->framing != PN_BODY_CHUNKED;
}

enum pn_reason pn_h1_response_frame(struct pn_h1_head *h)
{
    enum pn_reason reason;

    h->framing = PN_BODY_UNTIL_CLOSE;
    reason = body_frame(h);
    if (reason == PN_REASON_NONE) reason = connection_frame(h);
    if (reason != PN_REASON_NONE) return reason;
    if (h->status == 101 || !bodiless_honest(h)) return PN_REASON_HEAD_MALFORMED;

    if (h->status < 200 || h->status == 204 || h->status == 304 || h->method == PN_METHOD_HEAD) {
        h->framing = PN_BODY_NONE;
    }
    if (h->framing == PN_BODY_UNTIL_CLOSE) h->keep_alive = false;
    content_frame(h);
    return PN_REASON_NONE;
}
