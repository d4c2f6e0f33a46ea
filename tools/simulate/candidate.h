/* candidate.h - a policy that recorded calls are decided by, with all that deciding takes.
 *
 * A policy may come with the tables of a gateway: API keys, models, servers. They are consulted as
 * the gateway would: a caller is who the key's record in this policy says, with its roles and
 * attributes; a model or server that the policy does not have is refused. A policy without tables,
 * or one that is asked for its rules only, takes these things as they were recorded.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CANDIDATE_H
#define TOOLS_CANDIDATE_H

#include "core/identity/attachment_table.h"
#include "core/identity/identity.h"
#include "core/route/route_table.h"
#include "policy/policy_reads.h"
#include "tools/compile/arena.h"

enum candidate_scope { CANDIDATE_WHOLE, CANDIDATE_RULES_ONLY };

enum { ATTRIBUTE_STEPS_MAX = 16 };

/* Where an attribute comes from. */
enum attribute_home {
    HOME_PRINCIPAL, /* P..., request.auxData...: of who calls */
    HOME_ARGUMENTS, /* R.attr.arguments and below: of what the client sent */
    HOME_GATEWAY,   /* a fact that the gateway states */
    HOME_NOWHERE,   /* R.attr... that no gateway states */
};

/* An attribute that the policy reads, by its slot. */
struct attribute {
    struct pn_slice path;
    uint32_t hash;
    uint16_t fact;  /* enum pn_fact */
    uint8_t home;   /* enum attribute_home */
    bool wants_raw; /* a list or map is of use with its text only */
    bool compares;  /* an integer beyond int64 would have been an error */
    uint8_t step_count;
    /* Above it: the part of the path, its hash, and the name of the next step down. */
    struct attribute_step {
        struct pn_slice above, name;
        uint32_t hash;
    } steps[ATTRIBUTE_STEPS_MAX];
};

struct candidate {
    struct pn_policy policy;
    struct pn_key_table keys;
    struct pn_route_table routes;
    struct pn_attachment_table attachments;
    bool has_tables; /* and they are consulted */
    bool asks_time;  /* a predicate reads now() */
    struct attribute *attributes;
    LIST(uint16_t) has; /* predicates of kind PN_PREDICATE_HAS */
    struct pn_policy_scratch scratch;
};

/* Open the policy `body`, which must stay as it is while the candidate is used. NULL, or one
 * sentence that says why not. The arena holds what the candidate needs. */
const char *candidate_open(struct candidate *c, struct arena *arena, struct pn_slice body,
                           enum candidate_scope scope);

/* The key of that public name: true and `*who` filled, if it was valid at `unix_ms`. */
bool candidate_find_key(const struct candidate *c, struct pn_slice key_id, int64_t unix_ms,
                        struct pn_principal *who);

#endif
