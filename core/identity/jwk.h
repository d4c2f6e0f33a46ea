/* jwk.h - one public key of an issuer, from the members of a JSON Web Key (RFC 7517, RFC 7518, 6).
 *
 * A key verifies one algorithm: what its `alg` says, what its curve is for, or for an RSA key without
 * `alg` the only one that the issuer may use. Nothing that a token says comes into it. The compiler
 * reads inline keys with this and devices those that they fetch; each says in its own way what became
 * of a key that is not taken.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JWK_H
#define PN_JWK_H

#include "core/base/slice.h"
#include "port/port_crypto.h"

enum pn_jwk_member {
    PN_JWK_KTY,
    PN_JWK_ALG,
    PN_JWK_USE,
    PN_JWK_CRV,
    PN_JWK_N,
    PN_JWK_E,
    PN_JWK_X,
    PN_JWK_Y,
    PN_JWK_MEMBERS
};

/* What `key_ops` says. */
enum pn_jwk_ops { PN_JWK_OPS_ABSENT, PN_JWK_OPS_OTHER, PN_JWK_OPS_VERIFY };

struct pn_jwk_text {
    struct pn_slice member[PN_JWK_MEMBERS]; /* `at` is NULL where there is none */
    enum pn_jwk_ops ops;
};

enum pn_jwk_verdict {
    PN_JWK_GOOD,
    PN_JWK_NOT_FOR_SIGNATURES, /* `use` or `key_ops` */
    PN_JWK_KIND,               /* neither EC nor RSA */
    PN_JWK_CURVE,              /* neither P-256 nor P-384 */
    PN_JWK_CURVE_ALG,          /* `alg` is not the one of its curve */
    PN_JWK_RSA_ALG,            /* `alg` is neither RS256 nor PS256 */
    PN_JWK_NO_ALG,             /* RSA without `alg`, and it could be several */
    PN_JWK_NOT_ALLOWED,        /* the issuer does not use this algorithm */
    PN_JWK_ABSENT,             /* `member` is missing... */
    PN_JWK_NOT_BASE64URL,      /* ...or not base64url... */
    PN_JWK_LENGTH,             /* ...or not of the length of the curve */
    PN_JWK_NO_POINT,           /* of its curve */
    PN_JWK_WEAK,               /* RSA beyond what port_rsa_public_check() takes */
};

struct pn_jwk {
    uint8_t alg; /* enum pn_jwt_alg */
    uint8_t member;
    uint16_t material_len;
    uint32_t exponent;                    /* of RSA, else 0 */
    uint8_t material[PORT_RSA_BYTES_MAX]; /* x and y of the point, or the modulus; big-endian */
};

/* Read one. `allowed` has a bit for each enum pn_jwt_alg that the issuer uses, 0: all. `*key` is filled
 * when GOOD; `member` also says what ABSENT, NOT_BASE64URL and LENGTH are about. */
enum pn_jwk_verdict pn_jwk_read(const struct pn_jwk_text *text, uint8_t allowed,
                                struct pn_jwk *key);

#endif
