/* exchange.h - one client request from its first byte to the last byte of its answer.
 *
 * An exchange touches no socket. It owns the buffers, and two machines move them along:
 *
 *     ask     client bytes -> head -> body -> judged -> recorded -> request to the upstream
 *     answer  upstream bytes -> head -> body, filtered -> client bytes
 *
 *     ASK_HEAD    -> ASK_BODY      head accepted, caller known          [request.c: accept_head]
 *     ASK_HEAD    -> ASK_CALLER    the caller has to be asked about     [request.c: accept_head]
 *     ASK_CALLER  -> ASK_BODY      and is known                         [request.c: pn_request_caller]
 *     ASK_CALLER  -> ASK_OWN       nothing was found out in time        [pn_exchange_caller_unknown]
 *     ASK_BODY    -> ASK_JUDGE     body whole, scanned, unambiguous     [request.c: take_body]
 *     ASK_JUDGE   -> ASK_RECORD    decided, record queued               [judge.c: pn_judge]
 *     ASK_RECORD  -> ASK_TOKEN     record accepted by the audit writer  [judge.c: pn_judge_recorded]
 *     ASK_TOKEN   -> ASK_LEG       all that the upstream is shown is there [leg_identity.c]
 *     ASK_TOKEN   -> ASK_OWN       it is not to be had, or not in time  [leg_identity.c]
 *     ASK_LEG     -> ASK_SEND      an upstream connection stands        [leg.c: pn_leg_begin]
 *     ASK_SEND    -> ASK_SENT      request written whole                [leg.c: pn_leg_sent]
 *     any before ASK_SEND -> ASK_OWN   the gateway answers itself       [refusal.c, models.c]
 *
 *     ANSWER_NONE -> ANSWER_HEAD   request on its way                   [leg.c: pn_leg_begin]
 *     ANSWER_HEAD -> ANSWER_BODY   answer's head accepted               [answer.c: accept_head]
 *     ANSWER_BODY -> ANSWER_END    answer whole, or ended by us         [answer.c]
 *     ANSWER_NONE -> ANSWER_END    the gateway's own answer is written  [refusal.c, models.c]
 *
 * No upstream byte can be written before ASK_LEG, nor a token for it be asked for before ASK_TOKEN,
 * and nothing reaches either but through a decision and its record: that is the shape that keeps the
 * gate shut. What the outside may do now is a set
 * of wants; pump.c does it and calls back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_EXCHANGE_H
#define PN_EXCHANGE_H

#include "core/audit/audit.h"
#include "core/audit/audit_ring.h"
#include "core/config.h"
#include "core/facts/facts_llm.h"
#include "core/facts/facts_mcp.h"
#include "core/filter/filter_mcp.h"
#include "core/http/h1_body.h"
#include "core/http/h1_head.h"
#include "core/identity/actors.h"
#include "core/identity/asked_desk.h"
#include "core/identity/assertion.h"
#include "core/identity/identity.h"
#include "core/identity/issuer_desk.h"
#include "core/json/json_scan.h"
#include "core/outbox.h"
#include "core/pass_desk.h"
#include "core/revocation/revoked_set.h"
#include "core/route/route.h"
#include "core/token_request.h"
#include "policy/policy.h"

enum pn_ask {
    ASK_HEAD,
    ASK_CALLER,
    ASK_BODY,
    ASK_JUDGE,
    ASK_RECORD,
    ASK_TOKEN,
    ASK_LEG,
    ASK_SEND,
    ASK_SENT,
    ASK_OWN
};
enum pn_answer { ANSWER_NONE, ANSWER_HEAD, ANSWER_BODY, ANSWER_END };

/* How an answer's body passes, see answer.h. */
enum pn_answer_mode { PN_MODE_PASS, PN_MODE_EVENTS, PN_MODE_FILTER };

