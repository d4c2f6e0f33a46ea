/* Any bytes as a log, as the head kept outside it, and as a spool that an earlier run left: read
 * without harm, and what is taken for a whole line is one.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_head.h"
#include "core/audit/audit_ring.h"
#include "core/base/assert.h"
#include "tools/audit_verify.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_log(struct pn_slice rest)
{
    struct pn_audit_place place = { "log", 0 };
    struct pn_audit_record record;
    struct pn_audit_verify v;
    bool good = true;

    pn_audit_verify_begin(&v, NULL);
    while (rest.len > 0) {
        size_t feed = pn_slice_find(rest, '\n');

        place.line++;
        (void)pn_audit_record_read(pn_slice_head(rest, feed), &record);
        if (good) good = pn_audit_verify_line(&v, pn_slice_head(rest, feed), place, &record);
        else pn_audit_verify_behind(&v, pn_slice_head(rest, feed), place);
        rest = pn_slice_from(rest, feed < rest.len ? feed + 1 : feed);
    }
    PN_ASSERT(pn_audit_verify_end(&v) == v.verdict);
}

/* The bytes go over the header and the beginning of a ring that is otherwise in order. */
static void as_spool(const uint8_t *data, size_t size)
{
    static const struct pn_audit_decision d = { .unix_ms = -1 };
    size_t bytes = sizeof(struct pn_audit_spool) + PN_AUDIT_RING_BYTES_MIN;
    void *memory = aligned_alloc(64, bytes);
    struct pn_audit_shared shared = { 0 };
    struct pn_audit_ticket t = { 0 };
    struct pn_audit_ring ring;
    struct pn_slice body;
    uint32_t lost;

    memset(memory, 0, bytes);
    pn_audit_ring_init(&ring, memory, bytes, 7);
    ring.shared = &shared;
    PN_ASSERT(pn_audit_reserve(&ring, &t) == PN_DONE);
    pn_audit_decide(&ring, &t, &d);
    memcpy(memory, data, size < bytes ? size : bytes);
    if (pn_audit_ring_attach(&ring, memory, bytes, &lost) != PN_AUDIT_FOUND_NOTHING) {
        while (pn_audit_ring_take(&ring, &body)) {
            PN_ASSERT(body.len <= PN_AUDIT_BODY_BYTES);
            PN_ASSERT(body.at >= (uint8_t *)memory &&
                      body.at + body.len <= (uint8_t *)memory + bytes);
        }
        pn_audit_ring_free(&ring);
    }
    free(memory);
}

/* A head that is taken for whole is kept again as the same bytes. */
static void as_head(struct pn_slice bytes)
{
    struct pn_audit_chain kept, again;
    struct pn_audit_head head;
    uint8_t memory[PN_AUDIT_HEAD_BYTES];

    if (!pn_audit_head_read(bytes, &kept)) return;
    memcpy(memory, bytes.at, sizeof memory);
    pn_audit_head_init(&head, memory);
    pn_audit_head_keep(&head, &kept);
    PN_ASSERT(pn_audit_head_read(pn_slice(memory, sizeof memory), &again));
    PN_ASSERT(again.seq == kept.seq && memcmp(again.hash, kept.hash, sizeof kept.hash) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    as_log(pn_slice(data, size));
    as_head(pn_slice(data, size));
    as_spool(data, size);
    return 0;
}
