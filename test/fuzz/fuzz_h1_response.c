/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_h1_response.c - any bytes as an upstream's answer: how they arrive changes nothing, and no
 * field that goes on to the client breaks its head. */
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

/* The client's head, written as a relay would, is one that we would accept ourselves. */
static void relayed(const struct pn_h1_head *h)
{
    struct pn_h1_head again = { .bytes_max = UINT16_MAX };
    struct pn_writer w = pn_writer(anew, sizeof anew);

    pn_h1_write_status_line(&w, h->status);
    pn_h1_write_forwarded(&w, h, PN_H1_DOWNSTREAM, 0);
    if (h->status != 204) pn_h1_write_chunked(&w);
    pn_h1_write_head_end(&w);
    must(!w.full);
    must(pn_h1_response_parse(&again, pn_written(&w)) == PN_DONE);
    must(again.status == h->status && again.head_bytes == w.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 16384) return 0;

    struct pn_slice bytes = pn_slice(data + 1, size - 1);
    struct pn_h1_head start = { .method = data[0] & 0x80 ? PN_METHOD_HEAD : PN_METHOD_POST };
    size_t cut = (data[0] & 0x7f) + 1u;

    whole.head = pieces.head = start;
    message_read(&whole, MESSAGE_RESPONSE, bytes, (struct arrival){ bytes.len, 0 });
    message_read(&pieces, MESSAGE_RESPONSE, bytes, (struct arrival){ cut, cut });
    must(message_same(&whole, &pieces));
    if (whole.step == PN_DONE) relayed(&whole.head);
    return 0;
}
