/* see audit_batch.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_batch.h"

#include "core/base/assert.h"

enum { EVENT_BYTES_MAX = 512, KIBIBYTE = 1024 };

void pn_audit_batch_add(struct pn_audit_batch *b, struct pn_slice members)
{
    bool fits = pn_audit_chain_write(&b->chain, &b->lines, members);

    PN_ASSERT(fits);
    b->line_count++;
}

/* An event of the writer has no decision id and no policy, so a part of a record's room will do. */
static struct pn_slice event_members(uint8_t out[EVENT_BYTES_MAX],
                                     const struct pn_audit_event *event)
{
    struct pn_audit_id no_id = { 0 };
    struct pn_writer w = pn_writer(out, EVENT_BYTES_MAX);

    pn_audit_write_event(&w, &no_id, event);
    PN_ASSERT(!w.full);
    return pn_written(&w);
}

void pn_audit_batch_event(struct pn_audit_batch *b, enum pn_audit_event_name name,
                          struct pn_slice detail, int64_t unix_ms)
{
    struct pn_audit_event event = { .unix_ms = unix_ms, .name = (uint8_t)name, .detail = detail };
    uint8_t members[EVENT_BYTES_MAX];

    pn_audit_batch_add(b, event_members(members, &event));
}

static void count_bytes(struct pn_audit_batch *b, size_t bytes)
{
    size_t all = b->odd_bytes + bytes;

    pn_audit_count(&b->stats.kibibytes, (uint32_t)(all / KIBIBYTE));
    b->odd_bytes = (uint32_t)(all % KIBIBYTE);
}

enum port_audit_result pn_audit_batch_flush(struct pn_audit_batch *b)
{
    while (b->taken_bytes < b->lines.len) {
        struct pn_slice rest = pn_slice_from(pn_slice(b->lines.at, b->lines.len), b->taken_bytes);
        size_t taken = 0;
        enum port_audit_result result = port_audit_log_append(b->port, rest, &taken);

        PN_ASSERT(taken <= rest.len && (taken > 0 || result == PORT_AUDIT_FAULT));
        b->taken_bytes += taken;
        if (taken > 0) b->unsynced = 1;
        count_bytes(b, taken);
        if (result == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    }
    if (b->line_count > 0) pn_audit_head_keep(&b->kept, &b->chain);
    pn_audit_count(&b->stats.records, b->line_count);
    b->lines.len = 0;
    b->taken_bytes = 0;
    b->line_count = 0;
    return PORT_AUDIT_DONE;
}

enum port_audit_result pn_audit_batch_sync(struct pn_audit_batch *b)
{
    if (b->unsynced == 0) return PORT_AUDIT_DONE;
    if (port_audit_log_sync(b->port) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    pn_audit_count(&b->stats.syncs, 1);
    b->unsynced = 0;
    return PORT_AUDIT_DONE;
}

/* The head kept is made stable first: were an older one found after a power cut, its record would be
 * in the log that was put aside, and missed in the new one. */
enum port_audit_result pn_audit_batch_replace(struct pn_audit_batch *b,
                                              const struct pn_audit_chain *from,
                                              const struct pn_audit_event *event)
{
    uint8_t members[EVENT_BYTES_MAX], line[EVENT_BYTES_MAX + PN_AUDIT_CHAIN_BYTES];
    struct pn_writer first = pn_writer(line, sizeof line);
    struct pn_audit_chain next = *from;

    PN_ASSERT(b->lines.len == 0);
    bool fits = pn_audit_chain_write(&next, &first, event_members(members, event));
    PN_ASSERT(fits);
    if (port_audit_head_sync(b->port) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    if (port_audit_log_rotate(b->port, b->chain.seq, pn_written(&first)) == PORT_AUDIT_FAULT) {
        return PORT_AUDIT_FAULT;
    }
    b->chain = next;
    pn_audit_head_keep(&b->kept, &b->chain);
    b->unsynced = 0;
    count_bytes(b, first.len);
    pn_audit_count(&b->stats.records, 1);
    pn_audit_count(&b->stats.rotations, 1);
    return PORT_AUDIT_DONE;
}

enum port_audit_result pn_audit_batch_rotate(struct pn_audit_batch *b,
                                             enum pn_audit_event_name name, struct pn_slice detail,
                                             int64_t unix_ms)
{
    struct pn_audit_event event = { .unix_ms = unix_ms, .name = (uint8_t)name, .detail = detail };

    return pn_audit_batch_replace(b, &b->chain, &event);
}
