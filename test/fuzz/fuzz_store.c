/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_store.c - a store that somebody has written to before the start.
 *
 * The first byte chooses how much was installed before and whether the checksums that the edits
 * break are made good again; then come edits: area, offset (two bytes), length, bytes. Whatever the
 * store holds then, a start believes no key and serves no policy that nobody signed for it, and what
 * is installed afterwards is there at the next start. */
/* links: sim */
#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/seal/keyring.h"
#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/key_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNIT = PORT_STORE_UNIT_BYTES, STAGES = 5, REPAIR = 0x80 };

static struct port_store stages[STAGES]; /* empty; a policy; a key set; another; a policy of it */
static uint8_t memory[PN_KEYRING_MEMORY_BYTES(SIM_SLOT_BYTES)], blob[SIM_SLOT_BYTES];
static struct sealed policies[3]; /* the last one is not in any stage */
static struct key_set sets[2];

struct device {
    struct port_store store;
    struct pn_slots slots;
    struct pn_keyring ring;
};

static void demand(bool holds)
{
    if (!holds) abort();
}

/* --- what was installed before --- */

static struct pn_slice bytes_of(const struct sealed *policy)
{
    return pn_slice(policy->bytes, policy->len);
}

static void start(struct device *d)
{
    struct pn_writer w = pn_writer(memory, sizeof memory);

    sim_store_boot(&d->store);
    demand(pn_slots_open(&d->slots, &d->store) == PN_SEAL_ACCEPTED);
    demand(pn_keyring_open(&d->ring, &d->slots, key_sets_provisioned(), &w) == PN_SEAL_ACCEPTED);
}

static bool install_policy(struct device *d, const struct sealed *policy)
{
    struct pn_seal_expect expect = sealed_expect();
    struct pn_seal seal;

    expect.keys = &d->ring.keys;
    return pn_slots_check(&d->slots, &expect, bytes_of(policy), &seal) == PN_SEAL_ACCEPTED &&
           pn_slots_commit(&d->slots, &seal) == PN_SEAL_ACCEPTED;
}

static bool install_keys(struct device *d, const struct key_set *set)
{
    struct pn_writer w = pn_writer(memory, sizeof memory);
    bool held;

    return pn_keyring_install(&d->ring, &d->slots, key_set_slice(set), SEALED_NOW_S, &w, &held) ==
           PN_SEAL_ACCEPTED;
}

static void make_documents(void)
{
    struct pn_keyset_wish keys = key_sets_wish(1);
    struct pn_seal_wish wish = sealed_wish();

    for (size_t i = 0; i < 3; i++) {
        wish.sequence = i < 2 ? 7 + i : UINT64_MAX;
        wish.epoch = i < 2 ? 2 : UINT32_MAX;
        sealed_make(&policies[i], &wish, PN_SLICE("the body"));
    }
    key_sets_add(&keys, key_sets_worker(1), PN_KEY_POLICY);
    key_set_make(&sets[0], &keys, "01");
    keys.keys.version = 2;
    key_sets_remove(&keys, key_sets_root(2));
    key_sets_add(&keys, key_sets_root(3), PN_KEY_ROOT);
    key_set_make(&sets[1], &keys, "01");
}

static void make_stages(void)
{
    static struct device d;

    make_documents();
    sim_store_init(&d.store);
    stages[0] = d.store;
    start(&d);
    demand(install_policy(&d, &policies[0]));
    stages[1] = d.store;
    demand(install_keys(&d, &sets[0]));
    stages[2] = d.store;
    demand(install_keys(&d, &sets[1]));
    stages[3] = d.store;
    demand(install_policy(&d, &policies[1]));
    stages[4] = d.store;
}

/* --- edits --- */

static uint32_t area_bytes(int area)
{
    static struct port_store any;

    return port_store_bytes(&any, (enum port_store_area)area);
}

