/* see keyring.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/keyring.h"

#include "core/seal/slots_log.h"

enum { NONE = PORT_STORE_AREA_COUNT };

static enum port_store_area other_area(uint8_t area)
{
    return area == PORT_STORE_KEYS_A ? PORT_STORE_KEYS_B : PORT_STORE_KEYS_A;
}

/* Take the next document of a chain, when it may follow `keys`. No time: a root that has come to
 * its end since does not undo what it signed. */
static enum pn_seal_refusal step(struct pn_keyset *keys, struct pn_slice *chain)
{
    struct pn_keyset_document doc;
    enum pn_seal_refusal refusal = pn_keyset_document_check(keys, *chain, 0, &doc);

    if (refusal == PN_SEAL_ACCEPTED) *keys = doc.keys;
    /* The device file may name later roots than those a chain begins with: pass over those. */
    else if (keys->version > 0 || doc.whole.len == 0) return refusal;
    *chain = pn_slice_from(*chain, doc.whole.len);
    return PN_SEAL_ACCEPTED;
}

/* Follow a chain from the device file's keys to its end. */
static enum pn_seal_refusal walk(const struct pn_keyset *provisioned, struct pn_slice chain,
                                 struct pn_keyset *keys)
{
    enum pn_seal_refusal refusal = PN_SEAL_ACCEPTED;

    *keys = *provisioned;
    while (refusal == PN_SEAL_ACCEPTED && chain.len > 0) refusal = step(keys, &chain);
    if (refusal == PN_SEAL_ACCEPTED && keys->version == 0) refusal = PN_SEAL_KEY_UNKNOWN;
    return refusal;
}

/* The key set at the end of the chain in `area`. */
static enum pn_seal_refusal load(const struct pn_keyring *ring, const struct pn_slots *slots,
                                 enum port_store_area area, struct pn_writer *memory,
                                 struct pn_keyset *keys)
{
    enum pn_seal_refusal refusal = pn_slot_read(slots->store, area, memory);

    if (refusal == PN_SEAL_ACCEPTED) {
        refusal = walk(ring->provisioned, pn_written(memory), keys);
    }
    return refusal;
}

static void keep_roots_only(struct pn_keyset *keys)
{
    uint8_t count = 0;

    for (size_t i = 0; i < keys->count; i++) {
        if (keys->keys[i].roles == PN_KEY_ROOT) keys->keys[count++] = keys->keys[i];
    }
    keys->count = count;
}

/* The version is set one below the one that is missing, so that this one is taken again. */
static void lose(struct pn_keyring *ring, const struct pn_slots *slots, struct pn_writer *memory,
                 uint32_t version)
{
    ring->lost = true;
    ring->area = PORT_STORE_KEYS_A;
    if (load(ring, slots, PORT_STORE_KEYS_A, memory, &ring->keys) != PN_SEAL_ACCEPTED) {
        ring->area = PORT_STORE_KEYS_B;
        if (load(ring, slots, PORT_STORE_KEYS_B, memory, &ring->keys) != PN_SEAL_ACCEPTED) {
            ring->area = NONE;
            ring->keys = *ring->provisioned;
        }
    }
    keep_roots_only(&ring->keys);
    ring->keys.version = version - 1;
    memset(ring->keys.identity, 0, sizeof ring->keys.identity);
}

static enum pn_seal_refusal open_named(struct pn_keyring *ring, const struct pn_slots *slots,
                                       struct pn_writer *memory)
{
    uint32_t version = slots->record.keyset_version;
    enum pn_seal_refusal refusal;

    ring->area = slots->record.keyset_area;
    refusal = load(ring, slots, (enum port_store_area)ring->area, memory, &ring->keys);
    if (refusal == PN_SEAL_STORE) return refusal;
    if (refusal != PN_SEAL_ACCEPTED || ring->keys.version != version) {
        lose(ring, slots, memory, version);
    }
    return PN_SEAL_ACCEPTED;
}

/* Without a log the heads are all there is to go by; the record is written anew. */
static enum pn_seal_refusal open_unnamed(struct pn_keyring *ring, struct pn_slots *slots,
                                         struct pn_writer *memory)
{
    struct pn_slots_record record = slots->record;
    struct pn_slot_head a, b;

