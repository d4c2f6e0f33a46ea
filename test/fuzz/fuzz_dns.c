/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_dns.c - any bytes as the answer of a name server, and as a name.
 *
 * The first byte chooses the type that was asked for. With its top bit set the rest is a host name;
 * else it is the answer's flags, counts and records, behind the id and question we sent, so that
 * nothing is wasted on guessing them. */
#include "core/route/dns.h"

#include <stdlib.h>

static void must(bool holds)
{
    if (!holds) abort();
}

static void as_name(struct pn_slice bytes)
{
    struct pn_dns_question q = { .type = PN_DNS_A };
    uint8_t chance[PN_DNS_CASE_BYTES], out[PN_DNS_QUERY_BYTES];
    struct pn_writer w = pn_writer(out, sizeof out);

    if (!pn_dns_set_name(&q, bytes)) return;
    memset(chance, 0xA5, sizeof chance);
    pn_dns_mix_case(&q, chance);
    pn_dns_write_query(&w, &q, PN_DNS_EDNS);
    must(!w.full && q.name_len >= 3 && q.name[q.name_len - 1] == 0);
}

static void check(const struct pn_dns_question *q, struct pn_slice message)
{
    struct pn_dns_answer answer;

    if (pn_dns_read(q, message, &answer) != PN_DNS_FOUND) return;
    must(answer.count >= 1 && answer.count <= PN_ADDRESSES_MAX);
    must(answer.ttl_s <= INT32_MAX);
    for (int i = 0; i < answer.count; i++) {
        for (int j = 0; j < i; j++)
            must(memcmp(answer.ip[i], answer.ip[j], q->type == PN_DNS_A ? 4 : 16) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_dns_question q = { .id = 0x1234 };

    if (size < 11) return 0;
    if (data[0] >= 0x80) {
        as_name(pn_slice(data + 1, size - 1));
        return 0;
    }
    q.type = data[0] & 1 ? PN_DNS_A : PN_DNS_AAAA;
    must(pn_dns_set_name(&q, PN_SLICE("a.bc")));
    size_t max = size + 64;
    uint8_t *message = malloc(max);
    must(message != NULL);
    struct pn_writer w = pn_writer(message, max);
    pn_write_text(&w, "\x12\x34");
    pn_write(&w, pn_slice(data + 1, 2));
    pn_write_text(&w, "\0\1");
    pn_write(&w, pn_slice(data + 3, 6));
    pn_write(&w, pn_slice(q.name, q.name_len));
    pn_write(&w, pn_slice((uint8_t[]){ 0, (uint8_t)q.type, 0, 1 }, 4));
    pn_write(&w, pn_slice(data + 9, size - 9));
    uint8_t *exact = realloc(message, w.len);
    must(exact != NULL);
    check(&q, pn_slice(exact, w.len));
    free(exact);
    return 0;
}
