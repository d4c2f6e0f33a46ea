/* see audit_head.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_head.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/crc32c.h"

enum {
    LINE_BYTES = PN_AUDIT_HEAD_LINE_BYTES,
    SEQ_BYTES = 20,
    HASH_AT = SEQ_BYTES + 1,
};

/* Of fixed width, so that each line lies where it lay before. */
static void write_seq(struct pn_writer *w, uint64_t seq)
{
    uint64_t unit = 10000000000000000000u;

    for (int i = 0; i < SEQ_BYTES; i++, unit /= 10) {
        pn_write_byte(w, (uint8_t)('0' + seq / unit % 10));
    }
}

static void write_line(uint8_t line[LINE_BYTES], const struct pn_audit_chain *chain)
{
    struct pn_writer w = pn_writer(line, LINE_BYTES);
    uint8_t crc[4];

    write_seq(&w, chain->seq);
    pn_write_byte(&w, ' ');
    pn_write_hex(&w, chain->hash, sizeof chain->hash);
    pn_write_byte(&w, ' ');
    pn_store32(crc, pn_crc32c(pn_written(&w)));
    pn_write_hex(&w, crc, sizeof crc);
    pn_write_byte(&w, '\n');
    PN_ASSERT(!w.full && w.len == LINE_BYTES);
}

/* A line is whole when it is what would be written for the head that it names. */
static bool read_line(const uint8_t *line, struct pn_audit_chain *kept)
{
    struct pn_slice seq = pn_slice(line, SEQ_BYTES);
    struct pn_slice hash = pn_slice(line + HASH_AT, 2 * PN_AUDIT_HASH_BYTES);
    uint8_t again[LINE_BYTES];

    if (!pn_slice_decimal(seq, UINT64_MAX - 1, &kept->seq)) return false;
    if (!pn_audit_hash_read(hash, kept->hash)) return false;
    write_line(again, kept);
    return memcmp(line, again, LINE_BYTES) == 0;
}

/* Which line holds, 0 or 1; 2: neither. */
static uint32_t read_both(const uint8_t *at, struct pn_audit_chain *kept)
{
    struct pn_audit_chain line[2];
    bool first = read_line(at, &line[0]), second = read_line(at + LINE_BYTES, &line[1]);

    *kept = (struct pn_audit_chain){ 0 };
    if (!first && !second) return 2;
    uint32_t holds = second && (!first || line[1].seq > line[0].seq) ? 1 : 0;
    *kept = line[holds];
    return holds;
}

bool pn_audit_head_read(struct pn_slice bytes, struct pn_audit_chain *kept)
{
    *kept = (struct pn_audit_chain){ 0 };
    return bytes.len >= PN_AUDIT_HEAD_BYTES && read_both(bytes.at, kept) < 2;
}

void pn_audit_head_init(struct pn_audit_head *h, uint8_t *memory)
{
    struct pn_audit_chain kept;

    *h = (struct pn_audit_head){ .at = memory, .next = read_both(memory, &kept) == 0 ? 1 : 0 };
}

void pn_audit_head_keep(struct pn_audit_head *h, const struct pn_audit_chain *chain)
{
    uint8_t line[LINE_BYTES];

    write_line(line, chain);
    memcpy(h->at + h->next * LINE_BYTES, line, LINE_BYTES);
    h->next ^= 1;
}
