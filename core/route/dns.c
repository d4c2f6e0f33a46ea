/* see dns.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/dns.h"

enum {
    HEADER_BYTES = 12,
    LABEL_BYTES_MAX = 63,
    CLASS_IN = 1,
    TYPE_CNAME = 5,
    TYPE_OPT = 41,
};

/* Bits of the header's second word (RFC 1035, 4.1.1). */
enum { FLAG_QR = 0x8000, FLAG_OPCODE = 0x7800, FLAG_TC = 0x0200, FLAG_RD = 0x0100, RCODE = 0x000F };
enum { RCODE_NONE = 0, RCODE_NAME = 3 };

/* --- names that we ask for --- */

static bool is_name_byte(uint8_t ch)
{
    uint8_t lower = pn_ascii_lower(ch);

    return (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_';
}

static bool is_label(struct pn_slice label)
{
    if (label.len == 0 || label.len > LABEL_BYTES_MAX) return false;
    for (size_t i = 0; i < label.len; i++) {
        if (!is_name_byte(label.at[i])) return false;
    }
    return label.at[0] != '-' && label.at[label.len - 1] != '-';
}

static void add_label(struct pn_dns_question *q, struct pn_slice label)
{
    q->name[q->name_len++] = (uint8_t)label.len;
    for (size_t i = 0; i < label.len; i++) q->name[q->name_len++] = pn_ascii_lower(label.at[i]);
}

bool pn_dns_set_name(struct pn_dns_question *q, struct pn_slice host)
{
    struct pn_slice label = { NULL, 0 };
    uint64_t number;

    if (host.len > 0 && host.at[host.len - 1] == '.') host.len--;
    if (host.len == 0 || host.len > PN_DNS_NAME_BYTES - 2) return false;
    q->name_len = 0;
    for (size_t from = 0; from <= host.len; from += label.len + 1) {
        struct pn_slice rest = pn_slice_from(host, from);
        label = pn_slice_head(rest, pn_slice_find(rest, '.'));
        if (!is_label(label)) return false;
        add_label(q, label);
    }
    q->name[q->name_len++] = 0;
    return !pn_slice_decimal(label, UINT64_MAX, &number) && label.len > 0;
}

void pn_dns_mix_case(struct pn_dns_question *q, const uint8_t chance[PN_DNS_CASE_BYTES])
{
    for (size_t i = 0; i < q->name_len; i++) {
        uint8_t lower = q->name[i] | 0x20; /* no length byte becomes a letter: they are below 64 */
        if (lower < 'a' || lower > 'z') continue;
        bool upper = (chance[i / 8] >> (i % 8) & 1) != 0;
        q->name[i] = upper ? (uint8_t)(lower ^ 0x20) : lower;
    }
}

static void write_u16(struct pn_writer *w, uint16_t value)
{
    pn_write_byte(w, (uint8_t)(value >> 8));
    pn_write_byte(w, (uint8_t)value);
}

static void write_opt(struct pn_writer *w)
{
    pn_write_byte(w, 0); /* its owner: the root */
    write_u16(w, TYPE_OPT);
    write_u16(w, PN_DNS_UDP_BYTES);
    write_u16(w, 0); /* extended code and version */
    write_u16(w, 0); /* flags */
    write_u16(w, 0); /* no options */
}

void pn_dns_write_query(struct pn_writer *w, const struct pn_dns_question *q, enum pn_dns_form form)
{
    write_u16(w, q->id);
    write_u16(w, FLAG_RD);
    write_u16(w, 1); /* questions */
    write_u16(w, 0);
    write_u16(w, 0);
    write_u16(w, form == PN_DNS_EDNS ? 1 : 0); /* additional records */
    pn_write(w, pn_slice(q->name, q->name_len));
    write_u16(w, q->type);
    write_u16(w, CLASS_IN);
    if (form == PN_DNS_EDNS) write_opt(w);
}

/* --- names in a message --- */

struct name {
    struct pn_slice message;
    size_t at;     /* the next label */
    size_t lowest; /* pointers must lead below: so none is followed twice */
    size_t end;    /* after the name where it was found, once that is known */
    size_t bytes;  /* of the labels so far */
};

static struct name name_at(struct pn_slice message, size_t at)
{
    return (struct name){ .message = message, .at = at, .lowest = at };
}

static bool follow(struct name *n)
{
    if (n->message.len - n->at < 2) return false;
    size_t to = (size_t)(n->message.at[n->at] & 0x3F) << 8 | n->message.at[n->at + 1];
    if (to >= n->lowest || to < HEADER_BYTES) return false;
    if (n->end == 0) n->end = n->at + 2;
    n->at = n->lowest = to;
    return true;
}

/* The next label; empty at the end of the name. False when the name is not well-formed. */
static bool next_label(struct name *n, struct pn_slice *label)
{
    for (;;) {
        if (n->at >= n->message.len) return false;
        uint8_t len = n->message.at[n->at];
        if (len >= 0xC0) {
            if (!follow(n)) return false;
            continue;
        }
        n->bytes += len + 1U;
        if (len > LABEL_BYTES_MAX || n->bytes > PN_DNS_NAME_BYTES) return false;
        if (n->message.len - n->at - 1 < len) return false;
        *label = pn_slice(n->message.at + n->at + 1, len);
        n->at += len + 1U;
        if (len == 0 && n->end == 0) n->end = n->at;
        return true;
    }
}

/* The offset after the name at `at`; 0 when it is not well-formed. */
static size_t name_end(struct pn_slice message, size_t at)
{
    struct name n = name_at(message, at);
    struct pn_slice label;

    do {
        if (!next_label(&n, &label)) return 0;
    } while (label.len > 0);
    return n.end;
}

/* Both names are well-formed. */
static bool same_name(struct pn_slice message, size_t a, size_t b)
{
    struct name left = name_at(message, a), right = name_at(message, b);
    struct pn_slice one, other;

    if (a == b) return true;
    do {
        if (!next_label(&left, &one) || !next_label(&right, &other)) return false;
        if (!pn_slice_equal_fold(one, other)) return false;
    } while (one.len > 0);
    return true;
}

/* --- records --- */

static uint16_t u16_at(struct pn_slice message, size_t at)
{
    return (uint16_t)(message.at[at] << 8 | message.at[at + 1]);
}

struct record {
    size_t owner;
    uint16_t type, class;
    uint32_t ttl_s;
    size_t data, data_len;
};

/* The record at `*at`, which then lies behind it. False when it is not whole or not well-formed. */
static bool read_record(struct pn_slice message, size_t *at, struct record *r)
{
    size_t fixed = name_end(message, *at);

    if (fixed == 0 || message.len - fixed < 10) return false;
    r->owner = *at;
    r->type = u16_at(message, fixed);
    r->class = u16_at(message, fixed + 2);
    r->ttl_s = (uint32_t)u16_at(message, fixed + 4) << 16 | u16_at(message, fixed + 6);
    if (r->ttl_s > INT32_MAX) r->ttl_s = 0; /* RFC 2181, 8 */
    r->data = fixed + 10;
    r->data_len = u16_at(message, fixed + 8);
    if (message.len - r->data < r->data_len) return false;
    *at = r->data + r->data_len;
    return true;
}

static bool is_well_formed(struct pn_slice message, const struct record *r)
{
    if (r->class != CLASS_IN) return true;
    switch (r->type) {
    case PN_DNS_A: return r->data_len == 4;
    case PN_DNS_AAAA: return r->data_len == 16;
    case TYPE_CNAME: return name_end(message, r->data) == r->data + r->data_len;
    default: return true;
    }
}

static bool answers_well_formed(struct pn_slice message, size_t at, uint16_t count)
{
    for (; count > 0; count--) {
        struct record r;
        if (!read_record(message, &at, &r) || !is_well_formed(message, &r)) return false;
    }
    return true;
}

static void add_address(struct pn_dns_answer *answer, struct pn_slice ip)
{
    for (uint8_t i = 0; i < answer->count; i++) {
        if (memcmp(answer->ip[i], ip.at, ip.len) == 0) return;
    }
    if (answer->count < PN_ADDRESSES_MAX) memcpy(answer->ip[answer->count++], ip.at, ip.len);
}

static void lower_ttl(struct pn_dns_answer *answer, uint32_t ttl_s)
{
    if (ttl_s < answer->ttl_s) answer->ttl_s = ttl_s;
}

/* What the answer section, from `at`, says of the name at `owner`: its addresses are added. Returns
 * where the name that it is an alias of stands, or 0. */
static size_t look_up(struct pn_slice message, size_t at, size_t owner,
                      const struct pn_dns_question *q, struct pn_dns_answer *answer)
{
    size_t alias = 0;

    for (uint16_t left = u16_at(message, 6); left > 0; left--) {
        struct record r;
        if (!read_record(message, &at, &r)) return 0;
        if (r.class != CLASS_IN || !same_name(message, r.owner, owner)) continue;
        if (r.type == q->type) {
            add_address(answer, pn_slice(message.at + r.data, r.data_len));
        } else if (r.type == TYPE_CNAME) {
            alias = r.data;
        } else {
            continue;
        }
        lower_ttl(answer, r.ttl_s);
    }
    return alias;
}

static enum pn_dns_verdict find_addresses(struct pn_slice message, size_t at,
                                          const struct pn_dns_question *q,
                                          struct pn_dns_answer *answer)
{
    size_t owner = HEADER_BYTES;

    *answer = (struct pn_dns_answer){ .ttl_s = UINT32_MAX };
    for (int aliases = 0; aliases <= PN_DNS_ALIASES_MAX; aliases++) {
        owner = look_up(message, at, owner, q, answer);
        if (answer->count > 0) return PN_DNS_FOUND;
        if (owner == 0) return PN_DNS_NOTHING;
    }
    return PN_DNS_FAILED;
}

/* The question of `message`, byte for byte: the offset after it, or 0. */
static size_t match_question(const struct pn_dns_question *q, struct pn_slice message)
{
    size_t end = HEADER_BYTES + q->name_len + 4U;

    if (message.len < end || u16_at(message, 4) != 1) return 0;
    if (memcmp(message.at + HEADER_BYTES, q->name, q->name_len) != 0) return 0;
    if (u16_at(message, end - 4) != q->type || u16_at(message, end - 2) != CLASS_IN) return 0;
    return end;
}

enum pn_dns_verdict pn_dns_read(const struct pn_dns_question *q, struct pn_slice message,
                                struct pn_dns_answer *answer)
{
    if (message.len < HEADER_BYTES || u16_at(message, 0) != q->id) return PN_DNS_STRANGE;
    uint16_t flags = u16_at(message, 2);
    if ((flags & (FLAG_QR | FLAG_OPCODE)) != FLAG_QR) return PN_DNS_STRANGE;
    size_t answers = match_question(q, message);
    if (answers == 0) return PN_DNS_STRANGE;

    if ((flags & RCODE) == RCODE_NAME) return PN_DNS_NOTHING;
    if ((flags & RCODE) != RCODE_NONE) return PN_DNS_FAILED;
    if ((flags & FLAG_TC) != 0) return PN_DNS_TRUNCATED;
    if (!answers_well_formed(message, answers, u16_at(message, 6))) return PN_DNS_STRANGE;
    return find_addresses(message, answers, q, answer);
}
