/* see revoked_set.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation/revoked_set.h"

#include "core/base/assert.h"
#include "core/base/siphash.h"

enum { GIVEN_UP = 1 };

uint32_t pn_revoked_places(uint32_t name_max)
{
    uint32_t places = 2;

    while (places < 2 * name_max) places *= 2;
    return places;
}

void pn_revoked_set_init(struct pn_revoked_set *s, struct pn_revoked_place *places,
                         uint32_t name_max, const uint8_t seed[16])
{
    s->places = places;
    s->mask = pn_revoked_places(name_max) - 1;
    memcpy(s->seed, seed, sizeof s->seed);
}

struct pn_revoked_mark pn_revoked_mark_of(const struct pn_revoked_set *s, enum pn_revoked_kind kind,
                                          struct pn_slice name)
{
    uint64_t hash = pn_siphash(s->seed, (uint8_t)kind, name);
    uint32_t high = (uint32_t)(hash >> 32), low = (uint32_t)hash;

    /* While a place is filled or given up its `high` is 0; with such a `low` it would look free then,
     * and end the search for what lies behind it. */
    return (struct pn_revoked_mark){ high == 0 ? 1 : high, low == 0 ? 2 : low };
}

static struct pn_revoked_place *place_at(const struct pn_revoked_set *s, uint32_t index)
{
    return &s->places[index & s->mask];
}

/* What a search takes from a place. */
static struct pn_revoked_mark look(const struct pn_revoked_place *p)
{
    uint32_t high = atomic_load_explicit(&p->high, memory_order_acquire);

    return (struct pn_revoked_mark){ high, atomic_load_explicit(&p->low, memory_order_acquire) };
}

static bool is_free(struct pn_revoked_mark at)
{
    return at.high == 0 && at.low == 0;
}

static bool same(struct pn_revoked_mark a, struct pn_revoked_mark b)
{
    return a.high == b.high && a.low == b.low;
}

/* The first place from the mark's own on that is free or given up. */
static struct pn_revoked_place *find_room(const struct pn_revoked_set *s, uint32_t from)
{
    for (uint32_t i = 0; i <= s->mask; i++) {
        struct pn_revoked_place *p = place_at(s, from + i);
        if (look(p).high == 0) return p;
    }
    return NULL;
}

void pn_revoked_add(struct pn_revoked_set *s, struct pn_revoked_mark mark)
{
    struct pn_revoked_place *p = find_room(s, mark.low);

    PN_ASSERT(p != NULL);
    atomic_store_explicit(&p->low, mark.low, memory_order_release);
    atomic_store_explicit(&p->high, mark.high, memory_order_release);
    atomic_fetch_add(&s->count, 1);
    atomic_fetch_add(&s->revision, 1);
}

static uint32_t find(const struct pn_revoked_set *s, struct pn_revoked_mark mark)
{
    for (uint32_t i = 0; i <= s->mask; i++) {
        struct pn_revoked_mark at = look(place_at(s, mark.low + i));
        if (same(at, mark)) return (mark.low + i) & s->mask;
        if (is_free(at)) break;
    }
    return UINT32_MAX;
}

/* Nothing follows: the places given up before it end no search that would have gone on. */
static void free_back(struct pn_revoked_set *s, uint32_t index)
{
    if (!is_free(look(place_at(s, index + 1)))) return;
    for (uint32_t i = 0; i <= s->mask; i++) {
        struct pn_revoked_place *p = place_at(s, index - i);
        struct pn_revoked_mark at = look(p);
        if (at.high != 0 || at.low != GIVEN_UP) return;
        atomic_store_explicit(&p->low, 0, memory_order_release);
    }
}

void pn_revoked_remove(struct pn_revoked_set *s, struct pn_revoked_mark mark)
{
    uint32_t index = find(s, mark);

    PN_ASSERT(index != UINT32_MAX);
    struct pn_revoked_place *p = place_at(s, index);
    atomic_store_explicit(&p->high, 0, memory_order_release);
    atomic_store_explicit(&p->low, GIVEN_UP, memory_order_release);
    free_back(s, index);
    atomic_fetch_sub(&s->count, 1);
}

bool pn_revoked_has(const struct pn_revoked_set *s, struct pn_revoked_mark mark)
{
    if (atomic_load_explicit(&s->count, memory_order_acquire) == 0) return false;
    return find(s, mark) != UINT32_MAX;
}

static const struct pn_slice names[PN_REVOKED_KINDS] = {
    [PN_REVOKED_TASK] = PN_SLICE_INIT("task"),   [PN_REVOKED_AGENT] = PN_SLICE_INIT("agent"),
    [PN_REVOKED_USER] = PN_SLICE_INIT("user"),   [PN_REVOKED_KEY] = PN_SLICE_INIT("key"),
    [PN_REVOKED_TOKEN] = PN_SLICE_INIT("token"), [PN_REVOKED_SESSION] = PN_SLICE_INIT("session"),
};

struct pn_slice pn_revoked_kind_name(enum pn_revoked_kind kind)
{
    return names[kind];
}

enum pn_revoked_kind pn_revoked_kind_of(struct pn_slice name)
{
    for (int k = PN_REVOKED_TASK; k < PN_REVOKED_KINDS; k++) {
        if (pn_slice_equal(name, names[k])) return (enum pn_revoked_kind)k;
    }
    return PN_REVOKED_NOTHING;
}
