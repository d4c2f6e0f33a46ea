/* see audit_writer.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_writer.h"

/* So that syncing and rotation get their turn under any load. */
enum { BATCHES_PER_TURN = 64 };

static bool fill_batch(struct pn_audit_writer *a)
{
    for (uint32_t i = 0; i < a->setup.ring_count; i++) {
        struct pn_audit_ring *r = &a->setup.rings[(a->ring_next + i) % a->setup.ring_count];
        struct pn_slice members;

        while (pn_audit_batch_has_room(&a->batch) && pn_audit_ring_take(r, &members)) {
            pn_audit_batch_add(&a->batch, members);
        }
    }
    a->ring_next = (a->ring_next + 1) % a->setup.ring_count;
    return a->batch.lines.len > 0;
}

static void wake_waiting(struct pn_audit_writer *a)
{
    for (uint32_t i = 0; i < a->setup.ring_count; i++) {
        if (atomic_exchange(&a->setup.rings[i].waiting, 0) != 0) {
            port_audit_wake_worker(a->setup.port, i);
        }
    }
}

/* Everything taken so far is in the log, and stable if that is asked for. */
static void accept_taken(struct pn_audit_writer *a)
{
    for (uint32_t i = 0; i < a->setup.ring_count; i++) {
        struct pn_audit_ring *r = &a->setup.rings[i];

        if (r->taken == atomic_load_explicit(&r->accepted, memory_order_relaxed)) continue;
        pn_audit_ring_free(r);
        atomic_store(&r->accepted, r->taken);
    }
    wake_waiting(a);
}

static enum port_audit_result sync_log(struct pn_audit_writer *a, uint64_t mono_ms)
{
    a->synced_ms = mono_ms;
    return pn_audit_batch_sync(&a->batch);
}

