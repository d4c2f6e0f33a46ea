/* see absence.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/absence.h"

#include "core/base/bytes.h"

enum { WORDS = PN_ABSENCE_BYTES / 4, TRIES = 4 };

void pn_absence_init(struct pn_absence *a)
{
    atomic_init(&a->version, 0);
    for (int i = 0; i < WORDS; i++) atomic_init(&a->words[i], 0);
}

/* Sequentially consistent throughout: none of this is on a path that has to be fast. */
void pn_absence_tell(struct pn_absence *a, struct pn_slice name)
{
    uint8_t text[PN_ABSENCE_BYTES] = { 0 };
    uint32_t version = atomic_load_explicit(&a->version, memory_order_relaxed);

    if (name.len > 0) memcpy(text, name.at, name.len < sizeof text ? name.len : sizeof text);
    atomic_store(&a->version, version + 1);
    for (int i = 0; i < WORDS; i++) atomic_store(&a->words[i], pn_load32(text + 4 * i));
    atomic_store(&a->version, version + 2);
}

static bool read_once(struct pn_absence *a, uint8_t room[PN_ABSENCE_BYTES])
{
    uint32_t version = atomic_load(&a->version);

    for (int i = 0; i < WORDS; i++) pn_store32(room + 4 * i, atomic_load(&a->words[i]));
    return version % 2 == 0 && version == atomic_load(&a->version);
}

struct pn_slice pn_absence_read(struct pn_absence *a, uint8_t room[PN_ABSENCE_BYTES])
{
    size_t len = 0;

    for (int tries = 0; tries < TRIES; tries++) {
        if (!read_once(a, room)) continue;
        while (len < PN_ABSENCE_BYTES && room[len] != 0) len++;
        break;
    }
    return pn_slice(room, len);
}
