/* keyset.h - whose signatures this device believes.
 *
 * A key record says what its owner may sign and with which algorithm; what a message says about
 * itself only selects the record. The first records come from the device file and make version 0;
 * from then on a signed key set (keyset_document.h) replaces the set as a whole, again and again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_KEYSET_H
#define PN_SEAL_KEYSET_H

#include "core/base/slice.h"
#include "core/base/writer.h"
#include "port/port_crypto.h"

enum {
    PN_KEY_ID_BYTES = 8,
    PN_KEYSET_KEYS_MAX = 12, /* one more costs 88 bytes; a further one is PN_KEYSET_FULL */
    PN_KEYSET_ROOTS_MAX = 4, /* of them, in a signed key set */
    PN_KEYSET_REVOKED_MAX = 16,
    PN_KEY_TEXT_BYTES_MAX = 4096
};

/* What a key may sign; bits. A key with none signs nothing, a root signs nothing else. */
enum pn_key_role {
    PN_KEY_POLICY = 1,
    PN_KEY_DIRECTOR = 2, /* reserved: the second signature of two-key mode */
    PN_KEY_TIME = 4,     /* signed time */
    PN_KEY_FIRMWARE = 8, /* reserved */
    PN_KEY_ROOT = 16     /* key sets */
};

/* COSE algorithm numbers (RFC 9053, 2.1). */
enum pn_key_alg { PN_KEY_ES256 = -7 };

struct pn_seal_key {
    uint8_t id[PN_KEY_ID_BYTES]; /* first bytes of SHA-256 over its SubjectPublicKeyInfo */
    uint8_t xy[PORT_ES256_PUBLIC_BYTES];
    uint64_t not_after_s; /* Unix time from which it is not trusted; 0 for no end */
    int8_t alg;           /* enum pn_key_alg */
    uint8_t roles;        /* enum pn_key_role */
};

struct pn_keyset {
    struct pn_seal_key keys[PN_KEYSET_KEYS_MAX];
    uint8_t revoked[PN_KEYSET_REVOKED_MAX][PN_KEY_ID_BYTES];
    uint8_t identity[PORT_DIGEST_BYTES]; /* of the signed key set; zero for version 0 */
    uint32_t version;                    /* 0: the device file's */
    uint8_t count, revoked_count;
    uint8_t threshold; /* so many roots sign the next key set; 0: there is none */
};

enum pn_keyset_result {
    PN_KEYSET_TEXT_BAD,  /* not the text form below */
    PN_KEYSET_ID_BAD,    /* the text's key id is not that of its key: it was altered */
    PN_KEYSET_POINT_BAD, /* not a point of P-256, or that could not be checked */
    PN_KEYSET_FULL,      /* PN_KEYSET_KEYS_MAX are there already */
    PN_KEYSET_ROLES_BAD, /* it is in the set with other roles */
    PN_KEYSET_ADDED      /* it is in the set; adding a key again changes nothing */
};

/* The id of the ES256 key `xy`. */
void pn_key_id(const uint8_t xy[PORT_ES256_PUBLIC_BYTES], uint8_t id[PN_KEY_ID_BYTES]);

/* Add the ES256 key `xy`, trusted without end for `roles`. */
enum pn_keyset_result pn_keyset_add(struct pn_keyset *set,
                                    const uint8_t xy[PORT_ES256_PUBLIC_BYTES], uint8_t roles);

/* Add the policy key in `text`, as `postern key new` writes it to NAME.pub: lines that begin with #
 * and empty lines are passed over, and one line reads
 *
 *     postern-public-key-v1 es256 <key id, 16 hex digits> <x and y, 128 hex digits> */
enum pn_keyset_result pn_keyset_add_text(struct pn_keyset *set, struct pn_slice text);

/* The same with any roles. */
enum pn_keyset_result pn_keyset_add_text_as(struct pn_keyset *set, struct pn_slice text,
                                            uint8_t roles);

/* Write that text, comment included. */
void pn_key_write_text(struct pn_writer *w, const uint8_t xy[PORT_ES256_PUBLIC_BYTES]);

/* The record with this id, or NULL. An id of another length has none. */
const struct pn_seal_key *pn_keyset_find(const struct pn_keyset *set, struct pn_slice id);

/* Is this id one that the set names as revoked? */
bool pn_keyset_is_revoked(const struct pn_keyset *set, struct pn_slice id);

/* How many of its keys are roots. */
unsigned pn_keyset_roots(const struct pn_keyset *set);

/* Take the next word of a line of key text: bytes up to a space or the end. */
struct pn_slice pn_key_text_word(struct pn_slice *line);

/* Find the one line of `text` that counts, without its end. False when there is none, or several,
 * or the text is longer than PN_KEY_TEXT_BYTES_MAX. */
bool pn_key_text_line(struct pn_slice text, struct pn_slice *line);

/* Read exactly `bytes` bytes from twice as many hex digits, of either case. */
bool pn_key_text_hex(struct pn_slice digits, uint8_t *out, size_t bytes);

#endif
