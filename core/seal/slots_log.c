/* see slots_log.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/slots_log.h"

#include "core/base/bytes.h"
#include "core/base/crc32c.h"

enum { BYTES = PN_SLOTS_RECORD_BYTES, MAGIC = 0x314C4E50 /* "PNL1" */ };

/* Where things are in a record; what is not named is zero. */
enum {
    AT_MAGIC = 0,
    AT_SLOT = 4,
    AT_FLAGS = 5,
    AT_KEYSET_AREA = 6, /* 1: the second one */
    AT_NUMBER = 8,
    AT_SEQUENCE = 16,
    AT_TIME_FLOOR = 24,
    AT_EPOCH = 32,
    AT_HELD = 36,
    AT_KEYSET = 40,
    AT_REVOCATIONS = 44,
    AT_IDENTITY = 64,
    AT_CRC = BYTES - 4
};
_Static_assert(AT_IDENTITY + PORT_DIGEST_BYTES <= AT_CRC, "the record has outgrown its units");

static void encode(uint8_t bytes[BYTES], const struct pn_slots_record *record, uint64_t number)
{
    memset(bytes, 0, BYTES);
    pn_store32(bytes + AT_MAGIC, MAGIC);
    bytes[AT_SLOT] = record->slot;
    bytes[AT_FLAGS] = record->flags;
    bytes[AT_KEYSET_AREA] = record->keyset_area == PORT_STORE_KEYS_B ? 1 : 0;
    bytes[AT_HELD] = record->held.any ? 1 : 0;
    pn_store64(bytes + AT_NUMBER, number);
    pn_store64(bytes + AT_SEQUENCE, record->held.sequence);
    pn_store64(bytes + AT_TIME_FLOOR, record->time_floor_s);
    pn_store32(bytes + AT_EPOCH, record->held.epoch);
    pn_store32(bytes + AT_KEYSET, record->keyset_version);
    pn_store32(bytes + AT_REVOCATIONS, record->revocations);
    memcpy(bytes + AT_IDENTITY, record->held.identity, PORT_DIGEST_BYTES);
    pn_store32(bytes + AT_CRC, pn_crc32c(pn_slice(bytes, AT_CRC)));
}

/* Returns the record's number, or 0 when the bytes are not a whole record. */
static uint64_t decode(const uint8_t bytes[BYTES], struct pn_slots_record *record)
{
    if (pn_load32(bytes + AT_MAGIC) != MAGIC || bytes[AT_SLOT] > PORT_STORE_SLOT_B ||
        pn_load32(bytes + AT_CRC) != pn_crc32c(pn_slice(bytes, AT_CRC))) {
        return 0;
    }
    *record = (struct pn_slots_record){
        .held = { .any = bytes[AT_HELD] == 1,
                  .sequence = pn_load64(bytes + AT_SEQUENCE),
                  .epoch = pn_load32(bytes + AT_EPOCH) },
        .time_floor_s = pn_load64(bytes + AT_TIME_FLOOR),
        .keyset_version = pn_load32(bytes + AT_KEYSET),
        .keyset_area = bytes[AT_KEYSET_AREA] == 1 ? PORT_STORE_KEYS_B : PORT_STORE_KEYS_A,
        .slot = bytes[AT_SLOT],
        .flags = bytes[AT_FLAGS],
        .revocations = pn_load32(bytes + AT_REVOCATIONS),
    };
    memcpy(record->held.identity, bytes + AT_IDENTITY, PORT_DIGEST_BYTES);
    return pn_load64(bytes + AT_NUMBER);
}

static bool erased(const uint8_t bytes[BYTES])
{
    for (size_t i = 0; i < BYTES; i++) {
        if (bytes[i] != 0xFF) return false;
    }
    return true;
}

static uint32_t sector_bytes(const struct pn_slots *slots, enum port_store_area area)
{
    return port_store_bytes(slots->store, area) / BYTES * BYTES;
}

/* The place behind all that was ever written to the sector, in `*next`. */
static bool read_sector(struct pn_slots *slots, enum port_store_area area, uint32_t *next)
{
    uint8_t bytes[BYTES];
    struct pn_slots_record record;

    *next = 0;
    for (uint32_t at = 0; at < sector_bytes(slots, area); at += BYTES) {
        uint64_t number = 0;

        if (!port_store_read(slots->store, area, at, bytes, sizeof bytes)) return false;
        if (erased(bytes)) continue;
        *next = at + BYTES;
        number = decode(bytes, &record);
        if (number <= slots->record_number) continue;
        slots->record = record;
        slots->record_number = number;
        slots->log_area = (uint8_t)area;
    }
    return true;
}

bool pn_slots_log_read(struct pn_slots *slots)
{
    uint32_t next_a = 0, next_b = 0;

    slots->log_area = PORT_STORE_LOG_A;
    if (!read_sector(slots, PORT_STORE_LOG_A, &next_a)) return false;
    if (!read_sector(slots, PORT_STORE_LOG_B, &next_b)) return false;
    slots->log_next = slots->log_area == PORT_STORE_LOG_A ? next_a : next_b;
    return true;
}

static bool write_at(struct pn_slots *slots, uint32_t at, const uint8_t bytes[BYTES])
{
    enum port_store_area area = (enum port_store_area)slots->log_area;
    uint8_t back[BYTES];

    return port_store_program(slots->store, area, at, bytes, BYTES) &&
           port_store_sync(slots->store) &&
           port_store_read(slots->store, area, at, back, sizeof back) &&
           memcmp(back, bytes, BYTES) == 0;
}

/* Try each place that is left in the sector in use. Each attempt has its own number: one that was
 * reported as failed may be found whole after a restart, and must not be taken for a later one. */
static bool write_in_sector(struct pn_slots *slots, const struct pn_slots_record *record)
{
    uint32_t end = sector_bytes(slots, (enum port_store_area)slots->log_area);
    uint8_t bytes[BYTES];

    while (slots->log_next < end) {
        uint32_t at = slots->log_next;

        slots->log_next += BYTES;
        encode(bytes, record, ++slots->record_number);
        if (write_at(slots, at, bytes)) return true;
    }
    return false;
}

/* The sector that is left still holds the newest record, until the first one is written here. */
static bool change_sector(struct pn_slots *slots)
{
    enum port_store_area other =
        slots->log_area == PORT_STORE_LOG_A ? PORT_STORE_LOG_B : PORT_STORE_LOG_A;

    if (!port_store_erase(slots->store, other) || !port_store_sync(slots->store)) return false;
    slots->log_area = (uint8_t)other;
    slots->log_next = 0;
    return true;
}

bool pn_slots_log_append(struct pn_slots *slots, const struct pn_slots_record *record)
{
    uint8_t area = slots->log_area;
    bool written = write_in_sector(slots, record);

    if (!written) written = change_sector(slots) && write_in_sector(slots, record);
    if (written) {
        slots->record = *record;
    } else {
        slots->log_area = area; /* full: the next append erases the bad sector and tries again */
        slots->log_next = UINT32_MAX;
    }
    return written;
}