/* What the outside may do for an exchange now. */
enum pn_want {
    PN_WANT_CLIENT_RX = 1,
    PN_WANT_CLIENT_TX = 2,
    PN_WANT_UPSTREAM = 4, /* a connection to x->route's upstream */
    PN_WANT_UPSTREAM_TX = 8,
    PN_WANT_UPSTREAM_RX = 16,
    PN_WANT_TURN = 32,    /* another run in the next turn of the loop */
    PN_WANT_END = 64,     /* the answer is out: give the exchange back as x->end says */
    PN_WANT_ERRAND = 128, /* another run once any errand has ended */
};

/* What becomes of the client's connection at the end. */
enum pn_end {
    PN_END_KEEP,   /* ready for the next request */
    PN_END_CLOSE,  /* answer whole, then close */
    PN_END_LINGER, /* answer whole, but the client may still be sending */
    PN_END_CUT,    /* answer not whole: the client must notice */
};

enum { PN_WORDS_BYTES = 1536 }; /* reason and remediation of a refusal where a rule computes them */
enum { PN_TOKEN_KEYS = 256 };   /* names of a token's maps within each other; 16 bytes each */
enum { PN_WIRE_SLOTS = 16 };    /* values that the gateway itself reads in a body, at most */
_Static_assert((int)PN_LLM_SLOTS <= PN_WIRE_SLOTS && (int)PN_MCP_SLOTS <= PN_WIRE_SLOTS,
               "You need more wire slots in an exchange.");

/* Whom revoking stops an exchange: task, agent, SPIFFE identifier, user, key, token, session, the token
 * behind a sub-token; and the actors of its token. */
enum { PN_REVOKED_NAMES = 8, PN_REVOKED_MARKS = PN_REVOKED_NAMES + PN_ACTORS_MAX };

/* One thing judged. */
struct pn_call {
    struct pn_facts facts;
    struct pn_decision decision;
    enum pn_reason reason;  /* why it is refused, PN_REASON_NONE when it is not */
    uint32_t scopes;        /* why, with INSUFFICIENT_SCOPE: see missing_scope.h */
    struct pn_slice action; /* "tools/call/x", in `text` */
    struct pn_slice kind;   /* "mcp:payments", in `kind_text` */
    struct pn_slice model;  /* of a completion, unescaped, in `model_text` */
    uint8_t text[PN_NAME_BYTES + 32];
    uint8_t kind_text[PN_NAME_BYTES];
    uint8_t model_text[PN_NAME_BYTES];
};

/* What passed, for the end record and the counters. */
struct pn_tally {
    uint64_t begin_us;
    uint64_t in_bytes, out_bytes; /* request body from the client, answer body to it */
    uint16_t status;              /* sent to the client, 0: none yet */
    uint16_t upstream_status;     /* 0: no answer */
    uint8_t tries;                /* legs begun */
};

/* Memory for judging, which is over within one call: one for all exchanges of a loop. */
struct pn_bench {
    struct pn_policy_scratch scratch;
    struct pn_token_desk tokens;
    uint32_t tokens_signed; /* of the gateway's own, in this turn: PN_TOKENS_PER_TURN at most */
    struct pn_assertion_desk assertions;
    struct pn_issuer_desk issuers;
    struct pn_asked_desk asked;
    uint8_t followed[32]; /* identity of the policy that says whom the two ask */
    struct pn_pass_desk passes;
    struct pn_json_keys token_keys; /* for claims, of which PN_TOKEN_KEYS may be open at once */
    struct pn_json_key token_key_places[PN_TOKEN_KEYS];
    struct pn_decision decision;
    uint32_t stranger_second, stranger_count;   /* records of unknown callers in this second */
    struct pn_value slots[PN_POLICY_SLOTS_MAX]; /* of what is only listed */
    struct pn_audit_fact facts[PN_POLICY_SLOTS_MAX + 1];
    uint8_t relay[PN_OUTBOX_BYTES]; /* what a filter has written, before it is framed */
    uint8_t words[PN_WORDS_BYTES];  /* what a rule says of the call at hand, until it is answered */
};

