/* see install.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/install.h"

#include "core/device.h"
#include "core/opening.h"
#include "port/port_clock.h"

#define YEAR_10000_S UINT64_C(253402300800)

static struct pn_install_result seal_result(enum pn_seal_refusal refusal)
{
    bool good = refusal == PN_SEAL_ACCEPTED;

    return (struct pn_install_result){
        .verdict = good ? PN_INSTALL_DONE : PN_INSTALL_REFUSED,
        .status = pn_seal_refusal_status(refusal),
        .name = pn_seal_refusal_name(refusal),
        .sentence = pn_seal_refusal_sentence(refusal),
    };
}

void pn_install_for(struct pn_install *in, const struct pn_device *d)
{
    in->fresh.stale_after_s = d->stale_after_s;
    in->fresh.on_stale = d->on_stale;
    in->expect = (struct pn_seal_expect){
        .keys = &d->keys,
        .groups = d->groups,
        .group_count = d->group_count,
        .device = d->device_id,
        .body_bytes_max = d->policy_bytes_max,
        .engine = PN_POLICY_ENGINE,
    };
    memcpy(in->expect.tenant, d->tenant, sizeof in->expect.tenant);
}

enum pn_seal_refusal pn_install_open(struct pn_install *in, struct port_store *store)
{
    const struct pn_keyset *provisioned =
        in->expect.keys == &in->keyring.keys ? in->keyring.provisioned : in->expect.keys;
    enum pn_seal_refusal refusal = pn_slots_open(&in->slots, store);

    if (refusal == PN_SEAL_ACCEPTED) {
        refusal = pn_keyring_open(&in->keyring, &in->slots, provisioned, &in->memory[0]);
    }
    in->expect.keys = &in->keyring.keys;
    return refusal;
}

static struct pn_install_result remember(struct pn_install *in, struct pn_install_result r,
                                         int64_t now_unix)
{
    bool keyset = r.kind == PN_INSTALL_KEYSET;

    if (r.verdict == PN_INSTALL_REFUSED) {
        in->last_refusal = r;
        in->last_refusal_unix = now_unix;
        (*(keyset ? &in->keyset_refusals : &in->refusals))++;
        pn_absence_tell(&in->shared->absence, r.name);
    } else if (r.verdict == PN_INSTALL_DONE) {
        (*(keyset ? &in->keyset_installs : &in->installs))++;
    }
    return r;
}

static struct pn_install_result generations_full(void)
{
    return pn_opening_refused(PN_SLICE("generations_full"),
                              PN_SLICE("Open requests still hold every older policy; try again."),
                              503);
}

static struct pn_install_result load(struct pn_install *in, enum pn_slots_choice choice)
{
    uint32_t place = pn_shared_free(in->shared);

    if (place == PN_GENERATION_NONE) return generations_full();
    struct pn_slots_loaded loaded = { .memory = in->memory[place] };
    struct pn_active *a = &in->shared->generations[place];
    enum pn_seal_refusal refusal = pn_slots_load(&in->slots, &in->expect, choice, &loaded);
    if (refusal != PN_SEAL_ACCEPTED) return seal_result(refusal);
    struct pn_install_result r = pn_opening_run(in, a, &loaded.seal);
    if (r.verdict != PN_INSTALL_DONE) return r;
    pn_slots_adopt(&in->slots, &loaded);
    pn_shared_publish(in->shared, place);
    return seal_result(PN_SEAL_ACCEPTED);
}

static void set_time(struct pn_install *in, int64_t now_unix)
{
    in->expect.now_s = now_unix > 0 ? (uint64_t)now_unix : 0;
}

struct pn_install_result pn_install_held(struct pn_install *in, int64_t now_unix)
{
    struct pn_slice empty = pn_seal_refusal_name(PN_SEAL_EMPTY); /* a new device: no refusal */

    set_time(in, now_unix);
    struct pn_install_result newest = load(in, PN_SLOTS_NEWEST);
    if (newest.verdict == PN_INSTALL_DONE) return remember(in, newest, now_unix);
    struct pn_install_result other = load(in, PN_SLOTS_OTHER);
    if (other.verdict == PN_INSTALL_REFUSED && pn_slice_equal(newest.name, empty)) return newest;
    return remember(in, other.verdict == PN_INSTALL_DONE ? other : newest, now_unix);
}

/* The policy in force, or NULL. */
static const struct pn_active *active(const struct pn_install *in)
{
    uint32_t current = atomic_load(&in->shared->current);

    return current == PN_GENERATION_NONE ? NULL : &in->shared->generations[current];
}

