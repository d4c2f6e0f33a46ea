/* schema.h - are the attributes of a call as the policy's schemas want them?
 *
 * A module of the engine. A resource policy may bind a JSON Schema to the principal's attributes
 * and one to the resource's; the compiler made them a forest of nodes without recursion, which was
 * checked when the policy was opened. Walking it over the values of a call is bounded in depth and
 * in steps, allocates nothing and cannot fail: whatever cannot be judged is not as it should be.
 *
 * Numbers are as everywhere here: what int64 and double cannot hold exactly as an integer is not as
 * it should be. multipleOf means decimals as they were written, beyond 2^53 the double itself.
 *
 * What is still unknown, such as the arguments of a tool that is only being listed, passes.
 *
 * Where the facts hold all attributes of a side as one JSON map, as those of `policy check` do, the
 * schema sees that map. In the gateway attributes come one by one; the schema then sees those that
 * it names, and what it says of all others (additionalProperties, minProperties, maxProperties at
 * its top) does not apply: there is nothing but what the gateway itself and the signed keys give.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_SCHEMA_H
#define PN_POLICY_SCHEMA_H

#include "core/base/writer.h"
#include "policy/condition.h"
#include "policy/opening.h"

/* One thing that is wrong. */
struct pn_schema_failure {
    enum pn_side side;
    enum pn_schema_op op;  /* the keyword; PN_SCHEMA_NONE: a value or its size is beyond judging */
    uint32_t word;         /* its record; of REQUIRED and ADDITIONAL the group's */
    struct pn_value value; /* of oneOf the first two branches that hold: first * 65536 + second */
    struct pn_slice path;  /* JSON Pointer from the attributes on; empty: they themselves */
};

/* Where failures go: the caller sets the first three. */
struct pn_schema_report {
    struct pn_schema_failure *failures; /* `max` of them */
    uint16_t max;
    struct pn_writer text; /* paths are written here; those that do not fit are cut */
    uint16_t count;        /* in `failures` */
    uint32_t total;        /* all of them */
};

/* The record of SCHEMA_BINDINGS that applies to the call, or NULL: none does. The scratch is lent as
 * for a decision and keeps what an earlier one left. */
const uint8_t *pn_schema_binding(const struct pn_policy *policy, const struct pn_facts *facts,
                                 struct pn_policy_scratch *scratch);

/* Does the binding want the attributes of this side checked for the call's action? */
bool pn_schema_asks(const struct pn_policy *policy, const uint8_t *binding, enum pn_side side,
                    struct pn_slice action);

/* Check them. True when nothing is wrong; else the report says what. */
bool pn_schema_check(const struct pn_policy *policy, const struct pn_facts *facts,
                     const uint8_t *binding, enum pn_side side, struct pn_schema_report *report);

/* The keyword as a schema has it, such as "minLength". */
struct pn_slice pn_schema_keyword(enum pn_schema_op op);

/* What the rest of the engine asks of this module. */
struct pn_schema_module {
    /* While a policy is opened: strings, constants, sets, DFAs and the trie are sound already. */
    bool (*are_sound)(const struct pn_opening *o);
    /* After the rules: deny what a schema rejects, tell what one warns of. */
    void (*judge)(struct pn_eval *e, struct pn_decision *decision);
};

bool pn_schemas_are_sound(const struct pn_opening *o);

#endif