struct pn_leg {
    struct pn_upstream
        upstream;         /* its texts lie in `text`, so that no policy needs to stay pinned */
    struct pn_slice path; /* behind the upstream's own base path */
    uint16_t text_len;
    uint16_t upstream_index; /* in the policy that decided */
    uint8_t text[PN_ROUTE_TEXT_BYTES];
    struct pn_slice replacement;           /* goes where `cut` is in the body; lies in `splice` */
    struct pn_json_span cut;               /* empty: the body goes out as it is */
    uint8_t splice[6 * PN_NAME_BYTES + 2]; /* a name, every byte of it escaped */
    struct pn_assertion assertion; /* what the upstream is told of the caller; texts in `text` */
    struct pn_slice caller;        /* the claims for it, in the exchange's caller_text */
    uint32_t token;                /* held of the loop's upstream tokens, plus 1; 0: none is */
    uint32_t head_bytes;           /* of the request head in the outbox: wiped once sent */
    bool ready;                    /* `upstream` is filled */
    bool reused;                   /* on a connection that served a request before */
};

struct pn_exchange {
    /* The gateway's, set once. */
    const struct pn_config *config;
    struct pn_stats *stats;
    struct pn_bench *bench;    /* shared by the exchanges of one loop */
    uint64_t *body_bytes_held; /* of all exchanges of one loop */
    uint32_t index;
    uint8_t
        *head_bytes; /* PN_HEAD_BYTES: the client's head, and the body bytes that came with it */
    uint8_t *rx;     /* PN_RELAY_BYTES: chunked request bodies, then the upstream's bytes */
    uint8_t *window; /* body_bytes_max of address space: the body, later parts of the answer */
    struct pn_json_keys keys;
    struct pn_outbox out;                /* to the client */
    struct pn_outbox up;                 /* to the upstream */
    struct pn_h1_head head, answer_head; /* reset, not zeroed */

    /* Per request; zeroed from here on up to `slots`. */
    uint8_t ask, answer, end, how; /* enum pn_ask, pn_answer, pn_end, pn_audit_how */
    bool upstream_shut;            /* the upstream has closed its side */
    bool upstream_kept; /* the answer is whole and the upstream's connection can serve again */
    bool body_whole;    /* the request body was read to its end */
    bool surplus;       /* bytes came behind the request: the connection ends with it */
    bool recorded;      /* the decision's record is in the audit ring: an end must follow */
    bool chunked;       /* the answer goes to the client in chunks */
    bool mid_event;     /* part of an event has gone to the client */
    bool stage_whole;   /* the last byte of the answer is on the stage */
    uint8_t mode;       /* enum pn_answer_mode */
    uint32_t stage_begin, stage_end; /* of the answer, unframed, at the front of the window */
    bool stale;                      /* a newer policy was seen, since `stale_ms` */
    uint32_t head_len, rx_begin, rx_end;
    uint32_t window_len, scanned, held; /* bytes of the body: there, scanned, counted */
    uint32_t wait_ms; /* since when something is waited for; valid while `waiting` */
    bool waiting;
    uint32_t stale_ms;
    uint32_t generation;   /* pinned policy, or PN_GENERATION_NONE */
    enum pn_reason reason; /* why the exchange was refused or ended; NONE if it was not */
    struct pn_now now;
    uint8_t source[16];       /* the client's address, as on the wire */
    bool secured;             /* it speaks TLS */
    struct pn_peer_cert cert; /* of the client's connection, which lives as long as the exchange */

    /* The stages' results, in order; a stage takes the earlier ones as const. */
    struct pn_h1_body body;
    struct pn_route route;
    struct pn_server server;
    struct pn_principal principal;
    struct pn_json_scan scan;
    struct pn_json_pick pick;
    struct pn_value wire[PN_WIRE_SLOTS];
    struct pn_json_span spans[PN_WIRE_SLOTS];
    struct pn_mcp_message message;
    struct pn_call call;
    struct pn_token_request asked; /* of the token endpoint */
    struct pn_audit_ticket ticket;
    struct pn_leg leg;
    struct pn_h1_body answer_body;
    struct pn_filter_mcp filter;
    struct pn_tally tally;
    struct pn_slice subject; /* what a refusal is about */
    uint8_t id_text[PN_AUDIT_ID_BYTES];
    struct pn_slice decision_id;
    struct pn_slice session; /* the upstream's id of the client's session, in head_bytes */
    struct pn_revoked_mark marks[PN_REVOKED_MARKS]; /* all zero: nobody is known yet, or no such */
    uint32_t revision;                              /* of what is revoked, when last looked at */

    struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_json_node nodes[PN_NODES_MAX];
    uint8_t claims[PN_ASKED_BYTES]; /* what an issuer said of the caller's token */
    uint8_t caller_text[PN_ASSERTION_CALLER_BYTES];
};

/* Make ready for a request whose first byte is about to be read. */
void pn_exchange_begin(struct pn_exchange *x, const struct pn_now *now);

/* Let go of the policy: it has decided, and nothing that follows reads it. */
void pn_exchange_unpin(struct pn_exchange *x);

/* Let go of everything it holds; writes the end record if there was a decision. */
void pn_exchange_end(struct pn_exchange *x);

/* Move both machines as far as they go with what is there. */
void pn_exchange_run(struct pn_exchange *x, const struct pn_now *now);

/* What the outside may do now, a set of enum pn_want. */
uint32_t pn_exchange_wants(const struct pn_exchange *x);

/* The gateway stops: answer what has no whole answer yet, with a refusal or, once an answer has
 * begun, as when the upstream broke it. What is written may then be sent. */
void pn_exchange_stop(struct pn_exchange *x);

/* After it, or once its caller was revoked: the client does not take the rest now, and nobody will
 * wait for it. `reason` is STOPPED or REVOKED. */
void pn_exchange_cut(struct pn_exchange *x, enum pn_reason reason);

/* Assert what holds in each pair of states. */
void pn_exchange_check(const struct pn_exchange *x);

/* The policy that the exchange has pinned; only while there is one. */
const struct pn_active *pn_exchange_policy(const struct pn_exchange *x);

/* --- the client's side --- */

/* Where its next bytes go, and how many fit; none when PN_WANT_CLIENT_RX is not set. */
size_t pn_exchange_client_room(struct pn_exchange *x, uint8_t **at);
void pn_exchange_client_got(struct pn_exchange *x, size_t bytes);

/* It has gone, or shut its side before its request was whole. */
void pn_exchange_client_gone(struct pn_exchange *x);

/* It was too slow; `reason` is one of HEAD_TIMEOUT, BODY_TIMEOUT, BODY_TOO_SLOW. */
void pn_exchange_client_slow(struct pn_exchange *x, enum pn_reason reason);

/* ASK_CALLER has lasted long enough, or its place is wanted: refused as one of whom nothing could be
 * found out. */
void pn_exchange_caller_unknown(struct pn_exchange *x, const struct pn_now *now);

/* ASK_TOKEN has lasted long enough: refused as one that its upstream cannot be shown. */
void pn_exchange_token_late(struct pn_exchange *x, const struct pn_now *now);

/* --- the upstream's side --- */

/* The upstream cannot be reached; `reason` says how. Answered as a refusal. */
void pn_exchange_upstream_failed(struct pn_exchange *x, enum pn_reason reason);

/* A connection stands, now; `reused` if it served a request before. */
void pn_exchange_upstream_ready(struct pn_exchange *x, bool reused, const struct pn_now *now);

size_t pn_exchange_upstream_room(struct pn_exchange *x, uint8_t **at);
void pn_exchange_upstream_got(struct pn_exchange *x, size_t bytes);

/* The upstream has shut its side in order, or the connection broke. */
void pn_exchange_upstream_shut(struct pn_exchange *x);
void pn_exchange_upstream_broke(struct pn_exchange *x, enum pn_reason reason);

/* May the request be sent again on another connection? Only when it went out on a kept connection
 * that closed before the first byte of an answer, and only once. */
bool pn_exchange_may_retry(const struct pn_exchange *x);
void pn_exchange_retry(struct pn_exchange *x);

#endif
