/* see listing.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/listing.h"

#include "core/base/frame.h"
#include "policy/verdict.h"

static uint64_t unknown_in(const struct pn_policy_scratch *s, size_t word)
{
    return s->known[word] & ~(s->is_true[word] | s->is_false[word] | s->is_faulty[word]);
}

static bool is_unknown(const struct pn_policy_scratch *s, uint16_t predicate)
{
    return (unknown_in(s, predicate / 64) >> predicate % 64 & 1) != 0;
}

/* Derived roles follow from other predicates, and so may value code: it is guessed last. */
static uint8_t kind_of(const struct pn_eval *e, uint16_t predicate)
{
    return pn_predicate_at(e->policy, predicate)[PN_PREDICATE_KIND];
}

static bool is_plain(const struct pn_eval *e, uint16_t predicate)
{
    uint8_t kind = kind_of(e, predicate);

    return kind != PN_PREDICATE_DERIVED && kind != PN_PREDICATE_CODE;
}

/* An unknown of the rule that leads: what refutes it is found sooner than along unknowns that have
 * nothing to do with it. */
static uint16_t unknown_of_rule(const struct pn_eval *e, uint16_t rule)
{
    struct pn_condition_walk walk = { 0 };
    uint32_t condition = pn_load32(pn_rule_at(e->policy, rule) + PN_RULE_CONDITION);
    uint16_t predicate;

    do {
        predicate = pn_condition_walk(e->policy, condition, &walk);
    } while (predicate != PN_NONE16 &&
             !(is_unknown(e->scratch, predicate) && is_plain(e, predicate)));
    return predicate;
}

/* Any unknown that the decision at hand asked for. */
static uint16_t unknown_of_any(const struct pn_eval *e)
{
    uint16_t code = PN_NONE16;

    for (size_t word = 0; word < ((size_t)e->policy->predicate_count + 63) / 64; word++) {
        for (uint64_t bits = unknown_in(e->scratch, word); bits != 0; bits &= bits - 1) {
            uint16_t predicate = (uint16_t)(word * 64 + (size_t)__builtin_ctzll(bits));
            if (is_plain(e, predicate)) return predicate;
            if (kind_of(e, predicate) == PN_PREDICATE_CODE) code = predicate;
        }
    }
    return code;
}

PN_OWN_FRAME static uint16_t next_unknown(const struct pn_eval *e, uint16_t rule)
{
    uint16_t predicate = rule != PN_NONE16 ? unknown_of_rule(e, rule) : PN_NONE16;

    return predicate != PN_NONE16 ? predicate : unknown_of_any(e);
}

void pn_guesses_apply(struct pn_eval *e)
{
    for (uint16_t i = 0; e->guesses != NULL && i < e->guesses->count; i++) {
        pn_eval_put(e->scratch, e->guesses->predicate[i], (enum pn_truth)e->guesses->value[i]);
    }
}

/* The next way to go, in the order false, true, error. False when there is none left. */
PN_OWN_FRAME static bool turn_back(struct pn_eval *e, struct pn_guesses *g)
{
    while (g->count > 0 && g->value[g->count - 1] == PN_FAULTY) {
        pn_eval_put(e->scratch, g->predicate[--g->count], PN_UNDECIDED);
    }
    if (g->count == 0) return false;
    g->value[g->count - 1]++;
    return true;
}

/* Decide by the guesses. What is unknown counts as not asked for, and what may follow from guesses
 * is forgotten. */
static void try_again(struct pn_eval *e, struct pn_decision *decision)
{
    struct pn_policy_scratch *s = e->scratch;

    for (size_t word = 0; word < ((size_t)e->policy->predicate_count + 63) / 64; word++) {
        s->known[word] &= ~unknown_in(s, word);
    }
    memset(s->derived, 0, sizeof s->derived);
    pn_eval_forget_derived(e);
    pn_verdict_decide(e, decision);
}

static bool is_possible(struct pn_eval *e, struct pn_guesses *g, struct pn_decision *decision)
{
    for (unsigned tries = 0; tries < PN_POLICY_TRIES_MAX; tries++) {
        if (decision->outcome != PN_DENY) {
            uint16_t predicate = next_unknown(e, decision->rule);
            if (predicate == PN_NONE16 || g->count == PN_POLICY_UNKNOWNS_MAX) return true;
            g->predicate[g->count] = predicate;
            g->value[g->count++] = PN_FALSE;
        } else if (!turn_back(e, g)) {
            return false;
        }
        try_again(e, decision);
    }
    return true;
}

void pn_listing_confirm(struct pn_eval *e, struct pn_decision *decision)
{
    struct pn_guesses guesses = { .count = 0 };

    e->guesses = &guesses;
    bool possible = is_possible(e, &guesses, decision);
    while (guesses.count > 0) {
        pn_eval_put(e->scratch, guesses.predicate[--guesses.count], PN_UNDECIDED);
    }
    e->guesses = NULL;
    try_again(e, decision);
    if (!possible) pn_verdict_begin(decision);
}