/* Is the policy that the slots call held also the one in force? After a failed start it is not. */
static bool in_force(const struct pn_install *in, const struct pn_seal *seal)
{
    const struct pn_active *a = active(in);

    return a != NULL && memcmp(a->identity, seal->identity, sizeof a->identity) == 0;
}

static struct pn_install_result install(struct pn_install *in, struct pn_slice sealed)
{
    uint32_t place = pn_shared_free(in->shared);
    struct pn_seal seal;

    if (place == PN_GENERATION_NONE) return generations_full();
    struct pn_writer *memory = &in->memory[place];
    memory->len = 0;
    memory->full = false;
    pn_write(memory, sealed);
    if (memory->full) return seal_result(PN_SEAL_BODY_OVERSIZE);

    enum pn_seal_refusal refusal =
        pn_slots_check(&in->slots, &in->expect, pn_written(memory), &seal);
    if (refusal != PN_SEAL_ACCEPTED) return seal_result(refusal);
    bool held = seal.held && in_force(in, &seal);
    struct pn_install_result r = pn_opening_run(in, &in->shared->generations[place], &seal);
    if (r.verdict != PN_INSTALL_DONE) return r;
    refusal = pn_slots_commit(&in->slots, &seal);
    if (refusal != PN_SEAL_ACCEPTED) return seal_result(refusal);
    if (!held) pn_shared_publish(in->shared, place);
    in->unjudged = false;
    r = seal_result(PN_SEAL_ACCEPTED);
    if (held) r.verdict = PN_INSTALL_HELD;
    return r;
}

/* The time to judge keys by, as the slots judge policies. */
static uint64_t now_of(const struct pn_install *in)
{
    uint64_t now_s = pn_seal_now(&in->expect);
    uint64_t floor_s = in->slots.record.time_floor_s;

    return now_s > floor_s ? now_s : floor_s;
}

static bool signer_is_believed(const struct pn_install *in, const struct pn_active *a)
{
    struct pn_slice id = pn_slice(a->signer, sizeof a->signer);
    const struct pn_seal_key *key = pn_keyset_find(&in->keyring.keys, id);

    return key != NULL && (key->roles & PN_KEY_POLICY) != 0 &&
           (key->not_after_s == 0 || now_of(in) < key->not_after_s) &&
           !pn_keyset_is_revoked(&in->keyring.keys, id);
}

/* The policy in force is the one the slots count from, and its signer is believed as before. */
static bool stands(const struct pn_install *in, const struct pn_active *a)
{
    return a != NULL &&
           memcmp(in->slots.record.held.identity, a->identity, sizeof a->identity) == 0 &&
           signer_is_believed(in, a);
}

static bool waits_for_a_place(const struct pn_install_result *r)
{
    return pn_slice_equal(r->name, generations_full().name);
}

/* What is no longer believed does not go on deciding, also when there is no place yet to open in
 * its stead what still is. */
static void judge_again(struct pn_install *in)
{
    struct pn_install_result newest = load(in, PN_SLOTS_NEWEST);

    in->unjudged = waits_for_a_place(&newest);
    if (newest.verdict == PN_INSTALL_DONE) return;
    if (!in->unjudged) {
        struct pn_install_result other = load(in, PN_SLOTS_OTHER);
        if (other.verdict == PN_INSTALL_DONE) return;
        in->unjudged = waits_for_a_place(&other);
    }
    pn_absence_tell(&in->shared->absence, newest.name);
    pn_shared_publish(in->shared, PN_GENERATION_NONE);
}

/* The roots count from here again; what the clock is now is learned as after a first start. */
static void forget_time(struct pn_install *in)
{
    port_clock_tell(-1);
    port_clock_passed(0);
    in->floor = (struct pn_time_floor){ 0 };
    in->expect.time_floor_s = in->ended_floor_s = 0;
    atomic_store(&in->shared->passed_s, 0);
}

static struct pn_install_result install_keyset(struct pn_install *in, struct pn_slice document)
{
    uint32_t place = pn_shared_free(in->shared);
    uint64_t floor_s = in->slots.record.time_floor_s;
    bool held = false;

    if (place == PN_GENERATION_NONE) return generations_full();
    struct pn_install_result r = seal_result(pn_keyring_install(
        &in->keyring, &in->slots, document, now_of(in), &in->memory[place], &held));
    if (r.verdict == PN_INSTALL_REFUSED) return r;
    if (in->slots.record.time_floor_s < floor_s) forget_time(in);
    if (!held && !stands(in, active(in))) judge_again(in);
    if (held) r.verdict = PN_INSTALL_HELD;
    return r;
}

