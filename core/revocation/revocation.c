/* see revocation.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation/revocation.h"

#include "core/base/assert.h"
#include "core/revocation/revocation_store.h"

static uint8_t *record_at(const struct pn_revocations *r, uint32_t index)
{
    return r->records + (size_t)index * PN_REVOCATION_BYTES;
}

struct pn_revocation pn_revocations_at(const struct pn_revocations *r, uint32_t index)
{
    struct pn_revocation e;

    PN_ASSERT(index < r->count);
    (void)pn_revocation_read(record_at(r, index), &e);
    return e;
}

static struct pn_revoked_mark mark_of(const struct pn_revocations *r, const struct pn_revocation *e)
{
    return pn_revoked_mark_of(r->set, (enum pn_revoked_kind)e->kind, e->name);
}

static bool is_lost(const struct pn_revocations *r)
{
    return atomic_load(&r->set->lost) != 0;
}

bool pn_revocations_open(struct pn_revocations *r, struct pn_slots *slots,
                         struct pn_revoked_set *set)
{
    r->slots = slots;
    r->set = set;
    r->count = 0;
    r->next_id = 1;
    r->unkept = false;
    if (!pn_revocation_store_read(r)) {
        atomic_store(&set->lost, 1);
        return false;
    }
    for (uint32_t i = 0; i < r->count; i++) {
        struct pn_revocation e = pn_revocations_at(r, i);
        pn_revoked_add(set, mark_of(r, &e));
    }
    return true;
}

bool pn_revocations_keep(struct pn_revocations *r)
{
    if (r->unkept && !is_lost(r)) {
        r->unkept = pn_revocation_store_write(r) != PN_REVOCATION_WRITTEN;
    }
    return !r->unkept;
}

enum pn_revocation_result pn_revocations_begin(struct pn_revocations *r)
{
    if (!is_lost(r)) return PN_REVOCATION_UNKNOWN;
    r->count = 0;
    enum pn_revocation_written written = pn_revocation_store_write(r);
    if (written == PN_REVOCATION_UNWRITTEN) {
        pn_revocation_store_undo(r);
        return PN_REVOCATION_UNKEPT;
    }
    r->unkept = written != PN_REVOCATION_WRITTEN;
    atomic_store(&r->set->lost, 0);
    return PN_REVOCATION_KEPT;
}

uint32_t pn_revocations_find(const struct pn_revocations *r, uint32_t id)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (pn_revocations_at(r, i).id == id) return i;
    }
    return UINT32_MAX;
}

static uint32_t find_same(const struct pn_revocations *r, const struct pn_revocation *e)
{
    for (uint32_t i = 0; i < r->count; i++) {
        struct pn_revocation at = pn_revocations_at(r, i);
        if (at.kind == e->kind && pn_slice_equal(at.name, e->name)) return i;
    }
    return UINT32_MAX;
}

/* The later end; without an end is the latest. */
static uint64_t later(uint64_t a_s, uint64_t b_s)
{
    if (a_s == 0 || b_s == 0) return 0;
    return a_s > b_s ? a_s : b_s;
}

static void take_out(struct pn_revocations *r, uint32_t index)
{
    uint32_t behind = r->count - index - 1;

    memmove(record_at(r, index), record_at(r, index + 1), (size_t)behind * PN_REVOCATION_BYTES);
    r->count--;
}

static void put_back(struct pn_revocations *r, uint32_t index, const uint8_t *record)
{
    uint32_t behind = r->count - index;

    memmove(record_at(r, index + 1), record_at(r, index), (size_t)behind * PN_REVOCATION_BYTES);
    memcpy(record_at(r, index), record, PN_REVOCATION_BYTES);
    r->count++;
}

enum pn_revocation_result pn_revocations_add(struct pn_revocations *r, struct pn_revocation *e,
                                             uint64_t passed_s)
{
    if (is_lost(r)) return PN_REVOCATION_LOST;
    uint32_t index = find_same(r, e);
    if (index == UINT32_MAX) {
        pn_revocations_reclaim(r, passed_s);
        if (r->count == r->max) return PN_REVOCATION_FULL;
        index = r->count++;
        e->id = r->next_id++;
        pn_revoked_add(r->set, mark_of(r, e));
        if (r->in_force) r->in_force(r->context);
    } else {
        struct pn_revocation before = pn_revocations_at(r, index);
        e->id = before.id;
        e->until_s = later(before.until_s, e->until_s);
    }
    pn_revocation_write(record_at(r, index), e);
    r->unkept = true;
    return pn_revocations_keep(r) ? PN_REVOCATION_KEPT : PN_REVOCATION_UNKEPT;
}

enum pn_revocation_result pn_revocations_lift(struct pn_revocations *r, uint32_t id)
{
    uint8_t record[PN_REVOCATION_BYTES];
    struct pn_revocation e;

    if (is_lost(r)) return PN_REVOCATION_LOST;
    uint32_t index = pn_revocations_find(r, id);
    if (index == UINT32_MAX) return PN_REVOCATION_UNKNOWN;
    memcpy(record, record_at(r, index), sizeof record);
    take_out(r, index);
    enum pn_revocation_written written = pn_revocation_store_write(r);
    r->unkept = written != PN_REVOCATION_WRITTEN; /* and tried again */
    if (written == PN_REVOCATION_UNWRITTEN) {
        put_back(r, index, record);
        pn_revocation_store_undo(r);
        return PN_REVOCATION_UNKEPT;
    }
    (void)pn_revocation_read(record, &e);
    pn_revoked_remove(r->set, mark_of(r, &e));
    return PN_REVOCATION_KEPT;
}

void pn_revocations_reclaim(struct pn_revocations *r, uint64_t passed_s)
{
    for (uint32_t i = r->count; i > 0; i--) {
        struct pn_revocation e = pn_revocations_at(r, i - 1);
        if (e.until_s == 0 || passed_s < PN_REVOCATION_REST_S ||
            passed_s - PN_REVOCATION_REST_S < e.until_s) {
            continue;
        }
        pn_revoked_remove(r->set, mark_of(r, &e));
        take_out(r, i - 1);
    }
}
