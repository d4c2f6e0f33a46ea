/* jwt.h - a signed token in compact form, taken apart (RFC 7515, RFC 7519, RFC 8725).
 *
 * Reading checks everything that needs no key: lengths first, then that the three parts are
 * base64url in the one form accepted, that header and claims are JSON which two readers cannot
 * understand differently, that the algorithm is one of four, and that the header demands nothing
 * (`crit`) which this reader does not know. What the header says of keys (`jku`, `jwk`, `x5c`, ...)
 * is never looked at. Nothing is believed before pn_issuer_check() and a good signature.
 *
 * The parts are decoded where the token lies: its bytes become the header's and the claims' JSON
 * and the signature, to which the result refers. So a token needs no memory of its own, and the
 * bearer's text is gone once it was read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JWT_H
#define PN_JWT_H

#include "core/base/step.h"
#include "core/base/value.h"
#include "core/json/json_keys.h"

enum {
    PN_JWT_BYTES_MAX = 7168,     /* of the whole token; a request head has 8192 */
    PN_JWT_HEADER_DIGITS = 1024, /* of its first part, as it is sent */
    PN_JWT_DEPTH_MAX = 16,       /* lists and maps within each other */
    PN_JWT_SIGNED_BYTES = 48,    /* of the longest digest */
};

enum pn_jwt_alg { PN_JWT_ALG_NONE, PN_JWT_ES256, PN_JWT_ES384, PN_JWT_RS256, PN_JWT_PS256 };

/* What `typ` says; a set of these is what an issuer's tokens may be. */
enum pn_jwt_type {
    PN_JWT_TYPE_OTHER = 0,
    PN_JWT_TYPE_AT = 1,     /* at+jwt (RFC 9068) */
    PN_JWT_TYPE_JWT = 2,    /* JWT */
    PN_JWT_TYPE_ABSENT = 4, /* there is none */
    PN_JWT_TYPE_JOSE = 8,   /* JOSE (JWT-SVID, 2.1) */
};

struct pn_jwt {
    uint8_t alg, type;                  /* enum pn_jwt_alg, pn_jwt_type */
    struct pn_value kid, iss, sub, aud; /* PN_ABSENT where there is none; aud string or list */
    struct pn_value act;                /* a map or absent */
    struct pn_value jti;                /* a string, or PN_ABSENT where there is none or null */
    struct pn_value exp, nbf, iat;      /* PN_INT, seconds since 1970, or PN_ABSENT */
    struct pn_value claims;             /* all of them: a PN_MAP with its text */
    struct pn_slice signature;
    uint8_t signed_digest
        [PN_JWT_SIGNED_BYTES]; /* of what was signed: SHA-384 for ES384, else SHA-256 */
    uint8_t digest[32];        /* SHA-256 of the token as it was sent */
};

/* What time it is, for tokens. */
struct pn_token_time {
    int64_t now_s; /* Unix time that has certainly passed */
    bool known;    /* and it is about this; else only what has ended can be told */
    uint32_t mono_s;
};

/* Whether a bearer's text is to be read as a token: it begins as the base64url of `{"` does and has
 * a dot. */
bool pn_jwt_looks_like(struct pn_slice text);

/* The algorithm of that name (RFC 7518, 3.1); PN_JWT_ALG_NONE for others, "none" included. */
enum pn_jwt_alg pn_jwt_alg_of(const struct pn_value *name);

/* Read the token of `len` bytes at `token`, which are overwritten. `keys` is used meanwhile.
 *
 *   PN_REASON_NONE             `*jwt` is filled and refers to the bytes at `token`
 *   PN_REASON_TOKEN_OVERSIZE   longer than PN_JWT_BYTES_MAX, or its header than it may be
 *   PN_REASON_TOKEN_MALFORMED  not three parts of base64url, not JSON, a name twice, a claim of the
 *                              wrong type
 *   PN_REASON_TOKEN_ALGORITHM  not signed with one of the four algorithms
 *   PN_REASON_TOKEN_CRITICAL   the header names extensions that must be understood */
enum pn_reason pn_jwt_read(uint8_t *token, size_t len, struct pn_json_keys *keys,
                           struct pn_jwt *jwt);

/* Does it hold at this time, by a clock that may be `skew_s` seconds off?
 *
 *   PN_REASON_NONE               yes
 *   PN_REASON_TOKEN_CLAIMS       no `exp`
 *   PN_REASON_TOKEN_EXPIRED      at or past `exp`, and the skew
 *   PN_REASON_TOKEN_NOT_YET      before `nbf` or `iat`
 *   PN_REASON_TOKEN_TIME_UNKNOWN not known to be expired, but the time is not known */
enum pn_reason pn_jwt_check_times(const struct pn_jwt *jwt, const struct pn_token_time *time,
                                  int64_t skew_s);

/* Read claims that are not a token's own, such as an issuer's answer about one: what pn_jwt_read()
 * fills in of claims, which refer to `text`. False when they are not well-formed. */
bool pn_jwt_read_claims(struct pn_slice text, struct pn_json_keys *keys, struct pn_jwt *jwt);

/* Find a claim in `map`, the claims of a token or a map among them, by its path: the names of maps
 * within maps, joined with PN_CLAIM_STEP. False when there is none, and `*value` is PN_ABSENT. */
#define PN_CLAIM_STEP 0x1F
bool pn_claim_find(const struct pn_value *map, struct pn_slice path, struct pn_value *value);

#endif
