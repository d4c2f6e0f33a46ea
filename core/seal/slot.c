/* see slot.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/slot.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/crc32c.h"

enum {
    UNIT = PORT_STORE_UNIT_BYTES,
    AT_MARK = UNIT,
    AT_CONTENT = PN_SLOT_OVERHEAD_BYTES,
    CHUNK = 8 * UNIT,
    MAGIC = 0x31534E50 /* "PNS1" */
};
enum { AT_MAGIC = 0, AT_BYTES = 4, AT_SEQUENCE = 8, AT_EPOCH = 16, AT_CRC = UNIT - 4 };

static void encode_head(uint8_t unit[UNIT], const struct pn_slot_head *head, size_t bytes)
{
    memset(unit, 0, UNIT);
    pn_store32(unit + AT_MAGIC, MAGIC);
    pn_store32(unit + AT_BYTES, (uint32_t)bytes);
    pn_store64(unit + AT_SEQUENCE, head->sequence);
    pn_store32(unit + AT_EPOCH, head->epoch);
    pn_store32(unit + AT_CRC, pn_crc32c(pn_slice(unit, AT_CRC)));
}

/* The mark repeats the head's checksum, so a mark that outlived an erase marks nothing else. */
static void encode_mark(uint8_t unit[UNIT], const uint8_t head[UNIT])
{
    for (size_t i = 0; i < UNIT; i += 4) {
        memcpy(unit + i, head + AT_CRC, 4);
    }
}

uint32_t pn_slot_bytes_max(struct port_store *store, enum port_store_area area)
{
    uint32_t bytes = port_store_bytes(store, area);

    return bytes > AT_CONTENT ? bytes - AT_CONTENT : 0;
}

bool pn_slot_read_head(struct port_store *store, enum port_store_area area,
                       struct pn_slot_head *head)
{
    uint8_t units[2 * UNIT], mark[UNIT];

    memset(head, 0, sizeof *head);
    if (!port_store_read(store, area, 0, units, sizeof units)) return false;
    encode_mark(mark, units);
    if (pn_load32(units + AT_MAGIC) != MAGIC ||
        pn_load32(units + AT_CRC) != pn_crc32c(pn_slice(units, AT_CRC)) ||
        memcmp(units + AT_MARK, mark, UNIT) != 0) {
        return true;
    }
    *head = (struct pn_slot_head){ .sequence = pn_load64(units + AT_SEQUENCE),
                                   .epoch = pn_load32(units + AT_EPOCH),
                                   .bytes = pn_load32(units + AT_BYTES),
                                   .committed = true };
    return true;
}

enum pn_seal_refusal pn_slot_read(struct port_store *store, enum port_store_area area,
                                  struct pn_writer *memory)
{
    struct pn_slot_head head;

    memory->len = 0;
    memory->full = false;
    if (!pn_slot_read_head(store, area, &head)) return PN_SEAL_STORE;
    if (!head.committed) return PN_SEAL_EMPTY;
    if (head.bytes > pn_slot_bytes_max(store, area) || head.bytes > memory->max) {
        return PN_SEAL_SLOT;
    }
    if (!port_store_read(store, area, AT_CONTENT, memory->at, head.bytes)) return PN_SEAL_STORE;
    memory->len = head.bytes;
    return PN_SEAL_ACCEPTED;
}

/* Whole units straight from the content, then the rest of it padded to one. */
static bool program_content(struct port_store *store, enum port_store_area area,
                            struct pn_slice content)
{
    uint8_t last[UNIT];
    size_t whole = content.len / UNIT * UNIT;

    if (!port_store_program(store, area, AT_CONTENT, content.at, whole)) return false;
    if (whole == content.len) return true;
    memset(last, 0xFF, sizeof last);
    memcpy(last, content.at + whole, content.len - whole);
    return port_store_program(store, area, AT_CONTENT + (uint32_t)whole, last, sizeof last);
}

/* Equal to bytes that were verified is verified, and needs no second buffer of that size. */
static bool reads_back(struct port_store *store, enum port_store_area area, uint32_t from,
                       struct pn_slice bytes)
{
    uint8_t chunk[CHUNK];

    while (bytes.len > 0) {
        size_t len = bytes.len < sizeof chunk ? bytes.len : sizeof chunk;

        if (!port_store_read(store, area, from, chunk, len)) return false;
        if (memcmp(chunk, bytes.at, len) != 0) return false;
        bytes = pn_slice_from(bytes, len);
        from += (uint32_t)len;
    }
    return true;
}

static bool program_unit(struct port_store *store, enum port_store_area area, uint32_t at,
                         const uint8_t unit[UNIT])
{
    return port_store_program(store, area, at, unit, UNIT) && port_store_sync(store);
}

enum pn_seal_refusal pn_slot_write(struct port_store *store, enum port_store_area area,
                                   const struct pn_slot_head *head, struct pn_slice content)
{
    uint8_t unit[UNIT], mark[UNIT];

    PN_ASSERT(content.len <= pn_slot_bytes_max(store, area));
    encode_head(unit, head, content.len);
    encode_mark(mark, unit);
    if (!port_store_erase(store, area) || !port_store_sync(store) ||
        !program_content(store, area, content) || !program_unit(store, area, 0, unit)) {
        return PN_SEAL_STORE;
    }
    if (!reads_back(store, area, AT_CONTENT, content) ||
        !reads_back(store, area, 0, pn_slice(unit, UNIT))) {
        return PN_SEAL_SLOT;
    }
    if (!program_unit(store, area, AT_MARK, mark)) return PN_SEAL_STORE;
    return reads_back(store, area, AT_MARK, pn_slice(mark, UNIT)) ? PN_SEAL_ACCEPTED : PN_SEAL_SLOT;
}
