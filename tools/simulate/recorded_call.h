/* recorded_call.h - a decision of an audit log, as a call that can be decided again.
 *
 * A record holds who called, what was called, what came of it, and the attributes that the rules
 * read. What it does not hold is told apart from what the request did not hold: a fact has a state
 * (core/audit/audit.def), and a text that ends in the mark of a cut is not taken for the whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_RECORDED_CALL_H
#define TOOLS_RECORDED_CALL_H

#include "core/audit/audit.h"
#include "core/json/json_keys.h"

enum { RECORDED_FACTS_MAX = 512, RECORDED_TEXT_BYTES = 64 << 10, RECORDED_KEYS_MAX = 4096 };

enum recorded_kind {
    RECORDED_BROKEN,    /* no record that our writer could have written */
    RECORDED_OTHER,     /* the end of an exchange, or an event */
    RECORDED_UNDECIDED, /* refused before any rule was asked, or a list, decided item by item */
    RECORDED_DECISION,
};

/* Texts of a record, in the order of recorded_call.c's table. */
enum recorded_text {
    RECORDED_KIND,
    RECORDED_TIME,
    RECORDED_ID,
    RECORDED_WHO_ID,
    RECORDED_WHO_USER,
    RECORDED_WHO_AGENT,
    RECORDED_WHO_TEAM,
    RECORDED_WHO_TASK,
    RECORDED_WHO_KEY_ID,
    RECORDED_WHO_ISSUER,
    RECORDED_WHO_PROOF,
    RECORDED_CLIENT_NAME,
    RECORDED_SURFACE,
    RECORDED_SERVER,
    RECORDED_MODEL,
    RECORDED_TOOL,
    RECORDED_METHOD,
    RECORDED_ACTION,
    RECORDED_ARGS_HMAC,
    RECORDED_OUTCOME,
    RECORDED_RULE,
    RECORDED_ERROR,
    RECORDED_TEXT_COUNT,
};

struct recorded_fact {
    struct pn_slice path;
    uint32_t hash; /* recorded_hash() of the path */
    uint8_t state; /* enum pn_audit_fact_state */
    struct pn_value value;
};

/* Slices borrow from the line or from `room`. Zeroed before the first line. */
struct recorded_call {
    uint64_t seq;
    int64_t unix_ms; /* -1: not recorded */
    struct pn_slice text[RECORDED_TEXT_COUNT];
    uint64_t cut;          /* bits of enum recorded_text: only a part was recorded */
    struct pn_value roles; /* PN_LIST, or PN_ABSENT */
    bool roles_cut;
    struct recorded_fact facts[RECORDED_FACTS_MAX];
    size_t fact_count;
    size_t room_len;
    uint8_t room[RECORDED_TEXT_BYTES]; /* texts that held escapes */
    bool has_keys;                     /* the reader's own: made with the first line */
    struct pn_json_keys keys;
    struct pn_json_key places[RECORDED_KEYS_MAX];
};

/* Read a line without its line feed. */
enum recorded_kind recorded_call_read(struct recorded_call *call, struct pn_slice line);

/* The fact of that path, or NULL. */
const struct recorded_fact *recorded_fact_find(const struct recorded_call *call,
                                               struct pn_slice path, uint32_t hash);

uint32_t recorded_hash(struct pn_slice path);

/* False when only a part of the text was recorded. */
static inline bool recorded_whole(const struct recorded_call *call, enum recorded_text text)
{
    return (call->cut >> text & 1) == 0;
}

#endif
