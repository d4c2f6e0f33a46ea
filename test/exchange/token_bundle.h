/* token_bundle.h - the support desk whose callers may bring tokens: a folder made for one test.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_TOKEN_BUNDLE_H
#define TEST_EXCHANGE_TOKEN_BUNDLE_H

#include "test/core/identity/tokens.h"
#include "test/exchange/desk.h"

/* What names a tier-1 agent of the desk, in a token. */
#define TOKEN_TIER_1 \
    "{\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"team\":\"support\",\"task\":\"T-1001\"," \
    "\"roles\":[\"l1\"]," TOKEN_CLAIMS "}"

/* Write the folder anew beside the bundle at `desk`: the issuer has these keys (enum token_key), and identity.yaml ends in
 * `more`, such as attachments; NULL: nothing. Its path, until it is removed. */
const char *token_bundle_of(const char *desk, int keys, const char *more);
#define token_bundle(keys, more) token_bundle_of(DESK_FOLDER, (keys), (more))
/* The same where the lines `keys` say whence its keys come. */
const char *token_bundle_with(const char *desk, const char *keys, const char *more);
void token_bundle_remove(void);

/* "Authorization: Bearer <token>", CR LF included; lent until the fourth call after. */
const char *token_field(const char *token);

/* Such a field with a good token of these claims. */
const char *token_of(const char *claims);

#endif
