/* see sim_audit.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/sim/sim_audit.h"

#include <string.h>

void sim_audit_init(struct port_audit *a)
{
    memset(a, 0, sizeof *a);
    a->disk_bytes = SIM_AUDIT_LOG_BYTES;
}

uint64_t port_audit_log_bytes(struct port_audit *a)
{
    return a->log_len;
}

size_t port_audit_log_read(struct port_audit *a, uint64_t at, uint8_t *out, size_t max)
{
    if (a->read_fails || at > a->log_len) return 0;
    size_t len = a->log_len - (size_t)at < max ? a->log_len - (size_t)at : max;
    memcpy(out, a->log + at, len);
    return len;
}

enum port_audit_result port_audit_log_append(struct port_audit *a, struct pn_slice bytes,
                                             size_t *taken)
{
    size_t room = a->disk_bytes > a->log_len ? a->disk_bytes - a->log_len : 0;
    size_t most = a->write_bytes > 0 && a->write_bytes < bytes.len ? a->write_bytes : bytes.len;

    *taken = most < room ? most : room;
    memcpy(a->log + a->log_len, bytes.at, *taken);
    a->log_len += *taken;
    return *taken < most ? PORT_AUDIT_FAULT : PORT_AUDIT_DONE;
}

enum port_audit_result port_audit_log_sync(struct port_audit *a)
{
    if (a->sync_fails) return PORT_AUDIT_FAULT;
    a->synced_len = a->log_len;
    return PORT_AUDIT_DONE;
}

enum port_audit_result port_audit_log_cut(struct port_audit *a, uint64_t bytes)
{
    if (a->cut_fails) return PORT_AUDIT_FAULT;
    a->log_len = (size_t)bytes;
    return PORT_AUDIT_DONE;
}

enum port_audit_result port_audit_log_present(struct port_audit *a)
{
    return a->moved_away ? PORT_AUDIT_FAULT : PORT_AUDIT_DONE;
}

enum port_audit_result port_audit_log_rotate(struct port_audit *a, uint64_t last_seq,
                                             struct pn_slice first)
{
    if (a->rotate_fails || first.len > a->disk_bytes) return PORT_AUDIT_FAULT;
    memcpy(a->aside, a->log, a->log_len);
    a->aside_len = a->log_len;
    a->aside_last_seq = last_seq;
    memcpy(a->log, first.at, first.len);
    a->log_len = a->synced_len = first.len;
    a->moved_away = 0;
    return PORT_AUDIT_DONE;
}

void *port_audit_spool_found(struct port_audit *a, uint32_t index, size_t *bytes)
{
    if (index >= SIM_AUDIT_SPOOLS || a->spool_bytes[index] == 0) return NULL;
    *bytes = a->spool_bytes[index];
    return a->spools[index];
}

void *port_audit_spool_make(struct port_audit *a, uint32_t index, size_t bytes)
{
    if (index >= SIM_AUDIT_SPOOLS || bytes > SIM_AUDIT_SPOOL_BYTES) return NULL;
    a->spool_bytes[index] = bytes;
    return a->spools[index];
}

void port_audit_spool_drop(struct port_audit *a, uint32_t index)
{
    if (index < SIM_AUDIT_SPOOLS) a->spool_bytes[index] = 0;
}

uint8_t *port_audit_head(struct port_audit *a, size_t bytes)
{
    return a->head_fails || bytes > sizeof a->head ? NULL : a->head;
}

enum port_audit_result port_audit_head_sync(struct port_audit *a)
{
    if (a->head_fails) return PORT_AUDIT_FAULT;
    memcpy(a->synced_head, a->head, sizeof a->head);
    return PORT_AUDIT_DONE;
}

void port_audit_wake(struct port_audit *a)
{
    atomic_fetch_add(&a->wakes, 1);
}

void port_audit_wake_worker(struct port_audit *a, uint32_t index)
{
    if (index < SIM_AUDIT_SPOOLS) atomic_fetch_add(&a->worker_wakes[index], 1);
}