static enum port_audit_result flush(struct pn_audit_writer *a, uint64_t mono_ms)
{
    if (pn_audit_batch_flush(&a->batch) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    if (a->setup.sync == PN_AUDIT_SYNC_EACH && sync_log(a, mono_ms) == PORT_AUDIT_FAULT) {
        return PORT_AUDIT_FAULT;
    }
    accept_taken(a);
    return PORT_AUDIT_DONE;
}

/* Begin a new log when this one is too large, when asked to, or when somebody moved it away: then
 * failing to begin one is a fault, since what we append would be seen by nobody. */
static enum port_audit_result check_log(struct pn_audit_writer *a, uint64_t mono_ms,
                                        int64_t unix_ms)
{
    uint64_t limit = a->setup.rotate_bytes;

    if (atomic_load(&a->rotate) == 0 && mono_ms - a->checked_ms < PN_AUDIT_CHECK_MS) {
        return PORT_AUDIT_DONE;
    }
    a->checked_ms = mono_ms;
    bool asked = atomic_exchange(&a->rotate, 0) != 0;
    if (port_audit_log_present(a->setup.port) == PORT_AUDIT_FAULT) {
        return pn_audit_batch_rotate(&a->batch, PN_AUDIT_EVENT_LOG_ROTATED,
                                     PN_SLICE("the log before this one was moved or removed"),
                                     unix_ms);
    }
    if (asked || (limit > 0 && port_audit_log_bytes(a->setup.port) >= limit)) {
        (void)pn_audit_batch_rotate(&a->batch, PN_AUDIT_EVENT_LOG_ROTATED,
                                    PN_SLICE("goes on from the log before this one"), unix_ms);
    }
    return PORT_AUDIT_DONE;
}

/* Is the last record written? It stays the last. */
static bool is_over(const struct pn_audit_writer *a)
{
    return atomic_load(&a->ending) != 0 && pn_audit_writer_bytes_waiting(a) == 0;
}

/* Empty the batch at hand, look after the log, then write what waits. `*busy`: something did. */
static enum port_audit_result work(struct pn_audit_writer *a, uint64_t mono_ms, int64_t unix_ms,
                                   bool *busy)
{
    bool failing = pn_audit_writer_fault(a) != 0;

    if (flush(a, mono_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    bool over = is_over(a);
    if (!over && check_log(a, mono_ms, unix_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    if (!over && failing) {
        pn_audit_batch_event(
            &a->batch, PN_AUDIT_EVENT_LOG_FAULT,
            PN_SLICE("the log could not be written for a while; calls were refused"), unix_ms);
    }
    for (int i = 0; i < BATCHES_PER_TURN && fill_batch(a); i++) {
        *busy = true;
        if (flush(a, mono_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    }
    bool due = failing || mono_ms - a->synced_ms >= a->setup.sync_ms;
    if (a->setup.sync == PN_AUDIT_SYNC_INTERVAL && due) return sync_log(a, mono_ms);
    return PORT_AUDIT_DONE;
}

/* Stays awake in the eyes of workers: being woken would only make us fail again sooner. */
static uint32_t report_fault(struct pn_audit_writer *a)
{
    if (pn_audit_writer_fault(a) == 0) pn_audit_count(&a->batch.stats.faults, 1);
    atomic_store(&a->shared.fault, 1);
    wake_waiting(a);
    return PN_AUDIT_RETRY_MS;
}

static bool anything_waits(const struct pn_audit_writer *a)
{
    return pn_audit_writer_bytes_waiting(a) > 0 || atomic_load(&a->stop) != 0 ||
           atomic_load(&a->rotate) != 0;
}

/* While records arrive a nap gathers more of them, unless somebody waits for each. Otherwise sleep,
 * and look once more after saying so: a record may have come in between. */
static uint32_t rest_ms(struct pn_audit_writer *a, uint64_t mono_ms, bool busy)
{
    uint64_t since_ms = mono_ms - a->synced_ms;

    if (atomic_load(&a->stop) != 0) return 0;
    if (busy && a->setup.sync != PN_AUDIT_SYNC_EACH) {
        atomic_store(&a->shared.sleeping, PN_AUDIT_NAP);
        return PN_AUDIT_NAP_MS;
    }
    atomic_store(&a->shared.sleeping, PN_AUDIT_ASLEEP);
    if (anything_waits(a)) return 0;
    if (a->batch.unsynced == 0 || a->setup.sync != PN_AUDIT_SYNC_INTERVAL)
        return PN_AUDIT_TURN_WAIT;
    return since_ms >= a->setup.sync_ms ? 0 : a->setup.sync_ms - (uint32_t)since_ms;
}

/* The last thing there is to do. */
static enum port_audit_result leave_stable(struct pn_audit_writer *a, uint64_t mono_ms)
{
    if (a->setup.sync == PN_AUDIT_SYNC_NONE) return PORT_AUDIT_DONE;
    if (sync_log(a, mono_ms) == PORT_AUDIT_FAULT) return PORT_AUDIT_FAULT;
    return port_audit_head_sync(a->setup.port);
}

uint32_t pn_audit_writer_turn(struct pn_audit_writer *a, uint64_t mono_ms, int64_t unix_ms)
{
    bool busy = false;

    atomic_store(&a->shared.sleeping, PN_AUDIT_AWAKE);
    if (work(a, mono_ms, unix_ms, &busy) == PORT_AUDIT_FAULT) return report_fault(a);
    atomic_store(&a->shared.fault, 0);
    if (atomic_load(&a->stop) == 0 || pn_audit_writer_bytes_waiting(a) > 0) {
        return rest_ms(a, mono_ms, busy);
    }
    return leave_stable(a, mono_ms) == PORT_AUDIT_DONE ? PN_AUDIT_TURN_STOPPED : report_fault(a);
}

void pn_audit_writer_stop(struct pn_audit_writer *a)
{
    atomic_store(&a->stop, 1);
    port_audit_wake(a->setup.port);
}

void pn_audit_writer_ending(struct pn_audit_writer *a)
{
    atomic_store(&a->ending, 1);
}

void pn_audit_writer_rotate(struct pn_audit_writer *a)
{
    atomic_store(&a->rotate, 1);
    port_audit_wake(a->setup.port);
}

uint32_t pn_audit_writer_bytes_waiting(const struct pn_audit_writer *a)
{
    uint32_t bytes = 0;

    for (uint32_t i = 0; i < a->setup.ring_count; i++) {
        bytes += pn_audit_ring_bytes_used(&a->setup.rings[i]);
    }
    return bytes;
}