    if (!pn_slot_read_head(slots->store, PORT_STORE_KEYS_A, &a) ||
        !pn_slot_read_head(slots->store, PORT_STORE_KEYS_B, &b)) {
        return PN_SEAL_STORE;
    }
    if (!a.committed && !b.committed) return PN_SEAL_ACCEPTED;
    record.keyset_area = a.sequence >= b.sequence ? PORT_STORE_KEYS_A : PORT_STORE_KEYS_B;
    record.keyset_version = (uint32_t)(a.sequence >= b.sequence ? a.sequence : b.sequence);
    if (record.keyset_version == 0) return PN_SEAL_ACCEPTED;
    return pn_slots_log_append(slots, &record) ? open_named(ring, slots, memory) : PN_SEAL_STORE;
}

enum pn_seal_refusal pn_keyring_open(struct pn_keyring *ring, struct pn_slots *slots,
                                     const struct pn_keyset *provisioned, struct pn_writer *memory)
{
    memset(ring, 0, sizeof *ring);
    ring->provisioned = provisioned;
    ring->keys = *provisioned;
    ring->area = NONE;
    if (slots->record_number == 0) return open_unnamed(ring, slots, memory);
    if (slots->record.keyset_version == 0) return PN_SEAL_ACCEPTED;
    return open_named(ring, slots, memory);
}

/* Leave in `memory` the shortest beginning of the chain in use behind which `document` follows. */
static bool shorten(const struct pn_keyring *ring, struct pn_writer *memory,
                    struct pn_slice document)
{
    struct pn_slice rest = pn_written(memory);
    struct pn_keyset keys = *ring->provisioned;
    struct pn_keyset_document doc;

    while (pn_keyset_document_check(&keys, document, 0, &doc) != PN_SEAL_ACCEPTED) {
        if (rest.len == 0 || step(&keys, &rest) != PN_SEAL_ACCEPTED) return false;
    }
    memory->len -= rest.len;
    return true;
}

static enum pn_seal_refusal build_chain(const struct pn_keyring *ring, const struct pn_slots *slots,
                                        struct pn_slice document, struct pn_writer *memory)
{
    enum port_store_area area = (enum port_store_area)ring->area;

    memory->len = 0;
    memory->full = false;
    if (ring->area != NONE && pn_slot_read(slots->store, area, memory) != PN_SEAL_ACCEPTED) {
        return PN_SEAL_STORE;
    }
    if (!shorten(ring, memory, document)) return PN_SEAL_KEYSET_CHAIN;
    pn_write(memory, document);
    if (memory->full || memory->len > pn_slot_bytes_max(slots->store, other_area(ring->area))) {
        return PN_SEAL_KEYSET_CHAIN;
    }
    return PN_SEAL_ACCEPTED;
}

static struct pn_slots_record record_of(const struct pn_slots *slots,
                                        const struct pn_keyset_document *doc,
                                        enum port_store_area area)
{
    struct pn_slots_record record = slots->record;

    record.keyset_version = doc->keys.version;
    record.keyset_area = (uint8_t)area;
    if (doc->has_counters) {
        record.held =
            (struct pn_seal_held){ .any = true, .sequence = doc->sequence, .epoch = doc->epoch };
        record.flags = 0;
        record.time_floor_s = 0; /* whoever made time run ahead is undone as well */
    }
    return record;
}

static enum pn_seal_refusal keep(struct pn_keyring *ring, struct pn_slots *slots,
                                 const struct pn_keyset_document *doc, struct pn_slice chain)
{
    enum port_store_area area = other_area(ring->area);
    struct pn_slots_record record = record_of(slots, doc, area);
    struct pn_slot_head head = { .sequence = doc->keys.version };
    enum pn_seal_refusal refusal = pn_slot_write(slots->store, area, &head, chain);

    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    if (!pn_slots_log_append(slots, &record)) return PN_SEAL_STORE;
    ring->keys = doc->keys;
    ring->area = (uint8_t)area;
    ring->lost = false;
    return PN_SEAL_ACCEPTED;
}

enum pn_seal_refusal pn_keyring_install(struct pn_keyring *ring, struct pn_slots *slots,
                                        struct pn_slice document, uint64_t now_s,
                                        struct pn_writer *memory, bool *held)
{
    struct pn_keyset_document doc;
    enum pn_seal_refusal refusal = pn_keyset_document_check(&ring->keys, document, now_s, &doc);

    *held = false;
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    if (doc.whole.len != document.len) return PN_SEAL_BODY_LENGTH;
    *held = doc.held;
    if (doc.held) return PN_SEAL_ACCEPTED;
    refusal = build_chain(ring, slots, document, memory);
    return refusal == PN_SEAL_ACCEPTED ? keep(ring, slots, &doc, pn_written(memory)) : refusal;
}
