/* identity_format.h - the sections of a policy body that say who may call, byte by byte.
 *
 * Written by the host (tools/bundle), read where they lie by key_table.c. Integers are
 * little-endian, nothing is aligned, texts are pairs (at u32, len u32) into PN_SECTION_STRINGS of
 * route_format.h, an empty text means "not stated". An API key is present as its SHA-256 only.
 *
 *   PN_SECTION_KEYS       one record per API key, and per entry for certificates, ascending by hash,
 *                         each hash once
 *   PN_SECTION_KEY_ATTRS  attributes (P.attr...) of keys that some rule reads, in ranges per key
 *   PN_SECTION_ISSUERS        who issues tokens, ascending by name, each name once
 *   PN_SECTION_ISSUER_TEXTS   texts (8 bytes each): audiences, in ranges per issuer
 *   PN_SECTION_ISSUER_KEYS    public keys, in ranges per issuer
 *   PN_SECTION_ISSUER_ROLES   what claims make which roles, in ranges per issuer
 *   PN_SECTION_ATTACHMENTS    what is attached to whom, sorted by all that a record says
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_IDENTITY_FORMAT_H
#define PN_IDENTITY_FORMAT_H

#define PN_SECTION_KEYS         40
#define PN_SECTION_KEY_ATTRS    41
#define PN_SECTION_ISSUERS      42
#define PN_SECTION_ISSUER_TEXTS 43
#define PN_SECTION_ISSUER_KEYS  44
#define PN_SECTION_ISSUER_ROLES 45
#define PN_SECTION_ATTACHMENTS  46

/* Roles are bits of the policy's role table; what no rule names has no bit. */
#define PN_KEY_ROLE_WORDS 4 /* of 64 bits: PN_POLICY_ROLE_WORDS_MAX, whatever the policy uses */

/* One API key: offsets inside its record. */
#define PN_KEY_HASH \
    0 /* 32 bytes: SHA-256 of the key as the client sends it, or the digest of \
                                peer_cert.h */
#define PN_KEY_ID         32 /* text: its public name, for audit */
#define PN_KEY_USER       40 /* text */
#define PN_KEY_AGENT      48 /* text */
#define PN_KEY_TEAM       56 /* text */
#define PN_KEY_TASK       64 /* text */
#define PN_KEY_ROLE_NAMES 72 /* text: all its roles, known to rules or not, separated by commas */
#define PN_KEY_ROLES \
    80 /* PN_KEY_ROLE_WORDS u64: bit n is role n of the policy, below its role_count */
#define PN_KEY_EXPIRES_S  112 /* u64: Unix time from which it is unknown; 0 for never */
#define PN_KEY_ATTR_FIRST 120 /* u32: index into the attributes */
#define PN_KEY_ATTR_COUNT 124 /* u32 */
#define PN_KEY_BYTES      128

/* One attribute value. */
#define PN_ATTR_SLOT  0 /* u16: the slot of the policy that it fills */
#define PN_ATTR_TYPE  2 /* u8: enum pn_type from PN_NULL on */
#define PN_ATTR_ZERO  3 /* u8: 0 */
#define PN_ATTR_LEN   4 /* u32: bytes of a string, or of a list or map as JSON; else 0 */
#define PN_ATTR_VALUE 8 /* u64: bool, int64, IEEE 754 double, or where those bytes begin */
#define PN_ATTR_BYTES 16

/* One issuer of tokens. A claim's path is the names of maps within maps, joined with
 * PN_CLAIM_STEP of jwt.h. */
#define PN_ISSUER_NAME           0  /* text: the claim iss, byte for byte */
#define PN_ISSUER_USER           8  /* text: path of the claim that names the user... */
#define PN_ISSUER_AGENT          16 /* ...the agent, the team and the task */
#define PN_ISSUER_TEAM           24
#define PN_ISSUER_TASK           32
#define PN_ISSUER_AUDIENCE_FIRST 40 /* u32: index into the texts */
#define PN_ISSUER_AUDIENCE_COUNT 44 /* u32: at least 1 */
#define PN_ISSUER_KEY_FIRST      48 /* u32: index into the keys */
#define PN_ISSUER_KEY_COUNT      52 /* u32: 0 while all are withdrawn */
#define PN_ISSUER_ROLE_FIRST     56 /* u32: index into the roles */
#define PN_ISSUER_ROLE_COUNT     60 /* u32 */
#define PN_ISSUER_SKEW_S         64 /* u32: seconds that the issuer's clock may be off, at most 3600 */
#define PN_ISSUER_TYPES          68 /* u8: bits of enum pn_jwt_type that are accepted */
#define PN_ISSUER_FETCH          69 /* u8: enum pn_issuer_fetch; not NONE: it has no keys here */
#define PN_ISSUER_EGRESS         70 /* u8: bits of enum pn_egress, for what is asked of it */
#define PN_ISSUER_ALGORITHMS \
    71 /* u8: of keys that are fetched, a bit for each enum pn_jwt_alg;    \
                                 0: all */
