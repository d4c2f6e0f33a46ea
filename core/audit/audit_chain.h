/* audit_chain.h - records chained by their hashes into the lines of a log.
 *
 * A line is one JSON object and a line feed:
 *
 *     {"v":1,"seq":12,"prev":"<64 hex>",MEMBERS,"hash":"<64 hex>"}
 *
 * `hash` is the SHA-256 of the line's own bytes from its first up to, not including, the comma
 * before "hash"; `prev` is the hash of the line before, so each hash vouches for all lines before
 * it. `seq` counts from 1 and goes on over rotation. The first line of a chain has 64 zeros in
 * `prev`. Anybody can check one line with what every machine has:
 *
 *     sed -n 12p audit.jsonl | sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum
 *
 * The form is exact: no white space, lower-case digits, no leading zero. A line that means the same
 * and is written otherwise is an altered line.
 *
 * What a chain cannot show by itself: that lines are missing at its end, and that somebody who may
 * write the file made all hashes anew from some line on. For the first, audit_head.h keeps the head
 * outside the log; for both, keep one where the gateway cannot write.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_CHAIN_H
#define PN_AUDIT_CHAIN_H

#include "core/base/slice.h"
#include "core/base/writer.h"

enum { PN_AUDIT_HASH_BYTES = 32 };

/* The head of a chain: all zero before its first record. */
struct pn_audit_chain {
    uint64_t seq; /* of the last record */
    uint8_t hash[PN_AUDIT_HASH_BYTES];
};

/* Append the next line, its line feed included, to `w` and move the head on. `members` has no
 * braces and no line feed. False when `w` has no room for all of it; nothing has changed then. */
bool pn_audit_chain_write(struct pn_audit_chain *c, struct pn_writer *w, struct pn_slice members);

/* A line taken apart. */
struct pn_audit_line {
    uint64_t seq;
    uint8_t prev[PN_AUDIT_HASH_BYTES], hash[PN_AUDIT_HASH_BYTES];
    struct pn_slice members; /* borrows from the line */
};

enum pn_audit_line_state {
    PN_AUDIT_LINE_FORM,    /* not a line of a log; `out` is not filled */
    PN_AUDIT_LINE_ALTERED, /* its form is right and its hash is not that of its bytes */
    PN_AUDIT_LINE_WHOLE,   /* as it was written; whether it belongs here, `prev` and `seq` say */
};

/* Read one line, without its line feed. */
enum pn_audit_line_state pn_audit_line_read(struct pn_slice line, struct pn_audit_line *out);

/* Read only a line's number, for those who look for one: false when it does not begin as a line of
 * a log. */
bool pn_audit_line_seq(struct pn_slice line, uint64_t *seq);

/* Read a hash from its 64 lower-case hexadecimal digits; false, and `hash` not to be used, when it
 * is anything else. */
bool pn_audit_hash_read(struct pn_slice hex, uint8_t hash[PN_AUDIT_HASH_BYTES]);

/* Is `line` the one that follows this head? */
static inline bool pn_audit_chain_follows(const struct pn_audit_chain *c,
                                          const struct pn_audit_line *line)
{
    return line->seq == c->seq + 1 && memcmp(line->prev, c->hash, PN_AUDIT_HASH_BYTES) == 0;
}

#endif
