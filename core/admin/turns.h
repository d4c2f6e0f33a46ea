/* turns.h - whose turn it is to have a password verified.
 *
 * Verifying one is costly, so it is done so often in a second and no oftener. Who would be quicker than
 * others to ask would then keep these out for good; so each address draws a number, is told to come
 * again, and has its turn when that number is called. An address has one number at a time, so many
 * attempts from one are no more than one. Numbers are called in the order in which they were drawn; one
 * that was called is good for PN_TURN_S, and goes back to the end by asking again after it was used.
 *
 * The line is bounded: while PN_TURNS_WAITING addresses stand in it, who comes has to try again for a
 * place. Up to that many strangers keep nobody waiting for longer than it takes to call them all. However
 * many they are, an address from which somebody came in before does not stand in line: one of those has
 * its turn each second besides.
 *
 * Not a word of this is kept over a restart.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TURNS_H
#define PN_TURNS_H

#include "core/base/step.h"

enum {
    PN_TURNS_WAITING = 256,
    PN_TURNS_REGULARS = 8, /* addresses from which somebody came in, the last ones */
    PN_TURN_S = 20,
};

struct pn_turn {
    uint64_t address; /* pn_attempts_address() */
    uint32_t number;  /* 0: the place is free */
};

/* All-zero is the beginning. */
struct pn_turns {
    struct pn_turn waiting[PN_TURNS_WAITING];
    uint64_t regulars[PN_TURNS_REGULARS];
    uint32_t regular_count; /* that ever were */
    uint32_t regular_s;     /* second, plus 1, in which one of them had a turn */
    uint32_t drawn, called; /* the last number that was; `called` is ahead where nobody waits */
    uint32_t second;
};

/* May a password from there be verified now, if `per_s` are in a second?
 *
 *   PN_DONE     yes, and its turn is used up
 *   PN_WAIT     it has its number, which is called in `*wait_s` seconds, if nobody leaves
 *   PN_REFUSED  the line is full */
enum pn_step pn_turns_take(struct pn_turns *t, uint64_t address, uint32_t per_s, uint32_t mono_s,
                           uint32_t *wait_s);

/* Somebody proved from there that he is an operator. */
void pn_turns_welcome(struct pn_turns *t, uint64_t address);

#endif
