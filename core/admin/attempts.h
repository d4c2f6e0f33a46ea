/* attempts.h - who has failed at the admin door in this minute, and how often.
 *
 * A table of fixed size by address; addresses of IPv6 count by their first half. No count is given up
 * before its minute is over: where the table is full all further addresses share one count, with a
 * limit of its own. So a flood of addresses neither makes the table grow nor buys anybody a fresh start.
 * Nor does it shut anybody out: that others have used up the shared attempts is no address's own fault.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ATTEMPTS_H
#define PN_ATTEMPTS_H

#include <stdbool.h>

#include "port/port_net.h"

enum {
    PN_ATTEMPT_SOURCES = 256,
    PN_ATTEMPTS_MAX = 10,         /* of one address in a minute... */
    PN_ATTEMPTS_OTHERS_MAX = 160, /* ...and of all that have no place in the table, together */
};

struct pn_attempts_source {
    uint64_t address; /* see attempts.c */
    uint32_t minute;  /* plus 1; 0: the place is free */
    uint16_t failed;  /* wrong credentials */
    uint16_t told;    /* denials of any kind that were told */
};

/* All-zero is the beginning. */
struct pn_attempts {
    struct pn_attempts_source sources[PN_ATTEMPT_SOURCES];
    struct pn_attempts_source others;
};

/* An address as it counts, a network of IPv6 as one. */
uint64_t pn_attempts_address(const struct port_net_addr *from);

/* Has that address shown as many wrong credentials as it may, itself or with those that share its count? */
enum pn_attempts_left { PN_ATTEMPTS_NONE, PN_ATTEMPTS_NONE_SHARED, PN_ATTEMPTS_SOME };
enum pn_attempts_left pn_attempts_left(struct pn_attempts *a, const struct port_net_addr *from,
                                       uint32_t mono_s);

/* It has shown another one. */
void pn_attempts_failed(struct pn_attempts *a, const struct port_net_addr *from, uint32_t mono_s);

/* It was turned away: is that to be told? After so many in a minute it is not. */
enum pn_attempt_telling { PN_ATTEMPT_QUIET, PN_ATTEMPT_TOLD, PN_ATTEMPT_TOLD_LAST };
enum pn_attempt_telling pn_attempts_tell(struct pn_attempts *a, const struct port_net_addr *from,
                                         uint32_t mono_s);

#endif