#define PN_ISSUER_KEYS_URL \
    72 /* text: of its JWKS, or its name where there is discovery; else empty \
                               */
#define PN_ISSUER_ASK_URL    80 /* text: where it says what a token is worth (RFC 7662), or empty */
#define PN_ISSUER_CREDENTIAL 88 /* text: name of a secret of the device, "id:secret", for that */
#define PN_ISSUER_ASK_S      96 /* u32: seconds that such an answer is believed, at most 3600 */
#define PN_ISSUER_KIND       100 /* u8: enum pn_issuer_kind */
#define PN_ISSUER_ZERO       101 /* 3 bytes: 0 */
#define PN_ISSUER_BYTES      104

#define PN_ISSUER_NAME_BYTES_MAX 264 /* of one whose keys are fetched: "spiffe://" and 255 more */

/* Whence its keys come. */
enum pn_issuer_fetch {
    PN_ISSUER_FETCH_NONE, /* with the policy */
    PN_ISSUER_FETCH_JWKS,
    PN_ISSUER_FETCH_DISCOVERY,
};

/* Of a SPIFFE trust domain the name is its identifier, "spiffe://domain"; the claim `sub` of a token
 * (JWT-SVID) is an identifier within it, names the caller, and claims and roles are empty. Its
 * JWKS is the domain's bundle, and there is no discovery. */
enum pn_issuer_kind { PN_ISSUER_OAUTH, PN_ISSUER_SPIFFE };

/* One public key of an issuer. */
#define PN_ISSUER_KEY_ID       0 /* text: the kid of the tokens it signs; empty where it has none */
#define PN_ISSUER_KEY_MATERIAL 8 /* text: x and y of the point, or the modulus; big-endian */
#define PN_ISSUER_KEY_EXPONENT 16 /* u32: of RSA, else 0 */
#define PN_ISSUER_KEY_ALG      20 /* u8: enum pn_jwt_alg, the only one it verifies */
#define PN_ISSUER_KEY_ZERO     21 /* 3 bytes: 0 */
#define PN_ISSUER_KEY_BYTES    24

/* A role that a value of a claim gives. */
#define PN_ISSUER_ROLE_CLAIM 0  /* text: path of a claim, a string or a list of strings */
#define PN_ISSUER_ROLE_VALUE 8  /* text: what it says, or one of its elements */
#define PN_ISSUER_ROLE_NAME  16 /* text: the role */
#define PN_ISSUER_ROLE_BIT \
    24 /* u16: the role of the policy, or PN_ISSUER_NO_ROLE where no rule names it */
#define PN_ISSUER_ROLE_WORDS 26 /* u8: 1 where the claim is a list of words in one string (scope) */
#define PN_ISSUER_ROLE_ZERO  27 /* u8: 0 */
#define PN_ISSUER_ROLE_BYTES 28
#define PN_ISSUER_NO_ROLE    0xFFFF

/* One thing that is attached to a user, an agent or a team. */
#define PN_ATTACHMENT_WHO_KIND 0  /* u8: enum pn_attached_to */
#define PN_ATTACHMENT_WHAT     1  /* u8: enum pn_attaches */
#define PN_ATTACHMENT_ZERO     2  /* u16: 0 */
#define PN_ATTACHMENT_WHO      4  /* text */
#define PN_ATTACHMENT_NAME     12 /* text: the server or the model, as rules judge it */
#define PN_ATTACHMENT_TOOL     20 /* text: the tool, else empty */
#define PN_ATTACHMENT_BYTES    28

enum pn_attached_to { PN_ATTACHED_TO_USER = 1, PN_ATTACHED_TO_AGENT, PN_ATTACHED_TO_TEAM };
enum pn_attaches { PN_ATTACHES_SERVER = 1, PN_ATTACHES_TOOL, PN_ATTACHES_MODEL };

/* Keys and maps of one such map that are open at once while it is read, at most. */
#define PN_ATTR_JSON_KEYS_MAX 64

#endif
