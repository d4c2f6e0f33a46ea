/* audit_head.h - the head of the log, kept once more outside it.
 *
 * A chain does not show that records are missing at its end, nor that the whole log is gone. So
 * after each append the writer notes which record is the last, and its hash, in memory that the
 * platform lends, that outlives the process and does not lie in the log (on Linux a file of the
 * state directory, mapped shared). At the next start the log must hold that record.
 *
 * The memory holds two lines of text, written in turn, so that one of them is whole wherever the
 * process dies:
 *
 *     00000000000000004711 <hash, 64 hex> <CRC-32C of the line before this field, 8 hex>
 *
 * The whole line with the higher number holds. It is at most one batch older than the log, and
 * noting it costs no system call and no sync. After a power cut it may be older, by as much as the
 * platform leaves in memory: then what was cut off behind it is not seen.
 *
 * It guards against who may write the log and not the state directory, and against mistakes. Who
 * may write both, and the gateway itself, can make both agree: for that, keep a head elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_HEAD_H
#define PN_AUDIT_HEAD_H

#include "core/audit/audit_chain.h"

enum {
    PN_AUDIT_HEAD_LINE_BYTES = 20 + 1 + 2 * PN_AUDIT_HASH_BYTES + 1 + 8 + 1,
    PN_AUDIT_HEAD_BYTES = 2 * PN_AUDIT_HEAD_LINE_BYTES,
};

struct pn_audit_head {
    uint8_t *at;   /* PN_AUDIT_HEAD_BYTES, lent */
    uint32_t next; /* the line to write next: 0 or 1, the one that holds the older head */
};

/* Read what was kept, from memory or from a copy of it. False when no line of it is whole, as in
 * memory that was never written; `*kept` is then that of an empty chain. */
bool pn_audit_head_read(struct pn_slice bytes, struct pn_audit_chain *kept);

/* Use `memory` from now on, lent for the head's life; what it holds stays until it is overwritten. */
void pn_audit_head_init(struct pn_audit_head *h, uint8_t *memory);

/* Keep this head. */
void pn_audit_head_keep(struct pn_audit_head *h, const struct pn_audit_chain *chain);

#endif
