/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_h1_request.c - any bytes as a request: how they arrive changes nothing, and what was
 * accepted is accepted again when it is written anew. */
#include "core/http/h1_forward.h"
#include "core/http/h1_write.h"
#include "test/core/http/h1_message.h"

#include <stdlib.h>

static struct message whole, pieces;
static uint8_t anew[2 * MESSAGE_BYTES_MAX];

static void must(bool holds)
{
    if (!holds) abort();
}

static void write_anew(struct pn_writer *w, const struct pn_h1_head *h)
{
    pn_h1_write_request_line(w, (enum pn_h1_method)h->method, pn_h1_target(h));
    for (unsigned i = 0; i < h->field_count; i++) {
        pn_h1_write_field_named(w, pn_h1_field_name(h, i), pn_h1_field_value(h, i));
    }
    pn_h1_write_head_end(w);
}

static void same_again(const struct pn_h1_head *h)
{
    struct pn_h1_head again = { .bytes_max = UINT16_MAX };
    struct pn_writer w = pn_writer(anew, sizeof anew);

    write_anew(&w, h);
    must(!w.full);
    if (h->minor == 0) return; /* it was written as HTTP/1.1, which means other things */
    must(pn_h1_request_parse(&again, pn_written(&w)) == PN_DONE);
    must(again.head_bytes == w.len && again.field_count == h->field_count);
    must(again.framing == h->framing && again.body_bytes == h->body_bytes);
    must(again.keep_alive == h->keep_alive && again.media == h->media && again.coding == h->coding);
    must(pn_slice_equal(pn_h1_path(&again), pn_h1_path(h)));

    w = pn_writer(anew, sizeof anew);
    pn_h1_write_forwarded(&w, h, PN_H1_UPSTREAM, 0);
    must(!w.full);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 16384) return 0;

    struct pn_slice bytes = pn_slice(data + 1, size - 1);
    size_t cut = data[0] + 1u;

    whole.head = pieces.head = (struct pn_h1_head){ 0 };
    message_read(&whole, MESSAGE_REQUEST, bytes, (struct arrival){ bytes.len, 0 });
    message_read(&pieces, MESSAGE_REQUEST, bytes, (struct arrival){ cut, cut });
    must(message_same(&whole, &pieces));
    if (whole.step == PN_DONE) same_again(&whole.head);
    return 0;
}
