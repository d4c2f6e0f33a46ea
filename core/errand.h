/* errand.h - a request of the loop's own: one question to somebody's server, without a client.
 *
 * Keys of an issuer, what a token is worth, a token for an upstream: each is one HTTP/1.1 request to
 * a place that the policy names, GET or POST, and an answer that is small. An errand goes the way of
 * an exchange's leg: the loop's resolver, the egress rules, kept connections, TLS that is verified
 * or not spoken, the strict reader of answers. What it adds is that nothing is believed: no
 * redirection is followed (a 3xx is an answer like any other), no coding undone (an answer that
 * names one is no answer), no byte taken beyond errand_bytes_max (UPSTREAM_MALFORMED, like all that
 * cannot be read), no second waited beyond errand_ms.
 *
 *     FREE -> MEETS     it was sent                                [pn_errand_send]
 *     MEETS -> ASKS     a connection stands                        [pn_errand_stands]
 *     ASKS -> HEARS     request written whole                      [pn_errand_move]
 *     HEARS -> MEETS    a kept connection closed before a byte came; once   [fall_back]
 *     any -> FREE       it ended, and pn_agenda_ended() was told   [end]
 *
 * Who sends one: core/agenda.c, which looks in every turn of the loop what is to be found out, and is
 * told when an errand has ended, with its answer or a reason. Answers are read where they lie, within
 * that call: then the errand is free again. Exchanges that wait for what was found out (ASK_CALLER,
 * ASK_TOKEN, see PN_WANT_ERRAND) run again in the turn in which any errand ends.
 *
 * There are errands_max of them in a loop. When all are under way, pn_errand_room() is false and
 * whoever wants one waits for a turn in which it is not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ERRAND_H
#define PN_ERRAND_H

#include "core/base/writer.h"
#include "core/config.h"
#include "core/http/h1_body.h"
#include "core/http/h1_head.h"
#include "core/outbox.h"
#include "core/route/route_table.h"

struct pn_conn;
struct pn_gateway;

enum pn_errand_state { PN_ERRAND_FREE, PN_ERRAND_MEETS, PN_ERRAND_ASKS, PN_ERRAND_HEARS };

/* Who is told when it ends: a case in pn_agenda_ended(). */
enum pn_errand_for {
    PN_ERRAND_FOR_NOBODY,
    PN_ERRAND_FOR_KEYS,     /* an issuer's, or where they are: issuer_desk.h */
    PN_ERRAND_FOR_TOKEN,    /* what one is worth: asked_desk.h */
    PN_ERRAND_FOR_UPSTREAM, /* a token for an upstream: pass_errand.h */
};

/* A question. All texts are copied before pn_errand_send() returns. */
struct pn_errand_ask {
    uint8_t purpose; /* enum pn_errand_for */
    uint16_t about;  /* the sender's: which of its things this is about */
    const struct pn_upstream
        *to;                /* host, port, scheme, authority, egress; `path` goes before `target`;
                                     of the times connect_ms only. Its credential is not sent */
    uint8_t method;         /* PN_METHOD_GET, or PN_METHOD_POST with `type` and a body */
    struct pn_slice target; /* path and query, in origin-form */
    struct pn_slice etag;   /* If-None-Match; empty: not sent */
    struct pn_slice type;   /* Content-Type of the body */
    struct pn_slice bearer; /* Authorization: Bearer; empty: not sent */
    struct pn_slice basic;  /* "id:secret", sent as Authorization: Basic, both form-encoded first
                                     (RFC 6749, 2.3.1); empty: not sent */
};

struct pn_errand {
    uint8_t state;   /* enum pn_errand_state */
    uint8_t purpose; /* enum pn_errand_for */
    uint16_t about;
    enum pn_reason reason; /* ended: NONE, and the answer is in `head` and `body`; else why not */
    struct pn_h1_head head;
    struct pn_slice body;

    /* Its own. */
    struct pn_upstream to; /* the texts lie in `text` */
    struct pn_conn *conn;  /* NULL: none yet */
    struct pn_outbox out;
    struct pn_h1_body framing;
    uint8_t
        *bytes; /* PN_HEAD_BYTES and errand_bytes_max: first the request's body, then the answer */
    uint32_t bytes_max;
    uint32_t ask_bytes; /* of the request's head, and of its body, for a second try */
    uint32_t ask_body_bytes;
    uint32_t begin, end; /* of what was read and not looked at, in `bytes` */
    uint32_t body_end;   /* of what is unframed, behind the head */
    uint32_t touched;    /* bytes from the front that may hold something of this errand */
    uint32_t deadline_ms;
    bool reused, may_reuse;
    uint8_t text[PN_ROUTE_TEXT_BYTES];
};

/* Memory for the bytes of one errand, and building the errand in zeroed memory. */
size_t pn_errand_bytes(const struct pn_limits *limits);
void pn_errand_init(struct pn_errand *e, uint8_t *memory, const struct pn_limits *limits);

/* Is one free? */
bool pn_errand_room(const struct pn_gateway *g);

/* Where the body of a POST is written before it is sent; then pn_errand_send() takes it. Only while
 * pn_errand_room(). The writer marks what does not fit as full, and such a body is not sent. */
struct pn_writer pn_errand_body(struct pn_gateway *g);

/* Send a free one on its way. `body` is what was written to pn_errand_body(), or NULL.
 *
 *   true   it will end, at the latest after errand_ms, and pn_agenda_ended() is told; not before this
 *          returns
 *   false  none is free, or what was to be sent does not fit: nobody is told */
bool pn_errand_send(struct pn_gateway *g, const struct pn_errand_ask *ask,
                    const struct pn_writer *body);

/* Append a pair of application/x-www-form-urlencoded (WHATWG URL, 5.2), with an `&` before it where
 * something was written before. */
void pn_errand_write_form(struct pn_writer *w, struct pn_slice name, struct pn_slice value);

/* --- for upstream.c --- */

/* A connection stands; it broke or was shut; something can be read or written; nobody was reached. */
void pn_errand_stands(struct pn_gateway *g, struct pn_errand *e, bool reused);
void pn_errand_move(struct pn_gateway *g, struct pn_errand *e);
void pn_errand_failed(struct pn_gateway *g, struct pn_errand *e, enum pn_reason reason);

/* --- for gateway.c --- */

/* Bring those that wait for a connection closer to one, and end those whose time is over.
 * Milliseconds until the next call at the latest, or UINT32_MAX. */
uint32_t pn_errands_turn(struct pn_gateway *g);

/* The gateway stops: end them all, telling nobody. */
void pn_errands_stop(struct pn_gateway *g);

#endif
