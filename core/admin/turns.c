/* see turns.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/turns.h"

/* Negative: it was not called yet. Numbers wrap. */
static int32_t called_since(const struct pn_turns *t, uint32_t number)
{
    return (int32_t)(t->called - number);
}

/* Numbers are called whether anybody drew them or not, but for those of one second, which are left for
 * who comes next. */
static void call(struct pn_turns *t, uint32_t per_s, uint32_t mono_s)
{
    uint32_t passed_s = mono_s - t->second;

    t->second = mono_s;
    if (passed_s > PN_TURNS_WAITING) passed_s = PN_TURNS_WAITING;
    t->called += passed_s * per_s;
    if (called_since(t, t->drawn + per_s) > 0) t->drawn = t->called - per_s;
}

static bool is_over(const struct pn_turns *t, const struct pn_turn *turn, uint32_t per_s)
{
    return called_since(t, turn->number) >= (int32_t)(PN_TURN_S * per_s);
}

/* The place with its number, or else a free one; NULL: there is none. */
static struct pn_turn *find(struct pn_turns *t, uint64_t address, uint32_t per_s)
{
    struct pn_turn *place = NULL;

    for (int i = 0; i < PN_TURNS_WAITING; i++) {
        struct pn_turn *turn = &t->waiting[i];
        if (turn->number != 0 && is_over(t, turn, per_s)) turn->number = 0;
        if (turn->number == 0) place = turn;
        else if (turn->address == address) return turn;
    }
    return place;
}

static uint32_t draw(struct pn_turns *t)
{
    if (++t->drawn == 0) t->drawn = 1; /* 0 is nobody's */
    return t->drawn;
}

static bool is_regular(const struct pn_turns *t, uint64_t address)
{
    uint32_t count = t->regular_count < PN_TURNS_REGULARS ? t->regular_count : PN_TURNS_REGULARS;

    for (uint32_t i = 0; i < count; i++) {
        if (t->regulars[i] == address) return true;
    }
    return false;
}

static bool has_regulars_turn(struct pn_turns *t, uint64_t address, uint32_t mono_s)
{
    if (t->regular_s == mono_s + 1 || !is_regular(t, address)) return false;
    t->regular_s = mono_s + 1;
    return true;
}

enum pn_step pn_turns_take(struct pn_turns *t, uint64_t address, uint32_t per_s, uint32_t mono_s,
                           uint32_t *wait_s)
{
    call(t, per_s, mono_s);
    struct pn_turn *turn = find(t, address, per_s);
    bool waits = turn && turn->number != 0;

    if (waits && called_since(t, turn->number) >= 0) {
        turn->number = 0;
        return PN_DONE;
    }
    if (!waits && called_since(t, t->drawn) > 0) { /* nobody is before it */
        (void)draw(t);
        return PN_DONE;
    }
    if (has_regulars_turn(t, address, mono_s)) return PN_DONE;
    if (!turn) return PN_REFUSED;
    if (!waits) *turn = (struct pn_turn){ address, draw(t) };
    *wait_s = ((uint32_t)-called_since(t, turn->number) + per_s - 1) / per_s;
    return PN_WAIT;
}

void pn_turns_welcome(struct pn_turns *t, uint64_t address)
{
    if (is_regular(t, address)) return;
    t->regulars[t->regular_count % PN_TURNS_REGULARS] = address;
    t->regular_count++;
}
