/* see slots.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/slots.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/seal/slots_log.h"

/* A slot: a head of one unit, the mark of one unit, the sealed policy. The head is a hint: it says
 * how much to read and which slot to try first, and what is read is then verified. */
enum {
    UNIT = PORT_STORE_UNIT_BYTES,
    AT_MARK = UNIT,
    AT_BLOB = PN_SLOT_OVERHEAD_BYTES,
    CHUNK = 8 * UNIT,
    MAGIC = 0x31534E50, /* "PNS1" */
    NONE = PORT_STORE_AREA_COUNT
};
enum { AT_MAGIC = 0, AT_BYTES = 4, AT_SEQUENCE = 8, AT_EPOCH = 16, AT_CRC = UNIT - 4 };

struct slot_head {
    uint64_t sequence;
    uint32_t epoch, blob_bytes;
    bool committed; /* false: there is nothing to read, and the rest is zero */
};

static void encode_head(uint8_t unit[UNIT], const struct slot_head *head)
{
    memset(unit, 0, UNIT);
    pn_store32(unit + AT_MAGIC, MAGIC);
    pn_store32(unit + AT_BYTES, head->blob_bytes);
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

static bool read_head(const struct pn_slots *slots, enum port_store_area slot,
                      struct slot_head *head)
{
    uint8_t units[2 * UNIT], mark[UNIT];

    memset(head, 0, sizeof *head);
    if (!port_store_read(slots->store, slot, 0, units, sizeof units)) return false;
    encode_mark(mark, units);
    if (pn_load32(units + AT_MAGIC) != MAGIC ||
        pn_load32(units + AT_CRC) != pn_crc32c(pn_slice(units, AT_CRC)) ||
        memcmp(units + AT_MARK, mark, UNIT) != 0) {
        return true;
    }
    *head = (struct slot_head){ .sequence = pn_load64(units + AT_SEQUENCE),
                                .epoch = pn_load32(units + AT_EPOCH),
                                .blob_bytes = pn_load32(units + AT_BYTES),
                                .committed = true };
    return true;
}

static uint32_t blob_bytes_max(const struct pn_slots *slots, enum port_store_area slot)
{
    return port_store_bytes(slots->store, slot) - AT_BLOB;
}

enum pn_seal_refusal pn_slots_open(struct pn_slots *slots, struct port_store *store)
{
    memset(slots, 0, sizeof *slots);
    slots->store = store;
    slots->live = NONE;
    return pn_slots_log_read(slots) ? PN_SEAL_ACCEPTED : PN_SEAL_STORE;
}

/* Without a log the heads are all there is to go by. */
static enum port_store_area newest_by_head(const struct pn_slots *slots)
{
    struct slot_head a, b;

    if (!read_head(slots, PORT_STORE_SLOT_A, &a)) return PORT_STORE_SLOT_B;
    if (!read_head(slots, PORT_STORE_SLOT_B, &b)) return PORT_STORE_SLOT_A;
    if (a.epoch != b.epoch) return a.epoch > b.epoch ? PORT_STORE_SLOT_A : PORT_STORE_SLOT_B;
    return a.sequence >= b.sequence ? PORT_STORE_SLOT_A : PORT_STORE_SLOT_B;
}

static enum port_store_area other_slot(enum port_store_area slot)
{
    return slot == PORT_STORE_SLOT_A ? PORT_STORE_SLOT_B : PORT_STORE_SLOT_A;
}

static enum port_store_area chosen_slot(const struct pn_slots *slots, enum pn_slots_choice choice)
{
    enum port_store_area newest =
        slots->record.held.any ? (enum port_store_area)slots->record.slot : newest_by_head(slots);

    return choice == PN_SLOTS_NEWEST ? newest : other_slot(newest);
}

static enum pn_seal_refusal read_blob(const struct pn_slots *slots, enum port_store_area slot,
                                      struct pn_writer *memory)
{
    struct slot_head head;

    memory->len = 0;
    memory->full = false;
    if (!read_head(slots, slot, &head)) return PN_SEAL_STORE;
    if (!head.committed) return PN_SEAL_EMPTY;
    if (head.blob_bytes > blob_bytes_max(slots, slot) || head.blob_bytes > memory->max) {
        return PN_SEAL_SLOT;
    }
    if (!port_store_read(slots->store, slot, AT_BLOB, memory->at, head.blob_bytes)) {
        return PN_SEAL_STORE;
    }
    memory->len = head.blob_bytes;
    return PN_SEAL_ACCEPTED;
}

/* How the policy of a slot relates to what the log says. */
static enum pn_seal_refusal check_against_record(const struct pn_slots *slots,
                                                 enum port_store_area slot,
                                                 const struct pn_seal *seal)
{
    const struct pn_seal_held *held = &slots->record.held;

    if (!held->any) return PN_SEAL_ACCEPTED;
    if (slot == slots->record.slot) {
        return memcmp(seal->identity, held->identity, sizeof seal->identity) == 0 ? PN_SEAL_ACCEPTED
                                                                                  : PN_SEAL_SLOT;
    }
    if (seal->manifest.epoch < held->epoch) return PN_SEAL_EPOCH;
    if (seal->manifest.sequence < held->sequence &&
        (slots->record.flags & PN_MANIFEST_NO_FALLBACK) != 0) {
        return PN_SEAL_SEQUENCE_OLDER;
    }
    return PN_SEAL_ACCEPTED;
}

static struct pn_seal_expect expect_with(const struct pn_slots *slots,
                                         const struct pn_seal_expect *expect,
                                         enum pn_seal_moment moment)
{
    struct pn_seal_expect full = *expect;

    full.moment = moment;
    full.body_bytes_max = blob_bytes_max(slots, PORT_STORE_SLOT_A);
    memset(&full.held, 0, sizeof full.held);
    if (slots->record.time_floor_s > full.time_floor_s) {
        full.time_floor_s = slots->record.time_floor_s;
    }
    return full;
}

enum pn_seal_refusal pn_slots_load(const struct pn_slots *slots,
                                   const struct pn_seal_expect *expect, enum pn_slots_choice choice,
                                   struct pn_slots_loaded *loaded)
{
    enum port_store_area slot = chosen_slot(slots, choice);
    struct pn_seal_expect at_boot = expect_with(slots, expect, PN_SEAL_BOOT);
    enum pn_seal_refusal refusal = read_blob(slots, slot, &loaded->memory);

    memset(&loaded->seal, 0, sizeof loaded->seal);
    loaded->slot = (uint8_t)slot;
    if (refusal == PN_SEAL_ACCEPTED) {
        refusal = pn_seal_check(&at_boot, pn_written(&loaded->memory), &loaded->seal);
    }
    if (refusal == PN_SEAL_ACCEPTED) refusal = check_against_record(slots, slot, &loaded->seal);
    loaded->seal.verdict = refusal;
    return refusal;
}

static struct pn_slots_record record_of(const struct pn_slots *slots, const struct pn_seal *seal,
                                        enum port_store_area slot)
{
    struct pn_slots_record record = {
        .held = { .any = true, .sequence = seal->manifest.sequence, .epoch = seal->manifest.epoch },
        .time_floor_s = slots->record.time_floor_s,
        .slot = (uint8_t)slot,
        .flags = seal->manifest.flags
    };

    memcpy(record.held.identity, seal->identity, sizeof seal->identity);
    return record;
}

static void put_live(struct pn_slots *slots, const struct pn_seal *seal, enum port_store_area slot)
{
    slots->live = (uint8_t)slot;
    memcpy(slots->live_identity, seal->identity, sizeof slots->live_identity);
}

enum pn_seal_refusal pn_slots_adopt(struct pn_slots *slots, const struct pn_slots_loaded *loaded)
{
    enum port_store_area slot = (enum port_store_area)loaded->slot;
    const struct pn_seal_held *held = &slots->record.held;
    struct pn_slots_record record = record_of(slots, &loaded->seal, slot);

    PN_ASSERT(loaded->seal.verdict == PN_SEAL_ACCEPTED);
    put_live(slots, &loaded->seal, slot);
    if (held->any && loaded->seal.manifest.sequence <= held->sequence) return PN_SEAL_ACCEPTED;
    return pn_slots_log_append(slots, &record) ? PN_SEAL_ACCEPTED : PN_SEAL_STORE;
}

enum pn_seal_refusal pn_slots_check(const struct pn_slots *slots,
                                    const struct pn_seal_expect *expect, struct pn_slice blob,
                                    struct pn_seal *seal)
{
    struct pn_seal_expect full = expect_with(slots, expect, PN_SEAL_INSTALL);
    bool live = false;

    full.held = slots->record.held;
    if (pn_seal_check(&full, blob, seal) != PN_SEAL_ACCEPTED) return seal->verdict;
    if (blob.len > blob_bytes_max(slots, PORT_STORE_SLOT_A)) {
        seal->verdict = PN_SEAL_BODY_OVERSIZE;
        return seal->verdict;
    }
    live = slots->live != NONE &&
           memcmp(slots->live_identity, seal->identity, sizeof seal->identity) == 0;
    seal->held = seal->held && live; /* held once and lost since: it is written again */
    return seal->verdict;
}

/* Whole units straight from the blob, then the rest of it padded to one. */
static bool program_blob(const struct pn_slots *slots, enum port_store_area slot,
                         struct pn_slice blob)
{
    uint8_t last[UNIT];
    size_t whole = blob.len / UNIT * UNIT;

    if (!port_store_program(slots->store, slot, AT_BLOB, blob.at, whole)) return false;
    if (whole == blob.len) return true;
    memset(last, 0xFF, sizeof last);
    memcpy(last, blob.at + whole, blob.len - whole);
    return port_store_program(slots->store, slot, AT_BLOB + (uint32_t)whole, last, sizeof last);
}

/* Equal to bytes that were verified is verified, and needs no second buffer of that size. */
static bool reads_back(const struct pn_slots *slots, enum port_store_area slot, uint32_t from,
                       struct pn_slice bytes)
{
    uint8_t chunk[CHUNK];

    while (bytes.len > 0) {
        size_t len = bytes.len < sizeof chunk ? bytes.len : sizeof chunk;

        if (!port_store_read(slots->store, slot, from, chunk, len)) return false;
        if (memcmp(chunk, bytes.at, len) != 0) return false;
        bytes = pn_slice_from(bytes, len);
        from += (uint32_t)len;
    }
    return true;
}

static bool program_unit(const struct pn_slots *slots, enum port_store_area slot, uint32_t at,
                         const uint8_t unit[UNIT])
{
    return port_store_program(slots->store, slot, at, unit, UNIT) && port_store_sync(slots->store);
}

static enum pn_seal_refusal write_slot(const struct pn_slots *slots, enum port_store_area slot,
                                       const struct pn_seal *seal)
{
    struct pn_slice blob = pn_slice(seal->envelope.at, seal->envelope.len + seal->body.len);
    struct slot_head head = { .sequence = seal->manifest.sequence,
                              .epoch = seal->manifest.epoch,
                              .blob_bytes = (uint32_t)blob.len };
    uint8_t unit[UNIT], mark[UNIT];

    encode_head(unit, &head);
    encode_mark(mark, unit);
    if (!port_store_erase(slots->store, slot) || !port_store_sync(slots->store) ||
        !program_blob(slots, slot, blob) || !program_unit(slots, slot, 0, unit)) {
        return PN_SEAL_STORE;
    }
    if (!reads_back(slots, slot, AT_BLOB, blob) ||
        !reads_back(slots, slot, 0, pn_slice(unit, UNIT))) {
        return PN_SEAL_SLOT;
    }
    if (!program_unit(slots, slot, AT_MARK, mark)) return PN_SEAL_STORE;
    return reads_back(slots, slot, AT_MARK, pn_slice(mark, UNIT)) ? PN_SEAL_ACCEPTED : PN_SEAL_SLOT;
}

/* Never the slot in use; and with none in use, not the one the log names. */
static enum port_store_area slot_to_write(const struct pn_slots *slots)
{
    if (slots->live != NONE) return other_slot((enum port_store_area)slots->live);
    return chosen_slot(slots, PN_SLOTS_OTHER);
}

enum pn_seal_refusal pn_slots_commit(struct pn_slots *slots, const struct pn_seal *seal)
{
    enum port_store_area slot = slot_to_write(slots);
    struct pn_slots_record record = record_of(slots, seal, slot);
    enum pn_seal_refusal refusal;

    PN_ASSERT(seal->verdict == PN_SEAL_ACCEPTED);
    PN_ASSERT(seal->body.at == seal->envelope.at + seal->envelope.len);
    if (seal->held) return PN_SEAL_ACCEPTED;
    refusal = write_slot(slots, slot, seal);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    if (!pn_slots_log_append(slots, &record)) return PN_SEAL_STORE;
    put_live(slots, seal, slot);
    return PN_SEAL_ACCEPTED;
}

enum pn_seal_refusal pn_slots_note_time(struct pn_slots *slots, uint64_t now_s)
{
    struct pn_slots_record record = slots->record;

    if (now_s < record.time_floor_s + PN_SLOTS_TIME_STEP_S) return PN_SEAL_ACCEPTED;
    record.time_floor_s = now_s;
    return pn_slots_log_append(slots, &record) ? PN_SEAL_ACCEPTED : PN_SEAL_STORE;
}
