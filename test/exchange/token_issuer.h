/* token_issuer.h - an issuer of tokens that the gateway asks, at 127.0.0.1:9301: the test answers.
 *
 * One at a time, for the desk that was opened last with it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_TOKEN_ISSUER_H
#define TEST_EXCHANGE_TOKEN_ISSUER_H

#include "test/exchange/bodies.h"
#include "test/exchange/token_bundle.h"

/* In identity.yaml: it is asked about each token, with further settings. */
#define ISSUER_ASKED(more) \
    "introspection: {url: 'http://127.0.0.1:9301/oauth/ask', credential: credential:crm" more \
    "}\n" \
    "    egress: [loopback]"

/* What it says of a tier-1 agent's token; members may follow, and "}" does. */
#define ISSUER_SAYS_TIER_1 \
    "{\"active\":true,\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"team\":\"support\"," \
    "\"task\":\"T-1001\",\"roles\":[\"l1\"],\"token_type\":\"bearer\",\"client_id\":\"desk\"," \
    "\"username\":\"Ana\",\"scope\":\"a b\",\"aud\":[\"x\",\"" TOKEN_AUD "\"]"

/* A new desk with the policy of `folder`, whose configuration `change` may alter; and the support desk
 * with the bundle of token_bundle_with(). */
struct desk *issuer_listens_at(const char *folder, void (*change)(struct pn_config *config));
struct desk *issuer_opens_at(const char *folder, const char *keys, const char *more,
                             void (*change)(struct pn_config *config));
#define issuer_listens(change)           issuer_listens_at(DESK_FOLDER, (change))
#define issuer_opens(keys, more, change) issuer_opens_at(DESK_FOLDER, (keys), (more), (change))

/* For `change`: four tokens are asked about at once, by one errand. */
void issuer_few_places(struct pn_config *config);

/* The connection in which it is asked; the test fails when there is none, or when there is one. */
struct sim_conn *issuer_asked(void);
void issuer_not_asked(void);

/* Answer there; `fields` end in CR LF each. */
void issuer_answers(struct sim_conn *up, const char *status, const char *fields, const char *body);

/* It is asked, and answers 200. */
void issuer_says(const char *body);

/* A client who asks for a completion with that token. */
struct sim_conn *issuer_client(const char *token);

/* Does its request reach the upstream? Then both are closed. */
bool issuer_client_passes(struct sim_conn *client);

/* It is answered with that text instead, and closed. */
void issuer_client_gets(struct sim_conn *client, const char *text);

#endif
