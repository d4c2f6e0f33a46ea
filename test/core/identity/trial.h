/* trial.h - issuers compiled from an identity.yaml, and tokens that they judge from their bytes to
 * the caller.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TRIAL_H
#define TEST_TRIAL_H

#include "core/identity/caller_text.h"
#include "policy/policy.h"
#include "test/core/base/expectation.h"
#include "test/core/identity/tokens.h"
#include "test/tools/bundle/bundle_folder.h"

struct trial {
    struct bundle_folder folder;
    struct pn_policy policy;
    struct pn_issuer_table table;
    const char *audiences; /* further ones of the issuer's, ", a, b"; NULL: none */
    struct pn_token_place here;
    /* What came of a token; it refers to `bytes` and `text`. */
    struct pn_jwt jwt;
    struct pn_issuer_match match;
    struct pn_caller_text text;
    struct pn_key who;
    uint8_t bytes[PN_JWT_BYTES_MAX];
    struct pn_json_key places[256];
    struct pn_json_keys keys;
};

/* Settings that say which claims name a caller and which give roles. */
#define TRIAL_CLAIMS \
    "    claims:\n" \
    "      team: org.team\n" \
    "      task: https://example.test/task\n" \
    "      roles:\n" \
    "        realm_access.roles: {lead: tier-2, agent: [tier-1, no-rule-knows]}\n" \
    "        scope: {refunds: refunder}\n" \
    "        level: {one: tier-1}\n"

void trial_begin(struct trial *t);
void trial_end(struct trial *t);

/* Compile an identity.yaml in which TOKEN_ISS has these keys (enum token_key) and further settings, and
 * another issuer has none; there are the roles tier-1, tier-2 and refunder. */
void trial_issuer(struct trial *t, int keys, const char *settings);

/* Judge a token at that time, at TRIAL_NOW_S if nothing is said: the first reason why it names nobody. */
enum { TRIAL_NOW_S = 1800000000 };
enum pn_reason trial(struct trial *t, const char *token);
enum pn_reason trial_at(struct trial *t, const char *token, int64_t now_s);
enum pn_reason trial_in(struct trial *t, const char *token, const struct pn_token_time *time);

/* A token of TOKEN_ES_1 with these claims, a comma behind them, and those that a good one has. */
const char *trial_good(const char *claims);

#endif