struct pn_install_result pn_install_sealed(struct pn_install *in, struct pn_slice sealed,
                                           int64_t now_unix)
{
    struct pn_install_result r;

    set_time(in, now_unix);
    if (!pn_keyset_document_begins(sealed)) return remember(in, install(in, sealed), now_unix);
    r = install_keyset(in, sealed);
    r.kind = PN_INSTALL_KEYSET;
    return remember(in, r, now_unix);
}

static void note_time(struct pn_install *in, uint64_t mono_s)
{
    if (in->noted_mono_s != 0 && mono_s < in->noted_mono_s + PN_SLOTS_TIME_STEP_S) return;
    in->noted_mono_s = mono_s;
    (void)pn_slots_note_time(&in->slots, in->floor.floor_s); /* what fails is tried an hour later */
}

static void judge_freshness(struct pn_install *in, uint64_t mono_s)
{
    atomic_store(&in->shared->stale, pn_freshness_turn(&in->fresh, mono_s) ? 1 : 0);
}

enum pn_clock pn_install_time(struct pn_install *in, int64_t now_unix, uint64_t mono_s)
{
    uint64_t clock_s = now_unix > 0 ? (uint64_t)now_unix : 0;

    pn_time_floor_turn(&in->floor, clock_s, mono_s);
    pn_time_floor_raise(&in->floor, in->slots.record.time_floor_s);
    uint64_t passed_s = in->floor.floor_s;
    note_time(in, mono_s);
    judge_freshness(in, mono_s);
    in->expect.time_floor_s = passed_s;
    atomic_store(&in->shared->passed_s, passed_s < UINT32_MAX ? (uint32_t)passed_s : UINT32_MAX);
    port_clock_passed(passed_s < YEAR_10000_S ? (int64_t)passed_s * 1000 : INT64_MAX);
    if (clock_s == 0) return PN_CLOCK_UNSET;
    return clock_s + PN_SEAL_SKEW_S < passed_s ? PN_CLOCK_BEHIND : PN_CLOCK_GOOD;
}

/* An answer that came long after its question tells only what has passed. What it says was so at some
 * moment between the two, and counts as of the first: an end is seen too early rather than too late. */
static void tell_clock(const struct pn_install *in)
{
    const struct pn_freshness *f = &in->fresh;
    uint64_t waited_s = f->mono_s - f->asked_mono_s;

    if (waited_s > PN_SEAL_SKEW_S || f->last.now_s > YEAR_10000_S) return;
    port_clock_tell((int64_t)(f->last.now_s + waited_s) * 1000);
}

struct pn_install_result pn_install_timestamp(struct pn_install *in, struct pn_slice bytes,
                                              int64_t now_unix)
{
    set_time(in, now_unix);
    struct pn_install_result r =
        seal_result(pn_freshness_answer(&in->fresh, &in->keyring.keys, now_of(in), bytes));
    r.kind = PN_INSTALL_TIME;
    if (r.verdict != PN_INSTALL_DONE) return r;
    pn_time_floor_raise(&in->floor, in->fresh.last.now_s);
    tell_clock(in);
    in->noted_mono_s = 0; /* it is certain, so it is kept at once */
    (void)pn_install_time(in, now_unix, in->floor.mono_s);
    return r;
}

static bool same(const struct pn_active *a, const struct pn_active *b)
{
    if (a == NULL || b == NULL) return a == b;
    return memcmp(a->identity, b->identity, sizeof a->identity) == 0;
}

/* A clock that is ahead may be set right, so of what it says only what has passed is written. */
static void keep_end(struct pn_install *in)
{
    uint64_t kept_s = in->floor.floor_s < in->ended_s ? in->ended_floor_s : in->ended_s;

    in->unkept = pn_slots_keep_time(&in->slots, kept_s) != PN_SEAL_ACCEPTED;
}

bool pn_install_watch(struct pn_install *in, int64_t now_unix)
{
    const struct pn_active *before = active(in);

    set_time(in, now_unix);
    bool ended = before != NULL && !signer_is_believed(in, before);
    bool ahead = now_of(in) < in->ended_s;
    if (ended) in->ended_floor_s = in->floor.floor_s;
    if (ended || ahead) in->ended_s = now_of(in);
    keep_end(in);
    if (!ended && !ahead && !in->unjudged) return false;
    judge_again(in);
    return !same(before, active(in));
}
