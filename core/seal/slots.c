/* see slots.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/slots.h"

#include "core/base/assert.h"
#include "core/seal/slots_log.h"

enum { NONE = PORT_STORE_AREA_COUNT };

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
    struct pn_slot_head a, b;

    if (!pn_slot_read_head(slots->store, PORT_STORE_SLOT_A, &a)) return PORT_STORE_SLOT_B;
    if (!pn_slot_read_head(slots->store, PORT_STORE_SLOT_B, &b)) return PORT_STORE_SLOT_A;
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

/* After a key set began the count anew, what is held is a count and no policy. */
static bool names_a_policy(const struct pn_seal_held *held)
{
    static const uint8_t none[PORT_DIGEST_BYTES] = { 0 };

    return memcmp(held->identity, none, sizeof none) != 0;
}

/* How the policy of a slot relates to what the log says. */
static enum pn_seal_refusal check_against_record(const struct pn_slots *slots,
                                                 enum port_store_area slot,
                                                 const struct pn_seal *seal)
{
    const struct pn_seal_held *held = &slots->record.held;

    if (!held->any) return PN_SEAL_ACCEPTED;
    if (!names_a_policy(held)) {
        if (seal->manifest.epoch < held->epoch) return PN_SEAL_EPOCH;
        return seal->manifest.sequence <= held->sequence ? PN_SEAL_ACCEPTED : PN_SEAL_SLOT;
    }
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
    full.body_bytes_max = pn_slot_bytes_max(slots->store, PORT_STORE_SLOT_A);
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
    enum pn_seal_refusal refusal = pn_slot_read(slots->store, slot, &loaded->memory);

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
    struct pn_slots_record record = slots->record;

    record.slot = (uint8_t)slot;
    record.flags = seal->manifest.flags;
    record.held = (struct pn_seal_held){ .any = true,
                                         .sequence = seal->manifest.sequence,
                                         .epoch = seal->manifest.epoch };
    memcpy(record.held.identity, seal->identity, sizeof seal->identity);
    if (seal->passed_s > record.time_floor_s) record.time_floor_s = seal->passed_s;
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
    if (blob.len > pn_slot_bytes_max(slots->store, PORT_STORE_SLOT_A)) {
        seal->verdict = PN_SEAL_BODY_OVERSIZE;
        return seal->verdict;
    }
    live = slots->live != NONE &&
           memcmp(slots->live_identity, seal->identity, sizeof seal->identity) == 0;
    seal->held = seal->held && live; /* held once and lost since: it is written again */
    return seal->verdict;
}

static enum pn_seal_refusal write_slot(const struct pn_slots *slots, enum port_store_area slot,
                                       const struct pn_seal *seal)
{
    struct pn_slice blob = pn_slice(seal->envelope.at, seal->envelope.len + seal->body.len);
    struct pn_slot_head head = { .sequence = seal->manifest.sequence,
                                 .epoch = seal->manifest.epoch };

    return pn_slot_write(slots->store, slot, &head, blob);
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
    if (now_s < slots->record.time_floor_s + PN_SLOTS_TIME_STEP_S) return PN_SEAL_ACCEPTED;
    return pn_slots_keep_time(slots, now_s);
}

enum pn_seal_refusal pn_slots_keep_time(struct pn_slots *slots, uint64_t now_s)
{
    struct pn_slots_record record = slots->record;

    if (now_s <= record.time_floor_s) return PN_SEAL_ACCEPTED;
    record.time_floor_s = now_s;
    return pn_slots_log_append(slots, &record) ? PN_SEAL_ACCEPTED : PN_SEAL_STORE;
}

bool pn_slots_keep_revocations(struct pn_slots *slots, uint32_t number)
{
    struct pn_slots_record record = slots->record;

    record.revocations = number;
    return pn_slots_log_append(slots, &record);
}
