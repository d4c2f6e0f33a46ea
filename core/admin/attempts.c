/* see attempts.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/attempts.h"

/* Addresses of IPv4 look like ones of IPv6 that nobody has: 0:1::/32. */
uint64_t pn_attempts_address(const struct port_net_addr *from)
{
    uint64_t address = 0;
    int bytes = from->family == 4 ? 4 : 8;

    for (int i = 0; i < bytes; i++) address = address << 8 | from->ip[i];
    return from->family == 4 ? address | UINT64_C(1) << 32 : address;
}

/* Its count in this minute. */
static struct pn_attempts_source *find(struct pn_attempts *a, const struct port_net_addr *from,
                                       uint32_t mono_s)
{
    uint64_t address = pn_attempts_address(from);
    uint32_t minute = mono_s / 60 + 1;
    struct pn_attempts_source *place = &a->others;

    for (int i = 0; i < PN_ATTEMPT_SOURCES; i++) {
        struct pn_attempts_source *s = &a->sources[i];
        if (s->minute != minute) place = s;
        else if (s->address == address) return s;
    }
    if (place->minute != minute) {
        *place = (struct pn_attempts_source){ .address = address, .minute = minute };
    }
    return place;
}

static uint16_t max_of(const struct pn_attempts *a, const struct pn_attempts_source *s)
{
    return s == &a->others ? PN_ATTEMPTS_OTHERS_MAX : PN_ATTEMPTS_MAX;
}

enum pn_attempts_left pn_attempts_left(struct pn_attempts *a, const struct port_net_addr *from,
                                       uint32_t mono_s)
{
    const struct pn_attempts_source *s = find(a, from, mono_s);

    if (s->failed < max_of(a, s)) return PN_ATTEMPTS_SOME;
    return s == &a->others ? PN_ATTEMPTS_NONE_SHARED : PN_ATTEMPTS_NONE;
}

void pn_attempts_failed(struct pn_attempts *a, const struct port_net_addr *from, uint32_t mono_s)
{
    struct pn_attempts_source *s = find(a, from, mono_s);

    if (s->failed < max_of(a, s)) s->failed++;
}

enum pn_attempt_telling pn_attempts_tell(struct pn_attempts *a, const struct port_net_addr *from,
                                         uint32_t mono_s)
{
    struct pn_attempts_source *s = find(a, from, mono_s);

    if (s->told >= max_of(a, s)) return PN_ATTEMPT_QUIET;
    return ++s->told == max_of(a, s) ? PN_ATTEMPT_TOLD_LAST : PN_ATTEMPT_TOLD;
}
