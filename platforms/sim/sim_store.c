/* see sim_store.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/sim/sim_store.h"

#include <string.h>

#include "core/base/assert.h"

enum { UNIT = PORT_STORE_UNIT_BYTES };

void sim_store_init(struct port_store *store)
{
    memset(store, 0, sizeof *store);
    memset(store->bytes, 0xFF, sizeof store->bytes);
    memset(store->synced, 0xFF, sizeof store->synced);
    store->torn_bits = 0x0F3355A5;
    sim_store_boot(store);
}

static uint32_t dice(struct port_store *store)
{
    store->torn_bits = store->torn_bits * 1664525u + 1013904223u;
    return store->torn_bits >> 8;
}

static void lose_some(struct port_store *store, enum port_store_area area)
{
    for (uint32_t at = 0; at < SIM_SLOT_BYTES; at += UNIT) {
        if (memcmp(store->bytes[area] + at, store->synced[area] + at, UNIT) == 0) continue;
        if (dice(store) % 2 == 0) memcpy(store->bytes[area] + at, store->synced[area] + at, UNIT);
    }
}

void sim_store_boot(struct port_store *store)
{
    for (int area = 0; store->down && store->lose_unsynced && area < PORT_STORE_AREA_COUNT;
         area++) {
        lose_some(store, (enum port_store_area)area);
    }
    memcpy(store->synced, store->bytes, sizeof store->bytes);
    store->down = false;
    store->steps = 0;
    store->cut_at = store->fail_program_at = store->corrupt_program_at = SIM_NEVER;
    store->deny_from = store->deny_until = SIM_NEVER;
}

static bool is_denied(const struct port_store *store, int step)
{
    return step >= store->deny_from && step < store->deny_until;
}

/* One step: true when it is the one that is cut. */
static bool cut_here(struct port_store *store)
{
    if (store->steps++ == store->cut_at) store->down = true;
    return store->down;
}

uint32_t port_store_bytes(struct port_store *store, enum port_store_area area)
{
    (void)store;
    return area == PORT_STORE_LOG_A || area == PORT_STORE_LOG_B ? SIM_LOG_BYTES : SIM_SLOT_BYTES;
}

static void check_range(struct port_store *store, enum port_store_area area, uint32_t offset,
                        size_t len)
{
    PN_ASSERT(area < PORT_STORE_AREA_COUNT && offset <= port_store_bytes(store, area));
    PN_ASSERT(len <= port_store_bytes(store, area) - offset);
}

bool port_store_read(struct port_store *store, enum port_store_area area, uint32_t offset, void *to,
                     size_t len)
{
    check_range(store, area, offset, len);
    if (store->down) return false;
    memcpy(to, store->bytes[area] + offset, len);
    return true;
}

bool port_store_erase(struct port_store *store, enum port_store_area area)
{
    uint32_t len = port_store_bytes(store, area);
    int step = store->steps;

    if (store->down) return false;
    if (cut_here(store)) { /* an erase goes through the sector and stops half-way */
        memset(store->bytes[area], 0xFF, len / 2);
        for (uint32_t i = len / 2; i < len; i++) store->bytes[area][i] |= (uint8_t)(i * 37);
        return false;
    }
    memset(store->bytes[area], 0xFF, len);
    return !is_denied(store, step);
}

/* Of a torn unit some words arrived, some did not, and one arrived in part. */
static void program_torn(struct port_store *store, uint8_t *unit, const uint8_t *from)
{
    for (unsigned i = 0; i < UNIT; i++) {
        uint8_t kept = (uint8_t)(store->torn_bits >> (i / 4 * 8 % 32));
        unit[i] = (uint8_t)(from[i] | kept);
    }
    (void)dice(store);
}

static bool erased(const uint8_t *unit)
{
    for (unsigned i = 0; i < UNIT; i++) {
        if (unit[i] != 0xFF) return false;
    }
    return true;
}

static bool program_unit(struct port_store *store, enum port_store_area area, uint32_t offset,
                         const uint8_t *from)
{
    uint8_t *unit = store->bytes[area] + offset;
    int step = store->steps;

    if (!erased(unit)) store->reprogrammed++;
    if (cut_here(store) || step == store->fail_program_at) {
        program_torn(store, unit, from);
        return false;
    }
    for (unsigned i = 0; i < UNIT; i++) unit[i] &= from[i];
    if (step == store->corrupt_program_at) unit[step % UNIT] ^= 0x10;
    return !is_denied(store, step);
}

bool port_store_program(struct port_store *store, enum port_store_area area, uint32_t offset,
                        const void *from, size_t len)
{
    check_range(store, area, offset, len);
    PN_ASSERT(offset % UNIT == 0 && len % UNIT == 0);
    for (size_t done = 0; done < len; done += UNIT) {
        if (store->down) return false;
        if (!program_unit(store, area, offset + (uint32_t)done, (const uint8_t *)from + done)) {
            return false;
        }
    }
    return true;
}

bool port_store_sync(struct port_store *store)
{
    int step = store->steps;

    if (store->down || cut_here(store)) return false;
    memcpy(store->synced, store->bytes, sizeof store->bytes);
    return !is_denied(store, step);
}
