/* asked_desk.h - what an issuer says of tokens that only it can read (RFC 7662), for one event loop.
 *
 * A bearer that is neither a JWT nor an API key is shown to the one issuer whose record says where to
 * ask. Its answer is a set of claims, held to the same rules as those of a JWT, or that the token is
 * of no use. The desk keeps answers by the SHA-256 of the token for as long as the policy says (and
 * half a minute is what it says usually), refusals for a few seconds, and says what is to be asked
 * next; others carry it (core/agenda.c). A token is kept until it was asked about and no longer.
 *
 * What is not an answer, and an issuer that cannot be reached, allows nothing: the token is refused
 * for now (503), and asked about again when it comes again two seconds later. An answer for a kind of
 * token that is no bearer's access token, as a refresh token is, says that it is of no use.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ASKED_DESK_H
#define PN_ASKED_DESK_H

#include "core/base/step.h"
#include "core/http/h1_head.h"
#include "core/identity/issuer_table.h"
#include "core/json/json_scan.h"
#include "core/route/url.h"

enum {
    PN_ASKED_BYTES = 2048, /* of a token that is asked about, and of an answer */
    PN_ASKED_WAYS = 4,
    PN_ASKED_NO_S = 5,    /* how long "no" is believed, at most */
    PN_ASKED_LEAST_S = 2, /* how long any of it is, since who waited has to see it */
    PN_ASKED_URL_BYTES = 512,
    PN_ASKED_NAME_BYTES = 128,
};

/* A token: its text until there is an answer, then the answer. */
struct pn_asked {
    uint8_t digest[32];
    uint8_t source[16]; /* who brought it first */
    uint32_t asked_s;   /* and when */
    uint32_t until_s;   /* forgotten then */
    uint16_t text_len;
    uint8_t state;  /* enum state in asked_desk.c */
    uint8_t serial; /* so that an answer to what was asked before goes nowhere */
    uint8_t text[PN_ASKED_BYTES];
};

struct pn_asked_desk {
    struct pn_asked *tokens;
    uint32_t token_max; /* a power of two, at least PN_ASKED_WAYS, or 0 */
    uint32_t waiting;   /* that are to be asked about */
    uint32_t next;      /* where to look for them first */
    uint32_t believed_s;
    bool failing;
    uint8_t egress;
    uint16_t url_len, credential_len;
    uint8_t url[PN_ASKED_URL_BYTES];
    uint8_t credential[PN_ASKED_NAME_BYTES];
};

/* Lend zeroed places for `token_max` tokens, a power of two from PN_ASKED_WAYS on, or none. */
void pn_asked_desk_init(struct pn_asked_desk *desk, struct pn_asked *tokens, uint32_t token_max);

/* The policy in force has changed: forget everything, and ask as this one says. */
void pn_asked_desk_follow(struct pn_asked_desk *desk, const struct pn_issuer_table *table);

/* What is known of a token.
 *
 *   PN_DONE     the issuer's answer, which is lent until the next call, is in `*answer`
 *   PN_REFUSED  the issuer says that it is of no use
 *   PN_WAIT     it is asked about: come back when an errand has ended
 *   PN_MORE     nothing is */
enum pn_step pn_asked_desk_find(struct pn_asked_desk *desk, const uint8_t digest[32],
                                uint32_t mono_s, struct pn_slice *answer);

/* Nothing is known of it since asking just failed. */
bool pn_asked_desk_fell(struct pn_asked_desk *desk, const uint8_t digest[32], uint32_t mono_s);

/* Have it asked about, for the address `source` (16 bytes); nothing was known of it just now.
 *
 *   PN_WAIT     come back when an errand has ended: this is a question more
 *   PN_REFUSED  it cannot be: nobody is to be asked, asking about it just failed, or there is no place */
enum pn_step pn_asked_desk_ask(struct pn_asked_desk *desk, const uint8_t digest[32],
                               struct pn_slice token, const uint8_t source[16], uint32_t mono_s);

/* A token to be asked about, in a POST. */
struct pn_asked_question {
    uint16_t about;
    struct pn_url url;
    uint8_t egress;
    struct pn_slice credential; /* the name of a secret, or empty */
    struct pn_slice token;
};

/* The next one; false when there is none. It counts as under way from then on. All is lent until the
 * next call. Who waited for one that is from before `since_s` waits no more: it is dropped. */
bool pn_asked_desk_next(struct pn_asked_desk *desk, uint32_t since_s,
                        struct pn_asked_question *question);

/* What came of it; `head` NULL: nothing did. */
struct pn_asked_answer {
    uint16_t about;
    const struct pn_h1_head *head;
    struct pn_slice body;
};

enum pn_asked_news {
    PN_ASKED_NOTHING,
    PN_ASKED_ANSWERED,
    PN_ASKED_FAILED,    /* again */
    PN_ASKED_FELL,      /* for the first time since an answer, or at all */
    PN_ASKED_RECOVERED, /* answered, after a failure */
};

/* Tell it. `keys` is used meanwhile. */
enum pn_asked_news pn_asked_desk_told(struct pn_asked_desk *desk,
                                      const struct pn_asked_answer *answer, uint32_t mono_s,
                                      struct pn_json_keys *keys);

/* Just after an answer about `about` was taken: the token where it said that it is good, for its
 * `source` and `asked_s`; else NULL. */
const struct pn_asked *pn_asked_desk_good(const struct pn_asked_desk *desk, uint16_t about);

#endif
