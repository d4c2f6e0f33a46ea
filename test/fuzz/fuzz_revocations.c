/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_revocations.c - a list of revocations that somebody has written to before the start.
 *
 * The first byte says whether checksums are made good, and what number the log names; the next two say
 * how much of the rest lies in the first area, what is left lies in the second. Whatever is read is a
 * list whose entries are whole and in the set, and what is revoked then is there at the next start with
 * all that was there before. */
/* links: sim */
#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/revocation/revocation.h"
#include "platforms/sim/sim_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 6, PLACES = 16, REPAIR = 0x80, HEAD = PORT_STORE_UNIT_BYTES };

static struct port_store store;
static struct pn_slots slots;
static struct pn_revoked_set set;
static struct pn_revoked_place places[PLACES];
static struct pn_revocations list;
static uint8_t records[MAX * PN_REVOCATION_BYTES];
static const uint8_t seed[16] = { 1 };

static void demand(bool holds)
{
    if (!holds) abort();
}

static bool start(void)
{
    memset(&set, 0, sizeof set);
    memset(places, 0, sizeof places);
    pn_revoked_set_init(&set, places, MAX, seed);
    demand(pn_slots_open(&slots, &store) == PN_SEAL_ACCEPTED);
    list = (struct pn_revocations){ .records = records, .max = MAX };
    return pn_revocations_open(&list, &slots, &set);
}

static bool has(const struct pn_revocation *e)
{
    return pn_revoked_has(&set, pn_revoked_mark_of(&set, (enum pn_revoked_kind)e->kind, e->name));
}

static void check_list(void)
{
    demand(list.count <= MAX);
    for (uint32_t i = 0; i < list.count; i++) {
        struct pn_revocation e = pn_revocations_at(&list, i);
        demand(e.name.len > 0 && has(&e));
    }
}

/* As a writer with bad intentions would. */
static void repair(uint8_t *area)
{
    size_t count = pn_load32(area + 8) % (MAX + 1);
    struct pn_slice all = pn_slice(area + HEAD, count * PN_REVOCATION_BYTES);

    pn_store32(area, 0x31524E50);
    pn_store32(area + 8, (uint32_t)count);
    pn_store32(area + 16, pn_crc32c(all));
    pn_store32(area + HEAD - 4, pn_crc32c(pn_slice(area, HEAD - 4)));
}

static void fill(enum port_store_area area, struct pn_slice bytes)
{
    memcpy(store.bytes[area], bytes.at, bytes.len < SIM_SLOT_BYTES ? bytes.len : SIM_SLOT_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_revocation e = { .kind = PN_REVOKED_TASK,
                               .name = PN_SLICE("fuzz"),
                               .reason = PN_SLICE("r"),
                               .by = PN_SLICE("b") };

    if (size < 3) return 0;
    struct pn_slice rest = pn_slice(data + 3, size - 3);
    size_t first = pn_load16(data + 1) % (rest.len + 1);
    sim_store_init(&store);
    demand(pn_slots_open(&slots, &store) == PN_SEAL_ACCEPTED);
    if (data[0] % 8 > 0) demand(pn_slots_keep_revocations(&slots, data[0] % 8));
    if (rest.len > 0) fill(PORT_STORE_REVOKED_A, pn_slice_head(rest, first));
    if (rest.len > 0) fill(PORT_STORE_REVOKED_B, pn_slice_from(rest, first));
    if (data[0] & REPAIR) {
        repair(store.bytes[PORT_STORE_REVOKED_A]);
        repair(store.bytes[PORT_STORE_REVOKED_B]);
    }
    if (!start()) demand(pn_revocations_begin(&list) == PN_REVOCATION_KEPT);
    check_list();
    uint32_t count = list.count;
    if (pn_revocations_add(&list, &e, 0) == PN_REVOCATION_FULL) return 0;
    demand(start() && list.count >= count && has(&e));
    check_list();
    return 0;
}
