/* audit.h - what is written down about each exchange, as the members of one JSON object.
 *
 * A call leaves two records with one decision id: the decision, written before the first byte goes
 * upstream, and the end, written when the exchange is over. A decision without an end is a call
 * during which the gateway was killed. Events say what happened to the gateway and its policy.
 *
 * Here the records are plain structs of slices, and become text; audit.def lists the fields.
 * Nothing secret is among them: the credential appears by its public name, the arguments as a MAC
 * under a key of the device, and of their values only the facts that the caller hands over, each
 * masked if a mask covers its path.
 *
 * A call can be decided again from its record. So a fact that the record does not hold as it was,
 * being masked, cut, not usable or not there, is named with its state in "fact_states"; one that is
 * in neither map was not recorded. What stands in "facts" for such a fact is for people: a client
 * may send the text "***" as well.
 *
 * A record never outgrows PN_AUDIT_BODY_BYTES. Texts are cut at the bound of their field, at a
 * whole character, and then end in a mark; facts that no longer fit are counted. So what is written
 * is well-formed JSON on one line whatever the request held.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_H
#define PN_AUDIT_H

#include "core/base/value.h"
#include "core/base/writer.h"

enum {
    /* A whole line of the log, its end included, and what of it the chain adds to a record. */
    PN_AUDIT_LINE_BYTES = 4268,
    PN_AUDIT_CHAIN_BYTES = 192,
    /* The members of any record, and those of an end: room for one is held by each exchange. */
    PN_AUDIT_BODY_BYTES = PN_AUDIT_LINE_BYTES - PN_AUDIT_CHAIN_BYTES,
    PN_AUDIT_END_BYTES = 512,
    PN_AUDIT_ID_BYTES = 40,
    /* One fact's path and value. A longer text is cut, a longer list or map becomes a cut text. */
    PN_AUDIT_PATH_BYTES = 128,
    PN_AUDIT_VALUE_BYTES = 320,
};

enum pn_audit_kind {
#define PN_AUDIT_KIND(symbol, text) PN_AUDIT_##symbol,
#include "core/audit/audit.def"
#undef PN_AUDIT_KIND
    PN_AUDIT_KIND_COUNT,
};

enum pn_audit_how {
#define PN_AUDIT_HOW(symbol, text) PN_AUDIT_HOW_##symbol,
#include "core/audit/audit.def"
#undef PN_AUDIT_HOW
    PN_AUDIT_HOW_COUNT,
};

enum pn_audit_fact_state {
#define PN_AUDIT_FACT_STATE(symbol, text) PN_AUDIT_FACT_##symbol,
#include "core/audit/audit.def"
#undef PN_AUDIT_FACT_STATE
    PN_AUDIT_FACT_STATE_COUNT,
};

enum pn_audit_event_name {
#define PN_AUDIT_EVENT_NAME(symbol, text) PN_AUDIT_EVENT_##symbol,
#include "core/audit/audit.def"
#undef PN_AUDIT_EVENT_NAME
    PN_AUDIT_EVENT_COUNT,
};

/* A decision id: unique among all runs of all workers of a device. */
struct pn_audit_id {
    uint32_t nonce; /* random, of this run of the process */
    uint32_t worker;
    uint64_t counter; /* of this worker, from 1; 0 is no id */
};

/* An attribute that a rule reads, and its value in this call: PN_ABSENT to say that there is none. */
struct pn_audit_fact {
    struct pn_slice path; /* as policy text has it: R.attr.arguments.amount_cents */
    struct pn_value value;
    bool masked; /* written as "***" */
};

/* Which policy spoke; all zero before there was one. */
struct pn_audit_policy {
    const uint8_t *identity; /* 32 bytes, or NULL */
    uint64_t sequence;
};

/* Empty slices and NULL are left out of the record. Everything is lent for the call. */
struct pn_audit_decision {
    int64_t unix_ms; /* below 0: unknown, left out */
    struct {
        struct pn_slice id, user, agent, team, task, key_id, proof;
        struct pn_slice roles; /* separated by commas */
        struct pn_slice token_id, spiffe_id, issuer;
    } who;
    struct {
        struct pn_slice user_agent, name;
    } client;
    struct pn_slice surface, server, method, action;
    struct pn_slice session;     /* pn_session_code() of it, not the id */
    struct pn_slice model, tool; /* where there is a tool, the model is left out */
    const uint8_t *args_mac; /* 32 bytes: HMAC-SHA-256 of the arguments as the client sent them */
    struct pn_slice outcome, rule, reason;
    struct pn_audit_policy policy;
    struct pn_slice error;   /* pn_reason_name() of a refusal */
    struct pn_slice warning; /* what a schema that only warns found, empty: nothing */
    const struct pn_audit_fact *facts;
    size_t fact_count;
};

struct pn_audit_end {
    int64_t unix_ms;
    uint16_t status; /* 0: none was sent */
    struct pn_slice upstream;
    uint16_t upstream_status; /* 0: none came */
    uint32_t latency_us;
    uint64_t bytes_in, bytes_out;
    uint8_t how;           /* enum pn_audit_how */
    struct pn_slice error; /* pn_reason_name() of what ended it early */
};

struct pn_audit_event {
    int64_t unix_ms;
    uint8_t name; /* enum pn_audit_event_name */
    struct pn_slice detail, reason;
    struct {
        struct pn_slice id, proof, roles;
    } who; /* the operator who asked for it */
    struct pn_audit_policy policy;
};

/* Append the members of a record, `"kind":"decision","time":...`, without the braces.
 *
 * With PN_AUDIT_BODY_BYTES of room (PN_AUDIT_END_BYTES for an end) it always fits. `id` with
 * counter 0 is left out, which only the writer's own events do. */
void pn_audit_write_decision(struct pn_writer *w, const struct pn_audit_id *id,
                             const struct pn_audit_decision *d);
void pn_audit_write_end(struct pn_writer *w, const struct pn_audit_id *id,
                        const struct pn_audit_end *e);
void pn_audit_write_event(struct pn_writer *w, const struct pn_audit_id *id,
                          const struct pn_audit_event *e);

/* The id as text, such as "9f31c0aa-2-1a": nonce and counter in hexadecimal, worker in decimal.
 * The slice borrows from `out`. */
struct pn_slice pn_audit_id_text(const struct pn_audit_id *id, uint8_t out[PN_AUDIT_ID_BYTES]);

/* Must the value at `path` be masked? True when one of the masks names it, something above it, or
 * something inside it (a map that is printed whole would show what lies inside). Paths are compared
 * by whole members: a mask on R.attr.iban says nothing about R.attr.iban_country. */
bool pn_audit_masked(const struct pn_slice *masks, size_t mask_count, struct pn_slice path);

struct pn_slice pn_audit_kind_text(enum pn_audit_kind kind);
struct pn_slice pn_audit_fact_state_text(enum pn_audit_fact_state state);
struct pn_slice pn_audit_event_text(enum pn_audit_event_name name);

#endif
