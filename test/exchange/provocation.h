/* provocation.h - how each reason of reason.def is provoked through a whole gateway.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_PROVOCATION_H
#define TEST_EXCHANGE_PROVOCATION_H

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"

struct provocation {
    const char *raw;  /* a request as it is; or */
    const char *chat; /* the body of a completion; or */
    const char *rpc;  /* of a message to payments; or */
    const char *form; /* of a request for a token; or */
    struct sim_conn *(*act)(struct desk *d);
    void (*change)(struct pn_config *config);
    const char *folder; /* of another policy than the desk's */
    const char *detail; /* what the answer says beside the reason's own sentence */
    bool silent;        /* nobody is told this reason */
    bool heard;         /* an upstream hears of it */
};

/* By reason; each reason has its row in one of these. */
extern const struct provocation provocations_of_requests[PN_REASON_COUNT];
extern const struct provocation provocations_of_callers[PN_REASON_COUNT];
extern const struct provocation provocations_of_policies[PN_REASON_COUNT];
extern const struct provocation provocations_of_upstreams[PN_REASON_COUNT];

/* A client who asks for a completion, and the connection in which that reaches its upstream. */
struct sim_conn *provoke_hello(struct desk *d);
struct sim_conn *provoke_main(struct desk *d, struct sim_conn **client);

/* The beginnings of requests, and rows of one kind. */
#define CHAT_HEAD "POST " CHAT " HTTP/1.1\r\nHost: gate\r\n"
#define JSON      "Content-Type: application/json\r\n"
#define MODELS    "GET /v1/models HTTP/1.1\r\n"
#define RAW(text) \
    { \
        .raw = text \
    }
#define FORM(text) \
    { \
        .form = text, .change = mint_with \
    }
#define BODY(text) \
    { \
        .chat = text \
    }
#define RPC(text) \
    { \
        .rpc = text \
    }

#endif