static void edit(struct port_store *store, struct pn_slice edits)
{
    while (edits.len > 4) {
        int area = edits.at[0] % PORT_STORE_AREA_COUNT;
        size_t at = ((size_t)edits.at[1] << 8 | edits.at[2]) % area_bytes(area);
        size_t len = edits.at[3];

        edits = pn_slice_from(edits, 4);
        if (len > edits.len) len = edits.len;
        if (len > area_bytes(area) - at) len = area_bytes(area) - at;
        memcpy(store->bytes[area] + at, edits.at, len);
        edits = pn_slice_from(edits, len);
    }
}

static void repair(uint8_t *from, size_t bytes)
{
    pn_store32(from + bytes - 4, pn_crc32c(pn_slice(from, bytes - 4)));
}

static void repair_all(struct port_store *store)
{
    for (int area = 0; area < PORT_STORE_AREA_COUNT; area++) {
        uint8_t *at = store->bytes[area];

        if (area == PORT_STORE_LOG_A || area == PORT_STORE_LOG_B) {
            for (size_t i = 0; i < SIM_LOG_BYTES; i += PN_SLOTS_RECORD_BYTES) {
                repair(at + i, PN_SLOTS_RECORD_BYTES);
            }
            continue;
        }
        repair(at, UNIT);
        for (size_t i = 0; i < UNIT; i += 4) memcpy(at + UNIT + i, at + UNIT - 4, 4);
    }
}

/* --- what holds --- */

static bool is_known(const struct pn_seal_key *key)
{
    if (key->roles == PN_KEY_POLICY) {
        return memcmp(key->xy, sealed_author()->xy, sizeof key->xy) == 0 ||
               memcmp(key->xy, key_sets_worker(1)->xy, sizeof key->xy) == 0;
    }
    for (int i = 0; i < 4; i++) {
        if (memcmp(key->xy, key_sets_root(i)->xy, sizeof key->xy) == 0) {
            return key->roles == PN_KEY_ROOT;
        }
    }
    return false;
}

static void check_keys(const struct pn_keyring *ring)
{
    demand(ring->keys.count <= PN_KEYSET_KEYS_MAX && ring->keys.threshold == 2);
    for (size_t i = 0; i < ring->keys.count; i++) demand(is_known(&ring->keys.keys[i]));
    if (ring->lost) demand(pn_keyset_roots(&ring->keys) == ring->keys.count);
}

/* The sequence of the policy that is served, or 0. */
static uint64_t serve(struct device *d)
{
    struct pn_slots_loaded loaded = { .memory = pn_writer(blob, sizeof blob) };
    struct pn_seal_expect expect = sealed_expect();

    expect.keys = &d->ring.keys;
    if (pn_slots_load(&d->slots, &expect, PN_SLOTS_NEWEST, &loaded) != PN_SEAL_ACCEPTED &&
        pn_slots_load(&d->slots, &expect, PN_SLOTS_OTHER, &loaded) != PN_SEAL_ACCEPTED) {
        return 0;
    }
    demand(pn_slice_equal(loaded.seal.body, PN_SLICE("the body")));
    demand(!d->ring.lost);
    (void)pn_slots_adopt(&d->slots, &loaded);
    return loaded.seal.manifest.sequence;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct device d;
    static struct sim *sim; /* for its randomness */
    bool repaired = size > 0 && (data[0] & REPAIR) != 0, installed;

    if (sim == NULL) sim = sim_open(1);
    sealed_crypto_init();
    if (size == 0) return 0;
    if (sets[0].len == 0) make_stages();
    d.store = stages[(data[0] & ~REPAIR) % STAGES];
    edit(&d.store, pn_slice(data + 1, size - 1));
    if (repaired) repair_all(&d.store);
    start(&d);
    check_keys(&d.ring);
    (void)serve(&d);
    (void)install_keys(&d, &sets[0]);
    check_keys(&d.ring);
    installed = install_policy(&d, &policies[2]);
    start(&d);
    check_keys(&d.ring);
    if (installed && !repaired) demand(serve(&d) == UINT64_MAX);
    return 0;
}
