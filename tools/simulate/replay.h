/* replay.h - a recorded call decided anew.
 *
 * Facts come from the record, from the candidate's own tables (who a key is, what a model stands
 * for), and from what a gateway states of every call. A fact that none of these holds is unknown,
 * never guessed: the call is decided for all that its predicates could come to, and only where
 * that makes no difference the decision counts. Otherwise the facts are named that would have made
 * one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REPLAY_H
#define TOOLS_REPLAY_H

#include "tools/simulate/candidate.h"
#include "tools/simulate/recorded_call.h"

/* What is known of an attribute. */
enum knowledge {
    KNOWN_NOT,   /* it may have been anything, or absent */
    KNOWN_THERE, /* it was there */
    KNOWN_MAP,   /* it was there, and a map */
    KNOWN_VALUE, /* the slot holds it, PN_ABSENT included */
};

/* Decisions tried for one call; beyond them it counts as unknown. */
enum { REPLAY_DECISIONS_MAX = 2187, REPLAY_WORDS_MAX = 4 };

struct replayed {
    bool known;              /* outcome and rule hold whatever is unknown */
    struct pn_slice outcome; /* as records have it: "allow", "deny", "refused", ... */
    struct pn_slice rule;    /* empty: by default */
    bool rule_open;          /* which rule it is depends on what is unknown */
    struct pn_slice error;   /* of "refused": the gateway's reason, such as "model_unknown" */
    bool told[PN_POLICY_SLOTS_MAX];           /* not known: attributes that make the difference */
    struct pn_slice others[REPLAY_WORDS_MAX]; /* likewise: what is no attribute, such as "time" */
    size_t other_count;
};

/* Memory of a replay; large, so not on the stack. */
struct replay {
    struct candidate *candidate;
    struct pn_facts facts;
    struct pn_value slots[PN_POLICY_SLOTS_MAX];
    uint8_t known[PN_POLICY_SLOTS_MAX]; /* enum knowledge */
    struct pn_assumed assumed;
    struct pn_principal who;
    bool has_who; /* the candidate's key; its facts are all known */
    struct pn_value stated[PN_FACT_COUNT];
    bool is_stated[PN_FACT_COUNT];
    uint8_t text[512]; /* the resource's kind */
    uint8_t role[512]; /* a role's name */
};

/* Decide `call`, a RECORDED_DECISION or RECORDED_UNDECIDED, by `candidate`. Of the latter only the
 * caller's key is judged. */
void replay_call(struct replay *r, struct candidate *candidate, const struct recorded_call *call,
                 enum recorded_kind kind, struct replayed *result);

/* What the record says of the decision then, in the same words. With a candidate without tables a
 * call refused for want of a model counts as allowed, which is what the rules said. */
struct pn_slice replay_outcome_then(const struct candidate *candidate,
                                    const struct recorded_call *call);

#endif
