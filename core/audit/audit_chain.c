/* see audit_chain.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_chain.h"

#include "core/audit/audit.h"
#include "port/port_crypto.h"

enum { HEX_BYTES = 2 * PN_AUDIT_HASH_BYTES };

static const struct pn_slice before_seq = PN_SLICE_INIT("{\"v\":1,\"seq\":");
static const struct pn_slice before_prev = PN_SLICE_INIT(",\"prev\":\"");
static const struct pn_slice before_members = PN_SLICE_INIT("\",");
static const struct pn_slice before_hash = PN_SLICE_INIT(",\"hash\":\"");
static const struct pn_slice after_hash = PN_SLICE_INIT("\"}");

_Static_assert(13 + 20 + 9 + HEX_BYTES + 2 + 9 + HEX_BYTES + 2 + 1 <= PN_AUDIT_CHAIN_BYTES,
               "You need more room for what the chain adds to a record.");

bool pn_audit_chain_write(struct pn_audit_chain *c, struct pn_writer *w, struct pn_slice members)
{
    struct pn_writer line = *w;
    uint8_t hash[PN_AUDIT_HASH_BYTES];

    pn_write(&line, before_seq);
    pn_write_u64(&line, c->seq + 1);
    pn_write(&line, before_prev);
    pn_write_hex(&line, c->hash, sizeof c->hash);
    pn_write(&line, before_members);
    pn_write(&line, members);
    if (line.full) return false;
    port_sha256(w->at + w->len, line.len - w->len, hash);
    pn_write(&line, before_hash);
    pn_write_hex(&line, hash, sizeof hash);
    pn_write(&line, after_hash);
    pn_write_byte(&line, '\n');
    if (line.full) return false;
    *w = line;
    c->seq++;
    memcpy(c->hash, hash, sizeof hash);
    return true;
}

static bool take(struct pn_slice *line, struct pn_slice text)
{
    if (!pn_slice_begins(*line, text)) return false;
    *line = pn_slice_from(*line, text.len);
    return true;
}

static int nibble(uint8_t ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

bool pn_audit_hash_read(struct pn_slice hex, uint8_t hash[PN_AUDIT_HASH_BYTES])
{
    if (hex.len != HEX_BYTES) return false;
    for (size_t i = 0; i < PN_AUDIT_HASH_BYTES; i++) {
        int high = nibble(hex.at[2 * i]), low = nibble(hex.at[2 * i + 1]);

        if (high < 0 || low < 0) return false;
        hash[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool take_hash(struct pn_slice *line, uint8_t hash[PN_AUDIT_HASH_BYTES])
{
    if (line->len < HEX_BYTES) return false;
    if (!pn_audit_hash_read(pn_slice_head(*line, HEX_BYTES), hash)) return false;
    *line = pn_slice_from(*line, HEX_BYTES);
    return true;
}

static bool take_seq(struct pn_slice *line, uint64_t *seq)
{
    struct pn_slice digits = pn_slice_head(*line, pn_slice_find(*line, ','));

    if (digits.len == 0 || digits.at[0] == '0') return false;
    if (!pn_slice_decimal(digits, UINT64_MAX - 1, seq)) return false;
    *line = pn_slice_from(*line, digits.len);
    return true;
}

bool pn_audit_line_seq(struct pn_slice line, uint64_t *seq)
{
    return take(&line, before_seq) && take_seq(&line, seq);
}

enum pn_audit_line_state pn_audit_line_read(struct pn_slice line, struct pn_audit_line *out)
{
    size_t tail_bytes = before_hash.len + HEX_BYTES + after_hash.len;
    struct pn_audit_line parts;
    uint8_t hash[PN_AUDIT_HASH_BYTES];

    if (line.len < tail_bytes || line.len >= PN_AUDIT_LINE_BYTES) return PN_AUDIT_LINE_FORM;
    struct pn_slice front = pn_slice_head(line, line.len - tail_bytes);
    struct pn_slice tail = pn_slice_from(line, front.len), rest = front;

    if (!take(&rest, before_seq) || !take_seq(&rest, &parts.seq) || !take(&rest, before_prev) ||
        !take_hash(&rest, parts.prev) || !take(&rest, before_members)) {
        return PN_AUDIT_LINE_FORM;
    }
    if (!take(&tail, before_hash) || !take_hash(&tail, parts.hash) || !take(&tail, after_hash)) {
        return PN_AUDIT_LINE_FORM;
    }
    parts.members = rest;
    *out = parts;
    port_sha256(front.at, front.len, hash);
    return memcmp(hash, parts.hash, sizeof hash) == 0 ? PN_AUDIT_LINE_WHOLE : PN_AUDIT_LINE_ALTERED;
}
