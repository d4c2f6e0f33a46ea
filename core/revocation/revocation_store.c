/* see revocation_store.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation/revocation_store.h"

#include "core/base/bytes.h"
#include "core/base/crc32c.h"

enum {
    HEAD_BYTES = PORT_STORE_UNIT_BYTES,
    MAGIC = 0x31524E50, /* "PNR1" */
    AT_NUMBER = 4,
    AT_COUNT = 8,
    AT_NEXT_ID = 12,
    AT_RECORDS_CRC = 16,
    AT_CRC = HEAD_BYTES - 4,
};

struct head {
    uint32_t number, count, next_id, crc;
};

static enum port_store_area other_area(const struct pn_revocations *r)
{
    return r->area == PORT_STORE_REVOKED_A ? PORT_STORE_REVOKED_B : PORT_STORE_REVOKED_A;
}

static struct pn_slice records_of(const struct pn_revocations *r)
{
    return pn_slice(r->records, (size_t)r->count * PN_REVOCATION_BYTES);
}

static void encode(const struct pn_revocations *r, uint8_t head[HEAD_BYTES])
{
    memset(head, 0, HEAD_BYTES);
    pn_store32(head, MAGIC);
    pn_store32(head + AT_NUMBER, r->number);
    pn_store32(head + AT_COUNT, r->count);
    pn_store32(head + AT_NEXT_ID, r->next_id);
    pn_store32(head + AT_RECORDS_CRC, pn_crc32c(records_of(r)));
    pn_store32(head + AT_CRC, pn_crc32c(pn_slice(head, AT_CRC)));
}

static bool reads_back(struct port_store *store, enum port_store_area area, uint32_t at,
                       struct pn_slice bytes)
{
    uint8_t room[PN_REVOCATION_BYTES];

    for (size_t done = 0; done < bytes.len;) {
        size_t len = bytes.len - done < sizeof room ? bytes.len - done : sizeof room;
        if (!port_store_read(store, area, at + (uint32_t)done, room, len)) return false;
        if (memcmp(room, bytes.at + done, len) != 0) return false;
        done += len;
    }
    return true;
}

static bool write_area(const struct pn_revocations *r, enum port_store_area area)
{
    struct port_store *store = r->slots->store;
    struct pn_slice records = records_of(r);
    uint8_t head[HEAD_BYTES];

    encode(r, head);
    if (!port_store_erase(store, area)) return false;
    if (records.len > 0 && !port_store_program(store, area, HEAD_BYTES, records.at, records.len)) {
        return false;
    }
    return port_store_program(store, area, 0, head, sizeof head) && port_store_sync(store) &&
           reads_back(store, area, 0, pn_slice(head, sizeof head)) &&
           reads_back(store, area, HEAD_BYTES, records);
}

/* Each attempt has a number of its own: one that was reported as failed may be found whole after a
 * restart, and must not be taken for a later one. */
enum pn_revocation_written pn_revocation_store_write(struct pn_revocations *r)
{
    enum port_store_area area = other_area(r);

    r->number++;
    if (!write_area(r, area)) return PN_REVOCATION_UNWRITTEN;
    r->area = (uint8_t)area;
    return pn_slots_keep_revocations(r->slots, r->number) ? PN_REVOCATION_WRITTEN
                                                          : PN_REVOCATION_UNLOGGED;
}

void pn_revocation_store_undo(struct pn_revocations *r)
{
    struct port_store *store = r->slots->store;

    if (port_store_erase(store, other_area(r))) (void)port_store_sync(store);
}

static bool read_head(const struct pn_revocations *r, enum port_store_area area, struct head *head)
{
    uint8_t bytes[HEAD_BYTES];

    *head = (struct head){ 0 };
    if (!port_store_read(r->slots->store, area, 0, bytes, sizeof bytes)) return false;
    if (pn_load32(bytes) != MAGIC ||
        pn_load32(bytes + AT_CRC) != pn_crc32c(pn_slice(bytes, AT_CRC))) {
        return false;
    }
    *head = (struct head){ pn_load32(bytes + AT_NUMBER), pn_load32(bytes + AT_COUNT),
                           pn_load32(bytes + AT_NEXT_ID), pn_load32(bytes + AT_RECORDS_CRC) };
    return head->count <= r->max;
}

static bool records_are_sound(const struct pn_revocations *r)
{
    struct pn_revocation e;

    for (uint32_t i = 0; i < r->count; i++) {
        if (!pn_revocation_read(r->records + (size_t)i * PN_REVOCATION_BYTES, &e)) return false;
    }
    return true;
}

static bool load(struct pn_revocations *r, enum port_store_area area, const struct head *head)
{
    size_t len = (size_t)head->count * PN_REVOCATION_BYTES;

    if (head->number == 0 || head->number < r->slots->record.revocations) return false;
    if (!port_store_read(r->slots->store, area, HEAD_BYTES, r->records, len)) return false;
    if (pn_crc32c(pn_slice(r->records, len)) != head->crc) return false;
    r->count = head->count;
    if (!records_are_sound(r)) return false;
    r->number = head->number;
    r->next_id = head->next_id;
    r->area = (uint8_t)area;
    return true;
}

bool pn_revocation_store_read(struct pn_revocations *r)
{
    struct head a, b;
    uint32_t room = (port_store_bytes(r->slots->store, PORT_STORE_REVOKED_A) - HEAD_BYTES) /
                    PN_REVOCATION_BYTES;

    if (r->max > room) r->max = room;
    r->area = PORT_STORE_REVOKED_A;
    r->number = r->slots->record.revocations;
    bool has_a = read_head(r, PORT_STORE_REVOKED_A, &a);
    bool has_b = read_head(r, PORT_STORE_REVOKED_B, &b);
    bool b_first = has_b && (!has_a || b.number > a.number);
    if (b_first && load(r, PORT_STORE_REVOKED_B, &b)) return true;
    if (has_a && load(r, PORT_STORE_REVOKED_A, &a)) return true;
    if (!b_first && has_b && load(r, PORT_STORE_REVOKED_B, &b)) return true;
    r->count = 0;
    return r->slots->record.revocations == 0;
}
