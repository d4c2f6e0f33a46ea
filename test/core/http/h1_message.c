/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_message.h */
#include "h1_message.h"

#include <stdlib.h>

static uint8_t *exact_copy(struct pn_slice bytes)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);

    if (copy == NULL) abort();
    if (bytes.len > 0) memcpy(copy, bytes.at, bytes.len);
    return copy;
}

static void head_arrives(struct message *m, enum message_kind kind, struct pn_slice so_far)
{
    uint8_t *copy = exact_copy(so_far);
    struct pn_slice bytes = pn_slice(copy, so_far.len);

    m->step = kind == MESSAGE_REQUEST ? pn_h1_request_parse(&m->head, bytes)
                                      : pn_h1_response_parse(&m->head, bytes);
    m->reason = m->step == PN_REFUSED ? (enum pn_reason)m->head.reason : PN_REASON_NONE;
    pn_h1_head_moved(&m->head, m->text);
    free(copy);
}

/* Returns the bytes of `fresh` that the body took. */
static size_t body_arrives(struct message *m, struct pn_h1_body *body, struct pn_slice fresh)
{
    uint8_t *copy = exact_copy(fresh);
    struct pn_slice in = pn_slice(copy, fresh.len), data;

    do {
        m->step = pn_h1_body_next(body, &in, &data);
        if (data.len > 0) memcpy(m->body + m->body_bytes, data.at, data.len);
        m->body_bytes += data.len;
    } while (m->step == PN_MORE && in.len > 0);
    if (m->step == PN_REFUSED) m->reason = PN_REASON_CHUNK_MALFORMED;
    free(copy);
    return fresh.len - in.len;
}

static size_t arrive(size_t so_far, size_t all, struct arrival arrival)
{
    size_t more = so_far == 0 ? arrival.first : arrival.next;

    return more == 0 || more > all - so_far ? all : so_far + more;
}

static void body_read(struct message *m, enum message_kind kind, struct pn_slice bytes,
                      size_t arrived, struct arrival arrival)
{
    struct pn_h1_body body =
        kind == MESSAGE_REQUEST ? pn_h1_request_body(&m->head) : pn_h1_response_body(&m->head);

    m->used_bytes = m->head.head_bytes;
    for (;;) {
        size_t used = m->used_bytes;
        m->used_bytes += body_arrives(m, &body, pn_slice(bytes.at + used, arrived - used));
        if (m->step != PN_MORE || arrived == bytes.len) break;
        arrived = arrive(arrived, bytes.len, arrival);
    }
    if (m->step == PN_MORE && kind == MESSAGE_RESPONSE &&
        pn_h1_body_end_of_stream(&body) == PN_DONE) {
        m->step = PN_DONE;
    }
}

void message_read(struct message *m, enum message_kind kind, struct pn_slice bytes,
                  struct arrival arrival)
{
    size_t arrived = 0;

    if (bytes.len > MESSAGE_BYTES_MAX) abort();
    if (bytes.len > 0) memcpy(m->text, bytes.at, bytes.len);
    m->used_bytes = m->body_bytes = 0;
    do {
        arrived = arrive(arrived, bytes.len, arrival);
        head_arrives(m, kind, pn_slice_head(bytes, arrived));
    } while (m->step == PN_MORE && arrived < bytes.len);

    if (m->step == PN_DONE) body_read(m, kind, bytes, arrived, arrival);
}

bool message_same(const struct message *a, const struct message *b)
{
    size_t fields = a->head.field_count * sizeof a->head.fields[0];
    struct pn_h1_head x = a->head, y = b->head;

    if (a->step != b->step || a->reason != b->reason || a->body_bytes != b->body_bytes)
        return false;
    if (memcmp(a->body, b->body, a->body_bytes) != 0) return false;
    if (a->step != PN_DONE) return true;

    /* How far the search for a line end had come is the one thing that may differ. */
    x.bytes = y.bytes = NULL;
    x.seen_bytes = y.seen_bytes = 0;
    return a->used_bytes == b->used_bytes &&
           memcmp(&x, &y, offsetof(struct pn_h1_head, fields)) == 0 &&
           memcmp(x.fields, y.fields, fields) == 0;
}

bool message_read_every_way(struct message *m, enum message_kind kind, struct pn_slice bytes,
                            size_t *cut)
{
    struct message *again = malloc(sizeof *again);
    struct pn_h1_head start = m->head;
    bool all_same = true;

    if (again == NULL) abort();
    message_read(m, kind, bytes, (struct arrival){ bytes.len, 0 });
    for (*cut = 0; *cut < bytes.len && all_same; ++*cut) {
        again->head = start;
        message_read(again, kind, bytes,
                     *cut == 0 ? (struct arrival){ 1, 1 } : (struct arrival){ *cut, 0 });
        all_same = message_same(m, again);
    }
    free(again);
    return all_same;
}
