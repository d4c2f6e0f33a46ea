/* tokens.h - an issuer of tokens for tests: its keys as identity.yaml has them, and its pen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TOKENS_H
#define TEST_TOKENS_H

#include <stddef.h>

#define TOKEN_ISS "https://login.example.test/"
#define TOKEN_AUD "https://gate.example.test"

/* What every good token of these tests has; members may follow. */
#define TOKEN_TIMES  "\"exp\":4102444800,\"iat\":1700000000"
#define TOKEN_CLAIMS "\"iss\":\"" TOKEN_ISS "\",\"aud\":\"" TOKEN_AUD "\"," TOKEN_TIMES
#define TOKEN_HEADER "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"es-1\"}"

enum token_key {
    TOKEN_ES_1 = 1, /* ES256, whose private half is here */
    TOKEN_ES_2 = 2, /* another one */
    TOKEN_RS = 4,
    TOKEN_PS = 8,
    TOKEN_E3 = 16,
    TOKEN_ALL_KEYS = 31,
};

/* Start the library of cryptography; once. */
void tokens_begin(void);

/* {"keys": [...]} of these keys, as JSON, which is YAML too; lent until the next call. */
const char *tokens_jwks(int keys);

/* The same as the bundle of a SPIFFE trust domain has them. */
const char *tokens_domain_jwks(int keys);

/* base64url of a text; lent until the fourth call after. */
const char *tokens_base64url(const void *bytes, size_t len);

/* The three parts of a token, signed with TOKEN_ES_1 or TOKEN_ES_2; lent until the fourth call
 * after. */
const char *tokens_sign(const char *header, const char *claims, enum token_key key);

/* The same with a signature of one's own. */
const char *tokens_join(const char *header, const char *claims, const void *signature, size_t len);

#endif
