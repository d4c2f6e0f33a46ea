/* mint.h - a desk that makes tokens of its own: its key, and asking for one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_MINT_H
#define TEST_EXCHANGE_MINT_H

#include "test/exchange/desk.h"

#define MINT_KID "DOvxvJiAdIqVWIkFt5hDtCunXLF0BV4-JGv4f-ALSm0"

#define MINT_GRANT  "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
#define MINT_TYPE   "&subject_token_type=urn:ietf:params:oauth:token-type:access_token"
#define MINT_TIER_1 MINT_GRANT MINT_TYPE "&subject_token=sk-postern-demo-tier-1"
#define MINT_FOR    MINT_TIER_1 "&resource=http://gate/mcp/payments"

/* Give the configuration the key of RFC 6979 (A.2.5), which is published. */
void mint_with(struct pn_config *config);

/* A request with a form for the token endpoint; lent until the next call. */
const char *mint_post(const char *fields, const char *form);

/* Its answer; lent until the next call of desk_text(). */
const char *mint_ask(struct desk *d, const char *form);

/* The token that it gives, as "Authorization: Bearer ...", CR LF included; the test fails where it gives none. Lent until
 * the fourth call after. */
const char *mint(struct desk *d, const char *form);

/* Such a field with a token for /v1 that the endpoint would not give: of `key`, known as tier-1-demo, for `agent`. */
const char *mint_odd(struct desk *d, const char *key, const char *agent);

/* The claims of such a field, decoded; lent until the next call. */
const char *mint_claims(const char *field);

/* The claims of a token that this key signed, or the test fails; lent until the next call. */
const char *mint_signed(const char *token);

#endif
